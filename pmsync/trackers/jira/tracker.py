"""Tickets as issues of one Jira project, on Cloud and on Data Center.

REST API v2 on both products, whose texts are wiki markup. Never retries; a create is sent exactly once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from pmsync.config.settings import Person, TrackerSettings
from pmsync.errors import TrackerClosed, TrackerError, TrackerUnavailable
from pmsync.identity.ticket_addresses import KEY, jira_key
from pmsync.model import Draft, Marker, Patch, Ref, Ticket
from pmsync.trackers.concurrent_change import is_sent
from pmsync.trackers.contract import (
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
from pmsync.trackers.http import Answer, LostAnswer, NotSent
from pmsync.trackers.jira import adf, anchor_marker, api_gateway, duplicate
from pmsync.trackers.jira import probe as jira_probe
from pmsync.trackers.jira.access import open_session
from pmsync.trackers.jira.bulk_create import Sent, Unassignable, in_halves, outcomes_of
from pmsync.trackers.jira.create_screen import Screen, blocker, create_fields, demanded, priority_of, refusal
from pmsync.trackers.jira.error_causes import cause, reason
from pmsync.trackers.jira.issue import (
    PROPERTY,
    Dialect,
    document_labels,
    find_jql,
    property_value,
    scan_jql,
    summary,
    ticket_of,
)
from pmsync.trackers.jira.listing import PAGE, read_screen, search
from pmsync.trackers.jira.people import assignable_account, unknown_accounts
from pmsync.trackers.jira.session import TIMEOUT, JiraSession
from pmsync.trackers.jira.wiki_markup import to_wiki
from pmsync.trackers.paging import Incomplete

LOT = 50
"""What one bulk create takes ("Bulk create issue", REST API v2)."""
FEW = 3


def connect(
    settings: TrackerSettings, environ: Mapping[str, str], *, timeout: tuple[float, float] = TIMEOUT
) -> JiraTracker:
    """A tracker that has sent nothing yet; raises ConfigError if a secret is missing or may not go to that host."""
    return JiraTracker(settings, open_session(settings, environ, timeout))


class JiraTracker:
    """The contract is in `pmsync.trackers.contract.Tracker`."""

    fields = frozenset({"title", "assignees", "due", "priority", "labels"})
    batch = LOT
    incremental = True

    def __init__(self, settings: TrackerSettings, session: JiraSession) -> None:
        self.settings, self.session = settings, session
        self.name, self.label = settings.name, settings.label
        self._resolved: dict[str, str | Unresolved] = {}
        self._unknown: frozenset[str] = frozenset()
        self._looked = False

    # --- who we are, and how this Jira words things -------------------------------------------------------------

    @cached_property
    def words(self) -> Dialect:
        """Cloud or Data Center: as configured, else found out with one request. With an `api_url` that request also
        checks that it leads to the configured site: ids of tickets are valid only there.
        """
        kind = self.settings.deployment
        if kind is None or self.settings.api_url:
            server = self.session.ask("GET", "serverInfo", shape=dict)
            if self.settings.api_url:
                api_gateway.check_site(server, self.settings.url, self.session.setting)
            kind = kind or ("cloud" if server.get("deploymentType") == "Cloud" else "server")
        return Dialect(self.settings, cloud=kind == "cloud")

    @cached_property
    def me(self) -> str:
        """The token's own account; raises TrackerError if Jira does not say."""
        return jira_probe.own_account(self.session, self.words)

    def accounts(self) -> frozenset[str]:
        return frozenset(self.settings.accounts) or frozenset({self.me})

    @cached_property
    def screen(self) -> Screen | None:
        """The create screen; None if this Jira is too old to show it (Data Center before 8.4)."""
        return read_screen(self.session, self.settings)

    def recognise(self, text: str, repository: str | None = None) -> Ref | None:  # noqa: ARG002
        text = text.strip()
        key = text.upper() if re.fullmatch(KEY, text, re.IGNORECASE) else self._key_in(text)
        if key is None or key.rpartition("-")[0] != self.settings.project.upper():
            return None
        return Ref(self.name, key, key, f"{self.settings.url.rstrip('/')}/browse/{key}")

    def _key_in(self, address: str) -> str | None:
        """The key in an address of this Jira, under its present or a former name."""
        return next(filter(None, (jira_key(address, site) for site in self.settings.sites)), None)

    def fit_labels(self, labels: Iterable[str]) -> tuple[str, ...]:
        return document_labels(labels)

    # --- reading ------------------------------------------------------------------------------------------------

    def scan(self, since: datetime | None = None) -> Scan:
        pages = self._pages(scan_jql(self.words, self.label, since))
        here = tuple(ticket for ticket in self._tickets(pages) if ticket.ref.tracker)
        return Scan(here, self.session.sent_at(pages[0]).replace(microsecond=0))

    def find(self, uids: Iterable[str], since: datetime) -> tuple[Ticket, ...]:
        wanted = sorted(set(uids))
        tickets: dict[Ref, Ticket] = {}
        lots = [wanted[start : start + LOT] for start in range(0, len(wanted), LOT)] or [[]]
        for number, lot in enumerate(lots):
            pages = self._wide(lot, self.accounts() if number == 0 else frozenset(), since, first=number == 0)
            tickets |= {ticket.ref: ticket for ticket in self._tickets(pages) if self._is_wanted(ticket)}
        self._looked = True
        return tuple(sorted(tickets.values(), key=lambda ticket: (ticket.created_at, int(ticket.ref.id))))

    def departed(self, since: datetime) -> tuple[Ticket, ...]:  # noqa: ARG002
        """None: `find` sees them wherever they are."""
        return ()

    def _is_wanted(self, ticket: Ticket) -> bool:
        """Whether it is one of ours, or carries a marker here; any other merely has our label."""
        ours = ticket.author in self.accounts()
        return bool((ours or ticket.marker) if ticket.ref.tracker else (ours and ticket.marker))

    def _pages(self, jql: str) -> list[Answer]:
        return list(search(self.session, self.words, jql))

    def _wide(self, uids: Sequence[str], accounts: frozenset[str], since: datetime, *, first: bool) -> list[Answer]:
        """The wide look, without accounts that this Jira does not know: it refuses a query that names one."""
        names, label = accounts - self._unknown, self.label if first else ""
        try:
            return self._pages(find_jql(self.words, uids, names, since, label))
        except (TrackerUnavailable, TrackerClosed, Incomplete):
            raise
        except TrackerError:
            unknown = unknown_accounts(self.session, self.words, names)
            if not unknown or unknown == names:
                raise
            self._unknown |= unknown
        return self._pages(find_jql(self.words, uids, names - unknown, since, label))

    def left_out(self) -> tuple[str, ...]:
        return tuple(sorted(self._unknown))

    def _tickets(self, pages: Iterable[Answer]) -> tuple[Ticket, ...]:
        tickets = {ticket.ref: ticket for page in pages for ticket in map(self._ticket, page.data["issues"])}
        return tuple(tickets.values())

    def _ticket(self, issue: Mapping[str, Any]) -> Ticket:
        """The ticket; the ref of one in another project has no tracker: it is only to be read."""
        try:
            ticket = ticket_of(issue, self.words)
            return ticket if self._here(issue) else replace(ticket, ref=replace(ticket.ref, tracker=""))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            key = issue.get("key") if isinstance(issue, dict) else issue
            raise TrackerError(f"issue {key!r} in Jira at {self.settings.url!r} cannot be read: {error!r}") from None

    def get(self, refs: Sequence[Ref]) -> Mapping[Ref, Sight]:
        issues = self._issues([ref.id for ref in refs])
        return {ref: self._sight(ref, issues.get(ref.id)) for ref in refs}

    def _issues(self, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Issues by id and by key, as far as bulk requests show them; the caller reads the others one by one."""
        by_name: dict[str, Mapping[str, Any]] = {}
        for start in range(0, len(ids), PAGE) if len(ids) > FEW else ():
            lot = list(ids[start : start + PAGE])
            if self.words.cloud:
                body = {"issueIdsOrKeys": lot, **self.words.wanted_in_body}
                shape = {"issues": list}
                issues = self.session.ask("POST", "issue/bulkfetch", body=body, shape=shape)["issues"]
            else:
                # Data Center has no bulk read, and a search may leave out recent issues.
                jql = f"id in ({', '.join(each for each in lot if each.isdigit())})"
                query = {"jql": jql, **self.words.wanted, "maxResults": PAGE, "validateQuery": "false"}
                issues = (self.session.ask_or_none("search", query) or {}).get("issues", [])
            by_name |= {each: issue for issue in issues for each in (str(issue["id"]), str(issue["key"]))}
        return by_name

    def _sight(self, ref: Ref, issue: Mapping[str, Any] | None) -> Sight:
        current = self._read(ref) if issue is None else issue
        if not isinstance(current, Mapping):
            return current
        ticket = self._ticket(current)
        return ticket if ticket.ref.tracker else Moved(ref, None, ticket.ref.url, ticket)

    def _read(self, ref: Ref) -> Mapping[str, Any] | Gone | Forbidden:
        """The issue, freshly read, wherever it is now."""
        path = f"issue/{ref.id}"
        answer = self.session.send("GET", path, query=self.words.wanted)
        if answer.status == 404:
            # Jira answers 404 for what is deleted and for what we may not see: only the project shows which it is.
            hidden = Forbidden(ref, "404, and the project cannot be read either")
            return Gone(ref, hidden=True) if self._project_key else hidden
        if answer.status == 403:
            why = cause(answer, self.session.secrets)
            return Forbidden(ref, f"{reason(answer)}{f': {why}' if why else ''}")
        issue: Mapping[str, Any] = self.session.good(answer, path, {"fields": dict}).data
        return issue

    @cached_property
    def _project_key(self) -> str:
        """The present key of the project, which a former key leads to; '' if it cannot be read."""
        return jira_probe.project_key(self.session, self.settings)

    def _here(self, issue: Mapping[str, Any]) -> bool:
        """Whether the issue is in our project; raises TrackerClosed if that has another key than configured."""
        if not (here := self.words.here(issue)):
            jira_probe.check_key(self.settings, self._project_key)
        return here

    # --- writing ------------------------------------------------------------------------------------------------

    def create(self, drafts: Sequence[Draft]) -> tuple[Outcome, ...]:
        if not drafts:
            return ()
        try:
            screen, author = self.screen, self.settings.accounts[0] if self.settings.accounts else self.me
        except TrackerUnavailable as error:
            return (Unavailable(str(error), error.retry_after),) * len(drafts)
        except TrackerError as error:
            return (Rejected(str(error), closed=True),) * len(drafts)
        reason = blocker(screen, self.words) if screen else ""
        if reason:
            return (Rejected(reason, closed=True),) * len(drafts)
        demands = demanded(screen, self.words) if screen else []
        fields = [create_fields(draft, screen, self.words) for draft in drafts]
        empty = {n: reason for n, each in enumerate(fields) if (reason := refusal(self.words, demands, each))}
        lot = [(draft, fields[n]) for n, draft in enumerate(drafts) if n not in empty]
        sent = iter(in_halves(lot, lambda part: self._send(part, author)) if lot else ())
        outcomes = [Rejected(empty[n], common=True) if n in empty else next(sent) for n in range(len(drafts))]
        self._without_refused(drafts, outcomes)
        return tuple(outcomes)

    def _without_refused(self, drafts: Sequence[Draft], outcomes: list[Outcome]) -> None:
        """Send again what was surely refused only for its assignee: the ticket matters more than who has left."""
        left = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Unassignable)]
        others = {n: other for n in left if (other := drafts[n].without_refused)}
        for n, outcome in zip(others, self.create(list(others.values())), strict=True):
            outcomes[n] = outcome
        hint = f"set `trackers.{self.name}.fallback_owner` to somebody who can be assigned"
        for n, outcome in enumerate(outcomes):
            if n in left and n not in others and isinstance(outcome, Rejected):
                outcomes[n] = Rejected(f"{outcome.reason}: {hint}", common=True)

    def _send(self, lot: Sequence[Sent], author: str) -> tuple[Outcome, ...]:
        updates = [{"fields": fields, **self._property(draft.marker)} for draft, fields in lot]
        try:
            answer = self.session.send("POST", "issue/bulk", body={"issueUpdates": updates})
        except NotSent as error:
            return (Unavailable(str(error)),) * len(lot)
        except LostAnswer as error:
            return (InDoubt(str(error)),) * len(lot)
        return outcomes_of(answer, lot, self.words, self.session, author=author)

    def update(self, ref: Ref, patch: Patch, listed: Marker | None = None) -> Ticket:
        issue = self._issue_here(ref)
        if is_sent(ticket := self._ticket(issue), patch, listed):
            return ticket
        body = self._body(patch)
        if "marker" in patch:
            body = self._with_text(body, patch, ticket, issue["fields"].get("description") or "")
        if body:
            self.session.ask("PUT", f"issue/{ref.id}", body=body, version=self._version(patch))
        return self._taken(patch, self._still_here(ref))

    def _version(self, patch: Patch) -> str:
        """Version 3 shows Cloud's text as it is stored. Version 2 converts it to wiki markup and back, which loses some
        of what people wrote.
        """
        return "3" if self.words.cloud and "facts" in patch else "2"

    def _with_text(self, body: dict[str, Any], patch: Patch, ticket: Ticket, text: str) -> dict[str, Any]:
        """The body of the write with the marker, and with the list of facts in the description."""
        identity, fields = patch["marker"], body.get("fields", {})
        digest = digest_in_marker(ticket, identity.uid)
        if not self.words.cloud:
            if "facts" in patch:
                text, identity = with_facts(text, digest, to_wiki(patch["facts"]), identity)
            return {**body, "fields": {**fields, "description": anchor_marker.replace(text, identity)}}
        if "facts" in patch:
            query = {"fields": "description"}
            issue = self.session.ask("GET", f"issue/{ticket.ref.id}", query=query, version="3")
            description = issue["fields"]["description"]
            changed = adf.replace_facts(description, digest, patch["facts"]) if description else None
            fields = {**fields, "description": changed} if changed else fields
            identity = identity if changed else replace(identity, facts="")
        return {**body, **({"fields": fields} if fields else {}), **self._property(identity)}

    def _property(self, identity: Marker) -> dict[str, Any]:
        """The marker in the body of a write, on Cloud; on Data Center it is part of the description."""
        if not self.words.cloud:
            return {}
        return {"properties": [{"key": PROPERTY, "value": property_value(identity)}]}

    def _taken(self, patch: Patch, ticket: Ticket) -> Ticket:
        """The ticket, if it took the patch: a proxy may have answered in Jira's place."""
        title = summary(patch["title"]) if "title" in patch else ticket.title
        key = patch["marker"].key if "marker" in patch else None
        if ticket.title != title or (key is not None and (ticket.marker is None or ticket.marker.key != key)):
            raise TrackerUnavailable(f"issue {ticket.ref.key!r} is unchanged, although Jira accepted the change")
        if "assignees" in patch and ticket.assignees != tuple(patch["assignees"])[:1]:
            raise TrackerError(f"Jira accepted a new assignee of {ticket.ref.key!r}, and did not assign the issue")
        return ticket

    def _still_here(self, ref: Ref) -> Ticket:
        return self._ticket(self._issue_here(ref))

    def _issue_here(self, ref: Ref) -> Mapping[str, Any]:
        """The issue, freshly read; raises TrackerError if it left the project."""
        issue = self._read(ref)
        if isinstance(issue, Forbidden):
            raise TrackerError(f"issue {ref.key!r} cannot be read ({issue.reason})")
        if isinstance(issue, Mapping) and self._here(issue):
            return issue
        why = f"it moved to {self.words.browse(str(issue['key']))}" if isinstance(issue, Mapping) else "404"
        raise TrackerError(f"issue {ref.key!r} is not in project {self.settings.project!r} ({why})")

    def _body(self, patch: Patch) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if "title" in patch:
            fields["summary"] = summary(patch["title"])
        if "assignees" in patch:
            fields["assignee"] = self.words.user(next(iter(patch["assignees"]), None))
        if "due" in patch:
            fields["duedate"] = patch["due"].isoformat() if patch["due"] else None
        if "priority" in patch:
            name = priority_of(patch["priority"], self.words, self.screen)
            fields |= {"priority": {"name": name}} if name else {}
        labels = [{"add": label} for label in document_labels(patch.get("add_labels", ()))]
        labels += [{"remove": label} for label in document_labels(patch.get("remove_labels", ()))]
        return {**({"fields": fields} if fields else {}), **({"update": {"labels": labels}} if labels else {})}

    def close_duplicate(self, ref: Ref, of: Ref) -> Ticket | Touched:
        ticket = self._still_here(ref)
        if ticket.duplicate:
            return ticket
        reason = duplicate.close(self.session, self.words, ref, of, ours=self.accounts())
        return Touched(reason) if reason else self._still_here(ref)

    # --- people and rights --------------------------------------------------------------------------------------

    def resolve(self, people: Iterable[Person]) -> Mapping[str, str | Unresolved]:
        wanted = list(people)
        for person in wanted:
            if person.id not in self._resolved:
                self._resolved[person.id] = assignable_account(self.session, self.words, person)
        return {person.id: self._resolved[person.id] for person in wanted}

    def probe(self) -> Probe:
        return jira_probe.probe(self.session, self.words, lambda: self.screen, self._searched)

    def _searched(self) -> tuple[str, ...]:
        """Run the searches of a sync, unless this run has already; returns the accounts that they leave out."""
        if not self._looked:
            now = datetime.now(UTC)
            self.scan(now)
            self.find((), now)
        return self.left_out()
