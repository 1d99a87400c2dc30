"""What planning looks at: documents, ledger and trackers as they were found. Frozen, complete, no I/O."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pmsync.config.settings import Settings, TrackerSettings
from pmsync.identity.belonging import Belonging
from pmsync.identity.identify import Identities
from pmsync.identity.keys import title_key
from pmsync.identity.renamed_accounts import Renames
from pmsync.model import Intent, ItemRow, Link, Reading, Ref, Refusal, Ticket
from pmsync.trackers.contract import Sight, Unresolved


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
    of documents that are known and surely no more. `renames` are the accounts, by tracker, that have another name now.
    `ticked` are the uids of the items that write-back ticked, as far as this ledger knows, and `remembered` the
    accounts that it keeps, by tracker and person.
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
    renames: Mapping[str, Renames] = field(default_factory=dict)
    ticked: frozenset[str] = frozenset()
    remembered: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    questions: Mapping[str, ItemRow] = field(default_factory=dict)

    @property
    def belonging(self) -> Belonging:
        """Whose markers count as ours."""
        return Belonging(self.settings.namespace, self.reading.checkout.homes, self.settings.formerly)

    def view(self, name: str) -> View | None:
        """The view of a tracker that can be relied on in this run."""
        view = self.views.get(name)
        return view if view and not view.failed else None

    def person_of(self, tracker: str, account: str) -> str:
        """The person under [people] who has this account, else the account: Jira's say nothing to anybody."""
        return self.persons(tracker).get(account, account)

    def persons(self, tracker: str) -> dict[str, str]:
        """Who has which account in a tracker, as far as it is configured, remembered, or was looked up in this run."""
        view, people = self.views.get(tracker), self.settings.people
        kind = view.settings.type if view else "local"
        configured = {person.id: getattr(person, kind, None) for person in people.values()}
        remembered = {p: account for p, account in self.remembered.get(tracker, {}).items() if p in people}
        accounts = {**remembered, **configured, **(view.accounts if view else {})}
        return {account: person for person, account in accounts.items() if isinstance(account, str)}

    def shown_by(self, ticket: Ticket) -> str:
        """The tracker that holds the ticket, or that showed it where none does: it moved to another place."""
        showing = (n for n, view in self.views.items() if ticket.ref in view.tickets or ticket.ref in view.sights)
        return ticket.ref.tracker or next(showing, "")


def trusted(ticket: Ticket, view: View, belonging: Belonging) -> bool:
    """Whether the ticket's marker is believed: it was created by one of our accounts, for this configuration.

    A Jira ticket whose property was removed shows only its uid; then the author alone decides.
    """
    return bool(ticket.marker and ticket.author in view.trusted and belonging.owns(ticket.marker))


@dataclass(frozen=True, slots=True)
class Index:
    """The tickets of a world by what they are looked up for.

    `marked` are the trusted ones by uid, each list the oldest first; `forged` those that carry a marker of ours by an
    account that is not listed, by uid and by document id; `shared` are the tickets that several items name; `pasted`
    those of ours that hold an item's marker beside their own; `held` says by ticket which item the ledger links to it;
    `unclaimed` are open ones of ours, with the general label, that carry no marker and belong to nothing: what somebody
    made of them cannot be told without a ledger.
    """

    marked: Mapping[str, Sequence[Ticket]]
    forged: Mapping[str, tuple[View, Ticket]]
    shared: frozenset[Ref]
    pasted: Mapping[str, Ticket] = field(default_factory=dict)
    held: Mapping[Ref, str] = field(default_factory=dict)
    unclaimed: Sequence[Ticket] = ()

    def shares(self, uid: str, ticket: Ticket) -> bool:
        """Whether the item has this ticket in common with others: several name it, or it was made for another one."""
        return ticket.ref in self.shared or bool(ticket.marker and ticket.marker.uid != uid)


def index(world: World) -> Index:
    """Everything that planning looks up more than once."""
    views = [view for view in world.views.values() if not view.failed]
    marked: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in marked_tickets(views, world.belonging):
        marked[ticket.marker.uid if ticket.marker else ""].append(ticket)
    strangers = [
        (view, ticket, ticket.marker)
        for view in views
        for ticket in seen_tickets(view)
        if ticket.marker and ticket.author not in view.trusted and world.belonging.owns(ticket.marker)
    ]
    forged = {marker.uid: (view, ticket) for view, ticket, marker in strangers}
    # A copy of a ticket that we know is a person's clone; any other may be of an account of ours that is not listed.
    known = {*marked, *world.links}
    forged |= {marker.document_id: (view, ticket) for view, ticket, marker in strangers
               if marker.document_id and marker.uid not in known}  # fmt: skip
    names = Counter(
        ref
        for named in world.named.values()
        for ref in {each.sight.ref for each in named if isinstance(each.sight, Ticket) and not each.mention}
    )
    pasted = {
        each.uid: ticket
        for tickets in marked.values()
        for ticket in tickets
        for each in ticket.markers
        if ticket.marker and each.uid != ticket.marker.uid and world.belonging.owns(each)
    }
    held = {link.ticket.ref: link.uid for link in world.links.values() if not (link.named or link.lost)}
    shared = frozenset(ref for ref, count in names.items() if count > 1)
    return Index(marked, forged, shared, pasted, held, _unclaimed(world))


def _unclaimed(world: World) -> list[Ticket]:
    taken = {link.ticket.ref for link in world.links.values()}
    taken |= {each.ref for one in world.identities.undecided for each in one.candidates if each.ref}
    taken |= {each.sight.ref for named in world.named.values() for each in named
              if isinstance(each.sight, Ticket) and not each.mention}  # fmt: skip
    found = {
        ticket.ref: ticket
        for view in world.views.values()
        if view.bare and not view.failed
        for ticket in seen_tickets(view)
        if ticket.marker is None
        and not ticket.status.closed
        and ticket.author in view.trusted
        and is_labelled(ticket, view)
        and ticket.ref not in taken
    }
    return sorted(found.values(), key=seniority)


def is_labelled(ticket: Ticket, view: View) -> bool:
    """Whether the ticket has the general label."""
    return view.settings.label.casefold() in {label.casefold() for label in ticket.labels}


def seen_tickets(view: View) -> Iterator[Ticket]:
    """Every ticket that the view holds, from the scan, the wide look and single answers; some come twice."""
    yield from view.tickets.values()
    yield from (sight for sight in view.sights.values() if isinstance(sight, Ticket))


def marked_tickets(views: Iterable[View], belonging: Belonging) -> list[Ticket]:
    """All tickets with a trusted marker that were seen in this run, the oldest first.

    The order is the same for every run that sees them, whatever else it knows.
    """
    found = {
        ticket.ref: ticket
        for view in views
        for ticket in seen_tickets(view)
        if trusted(ticket, view, belonging)
    }  # fmt: skip
    return sorted(found.values(), key=seniority)


def doubtful(ticket: Ticket, mates: Iterable[Ticket]) -> bool:
    """Whether the marker may have come into the ticket with pasted text: there are several, or the title is neither
    that of the marker nor that of another ticket of its item.
    """
    key = ticket.marker.key if ticket.marker else ""
    titles = {title_key(mate.title) for mate in mates if mate.ref != ticket.ref}
    return ticket.ambiguous or title_key(ticket.title) not in {key, *titles}


def seniority(ticket: Ticket) -> tuple[datetime, str, int, str]:
    """Sort key: the older ticket first; equal times go by the tracker's own numbering."""
    number = ticket.ref.id.rsplit("/")[-1]
    return ticket.created_at, ticket.ref.tracker, int(number) if number.isdigit() else 0, ticket.ref.id
