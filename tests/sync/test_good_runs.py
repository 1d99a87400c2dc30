"""Which troubles make a run one that cannot be believed, and which are somebody's homework."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pmsync.config.settings import Guard
from pmsync.ledger import Ledger
from pmsync.reports import freshness as reports
from tests.clock import Clock
from tests.fakes.http import Request, Response
from tests.sync.contract import BOOK, DISK, DOC
from tests.team import HEAD, Team
from tests.trackers.github_stage import GitHubStage

OTHER, NEW = "postmortems/b.md", "Rehearse the failover"


@pytest.fixture
def stage() -> Iterator[GitHubStage]:
    with GitHubStage(Clock()) as stage:
        yield stage


@pytest.fixture
def team(stage: GitHubStage, tmp_path: Path) -> Team:
    team = Team(tmp_path, stage)
    team.write(DOC, DISK, BOOK)
    assert team.sync().good
    return team


def github(team: Team) -> GitHubStage:
    (stage,) = team.stages.values()
    assert isinstance(stage, GitHubStage)
    return stage


def answer_creates(team: Team, answer: Response) -> None:
    def before(request: Request) -> Response | None:
        return answer if request.method == "POST" and request.path.endswith("/issues") else None

    github(team).github.server.before = before


def freshness(team: Team) -> reports.Freshness:
    with Ledger.open(Path(team.settings.ledger), readonly=True) as ledger:
        return reports.freshness(ledger, team.clock.now())


def restricted(team: Team) -> None:
    team.write(OTHER, NEW, head=HEAD.replace("status: final", "visibility: restricted"))


def unreadable(team: Team) -> None:
    (team.root / OTHER).write_bytes(b"\xff")


def same_id(team: Team) -> None:
    for name in ("b", "c"):
        team.write(f"postmortems/{name}.md", NEW, head=HEAD.replace("title:", "id: outage\ntitle:"))


def refused(team: Team) -> None:
    team.write(OTHER, NEW)
    answer_creates(team, Response(422, b'{"message": "Validation Failed"}'))


def forged(team: Team) -> None:
    """A marker of ours on a ticket of an account that nobody listed."""
    team.write(OTHER, NEW)
    stage = github(team)
    text = stage.body(team.ref(DISK))
    stage.open_by_person("Something", text.replace(team.links()[DISK].uid, "zzzzzzzzzzzz").replace(DOC, OTHER))


def failing_creates(team: Team) -> None:
    team.write(OTHER, NEW)
    answer_creates(team, Response(502, b""))


def silent(team: Team) -> None:
    github(team).github.server.before = lambda request: Response(503) if request.method == "GET" else None


def too_many(team: Team) -> None:
    team.write(OTHER, NEW, "Another thing", "A third thing")
    team.settings = replace(team.settings, guard=Guard(max_creates=1))


@pytest.mark.parametrize("trouble", [restricted, unreadable, same_id, refused, forged])
def test_what_only_a_person_can_put_right_leaves_the_run_good(team: Team, trouble: Callable[[Team], None]) -> None:
    trouble(team)
    result = team.sync()
    assert result.good
    fresh = freshness(team)
    assert (fresh.trouble, fresh.last_good_sync) == ("", team.clock.now())
    assert bool(fresh.homework) is not result.ok
    again = team.sync()
    assert (again.good, again.ok) == (True, result.ok)


@pytest.mark.parametrize("trouble", [failing_creates, silent, too_many])
def test_what_a_later_run_has_to_do_or_to_read_does_not(team: Team, trouble: Callable[[Team], None]) -> None:
    before = freshness(team).last_good_sync
    trouble(team)
    result = team.sync()
    assert not result.good
    assert not result.ok
    fresh = freshness(team)
    assert fresh.trouble
    assert fresh.last_good_sync == before


def test_an_error_of_a_restricted_document_is_told_to_nobody_else(team: Team) -> None:
    (team.root / OTHER).write_text(HEAD.replace("status: final", "visibility: restricted") + f"- {NEW}\n")
    vault = replace(next(iter(team.settings.trackers.values())), restricted=True)
    team.settings = replace(team.settings, trackers={vault.name: vault})
    answer_creates(team, Response(422, b'{"message": "Validation Failed"}'))
    assert not team.sync().ok
    assert freshness(team).homework == ""
