"""The sync contract against the embedded tracker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clock import Clock
from tests.sync_contract import SyncContract
from tests.trackers.local_stage import LocalStage


class TestLocal(SyncContract):
    @pytest.fixture
    def stage(self, tmp_path: Path) -> Iterator[LocalStage]:
        with LocalStage(Clock(), tmp_path / "tickets") as stage:
            yield stage
