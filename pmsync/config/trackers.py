"""The tables [trackers.NAME], [[routes]] and [people.NAME] of the configuration. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, time
from pathlib import Path
from typing import Any

from pmsync.config.people import Directory
from pmsync.config.schema import keys
from pmsync.config.settings import Person, Route, TrackerSettings
from pmsync.config.toml_table import TomlTable, nearest, shown

TYPES = ("github", "jira", "local")
STATUSES = ("open", "in_progress", "done", "wont_do")
RESOLUTIONS = ("done", "wont_do", "duplicate")
OURS = ("project", "issuetype", "summary", "description", "labels", "assignee")
"""Jira fields that pmsync fills itself, so that [trackers.X.fields] may not."""

_NAME = r"[A-Za-z0-9][A-Za-z0-9_-]*"


def read_tracker(name: str, table: TomlTable, root: Path) -> TrackerSettings:
    """One [trackers.NAME] table, with the keys of its type."""
    kind = table.choice("type", choices=TYPES) or ""
    if "type" not in table.data:
        table.problem("type", "is missing; it is one of github, jira, local")
    if not re.fullmatch(_NAME, name):
        table.problems.append(f"{table.path}: a tracker's name consists of letters, digits, `-` and `_`")
    values = table.values(TrackerSettings, kind)
    values["formerly"] = tuple(url.rstrip("/") for url in values["formerly"])
    _check_label(table, values["label"], kind)
    if kind == "github":
        _check_pair(table, "app_id_env", "app_key_env", "a GitHub App")
    if kind == "jira":
        _check_pair(table, "user_env", "password_env", "a log-in by name")
        values |= _jira_words(table)
    if kind == "local":
        values["path"] = str(root / (values["path"] or f".pmsync/tickets-{name}.db"))
    if kind:
        table.close()
    if (values.get("app_id_env") or values.get("user_env")) and "token_env" not in table.data:
        values["token_env"] = None
    return TrackerSettings(name=name, type=kind or "local", **values)  # type: ignore[arg-type]


def _check_label(table: TomlTable, label: str, kind: str) -> None:
    """The label must suit every service: GitHub cannot search for one with a comma."""
    if "," in label or len(label) > 50 or (kind == "jira" and " " in label):
        rule = "no spaces or commas" if kind == "jira" else "no comma"
        table.problem("label", f"{shown(label)} cannot be a label there; it has {rule} and at most 50 characters")


def _check_pair(table: TomlTable, first: str, second: str, what: str) -> None:
    """Both keys, or neither."""
    missing = [key for key in (first, second) if key not in table.data]
    if len(missing) == 1:
        table.problem(missing[0], f"is missing; {what} needs both {first} and {second}")


def _jira_words(table: TomlTable) -> dict[str, Any]:
    return {
        "status": _mapping(table, "status", STATUSES),
        "resolution": _mapping(table, "resolution", RESOLUTIONS),
        "priority": _mapping(table, "priority"),
        "fields": _fields(table),
    }


def _mapping(table: TomlTable, key: str, choices: Collection[str] = ()) -> dict[str, str]:
    inner = table.table(key)
    if choices:
        return {name: value for name in inner.data if (value := inner.choice(name, choices=choices))}
    return {name: value for name in inner.data if (value := inner.text(name))}


def _fields(table: TomlTable) -> dict[str, object]:
    inner = table.table("fields")
    for name, value in inner.data.items():
        if name.casefold() in OURS:
            inner.problem(name, "is filled by pmsync; remove it")
        elif isinstance(value, date | time):
            inner.problem(name, f"{value} is a date or time; write it as a string in Jira's format")
    return dict(inner.data)


def read_routes(top: TomlTable, trackers: Collection[str]) -> tuple[Route, ...]:
    """All [[routes]], in order."""
    return tuple(_route(table, trackers) for table in top.listed("routes"))


def _route(table: TomlTable, trackers: Collection[str]) -> Route:
    tracker = table.required("tracker", like=next(iter(trackers), "web"))
    if tracker and tracker not in trackers:
        there = f"the trackers are {', '.join(trackers)}" if trackers else "none is configured"
        table.problem("tracker", f"{shown(tracker)} is not a configured tracker; {there}{nearest(tracker, trackers)}")
    route = Route(tracker=tracker, **table.values(Route))
    table.close()
    conditions = [each.name for each in keys(Route)]
    if not any(name in table.data for name in conditions):
        table.problems.append(
            f"{table.path}: has no condition ({', '.join(conditions)}); "
            "for everything else mark a tracker with `default = true`"
        )
    return route


def read_people(top: TomlTable) -> dict[str, Person]:
    """Everybody under [people]; no two may share a name."""
    people = {name: _person(name, table) for name, table in top.named("people").items()}
    directory = Directory(people)
    for name in directory.names:
        if directory.match(name) is None:
            holders = [person.id for person in people.values() if Directory({person.id: person}).match(name)]
            top.problems.append(f'people: "{name}" means {" and ".join(holders)}; give the name to only one of them')
    return people


def _person(name: str, table: TomlTable) -> Person:
    values = table.values(Person)
    table.close()
    login = values["github"]
    return Person(id=name, **{**values, "github": login.removeprefix("@") if login else None})
