"""An action item as the report counts it, on the day the report is about. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pmsync.ledger.past import PastChange


class Ending(StrEnum):
    """What has become of an item. An item in progress, or without a ticket so far, is OPEN."""

    OPEN = "open"
    DONE = "done"
    WONT_DO = "wont_do"
    DUPLICATE = "duplicate"
    ORPHANED = "orphaned"
    LOST = "lost"


DROPPED = frozenset({Ending.ORPHANED, Ending.LOST})
"""What nobody closed: the item left its document, or its ticket is gone."""


@dataclass(frozen=True, slots=True)
class ReportItem:
    """One item. Days are in UTC.

    `since` is the first day of its open time: the day its ticket was created, else the day it was first seen. `ended`
    is the day of its ending, None while it is open. `dated` is the document's date. `owners` are ids under [people], or
    names that are not known there. `severity` is normalised, '' if unknown. `reopened` counts how often it was opened
    again. `merged` is the day on which its ticket gave way to another one, None if it did not. `changes` are its
    history up to the report's day, oldest first.
    """

    uid: str
    title: str
    path: str
    line: int
    document: str
    document_status: str
    dated: date | None
    severity: str
    kind: str
    services: tuple[str, ...]
    team: str
    owners: tuple[str, ...]
    ticket: str
    url: str
    ending: Ending
    since: date
    ended: date | None
    due: date | None
    due_from: str
    reopened: int = 0
    merged: date | None = None
    changes: tuple[PastChange, ...] = ()

    @property
    def quarter(self) -> str:
        """The quarter of the document's date, else of the first day: `2026-Q3`."""
        day = self.dated or self.since
        return f"{day.year}-Q{(day.month + 2) // 3}"

    @property
    def days_to_end(self) -> int | None:
        """Days from the first day to the ending; 0 for clocks that disagree."""
        return None if self.ended is None else max((self.ended - self.since).days, 0)

    def days_in_view(self, day: date) -> int:
        """Days from the first day to `day`."""
        return (day - self.since).days

    def is_late(self, day: date) -> bool:
        """Whether it is open and was due before `day`."""
        return self.ending is Ending.OPEN and self.due is not None and self.due < day


def quarter_end(name: str) -> date:
    """The first day after the quarter `2026-Q3`."""
    year, number = int(name[:4]), int(name[-1])
    return date(year + 1, 1, 1) if number == 4 else date(year, 3 * number + 1, 1)
