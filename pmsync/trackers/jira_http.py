"""One HTTP session with Jira through the jira library's: plain JSON, each request sent once, no redirect followed.

It classifies what can happen to a request and knows nothing of tickets. It lets no secret out: neither the library's
errors nor those of `requests`, which hold the request, are passed on or chained.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from jira import JIRA
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from pmsync.errors import TrackerClosed, TrackerError, TrackerUnavailable, blacked_out
from pmsync.trackers.answers import parsed

TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and to wait for the next bytes of an answer; a lot of 50 takes Jira several seconds."""
UNREADABLE = object()
_LONGEST_REASON = 600


@dataclass(frozen=True, slots=True)
class NotSent:
    """The request surely did not reach Jira."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The request was sent, or may have been, and no answer came."""

    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`data` is the parsed body, None for an empty one, else UNREADABLE. `sent_at` is when, by the server's clock,
    the request was sent at the earliest; `date` is the server's Date header. `own` is whether Jira itself answered,
    and not a proxy or firewall on the way.
    """

    status: int
    data: Any
    date: datetime
    sent_at: datetime
    retry_after: float | None = None
    anonymous: bool = False
    location: str = ""
    own: bool = True

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
            return f"{self.status}: sends us to {self.location!r}"
        unsaid = (
            "no explanation" if self.own else "not in Jira's words: a proxy or firewall on the way may have said it"
        )
        return f"{self.status}: {'; '.join(messages(self.data)) or unsaid}"[:_LONGEST_REASON]


class Session:
    """Requests below `<url>/rest/api/2`, or another version of it; the library provides the session, its authentication
    and the addresses.
    """

    def __init__(self, jira: JIRA, *, secrets: str, timeout: tuple[float, float] = TIMEOUT) -> None:
        self.jira, self.secrets, self.timeout = jira, secrets, timeout

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
        except requests.RequestException as error:
            return _failure(error)
        return _answer(response)

    def ask(
        self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = None, version: str = "2"
    ) -> Answer:
        """Send a request that may be repeated, and return its answer if it is a good one.

        Raises TrackerUnavailable (no answer, 429, 5xx, unreadable) or TrackerError (everything else).
        """
        return self.good(self.send(method, path, query=query, body=body, version=version))

    def good(self, outcome: Answer | NotSent | Lost) -> Answer:
        """The answer if it is a good one, else the error that it means, as in `ask`."""
        where = f"jira at {self.jira.server_url!r}"
        if not isinstance(outcome, Answer):
            raise TrackerUnavailable(f"{where} did not answer: {outcome.reason}")
        if outcome.status == 429:
            raise TrackerUnavailable(f"{where} asks for patience ({outcome.reason})", outcome.retry_after)
        if outcome.failed:
            raise TrackerUnavailable(f"{where} has trouble ({outcome.reason})", outcome.retry_after)
        if not outcome.ok:
            kind = TrackerClosed if outcome.closed else TrackerError
            raise kind(f"{where} refused ({outcome.reason}){self.advice(outcome)}")
        return outcome

    def advice(self, answer: Answer) -> str:
        """What to do about a refusal, as the end of a sentence."""
        if answer.status == 401 or answer.anonymous:
            return f": check {self.secrets}; tokens expire"
        if answer.status == 413:
            return ": raise the size of requests that the proxy lets through, or shorten the item"
        if answer.status == 403 and not answer.own:
            return ": let the proxy or firewall pass requests to Jira, or reword what it takes for an attack"
        if answer.status == 403:
            return f": the account behind {self.secrets} may not do that; run `pmsync doctor`"
        if answer.location:
            return ": correct the tracker's `url`"
        return ""


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


def _answer(response: requests.Response) -> Answer:
    headers, secrets = response.headers, _secrets_in(response.request)
    data = _parsed(response, secrets)
    date = server_time(headers.get("Date")) or datetime.now(UTC)
    reason = headers.get("X-Seraph-LoginReason", "")
    return Answer(
        status=response.status_code,
        data=data,
        date=date,
        sent_at=date - timedelta(seconds=response.elapsed.total_seconds()),
        retry_after=_seconds(headers.get("Retry-After"), date),
        # Jira may answer a rejected token like a stranger, with whatever the public may see.
        anonymous=response.status_code < 400 and ("FAILED" in reason or "DENIED" in reason),
        location=blacked_out(headers.get("Location", ""), secrets) if 300 <= response.status_code < 400 else "",
        own=response.status_code < 400 or _is_own(data, headers),
    )


def _is_own(data: Any, headers: Mapping[str, str]) -> bool:
    """Whether a refusal is Jira's: in the form of its errors, or by the headers that its application sets.

    Data Center says 401 and 403 as a page too: "X-AREQUESTID" and "X-Seraph-LoginReason" tell it from a proxy's.
    """
    named = isinstance(data, dict) and bool(data.keys() & {"errorMessages", "errors", "errorMessage", "issues"})
    return named or any(name in headers for name in ("X-AREQUESTID", "X-Seraph-LoginReason", "X-AUSERNAME"))


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


def _failure(error: requests.RequestException) -> NotSent | Lost:
    """Sure is only what failed before the connection stood; the texts are ours, since theirs may quote the request."""
    for cause in _causes(error):
        if isinstance(cause, ConnectTimeoutError):
            return NotSent("the connection was not made in time")
        if isinstance(cause, NewConnectionError | requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
            return NotSent("no connection could be made")
        if type(cause).__name__ == "SSLCertVerificationError":
            return NotSent("its certificate could not be verified")
    if isinstance(error, requests.Timeout):
        return Lost("the answer took too long")
    return Lost("the connection broke off")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error, and what it wraps: urllib3 keeps its reason, requests its arguments."""
    waiting, known = [error], set()
    while waiting:
        cause = waiting.pop()
        if id(cause) in known:
            continue
        known.add(id(cause))
        yield cause
        inner = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
        waiting += [each for each in inner if isinstance(each, BaseException)]
