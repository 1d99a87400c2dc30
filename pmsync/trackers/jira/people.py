"""Accounts of Jira: whom a search may name, and whom an issue may be assigned to. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from pmsync.config.settings import Person
from pmsync.errors import TrackerClosed, TrackerError, TrackerUnavailable
from pmsync.trackers.contract import Unresolved
from pmsync.trackers.jira.issue import Dialect, find_jql
from pmsync.trackers.jira.listing import PAGE, search
from pmsync.trackers.jira.session import JiraSession
from pmsync.trackers.paging import Incomplete, Page, Place, walk


def unknown_accounts(session: JiraSession, words: Dialect, accounts: Iterable[str]) -> frozenset[str]:
    """The accounts that no search may name, each tried alone: Jira refuses a query for one name that it does not know,
    in the language of the token's account.
    """
    return frozenset(account for account in accounts if _is_unknown(session, words, account))


def _is_unknown(session: JiraSession, words: Dialect, account: str) -> bool:
    try:
        next(search(session, words, find_jql(words, (), [account], datetime.now(UTC)), 1))
    except (TrackerUnavailable, TrackerClosed, Incomplete):
        raise
    except TrackerError:
        return True
    return False


def assignable_account(session: JiraSession, words: Dialect, person: Person) -> str | Unresolved:
    """The account of a person who may be assigned in the project, or why there is none."""
    name = person.jira or person.email
    if not name:
        return Unresolved(f"people.{person.id} has neither `jira` nor `email`")
    candidates = []
    for user in _assignable(session, words, name, by_id=bool(person.jira)):
        if name.casefold() in {words.account(user).casefold(), str(user.get("emailAddress", "")).casefold()}:
            return words.account(user)
        candidates.append(user)
    if not person.jira and len(candidates) == 1 and not candidates[0].get("emailAddress"):
        return words.account(candidates[0])  # Cloud hides addresses, and searches for whole addresses only
    return Unresolved(f"no user {name!r} can be assigned in project {words.project!r}")


def _assignable(session: JiraSession, words: Dialect, name: str, *, by_id: bool) -> Iterator[dict[str, Any]]:
    """The users who may be assigned in the project, by account or by the beginning of a name or address."""
    parameter = ("accountId" if by_id else "query") if words.cloud else "username"

    def ask(place: Place) -> tuple[list[dict[str, Any]], Page]:
        query = {"project": words.project, parameter: name, "startAt": place, "maxResults": PAGE}
        users = session.ask("GET", "user/assignable/search", query=query, shape=list)
        return users, Page(users, int(place) + len(users) if len(users) >= PAGE else None)

    return (user for users in walk(0, ask, f"the search for user {name!r} in Jira") for user in users)
