"""What people query and what `pmsync status` says are the same, for a ledger that real syncs made."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pmsync.cli.main import App, main
from pmsync.ledger import Ledger, schema
from tests.cli.conftest import LATER, write

CONFIG = """
[documents]
namespace = "acme/web"
since = 2026-01-01
[trackers.local]
type = "local"
default = true
[people.bob]
name = "Bob Baker"
aliases = ["bobby"]
[people.alice]
name = "Alice Liddell"
[sla]
sev1 = "15d"
sev2 = "30d"
[guard]
max_creates = 100
"""
OWNERS = ["Bob", "bob", "@bobby", "Bob Baker", "Alice Liddell", "zoe", ""]
WORK = [
    "Add an alert on consumer lag", "Write a runbook for failover", "Rotate the certificates early", "Shard the queue",
    "Cap retries of the gateway", "Test the backups monthly", "Drop the legacy cluster",
]  # fmt: skip
SOLO = "# Solo\n\nDate: 2026-03-02\n\n## Action items\n\n- Order new disks (owner: BOB)\n"
SEVERITIES = ["1", "sev1", "SEV-1 / critical", "SEV2", "Sev 2", "Major", "major", ""]


def document(number: int, severity: str, *, status: str = "final") -> str:
    rows = [f"- {work}" + (f" (owner: {owner})" if owner else "") for work, owner in zip(WORK, OWNERS, strict=True)]
    rows[1] += "\n- [x] Upgrade the kernel"
    head = [f"# Outage {number}", "", f"Date: 2026-{number % 9 + 3:02}-20", "", f"Status: {status}", ""]
    return "\n".join([*head, *([f"Severity: {severity}", ""] if severity else []), "## Action items", "", *rows, ""])


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    files = {f"postmortems/{n}.md": document(n, severity) for n, severity in enumerate(SEVERITIES)}
    files["postmortems/solo.md"] = SOLO + "- Paint the bikeshed (owner: bobby)\n"
    files["postmortems/draft.md"] = document(8, "SEV1", status="draft")
    files["postmortems/old.md"] = document(6, "1").replace("2026-", "2025-")
    files["postmortems/vault.md"] = f"---\nvisibility: restricted\n---\n{document(7, 's1')}"
    write(tmp_path, {"pmsync.toml": CONFIG, **files})
    run(tmp_path, "sync")
    for number, verb in enumerate(["close", "start", "close"], 1):
        run(tmp_path, "tickets", verb, f"LOCAL-{number}", "--as", "alice")
    write(tmp_path, {"postmortems/2.md": document(2, "SEV1"), "postmortems/solo.md": SOLO})
    run(tmp_path, "sync")
    return tmp_path


def run(place: Path, *args: str, now: datetime = LATER) -> int:
    return main(list(args), App(environ={}, cwd=place, now=lambda: now))


def query(place: Path, sql: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(place / ".pmsync/ledger.db")) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql)]


def status(place: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """As it is now: the views compare with SQLite's own date."""
    capsys.readouterr()
    run(place, "status", "--all", "--format", "json", now=datetime.now(UTC))
    value: dict[str, Any] = json.loads(capsys.readouterr().out)
    return value


def test_open_items(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    value = status(place, capsys)
    rows = {row["uid"]: row for row in value["items"] if row["kind"] == "open"}
    views = {row["uid"]: row for row in query(place, "SELECT * FROM open_items")}
    assert views.keys() == rows.keys()
    for uid, row in rows.items():
        view = views[uid]
        assert json.loads(view["people"]) == row["people"]
        named = ("status", "severity", "due", "title", "path", "line", "restricted")
        assert {name: view[name] for name in named} == {name: row[name] for name in named}
        assert (view["ticket_key"] or "", view["days_late"] or 0) == (row["ticket"], row["late"])
    assert {row["status"] for row in rows.values()} >= {"open", "in_progress", "orphaned", "proposed", "blocked"}
    assert {row["severity"] for row in rows.values()} == {"sev1", "sev2", "major", None}
    assert {name for row in rows.values() for name in row["people"]} == {"bob", "alice", "zoe"}
    assert value["counts"]["open"] == len(views)
    overdue = query(place, "SELECT uid FROM overdue_items")
    assert value["counts"]["overdue"] == len(overdue) > 0


def test_items_by_owner(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row for row in status(place, capsys)["items"] if row["kind"] == "open"]
    opened = Counter(name for row in rows for name in row["people"] or ["(nobody)"])
    late = Counter(name for row in rows for name in row["people"] or ["(nobody)"] if row["late"])
    found = query(place, "SELECT * FROM items_by_owner")
    assert {row["owner"]: (row["open"], row["overdue"]) for row in found} == {n: (opened[n], late[n]) for n in opened}


def test_closure_by_severity(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row for row in status(place, capsys)["items"] if row["ticket"]]
    ticketed = Counter(row["severity"] or "(none)" for row in rows)
    done = Counter(row["severity"] or "(none)" for row in rows if row["status"] == "done")
    late = Counter(row["severity"] or "(none)" for row in rows if row["late"])
    found = query(place, "SELECT * FROM closure_by_severity")
    assert {row["severity"]: (row["ticketed"], row["done"], row["overdue"]) for row in found} == {
        level: (ticketed[level], done[level], late[level]) for level in ticketed
    }
    assert sum(done.values()) == 2


def test_another_spelling_under_people_counts_from_the_next_sync_on(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(place, {"pmsync.toml": CONFIG + '[people.zoe-washburne]\naliases = ["zoe"]\n'})
    run(place, "sync")
    assert [row for row in query(place, "SELECT owner FROM items_by_owner") if "zoe" in row["owner"]] == [
        {"owner": "zoe-washburne"}
    ]
    run(place, "forget", "LOCAL-4", "--yes")
    check_people(place, capsys)


def test_a_ledger_of_before_is_brought_up_by_the_next_sync(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/1.md": document(1, "SEV-1 / critical")})
    with monkeypatch.context() as before:
        before.setattr(schema, "STEPS", [step for step in schema.STEPS if not step[0].startswith("0010")])
        before.setattr(Ledger, "show", lambda *_: None)
        assert run(tmp_path, "sync") == 0
        assert {row["severity"] for row in query(tmp_path, "SELECT * FROM open_items")} == {"SEV-1 / critical"}
    assert run(tmp_path, "sync") == 0
    assert {row["severity"] for row in query(tmp_path, "SELECT * FROM open_items")} == {"sev1"}
    check_people(tmp_path, capsys)


def check_people(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row["uid"]: row["people"] for row in status(place, capsys)["items"] if row["kind"] == "open"}
    assert {row["uid"]: json.loads(row["people"]) for row in query(place, "SELECT * FROM open_items")} == rows
