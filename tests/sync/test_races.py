"""Runs that cannot see each other: at each request of one, the other runs from start to end.

Between them they may make a twin; then every run, now and later, keeps the same survivor, and what a person has
touched is never closed.
"""

from __future__ import annotations

import copy
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from itertools import count
from pathlib import Path

import pytest

from pmsync.ledger import Ledger
from pmsync.model import Ref, Ticket
from pmsync.sync.engine import RunResult
from pmsync.trackers.jira.tracker import JiraTracker
from tests.clock import Clock
from tests.fakes.http import Drop, Request
from tests.reliability import record
from tests.sync.contract import BOOK, DISK, DOC
from tests.sync.faults import EVER, HttpStage, make_stage, server_of
from tests.team import Team

GATE = "Rotate the keys of the gateway"
LONG = 60.0
"""Seconds: a request waits for a whole other run."""
SERVICES = ["github", "cloud", "server"]


def runner(team: Team, name: str) -> Team:
    """Another host with the same documents and accounts, and a ledger of its own."""
    other = copy.copy(team)
    other.settings = replace(team.settings, ledger=str(team.root / name / "ledger.db"))
    return other


def prepared(root: Path, stage: HttpStage) -> Team:
    """A host whose ledger remembers a day, with two new items in the document."""
    team = Team(root, stage)
    team.write(DOC, DISK)
    assert team.sync().ok
    team.clock.advance(minutes=20)
    assert team.sync().ok
    team.write(DOC, DISK, BOOK, GATE)
    return team


@pytest.fixture(autouse=True)
def two_processes_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to Python 3.11 a cached property is locked for all objects at once: here one run would wait for the other."""
    for value in vars(JiraTracker).values():
        if isinstance(value, cached_property):
            monkeypatch.setattr(value, "lock", nullcontext(), raising=False)


def requests_of(stage: HttpStage, one: Team) -> list[bool]:
    """What a run that nobody disturbs asks, in order: whether each request changes something."""
    log, begun = server_of(stage).log, len(server_of(stage).log)
    assert one.sync().ok
    reads = ("/search", "/search/jql", "/bulkfetch", "/graphql")
    return [r.request.method != "GET" and not r.request.path.endswith(reads) for r in log[begun:]]


def moments(writes: list[bool], *, every: bool) -> list[int]:
    """The requests before which the others run: all, or those next to a change and each third of the others."""
    near = {near for at, changes in enumerate(writes) if changes for near in (at, at + 1)}
    return [at for at in range(len(writes)) if every or at in near or at % 3 == 0]


def race(stage: HttpStage, one: Team, others: list[Team], at: int) -> None:
    """`one` syncs; right before its request number `at` goes through, the others do, one within the other."""
    server, waiting, seen = server_of(stage), list(others), count()

    def before(_: Request) -> None:
        if waiting and next(seen) == at:
            waiting.pop(0).sync()

    server.before = before
    one.sync()
    server.before = None
    assert len(waiting) < len(others)


def ours(stage: HttpStage) -> dict[str, list[Ticket]]:
    """The tickets of our accounts by the uid in their marker, oldest first."""
    found: dict[str, list[Ticket]] = {}
    for ticket in stage.tracker.find([], EVER):
        if ticket.marker:
            found.setdefault(ticket.marker.uid, []).append(ticket)
    return found


def links_of(team: Team) -> dict[str, Ref]:
    """By uid: the ticket that its ledger has."""
    with Ledger.open(Path(team.settings.ledger), readonly=True) as ledger:
        return {link.uid: link.ticket.ref for link in ledger.links().values()}


def settled(team: Team, stage: HttpStage, hosts: list[Team]) -> int:
    """Quiet runs of everybody; then one open ticket an item, the oldest, and all ledgers know it. Returns the twins."""
    for host in hosts:
        team.clock.advance(minutes=15)
        host.sync()
    team.clock.advance(days=1)
    last: list[RunResult] = [host.sync() for host in hosts]
    assert all(result.ok for result in last), [result.findings for result in last]
    tickets = ours(stage)
    assert len(tickets) == 3
    for uid, same in tickets.items():
        assert [ticket.duplicate for ticket in same] == [False] + [True] * (len(same) - 1), uid
    expected = {uid: same[0].ref for uid, same in tickets.items()}
    fresh = runner(team, "later")
    assert fresh.sync().ok
    for host in (*hosts, fresh):
        assert links_of(host) == expected
    assert not fresh.plan().plan.pending
    return sum(len(same) - 1 for same in tickets.values())


CRON = "cron"
RACES = {
    "two bare runners": ("one", "two"),
    "cron, a bare runner within": (CRON, "one"),
    "a bare runner, cron within": ("one", CRON),
    "two bare runners and cron": ("one", "two", CRON),
}
"""Who begins, and who runs within the runs before; cron keeps a ledger."""


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("name", RACES)
@pytest.mark.parametrize("behind", [0, 40], ids=["at once", "listing 40 s behind"])
def test_all_runs_keep_the_same_survivor(
    tmp_path: Path, service: str, name: str, behind: int, request: pytest.FixtureRequest
) -> None:
    options = {"stale": behind} if service == "github" else {"lag": timedelta(seconds=behind)}

    def hosts(team: Team) -> list[Team]:
        return [team if each == CRON else runner(team, each) for each in RACES[name]]

    with make_stage(service, Clock(), timeout=LONG, **options) as stage:
        writes = requests_of(stage, hosts(prepared(tmp_path / "alone", stage))[0])
    ats = moments(writes, every=not behind or request.config.getoption("--soak"))
    made, twins = len(ats), 0
    for at in ats:
        with make_stage(service, Clock(), timeout=LONG, **options) as stage:
            team = prepared(tmp_path / str(at), stage)
            first, *rest = hosts(team)
            race(stage, first, rest, at)
            twins += settled(team, stage, list({id(host): host for host in (team, first, *rest)}.values()))
    assert made > 2
    record("Runs at the same moment", name, service, made)
    record("Runs at the same moment", f"{name}: twins that were closed again", service, twins)


@pytest.mark.parametrize("service", SERVICES)
def test_a_failed_job_that_is_run_again_at_once_makes_no_second_ticket(
    tmp_path: Path, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answers of its creates were lost and it was cancelled while it waited; no listing shows its tickets yet."""
    options = {"stale": 50} if service == "github" else {"lag": timedelta(seconds=50)}
    with make_stage(service, Clock(), timeout=LONG, **options) as stage:
        team = Team(tmp_path, stage)
        team.write(DOC, DISK, BOOK, GATE)
        sleep = team.clock.sleep

        def cancelled(seconds: float) -> None:
            if seconds > 300:
                raise KeyboardInterrupt
            sleep(seconds)

        monkeypatch.setattr(team.clock, "sleep", cancelled)
        server_of(stage).after = lambda *_: Drop() if stage.created() else None
        with pytest.raises(KeyboardInterrupt):
            runner(team, "job").sync()
        server_of(stage).after = None
        assert stage.created() > 0
        team.clock.advance(seconds=30)
        assert runner(team, "again").sync().ok
        assert stage.created() == 3
        assert sorted(len(same) for same in ours(stage).values()) == [1, 1, 1]
        record("Runs at the same moment", "a failed job, run again 30 s later", service, 1)
