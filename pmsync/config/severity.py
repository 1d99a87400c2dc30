"""Severities in one spelling. Pure."""

from __future__ import annotations

import re


def slug(text: str) -> str:
    """The words of a text as one word of a label: `partial-outage`."""
    return "-".join(re.findall(r"\w+", text.casefold()))


def severity_level(text: str) -> str:
    """The severity in one spelling: `sev2` for 'SEV-2', '2', 'S2', 'Sev 2 (partial outage)'; a word stays a word."""
    level = re.match(r"(?:severity|sev|s|p)?[\W_]*([0-5])(?![\d.])", text.strip().casefold())
    return f"sev{level[1]}" if level else slug(text).replace("-", "")
