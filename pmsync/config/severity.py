"""Normalises severities. Pure."""

from __future__ import annotations

import re

_WORDS = {
    **dict.fromkeys(("critical", "blocker", "catastrophic", "emergency"), 1),
    **dict.fromkeys(("high", "major"), 2),
    **dict.fromkeys(("medium", "moderate"), 3),
    **dict.fromkeys(("low", "minor"), 4),
    "trivial": 5,
}
_UNKNOWN = 6


def slug(text: str) -> str:
    """The words of a text as one word of a label: `partial-outage`."""
    return "-".join(re.findall(r"\w+", text.casefold()))


def severity_level(text: str) -> str:
    """The normal form: `sev2` for 'SEV-2', '2', 'S2' and 'Sev 2 (partial outage)'; other words are unchanged."""
    level = re.match(r"(?:severity|sev|s|p)?[\W_]*([0-5])(?![\d.])", text.strip().casefold())
    return f"sev{level[1]}" if level else slug(text).replace("-", "")


def severity_rank(level: str) -> int:
    """How severe a normal form is, the most severe first: 0 for `sev0`, 2 for `sev2` and `major`, 6 for other words."""
    return int(level[3:]) if re.fullmatch("sev[0-5]", level) else _WORDS.get(level, _UNKNOWN)


def is_known_severity(level: str) -> bool:
    """Whether a normal form is a level or a common word for one, and not a text of a document's own."""
    return severity_rank(level) != _UNKNOWN
