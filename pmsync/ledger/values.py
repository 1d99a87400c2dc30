"""Values of the ledger that are checked when they are read: a file may have been written by somebody else. Pure."""

from __future__ import annotations

import json
from datetime import UTC, datetime


def at(text: str) -> datetime:
    """The time that stands there, in UTC; raises ValueError for one without a zone."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"the time {text!r} has no zone")
    return time.astimezone(UTC)


def to_tuple(value: object) -> tuple[str, ...]:
    """A list of texts, as JSON or as it was parsed from it; raises ValueError where it is something else."""
    held = [] if value == "[]" else json.loads(value) if isinstance(value, str) else value
    if not isinstance(held, list) or not all(isinstance(each, str) for each in held):
        raise ValueError(f"{str(value)[:40]!r} is no list of texts")
    return tuple(held)


def to_texts(value: object) -> dict[str, str]:
    """An object whose values are texts, as JSON or as it was parsed; raises ValueError where it is something else."""
    held = json.loads(value) if isinstance(value, str) else value
    if not isinstance(held, dict) or not all(isinstance(each, str) for each in held.values()):
        raise ValueError(f"{str(value)[:40]!r} is no object of texts")
    return held
