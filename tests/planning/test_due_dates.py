"""When items are due, by which rule."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pmsync.config.file import parse
from pmsync.config.settings import SlaRule
from pmsync.model import Document, Item
from pmsync.planning.due_dates import Deadline, deadline, due_date
from pmsync.planning.ticket_text import facts
from pmsync.workdays.calendar import WorkCalendar, WorkCalendars

FRIDAY = date(2026, 11, 20)
ITEM = Item("Add an alert", 5)


def sla(text: str) -> tuple[SlaRule, ...]:
    return parse(tomllib.loads(text), Path("/srv"), "pmsync.toml", whole=False).sla


def document(**fields: Any) -> Document:
    return Document(**{"id": "a", "path": "a.md", "title": "Outage", "date": FRIDAY, "severity": "SEV-1", **fields})


RULES = sla("""
[sla]
sev1 = "15d"
sev2 = { assigned = "3d", done = "30d" }
default = "90d"
[[sla.rules]]
kind = ["mitigate", "Detect"]
priority = "p0"
done = "3bd"
[[sla.rules]]
service = "payments"
assigned = "1bd"
[[sla.rules]]
service = "payments"
severity = ["1", "SEV2"]
done = "5bd"
""")


@pytest.mark.parametrize(
    ("fields", "item", "day", "by"),
    [
        ({}, {}, date(2026, 12, 5), "by severity"),
        ({"severity": "2"}, {}, date(2026, 12, 20), "by severity"),
        ({"severity": None}, {}, date(2027, 2, 18), "by default"),
        ({}, {"kind": "Mitigate", "priority": "P0"}, date(2026, 11, 25), "by priority and kind"),
        ({}, {"kind": "detect", "priority": "P0"}, date(2026, 11, 25), "by priority and kind"),
        ({}, {"kind": "detect", "priority": "P1"}, date(2026, 12, 5), "by severity"),
        ({}, {"kind": "prevent", "priority": "P0"}, date(2026, 12, 5), "by severity"),
        ({"services": ("Payments",)}, {}, date(2026, 11, 27), "by severity and service"),
        ({"services": ("payments",)}, {"kind": "detect", "priority": "P0"}, date(2026, 11, 25), "by priority and kind"),
        ({"services": ("payments",), "severity": "sev3"}, {}, date(2027, 2, 18), "by default"),
    ],
)
def test_the_first_rule_that_fits_counts(fields: dict[str, Any], item: dict[str, Any], day: date, by: str) -> None:
    made = deadline(document(**fields), Item("Add an alert", 5, **item), RULES)
    assert made
    assert (made.day, made.words) == (day, by)


def test_each_limit_has_its_own_first_rule() -> None:
    pay = document(services=("payments",))
    assert deadline(pay, ITEM, RULES, limit="assigned") == Deadline(date(2026, 11, 23), ("service",))
    assert deadline(document(severity="sev2"), ITEM, RULES, limit="assigned") == Deadline(
        date(2026, 11, 23), ("severity",)
    )
    assert deadline(document(), ITEM, RULES, limit="assigned") is None


def test_a_simple_table_means_what_it_always_meant() -> None:
    simple = sla('[sla]\nsev1 = "15d"\nsev2 = "2w"\nsev3 = "36h"\nsev4 = "0"')
    days = [due_date(document(severity=f"sev{n}"), ITEM, simple)[0] for n in range(1, 6)]
    assert days == [date(2026, 12, 5), date(2026, 12, 4), date(2026, 11, 21), FRIDAY, None]


def test_the_document_comes_first_and_needs_a_date() -> None:
    assert due_date(document(), Item("x", 1, due=FRIDAY), RULES) == (FRIDAY, "document")
    assert due_date(document(), ITEM, RULES) == (date(2026, 12, 5), "sla")
    assert due_date(document(date=None), ITEM, RULES) == (None, "")
    assert due_date(document(), ITEM, ()) == (None, "")


def test_business_days_are_those_of_the_documents_team_or_service() -> None:
    off = WorkCalendar(off=frozenset({date(2026, 11, 23)}))
    calendars = WorkCalendars(teams={"payments": off})
    rules = sla('[sla]\nsev1 = "1bd"')
    assert due_date(document(), ITEM, rules, calendars)[0] == date(2026, 11, 23)
    assert due_date(document(team="Payments"), ITEM, rules, calendars)[0] == date(2026, 11, 24)
    assert due_date(document(services=("web", "payments")), ITEM, rules, calendars)[0] == date(2026, 11, 24)


def test_a_date_at_the_end_of_time_is_the_last_day() -> None:
    assert due_date(document(date=date(9999, 12, 30)), ITEM, RULES)[0] == date.max
    assert due_date(document(date=date.max), ITEM, sla('[sla]\nsev1 = "3bd"'))[0] == date.max


def test_a_ticket_says_what_its_date_is_by() -> None:
    settings = parse({"sla": {"default": "90d"}}, Path("/srv"), "pmsync.toml", whole=False)
    assert "- **Due:** 2027-02-18 (by default)" in facts(document(), ITEM, settings, fields=())
    assert "Due" not in facts(document(), ITEM, settings, fields={"due"})


def test_the_example_of_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "due-dates.md").read_text(encoding="utf-8")
    rules = sla(page.split("```toml\n")[2].split("```")[0])
    made = document(severity="sev1", services=("payments",))
    item = Item("Lower the limit", 5, kind="mitigate", priority="P0")
    assert deadline(made, item, rules, limit="assigned") == Deadline(date(2026, 11, 23), ("severity", "service"))
    assert deadline(made, item, rules) == Deadline(date(2026, 11, 25), ("priority", "kind"))
