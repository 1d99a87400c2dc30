"""Compares a ticket with its item, field by field. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pmsync.config.settings import Settings
from pmsync.ledger.owners import Find
from pmsync.model import Fields, Link, Overview
from pmsync.planning.ticket_text import labels, same_title, ticket_title


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of a ticket; `note` says how the document differs, '' if it does not.

    `pending` is True if the document has changed since it was last pushed.
    """

    name: str
    value: str
    note: str = ""
    pending: bool = False


def compare(link: Link, seen: Overview, settings: Settings, find: Find) -> Iterator[Compared]:
    """Title, owner, due, priority and labels; values that come from the configuration do not differ."""
    document, ticket = seen.item.fields, link.ticket
    base = link.pushed or document  # without a base, nothing has changed
    title = ticket_title(document.title)
    is_same = same_title(ticket.title, title)
    yield _compared("title", ticket.title, title, ticket_title(base.title), silent=is_same)
    yield _owner(link, document, base, find)
    due, old_due = str(document.due or ""), str(base.due or "")
    yield _compared("due", str(ticket.due or ""), due, old_due, silent=not due and not old_due)
    priority, old_priority = document.priority or "", base.priority or ""
    yield _compared("priority", ticket.priority or "", priority, old_priority, silent=priority == old_priority)
    yield _labels(link, document, base, settings)


def _compared(name: str, ticket: str, document: str, pushed: str, *, silent: bool = False) -> Compared:
    """`silent` if the document has no value, or not in the tracker's words: then only its changes are noted."""
    if document == ticket or silent:
        return Compared(name, ticket)
    note, pending = f"the document says {document or 'nothing'}", document != pushed
    return Compared(name, ticket, f"{note} now" if pending else note, pending)


def _owner(link: Link, document: Fields, base: Fields, find: Find) -> Compared:
    assigned = [find(link.ticket.ref.tracker, account) for account in link.ticket.assignees]
    owners, old_owners = ([find("", owner) for owner in fields.owners] for fields in (document, base))
    if set(owners) == set(assigned):
        return Compared("owner", _joined(assigned))
    silent = not owners and not old_owners
    field = _compared("owner", _joined(assigned), _joined(owners), _joined(old_owners), silent=silent)
    if link.reassigned and field.note:
        return Compared("owner", field.value, f"{field.note}; the assignee stays, because somebody changed it")
    return field


def _labels(link: Link, document: Fields, base: Fields, settings: Settings) -> Compared:
    tracker = settings.trackers.get(link.ticket.ref.tracker)
    value = _joined(sorted(link.ticket.labels))
    if tracker is None:
        return Compared("labels", value)
    new, old = set(labels(document, tracker)), set(labels(base, tracker))
    if new != old:
        changes = {"new": new - old, "gone": old - new}
        words = " and ".join(f"{_joined(sorted(each))} {word}" for word, each in changes.items() if each)
        return Compared("labels", value, f"in the document {words}", pending=True)
    missing = sorted(set(link.pushed_labels) - link.ticket.labels)
    return Compared("labels", value, f"{_joined(missing)} was removed" if missing else "")


def _joined(values: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(values))
