"""The contract for Jira Cloud and Data Center, over HTTP and the real client library, and Jira's own promises."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.trackers.contract import TrackerContract
from tests.trackers.jira_stage import JiraStage


class TestCloud(TrackerContract):
    @pytest.fixture
    def stage(self) -> Iterator[JiraStage]:
        with JiraStage(Clock(), "cloud") as stage:
            yield stage


class TestDataCenter(TrackerContract):
    @pytest.fixture
    def stage(self) -> Iterator[JiraStage]:
        with JiraStage(Clock(), "server") as stage:
            yield stage
