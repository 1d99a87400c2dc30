"""From the ledger to the items of the report, on any day since the first run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING

from pmsync.closing import past
from pmsync.closing.items import ReportItem
from pmsync.errors import ConfigError, PmsyncError
from pmsync.ledger.owners import accounts
from pmsync.ledger.past import PastChange, PastReader
from pmsync.model import Run

if TYPE_CHECKING:
    from pmsync.config.settings import Settings


@dataclass(frozen=True, slots=True)
class DayView:
    """What the ledger knew at the end of a day: items, and why others do not count."""

    day: date
    items: tuple[ReportItem, ...]
    not_counted: tuple[str, ...]


def known(ledger: PastReader, settings: Settings, now: datetime, as_of: date | None) -> DayView:
    """The items as they were at the end of `as_of`, by default of the day of the last good sync.

    What happened after that sync is not known. Raises ConfigError for a day before the first run or in the future,
    PmsyncError if there was no run yet.
    """
    day = checked_day(ledger.first_run_at(), ledger.last_good_run(), now, as_of)
    changes: dict[str, list[PastChange]] = {}
    for change in ledger.changes():
        changes.setdefault(change.uid, []).append(change)
    people = _people(ledger, settings)
    found = [past.on_day(state, changes.get(state["uid"], ()), day, people) for state in ledger.item_rows(past.present)]
    items = tuple(past.without_merged([each for each in found if isinstance(each, ReportItem)]))
    return DayView(day, items, tuple(each for each in found if isinstance(each, str)))


def checked_day(first_run: datetime | None, last_good: Run | None, now: datetime, as_of: date | None) -> date:
    """The day that the report is about. Raises as `known` does."""
    today = now.astimezone(UTC).date()
    if first_run is None:
        raise PmsyncError("no sync has run yet, so there is nothing to report\nrun `pmsync sync`")
    first_day, last_day = first_run.date(), ((last_good and last_good.finished_at) or now).astimezone(UTC).date()
    day = as_of or max(min(last_day, today), first_day)
    if day < first_day:
        raise ConfigError(
            f"--as-of {day} is before the first run on {first_day}: the ledger knows nothing of that day\n"
            f"name {first_day} or a later day"
        )
    if day > today:
        raise ConfigError(f"--as-of {day} is in the future: today is {today} (UTC)\nname a day that has passed")
    return day


def _people(ledger: PastReader, settings: Settings) -> Callable[[str, tuple[str, ...]], tuple[str, ...]]:
    find = accounts(ledger, settings)

    @cache
    def people(tracker: str, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(find(tracker, name) for name in names))

    return people
