"""What a calendar of due dates shows. Pure.

Items of restricted documents are left out, of the count of late ones too, unless the calendar is for their owner alone;
then nothing names the others who own them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from pmsync.reports.status import StatusRow, in_words

MOST_LATE = 20
"""So many late items are listed in their one entry."""


class CalendarEntry(NamedTuple):
    """An all-day entry. `uid` stays the same while `day` moves; `url` is '' for none, `private` for its owner only."""

    uid: str
    day: date
    title: str
    text: str
    url: str = ""
    private: bool = False


def may_show(rows: Iterable[StatusRow], person: str) -> list[StatusRow]:
    """The rows that a calendar may show: for `person` alone, or for everybody where that is ''."""
    return [row for row in rows if person or not row.restricted]


def calendar_entries(rows: Iterable[StatusRow], today: date, namespace: str, person: str = "") -> list[CalendarEntry]:
    """An entry for each open item that is due today or later, and one for all that are late, today.

    `rows` are those of the person, or everybody's where `person` is ''; in the order of `status`. `namespace` makes
    the uids unique.
    """
    shown = [row for row in may_show(rows, person) if row.kind == "open" and row.due]
    late = [row for row in shown if row.late]
    coming = [_entry(row, row.due, namespace, person) for row in shown if row.due and not row.late]
    return [*([_late_entry(late, today, namespace, person)] if late else []), *coming]


def _entry(row: StatusRow, day: date, namespace: str, person: str) -> CalendarEntry:
    facts = [
        f"Owner: {', '.join(row.people) or 'nobody'}" if not person else "",
        f"Ticket: {row.ticket} ({in_words(row.status)})" if row.ticket else f"No ticket: {row.note}",
        f"Severity: {row.severity}" if row.severity else "",
        f"From: {row.document} ({row.where})",
    ]
    text = "\n".join(_plain(fact) for fact in facts if fact)
    return CalendarEntry(f"{row.uid}@{namespace}", day, _title(row, person), text, _web(row.url), row.restricted)


def _late_entry(late: Sequence[StatusRow], today: date, namespace: str, person: str) -> CalendarEntry:
    """One for all: seven entries in the past are seven that nobody looks at."""
    title = f"{len(late)} items are late" if len(late) > 1 else f"1 item is late: {_title(late[0], person)}"
    lines = [_late_line(row, person) for row in late[:MOST_LATE]]
    if len(late) > MOST_LATE:
        owner = f" --owner {person}" if person else ""
        lines.append(f"and {len(late) - MOST_LATE} more: pmsync status --overdue{owner}")
    uid = f"late-{person}@{namespace}" if person else f"late@{namespace}"
    url = _web(late[0].url) if len(late) == 1 else ""
    return CalendarEntry(uid, today, title, "\n".join(lines), url, any(row.restricted for row in late))


def _late_line(row: StatusRow, person: str) -> str:
    days = "1 day" if row.late == 1 else f"{row.late} days"
    return " ".join(part for part in (f"{days} late:", _title(row, person), _web(row.url)) if part)


def _title(row: StatusRow, person: str) -> str:
    """`Fix the pager (PAY-1, alice)`; the owner's own calendar names nobody."""
    facts = [row.ticket, *([] if person else row.people or ["nobody"])]
    known = ", ".join(fact for fact in facts if fact)
    return _plain(f"{row.title} ({known})" if known else row.title)


def _web(url: str) -> str:
    return url if url.startswith(("https://", "http://")) else ""


def _plain(text: str) -> str:
    """The text on one line, without control characters, which a calendar may not hold."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
