"""What `identify` matches: entries as read, and items that have a ticket or an intent. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pmsync.identity.keys import digest, item_key, title_key
from pmsync.model import Candidate, Document, Fields, Intent, Item, ItemRow, Link, Ref, Ticket


@dataclass(frozen=True, slots=True)
class Known:
    """An item that has a ticket or an intent, or about which a person was asked.

    `identities` are (document id, key) pairs, the newest first. `titles` are the keys of its other titles (the
    ticket's), `title` one of them as people see it. An `orphaned` or `closed` item is a worse candidate for guesses,
    never for an exact key. `sources` are digests of the text from which values were last sent. A `remembered` item is
    known to the ledger, so that it left its document since the last run. An undecided item has `candidates` and a
    `reason`: an entry that matches it stays undecided.
    """

    uid: str
    identities: tuple[tuple[str, str], ...]
    titles: tuple[str, ...] = ()
    ref: Ref | None = None
    fields: Fields | None = None
    group: str | None = None
    details_digest: str = ""
    position: int = 0
    orphaned: bool = False
    closed: bool = False
    remembered: bool = False
    title: str = ""
    sources: frozenset[str] = frozenset()
    candidates: tuple[Candidate, ...] = ()
    reason: str = ""

    @property
    def candidate(self) -> Candidate:
        """This item as a candidate for an undecided one."""
        document_id, key = self.identities[0]
        return Candidate(self.uid, self.ref, self.title, document_id, key)

    @property
    def document_id(self) -> str:
        return self.identities[0][0]


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as read, with its place and the tickets that it names (`refs`)."""

    document: Document
    item: Item
    key: str
    position: int
    refs: tuple[Ref, ...] = ()

    @property
    def text(self) -> str:
        """The title's normal form, even if the item has an explicit id."""
        return title_key(self.item.title, self.item.owners)

    @property
    def uid_key(self) -> str:
        """The text from which a new item's uid follows; an explicit id alone may be a reused one."""
        return f"{self.key} {self.text}" if self.key.startswith("id:") else self.key

    @property
    def details_digest(self) -> str:
        return digest(self.item.details) if self.item.details else ""


def entries(documents: Iterable[Document], refs: Mapping[tuple[str, int], tuple[Ref, ...]]) -> list[Entry]:
    """Return all items in reading order. `refs` are the named tickets by document id and position in the document."""
    return [
        Entry(document, item, item_key(item), position, refs.get((document.id, position), ()))
        for document in documents
        for position, item in enumerate(document.items)
    ]


def known_items(
    links: Mapping[str, Link],
    intents: Mapping[str, Intent],
    marked: Iterable[Ticket],
    questions: Mapping[str, ItemRow] | None = None,
) -> dict[str, Known]:
    """Return the known items by uid: links and intents of the ledger, trusted marked tickets, and open `questions`.

    If a marker changed after the ledger last saw its ticket (another run followed an edit), its key is the newer one;
    the older one still counts, after it.
    """
    items = _from_questions(questions or {})
    items |= {intent.uid: _from_intent(intent) for intent in intents.values()}
    items |= {link.uid: _from_link(link) for link in links.values()}
    for ticket in sorted(marked, key=lambda ticket: ticket.duplicate):
        uid = ticket.marker.uid if ticket.marker else ""
        items[uid] = _with_marker(items.get(uid), ticket, links.get(uid))
    return items


def _from_questions(questions: Mapping[str, ItemRow]) -> dict[str, Known]:
    """Return the undecided items with their candidates, which an incremental listing does not show again."""
    items = {
        each.uid: Known(
            each.uid, ((each.document_id, each.key),), (title_key(each.fields.title),), group=each.group,
            details_digest=digest(each.details) if each.details else "", remembered=True,
            title=each.fields.title, candidates=each.candidates, reason=each.note,
        )
        for each in questions.values()
    }  # fmt: skip
    for each in (candidate for row in questions.values() for candidate in row.candidates if candidate.uid):
        titles, identities = (title_key(each.title),), ((each.document_id, each.key),)
        items.setdefault(each.uid, Known(each.uid, identities, titles, each.ref, title=each.title))
    return items


def _from_intent(intent: Intent) -> Known:
    identities, titles = ((intent.document_id, intent.key),), (title_key(intent.title),)
    return Known(intent.uid, identities, titles, remembered=True, title=intent.title)


def _from_link(link: Link) -> Known:
    return Known(
        link.uid,
        ((link.document_id, link.key),),
        _titles(link),
        link.ticket.ref,
        link.pushed,
        link.group,
        link.details_digest,
        link.position,
        link.orphaned,
        link.ticket.status.closed,
        remembered=True,
        title=link.ticket.title,
        sources=frozenset({link.source, link.ticket.marker.source if link.ticket.marker else ""} - {""}),
    )


def _titles(link: Link) -> tuple[str, ...]:
    """Return the keys of the ticket's title and of the title that was last sent."""
    pushed = (title_key(link.pushed.title, link.pushed.owners),) if link.pushed else ()
    return tuple(dict.fromkeys((title_key(link.ticket.title), *pushed)))


def _with_marker(item: Known | None, ticket: Ticket, link: Link | None) -> Known:
    marker = ticket.marker
    assert marker is not None  # noqa: S101 - the caller passes marked tickets
    here = (marker.document_id, marker.key)
    if item is None or item.candidates:
        title = title_key(ticket.title)
        closed, sources = ticket.status.closed, frozenset({marker.source} - {""})
        return Known(marker.uid, (here,), (title,), ticket.ref, closed=closed, title=ticket.title, sources=sources)
    if not marker.key or here in item.identities:
        return item
    newer = link is None or ticket.updated_at > link.ticket.updated_at
    identities = (here, *item.identities) if newer else (*item.identities, here)
    return replace(item, identities=identities)
