"""A Jira of either kind, served, and a client that is logged in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.fakes.jira import FakeJira
from tests.fakes.jira_client import BOT, PEOPLE, Client
from tests.fakes.jira_state import JiraState


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["cloud", "server"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def state(clock: Clock, kind: str) -> JiraState:
    return JiraState(clock.now, kind == "cloud", people=dict(PEOPLE))


@pytest.fixture
def jira(state: JiraState) -> Iterator[FakeJira]:
    with FakeJira(state, {"token-example": BOT}) as jira:
        yield jira


@pytest.fixture
def call(jira: FakeJira) -> Iterator[Client]:
    client = Client(jira)
    yield client
    client.session.close()
