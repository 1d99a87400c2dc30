"""What the ledger keeps, as frozen values. No I/O, no clock, no third party."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from pmsync.model.documents import Document, Fields
from pmsync.model.tickets import Ref, Ticket


@dataclass(frozen=True, slots=True)
class Link:
    """The ledger's row that joins an item and its ticket.

    `pushed` holds the document's raw values that the ticket was last brought in line with, None where no base is known
    (a rebuilt ledger). `pushed_labels` are the labels pmsync itself put there, as sent. `ticket` is the last
    observation. `source` is the digest of the text that `pushed` was read from. `named` means the document names this
    ticket (adopted, maybe shared with other items), so that it need carry no marker. `followed` means that no account
    of ours created it and no person adopted it: its status counts, and nothing is written to it. `reassigned` means a
    person changed the assignee, whose word counts from then on. The ref of a ticket that moved to where no configured
    tracker holds it has no tracker: nothing is sent there. `via` is then the one that may still see it, and `lost` says
    that it does not.
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

    @property
    def away(self) -> bool:
        """Whether the ticket moved to where no configured tracker holds it."""
        return not self.ticket.ref.tracker

    @property
    def asked(self) -> Ref:
        """The ref to ask for, in the tracker that may know."""
        return replace(self.ticket.ref, tracker=self.via) if self.away else self.ticket.ref


@dataclass(frozen=True, slots=True)
class Intent:
    """A create that was announced and whose outcome is not yet known. Times are ours, aware UTC.

    `tries` counts how often it was announced by now without an outcome, this time included.
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
    """A write that the tracker refused, remembered so that it is told once and not sent again unchanged.

    `operation` is 'create' or 'update'; `digest` covers what was sent and the configuration it was made with.
    """

    uid: str
    operation: str
    digest: str
    reason: str
    refused_at: datetime


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick that write-back made in a document: what stood there `before`, and what it wrote instead."""

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
    """What an undecided item may be: a known item (`uid`, with where it was and its ticket's `ref`), or a ticket alone.

    `uid` is '' for a ticket alone; `ref` is None for an item whose ticket is only announced.
    """

    uid: str = ""
    ref: Ref | None = None
    title: str = ""
    document_id: str = ""
    key: str = ""

    @property
    def name(self) -> str:
        """What a person calls it: the ticket's key, else the uid."""
        return self.ref.key if self.ref else self.uid


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item of one document as a run understood it: what the ledger's `items` holds.

    `standing` is 'ticketed', 'new' (gets its ticket in this run), 'proposed' (draft), 'listed' (older than
    `documents.since`), 'done' (before it was first seen), 'blocked' (restricted, and no tracker may hold it),
    'external' (names a ticket that no configured tracker holds), 'waiting', 'refused' or 'undecided'; `note` says in
    words why an item has no ticket. `due` is the effective date, by `due_from`: 'document', 'sla' or ''. `candidates`
    are what an undecided item may be: the question stays open until a person decides, whatever later runs see.
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
    """An item that the ledger knows to be open, with its document's `path`, `date` and whether that is `restricted`.

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
    """One item with all that the ledger holds beside it; `document` comes without its items and findings.

    `refusals` are the reasons by operation. `link.ticket` is the ticket as last observed.
    """

    item: ItemRow
    document: Document
    first_seen_at: datetime
    gone_at: datetime | None
    link: Link | None
    intent: Intent | None
    refusals: Mapping[str, str]
