"""Reads typed values from a TOML table, and collects everything that is wrong with them. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from pmsync.config.schema import keys
from pmsync.config.settings import Limit

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_BUSINESS_DAYS = re.compile(r"([0-9]{1,9})bd")
_SPAN = re.compile(r"(?:\d+[smhdw])+")
_URL = r"https?://[^\s/@?#\\]+(?:/[^\s@?#\\]*)?"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRET = re.compile(r"gh[a-z]_|github_pat_|glpat-|ATATT|ATCTT|.{80}")
_KINDS = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
    datetime: "a date with time",
}


@dataclass
class TomlTable:
    """One table of the file. `path` is its TOML path, '' at the top. All tables share one list of `problems`.

    After a problem, reading goes on with the default, so that one load finds all of them.
    """

    data: Mapping[str, Any]
    path: str
    problems: list[str]
    known: list[str] = field(default_factory=list)

    def problem(self, key: str, message: str) -> None:
        self.problems.append(f"{self.where(key)}: {message}")

    def where(self, key: str) -> str:
        named = key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"'
        return f"{self.path}.{named}" if self.path and key else self.path or named

    def take(self, key: str, kind: type) -> Any:
        """The value, None where it is missing or of another type (a problem)."""
        self.known.append(key)
        value = self.data.get(key)
        if value is None or (isinstance(value, kind) and (kind is bool or not isinstance(value, bool))):
            return value
        self.problem(key, f"{shown(value)} is not {_KINDS[kind]}")
        return None

    def values(self, settings: type, kind: str = "", *, without: Collection[str] = ()) -> dict[str, Any]:
        """Values for the fields of a settings class that are read from this table, but those `without`.

        `kind` is the type of a tracker.
        """
        return {
            each.field: getattr(self, each.read)(each.name, each.default_for(kind), **each.options)
            for each in keys(settings)
            if each.table in {"", self.path} and (not each.types or kind in each.types) and each.field not in without
        }

    def text(self, key: str, default: str | None = None, *, pattern: str = "", like: str = "") -> str | None:
        """A text, not empty; if there is a `pattern`, all of it must match, and `like` is an example."""
        value = self.take(key, str)
        if value is None:
            return default
        if not value.strip():
            self.problem(key, "is empty; remove the line or give it a value")
            return default
        if pattern and not re.fullmatch(pattern, value):
            self.problem(key, f'{shown(value)} cannot be used; write it like "{like}"')
            return default
        return str(value)

    def required(self, key: str, default: str | None = "", *, pattern: str = "", like: str = "") -> str:
        """A text that must be there; '' if it is missing or wrong."""
        if key not in self.data:
            self.known.append(key)
            self.problem(key, f'is missing; add `{key} = "{like}"`')
        return (self.text(key, pattern=pattern, like=like) if key in self.data else default) or ""

    def url(self, key: str, default: str = "", *, required: bool = False) -> str:
        """A plain http(s) address. One that contains a name or password is refused and not repeated."""
        value, like = self.data.get(key), default or "https://acme.atlassian.net"
        if isinstance(value, str) and "@" in value:
            self.known.append(key)
            self.problem(key, "contains a name or password; put these into environment variables, named by *_env keys")
            return default
        read = self.required if required else self.text
        return (read(key, default, pattern=_URL, like=like) or default).rstrip("/")

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        self.known.append(key)
        value = self.data.get(key)
        if value is None:
            return default
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(one, str) and one.strip() for one in values):
            self.problem(key, f'{shown(value)} is not a list of texts; write it like ["one", "two"]')
            return default
        return tuple(values)

    def choice(self, key: str, default: str | None = None, *, choices: Iterable[str]) -> str | None:
        value = self.text(key)
        if value is None or value in choices:
            return value or default
        self.problem(key, f"{shown(value)} is unknown; it is one of {', '.join(choices)}{nearest(value, choices)}")
        return None

    def variable(self, key: str, default: str | None = None) -> str | None:
        """The name of an environment variable. Any other value may be a secret, and is not repeated."""
        value = self.text(key)
        if value is None or (_VARIABLE.fullmatch(value) and not _SECRET.match(value)):
            return value or default
        self.problem(key, "is not the name of an environment variable; put the secret into one and write its name here")
        return default

    def flag(self, key: str, default: bool | None = False) -> bool | None:
        value: bool | None = self.take(key, bool)
        return default if value is None else value

    def number(self, key: str, default: int | None = None) -> int | None:
        value = self.take(key, int)
        if value is not None and value < 0:
            self.problem(key, f"{value} is negative; 0 allows none")
            return default
        return default if value is None else int(value)

    def day(self, key: str, default: date | None = None) -> date | None:
        """A date, bare or in quotes."""
        self.known.append(key)
        value = self.data.get(key)
        if isinstance(value, str):
            with suppress(ValueError):
                value = date.fromisoformat(value)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value or default
        self.problem(key, f"{shown(value)} is not a date; write it like 2026-11-23")
        return default

    def moment(self, key: str, default: datetime | None = None) -> datetime | None:
        """A date with time and time zone."""
        value: datetime | None = self.take(key, datetime)
        if value is None or value.tzinfo:
            return value or default
        self.problem(key, f"{value} has no time zone; write it like 2026-11-23T09:00:00Z")
        return default

    def span(self, key: str, default: timedelta) -> timedelta:
        """A duration: "10m", "1h30m", "15d", or "0"."""
        self.known.append(key)
        value = self.data.get(key)
        if value is None:
            return default
        if value == 0 and not isinstance(value, bool):
            return timedelta(0)
        try:
            parsed = parse_span(value) if isinstance(value, str) else None
        except OverflowError:
            self.problem(key, f"{shown(value)} is too long")
            return default
        if parsed is None:
            self.problem(key, f'{shown(value)} is not a duration; write it like "200s", "10m", "1h" or "15d"')
            return default
        return parsed

    def limit(self, key: str, default: Limit | None = None) -> Limit | None:
        """A number of days: "15d" or "2w", or of business days: "10bd"."""
        self.known.append(key)
        value = self.data.get(key)
        if value is None:
            return default
        limit = _limit(value)
        if limit is None:
            self.problem(key, f'{shown(value)} is not a number of days; write it like "15d", or "10bd" (business days)')
        elif limit.days > limit.most:
            self.problem(key, f"{shown(value)} is too long; the most is {limit.most}{'bd' if limit.business else 'd'}")
        return limit

    def days(self, key: str, default: tuple[date | tuple[int, int], ...] = ()) -> tuple[date | tuple[int, int], ...]:
        """A list of dates; a text such as "12-24" is a day of every year, as (month, day)."""
        values = self.take(key, list)
        if values is None:
            return default
        read = [(value, _day(value)) for value in values]
        for value, day in read:
            if day is None:
                self.problem(key, f'{shown(value)} is not a day; write it like 2026-12-24, or "12-24" for every year')
        return tuple(day for _, day in read if day)

    def table(self, key: str) -> TomlTable:
        """The table under this key; an empty one if it is missing."""
        return TomlTable(self.take(key, dict) or {}, self.where(key), self.problems)

    def named(self, key: str) -> dict[str, TomlTable]:
        """A table of tables, such as [trackers.NAME]."""
        outer = self.table(key)
        tables = {name: outer.table(name) for name in outer.data}
        return {name: table for name, table in tables.items() if isinstance(outer.data[name], dict)}

    def listed(self, key: str) -> list[TomlTable]:
        """An array of tables, such as [[routes]]."""
        rows = self.take(key, list) or []
        tables = []
        for number, row in enumerate(rows, 1):
            path = f"{self.where(key)}[{number}]"
            if isinstance(row, dict):
                tables.append(TomlTable(row, path, self.problems))
            else:
                self.problems.append(f"{path}: {shown(row)} is not a table; start it with [[{self.where(key)}]]")
        return tables

    def close(self) -> None:
        """Report all keys that nobody has read."""
        known = ", ".join(self.known)
        for key in self.data:
            if key not in self.known:
                self.problem(key, f"unknown key{nearest(key, self.known) or f'; the keys are {known}'}")


def parse_span(text: str) -> timedelta | None:
    """A duration: "10m", "1h30m", "15d", or "0"; None for anything else. Raises OverflowError."""
    if text == "0":
        return timedelta(0)
    return timedelta(**_parts(text)) if _SPAN.fullmatch(text) else None


def _limit(value: object) -> Limit | None:
    """The limit, None for what is none. Hours are cut to whole days."""
    if value == 0 and not isinstance(value, bool):
        return Limit(0)
    if not isinstance(value, str):
        return None
    if business := _BUSINESS_DAYS.fullmatch(value):
        return Limit(int(business[1]), business=True)
    try:
        span = parse_span(value)
    except OverflowError:
        span = timedelta.max
    return Limit(span.days) if span is not None else None


def _day(value: object) -> date | tuple[int, int] | None:
    """The date, the month and day of "12-24", or None."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    with suppress(ValueError):
        return date.fromisoformat(value)
    with suppress(ValueError):
        day = date.fromisoformat(f"2000-{value}")  # a leap year
        return day.month, day.day
    return None


def _parts(text: str) -> dict[str, int]:
    parts: dict[str, int] = {}
    for number, unit in re.findall(r"(\d+)([smhdw])", text):
        parts[_UNITS[unit]] = parts.get(_UNITS[unit], 0) + int(number)
    return parts


def shown(value: object) -> str:
    """The value as it is written in the file, shortened."""
    match value:
        case bool():
            text = str(value).lower()
        case str():
            text = f'"{value}"'
        case _:
            text = str(value)
    return text if len(text) <= 80 else text[:79] + "…"


def nearest(text: str, known: Iterable[str]) -> str:
    """`; did you mean "namespace"?`, or '' if nothing is similar."""
    from difflib import get_close_matches  # noqa: PLC0415 (only a mistake needs it)

    plain = {name.casefold(): name for name in known}
    close = get_close_matches(text.casefold(), list(plain), n=1, cutoff=0.6)
    return f'; did you mean "{plain[close[0]]}"?' if close else ""
