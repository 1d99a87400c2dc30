"""Tickets that nobody was assigned to in time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from pmsync.config.settings import Limit, Person, SlaRule
from pmsync.model import Document, Finding, Item, Status
from pmsync.planning.plan import plan
from pmsync.workdays.calendar import WorkCalendar, WorkCalendars
from tests.build import document, link, settings, ticket, view, world

# a Friday; two business days later is Tuesday the 24th
FRIDAY, TUESDAY = date(2026, 11, 20), datetime(2026, 11, 24, 23, 59, tzinfo=UTC)
WEDNESDAY = datetime(2026, 11, 25, tzinfo=UTC)
SLA = (SlaRule(severity=("sev1",), assigned=Limit(2, business=True)),)


def doc(*items: Item, **fields: Any) -> Document:
    return document("a.md", *items or (Item("Add an alert", 5),), **{"date": FRIDAY, "severity": "SEV1", **fields})


def told(
    made: Document, at: datetime = WEDNESDAY, *, config: Any = None, calendars: Any = None, **fields: Any
) -> list[Finding]:
    links = [
        link(made, n, ticket(n + 1, item.title, path=made.path, **fields)) for n, item in enumerate(made.items)
    ]  # fmt: skip
    here = {"views": {"web": view(*(each.ticket for each in links))}, "now": at, "links": links}
    more = {"calendars": calendars} if calendars else {}
    findings = plan(world(made, settings=config or settings(sla=SLA), **here, **more)).findings
    return [finding for finding in findings if finding.rule == "not-assigned"]


def test_a_ticket_without_assignee_is_told_once_the_time_is_over() -> None:
    assert told(doc(), TUESDAY) == []
    (finding,) = told(doc(), WEDNESDAY)
    assert (finding.path, finding.line, finding.level) == (doc().path, 5, "warning")
    assert finding.message == "nobody was assigned by 2026-11-24 to 'WEB-1'"


def test_a_holiday_leaves_another_day() -> None:
    off = WorkCalendars(WorkCalendar(off=frozenset({date(2026, 11, 23)})))
    assert told(doc(), WEDNESDAY, calendars=off) == []
    assert told(doc(), datetime(2026, 11, 26, tzinfo=UTC), calendars=off)


@pytest.mark.parametrize(
    ("made", "fields"),
    [
        (doc(), {"assignees": ("al",)}),
        (doc(), {"status": Status.DONE}),
        (doc(Item("Add an alert", 5, done=True)), {}),
        (doc(severity="SEV2"), {}),
        (doc(date=None), {}),
        (doc(draft=True), {}),
    ],
)
def test_what_is_not_waiting_for_anybody(made: Document, fields: dict[str, Any]) -> None:
    assert told(made, **fields) == []


def test_who_is_assigned_by_this_run_is_in_time() -> None:
    owned = doc(Item("Add an alert", 5, owners=("alice",)))
    people = {"alice": Person("alice")}
    made = doc(Item("Add an alert", 5))
    linked = link(made, 0, ticket(1, "Add an alert", path=made.path))
    here = {"views": {"web": view(linked.ticket, accounts={"alice": "al"})}, "now": WEDNESDAY, "links": [linked]}
    result = plan(world(owned, settings=settings(sla=SLA, people=people), **here))
    assert [op.patch.get("assignees") for op in result.operations if hasattr(op, "patch")] == [("al",)]
    assert "not-assigned" not in {finding.rule for finding in result.findings}


def test_one_finding_a_document_names_tickets_and_never_a_title() -> None:
    many = doc(*(Item(f"Secret work {n}", 5 + n) for n in range(7)), restricted=True)
    (finding,) = told(many)
    assert (
        finding.message == "nobody was assigned by 2026-11-24 to 'WEB-1', 'WEB-2', 'WEB-3', 'WEB-4', 'WEB-5' and 2 more"
    )
    assert "Secret" not in finding.message + finding.hint


def test_each_day_is_named_once() -> None:
    by_kind = (SlaRule(kind=("mitigate",), assigned=Limit(1)), *SLA)
    made = doc(*(Item(f"Do {n}", 5 + n, kind=kind) for n, kind in enumerate((None, "mitigate", None))))
    (finding,) = told(made, config=settings(sla=by_kind))
    assert finding.message == "nobody was assigned by 2026-11-21 to 'WEB-2'; by 2026-11-24 to 'WEB-1', 'WEB-3'"
    assert finding.line == 6
