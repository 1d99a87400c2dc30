"""What a plan consists of: frozen operations, in the order in which they are applied. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pmsync.model import Draft, Fields, Finding, ItemRow, Link, Marker, Patch, Ref, Ticket

Reason = Literal[
    "observe",  # the ticket changed in a way that people care about
    "seen",  # it changed otherwise
    "adopt",
    "relink",
    "follow",
    "lost",
    "found",
    "orphan",
    "unlink",  # the document names a ticket no more that was another's
    "restore",
    "settled",  # document and ticket agree again, nothing was sent
    "identity",  # the item stands elsewhere in the documents
]


QUIET: frozenset[Reason] = frozenset({"seen", "settled", "identity"})
"""What is recorded without a word: nothing that people see has changed."""

UNDONE = frozenset(
    "guard namespace-shared namespace-changed tracker-failed tracker-replaced tracker-blocked tracker-left "
    "label-dropped create-failed update-failed in-doubt twin".split()
)
"""Errors after which a run is not good: a tracker was not read or takes nothing, or a later run has something to do.
Other errors are about single documents or items, and only a person can put them right."""


ALONE = 2
"""How often a create may be left in doubt among others; from then on it is sent alone, so that it holds up no other."""
ALONE_HINT = (
    "the service may be unable to take its text (an old database takes no emoji): reword the item; "
    "until then it is looked for and sent again"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands when it is linked: what the ledger keeps besides the ticket, and tells people."""

    document_id: str
    path: str
    line: int
    key: str
    fields: Fields
    group: str | None
    details_digest: str
    position: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Write a link to the ledger; no request. `reason` says what happened, `detail` in words."""

    reason: Reason
    link: Link
    detail: str = ""

    @property
    def uid(self) -> str:
        return self.link.uid


@dataclass(frozen=True, slots=True)
class Create:
    """Announce and create a ticket. `digest` covers what is sent and the configuration it was made with.

    `tries` counts how often it was sent before and left in doubt: then it was looked for since, and not found.
    """

    uid: str
    tracker: str
    draft: Draft
    place: Place
    digest: str
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Update:
    """Set fields of a ticket; `link` is what the ledger holds once the tracker has answered (with its ticket).

    `before` is the link with what was sent last. `digest` covers the patch and `configuration`, which it is made with.
    `listed` is the marker of the ticket where nothing but a listing tells of it, as without a ledger. Jira's search may
    show a ticket as it was minutes ago (https://developer.atlassian.com/cloud/jira/platform/search-and-reconcile/).
    """

    uid: str
    patch: Patch
    link: Link
    digest: str
    before: Link
    configuration: str
    listed: Marker | None = None


@dataclass(frozen=True, slots=True)
class CloseDuplicate:
    """Close `ticket`, the younger twin, as duplicate of `of`."""

    uid: str
    ticket: Ticket
    of: Ref


@dataclass(frozen=True, slots=True)
class Refused:
    """A write that a tracker refuses: `name` is the item's title, or the key of its ticket where that has one.

    `hint` is what comes next where that is not for this item's sake, so that nothing is remembered against it.
    `together` says that it is told in one with all others of the same reason.
    """

    operation: Literal["create", "update"]
    tracker: str
    name: str
    reason: str
    path: str = ""
    line: int = 0
    hint: str = ""
    together: bool = True


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is done for this item now; `until` says when it will be looked at again, None where nobody can say.

    `refused` is set where that is because the tracker refused it before, and nothing has changed since.
    """

    uid: str
    reason: str
    until: datetime | None = None
    refused: Refused | None = None


Operation = Record | Create | Update | CloseDuplicate | Wait


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one run will do. `rows` is what the ledger shows of each judged item before any of it is done.

    `judged` are the ids of the documents this run speaks about, `gone` those that are gone for sure.
    """

    operations: tuple[Operation, ...] = ()
    findings: tuple[Finding, ...] = ()
    rows: tuple[ItemRow, ...] = ()
    judged: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()

    @property
    def creates(self) -> tuple[Create, ...]:
        return tuple(op for op in self.operations if isinstance(op, Create))

    @property
    def updates(self) -> tuple[Update, ...]:
        return tuple(op for op in self.operations if isinstance(op, Update))

    def records(self, *reasons: Reason) -> tuple[Record, ...]:
        return tuple(op for op in self.operations if isinstance(op, Record) and op.reason in reasons)

    @property
    def duplicates(self) -> tuple[CloseDuplicate, ...]:
        return tuple(op for op in self.operations if isinstance(op, CloseDuplicate))

    @property
    def waits(self) -> tuple[Wait, ...]:
        return tuple(op for op in self.operations if isinstance(op, Wait))

    @property
    def pending(self) -> tuple[Operation, ...]:
        """What is to do or to learn: without the waits, and without what only the ledger cares about."""
        return tuple(
            op
            for op in self.operations
            if not isinstance(op, Wait) and not (isinstance(op, Record) and op.reason in QUIET)
        )
