"""The sync contract against the embedded tracker."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clock import Clock
from tests.sync.contract import BOOK, DISK, DOC, SyncContract
from tests.team import Team
from tests.trackers.local_stage import LocalStage


class TestLocal(SyncContract):
    @pytest.fixture
    def stage(self, tmp_path_factory: pytest.TempPathFactory) -> LocalStage:
        return LocalStage(tmp_path_factory.mktemp("tickets"), Clock())


QUEUE, PROBE, CACHE = "Bound the queue of the mailer", "Fix the probe", "Warm the cache after a deploy"


def test_a_lost_tickets_file_is_noticed_and_can_be_put_back_or_given_up(tmp_path: Path) -> None:
    stage = LocalStage(tmp_path / "tickets", Clock())
    team = Team(tmp_path / "team", stage)
    team.write(DOC, DISK, BOOK, QUEUE, PROBE)
    assert team.sync().ok
    away = stage.path.rename(tmp_path / "away.db")

    team.write(DOC, DISK, BOOK, QUEUE, PROBE, CACHE)
    refused = team.sync()
    assert refused.held_back
    assert "the listing of tracker 'local' is empty, though 4 of its tickets are linked" in str(refused.findings)
    assert not stage.path.exists()

    away.rename(stage.path)
    assert team.sync().ok
    assert stage.created() == 5
    assert not team.sync().plan.pending

    stage.path.unlink()
    given_up = team.sync(allow={"lost": 5})
    assert {finding.rule for finding in given_up.findings} == {"ticket-lost"}
    assert stage.created() == 0
    team.write(DOC, DISK, BOOK, QUEUE, PROBE, CACHE, "Alert on the age of the oldest message")
    assert team.sync().ok
    links = team.links()
    assert links["Alert on the age of the oldest message"].ticket.ref.key == links[DISK].ticket.ref.key == "LOCAL-1"
    assert links[DISK].lost
    assert links[DISK].ticket.title == DISK
