"""The sync contract against the fakes, over HTTP and the real client libraries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.sync_contract import SyncContract
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage


class TestGitHub(SyncContract):
    @pytest.fixture
    def stage(self) -> Iterator[GitHubStage]:
        with GitHubStage(Clock()) as stage:
            yield stage


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
