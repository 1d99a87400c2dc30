"""The ledger's contents as frozen values. No I/O, no clock, no third party."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from pmsync.model.documents import Document, Fields
from pmsync.model.tickets import Ref, Ticket


@dataclass(frozen=True, slots=True)
class Link:
    """The ledger's row that joins an item and its ticket.

    `pushed` holds the document's raw values that were last sent, None if unknown (a rebuilt ledger); `source` is the
    digest of the text from which they were read. `pushed_labels` are the labels that pmsync added, as sent. `ticket` is
    the last observation. A `named` ticket is one that the document names (adopted, perhaps shared with other items); it
    needs no marker. A `followed` one was created by no account of ours and adopted by no person: its status counts, and
    nothing is written to it. An `adopted` one is a person's choice, over which no document and no marker decides.
    `reassigned` says that a person changed the assignee, whose choice counts from then on. After a move out of the
    configured trackers the ref has no tracker, and nothing is sent; `via` is the tracker that may still see the ticket,
    and `lost` says that it does not.
    """

    uid: str
    document_id: str
    key: str
    ticket: Ticket
    pushed: Fields | None
    pushed_labels: tuple[str, ...] = ()
    named: bool = False
    followed: bool = False
    shared: bool = False
    reassigned: bool = False
    orphaned: bool = False
    lost: bool = False
    source: str = ""
    group: str | None = None
    details_digest: str = ""
    position: int = 0
    linked_at: datetime | None = None
    via: str = ""
    adopted: bool = False

    @property
    def away(self) -> bool:
        """Whether the ticket moved out of the configured trackers."""
        return not self.ticket.ref.tracker

    @property
    def asked(self) -> Ref:
        """The ref to ask for, in the tracker that may see it."""
        return replace(self.ticket.ref, tracker=self.via) if self.away else self.ticket.ref


@dataclass(frozen=True, slots=True)
class Intent:
    """A create that was announced and whose outcome is unknown. Times are local, aware UTC.

    `tries` counts the announcements without an outcome, this one included.
    """

    uid: str
    tracker: str
    document_id: str
    key: str
    title: str
    announced_at: datetime
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Refusal:
    """A write that the tracker refused, remembered so that it is not sent again unchanged.

    `operation` is 'create' or 'update'; `digest` covers what was sent and the configuration it was made with.
    """

    uid: str
    operation: str
    digest: str
    reason: str
    refused_at: datetime


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick that write-back made in a document: the text `before` and `after`."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a tracker has been read: `since` is the server's time to scan from, None before the first full scan."""

    tracker: str
    since: datetime | None = None
    full_scan_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What an undecided item may be: a known item (`uid`, its former place, its ticket's `ref`), or a ticket alone.

    `uid` is '' for a ticket alone; `ref` is None for an item with an announced ticket.
    """

    uid: str = ""
    ref: Ref | None = None
    title: str = ""
    document_id: str = ""
    key: str = ""

    @property
    def name(self) -> str:
        """Its name for people: the ticket's key, else the uid."""
        return self.ref.key if self.ref else self.uid


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item of one document as a run read it: a row of the ledger's `items`.

    `standing` is 'ticketed', 'new' (gets its ticket in this run), 'proposed' (draft), 'listed' (older than
    `documents.since`), 'done' (before it was first seen), 'blocked' (restricted, and no tracker may hold it),
    'external' (names a ticket in no configured tracker), 'waiting', 'refused' or 'undecided'; `note` says in words why
    the item has no ticket. `due` is the effective date, from `due_from`: 'document', 'sla' or ''. `candidates` are what
    an undecided item may be; the question stays open until a person decides.
    """

    uid: str
    document_id: str
    key: str
    fields: Fields
    line: int
    standing: str
    due: date | None = None
    due_from: str = ""
    done: bool | None = None
    group: str | None = None
    details: str = ""
    tickets: tuple[str, ...] = ()
    note: str = ""
    candidates: tuple[Candidate, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An open item in the ledger, with its document's `path`, `date` and whether it is `restricted`.

    `ticket` and `url` are its ticket's, '' where it has none. `since` is when the ticket was created, else when the
    item was first seen.
    """

    document_id: str
    key: str
    title: str
    owners: tuple[str, ...]
    line: int
    ticket: str
    url: str
    since: datetime
    path: str
    date: date | None = None
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """One item with everything that the ledger holds about it; `document` comes without its items and findings.

    `refusals` are the reasons by operation. `link.ticket` is the ticket as last observed.
    """

    item: ItemRow
    document: Document
    first_seen_at: datetime
    gone_at: datetime | None
    link: Link | None
    intent: Intent | None
    refusals: Mapping[str, str]
