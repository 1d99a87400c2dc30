"""What changed between two states of an item or a ticket, as rows of the history. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pmsync.model import ItemRow, Link


@dataclass(frozen=True, slots=True)
class Change:
    """One field that changed; `old` and `new` are texts for people, None if empty."""

    uid: str
    source: str
    field: str
    old: str | None
    new: str | None
    note: str = ""


def link_changes(old: Link | None, new: Link, source: str) -> list[Change]:
    """The changed fields of a link; for a new one, its ticket and status."""
    after = _link_texts(new)
    if old is None:
        return [Change(new.uid, source, name, None, after[name]) for name in ("ticket", "status")]
    return _compare(new.uid, source, _link_texts(old), after)


def item_changes(old: ItemRow, new: ItemRow) -> list[Change]:
    """The fields that the document now gives differently."""
    return _compare(new.uid, "document", _item_texts(old), _item_texts(new))


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
    }


def _joined(values: tuple[str, ...] | list[str]) -> str | None:
    return ", ".join(values) or None


def _yes(value: bool) -> str:
    return "yes" if value else "no"
