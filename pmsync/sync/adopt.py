"""`pmsync adopt` and `pmsync forget`: record in the ledger which ticket a person says an item has."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from pmsync.errors import PmsyncError
from pmsync.identity.keys import digest
from pmsync.ledger import Ledger
from pmsync.ledger.find_item import ItemView
from pmsync.location import place
from pmsync.model import Cursor, Link, Ref, Ticket
from pmsync.trackers.contract import Gone, Moved, Tracker


@dataclass(frozen=True, slots=True)
class Adopted:
    """The new link, and the one it replaces."""

    link: Link
    before: Link | None


def ticket_of(ref: Ref, tracker: Tracker) -> Ticket:
    """Read the ticket. Raises PmsyncError if it cannot be adopted, TrackerError if the tracker does not answer."""
    sight = tracker.get([ref])[ref]
    match sight:
        case Ticket():
            return sight
        case Gone():
            raise PmsyncError(
                f"tracker {ref.tracker!r} does not show ticket {ref.key!r}: "
                "it does not exist, or is hidden from this account"
            )
        case Moved():
            raise PmsyncError(
                f"ticket {ref.key!r} was moved to {sight.url!r}: adopt that one if a configured tracker holds it"
            )
        case _:
            raise PmsyncError(f"ticket {ref.key!r} cannot be read: {sight.reason}")


def adopt(ledger: Ledger, run: int, now: datetime, view: ItemView, ticket: Ticket, *, ours: bool) -> Adopted:
    """Link the item to this ticket. Send nothing, and take the document's present values as pushed.

    `ours` says that one of our accounts created the ticket: the next update then restores its marker. If the ticket's
    own item left its document, this item becomes that one, reworded. Raises PmsyncError if the ticket belongs to an
    item that is still in its document.
    """
    item = view.seen.item
    holder = _other_holder(ledger, view, ticket)
    asked_about = {each.uid for each in item.candidates}
    if holder and not holder.orphaned and holder.uid not in asked_about:
        raise PmsyncError(
            f"ticket {ticket.ref.key!r} belongs to {holder.ticket.title!r}, which is still in "
            f"{holder.document_id!r}: remove that item first if the ticket is to change hands"
        )
    if holder:
        return _take_over(ledger, run, now, view, holder)
    marked = ticket.marker.uid if ours and ticket.marker else ""
    rival = next((each for each in ledger.overview() if each.item.uid == marked and each.gone_at is None), None)
    if rival and marked != item.uid:
        raise PmsyncError(
            f"ticket {ticket.ref.key!r} carries the marker of {rival.item.fields.title!r}, which is still in "
            f"'{rival.document.path}:{rival.item.line}' and would take it back; remove that item first"
        )
    link = Link(
        uid=item.uid,
        document_id=item.document_id,
        key=item.key,
        ticket=ticket,
        pushed=item.fields,
        named=not ours or marked not in {"", item.uid},
        adopted=True,
        group=item.group,
        details_digest=digest(item.details) if item.details else "",
        source=item.source,
        linked_at=now,
    )
    ledger.save_links(run, now, [link], "person")
    return Adopted(link, view.link)


def refuse_new(view: ItemView) -> None:
    """Raise PmsyncError, with the reason, if no sync would create a ticket for this item."""
    item, where = view.seen.item, place(view.seen.document.path, view.seen.item.line)
    if view.seen.gone_at:
        raise PmsyncError(f"{item.fields.title!r} is no longer in any document, so no ticket can be created for it")
    why = {
        "proposed": f"its document is a draft (status {view.seen.document.status!r}); change that in {where!r}",
        "done": f"it is {item.note or 'done'}; open it again in {where!r}",
    }.get(item.standing)
    if why:
        raise PmsyncError(f"no sync creates a ticket for {item.fields.title!r}: {why} first, then run `pmsync sync`")


def forget(ledger: Ledger, run: int, now: datetime, view: ItemView) -> None:
    """Drop link and intent. The next sync reads the whole tracker again before it creates anything there: the ticket
    may still exist, and no incremental scan would show it.
    """
    tracker = view.link.ticket.ref.tracker if view.link else view.intent.tracker if view.intent else ""
    ledger.forget(run, now, view.uid)
    if tracker:
        ledger.save_cursor(Cursor(tracker))


def _take_over(ledger: Ledger, run: int, now: datetime, view: ItemView, orphan: Link) -> Adopted:
    """Make the item the reworded orphan: it takes the orphan's uid, and the next sync sends what differs."""
    item = view.seen.item
    link = replace(
        orphan,
        document_id=item.document_id,
        key=item.key,
        group=item.group,
        details_digest=digest(item.details) if item.details else "",
        orphaned=False,
    )
    if view.link or view.intent:
        forget(ledger, run, now, view)
    ledger.save_links(run, now, [link], "person")
    return Adopted(link, view.link)


def _other_holder(ledger: Ledger, view: ItemView, ticket: Ticket) -> Link | None:
    """Return the link of another item to which the ticket belongs, if there is one."""
    holders = [
        link
        for link in ledger.links().values()
        if link.ticket.ref == ticket.ref and link.uid != view.uid and not link.named
    ]
    return min(holders, key=lambda link: link.orphaned, default=None)


@contextmanager
def recorded(ledger: Ledger, now: Callable[[], datetime], scope: str) -> Iterator[int]:
    """Record a person's decision as a run of its own, so that the history says when it was made."""
    run = ledger.begin_run(now(), host=socket.gethostname(), pid=os.getpid(), scope=scope)
    ok = False
    try:
        yield run
        ok = True
    finally:
        ledger.end_run(run, now(), ok=ok, counts={}, findings=[])
