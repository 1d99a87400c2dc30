"""The input of planning: documents, ledger and trackers as read in this run. Frozen, no I/O."""

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
from pmsync.workdays.calendar import ONLY_WEEKENDS, WorkCalendars


@dataclass(frozen=True, slots=True)
class View:
    """What one tracker showed in this run.

    `tickets` come from the scan and the wide look, `sights` are the answers for single refs. `complete` says that the
    scan was a full one. `failed` is why the tracker could not be read ('' if it could); its tickets then keep their
    last known state. `bare` says that no earlier run is remembered, so that every create is looked for twice. `looked`
    are the uids that were looked for: no others are created. An `unseen` tracker is left out on purpose, by a plan
    without a token: creates are shown, not sent. `blocked` is why nothing can be created.
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
    """A ticket that an item names. `sight` is None if its tracker has not answered.

    `mention` says that the sentence only mentions it, so that it is not the item's own.
    """

    text: str
    ref: Ref
    sight: Sight | None
    mention: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """Everything that a plan follows from. `now` is the only clock.

    `judged` are the ids of the documents that this run judges. `named` are the tickets in configured trackers that an
    item names, by document id and position. `decisions` are those of persons, by uid ('new'). `moves` maps a moved,
    transferred or merged ticket to its successor in a configured tracker. `gone` are the ids of known documents that
    surely no longer exist. `renames` are the renamed accounts by tracker. `ticked` are the uids of the items that
    write-back ticked, `remembered` the accounts in the ledger by tracker and person, `questions` the undecided items by
    uid, and `calendars` the business days that limits count.
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
    calendars: WorkCalendars = ONLY_WEEKENDS

    @property
    def belonging(self) -> Belonging:
        """Whose markers count as ours."""
        return Belonging(self.settings.namespace, self.reading.checkout.homes, self.settings.formerly)

    def view(self, name: str) -> View | None:
        """Return the view of a tracker, None if it could not be read."""
        view = self.views.get(name)
        return view if view and not view.failed else None

    def person_of(self, tracker: str, account: str) -> str:
        """Return the person under [people] who has this account, else the account itself."""
        return self.persons(tracker).get(account, account)

    def persons(self, tracker: str) -> dict[str, str]:
        """Return the person of each account that is configured, remembered, or was looked up in this run."""
        view, people = self.views.get(tracker), self.settings.people
        kind = view.settings.type if view else "local"
        configured = {person.id: getattr(person, kind, None) for person in people.values()}
        remembered = {p: account for p, account in self.remembered.get(tracker, {}).items() if p in people}
        accounts = {**remembered, **configured, **(view.accounts if view else {})}
        return {account: person for person, account in accounts.items() if isinstance(account, str)}

    def shown_by(self, ticket: Ticket) -> str:
        """Return the tracker that holds the ticket, or that showed it after it moved away."""
        showing = (n for n, view in self.views.items() if ticket.ref in view.tickets or ticket.ref in view.sights)
        return ticket.ref.tracker or next(showing, "")


def trusted(ticket: Ticket, view: View, belonging: Belonging) -> bool:
    """Whether the ticket's marker is trusted: one of our accounts created the ticket, for this configuration.

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
    """Build what planning looks up more than once."""
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
    known_uids = {*marked, *world.links}
    forged |= {marker.document_id: (view, ticket) for view, ticket, marker in strangers
               if marker.document_id and marker.uid not in known_uids}  # fmt: skip
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
    holders = {link.ticket.ref: link.uid for link in world.links.values() if not (link.named or link.lost)}
    shared = frozenset(ref for ref, count in names.items() if count > 1)
    return Index(marked, forged, shared, pasted, holders, _unclaimed(world))


def _unclaimed(world: World) -> list[Ticket]:
    claimed = {link.ticket.ref for link in world.links.values()}
    claimed |= {each.ref for one in world.identities.undecided for each in one.candidates if each.ref}
    claimed |= {each.sight.ref for named in world.named.values() for each in named
              if isinstance(each.sight, Ticket) and not each.mention}  # fmt: skip
    tickets = {
        ticket.ref: ticket
        for view in world.views.values()
        if view.bare and not view.failed
        for ticket in seen_tickets(view)
        if ticket.marker is None
        and not ticket.status.closed
        and ticket.author in view.trusted
        and is_labelled(ticket, view)
        and ticket.ref not in claimed
    }
    return sorted(tickets.values(), key=seniority)


def is_labelled(ticket: Ticket, view: View) -> bool:
    """Whether the ticket has the general label."""
    return view.settings.label.casefold() in {label.casefold() for label in ticket.labels}


def seen_tickets(view: View) -> Iterator[Ticket]:
    """Yield every ticket of the view, from the scan, the wide look and single answers; some come twice."""
    yield from view.tickets.values()
    yield from (sight for sight in view.sights.values() if isinstance(sight, Ticket))


def marked_tickets(views: Iterable[View], belonging: Belonging) -> list[Ticket]:
    """Return all tickets with a trusted marker that were seen in this run, the oldest first, in every run alike."""
    tickets = {
        ticket.ref: ticket
        for view in views
        for ticket in seen_tickets(view)
        if trusted(ticket, view, belonging)
    }  # fmt: skip
    return sorted(tickets.values(), key=seniority)


def doubtful(ticket: Ticket, mates: Iterable[Ticket]) -> bool:
    """Whether the marker may have been pasted: the text has several, or the title is neither the marker's nor that of
    another ticket of its item.
    """
    key = ticket.marker.key if ticket.marker else ""
    titles = {title_key(mate.title) for mate in mates if mate.ref != ticket.ref}
    return ticket.ambiguous or title_key(ticket.title) not in {key, *titles}


def seniority(ticket: Ticket) -> tuple[datetime, str, int, str]:
    """Return a sort key: the older ticket first; at equal times by the tracker's own numbering."""
    number = ticket.ref.id.rsplit("/")[-1]
    return ticket.created_at, ticket.ref.tracker, int(number) if number.isdigit() else 0, ticket.ref.id
