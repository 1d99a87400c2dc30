"""What changed between two states of an item or a ticket, as rows of the history. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pmsync.model import Document, ItemRow, Link, Status, Ticket
from pmsync.model.ages import SKEW

OWN_DATE = "by the tracker's own date"
"""The note of what happened to a ticket before pmsync knew it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field that changed. `old` and `new` are texts for people, None if there was or is nothing.

    `at` is the time of a change that is older than the run that records it, else None.
    """

    uid: str
    source: str
    field: str
    old: str | None
    new: str | None
    note: str = ""
    at: datetime | None = None


def link_changes(old: Link | None, new: Link, source: str, now: datetime) -> list[Change]:
    """Return each changed field of a saved link, or for a new link its ticket and status."""
    after = _link_texts(new)
    if old is not None:
        return _compare(new.uid, source, _link_texts(old), after)
    ticket = Change(new.uid, source, "ticket", None, after["ticket"])
    if now - new.ticket.created_at > SKEW:
        return [*_earlier(new.uid, new.ticket), ticket]
    return [ticket, Change(new.uid, source, "status", None, after["status"])]


def _earlier(uid: str, ticket: Ticket) -> list[Change]:
    """Return the history of a ticket that is older than its link, as far as its own dates tell it."""
    closed = ticket.status.closed and ticket.closed_at is not None
    first = Status.OPEN if closed else ticket.status
    changes = [Change(uid, "tracker", "status", None, first.value, OWN_DATE, ticket.created_at)]
    if closed:
        changes.append(Change(uid, "tracker", "status", first.value, ticket.status.value, OWN_DATE, ticket.closed_at))
    return changes


def item_changes(old: ItemRow, new: ItemRow) -> list[Change]:
    """Return what the document says differently about an item, and its effective due date."""
    return _compare(new.uid, "document", _item_texts(old), _item_texts(new))


def document_changes(uid: str, old: Document, new: Document) -> list[Change]:
    """Return what a document says differently about itself, as the history of one of its items."""
    return _compare(uid, "document", _document_texts(old), _document_texts(new))


def _compare(uid: str, source: str, old: Mapping[str, str | None], new: Mapping[str, str | None]) -> list[Change]:
    return [Change(uid, source, name, old[name], new[name]) for name in new if old[name] != new[name]]


def _link_texts(link: Link) -> dict[str, str | None]:
    ticket = link.ticket
    return {
        "ticket": f"{ticket.ref.tracker} {ticket.ref.key}",
        "status": ticket.status.value,
        "state": ticket.state or None,
        "title": ticket.title,
        "assignees": _joined(ticket.assignees),
        "due": ticket.due.isoformat() if ticket.due else None,
        "priority": ticket.priority,
        "labels": _joined(sorted(ticket.labels)),
        "lost": _yes(link.lost),
        "orphaned": _yes(link.orphaned),
        "reassigned": _yes(link.reassigned),
        "document": link.document_id,
    }


def _item_texts(item: ItemRow) -> dict[str, str | None]:
    fields = item.fields
    return {
        "title": fields.title,
        "owners": _joined(fields.owners),
        "due": fields.due.isoformat() if fields.due else None,
        "priority": fields.priority,
        "kind": fields.kind,
        "severity": fields.severity,
        "labels": _joined(fields.labels),
        "done": None if item.done is None else _yes(item.done),
        "effective_due": item.due.isoformat() if item.due else None,
        "due_from": item.due_from or None,
    }


def _document_texts(document: Document) -> dict[str, str | None]:
    return {
        "document_severity": document.severity,
        "document_date": document.date.isoformat() if document.date else None,
        "document_status": document.status,
        "services": _joined(document.services),
        "team": document.team,
    }


def _joined(values: tuple[str, ...] | list[str]) -> str | None:
    return ", ".join(values) or None


def _yes(value: bool) -> str:
    return "yes" if value else "no"
