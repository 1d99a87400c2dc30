from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pmsync.errors import PmsyncError
from pmsync.ledger import Ledger
from pmsync.ledger.find_item import resolve_item
from pmsync.model import Ref
from pmsync.sync.adopt import adopt, forget, recorded, ticket_of
from tests.clock import Clock
from tests.sync.contract import BOOK, DISK, DOC
from tests.team import Team
from tests.trackers.local_stage import LocalStage


@pytest.fixture
def team(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Team:
    made = Team(tmp_path, LocalStage(tmp_path_factory.mktemp("tickets"), Clock()))
    made.write(DOC, DISK, BOOK)
    made.sync()
    return made


@pytest.fixture
def stage(team: Team) -> LocalStage:
    (stage,) = team.stages.values()
    assert isinstance(stage, LocalStage)
    return stage


def say_adopt(team: Team, title: str, ref: Ref) -> None:
    (stage,) = team.stages.values()
    with Ledger.open(Path(team.settings.ledger)) as ledger, recorded(ledger, team.clock.now, "adopt") as run:
        view = resolve_item(ledger, team.links()[title].uid)
        ticket = ticket_of(ref, stage.tracker)
        adopt(ledger, run, team.clock.now(), view, ticket, ours=ticket.author == stage.me)


def say_forget(team: Team, title: str) -> None:
    with Ledger.open(Path(team.settings.ledger)) as ledger, recorded(ledger, team.clock.now, "forget") as run:
        forget(ledger, run, team.clock.now(), resolve_item(ledger, team.links()[title].uid))


def test_a_person_s_word_gives_the_item_another_ticket_and_sends_nothing(team: Team, stage: LocalStage) -> None:
    ref = stage.open_by_person("Disk alerts, please")
    writes = stage.writes()
    say_adopt(team, DISK, ref)
    assert stage.writes() == writes
    assert team.ref(DISK) == ref
    assert not team.sync().plan.creates
    assert team.ref(DISK) == ref


def test_a_ticket_of_another_item_is_not_taken_from_it(team: Team) -> None:
    with pytest.raises(PmsyncError, match="remove that item first"):
        say_adopt(team, DISK, team.ref(BOOK))
    with closing(sqlite3.connect(team.settings.ledger)) as database:
        query = "SELECT scope, ok, finished_at IS NOT NULL FROM runs ORDER BY id DESC LIMIT 1"
        assert database.execute(query).fetchone() == ("adopt", 0, 1), "it was refused, and it ended"


def test_a_ticket_that_does_not_exist_cannot_be_adopted(team: Team, stage: LocalStage) -> None:
    ref = stage.open_by_person("Gone soon")
    stage.delete(ref)
    with pytest.raises(PmsyncError, match="does not exist"):
        say_adopt(team, DISK, ref)


def test_an_item_that_was_forgotten_finds_its_ticket_again_instead_of_getting_a_second(
    team: Team, stage: LocalStage
) -> None:
    before = team.ref(DISK)
    team.clock.advance(hours=2)
    team.sync()
    say_forget(team, DISK)
    team.sync()
    assert team.ref(DISK) == before
    assert stage.created() == 2


def test_a_lost_ticket_is_made_again_once_it_is_forgotten(team: Team, stage: LocalStage) -> None:
    stage.delete(team.ref(DISK))
    team.clock.advance(days=1)
    team.sync()
    assert team.links()[DISK].lost
    say_forget(team, DISK)
    result = team.sync()
    assert result.ok, result.findings
    assert stage.created() == 3
    assert not team.links()[DISK].lost


def test_what_a_person_decided_to_be_new_gets_a_ticket(team: Team, stage: LocalStage) -> None:
    team.write(DOC, "Add alerting for disks", BOOK, "Add alerting for disk")
    undecided = team.sync().world.identities.undecided
    assert undecided
    with Ledger.open(Path(team.settings.ledger)) as ledger, recorded(ledger, team.clock.now, "adopt --new") as run:
        for each in undecided:
            ledger.decide(run, team.clock.now(), each.uid, "new")
    team.sync()
    assert stage.created() == 2 + len(undecided)
    assert not team.sync().world.identities.undecided


def test_an_item_that_was_reworded_beyond_recognition_takes_over_its_former_ticket(
    team: Team, stage: LocalStage
) -> None:
    reworded = "Page somebody before a volume runs out of space"
    former = team.ref(DISK)
    team.write(DOC, reworded, BOOK)
    team.sync()
    assert team.links()[DISK].orphaned
    mistaken = team.ref(reworded)
    say_adopt(team, reworded, former)
    result = team.sync()
    assert [set(update.patch) for update in result.plan.updates] == [{"title", "marker"}]
    link = team.links()[reworded]
    assert (link.ticket.ref, link.ticket.title, link.orphaned) == (former, reworded, False)
    assert "stray" in {finding.rule for finding in result.findings}
    stage.close(mistaken, wont_do=True)
    for _ in range(2):
        assert not [op for op in team.sync().plan.operations if op.uid == link.uid]
    assert stage.created() == 3
    team.lose_ledger()
    assert team.sync().ok
    assert stage.created() == 3


def test_a_ticket_whose_own_item_still_stands_is_not_adopted_only_to_be_taken_back(
    team: Team, stage: LocalStage
) -> None:
    ticket = team.ref(BOOK)
    say_forget(team, BOOK)
    with pytest.raises(PmsyncError, match="carries the marker of 'Write a runbook for failover', which is still in"):
        say_adopt(team, DISK, ticket)
    team.sync()
    assert team.ref(BOOK) == ticket


def test_a_ticket_with_the_marker_of_an_item_that_is_gone_stays_with_the_one_a_person_gave_it_to(
    team: Team, stage: LocalStage
) -> None:
    ticket = team.ref(BOOK)
    team.write(DOC, DISK)
    team.sync()
    say_forget(team, BOOK)
    team.sync()
    say_adopt(team, DISK, ticket)
    for _ in range(2):
        assert team.sync().ok
        assert team.ref(DISK) == ticket


def test_an_adopted_ticket_of_an_item_that_is_gone_stays_when_the_document_is_edited(
    team: Team, stage: LocalStage
) -> None:
    ticket = team.ref(BOOK)
    team.write(DOC, DISK)
    team.sync()
    say_forget(team, BOOK)
    team.sync()
    say_adopt(team, DISK, ticket)
    team.sync()
    assert not team.links()[DISK].shared
    edited = f"{DISK} on all nodes"
    team.write(DOC, edited)
    result = team.sync()
    assert not result.plan.creates
    assert not result.plan.records("unlink")
    assert team.ref(edited) == ticket
    assert stage.created() == 2
