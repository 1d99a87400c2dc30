"""The runs of random histories, and what must hold after each: counted on the service, never asked of pmsync."""

from __future__ import annotations

import copy
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

from pmsync.keys import title_key
from pmsync.ledger import Ledger
from pmsync.likeness import alike
from pmsync.model import Finding, Link, Ticket
from pmsync.placing import LOOKALIKE
from pmsync.sync import Clock as EngineClock
from pmsync.sync import Request, Result
from pmsync.writeback.run import write_back
from tests.clock import Clock
from tests.fakes.http import Drop, Response
from tests.fakes.http import Request as HttpRequest
from tests.history_truth import Folder, Item, Revision, Seen, Stood, revision, tickets_of
from tests.reliability import PROMISES
from tests.repository import Repository
from tests.team import Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage
from tests.trackers.local_stage import LocalStage
from tests.trackers.stage import Stage

ALLOW = {"creates": 99, "updates": 99, "orphans": 99, "lost": 99, "empty": 99}
EFFECTS = ("announce", "save_links", "withdraw", "save_documents", "save_cursor", "refuse", "end_run")
BACKUPS = 6
"""How many copies of the ledger are kept to be put back."""


def local_stage() -> AbstractContextManager[Stage]:
    @contextmanager
    def stage() -> Iterator[Stage]:
        with tempfile.TemporaryDirectory() as folder:
            yield LocalStage(Path(folder), Clock())

    return stage()


STAGES: dict[str, Callable[[], AbstractContextManager[Stage]]] = {
    "local": local_stage,
    "github": lambda: GitHubStage(Clock()),
    "jira-cloud": lambda: JiraStage(Clock(), deployment="cloud"),
    "jira-server": lambda: JiraStage(Clock(), deployment="server"),
}


class BrokenPromise(AssertionError):
    """One of PROMISES, by its name, and what was seen."""


class Crash(BaseException):
    """The process is gone: nothing may catch it."""


@dataclass
class Made:
    """A ticket that pmsync created: for which item of which folder, under which uid."""

    item: Item
    folder: str
    uid: str


@dataclass(frozen=True)
class Run:
    """One run: whose, over which revision of the documents, and what its ledger knew before."""

    folder: Folder
    team: Team
    at: Revision
    remembered: Mapping[str, Link]
    before: Mapping[str, Seen]

    @property
    def stood(self) -> Mapping[str, tuple[Stood, ...]]:
        return self.at.stood[self.folder.name]


class Runs:
    """`counts` adds up over all histories of a class; `strict` ends a history at the first promise that is broken."""

    tracker = "local"
    with_links = False
    strict = True
    counts: Counter[str]

    def __init__(self) -> None:
        self.exit = ExitStack()
        self.stage = self.exit.enter_context(STAGES[self.tracker]())
        self.root = Path(self.exit.enter_context(tempfile.TemporaryDirectory()))
        self.repository = Repository(self.root, self.stage.clock)
        self.folders = {name: Folder(name, self._team(name)) for name in ("pay", "web")}
        self.pay, self.web = self.folders.values()
        self.made: dict[str, Made] = {}
        self.opened: set[str] = set()  # tickets that people created, clones among them
        self.deleted: set[str] = set()
        self.wishes: dict[str, dict[str, Any]] = {}  # by ticket: what people set there, and nobody may undo
        self.unsent: set[tuple[int, str]] = set()  # (work, field): values of documents that may not be sent yet
        self.past: list[Revision] = []
        self.backups: list[bytes] = []
        self.kinds = {"everything"}
        self.broken: set[str] = set()
        self.steps: list[str] = []
        self.number = 0
        self.beside = self.writing = False

    def _team(self, name: str) -> Team:
        folder = self.root / "services" / name
        folder.mkdir(parents=True)
        repository = "acme/web" if self.tracker == "github" else None
        return Team(folder, self.stage, repository=repository)

    def next(self) -> int:
        self.number += 1
        return self.number

    def note(self, text: str) -> None:
        self.steps.append(f"{self.stage.clock.now():%d %H:%M:%S}  {text}")
        self.counts[text.split(" ", 1)[0]] += 1

    def promise(self, name: str, kept: object, message: str) -> bool:
        """Note where a promise is broken, and whether it is kept."""
        if not kept:
            self.broken.add(name)
            self.note(f"broken {name}: {message}")
            if self.strict:
                raise BrokenPromise(name, message)
        return bool(kept)

    def tickets(self) -> dict[str, Seen]:
        """Those that pmsync made and that are still there."""
        return {key: seen for key, seen in tickets_of(self.stage).items() if key in self.made}

    def commit(self) -> None:
        self.past.append(revision(self.repository.commit(), self.folders))

    # --- runs -------------------------------------------------------------------------------------------------

    def run(self, folder: Folder, minutes: int = 0, fault: str = "", hit: int = 0, **how: Any) -> Result | None:
        """One sync, on a bare runner with `bare`, over an older revision with `at`; with write-back where it is on."""
        bare, at = how.get("bare", False), how.get("at", self.past[-1])
        self.stage.clock.advance(minutes=minutes, seconds=10)
        team, old = self._bare(folder.team) if bare else folder.team, at is not self.past[-1]
        said = f" of {folder.name}" * (folder is not self.pay) + f" at revision {self.past.index(at)}" * old
        self.note(f"{'bare' if bare else 'sync'}{said}" + (f" with {fault} at {hit}" if fault else ""))
        self.counts[fault or "without fault"] += 1
        if fault == "no ledger":
            team.lose_ledger()
        run = Run(folder, team, at, self._remembered(team), tickets_of(self.stage))
        result = None
        with self.repository.at(at.commit) if old else nullcontext():
            try:
                with self._crash(hit) if fault == "crash" else self._fault(fault, hit) if fault else nullcontext():
                    result = team.engine().sync(Request(allow=ALLOW))
            except Crash:
                self.note("crashed")
            except Exception:
                self.promise("traceback", kept=False, message=traceback.format_exc(limit=-4))
        self._check_run(run)
        if result and result.ok and not old:
            self._sent(bare)
            if self.writing:
                self._write_back(team, folder)
        if team is self.pay.team and Path(team.settings.ledger).exists():
            self.backups = [*self.backups[1 - BACKUPS :], Path(team.settings.ledger).read_bytes()]
        return result

    def _bare(self, team: Team) -> Team:
        runner = copy.copy(team)
        runner.settings = replace(team.settings, ledger=str(team.root / f"runner-{self.next()}/ledger.db"))
        return runner

    def _remembered(self, team: Team) -> Mapping[str, Link]:
        path = Path(team.settings.ledger)
        if not path.exists():
            return {}
        with Ledger.open(path, readonly=True) as ledger:
            return ledger.links()

    def _sent(self, bare: bool) -> None:
        """A run that went well has sent the titles of open tickets; the other fields are sent by kept ledgers only."""
        tickets = self.tickets()
        fields = ("title",) if bare else ("title", "assignees", "due")
        for key, made in self.made.items():
            if key in tickets and not tickets[key].closed:
                self.unsent -= {(made.item.work, name) for name in fields}

    def _write_back(self, team: Team, folder: Folder) -> None:
        clock = EngineClock(self.stage.clock.now, self.stage.clock.sleep)
        written = write_back(team.settings, Request(), clock).documents
        for document in written:
            folder.learn(document.path)
        if written:
            self.note(f"written {[change.kind for document in written for change in document.changes]}")
            self.commit()

    @contextmanager
    def _fault(self, kind: str, at: int) -> Iterator[None]:
        """Something goes wrong with the write request number `at`, or with every request."""
        server = {GitHubStage: lambda s: s.github.server, JiraStage: lambda s: s.jira.server}.get(type(self.stage))
        if server is None:
            yield
            return
        http, writes = server(self.stage), iter(range(1000))

        def hit(request: HttpRequest) -> bool:
            reads = request.method == "GET" or any(word in request.path for word in ("search", "bulkfetch", "graphql"))
            return not reads and next(writes) == at % 4

        if kind == "no ledger":
            pass
        elif kind == "down":
            http.before = lambda _: Response(503, {"message": "down"})
        elif kind == "refused":
            http.before = lambda request: Response(503, {"message": "later"}) if hit(request) else None
        else:
            answer = Drop() if kind == "lost" else Response(502, b"<html>Bad Gateway</html>")
            http.after = lambda request, _: answer if hit(request) else None
        yield
        http.before = http.after = None

    @contextmanager
    def _crash(self, at: int) -> Iterator[None]:
        """The process dies right after its effect number `at`, on the ledger or on the tracker."""
        effects = iter(range(1000))

        def dying(method: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **options: Any) -> Any:
                answer = method(*args, **options)
                if next(effects) == at:
                    raise Crash
                return answer

            return call

        targets = [(Ledger, name) for name in EFFECTS]
        targets += [(type(self.stage.tracker), name) for name in ("create", "update", "close_duplicate")]
        with ExitStack() as stack:
            for owner, name in targets:
                stack.enter_context(mock.patch.object(owner, name, dying(getattr(owner, name))))
            yield

    # --- what must hold after each run ------------------------------------------------------------------------

    def _check_run(self, run: Run) -> None:
        tickets = tickets_of(self.stage)
        self._hand_over(run, tickets)
        self._count_creates(run, tickets)
        self._nothing_foreign(run, tickets)
        self._nothing_undone(tickets)
        for key, seen in tickets.items():
            if key in self.made and key in run.before:
                self._own_text(run, self.made[key], run.before[key], seen)
                self._not_turned_back(run, self.made[key], run.before[key], seen)

    def _count_creates(self, run: Run, tickets: Mapping[str, Seen]) -> None:
        """One ticket for each item, ever, unless the run could not know of the other: see `_may_know`."""
        for key, seen in tickets.items():
            if key in self.made or key in self.opened or seen.author != self.stage.me:
                continue
            document_id = seen.marker.document_id
            here = [stood for stood in run.stood.get(document_id, ()) if stood.title == seen.title]
            if not self.promise(
                "lost", len(here) == 1, f"{key} {seen.title!r} was made for no item of {document_id!r}"
            ):
                self.opened.add(key)
                continue
            stood = here[0]
            for other, made in self.made.items():
                if made.folder == run.folder.name and (made.item.work == stood.item.work or made.uid == seen.uid):
                    self._second(run, key, stood, other, tickets.get(other), run.remembered.get(made.uid))
            if stood.item.follows in tickets and stood.linked:
                self.promise("doubled", kept=False, message=f"{key}: {stood.title!r} follows {stood.item.follows}")
            self.made[key] = Made(stood.item, run.folder.name, seen.uid)
            self.counts["created"] += 1
        there = len(self.made) + len(self.opened)
        self.promise("doubled", self.stage.created() == there, "a ticket came and went within a run")

    def _second(self, run: Run, key: str, stood: Stood, other: str, ticket: Seen | None, link: Link | None) -> None:
        known = self._may_know(run, stood, ticket, link) and other not in self.deleted
        if self.promise("doubled", not known, f"{key} is a second ticket of {stood.title!r}: {other}"):
            self.counts["created again"] += 1
            why = "was deleted" if other in self.deleted else "went" if ticket is None else "is told by text alone"
            self.note(f"again: {key} for {stood.title!r}, whose {other} {why}")
            self.counts[f"created again: the first {why}"] += 1

    def _hand_over(self, run: Run, tickets: Mapping[str, Seen]) -> None:
        """Where a ticket's own item left, an item that text cannot tell from it may have it from now on: a copy of it,
        which is how a move looks, or what stands under its id now, which is how rewording looks.
        """
        standing = {s.item.work for each in run.stood.values() for s in each}
        for key, made in self.made.items():
            if key not in tickets or made.folder != run.folder.name or made.item.work in standing:
                continue
            mark = tickets[key].marker
            for number, stood in enumerate(run.stood.get(mark.document_id, ()), 1):
                copied = stood.item.base == made.item.base and mark.key == title_key(stood.title)
                if copied or mark.key == f"id:ai-{number}" == f"id:{stood.tag}":
                    made.item = stood.item
                    self.wishes.get(key, {}).pop("title", None)

    def _may_know(self, run: Run, stood: Stood, ticket: Seen | None, link: Link | None) -> bool:
        """Whether a run had what it takes to find the ticket that the item has already.

        Not where it remembers no link and the ticket was deleted or moved away, or lost its marker and goes by
        another title. And not where the item was reworded while it was out of its document (an orphan), or while its
        document was renamed (and the ticket closed): then a likeness is all there is, and to such it is no proof.
        """
        if stood.linked and ticket:
            return True
        mark = ticket.marker if ticket else None
        reworded = mark and mark.key != title_key(stood.title) and not mark.key.startswith("id:")
        if ticket and mark and mark.uid and reworded:
            renamed = mark.document_id not in run.stood
            return not ((link and link.orphaned) or (renamed and ticket.closed))
        if link or mark is None or ticket is None:
            return link is not None
        return bool(mark.uid) or alike(title_key(ticket.title), title_key(stood.title)) >= LOOKALIKE

    def _nothing_foreign(self, run: Run, tickets: Mapping[str, Seen]) -> None:
        for key in self.opened & set(run.before) & set(tickets):
            before, now = run.before[key], tickets[key]
            self.promise("foreign", before == now, f"{key} of {now.author}: {before}\n is now {now}")

    def _nothing_undone(self, tickets: Mapping[str, Seen]) -> None:
        for key, wishes in self.wishes.items():
            for name, value in list(wishes.items()):
                if key in tickets:
                    now = getattr(tickets[key], name)
                    kept = now == value
                    if not self.promise("undone", kept, f"{key}: {name} was {value!r} by a person and is {now!r}"):
                        del wishes[name]

    def _own_text(self, run: Run, made: Made, before: Seen, now: Seen) -> None:
        """A title that a run sets is one of its own item's, or of a copy that takes over where that stands no more."""
        if before.title == now.title:
            return
        texts = {s.title for past in self.past for each in past.stood[made.folder].values()
                 for s in each if s.item.work == made.item.work}  # fmt: skip
        stands = run.folder.name != made.folder or any(
            s.item.work == made.item.work for each in run.stood.values() for s in each
        )
        kept = now.title in texts or (not stands and now.title.startswith(made.item.base))
        self.promise("other text", kept, f"{now.ref.key} of {made.item.title!r}: {before.title!r} -> {now.title!r}")

    def _not_turned_back(self, run: Run, made: Made, before: Seen, now: Seen) -> None:
        """An older revision changes nothing where the ticket says already what the newest one says."""
        if run.at is self.past[-1]:
            return
        newest = [item for _, item in self.folders[made.folder].items() if item.work == made.item.work]
        for item in newest:
            accounts = dict(zip(("alice", "bob"), self.stage.people, strict=False))
            owner = accounts.get(item.owner)
            wanted = {"title": item.title, "assignees": (owner,) if owner else None, "due": item.due or None}
            for name, value in wanted.items():
                was, is_now = getattr(before, name), getattr(now, name)
                kept = was == is_now or was != value
                self.promise("turned back", kept, f"{now.ref.key}: {name} {was!r} -> {is_now!r} by an older revision")

    # --- what must hold at the end ----------------------------------------------------------------------------

    def end(self) -> None:
        """Wait until all is quiet, and look at everything once more."""
        for folder in self.folders.values():
            if folder.texts or folder is self.pay:
                self._check_end(folder)

    def close(self) -> None:
        """Count the history by the kinds of event that it had, and put everything away."""
        for kind in self.kinds:
            self.counts[f"{kind}|histories"] += 1
            for name in PROMISES:
                self.counts[f"{kind}|{name}"] += name in self.broken
        self.exit.close()

    def _quiet(self, folder: Folder) -> Result | None:
        """Time in which nobody does anything; returns the last sync, which must have had nothing to do."""
        for minutes in (15, 24 * 60, 1, 0):
            writes = self.stage.writes()
            result = self.run(folder, minutes)
        self.promise("unsettled", self.stage.writes() == writes, "the last of four quiet runs still writes")
        if result:
            self.promise("unsettled", not result.plan.pending, f"pending: {result.plan.pending}")
        return result

    def _check_end(self, folder: Folder) -> None:
        result = self._quiet(folder)
        if result is None:
            return
        with Ledger.open(Path(folder.team.settings.ledger), readonly=True) as ledger:
            links = ledger.links()
            doubtful = {row.uid for row in result.plan.rows} & set(ledger.intents())
        self.promise("unsettled", not doubtful, f"{doubtful} are still in doubt")
        self._ledger_agrees(links)
        open_ones = Counter((self.made[key].folder, seen.uid) for key, seen in self.tickets().items()
                            if seen.uid and not seen.closed)  # fmt: skip
        for (name, uid), count in open_ones.items():
            self.promise("doubled", count == 1, f"{count} open tickets of {uid} in {name}")
        self._every_item_is_served(folder, result, links)

    def _ledger_agrees(self, links: Mapping[str, Link]) -> None:
        here = {uid: link for uid, link in links.items() if link.ticket.ref.tracker and not link.lost}
        answers = self.stage.reconnect().get([link.ticket.ref for link in here.values()])
        for link in here.values():
            now = answers[link.ticket.ref]
            if self.promise("unsettled", isinstance(now, Ticket), f"{link.ticket.ref.key} is not there: {now}"):
                seen = (now.status, now.title, set(now.assignees))
                known = (link.ticket.status, link.ticket.title, set(link.ticket.assignees))
                self.promise("unsettled", seen == known, f"{now.ref.key} is {seen}, the ledger says {known}")
        for link in links.values():
            there = {seen.ref.key for seen in tickets_of(self.stage).values() if seen.uid == link.uid} & set(self.made)
            self.promise("lost", not (link.lost and there), f"{link.ticket.ref.key} is lost, {there} are there")

    def _every_item_is_served(self, folder: Folder, result: Result, links: Mapping[str, Link]) -> None:
        rows = {(row.document_id, row.fields.title): row for row in result.plan.rows}
        holders: Counter[str] = Counter()
        for path, item in folder.items():
            row = rows.get((path, item.title))
            self.counts[f"at the end {row.standing if row else 'nothing'}"] += 1
            self.promise("lost", row, f"{item.title!r} of {path} is in no row of the plan")
            if row and row.standing == "ticketed":
                self._has_its_own(folder, item, links[row.uid])
                holders[links[row.uid].ticket.ref.key] += not item.names(links[row.uid].ticket.ref.key)
            elif row:
                said = result.held_back or self._said(item, row.standing, row.line, path, result.findings)
                self.promise("lost", said, str(row))
        for key, count in holders.items():
            self.promise("lost", count < 2, f"{count} items have {key}, and none of them names it")

    def _has_its_own(self, folder: Folder, item: Item, link: Link) -> None:
        """The item's ticket was made for it, or its document names it and it is no other work's by accident."""
        key = link.ticket.ref.key
        made = self.made.get(key)
        if key in self.opened:
            own = item.names(key) or item.follows == key
            self.promise("foreign", own, f"{item.title!r} has {key} {link.ticket.title!r} of somebody else")
        elif made:
            left = all(each.work != made.item.work for _, each in folder.items())
            moved = made.folder == folder.name and made.item.base == item.base and left
            own = made.item.work == item.work or item.names(key) or moved
            said = f"{item.title!r} of {folder.name} has {key} of {made.folder}, made for other work"
            self.promise("foreign", own, said)

    def _said(self, item: Item, standing: str, line: int, path: str, findings: tuple[Finding, ...]) -> bool:
        """Whether somebody is told that this item has no ticket, or it needs none."""
        told = [finding for finding in findings if finding.path == path and finding.line == line]
        return bool(told) or (standing == "done" and item.done) or (standing == "external" and bool(item.link))
