"""What `pmsync adopt` and `pmsync forget` do: a person's word about which ticket an item has, kept in the ledger."""

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
    """The link as it is kept, and the one it takes the place of."""

    link: Link
    before: Link | None


def ticket_of(ref: Ref, tracker: Tracker) -> Ticket:
    """The ticket as its tracker shows it now; raises PmsyncError where there is none to adopt, or TrackerError."""
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
                f"ticket {ref.key!r} was moved to {sight.url!r}: adopt that one, where a configured tracker holds it"
            )
        case _:
            raise PmsyncError(f"ticket {ref.key!r} cannot be read: {sight.reason}")


def adopt(ledger: Ledger, run: int, now: datetime, view: ItemView, ticket: Ticket, *, ours: bool) -> Adopted:
    """Link the item to this ticket; sends nothing and counts the document's present values as pushed.

    `ours` says that one of our accounts created the ticket: then the next update brings its marker back. A ticket whose
    item left its document makes this item that one, reworded. Raises PmsyncError where the ticket was made for another
    item that still stands in its document.
    """
    item = view.seen.item
    holder = _other_holder(ledger, view, ticket)
    asked_about = {each.uid for each in item.candidates}
    if holder and not holder.orphaned and holder.uid not in asked_about:
        raise PmsyncError(
            f"ticket {ticket.ref.key!r} is that of {holder.ticket.title!r} in {holder.document_id!r}, which still "
            "stands there: remove that item first if the ticket is to change hands"
        )
    if holder:
        return _take_over(ledger, run, now, view, holder)
    marked = ticket.marker.uid if ours and ticket.marker else ""
    rival = next((each for each in ledger.overview() if each.item.uid == marked and each.gone_at is None), None)
    if rival and marked != item.uid:
        raise PmsyncError(
            f"ticket {ticket.ref.key!r} carries the marker of {rival.item.fields.title!r}, which still stands in "
            f"'{rival.document.path}:{rival.item.line}' and would take it back; remove that item first"
        )
    link = Link(
        uid=item.uid,
        document_id=item.document_id,
        key=item.key,
        ticket=ticket,
        pushed=item.fields,
        named=not ours or marked not in {"", item.uid},
        group=item.group,
        details_digest=digest(item.details) if item.details else "",
        source=item.source,
        linked_at=now,
    )
    ledger.save_links(run, now, [link], "person")
    return Adopted(link, view.link)


def refuse_new(view: ItemView) -> None:
    """Raise PmsyncError, with the reason, where no sync would create a ticket for this item whatever a person says."""
    item, where = view.seen.item, place(view.seen.document.path, view.seen.item.line)
    if view.seen.gone_at:
        raise PmsyncError(f"{item.fields.title!r} stands in no document any more, so no ticket can be created for it")
    why = {
        "proposed": f"its document is a draft (status {view.seen.document.status!r}); change that in {where!r}",
        "done": f"it is {item.note or 'done'}; open it again in {where!r}",
    }.get(item.standing)
    if why:
        raise PmsyncError(f"no sync creates a ticket for {item.fields.title!r}: {why} first, then run `pmsync sync`")


def forget(ledger: Ledger, run: int, now: datetime, view: ItemView) -> None:
    """Drop link and intent. The tracker is read as a whole again before anything is created there: the ticket may
    still exist, and no incremental scan would show it.
    """
    tracker = view.link.ticket.ref.tracker if view.link else view.intent.tracker if view.intent else ""
    ledger.forget(run, now, view.uid)
    if tracker:
        ledger.save_cursor(Cursor(tracker))


def _take_over(ledger: Ledger, run: int, now: datetime, view: ItemView, orphan: Link) -> Adopted:
    """The item is the orphan reworded: it keeps the orphan's uid, and what differs is sent with the next sync."""
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
    """The item that the ticket was made for, if it is another one."""
    holders = [
        link
        for link in ledger.links().values()
        if link.ticket.ref == ticket.ref and link.uid != view.uid and not link.named
    ]
    return min(holders, key=lambda link: link.orphaned, default=None)


@contextmanager
def recorded(ledger: Ledger, now: Callable[[], datetime], scope: str) -> Iterator[int]:
    """A run of its own for a person's word, so that the history says when it was given, and whether it was
    taken.
    """
    run = ledger.begin_run(now(), host=socket.gethostname(), pid=os.getpid(), scope=scope)
    ok = False
    try:
        yield run
        ok = True
    finally:
        ledger.end_run(run, now(), ok=ok, counts={}, findings=[])
