"""A host with a ledger and bare runners at work on the same documents: what random histories found there."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pmsync.sync import Result
from tests.clock import Clock
from tests.sync_contract import BOOK, DISK, DOC
from tests.team import Team
from tests.trackers.local_stage import LocalStage


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory) -> LocalStage:
    return LocalStage(tmp_path_factory.mktemp("tickets"), Clock())


@pytest.fixture
def team(stage: LocalStage, tmp_path: Path) -> Team:
    team = Team(tmp_path, stage, grace=timedelta(minutes=10))
    team.write(DOC, DISK)
    team.sync()
    team.clock.advance(minutes=15)
    team.sync()
    assert stage.created() == 1
    return team


def bare(team: Team) -> Result:
    """One sync on a runner that has nothing but the documents."""
    runner = copy.copy(team)
    folder = f"runner-{team.clock.now():%d-%H%M%S}"
    runner.settings = replace(team.settings, ledger=str(team.root / folder / "ledger.db"))
    return runner.sync()


def test_a_ticket_of_ci_whose_label_a_person_stripped_at_once_is_not_made_again(team: Team, stage: LocalStage) -> None:
    team.write(DOC, DISK, BOOK)
    team.sync()
    bare(team)
    assert stage.created() == 2
    ref = stage.tracker.recognise("LOCAL-2")
    assert ref
    stage.set_labels(ref)
    team.clock.advance(minutes=15)
    team.sync()
    assert stage.created() == 2
    assert team.links()[BOOK].ticket.ref == ref
