"""A span of days as people type it: `2026`, `2026-Q3`, `2026-07`, `2026-07-01..2026-09-30`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Period:
    """From the `first` to the `last` day, both included; `name` is as typed."""

    name: str
    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def to_period(text: str) -> Period:
    """The period. Raises ValueError for text that is none, and for one that ends before it begins."""
    first, dots, last = text.partition("..")
    if dots:
        period = Period(text, date.fromisoformat(first.strip()), date.fromisoformat(last.strip()))
        if period.last < period.first:
            raise ValueError(f"{text!r} ends before it begins")
        return period
    found = re.fullmatch(r"(\d{4})(?:-(?:Q([1-4])|(\d\d)))?", text.strip().upper())
    if found is None:
        raise ValueError(f"{text!r} is no period")
    year, quarter, month = int(found[1]), found[2], found[3]
    if quarter:
        return _months(text, year, 3 * int(quarter) - 2, 3)
    return _months(text, year, int(month), 1) if month else _months(text, year, 1, MONTHS)


def _months(text: str, year: int, month: int, count: int) -> Period:
    years, months = divmod(month - 1 + count, MONTHS)
    return Period(text, date(year, month, 1), date(year + years, months + 1, 1) - timedelta(days=1))
