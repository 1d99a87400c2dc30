"""The sync contract against the embedded tracker."""

from __future__ import annotations

import pytest

from tests.clock import Clock
from tests.sync_contract import SyncContract
from tests.trackers.local_stage import LocalStage


class TestLocal(SyncContract):
    @pytest.fixture
    def stage(self, tmp_path_factory: pytest.TempPathFactory) -> LocalStage:
        return LocalStage(tmp_path_factory.mktemp("tickets"), Clock())
