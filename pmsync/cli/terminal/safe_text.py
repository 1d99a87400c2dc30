"""Makes text and values fit to print, whoever wrote them. Pure.

Text from documents and trackers is a stranger's: it may hold escapes that command a terminal, bidirectional controls
that show another text than there is, and lines that command a CI runner (`::cmd::` at a line's start, `##[cmd]`
anywhere in a line; actions/runner, ActionCommand.cs).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import PurePath
from typing import Any

SEAM = "\u200b"
"""A zero-width space: what is put into a runner's command to break it."""

ESCAPE = r"\x1b(?:\[[0-9;]*m|\]8;;[^\x1b]*\x1b\\)"
"""What this program itself makes of a look: a colour, or a link's two ends."""
# texts, which are compiled when first needed: most often none is
_UNPRINTABLE = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_DOUBLE_COLON = rf"(?m)^((?:[^\S\n]|{ESCAPE})*:(?:{ESCAPE})*)(?=:)"
_DOUBLE_HASH = rf"(#(?:{ESCAPE})*#(?:{ESCAPE})*)(?=\[)"


def printable(text: str) -> str:
    """The text with control characters and bidirectional controls made visible; line feeds and tabs stay."""
    if text.replace("\n", "").replace("\t", "").isprintable():  # as most is
        return text
    return re.sub(_UNPRINTABLE, _visible, text.replace("\r\n", "\n"))


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"\\u{code:04x}"


def harmless(text: str) -> str:
    """The text with every command to a CI runner broken up; our own colours and links in it do not hide one."""
    return re.sub(_DOUBLE_HASH, rf"\1{SEAM}", re.sub(_DOUBLE_COLON, rf"\1{SEAM}", text))


def to_json(value: object, *, runner: bool, indent: int | None = 2) -> str:
    """JSON of plain values, dataclasses, dates, enums and sets; with `runner`, no text in it commands a CI runner."""
    text = json.dumps(jsonable(value), ensure_ascii=False, indent=indent)
    text = re.sub(_UNPRINTABLE, lambda match: f"\\u{ord(match[0]):04x}" if match[0] != "\n" else "\n", text)
    return text.replace("##[", "##\\u005b") if runner else text


def jsonable(value: Any) -> Any:
    """The value as json.dumps takes it: fields in their order, sets sorted, dates as ISO 8601, spans in seconds."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: jsonable(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): jsonable(held) for key, held in value.items()}
    if isinstance(value, AbstractSet):
        return sorted((jsonable(held) for held in value), key=lambda held: json.dumps(held, sort_keys=True))
    if isinstance(value, list | tuple):
        return [jsonable(held) for held in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case datetime():
            return rfc3339(value)
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case PurePath():
            return str(value)
    return value


def rfc3339(moment: datetime) -> str:
    """`2026-11-24T09:00:00Z`: the moment in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
