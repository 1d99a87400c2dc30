"""The sync contract against Jira Cloud and Data Center, over HTTP and the real client library."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.corpus_contract import CorpusContract
from tests.sync_contract import SyncContract
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
