"""HTTP with a tracker's service: each request is sent once, no redirect is followed, and no secret gets into a message.

A failed request is either surely not processed (`NotSent`) or in doubt (`LostAnswer`); an answer says which it is by
`HttpSession.trouble`. Nothing here retries, and nothing here knows tickets.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from pmsync.errors import TrackerUnavailable, blacked_out
from pmsync.trackers.connection_errors import FAILURES, explain

UNREADABLE = object()
"""The data of an answer that should be JSON and is not."""
_LONGEST_REASON = 600
_LONGEST_EXCERPT = 120
_TITLE = re.compile(r"<(title|h1)\b[^>]*>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_LOGIN = re.compile(r"\b(?:log-?in|log-?on|sign-?in|sso|saml2?|oauth2?|auth|adfs|idp|authenticate)\b", re.IGNORECASE)


class NotSent(TrackerUnavailable):
    """The request surely did not reach the service."""


class LostAnswer(TrackerUnavailable):
    """The request was sent and no answer came: it may have been carried out."""


# --- answers --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """`data` is the parsed body: None if empty, else UNREADABLE, and then `excerpt` describes the body."""

    status: int
    headers: Mapping[str, str]
    data: Any = None
    excerpt: str = ""
    elapsed: timedelta = timedelta()

    @property
    def redirect(self) -> str | None:
        """The target of a redirect ('' if it names none); None for any other answer."""
        return self.headers.get("Location", "") if 300 <= self.status < 400 else None

    @property
    def failed(self) -> bool:
        """Whether the server failed, so that the request may or may not have been carried out."""
        return self.status >= 500 or self.status == 408 or (self.status < 300 and self.data is UNREADABLE)

    @property
    def message(self) -> str:
        """The service's own explanation, '' if there is none."""
        return "; ".join(messages(self.data))

    @property
    def reason(self) -> str:
        """Status and explanation on one line."""
        return self.explained(self.message or self.excerpt or "no explanation")

    def explained(self, explanation: str) -> str:
        return f"{self.status}: {explanation}"[:_LONGEST_REASON]

    @property
    def date(self) -> datetime | None:
        """The server's clock, aware UTC; None without a Date header."""
        return http_date(self.headers.get("Date", ""))

    @property
    def retry_after(self) -> float | None:
        """The Retry-After header in seconds. A date counts from the server's clock: ours may be wrong."""
        text = self.headers.get("Retry-After", "").strip()
        if text.replace(".", "", 1).isdecimal():
            return float(text)
        until, now = http_date(text), self.date
        return max(0.0, (until - now).total_seconds()) if until and now else None


def http_date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None


def messages(data: Any) -> list[str]:
    """Everything that an error answer of GitHub or Jira says, each message on one line."""
    if not isinstance(data, Mapping):
        return []
    errors = data.get("errors") or ()
    texts = [data.get("message"), data.get("errorMessage"), *_listed(data.get("errorMessages"))]
    if isinstance(errors, Mapping):
        texts += [f"{name}: {text}" for name, text in errors.items()]
    else:
        texts += map(_field_error, _listed(errors))
    lines = (" ".join(str(text or "").split()) for text in texts)
    return [line for line in lines if line]


def _field_error(error: Any) -> str:
    """An entry of GitHub's `errors`: an object or a string."""
    if not isinstance(error, Mapping):
        return str(error)
    return " ".join(str(error[name]) for name in ("field", "value", "code", "message") if error.get(name))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


# --- reading a body -------------------------------------------------------------------------------------------


def parsed(text: str) -> Any:
    """The JSON value, with `?` for half a surrogate pair; raises ValueError if it is not JSON or nested too deeply."""
    try:
        value = json.loads(text)
        if "\\ud" in text or "\\uD" in text:
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def described(text: str) -> str:
    """What a body is that is not JSON: a page and its title, or the beginning of a text."""
    if not text.strip():
        return "an empty answer"
    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        return f"the text {' '.join(text.split())[:_LONGEST_EXCERPT]!r}"
    match = _TITLE.search(text)
    title = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", match[2])).split()) if match else ""
    return f"a page titled {title[:_LONGEST_EXCERPT]!r}" if title else "a page without a title"


def shortened(data: object) -> str:
    """The beginning of a JSON value, for messages."""
    text = json.dumps(data, ensure_ascii=False)
    return text if len(text) <= _LONGEST_EXCERPT else f"{text[:_LONGEST_EXCERPT]}…"


def redirected(location: str) -> str:
    """Where a redirect leads, without its query (which may hold secrets), and whether that looks like a login page."""
    address = urlsplit(location)
    host = f"{address.scheme}://{address.netloc.rpartition('@')[2]}" if address.netloc else ""
    login = ", which asks to log in" if _LOGIN.search(f"{address.netloc}{address.path}") else ""
    return f"redirects to {f'{host}{address.path}'[:300]!r}{login}"


def _secrets_in(request: requests.PreparedRequest) -> list[str]:
    """The credentials of a request. A proxy may repeat them in its answer, and messages quote answers."""
    credentials = (request.headers.get("Authorization") or "").partition(" ")[2]
    try:
        return [credentials, b64decode(credentials, validate=True).decode().partition(":")[2]]
    except ValueError:
        return [credentials]


# --- requests -------------------------------------------------------------------------------------------------


def no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The `auth` of a request that must not take credentials from a .netrc file."""
    return request


class HttpSession:
    """Requests to one service at `url`; `setting` is the one that holds the address. Subclasses build the addresses."""

    service: str
    """Its name in messages."""

    def __init__(self, http: requests.Session, url: str, *, setting: str, timeout: tuple[float, float]) -> None:
        self.url, self.setting = url, setting
        self._http, self._timeout = http, timeout

    def close(self) -> None:
        """Close the connections; the next request opens a new one."""
        self._http.close()

    def _request(
        self,
        method: str,
        url: str,
        query: Mapping[str, Any] | None,
        body: Any,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request, exactly once, and return its answer, whatever its status.

        Raises NotSent or LostAnswer, without their cause: that holds the request with its credentials.
        """
        try:
            # Not `self._http.request`: that of the jira library repeats requests, follows redirects and raises errors
            # with the request's headers inside.
            response = requests.Session.request(
                self._http,
                method,
                url,
                params=query,
                json=body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except FAILURES as error:
            failure = explain(error, self.url, self.setting)
        else:
            return self._answer(response)
        if failure.sent:
            raise LostAnswer(f"{self.where} did not answer: {failure.reason}")
        raise NotSent(f"{self.where} cannot be reached: {failure.reason}", lasting=failure.lasting)

    def _answer(self, response: requests.Response) -> Answer:
        secrets = _secrets_in(response.request)
        headers = CaseInsensitiveDict({name: blacked_out(text, secrets) for name, text in response.headers.items()})
        data: Any = None
        if response.content.strip() or self._needs_body(str(response.request.method), response.status_code):
            try:
                data = parsed(blacked_out(response.content.decode("utf-8-sig"), secrets))
            except ValueError:
                data = UNREADABLE
        text = response.content.decode("utf-8", "replace") if data is UNREADABLE else ""
        excerpt = described(blacked_out(text, secrets)) if data is UNREADABLE else ""
        return Answer(response.status_code, headers, data, excerpt, response.elapsed)

    def _needs_body(self, method: str, status: int) -> bool:
        """Whether the service never answers this without a body, so that an empty one is a proxy's."""
        raise NotImplementedError

    # --- what an answer means -----------------------------------------------------------------------------------

    @property
    def where(self) -> str:
        return f"{self.service} at {self.url!r}"

    def is_rate_limited(self, answer: Answer) -> bool:
        """Whether the request was turned away for its pace: surely not processed."""
        return answer.status == 429

    def wait(self, answer: Answer) -> float | None:
        """Seconds to wait before the next attempt, None if the service does not say."""
        return answer.retry_after

    def trouble(self, answer: Answer) -> TrackerUnavailable | None:
        """The error for an answer that does not settle the request; None for one that asking again would not change."""
        if self.is_rate_limited(answer):
            return TrackerUnavailable(f"{self.where} limits the rate of requests ({answer.reason})", self.wait(answer))
        if answer.status < 300 and answer.excerpt.startswith("a page"):
            return TrackerUnavailable(
                f"{self.where} answers with {answer.excerpt} ({answer.status}) instead of JSON: a login page, a proxy "
                f"or a captive portal answers in its place; open that address in a browser on this machine, and check "
                f"{self.setting}",
                lasting=True,
            )
        if answer.failed:
            return TrackerUnavailable(f"{self.where} failed ({answer.reason})", self.wait(answer))
        return None

    def settled(self, answer: Answer) -> Answer:
        """The answer, if asking again would not change it; else raises TrackerUnavailable."""
        if trouble := self.trouble(answer):
            raise trouble
        return answer

    def unexpected(self, data: object, wanted: str) -> TrackerUnavailable:
        """The error for JSON that the service would not send as `wanted`."""
        return TrackerUnavailable(
            f"{self.where} answers with JSON that is not {wanted} ({shortened(data)}): check {self.setting}, and any "
            "proxy in between",
            lasting=True,
        )
