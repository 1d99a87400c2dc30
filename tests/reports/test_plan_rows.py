"""Rows of a plan name people, not accounts, and a renamed document once."""

from __future__ import annotations

from dataclasses import replace

from pmsync.planning.plan import plan
from pmsync.reports.plan_rows import gathered, plan_rows
from tests.build import document, item, link, settings, ticket, view, world
from tests.planning.test_plan import DOC, PEOPLE, A


def test_accounts_are_shown_as_the_people_behind_them() -> None:
    each = link(DOC, 0, replace(ticket(1, "Add alerting for full disks"), assignees=("5b10", "9f9f")))
    changed = document(A, replace(DOC.items[0], owners=("bob",)), item("Write a runbook", 9, owners=("alice",)))
    views = {"web": view(accounts={"alice": "5b10", "bob": "7c20"})}
    seen = world(changed, links=[each], views=views, settings=settings(people=PEOPLE))
    words = " / ".join(row.words for row in plan_rows(plan(seen), seen))
    assert "assignee: alice, 9f9f → bob" in words
    assert "5b10" not in words
    assert "7c20" not in words


def test_of_a_renamed_document_only_what_else_changed_has_a_line_of_its_own() -> None:
    titles = ("Add an alert on full disks", "Write a runbook", "Rotate the keys", "Close idle connections")
    doc = document("postmortems/old.md", *(item(title, n) for n, title in enumerate(titles, 1)))
    links = [link(doc, n, ticket(n + 1, each.title)) for n, each in enumerate(doc.items)]
    items = [replace(doc.items[0], title="Add an alert on nearly full disks"), *doc.items[1:]]
    seen = world(document("postmortems/new.md", *items), links=links)
    rows = gathered(plan_rows(plan(seen), seen))
    assert [(row.action, row.title, row.words) for row in rows] == [
        ("move", "postmortems/old.md → postmortems/new.md", rows[0].words),
        (
            "update",
            "Add an alert on nearly full disks",
            "title: Add an alert on full disks → Add an alert on nearly full disks",
        ),
    ]
    assert rows[0].words.startswith("4 tickets: ")
    assert rows[0].words.endswith(", …")
