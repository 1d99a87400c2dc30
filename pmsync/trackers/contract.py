"""The contract of a tracker. Types only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pmsync.config.settings import Person
from pmsync.model import Draft, Marker, Patch, Ref, Ticket

# --- answers of get -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gone:
    """The service does not show the ticket, although it lets us read others in that place (404 or 410).

    `hidden` means that the ticket may still exist: the service answers alike for one that we may not see.
    """

    ref: Ref
    hidden: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Moved:
    """The ticket is elsewhere now. `to` is its new ref if that is in this tracker, else None; `url` is for people.

    `ticket` is its present state, if we may see it: its ref has no tracker, and `get` of this tracker takes its `id`.
    """

    ref: Ref
    to: Ref | None
    url: str
    ticket: Ticket | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Forbidden:
    """The tracker does not let us see the ticket (401/403), which may or may not exist."""

    ref: Ref
    reason: str


Sight = Ticket | Gone | Moved | Forbidden

# --- outcomes of create ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Created:
    """`ticket` is as the answer shows it, without assignees or labels that the service dropped.

    If the answer holds only an id (Jira), the rest is as sent.
    """

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Rejected:
    """Surely not created, and the same request would be refused again (400, 403, 404, 410, 422).

    `closed` means that any other draft would be refused as well, as in `TrackerClosed`; `common` that the cause is a
    requirement for every draft, so that many may be refused alike.
    """

    reason: str
    closed: bool = False
    common: bool = False


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Surely not processed (429, secondary rate limit, connection refused): may be sent again later."""

    reason: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class InDoubt:
    """Sent with an unknown result: time-out, reset, 5xx, a 3xx on POST, an answer that cannot be read."""

    reason: str


Outcome = Created | Rejected | Unavailable | InDoubt

# --- the rest -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scan:
    """`tickets` in order of creation; `cursor` is the server's time when the scan began (its Date header)."""

    tickets: tuple[Ticket, ...]
    cursor: datetime


@dataclass(frozen=True, slots=True)
class Touched:
    """`close_duplicate` did nothing, because a person has touched the ticket: `reason` says how."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unresolved:
    """The person has no account; `reason` says why and what to write into [people]."""

    reason: str


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `doctor`: `ok` is None if unknown; `hint` says what to do."""

    name: str
    ok: bool | None
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """What the token may do here. `account` is the token's; `blocked` says why nothing can be created, '' if it can."""

    account: str
    checks: tuple[Check, ...]
    blocked: str = ""


class Tracker(Protocol):
    """One configured place for tickets.

    Every method except `recognise` may send requests, and raises only `TrackerUnavailable` (no answer, or asks to wait;
    may be asked again) and `TrackerError` (asking again will not help). No method retries: `trackers.retry.Retrying`
    wraps a tracker for that. A tracker is used by one thread.
    """

    name: str
    label: str  # the general label
    fields: frozenset[str]  # of title, assignees, due, priority, labels: what a ticket here can hold
    batch: int  # the most drafts that one `create` may take
    incremental: bool  # whether `scan(since)` costs less than `scan()`: if not, every scan is complete

    def accounts(self) -> frozenset[str]:
        """The accounts whose markers are trusted: the configured ones, else the token's own. Named as in
        `Ticket.author`. Sends at most one request, the first time.
        """

    def recognise(self, text: str, repository: str | None = None) -> Ref | None:
        """The ref of the ticket here that a link or key in a document names, without any request; None for anything
        else, including pull requests and commits.

        `repository` is that of the document (`acme/web`), which a bare `#12` means. The ref's `id` may be provisional:
        `get` takes it and answers with the real one.
        """

    def scan(self, since: datetime | None = None) -> Scan:
        """Every ticket with the general label, open and closed, with all fields; with `since`, those changed since.

        Complete, or raises. May be repeated.
        """

    def get(self, refs: Sequence[Ref]) -> Mapping[Ref, Sight]:
        """The present state of each ref, labelled or not. Gone only on a definite 404/410. May be repeated. Also takes
        refs of tickets in `Moved`.

        A GitHub ref is (repository id, number): an issue in another repository is Moved, never a Ticket.
        """

    def find(self, uids: Iterable[str], since: datetime) -> tuple[Ticket, ...]:
        """The widest look: every ticket created by `accounts()` since then, labelled or not; every ticket with a marker
        created since then, whoever created it (Jira: if it has the general label); and any ticket with one of `uids`
        (Jira: by its uid label). Complete, or raises. May be repeated. Tickets of ours that moved elsewhere, and can be
        found there, are included; their refs have no tracker.
        """

    def left_out(self) -> tuple[str, ...]:
        """The configured accounts that `find` had to leave out, because the service does not know them; no request."""

    def departed(self, since: datetime) -> tuple[Ticket, ...]:
        """Tickets of ours, created since then, that left this place and that `find` does not show, as far as they can
        be found; their refs have no tracker. For a run without a ledger. May be repeated.
        """

    def create(self, drafts: Sequence[Draft]) -> tuple[Outcome, ...]:
        """One outcome per draft, in order; at most `batch` drafts. The request is sent exactly once.

        The request itself carries general label and marker. **Never repeat on InDoubt.** Raises nothing once a request
        was sent. Labels are made to fit, and a draft that was refused only for its assignee is sent once more for its
        fallback, and then for nobody.
        """

    def update(self, ref: Ref, patch: Patch, listed: Marker | None = None) -> Ticket:
        """Set absolute values and return the ticket as it is now. May be repeated.

        `listed` is the ticket's marker in a listing, if the patch is based on that alone: a listing may be stale. If a
        fresh read shows the patch's marker instead, another run was faster and nothing is sent.

        Raises TrackerError if the service refuses (the text names the field) or the ref leads elsewhere; TrackerClosed
        if it would refuse every other update too; Overtaken, before anything is sent, if a fresh read shows neither of
        the two markers.
        """

    def close_duplicate(self, ref: Ref, of: Ref) -> Ticket | Touched:
        """Close `ref` as duplicate of `of`, with a link and one marked comment; returns the closed ticket.

        Does nothing and returns Touched if a fresh read shows that a person has touched it: another status than the
        first, a comment, a link, a reassignment. May be repeated: the comment is made once.
        """

    def resolve(self, people: Iterable[Person]) -> Mapping[str, str | Unresolved]:
        """By `Person.id`: the account to assign, or why there is none. Checks that issues may be assigned to it, if
        that takes few requests. May be repeated.
        """

    def probe(self) -> Probe:
        """What the token may do here, what the project requires. Writes nothing. May be repeated."""

    def fit_labels(self, labels: Iterable[str]) -> tuple[str, ...]:
        """The labels as this service accepts them (Jira: no spaces; GitHub: 50 characters), sorted and unique."""
