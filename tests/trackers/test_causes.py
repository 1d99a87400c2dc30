"""Every request names the cause of a refusal, from the headers of the answer, and what to do. Over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pmsync.errors import TrackerClosed, TrackerError, TrackerUnavailable
from pmsync.trackers.contract import Forbidden, InDoubt, Rejected, Tracker
from tests.clock import Clock
from tests.fakes.github_state import Token
from tests.fakes.http import Request, Response
from tests.trackers.contract import draft, make
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage

EVER = datetime(2000, 1, 1, tzinfo=UTC)
SSO = "https://github.com/orgs/acme/sso?authorization_request=AZSCKtL4U8yX1H3sCQIVnVgmjmon5fWxks5YrqhJgah0b2tlbl9pZM4EuMz4"
Stage = GitHubStage | JiraStage


@pytest.fixture
def github() -> Iterator[GitHubStage]:
    with GitHubStage(Clock()) as stage:
        yield stage


@pytest.fixture(params=["cloud", "server"])
def jira(request: pytest.FixtureRequest) -> Iterator[JiraStage]:
    with JiraStage(Clock(), str(request.param)) as stage:
        yield stage


def wire(stage: Stage) -> Any:
    return stage.github.server if isinstance(stage, GitHubStage) else stage.jira.server


def everything(stage: Stage) -> list[Callable[[Tracker], Any]]:
    """Requests of every kind; each reports a refusal as an error, an outcome, a sight or a check."""
    ref = make(stage).ref
    return [
        lambda tracker: tracker.scan(),
        lambda tracker: tracker.find(["abcdefgh2345"], EVER),
        lambda tracker: tracker.get([ref]),
        lambda tracker: tracker.create([draft(1)]),
        lambda tracker: tracker.update(ref, {"title": "Other"}),
        lambda tracker: tracker.probe(),
    ]


def said(stage: Stage, ask: Callable[[Tracker], Any]) -> str:
    try:
        answer = ask(stage.reconnect())
        return str(answer[0].reason if isinstance(answer, tuple) and hasattr(answer[0], "reason") else answer)
    except TrackerError as error:
        return str(error)


# --- GitHub -----------------------------------------------------------------------------------------------------

REFUSALS = {
    "single sign-on, with an address": (
        403,
        "Resource protected by organization SAML enforcement. You must grant your OAuth token access.",
        {"X-GitHub-SSO": f"required; url={SSO}"},
        (f"authorize this one at {SSO}",),
    ),
    "single sign-on, of several organizations": (
        404,
        "Not Found",
        {"X-GitHub-SSO": "partial-results; organizations=21955855,20582480"},
        ("by organization 21955855, 20582480", "Configure SSO"),
    ),
    "a permission": (
        403,
        "Resource not accessible by personal access token",
        {"X-Accepted-GitHub-Permissions": "issues=write"},
        ("`Issues: read and write`", "`permissions: issues: write`"),
    ),
    "one of several sets of permissions": (
        403,
        "Resource not accessible by integration",
        {"X-Accepted-GitHub-Permissions": "pull_requests=write,contents=read; issues=read"},
        ("`Pull requests: read and write` and `Contents: read-only`, or `Issues: read-only`",),
    ),
    "scopes": (
        404,
        "Not Found",
        {"X-OAuth-Scopes": "read:org, gist", "X-Accepted-OAuth-Scopes": "public_repo, repo"},
        ("only the scopes 'read:org, gist'", "one of `public_repo`, `repo`"),
    ),
    "no scopes at all": (
        403,
        "Forbidden",
        {"X-OAuth-Scopes": "", "X-Accepted-OAuth-Scopes": "repo"},
        ("the token has no scopes, and this takes `repo`",),
    ),
    "a list of addresses": (
        403,
        "Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow "
        "list enabled, and your IP address is not permitted to access this resource.",
        {"X-OAuth-Scopes": "repo", "X-Accepted-OAuth-Scopes": "repo"},
        ("have the address of this machine put on that list",),
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_github_refuses_for_is_said_by_every_request(github: GitHubStage, name: str) -> None:
    status, message, headers, expected = REFUSALS[name]
    asked = everything(github)
    github.github.server.before = lambda _: Response(status, {"message": message}, headers)
    for ask in asked:
        text = said(github, ask)
        assert all(part in text for part in expected), text
    github.settings = replace(github.settings, accounts=("acme-bot",))
    probe = github.reconnect().probe()
    assert all(part in probe.blocked for part in expected)


@pytest.mark.parametrize(
    ("held", "wanted"),
    [("repo", "public_repo"), ("admin:org, repo", "repo"), ("repo", ""), ("write:org", "read:org")],
)
def test_scopes_that_reach_are_not_the_cause(github: GitHubStage, held: str, wanted: str) -> None:
    headers = {"X-OAuth-Scopes": held, "X-Accepted-OAuth-Scopes": wanted}
    github.github.server.before = lambda _: Response(403, {"message": "Forbidden"}, headers)
    text = said(github, lambda tracker: tracker.scan())
    assert "scopes" not in text
    assert "write access" in text


def test_a_list_that_leaves_something_out_for_single_sign_on_is_not_taken_for_complete(github: GitHubStage) -> None:
    make(github)
    github.github.server.after = lambda _, response: replace(
        response, headers={**response.headers, "X-GitHub-SSO": "partial-results; organizations=21955855"}
    )
    with pytest.raises(TrackerClosed, match="21955855"):
        github.tracker.scan()


def test_a_fine_grained_token_is_not_said_to_may_what_its_owner_may() -> None:
    with GitHubStage(Clock(), token=Token("acme-bot", permissions={"issues": "read"})) as stage:
        checks = {check.name: check for check in stage.tracker.probe().checks}
        assert checks["rights"].ok is None
        assert "only at the first write" in checks["rights"].message
        assert "Issues: read and write" in checks["rights"].hint
        assert not stage.tracker.probe().blocked
        assert stage.writes() == 0
    with GitHubStage(Clock(), token=Token("acme-bot", scopes="repo")) as stage:
        checks = {check.name: check for check in stage.tracker.probe().checks}
        assert (checks["rights"].ok, checks["rights"].message) == (True, "may label and assign")


def test_labels_that_may_not_be_read_are_not_said_to_be_missing(github: GitHubStage) -> None:
    refusal = Response(403, {"message": "Forbidden"}, {"X-Accepted-GitHub-Permissions": "issues=read"})
    github.github.server.before = lambda request: refusal if "/labels/" in request.path else None
    probe = github.tracker.probe()
    (label,) = [check for check in probe.checks if check.name == "label"]
    assert label.ok is False
    assert "`Issues: read-only`" in label.hint
    assert probe.blocked


# --- Jira -------------------------------------------------------------------------------------------------------

LOGIN = "https://jira.acme.example/login.jsp"
PAGE = b"<html><head><title>Unauthorized (401)</title></head><body>Basic Authentication Failure</body></html>"
DENIALS = {
    "a CAPTCHA": (
        403,
        PAGE,
        {"X-Authentication-Denied-Reason": f"CAPTCHA_CHALLENGE; login-url={LOGIN}"},
        ("CAPTCHA", f"in a browser at {LOGIN}", "JIRA_TOKEN"),
    ),
    "too many failed log-ins": (
        401,
        PAGE,
        {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"},
        ("CAPTCHA", "in a browser", "JIRA_TOKEN"),
    ),
    "a wrong token": (
        401,
        {"errorMessages": ["You are not authenticated."]},
        {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED", "WWW-Authenticate": 'OAuth realm="https%3A%2F%2Facme"'},
        ("Jira does not accept the value of", "JIRA_TOKEN", "expired"),
    ),
    "a wrong token, answered as to anybody": (
        200,
        {"issues": [], "total": 0, "isLast": True},
        {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"},
        ("Jira does not accept the value of", "JIRA_TOKEN"),
    ),
    "an account without a license": (
        403,
        PAGE,
        {"X-Seraph-LoginReason": "AUTHORISATION_FAILED"},
        ("may not use this Jira", "a license"),
    ),
    "a log-in of what stands before it": (
        401,
        b"<html><head><title>Acme gate</title></head></html>",
        {"WWW-Authenticate": 'Basic realm="Acme gate"'},
        ("a page titled 'Acme gate'", "a login of its own, Basic (realm 'Acme gate')"),
    ),
    "Windows' log-in": (401, b"", {"WWW-Authenticate": "Negotiate"}, ("a login of its own, Negotiate",)),
    "a bearer that says why": (
        401,
        None,
        {"WWW-Authenticate": 'Bearer error="invalid_token", error_description="The access token expired"'},
        ("'The access token expired'", "JIRA_TOKEN"),
    ),
}


@pytest.mark.parametrize("name", DENIALS)
def test_what_jira_refuses_for_is_said_by_every_request(jira: JiraStage, name: str) -> None:
    status, body, headers, expected = DENIALS[name]
    asked = everything(jira)

    def refuse(request: Request) -> Response | None:
        return None if request.path == "/_edge/tenant_info" else Response(status, body, headers)

    jira.jira.server.before = refuse
    for ask in asked:
        text = said(jira, ask)
        assert all(part in text for part in expected), text
        assert "pmsync doctor" not in text


def test_a_ticket_that_may_not_be_read_says_the_cause(jira: JiraStage) -> None:
    ref = make(jira).ref
    jira.jira.server.before = lambda request: (
        Response(403, PAGE, {"X-Seraph-LoginReason": "AUTHORISATION_FAILED"}) if "/issue/" in request.path else None
    )
    sight = jira.tracker.get([ref])[ref]
    assert isinstance(sight, Forbidden)
    assert "a license" in sight.reason


# --- what answers in their place --------------------------------------------------------------------------------

PORTAL = b"<!DOCTYPE html><html><head><title>\n Sign in &amp; accept\tAcme Guest WiFi </title></head></html>"
PAGES = {"Content-Type": "text/html"}


@pytest.fixture(params=["github", "cloud", "server"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with GitHubStage(Clock()) if request.param == "github" else JiraStage(Clock(), str(request.param)) as stage:
        yield stage


@pytest.mark.parametrize(
    ("answer", "expected", "lasting"),
    [
        (
            Response(200, PORTAL, {"Content-Type": "text/html"}),
            "a page titled 'Sign in & accept Acme Guest WiFi'",
            True,
        ),
        (Response(200, b"<html><h1>Log in</h1>", PAGES), "a page titled 'Log in'", True),
        (Response(200, b"<html>", PAGES), "a page without a title", True),
        (Response(200, {"ok": True}), '{"ok": true}', True),
        (Response(200, ["a", 1]), '["a", 1]', True),
        (Response(200, b"OK", {"Content-Type": "text/plain"}), "the text 'OK'", False),
        (Response(200, b""), "an empty answer", False),
        (Response(502, b"<title>502 Bad Gateway</title>"), "a page titled '502 Bad Gateway'", False),
        (Response(503, b"<html><title>Maintenance</title>"), "a page titled 'Maintenance'", False),
    ],
)
def test_what_is_no_answer_of_the_service_is_described(
    stage: Stage, answer: Response, expected: str, lasting: bool
) -> None:
    asked = everything(stage)
    wire(stage).before = lambda _: answer
    with pytest.raises(TrackerUnavailable) as error:
        stage.reconnect().scan()
    assert expected in str(error.value)
    assert error.value.lasting == lasting
    assert all(expected in said(stage, ask) for ask in (asked[0], asked[1], asked[5]))
    for ask in asked:
        said(stage, ask)  # must not raise anything else


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://sso.acme.example/idp/profile/SAML2/Redirect/SSO?SAMLRequest=s3cret", "which asks to log in"),
        ("https://acme.okta.example/login?fromURI=x", "which asks to log in"),
        ("https://portal.acme.example/welcome", "'https://portal.acme.example/welcome'"),
    ],
)
def test_a_redirect_to_another_page_is_no_new_name_and_no_move(stage: Stage, location: str, expected: str) -> None:
    asked = everything(stage)
    wire(stage).before = lambda _: Response(302, b"", {"Location": location})
    for ask in asked:
        text = said(stage, ask)
        assert expected in text
        assert "s3cret" not in text
        assert "renamed" not in text


def test_a_redirect_to_a_malformed_address_is_in_doubt(stage: Stage) -> None:
    stage.tracker.create([draft(1)])
    wire(stage).before = lambda _: Response(302, b"", {"Location": "https://["})
    with pytest.raises(TrackerUnavailable, match="the answer cannot be read"):
        stage.tracker.scan()
    assert isinstance(stage.tracker.create([draft(2)])[0], InDoubt)


def test_a_create_that_a_page_answers_is_in_doubt_and_says_so(stage: Stage) -> None:
    stage.tracker.create([draft(1)])
    wire(stage).before = lambda request: Response(200, PORTAL) if request.method == "POST" else None
    (outcome,) = stage.tracker.create([draft(2)])
    assert isinstance(outcome, InDoubt)
    assert "Acme Guest WiFi" in outcome.reason


def test_a_refused_create_names_the_permission(github: GitHubStage) -> None:
    refusal = Response(403, {"message": "no"}, {"X-Accepted-GitHub-Permissions": "issues=write"})
    github.github.server.before = lambda request: refusal if request.method == "POST" else None
    (outcome,) = github.tracker.create([draft(1)])
    assert isinstance(outcome, Rejected)
    assert outcome.closed
    assert "`Issues: read and write`" in outcome.reason
