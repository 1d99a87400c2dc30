"""Tickets, their identity, and what is sent to them, as frozen values. No I/O, no clock, no third party."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypedDict


class Status(StrEnum):
    """A ticket's status, whatever its tracker calls it."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    WONT_DO = "wont_do"

    @property
    def closed(self) -> bool:
        return self in {Status.DONE, Status.WONT_DO}


@dataclass(frozen=True, slots=True)
class Marker:
    """The identity that a ticket carries, put there by the create request itself.

    A Jira ticket whose property was removed still shows its uid by label; the other parts are then empty. `home` is the
    place that wrote the marker, `pushed` the digests by field of the raw values last sent, `source` the digest of the
    text from which they were read, and `revision` the checkout's (0 if unknown). `facts` is the digest of the list of
    facts in the ticket's text, '' if pmsync maintains none there.
    """

    uid: str
    namespace: str = ""
    document_id: str = ""
    key: str = ""
    home: str = ""
    pushed: tuple[tuple[str, str], ...] = ()
    source: str = ""
    revision: int = 0
    facts: str = ""

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """The identity alone, without what was sent."""
        return self.uid, self.namespace, self.document_id, self.key


@dataclass(frozen=True, slots=True)
class Ref:
    """One ticket of one tracker. Two refs are equal when tracker and `id` are.

    `id` never changes and has a meaning only to its tracker; `key` is what people type (`acme/web#12`, `PAY-3`).
    """

    tracker: str
    id: str
    key: str = field(compare=False)
    url: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as its tracker showed it.

    `state` is the tracker's own word for it. `author` and `assignees` are accounts
    as the tracker names them (GitHub login, Jira account id or name). Times are aware UTC, by the server's clock.
    `duplicate` is True for a ticket closed as duplicate (its status is then `wont_do`); `duplicate_of` is the other
    one, if known. `labels` include the general one; fields that the tracker does not have are None. `unclear` is the
    setting and the tracker's word that would say whether a closed ticket was done or cancelled, if that is unknown.
    `ids` are permanent ids of author and assignees, by account, if the service has such; the ledger adds their former
    accounts. `markers` are all markers in its text, into which another ticket's raw text may have been pasted.
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
    unclear: tuple[str, str] | None = field(default=None, compare=False)
    ids: Mapping[str, str] = field(default_factory=dict, compare=False)
    markers: tuple[Marker, ...] = field(default=(), compare=False)

    @property
    def ambiguous(self) -> bool:
        """Whether its text holds markers of several items."""
        return len({marker.uid for marker in self.markers}) > 1


class Patch(TypedDict, total=False):
    """Absolute values to set on a ticket: only what is present is written, and writing it twice changes nothing.

    `add_labels` and `remove_labels` leave all other labels alone. `marker` replaces the identity the ticket carries.
    `facts` is the list of facts in Markdown, one a line; it replaces the list whose digest is in the ticket's marker.
    If the text no longer has that list, it stays unchanged, and the new marker has no digest.
    """

    title: str
    assignees: tuple[str, ...]
    due: date | None
    priority: str | None
    add_labels: tuple[str, ...]
    remove_labels: tuple[str, ...]
    marker: Marker
    facts: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A ticket to be created. `body` is Markdown without the marker; `labels` exclude the general one.

    `fallback` are the accounts to assign if the service refuses the assignees.
    """

    marker: Marker
    title: str
    body: str
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    due: date | None = None
    priority: str | None = None
    fallback: tuple[str, ...] = ()

    @property
    def without_refused(self) -> Draft | None:
        """The next draft to try if the assignees are refused: with the fallback, then with nobody, then None."""
        if self.fallback and self.assignees != self.fallback:
            return replace(self, assignees=self.fallback)
        return replace(self, assignees=(), fallback=()) if self.assignees else None
