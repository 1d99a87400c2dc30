"""The words of pmsync as frozen values. No I/O, no clock, no third party."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, TypedDict


class Status(StrEnum):
    """Where an item stands. The last three are the ledger's own: no tracker reports them."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    WONT_DO = "wont_do"
    PROPOSED = "proposed"
    ORPHANED = "orphaned"
    LOST = "lost"

    @property
    def closed(self) -> bool:
        return self in {Status.DONE, Status.WONT_DO}


Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell a person: what is the matter (`message`) and what to do next (`hint`).

    `rule` is a stable kebab-case name. `path` is relative to the config's folder and `line` 1-based;
    both are empty (`""`, 0) where the finding belongs to no document.
    """

    rule: str
    level: Level
    message: str
    hint: str = ""
    path: str = ""
    line: int = 0


# --- documents ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """One action item as its document words it; nothing here is resolved or configured.

    `title` is plain text. `details` is the Markdown below the item. `owners`, `tickets`, `kind`, `priority` and
    `group` are as written (owners without '@'). `due` is None where the document gives no date that can be read.
    `done` is None where nothing says, and `dropped` means cancelled: nobody is to do it any more. `explicit_id` is an
    id that the author gave ('AI-3'), never a row number. `mentions` are those of the `tickets` that the text only
    speaks of ('Prevent a recurrence of #1'): they are not the item's own. `line` is 1-based. `form` says how the entry
    was recognised ('bullet', 'task', 'table', 'heading', 'paragraph'), `section` under which heading.
    """

    title: str
    line: int
    details: str = ""
    owners: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()
    due: date | None = None
    done: bool | None = None
    kind: str | None = None
    priority: str | None = None
    group: str | None = None
    labels: tuple[str, ...] = ()
    explicit_id: str | None = None
    form: str = "bullet"
    section: str = ""
    dropped: bool = False
    mentions: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """The tickets that stand where an item's own ticket does."""
        return tuple(ticket for ticket in self.tickets if ticket not in self.mentions)


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment in a document that ignores rules of `pmsync check`.

    `rules` are their names as written, none where the comment is not understood. `line` is where the comment stands,
    and `about` the line whose findings it ignores, 0 for the whole document.
    """

    rules: tuple[str, ...]
    line: int
    about: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A post-mortem as read. `path` is relative to the config's folder, with '/', and `id` is unique in a run.

    `draft` means its items are proposed, not ticketed. `restricted` means its text may only reach a tracker that is
    marked for it. `findings` are the parser's own remarks (prose where a list is expected, unreadable date …), by line.
    """

    id: str
    path: str
    title: str
    items: tuple[Item, ...] = ()
    incident: str | None = None
    date: date | None = None
    severity: str | None = None
    status: str | None = None
    draft: bool = False
    restricted: bool = False
    services: tuple[str, ...] = ()
    team: str | None = None
    authors: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    ignores: tuple[Ignore, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one read of the documents gave.

    `complete` is False where a file could not be read or parsed, or two documents share an id (those two are left
    out): then nothing that is missing counts as gone. `failed` are the paths that could not be read.
    """

    documents: tuple[Document, ...]
    complete: bool = True
    failed: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Fields:
    """The document's raw values of everything that the document owns: what Update compares and the ledger keeps."""

    title: str
    owners: tuple[str, ...] = ()
    due: date | None = None
    priority: str | None = None
    kind: str | None = None
    severity: str | None = None
    labels: tuple[str, ...] = ()


# --- tickets --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Marker:
    """The identity that a ticket carries, put there by the create request itself.

    A Jira ticket whose property was removed still shows its uid by label: then the other three are empty.
    """

    uid: str
    namespace: str = ""
    document_id: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Ref:
    """One ticket of one tracker. Two refs are equal when tracker and `id` are.

    `id` never changes and means something only to its tracker; `key` is what people type (`acme/web#12`, `PAY-3`).
    """

    tracker: str
    id: str
    key: str = field(compare=False)
    url: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as its tracker showed it.

    `status` is one of the first four; `state` is the tracker's own word for it. `author` and `assignees` are accounts
    as the tracker names them (GitHub login, Jira account id or name). Times are aware UTC, by the server's clock.
    `duplicate` is True for a ticket closed as duplicate (its status is then `wont_do`), `duplicate_of` where known.
    `labels` are the tracker's, with its general one; fields that the tracker does not have are None.
    """

    ref: Ref
    title: str
    status: Status
    state: str
    author: str
    created_at: datetime
    updated_at: datetime
    assignees: tuple[str, ...] = ()
    labels: frozenset[str] = frozenset()
    due: date | None = None
    priority: str | None = None
    closed_at: datetime | None = None
    duplicate: bool = False
    duplicate_of: Ref | None = None
    marker: Marker | None = None


class Patch(TypedDict, total=False):
    """Absolute values to set on a ticket: only what is present is written, and writing it twice changes nothing.

    `add_labels` and `remove_labels` leave all other labels alone. `marker` replaces the identity the ticket carries.
    """

    title: str
    assignees: tuple[str, ...]
    due: date | None
    priority: str | None
    add_labels: tuple[str, ...]
    remove_labels: tuple[str, ...]
    marker: Marker


@dataclass(frozen=True, slots=True)
class Draft:
    """A ticket to be made. `body` is Markdown without the marker; `labels` come without the general one."""

    marker: Marker
    title: str
    body: str
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    due: date | None = None
    priority: str | None = None


# --- the ledger's rows ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Link:
    """The ledger's row that joins an item and its ticket.

    `pushed` holds the document's raw values that the ticket was last brought in line with, None where no base is known
    (a rebuilt ledger). `pushed_labels` are the labels pmsync itself put there, as sent. `ticket` is the last
    observation. `named` means the document names this ticket (adopted, maybe shared with other items), so that it need
    carry no marker. `followed` means that no account of ours created it and no person adopted it: its status counts,
    and nothing is written to it. `reassigned` means a person changed the assignee, whose word counts from then on.
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
    group: str | None = None
    details_digest: str = ""
    position: int = 0
    linked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """A create that was announced and whose outcome is not yet known. Times are ours, aware UTC."""

    uid: str
    tracker: str
    document_id: str
    key: str
    title: str
    announced_at: datetime


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
    `documents.since`), 'done' (before it was first seen), 'external' (names a ticket that no configured tracker holds),
    'waiting', 'refused' or 'undecided'; `note` says in words why an item has no ticket. `due` is the effective date,
    by `due_from`: 'document', 'sla' or ''. `candidates` are what an undecided item may be: the question stays
    open until a person decides, whatever later runs see.
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
