"""A tracker behind a broken way: `doctor`, `plan` and `sync` name the cause and what to do, and exit with 1."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest

from pmsync.errors import TrackerUnavailable
from pmsync.trackers.contract import InDoubt, Unavailable
from tests.cli.conftest import Ran, Run, write
from tests.clock import Clock
from tests.fakes.http import Drop, Response, Server
from tests.security.test_hosts import certificate, connected, encrypted
from tests.trackers.contract import draft
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage

DOCUMENT = "# Down\n\n**Date:** 2026-11-20\n\n## Action items\n\n- Add an alert on latency\n"
COMMANDS = ("doctor", "plan", "sync")
CLOSED = "http://127.0.0.1:9"
"""The port of the discard service, where nobody listens."""


@pytest.fixture(autouse=True)
def a_way_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits between attempts, or goes through the proxy of who runs it."""
    monkeypatch.setattr("pmsync.trackers.retry._wait", lambda _: 0.0)
    for name in [name for name in os.environ if name.lower().endswith("_proxy") or "CA_BUNDLE" in name]:
        monkeypatch.delenv(name)


@pytest.fixture(params=["github", "jira"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def tell(run: Run, tmp_path: Path, kind: str) -> Callable[[str, str], Ran]:
    """What a command says of a tracker of this kind at an address."""

    def tell(command: str, url: str) -> Ran:
        place = {
            "github": f'type = "github"\nrepo = "acme/web"\napi_url = "{url}"\n',
            "jira": f'type = "jira"\nproject = "PAY"\nurl = "{url}"\n',
        }[kind]
        text = f'[documents]\nnamespace = "acme/web"\nsince = 2026-11-01\n[trackers.web]\n{place}token_env = "T"\n'
        write(tmp_path, {"pmsync.toml": text, "postmortems/a.md": DOCUMENT})
        return run(command, environ={"T": "s3cret-token", "PMSYNC_HOSTS": "api.acme.test no-such-host.invalid"})

    return tell


def told(ran: Ran, *expected: str) -> None:
    text = " ".join((ran.out + ran.err).split())
    assert ran.code == 1, text
    for part in expected:
        assert part in text
    assert "a bug" not in text
    assert "s3cret" not in text


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_bundle_that_cannot_be_used_is_named_with_its_variable(
    command: str,
    variable: str,
    content: bytes | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tell: Callable[[str, str], Ran],
) -> None:
    bundle = tmp_path / "ca.pem"
    if content:
        bundle.write_bytes(content)
    monkeypatch.setenv(variable, str(bundle))
    why = "contains no certificates in PEM form" if content else "does not exist"
    told(tell(command, "https://127.0.0.1:9"), f"{variable} names '{bundle}', which {why}: correct the variable")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_a_dead_proxy_is_named_with_its_variable_and_without_its_password(
    command: str, variable: str, monkeypatch: pytest.MonkeyPatch, tell: Callable[[str, str], Ran]
) -> None:
    monkeypatch.setenv(variable, "http://alice:s3cret@127.0.0.1:9")
    what = f"the proxy 'http://127.0.0.1:9' (from {variable}) cannot be reached (connection refused)"
    told(tell(command, "https://api.acme.test"), f"{what}: correct {variable}, or add api.acme.test to NO_PROXY")


@pytest.mark.parametrize(
    ("proxy", "expected"),
    [
        ("http://no-such-host.invalid:3128", "cannot be reached (the host name does not resolve (DNS))"),
        ("socks5://127.0.0.1:9", "is not supported: name an http:// proxy"),
        ("http://[::", "the proxy address in HTTPS_PROXY is not valid"),
    ],
)
def test_a_proxy_that_is_wrong_is_named(
    proxy: str, expected: str, monkeypatch: pytest.MonkeyPatch, tell: Callable[[str, str], Ran]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    told(tell("doctor", "https://api.acme.test"), expected, "HTTPS_PROXY")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (407, "requires a login (407 Proxy Authentication Required): set HTTPS_PROXY=http://USER:PASSWORD@127.0.0.1:"),
        (403, "rejects requests (403 Forbidden): have it allow api.acme.test"),
    ],
)
def test_a_proxy_that_refuses_is_named(
    status: int, expected: str, monkeypatch: pytest.MonkeyPatch, tell: Callable[[str, str], Ran]
) -> None:
    with Proxy(status) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//alice:s3cret@"))
        told(tell("doctor", "https://api.acme.test"), expected)


class Proxy(Server):
    """It answers every CONNECT with a status."""

    def __init__(self, status: int) -> None:
        super().__init__(lambda _: Response(status, b""))

    def start(self, port: int = 0) -> Proxy:
        super().start(port)
        assert self._http is not None
        handler = self._http.RequestHandlerClass
        handler.do_CONNECT = handler.do_GET  # type: ignore[attr-defined]
        return self


@pytest.mark.parametrize("command", COMMANDS)
def test_a_log_in_page_is_quoted(command: str, kind: str, tell: Callable[[str, str], Ran]) -> None:
    page = Response(200, b"<html><title>Log in to Acme</title></html>", {"Content-Type": "text/html"})
    with Server(lambda _: page) as server:
        setting = "trackers.web.api_url" if kind == "github" else "trackers.web.url"
        ran = tell(command, server.url)
        told(ran, "a page titled 'Log in to Acme' (200) instead of JSON", f"check {setting}")
        assert len(server.log) == 1, "asking again would not help"


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://no-such-host.invalid", "the host name does not resolve (DNS)"),
        ("https://127.0.0.1:9", "connection refused"),
    ],
)
def test_who_is_not_there_is_told_apart(command: str, url: str, expected: str, tell: Callable[[str, str], Ran]) -> None:
    told(tell(command, url), f"'{url}' cannot be reached: {expected}")


def test_doctor_never_advises_to_run_itself(tell: Callable[[str, str], Ran]) -> None:
    for status in (401, 403, 404, 413, 302, 500):
        body = {"message": "no", "errorMessages": ["no"]}
        answer = Response(status, body, {"Location": "https://elsewhere.example/"} if status == 302 else {})
        with Server(lambda _, answer=answer: answer) as server:  # type: ignore[misc]
            ran = tell("doctor", server.url)
            told(ran)
            assert "doctor`" not in ran.out + ran.err


# --- encryption -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("self-signed", "if it is your own, name a file with that authority's certificate in REQUESTS_CA_BUNDLE"),
        ("unread variable", "SSL_CERT_FILE is not read"),
        ("other bundle", "lacks the authority that signed it"),
        ("other host", "it is for another host"),
        ("expired", "it has expired"),
        ("no TLS", "no encrypted connection could be made"),
    ],
)
def test_what_is_wrong_with_the_encryption_is_said(
    kind: str, case: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, issuer = certificate(tmp_path, "Acme CA")
    file, _ = certificate(tmp_path, "127.0.0.1", issuer)
    match case:
        case "unread variable":
            monkeypatch.setenv("SSL_CERT_FILE", str(root))
        case "other bundle":
            other, _ = certificate(tmp_path, "Other CA")
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
        case "other host":
            file, _ = certificate(tmp_path, "other.example", issuer)
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(root))
        case "expired":
            file, _ = certificate(tmp_path, "127.0.0.1", issuer, age=timedelta(days=2))
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(root))
    served: AbstractContextManager[Server] = encrypted(file)
    if case == "no TLS":
        served = Server(lambda _: Response(200, []))
    with served as server:
        tracker = connected(kind, server.url.replace("http:", "https:"))
        with pytest.raises(TrackerUnavailable) as error:
            tracker.scan()
        assert expected in str(error.value)
        outcome = tracker.create([draft()])[0]
        assert isinstance(outcome, Unavailable), outcome
        assert server.log == []


# --- creates ----------------------------------------------------------------------------------------------------


@pytest.fixture(params=["github", "cloud", "server"])
def stage(request: pytest.FixtureRequest) -> Iterator[GitHubStage | JiraStage]:
    with GitHubStage(Clock()) if request.param == "github" else JiraStage(Clock(), str(request.param)) as stage:
        yield stage


def test_a_create_through_a_dead_proxy_is_surely_not_sent(
    stage: GitHubStage | JiraStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.tracker.create([draft(1)])
    monkeypatch.setenv("HTTP_PROXY", "http://alice:s3cret@127.0.0.1:9")
    for tracker in (stage.tracker, stage.reconnect()):
        (outcome,) = tracker.create([draft(2)])
        assert isinstance(outcome, Unavailable), outcome
        assert "the proxy 'http://127.0.0.1:9' (from HTTP_PROXY)" in outcome.reason
    assert stage.created() == 1


def test_a_create_whose_connection_breaks_after_another_never_came_about_is_in_doubt(
    stage: GitHubStage | JiraStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an earlier request failed for says nothing of a later one, even where it is sent while that is handled."""
    stage.tracker.create([draft(1)])
    server = stage.github.server if isinstance(stage, GitHubStage) else stage.jira.server
    server.after = lambda request, _: Drop() if request.method == "POST" else None
    monkeypatch.setenv("HTTP_PROXY", CLOSED)
    try:
        stage.tracker.scan()
    except TrackerUnavailable:
        monkeypatch.delenv("HTTP_PROXY")
        (outcome,) = stage.tracker.create([draft(2)])
    assert isinstance(outcome, InDoubt), outcome
    assert stage.created() == 2
