"""Finds and reads `pmsync.toml`. The file may come from a stranger: nothing in it is executed, no secret is read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from pmsync.config.people import Directory
from pmsync.config.settings import TEACHABLE, Guard, Levels, Person, Settings, TrackerSettings, Vocabulary
from pmsync.config.severity import severity_level
from pmsync.config.table import Table, nearest, shown
from pmsync.config.trackers import read_people, read_routes, read_tracker
from pmsync.errors import ConfigError

NAME = "pmsync.toml"
INCLUDE = ("postmortems/**/*.md",)
NAMESPACE = r"[^\s<>\"'`\\]{1,200}"
REPOSITORY = r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+"


def find_config(cwd: Path) -> Path | None:
    """The nearest `pmsync.toml` from this folder upwards."""
    folder = cwd.resolve()
    return next((f / NAME for f in (folder, *folder.parents) if (f / NAME).is_file()), None)


def load(config: Path | None, environ: Mapping[str, str], cwd: Path, *, whole: bool = True) -> Settings:
    """Read the named file, else the nearest one; raises ConfigError with all problems at once.

    Unless it has to be `whole`, a file without any tracker may do without a namespace too: it is for reading documents.
    """
    path = cwd / config if config else find_config(cwd)
    if path is None:
        folder = cwd.resolve()
        searched = ", ".join(f"'{place}'" for place in (folder, *folder.parents))
        raise ConfigError(f"no {NAME} in {searched}\n`pmsync init` writes one; --config names another file")
    return parse(_read(path), path.parent.resolve(), shown_path(path, cwd), environ.get("HOME", ""), whole=whole)


def shown_path(path: Path, cwd: Path) -> str:
    """The path for a message: relative where it is below the working directory."""
    return str(path.relative_to(cwd)) if path.is_relative_to(cwd) else str(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        values = tomllib.loads(text)
        str(values)  # a number of more than 4,300 digits, written as hexadecimal, is one that Python does not print
    except OSError as error:
        raise ConfigError(
            f"the configuration '{path}' cannot be read: {(error.strerror or str(error)).lower()}"
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"the configuration '{path}' is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the configuration '{path}' is not valid TOML: {_toml_problem(error, text)}") from None
    except (RecursionError, ValueError):
        raise ConfigError(f"the configuration '{path}' is nested too deep, or holds too large a number") from None
    return values


def _toml_problem(error: tomllib.TOMLDecodeError, text: str) -> str:
    """What is wrong, and the line it is wrong in. A line's end where a value goes on means that its quote is not
    closed.
    """
    message = str(error).replace("Illegal character '\\n'", "a quote is not closed")
    where = re.search(r"at line (\d+)", message)
    lines = text.splitlines()
    shown = f"\nline {where[1]}: {lines[int(where[1]) - 1].strip()}" if where and int(where[1]) <= len(lines) else ""
    return f"{message[:1].lower()}{message[1:]}{shown}"


def parse(data: Mapping[str, Any], root: Path, name: str, home: str = "", *, whole: bool = True) -> Settings:
    """Settings out of the parsed file; `root` is its folder and `name` what messages call it."""
    problems: list[str] = []
    whole = whole or "trackers" in data
    top = Table(data, "", problems)
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
    top: Table, root: Path, trackers: Mapping[str, TrackerSettings], home: str, *, whole: bool, **parts: Any
) -> Settings:
    documents, check, sync = top.table("documents"), top.table("check"), top.table("sync")
    web_url = _web_url(documents)
    repository = documents.text("repository", pattern=REPOSITORY, like="acme/web")
    settings = Settings(
        root=str(root),
        namespace=_namespace(documents, whole=whole),
        include=_globs(documents, "include", INCLUDE),
        exclude=_globs(documents, "exclude", ()),
        since=documents.day("since"),
        formerly=documents.texts("formerly"),
        web_url=web_url,
        repository=repository or _only_repository(trackers) or _repository_of(web_url),
        ledger=_ledger(top, root, home),
        trackers=trackers,
        sla=_sla(top.table("sla")),
        grace=sync.span("grace", timedelta(0)),
        full_scan_every=sync.span("full_scan_every", timedelta(days=1)),
        begun=sync.moment("begun"),
        guard=_guard(top.table("guard")),
        levels_at=tuple(_levels_of(table) for table in check.listed("paths")),
        levels=_levels(check),
        vocabulary=_vocabulary(top.table("vocabulary"), trackers),
        **parts,
    )
    _check_grace(settings, sync)
    documents.close()
    sync.close()
    return settings


def _namespace(table: Table, *, whole: bool) -> str:
    if whole:
        return table.required("namespace", pattern=NAMESPACE, like="acme/web")
    return table.text("namespace", pattern=NAMESPACE, like="acme/web") or ""


def _check_grace(settings: Settings, sync: Table) -> None:
    """Within settle and lag a run of CI may still create what it was in doubt about: the host waits for longer."""
    slowest = max((tracker.settle + tracker.lag for tracker in settings.trackers.values()), default=timedelta(0))
    if timedelta(0) < settings.grace <= slowest:
        seconds = f"{slowest.total_seconds():.0f}s"
        sync.problem("grace", f'has to be longer than settle and lag of each tracker together ({seconds}), or "0"')


def _levels(table: Table) -> dict[str, str]:
    """The level of each rule that is not to have its own, out of [check] or one of its tables by path."""
    if not table.data:
        return {}
    from pmsync.findings import CONFIGURABLE, RULES  # noqa: PLC0415 (few configurations need it, and it is large)

    given = {rule: table.choice(rule, ("error", "warning", "note", "off")) for rule in sorted(CONFIGURABLE)}
    for rule in RULES.keys() - CONFIGURABLE:
        if rule in table.data:
            table.known.append(rule)
            table.problem(rule, "has no other level, for what it finds is not read; remove the line")
    table.close()
    return {rule: level for rule, level in given.items() if level}


def _levels_of(table: Table) -> Levels:
    """One of [[check.paths]]."""
    glob = table.required("path", like="postmortems/legacy/**")
    _check_below(table, "path", glob)
    found = Levels(glob.removeprefix("./"), _levels(table))
    if not table.data.keys() - {"path"}:
        table.problems.append(f'{table.path}: has no rule; add one with its level, such as `owner-missing = "off"`')
    return found


def _vocabulary(table: Table, trackers: Mapping[str, TrackerSettings]) -> Vocabulary:
    """[vocabulary]: a team's own headings and columns; and the keys of its Jira projects, which are words as well."""
    sections, columns = table.texts("sections"), table.table("columns")
    roles: dict[str, str] = {}
    for role in TEACHABLE:
        for name in columns.texts(role):
            if roles.setdefault(name.casefold(), role) != role:
                columns.problem(role, f"{shown(name)} is one of {roles[name.casefold()]} already; leave it to one")
    columns.close()
    table.close()
    jiras = [each for each in trackers.values() if each.type == "jira" and each.project]
    projects = tuple((site, each.project) for each in jiras for site in each.sites)
    return Vocabulary(sections, roles, projects)


def _guard(table: Table) -> Guard:
    names = ("max_creates", "max_updates", "max_orphans")
    given = {name: table.number(name) for name in names}
    table.close()
    return Guard(**{name: number for name, number in given.items() if number is not None})


def _ledger(top: Table, root: Path, home: str) -> str:
    table = top.table("ledger")
    path = table.text("path", ".pmsync/ledger.db") or ""
    table.close()
    if home and path.startswith("~/"):
        path = str(Path(home) / path[2:])
    return str(root / path)


def _globs(table: Table, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Globs that stay below the config's folder."""
    globs = table.texts(key, default)
    if key == "include" and not globs:
        table.problem(key, 'is empty; write it like ["postmortems/**/*.md"]')
    for glob in globs:
        _check_below(table, key, glob)
    return tuple(glob.removeprefix("./") for glob in globs)


def _check_below(table: Table, key: str, glob: str) -> None:
    if PurePosixPath(glob).is_absolute() or ".." in PurePosixPath(glob).parts:
        table.problem(key, f"{shown(glob)} leaves the folder of the configuration; write it relative to that")


def _web_url(table: Table) -> str | None:
    example = "https://github.com/acme/web/blob/main/{path}#L{line}"
    url = table.text("web_url", pattern=r"https?://[^\s@]+", like=example)
    unknown = set(re.findall(r"\{([^}]*)\}", url or "")) - {"path", "line"}
    if url and ("{path}" not in url or unknown):
        table.problem("web_url", f'{shown(url)} needs {{path}}, and knows {{line}} besides; write it like "{example}"')
    return url


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
            problems.append("trackers: there is none; add a table [trackers.NAME] with a type: github, jira or local")
        return
    names = ", ".join(trackers)
    marked = [name for name, tracker in trackers.items() if tracker.default]
    if len(marked) > 1:
        problems.append(f"trackers: {' and '.join(marked)} both have `default = true`; leave it to one")
    elif not marked and len(trackers) > 1 and sum(not tracker.restricted for tracker in trackers.values()) != 1:
        problems.append(f"trackers: none of {names} has `default = true`; give it to the one for all else")


def _check_owners(trackers: Mapping[str, TrackerSettings], people: Mapping[str, Person], problems: list[str]) -> None:
    directory = Directory(people)
    for name, tracker in trackers.items():
        owner = tracker.fallback_owner
        if owner and not directory.match(owner):
            hint = nearest(owner, directory.names) or "; add a table [people.NAME] for them"
            problems.append(f"trackers.{name}.fallback_owner: nobody in [people] goes by {shown(owner)}{hint}")


def _sla(table: Table) -> dict[str, timedelta]:
    """Times by severity; `SEV-1`, `sev1` and `Sev 1` are one severity, as when due dates are worked out."""
    spans: dict[str, timedelta] = {}
    for name in table.data:
        plain = severity_level(name)
        if plain in spans:
            table.problem(name, "is there twice; keep one")
        spans[plain] = table.span(name, timedelta(0))
    return spans
