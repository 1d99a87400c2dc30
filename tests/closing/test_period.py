"""Periods as people type them."""

from __future__ import annotations

from datetime import date

import pytest

from pmsync.closing.items import quarter_end
from pmsync.closing.period import to_period


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-07-01..2026-07-01", date(2026, 7, 1), date(2026, 7, 1)),
        ("2026-07-01 .. 2026-09-30", date(2026, 7, 1), date(2026, 9, 30)),
    ],
)
def test_a_period_has_a_first_and_a_last_day(text: str, first: date, last: date) -> None:
    period = to_period(text)
    assert (period.first, period.last) == (first, last)
    assert first in period
    assert last in period


@pytest.mark.parametrize(
    "text", ["", "last year", "2026-Q5", "2026-13", "2026-00", "0000", "2026-07-01..", "2026-09-30..2026-07-01"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        to_period(text)


def test_a_quarter_ends_when_the_next_one_begins() -> None:
    assert quarter_end("2026-Q1") == date(2026, 4, 1)
    assert quarter_end("2026-Q4") == date(2027, 1, 1)
