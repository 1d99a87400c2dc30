"""Helper of the word lists: a set from one string."""

from __future__ import annotations


def words(text: str, separator: str | None = "|") -> frozenset[str]:
    """The parts of `text` as a set."""
    return frozenset(text.split(separator))
