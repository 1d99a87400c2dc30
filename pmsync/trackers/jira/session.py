"""One HTTP session with Jira through the jira library's: plain JSON, each request sent once, no redirect followed.

It classifies what can happen to a request and knows nothing of tickets. It lets no secret out: neither the library's
errors nor those of `requests`, which hold the request, are passed on or chained.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

import requests
from jira import JIRA
from requests.structures import CaseInsensitiveDict

from pmsync.errors import TrackerClosed, TrackerError, TrackerUnavailable, blacked_out
from pmsync.trackers.answers import parsed
from pmsync.trackers.jira import gateway
from pmsync.trackers.jira.causes import cause, lacks_scope, login_failed
from pmsync.trackers.reach import FAILURES, described, failure, led_away, shortened, stranger

TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and to wait for the next bytes of an answer; a lot of 50 takes Jira several seconds."""
UNREADABLE = object()
_LONGEST_REASON = 600
_OWN_HEADERS = ("X-AREQUESTID", "X-Seraph-LoginReason", "X-AUSERNAME", "X-Authentication-Denied-Reason")


@dataclass(frozen=True, slots=True)
class NotSent:
    """The request surely did not reach Jira."""

    reason: str
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """The request was sent, or may have been, and no answer came."""

    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`data` is the parsed body, None for an empty one, else UNREADABLE. `sent_at` is when, by the server's clock,
    the request was sent at the earliest; `date` is the server's Date header. `own` is whether Jira itself answered,
    and not a proxy or firewall on the way. `said` describes a body that is no JSON, and `cause` is what the headers say
    of a refusal, with what to do.
    """

    status: int
    data: Any
    date: datetime
    sent_at: datetime
    retry_after: float | None = None
    anonymous: bool = False
    location: str = ""
    own: bool = True
    said: str = ""
    cause: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300 and self.data is not UNREADABLE and not self.anonymous

    @property
    def failed(self) -> bool:
        """Whether Jira had trouble of its own, so that nothing is known."""
        unreadable = self.data is UNREADABLE and self.status < 300
        return self.status >= 500 or self.status == 408 or unreadable

    @property
    def closed(self) -> bool:
        """Whether it refuses us or our way in, whatever was asked for. A 403 that is not Jira's own may be for what a
        single request holds.
        """
        refused = self.status == 401 or (self.status == 403 and self.own)
        return self.anonymous or refused or bool(self.location)

    @property
    def reason(self) -> str:
        """Status and explanation in one line."""
        if self.anonymous:
            return "401: Jira took the request for an anonymous one"
        if self.location:
            return f"{self.status}: {led_away(self.location)}"
        unsaid = self.said or "no explanation"
        if not self.own:
            unsaid += ", not in Jira's words: a proxy or firewall on the way may have said it"
        return f"{self.status}: {'; '.join(messages(self.data)) or unsaid}"[:_LONGEST_REASON]


class Session:
    """Requests below `<url>/rest/api/2`, or another version of it; the library provides the session, its authentication
    and the addresses.

    `setting` is the one that holds the address (`trackers.pay.url`), `secrets` names the variables with credentials.
    `site` is the address of a Jira that people open, where requests go there as well: '' behind the gateway.
    """

    def __init__(
        self, jira: JIRA, *, secrets: str, setting: str, site: str = "", timeout: tuple[float, float] = TIMEOUT
    ) -> None:
        self.jira, self.secrets, self.timeout = jira, secrets, timeout
        self.setting, self.site, self.url = setting, site, str(jira.server_url)

    def send(
        self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = None, version: str = "2"
    ) -> Answer | NotSent | Lost:
        """Send one request, exactly once, and return whatever became of it."""
        try:
            # The library's own `request` repeats, raises with the request's headers inside, and follows a POST's
            # redirect with a GET; the plain one of its base class does what it is told.
            response = requests.Session.request(
                self.jira._session,
                method,
                self.jira._get_url(path, self.jira.JIRA_BASE_URL.replace("{rest_api_version}", version)),
                params=query,
                data=None if body is None else json.dumps(body),
                timeout=self.timeout,
                allow_redirects=False,
            )
        except FAILURES as error:
            found = failure(error, self.url, self.setting)
            return Lost(found.reason) if found.sent else NotSent(found.reason, found.lasting)
        return _answer(response, self.secrets)

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        version: str = "2",
        holds: Mapping[str, type] | type = object,
    ) -> Answer:
        """Send a request that may be repeated, and return its answer if it is a good one.

        `holds` is what its JSON must be, as a type (`list`: of objects) or as those of its members. Raises
        TrackerUnavailable (no answer, 429, 5xx, unreadable, JSON of another shape) or TrackerError (everything else).
        """
        answer = self.good(self.send(method, path, query=query, body=body, version=version))
        self.shaped(answer, path, holds)
        return answer

    def shaped(self, answer: Answer, path: str, holds: Mapping[str, type] | type) -> Any:
        """The answer's JSON, where it has this shape; raises TrackerUnavailable where it is something else's."""
        if not _is_shaped(answer.data, holds):
            raise TrackerUnavailable(
                f"jira at {self.url!r} answers {path!r} with JSON that is not Jira's ({shortened(answer.data)}): check "
                f"{self.setting}, and what stands between",
                lasting=True,
            )
        return answer.data

    def good(self, outcome: Answer | NotSent | Lost) -> Answer:
        """The answer if it is a good one, else the error that it means, as in `ask`."""
        where = f"jira at {self.url!r}"
        if isinstance(outcome, NotSent):
            raise TrackerUnavailable(f"{where} cannot be reached: {outcome.reason}", lasting=outcome.lasting)
        if isinstance(outcome, Lost):
            raise TrackerUnavailable(f"{where} did not answer: {outcome.reason}")
        if outcome.status == 429:
            raise TrackerUnavailable(f"{where} asks for patience ({outcome.reason})", outcome.retry_after)
        if outcome.status < 300 and outcome.said.startswith("a page"):
            text = stranger(self.url, outcome.said, outcome.status, self.setting)
            raise TrackerUnavailable(f"jira: {text}", lasting=True)
        if outcome.failed:
            raise TrackerUnavailable(f"{where} has trouble ({outcome.reason})", outcome.retry_after)
        if not outcome.ok:
            kind = TrackerClosed if outcome.closed else TrackerError
            raise kind(f"{where} refused ({outcome.reason}){self.advice(outcome)}")
        return outcome

    def advice(self, answer: Answer) -> str:
        """What to do about a refusal, as the end of a sentence."""
        if answer.status == 401 or answer.anonymous:
            todo = answer.cause or f"check {self.secrets}; tokens expire"
            elsewhere = self._gateway_hint if answer.own or not answer.cause else ""
            return f": {todo}{f'; {elsewhere}' if elsewhere else ''}"
        if answer.cause:
            return f": {answer.cause}"
        if answer.status == 413:
            return ": raise the size of requests that the proxy lets through, or shorten the item"
        if answer.status == 403 and not answer.own:
            return ": let the proxy or firewall pass requests to Jira, or reword what it takes for an attack"
        if answer.status == 403:
            return f": the account behind {self.secrets} may not do that; give it the right in the project"
        if answer.location:
            return f": correct {self.setting}, or have API requests let through without that"
        return ""

    @cached_property
    def _gateway_hint(self) -> str:
        """What a 401 at a site of Atlassian's cloud may mean besides: it takes no scoped tokens."""
        return gateway.hint(self.site, self.setting.rpartition(".")[0]) if self.site else ""


def messages(data: Any) -> list[str]:
    """Everything that an error answer says, fields by name ("duedate: …"), on one line each."""
    if not isinstance(data, dict):
        return []
    errors = data.get("errors")
    found = [str(text) for text in _listed(data.get("errorMessages"))]
    if isinstance(errors, dict):
        found += [f"{name}: {text}" for name, text in errors.items()]
    found += [str(data[name]) for name in ("message", "errorMessage") if data.get(name)]
    return [" ".join(text.split()) for text in found if text.strip()]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value] if value else []


def _answer(response: requests.Response, variables: str) -> Answer:
    secrets = _secrets_in(response.request)
    headers = CaseInsensitiveDict({name: blacked_out(text, secrets) for name, text in response.headers.items()})
    data = _parsed(response, secrets)
    text = blacked_out(response.content.decode("utf-8", "replace"), secrets) if data is UNREADABLE else ""
    own = response.status_code < 400 or _is_own(data, headers)
    said = "; ".join(messages(data))
    date = server_time(headers.get("Date")) or datetime.now(UTC)
    return Answer(
        status=response.status_code,
        data=data,
        date=date,
        sent_at=date - timedelta(seconds=response.elapsed.total_seconds()),
        retry_after=_seconds(headers.get("Retry-After"), date),
        # Jira may answer a rejected token like a stranger, with whatever the public may see.
        anonymous=response.status_code < 400 and login_failed(headers),
        location=headers.get("Location", "") if 300 <= response.status_code < 400 else "",
        own=own,
        said=described(text) if data is UNREADABLE else "",
        cause=cause(response.status_code, headers, said, variables, own=own),
    )


def _is_own(data: Any, headers: Mapping[str, str]) -> bool:
    """Whether a refusal is Jira's: in the form of its errors, or by the headers that its application sets.

    Data Center says 401 and 403 as a page too: "X-AREQUESTID" and "X-Seraph-LoginReason" tell it from a proxy's.
    """
    named = isinstance(data, dict) and bool(data.keys() & {"errorMessages", "errors", "errorMessage", "issues"})
    return named or _from_gateway(data) or any(name in headers for name in _OWN_HEADERS)


def _from_gateway(data: Any) -> bool:
    """Atlassian's gateway refuses with `{"code": 401, "message": "Unauthorized; scope does not match"}`."""
    return isinstance(data, dict) and "code" in data and lacks_scope(str(data.get("message")))


def _secrets_in(request: requests.PreparedRequest) -> list[str]:
    """What the request carried. A proxy may show it in its answer, and answers are quoted in messages."""
    carried = (request.headers.get("Authorization") or "").partition(" ")[2]
    try:
        return [carried, b64decode(carried, validate=True).decode().partition(":")[2]]
    except ValueError:
        return [carried]


def _parsed(response: requests.Response, secrets: Iterable[str]) -> Any:
    if not response.content.strip():
        # Jira ends its writes without a body; something in between that answers for it does so with 200 to everything.
        return UNREADABLE if response.status_code == 200 and response.request.method in {"GET", "POST"} else None
    try:
        return parsed(blacked_out(response.content.decode("utf-8-sig"), secrets))
    except ValueError:
        return UNREADABLE


def server_time(text: str | None) -> datetime | None:
    """An HTTP date in aware UTC, None where there is none."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except ValueError:
        return None


def _seconds(text: str | None, now: datetime) -> float | None:
    """Retry-After, which is a number of seconds or an HTTP date."""
    if text is None:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        at = server_time(text)
        return max(0.0, (at - now).total_seconds()) if at else None


def _is_shaped(data: Any, holds: Mapping[str, type] | type) -> bool:
    if isinstance(holds, Mapping):
        return isinstance(data, dict) and all(_is_shaped(data.get(name), kind) for name, kind in holds.items())
    if holds is list:
        return isinstance(data, list) and all(isinstance(each, dict) for each in data)
    return isinstance(data, holds)
