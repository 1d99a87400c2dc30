"""Normalises severities. Pure."""

from __future__ import annotations

import re


def slug(text: str) -> str:
    """The words of a text as one word of a label: `partial-outage`."""
    return "-".join(re.findall(r"\w+", text.casefold()))


def severity_level(text: str) -> str:
    """The normal form: `sev2` for 'SEV-2', '2', 'S2' and 'Sev 2 (partial outage)'; other words are unchanged."""
    level = re.match(r"(?:severity|sev|s|p)?[\W_]*([0-5])(?![\d.])", text.strip().casefold())
    return f"sev{level[1]}" if level else slug(text).replace("-", "")
