"""The GitHub tracker, over HTTP against the fake, with the real client library."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from pmsync.config.settings import Person, TrackerSettings
from pmsync.errors import ConfigError, TrackerError, TrackerUnavailable
from pmsync.model import Ref, Status, Ticket
from pmsync.trackers.contract import (
    Created,
    Forbidden,
    Gone,
    InDoubt,
    Moved,
    Rejected,
    Touched,
    Unavailable,
    Unresolved,
)
from pmsync.trackers.github.tracker import connect
from tests.clock import Clock
from tests.fakes.github_state import App, Token
from tests.fakes.http import After, Before, Delay, Drop, Request, Response, Truncate
from tests.trackers.contract import TrackerContract, draft, make, marker
from tests.trackers.github_stage import TOKEN, GitHubStage


@pytest.fixture
def stage() -> Iterator[GitHubStage]:
    with GitHubStage(Clock()) as stage:
        yield stage


class TestContract(TrackerContract):
    @pytest.fixture
    def stage(self) -> Iterator[GitHubStage]:
        with GitHubStage(Clock()) as stage:
            yield stage


class TestContractOnAnEnterpriseServer(TrackerContract):
    @pytest.fixture
    def stage(self) -> Iterator[GitHubStage]:
        with GitHubStage(Clock(), enterprise=True) as stage:
            yield stage


def on(verb: str, answer: object, *, path: str = "") -> Callable[..., object]:
    """A hook that gives this answer to the requests with this verb and path, and leaves all others alone."""

    def hook(request: Request, _: Response | None = None) -> object:
        return answer if request.method == verb and path in request.path else None

    return hook


def before(verb: str, answer: object, *, path: str = "") -> Before:
    return on(verb, answer, path=path)  # type: ignore[return-value]


def after(verb: str, answer: object, *, path: str = "") -> After:
    return on(verb, answer, path=path)  # type: ignore[return-value]


def posts(stage: GitHubStage) -> int:
    return stage.github.server.count("POST", path="/issues")


def known(stage: GitHubStage) -> None:
    """The tracker knows its repository, as it does after the probe that precedes the first write of a run."""
    assert stage.tracker.probe().blocked == ""


# --- one POST, whatever happens to it ---------------------------------------------------------------------------

LOST = {
    "connection dropped": Drop(),
    "cut short": Truncate(40),
    "502": Response(502, b"<html>Bad gateway</html>"),
    "503 with Retry-After": Response(503, {"message": "try later"}, {"Retry-After": "1"}),
    "500 without a body": Response(500),
    "408": Response(408, {"message": "timeout"}),
    "an HTML page": Response(200, b"<html>Please log in</html>"),
    "an issue without number": Response(201, {"id": 1, "repository_url": "x/acme/web"}),
    "nothing": Response(201),
    "a list": Response(201, []),
    "301": Response(301, {"message": "Moved Permanently"}, {"Location": "/elsewhere"}),
    "302": Response(302, None, {"Location": "/elsewhere"}),
    "307": Response(307, {"message": "Temporary Redirect"}, {"Location": "/elsewhere"}),
}


@pytest.mark.parametrize("fault", LOST)
def test_a_create_whose_answer_is_lost_is_in_doubt_and_sent_once(stage: GitHubStage, fault: str) -> None:
    known(stage)
    stage.github.server.after = after("POST", LOST[fault], path="/issues")
    (outcome,) = stage.tracker.create([draft()])
    assert isinstance(outcome, InDoubt), outcome
    assert (posts(stage), stage.created()) == (1, 1)
    stage.github.server.after = None
    (found,) = stage.tracker.find([marker().uid], stage.clock.now() - timedelta(hours=1))
    assert found.marker == marker()


def test_a_create_that_times_out_is_in_doubt_and_sent_once() -> None:
    with GitHubStage(Clock(), timeout=1) as stage:
        known(stage)
        stage.github.server.after = after("POST", Delay(20), path="/issues")
        (outcome,) = stage.tracker.create([draft()])
        assert isinstance(outcome, InDoubt)
        assert (posts(stage), stage.created()) == (1, 1)


def test_a_create_that_breaks_before_it_is_carried_out_is_in_doubt_too(stage: GitHubStage) -> None:
    known(stage)
    stage.github.server.before = before("POST", Drop(), path="/issues")
    (outcome,) = stage.tracker.create([draft()])
    assert isinstance(outcome, InDoubt)
    assert (posts(stage), stage.created()) == (1, 0)


def test_an_answer_from_another_repository_is_in_doubt(stage: GitHubStage) -> None:
    known(stage)
    foreign = stage.github.state.open_issue(stage.elsewhere, "dana", "Foreign")
    answer = Response(201, stage.github.shapes.issue(stage.elsewhere, foreign))
    stage.github.server.after = after("POST", answer, path="/issues")
    (outcome,) = stage.tracker.create([draft()])
    assert isinstance(outcome, InDoubt)
    assert "acme/attic" in outcome.reason


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422, 451])
def test_a_refused_create_is_rejected_with_what_github_said(stage: GitHubStage, status: int) -> None:
    known(stage)
    body = {"message": "Validation Failed", "errors": [{"field": "assignees", "value": "zoe", "code": "invalid"}]}
    stage.github.server.before = before("POST", Response(status, body), path="/issues")
    (outcome,) = stage.tracker.create([draft()])
    assert isinstance(outcome, Rejected)
    assert "Validation Failed; assignees zoe invalid" in outcome.reason
    assert posts(stage) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 413])
def test_a_page_of_a_proxy_refuses_one_item_and_closes_nothing(stage: GitHubStage, status: int) -> None:
    known(stage)
    stage.github.server.before = before("POST", Response(status, b"<html>No</html>"), path="/issues")
    (outcome,) = stage.tracker.create([draft()])
    assert isinstance(outcome, Rejected)
    assert not outcome.closed
    assert "proxy or firewall" in outcome.reason


def test_the_fallback_owner_takes_what_an_owner_is_refused_for_and_nobody_what_both_are(stage: GitHubStage) -> None:
    known(stage)
    leavers = {"alice"}

    def refuse(request: Request) -> Response | None:
        named = sorted(leavers & set((request.json() or {}).get("assignees", ())))
        error = {"resource": "Issue", "field": "assignees", "code": "invalid", "value": named}
        return Response(422, {"message": "Validation Failed", "errors": [error]}) if named else None

    stage.github.server.before = refuse
    (outcome,) = stage.tracker.create([draft(1, assignees=("alice",), fallback=("bob",))])
    assert isinstance(outcome, Created)
    assert outcome.ticket.assignees == ("bob",)
    leavers.add("bob")
    (outcome,) = stage.tracker.create([draft(2, assignees=("alice",), fallback=("bob",))])
    assert isinstance(outcome, Created)
    assert outcome.ticket.assignees == ()
    assert stage.created() == 2


SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (Response(429, {"message": "Too many requests"}, {"Retry-After": "7"}), 7),
        (Response(429, {"message": "Too many requests"}), 60),
        (Response(403, SECONDARY, {"Retry-After": "300"}), 300),
        (Response(403, SECONDARY), 60),
        (Response(403, {"message": "You have triggered an abuse detection mechanism."}), 60),
        (Response(422, {"message": "Invalid", "errors": [{"message": "was submitted too quickly"}]}), 60),
        (
            Response(
                403,
                {"message": "API rate limit exceeded"},
                {
                    "X-RateLimit-Remaining": "0",
                    "X-RateLimit-Reset": "1795510860",
                    "Date": "Tue, 24 Nov 2026 09:00:00 GMT",
                },
            ),
            61,
        ),
        (
            Response(
                429,
                {"message": "wait"},
                {"Retry-After": "Tue, 24 Nov 2026 09:02:00 GMT", "Date": "Tue, 24 Nov 2026 09:00:00 GMT"},
            ),
            120,
        ),
    ],
)
def test_a_create_that_was_turned_away_for_its_pace_is_unavailable(
    stage: GitHubStage, answer: Response, wait: float
) -> None:
    known(stage)
    stage.github.server.before = before("POST", answer, path="/issues")
    (outcome,) = stage.tracker.create([draft()])
    assert isinstance(outcome, Unavailable)
    assert outcome.retry_after == wait
    assert posts(stage) == 1
    stage.github.server.before = None
    stage.clock.advance(seconds=wait)
    slept = list(stage.clock.slept)
    assert isinstance(stage.tracker.create([draft()])[0], Created)
    assert stage.clock.slept == slept, "who has waited as asked does not wait again"


def test_a_token_that_is_not_accepted_names_the_variable_for_a_new_one(stage: GitHubStage) -> None:
    del stage.github.state.tokens[TOKEN]
    for ask in (stage.tracker.scan, stage.tracker.accounts):
        with pytest.raises(TrackerError, match="make a new one and export it as `GITHUB_TOKEN`"):
            ask()


def test_a_server_that_is_not_there_was_surely_sent_nothing() -> None:
    with GitHubStage(Clock()) as stage:
        known(stage)
        stage.github.server.stop()
        (outcome,) = stage.tracker.create([draft()])
        assert isinstance(outcome, Unavailable)
        what, todo = "cannot be reached: connection refused", "check trackers.platform.api_url and the network"
        assert outcome.reason == f"GitHub at {stage.settings.api_url!r} {what}; {todo}"
        with pytest.raises(TrackerUnavailable):
            stage.tracker.scan()


def test_a_create_that_cannot_even_see_the_repository_sends_no_post(stage: GitHubStage) -> None:
    stage.github.server.before = before("GET", Response(502), path="/repos/acme/web")
    assert isinstance(stage.tracker.create([draft()])[0], Unavailable)
    stage.github.server.before = before("GET", Response(404, {"message": "Not Found"}), path="/repos/acme/web")
    assert isinstance(stage.tracker.create([draft()])[0], Rejected)
    assert posts(stage) == 0


# --- reads ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [Drop(), Truncate(40), Response(502), Response(503), Response(200, b"<html>"), Response(429, {"message": "wait"})],
)
def test_a_read_that_fails_is_unavailable_and_sent_once(stage: GitHubStage, fault: object) -> None:
    ref = make(stage).ref
    stage.github.server.after = after("GET", fault)
    for read in (
        lambda: stage.reconnect().scan(),
        lambda: stage.tracker.get([ref]),
        lambda: stage.reconnect().accounts(),
        lambda: stage.reconnect().resolve([Person("alice", github="nobody")]),
        lambda: stage.reconnect().probe(),
    ):
        requests = stage.requests()
        with pytest.raises(TrackerUnavailable):
            read()
        assert stage.requests() - requests <= 1


def test_a_scan_whose_second_page_fails_fails_as_a_whole(stage: GitHubStage) -> None:
    for number in range(150):
        stage.open_by_person(f"{number}", labels=("postmortem",))
    stage.github.server.before = lambda request: Response(502) if request.arg("page") == "2" else None
    with pytest.raises(TrackerUnavailable):
        stage.tracker.scan()


def test_250_issues_are_three_requests_and_pull_requests_are_none_of_them(stage: GitHubStage) -> None:
    for number in range(250):
        stage.open_by_person(f"{number}", labels=("postmortem",))
    stage.github.state.open_issue(stage.repo, "dana", "A change", labels=("postmortem",), pull_request=True)
    assert len(stage.tracker.scan().tickets) == 250
    assert stage.requests() == 3


def test_a_large_repository_is_walked_by_the_cursors_that_it_gives() -> None:
    with GitHubStage(Clock(), large=True) as stage:
        for number in range(250):
            stage.open_by_person(f"{number}", labels=("postmortem",))
        assert len(stage.tracker.scan().tickets) == 250


def test_a_quiet_scan_is_one_request_and_so_is_a_create(stage: GitHubStage) -> None:
    cursor = stage.tracker.scan().cursor
    assert stage.requests() == 1
    known(stage)
    requests = stage.requests()
    make(stage)
    assert stage.requests() - requests == 1
    stage.clock.advance(minutes=1)
    requests = stage.requests()
    assert stage.reconnect().scan(cursor + timedelta(minutes=1)).tickets == ()
    assert stage.requests() - requests == 1


def test_a_first_sync_is_one_list_the_repository_once_and_a_post_each(stage: GitHubStage) -> None:
    assert stage.tracker.scan().tickets == ()
    for number in range(5):
        make(stage, draft(number))
    assert [record.line.partition("?")[0] for record in stage.github.server.log] == [
        "GET /repos/acme/web/issues",
        "GET /repos/acme/web",
        *["POST /repos/acme/web/issues"] * 5,
    ]


def test_since_is_sent_in_whole_seconds_of_utc(stage: GitHubStage) -> None:
    stage.tracker.scan(stage.clock.now().replace(microsecond=987654))
    assert "since=2026-11-24T09%3A00%3A00Z" in stage.github.server.log[-1].request.target


def test_find_does_not_depend_on_the_services_filter_by_creator(stage: GitHubStage) -> None:
    make(stage)
    stage.tracker.find([], stage.clock.now() - timedelta(days=1))
    assert "creator" not in stage.github.server.log[-1].request.query


def test_find_leaves_out_an_old_ticket_that_changed_lately(stage: GitHubStage) -> None:
    old = make(stage, draft(1)).ref
    stage.clock.advance(days=1)
    since = stage.clock.now()
    late = make(stage, draft(2)).ref
    stage.comment(old, "Still open?")
    assert [ticket.ref for ticket in stage.tracker.find([], since)] == [late]
    assert [ticket.ref for ticket in stage.tracker.find([marker(1).uid], since)] == [old, late]


def test_no_more_assignees_are_sent_than_an_issue_holds(stage: GitHubStage) -> None:
    many = tuple(f"person-{number:02}" for number in range(12))
    stage.repo.roles |= dict.fromkeys(many, "triage")
    ticket = make(stage, draft(assignees=many))
    assert ticket.assignees == many[:10]
    assert stage.tracker.update(ticket.ref, {"assignees": many[1:]}).assignees == many[1:11]


def test_a_list_whose_pages_lead_in_a_circle_is_refused(stage: GitHubStage) -> None:
    circle = {"Link": f'<{stage.github.api_url}/repositories/1/issues?page=2>; rel="next"'}
    stage.github.server.after = after("GET", Response(200, [], circle))
    with pytest.raises(TrackerError, match="circle"):
        stage.tracker.scan()


def test_an_issue_that_does_not_say_who_made_it_is_a_ghosts(stage: GitHubStage) -> None:
    ref = make(stage).ref
    answer = stage.github.shapes.issue(stage.repo, stage.issue(ref)) | {"user": None}
    stage.github.server.after = after("GET", Response(200, answer), path="/issues/1")
    sight = stage.tracker.get([ref])[ref]
    assert isinstance(sight, Ticket)
    assert sight.author == "ghost"


def test_case_does_not_tell_logins_and_the_general_label_apart() -> None:
    options = {"label": "PostMortem", "accounts": ("ACME-Bot",)}
    with GitHubStage(Clock(), me="Acme-BOT", settings=options) as stage:
        stage.github.state.label(stage.repo, stage.issue(stage.open_by_person("Any")), "dana", ["postmortem"])
        ticket = make(stage)
        assert stage.tracker.accounts() == {"acme-bot"} == {ticket.author}
        assert ticket.labels == {"PostMortem"}
        assert stage.tracker.resolve([Person("alice", github="Alice-L")]) == {"alice": "alice-l"}


@pytest.mark.parametrize("answer", [{}, b"null", [], {"login": ""}, {"login": None}])
def test_an_account_that_comes_back_empty_is_none(stage: GitHubStage, answer: object) -> None:
    stage.settings = replace(stage.settings, accounts=())
    stage.github.server.before = before("GET", Response(200, answer), path="/user")
    with pytest.raises(TrackerError, match="whose token this is"):
        stage.reconnect().accounts()
    assert "whose token this is" in stage.reconnect().probe().blocked


# --- renamed, transferred, gone ---------------------------------------------------------------------------------


def test_a_renamed_repository_is_refused_with_its_new_name(stage: GitHubStage) -> None:
    ref = make(stage).ref
    stage.github.state.rename(stage.repo, "acme/site")
    for attempt in (
        lambda tracker: tracker.scan(),
        lambda tracker: tracker.scan(stage.clock.now()),
        lambda tracker: tracker.find([], stage.clock.now()),
        lambda tracker: tracker.get([ref]),
        lambda tracker: tracker.update(ref, {"title": "Never"}),
        lambda tracker: tracker.close_duplicate(ref, ref),
    ):
        for tracker in (stage.tracker, stage.reconnect()):
            with pytest.raises(TrackerError, match=r'set `trackers\.platform\.repo = "acme/site"`') as caught:
                attempt(tracker)
            assert not isinstance(caught.value, TrackerUnavailable)
    assert stage.issue(ref).title != "Never"


def test_a_create_in_a_renamed_repository_makes_nothing(stage: GitHubStage) -> None:
    known(stage)
    stage.github.state.rename(stage.repo, "acme/site")
    (outcome,) = stage.tracker.create([draft()])
    assert isinstance(outcome, InDoubt)
    assert "acme/site" in outcome.reason
    assert (posts(stage), stage.created()) == (1, 0)
    assert isinstance(stage.reconnect().create([draft()])[0], Rejected)
    assert "acme/site" in stage.reconnect().probe().blocked or "renamed" in stage.reconnect().probe().blocked


def test_after_the_setting_was_changed_the_refs_go_on(stage: GitHubStage) -> None:
    ref = make(stage).ref
    stage.github.state.rename(stage.repo, "acme/site")
    stage.settings = replace(stage.settings, repo="acme/site")
    (ticket,) = stage.reconnect().scan().tickets
    assert ticket.ref == ref
    assert ticket.ref.key == "acme/site#1"


def test_a_name_that_another_repository_took_over_is_not_ours(stage: GitHubStage) -> None:
    ref = make(stage).ref
    stage.github.state.rename(stage.repo, "acme/site")
    taken = stage.github.state.add_repo("acme/web", roles={"acme-bot": "write"})
    foreign = stage.github.state.open_issue(taken, "dana", "Foreign")
    tracker = stage.reconnect()
    sight = tracker.get([ref])[ref]
    assert sight == Moved(ref, None, f"{stage.github.server.url}/acme/site/issues/1")
    with pytest.raises(TrackerError):
        tracker.update(ref, {"title": "Never"})
    assert foreign.title == "Foreign"


def test_a_transferred_ticket_is_followed_to_read_and_never_to_write(stage: GitHubStage) -> None:
    ref, target = make(stage, draft(1)).ref, make(stage, draft(2)).ref
    url = stage.move_away(ref)
    moved = stage.elsewhere.issues[1]
    assert stage.tracker.get([ref])[ref] == Moved(ref, None, url)
    for attempt in (
        lambda: stage.tracker.update(ref, {"title": "Never"}),
        lambda: stage.tracker.update(ref, {"marker": marker(9)}),
        lambda: stage.tracker.update(ref, {"add_labels": ("never",)}),
        lambda: stage.tracker.close_duplicate(ref, target),
    ):
        with pytest.raises(TrackerError, match="transferred"):
            attempt()
    assert (moved.title, moved.state, moved.labels, moved.comments) == ("Rotate the keys 1", "open", [], [])


def test_a_ticket_that_came_back_is_here_under_another_number(stage: GitHubStage) -> None:
    ref = make(stage).ref
    stage.move_away(ref)
    back = stage.github.state.transfer(stage.elsewhere, stage.elsewhere.issues[1], stage.repo, "dana")
    sight = stage.tracker.get([ref])[ref]
    assert isinstance(sight, Moved)
    assert sight.to is not None
    assert sight.to.key == f"acme/web#{back.number}"
    assert isinstance(stage.tracker.get([sight.to])[sight.to], Ticket)


def test_a_transfer_into_the_dark_counts_as_gone(stage: GitHubStage) -> None:
    ref = make(stage).ref
    vault = stage.github.state.add_repo("acme/vault", private=True)
    stage.github.state.transfer(stage.repo, stage.issue(ref), vault, "dana")
    assert stage.tracker.get([ref]) == {ref: Gone(ref)}


def test_nothing_is_gone_while_issues_are_switched_off(stage: GitHubStage) -> None:
    refs = [make(stage, draft(number)).ref for number in range(3)]
    stage.repo.has_issues = False
    requests = stage.requests()
    sights = stage.tracker.get(refs)
    assert all(isinstance(sight, Forbidden) for sight in sights.values())
    assert stage.requests() - requests == len(refs) + 2


def test_a_forbidden_ticket_is_not_gone(stage: GitHubStage) -> None:
    ref = make(stage).ref
    stage.github.server.before = before("GET", Response(403, {"message": "Resource protected"}), path="/issues/1")
    sight = stage.tracker.get([ref])[ref]
    assert isinstance(sight, Forbidden)
    assert "Resource protected" in sight.reason


def test_a_pull_request_that_a_number_names_is_no_ticket(stage: GitHubStage) -> None:
    pull = stage.github.state.open_issue(stage.repo, "dana", "A change", pull_request=True)
    ref = stage.tracker.recognise(f"#{pull.number}", "acme/web")
    assert ref is not None
    assert stage.tracker.get([ref])[ref] == Moved(ref, None, f"{stage.github.server.url}/acme/web/pull/1")


# --- rights -----------------------------------------------------------------------------------------------------


def test_an_actions_token_without_push_makes_a_bare_ticket_and_the_outcome_shows_it() -> None:
    token = Token("github-actions[bot]", installation=True)
    environ = {"GITHUB_TOKEN": TOKEN, "GITHUB_ACTIONS": "true"}
    with GitHubStage(Clock(), me="github-actions[bot]", role="read", token=token, environ=environ) as stage:
        assert stage.tracker.accounts() == {"github-actions[bot]"}
        ticket = make(stage, draft(assignees=("bob",), labels=("severity:sev1",)))
        assert (ticket.labels, ticket.assignees, ticket.marker) == (frozenset(), (), marker())
        with pytest.raises(TrackerError, match="silently dropped the assignees"):
            stage.tracker.update(ticket.ref, {"assignees": ("bob",)})
        with pytest.raises(TrackerError, match="labels"):
            stage.tracker.update(ticket.ref, {"add_labels": ("postmortem",)})
        probe = stage.tracker.probe()
        assert (probe.account, probe.blocked) == ("github-actions[bot]", "")
        assert [check.ok for check in probe.checks if check.name == "rights"] == [None]


def test_a_token_that_cannot_say_whose_it_is_needs_the_setting() -> None:
    token = Token("acme-app[bot]", installation=True)
    with GitHubStage(Clock(), token=token, me="acme-app[bot]") as stage:
        with pytest.raises(TrackerError, match=r"trackers\.platform\.accounts"):
            stage.tracker.accounts()
        assert "trackers.platform.accounts" in stage.tracker.probe().blocked
        stage.settings = replace(stage.settings, accounts=("acme-app[bot]",))
        stage.environ["GITHUB_ACTIONS"] = "true"
        tracker = stage.reconnect()
        assert tracker.accounts() == {"acme-app[bot]"}
        assert (tracker.probe().account, tracker.probe().blocked) == ("", "")


@pytest.mark.parametrize(
    ("role", "token", "spoil", "said"),
    [
        ("read", Token("acme-bot", scopes="repo"), "", "may not label"),
        ("write", Token("acme-bot", scopes="read:user, gist"), "", "scopes"),
        ("write", Token("acme-bot"), "archived", "archived"),
        ("write", Token("acme-bot"), "off", "switched off"),
        ("write", Token("acme-bot"), "hidden", "trackers.platform.repo"),
        ("write", Token("acme-bot"), "renamed", "renamed"),
        ("write", Token("acme-bot"), "stranger", "trackers.platform.accounts"),
        ("write", Token("acme-bot"), "expired", "expired"),
    ],
)
def test_the_probe_says_what_stands_in_the_way_and_what_to_do(role: str, token: Token, spoil: str, said: str) -> None:
    options = {"accounts": ("somebody-else",)} if spoil == "stranger" else {}
    with GitHubStage(Clock(), role=role, token=token, settings=options) as stage:
        match spoil:
            case "archived":
                stage.repo.archived = True
            case "off":
                stage.repo.has_issues = False
            case "hidden":
                stage.repo.private, stage.repo.roles = True, {}
            case "renamed":
                stage.github.state.rename(stage.repo, "acme/site")
            case "expired":
                stage.github.state.tokens.clear()
        probe = stage.tracker.probe()
        assert said in probe.blocked
        assert any(check.ok is False for check in probe.checks)
        assert stage.requests() <= 4
        assert stage.writes() == 0


def test_the_probe_warns_of_a_missing_label_and_is_three_requests(stage: GitHubStage) -> None:
    checks = {check.name: check.ok for check in stage.tracker.probe().checks}
    assert checks == {"account": True, "repository": True, "rights": True, "scopes": True, "label": None}
    assert stage.requests() == 3
    make(stage)
    checks = {check.name: check.ok for check in stage.tracker.probe().checks}
    assert checks["label"] is True


def test_people_are_asked_for_once(stage: GitHubStage) -> None:
    people = [Person("alice", github="alice-l"), Person("zoe", github="zoe"), Person("carol")]
    answers = stage.tracker.resolve(people)
    assert answers["alice"] == "alice-l"
    assert isinstance(answers["zoe"], Unresolved)
    assert "acme/web" in answers["zoe"].reason
    assert isinstance(answers["carol"], Unresolved)
    assert "people.carol.github" in answers["carol"].reason
    assert stage.tracker.resolve(people) == answers
    assert stage.requests() == 2


# --- Apps -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def key_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


@pytest.fixture
def app_stage(key_pair: tuple[str, str]) -> Iterator[GitHubStage]:
    environ = {"APP_ID": "7", "APP_KEY": key_pair[0].replace("\n", "\\n")}
    options = {"app_id_env": "APP_ID", "app_key_env": "APP_KEY"}
    with GitHubStage(Clock(), me="acme-app[bot]", environ=environ, settings=options) as stage:
        stage.github.state.apps[7] = App(7, "acme-app", key_pair[1], {42: stage.repo.id})
        yield stage


def test_an_app_finds_its_installation_and_works_as_its_bot(app_stage: GitHubStage) -> None:
    ticket = make(app_stage, draft(labels=("extra",)))
    assert (ticket.author, ticket.labels) == ("acme-app[bot]", {"postmortem", "extra"})
    assert app_stage.tracker.accounts() == {"acme-app[bot]"}
    assert app_stage.tracker.probe().blocked == ""
    assert app_stage.github.server.count("POST", path="/access_tokens") == 1


def test_an_app_renews_its_token_before_it_ends(app_stage: GitHubStage) -> None:
    app_stage.settings = replace(app_stage.settings, app_installation_id=42)
    tracker = app_stage.reconnect()
    tracker.scan()
    app_stage.clock.advance(minutes=57)
    tracker.scan()
    assert app_stage.github.server.count("POST", path="/access_tokens") == 1
    app_stage.clock.advance(minutes=2)
    tracker.scan()
    assert app_stage.github.server.count("POST", path="/access_tokens") == 2
    assert app_stage.github.server.count("GET", path="/installation") == 0


@pytest.mark.parametrize("fault", [Drop(), Response(502)])
def test_an_app_that_gets_no_token_has_sent_no_create(app_stage: GitHubStage, fault: Drop | Response) -> None:
    known(app_stage)
    app_stage.clock.advance(hours=2)
    app_stage.github.server.before = before("POST", fault, path="/access_tokens")
    (outcome,) = app_stage.tracker.create([draft()])
    assert isinstance(outcome, Unavailable)
    assert posts(app_stage) == 0


def test_an_app_that_is_not_installed_is_told_so(app_stage: GitHubStage) -> None:
    app_stage.github.state.apps[7].installations.clear()
    with pytest.raises(TrackerError, match="installed in `acme/web`"):
        app_stage.tracker.scan()
    assert isinstance(app_stage.tracker.create([draft()])[0], Rejected)


# --- duplicates -------------------------------------------------------------------------------------------------


def test_closing_a_duplicate_goes_on_where_it_broke_off(stage: GitHubStage) -> None:
    older, younger = make(stage, draft(1)).ref, make(stage, draft(2)).ref
    stage.github.server.after = after("POST", Drop(), path="/comments")
    with pytest.raises(TrackerUnavailable):
        stage.tracker.close_duplicate(younger, older)
    stage.github.server.after = None
    closed = stage.tracker.close_duplicate(younger, older)
    assert isinstance(closed, Ticket)
    assert closed.duplicate
    assert len(stage.comments(younger)) == 1


def test_an_old_server_that_knows_no_duplicates_closes_as_not_planned(stage: GitHubStage) -> None:
    older, younger = make(stage, draft(1)).ref, make(stage, draft(2)).ref
    stage.github.server.before = lambda request: (
        Response(422, {"message": "Validation Failed"}) if b'"duplicate"' in request.body else None
    )
    closed = stage.tracker.close_duplicate(younger, older)
    assert isinstance(closed, Ticket)
    assert closed.status is Status.WONT_DO


def test_a_duplicate_with_a_long_history_is_read_to_its_end(stage: GitHubStage) -> None:
    older, younger = make(stage, draft(1)).ref, make(stage, draft(2)).ref
    for number in range(120):
        stage.tracker.update(younger, {"title": f"Title {number}"})
    stage.comment(younger, "I am on it.")
    assert stage.tracker.close_duplicate(younger, older) == Touched("dana commented")


def test_a_duplicate_that_somebody_refers_to_is_left_alone(stage: GitHubStage) -> None:
    older, younger = make(stage, draft(1)).ref, make(stage, draft(2)).ref
    linking = stage.issue(stage.open_by_person("Another"))
    stage.github.state.event(stage.issue(younger), "dana", "cross-referenced", source=linking)
    assert isinstance(stage.tracker.close_duplicate(younger, older), Touched)


# --- updates ----------------------------------------------------------------------------------------------------


def test_an_update_is_one_patch_and_labels_of_others_survive_a_race(stage: GitHubStage) -> None:
    ref = make(stage, draft(labels=("ours",))).ref
    requests = stage.requests()
    stage.tracker.update(ref, {"title": "New", "assignees": ("bob",)})
    assert stage.requests() - requests == 1
    stage.github.server.before = lambda request: (
        stage.set_labels(ref, *stage.issue(ref).labels, f"theirs-{request.method}") if request.method != "GET" else None
    )
    labels = stage.tracker.update(ref, {"title": "Newer", "add_labels": ("more",), "remove_labels": ("ours",)}).labels
    assert labels == {"postmortem", "more", "theirs-POST", "theirs-DELETE", "theirs-PATCH"}


def test_what_github_refuses_is_named(stage: GitHubStage) -> None:
    ref = make(stage).ref
    with pytest.raises(TrackerError, match="assignees nobody invalid"):
        stage.tracker.update(ref, {"assignees": ("nobody",)})


# --- secrets and hosts ------------------------------------------------------------------------------------------

BASE = TrackerSettings("platform", "github", repo="acme/web", token_env="GH")
GHES = "https://ghes.example/api/v3"


@pytest.mark.parametrize(
    ("changes", "environ", "said"),
    [
        ({}, {}, "trackers.platform.token_env: the environment variable `GH` is not set"),
        ({"token_env": None}, {}, "the environment variable `GITHUB_TOKEN` is not set"),
        ({}, {"GH": " "}, "`GH` is not set"),
        ({}, {"GH": "two words"}, "`GH` has spaces"),
        ({"api_url": "http://ghes.example/api/v3"}, {"GH": "t"}, "never sent without encryption"),
        ({"api_url": "ftp://ghes.example"}, {"GH": "t"}, "trackers.platform.api_url"),
        ({"api_url": "https://user:pw@ghes.example"}, {"GH": "t"}, "trackers.platform.api_url"),
        ({"api_url": "https://[bad"}, {"GH": "t"}, "not a URL"),
        ({"api_url": "https://github.com"}, {"GH": "t"}, "https://api.github.com"),
        ({"api_url": GHES}, {"GH": "t", "CI": "true"}, "PMSYNC_HOSTS=ghes.example"),
        ({"api_url": GHES}, {"GH": "t", "CI": "1", "PMSYNC_HOSTS": "other.example"}, "PMSYNC_HOSTS"),
        ({"api_url": "https://api.github.com.evil.example"}, {"GH": "t", "CI": "true"}, "PMSYNC_HOSTS"),
        ({"api_url": GHES}, {"GH": "t"}, "set `PMSYNC_HOSTS=ghes.example`"),
        ({"api_url": GHES}, {"GH": "t", "CI": "false"}, "PMSYNC_HOSTS=ghes.example"),
        ({"app_id_env": "APP", "app_key_env": "KEY"}, {"APP": "7"}, "`KEY` is not set"),
        ({"app_id_env": "APP", "app_key_env": "KEY"}, {"APP": "7", "KEY": "no key"}, "not a private key"),
    ],
)
def test_what_is_wrong_with_the_settings_is_named(changes: dict[str, Any], environ: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        connect(replace(BASE, **changes), environ)
    assert said in str(caught.value)
    assert "pw" not in str(caught.value) or "user:pw" in changes.get("api_url", "")


@pytest.mark.parametrize(
    ("api_url", "environ"),
    [
        ("https://api.github.com", {"CI": "true"}),
        (GHES, {"PMSYNC_HOSTS": "ghes.example"}),
        (GHES, {"CI": "true", "PMSYNC_HOSTS": "other.example, GHES.example"}),
        ("http://127.0.0.1:8080", {}),
        ("http://127.0.0.1:8080", {"CI": "true", "PMSYNC_HOSTS": "127.0.0.1:8080"}),
        ("http://127.0.0.1:8080", {"CI": "true", "PMSYNC_HOSTS": "127.0.0.1"}),
    ],
)
def test_a_token_goes_to_hosts_that_the_environment_allows(api_url: str, environ: dict[str, str]) -> None:
    connect(replace(BASE, api_url=api_url), {"GH": "secret"} | environ).close()


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        connect(replace(BASE, app_id_env="APP", app_key_env="KEY", api_url="ftp://x"), {})
    assert len(caught.value.problems) == 3


def test_the_token_is_in_no_error_and_no_log(app_stage: GitHubStage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="github")
    said = []
    for fault in (None, Drop(), Response(401, {"message": "Bad credentials"}), Response(502), Truncate()):
        app_stage.github.server.after = after("GET", fault) if fault else None
        try:
            app_stage.reconnect().scan()
        except TrackerError as error:
            said.append(f"{error!r} {error.__cause__!r}")
    app_stage.github.server.stop()
    with pytest.raises(TrackerUnavailable) as caught:
        app_stage.reconnect().scan()
    said.append(repr(caught.value))
    secrets = [secret for secret in app_stage.github.state.tokens if secret.startswith("ghs_")]
    assert secrets
    assert len(said) == 5
    for secret in (*secrets, app_stage.environ["APP_KEY"][40:80], "Bearer "):
        assert secret not in caplog.text + "".join(said)


# --- links ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "repository", "number"),
    [
        ("acme/web#12", None, 12),
        ("ACME/Web#12", None, 12),
        ("#12", "acme/web", 12),
        ("gh-12", "Acme/Web", 12),
        ("https://github.com/acme/web/issues/12", None, 12),
        ("http://www.github.com/acme/web/issues/12/", None, 12),
        ("https://github.com/acme/web/issues/12#issuecomment-1", None, 12),
        ("https://github.com/acme/web/issues/12?x=1", None, 12),
        ("#12", None, None),
        ("#12", "acme/docs", None),
        ("#0", "acme/web", None),
        ("acme/web#012", None, None),
        ("web#12", "acme/web", None),
        ("https://github.com/acme/web/pull/12", None, None),
        ("https://github.com/acme/web/issues/12/events", None, None),
        ("https://ghes.example/acme/web/issues/12", None, None),
        ("https://github.com.evil.example/acme/web/issues/12", None, None),
        ("https://github.com/acme/web-2/issues/12", None, None),
        ("acme/web@abcdef0", None, None),
    ],
)
def test_links_of_github_com(text: str, repository: str | None, number: int | None) -> None:
    tracker = connect(BASE, {"GH": "secret"})
    ref = tracker.recognise(text, repository)
    wanted = number and Ref(
        "platform", str(number), f"acme/web#{number}", f"https://github.com/acme/web/issues/{number}"
    )
    assert ref == wanted
    assert not ref or not wanted or (ref.key, ref.url) == (wanted.key, wanted.url)
    tracker.close()


def test_links_of_other_hosts() -> None:
    for api_url, host in ((GHES, "ghes.example"), ("https://api.acme.ghe.com", "acme.ghe.com")):
        allowed = "ghes.example api.acme.ghe.com"
        tracker = connect(replace(BASE, api_url=api_url), {"GH": "secret", "PMSYNC_HOSTS": allowed})
        assert tracker.recognise(f"https://{host}/acme/web/issues/3") is not None
        assert tracker.recognise("https://github.com/acme/web/issues/3") is None
        tracker.close()
