"""Calendars of business days, as values. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

WEEKEND = frozenset({5, 6})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The business days of one place.

    `weekend` holds weekdays, 0 is Monday. `off` are single days off, `yearly` those of every year as (month, day), and
    `worked` are days of a weekend that are worked on all the same.
    """

    weekend: frozenset[int] = WEEKEND
    off: frozenset[date] = frozenset()
    yearly: frozenset[tuple[int, int]] = frozenset()
    worked: frozenset[date] = frozenset()

    def is_business_day(self, day: date) -> bool:
        if day in self.off or (day.month, day.day) in self.yearly:
            return False
        return day.weekday() not in self.weekend or day in self.worked

    def after(self, day: date, count: int) -> date:
        """Return the business day that is `count` of them after `day`, which itself does not count.

        With a count of 0 it is `day`, whatever day that is. Nothing comes after the last day that Python knows.
        """
        while count > 0 and day < date.max:
            day += _DAY
            count -= self.is_business_day(day)
        return day


@dataclass(frozen=True, slots=True)
class WorkCalendars:
    """The calendar of most documents, and those of single teams by their name in lower case."""

    usual: WorkCalendar = WorkCalendar()
    teams: Mapping[str, WorkCalendar] = field(default_factory=dict)

    def of(self, names: Iterable[str | None]) -> WorkCalendar:
        """Return the calendar of the first of these teams or services that has one of its own."""
        own = (self.teams[name.casefold()] for name in names if name and name.casefold() in self.teams)
        return next(own, self.usual)


ONLY_WEEKENDS = WorkCalendars()
"""Saturdays and Sundays are off, and nothing else."""
