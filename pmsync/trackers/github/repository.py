"""One repository on GitHub: its issues read and written, and every answer verified to be about this repository.

Knows nothing of drafts, patches or people, and follows no redirect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from requests.utils import parse_header_links

from pmsync.errors import TrackerClosed, TrackerError
from pmsync.model import Ref, Ticket
from pmsync.trackers.github.error_causes import cause, is_own, omission
from pmsync.trackers.github.issue import repository_id_of, repository_of, ticket_of
from pmsync.trackers.github.session import GitHubSession
from pmsync.trackers.http import Answer
from pmsync.trackers.paging import Page, Place, walk

PAGE = 100


class Repository:
    """`tracker` is its name in refs and messages, `label` the general label, `number` the repository's id: None until
    an answer shows it.
    """

    def __init__(self, session: GitHubSession, tracker: str, name: str, label: str) -> None:
        self.session, self.tracker, self.name, self.label = session, tracker, name, label
        self.home = f"/repos/{name}"
        self.number: int | None = None

    def issues(self, query: Mapping[str, str], since: datetime | None) -> tuple[list[Mapping[str, Any]], Answer]:
        """All issues that the query selects, and the first answer; complete, or raises."""
        listed, first = self.listed(query, since)
        return [issue for issue in listed.values() if "pull_request" not in issue], first

    def listed(self, query: Mapping[str, str], since: datetime | None) -> tuple[dict[int, Mapping[str, Any]], Answer]:
        """All issues and pull requests that the query selects, by number, and the first answer.

        In order of creation: then no issue that changes meanwhile pushes another to a page that was already read. Link
        headers hold cursors on github.com. A server that counts pages may skip one issue when another is deleted
        meanwhile, so a missing one has to be confirmed by `get`.
        """
        parameters = {**query, "state": "all", "sort": "created", "direction": "asc", "per_page": str(PAGE)}
        if since is not None:
            parameters["since"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        answers = list(self._walk(f"{self.home}/issues", parameters, "to list issues"))
        issues = [self.verified(issue) for answer in answers for issue in answer.data]
        return {issue["number"]: issue for issue in issues}, answers[0]

    def newest(self) -> int:
        """The highest number in use, 0 if none is."""
        query = {"state": "all", "sort": "created", "direction": "desc", "per_page": "1"}
        answer = next(self._walk(f"{self.home}/issues", query, "to list issues"))
        return max((int(self.verified(issue)["number"]) for issue in answer.data), default=0)

    def _walk(self, path: str, query: Mapping[str, str], what: str) -> Iterator[Answer]:
        """The answers of all pages of the list at `path`, by their Link headers."""

        def ask(place: Place) -> tuple[Answer, Page]:
            more = {name: values[-1] for name, values in parse_qs(urlsplit(str(place)).query).items()}
            answer = self.read(path, {**more, **query})
            if answer.status != 200:
                raise self.refused(answer, what)
            if not isinstance(answer.data, list) or not all(isinstance(each, Mapping) for each in answer.data):
                raise self.session.unexpected(answer.data, "a list")
            if reason := omission(answer):
                raise TrackerClosed(f"`{self.name}`: GitHub leaves something out of the list: {reason}")
            following = next_page(answer)
            self.number = self.number or repository_id_of(following or "")
            return answer, Page(answer.data, following)

        return walk(path, ask, f"`{self.name}`, {path!r}")

    def tickets(self, issues: Iterable[Mapping[str, Any]]) -> tuple[Ticket, ...]:
        """The issues as tickets, in order of creation."""
        tickets = [self.ticket(issue) for issue in issues]
        return tuple(sorted(tickets, key=lambda ticket: (ticket.created_at, number_of(ticket.ref))))

    def timeline(self, path: str) -> list[Mapping[str, Any]]:
        """Everything that happened to the issue at `path`, comments included, in order."""
        pages = self._walk(f"{path}/timeline", {"per_page": str(PAGE)}, "to show an issue's timeline")
        return [event for answer in pages for event in answer.data]

    def write(self, verb: str, path: str, body: Any, what: str, also: Iterable[int] = ()) -> Answer:
        """A write that may be repeated. Raises if it fails, but not for a status in `also`; `what` is an infinitive."""
        answer = self.definite(self.session.send(verb, path, body=body))
        if answer.status >= 300 and answer.status not in also:
            raise self.refused(answer, what, path)
        return answer

    # --- answers ------------------------------------------------------------------------------------------------

    def identified(self) -> int:
        """The repository's id: at most one request, and none if a page of a list has shown it."""
        if self.number is None:
            answer = self.read(self.home)
            if answer.status != 200:
                raise self.refused(answer, "to show the repository")
            self.number = self.session.number_in(answer)
        return self.number

    def path_of(self, ref: Ref) -> str:
        """Where the ref's issue is below `api_url`; raises TrackerError for a ref of another repository."""
        home = self.identified()
        if repository_number(ref, home) != home:
            raise TrackerError(f"ticket {ref.key!r} is not in `{self.name}`: it is not touched")
        return f"{self.home}/issues/{number_of(ref)}"

    def issue(self, ref: Ref) -> Mapping[str, Any]:
        """The ref's issue, read anew."""
        path = self.path_of(ref)
        answer = self.read(path)
        if answer.status != 200:
            raise self.refused(answer, f"to show {ref.key!r}", path)
        return self.verified(answer.data)

    def read(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """The answer to a GET, whatever its status; raises as `definite` does."""
        return self.definite(self.session.send("GET", path, query=query))

    def definite(self, answer: Answer) -> Answer:
        """The answer, if asking again would not change it; else raises TrackerUnavailable, or TrackerClosed for a
        redirect that is not GitHub's.
        """
        if away := self.session.led_away(self.session.settled(answer)):
            raise TrackerClosed(f"`{self.name}`: {away}")
        return answer

    def verified(self, issue: Any) -> Mapping[str, Any]:
        """The issue; raises TrackerError if it is in another repository, TrackerUnavailable if it is not an issue."""
        if not isinstance(issue, Mapping) or type(issue.get("number")) is not int:
            raise self.session.unexpected(issue, "an issue")
        if repository_of(issue).lower() != self.name.lower():
            raise TrackerError(f"`{self.name}`: GitHub answered with an issue of {repository_of(issue)!r}")
        return issue

    def ref(self, issue: Mapping[str, Any]) -> Ref:
        """The ref of one of our issues, with the real id."""
        number = issue["number"]
        return Ref(self.tracker, f"{self.identified()}/{number}", f"{self.name}#{number}", str(issue["html_url"]))

    def ticket(self, issue: Any) -> Ticket:
        """One of our issues as a ticket; raises TrackerError if it is not ours or cannot be read."""
        verified = self.verified(issue)
        try:
            return ticket_of(verified, self.ref(verified), self.label)
        except (KeyError, TypeError, ValueError) as error:
            raise TrackerError(f"`{self.name}#{verified['number']}`: the answer cannot be read ({error!r})") from None

    def foreign(self, issue: Any, id_: str) -> Ticket | None:
        """An issue of another repository, only to be read; None if it cannot be. `id_` is what to ask `get` for."""
        try:
            url = str(issue["html_url"])
            key = f"{repository_of(issue)}#{issue['number']}"
            return ticket_of(issue, Ref("", id_, key, url), self.label)
        except (KeyError, TypeError, ValueError):
            return None

    def refused(self, answer: Answer, what: str, path: str = "") -> TrackerError:
        """The error for a refusal, with what to do; `path` is that of the one issue it is about, if any."""
        if answer.redirect is not None:
            return self._moved(answer, what) if path else self.renamed(answer)
        hints = {
            401: f"the token is wrong or has expired: {self.session.new_secret}",
            403: "the token may not do this: it needs write access to issues (for labels and assignees too), "
            "in a workflow `permissions: issues: write`",
            404: f"it does not exist, or the token may not see it: check `trackers.{self.tracker}.repo` and the token",
            410: "it was deleted, or issues are switched off in the repository's settings",
        }
        hint = cause(answer) or hints.get(answer.status, "correct what it names")
        if not is_own(answer) and answer.status != 401:
            hint = "that answer is not GitHub's: have the proxy or firewall let requests through, or reword the item"
            return TrackerError(f"`{self.name}`: a request {what} was refused ({answer.reason}): {hint}")
        kind = TrackerClosed if answer.status in hints and not self._missing(answer, path) else TrackerError
        return kind(f"`{self.name}`: GitHub refused {what} ({answer.reason}): {hint}")

    def _missing(self, answer: Answer, path: str) -> bool:
        """Whether the one issue at `path` is missing, while others can be read."""
        if answer.status not in {404, 410} or not path.startswith(f"{self.home}/issues/"):
            return False
        issue = "/".join(path.split("/")[:6])
        return self.read(issue).status != 200 and not self.unreadable()

    def unreadable(self) -> str:
        """Why no issues can be read, '' if they can: only then is a missing one really missing."""
        answer = self.read(f"{self.home}/issues", {"per_page": "1"})
        if answer.status == 200:
            return ""
        return f"the issues of `{self.name}` cannot be read ({answer.reason}){because(answer)}"

    def _moved(self, answer: Answer, what: str) -> TrackerError:
        """The error for a redirect of one ticket: the repository was renamed, or the ticket transferred."""
        if repository_id_of(answer.redirect or "") == self.number:
            return self.renamed(answer)
        return TrackerError(
            f"`{self.name}`: GitHub redirects a request {what}: the ticket was transferred out of the repository, "
            "so nothing was written"
        )

    def renamed(self, answer: Answer) -> TrackerClosed:
        """The error for a renamed repository, with its new name if we may see it."""
        if away := self.session.led_away(answer):
            return TrackerClosed(f"`{self.name}`: {away}")
        number, new = repository_id_of(answer.redirect or ""), ""
        if number is not None:
            try:
                answer = self.session.send("GET", f"/repositories/{number}")
                new = str(answer.data["full_name"]) if answer.status == 200 else ""
            except TrackerError:
                pass
        setting = f"trackers.{self.tracker}.repo"
        todo = f'set `{setting} = "{new}"` if that is right' if new else f"set `{setting}` to its new name"
        return TrackerClosed(f"repository `{self.name}` was renamed or moved{f' to `{new}`' if new else ''}: {todo}")


def next_page(answer: Answer) -> str | None:
    """The address of the next page in the Link header."""
    links = parse_header_links(answer.headers.get("Link", ""))
    return next((link["url"] for link in links if link.get("rel") == "next"), None)


def because(answer: Answer) -> str:
    """The cause of a refusal as the end of a sentence, '' if the answer does not say."""
    return f": {cause(answer)}" if cause(answer) else ""


def number_of(ref: Ref) -> int:
    return int(ref.id.rpartition("/")[2])


def repository_number(ref: Ref, home: int) -> int:
    """The id of the ref's repository; a provisional ref has none and means ours."""
    return int(ref.id.partition("/")[0]) if "/" in ref.id else home
