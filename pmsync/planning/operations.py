"""What a plan consists of: frozen operations, in the order in which they are applied. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pmsync.config.settings import Person
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
    "unlink",  # the document no longer names a ticket that pmsync only follows
    "restore",
    "settled",  # document and ticket agree again, nothing was sent
    "identity",  # the item's place in the documents changed
]


QUIET: frozenset[Reason] = frozenset({"seen", "settled", "identity"})
"""Recorded silently: nothing that people see has changed."""

UNDONE = frozenset(
    "guard namespace-shared namespace-changed tracker-failed tracker-replaced tracker-blocked tracker-left "
    "label-dropped create-failed update-failed in-doubt twin".split()
)
"""Errors after which a run is not good: a tracker was not read or accepts nothing, or a later run has to finish.
Other errors concern single documents or items, and only a person can fix them."""


ALONE = 2
"""After this many creates in doubt an item is sent alone, so that it holds up no other."""
ALONE_HINT = (
    "the service may be unable to take its text (an old database takes no emoji): reword the item; "
    "until then it is looked for and sent again"
)


@dataclass(frozen=True, slots=True)
class Place:
    """An item's place in the documents when it is linked: what the ledger keeps beside the ticket."""

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
    """Write a link to the ledger; no request. `reason` says what happened, `detail` says it in words."""

    reason: Reason
    link: Link
    detail: str = ""

    @property
    def uid(self) -> str:
        return self.link.uid


@dataclass(frozen=True, slots=True)
class Create:
    """Announce and create a ticket. `digest` covers what is sent and the configuration it was made with.

    `tries` counts the earlier attempts that were left in doubt; after each the ticket was looked for in vain.
    """

    uid: str
    tracker: str
    draft: Draft
    place: Place
    digest: str
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Update:
    """Set fields of a ticket. `link` is what the ledger holds once the tracker has answered (with its ticket).

    `before` is the link with what was sent last. `digest` covers the patch and the `configuration`. `listed` is the
    ticket's marker where it is known from a listing alone, as without a ledger: Jira's search may show a ticket as it
    was minutes ago (https://developer.atlassian.com/cloud/jira/platform/search-and-reconcile/).
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

    `hint` is set if the cause is not the item, so that no refusal is remembered for it. `together` merges it with all
    others of the same reason into one finding.
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
class Search:
    """The widest look at a tracker: for tickets of these uids, and for all of ours created `since` then."""

    uids: frozenset[str]
    since: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is done for this item now; `until` says when it will be looked at again, None where nobody can say.

    `refused` is set where that is because the tracker refused it before, and nothing has changed since; `search` where
    the item waits for a look at `tracker` alone.
    """

    uid: str
    reason: str
    until: datetime | None = None
    refused: Refused | None = None
    tracker: str = ""
    search: Search | None = None


Operation = Record | Create | Update | CloseDuplicate | Wait


@dataclass(frozen=True, slots=True)
class Questions:
    """What the plan does not know yet, by tracker. With the answers, another plan may follow."""

    searches: Mapping[str, Search] = field(default_factory=dict)
    people: Mapping[str, tuple[Person, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one run will do. `rows` is what the ledger shows of each judged item before any of it is done.

    `judged` are the ids of the documents this run speaks about, `gone` those that are gone for sure. A plan with
    `questions` is not final.
    """

    operations: tuple[Operation, ...] = ()
    findings: tuple[Finding, ...] = ()
    rows: tuple[ItemRow, ...] = ()
    judged: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    questions: Questions = Questions()

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
        """The operations that people care about: no waits, and no silent records."""
        return tuple(
            op
            for op in self.operations
            if not isinstance(op, Wait) and not (isinstance(op, Record) and op.reason in QUIET)
        )
