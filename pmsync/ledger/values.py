"""How single values are written as columns, and checked when they are read back: a file may have been written by
somebody else. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

Row = Mapping[str, Any]
Value = str | int | None
Parameters = Sequence[Value] | Mapping[str, Value]


def clean(text: str) -> str:
    """The text without lone surrogates, which JSON from a tracker may hold and SQLite does not take."""
    return text.encode("utf-8", "replace").decode()


def time_text(time: datetime | None) -> str | None:
    """UTC ISO-8601; sorts as the times do. A naive time is a mistake of the caller."""
    if time is None:
        return None
    if time.tzinfo is None:
        raise ValueError(f"a time without a zone: {time!r}")
    return time.astimezone(UTC).isoformat()


def at(text: str) -> datetime:
    """The time in UTC. Raises ValueError for one without a zone."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"the time {text!r} has no zone")
    return time.astimezone(UTC)


def to_time(text: str | None) -> datetime | None:
    return at(text) if text else None


def date_text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def to_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def json_text(value: object) -> str:
    return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def list_text(values: Iterable[str]) -> str:
    return json_text(list(values))


def to_tuple(value: object) -> tuple[str, ...]:
    """A list of texts, as JSON or parsed. Raises ValueError for anything else."""
    held = [] if value == "[]" else json.loads(value) if isinstance(value, str) else value
    if not isinstance(held, list) or not all(isinstance(each, str) for each in held):
        raise ValueError(f"{str(value)[:40]!r} is not a list of texts")
    return tuple(held)


def to_texts(value: object) -> dict[str, str]:
    """An object whose values are texts, as JSON or parsed. Raises ValueError for anything else."""
    held = json.loads(value) if isinstance(value, str) else value
    if not isinstance(held, dict) or not all(isinstance(each, str) for each in held.values()):
        raise ValueError(f"{str(value)[:40]!r} is not an object of texts")
    return held


def flag(value: bool | None) -> int | None:
    return None if value is None else int(value)


def to_flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def cleaned(row: dict[str, Value]) -> dict[str, Value]:
    return {name: clean(value) if isinstance(value, str) else value for name, value in row.items()}
