"""The runs of random histories: whose, from which revision, with which fault, and with what they remember."""

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

from pmsync.ledger import Ledger
from pmsync.model import Link
from pmsync.sync.engine import Clock as EngineClock
from pmsync.sync.engine import Request, RunResult
from pmsync.writeback.run import write_back
from tests.clock import Clock
from tests.fakes.http import Drop, Response
from tests.fakes.http import Request as HttpRequest
from tests.history_truth import Folder, Item, Revision, Seen, Stood, revision, tickets_of
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
        self.moved: set[str] = set()
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

    def run(self, folder: Folder, minutes: int = 0, fault: str = "", hit: int = 0, **how: Any) -> RunResult | None:
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
        self.check_run(run)
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

    # --- what is looked at --------------------------------------------------------------------------------------

    def check_run(self, run: Run) -> None:
        """Look at what the run left behind."""
        raise NotImplementedError
