"""The GitHub fake: its answers are held to GitHub's official models, its behaviour to what the documentation says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from githubkit_schemas.latest import models
from pydantic import TypeAdapter

from tests.clock import Clock
from tests.fakes.github import FakeGitHub
from tests.fakes.github_state import App, Issue, Repo, Token


class Client:
    def __init__(self, github: FakeGitHub, token: str | None = "ghp_example") -> None:
        self.github, self.session = github, requests.Session()
        self.session.trust_env = False
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def __call__(self, verb: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        url = path if path.startswith("http") else f"{self.github.api_url}{path}"
        return self.session.request(verb, url, json=body, allow_redirects=False, timeout=5, **more)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def github(clock: Clock) -> Iterator[FakeGitHub]:
    with FakeGitHub(clock.now) as github:
        github.state.tokens["ghp_example"] = Token("acme-bot", scopes="repo")
        yield github


@pytest.fixture
def repo(github: FakeGitHub) -> Repo:
    return github.state.add_repo("acme/web", roles={"acme-bot": "write", "alice": "write"})


@pytest.fixture
def call(github: FakeGitHub, repo: Repo) -> Iterator[Client]:
    client = Client(github)
    yield client
    client.session.close()


def other(github: FakeGitHub, login: str, **token: Any) -> Client:
    github.state.tokens[f"token-of-{login}"] = Token(login, **token)
    return Client(github, f"token-of-{login}")


def with_history(github: FakeGitHub, repo: Repo) -> Issue:
    """An issue that everything has happened to."""
    state = github.state
    issue = state.open_issue(repo, "acme-bot", "Rotate the keys", "Now.", ("postmortem",), ("alice",))
    state.comment(issue, "dana", "I am on it.")
    state.retitle(issue, "dana", "Rotate all keys")
    state.assign(issue, "dana", ["acme-bot"])
    state.label(repo, issue, "dana", ["security"])
    state.close(issue, "dana", "not_planned")
    state.reopen(issue, "dana")
    state.close(issue, "dana", "duplicate")
    state.open_issue(repo, "dana", "Another")
    return issue


def conforms(model: Any, data: Any) -> None:
    TypeAdapter(model).validate_python(data, strict=False)


# --- shapes -----------------------------------------------------------------------------------------------------


def test_every_answer_has_the_official_shape(github: FakeGitHub, repo: Repo, call: Client) -> None:
    issue = with_history(github, repo)
    github.state.open_issue(repo, "dana", "A change", pull_request=True)
    base = "/repos/acme/web"
    here = f"{base}/issues/{issue.number}"
    call("POST", f"{base}/issues/2/comments", {"body": f"See #{issue.number}"})
    expected = {
        "/user": models.PrivateUser,
        "/rate_limit": models.RateLimitOverview,
        base: models.FullRepository,
        f"{base}/issues?state=all": list[models.Issue],
        f"{base}/assignees": list[models.SimpleUser],
        f"{base}/collaborators/alice/permission": models.RepositoryCollaboratorPermission,
        here: models.Issue,
        f"{here}/comments": list[models.IssueComment],
    }
    for path, model in expected.items():
        answer = call("GET", path)
        assert answer.status_code == 200, path
        conforms(model, answer.json())


def test_labels_have_the_shape_of_the_api_version_that_pmsync_names(
    github: FakeGitHub, repo: Repo, call: Client
) -> None:
    github.state.open_issue(repo, "dana", "Any", labels=("postmortem",))
    later = {"archived_at", "archived_by"}  # of version 2026-03-10; pmsync asks for 2022-11-28
    wanted = {field.alias or name for name, field in models.Label.model_fields.items() if field.is_required()} - later
    for label in (
        call("GET", "/repos/acme/web/labels/PostMortem").json(),
        *call("GET", "/repos/acme/web/labels").json(),
    ):
        assert wanted <= set(label)


def test_the_timeline_and_the_events_have_the_official_shapes(github: FakeGitHub, repo: Repo, call: Client) -> None:
    issue = with_history(github, repo)
    call("POST", "/repos/acme/web/issues/2/comments", {"body": f"See #{issue.number}"})
    shapes = {
        "labeled": models.LabeledIssueEvent,
        "unlabeled": models.UnlabeledIssueEvent,
        "assigned": models.TimelineAssignedIssueEvent,
        "unassigned": models.TimelineUnassignedIssueEvent,
        "renamed": models.RenamedIssueEvent,
        "closed": models.StateChangeIssueEvent,
        "reopened": models.StateChangeIssueEvent,
        "commented": models.TimelineCommentEvent,
        "cross-referenced": models.TimelineCrossReferencedEvent,
    }
    seen = set()
    for path in ("timeline", "events"):
        for event in call("GET", f"/repos/acme/web/issues/{issue.number}/{path}").json():
            conforms(shapes[event["event"]], event)
            seen.add(event["event"])
    assert seen == set(shapes)


@pytest.mark.parametrize(
    ("verb", "path", "body", "status", "model"),
    [
        ("GET", "/repos/acme/nowhere", None, 404, models.BasicError),
        ("GET", "/nothing/like/this", None, 404, models.BasicError),
        ("GET", "/repos/acme/web/issues/99", None, 404, models.BasicError),
        ("GET", "/repos/acme/web/assignees/nobody", None, 404, models.BasicError),
        ("POST", "/repos/acme/web/issues", {}, 422, models.ValidationError),
        ("POST", "/repos/acme/web/issues", {"title": "x" * 257}, 422, models.ValidationError),
        ("POST", "/repos/acme/web/issues", {"title": "x", "body": "x" * 65_537}, 422, models.ValidationError),
        ("POST", "/repos/acme/web/issues", {"title": "x", "labels": ["x" * 51]}, 422, models.ValidationError),
        ("POST", "/repos/acme/web/issues", {"title": "x", "assignees": ["nobody"]}, 422, models.ValidationError),
        ("POST", "/repos/acme/web/issues", [], 400, models.BasicError),
    ],
)
def test_refusals_have_the_official_shape(
    call: Client, repo: Repo, verb: str, path: str, body: Any, status: int, model: Any
) -> None:
    answer = call(verb, path, body)
    assert answer.status_code == status
    conforms(model, answer.json())
    assert repo.ever_created == 0


def test_a_create_is_answered_with_the_whole_issue(call: Client, repo: Repo) -> None:
    sent = {"title": "Rotate", "body": "Now.", "labels": ["New", "new"], "assignees": ["alice"]}
    conforms(models.ReposOwnerRepoIssuesPostBody, sent)
    answer = call("POST", "/repos/acme/web/issues", sent)
    assert answer.status_code == 201
    conforms(models.Issue, answer.json())
    assert [label["name"] for label in answer.json()["labels"]] == ["New"]
    assert [one["login"] for one in answer.json()["assignees"]] == ["alice"]
    assert answer.headers["Location"] == answer.json()["url"]
    assert repo.ever_created == 1


# --- lists ------------------------------------------------------------------------------------------------------


def walk(call: Client, path: str) -> list[int]:
    numbers: list[int] = []
    address: str | None = path
    while address:
        answer = call("GET", address)
        numbers += [issue["number"] for issue in answer.json()]
        address = answer.links.get("next", {}).get("url")
    return numbers


def test_pages_lead_through_all_issues_by_link_headers(github: FakeGitHub, repo: Repo, call: Client) -> None:
    for number in range(230):
        github.state.open_issue(repo, "dana", f"Number {number}")
    assert walk(call, "/repos/acme/web/issues?per_page=100&direction=asc") == list(range(1, 231))
    first = call("GET", "/repos/acme/web/issues?per_page=500&labels=&state=all")
    assert len(first.json()) == 100
    assert set(first.links) == {"next", "last"}
    last = urlsplit(first.links["last"]["url"])
    assert last.path == f"/repositories/{repo.id}/issues"
    assert parse_qs(last.query)["page"] == ["3"]
    assert len(call("GET", "/repos/acme/web/issues").json()) == 30


def test_a_large_repository_is_walked_by_cursors_only(clock: Clock) -> None:
    with FakeGitHub(clock.now, large=True) as github:
        github.state.tokens["ghp_example"] = Token("acme-bot")
        repo = github.state.add_repo("acme/web", roles={"acme-bot": "write"})
        for number in range(70):
            github.state.open_issue(repo, "dana", f"Number {number}")
        call = Client(github)
        refused = call("GET", "/repos/acme/web/issues?page=2")
        assert (refused.status_code, "cursor based" in refused.json()["message"]) == (422, True)
        assert len(walk(call, "/repos/acme/web/issues")) == 70
        call.session.close()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [4, 1]),
        ("state=all&direction=asc", [1, 2, 3, 4]),
        ("state=closed&direction=asc", [2, 3]),
        ("state=all&labels=POSTMORTEM", [3, 1]),
        ("state=all&labels=postmortem,extra", [3]),
        ("state=all&creator=Alice", [3]),
        ("state=all&sort=updated&direction=asc", [2, 3, 4, 1]),
        ("state=all&since=2026-11-24T09:03:00Z", [4, 1]),
    ],
)
def test_lists_are_filtered_and_sorted(
    github: FakeGitHub, repo: Repo, call: Client, clock: Clock, query: str, expected: list[int]
) -> None:
    state = github.state
    first = state.open_issue(repo, "dana", "One", labels=("postmortem",))
    clock.advance(minutes=1)
    state.close(state.open_issue(repo, "dana", "Two"), "dana")
    clock.advance(minutes=1)
    state.close(state.open_issue(repo, "alice", "Three", labels=("postmortem", "extra")), "dana")
    clock.advance(minutes=1)
    state.open_issue(repo, "dana", "Four", pull_request=True)
    clock.advance(minutes=1)
    state.comment(first, "dana", "Bump")
    answer = call("GET", f"/repos/acme/web/issues?{query}").json()
    assert [issue["number"] for issue in answer] == expected
    assert [issue["number"] for issue in answer if "pull_request" in issue] == [n for n in expected if n == 4]


def test_an_unchanged_list_is_not_sent_again_and_costs_nothing(github: FakeGitHub, repo: Repo, call: Client) -> None:
    issue = github.state.open_issue(repo, "dana", "One")
    first = call("GET", "/repos/acme/web/issues")
    same = call("GET", "/repos/acme/web/issues", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["X-RateLimit-Remaining"] == first.headers["X-RateLimit-Remaining"]
    github.state.comment(issue, "dana", "Changed")
    changed = call("GET", "/repos/acme/web/issues", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_stale_lists_leave_out_the_youngest(clock: Clock) -> None:
    with FakeGitHub(clock.now, stale=60) as github:
        github.state.tokens["ghp_example"] = Token("acme-bot")
        github.state.open_issue(github.state.add_repo("acme/web", roles={"acme-bot": "write"}), "acme-bot", "Young")
        call = Client(github)
        assert call("GET", "/repos/acme/web/issues").json() == []
        assert call("GET", "/repos/acme/web/issues/1").status_code == 200
        clock.advance(seconds=60)
        assert len(call("GET", "/repos/acme/web/issues").json()) == 1
        call.session.close()


# --- rights and limits ------------------------------------------------------------------------------------------


def test_without_push_access_labels_and_assignees_are_dropped_in_silence(github: FakeGitHub, repo: Repo) -> None:
    call = other(github, "outsider")
    answer = call("POST", "/repos/acme/web/issues", {"title": "x", "labels": ["bug"], "assignees": ["nobody"]})
    assert answer.status_code == 201
    assert (answer.json()["labels"], answer.json()["assignees"]) == ([], [])
    assert call("PATCH", "/repos/acme/web/issues/1", {"title": "y", "labels": ["bug"]}).json()["title"] == "y"
    github.state.open_issue(repo, "dana", "Not theirs")
    assert call("PATCH", "/repos/acme/web/issues/2", {"title": "y"}).status_code == 403
    assert call("POST", "/repos/acme/web/issues/1/labels", {"labels": ["bug"]}).status_code == 403
    assert call("DELETE", "/repos/acme/web/issues/1/labels/bug").status_code == 403
    call.session.close()


def test_tokens_that_may_not(github: FakeGitHub, repo: Repo) -> None:
    private = github.state.add_repo("acme/secret", private=True)
    for token, verb, path, status in [
        ("wrong", "GET", "/user", 401),
        (None, "GET", "/user", 401),
        (None, "POST", "/repos/acme/web/issues", 401),
        (None, "GET", f"/repositories/{private.id}", 404),
        ("ghs_actions", "GET", "/user", 403),
        ("no-scope", "POST", "/repos/acme/web/issues", 404),
        ("no-scope", "GET", "/repos/acme/secret", 404),
    ]:
        github.state.tokens |= {
            "ghs_actions": Token("github-actions[bot]", installation=True),
            "no-scope": Token("bob", scopes="read:user"),
        }
        call = Client(github, token)
        assert call(verb, path, {"title": "x"} if verb == "POST" else None).status_code == status, (token, path)
        call.session.close()


def test_switched_off_and_archived(repo: Repo, call: Client, github: FakeGitHub) -> None:
    github.state.open_issue(repo, "dana", "One")
    repo.archived = True
    assert call("POST", "/repos/acme/web/issues", {"title": "x"}).status_code == 403
    repo.archived, repo.has_issues = False, False
    for verb, path in (("GET", "/issues"), ("POST", "/issues"), ("GET", "/issues/1")):
        answer = call(verb, f"/repos/acme/web{path}", {"title": "x"} if verb == "POST" else None)
        assert (answer.status_code, answer.json()["message"]) == (410, "Issues are disabled for this repo")


def test_the_primary_limit_runs_out_and_comes_back(github: FakeGitHub, call: Client, clock: Clock) -> None:
    github.remaining = 1
    assert call("GET", "/user").headers["X-RateLimit-Remaining"] == "0"
    refused = call("GET", "/user")
    assert (refused.status_code, refused.headers["X-RateLimit-Remaining"]) == (403, "0")
    assert call("GET", "/rate_limit").json()["resources"]["core"]["remaining"] == 0
    clock.advance(hours=1)
    assert call("GET", "/user").status_code == 200


def test_the_secondary_limit_asks_for_patience(clock: Clock) -> None:
    with FakeGitHub(clock.now, content_limit=2) as github:
        github.state.tokens["ghp_example"] = Token("acme-bot")
        github.state.add_repo("acme/web", roles={"acme-bot": "write"})
        call = Client(github)
        answers = [call("POST", "/repos/acme/web/issues", {"title": "x"}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 201, 403]
        assert answers[2].headers["Retry-After"] == "60"
        assert "secondary rate limit" in answers[2].json()["message"]
        clock.advance(seconds=61)
        assert call("POST", "/repos/acme/web/issues", {"title": "x"}).status_code == 201
        call.session.close()


def test_times_are_those_of_the_tests_clock(call: Client, clock: Clock) -> None:
    assert call("GET", "/user").headers["Date"] == "Tue, 24 Nov 2026 09:00:00 GMT"
    assert call("GET", "/user").headers["X-OAuth-Scopes"] == "repo"


# --- moves ------------------------------------------------------------------------------------------------------


def test_a_former_name_redirects_reads_and_writes(github: FakeGitHub, repo: Repo, call: Client) -> None:
    github.state.open_issue(repo, "dana", "One")
    github.state.rename(repo, "acme/site")
    read = call("GET", "/repos/acme/web/issues?state=all")
    assert (read.status_code, read.headers["Location"]) == (
        301,
        f"{github.api_url}/repositories/{repo.id}/issues?state=all",
    )
    written = call("POST", "/repos/acme/web/issues", {"title": "x"})
    assert (written.status_code, repo.ever_created) == (307, 1)
    assert call("GET", read.headers["Location"]).json()[0]["repository_url"].endswith("/repos/acme/site")
    taken = github.state.add_repo("acme/web", roles={"acme-bot": "write"})
    assert call("GET", "/repos/acme/web").json()["id"] == taken.id


def test_a_transferred_issue_redirects_and_a_deleted_one_is_gone(github: FakeGitHub, repo: Repo, call: Client) -> None:
    target = github.state.add_repo("acme/attic", roles={"acme-bot": "write"})
    hidden = github.state.add_repo("acme/vault", private=True)
    issues = [github.state.open_issue(repo, "dana", f"{number}") for number in range(3)]
    github.state.transfer(repo, issues[0], target, "dana")
    github.state.transfer(repo, issues[1], hidden, "dana")
    github.state.delete(issues[2])
    answers = [call("GET", f"/repos/acme/web/issues/{number}") for number in (1, 2, 3)]
    assert [answer.status_code for answer in answers] == [301, 404, 410]
    assert answers[0].headers["Location"] == f"{github.api_url}/repositories/{target.id}/issues/1"
    assert call("PATCH", "/repos/acme/web/issues/1", {"title": "x"}).status_code == 307
    assert call("GET", "/repos/acme/web/issues?state=all").json() == []


# --- editing ----------------------------------------------------------------------------------------------------


def test_editing_replaces_labels_and_assignees_and_bumps_the_time(
    github: FakeGitHub, repo: Repo, call: Client, clock: Clock
) -> None:
    github.state.open_issue(repo, "dana", "One", "Text", ("a", "b"), ("alice",))
    clock.advance(minutes=1)
    sent = {"labels": ["b", "c"], "assignees": ["acme-bot"], "state": "closed", "state_reason": "not_planned"}
    conforms(models.ReposOwnerRepoIssuesIssueNumberPatchBody, sent)
    edited = call("PATCH", "/repos/acme/web/issues/1", sent).json()
    assert [label["name"] for label in edited["labels"]] == ["b", "c"]
    assert [one["login"] for one in edited["assignees"]] == ["acme-bot"]
    assert (edited["state"], edited["state_reason"], edited["closed_by"]["login"]) == (
        "closed",
        "not_planned",
        "acme-bot",
    )
    assert edited["updated_at"] == edited["closed_at"] == "2026-11-24T09:01:00Z"
    assert edited["body"] == "Text"
    reopened = call("PATCH", "/repos/acme/web/issues/1", {"state": "open"}).json()
    assert (reopened["state_reason"], reopened["closed_at"]) == ("reopened", None)
    assert call("PATCH", "/repos/acme/web/issues/1", {"state_reason": "sure"}).status_code == 422


def test_single_labels_are_added_and_taken_off(github: FakeGitHub, repo: Repo, call: Client) -> None:
    github.state.open_issue(repo, "dana", "One", labels=("a", "b"))
    added = call("POST", "/repos/acme/web/issues/1/labels", {"labels": ["B", "c"]}).json()
    assert [label["name"] for label in added] == ["a", "b", "c"]
    assert [label["name"] for label in call("DELETE", "/repos/acme/web/issues/1/labels/A").json()] == ["b", "c"]
    assert call("DELETE", "/repos/acme/web/issues/1/labels/a").status_code == 404


def test_an_enterprise_server_answers_below_its_prefix_only(clock: Clock) -> None:
    with FakeGitHub(clock.now, enterprise=True) as github:
        github.state.tokens["ghp_example"] = Token("acme-bot")
        repo = github.state.add_repo("acme/web", roles={"acme-bot": "write"})
        call = Client(github)
        answer = call("GET", "/repos/acme/web").json()
        assert answer["url"] == f"{github.server.url}/api/v3/repos/acme/web"
        assert answer["html_url"] == f"{github.server.url}/acme/web"
        assert call("GET", f"{github.server.url}/repos/acme/web").status_code == 404
        assert call("GET", f"/repositories/{repo.id}").status_code == 200
        call.session.close()


# --- Apps -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def key_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def test_an_app_proves_itself_by_its_key_and_gets_a_token(
    github: FakeGitHub, repo: Repo, key_pair: tuple[str, str]
) -> None:
    private, public = key_pair
    github.state.apps[7] = App(7, "acme-app", public, {42: repo.id})
    now = int(time.time())
    claims = {"iss": "7", "iat": now - 60, "exp": now + 300}
    app = Client(github, jwt.encode(claims, private, algorithm="RS256"))
    conforms(models.Integration, app("GET", "/app").json())
    found = app("GET", "/repos/acme/web/installation").json()
    conforms(models.Installation, found)
    granted = app("POST", f"/app/installations/{found['id']}/access_tokens", {})
    assert granted.status_code == 201
    conforms(models.InstallationToken, granted.json())
    repo.roles["acme-app[bot]"] = "write"
    bot = Client(github, granted.json()["token"])
    assert bot("POST", "/repos/acme/web/issues", {"title": "x"}).json()["user"]["type"] == "Bot"
    assert app("POST", "/app/installations/99/access_tokens", {}).status_code == 404
    app.session.close()
    bot.session.close()


def test_a_stranger_is_no_app(github: FakeGitHub, repo: Repo, key_pair: tuple[str, str]) -> None:
    github.state.apps[7] = App(7, "acme-app", key_pair[1], {42: repo.id})
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    now = int(time.time())
    for issuer in ("7", "8"):
        claims = {"iss": issuer, "iat": now - 60, "exp": now + 300}
        call = Client(github, jwt.encode(claims, stranger, algorithm="RS256"))
        assert call("GET", "/app").status_code == 401
        call.session.close()


# --- pull requests ------------------------------------------------------------------------------------------------


@pytest.fixture
def job(github: FakeGitHub, repo: Repo) -> Iterator[Client]:
    """A job of a workflow with `permissions: pull-requests: write`, in a repository where one branch is pushed."""
    repo.roles["github-actions[bot]"] = "write"
    github.tip = lambda _, branch: "a" * 40 if branch == "work" else ""
    client = other(github, "github-actions[bot]", installation=True, permissions={"pull_requests": "write"})
    yield client
    client.session.close()


def test_a_pull_request_is_opened_once_for_a_branch_that_exists(job: Client, repo: Repo) -> None:
    wanted = {"title": "Work", "head": "work", "base": "main"}
    made = job("POST", "/repos/acme/web/pulls", wanted)
    assert (made.status_code, made.json()["head"]["sha"]) == (201, "a" * 40)
    assert job("POST", "/repos/acme/web/pulls", wanted).status_code == 422
    assert job("POST", "/repos/acme/web/pulls", wanted | {"head": "none"}).status_code == 422
    listed = [job("GET", f"/repos/acme/web/pulls?head={head}").json() for head in ("acme:work", "mallory:work")]
    assert [len(found) for found in listed] == [1, 0]
    conforms(models.GitRef, job("GET", "/repos/acme/web/git/ref/heads/work").json())
    assert job("GET", "/repos/acme/web/git/ref/heads/none").status_code == 404
    repo.actions_open_pulls = False
    repo.issues[1].state = "closed"
    assert job("POST", "/repos/acme/web/pulls", wanted).status_code == 403


def test_a_job_s_token_may_what_its_permissions_say(job: Client, call: Client, github: FakeGitHub) -> None:
    job("POST", "/repos/acme/web/pulls", {"title": "Work", "head": "work", "base": "main"})
    said = job("POST", "/repos/acme/web/issues/1/comments", {"body": "one"}).json()
    edited = job("PATCH", f"/repos/acme/web/issues/comments/{said['id']}", {"body": "two"})
    conforms(models.IssueComment, edited.json())
    assert edited.json()["body"] == "two"
    too_long = job("PATCH", f"/repos/acme/web/issues/comments/{said['id']}", {"body": "x" * 65_537})
    assert too_long.status_code == 422
    assert job("PATCH", "/repos/acme/web/issues/comments/9", {"body": "two"}).status_code == 404
    assert job("POST", "/repos/acme/web/issues", {"title": "x"}).status_code == 403
    call("POST", "/repos/acme/web/issues", {"title": "x"})
    assert job("POST", "/repos/acme/web/issues/2/comments", {"body": "one"}).status_code == 403
