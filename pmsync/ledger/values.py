"""How single values are written as columns and read back. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

Row = Mapping[str, Any]
Value = str | int | None


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


def to_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def date_text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def to_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def json_text(value: object) -> str:
    return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def list_text(values: Iterable[str]) -> str:
    return json_text(list(values))


def to_tuple(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text)) if text != "[]" else ()


def flag(value: bool | None) -> int | None:
    return None if value is None else int(value)


def to_flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def cleaned(row: dict[str, Value]) -> dict[str, Value]:
    return {name: clean(value) if isinstance(value, str) else value for name, value in row.items()}
