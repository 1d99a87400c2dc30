"""examples/datasette/metadata.yaml in the real Datasette: every canned query answers, and tells nothing restricted."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from pmsync.ledger import Ledger
from pmsync.model import Document, Fields, Status
from tests.ledger.samples import item, link, ticket

pytest.importorskip("datasette", reason="Datasette is not installed: scripts/install .venv test")

METADATA = Path(__file__).parents[2] / "examples/datasette/metadata.yaml"
QUERIES = yaml.safe_load(METADATA.read_text())["databases"]["ledger"]["queries"]
NOW = datetime.now(UTC)
TODAY = NOW.astimezone().date()  # the views compare with SQLite's own date

ASK = """
import asyncio, json, sys
from datasette.app import Datasette
from datasette.utils import parse_metadata
metadata = parse_metadata(open(sys.argv[2]).read())
served = Datasette([sys.argv[1]], metadata=metadata, settings={"num_sql_threads": 1})
root = {"ds_actor": served.sign({"a": {"id": "root"}}, "actor")}
async def ask():
    await served.invoke_startup()
    for path, cookies in json.loads(sys.argv[3]):
        answer = await served.client.get(path, cookies=root if cookies else {})
        print(json.dumps([answer.status_code, answer.text]))
asyncio.run(ask())
"""


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of each kind one item that everybody may know of, and one that is restricted."""
    path = tmp_path_factory.mktemp("datasette") / "ledger.db"
    rows = [("late", "alice", -3, ""), ("soon", "alice", 6, ""), ("later", "bob", 30, ""), ("nobody", "", 40, "")]
    rows += [("done", "bob", -9, "done"), ("refused", "bob", -9, "wont_do"), ("moved", "alice", 20, "")]
    with Ledger.open(path) as book:
        run = book.begin_run(NOW, host="h", pid=1, scope="")
        docs = [
            Document("open", "pm/a.md", "Outage", severity="sev2", team="platform", services=("checkout",)),
            Document("vault", "pm/vault.md", "Leak", team="secrets", services=("checkout",), restricted=True),
        ]
        items, links = [], []
        for document in ("open", "vault"):
            for word, owner, days, closed in rows:
                uid, key = f"{document}-{word}", f"PAY-{len(links) + 1}"
                title = f"Public {word}" if document == "open" else f"Secret {word}"
                owners = (owner if document == "open" else f"{owner}-of-the-vault",) if owner else ()
                due = TODAY + timedelta(days=days)
                items.append(item(uid, document, title, standing="ticketed", due=due, fields=Fields(title, owners)))
                state = {"status": Status(closed), "closed_at": NOW} if closed else {}
                links.append(replace(link(uid, document, key), ticket=ticket(key, **state)))
        book.save_documents(run, NOW, docs, items, judged=["open", "vault"], gone=[])
        book.save_links(run, NOW, links, "pmsync")
        for weeks in (3, 4):
            moved = [
                replace(each, due=TODAY + timedelta(weeks=weeks)) if each.uid.endswith("-moved") else each
                for each in items
            ]
            book.save_documents(run, NOW, docs, moved, judged=["open", "vault"], gone=[])
        book.show({each.uid: (each.fields.owners, "sev2") for each in items})
        book.end_run(run, NOW, ok=True, counts={}, findings=[])
    return path


def ask(ledger: Path, *requests: tuple[str, bool]) -> list[tuple[int, str]]:
    """The answers to (path, as root or not)."""
    command = [sys.executable, "-c", ASK, str(ledger), str(METADATA), json.dumps(requests)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def rows(ledger: Path, query: str, **parameters: str) -> list[dict[str, Any]]:
    more = "".join(f"&{name}={value}" for name, value in parameters.items())
    ((code, text),) = ask(ledger, (f"/ledger/{query}.json?_shape=array{more}", False))
    assert code == 200, text
    return json.loads(text)


def test_every_query_answers_anybody_and_tells_nothing_restricted(ledger: Path) -> None:
    more = {"of_service": "&service=checkout", "due_soon": "&days=90"}
    paths = [f"/ledger/{name}.json?_shape=array{more.get(name, '')}" for name in QUERIES]
    for path, (code, text) in zip(paths, ask(ledger, *((path, False) for path in paths)), strict=True):
        assert (code, bool(json.loads(text))) == (200, True), path
        assert not [word for word in ("Secret", "vault", "secrets", "Leak") if word in text], path


def test_the_queries_say_what_there_is(ledger: Path) -> None:
    assert [(row["title"], row["days_late"]) for row in rows(ledger, "late")] == [("Public late", 3)]
    assert [row["title"] for row in rows(ledger, "due_soon")] == ["Public late", "Public soon"]
    assert [row["title"] for row in rows(ledger, "due_soon", days="0")] == ["Public late"]
    assert [row["title"] for row in rows(ledger, "nobodys")] == ["Public nobody"]
    assert {row["owner"]: (row["open"], row["overdue"]) for row in rows(ledger, "by_owner")} == {
        "alice": (3, 1),
        "bob": (1, 0),
        "(nobody)": (1, 0),
    }
    assert rows(ledger, "by_team") == [{"team": "platform", "open": 5, "overdue": 1}]
    assert len(rows(ledger, "of_service", service="Checkout")) == 5
    assert rows(ledger, "of_service", service="search") == []
    assert rows(ledger, "closed_by_month") == [{"month": f"{NOW:%Y-%m}", "done": 1, "wont_do": 1}]
    (moved,) = rows(ledger, "moved_dates")
    assert (moved["title"], moved["moved"]) == ("Public moved", 2)
    assert (date.fromisoformat(moved["first"]) - TODAY, date.fromisoformat(moved["now"]) - TODAY) == (
        timedelta(days=20),
        timedelta(weeks=4),
    )


def test_all_else_is_for_root(ledger: Path) -> None:
    """Tables, also those of later versions, views, SQL of one's own, and the file."""
    closed = [
        *("/ledger", "/ledger/items", "/ledger/items.json", "/ledger/open_items.json", "/ledger/items/open-late"),
        *("/ledger.json?sql=select+*+from+items", "/ledger?sql=select+*+from+items", "/ledger.db"),
    ]
    for path, (code, text) in zip(closed, ask(ledger, *((path, False) for path in closed)), strict=True):
        assert (code, "Secret" in text) == (403, False), path
    sql = "/ledger.json?sql=select+title+from+items&_shape=array"
    for code, text in ask(ledger, ("/ledger/items.json?_shape=array", True), (sql, True)):
        assert (code, "Secret late" in text) == (200, True)


def test_the_front_page_leads_to_every_query_and_names_nothing_else(ledger: Path) -> None:
    ((code, text),) = ask(ledger, ("/", False))
    assert code == 200
    assert [name for name in QUERIES if f'href="ledger/{name}"' not in text] == []
    assert "Secret" not in text
    assert "open_items" not in text


def test_the_documentation_shows_how_to_start_it() -> None:
    page = (METADATA.parents[2] / "docs/ledger.md").read_text()
    assert "--metadata examples/datasette/metadata.yaml" in page
