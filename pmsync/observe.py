"""Gathers what the trackers say into a world, with as few questions as the documents and the ledger allow.

Reads from trackers, never writes to them, and knows nothing of the ledger but its memory. What is asked follows from
trial plans: the items that a plan would create are the ones to look for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar

from pmsync.errors import TrackerError
from pmsync.identify import Identities, identify
from pmsync.keys import digest
from pmsync.known import entries, known_items
from pmsync.memory import Memory
from pmsync.model import Cursor, Finding, Link, Reading, Ref, Refusal, Ticket
from pmsync.operations import Plan
from pmsync.people import Directory
from pmsync.plan import plan
from pmsync.plan.update import AGAIN
from pmsync.plan.world import Named, View, World, marked_tickets, seen_tickets
from pmsync.settings import Person, Settings
from pmsync.trackers.base import Gone, Moved, Sight, Tracker, Unresolved

ACCOUNTS_KEPT = timedelta(days=7)
"""How long a resolved account is used before it is asked for again."""
EVER = datetime(2000, 1, 1, tzinfo=UTC)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Source:
    """A configured tracker as a run meets it: connected, or why not. `unseen` is left out on purpose."""

    tracker: Tracker | None
    failed: str = ""
    unseen: bool = False


@dataclass
class Survey:
    """The world in the making. `now` and `sleep` are the only clock; `tell` says on what a run is waiting."""

    settings: Settings
    sources: Mapping[str, Source]
    memory: Memory
    reading: Reading
    judged: frozenset[str]
    whole: bool
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    tell: Callable[[str], None] = lambda _: None
    views: dict[str, View] = field(default_factory=dict)
    cursors: dict[str, Cursor] = field(default_factory=dict)
    named: dict[tuple[str, int], tuple[Named, ...]] = field(default_factory=dict)
    moves: dict[Ref, Ticket] = field(default_factory=dict)
    resolved: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def observe(self, *, wait_for_lag: bool) -> World:
        """Scan every tracker, ask about single tickets, look for what would be created, resolve who would be assigned.

        With `wait_for_lag`, a tracker without memory is looked through twice, its `lag` apart, before anything counts
        as missing there.
        """
        for name, source in self.sources.items():
            self.tell(f"reading {name}")
            self._scan(name, source)
        self._named_tickets()
        self._missing_tickets()
        self._look(wait_for_lag=wait_for_lag)
        self._resolve()
        return self.world()

    def world(self) -> World:
        """Everything gathered so far."""
        gone = self.memory.documents - {d.id for d in self.reading.documents}
        return World(
            now=self.now(),
            settings=self.settings,
            reading=self.reading,
            judged=self.judged,
            identities=self._identities(),
            views=dict(self.views),
            links=self.memory.links,
            intents=self.memory.intents,
            refusals=self.memory.refusals,
            first_seen=self.memory.first_seen,
            named=self.named,
            moves=self.moves,
            gone=gone if self.whole and self.reading.complete else frozenset(),
        )

    # --- reading the trackers ---------------------------------------------------------------------------------

    def _ask(self, name: str, question: Callable[[Tracker], Answer]) -> Answer | None:
        """The answer of a tracker that has not failed in this run; its first failure is told and ends its part."""
        tracker = self.sources[name].tracker
        if tracker is None or self.views[name].failed:
            return None
        try:
            return question(tracker)
        except TrackerError as error:
            self.views[name] = replace(self.views[name], failed=str(error))
            hint = "nothing is concluded about its tickets; the next sync asks again"
            self.findings.append(Finding("tracker-failed", "error", f"tracker {name!r}: {error}", hint))
            return None

    def _scan(self, name: str, source: Source) -> None:
        settings, tracker = self.settings.trackers[name], source.tracker
        if tracker is None:
            self.views[name] = View(settings, frozenset(), bare=True, failed=source.failed, unseen=source.unseen)
            return
        cursor = self.memory.cursors.get(name, Cursor(name))
        full = cursor.since is None or cursor.full_scan_at is None or (
            self.now() - cursor.full_scan_at >= self.settings.full_scan_every
        )  # fmt: skip
        bare = cursor.full_scan_at is None
        self.views[name] = View(settings, tracker.fields, fit=tracker.fit_labels, complete=full, bare=bare)
        scan = self._ask(name, lambda t: t.scan(None if full else cursor.since))
        if scan is None:
            return
        self._keep(name, scan.tickets)
        full_scan_at = self.now() if full else cursor.full_scan_at
        self.cursors[name] = Cursor(name, scan.cursor - settings.settle, full_scan_at)

    def _keep(self, name: str, tickets: Iterable[Ticket]) -> None:
        """Keep tickets that were listed; only those that are new or changed have to be judged by their author."""
        linked = {link.ticket.ref: link.ticket for link in self.memory.links.values()}
        found = {ticket.ref: ticket for ticket in tickets}
        if all(linked.get(ref) == ticket for ref, ticket in found.items()) or self._trust(name):
            self.views[name] = replace(self.views[name], tickets={**self.views[name].tickets, **found})

    def _trust(self, name: str) -> bool:
        """Ask whose markers count there, which may cost a request, only once there is a ticket to judge."""
        if not self.views[name].trusted:
            accounts = self._ask(name, lambda t: t.accounts())
            self.views[name] = replace(self.views[name], trusted=accounts or frozenset())
        return not self.views[name].failed

    def _get(self, name: str, refs: Iterable[Ref]) -> Mapping[Ref, Sight]:
        wanted = list(dict.fromkeys(refs))
        sights = self._ask(name, lambda t: t.get(wanted)) if wanted else None
        if sights:
            self._add(name, sights)
        return sights or {}

    def _add(self, name: str, sights: Mapping[Ref, Sight]) -> None:
        """Keep answers under the ref asked for and, for a ticket, under its real one."""
        real = {sight.ref: sight for sight in sights.values() if isinstance(sight, Ticket)}
        if real and not self._trust(name):
            return
        view = self.views[name]
        self.views[name] = replace(view, sights={**view.sights, **sights, **real})

    # --- tickets that documents name --------------------------------------------------------------------------

    def _named_tickets(self) -> None:
        """Recognise every ticket that an item names; only the unknown ones are asked for, and a gone one once a day."""
        known = self._known_by_key()
        mentions: dict[tuple[str, int], list[tuple[str, Ref]]] = {}
        for document in self.reading.documents:
            for position, item in enumerate(document.items):
                found = [(text, ref) for text in item.tickets if (ref := self.recognise(text))]
                if found:
                    mentions[document.id, position] = found
        asked: dict[str, list[Ref]] = {}
        for _, ref in (pair for pairs in mentions.values() for pair in pairs):
            if (ref.tracker, ref.key) not in known and not self._asked_lately(ref):
                asked.setdefault(ref.tracker, []).append(ref)
        answers = {ref: sight for name, refs in asked.items() for ref, sight in self._get(name, refs).items()}
        self.refused += [_refusal(ref, self.now()) for ref, sight in answers.items() if isinstance(sight, Gone)]
        self.named = {
            where: tuple(Named(text, ref, self._sight(ref, known, answers)) for text, ref in pairs)
            for where, pairs in mentions.items()
        }

    def recognise(self, text: str) -> Ref | None:
        """The ticket of any configured tracker that a text names, without a request."""
        for source in self.sources.values():
            ref = source.tracker.recognise(text, self.settings.repository) if source.tracker else None
            if ref:
                return ref
        return None

    def _known_by_key(self) -> dict[tuple[str, str], Ticket]:
        seen = [ticket for view in self.views.values() for ticket in view.tickets.values()]
        linked = [link.ticket for link in self.memory.links.values() if not link.lost]
        return {(ticket.ref.tracker, ticket.ref.key): ticket for ticket in (*linked, *seen)}

    def _asked_lately(self, ref: Ref) -> bool:
        refusal = self.memory.refusals.get((f"{ref.tracker}:{ref.key}", "get"))
        return refusal is not None and self.now() - refusal.refused_at < AGAIN

    def _sight(self, ref: Ref, known: Mapping[tuple[str, str], Ticket], answers: Mapping[Ref, Sight]) -> Sight | None:
        if ticket := known.get((ref.tracker, ref.key)):
            return ticket
        return Gone(ref) if self._asked_lately(ref) else answers.get(ref)

    # --- tickets that a scan did not show ---------------------------------------------------------------------

    def _missing_tickets(self) -> None:
        """After a full scan, ask for every linked ticket it did not show: deleted, moved, or without its label."""
        for name, view in list(self.views.items()):
            if view.complete and not view.failed:
                here = [link.ticket.ref for link in self.memory.links.values() if link.ticket.ref.tracker == name]
                self._get(name, [ref for ref in here if ref not in view.tickets])
        self._follow()

    def _follow(self) -> None:
        """Find out what moved and merged tickets have become."""
        for link in self.memory.links.values():
            view = self.views.get(link.ticket.ref.tracker)
            if view is None or view.failed:
                continue
            target = self._target(link, view)
            if target:
                sight = self._get(target.tracker, [target]).get(target) if self._ask_for(target) else None
                ticket = sight or self.views[target.tracker].tickets.get(target)
                if isinstance(ticket, Ticket):
                    self.moves[link.ticket.ref] = ticket

    def _ask_for(self, ref: Ref) -> bool:
        return ref.tracker in self.views and ref not in self.views[ref.tracker].tickets

    def _target(self, link: Link, view: View) -> Ref | None:
        ref = link.ticket.ref
        sight = view.sights.get(ref) or view.tickets.get(ref)
        if isinstance(sight, Moved):
            return sight.to or self.recognise(sight.url)
        if isinstance(sight, Ticket) and sight.duplicate and sight != link.ticket:
            return sight.duplicate_of
        return None

    # --- looking before creating ------------------------------------------------------------------------------

    def _look(self, *, wait_for_lag: bool) -> None:
        """Look for everything that a plan would create although it may exist: in doubt, or nothing is remembered."""
        wanted = self._wanted()
        for name, since in wanted.items():
            self._find(name, *since)
        bare = [name for name in wanted if self.views[name].bare and not self.views[name].failed]
        if not bare or not wait_for_lag or not any(self._wanted().values()):
            return
        lag = max(self.settings.trackers[name].lag for name in bare).total_seconds()
        self.tell(f"no earlier run is remembered: looking again in {lag:.0f} s before anything is created")
        self.sleep(lag)
        for name in bare:
            self._find(name, *wanted[name])

    def _wanted(self) -> dict[str, tuple[frozenset[str], datetime]]:
        """By tracker: the uids to look for, and since when a ticket of theirs can exist."""
        trial = self._trial()
        dates = {document.id: document.date for document in self.reading.documents}
        wanted: dict[str, tuple[frozenset[str], datetime]] = {}
        for create in trial.creates:
            intent = self.memory.intents.get(create.uid)
            name = intent.tracker if intent else create.tracker
            if name not in self.views or not (intent or self.views[name].bare):
                continue
            date = dates.get(create.place.document_id) or self.settings.since
            since = intent.announced_at if intent else datetime.combine(date, time(), UTC) if date else EVER
            uids, earliest = wanted.get(name, (frozenset(), since))
            wanted[name] = (uids | {create.uid}, min(earliest, since - timedelta(days=1)))
        return wanted

    def _trial(self) -> Plan:
        """The plan if everything had been looked for already."""
        everything = _Everything()
        world = self.world()
        views = {name: replace(view, looked=everything) for name, view in world.views.items()}
        return plan(replace(world, views=views))

    def _find(self, name: str, uids: frozenset[str], since: datetime) -> None:
        found = self._ask(name, lambda t: t.find(uids, min(since, self.now() - timedelta(days=1))))
        if found is None:
            return
        self._keep(name, found)
        self.views[name] = replace(self.views[name], looked=self.views[name].looked | uids)

    # --- people -----------------------------------------------------------------------------------------------

    def _resolve(self) -> None:
        """Find the accounts of everybody whom this run would assign, from the ledger's memory where it is fresh."""
        for name, people in self._people().items():
            kept = self._kept_accounts(name)
            unknown = [p for p in people if p.id not in kept and not self._unresolved_lately(name, p)]
            answers = self._accounts(name, unknown)
            self.resolved[name] = {person: account for person, account in answers.items() if isinstance(account, str)}
            self.refused += [
                Refusal(f"{name}:{p.id}", "resolve", digest(str(p)), answer.reason, self.now())
                for p in unknown
                if isinstance(answer := answers.get(p.id), Unresolved)
            ]
            remembered = {p.id: Unresolved(why) for p in people if (why := self._unresolved_lately(name, p))}
            self.views[name] = replace(self.views[name], accounts={**remembered, **kept, **answers})

    def _accounts(self, name: str, people: list[Person]) -> Mapping[str, str | Unresolved]:
        return (self._ask(name, lambda t: t.resolve(people)) if people else None) or {}

    def _people(self) -> dict[str, list[Person]]:
        """By tracker: whom the creates and the changes of owner would assign."""
        directory, trial = Directory(self.settings.people), self._trial()
        wanted: dict[str, list[str]] = {}
        for create in trial.creates:
            fallback = self.settings.trackers[create.tracker].fallback_owner
            wanted.setdefault(create.tracker, []).extend(
                (*create.place.fields.owners, *([fallback] if fallback else []))
            )
        for placed in self._identities().placed:
            link, owners = self.memory.links.get(placed.uid), placed.entry.item.owners
            if link and link.pushed and link.pushed.owners != owners and not link.reassigned:
                wanted.setdefault(link.ticket.ref.tracker, []).extend(owners)
        return {
            name: list({p.id: p for owner in owners if (p := directory.match(owner))}.values())
            for name, owners in wanted.items()
            if self.views.get(name) and not self.views[name].failed
        }

    def _kept_accounts(self, name: str) -> dict[str, str]:
        fresh = self.now() - ACCOUNTS_KEPT
        return {person: account for person, (account, at) in self.memory.accounts.get(name, {}).items() if at > fresh}

    def _unresolved_lately(self, name: str, person: Person) -> str:
        refusal = self.memory.refusals.get((f"{name}:{person.id}", "resolve"))
        fresh = refusal and refusal.digest == digest(str(person)) and self.now() - refusal.refused_at < AGAIN
        return refusal.reason if refusal and fresh else ""

    # --- identity ---------------------------------------------------------------------------------------------

    def _identities(self) -> Identities:
        namespace = self.settings.namespace
        views = [view for view in self.views.values() if not view.failed]
        known = known_items(self.memory.links, self.memory.intents, marked_tickets(views, namespace))
        refs = {
            where: tuple(each.sight.ref for each in named if isinstance(each.sight, Ticket))
            for where, named in self.named.items()
        }
        return identify(
            entries(self.reading.documents, refs),
            known,
            documents=[document.id for document in self.reading.documents],
            namespace=namespace,
            complete=self.reading.complete,
            decisions=self.memory.decisions,
            lookalikes=self._unmarked(),
        )

    def _unmarked(self) -> list[Ticket]:
        """Tickets of our own accounts that lost their marker and are linked to nothing and named by nobody."""
        taken = {link.ticket.ref for link in self.memory.links.values()}
        taken |= {
            each.sight.ref for named in self.named.values() for each in named if isinstance(each.sight, Ticket)
        }  # fmt: skip
        return [
            ticket
            for view in self.views.values()
            for ticket in seen_tickets(view)
            if ticket.marker is None
            and not ticket.duplicate
            and ticket.author in view.trusted
            and ticket.ref not in taken
        ]


class _Everything(frozenset[str]):
    """A set that contains every uid, for the trial plan."""

    def __contains__(self, _: object) -> bool:
        return True


def _refusal(ref: Ref, now: datetime) -> Refusal:
    return Refusal(f"{ref.tracker}:{ref.key}", "get", "", "it does not exist", now)
