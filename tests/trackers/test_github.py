"""The GitHub tracker, over HTTP against the fake, with the real client library."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.trackers.contract import TrackerContract
from tests.trackers.github_stage import GitHubStage


class TestContract(TrackerContract):
    @pytest.fixture
    def stage(self) -> Iterator[GitHubStage]:
        with GitHubStage(Clock()) as stage:
            yield stage
