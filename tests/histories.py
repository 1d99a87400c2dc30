"""Random histories: documents edited, people at work in the tracker, faults, a kept ledger with bare runners beside it.

A state machine does one thing at a time and knows the truth, which pmsync has to find out: which text is which item,
who set what. It looks at the service's own state, never through pmsync, and counts every ticket that was ever created.

    python -m tests.histories --histories 200 --tracker github --seed 7
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from pmsync.identify import LOOKALIKE
from pmsync.keys import title_key
from pmsync.ledger import Ledger
from pmsync.likeness import alike
from pmsync.marker import from_json, read
from pmsync.marker import replace as remarked
from pmsync.model import Link, Marker, Ref, Ticket
from pmsync.sync import Request, Result
from pmsync.trackers import jira_anchor
from tests.clock import Clock
from tests.fakes.http import Drop, Response
from tests.fakes.http import Request as HttpRequest
from tests.reliability import record
from tests.team import Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage
from tests.trackers.local_stage import LocalStage
from tests.trackers.stage import Stage

BASES = (
    "Drop unused MySQL indexes", "Teach on-call how DNS works", "Fix the flaky checkout probe",
    "Split billing database", "Ask vendor why BGP flapped", "Document Kafka offsets", "Upgrade etcd everywhere",
    "Rehearse region evacuation quarterly", "Kill zombie jobs nightly", "Pin kernel 6.8", "Compress RPC payloads",
    "Throttle noisy tenants", "Migrate blobs away from NFS", "Test backups by restoring them",
    "Add alerting for full disks", "Warm up cache before rush hour", "Publish weekly uptime figures",
    "Verify MX records", "Review our SLA with legal", "Sign webhooks", "Buy bigger NVMe volumes",
    "Explain quota limits publicly", "Replace PagerDuty schedule", "Freeze deploys on Fridays",
)  # fmt: skip
ENDINGS = ("", " now", " asap", " in May")
"""A base with any of these is the same item in other words, and likeness can tell; two bases are never one item."""
LAG = 45
"""Seconds that a listing may be behind, where a history has such a service; `Team` waits for 60."""
GRACE = timedelta(hours=1)
"""As the shipped workflows have it: well over the 10 minutes that a bare runner stays when a create is in doubt."""
ALLOW = {"creates": 99, "updates": 99, "orphans": 99, "lost": 99, "empty": 99}
PAUSES = st.sampled_from((0, 1, 15, 75, 24 * 60))
"""Minutes that pass before a run."""
FAULTS = ("lost", "bad gateway", "refused", "down", "no ledger", "crash", "crash", "crash")
EFFECTS = ("announce", "save_links", "withdraw", "save_documents", "save_cursor", "refuse", "end_run")


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


@dataclass(frozen=True)
class Seen:
    """A ticket as it is on the service, `text` without its marker; `state` is the service's own word."""

    ref: Ref
    title: str
    state: str
    closed: bool
    assignees: tuple[str, ...]
    labels: frozenset[str]
    text: str
    comments: tuple[str, ...]
    author: str
    marker: Marker

    @property
    def uid(self) -> str:
        return self.marker.uid


SET_BY_PEOPLE = ("title", "state", "assignees", "labels", "text", "comments")
NOBODY = Marker("")


def tickets_of(stage: Stage) -> dict[str, Seen]:
    """Every ticket that is there, by key, read from the service's state."""
    found = {LocalStage: _local, GitHubStage: _github, JiraStage: _jira}[type(stage)](stage)
    return {seen.ref.key: seen for seen in found}


def _local(stage: LocalStage) -> Iterator[Seen]:
    desk = stage.tracker.desk("dana")
    for ticket in desk.tickets(closed=True):
        history, mark = desk.history(int(ticket.ref.key.rpartition("-")[2])), ticket.marker or NOBODY
        comments = tuple(comment["text"] for comment in history.comments)
        yield Seen(ticket.ref, ticket.title, ticket.state, ticket.status.closed, ticket.assignees, ticket.labels,
                   history.body, comments, ticket.author, mark)  # fmt: skip


def _github(stage: GitHubStage) -> Iterator[Seen]:
    for issue in stage.repo.issues.values():
        if not issue.deleted and not issue.moved_to:
            body = issue.body or ""
            mark = read(body)
            text = remarked(body, NOBODY).rpartition("<!-- pmsync:")[0].rstrip() if mark else body
            yield Seen(stage.ref(issue), issue.title, f"{issue.state} {issue.reason}", issue.state == "closed",
                       tuple(issue.assignees), frozenset(issue.labels), text, tuple(c.body for c in issue.comments),
                       issue.author, mark or NOBODY)  # fmt: skip


def _jira(stage: JiraStage) -> Iterator[Seen]:
    for issue in stage.state.issues.values():
        if issue.project == "PAY":
            mark = from_json(issue.properties.get("pmsync")) or jira_anchor.read(issue.description) or NOBODY
            text = _without_anchor(issue.description)
            yield Seen(stage._ref(issue), issue.summary, f"{issue.status} {issue.resolution}", issue.status == "Done",
                       (issue.assignee,) if issue.assignee else (), frozenset(issue.labels), text,
                       tuple(said for _, said in issue.comments), issue.creator, mark)  # fmt: skip


def _without_anchor(text: str) -> str:
    return jira_anchor.replace(text, NOBODY) if jira_anchor.read(text) else text


class Crash(BaseException):
    """The process is gone: nothing may catch it."""


@dataclass(eq=False)
class Item:
    """One action item as its author means it."""

    base: str
    ending: str = ""
    owner: str = ""
    due: str = ""
    done: bool = False

    @property
    def title(self) -> str:
        return self.base + self.ending

    def line(self) -> str:
        facts = ", ".join([*([f"@{self.owner}"] if self.owner else []), *([f"due {self.due}"] if self.due else [])])
        return f"[{'x' if self.done else ' '}] {self.title}" + (f" ({facts})" if facts else "")


@dataclass
class Made:
    """A ticket that pmsync created: for which item, under which uid."""

    item: Item
    uid: str


class Histories(RuleBasedStateMachine):
    """Subclasses say with `tracker` where tickets live. `counts` adds up over all histories of a class."""

    tracker = "local"
    counts: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.exit = ExitStack()
        self.stage = self.exit.enter_context(STAGES[self.tracker]())
        self.team = Team(Path(self.exit.enter_context(tempfile.TemporaryDirectory())), self.stage)
        self.documents: dict[str, list[Item]] = {}
        self.shelf: dict[str, list[Item]] = {}  # what was emptied or deleted, and may come back
        self.bases = iter(BASES)
        self.made: dict[str, Made] = {}
        self.wishes: dict[str, dict[str, Any]] = {}  # by ticket: what people set there, and nobody may undo
        self.unsent: set[tuple[str, str]] = set()  # (base, field): values of documents that may not be sent yet
        self.clones = self.number = 0

    # --- the truth --------------------------------------------------------------------------------------------

    def next(self) -> int:
        self.number += 1
        return self.number

    def note(self, text: str) -> None:
        hypothesis.note(f"    {self.stage.clock.now():%d %H:%M:%S}  {text}")
        self.counts[text.split(" ", 1)[0]] += 1

    def items(self) -> list[tuple[str, Item]]:
        return [(path, item) for path, items in self.documents.items() for item in items]

    def tickets(self) -> dict[str, Seen]:
        """Those that pmsync made and that are still there."""
        return {key: seen for key, seen in tickets_of(self.stage).items() if key in self.made}

    def write(self, path: str) -> None:
        self.team.write(path, *(item.line() for item in self.documents[path]))

    # --- documents --------------------------------------------------------------------------------------------

    @initialize(beside=st.booleans(), stale=st.booleans(), items=st.integers(1, 2))
    def begin(self, beside: bool, stale: bool, items: int) -> None:
        """`beside`: bare runners come and go, as in CI, and the host with the ledger gives them their grace."""
        self.counts["histories"] += 1
        self.beside = beside
        if beside:
            self.team.settings = replace(self.team.settings, grace=GRACE)
        if stale and isinstance(self.stage, GitHubStage):
            self.stage.github.stale = LAG
        if stale and isinstance(self.stage, JiraStage):
            self.stage.state.lag = timedelta(seconds=LAG)
        self.add_document(items)
        self._run(self.team, 0)

    @precondition(lambda self: len(self.items()) < 4)  # few items, so that much happens to each
    @rule(items=st.integers(1, 2))
    def add_document(self, items: int) -> None:
        path = f"postmortems/{self.next():02}.md"
        self.documents[path] = [Item(base) for base, _ in zip(self.bases, range(items), strict=False)]
        self.write(path)
        self.note(f"document {path}: {[item.title for item in self.documents[path]]}")

    @precondition(lambda self: self.documents)
    @rule(deed=st.sampled_from(("add", "reorder", "rename", "split", "empty", "delete")), which=st.integers(0, 9))
    def edit_document(self, deed: str, which: int) -> None:
        path = list(self.documents)[which % len(self.documents)]
        items = self.documents[path]
        new = f"postmortems/{self.next():02}.md"
        if deed == "add":
            items += [Item(base) for base, _ in zip(self.bases, range(1), strict=False)]
        elif deed == "reorder":
            items.reverse()
        elif deed == "rename":
            self.documents[new] = self.documents.pop(path)
        elif deed == "split":
            self.documents[new] = [replace(item) for item in items[1:]]
            del items[1:]
        else:
            self.shelf[path] = self.shelf.pop(path, []) + items
            self.documents[path] = []
        if deed == "delete":
            del self.documents[path]
        if path not in self.documents:
            (self.team.root / path).unlink()
        for each in {path, new} & set(self.documents):
            self.write(each)
        self.note(f"{deed} {path}" + (f" to {new}" if new in self.documents else ""))

    @precondition(lambda self: self.shelf)
    @rule(which=st.integers(0, 9))
    def restore(self, which: int) -> None:
        path = list(self.shelf)[which % len(self.shelf)]
        self.documents[path] = self.shelf.pop(path) + self.documents.get(path, [])
        self.write(path)
        self.note(f"restore {path}")

    @precondition(lambda self: self.items())
    @rule(
        deed=st.sampled_from(("reword", "reword", "replace", "tick", "owner", "due")),
        which=st.integers(0, 9),
        value=st.integers(0, 2),
    )
    def edit_item(self, deed: str, which: int, value: int) -> None:
        path, item = self.items()[which % len(self.items())]
        before = item.line()
        if deed == "reword":
            item.ending = [ending for ending in ENDINGS if ending != item.ending][value]
        elif deed == "replace":
            items = self.documents[path]
            items[items.index(item)] = item = next((Item(base) for base in self.bases), item)
        elif deed == "tick":
            item.done = not item.done
        elif deed == "owner":
            item.owner = ("", "alice", "bob")[value]
        else:
            item.due = ("", "2026-12-24", "2027-01-31")[value]
        changed = {"reword": "title", "owner": "assignees"}.get(deed)
        if changed and before != item.line():
            self.unsent.add((item.base, changed))
            for key in [key for key, made in self.made.items() if made.item.base == item.base]:
                self.wishes.get(key, {}).pop(changed, None)
        self.write(path)
        self.note(f"{deed} in {path}: {before!r} -> {item.line()!r}")

    # --- people in the tracker --------------------------------------------------------------------------------

    @precondition(lambda self: self.made and self.tickets())
    @rule(
        deed=st.sampled_from(
            (
                "retitle",
                "assign",
                "comment",
                "close",
                "wont_do",
                "reopen",
                "strip",
                "body",
                "unmark",
                "delete",
                "move",
                "clone",
            )
        ),
        which=st.integers(0, 9),
    )
    def person(self, deed: str, which: int) -> None:
        tickets = self.tickets()
        key = list(tickets)[which % len(tickets)]
        seen, stage = tickets[key], self.stage
        ref, wished = seen.ref, ""
        if deed == "retitle":
            stage.retitle(ref, f"Dana {self.next()}")
            wished = "title"
        elif deed == "assign":
            stage.assign(ref, stage.people[1 - (stage.people[1] in seen.assignees)])
            wished = "assignees"
        elif deed == "comment":
            stage.comment(ref, "I am on it.")
            wished = "comments"
        elif deed in {"close", "wont_do"}:
            stage.close(ref, wont_do=deed == "wont_do")
            wished = "state"
        elif deed == "reopen":
            stage.reopen(ref)
            wished = "state"
        elif deed == "strip":
            stage.set_labels(ref)
            wished = "labels"
        elif deed == "body":
            stage.edit_body(ref, f"Dana says {self.next()}.\n\n{stage.body(ref)}")
            wished = "text"
        elif deed == "unmark":
            stage.edit_body(ref, f"Dana says {self.next()}.")
            wished = "text"
        elif deed == "delete":
            stage.delete(ref)
        elif deed == "move":
            stage.move_away(ref)
        else:
            clone = stage.clone_by_person(ref)
            copied = tickets_of(stage)[clone.key]
            self.wishes[clone.key] = {name: getattr(copied, name) for name in SET_BY_PEOPLE}
            self.clones += 1
        if wished and (self.made[key].item.base, wished) not in self.unsent:
            self.wishes.setdefault(key, {})[wished] = getattr(tickets_of(stage)[key], wished)
        self.note(f"dana-{deed} {key} {seen.title!r}")

    # --- time, memory, runs -----------------------------------------------------------------------------------

    @rule(minutes=PAUSES)
    def sync(self, minutes: int) -> None:
        self._run(self.team, minutes)

    @precondition(lambda self: self.beside)
    @rule(minutes=PAUSES)
    def sync_bare(self, minutes: int) -> None:
        self._run(self._bare(), minutes)

    @rule(minutes=PAUSES, bare=st.booleans(), fault=st.sampled_from(FAULTS), at=st.integers(0, 11))
    def sync_with_fault(self, minutes: int, bare: bool, fault: str, at: int) -> None:
        self._run(self._bare() if bare and self.beside else self.team, minutes, fault, at)

    def _run(self, team: Team, minutes: int, fault: str = "", at: int = 0) -> None:
        bare = team is not self.team
        self.stage.clock.advance(minutes=minutes, seconds=10)
        self.note(f"{'bare' if bare else 'sync'}" + (f" with {fault} at {at}" if fault else ""))
        self.counts[fault or "without fault"] += 1
        if fault == "no ledger":
            self.team.lose_ledger()
        remembered = {} if bare else self._remembered()
        result = None
        try:
            with self._crash(at) if fault == "crash" else self._fault(fault, at) if fault else nullcontext():
                result = team.engine().sync(Request(allow=ALLOW))
        except Crash:
            self.note("crashed")
        self._count_creates(remembered)
        self._nothing_undone()
        if result and result.ok:
            self._sent(bare)

    def _bare(self) -> Team:
        team = copy.copy(self.team)
        team.settings = replace(team.settings, ledger=str(self.team.root / f"runner-{self.next()}/ledger.db"))
        return team

    def _remembered(self) -> Mapping[str, Link]:
        path = Path(self.team.settings.ledger)
        if not path.exists():
            return {}
        with Ledger.open(path, readonly=True) as ledger:
            return ledger.links()

    def _sent(self, bare: bool) -> None:
        """A run that went well has sent the titles of open tickets; owners are sent by the kept ledger only."""
        tickets = self.tickets()
        for key, made in self.made.items():
            if key in tickets and not tickets[key].closed:
                self.unsent -= {(made.item.base, name) for name in (("title",) if bare else ("title", "assignees"))}

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

    # --- what must hold ---------------------------------------------------------------------------------------

    def _count_creates(self, remembered: Mapping[str, Link]) -> None:
        """One ticket for each item, ever, unless the run could not know of the other: see `_may_know`."""
        tickets = tickets_of(self.stage)
        for key, seen in tickets.items():
            if key in self.made or seen.author != self.stage.me:
                continue
            document_id = seen.marker.document_id
            here = [item for item in self.documents.get(document_id, ()) if item.title == seen.title]
            assert len(here) == 1, f"{key} {seen.title!r} was created for no item of {document_id!r}"
            item = here[0]
            for other, made in self.made.items():
                if made.item is item or made.uid == seen.uid:
                    known = self._may_know(item, tickets.get(other), remembered.get(made.uid))
                    assert not known, f"{key} is a second ticket of {item.title!r}: {other}"
                    self.counts["created again"] += 1
            self.made[key] = Made(item, seen.uid)
            self.counts["created"] += 1
        assert self.stage.created() == len(self.made) + self.clones, "a ticket came and went within a run"

    def _may_know(self, item: Item, ticket: Seen | None, link: Link | None) -> bool:
        """Whether a run had what it takes to find the ticket that the item has already.

        Not where it remembers no link and the ticket was deleted or moved away, or lost its marker and goes by
        another title. And not where the item was reworded while it was out of its document (an orphan), or while its
        document was renamed (and the ticket closed): then a likeness is all there is, and to such it is no proof.
        """
        mark = ticket.marker if ticket else None
        if ticket and mark and mark.uid and mark.key != title_key(item.title):
            renamed = mark.document_id not in self.documents
            return not ((link and link.orphaned) or (renamed and ticket.closed))
        if link or mark is None or ticket is None:
            return link is not None
        return bool(mark.uid) or alike(title_key(ticket.title), title_key(item.title)) >= LOOKALIKE

    def _nothing_undone(self) -> None:
        tickets = tickets_of(self.stage)
        for key, wishes in self.wishes.items():
            for name, value in wishes.items():
                if key in tickets:
                    now = getattr(tickets[key], name)
                    assert now == value, f"{key}: {name} was set to {value!r} by a person and is {now!r}"

    def _quiet(self) -> Result:
        """Time in which nobody does anything; returns the last sync, which must have had nothing to do."""
        for minutes in (15, 24 * 60, 1):
            self.stage.clock.advance(minutes=minutes)
            remembered = self._remembered()
            result = self.team.sync(allow=ALLOW)
            self._count_creates(remembered)
            self._nothing_undone()
        writes = self.stage.writes()
        result = self.team.sync(allow=ALLOW)
        assert self.stage.writes() == writes
        assert not result.plan.pending, result.plan.pending
        return result

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                self._check()
        finally:
            self.exit.close()

    def _check(self) -> None:
        result = self._quiet()
        plan = self.team.plan()
        assert not plan.plan.pending, plan.plan.pending
        with Ledger.open(Path(self.team.settings.ledger), readonly=True) as ledger:
            links = ledger.links()
            doubtful = {row.uid for row in result.plan.rows} & set(ledger.intents())
            assert not doubtful, f"{doubtful} are still in doubt"
        here = {key: link for key, link in links.items() if link.ticket.ref.tracker and not link.lost}
        answers = self.stage.reconnect().get([link.ticket.ref for link in here.values()])
        for link in here.values():
            now = answers[link.ticket.ref]
            assert isinstance(now, Ticket), f"{link.ticket.ref.key} is not there: {now}"
            seen = (now.status, now.title, set(now.assignees))
            known = (link.ticket.status, link.ticket.title, set(link.ticket.assignees))
            assert seen == known, f"{now.ref.key} is {seen}, the ledger says {known}"
        for uid, count in Counter(t.uid for t in self.tickets().values() if t.uid and not t.closed).items():
            assert count == 1, f"{count} open tickets of {uid}"
        for link in links.values():
            there = [seen.ref.key for seen in tickets_of(self.stage).values() if seen.uid == link.uid]
            assert not (link.lost and set(there) & set(self.made)), f"{link.ticket.ref.key} is lost, {there} are there"
        self._every_item_is_served(result, links)

    def _every_item_is_served(self, result: Result, links: Mapping[str, Link]) -> None:
        told = {finding.rule for finding in result.findings}
        for row in result.plan.rows:
            item = next(item for item in self.documents[row.document_id] if item.title == row.fields.title)
            self.counts[f"at the end {row.standing}"] += 1
            if row.standing == "ticketed":
                made = self.made.get(links[row.uid].ticket.ref.key)
                assert made is None or made.item.base == item.base, (
                    f"{item.title!r} has the ticket of {made.item.base!r}"
                )
            elif row.standing == "waiting":
                assert "marker-untrusted" in told, row
            else:
                assert row.standing == "undecided" or (row.standing == "done" and item.done), row


def machine(name: str) -> type[Histories]:
    """A class of its own for each tracker, with counts that begin at zero."""
    return type("Histories", (Histories,), {"tracker": name, "counts": Counter()})


def play(histories: type[Histories], count: int, steps: int, **options: Any) -> None:
    """Raises what the shortest history that goes wrong raised, with its steps as notes."""
    settings = hypothesis.settings(
        max_examples=count,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **options,
    )
    run_state_machine_as_test(histories, settings=settings)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.histories", description=__doc__.partition("\n\n")[0])
    parser.add_argument("--histories", type=int, default=100, help="how many, for each tracker")
    parser.add_argument("--steps", type=int, default=25, help="the most steps that a history may have")
    parser.add_argument("--tracker", choices=list(STAGES), action="append", help="default: all of them")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-shrink", action="store_true", help="show the first history that fails as it was")
    args = parser.parse_args()
    phases = [Phase.generate] if args.no_shrink else [Phase.generate, Phase.shrink]
    failed = False
    for name in args.tracker or STAGES:
        histories = hypothesis.seed(args.seed)(machine(name))
        try:
            play(histories, args.histories, args.steps, phases=phases)
        except Exception:
            failed = True
            traceback.print_exc(limit=-2)
        for what, number in histories.counts.items():
            record("Random histories", what, name, number)
        told = {"tracker": name, "seed": args.seed, "failed": failed, **dict(sorted(histories.counts.items()))}
        print(json.dumps(told), flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
