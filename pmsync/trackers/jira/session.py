"""HTTP with Jira's REST API, over the session of the jira library, which authenticates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from jira import JIRA

from pmsync.errors import TrackerClosed, TrackerError, TrackerUnavailable
from pmsync.trackers.http import UNREADABLE, Answer, HttpSession
from pmsync.trackers.jira import api_gateway
from pmsync.trackers.jira.error_causes import cause, is_anonymous, is_closed, is_own, reason

TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and to wait for the next bytes of an answer; a lot of 50 takes Jira several seconds."""


class JiraSession(HttpSession):
    """Requests below `<url>/rest/api/2`, or another version of it.

    `setting` is the one that holds the address (`trackers.pay.url`), `secrets` names the variables with credentials.
    `site` is the address that people open, if requests go there too: '' behind the gateway.
    """

    service = "Jira"

    def __init__(
        self, jira: JIRA, *, secrets: str, setting: str, site: str = "", timeout: tuple[float, float] = TIMEOUT
    ) -> None:
        super().__init__(jira._session, str(jira.server_url), setting=setting, timeout=timeout)
        self.secrets, self.site = secrets, site

    def send(
        self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = None, version: str = "2"
    ) -> Answer:
        """Send one request, exactly once, and return its answer, whatever its status; raises NotSent or LostAnswer."""
        return self._request(method, f"{self.url}/rest/api/{version}/{path}", query, body)

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        version: str = "2",
        shape: Mapping[str, type] | type = object,
    ) -> Any:
        """Send a request that may be repeated, and return the JSON of its answer.

        `shape` is what the JSON must be, as a type (`list`: of objects) or as those of its members. Raises
        TrackerUnavailable (no answer, 429, 5xx, unreadable, JSON of another shape) or TrackerError (everything else).
        """
        return self.good(self.send(method, path, query=query, body=body, version=version), path, shape).data

    def ask_or_none(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """The JSON of a GET, None without a good answer."""
        try:
            answer = self.send("GET", path, query=query)
        except TrackerUnavailable:
            return None
        return answer.data if is_good(answer) else None

    def good(self, answer: Answer, path: str, shape: Mapping[str, type] | type) -> Answer:
        """The answer if it is a good one; raises the error that it means, as in `ask`."""
        if not is_good(self.settled(answer)):
            kind = TrackerClosed if is_closed(answer) else TrackerError
            raise kind(f"{self.where} refused ({reason(answer)}){self.advice(answer)}")
        if not _is_shaped(answer.data, shape):
            raise self.unexpected(answer.data, f"an answer to {path!r}")
        return answer

    def received_at(self, answer: Answer) -> datetime:
        """By the server's clock, by ours if a proxy removed it."""
        return answer.date or datetime.now(UTC)

    def sent_at(self, answer: Answer) -> datetime:
        """When the request was sent at the earliest, by the server's clock."""
        return self.received_at(answer) - answer.elapsed

    def advice(self, answer: Answer) -> str:
        """What to do about a refusal, as the end of a sentence."""
        why = cause(answer, self.secrets)
        if answer.status == 401 or is_anonymous(answer):
            todo = why or f"check {self.secrets}; tokens expire"
            elsewhere = self._gateway_hint if is_own(answer) or not why else ""
            return f": {todo}{f'; {elsewhere}' if elsewhere else ''}"
        if why:
            return f": {why}"
        if answer.status == 413:
            return ": raise the size limit of the proxy, or shorten the item"
        if answer.status == 403 and not is_own(answer):
            return ": let requests to Jira through the proxy or firewall, or reword what it takes for an attack"
        if answer.status == 403:
            return f": the account behind {self.secrets} may not do that; give it the permission in the project"
        if answer.redirect:
            return f": correct {self.setting}, or let API requests through without a redirect"
        return ""

    @cached_property
    def _gateway_hint(self) -> str:
        """What else a 401 at a Cloud site may mean: it takes no scoped tokens."""
        return api_gateway.hint(self.site, self.setting.rpartition(".")[0]) if self.site else ""

    def _needs_body(self, method: str, status: int) -> bool:
        return status == 200 and method != "PUT"


def is_good(answer: Answer) -> bool:
    return answer.status < 300 and answer.data is not UNREADABLE and not is_anonymous(answer)


def _is_shaped(data: Any, shape: Mapping[str, type] | type) -> bool:
    if isinstance(shape, Mapping):
        return isinstance(data, dict) and all(_is_shaped(data.get(name), kind) for name, kind in shape.items())
    if shape is list:
        return isinstance(data, list) and all(isinstance(each, dict) for each in data)
    return isinstance(data, shape)
