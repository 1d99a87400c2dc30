"""A plain HTTP client of the Jira fake that holds every answer to its shape, for the fake's own tests."""

from __future__ import annotations

from typing import Any

import requests
from pydantic import TypeAdapter

from tests.fakes import jira_shapes as shapes
from tests.fakes.jira import FakeJira
from tests.fakes.jira_state import Issue, JiraState

BOT, ALICE = "5b10bot", "5b10alice"
PEOPLE = {BOT: "bot@example.com", ALICE: "alice@example.com", "5b10bob": "bob@example.com"}
TASK = {"project": {"key": "PAY"}, "issuetype": {"name": "Task"}, "summary": "Rotate the keys"}


class Client:
    def __init__(self, jira: FakeJira, token: str | None = "token-example") -> None:
        self.jira, self.session = jira, requests.Session()
        self.session.trust_env = False
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def __call__(self, verb: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        url = f"{self.jira.url}/rest/api/2/{path}"
        return self.session.request(verb, url, json=body, params=query, timeout=5)

    def good(self, verb: str, path: str, model: Any, body: Any = None, **query: Any) -> Any:
        """The JSON of a successful answer that has the shape."""
        answer = self(verb, path, body, **query)
        assert answer.status_code in {200, 201}, answer.text
        return conforms(model, answer)

    def refused(self, verb: str, path: str, body: Any = None, status: int = 400, **query: Any) -> dict[str, Any]:
        """The JSON of a refusal in the official shape."""
        answer = self(verb, path, body, **query)
        assert answer.status_code == status, answer.text
        return dict(conforms(shapes.ErrorCollection, answer))

    def found(self, jql: str, **query: Any) -> list[str]:
        """The keys that a search of either kind shows."""
        cloud = self.jira.state.cloud
        path, model = ("search/jql", shapes.TokenPage) if cloud else ("search", shapes.OffsetPage)
        return [i["key"] for i in self.good("GET", path, model, jql=jql, fields="summary", **query)["issues"]]


def conforms(model: Any, answer: requests.Response) -> Any:
    TypeAdapter(model).validate_json(answer.content)
    return answer.json()


def task(state: JiraState, summary: str = "Rotate the keys", **values: Any) -> Issue:
    return state.create("PAY", BOT, summary=summary, **values)


def update(**fields: Any) -> dict[str, Any]:
    return {"fields": {**TASK, **fields}}
