"""Tickets as issues of one GitHub repository, on github.com or an Enterprise Server, over REST.

It sends every write once and follows no redirect: what answers must be the configured repository. It never retries;
`trackers.retry` does that around it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from pmsync import marker
from pmsync.errors import TrackerError, TrackerUnavailable
from pmsync.model import Draft, Patch, Ref, Ticket
from pmsync.settings import Person, TrackerSettings
from pmsync.trackers.base import (
    Created,
    Forbidden,
    Gone,
    InDoubt,
    Moved,
    Outcome,
    Probe,
    Rejected,
    Scan,
    Sight,
    Touched,
    Unavailable,
    Unresolved,
)
from pmsync.trackers.github_access import checked_credentials, has_content_limits, web_host
from pmsync.trackers.github_pacing import CONTENT_LIMITS, NotSent, Pacing, server_time
from pmsync.trackers.github_probe import own_account, probe
from pmsync.trackers.github_session import TIMEOUT, Answer, Session
from pmsync.trackers.github_text import (
    MOST_ASSIGNEES,
    fit_body,
    fit_labels,
    fit_title,
    foreign_deed,
    next_page,
    repository_id_of,
    repository_of,
    ticket_of,
)

OWN_COMMENT = "<!-- pmsync-duplicate -->"
PAGE = 100
_SHORT = re.compile(r"(?:(?P<repo>[\w.-]+/[\w.-]+)#|#|GH-)(?P<number>[1-9]\d{0,9})", re.IGNORECASE)
_ADDRESS = re.compile(
    r"https?://(?P<host>[^/\s]+)/(?P<repo>[\w.-]+/[\w.-]+)/issues/(?P<number>[1-9]\d{0,9})/?(?:[?#]\S*)?", re.IGNORECASE
)


def connect(
    settings: TrackerSettings,
    environ: Mapping[str, str],
    *,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
    timeout: tuple[float, float] = TIMEOUT,
) -> GitHubTracker:
    """The tracker of a [trackers.NAME] table with `type = "github"`; sends nothing yet.

    Raises ConfigError naming setting and variable where a secret is missing, or where it would go to a host that it
    may not go to.
    """
    credentials = checked_credentials(settings, environ)
    limits = CONTENT_LIMITS if has_content_limits(settings.api_url) else ()
    pacing = Pacing(limits=limits, sleep=sleep, monotonic=monotonic)
    session = Session(
        settings.api_url, credentials, repo=settings.repo, pacing=pacing, timeout=timeout, monotonic=monotonic
    )
    return GitHubTracker(settings, session, in_actions=environ.get("GITHUB_ACTIONS") == "true")


class GitHubTracker:
    """The contract of `pmsync.trackers.base.Tracker` for one repository.

    A ref's id is `REPOSITORY ID/NUMBER`; the provisional one is the number alone. Logins are lower-case everywhere,
    for GitHub ignores their case.
    """

    fields = frozenset({"title", "assignees", "labels"})
    batch = 1

    def __init__(self, settings: TrackerSettings, session: Session, *, in_actions: bool = False) -> None:
        self.name, self.label, self.repo = settings.name, settings.label, settings.repo
        self._settings, self._session, self._in_actions = settings, session, in_actions
        self._home = f"/repos/{settings.repo}"
        self._web = web_host(settings.api_url)
        self._own_account: str | None = None
        self._repository_id: int | None = None
        self._assignable: dict[str, bool] = {}

    def close(self) -> None:
        """Close the connection; the tracker opens it again where it is used on."""
        self._session.close()

    # --- who we are ---------------------------------------------------------------------------------------------

    def accounts(self) -> frozenset[str]:
        """The configured accounts, else the token's own; lower-case."""
        if self._settings.accounts:
            return frozenset(name.lower() for name in self._settings.accounts)
        return frozenset({self._account()})

    def _account(self) -> str:
        if self._own_account is None:
            self._own_account = own_account(self._session, self._settings, in_actions=self._in_actions)
        return self._own_account

    def probe(self) -> Probe:
        """What the token may do here: at most three requests."""
        found, self._repository_id = probe(self._session, self._settings, self._account)
        return found

    def resolve(self, people: Iterable[Person]) -> Mapping[str, str | Unresolved]:
        """The accounts, each checked once for whether issues here may be assigned to it."""
        return {person.id: self._resolved(person) for person in people}

    def _resolved(self, person: Person) -> str | Unresolved:
        if not person.github:
            return Unresolved(f"{person.id!r} has no GitHub account: set `people.{person.id}.github`")
        account = person.github.lower()
        if account not in self._assignable:
            answer = self._definite(self._session.call("GET", f"{self._home}/assignees/{quote(account, safe='')}"))
            if answer.status not in {204, 404}:
                raise self._refused(answer, f"to say whether {account!r} may be assigned")
            self._assignable[account] = answer.status == 204
        if self._assignable[account]:
            return account
        hint = f"give the account access there, or correct `people.{person.id}.github`"
        return Unresolved(f"issues in `{self.repo}` cannot be assigned to {account!r}: {hint}")

    # --- words --------------------------------------------------------------------------------------------------

    def recognise(self, text: str, repository: str | None = None) -> Ref | None:
        """An address of an issue here, `owner/name#12`, or `#12` in a document of this very repository."""
        text = text.strip()
        found = _ADDRESS.fullmatch(text) or _SHORT.fullmatch(text)
        if found is None:
            return None
        host = found.groupdict().get("host")
        named = found["repo"] or repository or ""
        if named.lower() != self.repo.lower() or (host is not None and host.lower() not in self._web):
            return None
        return self._provisional(int(found["number"]))

    def _provisional(self, number: int) -> Ref:
        address = urlsplit(self._settings.api_url)
        url = f"{address.scheme}://{self._web[0]}/{self.repo}/issues/{number}"
        return Ref(self.name, str(number), f"{self.repo}#{number}", url)

    def fit_labels(self, labels: Iterable[str]) -> tuple[str, ...]:
        """At most 50 characters each, no commas, no two that differ by case alone."""
        return fit_labels(labels)

    # --- reading ------------------------------------------------------------------------------------------------

    def scan(self, since: datetime | None = None) -> Scan:
        """One request for each hundred tickets that changed; none more where nothing did."""
        issues, first = self._list({"labels": self.label}, since)
        cursor = server_time(first.headers)
        if cursor is None:
            raise TrackerError(f"{self._settings.api_url!r} answers without a Date header: a proxy removes it")
        return Scan(self._tickets(issues), cursor.astimezone(UTC))

    def find(self, uids: Iterable[str], since: datetime) -> tuple[Ticket, ...]:
        """Everything in the repository that changed since then, sifted here by author and marker.

        The service is not asked to sift by `creator`: it takes exact logins only, and missing one makes a duplicate.
        """
        wanted, ours = set(uids), self.accounts()
        issues, _ = self._list({}, since)
        start = since.replace(microsecond=0)
        return tuple(
            ticket
            for ticket in self._tickets(issues)
            if (ticket.author in ours and ticket.created_at >= start)
            or (ticket.marker is not None and ticket.marker.uid in wanted)
        )

    def _list(self, query: Mapping[str, str], since: datetime | None) -> tuple[list[Mapping[str, Any]], Answer]:
        """All issues that the query selects, and the first answer; complete, or raises.

        The order is that of creation, in which an issue that changes during the walk pushes no other to a page that
        was already read.
        """
        asked = {**query, "state": "all", "sort": "created", "direction": "asc", "per_page": str(PAGE)}
        if since is not None:
            asked["since"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        first = answer = self._page(asked)
        issues = {issue["number"]: issue for issue in answer.data}
        walked = set()
        while address := next_page(answer.headers.get("link", "")):
            if address in walked:
                raise TrackerError(f"`{self.repo}`: the pages of the issue list lead in a circle ({address!r})")
            walked.add(address)
            self._repository_id = self._repository_id or repository_id_of(address)
            more = {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}
            answer = self._page({**more, **asked})
            issues |= {issue["number"]: issue for issue in answer.data}
        return [issue for issue in issues.values() if "pull_request" not in issue], first

    def _page(self, query: Mapping[str, str]) -> Answer:
        answer = self._definite(self._session.call("GET", f"{self._home}/issues", query=query))
        if answer.status != 200:
            raise self._refused(answer, "to list issues")
        if not isinstance(answer.data, list):
            raise TrackerUnavailable(f"`{self.repo}`: the issue list cannot be read")
        for issue in answer.data:
            self._verify(issue)
        return answer

    def _tickets(self, issues: Iterable[Mapping[str, Any]]) -> tuple[Ticket, ...]:
        tickets = [self._ticket(issue) for issue in issues]
        return tuple(sorted(tickets, key=lambda ticket: (ticket.created_at, _number(ticket.ref))))

    def get(self, refs: Sequence[Ref]) -> Mapping[Ref, Sight]:
        """One request for each ref, and one more for the first that is not there."""
        readable: list[str] = []
        return {ref: self._sight(ref, readable) for ref in dict.fromkeys(refs)}

    def _sight(self, ref: Ref, readable: list[str]) -> Sight:
        """`readable` keeps, for one `get`, whether the repository's other issues can be read: '' or why not."""
        home, number = self._repository(), _number(ref)
        theirs = _repository_number(ref, home)
        path = f"{self._home}/issues/{number}" if theirs == home else f"/repositories/{theirs}/issues/{number}"
        answer = self._definite(self._session.call("GET", path))
        if answer.redirect is not None and repository_id_of(answer.redirect) == theirs == home:
            raise self._renamed(answer)
        if answer.redirect is not None:
            return self._moved(ref, answer)
        if answer.status in {404, 410}:
            readable = readable or [self._unreadable()]
            return Forbidden(ref, readable[0]) if readable[0] else Gone(ref)
        if answer.status in {401, 403}:
            return Forbidden(ref, f"GitHub does not show {ref.key!r} ({answer.reason})")
        if answer.status != 200 or not isinstance(answer.data, Mapping):
            raise self._refused(answer, f"to show {ref.key!r}")
        if theirs != home or "pull_request" in answer.data:
            return Moved(ref, None, str(answer.data["html_url"]))
        return self._ticket(answer.data)

    def _unreadable(self) -> str:
        """Why issues of the repository cannot be read at all, '' where they can: then a missing one is missing."""
        answer = self._definite(self._session.call("GET", f"{self._home}/issues", query={"per_page": "1"}))
        return "" if answer.status == 200 else f"the issues of `{self.repo}` cannot be read ({answer.reason})"

    def _moved(self, ref: Ref, answer: Answer) -> Sight:
        """Where a transferred issue is now, followed by hand and only to read."""
        url = address = answer.redirect or ""
        for _ in range(5):
            found = re.search(r"/repositories/(\d+)/issues/(\d+)$", urlsplit(address).path)
            if found is None:
                break
            answer = self._definite(self._session.call("GET", found[0]))
            if answer.status == 200:
                url = str(answer.data["html_url"])
                to = self._ref(answer.data) if int(found[1]) == self._repository() else None
                return Moved(ref, to, url)
            address = answer.redirect or ""
        return Moved(ref, None, url)

    # --- writing ------------------------------------------------------------------------------------------------

    def create(self, drafts: Sequence[Draft]) -> tuple[Outcome, ...]:
        """One POST for each draft, never repeated."""
        return tuple(self._create(draft) for draft in drafts)

    def _create(self, draft: Draft) -> Outcome:
        try:
            self._repository()
            body = {
                "title": fit_title(draft.title),
                "body": fit_body(draft.body, draft.marker),
                "labels": list(fit_labels((self.label, *draft.labels))),
                "assignees": list(draft.assignees[:MOST_ASSIGNEES]),
            }
        except TrackerUnavailable as error:
            return Unavailable(str(error), error.retry_after)
        except TrackerError as error:
            return Rejected(str(error))
        try:
            return self._outcome(self._session.call("POST", f"{self._home}/issues", body=body))
        except NotSent as error:
            return Unavailable(str(error), error.retry_after)
        except TrackerUnavailable as error:
            return InDoubt(str(error))
        except TrackerError as error:
            return Rejected(str(error))

    def _outcome(self, answer: Answer) -> Outcome:
        if answer.patience is not None:
            return Unavailable(f"GitHub asks for patience ({answer.reason})", answer.patience)
        if answer.redirect is not None:
            return InDoubt(str(self._renamed(answer)))
        if answer.failed:
            return InDoubt(f"GitHub had trouble of its own ({answer.reason})")
        if answer.status >= 400:
            return Rejected(str(self._refused(answer, "to create an issue")))
        try:
            return Created(self._ticket(answer.data))
        except TrackerError as error:
            return InDoubt(str(error))

    def update(self, ref: Ref, patch: Patch) -> Ticket:
        """At most one PATCH; labels have requests of their own, so that those of others are never overwritten."""
        path = self._path(ref)
        if names := fit_labels(patch.get("add_labels", ())):
            self._write("POST", f"{path}/labels", {"labels": list(names)}, f"labels for {ref.key!r}")
        for name in fit_labels(patch.get("remove_labels", ())):
            self._write("DELETE", f"{path}/labels/{quote(name, safe='')}", None, f"a label less for {ref.key!r}", {404})
        values: dict[str, Any] = {}
        if "title" in patch:
            values["title"] = fit_title(patch["title"])
        if "assignees" in patch:
            values["assignees"] = list(patch["assignees"][:MOST_ASSIGNEES])
        if "marker" in patch:
            values["body"] = marker.replace(self._issue(ref).get("body"), patch["marker"])
        if not values:
            return self._ticket(self._issue(ref))
        answer = self._write("PATCH", path, values, f"{', '.join(values)} of {ref.key!r}")
        ticket = self._ticket(answer.data)
        if "assignees" in patch and set(ticket.assignees) != {name.lower() for name in values["assignees"]}:
            hint = "the token may not assign here (it needs write or triage access)"
            raise TrackerError(f"GitHub silently dropped the assignees of {ref.key!r}: {hint}")
        return ticket

    def close_duplicate(self, ref: Ref, of: Ref) -> Ticket | Touched:
        """A fresh look at the issue and its timeline, then the comment, then closing; each step only where missing."""
        path = self._path(ref)
        issue, events = self._issue(ref), self._timeline(path)
        if deed := foreign_deed(events, self.accounts(), OWN_COMMENT):
            return Touched(deed)
        told = any(OWN_COMMENT in str(event.get("body")) for event in events)
        if issue["state"] == "closed":
            return self._ticket(issue) if told else Touched("it is closed already")
        if not told:
            named = f"#{_number(of)}" if of.tracker == self.name else of.url
            comment = {"body": f"Duplicate of {named}\n\n{OWN_COMMENT}"}
            self._write("POST", f"{path}/comments", comment, f"a comment on {ref.key!r}")
        closed = {"state": "closed", "state_reason": "duplicate"}
        answer = self._write("PATCH", path, closed, f"to close {ref.key!r}", {422})
        if answer.status == 422:  # An Enterprise Server of before this reason existed.
            answer = self._write("PATCH", path, closed | {"state_reason": "not_planned"}, f"to close {ref.key!r}")
        return self._ticket(answer.data)

    def _timeline(self, path: str) -> list[Mapping[str, Any]]:
        events: list[Mapping[str, Any]] = []
        page = 1
        while True:
            query = {"per_page": str(PAGE), "page": str(page)}
            answer = self._definite(self._session.call("GET", f"{path}/timeline", query=query))
            if answer.status != 200 or not isinstance(answer.data, list):
                raise self._refused(answer, "to show an issue's timeline")
            events += answer.data
            if not next_page(answer.headers.get("link", "")):
                return events
            page += 1

    def _write(self, verb: str, path: str, body: Any, what: str, also: Iterable[int] = ()) -> Answer:
        """A write that may be repeated. Raises where it did not succeed, but for the statuses in `also`."""
        answer = self._definite(self._session.call(verb, path, body=body))
        if answer.redirect is not None:
            raise TrackerError(f"{what}: the ticket leads elsewhere, so nothing was written; look at it by hand")
        if answer.status >= 300 and answer.status not in also:
            raise self._refused(answer, what)
        return answer

    # --- answers ------------------------------------------------------------------------------------------------

    def _repository(self) -> int:
        """The repository's id: at most one request, and that only where no page of a list told it before."""
        if self._repository_id is None:
            answer = self._definite(self._session.call("GET", self._home))
            if answer.redirect is not None:
                raise self._renamed(answer)
            if answer.status != 200 or not isinstance(answer.data, Mapping):
                raise self._refused(answer, "to show the repository")
            self._repository_id = int(answer.data["id"])
        return self._repository_id

    def _path(self, ref: Ref) -> str:
        home = self._repository()
        if _repository_number(ref, home) != home:
            raise TrackerError(f"ticket {ref.key!r} is in another repository than `{self.repo}`: it is not touched")
        return f"{self._home}/issues/{_number(ref)}"

    def _issue(self, ref: Ref) -> Mapping[str, Any]:
        answer = self._definite(self._session.call("GET", self._path(ref)))
        if answer.redirect is not None:
            raise TrackerError(f"ticket {ref.key!r} leads elsewhere: it is not touched")
        if answer.status != 200:
            raise self._refused(answer, f"to show {ref.key!r}")
        return self._verify(answer.data)

    def _definite(self, answer: Answer) -> Answer:
        """The answer, where it is one that asking again would not change."""
        if answer.patience is not None:
            raise TrackerUnavailable(f"GitHub asks for patience ({answer.reason})", answer.patience)
        if answer.failed:
            raise TrackerUnavailable(f"GitHub had trouble of its own ({answer.reason})")
        return answer

    def _verify(self, issue: Any) -> Mapping[str, Any]:
        """The issue, where it is one and in our repository."""
        if not isinstance(issue, Mapping) or type(issue.get("number")) is not int:
            raise TrackerError(f"`{self.repo}`: an answer of GitHub holds no issue")
        if repository_of(issue) != self.repo.lower():
            raise TrackerError(f"`{self.repo}`: GitHub answered with an issue of {repository_of(issue)!r}")
        return issue

    def _ref(self, issue: Mapping[str, Any]) -> Ref:
        number = issue["number"]
        return Ref(self.name, f"{self._repository()}/{number}", f"{self.repo}#{number}", str(issue["html_url"]))

    def _ticket(self, issue: Any) -> Ticket:
        verified = self._verify(issue)
        try:
            return ticket_of(verified, self._ref(verified), self.label)
        except (KeyError, TypeError, ValueError) as error:
            raise TrackerError(f"`{self.repo}#{verified['number']}`: the answer cannot be read ({error!r})") from None

    def _refused(self, answer: Answer, what: str) -> TrackerError:
        """The error for an answer that refuses, with what to do about it."""
        if answer.redirect is not None:
            return self._renamed(answer)
        hints = {
            401: "the token is wrong or has expired",
            403: "the token may not do this: it needs write access to issues (for labels and assignees too)",
            404: f"it does not exist, or the token may not see it: check `trackers.{self.name}.repo` and the token",
            410: "it was deleted, or issues are switched off in the repository's settings",
        }
        hint = hints.get(answer.status, "see what it names")
        return TrackerError(f"`{self.repo}`: GitHub refused {what} ({answer.reason}): {hint}")

    def _renamed(self, answer: Answer) -> TrackerError:
        """The error for a repository that has another name now, with that name where it can be found out."""
        number, new = repository_id_of(answer.redirect or ""), ""
        if number is not None:
            try:
                found = self._session.call("GET", f"/repositories/{number}")
                new = str(found.data["full_name"]) if found.status == 200 else ""
            except TrackerError:
                new = ""
        setting = f"trackers.{self.name}.repo"
        todo = f'set `{setting} = "{new}"` if that is right' if new else f"set `{setting}` to its new name"
        return TrackerError(f"repository `{self.repo}` was renamed or moved{f' to `{new}`' if new else ''}: {todo}")


def _number(ref: Ref) -> int:
    return int(ref.id.rpartition("/")[2])


def _repository_number(ref: Ref, home: int) -> int:
    """The repository that a ref is of; a provisional one is of ours."""
    return int(ref.id.partition("/")[0]) if "/" in ref.id else home
