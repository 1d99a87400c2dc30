"""What pmsync's action maintains on GitHub: one comment in a pull request, and one pull request. Sends nothing twice.

The API and the repository come from the runner, never from a configuration.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pmsync.errors import TrackerError
from pmsync.trackers.github.error_causes import cause
from pmsync.trackers.github.pacing import Pacing
from pmsync.trackers.github.session import GitHubSession
from pmsync.trackers.http import Answer
from pmsync.trackers.paging import Page, Place, walk

Outcome = Literal["created", "updated", "unchanged", "none"]
PAGE = 100


class Pulls:
    """The pull requests of `repo` (`acme/web`) at `api_url`, with a token; `variable` is where it comes from.

    Every method raises TrackerError if the token may not do it; the message names the permission.
    """

    def __init__(self, api_url: str, repo: str, token: str, variable: str) -> None:
        self.repo = repo
        self._session = GitHubSession(
            api_url, token, repo=repo, pacing=Pacing(), setting="GITHUB_API_URL", variable=variable
        )

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def keep_comment(self, number: int, author: str, marker: str, text: str, *, news: bool) -> Outcome:
        """Make the comment by `author` that ends in `marker` say `text`; only if there is `news`, create one.

        Anybody else's comment that ends in the same marker is left alone.
        """
        path = f"/repos/{self.repo}/issues/{number}/comments"
        for comment in self._pages(path):
            body = (comment.get("body") or "").replace("\r\n", "\n").rstrip()
            if comment["user"]["login"].lower() != author.lower() or not body.endswith(marker):
                continue
            if body == text.rstrip():
                return "unchanged"
            self._send("PATCH", f"/repos/{self.repo}/issues/comments/{int(comment['id'])}", {"body": text})
            return "updated"
        if not news:
            return "none"
        self._send("POST", path, {"body": text})
        return "created"

    def keep_pull_request(self, head: str, base: str, title: str, body: str) -> tuple[Outcome, str]:
        """Open a pull request of the branch `head` into `base`, and return its address; '' if it should stay closed.

        An open one shows the branch anyway. If somebody closed one with the branch's present commit, none is opened.
        """
        owner = self.repo.partition("/")[0]
        query = {"head": f"{owner}:{head}", "base": base, "state": "all", "sort": "updated", "direction": "desc"}
        pulls = list(self._pages(f"/repos/{self.repo}/pulls", query))
        for pull in pulls:
            if pull["state"] == "open":
                return "unchanged", str(pull["html_url"])
        tip = self._read(f"/repos/{self.repo}/git/ref/heads/{head}", {})["object"]["sha"]
        if any(pull["head"]["sha"] == tip for pull in pulls):
            return "none", ""
        made = self._send(
            "POST", f"/repos/{self.repo}/pulls", {"title": title, "head": head, "base": base, "body": body}
        )
        return "created", str(made["html_url"])

    def _pages(self, path: str, query: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        def ask(place: Place) -> tuple[list[dict[str, Any]], Page]:
            items = self._read(path, {**(query or {}), "per_page": PAGE, "page": place})
            return items, Page(items, int(place) + 1 if len(items) >= PAGE else None)

        for items in walk(1, ask, f"`{self.repo}`, {path!r}"):
            yield from items

    def _read(self, path: str, query: dict[str, Any]) -> Any:
        return self._good(self._session.send("GET", path, query=query), 200)

    def _send(self, verb: str, path: str, body: dict[str, Any]) -> Any:
        return self._good(self._session.send(verb, path, body=body), 201 if verb == "POST" else 200)

    def _good(self, answer: Answer, expected: int) -> Any:
        if answer.status == expected and isinstance(answer.data, dict | list):
            return answer.data
        why = cause(self._session.settled(answer)) or self._session.led_away(answer)
        raise TrackerError(f"GitHub refused ({answer.reason}){f': {why}' if why else ''}")
