"""Tickets that moved to where no tracker is configured, or are hidden: followed, counted, and never made twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pmsync.ledger import Ledger
from pmsync.model import Ref, Status
from pmsync.reports import status
from tests.clock import Clock
from tests.sync.contract import BOOK, DISK, DOC
from tests.team import Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage


@pytest.fixture(params=["github", "cloud", "server"])
def stage(request: pytest.FixtureRequest) -> Iterator[GitHubStage | JiraStage]:
    made = GitHubStage(Clock()) if request.param == "github" else JiraStage(Clock(), request.param)
    with made as stage:
        yield stage


@pytest.fixture
def jira(stage: GitHubStage | JiraStage) -> JiraStage:
    if isinstance(stage, GitHubStage):
        pytest.skip("this is about Jira")
    return stage


@pytest.fixture
def team(stage: GitHubStage | JiraStage, tmp_path: Path) -> Team:
    team = Team(tmp_path, stage)
    team.write(DOC, DISK, BOOK)
    assert team.sync().ok
    return team


def later(team: Team) -> Any:
    """The next sync that asks for every ticket."""
    team.clock.advance(days=1)
    return team.sync()


def rows(team: Team) -> dict[str, status.StatusRow]:
    with Ledger.open(team.root / "ledger.db", readonly=True) as ledger:
        found = status.status_rows(ledger, team.settings, team.clock.now().date())
    return {row.title: row for row in found}


def open_in_view(team: Team) -> list[str]:
    with Ledger.open(team.root / "ledger.db", readonly=True) as ledger:
        return [row["title"] for row in ledger._connection.execute("SELECT title FROM open_items")]


def close_there(stage: GitHubStage | JiraStage, ref: Ref) -> None:
    if isinstance(stage, GitHubStage):
        stage.github.state.close(stage.elsewhere.issues[1], "dana", "completed")
    else:
        stage.close(ref)


def darken(stage: GitHubStage | JiraStage, ref: Ref) -> None:
    """It goes to a place that the token does not see."""
    if isinstance(stage, GitHubStage):
        vault = stage.github.state.add_repo("acme/vault", private=True)
        stage.github.state.transfer(stage.elsewhere, stage.elsewhere.issues[1], vault, "dana")
    else:
        stage.state.hide(stage.issue(ref))


def test_it_is_followed_as_far_as_it_can_be_seen(team: Team, stage: GitHubStage | JiraStage) -> None:
    ref = team.ref(DISK)
    url = stage.move_away(ref)
    result = later(team)
    assert [finding.rule for finding in result.findings] == ["ticket-moved"]
    assert (rows(team)[DISK].status, rows(team)[DISK].url) == ("open", url)
    assert not url.startswith("https://api.")
    assert not later(team).findings  # told once
    close_there(stage, ref)
    later(team)
    assert team.links()[DISK].ticket.status is Status.DONE
    assert (rows(team)[DISK].kind, rows(team)[DISK].status) == ("closed", "done")
    assert open_in_view(team) == [BOOK]
    assert stage.created() == 2


def test_out_of_sight_it_is_nobodys_open_work_and_comes_back(team: Team, stage: GitHubStage | JiraStage) -> None:
    ref = team.ref(DISK)
    stage.move_away(ref)
    later(team)
    darken(stage, ref)
    result = later(team)
    assert [finding.rule for finding in result.findings] == ["ticket-moved"]
    assert "does not see it" in result.findings[0].message
    row = rows(team)[DISK]
    assert (row.kind, row.status, row.late) == ("aside", "moved", 0)
    assert open_in_view(team) == [BOOK]
    with Ledger.open(team.root / "ledger.db", readonly=True) as ledger:
        assert [each.title for each in ledger.open_items()] == [BOOK]
    assert not later(team).findings
    assert stage.created() == 2
    if isinstance(stage, JiraStage):
        stage.state.hide(stage.issue(ref), hidden=False)
        later(team)
        assert rows(team)[DISK].status == "open"


def test_one_that_comes_back_home_is_ours_again(team: Team, jira: JiraStage) -> None:
    ref = team.ref(DISK)
    jira.move_away(ref)
    later(team)
    jira.state.move(jira.issue(ref), "PAY", jira.person)
    later(team)
    link = team.links()[DISK]
    assert (link.ticket.ref, link.ticket.ref.key, link.via) == (ref, "PAY-3", "")
    team.write(DOC, f"{DISK} on all nodes", BOOK)
    assert team.sync().plan.updates
    assert jira.issue(ref).summary == f"{DISK} on all nodes"


@pytest.mark.parametrize("title", [DISK, BOOK])
def test_a_runner_without_a_ledger_finds_it_by_its_marker_and_makes_no_other(
    team: Team, stage: GitHubStage | JiraStage, title: str
) -> None:
    url = stage.move_away(team.ref(title))
    team.clock.advance(days=1)
    team.lose_ledger()
    assert not team.sync().plan.creates
    link = team.links()[title]
    assert (link.ticket.ref.tracker, link.ticket.ref.url, link.via) == ("", url, stage.tracker.name)
    assert stage.created() == 2
    close_there(stage, link.asked)
    later(team)
    assert team.links()[title].ticket.status is Status.DONE


def test_where_all_of_them_went_elsewhere_none_is_made_again(team: Team, stage: GitHubStage | JiraStage) -> None:
    urls = {title: stage.move_away(team.ref(title)) for title in (BOOK, DISK)}
    stage.open_by_person("Something else")
    team.clock.advance(days=1)
    team.lose_ledger()
    assert not team.sync().plan.creates
    assert {title: link.ticket.ref.url for title, link in team.links().items()} == urls


def test_nor_where_a_redirect_leads_to_it(team: Team, stage: GitHubStage | JiraStage) -> None:
    ref = team.ref(DISK)
    url = stage.move_away(ref)
    team.write(DOC, f"{DISK} ([{ref.key}]({ref.url}))", BOOK)
    team.clock.advance(days=1)
    team.lose_ledger()
    assert not team.sync().plan.creates
    assert team.links()[DISK].ticket.ref.url == url
    assert stage.created() == 2


def test_a_clone_elsewhere_that_copied_our_label_is_nobodys_ticket(team: Team, jira: JiraStage) -> None:
    of = jira.issue(team.ref(DISK))
    jira.state.create("ATTIC", jira.person, summary=of.summary, description=of.description, labels=list(of.labels))
    team.clock.advance(days=1)
    team.lose_ledger()
    result = team.sync()
    assert result.ok, result.findings
    assert team.links()[DISK].ticket.ref.id == of.id


def test_a_hidden_ticket_is_told_as_deleted_or_hidden_and_found_again(team: Team, jira: JiraStage) -> None:
    ref = team.ref(DISK)
    jira.state.hide(jira.issue(ref))
    (told,) = later(team).findings
    assert told.rule == "ticket-lost"
    assert "deleted, or is hidden" in told.hint
    # The advice comes in the order that is safe: look first, and forget only what is gone.
    assert told.hint.index(f"open {ref.url} with an account that sees everything.") < told.hint.index("Only if")
    assert "Only if it was deleted: `pmsync forget" in told.hint
    assert team.links()[DISK].lost
    jira.state.hide(jira.issue(ref), hidden=False)
    later(team)
    assert not team.links()[DISK].lost
    assert jira.created() == 2


def test_a_hidden_ticket_that_a_document_names_is_not_made_again_without_a_ledger(team: Team, jira: JiraStage) -> None:
    ref = team.ref(DISK)
    jira.state.hide(jira.issue(ref))
    team.write(DOC, f"{DISK} ([{ref.key}]({ref.url}))", BOOK)
    team.clock.advance(days=1)
    team.lose_ledger()
    (told,) = [finding for finding in team.sync().findings if finding.rule == "named-ticket-gone"]
    assert "hidden from this account" in told.message
    assert jira.created() == 2
