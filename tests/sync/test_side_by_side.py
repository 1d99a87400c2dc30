"""A host with a ledger and bare runners at work on the same documents: what random histories found there."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pmsync.sync.engine import RunResult
from tests.clock import Clock
from tests.sync.contract import BOOK, DISK, DOC
from tests.team import Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.local_stage import LocalStage


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory) -> LocalStage:
    return LocalStage(tmp_path_factory.mktemp("tickets"), Clock())


@pytest.fixture(params=[10, 0], ids=["grace", "no grace"])
def team(stage: LocalStage, tmp_path: Path, request: pytest.FixtureRequest) -> Team:
    team = Team(tmp_path, stage, grace=timedelta(minutes=request.param))
    team.write(DOC, DISK)
    team.sync()
    team.clock.advance(minutes=15)
    team.sync()
    assert stage.created() == 1
    return team


def bare(team: Team) -> RunResult:
    """One sync on a runner that has nothing but the documents."""
    runner = copy.copy(team)
    folder = f"runner-{team.clock.now():%d-%H%M%S}"
    runner.settings = replace(team.settings, ledger=str(team.root / folder / "ledger.db"))
    return runner.sync()


def test_a_ticket_of_ci_whose_label_a_person_stripped_at_once_is_not_made_again(team: Team, stage: LocalStage) -> None:
    team.write(DOC, DISK, BOOK)
    bare(team)
    assert stage.created() == 2
    ref = stage.tracker.recognise("LOCAL-2")
    assert ref
    stage.set_labels(ref)
    for _ in range(2):
        team.clock.advance(minutes=15)
        team.sync()
    assert stage.created() == 2
    assert team.links()[BOOK].ticket.ref.key == "LOCAL-2"


def test_an_unmarked_ticket_is_asked_about_until_somebody_decides(team: Team, stage: LocalStage) -> None:
    """A listing of what changed lately does not show it any more; that is no leave to create."""
    stage.tracker.desk("dana").set(1, marker=None, uid=None)
    team.clock.advance(minutes=15)
    team.lose_ledger()
    for _ in range(3):
        result = team.sync()
        assert "undecided" in {finding.rule for finding in result.findings}
        team.clock.advance(minutes=15)
    assert stage.created() == 1


def test_a_document_that_comes_back_after_the_ledger_was_lost_keeps_its_tickets(team: Team, stage: LocalStage) -> None:
    team.write("postmortems/other.md", BOOK)
    path = team.root / DOC
    text = path.read_text()
    path.unlink()
    team.clock.advance(minutes=15)
    team.lose_ledger()
    team.sync()
    team.clock.advance(minutes=15)
    team.sync()
    assert stage.created() == 2
    path.write_text(text)
    team.sync()
    team.clock.advance(minutes=15)
    team.sync()
    assert stage.created() == 2


def test_a_first_run_over_one_document_does_not_make_the_others_anew(team: Team, stage: LocalStage) -> None:
    other = team.write("postmortems/other.md", BOOK)
    team.sync()
    team.clock.advance(minutes=15)
    team.sync()
    team.lose_ledger()
    team.clock.advance(minutes=15)
    team.sync(other)
    team.clock.advance(minutes=15)
    team.sync()
    assert stage.created() == 2


def test_a_title_that_ci_sent_is_not_sent_again_over_what_a_person_wrote(team: Team, stage: LocalStage) -> None:
    team.write(DOC, f"{DISK} soon")
    bare(team)
    ref = stage.tracker.recognise("LOCAL-1")
    assert ref
    assert stage.tracker.desk("dana").history(1).ticket.title == f"{DISK} soon"
    stage.retitle(ref, "Disks")
    team.clock.advance(minutes=15)
    team.sync()
    assert stage.tracker.desk("dana").history(1).ticket.title == "Disks"
    team.write(DOC, f"{DISK} now")
    team.sync()
    assert stage.tracker.desk("dana").history(1).ticket.title == f"{DISK} now"


def test_a_deleted_ticket_that_ci_made_again_is_the_item_s_ticket(team: Team, stage: LocalStage) -> None:
    stage.delete(team.ref(DISK))
    team.clock.advance(days=1)
    team.sync()
    assert team.links()[DISK].lost
    bare(team)
    assert stage.created() == 2
    team.sync()
    link = team.links()[DISK]
    assert not link.lost
    assert link.ticket.ref.key == "LOCAL-2"
    team.clock.advance(days=1)
    assert not team.sync().plan.pending


def test_a_ticket_is_not_closed_as_duplicate_of_a_deleted_one(tmp_path: Path) -> None:
    with GitHubStage(Clock()) as stage:
        team = Team(tmp_path, stage)
        team.write(DOC, DISK)
        team.sync()
        stage.delete(team.ref(DISK))
        bare(team)
        team.clock.advance(minutes=5)
        team.sync()
        assert stage.repo.issues[2].state == "open"
        assert team.links()[DISK].ticket.ref.key == "acme/web#2"


def test_what_ci_is_creating_at_this_moment_is_not_made_a_second_time(tmp_path: Path) -> None:
    """Long after the grace is over a job of CI is late, and the host runs ten seconds after it: nothing shows yet."""
    with GitHubStage(Clock(), stale=45) as stage:
        team = Team(tmp_path, stage, grace=timedelta(hours=1))
        team.write(DOC, DISK)
        team.sync()
        team.write(DOC, DISK, BOOK)
        team.sync()
        assert stage.created() == 1
        team.clock.advance(hours=2)
        bare(team)
        assert stage.created() == 2
        team.clock.time -= timedelta(seconds=50)  # `sync` lets a minute pass
        team.sync()
        assert stage.created() == 2
        team.clock.advance(minutes=15)
        team.sync()
        assert team.links()[BOOK].ticket.ref.key == "acme/web#2"
