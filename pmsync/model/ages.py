"""Ages by clocks that may be wrong. Pure.

A time in the future was written by a clock that was ahead, or is read by one that is behind. It does not tell an age,
so it neither makes a run wait nor makes anything count as fresh. Clocks differ a little: up to SKEW ahead counts as
now.
"""

from __future__ import annotations

from datetime import datetime, timedelta

SKEW = timedelta(minutes=5)


def is_future(at: datetime, now: datetime) -> bool:
    """Whether the time is further ahead than clocks usually differ."""
    return at - now > SKEW


def is_within(at: datetime, now: datetime, span: timedelta) -> bool:
    """Whether the time is surely less than `span` ago."""
    return not is_future(at, now) and now - at < span


def believed(at: datetime, now: datetime) -> datetime:
    """Return the time from which to count a span: now, if the clock was wrong."""
    return now if is_future(at, now) else at
