"""Tickets of ours that were transferred out of a repository, found without knowing their numbers. Reads only.

A transferred issue is in no listing of the repository it left, but its number still leads to it (301, "Get an issue").
Issues, pull requests and discussions share one row of numbers, so that a number which no listing shows is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from pmsync.model import Ticket
from pmsync.trackers.contract import Gone, Moved, Sight
from pmsync.trackers.github.issue import utc
from pmsync.trackers.github.repository import Repository

MOST = 100
"""Requests: where more numbers are missing, the newest are asked for."""


def departed(repo: Repository, since: datetime, ask: Callable[[int], Sight]) -> tuple[Ticket, ...]:
    """What was created since then and lives elsewhere by now, as far as it can be seen there."""
    listed, _ = repo.listed({}, since)
    fresh = sorted(number for number, issue in listed.items() if utc(issue["created_at"]) >= since)
    newest = max([repo.newest(), *listed])
    between = [number for number in range(fresh[0], newest) if number not in listed] if fresh else []
    sights = [ask(number) for number in between[-MOST:]]
    sights += _below(fresh[0] if fresh else newest + 1, ask)
    sights += _above(newest, ask)
    return tuple(sight.ticket for sight in sights if isinstance(sight, Moved) and sight.ticket)


def _below(first: int, ask: Callable[[int], Sight]) -> Iterator[Sight]:
    """Down to the last one that was there before and still is."""
    for number in range(first - 1, max(0, first - 1 - MOST), -1):
        sight = ask(number)
        yield sight
        if not isinstance(sight, Gone) and not (isinstance(sight, Moved) and sight.ticket):
            return


def _above(newest: int, ask: Callable[[int], Sight]) -> Iterator[Sight]:
    """Up to the first number that nothing ever had."""
    for number in range(newest + 1, newest + 1 + MOST):
        sight = ask(number)
        yield sight
        if isinstance(sight, Gone) and sight.hidden:
            return
