"""Lists that come in pages: each is read completely, and none for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from pmsync.config.settings import Person
from pmsync.errors import TrackerError
from pmsync.trackers.contract import Created, Touched, Unresolved
from pmsync.trackers.github.pull_requests import Pulls
from pmsync.trackers.paging import MOST_PAGES, Page, walk
from tests.clock import Clock
from tests.fakes.http import Request, Response
from tests.trackers.contract import draft
from tests.trackers.github_stage import TOKEN, GitHubStage
from tests.trackers.jira_stage import JiraStage

FEW = 5
"""The most requests that an endless list may cost."""


def test_a_walk_shows_every_page_once_and_asks_no_further() -> None:
    pages = {0: Page("ab", 2), 2: Page("cd", "x"), "x": Page("", None)}
    assert list(walk(0, lambda place: (place, pages[place]), "letters")) == [0, 2, "x"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda _: (None, Page("a", "again")),
        lambda place: (None, Page((), "one" if place == "two" else "two")),
        lambda place: (None, Page("the same", int(place) + 1)),
    ],
    ids=["a token that repeats", "two that lead to each other", "ever new tokens and the same page"],
)
def test_a_walk_without_an_end_is_an_error(ask: Callable[[Any], tuple[None, Page]]) -> None:
    with pytest.raises(TrackerError, match="the list is not complete"):
        list(walk(0, ask, "letters"))


def test_ever_new_pages_end_as_well() -> None:
    with pytest.raises(TrackerError, match="the list is not complete"):
        list(walk(0, lambda place: (None, Page((), int(place) + 1)), "letters"))
    assert MOST_PAGES <= 10_000


# --- Jira -------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["cloud", "server"])
def stage(request: pytest.FixtureRequest) -> Iterator[JiraStage]:
    with JiraStage(Clock(), request.param) as stage:
        yield stage


def answering(stage: JiraStage, path: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the answers to requests whose path has this end."""

    def after(request: Request, answer: Response) -> Response | None:
        if not request.path.endswith(path) or answer.status != 200:
            return None
        body = dict(answer.body)
        change(body)
        return replace(answer, body=body)

    stage.jira.server.after = after


def test_a_search_whose_token_repeats_ends_with_an_error() -> None:
    with JiraStage(Clock(), "cloud") as stage:
        stage.tracker.create([draft(1)])
        answering(stage, "/search/jql", lambda body: body.update(nextPageToken="1", isLast=False))
        before = stage.requests()
        with pytest.raises(TrackerError, match="circle"):
            stage.tracker.scan()
        assert stage.requests() - before <= FEW


def test_a_search_whose_tokens_are_new_and_whose_pages_are_not_ends_with_an_error() -> None:
    with JiraStage(Clock(), "cloud") as stage:
        stage.tracker.create([draft(1)])
        tokens = count()
        answering(stage, "/search/jql", lambda body: body.update(nextPageToken=f"t{next(tokens)}", isLast=False))
        stage.jira.server.before = lambda request: (
            Response(200, {"issues": [{"id": "1"}], "nextPageToken": f"t{next(tokens)}"})
            if request.arg("nextPageToken")
            else None
        )
        before = stage.requests()
        with pytest.raises(TrackerError, match="repeats an earlier one"):
            stage.tracker.scan()
        assert stage.requests() - before <= FEW


def test_a_search_that_knows_only_its_first_page_is_not_taken_for_complete() -> None:
    with JiraStage(Clock(), "server") as stage:
        for start in range(0, 250, 50):
            stage.tracker.create([draft(n) for n in range(start, start + 50)])
        first = stage.reconnect().session.ask("GET", "search", query={"jql": "", "maxResults": 100})
        stage.jira.server.before = lambda request: Response(200, first) if request.path.endswith("/search") else None
        with pytest.raises(TrackerError, match="the list is not complete"):
            stage.tracker.scan()


def test_a_search_that_ends_before_its_total_is_not_taken_for_complete() -> None:
    with JiraStage(Clock(), "server") as stage:
        stage.tracker.create([draft(1)])
        answering(stage, "/search", lambda body: body.update(total=body["total"] + 5))
        with pytest.raises(TrackerError, match="the list is not complete"):
            stage.tracker.scan()


def test_all_pages_of_field_descriptions_are_read(stage: JiraStage) -> None:
    """The configured field, the required one and the due date are on the second page."""
    stage.state.screen_page = 3
    stage.state.required = {"customfield_10010": ["SRE", "Web"]}
    stage.settings = replace(stage.settings, fields={"Field 10010": "SRE"})
    stage.tracker = stage.reconnect()
    (outcome,) = stage.tracker.create([draft(1)])
    assert isinstance(outcome, Created)
    assert stage.issue(outcome.ticket.ref).custom == {"customfield_10010": {"value": "SRE"}}
    assert not stage.tracker.probe().blocked


@pytest.mark.parametrize("path", ["/issuetypes", "/issuetypes/3"])
def test_field_descriptions_without_an_end_are_an_error_and_nothing_is_sent(stage: JiraStage, path: str) -> None:
    def endless(body: dict[str, Any]) -> None:
        body["total"] = 10_000
        body.pop("isLast", None)
        for name in ("issueTypes", "values"):
            if path == "/issuetypes" and name in body:
                body[name] = [{"id": "9", "name": "Story"}]

    answering(stage, path, endless)
    before = stage.requests()
    with pytest.raises(TrackerError, match="the list is not complete"):
        stage.tracker.probe()
    assert stage.requests() - before < 12
    assert stage.created() == 0


def test_a_user_on_a_later_page_is_found(stage: JiraStage) -> None:
    crowd = {f"al{number:03}": f"al{number:03}@example.com" for number in range(150)}
    stage.state.people = {**crowd, "al": "al@example.com"}
    person = Person("al", "Al", email="al@example.com") if stage.state.cloud else Person("al", "Al", jira="al")
    assert stage.tracker.resolve([person]) == {"al": "al"}


def test_a_search_for_users_without_an_end_is_an_error(stage: JiraStage) -> None:
    users = [{"accountId": f"u{n}", "name": f"u{n}"} for n in range(100)]
    stage.jira.server.before = lambda request: (
        Response(200, users) if request.path.endswith("/assignable/search") else None
    )
    before = stage.requests()
    with pytest.raises(TrackerError, match="the list is not complete"):
        stage.tracker.resolve([Person("al", "Al", email="al@example.com")])
    assert stage.requests() - before <= FEW


@pytest.mark.parametrize("part", ["comment", "changelog"])
def test_a_duplicate_with_more_than_jira_shows_is_left_to_a_person(stage: JiraStage, part: str) -> None:
    one, two = (outcome.ticket.ref for outcome in stage.tracker.create([draft(1), draft(2)]))  # type: ignore[union-attr]

    def change(body: dict[str, Any]) -> None:
        if "changelog" in body:
            (body["fields"]["comment"] if part == "comment" else body["changelog"])["total"] = 5_001

    answering(stage, f"/issue/{two.id}", change)
    assert isinstance(stage.tracker.close_duplicate(two, one), Touched)


def test_nobody_is_found_where_nobody_is(stage: JiraStage) -> None:
    found = stage.tracker.resolve([Person("zoe", "Zoe", email="zoe@example.com")])
    assert isinstance(found["zoe"], Unresolved)


# --- GitHub -----------------------------------------------------------------------------------------------------


def test_a_timeline_whose_pages_lead_in_a_circle_is_an_error() -> None:
    with GitHubStage(Clock()) as stage:
        one, two = (outcome.ticket.ref for outcome in stage.tracker.create([draft(1), draft(2)]))  # type: ignore[union-attr]
        circle = {"Link": f'<{stage.github.api_url}/repositories/1/issues/2/timeline?page=2>; rel="next"'}
        stage.github.server.after = lambda request, _: (
            Response(200, [], circle) if request.path.endswith("/timeline") else None
        )
        before = stage.requests()
        with pytest.raises(TrackerError, match="circle"):
            stage.tracker.close_duplicate(two, one)
        assert stage.requests() - before <= FEW


def test_comments_of_a_pull_request_without_an_end_are_an_error() -> None:
    with GitHubStage(Clock()) as stage:
        page = [{"id": n, "user": {"login": "dana"}, "body": "hello"} for n in range(100)]
        stage.github.server.before = lambda request: Response(200, page) if "/comments" in request.path else None
        pulls = Pulls(stage.github.api_url, "acme/platform", TOKEN, "GITHUB_TOKEN")
        with pytest.raises(TrackerError, match="the list is not complete"):
            pulls.keep_comment(1, "acme-bot", "<!-- pmsync -->", "text", news=True)
        pulls.close()
        assert stage.github.server.count() <= FEW
