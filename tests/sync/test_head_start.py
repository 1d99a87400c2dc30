"""The first sync after `pmsync init` does not wait; whoever else may create waits until its tickets can be seen.

Listings are 45 seconds behind here, so that whoever does not wait as it should makes a second ticket.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pmsync.ledger import Ledger
from pmsync.sync import head_start
from pmsync.sync.engine import Request, RunResult
from tests.clock import Clock
from tests.sync.contract import BOOK, DISK, DOC
from tests.team import Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage

LAG = 60.0
BEHIND = 45


@pytest.fixture(params=["github", "jira"])
def stage(request: pytest.FixtureRequest) -> Iterator[GitHubStage | JiraStage]:
    if request.param == "github":
        with GitHubStage(Clock(), stale=BEHIND) as github:
            yield github
    else:
        with JiraStage(Clock(), "cloud", lag=timedelta(seconds=BEHIND)) as jira:
            yield jira


@pytest.fixture
def team(stage: GitHubStage | JiraStage, tmp_path: Path) -> Team:
    """Just after `pmsync init`."""
    team = Team(tmp_path / "here", stage)
    team.settings = replace(
        team.settings,
        begun=head_start.moment(team.clock.now()),
        ledger=str(team.root / ".pmsync/ledger.db"),
    )
    team.write(DOC, DISK)
    (team.root / ".pmsync").mkdir()
    head_start.give(team.settings)
    assert head_start.has_pass(team.settings)
    return team


def elsewhere(team: Team, root: Path) -> Team:
    """The same configuration and documents on another machine."""
    other = copy.copy(team)
    other.root = root
    other.settings = replace(team.settings, root=str(root), ledger=str(root / ".pmsync/ledger.db"))
    other.write(DOC, DISK)
    return other


def waited(team: Team) -> float:
    """The longest sleep so far: what a service asks for between two requests is short."""
    return max(team.clock.slept, default=0.0)


def now(team: Team) -> RunResult:
    """Sync at this very moment."""
    team.clock.advance(minutes=-1)
    return team.sync()


def test_the_first_sync_creates_at_once_and_the_second_sends_nothing(team: Team, stage: GitHubStage) -> None:
    assert team.sync().ok
    assert (stage.created(), waited(team) < BEHIND) == (1, True)
    assert not head_start.has_pass(team.settings)
    assert not now(team).plan.pending
    team.write(DOC, DISK, BOOK)
    assert now(team).ok
    assert stage.created() == 2


def test_a_ledger_that_is_lost_right_after_it_makes_nothing_twice(team: Team, stage: GitHubStage) -> None:
    team.sync()
    Path(team.settings.ledger).unlink()
    now(team)
    assert stage.created() == 1
    assert waited(team) > LAG
    assert team.links()[DISK]


def test_a_ledger_that_is_lost_before_it_costs_nothing(team: Team, stage: GitHubStage) -> None:
    team.settings = replace(team.settings, guard=replace(team.settings.guard, max_creates=0))
    assert team.sync().held_back
    assert head_start.has_pass(team.settings)
    Path(team.settings.ledger).unlink()
    team.settings = replace(team.settings, guard=replace(team.settings.guard, max_creates=50))
    now(team)
    assert (stage.created(), waited(team) < BEHIND) == (1, True)


@pytest.mark.parametrize("lost", [False, True])
def test_a_first_sync_that_is_cut_off_after_the_create_makes_nothing_twice(
    team: Team, stage: GitHubStage, monkeypatch: pytest.MonkeyPatch, *, lost: bool
) -> None:
    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "save_links", cut_off)
        patched.setattr(Ledger, "withdraw", cut_off)
        with pytest.raises(KeyboardInterrupt):
            team.engine().sync(Request())
    # records come first, so that the interrupt may have come before the create
    before = stage.created()
    if lost:
        Path(team.settings.ledger).unlink()
    for _ in range(3):
        now(team)
        team.clock.advance(minutes=11)
    assert before == 1
    assert stage.created() == 1


@pytest.mark.parametrize("first", ["here", "there"])
def test_a_copied_configuration_leaves_the_first_minutes_to_where_it_came_from(
    team: Team, stage: GitHubStage, tmp_path: Path, first: str
) -> None:
    other = elsewhere(team, tmp_path / "there")
    one, two = (team, other) if first == "here" else (other, team)
    one.sync()
    now(two)
    assert stage.created() == 1
    assert team.links().keys() == other.links().keys() == {DISK}


def test_a_copy_of_the_whole_folder_has_no_head_start(team: Team, tmp_path: Path) -> None:
    other = elsewhere(team, tmp_path / "there")
    shutil.copytree(team.root / ".pmsync", other.root / ".pmsync")
    assert head_start.pass_path(Path(other.settings.ledger)).exists()
    assert not head_start.has_pass(other.settings)


def test_a_pass_is_for_the_configuration_it_came_with(team: Team) -> None:
    assert not head_start.has_pass(replace(team.settings, namespace="acme/other"))
    assert not head_start.has_pass(replace(team.settings, begun=None))
    assert team.settings.begun
    assert not head_start.has_pass(replace(team.settings, begun=team.settings.begun + timedelta(seconds=1)))


@pytest.mark.parametrize("minutes", [9, 60 * 24, -5])
def test_later_or_by_a_clock_that_was_set_back_it_waits_as_ever(team: Team, stage: GitHubStage, minutes: int) -> None:
    team.clock.advance(minutes=minutes)
    team.sync()
    assert (stage.created(), waited(team)) == (1, LAG)


def test_where_ci_creates_too_it_waits_as_ever(team: Team) -> None:
    team.settings = replace(team.settings, grace=timedelta(hours=1))
    team.sync()
    assert waited(team) == LAG


def test_where_another_run_has_left_a_ticket_it_waits(team: Team, stage: GitHubStage, tmp_path: Path) -> None:
    """Somebody else set up the same place: what they made last is not seen yet."""
    other = elsewhere(team, tmp_path / "there")
    other.settings = replace(other.settings, begun=None)
    other.write(DOC, BOOK)
    other.sync()
    team.clock.advance(minutes=1)
    other.write(DOC, BOOK, DISK)
    now(other)
    assert stage.created() == 2
    team.settings = replace(team.settings, begun=head_start.moment(team.clock.now()))
    head_start.use_up(team.settings)
    head_start.give(team.settings)
    team.write(DOC, BOOK, DISK)
    now(team)
    assert stage.created() == 2


def test_a_time_in_the_far_future_holds_nobody_up(team: Team, stage: GitHubStage, tmp_path: Path) -> None:
    other = elsewhere(team, tmp_path / "there")
    other.settings = replace(other.settings, begun=team.clock.now() + timedelta(days=365))
    other.sync()
    assert (stage.created(), waited(other)) == (1, LAG)


def test_it_says_why_it_waits(team: Team, tmp_path: Path) -> None:
    other = elsewhere(team, tmp_path / "there")
    heard: list[str] = []
    engine = other.engine()
    replace(engine, watcher=replace(engine.watcher, wait=heard.append)).sync(Request())
    assert heard == [
        "`pmsync init` ran a moment ago, and where it did the first tickets may be made now (sync.begun): "
        "looking again in 660 s before anything is created"
    ]


def test_nobody_gets_a_second_head_start(tmp_path: Path, team: Team) -> None:
    notes = tmp_path / "notes"
    assert head_start.note(notes, team.settings)
    assert not head_start.note(notes, team.settings)
    assert head_start.note(notes, replace(team.settings, namespace="acme/other"))
    assert not head_start.note(None, team.settings)
    assert not head_start.note(tmp_path / "here" / DOC, team.settings)
