"""Gathers what the trackers say into a world, with as few questions as the documents and the ledger allow.

Reads from trackers, never writes to them, and knows nothing of the ledger but its memory. What is asked follows from
trial plans: the items that a plan would create are the ones to look for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from pmsync.config.people import Directory
from pmsync.config.settings import Person
from pmsync.identity.belonging import Belonging
from pmsync.identity.candidates import entries, known_items
from pmsync.identity.identify import Identities, identify
from pmsync.identity.keys import item_key
from pmsync.identity.renamed_accounts import Renames, as_called, digest_of, renames
from pmsync.model import Link, Reading, Ref, Refusal, Ticket
from pmsync.model.ages import is_future, is_within
from pmsync.planning.document_changes import AGAIN, wants_owners
from pmsync.planning.operations import Plan
from pmsync.planning.plan import plan
from pmsync.planning.world import Named, View, World, doubtful, marked_tickets, seen_tickets
from pmsync.sync.second_look import Start, is_needless, pause, racing
from pmsync.sync.tracker_views import Looker
from pmsync.trackers.contract import Gone, Moved, Sight, Unresolved

ACCOUNTS_KEPT = timedelta(days=7)
"""How long a resolved account is used before it is asked for again."""
EVER = datetime(2000, 1, 1, tzinfo=UTC)
Seen = tuple[object, ...]


@dataclass
class Survey:
    """The world in the making. `now` and `sleep` are the only clock; `tell` says what is going on, `wait` why the run
    is going to sleep. `start` is what this machine has of the head start of `pmsync init`.
    """

    look: Looker
    reading: Reading
    judged: frozenset[str]
    whole: bool
    sleep: Callable[[float], None]
    tell: Callable[[str], None] = lambda _: None
    wait: Callable[[str], None] = lambda _: None
    start: Start = Start.ELSEWHERE
    named: dict[tuple[str, int], tuple[Named, ...]] = field(default_factory=dict)
    moves: dict[Ref, Ticket] = field(default_factory=dict)
    resolved: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    _known: tuple[Seen, Identities] | None = None
    _tried: tuple[Seen, Plan] | None = None

    def observe(self, *, wait_for_lag: bool) -> World:
        """Scan every tracker, ask about single tickets, look for what would be created, resolve who would be assigned.

        With `wait_for_lag`, a tracker without memory is looked through twice, its `lag` apart, before anything counts
        as missing there; but for a head start, in which there can be nothing to be seen the second time.
        """
        for name in self.look.sources:
            self.tell(f"reading {name}")
            self.look.scan(name)
        self._named_tickets()
        self._missing_tickets()
        self._look(wait_for_lag=wait_for_lag)
        self._resolve()
        return self.world()

    @property
    def belonging(self) -> Belonging:
        """Whose markers count as ours."""
        settings = self.look.settings
        return Belonging(settings.namespace, self.reading.checkout.homes, settings.formerly)

    def world(self) -> World:
        """Everything gathered so far."""
        gone = self.look.memory.documents - {d.id for d in self.reading.documents}
        return World(
            now=self.look.now(),
            settings=self.look.settings,
            reading=self.reading,
            judged=self.judged,
            identities=self._identities(),
            views=dict(self.look.views),
            links=self.look.memory.links,
            intents=self.look.memory.intents,
            refusals=self.look.memory.refusals,
            first_seen=self.look.memory.first_seen,
            decisions=self.look.memory.decisions,
            named=self.named,
            moves=self.moves,
            gone=gone if self.whole and self.reading.complete else frozenset(),
            renames={name: self._renames(name) for name in self.look.views},
            ticked=self.look.memory.ticked,
            remembered=self.look.memory.known_accounts,
        )

    def _renames(self, name: str) -> Renames:
        """The accounts there that have another name than the ledger knew, or than it knew before."""
        view, held = self.look.views[name], self.look.memory.links.values()
        links = [link for link in held if link.ticket.ids and link.ticket.ref.tracker == name]
        sights = ((link, view.sights.get(link.ticket.ref) or view.tickets.get(link.ticket.ref)) for link in links)
        return renames((link.ticket.ids, sight if isinstance(sight, Ticket) else link.ticket) for link, sight in sights)

    # --- tickets that documents name --------------------------------------------------------------------------

    def _named_tickets(self) -> None:
        """Recognise every ticket that an item names; only the unknown ones are asked for, and a gone one once a day.

        What a sentence only speaks of matters while the item has no ticket.
        """
        known = self._known_by_key()
        linked = {(link.document_id, link.key) for link in self.look.memory.links.values()}
        named: dict[tuple[str, int], list[Named]] = {}
        for document in self.reading.documents:
            for position, item in enumerate(document.items):
                settled = (document.id, item_key(item)) in linked or document.draft or item.done or item.dropped
                found = [
                    Named(text, ref, None, mention=text in item.mentions)
                    for text in (item.named if settled else item.tickets)
                    if (ref := self.look.recognise(text))
                ]
                if found:
                    named[document.id, position] = found
        asked: dict[str, list[Ref]] = {}
        for ref in (each.ref for group in named.values() for each in group):
            if (ref.tracker, ref.key) not in known and not self._asked_lately(ref):
                asked.setdefault(ref.tracker, []).append(ref)
        answers = {ref: sight for name, refs in asked.items() for ref, sight in self.look.get(name, refs).items()}
        self.refused += [_refusal(ref, self.look.now()) for ref, sight in answers.items() if isinstance(sight, Gone)]
        answers = {ref: self._where_it_is(sight) for ref, sight in answers.items()}
        self.named = {
            where: tuple(replace(each, sight=self._sight(each.ref, known, answers)) for each in group)
            for where, group in named.items()
        }

    def _where_it_is(self, sight: Sight) -> Sight:
        """The answer; for a ticket that moved it is the ticket as it is there, where anybody may see it."""
        if not isinstance(sight, Moved):
            return sight
        target = sight.to or self.look.recognise(sight.url)
        there = self.look.get(target.tracker, [target]).get(target) if target else None
        return there if isinstance(there, Ticket) else sight.ticket or sight

    def _known_by_key(self) -> dict[tuple[str, str], Ticket]:
        seen = [ticket for view in self.look.views.values() for ticket in view.tickets.values()]
        linked = [link.ticket for link in self.look.memory.links.values() if not link.lost]
        return {(ticket.ref.tracker, ticket.ref.key): ticket for ticket in (*linked, *seen)}

    def _asked_lately(self, ref: Ref) -> bool:
        refusal = self.look.memory.refusals.get((f"{ref.tracker}:{ref.key}", "get"))
        return refusal is not None and is_within(refusal.refused_at, self.look.now(), AGAIN)

    def _sight(self, ref: Ref, known: Mapping[tuple[str, str], Ticket], answers: Mapping[Ref, Sight]) -> Sight | None:
        if ticket := known.get((ref.tracker, ref.key)):
            return ticket
        return Gone(ref, hidden=True) if self._asked_lately(ref) else answers.get(ref)

    # --- tickets that a scan did not show ---------------------------------------------------------------------

    def _missing_tickets(self) -> None:
        """Ask for every linked ticket that a full scan did not show: deleted, moved, or without its label. After any
        scan, ask for one whose item has another ticket too, as it may be gone; and for the open ones without the label,
        which no scan shows: adopted tickets, most of all.
        """
        links = self.look.memory.links
        marked = marked_tickets([v for v in self.look.views.values() if not v.failed], self.belonging)
        twins = {uid for each in marked if each.marker and (uid := each.marker.uid) in links
                 and links[uid].ticket.ref != each.ref}  # fmt: skip
        for name, view in list(self.look.views.items()):
            if not view.failed:
                here = [link for link in links.values() if link.asked.tracker == name]
                asked = [
                    link.asked
                    for link in here
                    if view.complete or link.uid in twins or (self._is_unlisted(link) and not link.ticket.status.closed)
                ]
                self.look.get(name, [ref for ref in asked if ref not in view.tickets])
        self._follow()

    def _is_unlisted(self, link: Link) -> bool:
        """Whether the ticket stood here without the general label when it was last seen."""
        label = self.look.settings.trackers[link.asked.tracker].label.casefold()
        known = bool(link.ticket.state)  # a ticket as sent has the labels that it was sent with
        return known and not (link.away or link.lost) and label not in {each.casefold() for each in link.ticket.labels}

    def _follow(self) -> None:
        """Find out what moved and merged tickets have become."""
        for link in self.look.memory.links.values():
            view = self.look.views.get(link.asked.tracker)
            if view is None or view.failed:
                continue
            target = self._target(link, view)
            if target:
                sight = self.look.get(target.tracker, [target]).get(target) if self._ask_for(target) else None
                ticket = sight or self.look.views[target.tracker].tickets.get(target)
                if isinstance(ticket, Ticket):
                    self.moves[link.ticket.ref] = ticket

    def _ask_for(self, ref: Ref) -> bool:
        return ref.tracker in self.look.views and ref not in self.look.views[ref.tracker].tickets

    def _target(self, link: Link, view: View) -> Ref | None:
        ref = link.asked
        sight = view.sights.get(ref) or view.tickets.get(ref)
        if isinstance(sight, Moved):
            return sight.to or self.look.recognise(sight.url)
        if isinstance(sight, Ticket) and sight.duplicate and sight != link.ticket:
            return sight.duplicate_of
        return None

    # --- looking before creating ------------------------------------------------------------------------------

    def _look(self, *, wait_for_lag: bool) -> None:
        """Look for everything that a plan would create: it may exist, whatever the ledger remembers."""
        wanted = self._wanted()
        for name, since in wanted.items():
            self.look.find(name, *since)
        settings, views, now = self.look.settings, self.look.views, self.look.now()
        twice = racing(settings, views, wanted)
        if not twice or not wait_for_lag or not any(self._wanted().values()):
            return
        if is_needless(settings, self.look.memory, views, self.start, now=now, belonging=self.belonging):
            return
        why, length = pause(settings, views, twice, self.start, now)
        if length:
            self.wait(f"{why}: looking again in {length.total_seconds():.0f} s before anything is created")
            self.sleep(length.total_seconds())
        for name in twice:
            self.look.find(name, *wanted[name])

    def _wanted(self) -> dict[str, tuple[frozenset[str], datetime]]:
        """By tracker: the uids to look for, and since when a ticket of theirs can exist."""
        trial = self._trial()
        dates = {document.id: document.date for document in self.reading.documents}
        uids: dict[str, set[str]] = defaultdict(set)
        earliest: dict[str, datetime] = {}
        for create in trial.creates:
            intent = self.look.memory.intents.get(create.uid)
            name = intent.tracker if intent else create.tracker
            if name not in self.look.views:
                continue
            date = dates.get(create.place.document_id) or self.look.settings.since
            since = datetime.combine(date, time(), UTC) if date else EVER
            if intent:  # by a clock that was wrong it may have been announced long before
                since = EVER if is_future(intent.announced_at, self.look.now()) else intent.announced_at
            uids[name].add(create.uid)
            earliest[name] = min(earliest.get(name, since), since - timedelta(days=1))
        return {name: (frozenset(found), earliest[name]) for name, found in uids.items()}

    def _trial(self) -> Plan:
        """The plan if everything had been looked for already."""
        seen = self._seen()
        if self._tried is None or self._tried[0] != seen:
            everything, world = _Everything(), self.world()
            views = {name: replace(view, looked=everything) for name, view in world.views.items()}
            self._tried = seen, plan(replace(world, views=views))
        return self._tried[1]

    def _seen(self) -> Seen:
        """What identities and trial plans depend on: while it stays, they need not be worked out again."""
        return tuple(_Same(view) for view in self.look.views.values()), _Same(self.named), len(self.moves)

    # --- people -----------------------------------------------------------------------------------------------

    def _resolve(self) -> None:
        """Find the accounts of everybody whom this run would assign, from the ledger's memory where it is fresh."""
        for name, wanted in self._people().items():
            names, kind = self._renames(name), self.look.settings.trackers[name].type
            people = [as_called(person, kind, names) for person in wanted]
            kept = {p: account for p, account in self._kept_accounts(name).items() if account not in names}
            unknown = [p for p in people if p.id not in kept and not self._unresolved_lately(name, p)]
            answers = self._accounts(name, unknown)
            self.resolved[name] = {person: account for person, account in answers.items() if isinstance(account, str)}
            self.refused += [
                Refusal(f"{name}:{p.id}", "resolve", digest_of(p), answer.reason, self.look.now())
                for p in unknown
                if isinstance(answer := answers.get(p.id), Unresolved)
            ]
            remembered = {p.id: Unresolved(why) for p in people if (why := self._unresolved_lately(name, p))}
            self.look.views[name] = replace(self.look.views[name], accounts={**remembered, **kept, **answers})
        for name in self.look.views:
            self._rename_people(name)

    def _rename_people(self, name: str) -> None:
        """Whoever has another name there now goes by it in the ledger too, from now on."""
        names, kind = self._renames(name), self.look.settings.trackers[name].type
        for person in self.look.settings.people.values() if names else ():
            if (now := as_called(person, kind, names)) != person:
                self.resolved.setdefault(name, {})[person.id] = getattr(now, kind)

    def _accounts(self, name: str, people: list[Person]) -> Mapping[str, str | Unresolved]:
        return (self.look.ask(name, lambda t: t.resolve(people)) if people else None) or {}

    def _people(self) -> dict[str, list[Person]]:
        """By tracker: whom the creates and the changes of owner would assign."""
        directory, trial = Directory(self.look.settings.people), self._trial()
        links = {**self.look.memory.links, **{record.uid: record.link for record in trial.records("adopt")}}
        placed = ((links.get(each.uid), each.entry.item.owners) for each in self._identities().placed)
        assigned = [(create.tracker, create.place.fields.owners) for create in trial.creates]
        assigned += [(link.ticket.ref.tracker, who) for link, who in placed if link and wants_owners(link, who)]
        wanted: dict[str, list[str]] = defaultdict(list)
        for tracker, owners in assigned:
            if (view := self.look.views.get(tracker)) and not view.failed:
                wanted[tracker] += [*owners, *filter(None, [view.settings.fallback_owner])]
        return {
            name: list({p.id: p for owner in owners if (p := directory.match(owner))}.values())
            for name, owners in wanted.items()
        }

    def _kept_accounts(self, name: str) -> dict[str, str]:
        kept = self.look.memory.accounts.get(name, {}).items()
        return {person: account for person, (account, at) in kept if is_within(at, self.look.now(), ACCOUNTS_KEPT)}

    def _unresolved_lately(self, name: str, person: Person) -> str:
        refusal = self.look.memory.refusals.get((f"{name}:{person.id}", "resolve"))
        if refusal is None or refusal.digest != digest_of(person):
            return ""
        return refusal.reason if is_within(refusal.refused_at, self.look.now(), AGAIN) else ""

    # --- identity ---------------------------------------------------------------------------------------------

    def _identities(self) -> Identities:
        seen = self._seen()
        if self._known is None or self._known[0] != seen:
            self._known = seen, self._identify()
        return self._known[1]

    def _identify(self) -> Identities:
        namespace = self.look.settings.namespace
        views = [view for view in self.look.views.values() if not view.failed]
        marked, memory = marked_tickets(views, self.belonging), self.look.memory
        known = known_items(memory.links, memory.intents, marked, memory.questions)
        refs = {
            where: tuple(each.sight.ref for each in named if isinstance(each.sight, Ticket) and not each.mention)
            for where, named in self.named.items()
        }
        return identify(
            entries(self.reading.documents, refs),
            known,
            documents=[document.id for document in self.reading.documents],
            namespace=namespace,
            complete=self.reading.complete,
            decisions=self.look.memory.decisions,
            lookalikes=self._unmarked(marked),
        )

    def _unmarked(self, marked: Sequence[Ticket]) -> list[Ticket]:
        """Tickets of our own accounts that lost their marker, or all of it but the uid, or whose text was replaced by
        another ticket's, and are linked to nothing and named by nobody.
        """
        mates: dict[str, list[Ticket]] = defaultdict(list)
        for each in marked:
            mates[each.marker.uid if each.marker else ""].append(each)
        replaced = {each.ref for same in mates.values() if len(same) > 1 for each in same if doubtful(each, same)}
        taken = {link.ticket.ref for link in self.look.memory.links.values()}
        taken |= {
            each.sight.ref
            for named in self.named.values()
            for each in named
            if isinstance(each.sight, Ticket) and not each.mention
        }  # fmt: skip
        return [
            replace(ticket, marker=None) if ticket.ref in replaced else ticket
            for view in self.look.views.values()
            for ticket in seen_tickets(view)
            if (ticket.marker is None or not ticket.marker.key or ticket.ref in replaced)
            and not ticket.duplicate
            and ticket.author in view.trusted
            and ticket.ref.tracker
            and ticket.ref not in taken
        ]


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """Equal only for the very same object: comparing whole views would cost more than it saves."""

    value: object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value

    __hash__ = None  # type: ignore[assignment]


class _Everything(frozenset[str]):
    """A set that contains every uid, for the trial plan."""

    def __contains__(self, _: object) -> bool:
        return True


def _refusal(ref: Ref, now: datetime) -> Refusal:
    return Refusal(f"{ref.tracker}:{ref.key}", "get", "", "it does not exist", now)
