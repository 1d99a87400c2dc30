"""The tables [trackers.NAME], [[routes]] and [people.NAME] of the configuration. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from pmsync.config.people import Directory
from pmsync.config.settings import Person, Route, TrackerSettings
from pmsync.config.table import Table, nearest, shown

TYPES = ("github", "jira", "local")
STATUSES = ("open", "in_progress", "done", "wont_do")
RESOLUTIONS = ("done", "wont_do", "duplicate")
OURS = ("project", "issuetype", "summary", "description", "labels", "assignee")
"""Jira fields that pmsync fills itself, so that [trackers.X.fields] may not."""

_NAME = r"[A-Za-z0-9][A-Za-z0-9_-]*"
_URL = r"https?://[^\s/@?#\\]+(?:/[^\s@?#\\]*)?"
_NOW, _SETTLE = timedelta(0), timedelta(minutes=10)
_LAG = {"jira": timedelta(seconds=200), "github": timedelta(minutes=1), "local": _NOW}


def read_tracker(name: str, table: Table, root: Path) -> TrackerSettings:
    """One [trackers.NAME] table, with the keys that its type has."""
    kind = table.choice("type", TYPES)
    if "type" not in table.data:
        table.problem("type", "is missing; it is one of github, jira, local")
    if not re.fullmatch(_NAME, name):
        table.problems.append(f"{table.path}: a tracker's name is made of letters, digits, `-` and `_`")
    common = {
        "label": _label(table, kind),
        "labels": table.texts("labels"),
        "accounts": table.texts("accounts"),
        "fallback_owner": table.text("fallback_owner"),
        "settle": table.span("settle", _NOW if kind == "local" else _SETTLE),
        "lag": table.span("lag", _LAG.get(kind or "", _NOW)),
        "default": table.flag("default"),
        "restricted": table.flag("restricted"),
        "formerly": tuple(url.rstrip("/") for url in table.texts("formerly")),
    }
    own = _READERS[kind](table) if kind else {}
    if kind:
        table.close()
    if kind == "local":
        own["path"] = str(root / (own["path"] or f".pmsync/tickets-{name}.db"))
    return TrackerSettings(name=name, type=kind or "local", **common, **own)  # type: ignore[arg-type]


def _label(table: Table, kind: str | None) -> str:
    """The general label, as every service takes it: a label with a comma cannot be searched on GitHub."""
    label = table.text("label", "postmortem") or "postmortem"
    if "," in label or len(label) > 50 or (kind == "jira" and " " in label):
        rule = "no spaces or commas" if kind == "jira" else "no comma"
        table.problem("label", f"{shown(label)} cannot be a label there; it has {rule} and at most 50 characters")
    return label


def _github(table: Table) -> dict[str, Any]:
    app_id, app_key = table.variable("app_id_env"), table.variable("app_key_env")
    installation = table.number("app_installation_id")
    if (app_id is None) != (app_key is None):
        missing = "app_key_env" if app_id else "app_id_env"
        table.problem(missing, "is missing; a GitHub App needs both app_id_env and app_key_env")
    return {
        "repo": table.required("repo", pattern=r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+", like="acme/web"),
        "api_url": _url(table, "api_url", "https://api.github.com"),
        "token_env": table.variable("token_env", None if app_id else "GITHUB_TOKEN"),
        "app_id_env": app_id,
        "app_key_env": app_key,
        "app_installation_id": installation,
    }


def _jira(table: Table) -> dict[str, Any]:
    user, password = table.variable("user_env"), table.variable("password_env")
    if (user is None) != (password is None):
        missing = "password_env" if user else "user_env"
        table.problem(missing, "is missing; a log-in by name needs both user_env and password_env")
    if "url" not in table.data:
        table.required("url", like="https://acme.atlassian.net")
    return {
        "url": _url(table, "url", ""),
        "api_url": _url(table, "api_url", ""),
        "project": table.required("project", pattern="[A-Z][A-Z0-9_]+", like="PAY"),
        "issue_type": table.text("issue_type", "Task"),
        "deployment": table.choice("deployment", ("cloud", "server")),
        "email_env": table.variable("email_env"),
        "token_env": table.variable("token_env", None if user else "JIRA_TOKEN"),
        "user_env": user,
        "password_env": password,
        "status": _mapping(table, "status", STATUSES),
        "resolution": _mapping(table, "resolution", RESOLUTIONS),
        "priority": _mapping(table, "priority"),
        "fields": _fields(table),
    }


def _local(table: Table) -> dict[str, Any]:
    return {"path": table.text("path", "")}


_READERS: Mapping[str, Callable[[Table], dict[str, Any]]] = {"github": _github, "jira": _jira, "local": _local}


def _url(table: Table, key: str, default: str) -> str:
    """A plain http(s) address. One with a name or password in it is refused and not repeated."""
    value = table.data.get(key)
    if isinstance(value, str) and "@" in value:
        table.known.append(key)
        table.problem(key, "has a name or password in it; name environment variables with *_env keys instead")
        return default
    return (table.text(key, pattern=_URL, like=default or "https://acme.atlassian.net") or default).rstrip("/")


def _mapping(table: Table, key: str, choices: Collection[str] = ()) -> dict[str, str]:
    inner = table.table(key)
    if choices:
        return {name: value for name in inner.data if (value := inner.choice(name, choices))}
    return {name: value for name in inner.data if (value := inner.text(name))}


def _fields(table: Table) -> dict[str, object]:
    inner = table.table("fields")
    for name, value in inner.data.items():
        if name.casefold() in OURS:
            inner.problem(name, "is filled by pmsync; remove it")
        elif isinstance(value, date | time):
            inner.problem(name, f"{value} is a date or time; put it into quotes, as Jira takes it")
    return dict(inner.data)


def read_routes(top: Table, trackers: Collection[str]) -> tuple[Route, ...]:
    """All [[routes]], in order."""
    return tuple(_route(table, trackers) for table in top.listed("routes"))


def _route(table: Table, trackers: Collection[str]) -> Route:
    tracker = table.required("tracker", like=next(iter(trackers), "web"))
    if tracker and tracker not in trackers:
        there = f"there are {', '.join(trackers)}" if trackers else "there is none"
        table.problem("tracker", f"{shown(tracker)} is no configured tracker; {there}{nearest(tracker, trackers)}")
    restricted = table.flag("restricted") if "restricted" in table.data else None
    found = Route(
        tracker=tracker,
        path=table.text("path"),
        team=table.text("team"),
        label=table.text("label"),
        kind=table.text("kind"),
        restricted=restricted,
    )
    table.close()
    if not any(key in table.data for key in ("path", "team", "label", "kind", "restricted")):
        table.problems.append(
            f"{table.path}: has no condition (path, team, label, kind, restricted); "
            "for everything else mark a tracker with `default = true`"
        )
    return found


def read_people(top: Table) -> dict[str, Person]:
    """Everybody under [people]; no name may lead to two of them."""
    people = {name: _person(name, table) for name, table in top.named("people").items()}
    directory = Directory(people)
    for name in directory.names:
        if directory.match(name) is None:
            holders = [person.id for person in people.values() if Directory({person.id: person}).match(name)]
            top.problems.append(f'people: "{name}" means {" and ".join(holders)}; leave the name to one of them')
    return people


def _person(name: str, table: Table) -> Person:
    person = Person(
        id=name,
        name=table.text("name", "") or "",
        aliases=table.texts("aliases"),
        email=table.text("email", pattern=r"[^\s@]+@[^\s@]+", like="alice@example.com"),
        github=_login(table),
        jira=table.text("jira"),
    )
    table.close()
    return person


def _login(table: Table) -> str | None:
    login = table.text("github")
    return login.removeprefix("@") if login else None
