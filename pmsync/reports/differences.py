"""A ticket beside its item, field by field: its values, and in words where the document really differs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pmsync.config.settings import Settings
from pmsync.ledger.owners import Find
from pmsync.model import Fields, Link, Overview
from pmsync.planning.ticket_text import labels, same_title, ticket_title


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of a ticket; `note` says how the document differs, '' where it does not.

    `pending` is True where the document changed since it was last pushed.
    """

    name: str
    value: str
    note: str = ""
    pending: bool = False


def compare(link: Link, seen: Overview, settings: Settings, find: Find) -> Iterator[Compared]:
    """Title, owner, due, priority and labels; what configuration made of a value is no difference."""
    document, ticket = seen.item.fields, link.ticket
    base = link.pushed or document  # without a base nothing counts as changed since
    title = ticket_title(document.title)
    same = same_title(ticket.title, title)
    yield _compared("title", ticket.title, title, ticket_title(base.title), silent=same)
    yield _owner(link, document, base, find)
    due, was = _day(document.due), _day(base.due)
    yield _compared("due", _day(ticket.due), due, was, silent=not due and not was)
    priority, before = document.priority or "", base.priority or ""
    yield _compared("priority", ticket.priority or "", priority, before, silent=priority == before)
    yield _labels(link, document, base, settings)


def _compared(name: str, ticket: str, document: str, pushed: str, *, silent: bool = False) -> Compared:
    """`silent` where the document says nothing, or not in the tracker's words: then only its changes count."""
    if document == ticket or silent:
        return Compared(name, ticket)
    if document != pushed:
        return Compared(name, ticket, f"the document says {document or 'nothing'} now", pending=True)
    return Compared(name, ticket, f"the document says {document or 'nothing'}")


def _owner(link: Link, document: Fields, base: Fields, find: Find) -> Compared:
    there = [find(link.ticket.ref.tracker, account) for account in link.ticket.assignees]
    asked, before = ([find("", owner) for owner in fields.owners] for fields in (document, base))
    if set(asked) == set(there):
        return Compared("owner", _joined(there))
    found = _compared("owner", _joined(there), _joined(asked), _joined(before), silent=not asked and not before)
    if link.reassigned and found.note:
        return Compared("owner", found.value, f"{found.note}; the ticket's assignee counts, as a person changed it")
    return found


def _labels(link: Link, document: Fields, base: Fields, settings: Settings) -> Compared:
    tracker = settings.trackers.get(link.ticket.ref.tracker)
    value = _joined(sorted(link.ticket.labels))
    if tracker is None:
        return Compared("labels", value)
    now, before = set(labels(document, tracker)), set(labels(base, tracker))
    if now != before:
        both = ((now - before, "new"), (before - now, "gone"))
        changes = [f"{_joined(sorted(those))} {word}" for those, word in both if those]
        return Compared("labels", value, f"in the document {' and '.join(changes)}", pending=True)
    missing = sorted(set(link.pushed_labels) - link.ticket.labels)
    return Compared("labels", value, f"{_joined(missing)} was taken away" if missing else "")


def _joined(values: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(values))


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
