"""Known issues read a hundred at a time over GraphQL, and what happens if that shows nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pmsync.errors import TrackerUnavailable
from pmsync.model import Ref, Ticket
from pmsync.trackers.contract import Gone, Moved
from tests.clock import Clock
from tests.fakes.github_state import Token
from tests.fakes.http import Drop, Response
from tests.trackers.github_stage import GitHubStage

GRAPHQL = "/graphql"


@pytest.fixture(params=[False, True], ids=["github.com", "enterprise"])
def stage(request: pytest.FixtureRequest) -> Iterator[GitHubStage]:
    with GitHubStage(Clock(), enterprise=request.param) as stage:
        yield stage


def numbered(stage: GitHubStage, numbers: range) -> list[Ref]:
    return [ref for number in numbers if (ref := stage.tracker.recognise(f"acme/web#{number}"))]


def every_sort(stage: GitHubStage) -> list[Ref]:
    """Issues of each kind: open, by an App, assigned, labelled, closed for each reason, reopened."""
    state, repo = stage.github.state, stage.repo
    state.tokens["app"] = Token("github-actions[bot]", installation=True)
    state.user("github-actions[bot]")
    state.open_issue(repo, "dana", "Open")
    state.open_issue(repo, "github-actions[bot]", "By an App", "<!-- no marker -->")
    state.open_issue(repo, "dana", "Much", "Text", ("Bug", "postmortem"), ("bob", "alice-l"))
    for reason in ("completed", "not_planned", "duplicate"):
        state.close(state.open_issue(repo, "dana", f"Closed as {reason}"), "dana", reason)
    again = state.open_issue(repo, "dana", "Again")
    state.close(again, "dana", "completed")
    state.reopen(again, "dana")
    return numbered(stage, range(1, len(repo.issues) + 1))


def test_an_issue_looks_the_same_alone_and_among_others(stage: GitHubStage) -> None:
    refs = every_sort(stage)
    alone = {ref: stage.tracker.get([ref])[ref] for ref in refs}
    asked = stage.requests()
    assert stage.tracker.get(refs) == alone
    assert stage.requests() - asked == 1
    assert all(isinstance(ticket, Ticket) for ticket in alone.values())


def test_a_hundred_issues_cost_one_request(stage: GitHubStage) -> None:
    for number in range(250):
        stage.github.state.open_issue(stage.repo, "dana", f"Number {number}")
    stage.tracker.scan(None)
    stage.tracker.get(numbered(stage, range(1, 3)))
    before = stage.requests()
    assert len(stage.tracker.get(numbered(stage, range(1, 251)))) == 250
    assert stage.requests() - before == 3


def test_what_is_not_shown_is_asked_for_one_by_one(stage: GitHubStage) -> None:
    kept, deleted, moved = every_sort(stage)[:3]
    stage.delete(deleted)
    url = stage.move_away(moved)
    sights = stage.tracker.get([kept, deleted, moved])
    assert isinstance(sights[kept], Ticket)
    assert sights[deleted] == Gone(deleted)
    assert sights[moved] == Moved(moved, None, url)


def test_a_server_that_refuses_the_query_is_asked_over_rest(stage: GitHubStage) -> None:
    refs = every_sort(stage)
    expected = stage.tracker.get(refs)
    refusals = [
        Response(404, {"message": "Not Found"}),
        Response(403, {"message": "Resource not accessible by personal access token"}),
        Response(200, {"errors": [{"message": "Field 'stateReason' doesn't accept argument 'enableDuplicate'"}]}),
        Response(200, {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "message": "No."}]}),
    ]
    for refusal in refusals:
        stage.github.server.before = lambda request, said=refusal: said if GRAPHQL in request.path else None
        assert stage.tracker.get(refs) == expected


def test_a_query_without_an_answer_says_so(stage: GitHubStage) -> None:
    refs = every_sort(stage)
    for fault in (Drop(), Response(502, b"<html>"), Response(403, {"message": "secondary rate limit"})):
        stage.github.server.before = lambda request, fault=fault: fault if GRAPHQL in request.path else None
        with pytest.raises(TrackerUnavailable):
            stage.tracker.get(refs)
        stage.clock.advance(hours=1)


def test_reading_in_bulk_leaves_room_for_every_write(stage: GitHubStage) -> None:
    refs = every_sort(stage)
    for _ in range(90):
        stage.tracker.get(refs)
    assert stage.clock.slept == []
