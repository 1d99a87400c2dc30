"""A token goes to its tracker's own host, encrypted, and nowhere else: judged by what other servers receive."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from pmsync.config.settings import Person, TrackerSettings
from pmsync.errors import TrackerError, TrackerUnavailable
from pmsync.trackers.contract import Tracker, Unavailable
from pmsync.trackers.github import tracker as github
from pmsync.trackers.jira import tracker as jira
from tests.clock import Clock
from tests.fakes.http import Request, Response, Server
from tests.trackers.contract import draft, make
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage

EVER = datetime(2000, 1, 1, tzinfo=UTC)
Stage = GitHubStage | JiraStage


@pytest.fixture(params=["github", "cloud", "server"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with GitHubStage(Clock()) if request.param == "github" else JiraStage(Clock(), str(request.param)) as stage:
        yield stage


@pytest.fixture
def stranger() -> Iterator[Server]:
    """A server that answers everything, and writes down what it was asked."""
    with Server(lambda _: Response(200, {"issues": [], "id": 1, "login": "mallory", "total": 0})) as server:
        yield server


def wire(stage: Stage) -> Server:
    return stage.github.server if isinstance(stage, GitHubStage) else stage.jira.server


def everything(stage: Stage) -> list[Callable[[Tracker], Any]]:
    """Every kind of request that a tracker sends."""
    one, two, more = (make(stage, draft(number)).ref for number in (1, 2, 3))
    return [
        lambda tracker: tracker.probe(),
        lambda tracker: tracker.accounts(),
        lambda tracker: tracker.scan(),
        lambda tracker: tracker.find(["abcdefgh2345"], EVER),
        lambda tracker: tracker.get([one]),
        lambda tracker: tracker.get([one, two, more, replace(one, id=one.id[:-1] + "9")]),
        lambda tracker: tracker.resolve([Person("alice", "Alice", github="alice-l", jira="alice")]),
        lambda tracker: tracker.create([draft(4)]),
        lambda tracker: tracker.update(one, {"title": "Other", "add_labels": ("x",), "marker": draft(5).marker}),
        lambda tracker: tracker.close_duplicate(two, one),
    ]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_to_another_host(stage: Stage, stranger: Server, status: int) -> None:
    calls = everything(stage)

    def elsewhere(request: Request) -> Response:
        return Response(status, {}, {"Location": f"{stranger.url}{request.target}"})

    wire(stage).before = elsewhere
    asked = len(wire(stage).log)
    for call in calls:
        with suppress(TrackerError):
            call(stage.reconnect())
    assert len(wire(stage).log) >= asked + len(calls) - 1
    assert stranger.log == []


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
def test_a_redirect_of_one_write_sends_nothing_elsewhere(stage: Stage, stranger: Server, method: str) -> None:
    calls = everything(stage)
    wire(stage).before = lambda request: (
        Response(307, {}, {"Location": f"{stranger.url}{request.target}"}) if request.method == method else None
    )
    for call in calls:
        with suppress(TrackerError):
            call(stage.reconnect())
    assert stranger.log == []


def test_no_page_of_a_list_is_asked_for_at_another_host(stage: Stage, stranger: Server) -> None:
    calls = everything(stage)

    def pointing(_: Request, response: Response) -> Response:
        links = ", ".join(f'<{stranger.url}/repositories/1/issues?page=2>; rel="{rel}"' for rel in ("next", "last"))
        body = response.body
        if isinstance(body, dict):
            urls = ("self", "next", "nextPage", "url", "issues_url", "labels_url", "repository_url", "html_url")
            body = body | {name: stranger.url for name in urls if name in body or name in {"self", "next"}}
        return replace(response, body=body, headers={**response.headers, "Link": links})

    wire(stage).after = pointing
    for call in calls:
        with suppress(TrackerError, KeyError):
            call(stage.reconnect())
    assert stranger.log == []


def test_the_other_server_would_have_noticed(stranger: Server) -> None:
    """Else the tests above would prove nothing."""
    settings = TrackerSettings("x", "github", repo="acme/web", api_url=stranger.url, token_env="T")
    with suppress(TrackerError):
        github.connect(settings, {"T": "secret"}).scan()
    assert any("secret" in record.request.headers.get("authorization", "") for record in stranger.log)


# --- encryption -------------------------------------------------------------------------------------------------


def certificate(
    folder: Path, host: str, issuer: tuple[Any, Any] | None = None, age: timedelta = timedelta(0)
) -> tuple[Path, tuple[Any, Any]]:
    """A file with key and certificate for a host, signed by itself or by an issuer; valid for a day, at that age."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    by, by_key = issuer or (name, key)
    now = datetime.now(UTC) - age
    try:
        names: list[x509.GeneralName] = [x509.IPAddress(ip_address(host))]
    except ValueError:
        names = [x509.DNSName(host)]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .sign(by_key, hashes.SHA256())
    )
    file = folder / f"{host}-{'own' if issuer is None else 'signed'}.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return file, (name, key)


@contextmanager
def encrypted(file: Path) -> Iterator[Server]:
    """A server behind TLS with this certificate; `url` is its https address."""
    with Server(lambda _: Response(200, [], {"Date": "Tue, 24 Nov 2026 09:00:00 GMT"})) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        http: Any = server._http
        http.socket = context.wrap_socket(http.socket, server_side=True, do_handshake_on_connect=False)
        http.handle_error = lambda *_: None  # a client that refuses the certificate is what is wanted here
        server.url = server.url.replace("http:", "https:")
        yield server


def connected(kind: str, url: str) -> Tracker:
    if kind == "github":
        settings = TrackerSettings("x", "github", repo="acme/web", api_url=url, token_env="T")
        return github.connect(settings, {"T": "secret"}, timeout=(5, 5))
    settings = TrackerSettings("x", "jira", url=url, project="PAY", token_env="T", deployment="server")
    return jira.connect(settings, {"T": "secret"}, timeout=(5, 5))


@pytest.mark.parametrize("kind", ["github", "jira"])
@pytest.mark.parametrize("host", ["127.0.0.1", "other.example"])
def test_a_certificate_that_nobody_vouches_for_is_refused(kind: str, host: str, tmp_path: Path) -> None:
    file, _ = certificate(tmp_path, host)
    with encrypted(file) as server:
        tracker = connected(kind, server.url)
        with pytest.raises(TrackerUnavailable, match="certificate"):
            tracker.scan()
        assert isinstance(tracker.create([draft()])[0], Unavailable)  # surely not sent
        assert server.log == []


@pytest.mark.parametrize("kind", ["github", "jira"])
def test_a_certificate_of_an_own_authority_is_accepted_for_its_own_host_only(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, issuer = certificate(tmp_path, "Acme CA")
    right, _ = certificate(tmp_path, "127.0.0.1", issuer)
    wrong, _ = certificate(tmp_path, "other.example", issuer)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(root))
    with encrypted(wrong) as server:
        with pytest.raises(TrackerUnavailable):
            connected(kind, server.url).scan()
        assert server.log == []
    with encrypted(right) as server:
        with suppress(TrackerError):
            connected(kind, server.url).scan()
        assert any("secret" in record.request.headers.get("authorization", "") for record in server.log)
