"""The right ticket, with each tracker: the contract against the services, over HTTP and the real client libraries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pmsync.model import Ref
from tests.clock import Clock
from tests.sync.right_ticket_contract import RightTicketContract
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage
from tests.trackers.local_stage import LocalStage


class TestLocal(RightTicketContract):
    @pytest.fixture
    def stage(self, tmp_path_factory: pytest.TempPathFactory) -> LocalStage:
        return LocalStage(tmp_path_factory.mktemp("tickets"), Clock())

    def _strip(self, stage: LocalStage, ref: Ref) -> None:  # type: ignore[override]
        with stage._desk.store.writing() as database:
            database.execute("UPDATE tickets SET marker = NULL, uid = NULL WHERE title = 'Add alerting for full disks'")


class TestGitHub(RightTicketContract):
    @pytest.fixture
    def stage(self) -> Iterator[GitHubStage]:
        with GitHubStage(Clock()) as stage:
            yield stage


class TestJiraCloud(RightTicketContract):
    @pytest.fixture
    def stage(self) -> Iterator[JiraStage]:
        with JiraStage(Clock(), deployment="cloud") as stage:
            yield stage

    def _strip(self, stage: JiraStage, ref: Ref) -> None:  # type: ignore[override]
        stage.issue(ref).properties.clear()


class TestJiraServer(RightTicketContract):
    @pytest.fixture
    def stage(self) -> Iterator[JiraStage]:
        with JiraStage(Clock(), deployment="server") as stage:
            yield stage
