"""Documents, their items and findings, as frozen values. No I/O, no clock, no third party."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell a person: what is wrong (`message`) and what to do next (`hint`).

    `rule` is a stable kebab-case name. `path` is relative to the config's folder and `line` 1-based; both are empty
    (`""`, 0) if the finding belongs to no document. `about` names the owner whom it concerns.
    """

    rule: str
    level: Level
    message: str
    hint: str = ""
    path: str = ""
    line: int = 0
    about: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Item:
    """One action item as its document words it; nothing here is resolved or configured. `source` is a digest of the
    text it was read from, '' if unknown.

    `title` is plain text. `details` is the Markdown below the item. `owners`, `tickets`, `kind`, `priority` and `group`
    are as written (owners without '@'). `due` is None if the document gives no readable date. `done` is None if nothing
    says, and `dropped` means cancelled. `explicit_id` is an id that the author gave ('AI-3'), never a row number.
    `mentions` are the `tickets` that the text only mentions ('Prevent a recurrence of #1'): they are not the item's
    own. `codes` are the parts of the title that are code, in order. `line` is 1-based. `form` says how the entry was
    recognised ('bullet', 'task', 'table', 'heading', 'paragraph'), `section` under which heading.
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
    codes: tuple[str, ...] = field(default=(), compare=False)
    source: str = field(default="", compare=False)

    @property
    def named(self) -> tuple[str, ...]:
        """The tickets that the item names as its own."""
        return tuple(ticket for ticket in self.tickets if ticket not in self.mentions)


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment in a document that ignores rules of `pmsync check`.

    `rules` are their names as written, none if the comment is not understood. `line` is the comment's own, and `about`
    the line whose findings it ignores, 0 for the whole document.
    """

    rules: tuple[str, ...]
    line: int
    about: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A post-mortem as read. `path` is relative to the config's folder, with '/', and `id` is unique in a run.

    `draft` means its items are proposed, not ticketed. `restricted` means its text may reach only a
    tracker marked for it. `findings` are the reader's remarks (prose instead of a list, an unreadable date …), by line.
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
class Checkout:
    """Where documents were read. `homes` are the names of the place, the usual one first (`github.com/acme/web:.`),
    none outside git. `revision` is the time of its newest commit in seconds since 1970, 0 if unknown, and `before` that
    of the newest checkout that the ledger has seen.
    """

    homes: tuple[str, ...] = ()
    revision: int = 0
    before: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of reading the documents.

    `complete` is False if a file could not be read or parsed, or two documents share an id (both are left out): then
    no document counts as gone. `failed` are the paths that could not be read.
    """

    documents: tuple[Document, ...]
    complete: bool = True
    failed: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    checkout: Checkout = Checkout()


@dataclass(frozen=True, slots=True)
class Fields:
    """The raw values of all fields that the document owns: Update compares them, and the ledger keeps them.

    `path` is the document's, and `context` a digest of the rest of the ticket's text (title, incident, date, services,
    the item's group). `owed` is not the document's: it says of sent values that none of the owners could be assigned.
    """

    title: str
    owners: tuple[str, ...] = ()
    due: date | None = None
    priority: str | None = None
    kind: str | None = None
    severity: str | None = None
    labels: tuple[str, ...] = ()
    path: str = ""
    context: str = ""
    owed: bool = False
