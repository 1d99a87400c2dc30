"""Tickets as issues of one GitHub repository, on github.com or an Enterprise Server.

Sends every write once and follows no redirect: only the configured repository may answer. Never retries: that is what
`trackers.retry` is for.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from pmsync.config.settings import Person, TrackerSettings
from pmsync.errors import TrackerClosed, TrackerError, TrackerUnavailable
from pmsync.identity import marker
from pmsync.identity.ticket_addresses import github_issue
from pmsync.model import Draft, Marker, Patch, Ref, Ticket
from pmsync.trackers.concurrent_change import is_sent
from pmsync.trackers.contract import (
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
from pmsync.trackers.fact_list import digest_in_marker, with_facts
from pmsync.trackers.github.access import checked_credentials, has_content_limits, web_host
from pmsync.trackers.github.bulk_read import read_issues
from pmsync.trackers.github.issue import (
    MOST_ASSIGNEES,
    fit_body,
    fit_labels,
    fit_title,
    foreign_deed,
    repository_id_of,
    unassignable_in,
)
from pmsync.trackers.github.pacing import CONTENT_LIMITS, Pacing
from pmsync.trackers.github.probe import own_account, probe
from pmsync.trackers.github.repository import Repository, because, number_of, repository_number
from pmsync.trackers.github.session import TIMEOUT, GitHubSession
from pmsync.trackers.github.transferred import departed
from pmsync.trackers.http import Answer, NotSent

OWN_COMMENT = "<!-- pmsync-duplicate -->"
_SHORT = re.compile(r"(?:(?P<repo>[\w.-]+/[\w.-]+)#|#|GH-)(?P<number>[1-9]\d{0,9})", re.IGNORECASE)


def connect(
    settings: TrackerSettings,
    environ: Mapping[str, str],
    *,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
    timeout: tuple[float, float] = TIMEOUT,
) -> GitHubTracker:
    """The tracker of a [trackers.NAME] table with `type = "github"`; sends nothing yet.

    Raises ConfigError, naming setting and variable, if a secret is missing or may not go to that host.
    """
    credentials = checked_credentials(settings, environ)
    limits = CONTENT_LIMITS if has_content_limits(settings.api) else ()
    pacing = Pacing(limits=limits, sleep=sleep, monotonic=monotonic)
    session = GitHubSession(
        settings.api,
        credentials,
        repo=settings.repo,
        pacing=pacing,
        setting=f"trackers.{settings.name}.api_url",
        variable=settings.app_key_env or settings.token_env or "GITHUB_TOKEN",
        timeout=timeout,
        monotonic=monotonic,
    )
    return GitHubTracker(settings, session, in_actions=environ.get("GITHUB_ACTIONS") == "true")


class GitHubTracker:
    """The contract of `pmsync.trackers.contract.Tracker` for one repository.

    A ref's id is `REPOSITORY ID/NUMBER`; the provisional one is the number alone. Logins are lower-case everywhere,
    for GitHub ignores their case.
    """

    fields = frozenset({"title", "assignees", "labels"})
    batch = 1
    incremental = True

    def __init__(self, settings: TrackerSettings, session: GitHubSession, *, in_actions: bool = False) -> None:
        self.name, self.label, self.repo = settings.name, settings.label, settings.repo
        self._settings, self._session, self._in_actions = settings, session, in_actions
        self._repo = Repository(session, settings.name, settings.repo, settings.label)
        self._web = web_host(settings.api)
        self._own_account: str | None = None
        self._assignable: dict[str, bool] = {}

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
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
        result, number = probe(self._session, self._settings, self._account)
        self._repo.number = number or self._repo.number
        return result

    def resolve(self, people: Iterable[Person]) -> Mapping[str, str | Unresolved]:
        """Checks once for each account whether issues here may be assigned to it."""
        return {person.id: self._resolved(person) for person in people}

    def _resolved(self, person: Person) -> str | Unresolved:
        if not person.github:
            return Unresolved(f"{person.id!r} has no GitHub account: set `people.{person.id}.github`")
        account = person.github.lower()
        if account not in self._assignable:
            answer = self._repo.read(f"{self._repo.home}/assignees/{quote(account, safe='')}")
            if answer.status not in {204, 404}:
                raise self._repo.refused(answer, f"to say whether {account!r} may be assigned")
            self._assignable[account] = answer.status == 204
        if self._assignable[account]:
            return account
        hint = f"give the account access there, or correct `people.{person.id}.github`"
        return Unresolved(f"issues in `{self.repo}` cannot be assigned to {account!r}: {hint}")

    # --- words --------------------------------------------------------------------------------------------------

    def recognise(self, text: str, repository: str | None = None) -> Ref | None:
        """An address of an issue here, `owner/name#12`, or `#12` in a document of this very repository."""
        if address := github_issue(text.strip()):
            host, repo, number = address
        elif short := _SHORT.fullmatch(text.strip()):
            host, repo, number = self._web, short["repo"] or repository or "", int(short["number"])
        else:
            return None
        return self._provisional(number) if (host, repo.lower()) == (self._web, self.repo.lower()) else None

    def _provisional(self, number: int) -> Ref:
        address = urlsplit(self._settings.api)
        url = f"{address.scheme}://{self._web}/{self.repo}/issues/{number}"
        return Ref(self.name, str(number), f"{self.repo}#{number}", url)

    def fit_labels(self, labels: Iterable[str]) -> tuple[str, ...]:
        """At most 50 characters each, no commas, no two that differ by case alone."""
        return fit_labels(labels)

    # --- reading ------------------------------------------------------------------------------------------------

    def scan(self, since: datetime | None = None) -> Scan:
        """One request for each hundred tickets that changed, at least one."""
        issues, first = self._repo.issues({"labels": self.label}, since)
        if first.date is None:
            raise TrackerError(f"{self._settings.api!r} answers without a Date header: a proxy removes it")
        return Scan(self._repo.tickets(issues), first.date)

    def find(self, uids: Iterable[str], since: datetime) -> tuple[Ticket, ...]:
        """Everything in the repository that changed since then, filtered here by author and marker.

        GitHub's own filter `creator` takes exact logins only, and a ticket that it misses becomes a duplicate.
        """
        wanted, ours = set(uids), self.accounts()
        issues, _ = self._repo.issues({}, since)
        start = since.replace(microsecond=0)
        return tuple(
            ticket
            for ticket in self._repo.tickets(issues)
            if ((ticket.author in ours or ticket.marker is not None) and ticket.created_at >= start)
            or (ticket.marker is not None and ticket.marker.uid in wanted)
        )

    def left_out(self) -> tuple[str, ...]:
        """None: authors are compared here."""
        return ()

    def departed(self, since: datetime) -> tuple[Ticket, ...]:
        """A few requests, and one for each number that no listing shows."""
        readable, ours = list[str](), self.accounts()
        tickets = departed(self._repo, since, lambda number: self._sight(self._provisional(number), readable))
        return tuple(ticket for ticket in tickets if ticket.marker and ticket.author in ours)

    def get(self, refs: Sequence[Ref]) -> Mapping[Ref, Sight]:
        """One request for each hundred refs, one for each ref that those do not show, and one more for the first."""
        unique, readable = tuple(dict.fromkeys(refs)), list[str]()
        tickets = self._in_bulk(unique) if len(unique) > 1 else {}
        return {ref: tickets.get(ref) or self._sight(ref, readable) for ref in unique}

    def _in_bulk(self, refs: Sequence[Ref]) -> Mapping[Ref, Ticket]:
        """The refs that are readable issues of this repository."""
        home = self._repo.identified()
        here = {ref: number_of(ref) for ref in refs if repository_number(ref, home) == home}
        issues = read_issues(self._repo, sorted(set(here.values())))
        return {ref: self._repo.ticket(issues[number]) for ref, number in here.items() if number in issues}

    def _sight(self, ref: Ref, readable: list[str]) -> Sight:
        """`readable` remembers for one `get` whether other issues here can be read: empty until asked, then '' or why
        not.
        """
        home, number = self._repo.identified(), number_of(ref)
        theirs = repository_number(ref, home)
        path = f"{self._repo.home}/issues/{number}" if theirs == home else f"/repositories/{theirs}/issues/{number}"
        answer = self._repo.read(path)
        if answer.redirect is not None and repository_id_of(answer.redirect) == theirs == home:
            raise self._repo.renamed(answer)
        if answer.redirect is not None:
            return self._moved(ref, answer)
        if answer.status in {404, 410}:
            if not readable:
                readable.append(self._repo.unreadable())
            # A ticket that was transferred to where we may not look answers with 404 too; a 410 is definite.
            return Forbidden(ref, readable[0]) if readable[0] else Gone(ref, hidden=answer.status == 404)
        if answer.status in {401, 403}:
            return Forbidden(ref, f"GitHub does not show {ref.key!r} ({answer.reason}){because(answer)}")
        if answer.status != 200 or not isinstance(answer.data, Mapping):
            raise self._repo.refused(answer, f"to show {ref.key!r}")
        if theirs != home or "pull_request" in answer.data:
            there = None if "pull_request" in answer.data else self._repo.foreign(answer.data, ref.id)
            return Moved(ref, None, str(answer.data["html_url"]), there)
        return self._repo.ticket(answer.data)

    def _moved(self, ref: Ref, answer: Answer) -> Sight:
        """Where a transferred issue is now; redirects are followed only to read."""
        address = answer.redirect or ""
        for _ in range(5):
            match = re.search(r"/repositories/(\d+)/issues/(\d+)$", urlsplit(address).path)
            if match is None:
                break
            answer = self._repo.read(match[0])
            if answer.status == 200:
                url = str(answer.data["html_url"])
                if int(match[1]) == self._repo.identified():
                    return Moved(ref, self._repo.ref(answer.data), url)
                return Moved(ref, None, url, self._repo.foreign(answer.data, f"{match[1]}/{match[2]}"))
            address = answer.redirect or ""
        return Moved(ref, None, ref.url)  # GitHub's own pages lead people on from there

    # --- writing ------------------------------------------------------------------------------------------------

    def create(self, drafts: Sequence[Draft]) -> tuple[Outcome, ...]:
        """One POST for each draft, never repeated; if it is refused for its assignees, another one without them."""
        return tuple(self._create(draft) for draft in drafts)

    def _create(self, draft: Draft) -> Outcome:
        try:
            self._repo.identified()
            body = {
                "title": fit_title(draft.title),
                "body": fit_body(draft.body, draft.marker),
                "labels": list(fit_labels((self.label, *draft.labels))),
                "assignees": list(draft.assignees[:MOST_ASSIGNEES]),
            }
        except TrackerUnavailable as error:
            return Unavailable(str(error), error.retry_after)
        except TrackerError as error:
            return Rejected(str(error), closed=isinstance(error, TrackerClosed))
        try:
            answer = self._session.send("POST", f"{self._repo.home}/issues", body=body)
            refused: set[str] = set()
            while left := unassignable_in(answer) & {name.lower() for name in body["assignees"]}:
                # Surely refused, because somebody has left: the ticket matters more than its assignee.
                refused |= left
                willing = [name for name in draft.assignees if name.lower() not in refused]
                body["assignees"] = willing or [name for name in draft.fallback if name.lower() not in refused]
                answer = self._session.send("POST", f"{self._repo.home}/issues", body=body)
            return self._outcome(answer)
        except NotSent as error:
            return Unavailable(str(error), error.retry_after)
        except TrackerUnavailable as error:
            return InDoubt(str(error))
        except TrackerError as error:
            return Rejected(str(error), closed=isinstance(error, TrackerClosed))

    def _outcome(self, answer: Answer) -> Outcome:
        if trouble := self._session.trouble(answer):
            limited = self._session.is_rate_limited(answer)
            return Unavailable(str(trouble), trouble.retry_after) if limited else InDoubt(str(trouble))
        if answer.redirect is not None:
            return InDoubt(str(self._repo.renamed(answer)))
        if answer.status >= 400:
            refused = self._repo.refused(answer, "to create an issue")
            return Rejected(str(refused), closed=isinstance(refused, TrackerClosed))
        try:
            return Created(self._repo.ticket(answer.data))
        except TrackerError as error:
            return InDoubt(str(error))

    def update(self, ref: Ref, patch: Patch, listed: Marker | None = None) -> Ticket:
        """At most one PATCH; labels have requests of their own, which leave other people's labels alone."""
        path = self._repo.path_of(ref)
        issue = self._repo.issue(ref) if listed or "marker" in patch else {}
        before = self._repo.ticket(issue) if issue else None
        if before and listed and is_sent(before, patch, listed):
            return before
        if names := fit_labels(patch.get("add_labels", ())):
            self._repo.write("POST", f"{path}/labels", {"labels": list(names)}, f"to add labels to {ref.key!r}")
        for name in fit_labels(patch.get("remove_labels", ())):
            what = f"to remove a label from {ref.key!r}"
            self._repo.write("DELETE", f"{path}/labels/{quote(name, safe='')}", None, what, {404})
        values: dict[str, Any] = {}
        if "title" in patch:
            values["title"] = fit_title(patch["title"])
        if "assignees" in patch:
            values["assignees"] = list(patch["assignees"][:MOST_ASSIGNEES])
        if before and "marker" in patch:
            text, identity = issue.get("body") or "", patch["marker"]
            if "facts" in patch:
                text, identity = with_facts(text, digest_in_marker(before, identity.uid), patch["facts"], identity)
            values["body"] = marker.replace(text, identity)
        if not values:
            return self._repo.ticket(self._repo.issue(ref))
        answer = self._repo.write("PATCH", path, values, f"to set {', '.join(values)} of {ref.key!r}")
        ticket = self._repo.ticket(answer.data)
        if "assignees" in patch and set(ticket.assignees) != {name.lower() for name in values["assignees"]}:
            hint = "the token may not assign here (it needs write or triage access)"
            raise TrackerError(f"GitHub silently dropped the assignees of {ref.key!r}: {hint}")
        return ticket

    def close_duplicate(self, ref: Ref, of: Ref) -> Ticket | Touched:
        """A fresh read of the issue and its timeline, then the comment, then closing; no step is done twice."""
        path = self._repo.path_of(ref)
        issue, events = self._repo.issue(ref), self._repo.timeline(path)
        if deed := foreign_deed(events, self.accounts(), OWN_COMMENT):
            return Touched(deed)
        has_comment = any(OWN_COMMENT in str(event.get("body")) for event in events)
        if issue["state"] == "closed":
            return self._repo.ticket(issue) if has_comment else Touched("it is already closed")
        if not has_comment:
            name = f"#{number_of(of)}" if of.tracker == self.name else of.url
            comment = {"body": f"Duplicate of {name}\n\n{OWN_COMMENT}"}
            self._repo.write("POST", f"{path}/comments", comment, f"to comment on {ref.key!r}")
        closed = {"state": "closed", "state_reason": "duplicate"}
        answer = self._repo.write("PATCH", path, closed, f"to close {ref.key!r}", {422})
        if answer.status == 422:  # an Enterprise Server that is older than this reason
            answer = self._repo.write("PATCH", path, closed | {"state_reason": "not_planned"}, f"to close {ref.key!r}")
        return self._repo.ticket(answer.data)
