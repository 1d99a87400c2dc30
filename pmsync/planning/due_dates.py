"""When items are due and assigned at the latest, and by what. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from pmsync.config.settings import Limit, SlaRule
from pmsync.config.severity import severity_level
from pmsync.model import Document, Finding, Item
from pmsync.workdays.calendar import ONLY_WEEKENDS, WorkCalendar, WorkCalendars


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day that [sla] allows. `by` names the conditions of the rule, none for the default."""

    day: date
    by: tuple[str, ...]

    @property
    def words(self) -> str:
        """`by severity and kind`, or `by default`."""
        return f"by {' and '.join(self.by) or 'default'}"


def due_date(
    document: Document, item: Item, sla: Sequence[SlaRule], calendars: WorkCalendars = ONLY_WEEKENDS
) -> tuple[date | None, str]:
    """Return when the item is due and by what: 'document', 'sla' (the document's date plus a limit), or ''.

    A date in the document that cannot be read is not replaced.
    """
    if item.due:
        return item.due, "document"
    allowed = None if _names_no_day(document, item) else deadline(document, item, sla, calendars)
    return (allowed.day, "sla") if allowed else (None, "")


def deadline(
    document: Document,
    item: Item,
    sla: Sequence[SlaRule],
    calendars: WorkCalendars = ONLY_WEEKENDS,
    limit: Literal["assigned", "done"] = "done",
) -> Deadline | None:
    """Return the limit of the first rule that fits and has one, counted from the document's date."""
    fitting = (rule for rule in sla if getattr(rule, limit) is not None and _fits(rule, document, item))
    rule = next(fitting, None)
    if rule is None or document.date is None:
        return None
    calendar = calendars.of((document.team, *document.services))
    return Deadline(_later(document.date, getattr(rule, limit), calendar), rule.conditions)


def _fits(rule: SlaRule, document: Document, item: Item) -> bool:
    return (
        (not rule.severity or severity_level(document.severity or "") in rule.severity)
        and (not rule.priority or _is_one_of([item.priority], rule.priority))
        and (not rule.kind or _is_one_of([item.kind], rule.kind))
        and (not rule.service or _is_one_of(document.services, rule.service))
    )


def _is_one_of(values: Sequence[str | None], wanted: Sequence[str]) -> bool:
    return not {value.casefold() for value in values if value}.isdisjoint(map(str.casefold, wanted))


def _later(day: date, limit: Limit, calendar: WorkCalendar) -> date:
    """Return the last day of a limit that starts on a day; the last day of all if that is beyond it."""
    if limit.business:
        return calendar.after(day, limit.days)
    return day + min(timedelta(days=limit.days), date.max - day)


def _names_no_day(document: Document, item: Item) -> bool:
    """Whether the item has a date that cannot be read; the document's findings are sorted by line."""
    findings = document.findings
    start = bisect_left(findings, item.line, key=_line)
    return any(
        each.rule == "unreadable-date" for each in findings[start : bisect_right(findings, item.line, key=_line)]
    )


def _line(finding: Finding) -> int:
    return finding.line
