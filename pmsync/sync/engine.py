"""One run: lock, read documents, observe, plan, guard, apply, and record the outcome."""

from __future__ import annotations

import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from pmsync.config.settings import Settings
from pmsync.disk.git import checkout
from pmsync.documents.files import locate, read_documents, within
from pmsync.errors import TrackerError
from pmsync.findings import new_finding
from pmsync.identity.belonging import Belonging
from pmsync.ledger import Ledger, owners
from pmsync.model import Finding, Reading
from pmsync.planning import guard
from pmsync.planning.operations import UNDONE, Plan, Update, Wait
from pmsync.planning.plan import plan
from pmsync.planning.provenance import refusals
from pmsync.planning.world import World
from pmsync.sync import head_start, ledger_identity
from pmsync.sync.apply import Applied, Applier
from pmsync.sync.lock import hold
from pmsync.sync.memory import Memory
from pmsync.sync.observe import Observer
from pmsync.sync.tracker_views import Source, TrackerViews
from pmsync.sync.wait_for_lag import Start
from pmsync.trackers.contract import Tracker
from pmsync.workdays.public_holidays import calendars

_OVERTAKEN = frozenset({"in-doubt", "tracker-left", "create-refused", "update-refused"})
PASSES = 3
"""How many passes a run without memory makes over a create in doubt, the first included."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a run is asked to do. `paths` limit the documents it judges, never those it reads; none means all.

    With `changed`, `paths` are the files that changed: files that are not documents are ignored, and none means that
    nothing is judged. With `full`, every ticket is read, not only the changed ones.
    """

    paths: tuple[Path, ...] = ()
    allow: Mapping[str, int] = field(default_factory=dict)
    wait: float | None = None
    changed: bool = False
    full: bool = False

    @property
    def whole(self) -> bool:
        """Whether the run judges every document."""
        return not self.paths and not self.changed

    @property
    def scope(self) -> str:
        """The run's scope as the ledger records it; '' if it covers everything."""
        return " ".join(map(str, self.paths)) or ("" if self.whole else "nothing that changed")


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of the outside world; tests bring their own."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Watcher:
    """Hears how the run goes, and may `stop` it after the current operation.

    `wait` hears why and for how long the run is about to sleep.
    """

    tell: Callable[[str], None] = lambda _: None
    wait: Callable[[str], None] = lambda _: None
    progress: Callable[[str, int], None] = lambda _what, _count: None
    stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run planned and did. `ok` is False if anything failed, was refused, was held back or is in doubt.

    `good` says whether the ledger is up to date afterwards: every tracker was read and accepts writes, nothing is in
    doubt, and nothing is left that a later run can do by itself. What only a person can fix, in a document or a ticket,
    is a finding and leaves the run good. `previous_findings` are those of the run before.
    """

    plan: Plan
    world: World
    findings: tuple[Finding, ...]
    applied: Applied = field(default_factory=Applied)
    held_back: bool = False
    previous_findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        trouble = self.applied.failed or self.applied.left or self.applied.in_doubt or self.held_back
        return not trouble and not any(finding.level == "error" for finding in self.findings)

    @property
    def good(self) -> bool:
        applied = self.applied
        undone = applied.failed > applied.refused or applied.left or applied.in_doubt or self.held_back
        return not undone and not any(finding.rule in UNDONE and finding.level == "error" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Engine:
    """Everything that a run needs from outside: configuration, trackers, clock, and a watcher."""

    settings: Settings
    sources: Mapping[str, Source]
    clock: Clock = Clock()
    watcher: Watcher = Watcher()

    def plan(self, request: Request) -> RunResult:
        """Return what a sync would do now. Reads the ledger if it exists, and writes nothing."""
        path = Path(self.settings.ledger)
        memory, places = Memory(), dict[str, str]()
        if path.exists():
            with Ledger.open(path, readonly=True) as ledger:
                memory, places = remember(ledger, self.settings), ledger.places()
        observer = self._observer(memory, request, places)
        world, made = observer.observe(wait_for_lag=False)
        refused = [*refusals(made, world), *guard.check(made, world, request.allow)]
        certain = guard.hold_back(made).findings if refused else made.findings
        findings = (*world.reading.findings, *observer.trackers.findings, *certain, *refused)
        return RunResult(made, world, findings, held_back=bool(refused))

    def sync(self, request: Request) -> RunResult:
        """Bring tickets and ledger in line with the documents.

        Raises LedgerError, and LockHeld if another run holds the lock for longer than `request.wait` seconds.
        """
        path = Path(self.settings.ledger)
        with hold(path, wait=request.wait), Ledger.open(path) as ledger:
            bare, before = [name for name in self.sources if name not in ledger.cursors()], ledger.findings()
            result = self._pass(ledger, request)
            for _ in range(PASSES - 1):
                waiting = _in_doubt(result, bare, ledger)
                if not waiting or self.watcher.stop():
                    break
                settle = max(self.settings.trackers[name].settle for name in waiting).total_seconds()
                self.watcher.wait(
                    f"a create is in doubt, and no ledger will remember it: looking again in {settle:.0f} s"
                )
                self.clock.sleep(settle)
                result = _merge(result, self._pass(ledger, request))
            return replace(result, previous_findings=tuple(before))

    def _observer(self, memory: Memory, request: Request, places: Mapping[str, str]) -> Observer:
        """Read the documents. Raises LedgerError if the ledger, by its `places`, belongs to another configuration."""
        self.watcher.tell("reading documents")
        here = checkout(Path(self.settings.root), self.clock.now())
        here = replace(here, before=ledger_identity.newest_revision(places))
        reading = replace(read_documents(self.settings), checkout=here)
        belonging = Belonging(self.settings.namespace, here.homes, self.settings.formerly)
        ledger_identity.refuse_another(places, belonging, self.settings.ledger)
        elsewhere = ledger_identity.moved_trackers(places, self.settings)
        sources = {**self.sources, **{name: Source(None, failed=why) for name, why in elsewhere.items()}}
        judged, findings = _judged(self.settings, reading, request)
        # list all their tickets again: the stored links lead to the former address
        renamed = ledger_identity.readdressed_trackers(places, self.settings)
        cursors = {
            n: replace(at, since=None) if n in renamed or request.full else at for n, at in memory.cursors.items()
        }
        findings += [new_finding("tracker-replaced", f"tracker {n!r}: {why}", "") for n, why in elsewhere.items()]
        return Observer(
            trackers=TrackerViews(self.settings, sources, replace(memory, cursors=cursors), self.clock.now),
            reading=replace(reading, findings=(*reading.findings, *findings)),
            judged=judged,
            whole=request.whole,
            sleep=self.clock.sleep,
            tell=self.watcher.tell,
            wait=self.watcher.wait,
            start=self._start(places),
            calendars=calendars(self.settings, [document.date for document in reading.documents]),
        )

    def _pass(self, ledger: Ledger, request: Request) -> RunResult:
        """Observe, plan, guard and apply once."""
        scope, now = request.scope, self.clock.now
        observer = self._observer(remember(ledger, self.settings), request, ledger.places())
        run = ledger.begin_run(now(), host=socket.gethostname(), pid=os.getpid(), scope=scope)
        world, made = observer.observe(wait_for_lag=True)
        world, blocked = _probe(world, self.sources, made)
        made = plan(world) if blocked else made
        refused = [*refusals(made, world), *guard.check(made, world, request.allow)]
        made = guard.hold_back(made) if refused else made
        if not refused:
            failed = {f"tracker {name}" for name, view in world.views.items() if view.failed}
            places = ledger_identity.current(world.belonging, world.reading.checkout, self.settings)
            ledger.save_places({name: place for name, place in places.items() if name not in failed})
        _save_answers(ledger, run, observer, made, world)
        if made.creates:
            self._begin(ledger)
        trackers = {name: source.tracker for name, source in self.sources.items() if source.tracker}
        applied = Applier(ledger, trackers, run, now, self.watcher.stop, self.watcher.progress).apply(made)
        for name, cursor in observer.trackers.cursors.items():
            if not (refused or world.views[name].failed or name in applied.again):
                ledger.save_cursor(cursor)
        findings = (
            *world.reading.findings,
            *observer.trackers.findings,
            *blocked,
            *made.findings,
            *refused,
            *applied.findings,
        )
        result = RunResult(made, world, findings, applied, bool(refused))
        owners.note(ledger, self.settings)
        ledger.end_run(run, now(), ok=result.good, counts=Counter(d.verb for d in applied.done), findings=findings)
        return result

    def _start(self, places: Mapping[str, str]) -> Start:
        if head_start.has_pass(self.settings):
            return Start.FIRST
        used = self.settings.begun and places.get("begun") == str(self.settings.begun)
        return Start.USED if used else Start.ELSEWHERE

    def _begin(self, ledger: Ledger) -> None:
        """Use up the head start before the first create is announced, so that no later run has it."""
        if head_start.has_pass(self.settings):
            ledger.save_places({"begun": str(self.settings.begun)})
        head_start.use_up(self.settings)


def remember(ledger: Ledger, settings: Settings) -> Memory:
    """Return the ledger's part of the world."""
    links = ledger.links()
    return Memory(
        links=links,
        intents=ledger.intents(),
        refusals=ledger.refusals(),
        cursors=ledger.cursors(),
        first_seen=ledger.first_seen(),
        decisions=ledger.decisions(),
        questions=ledger.questions(),
        accounts={name: ledger.accounts(name) for name in settings.trackers},
        documents=ledger.document_ids() | {link.document_id for link in links.values()},
        ticked=frozenset(ledger.ticks()),
    )


def _judged(settings: Settings, reading: Reading, request: Request) -> tuple[frozenset[str], list[Finding]]:
    """Return the ids of the documents that a run judges, with findings; a folder means everything below it."""
    if request.whole:
        return frozenset(document.id for document in reading.documents), []
    root = Path(settings.root)
    judged: set[str] = set()
    findings = []
    for path in request.paths:
        ids = {d.id for d in reading.documents if within(locate(root, d.path), path)}
        if not ids and not request.changed:
            hint = "name a document or a folder that `documents.include` matches"
            findings.append(new_finding("no-documents", f"no document at {str(path)!r}", hint))
        judged |= ids
    return frozenset(judged), findings


def _probe(world: World, sources: Mapping[str, Source], made: Plan) -> tuple[World, list[Finding]]:
    """Ask what the token may do before the first create in a tracker, so that a refusal names its cause."""
    views, findings = dict(world.views), []
    for name in dict.fromkeys(create.tracker for create in made.creates):
        reason = _blocked(sources[name].tracker)
        if reason:
            views[name] = replace(views[name], blocked=reason)
            message = f"tracker {name!r} accepts no tickets: {reason}"
            findings.append(new_finding("tracker-blocked", message))
    return replace(world, views=views), findings


def _blocked(tracker: Tracker | None) -> str:
    if tracker is None:
        return "it is not connected"
    try:
        return tracker.probe().blocked
    except TrackerError as error:
        return str(error)


def _save_answers(ledger: Ledger, run: int, observer: Observer, made: Plan, world: World) -> None:
    """Save what was read and answered, whatever becomes of the plan."""
    now = world.now
    ledger.count_from_now(now)
    documents = [document for document in world.reading.documents if document.id in made.judged]
    ledger.save_documents(run, now, documents, made.rows, judged=made.judged, gone=made.gone)
    for name, accounts in observer.resolved.items():
        ledger.save_accounts(name, now, accounts)
    if observer.refused:
        ledger.refuse(run, observer.refused)
    ledger.unrefuse(_overtaken(made, world))


def _overtaken(made: Plan, world: World) -> list[tuple[str, str]]:
    """Return refused changes that are no longer needed: the document or the ticket was corrected."""
    pending = {op.uid for op in made.operations if isinstance(op, Update | Wait)}
    rows = {row.uid for row in made.rows}
    return [
        (uid, operation)
        for uid, operation in world.refusals
        if operation == "update" and uid in rows - pending
        and (link := world.links.get(uid)) and world.view(link.ticket.ref.tracker)
    ]  # fmt: skip


def _in_doubt(result: RunResult, bare: Sequence[str], ledger: Ledger) -> list[str]:
    """Return the trackers without memory in which a create of this run is in doubt."""
    intents = ledger.intents()
    names = {intents[uid].tracker for uid in result.applied.in_doubt if uid in intents}
    return sorted(names & set(bare))


def _merge(first: RunResult, second: RunResult) -> RunResult:
    """Merge two passes: what was in doubt or refused counts as it is after the second."""
    applied = replace(second.applied, done=[*first.applied.done, *second.applied.done])
    findings = tuple(f for f in first.findings if f.rule not in _OVERTAKEN)
    return replace(second, applied=applied, findings=tuple(dict.fromkeys((*findings, *second.findings))))
