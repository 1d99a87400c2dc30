"""The server below the fakes: what it records, and each fault as a client meets it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import requests

from tests.fakes.http import Delay, Drop, Request, Response, Server, Truncate


@pytest.fixture
def handled() -> list[str]:
    return []


@pytest.fixture
def server(handled: list[str]) -> Iterator[Server]:
    def handler(request: Request) -> Response:
        handled.append(request.path)
        return Response(200, {"path": request.path, "sent": request.json()}, {"X-Fake": "yes"})

    with Server(handler) as server:
        yield server


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_requests_arrive_whole_and_are_recorded(server: Server, session: requests.Session) -> None:
    answer = session.post(f"{server.url}/a%20b/ü?x=1&x=2&y=", json={"n": 1}, headers={"X-Mine": "z"}, timeout=5)
    assert answer.json() == {"path": "/a b/ü", "sent": {"n": 1}}
    assert answer.headers["X-Fake"] == "yes"
    (record,) = server.log
    assert (record.request.query, record.request.arg("x"), record.request.arg("z", "-")) == (
        {"x": ("1", "2"), "y": ("",)},
        "2",
        "-",
    )
    assert record.request.headers["x-mine"] == "z"
    assert (record.status, record.line) == (200, "POST /a%20b/%C3%BC?x=1&x=2&y=")
    assert (server.count(), server.count("POST"), server.count("GET"), server.count(path="/a b")) == (1, 1, 0, 1)


def test_a_drop_before_commits_nothing_and_a_drop_after_has_committed(
    server: Server, session: requests.Session, handled: list[str]
) -> None:
    server.before = lambda _: Drop()
    with pytest.raises(requests.ConnectionError):
        session.get(f"{server.url}/before", timeout=5)
    assert (handled, server.log[-1].status) == ([], None)
    server.before, server.after = None, lambda _, __: Drop()
    with pytest.raises(requests.ConnectionError):
        session.get(f"{server.url}/after", timeout=5)
    assert (handled, server.log[-1].status) == (["/after"], 200)
    server.after = None
    assert session.get(f"{server.url}/fine", timeout=5).status_code == 200
    assert server.count("GET") == 3


def test_another_answer_before_or_after_the_commit(
    server: Server, session: requests.Session, handled: list[str]
) -> None:
    server.before = lambda request: Response(503) if request.path == "/before" else None
    server.after = lambda request, response: (
        Response(502, {"was": response.status}) if "after" in request.path else None
    )
    assert session.get(f"{server.url}/before", timeout=5).status_code == 503
    answer = session.get(f"{server.url}/after", timeout=5)
    assert (answer.status_code, answer.json()) == (502, {"was": 200})
    assert handled == ["/after"]


def test_a_truncated_answer_promises_more_than_it_sends(server: Server, session: requests.Session) -> None:
    server.after = lambda _, __: Truncate(5)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        session.get(f"{server.url}/cut", timeout=5)


def test_a_delay_runs_into_the_clients_patience_and_does_not_hold_up_the_end(
    server: Server, session: requests.Session, handled: list[str]
) -> None:
    server.after = lambda _, __: Delay(60)
    with pytest.raises(requests.ReadTimeout):
        session.get(f"{server.url}/slow", timeout=0.3)
    assert handled == ["/slow"]
    start = time.monotonic()
    server.stop()
    server.stop()
    assert time.monotonic() - start < 5
    with pytest.raises(requests.ConnectionError):
        session.get(server.url, timeout=5)
