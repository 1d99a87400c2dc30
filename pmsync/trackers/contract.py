"""The contract of a tracker. Types only: nothing here talks to anybody."""

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
    """The service does not show the ticket, though it lets us read its neighbours (404 or 410).

    `hidden` where it answers the same for a ticket that is hidden from us or went to where we see nothing: then nobody
    knows whether it exists.
    """

    ref: Ref
    hidden: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Moved:
    """The ticket lives elsewhere. `to` is its new ref if this same tracker holds it, else None; `url` is for people.

    `ticket` is it as it is there, where we may see it: its ref has no tracker, and an `id` that this one can be asked
    for.
    """

    ref: Ref
    to: Ref | None
    url: str
    ticket: Ticket | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Forbidden:
    """The tracker does not let us see it (401/403): says nothing about whether it exists."""

    ref: Ref
    reason: str


Sight = Ticket | Gone | Moved | Forbidden

# --- outcomes of create ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Created:
    """`ticket` is what the answer showed: assignees or labels the service dropped are missing from it.

    Where the answer holds only an id (Jira), the rest is as sent.
    """

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Rejected:
    """Surely not created, and the same request would be refused again (400, 403, 404, 410, 422).

    `closed` where that is not for this draft's sake, as in `TrackerClosed`: any other would be refused as well.
    `common` where it is for what the place demands of every draft, so that many may be refused alike.
    """

    reason: str
    closed: bool = False
    common: bool = False


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Surely not processed (429, 403 secondary limit, connection refused before sending): may be sent again later."""

    reason: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class InDoubt:
    """Sent, and nobody knows: time-out, reset, 5xx, a 3xx on POST, an answer that cannot be read."""

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
    """close_duplicate did nothing, because a person has already done something with the ticket: `reason` says what."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unresolved:
    """No account for this person; `reason` says why and what to write into [people]."""

    reason: str


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `doctor`: `ok` is None where it could not be found out; `hint` says what to do about a failure."""

    name: str
    ok: bool | None
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """What the token may do here. `account` is who we are; `blocked` says why nothing may be created, '' if it may."""

    account: str
    checks: tuple[Check, ...]
    blocked: str = ""


class Tracker(Protocol):
    """One configured place for tickets.

    Every method but `recognise` may talk to the service and may raise `TrackerUnavailable` (did not answer, or asks
    for patience; may be asked again) or `TrackerError` (asking again will not help), and nothing else. No method
    retries by itself: `trackers.retry.Retrying` wraps a tracker for that. A tracker is used by one thread.
    """

    name: str
    label: str  # the general label
    fields: frozenset[str]  # of title, assignees, due, priority, labels: what a ticket here can hold
    batch: int  # the most drafts that one `create` may take
    incremental: bool  # whether `scan(since)` costs less than `scan()`: where it does not, every scan is a complete one

    def accounts(self) -> frozenset[str]:
        """The accounts whose markers are trusted: the configured ones, else the token's own.

        Names as they stand in `Ticket.author`. At most one request, the first time.
        """

    def recognise(self, text: str, repository: str | None = None) -> Ref | None:
        """Return the ref of the ticket of this tracker that a link or key in a document names, without any request.

        None for everything else, pull requests and commits among it. `repository` is the one that the document lives
        in (`acme/web`), which a bare `#12` means. The ref's `id` may be provisional, until `get` answers with the real
        one; `get` takes it.
        """

    def scan(self, since: datetime | None = None) -> Scan:
        """Every ticket with the general label, open and closed, with all fields; with `since`, those changed since.

        Complete, or raises: a page that failed or a redirect that lost the query fails the whole scan. May be repeated.
        """

    def get(self, refs: Sequence[Ref]) -> Mapping[Ref, Sight]:
        """An answer for each ref, labelled or not. Gone only on a definite 404/410. May be repeated. Takes the ref of a
        ticket too that it answered with `Moved`.

        A GitHub ref is (repository id, number): an answer from another repository is Moved, never a Ticket.
        """

    def find(self, uids: Iterable[str], since: datetime) -> tuple[Ticket, ...]:
        """Return the widest look: every ticket created by `accounts()` since then, labelled or not; every one created
        since then that carries a marker, whoever made it (Jira: among those with the general label); and any ticket
        that carries one of `uids` (Jira: by its uid label). Complete, or raises. May be repeated. One of ours that went
        elsewhere since, and can be found there, is shown as well; its ref has no tracker.
        """

    def left_out(self) -> tuple[str, ...]:
        """The configured accounts that the service does not know, so that `find` went without them; no request."""

    def departed(self, since: datetime) -> tuple[Ticket, ...]:
        """Tickets of ours, created since then, that left this place and that `find` does not show; their refs have no
        tracker. As far as it can be found out: for a run that remembers nothing. May be repeated.
        """

    def create(self, drafts: Sequence[Draft]) -> tuple[Outcome, ...]:
        """One outcome per draft, in order; at most `batch` drafts. The request is sent exactly once.

        Each ticket carries general label and marker from its first moment. **Never repeat on InDoubt.** Raises nothing
        once the request is under way. Labels that the service would refuse are made fit, and a draft that was refused
        for an assignee alone is sent once more for its fallback, and then for nobody.
        """

    def update(self, ref: Ref, patch: Patch, listed: Marker | None = None) -> Ticket:
        """Set absolute values and return the ticket as it is now. May be repeated.

        `listed` is the marker that the ticket had where it was listed, if the patch rests on that alone: a listing may
        be behind. Nothing is sent where a fresh read shows the patch's marker: another run was faster.

        Raises TrackerError where the service refused (the text says which field), or where the ref leads elsewhere;
        TrackerClosed where it would refuse every other update too; Overtaken, before anything is sent, where a fresh
        read shows neither of the two markers.
        """

    def close_duplicate(self, ref: Ref, of: Ref) -> Ticket | Touched:
        """Close `ref` as duplicate of `of`, with a link and one marked comment; returns the closed ticket.

        Does nothing and returns Touched when a fresh read shows that a person has done something with it: another
        status than the first, a comment, a link, a reassignment. May be repeated (the comment is not doubled).
        """

    def resolve(self, people: Iterable[Person]) -> Mapping[str, str | Unresolved]:
        """By `Person.id`: the account to assign, or why there is none. Checks that it may be assigned, where the
        service tells that in few requests. May be repeated.
        """

    def probe(self) -> Probe:
        """What the token may do here, what the project requires. Writes nothing. May be repeated."""

    def fit_labels(self, labels: Iterable[str]) -> tuple[str, ...]:
        """The labels as this service takes them (Jira: no spaces; GitHub: 50 characters), sorted, without doubles."""
