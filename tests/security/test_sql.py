"""Ledger and tickets file: no statement is put together from texts that come from outside, and none of them hurts."""

from __future__ import annotations

import ast
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pmsync import ledger
from pmsync.ledger import Ledger, status_query
from pmsync.trackers.local import store
from tests.clock import Clock
from tests.team import Team
from tests.trackers.local_stage import LocalStage

HOMES = [Path(ledger.__file__).parent, Path(store.__file__).parent]
SOURCES = sorted(path for home in HOMES for path in home.glob("*.py") if path.name != "__init__.py")
WORDS = tuple(f"{word} " for word in "SELECT INSERT UPDATE DELETE PRAGMA CREATE ALTER DROP FROM WHERE WITH".split())
INTERNAL = {
    ("writes.py", "table"): {"documents", "items"},
    ("tickets.py", "where"): None,
    ("status_query.py", "_where(conditions)"): None,
    ("status_query.py", "named"): None,
    ("status_query.py", "chosen"): None,
}
"""Names of parameters in a statement, and what callers may give: these words, or (None) constants in capitals, or what
is looked up in a table of constants (`status_query`; see the test of that)."""


@pytest.mark.parametrize("query", [status_query.rows, status_query.most_urgent, status_query.count])
def test_a_condition_of_status_is_one_of_a_table(query: Callable[[list[str]], str]) -> None:
    assert "WHERE" in query(["open"])
    with pytest.raises(KeyError):
        query(["1); DROP TABLE items; --"])


def test_a_column_of_status_values_is_one_of_a_table() -> None:
    assert "team" in status_query.values("team")
    with pytest.raises(KeyError):
        status_query.values("uid FROM items; DROP TABLE items; --")


def statements(path: Path) -> Iterator[tuple[str, ast.JoinedStr]]:
    """The f-strings with SQL in them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            text = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
            if any(word in f"{text} " for word in WORDS):
                yield path.name, node


def holes(node: ast.JoinedStr) -> list[str]:
    """What is filled in, but for constants and what follows from constants alone."""
    filled = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    return [ast.unparse(value) for value in filled if not _constant(value)]


def _constant(value: ast.expr) -> bool:
    names = [each.id for each in ast.walk(value) if isinstance(each, ast.Name)]
    return isinstance(value, ast.Call) and all(name.startswith("_") for name in names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_statement_holds_constants_only(path: Path) -> None:
    found = [(name, hole) for name, node in statements(path) for hole in holes(node)]
    assert [each for each in found if not each[1].isupper() and each not in INTERNAL] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_statement_is_put_together_in_another_way(path: Path) -> None:
    """By +, % or format, from anything but constants."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.BinOp | ast.Call):
            sides = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.func]
            texts = [each.value for side in sides for each in ast.walk(side) if isinstance(each, ast.Constant)]
            sql = any(isinstance(text, str) and text.startswith(WORDS) for text in texts)
            formats = isinstance(node, ast.BinOp) or getattr(node.func, "attr", "") == "format"
            assert not (sql and formats), ast.unparse(node)


def test_what_is_filled_in_comes_from_our_own_words() -> None:
    """The callers of the functions that have such a parameter."""
    asking = [path for path in SOURCES if path != HOMES[1] / "store.py"]  # which knows no tickets
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in asking]
    calls = [node for top in trees for node in ast.walk(top) if isinstance(node, ast.Call)]
    seen = [node for node in calls if _called(node) == "upsert_seen"]
    tables = {node.args[1].value for node in seen if isinstance(node.args[1], ast.Constant)}
    assert len(seen) == 2
    assert tables == INTERNAL["writes.py", "table"]
    wheres = [
        *(node.args[1] for node in calls if _called(node) == "rows" and len(node.args) == 3),
        *(node.args[0] for node in calls if _called(node) == "_tickets"),
        *(node.value for top in trees for node in ast.walk(top) if isinstance(node, ast.Assign) and _is_where(node)),
    ]
    assert len(wheres) >= 6
    named = {part.id for where in wheres for part in ast.walk(where) if isinstance(part, ast.Name)}
    assert {name for name in named if not name.isupper()} <= {"tickets", "where", "closed"}  # a module, and a choice


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", "") or getattr(node.func, "id", "")


def _is_where(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "where" for target in node.targets)


INJECTION = """'); DROP TABLE items; -- "); DROP TABLE links; /* ` ] ? :uid @x $y %s {0} \\' '' "" ; ATTACH 'x' AS y"""


def tables(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f"SELECT count(*) FROM [{name}]").fetchone()[0] for name in names}


def test_quotes_in_every_field_of_document_and_ticket_stay_text(tmp_path: Path) -> None:
    stage = LocalStage(tmp_path / "desk", Clock())
    team = Team(tmp_path, stage)
    quoted = json.dumps(INJECTION)
    front = "".join(f"{name}: {quoted}\n" for name in ("id", "title", "severity", "incident", "team", "status"))
    lists = "".join(f"{name}: [{quoted}]\n" for name in ("services", "authors", "labels"))
    head = f"---\ndate: 2026-11-20\n{front}{lists}---\n## Action items\n\n"
    path = f"postmortems/{INJECTION.replace('/', '')}.md"
    team.write(
        path, f"Repair it {INJECTION} (owner: {INJECTION})", f"Restore: Ask {INJECTION}\n\n  {INJECTION}", head=head
    )
    assert team.sync().ok
    links = team.links()
    assert len(links) == 2
    assert any(INJECTION.partition(" --")[0] in link.ticket.title for link in links.values())
    for link in links.values():
        stage.retitle(link.ticket.ref, INJECTION)
        stage.comment(link.ticket.ref, INJECTION)
        stage.assign(link.ticket.ref, INJECTION)
        stage.set_labels(link.ticket.ref, INJECTION, "postmortem")
    team.sync()
    assert {link.ticket.title for link in team.links().values()} == {INJECTION}
    held = tables(tmp_path / "ledger.db")
    assert held["items"] == held["links"] == 2
    assert {"documents", "history", "runs"} <= held.keys()
    assert tables(next((tmp_path / "desk").rglob("*.db")))["tickets"] == 2
    with Ledger.open(tmp_path / "ledger.db") as opened:
        assert opened.history(INJECTION) == []
