"""How far a ledger can be believed: when it was last brought up to date, and what has gone wrong since.

Reads the ledger and nothing else; `now` is an argument.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from pmsync.location import place
from pmsync.model.ages import is_future, is_within
from pmsync.model.frozen import frozen

if TYPE_CHECKING:
    from pmsync.ledger.reader import LedgerReader
    from pmsync.model import Run

STALE = timedelta(days=1)
"""How old the last good sync may be before `status` warns, where there were too few to tell how often they come."""
SOONEST = timedelta(hours=1)
"""... and at least, however often they come: one that fails now and then is no news."""
RECENT = 10
"""So many of the last good syncs tell how often they come."""


@frozen
class Freshness:
    """How far the ledger can be believed. `trouble` says in words what is wrong with it, '' where nothing is.

    `homework` is an error of a good run that only a person can put right, and `advice` says how.
    """

    last_good_sync: datetime | None
    trouble: str = ""
    homework: str = ""
    advice: str = ""


def freshness(ledger: LedgerReader, now: datetime) -> Freshness:
    """When the ledger was last brought up to date over everything, and what has gone wrong since."""
    good, last = ledger.last_good_run(), ledger.last_run()
    at = good.finished_at if good else None
    if last is not None and last.ok is False:
        from pmsync.planning.operations import UNDONE  # noqa: PLC0415 (only trouble needs it)

        errors = sorted(ledger.errors(), key=lambda finding: finding.rule not in UNDONE)
        first = f": {errors[0].message}" if errors else ""
        return Freshness(at, f"the last run ({_when(last)}) failed or left something undone{first}")
    if at is None and (last is None or last.finished_at):
        return Freshness(at, "no full sync has succeeded yet")
    if last is not None and last.finished_at is None:
        return Freshness(at, f"a run ({_when(last)}) has not ended: it is still at work, or was killed")
    if at is not None and is_future(at, now):
        return Freshness(
            at, f"the last good sync is dated {at:%Y-%m-%d %H:%M} UTC, in the future: a clock is or was wrong"
        )
    if at is not None and not is_within(at, now, patience(ledger, now)):
        gap = _longest_gap(ledger, now)
        usual = f"though there was one at least every {_span(gap)} before" if gap else "more than a day ago"
        return Freshness(at, f"the last good sync was at {at:%Y-%m-%d %H:%M} UTC, {usual}")
    errors = ledger.errors()
    if not errors:
        return Freshness(at)
    error, more = errors[0], f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    where = f"{place(error.path, error.line)}: " if error.path else ""
    return Freshness(at, homework=f"{where}{error.message}{more}", advice=error.hint)


def patience(ledger: LedgerReader, now: datetime) -> timedelta:
    """How old the last good sync may become: three times the longest of the last gaps between two, an hour at least;
    a day where there were too few.
    """
    gap = _longest_gap(ledger, now)
    return max(3 * gap, SOONEST) if gap else STALE


def is_stale(ledger: LedgerReader, now: datetime) -> bool:
    """Whether a good sync has been missing for too long. Before the first one it counts from the first try."""
    since = next((run.finished_at for run in ledger.good_runs(1)), None)
    first = ledger.first_run()
    since = since or (first.started_at if first else None)
    return since is not None and not is_within(since, now, patience(ledger, now))


def _longest_gap(ledger: LedgerReader, now: datetime) -> timedelta | None:
    """The longest time between two of the last good syncs; None where there were too few to tell. Those that a wrong
    clock dated do not count.
    """
    ends = [run.finished_at for run in ledger.good_runs(RECENT) if run.finished_at]
    ends = [end for end in ends if not is_future(end, now)]
    gaps = [later - earlier for later, earlier in pairwise(ends)]
    return max(gaps) if len(gaps) >= 3 else None


def _span(span: timedelta) -> str:
    """`12 minutes`, `3 hours`, `2 days`: rounded up, for a message."""
    minutes = max(-(-span // timedelta(minutes=1)), 1)
    for size, noun in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= 2 * size or size == 1:
            number = -(-minutes // size)
            return f"{number} {noun}s" if number > 1 else noun
    return ""


def _when(run: Run) -> str:
    return f"pid {run.pid} on {run.host}, {run.started_at:%Y-%m-%d %H:%M} UTC"
