"""A ledger that somebody made: it runs nothing, costs no more than its size, and ends in a message.

It may come with a cache, a backup or an archive; one that comes with a checkout is refused unread (test_tracked).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pmsync.cli.main import App, main
from pmsync.errors import LedgerError
from pmsync.ledger import Ledger, file
from tests.cli.conftest import write
from tests.ledger.samples import NOON, intent, link

FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
CONFIG = "[documents]\nnamespace = 'acme/web'\n[trackers.payments]\ntype = 'local'\n"
DOCUMENT = "# Outage\n\n**Date:** 2026-11-20\n\n## Action items\n\n- Repair it (owner: alice)\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "docs/.pmsync/ledger.db"
    with Ledger.open(path) as ledger:
        run = ledger.begin_run(NOON, host="h", pid=1, scope="")
        ledger.save_links(run, NOON, [link()], "pmsync")
        ledger.announce(run, NOON, [intent("u2")])
        ledger.end_run(run, NOON, ok=True, counts={}, findings=[])
    write(tmp_path / "docs", {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT})
    return path


def craft(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def rewritten(table: str, old: str, new: str) -> str:
    return f"UPDATE sqlite_master SET sql = replace(sql, '{old}', '{new}') WHERE name = '{table}'"


def as_view(table: str) -> tuple[str, ...]:
    return f"ALTER TABLE {table} RENAME TO aside", f"CREATE VIEW {table} AS SELECT a.*, ({FOREVER}) AS x FROM aside a"


STRANGE: dict[str, tuple[str, ...]] = {
    **{f"view for {table}": as_view(table) for table in ("links", "items", "documents", "cursors", "runs")},
    "trigger": (
        f"CREATE TRIGGER t AFTER INSERT ON runs BEGIN INSERT INTO cursors SELECT i, i, i FROM ({FOREVER}); END",
    ),
    "trigger that adds a link": ("CREATE TRIGGER t AFTER INSERT ON runs BEGIN UPDATE links SET lost = 1; END",),
    "another view": (f"CREATE VIEW v AS {FOREVER}",),
    "index over an expression": ("CREATE INDEX x ON links (hex(zeroblob(1000000)) || url)",),
    "generated column": ("ALTER TABLE links ADD COLUMN g TEXT AS (hex(zeroblob(1000000))) VIRTUAL",),
    "check": (rewritten("runs", "host TEXT NOT NULL", "host TEXT NOT NULL CHECK (length(hex(zeroblob(90000000))))"),),
    "default": (rewritten("items", "''[]''", "(hex(zeroblob(90000000)))"),),
    "not strict": (rewritten("items", "STRICT", ""),),
    "no trigger against changes": ("DROP TRIGGER history_is_not_changed",),
    "no table": ("DROP TABLE ticks",),
    "virtual table": ("CREATE VIRTUAL TABLE v USING fts5(x)",),
    "computed migrations": ("ALTER TABLE _sqlite_migrations ADD COLUMN g TEXT AS (hex(zeroblob(90000000))) VIRTUAL",),
    "trigger on migrations": ("CREATE TRIGGER t AFTER INSERT ON _sqlite_migrations BEGIN DELETE FROM links; END",),
}


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("readonly", [True, False])
def test_what_pmsync_did_not_make_is_not_read(path: Path, name: str, readonly: bool) -> None:
    craft(path, *STRANGE[name])
    before = path.read_bytes()
    with pytest.raises(LedgerError, match=r"differs from pmsync's schema.*move it aside"):
        Ledger.open(path, readonly=readonly)
    assert path.read_bytes() == before


def test_statistics_of_sqlite_are_harmless(path: Path) -> None:
    craft(path, "ANALYZE")
    Ledger.open(path).close()
    with Ledger.open(path, readonly=True) as ledger:
        assert len(ledger.links()) == 1


def into_itself(path: Path, table: str) -> None:
    """Make a table's tree so that each of its pages leads to the next one many times: 200 to the 10th rows in 12 pages.

    https://www.sqlite.org/fileformat2.html, 1.6 (b-tree pages).
    """
    with closing(sqlite3.connect(path)) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray(path.read_bytes())
    pages = len(content) // size
    leaf = content[(root - 1) * size : root * size]
    levels = 10

    def interior(child: int) -> bytes:
        cells = [child.to_bytes(4, "big") + b"\x01"] * 200
        start = size - 5 * len(cells)
        pointers = b"".join((start + 5 * n).to_bytes(2, "big") for n in range(len(cells)))
        head = b"\x05\0\0" + len(cells).to_bytes(2, "big") + start.to_bytes(2, "big") + b"\0" + child.to_bytes(4, "big")
        return (head + pointers).ljust(start, b"\0") + b"".join(cells)

    content[(root - 1) * size : root * size] = interior(pages + 1)
    for level in range(1, levels):
        content += interior(pages + level + 1)
    content += leaf
    content[28:32] = (pages + levels).to_bytes(4, "big")
    path.write_bytes(content)


READS: dict[str, tuple[str, Callable[[Ledger], object]]] = {
    "documents": ("documents", lambda ledger: ledger.document_ids()),
    "items": ("items", lambda ledger: ledger.overview()),
    "open": ("items", lambda ledger: ledger.open_items()),
    "first_seen": ("items", lambda ledger: ledger.first_seen()),
    "links": ("links", lambda ledger: ledger.links()),
    "intents": ("intents", lambda ledger: ledger.intents()),
    "runs": ("runs", lambda ledger: ledger.last_good_run()),
    "history": ("history", lambda ledger: ledger.history("none")),
}


@pytest.mark.parametrize("name", READS)
def test_a_table_without_an_end_has_one(path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    table, read = READS[name]
    into_itself(path, table)
    monkeypatch.setattr(file, "MOST_STEPS", 3_000_000)
    monkeypatch.setattr(file, "MOST_ROWS", 10_000)
    with Ledger.open(path, readonly=True) as ledger:
        if name in {"runs", "history"}:  # an index leads past the pages
            read(ledger)
            return
        with pytest.raises(LedgerError, match=r"(far too long|more than 10,000 rows|damaged).*move it aside"):
            read(ledger)
    with pytest.raises(LedgerError, match=r"move it aside"):
        Ledger.open(path)


def test_a_huge_value_is_not_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "LONGEST", 100_000)
    craft(path, "UPDATE links SET title = hex(zeroblob(100000))")
    with Ledger.open(path, readonly=True) as ledger, pytest.raises(LedgerError, match="larger than any"):
        ledger.links()


DEEP = "[" * 100_000 + "]" * 100_000
WRONG = [
    *(f"UPDATE links SET {name} = '{DEEP}'" for name in ("labels", "assignees", "pushed", "marker", "duplicate_of")),
    *(f"UPDATE links SET labels = '{value}'" for value in ("{}", "7", "null", '"ab"', "[1]", "[null]", '[["a"]]', "")),
    *(f"UPDATE links SET marker = '{value}'" for value in ("[]", "{}", '{"uid": 1}', "1", '{"other": "x"}')),
    'UPDATE links SET marker = \'{"uid": 1, "namespace": null, "document_id": [], "key": {}}\'',
    *(f"UPDATE links SET pushed = '{value}'" for value in ("[]", "{}", "1", "null")),
    *(
        f"UPDATE links SET pushed = '{json.dumps(value)}'"
        for value in ({"title": 1, "owners": "x", "labels": 0}, {"title": ["x"], "owners": [1], "labels": [], "due": 5})
    ),
    *(
        f"UPDATE {where} = '{time}'"
        for where in (
            "links SET created_at",
            "links SET updated_at",
            "intents SET announced_at",
            "items SET first_seen_at",
        )
        for time in ("2026-11-24T09:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "", "x", "NaN")
    ),
    "UPDATE links SET due = '2026-13-01'",
    "UPDATE links SET status = 'x'",
    "UPDATE documents SET services = '{}'",
    "UPDATE items SET owners = '[[]]'",
    "UPDATE runs SET started_at = '2026-11-24'",
    "UPDATE cursors SET since = '2026-11-24'",
]


@pytest.mark.parametrize("statement", WRONG, ids=[f"{n} {text[:60]}" for n, text in enumerate(WRONG)])
def test_a_value_that_pmsync_did_not_write_ends_no_command_in_a_traceback(
    path: Path, statement: str, capsys: pytest.CaptureFixture[str]
) -> None:
    craft(path, "INSERT INTO cursors VALUES ('payments', NULL, NULL)", statement)
    app = App(environ={}, cwd=path.parents[1], now=lambda: NOON)
    codes = {main(words.split(), app) for words in ("plan", "status --all", "gate", "show u1", "sync", "doctor")}
    assert codes <= {0, 1}
    assert "that pmsync did not write" in "".join(capsys.readouterr())
