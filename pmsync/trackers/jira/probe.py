"""What a Jira account may do in the project, and what the project requires: the checks of `doctor`. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pmsync.config.settings import TrackerSettings
from pmsync.errors import TrackerClosed, TrackerError, TrackerUnavailable
from pmsync.trackers.contract import Check, Probe
from pmsync.trackers.http import shortened
from pmsync.trackers.jira.api_gateway import is_gateway
from pmsync.trackers.jira.create_screen import Screen, blocker, demanded
from pmsync.trackers.jira.issue import Dialect
from pmsync.trackers.jira.session import JiraSession

_NEEDED = {
    "CREATE_ISSUES": "create tickets",
    "EDIT_ISSUES": "bring changes of documents into tickets",
    "ASSIGN_ISSUES": "assign owners",
    "TRANSITION_ISSUES": "close duplicates",
    "ADD_COMMENTS": "explain why a duplicate is closed",
}


def probe(
    session: JiraSession,
    words: Dialect,
    screen: Callable[[], Screen | None],
    searched: Callable[[], tuple[str, ...]],
) -> Probe:
    """All checks in order; a failure without which nothing works ends them.

    `searched` runs the searches of a sync and returns the configured accounts that they had to leave out.
    """
    settings = words.settings
    where = f"trackers.{settings.name}"
    account = own_account(session, words)
    checks = [Check("account", True, f"logged in as {account!r}"), *_site(session, settings)]
    try:
        project = session.ask("GET", f"project/{settings.project}", shape={"issueTypes": list})
    except TrackerError as error:
        message = f"project {settings.project!r} cannot be read: {error}"
        return _blocked(
            account, checks, Check("project", False, message, f"correct {where}.project, or ask for access")
        )
    try:
        check_key(settings, str(project.get("key") or ""))
    except TrackerClosed as error:
        return _blocked(account, checks, Check("project", False, str(error), f"correct {where}.project"))
    checks.append(Check("project", True, f"project {settings.project!r} is {project.get('name')!r}"))
    kinds = [str(kind.get("name")) for kind in project["issueTypes"]]
    if settings.issue_type.casefold() not in {kind.casefold() for kind in kinds}:
        message = f"project {settings.project!r} has no issue type {settings.issue_type!r}"
        hint = f"set {where}.issue_type to one of {', '.join(kinds)}"
        return _blocked(account, checks, Check("issue type", False, message, hint))
    checks.append(Check("issue type", True, f"issue type {settings.issue_type!r} exists"))
    checks += _searches(settings, searched)
    checks += _permissions(session, settings)
    checks += [*_required(words, screen()), *_unassigned(session, settings)]
    fatal = [check for check in checks if check.ok is False and check.name in {"CREATE_ISSUES", "required fields"}]
    return Probe(account, tuple(checks), fatal[0].message if fatal else "")


def own_account(session: JiraSession, words: Dialect) -> str:
    """The token's own account. Raises TrackerError if the answer names none: an empty name would match everybody."""
    user = session.ask("GET", "myself")
    account = words.account(user)
    if not account:
        hint = f"check {session.secrets}, or name the account in `trackers.{words.settings.name}.accounts`"
        why = f"does not say whose token this is (`/myself` names nobody, {shortened(user)})"
        raise TrackerError(f"{session.where} {why}: {hint}")
    return account


def project_key(session: JiraSession, settings: TrackerSettings) -> str:
    """The present key of the configured project, '' if it cannot be read."""
    project = session.ask_or_none(f"project/{settings.project}")
    return str(project.get("key") or settings.project) if isinstance(project, Mapping) else ""


def check_key(settings: TrackerSettings, key: str) -> None:
    """Raise TrackerClosed if the configured key is a former one, which Jira redirects to the project."""
    if key and key.upper() != settings.project.upper():
        setting = f"trackers.{settings.name}.project"
        raise TrackerClosed(f'project {settings.project!r} has the key {key!r} now: set `{setting} = "{key}"`')


def _site(session: JiraSession, settings: TrackerSettings) -> list[Check]:
    """Whether links to tickets can be opened: not those of the gateway."""
    if not is_gateway(settings.url):
        return []
    server = session.ask_or_none("serverInfo")
    site = server.get("baseUrl") if isinstance(server, Mapping) else None
    message = f"{settings.url!r} is for requests only: links to tickets cannot be opened, nor those of the site read"
    lines = f'`url = "{site or "https://SITE.atlassian.net"}"` and `api_url = "{settings.url}"`'
    return [Check("url", None, message, f"set {lines} in [trackers.{settings.name}]; tickets stay linked")]


def _blocked(account: str, checks: list[Check], last: Check) -> Probe:
    return Probe(account, (*checks, last), last.message)


def _searches(settings: TrackerSettings, searched: Callable[[], tuple[str, ...]]) -> list[Check]:
    try:
        left_out = searched()
    except TrackerUnavailable:
        raise
    except TrackerError as error:
        return [Check("searches", False, f"tickets cannot be searched for: {error}", "no sync works without it")]
    hint = f"correct it in `trackers.{settings.name}.accounts`, or take it out if it was deleted"
    strangers = [Check("accounts", None, f"this Jira has no account {account!r}", hint) for account in left_out]
    return [Check("searches", True, "tickets can be searched for"), *strangers]


def _permissions(session: JiraSession, settings: TrackerSettings) -> list[Check]:
    query = {"projectKey": settings.project, "permissions": ",".join(_NEEDED)}
    have = session.ask("GET", "mypermissions", query=query, shape={"permissions": dict})["permissions"]
    return [
        Check(name, True, f"may {what}")
        if (have.get(name) or {}).get("havePermission")
        else Check(
            name,
            False,
            f"may not {what} in project {settings.project!r}",
            f"give the account the permission {name} in the project's permission scheme",
        )
        for name, what in _NEEDED.items()
    ]


def _required(words: Dialect, screen: Screen | None) -> list[Check]:
    if screen is None:
        return [Check("required fields", None, "this Jira does not show which fields are required")]
    if reason := blocker(screen, words):
        return [Check("required fields", False, reason, "correct the project or the configuration")]
    demands = [
        Check(
            "required fields", None, f"an item without {each.name!r} gets no ticket, as the project requires it", todo
        )
        for each, todo in demanded(screen, words)
    ]
    return demands or [Check("required fields", True, "every required field is filled")]


def _unassigned(session: JiraSession, settings: TrackerSettings) -> list[Check]:
    """Whether issues may be unassigned ("Get global settings"); no check if Jira does not say."""
    options = session.ask_or_none("configuration")
    if not isinstance(options, Mapping) or options.get("unassignedIssuesAllowed") is not False:
        return []
    if settings.fallback_owner:
        message = f"issues must be assigned: to {settings.fallback_owner!r} if not to the owner"
        return [Check("unassigned issues", True, message)]
    message = "issues must be assigned: an item may get no ticket if its owner cannot be"
    hint = f"set `trackers.{settings.name}.fallback_owner` to somebody who can be assigned"
    return [Check("unassigned issues", None, message, hint)]
