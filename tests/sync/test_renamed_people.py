"""Somebody's account gets another name: the same person, on GitHub by the number, on Data Center by the key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pmsync.identity.renamed_accounts import renames
from pmsync.ledger import Ledger
from pmsync.reports import status
from tests.build import ticket
from tests.clock import Clock
from tests.sync.contract import BOOK, DISK, DOC
from tests.team import Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage


@pytest.fixture(params=["github", "server"])
def stage(request: pytest.FixtureRequest) -> Iterator[GitHubStage | JiraStage]:
    made = GitHubStage(Clock()) if request.param == "github" else JiraStage(Clock(), request.param)
    with made as stage:
        yield stage


@pytest.fixture
def team(stage: GitHubStage | JiraStage, tmp_path: Path) -> Team:
    team = Team(tmp_path, stage)
    kind = "github" if isinstance(stage, GitHubStage) else "jira"
    trackers = {name: replace(each, type=kind) for name, each in team.settings.trackers.items()}
    team.settings = replace(team.settings, trackers=trackers)
    team.write(DOC, f"{DISK} @alice", f"{BOOK} @bob")
    assert team.sync().ok
    team.sync()  # Jira's answer to a create holds no more than the key: the first look fills in the rest
    return team


def rename(team: Team, stage: GitHubStage | JiraStage, name: str) -> str:
    old = stage.people[0]
    (stage.github.state if isinstance(stage, GitHubStage) else stage.state).rename_user(old, name)
    team.clock.advance(days=1)
    return old


def test_it_is_no_reassignment_and_is_told_with_the_new_name(team: Team, stage: GitHubStage | JiraStage) -> None:
    old = rename(team, stage, "alice-new")
    for _ in range(2):  # for as long as the configuration has the former name
        result = team.sync()
        (told,) = [finding for finding in result.findings if finding.rule == "account-renamed"]
        assert told.message.startswith(f"the account {old!r} of 'alice' is now called 'alice-new'")
        assert '= "alice-new"`' in told.hint
        link = team.links()[DISK]
        assert (link.ticket.assignees, link.reassigned) == (("alice-new",), False)
        team.clock.advance(days=1)


def test_later_owners_are_sent_and_the_person_is_found_by_the_new_name(
    team: Team, stage: GitHubStage | JiraStage
) -> None:
    rename(team, stage, "alice-new")
    team.sync()
    team.write(DOC, f"{DISK} @bob", f"{BOOK} @alice")
    assert team.sync().ok
    links = team.links()
    assert [links[title].ticket.assignees for title in (DISK, BOOK)] == [(stage.people[1],), ("alice-new",)]
    with Ledger.open(team.root / "ledger.db", readonly=True) as ledger:
        rows = {row.title: row.people for row in status.status_rows(ledger, team.settings, team.clock.now().date())}
    assert rows[BOOK] == ("alice",)


def test_a_configuration_with_the_new_name_is_nothing_to_talk_about(team: Team, stage: GitHubStage | JiraStage) -> None:
    rename(team, stage, "alice-new")
    alice = replace(team.people["alice"], github="alice-new", jira="alice-new")
    team.settings = replace(team.settings, people={**team.people, "alice": alice})
    assert not team.sync().findings


def test_a_real_reassignment_is_one_still(team: Team, stage: GitHubStage | JiraStage) -> None:
    rename(team, stage, "alice-new")
    stage.assign(team.ref(DISK), stage.people[1])
    team.sync()
    assert team.links()[DISK].reassigned


def test_a_former_name_that_somebody_else_took_means_nobody() -> None:
    mine = ticket(1, author="bot", assignees=("alice-new",), ids={"alice-new": "1"})
    theirs = ticket(2, author="bot", assignees=("alice",), ids={"alice": "9"})
    assert renames([({"alice": "1"}, mine)]) == {"alice": "alice-new"}
    assert renames([({"alice": "1"}, mine), ({"alice": "9"}, theirs)]) == {}


def test_a_bulk_read_shows_the_same_ids(team: Team, stage: GitHubStage | JiraStage) -> None:
    refs = [link.ticket.ref for link in team.links().values()]
    many, one = stage.reconnect().get(refs), [stage.reconnect().get([ref])[ref] for ref in refs]
    assert [getattr(many[ref], "ids", None) for ref in refs] == [getattr(each, "ids", None) for each in one]
    assert all(getattr(each, "ids", None) for each in one)
