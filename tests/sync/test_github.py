"""The sync contract against GitHub, over HTTP and the real client library."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.corpus_contract import CorpusContract
from tests.sync.contract import SyncContract
from tests.trackers.github_stage import GitHubStage


class TestGitHub(SyncContract):
    @pytest.fixture
    def stage(self) -> Iterator[GitHubStage]:
        with GitHubStage(Clock()) as stage:
            yield stage


class TestCorpusInGitHub(CorpusContract):
    @pytest.fixture
    def stage(self) -> Iterator[GitHubStage]:
        with GitHubStage(Clock()) as stage:
            yield stage
