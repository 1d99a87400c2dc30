"""A whole write-back: finds the tickets of items in the ledger, rewrites the documents and saves the ticks it made.

Asks no tracker: it writes what the last sync learned.
"""

from __future__ import annotations

import os
import socket
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pmsync.config.settings import Settings
from pmsync.documents.items import parse
from pmsync.documents.read import is_markdown
from pmsync.errors import DocumentError
from pmsync.findings import new_finding
from pmsync.identity.identify import Placed
from pmsync.ledger import Ledger
from pmsync.model import Document, Finding, Ref, Tick
from pmsync.planning.named_tickets import homes
from pmsync.planning.world import World
from pmsync.sync.engine import Clock, Engine, Request
from pmsync.sync.lock import hold
from pmsync.sync.tracker_views import Source
from pmsync.writeback import file
from pmsync.writeback.choose import rewrite
from pmsync.writeback.edits import tick_of
from pmsync.writeback.values import DocumentChange, Rewrite, Ticketed


@dataclass(frozen=True, slots=True)
class Rewritten:
    """One document with changes: its text `before` and `after` them."""

    path: str
    changes: tuple[DocumentChange, ...]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class WriteBackResult:
    """The rewritten documents (or those that would be), the findings, and those of the last sync."""

    documents: tuple[Rewritten, ...] = ()
    findings: tuple[Finding, ...] = ()
    previous_findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        return not any(finding.level == "error" for finding in self.findings)


@dataclass
class _Pass:
    """One pass over the documents, which writes only with a `ledger`."""

    settings: Settings
    clock: Clock
    scope: str
    ticks: Mapping[str, Tick]
    ledger: Ledger | None = None
    documents: list[Rewritten] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _run: int | None = None

    def over(self, world: World) -> None:
        """Rewrite each judged document. An error in one does not stop the others."""
        self.findings += [finding for finding in world.reading.findings if finding.level == "error"]
        for document, ticketed in _ticketed(world, self.ticks):
            try:
                self._one(document, ticketed)
            except DocumentError as error:
                hint = "fix that, then run `pmsync write-back`"
                message = f"nothing is written into the document: {error}"
                self.findings.append(new_finding("not-written", message, hint, document.path, level="error"))
        if self.ledger and (self.findings or self._run):
            ok = not any(finding.level == "error" for finding in self.findings)
            self.ledger.end_run(self._begun(), self.clock.now(), ok=ok, counts={}, findings=self.findings)

    def _one(self, document: Document, ticketed: list[Ticketed]) -> None:
        root = Path(self.settings.root)
        text = file.text_of(root, document.path)
        if parse(text, document.path, self.settings.vocabulary) != document:
            raise DocumentError("the file has changed in the meantime")
        made = rewrite(text, document, ticketed, self.settings.vocabulary)
        if made.changes and self.ledger:
            file.replace(root, document.path, text, made.text)
        # saved only after the file is written: a crash in between leaves a tick that is never withdrawn
        self._remember(document, ticketed, made)
        self.findings += made.findings
        if made.changes:
            self.documents.append(Rewritten(document.path, made.changes, text, made.text))

    def _remember(self, document: Document, ticketed: list[Ticketed], made: Rewrite) -> None:
        ticked = {c.ticketed.uid: tick_of(c.edit) for c in made.changes if c.kind == "tick"}
        dropped = {c.ticketed.uid for c in made.changes if c.kind == "untick"}
        dropped |= {t.uid for t in ticketed if t.ours and not document.items[t.position].done} - set(ticked)
        if self.ledger and (ticked or dropped):
            self.ledger.save_ticks(self._begun(), self.clock.now(), ticked, dropped)

    def _begun(self) -> int:
        if self._run is None and self.ledger:
            self._run = self.ledger.begin_run(
                self.clock.now(), host=socket.gethostname(), pid=os.getpid(), scope=self.scope
            )
        return self._run or 0


def write_back(settings: Settings, request: Request, clock: Clock, *, dry_run: bool = False) -> WriteBackResult:
    """Write the links and ticks of the tickets that the ledger knows into the documents.

    `request.paths` limit the documents. Drafts and restricted documents stay as they are. Raises LedgerError, also if
    there is no ledger or another run holds the lock.
    """
    path = Path(settings.ledger)
    scope = " ".join(["write-back", *map(str, request.paths)])
    if dry_run or not path.exists():
        with Ledger.open(path, readonly=True) as ledger:
            ticks, before = ledger.ticks(), ledger.findings()
        each = _Pass(settings, clock, scope, ticks)
        each.over(_world(settings, request, clock))
    else:
        with hold(path, wait=request.wait), Ledger.open(path) as ledger:
            before = ledger.findings()
            each = _Pass(settings, clock, scope, ledger.ticks(), ledger)
            each.over(_world(settings, request, clock))
    return WriteBackResult(tuple(each.documents), tuple(each.findings), tuple(before))


def _world(settings: Settings, request: Request, clock: Clock) -> World:
    """Documents and ledger joined as a sync joins them."""
    nobody = {name: Source(None, unseen=True) for name in settings.trackers}
    return Engine(settings, nobody, clock).plan(request).world


def _ticketed(world: World, ticks: Mapping[str, Tick]) -> list[tuple[Document, list[Ticketed]]]:
    """The documents that may be written into, with those of their items that have a ticket."""
    documents = {
        document.id: document
        for document in world.reading.documents
        if is_markdown(document.path) and not (document.draft or document.restricted) and document.id in world.judged
    }
    found: dict[str, list[Ticketed]] = defaultdict(list)
    belongs = homes(world)
    for placed in world.identities.placed:
        each = _one(world, placed, ticks, belongs)
        if each and placed.entry.document.id in documents:
            found[placed.entry.document.id].append(each)
    return [(document, found[name]) for name, document in documents.items() if name in found]


def _one(world: World, placed: Placed, ticks: Mapping[str, Tick], belongs: Mapping[Ref, str]) -> Ticketed | None:
    link, here = world.links.get(placed.uid), placed.entry.document.id
    if link is None or link.lost:
        return None
    ref, status = link.ticket.ref, link.ticket.status
    copied = belongs.get(ref, here) != here
    return Ticketed(placed.entry.position, placed.uid, ref, status, ticks.get(placed.uid), copied)
