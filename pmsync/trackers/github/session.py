"""One HTTP session with GitHub through PyGithub's Requester: plain JSON, sent once, no redirect ever followed.

It classifies what can happen to a request and knows nothing of tickets. Of tokens it lets nothing out, neither into
errors nor into logs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from github import Auth
from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass, Requester, RequestsResponse

from pmsync import __version__
from pmsync.errors import TrackerError, TrackerUnavailable, blacked_out
from pmsync.trackers.answers import parsed
from pmsync.trackers.github.causes import cause
from pmsync.trackers.github.issue import reasons, repository_id_of
from pmsync.trackers.github.pacing import NotSent, Pacing, server_time
from pmsync.trackers.reach import FAILURES, described, failure, led_away, shortened, stranger

API_VERSION = "2022-11-28"
TIMEOUT = (10.0, 30.0)
"""Seconds to connect, and to wait for the next bytes of an answer."""
TOKEN_MARGIN = 120.0
UNREADABLE = object()


class LostAnswer(TrackerUnavailable):
    """The request was sent and its answer did not arrive: it may have been carried out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` have lower-case names. `data` is the parsed body, None for an empty one, else UNREADABLE, and then
    `said` describes it.

    `patience` is set where GitHub turned the request away for its pace: surely not processed, seconds to wait.
    """

    status: int
    headers: Mapping[str, str]
    data: Any
    patience: float | None = None
    said: str = ""

    @property
    def redirect(self) -> str | None:
        """Where the answer points to instead of being one."""
        return self.headers.get("location", "") if 300 <= self.status < 400 else None

    @property
    def reason(self) -> str:
        """Status and explanation in one line."""
        return f"{self.status}: {self.said or reasons(self.data)}"

    @property
    def cause(self) -> str:
        """What headers and policies say of a refusal, with what to do; '' where they say nothing."""
        return cause(self.status, self.headers, reasons(self.data))

    @property
    def own(self) -> bool:
        """Whether GitHub itself answered, and not a proxy or firewall on the way."""
        return "x-github-request-id" in self.headers or (isinstance(self.data, Mapping) and "message" in self.data)

    @property
    def failed(self) -> bool:
        """Whether the server had trouble of its own, so that nothing is known."""
        return self.status >= 500 or self.status == 408 or (self.status < 300 and self.data is UNREADABLE)


def unassignable_in(answer: Answer) -> frozenset[str]:
    """The accounts, lower-case, for whose sake alone an issue was refused."""
    errors = answer.data.get("errors") if answer.status == 422 and isinstance(answer.data, Mapping) else None
    if not isinstance(errors, list) or not all(
        isinstance(e, Mapping) and e.get("field") == "assignees" for e in errors
    ):
        return frozenset()
    named = [e.get("value") for e in errors]
    return frozenset(str(n).lower() for value in named for n in (value if isinstance(value, list) else [value]) if n)


@dataclass(frozen=True, slots=True)
class AppKey:
    """A GitHub App's own credentials; `installation` is looked up by the repository where it is None."""

    app_id: str
    key: str
    installation: int | None = None


class _Redirected(Exception):
    def __init__(self, response: RequestsResponse) -> None:
        super().__init__()
        self.headers = {name.lower(): value for name, value in response.getheaders()}


# PyGithub follows a 301 by itself, without the query and into any repository, and so would also write there.
class _Http(HTTPRequestsConnectionClass):
    def getresponse(self) -> RequestsResponse:
        return _unless_moved(super().getresponse())


class _Https(HTTPSRequestsConnectionClass):
    def getresponse(self) -> RequestsResponse:
        return _unless_moved(super().getresponse())


def _unless_moved(response: RequestsResponse) -> RequestsResponse:
    if response.status == 301:
        raise _Redirected(response)
    return response


class Session:
    """Requests below `api_url`, with a token or as a GitHub App in `repo`.

    `setting` is the table that messages name (`trackers.web`), `variable` the one that holds the secret.
    """

    def __init__(
        self,
        api_url: str,
        credentials: str | AppKey,
        *,
        repo: str,
        pacing: Pacing,
        setting: str,
        variable: str,
        timeout: tuple[float, float] = TIMEOUT,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.api_url, self.setting, self.variable = api_url.rstrip("/"), setting, variable
        self._credentials, self._repo, self._pacing, self._timeout = credentials, repo, pacing, timeout
        self._monotonic = monotonic
        self._token_until = float("inf")
        self._granted_to_app: Mapping[str, str] | None = None
        # At DEBUG PyGithub logs whole answers, and one of them is an App's token.
        logging.getLogger("github.Requester").setLevel(logging.INFO)
        self._requester = self._new_requester(Auth.Token(credentials)) if isinstance(credentials, str) else None
        self._connection = self._new_connection()

    def call(self, verb: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = None) -> Answer:
        """Send one request, exactly once, and return whatever was answered.

        Raises NotSent where it surely was not sent, LostAnswer where nobody knows, TrackerError where GitHub refuses
        the App's credentials.
        """
        return self._send(self._authorised(), verb, path, query, body)

    def query(self, text: str, variables: Mapping[str, Any]) -> Answer:
        """Send one GraphQL query, which reads only; raises as `call` does."""
        requester = self._authorised()
        return self._send(requester, "POST", requester.graphql_url, body={"query": text, "variables": dict(variables)})

    def as_app(self, verb: str, path: str) -> Answer:
        """The same as the App itself, which knows its name and installations and no repository."""
        if isinstance(self._credentials, str):
            raise TrackerError("this needs a GitHub App, and a token is configured")
        auth = Auth.AppAuth(self._credentials.app_id, self._credentials.key)
        return self._send(self._new_requester(auth), verb, path)

    @property
    def is_app(self) -> bool:
        return isinstance(self._credentials, AppKey)

    def granted(self) -> Mapping[str, str] | None:
        """What the App may do here, by permission (`issues`: `write`); None where GitHub does not tell: of tokens."""
        return self._granted_to_app if self.is_app else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _send(
        self, requester: Requester, verb: str, path: str, query: Mapping[str, Any] | None = None, body: Any = None
    ) -> Answer:
        self._pacing.wait(write=verb != "GET" and path != requester.graphql_url)
        headers = {"Accept": "application/vnd.github+json"}
        try:
            status, got, text = requester.requestJson(verb, path, dict(query or {}), headers, body, self._connection)
        except _Redirected as moved:
            return Answer(301, moved.headers, None)
        except FAILURES as error:
            raise self._failure(error) from None
        # A proxy in between may show in its answer what it was sent, and answers are quoted in messages.
        secret = requester.auth.token if isinstance(requester.auth, Auth.Token) else ""
        text = blacked_out(text, [secret])
        # GitHub has a body in each answer but 204 and 304; an empty 200 is somebody else's.
        data = _parsed(text) if text or status not in {200, 201} else UNREADABLE
        answer = {name.lower(): blacked_out(str(value), [secret]) for name, value in got.items()}
        said = described(text) if data is UNREADABLE else ""
        return Answer(status, answer, data, self._pacing.learn(status, answer, reasons(data)), said)

    def _authorised(self) -> Requester:
        if self._requester is None or self._monotonic() > self._token_until:
            try:
                self._requester = self._new_requester(Auth.Token(self._app_token()))
            except LostAnswer as error:
                raise NotSent(f"no token for the App: {error}") from None
        return self._requester

    def _app_token(self) -> str:
        """A fresh token of the App's installation. Its term is taken by the server's clock, not by ours."""
        installation = self._credentials.installation if isinstance(self._credentials, AppKey) else None
        if installation is None:
            installation = self.number_in(
                self._granted("GET", f"/repos/{self._repo}/installation", 200), "an installation"
            )
        answer = self._granted("POST", f"/app/installations/{installation}/access_tokens", 201)
        if not {"token", "expires_at"} <= answer.data.keys():
            raise self.no_answer(sorted(answer.data), "a token")
        permissions = answer.data.get("permissions")
        self._granted_to_app = permissions if isinstance(permissions, Mapping) else None
        now, end = server_time(answer.headers), datetime.fromisoformat(answer.data["expires_at"])
        term = (end - now).total_seconds() if now else 0.0
        self._token_until = self._monotonic() + term - TOKEN_MARGIN
        return str(answer.data["token"])

    def _granted(self, verb: str, path: str, expected: int) -> Answer:
        """The App's answer with the expected status, or the error that another one means."""
        answer = self.as_app(verb, path)
        if trouble := self.trouble(answer):
            raise NotSent(f"GitHub gave the App no token: {trouble}", answer.patience, lasting=trouble.lasting)
        if answer.status != expected or not isinstance(answer.data, Mapping):
            hint = answer.cause or f"check the App's id and private key, and that it is installed in `{self._repo}`"
            raise TrackerError(f"GitHub gave the App no token ({answer.reason}): {hint}")
        return answer

    def trouble(self, answer: Answer) -> TrackerUnavailable | None:
        """The error for an answer that is none of GitHub's on the matter; None where it is one."""
        if answer.patience is not None:
            return TrackerUnavailable(f"GitHub asks for patience ({answer.reason})", answer.patience)
        if answer.status < 300 and answer.said.startswith("a page"):
            text = stranger(self.api_url, answer.said, answer.status, f"{self.setting}.api_url")
            return TrackerUnavailable(text, lasting=True)
        if answer.failed:
            return TrackerUnavailable(f"GitHub had trouble of its own ({answer.reason})")
        return None

    def no_answer(self, data: object, wanted: str) -> TrackerUnavailable:
        """The error for JSON that GitHub would not send in this place."""
        said = f"JSON that is not {wanted} of GitHub's ({shortened(data)})"
        return TrackerUnavailable(
            f"{self.api_url!r} answers with {said}: check {self.setting}.api_url, and what stands between", lasting=True
        )

    def number_in(self, answer: Answer, what: str = "a repository") -> int:
        """The number in the JSON of `what`; raises TrackerUnavailable where that is something else."""
        number = answer.data.get("id") if isinstance(answer.data, Mapping) else None
        if type(number) is not int:
            raise self.no_answer(answer.data, what)
        return number

    def led_away(self, answer: Answer) -> str:
        """Why a redirect is none of GitHub's, which lead to the API's own numbers of repositories; '' where it is."""
        location = answer.redirect
        if location is None or repository_id_of(location) is not None or "/repos/" in location:
            return ""
        return f"{self.api_url!r} {led_away(location)} ({answer.status}): check {self.setting}.api_url and the network"

    def _failure(self, error: BaseException) -> NotSent | LostAnswer:
        """What a request without an answer means."""
        found = failure(error, self.api_url, f"{self.setting}.api_url")
        if not found.sent:
            return NotSent(f"{self.api_url!r} cannot be reached: {found.reason}", lasting=found.lasting)
        return LostAnswer(f"{self.api_url!r} gave no answer: {found.reason}")

    @property
    def new_secret(self) -> str:
        """What to do where the secret is not accepted."""
        what = "check the App's id and key, and export them" if self.is_app else "make a new one and export it"
        return f"{what} as `{self.variable}`"

    def _new_requester(self, auth: Auth.Auth) -> Requester:
        return Requester(
            auth=auth,
            base_url=self.api_url,
            timeout=int(self._timeout[1]) or 1,
            user_agent=f"pmsync/{__version__}",
            per_page=100,
            verify=True,
            retry=None,
            pool_size=None,
            seconds_between_requests=0,
            seconds_between_writes=0,
            api_version=API_VERSION,
        )

    def _new_connection(self) -> HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass:
        address = urlsplit(self.api_url)
        kind = _Http if address.scheme == "http" else _Https
        return kind(address.hostname, address.port, timeout=self._timeout, retry=None)  # type: ignore[arg-type]


def _parsed(text: str) -> Any:
    try:
        return parsed(text) if text else None
    except ValueError:
        return UNREADABLE
