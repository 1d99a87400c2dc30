"""Tickets of ours that were transferred out of a repository, found without knowing their numbers. Reads only.

No listing of the repository shows a transferred issue, but its number still leads to it (301, "Get an issue"). Issues,
pull requests and discussions share one sequence of numbers: those that no listing shows are read one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from pmsync.model import Ticket
from pmsync.trackers.contract import Gone, Moved, Sight
from pmsync.trackers.github.repository import Repository

MOST = 100
"""Requests: if more numbers are missing, the newest ones are read."""


def departed(repo: Repository, since: datetime, ask: Callable[[int], Sight]) -> tuple[Ticket, ...]:
    """The tickets created since then that live elsewhere now, as far as we may see them there."""
    listed, _ = repo.listed({}, since)
    fresh = sorted(number for number, issue in listed.items() if datetime.fromisoformat(issue["created_at"]) >= since)
    newest = max([repo.newest(), *listed])
    between = [number for number in range(fresh[0], newest) if number not in listed] if fresh else []
    sights = [ask(number) for number in between[-MOST:]]
    sights += _below(fresh[0] if fresh else newest + 1, ask)
    sights += _above(newest, ask)
    return tuple(sight.ticket for sight in sights if isinstance(sight, Moved) and sight.ticket)


def _below(first: int, ask: Callable[[int], Sight]) -> Iterator[Sight]:
    """Downwards to the first one that is still here."""
    for number in range(first - 1, max(0, first - 1 - MOST), -1):
        sight = ask(number)
        yield sight
        if not isinstance(sight, Gone) and not (isinstance(sight, Moved) and sight.ticket):
            return


def _above(newest: int, ask: Callable[[int], Sight]) -> Iterator[Sight]:
    """Upwards to the first number that was never used."""
    for number in range(newest + 1, newest + 1 + MOST):
        sight = ask(number)
        yield sight
        if isinstance(sight, Gone) and sight.hidden:
            return
