"""Creates a ticket exactly once: announce it in the ledger, send it once, commit the outcome.

A crash or a lost answer at any point leaves an intent in the ledger. The next run waits until the ticket must be
visible, looks for it, and only then creates again (`planning/new_items.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby, islice
from math import isqrt

from pmsync.ledger import Ledger
from pmsync.model import Intent, Link, Ticket
from pmsync.planning.operations import ALONE, Create
from pmsync.trackers.contract import Created, Outcome, Rejected, Tracker, Unavailable


def create_once(
    ledger: Ledger, tracker: Tracker, run: int, now: Callable[[], datetime], lot: Sequence[Create]
) -> list[tuple[Create, Outcome]]:
    """Announce, send once, and commit each outcome; no transaction is open while the request is on its way.

    Returns each create with its outcome. A create in doubt keeps its intent, a refused or unprocessed one loses it.
    Raises LedgerError; before the intents are on the disk, nothing is sent.
    """
    announced_at = now()
    ledger.announce(run, announced_at, [_intent(create, announced_at) for create in lot])
    outcomes = tracker.create([create.draft for create in lot])
    pairs = list(zip(lot, outcomes, strict=True))
    created = [(create, outcome.ticket) for create, outcome in pairs if isinstance(outcome, Created)]
    ledger.save_links(run, now(), [_link(create, ticket, now()) for create, ticket in created], "pmsync")
    ledger.unrefuse([(create.uid, "create") for create, _ in created])
    for kind in (Rejected, Unavailable):
        surely_not = [create.uid for create, outcome in pairs if isinstance(outcome, kind)]
        if surely_not:
            ledger.withdraw(run, now(), surely_not, kind.__name__.lower())
    return pairs


def lots(creates: Sequence[Create], batch: int) -> Iterator[list[Create]]:
    """Yield the creates in lots of at most `batch`; those that were in doubt come last, in smaller lots.

    One item may have made its whole lot fail: it is sent again among few, then alone. The items tried least often go
    first, so that a failing one delays no other.
    """
    waiting = sorted(creates, key=lambda create: create.tries)
    for size, group in groupby(waiting, key=lambda create: _size(batch, create.tries)):
        while lot := list(islice(group, size)):
            yield lot


def _size(batch: int, tries: int) -> int:
    """Return the lot's size after so many tries: for Jira 50, 7, 1, which a runner without memory reaches in its
    passes.
    """
    if tries >= ALONE:
        return 1
    return max(isqrt(batch) if tries else batch, 1)


def _intent(create: Create, at: datetime) -> Intent:
    place = create.place
    return Intent(
        create.uid, create.tracker, place.document_id, place.key, create.draft.title, at, tries=create.tries + 1
    )


def _link(create: Create, ticket: Ticket, at: datetime) -> Link:
    place = create.place
    sent = {label.casefold() for label in create.draft.labels}
    return Link(
        uid=create.uid,
        document_id=place.document_id,
        key=place.key,
        ticket=replace(ticket, marker=ticket.marker or create.draft.marker),
        pushed=place.fields,
        pushed_labels=tuple(sorted(label for label in ticket.labels if label.casefold() in sent)),
        group=place.group,
        details_digest=place.details_digest,
        position=place.position,
        source=place.source,
        linked_at=at,
    )
