"""Creates whose answer is lost: the run that sent them, the next one, and a run without memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pmsync.ledger import Ledger
from pmsync.sync.engine import Request
from tests.clock import Clock
from tests.fakes.http import Delay, Drop, Response, Truncate
from tests.fakes.http import Request as HttpRequest
from tests.sync.contract import BOOK, DISK, DOC
from tests.team import Team
from tests.trackers.github_stage import GitHubStage

LOST = {
    "connection dropped": Drop(),
    "bad gateway after the commit": Response(502, b"<html>Bad Gateway</html>"),
    "answer cut off": Truncate(40),
    "time-out": Delay(3),
}


@pytest.fixture
def stage() -> Iterator[GitHubStage]:
    with GitHubStage(Clock(), timeout=0.5) as stage:
        yield stage


@pytest.fixture
def team(stage: GitHubStage, tmp_path: Path) -> Team:
    team = Team(tmp_path, stage)
    team.write(DOC, DISK)
    team.sync()  # from now on the ledger remembers a complete scan
    team.write(DOC, DISK, BOOK)
    return team


def lose(stage: GitHubStage, fault: Drop | Response | Truncate | Delay, *, times: int = 1) -> list[str]:
    """Lose the answers of the next creates; the list tells which requests it hit."""
    hit: list[str] = []

    def after(request: HttpRequest, _: Response) -> Drop | Response | Truncate | Delay | None:
        if request.method == "POST" and request.path.endswith("/issues") and len(hit) < times:
            hit.append(request.path)
            return fault
        return None

    stage.github.server.after = after
    return hit


def intents(team: Team) -> int:
    with Ledger.open(Path(team.settings.ledger), readonly=True) as ledger:
        return len(ledger.intents())


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_a_lost_answer_leaves_an_intent_and_the_ticket_is_found_later(
    team: Team, stage: GitHubStage, fault: Drop | Response | Truncate | Delay
) -> None:
    hit = lose(stage, fault)
    result = team.sync()
    assert len(hit) == 1
    assert not result.ok
    assert "in-doubt" in {finding.rule for finding in result.findings}
    assert intents(team) == 1

    again = team.sync()  # too early to tell, if the scan did not show it: nothing is sent
    assert stage.created() == 2
    if intents(team):
        assert again.plan.waits
    team.clock.advance(minutes=11)
    assert team.sync().ok
    assert stage.created() == 2
    assert intents(team) == 0
    assert not team.sync().plan.pending


def test_what_was_never_processed_is_created_again_under_the_same_uid(team: Team, stage: GitHubStage) -> None:
    stage.github.server.before = lambda request: (
        Drop() if request.method == "POST" and request.path.endswith("/issues") else None
    )
    assert not team.sync().ok
    stage.github.server.before = None
    uid = team.plan().plan.waits[0].uid
    team.clock.advance(minutes=5)
    team.sync()
    assert stage.created() == 1  # it may still appear
    team.clock.advance(minutes=10)
    result = team.sync()
    assert [done.uid for done in result.applied.done] == [uid]
    assert stage.created() == 2


def test_a_run_without_memory_stays_and_looks_until_it_knows(team: Team, stage: GitHubStage) -> None:
    team.lose_ledger()
    hit = lose(stage, Drop())
    result = team.sync()
    assert len(hit) == 1
    assert result.ok, result.findings
    assert 600.0 in team.clock.slept
    assert stage.created() == 2
    team.lose_ledger()
    assert team.sync().ok
    assert stage.created() == 2


def test_several_lost_answers_end_the_tracker_s_part_and_what_is_left_is_told(team: Team, stage: GitHubStage) -> None:
    team.write(DOC, DISK, BOOK, *(f"Rotate the keys of gateway number {n}" for n in range(6)))
    lose(stage, Drop(), times=99)
    result = team.sync()
    assert result.applied.left == 4
    assert "tracker-left" in {finding.rule for finding in result.findings}
    stage.github.server.after = None
    team.clock.advance(minutes=11)
    assert team.sync().ok
    assert stage.created() == 8
    assert not team.sync().plan.pending


def test_a_run_that_is_asked_to_stop_leaves_the_rest_and_sends_nothing_more(team: Team, stage: GitHubStage) -> None:
    team.write(DOC, DISK, *(f"Rotate the keys of gateway number {n}" for n in range(6)))
    before = stage.created()
    result = team.engine(stop=lambda: stage.created() > before).sync(Request())
    assert stage.created() == before + 1
    assert result.applied.left == 5
    assert team.sync().ok
    assert stage.created() == before + 6


def test_a_refused_create_is_sent_once_a_day_told_by_every_run_and_stops_nobody_else(
    team: Team, stage: GitHubStage
) -> None:
    def before(request: HttpRequest) -> Response | None:
        refuse = request.method == "POST" and request.path.endswith("/issues") and b"Write a runbook" in request.body
        return Response(422, {"message": "Validation Failed"}) if refuse else None

    stage.github.server.before = before
    team.write(DOC, DISK, BOOK, "Rotate the keys of the gateway")
    result = team.sync()
    assert not result.ok
    assert stage.created() == 2
    posts = stage.writes()
    again = team.sync()
    assert not again.ok  # a cron that leaves out items must not be green
    (told,) = [finding for finding in again.findings if finding.level == "error"]
    assert (told.rule, BOOK in told.message, "Validation Failed" in told.message) == ("create-refused", True, True)
    assert stage.writes() == posts
    stage.github.server.before = None
    team.clock.advance(days=1)
    team.sync()
    assert stage.created() == 3


def test_a_token_that_may_not_label_makes_one_ticket_and_no_more(tmp_path: Path) -> None:
    with GitHubStage(Clock(), role="read") as stage:
        team = Team(tmp_path, stage)
        team.write(DOC, DISK, BOOK)
        result = team.sync()
        assert not result.ok
        assert stage.created() <= 1
        rules = {finding.rule for finding in result.findings}
        assert rules & {"label-dropped", "tracker-blocked"}
