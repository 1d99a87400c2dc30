"""The views that people query, and the queries that docs/ledger.md shows."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pmsync.model import Fields, Status
from tests.ledger.samples import NOON, document, item, link, ticket

DOC = Path(__file__).parents[2] / "docs" / "ledger.md"
TODAY = datetime.now(UTC).date()  # the views compare with SQLite's own date('now')
LATE, SOON = TODAY - timedelta(days=3), TODAY + timedelta(days=3)


def query(ledger, sql):
    return [dict(row) for row in ledger._connection.execute(sql).fetchall()]


@pytest.fixture
def filled(ledger, run):
    documents = [document(services=("payments",), date=date(2026, 11, 1)), document("secret.md", restricted=True)]
    items = [
        item("late", fields=Fields("late", owners=("alice",)), due=LATE, standing="ticketed"),
        item("soon", fields=Fields("soon", owners=("alice", "bob")), due=SOON, standing="ticketed"),
        item("done", standing="ticketed"),
        item("lost", standing="ticketed"),
        item("left", standing="ticketed"),
        item("draft", fields=Fields("draft", owners=("carol",)), standing="proposed", note="the document is a draft"),
        item("old", standing="listed"),
        item("ticked", standing="proposed", done=True),
        item("secret", "secret.md", standing="undecided", fields=Fields("secret", severity="sev3"), due=LATE),
    ]
    ledger.save_documents(run, NOON, documents, items, judged=[d.id for d in documents], gone=[])
    closed = ticket("PAY-3", status=Status.DONE, closed_at=NOON + timedelta(days=4))
    links = [
        link("late", key="PAY-1"),
        replace(link("soon", key="PAY-2"), ticket=ticket("PAY-2", assignees=("bobby", "someone"))),
        replace(link("done"), ticket=closed),
        link("lost", key="PAY-4", lost=True),
        link("left", key="PAY-5", orphaned=True),
    ]
    ledger.save_links(run, NOON, links, "pmsync")
    ledger.show({"soon": (("bob", "someone"), "sev1")})
    return ledger


def test_open_items_says_what_is_open_and_why(filled):
    found = {row["uid"]: row for row in query(filled, "SELECT * FROM open_items")}
    assert {uid: row["status"] for uid, row in found.items()} == {
        "late": "open",
        "soon": "open",
        "lost": "lost",
        "left": "orphaned",
        "draft": "proposed",
        "secret": "undecided",
    }
    assert (found["late"]["ticket_key"], found["late"]["days_late"], found["late"]["path"]) == (
        "PAY-1",
        3,
        "postmortems/outage.md",
    )
    assert found["secret"]["restricted"] == 1
    assert (found["soon"]["days_late"], found["soon"]["severity"]) == (None, "sev1")


def test_overdue_items_are_the_late_ones(filled):
    assert sorted(row["uid"] for row in query(filled, "SELECT uid FROM overdue_items")) == ["late", "secret"]


def test_items_count_for_the_assignee_else_for_the_owner(filled):
    found = {row["owner"]: (row["open"], row["overdue"]) for row in query(filled, "SELECT * FROM items_by_owner")}
    assert found == {"alice": (1, 1), "bob": (1, 0), "someone": (1, 0), "carol": (1, 0), "(nobody)": (3, 1)}


def test_closure_by_severity_counts_tickets(filled):
    assert query(filled, "SELECT * FROM closure_by_severity") == [
        {
            "severity": "sev1",
            "ticketed": 4,
            "done": 1,
            "wont_do": 0,
            "open": 3,
            "overdue": 1,
            "percent_done": 25.0,
            "average_days_to_done": 4.0,
        }
    ]


@pytest.mark.parametrize("sql", re.findall(r"```sql\n(.*?)```", DOC.read_text(encoding="utf-8"), re.S))
def test_the_queries_of_the_documentation_run(filled, sql):
    assert query(filled, sql) is not None


def test_the_documentation_names_every_table_and_view(filled):
    names = {row["name"] for row in query(filled, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    text = DOC.read_text(encoding="utf-8")
    assert {name for name in names if not name.startswith(("sqlite", "_"))} <= set(re.findall(r"`(\w+)`", text))
