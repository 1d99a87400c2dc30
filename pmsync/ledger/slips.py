"""How often an item's due date moved to a later day, from its history. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter

from pmsync.ledger.changes import Change
from pmsync.model import ItemRow, Status

Event = tuple[datetime, Change]
_CLOSED = {status.value for status in Status if status.closed}


@dataclass(frozen=True, slots=True)
class Slip:
    """One move of the due date that counts, from a day to a later one, `due_from` the new one is from: 'ticket',
    'document' or 'sla'. `at` is when a run saw it.
    """

    at: datetime
    old: date
    new: date
    due_from: str

    @property
    def days(self) -> int:
        return (self.new - self.old).days


def slips(history: Iterable[Event], item: ItemRow, ticket_due: date | None) -> list[Slip]:
    """Return the slips of an item while it was open, oldest first.

    `history` is in the order of time; `item` and `ticket_due` are as of now. The date that counts is the ticket's, else
    the item's, as in `status`. A date that was taken away and comes back later is one slip; while a ticket is closed,
    its dates do not matter.
    """
    events = list(history)
    state = _at_first(events, {
        "status": None, "ticket": _text(ticket_due), "item": _text(item.due), "due_from": item.due_from,
    })  # fmt: skip
    known, found = _counted(state), []
    for at, group in groupby(events, itemgetter(0)):
        state |= _moves([change for _, change in group])
        now = _counted(state)
        if now is None:
            continue
        if known and now > known and state["status"] not in _CLOSED:
            found.append(Slip(at, known, now, _origin(state)))
        known = now
    return found


def _at_first(events: Sequence[Event], present: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the values before the first event: what it replaced, else the present ones, which never changed."""
    state = dict(present)
    for _, group in groupby(reversed(events), itemgetter(0)):
        state |= {_NAMES[name]: change.old for name, change in _named([change for _, change in group])}
    return state


def _moves(changes: Sequence[Change]) -> dict[str, str | None]:
    return {_NAMES[name]: change.new for name, change in _named(changes)}


_NAMES = {"status": "status", "due": "ticket", "effective_due": "item", "document_due": "item", "due_from": "due_from"}


def _named(changes: Sequence[Change]) -> Iterator[tuple[str, Change]]:
    """Yield the changes that matter, those of the document's own date only where an old ledger has no other."""
    complete = any(change.field in {"effective_due", "due_from"} for change in changes)
    for change in changes:
        name = "document_due" if change.field == "due" and change.source == "document" else change.field
        if name in _NAMES and not (complete and name == "document_due"):
            yield name, change


def _counted(state: Mapping[str, str | None]) -> date | None:
    try:
        return date.fromisoformat(state["ticket"] or state["item"] or "")
    except ValueError:
        return None


def _origin(state: Mapping[str, str | None]) -> str:
    """Where the date that counts is from, as `status` says it."""
    if state["ticket"] and state["ticket"] != state["item"]:
        return "ticket"
    return state["due_from"] or "document"


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
