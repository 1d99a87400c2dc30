"""Makes text and values safe to print, whoever wrote them. Pure.

Text from documents and trackers is untrusted: it may hold escapes that command a terminal, bidirectional controls
that disguise it, and lines that command a CI runner (`::cmd::` at a line's start, `##[cmd]`
anywhere in a line; actions/runner, ActionCommand.cs).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import PurePath
from typing import Any

SEAM = "\u200b"
"""A zero-width space, which breaks a runner's command."""

ESCAPE = r"\x1b(?:\[[0-9;]*m|\]8;;[^\x1b]*\x1b\\)"
"""The escapes of our own styles: a colour, or either end of a link."""
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
    """The text with every command to a CI runner broken up, also between our own colours and links."""
    return re.sub(_DOUBLE_HASH, rf"\1{SEAM}", re.sub(_DOUBLE_COLON, rf"\1{SEAM}", text))


def to_json(value: object, *, runner: bool, indent: int | None = 2) -> str:
    """JSON of plain values, dataclasses, dates (ISO 8601), spans (seconds), enums and sets (sorted).

    With `runner`, no text in it commands a CI runner.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)
    text = re.sub(_UNPRINTABLE, lambda match: f"\\u{ord(match[0]):04x}" if match[0] != "\n" else "\n", text)
    return text.replace("##[", "##\\u005b") if runner else text


def _plain(value: Any) -> Any:
    """A value as json.dumps takes it."""
    match value:
        case Mapping():
            return dict(value)
        case AbstractSet():
            return sorted(value, key=lambda member: json.dumps(member, default=_plain, sort_keys=True))
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
    return {field.name: getattr(value, field.name) for field in fields(value)}


def rfc3339(moment: datetime) -> str:
    """`2026-11-24T09:00:00Z`: the moment in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
