"""What planning looks at: documents, ledger and trackers as they were found. Frozen, complete, no I/O."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pmsync.identify import Identities
from pmsync.model import Intent, Link, Reading, Ref, Refusal, Ticket
from pmsync.settings import Settings, TrackerSettings
from pmsync.trackers.base import Sight, Unresolved


@dataclass(frozen=True, slots=True)
class View:
    """What one tracker showed in this run.

    `tickets` are those of the scan and of the wide look, `sights` the answers for single refs. `complete` says that
    the scan was a full one. `failed` is why the tracker could not be read, '' if it could; then nothing about it is
    concluded. `bare` says that no earlier run is remembered, so that every create must be looked for twice; `looked`
    are the uids that were looked for: nothing else is created. `unseen` marks a tracker that was left
    out on purpose, by a plan without a token: creates are shown, not sent. `blocked` is why nothing may be created.
    """

    settings: TrackerSettings
    fields: frozenset[str]
    trusted: frozenset[str] = frozenset()
    tickets: Mapping[Ref, Ticket] = field(default_factory=dict)
    sights: Mapping[Ref, Sight] = field(default_factory=dict)
    accounts: Mapping[str, str | Unresolved] = field(default_factory=dict)
    fit: Callable[[Iterable[str]], tuple[str, ...]] = lambda labels: tuple(sorted(set(labels)))
    complete: bool = False
    bare: bool = False
    looked: frozenset[str] = frozenset()
    failed: str = ""
    blocked: str = ""
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A ticket that an item names: `sight` is None where its tracker did not say.

    `mention` says that its sentence only speaks of it: nothing is concluded from it.
    """

    text: str
    ref: Ref
    sight: Sight | None
    mention: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """All that a plan follows from. `now` is the only clock.

    `judged` are the ids of the documents that this run speaks about. `named` gives the tickets in configured trackers
    that an item names, by document id and position. `decisions` are what persons decided, by uid ('new'). `moves` says
    which ticket a moved, transferred or merged one has become, where a configured tracker holds it. `gone` are the ids
    of documents that are known and surely no more.
    """

    now: datetime
    settings: Settings
    reading: Reading
    judged: frozenset[str]
    identities: Identities
    views: Mapping[str, View]
    links: Mapping[str, Link] = field(default_factory=dict)
    intents: Mapping[str, Intent] = field(default_factory=dict)
    refusals: Mapping[tuple[str, str], Refusal] = field(default_factory=dict)
    first_seen: Mapping[str, datetime] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[tuple[str, int], tuple[Named, ...]] = field(default_factory=dict)
    moves: Mapping[Ref, Ticket] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    def view(self, name: str) -> View | None:
        """The view of a tracker that can be relied on in this run."""
        view = self.views.get(name)
        return view if view and not view.failed else None


def trusted(ticket: Ticket, view: View, namespace: str) -> bool:
    """Whether the ticket's marker is believed: it was created by one of our accounts, in our namespace.

    A Jira ticket whose property was removed shows only its uid; then the author alone decides.
    """
    return bool(
        ticket.marker and ticket.author in view.trusted and ticket.marker.namespace in {namespace, ""}
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Index:
    """The tickets of a world by what they are looked up for.

    `marked` are the trusted ones by uid, each list the oldest first; `forged` those that carry a marker of our
    namespace by an account that is not listed; `shared` are the tickets that several items name.
    """

    marked: Mapping[str, Sequence[Ticket]]
    forged: Mapping[str, tuple[View, Ticket]]
    shared: frozenset[Ref]

    def shares(self, uid: str, ticket: Ticket) -> bool:
        """Whether the item has this ticket in common with others: several name it, or it was made for another one."""
        return ticket.ref in self.shared or bool(ticket.marker and ticket.marker.uid != uid)


def index(world: World) -> Index:
    """Everything that planning looks up more than once."""
    views = [view for view in world.views.values() if not view.failed]
    marked: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in marked_tickets(views, world.settings.namespace):
        marked[ticket.marker.uid if ticket.marker else ""].append(ticket)
    forged = {
        ticket.marker.uid: (view, ticket)
        for view in views
        for ticket in seen_tickets(view)
        if ticket.marker and ticket.author not in view.trusted
        and ticket.marker.namespace in {world.settings.namespace, ""}
    }  # fmt: skip
    names = Counter(
        ref
        for named in world.named.values()
        for ref in {each.sight.ref for each in named if isinstance(each.sight, Ticket) and not each.mention}
    )
    return Index(marked, forged, frozenset(ref for ref, count in names.items() if count > 1))


def seen_tickets(view: View) -> Iterator[Ticket]:
    """Every ticket that the view holds, from the scan, the wide look and single answers; some come twice."""
    yield from view.tickets.values()
    yield from (sight for sight in view.sights.values() if isinstance(sight, Ticket))


def marked_tickets(views: Iterable[View], namespace: str) -> list[Ticket]:
    """All tickets with a trusted marker that were seen in this run, the oldest first.

    The order is the same for every run that sees them, whatever else it knows.
    """
    found = {
        ticket.ref: ticket
        for view in views
        for ticket in seen_tickets(view)
        if trusted(ticket, view, namespace)
    }  # fmt: skip
    return sorted(found.values(), key=seniority)


def seniority(ticket: Ticket) -> tuple[datetime, str, int, str]:
    """Sort key: the older ticket first; equal times go by the tracker's own numbering."""
    number = ticket.ref.id.rsplit("/")[-1]
    return ticket.created_at, ticket.ref.tracker, int(number) if number.isdigit() else 0, ticket.ref.id
