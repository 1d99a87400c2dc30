"""What is more likely a mistake than a wish, with the real engine and real requests: refused before the first write.

Every refusal has its figures and the narrow way out, `plan` shows it too, and what was seen is recorded all the same.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pmsync.config.settings import Guard
from pmsync.findings import new_finding
from pmsync.model import Finding, Status
from pmsync.planning import guard
from pmsync.planning.operations import Plan, Record
from pmsync.sync.engine import Request, RunResult
from tests import build
from tests.clock import Clock
from tests.reliability import record
from tests.sync.faults import make_stage
from tests.team import Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage
from tests.trackers.local_stage import LocalStage
from tests.trackers.stage import Stage

DOC, OTHER = "postmortems/2026-11-20-checkout.md", "postmortems/2026-11-21-mailer.md"
WORK = [
    "Add alerting for full disks", "Write a runbook for failover", "Rotate the keys of the gateway",
    "Bound the queue of the mailer", "Warm the cache after a deploy", "Rehearse the restore of a backup",
]  # fmt: skip
LIMITS = Guard(max_creates=6, max_updates=3, max_orphans=2)
SERVICES = ["local", "github", "cloud", "server"]


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """In memory where there is such a place: every run commits to two files."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


@contextmanager
def staged(service: str, root: Path) -> Iterator[Stage]:
    if service == "local":
        yield LocalStage(root, Clock())
    else:
        with make_stage(service, Clock(), timeout=2.0) as stage:
            yield stage


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def team(service: str, tmp_path: Path) -> Iterator[Team]:
    """Six items in one document and one in another, each with its ticket; limits that seven items can exceed."""
    with staged(service, tmp_path) as stage:
        team = Team(tmp_path, stage, guard=LIMITS, trackers={stage.tracker.name: replace(stage.settings, default=True)})
        team.write(DOC, *WORK)
        assert team.sync().ok
        team.write(OTHER, "Name a second person on call")
        assert team.sync().ok
        team.clock.advance(minutes=20)
        assert team.sync().ok
        assert stage.created() == 7
        yield team


def stage_of(team: Team) -> Stage:
    return next(iter(team.stages.values()))


def many_creates(team: Team) -> None:
    team.write(DOC, *WORK, *(f"Check the certificates of gateway number {n}" for n in range(8)))


def many_updates(team: Team) -> None:
    team.write(DOC, *(f"{item} in both regions" for item in WORK[:4]), *WORK[4:])


def many_orphans(team: Team) -> None:
    team.write(DOC, *WORK[3:])


def suddenly_empty(team: Team) -> None:
    team.settings = replace(team.settings, guard=replace(LIMITS, max_orphans=50))
    team.write(DOC)


def wrong_directory(team: Team) -> None:
    team.settings = replace(team.settings, include=("incidents/**/*.md",), guard=replace(LIMITS, max_orphans=50))


def deleted(team: Team) -> None:
    """Everything in the tracker is gone, and a complete listing is due."""
    for title in WORK[:5]:
        stage_of(team).delete(team.ref(title))
    team.clock.advance(days=1)


def moved(team: Team) -> None:
    """Nearly everything went to a place that is none of ours: its tickets would no longer be followed."""
    for title in WORK[:5]:
        stage_of(team).move_away(team.ref(title))
    team.clock.advance(days=1)


@dataclass(frozen=True)
class Mistake:
    """`happens` brings it about; `kind` is the guard's, and `figures` stand in what it says."""

    name: str
    happens: Callable[[Team], None]
    kind: str
    count: int
    figures: tuple[str, ...]


MISTAKES = [
    Mistake("mass create", many_creates, "creates", 8, ("8 tickets", "more than 6")),
    Mistake("mass update", many_updates, "updates", 4, ("4 of 7 tickets", "more than 3")),
    Mistake("mass orphan", many_orphans, "orphans", 3, ("3 of 7 items", "more than 2")),
    Mistake("documents suddenly empty", suddenly_empty, "empty", 1, ("1 document ", DOC)),
    Mistake("wrong directory", wrong_directory, "empty", 2, ("2 documents ", DOC, OTHER)),
    Mistake("mass move out of the tracker", moved, "lost", 5, ("5 of 7 tickets", "moved", "more than 2")),
    Mistake("mass deletion in the tracker", deleted, "lost", 5, ("5 of 7 tickets", "more than 2")),
]


def refusals(result: RunResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.rule == "guard"]


def refused(result: RunResult, mistake: Mistake) -> None:
    assert not result.ok
    assert result.held_back
    (finding,) = refusals(result)
    assert finding.level == "error"
    assert all(figure in finding.message for figure in mistake.figures), finding.message
    assert f"--allow {mistake.kind}={mistake.count}" in finding.hint
    assert ("documents.include" if mistake.kind == "empty" else "pmsync plan") in finding.hint


def standing(team: Team) -> dict[str, tuple[bool, bool, str, str]]:
    links = _links(team).items()
    return {uid: (k.orphaned, k.lost, k.key, f"{k.ticket.ref.tracker} {k.ticket.ref.id}") for uid, k in links}


def _links(team: Team) -> dict[str, Any]:
    return {link.uid: link for link in team.links().values()}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_refused_before_the_first_write(team: Team, service: str, mistake: Mistake) -> None:
    stage = stage_of(team)
    mistake.happens(team)
    stage.close(team.ref(WORK[5]))  # what people do meanwhile is still noticed
    writes, created, before = stage.writes(), stage.created(), standing(team)

    plan = team.plan()
    refused(plan, mistake)
    refused(team.sync(), mistake)
    refused(team.sync(), mistake)
    others = {kind: 1000 for kind in ("creates", "updates", "orphans", "lost", "empty") if kind != mistake.kind}
    refused(team.sync(allow=others), mistake)
    refused(team.sync(allow={mistake.kind: mistake.count - 1}), mistake)
    assert (stage.writes(), stage.created()) == (writes, created)
    assert standing(team) == before
    assert team.links()[WORK[5]].ticket.status == Status.DONE

    allowed = {mistake.kind: mistake.count}
    assert not team.engine().plan(Request(allow=allowed)).held_back
    result = team.sync(allow=allowed)
    assert not refusals(result)
    assert result.ok, result.findings
    assert standing(team) != before
    again = team.sync()
    assert again.ok, again.findings
    assert not again.plan.pending
    record("changes", f"guard: {mistake.name}", service, 1)


def test_a_mistake_that_is_put_right_leaves_no_trace(team: Team) -> None:
    stage = stage_of(team)
    writes, before = stage.writes(), standing(team)
    for mistake in (wrong_directory, suddenly_empty, many_orphans, many_creates):
        usual = team.settings
        mistake(team)
        assert team.sync().held_back
        team.settings = usual
        team.write(DOC, *WORK)
    result = team.sync()
    assert result.ok, result.findings
    assert not result.plan.pending
    assert (stage.writes(), standing(team)) == (writes, before)


def test_several_limits_are_told_at_once_and_each_has_to_be_allowed(team: Team) -> None:
    many_creates(team)
    path = team.root / DOC
    path.write_text(path.read_text(encoding="utf-8").replace(f"- {WORK[0]}\n", "").replace(f"- {WORK[1]}\n", "")
                    .replace(f"- {WORK[2]}\n", ""), encoding="utf-8")  # fmt: skip
    writes = stage_of(team).writes()
    kinds = {finding.hint.partition("--allow ")[2] for finding in refusals(team.sync())}
    assert kinds == {"creates=8", "orphans=3"}
    assert len(refusals(team.sync(allow={"creates": 8}))) == 1
    assert len(refusals(team.sync(allow={"orphans": 3}))) == 1
    assert stage_of(team).writes() == writes
    assert team.sync(allow={"creates": 8, "orphans": 3}).ok


# --- the listing of another place -------------------------------------------------------------------------------


def elsewhere(team: Team) -> None:
    """The configuration names another place than the one that holds the tickets."""
    stage = stage_of(team)
    if isinstance(stage, GitHubStage):
        stage.settings = replace(stage.settings, repo="acme/attic")
    else:
        assert isinstance(stage, JiraStage)
        stage.settings = replace(stage.settings, project="ATTIC")


def home(team: Team) -> None:
    stage = stage_of(team)
    assert isinstance(stage, GitHubStage | JiraStage)
    stage.settings = replace(
        stage.settings, **({"repo": "acme/web"} if isinstance(stage, GitHubStage) else {"project": "PAY"})
    )


@pytest.mark.parametrize("service", ["github", "cloud", "server"], indirect=True)
@pytest.mark.parametrize("new", [False, True], ids=["nothing new", "an item more"])
@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=1)], ids=["at once", "a day later"])
def test_a_wrong_project_is_refused_before_the_first_write(
    team: Team, service: str, new: bool, later: timedelta
) -> None:
    stage = stage_of(team)
    elsewhere(team)
    if new:
        team.write(OTHER, "Name a second person on call", "Test the pager every week")
    team.clock.advance(seconds=later.total_seconds())
    writes, created, before = stage.writes(), stage.created(), standing(team)
    for result in (team.plan(), team.sync(), team.sync(allow={"lost": 6}), team.sync(allow={"creates": 99})):
        assert result.held_back
        (finding,) = refusals(result)
        assert "is empty" in finding.message
        assert "7 of its tickets" in finding.message
        assert "--allow lost=7" in finding.hint
        assert f"trackers.{stage.tracker.name}.{'repo' if service == 'github' else 'project'}" in finding.hint
    assert (stage.writes(), stage.created(), standing(team)) == (writes, created, before)
    home(team)
    result = team.sync()
    assert result.ok, result.findings
    assert stage.created() == created + new
    assert not any(link.ticket.ref.tracker == "" for link in team.links().values())
    assert not team.sync().plan.pending
    record("changes", "guard: wrong project", service, 1)


@pytest.mark.parametrize("service", ["github", "cloud", "server"])
def test_a_wrong_project_is_refused_for_a_few_tickets_too(service: str, tmp_path: Path) -> None:
    """All of them stand elsewhere, and nothing is here."""
    with staged(service, tmp_path) as stage:
        team = Team(tmp_path, stage, trackers={stage.tracker.name: replace(stage.settings, default=True)})
        team.write(DOC, *WORK[:2])
        assert team.sync().ok
        elsewhere(team)
        team.write(DOC, *WORK[:3])
        writes, before = stage.writes(), standing(team)
        result = team.sync()
        assert ["--allow lost=2" in finding.hint for finding in refusals(result)] == [True]
        assert (stage.writes(), standing(team)) == (writes, before)
        home(team)
        assert team.sync().ok
        assert stage.created() == 3


def test_a_name_that_somebody_else_took_over(tmp_path: Path) -> None:
    """acme/web was renamed, and another repository is called that by now: neither is touched."""
    with staged("github", tmp_path) as stage:
        assert isinstance(stage, GitHubStage)
        team = Team(tmp_path, stage, trackers={stage.tracker.name: replace(stage.settings, default=True)})
        team.write(DOC, *WORK[:2])
        assert team.sync().ok
        state = stage.github.state
        state.rename(stage.repo, "acme/shop")
        theirs = state.add_repo("acme/web", roles={stage.me: "write"})
        team.write(DOC, f"{WORK[0]} on all nodes", WORK[1])
        result = team.sync()
        assert any("is not in `acme/web`" in finding.message for finding in result.findings)
        team.write(DOC, f"{WORK[0]} on all nodes", WORK[1], WORK[2])
        team.clock.advance(days=1)
        assert refusals(team.sync())
        assert (stage.created(), theirs.ever_created) == (2, 0)
        stage.settings = replace(stage.settings, repo="acme/shop")
        team.settings = replace(
            team.settings, trackers={stage.tracker.name: replace(stage.settings, default=True)}
        )  # fmt: skip
        assert team.sync().ok
        assert (stage.created(), theirs.ever_created) == (3, 0)
        assert team.links()[f"{WORK[0]} on all nodes"].ticket.title == f"{WORK[0]} on all nodes"
        record("changes", "name taken over by another repository", "github", 1)


@pytest.mark.parametrize("service", ["github", "cloud", "server"], indirect=True)
def test_an_empty_scan_is_refused_until_it_is_allowed(team: Team, service: str) -> None:
    """Everything was deleted over there: nobody knows whether that is a mistake."""
    stage = stage_of(team)
    for link in team.links().values():
        stage.delete(link.ticket.ref)
    team.clock.advance(days=1)
    writes, before = stage.writes(), standing(team)
    for result in (team.plan(), team.sync(), team.sync(allow={"lost": 6})):
        assert any("is empty" in finding.message for finding in refusals(result))
        assert all("--allow lost=7" in finding.hint for finding in refusals(result))
    assert (stage.writes(), standing(team)) == (writes, before)
    assert not refusals(team.sync(allow={"lost": 7}))
    assert all(link.lost for link in team.links().values())
    assert team.sync().ok
    assert stage.writes() == writes
    record("changes", "guard: empty scan", service, 1)


def test_a_first_sync_in_a_wrong_directory_makes_nothing(service: str, tmp_path: Path) -> None:
    """Somebody else's notes with many lists: more tickets than anybody wants at once."""
    with staged(service, tmp_path) as stage:
        team = Team(tmp_path, stage, guard=LIMITS, since=date(2026, 1, 1))
        for month in range(1, 5):
            team.write(
                f"postmortems/minutes-{month}.md", f"Order {month} chairs for the office", f"Book room {month}00"
            )
        result = team.sync()
        assert [finding.hint.partition("--allow ")[2] for finding in refusals(result)] == ["creates=8"]
        assert stage.writes() == 0
        assert not team.links()


@pytest.mark.parametrize("newly", [True, False])
def test_a_plan_that_is_held_back_says_nothing_of_what_it_does_not_give_up(newly: bool) -> None:
    """A ticket that an earlier run found to be gone is still reported."""
    gone, drift = new_finding("ticket-lost", "ticket 'WEB-1' is gone"), new_finding("drift", "the document says done")
    doc = build.document(DOC, "Add alerting for full disks")
    lost = Record("lost", build.link(doc, 0, build.ticket(1), lost=True))
    held = guard.hold_back(Plan((lost,) if newly else (), (gone, drift)))
    assert held.findings == ((drift,) if newly else (gone, drift))
    assert not held.operations
