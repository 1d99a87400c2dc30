"""The rule `already-open`: items that repeat an open item of an earlier incident. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from pmsync.findings import new_finding
from pmsync.identity.keys import item_key, title_key
from pmsync.identity.similarity import Titles
from pmsync.location import place
from pmsync.model import Document, Finding, Item, OpenItem, Reading

ALIKE = 0.85
"""How similar (0 to 1) the texts of two items for the same work are. This is more than for an edit within a document,
because the wording of all action items is alike."""


class EarlierItems:
    """The ledger's open items. `now` is the time that ages are counted to."""

    def __init__(self, items: Sequence[OpenItem], reading: Reading, now: datetime) -> None:
        restricted = {document.id for document in reading.documents if document.restricted}
        self._now = now
        self._restricted = {each.document_id for each in items if each.restricted} | restricted
        self._own = {(each.document_id, each.key): each for each in items}
        self._by_title: dict[str, list[OpenItem]] = defaultdict(list)
        for each in items:
            self._by_title[title_key(each.title, each.owners)].append(each)
        self._titles = Titles(self._by_title)

    def repeated(self, document: Document) -> Iterator[Finding]:
        """A finding for each open item of the document that repeats one of an earlier document."""
        for item in document.items:
            if not (item.done or item.dropped) and item.title.strip():
                earlier = self._earlier(document, item)
                if earlier:
                    yield self._finding(document, item, earlier)

    def _earlier(self, document: Document, item: Item) -> OpenItem | None:
        """The most similar open item; among equals, the one open for longest."""
        own = self._own.get((document.id, item_key(item)))
        tickets = {own.ticket for own in (own,) if own and own.ticket}
        for title in self._titles.near(title_key(item.title, item.owners), ALIKE):
            fitting = [
                each
                for each in self._by_title[title]
                if self._may_be_named(each, document)
                and _is_earlier(each.date, document.date)
                and each.ticket not in tickets
                and not _names(item, each)
            ]
            if fitting:
                return min(fitting, key=lambda each: (each.since, each.path, each.line))
        return None

    def _may_be_named(self, other: OpenItem, document: Document) -> bool:
        """Whether the other item is in another document, and not in one that fewer people may read."""
        return other.document_id != document.id and (document.restricted or other.document_id not in self._restricted)

    def _finding(self, document: Document, item: Item, other: OpenItem) -> Finding:
        days = max((self._now - other.since).days, 0)
        where = place(other.path, other.line)
        worded = f"is like {other.title!r} of {where}"
        if other.document_id in self._restricted:
            worded = f"is like one of {where}"
        elif title_key(other.title, other.owners) == title_key(item.title, item.owners):
            worded = f"is in {where} too"
        since = {0: "since today", 1: "for 1 day"}.get(days, f"for {days} days")
        ticket = f", ticket {other.ticket}" if other.ticket else ""
        message = f"the item {item.title!r} {worded}, open {since}{ticket}"
        hint = self._hint(document, item, other)
        return new_finding("already-open", message, hint, document.path, item.line)

    def _hint(self, document: Document, item: Item, other: OpenItem) -> str:
        own = self._own.get((document.id, item_key(item)))
        if own and own.ticket and other.ticket:
            return f"if it is the same work, close one of {own.ticket} and {other.ticket} as a duplicate"
        if other.ticket:
            return f"if it is the same work, write {other.ticket} beside it, so that there is no second ticket"
        return "if it is the same work, keep one of the two"


def _is_earlier(other: date | None, this: date | None) -> bool:
    return not (other and this) or other <= this


def _names(item: Item, other: OpenItem) -> bool:
    """Whether the item names the other's ticket as its own."""
    return bool(other.ticket) and any(
        text in {other.ticket, other.url} or (text.startswith("#") and other.ticket.endswith(text))
        for text in item.tickets
    )
