"""Finds and reads `pmsync.toml`. The file may come from a stranger: nothing in it is executed, no secret is read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from pmsync.config.people import Directory
from pmsync.config.schema import default_of
from pmsync.config.settings import (
    REPOSITORY,
    TEACHABLE,
    Guard,
    Levels,
    Person,
    Settings,
    TrackerSettings,
    Vocabulary,
)
from pmsync.config.toml_table import TomlTable, nearest, shown
from pmsync.config.trackers import read_people, read_routes, read_tracker
from pmsync.errors import ConfigError

NAME = "pmsync.toml"


def find_config(cwd: Path) -> Path | None:
    """The nearest `pmsync.toml` from this folder upwards."""
    folder = cwd.resolve()
    return next((f / NAME for f in (folder, *folder.parents) if (f / NAME).is_file()), None)


def load(config: Path | None, environ: Mapping[str, str], cwd: Path, *, whole: bool = True) -> Settings:
    """Read the named file, or the nearest one; raises ConfigError with all problems.

    Unless it must be `whole`, a file that configures no tracker needs no namespace: it is only for reading documents.
    """
    path = cwd / config if config else find_config(cwd)
    if path is None:
        folder = cwd.resolve()
        searched = ", ".join(f"'{place}'" for place in (folder, *folder.parents))
        raise ConfigError(f"no {NAME} in {searched}\n`pmsync init` writes one; --config names another file")
    return parse(_read(path), path.parent.resolve(), shown_path(path, cwd), environ.get("HOME", ""), whole=whole)


def shown_path(path: Path, cwd: Path) -> str:
    """The path for a message: relative if it is below the working directory."""
    return str(path.relative_to(cwd)) if path.is_relative_to(cwd) else str(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        values = tomllib.loads(text)
        str(values)  # fails for a hexadecimal number of more than 4,300 digits, which Python cannot print
    except OSError as error:
        raise ConfigError(
            f"the configuration '{path}' cannot be read: {(error.strerror or str(error)).lower()}"
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"the configuration '{path}' is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the configuration '{path}' is not valid TOML: {_toml_problem(error, text)}") from None
    except (RecursionError, ValueError):
        raise ConfigError(f"the configuration '{path}' is nested too deeply, or contains too large a number") from None
    return values


def _toml_problem(error: tomllib.TOMLDecodeError, text: str) -> str:
    """The parser's message and the line. A line that ends inside a value means that a quote is not closed."""
    message = str(error).replace("Illegal character '\\n'", "a quote is not closed")
    where = re.search(r"at line (\d+)", message)
    lines = text.splitlines()
    shown = f"\nline {where[1]}: {lines[int(where[1]) - 1].strip()}" if where and int(where[1]) <= len(lines) else ""
    return f"{message[:1].lower()}{message[1:]}{shown}"


def parse(data: Mapping[str, Any], root: Path, name: str, home: str = "", *, whole: bool = True) -> Settings:
    """Settings from the parsed file. `root` is its folder; messages call it `name`."""
    problems: list[str] = []
    whole = whole or "trackers" in data
    top = TomlTable(data, "", problems)
    trackers = {key: read_tracker(key, table, root) for key, table in top.named("trackers").items()}
    _check_default(trackers, problems, given=not whole or bool(data.get("trackers")))
    people = read_people(top)
    _check_owners(trackers, people, problems)
    settings = _assemble(top, root, trackers, home, whole=whole, people=people, routes=read_routes(top, trackers))
    top.close()
    if problems:
        raise ConfigError(*(f"{name}: {problem}" for problem in problems))
    return settings


def _assemble(
    top: TomlTable, root: Path, trackers: Mapping[str, TrackerSettings], home: str, *, whole: bool, **parts: Any
) -> Settings:
    documents, ledger, sync, guard = (top.table(name) for name in ("documents", "ledger", "sync", "guard"))
    values = {**_documents(documents, whole=whole), **ledger.values(Settings), **sync.values(Settings)}
    repository = values.pop("repository") or _only_repository(trackers) or _repository_of(values["web_url"])
    settings = Settings(
        root=str(root),
        ledger=_path(values.pop("ledger"), root, home),
        repository=repository,
        trackers=trackers,
        guard=Guard(**guard.values(Guard)),
        vocabulary=_vocabulary(top.table("vocabulary"), trackers),
        **_check(top.table("check")),
        **_due_dates(top.table("sla"), top.table("holidays")),
        **values,
        **parts,
    )
    _check_grace(settings, sync)
    for table in (documents, ledger, sync, guard):
        table.close()
    return settings


def _documents(table: TomlTable, *, whole: bool) -> dict[str, Any]:
    optional = {"namespace"} - table.data.keys() if not whole else ()
    table.known += optional
    values = {"namespace": "", **table.values(Settings, without=optional)}
    if not values["include"]:
        table.problem("include", f"is empty; write it like {list(default_of(Settings, 'include'))}".replace("'", '"'))
    for key in ("include", "exclude"):
        for glob in values[key]:
            _check_below(table, key, glob)
        values[key] = tuple(glob.removeprefix("./") for glob in values[key])
    _check_web_url(table, values["web_url"])
    return values


def _check_grace(settings: Settings, sync: TomlTable) -> None:
    """The host must wait longer than settle and lag: until then a run in CI may still repeat a create."""
    slowest = max((tracker.settle + tracker.lag for tracker in settings.trackers.values()), default=timedelta(0))
    if timedelta(0) < settings.grace <= slowest:
        seconds = f"{slowest.total_seconds():.0f}s"
        sync.problem("grace", f'must be longer than the settle and lag of every tracker together ({seconds}), or "0"')


def _due_dates(sla: TomlTable, holidays: TomlTable) -> dict[str, Any]:
    if not (sla.data or holidays.data):
        return {}
    from pmsync.config.due_dates import read_holidays, read_sla  # noqa: PLC0415 (not every configuration needs it)

    return {"sla": read_sla(sla), "holidays": read_holidays(holidays)}


def _check(table: TomlTable) -> dict[str, Any]:
    by_path = tuple(_levels_of(each) for each in table.listed("paths"))
    return {"levels_at": by_path, "levels": _levels(table)}


def _levels(table: TomlTable) -> dict[str, str]:
    """The configured levels of rules, from [check] or one of [[check.paths]]."""
    if not table.data:
        return {}
    from pmsync.findings import CHECK_RULES, CONFIGURABLE  # noqa: PLC0415 (few configurations need it, and it is large)

    levels = {rule: table.choice(rule, choices=("error", "warning", "note", "off")) for rule in sorted(CONFIGURABLE)}
    for rule in table.data.keys() & CHECK_RULES.keys() - CONFIGURABLE:
        table.known.append(rule)
        table.problem(rule, "has no other level, because it reports what cannot be read; remove the line")
    table.close()
    return {rule: level for rule, level in levels.items() if level}


def _levels_of(table: TomlTable) -> Levels:
    """One of [[check.paths]]."""
    glob = table.required("path", like="postmortems/legacy/**")
    _check_below(table, "path", glob)
    levels = Levels(glob.removeprefix("./"), _levels(table))
    if not table.data.keys() - {"path"}:
        table.problems.append(f'{table.path}: has no rule; add one with its level, such as `owner-missing = "off"`')
    return levels


def _vocabulary(table: TomlTable, trackers: Mapping[str, TrackerSettings]) -> Vocabulary:
    """[vocabulary]: the team's own headings and columns. Keys of configured Jira projects count as words too."""
    sections, columns = table.texts("sections"), table.table("columns")
    roles: dict[str, str] = {}
    for role in TEACHABLE:
        for name in columns.texts(role):
            if roles.setdefault(name.casefold(), role) != role:
                columns.problem(role, f"{shown(name)} is listed under {roles[name.casefold()]} too; keep one")
    columns.close()
    table.close()
    jiras = [each for each in trackers.values() if each.type == "jira" and each.project]
    projects = tuple((site, each.project) for each in jiras for site in each.sites)
    return Vocabulary(sections, roles, projects)


def _path(path: str, root: Path, home: str) -> str:
    return str(Path(home) / path[2:] if home and path.startswith("~/") else root / path)


def _check_below(table: TomlTable, key: str, glob: str) -> None:
    if PurePosixPath(glob).is_absolute() or ".." in PurePosixPath(glob).parts:
        table.problem(key, f"{shown(glob)} is outside the configuration's folder; write a path relative to that folder")


def _check_web_url(table: TomlTable, url: str | None) -> None:
    unknown = set(re.findall(r"\{([^}]*)\}", url or "")) - {"path", "line"}
    if url and ("{path}" not in url or unknown):
        table.problem("web_url", f"{shown(url)} must contain {{path}}, and may contain {{line}}, but no other braces")


def _only_repository(trackers: Mapping[str, TrackerSettings]) -> str | None:
    repositories = {tracker.repo for tracker in trackers.values() if tracker.type == "github"}
    return next(iter(repositories)) if len(repositories) == 1 else None


def _repository_of(web_url: str | None) -> str | None:
    """`acme/web` of `https://github.com/acme/web/blob/…`."""
    found = re.match(rf"https?://[^/]+/({REPOSITORY})/(?:blob|tree|raw)/", web_url or "")
    return found[1] if found else None


def _check_default(trackers: Mapping[str, TrackerSettings], problems: list[str], *, given: bool) -> None:
    if not trackers:
        if not given:
            problems.append("trackers: none is configured; add [trackers.NAME] with a type: github, jira or local")
        return
    names = ", ".join(trackers)
    marked = [name for name, tracker in trackers.items() if tracker.default]
    if len(marked) > 1:
        problems.append(f"trackers: {' and '.join(marked)} both have `default = true`; keep one")
    elif not marked and len(trackers) > 1 and sum(not tracker.restricted for tracker in trackers.values()) != 1:
        problems.append(f"trackers: none of {names} has `default = true`; set it for the one that gets all other items")


def _check_owners(trackers: Mapping[str, TrackerSettings], people: Mapping[str, Person], problems: list[str]) -> None:
    directory = Directory(people)
    for name, tracker in trackers.items():
        owner = tracker.fallback_owner
        if owner and not directory.match(owner):
            hint = nearest(owner, directory.names) or "; add a table [people.NAME] for them"
            problems.append(f"trackers.{name}.fallback_owner: nobody in [people] is called {shown(owner)}{hint}")
