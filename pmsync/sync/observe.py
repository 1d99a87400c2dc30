"""Gathers what the trackers say into a world, until the plan that follows from it has no question left.

Reads from trackers, never writes to them, and knows nothing of the ledger but its memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from pmsync.config.settings import Person
from pmsync.identity.belonging import Belonging
from pmsync.identity.identify import Identities
from pmsync.identity.keys import item_key
from pmsync.identity.renamed_accounts import Renames, as_called, digest_of, renames
from pmsync.model import Document, Item, Reading, Ref, Refusal, Ticket
from pmsync.model.ages import is_within
from pmsync.planning.identities import with_identities
from pmsync.planning.operations import Plan, Search
from pmsync.planning.plan import plan
from pmsync.planning.questions import unread_tickets
from pmsync.planning.refusals import recent_refusal
from pmsync.planning.sightings import with_sights
from pmsync.planning.world import Named, World
from pmsync.sync.tracker_views import TrackerViews
from pmsync.sync.wait_for_lag import Start, is_needless, pause, racing
from pmsync.trackers.contract import Gone, Unresolved
from pmsync.workdays.calendar import ONLY_WEEKENDS, WorkCalendars

ACCOUNTS_KEPT = timedelta(days=7)
"""How long a resolved account is used before it is asked for again."""
_NOBODY = Identities((), (), ())


@dataclass
class Observer:
    """Builds the world. `sleep` and the trackers' `now` are the only clock. `tell` hears what is going on, `wait` why
    the run is about to sleep. `start` is this machine's share of the head start of `pmsync init`; `calendars` are the
    business days.

    `resolved` and `refused` are answers for the ledger to remember: accounts by tracker and person id, and what the
    trackers do not know.
    """

    trackers: TrackerViews
    reading: Reading
    judged: frozenset[str]
    whole: bool
    sleep: Callable[[float], None]
    tell: Callable[[str], None] = lambda _: None
    wait: Callable[[str], None] = lambda _: None
    start: Start = Start.ELSEWHERE
    calendars: WorkCalendars = ONLY_WEEKENDS
    resolved: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    _references: dict[tuple[str, int], tuple[Named, ...]] = field(default_factory=dict)
    _asked: set[Ref] = field(default_factory=set)
    _searches: dict[str, Search] = field(default_factory=dict)
    _identified: World | None = None

    def observe(self, *, wait_for_lag: bool) -> tuple[World, Plan]:
        """Scan every tracker, then answer the plan's questions until it has none.

        With `wait_for_lag`, a tracker without memory is searched twice, its `lag` apart, before anything is created
        there; during a head start once, as a second look could show nothing new.
        """
        for name in self.trackers.sources:
            self.tell(f"reading {name}")
            self.trackers.scan(name)
        self._references = self._recognised()
        looked_again = False
        while True:
            world = self._world()
            made = plan(world)
            if not looked_again and self._search(made.questions.searches):
                continue
            if wait_for_lag and not looked_again and made.creates:
                looked_again = True
                if self._look_again(world.belonging):
                    continue
            if not self._resolve(made.questions.people):
                self._rename_people()
                return world, made

    # --- the world as far as it is known ----------------------------------------------------------------------

    def _world(self) -> World:
        """Return everything gathered so far, once no ticket is left to read."""
        world = with_sights(self._gathered())
        while self._read(unread_tickets(world)):
            world = with_sights(self._gathered())
        before = self._identified
        if before is not None and _shows_the_same(before, world):
            world = replace(world, identities=before.identities)
        else:
            world = with_identities(world)
        self._identified = world
        return world

    def _gathered(self) -> World:
        memory = self.trackers.memory
        gone = memory.documents - {document.id for document in self.reading.documents}
        return World(
            now=self.trackers.now(),
            settings=self.trackers.settings,
            reading=self.reading,
            judged=self.judged,
            identities=_NOBODY,
            views=dict(self.trackers.views),
            links=memory.links,
            intents=memory.intents,
            refusals=memory.refusals,
            first_seen=memory.first_seen,
            decisions=memory.decisions,
            named=self._references,
            gone=gone if self.whole and self.reading.complete else frozenset(),
            renames={name: self._renames(name) for name in self.trackers.views},
            ticked=memory.ticked,
            remembered=memory.known_accounts,
            questions=memory.questions,
            calendars=self.calendars,
        )

    def _recognised(self) -> dict[tuple[str, int], tuple[Named, ...]]:
        """Return the tickets of configured trackers that items name, by document id and position, without a request."""
        linked = {(link.document_id, link.key) for link in self.trackers.memory.links.values()}
        references = {
            (document.id, position): tuple(
                self._references_of(document, item, linked=(document.id, item_key(item)) in linked)
            )
            for document in self.reading.documents
            for position, item in enumerate(document.items)
            if item.tickets
        }
        return {where: each for where, each in references.items() if each}

    def _references_of(self, document: Document, item: Item, *, linked: bool) -> Iterator[Named]:
        """Yield the tickets that an item names; those that it only mentions matter while it may get a ticket."""
        settled = linked or document.draft or item.done or item.dropped
        for text in item.named if settled else item.tickets:
            if ref := self.trackers.recognise(text):
                yield Named(text, ref, None, mention=text in item.mentions)

    def _renames(self, name: str) -> Renames:
        """Return the accounts in a tracker that were renamed since the ledger saw them."""
        view, links_there = self.trackers.views[name], self.trackers.memory.links.values()
        links = [link for link in links_there if link.ticket.ids and link.ticket.ref.tracker == name]
        sights = ((link, view.sights.get(link.ticket.ref) or view.tickets.get(link.ticket.ref)) for link in links)
        return renames((link.ticket.ids, sight if isinstance(sight, Ticket) else link.ticket) for link, sight in sights)

    # --- answers ----------------------------------------------------------------------------------------------

    def _read(self, unread: Mapping[str, list[Ref]]) -> bool:
        """Read single tickets. False if all were asked for before."""
        named = {each.ref for references in self._references.values() for each in references}
        is_new = False
        for name, refs in unread.items():
            new = [ref for ref in refs if ref not in self._asked]
            self._asked.update(new)
            is_new = is_new or bool(new)
            answers = self.trackers.get(name, new)
            self.refused += [
                Refusal(f"{ref.tracker}:{ref.key}", "get", "", "it does not exist", self.trackers.now())
                for ref in named & answers.keys()
                if isinstance(answers[ref], Gone)
            ]
        return is_new

    def _search(self, searches: Mapping[str, Search]) -> bool:
        """Look for tickets that would be created: they may exist, whatever the ledger remembers. False if nothing is
        new.
        """
        new = {name: search for name, search in searches.items() if not self._is_searched(name, search)}
        for name, search in new.items():
            before = self._searches.get(name, search)
            self._searches[name] = Search(before.uids | search.uids, min(before.since, search.since))
            self.trackers.find(name, search.uids, search.since)
        return bool(new)

    def _is_searched(self, name: str, search: Search) -> bool:
        return name in self._searches and search.uids <= self._searches[name].uids

    def _look_again(self, belonging: Belonging) -> bool:
        """Wait until tickets just created by another run are visible, and look a second time. False if that is
        needless.
        """
        settings, views, now = self.trackers.settings, self.trackers.views, self.trackers.now()
        twice = racing(settings, views, self._searches)
        if not twice:
            return False
        if is_needless(settings, self.trackers.memory, views, self.start, now=now, belonging=belonging):
            return False
        why, length = pause(settings, views, twice, self.start, now)
        if length:
            self.wait(f"{why}: looking again in {length.total_seconds():.0f} s before anything is created")
            self.sleep(length.total_seconds())
        for name in twice:
            self.trackers.find(name, self._searches[name].uids, self._searches[name].since)
        return True

    def _resolve(self, people: Mapping[str, tuple[Person, ...]]) -> bool:
        """Find these people's accounts, from the ledger if its answer is recent. False if nobody is new."""
        is_new = False
        for name, persons in people.items():
            answers = self._accounts(name, persons)
            view = self.trackers.views[name]
            is_new = is_new or not answers.keys() <= view.accounts.keys()
            self.trackers.views[name] = replace(view, accounts={**view.accounts, **answers})
        return is_new

    def _accounts(self, name: str, persons: tuple[Person, ...]) -> dict[str, str | Unresolved]:
        names, kind = self._renames(name), self.trackers.settings.trackers[name].type
        people = [as_called(person, kind, names) for person in persons]
        remembered = {p: account for p, account in self._kept_accounts(name).items() if account not in names}
        lately = {
            p.id: Unresolved(why)
            for p in people
            if p.id not in remembered and (why := self._unresolved_lately(name, p))
        }
        unknown = [person for person in people if person.id not in {**remembered, **lately}]
        answers = (self.trackers.ask(name, lambda tracker: tracker.resolve(unknown)) if unknown else None) or {}
        accounts = {person: account for person, account in answers.items() if isinstance(account, str)}
        self.resolved.setdefault(name, {}).update(accounts)
        self.refused += [
            Refusal(f"{name}:{person.id}", "resolve", digest_of(person), answer.reason, self.trackers.now())
            for person in unknown
            if isinstance(answer := answers.get(person.id), Unresolved)
        ]
        return {**lately, **remembered, **answers}

    def _rename_people(self) -> None:
        """Have the ledger remember the present names of renamed accounts."""
        for name in self.trackers.views:
            names, kind = self._renames(name), self.trackers.settings.trackers[name].type
            for person in self.trackers.settings.people.values() if names else ():
                if (now := as_called(person, kind, names)) != person:
                    self.resolved.setdefault(name, {})[person.id] = getattr(now, kind)

    def _kept_accounts(self, name: str) -> dict[str, str]:
        accounts = self.trackers.memory.accounts.get(name, {}).items()
        return {
            person: account for person, (account, at) in accounts if is_within(at, self.trackers.now(), ACCOUNTS_KEPT)
        }

    def _unresolved_lately(self, name: str, person: Person) -> str:
        refusals, now = self.trackers.memory.refusals, self.trackers.now()
        refusal = recent_refusal(refusals, f"{name}:{person.id}", "resolve", now, digest_of(person))
        return refusal.reason if refusal else ""


def _shows_the_same(before: World, world: World) -> bool:
    """Whether the trackers showed no further ticket, so that the identities are unchanged."""
    return before.named == world.named and all(
        before.views[name].tickets is view.tickets and before.views[name].sights is view.sights
        and before.views[name].failed == view.failed
        for name, view in world.views.items()
    )  # fmt: skip
