"""HTTP with GitHub's API, with a token or as a GitHub App. PyGithub authenticates; its own requests would follow
redirects into other repositories.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from github import Auth
from github.Requester import Requester

from pmsync import __version__
from pmsync.errors import TrackerError
from pmsync.trackers.github.error_causes import cause
from pmsync.trackers.github.issue import repository_id_of
from pmsync.trackers.github.pacing import Pacing, patience
from pmsync.trackers.http import Answer, HttpSession, LostAnswer, NotSent, no_netrc, redirected

TIMEOUT = (10.0, 30.0)
"""Seconds to connect, and to wait for the next bytes of an answer."""
TOKEN_MARGIN = 120.0
_HEADERS = {
    "Accept": "application/vnd.github+json",
    "User-Agent": f"pmsync/{__version__}",
    "X-GitHub-Api-Version": "2022-11-28",
}


@dataclass(frozen=True, slots=True)
class AppKey:
    """A GitHub App's own credentials; `installation` is looked up by the repository if it is None."""

    app_id: str
    key: str = field(repr=False)
    installation: int | None = None


class GitHubSession(HttpSession):
    """Requests below `api_url`, with a token or as a GitHub App in `repo`.

    `setting` is the one that holds the address, `variable` the one that holds the secret.
    """

    service = "GitHub"

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
        http = requests.Session()
        http.headers.update(_HEADERS)
        http.auth = no_netrc
        super().__init__(http, api_url.rstrip("/"), setting=setting, timeout=timeout)
        self.variable = variable
        self._credentials, self._repo, self._pacing, self._monotonic = credentials, repo, pacing, monotonic
        self._token = Auth.Token(credentials) if isinstance(credentials, str) else None
        self._token_until = float("inf")
        self.app_permissions: Mapping[str, str] | None = None
        """What the App may do here (`issues`: `write`), once it has a token; None for a personal token."""

    def send(self, verb: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = None) -> Answer:
        """Send one request, exactly once, and return its answer, whatever its status.

        Raises NotSent, LostAnswer, or TrackerError if GitHub refuses the App's credentials.
        """
        return self._send(self._authorised(), verb, f"{self.url}{path}", query, body)

    def query(self, text: str, variables: Mapping[str, Any]) -> Answer:
        """Send one GraphQL query, which only reads; raises as `send` does."""
        address = urlsplit(self.url)
        url = address._replace(path=Requester.get_graphql_prefix(address.path)).geturl()
        body = {"query": text, "variables": dict(variables)}
        return self._send(self._authorised(), "POST", url, body=body, write=False)

    def as_app(self, verb: str, path: str) -> Answer:
        """Send one request as the App itself, which knows its name and installations but no repository."""
        if isinstance(self._credentials, str):
            raise TrackerError("this needs a GitHub App, and a token is configured")
        return self._send(Auth.AppAuth(self._credentials.app_id, self._credentials.key), verb, f"{self.url}{path}")

    @property
    def is_app(self) -> bool:
        return isinstance(self._credentials, AppKey)

    def _send(
        self,
        auth: Auth.Auth,
        verb: str,
        url: str,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        *,
        write: bool | None = None,
    ) -> Answer:
        self._pacing.wait(write=verb != "GET" if write is None else write)
        headers: dict[str, str] = {}
        auth.authentication(headers)
        answer = self._request(verb, url, query, body, headers)
        self._pacing.learn(answer)
        return answer

    def _needs_body(self, method: str, status: int) -> bool:  # noqa: ARG002
        return status in {200, 201}

    # --- tokens of an App ---------------------------------------------------------------------------------------

    def _authorised(self) -> Auth.Token:
        if self._token is None or self._monotonic() > self._token_until:
            try:
                self._token = Auth.Token(self._new_token())
            except LostAnswer as error:
                raise NotSent(f"no token for the App: {error}") from None
        return self._token

    def _new_token(self) -> str:
        """A token of the App's installation. Its lifetime is taken by the server's clock: ours may be wrong."""
        installation = self._credentials.installation if isinstance(self._credentials, AppKey) else None
        if installation is None:
            answer = self._granted("GET", f"/repos/{self._repo}/installation", 200)
            installation = self.number_in(answer, "an installation")
        answer = self._granted("POST", f"/app/installations/{installation}/access_tokens", 201)
        if not {"token", "expires_at"} <= answer.data.keys():
            raise self.unexpected(sorted(answer.data), "a token")
        permissions = answer.data.get("permissions")
        self.app_permissions = permissions if isinstance(permissions, Mapping) else None
        end = datetime.fromisoformat(answer.data["expires_at"])
        lifetime = (end - answer.date).total_seconds() if answer.date else 0.0
        self._token_until = self._monotonic() + lifetime - TOKEN_MARGIN
        return str(answer.data["token"])

    def _granted(self, verb: str, path: str, expected: int) -> Answer:
        """The App's answer with the expected status; raises the error that another one means."""
        answer = self.as_app(verb, path)
        if trouble := self.trouble(answer):
            raise NotSent(f"GitHub gave the App no token: {trouble}", trouble.retry_after, lasting=trouble.lasting)
        if answer.status != expected or not isinstance(answer.data, Mapping):
            hint = cause(answer) or f"check the App's id and private key, and that it is installed in `{self._repo}`"
            raise TrackerError(f"GitHub gave the App no token ({answer.reason}): {hint}")
        return answer

    # --- what an answer means -----------------------------------------------------------------------------------

    def is_rate_limited(self, answer: Answer) -> bool:
        return patience(answer) is not None

    def wait(self, answer: Answer) -> float | None:
        seconds = patience(answer)
        return answer.retry_after if seconds is None else seconds

    def number_in(self, answer: Answer, what: str = "a repository") -> int:
        """The id in the JSON of `what`; raises TrackerUnavailable if it is something else."""
        number = answer.data.get("id") if isinstance(answer.data, Mapping) else None
        if type(number) is not int:
            raise self.unexpected(answer.data, what)
        return number

    def led_away(self, answer: Answer) -> str:
        """Where a redirect leads that is not GitHub's (those lead to ids of repositories); '' for other answers."""
        location = answer.redirect
        if location is None or repository_id_of(location) is not None or "/repos/" in location:
            return ""
        return f"{self.url!r} {redirected(location)} ({answer.status}): check {self.setting} and the network"

    @property
    def new_secret(self) -> str:
        """What to do if the secret is not accepted."""
        what = "check the App's id and key, and export them" if self.is_app else "make a new one and export it"
        return f"{what} as `{self.variable}`"
