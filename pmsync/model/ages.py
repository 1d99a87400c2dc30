"""How long ago something was, by clocks that may be wrong. Pure.

A time in the future was written by a clock that was ahead then, or is read by one that is behind now. It says nothing
about how long ago that was, so it is no reason to wait, nor to take anything for fresh. Clocks of two machines are
never quite the same: up to SKEW ahead counts as now.
"""

from __future__ import annotations

from datetime import datetime, timedelta

SKEW = timedelta(minutes=5)


def is_future(at: datetime, now: datetime) -> bool:
    return at - now > SKEW


def is_within(at: datetime, now: datetime, span: timedelta) -> bool:
    """Whether that was less than `span` ago, surely."""
    return not is_future(at, now) and now - at < span


def believed(at: datetime, now: datetime) -> datetime:
    """The time that a span is to be counted from: where a clock was wrong, from now on."""
    return now if is_future(at, now) else at
