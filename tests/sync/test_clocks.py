"""A ledger with times in the future: a clock was ahead when they were written. None delays or hides anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from pmsync.ledger import Ledger
from pmsync.model.ages import SKEW, believed, is_future, is_within
from pmsync.reports.freshness import freshness, is_stale
from tests.clock import Clock
from tests.fakes.http import Drop, Request, Response
from tests.sync.contract import BOOK, DISK, DOC
from tests.team import Team
from tests.trackers.github_stage import GitHubStage

CREATE = ("POST", "/issues")
AHEAD = [timedelta(hours=1), timedelta(days=400)]


@pytest.fixture
def stage() -> Iterator[GitHubStage]:
    with GitHubStage(Clock(), timeout=0.5) as stage:
        yield stage


@pytest.fixture
def team(stage: GitHubStage, tmp_path: Path) -> Team:
    team = Team(tmp_path, stage)
    team.write(DOC, DISK)
    assert team.sync().ok
    return team


def date_ahead(team: Team, column: str, by: timedelta) -> None:
    """Write a time in the future into every row of `table.column`."""
    table, name = column.split(".")
    with closing(sqlite3.connect(team.settings.ledger)) as connection:
        at = (team.clock.now() + by).isoformat()
        assert connection.execute(f"UPDATE {table} SET {name} = ?", [at]).rowcount > 0
        connection.commit()


def intents(team: Team) -> int:
    with Ledger.open(Path(team.settings.ledger), readonly=True) as ledger:
        return len(ledger.intents())


def test_the_future_says_nothing_about_how_long_ago_something_was() -> None:
    now, day = Clock().now(), timedelta(days=1)
    assert is_within(now, now, day)
    assert is_within(now + SKEW, now, day), "two machines' clocks are never quite the same"
    assert not is_within(now + SKEW + timedelta(seconds=1), now, day)
    assert not is_within(now - day, now, day)
    assert is_future(now + day, now)
    assert (believed(now + day, now), believed(now - day, now)) == (now, now - day)


@pytest.mark.parametrize("by", AHEAD)
@pytest.mark.parametrize("column", ["cursors.full_scan_at", "cursors.since"])
def test_a_full_look_is_not_put_off(team: Team, stage: GitHubStage, column: str, by: timedelta) -> None:
    assert not team.sync().world.views["platform"].complete, "the daily one has just been"
    stage.close(team.ref(DISK))
    date_ahead(team, column, by)
    assert team.sync().world.views["platform"].complete
    assert team.links()[DISK].ticket.status.closed
    assert not team.sync().world.views["platform"].complete, "and the right time is written down"


@pytest.mark.parametrize("by", AHEAD)
def test_a_create_in_doubt_settles_from_now_on(team: Team, stage: GitHubStage, by: timedelta) -> None:
    team.write(DOC, DISK, BOOK)
    refuse = [True]

    def before(request: Request) -> Drop | None:
        return Drop() if refuse[0] and request.method == "POST" and request.path.endswith("/issues") else None

    stage.github.server.before = before
    team.sync()
    refuse[0] = False
    assert (stage.created(), intents(team)) == (1, 1)
    date_ahead(team, "intents.announced_at", by)
    team.sync()
    assert stage.created() == 1, "not before it settled"
    team.clock.advance(minutes=5)
    team.sync()
    assert stage.created() == 1
    team.clock.advance(minutes=5)
    team.sync()
    assert (stage.created(), intents(team)) == (2, 0)


@pytest.mark.parametrize("by", AHEAD)
def test_its_ticket_is_looked_for_as_far_back_as_it_may_be(team: Team, stage: GitHubStage, by: timedelta) -> None:
    """It was created days ago and shows in no listing of the label, and the announcement is dated ahead."""
    team.write(DOC, DISK, BOOK)

    def after(request: Request, _: Response) -> Drop | None:
        return Drop() if request.method == "POST" and request.path.endswith("/issues") else None

    stage.github.server.after = after
    team.sync()
    stage.github.server.after = None
    assert (stage.created(), intents(team)) == (2, 1)
    team.clock.advance(days=5)
    date_ahead(team, "intents.announced_at", by)
    for _ in range(3):
        team.sync()
        team.clock.advance(minutes=10)
    assert (stage.created(), intents(team)) == (2, 0)


@pytest.mark.parametrize("by", AHEAD)
def test_grace_counts_from_now_on(stage: GitHubStage, tmp_path: Path, by: timedelta) -> None:
    team = Team(tmp_path, stage, grace=timedelta(hours=1))
    team.sync()
    team.write(DOC, DISK)
    team.sync()
    date_ahead(team, "items.first_seen_at", by)
    team.sync()
    assert stage.created() == 0
    team.clock.advance(minutes=50)
    team.sync()
    assert stage.created() == 0
    team.clock.advance(minutes=15)
    team.sync()
    assert stage.created() == 1


@pytest.mark.parametrize("by", AHEAD)
def test_what_was_refused_is_tried_again(team: Team, stage: GitHubStage, by: timedelta) -> None:
    team.write(DOC, DISK, BOOK)
    stage.github.server.before = lambda request: (
        Response(422, {"message": "Validation Failed"})
        if request.method == "POST" and "/issues" in request.path
        else None
    )
    team.sync()
    stage.github.server.before = None
    team.sync()
    assert stage.created() == 1, "not within a day"
    date_ahead(team, "refusals.refused_at", by)
    team.sync()
    assert stage.created() == 2


@pytest.mark.parametrize("by", AHEAD)
def test_accounts_are_looked_up_again(team: Team, by: timedelta) -> None:
    team.write(DOC, DISK, "Order a spare (owner: alice)")
    team.sync()
    date_ahead(team, "people.resolved_at", by)
    team.write(DOC, DISK, "Order a spare (owner: alice)", "Label the cables (owner: alice)")
    team.sync()
    with closing(sqlite3.connect(team.settings.ledger)) as connection:
        ((at,),) = connection.execute("SELECT DISTINCT resolved_at FROM people").fetchall()
    assert at <= team.clock.now().isoformat()


@pytest.mark.parametrize("by", AHEAD)
def test_a_good_sync_of_the_future_is_told_and_vouches_for_nothing(team: Team, by: timedelta) -> None:
    for _ in range(5):
        team.sync()
    date_ahead(team, "runs.finished_at", by)
    with Ledger.open(Path(team.settings.ledger), readonly=True) as ledger:
        assert "in the future: a clock is or was wrong" in freshness(ledger, team.clock.now()).trouble
        assert is_stale(ledger, team.clock.now())
    team.sync()
    with Ledger.open(Path(team.settings.ledger), readonly=True) as ledger:
        assert freshness(ledger, team.clock.now()).trouble == ""
        assert not is_stale(ledger, team.clock.now())
        assert is_stale(ledger, team.clock.now() + timedelta(days=2))
