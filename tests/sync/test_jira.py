"""The sync contract against Jira Cloud and Data Center, over HTTP and the real client library."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.clock import Clock
from tests.corpus_contract import CorpusContract
from tests.fakes.jira_state import CATEGORIES
from tests.sync.contract import SyncContract
from tests.team import Team
from tests.trackers.jira_stage import JiraStage


class TestJiraCloud(SyncContract):
    @pytest.fixture
    def stage(self) -> Iterator[JiraStage]:
        with JiraStage(Clock(), deployment="cloud") as stage:
            yield stage


class TestJiraServer(SyncContract):
    @pytest.fixture
    def stage(self) -> Iterator[JiraStage]:
        with JiraStage(Clock(), deployment="server") as stage:
            yield stage


@pytest.mark.parametrize("deployment", ["cloud", "server"])
class TestCorpusInJira(CorpusContract):
    @pytest.fixture
    def stage(self, deployment: str) -> Iterator[JiraStage]:
        with JiraStage(Clock(), deployment=deployment) as stage:
            yield stage


def test_work_that_a_team_cancelled_in_a_column_of_its_own_is_not_delivered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A team-managed project: its columns on the right are all of category done, and each sets the resolution Done.
    for state in ("Won't do", "Zombie"):
        monkeypatch.setitem(CATEGORIES, state, "done")
    with JiraStage(Clock(), deployment="cloud") as stage:
        team = Team(tmp_path, stage)
        team.write("postmortems/a.md", "Add alerting for full disks", "Write a runbook for failover")
        team.sync()
        for issue, state in zip(list(stage.state.issues.values()), ("Won't do", "Zombie"), strict=True):
            stage.state.transition(issue, state, stage.person)
        team.clock.advance(minutes=1)
        result = team.sync()
        statuses = {link.ticket.title: link.ticket.status for link in team.links().values()}
        assert sorted(statuses.values()) == ["done", "wont_do"]
        (told,) = [finding for finding in result.findings if finding.rule == "unknown-status"]
        assert "'Zombie'" in told.message
        assert '`"Zombie" = "done"`' in told.hint


@pytest.mark.parametrize(
    "form",
    ["jira/software/projects/PAY/boards/3?selectedIssue={}", "issues/{}?jql=x", "projects/PAY/queues/custom/1/{}"],
)
def test_a_ticket_named_by_the_address_of_a_board_is_adopted(tmp_path: Path, form: str) -> None:
    with JiraStage(Clock(), deployment="server") as stage:
        ref = stage.open_by_person("Add alerting for full disks")
        team = Team(tmp_path, stage)
        team.write(
            "postmortems/a.md", f"Add alerting for full disks ([the ticket]({stage.jira.url}/{form.format(ref.key)}))"
        )
        assert team.sync().ok
        (link,) = team.links().values()
        assert (link.ticket.ref.key, link.named) == (ref.key, True)
        assert stage.created() == 1


@pytest.mark.parametrize("deployment", ["cloud", "server"])
def test_a_search_that_is_behind_makes_a_bare_run_undo_nothing(tmp_path: Path, deployment: str) -> None:
    with JiraStage(Clock(), deployment=deployment) as stage:
        team = Team(tmp_path, stage)
        team.write("postmortems/a.md", "Add alerting for full disks")
        team.sync()
        ref = team.ref("Add alerting for full disks")
        team.clock.advance(minutes=30)
        stage.state.lag = timedelta(minutes=10)
        team.write("postmortems/a.md", "Add alerting for full disks soon")
        team.sync()
        stage.retitle(ref, "Dana has her own words")

        team.lose_ledger()
        assert not [finding for finding in team.sync().findings if finding.level == "error"]
        assert stage.state.issues[ref.id].summary == "Dana has her own words"

        team.lose_ledger()
        team.write("postmortems/a.md", "Add alerting for full disks now")
        (told,) = [finding for finding in team.sync().findings if finding.rule == "sent-elsewhere"]
        assert repr(ref.key) in told.message
        assert stage.state.issues[ref.id].summary == "Dana has her own words"

        team.lose_ledger()
        team.clock.advance(minutes=30)
        assert not [finding for finding in team.sync().findings if finding.level == "error"]
        assert len(stage.state.issues) == 1
