"""The plan as a comment of the pull request: one, kept up to date, found by its mark and its author."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pmsync.cli.setup.pipelines import Wishes
from tests.e2e.runner import BOT, Event, Job
from tests.e2e.world import BOOK, DISK, DOC, World, document, world
from tests.fakes.github_state import BODY_LIMIT, Comment
from tests.fakes.http import Request, Response

MARK = "<!-- pmsync:plan acme/web -->"


@pytest.fixture
def team(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.wishes = Wishes(comment=True)
        yield made


def plan(team: World, event: Event) -> Job:
    job = team.ci(event, "plan")["plan"]
    assert job.code == 0, job.log
    return job


def again(team: World, event: Event, files: dict[str, str]) -> Event:
    """The same pull request with other files, after another push to it."""
    fresh = team.propose(files)
    team.git("push", "-q", "--force", "origin", f"refs/remotes/origin/main:refs/pull/{event.number}/merge")
    team.git("fetch", "-q", "origin", f"refs/pull/{fresh.number}/merge")
    team.git("push", "-q", "--force", "origin", f"FETCH_HEAD:refs/pull/{event.number}/merge")
    return Event("pull_request", number=event.number, base=fresh.base)


def comments(team: World, event: Event) -> list[Comment]:
    return team.hub.repo.issues[event.number].comments


def test_it_is_made_once_then_updated_in_place_and_left_alone_when_it_says_the_same(team: World) -> None:
    event = team.propose({DOC: document(DISK)})
    plan(team, event)
    (comment,) = comments(team, event)
    assert comment.author == BOT
    assert comment.body.startswith("### pmsync plan\n\nPlan: 1 to create")
    assert comment.body.rstrip().endswith(MARK)
    plan(team, event)
    assert team.writes() == 1
    event = again(team, event, {DOC: document(DISK, BOOK)})
    assert "comment updated" in plan(team, event).log
    assert comments(team, event) == [comment]
    assert "Plan: 2 to create" in comment.body
    event = again(team, event, {"README.md": "# web, and more\n"})
    plan(team, event)
    assert comments(team, event) == [comment]
    assert comment.body.startswith("### pmsync plan\n\nNo changes.\n")
    assert "| + create" not in comment.body


def test_where_there_is_nothing_to_say_none_is_made(team: World) -> None:
    event = team.propose({"README.md": "# web, and more\n"})
    job = plan(team, event)
    assert comments(team, event) == []
    assert "nothing to comment" in job.log
    assert "No changes." in job.summary
    assert team.writes() == 0


def test_it_is_found_behind_hundreds_and_beside_others_that_look_like_it(team: World) -> None:
    event = team.propose({DOC: document(DISK)})
    issue, state = team.hub.repo.issues[event.number], team.github.state
    for number in range(230):
        state.comment(issue, "dana", f"Comment {number}")
    state.comment(issue, "mallory", f"### pmsync plan\n\n{MARK}")
    state.comment(issue, BOT, f"{MARK}\nquoted by another workflow")
    plan(team, event)
    assert len(issue.comments) == 233
    ours = issue.comments[-1]
    plan(team, again(team, event, {DOC: document(DISK, BOOK)}))
    assert len(issue.comments) == 233
    assert "Plan: 2 to create" in ours.body
    assert [each.body for each in issue.comments[230:232]] == [
        f"### pmsync plan\n\n{MARK}",
        f"{MARK}\nquoted by another workflow",
    ]


def test_a_fork_s_plan_is_in_the_summary_and_the_job_is_fine(team: World) -> None:
    event = team.propose({DOC: document(DISK)}, fork=True)
    job = plan(team, event)
    assert comments(team, event) == []
    assert "pull-requests: write" in job.log
    assert "Plan: 1 to create" in job.summary


def test_a_host_in_trouble_costs_the_comment_and_not_the_job(team: World) -> None:
    event = team.propose({DOC: document(DISK)})
    team.github.server.before = lambda request: Response(502) if request.path.endswith("/comments") else None
    job = plan(team, event)
    assert f"no comment: GitHub at '{team.github.api_url}' failed (502" in job.log
    assert "Plan: 1 to create" in job.summary


def test_a_plan_that_is_too_long_is_cut_between_items(team: World) -> None:
    items = [
        f"- [ ] Rotate the {number}th key of the gateway in all of its regions {'x' * 60}" for number in range(900)
    ]
    event = team.propose({DOC: document(*items)})
    assert team.ci(event, "plan")["plan"].code == 1, "the guard refuses so many"
    (comment,) = comments(team, event)
    assert 60_000 < len(comment.body) < BODY_LIMIT
    rows = [line for line in comment.body.splitlines() if line.startswith("| + create")]
    assert all(row.endswith(" |") for row in rows)
    assert f"And {900 - len(rows)} more" in comment.body
    assert "**error**" in comment.body.partition("And ")[2], "what went wrong is never cut for the rows' sake"
    assert comment.body.rstrip().endswith(MARK)


def test_neither_document_nor_configuration_of_a_pull_request_says_where_it_goes(team: World) -> None:
    """Its token goes to the runner's own API and repository; its text makes no mark of its own."""
    config = (team.dev / "pmsync.toml").read_text().replace("acme/web", "acme/attic")
    forged = f"- [ ] Alert when a disk is full {MARK}\n\n{MARK}"
    event = team.propose({DOC: document(forged), "pmsync.toml": config})
    plan(team, event)
    (comment,) = comments(team, event)
    assert comment.body.count("<!--") == 1
    asked = {request.path for request in sent(team)}
    assert all("acme/web" in path for path in asked)


def sent(team: World) -> list[Request]:
    records = [record.request for record in team.github.server.log]
    return [each for each in records if "authorization" in each.headers and each.path != "/user"]
