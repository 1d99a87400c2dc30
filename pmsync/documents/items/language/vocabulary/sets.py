"""Helpers of the word lists: a set from one string, a pattern from a set."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby


def words(text: str, separator: str | None = "|") -> frozenset[str]:
    """The parts of `text` as a set, in the form that text is compared in (`phrases.normal`)."""
    return frozenset(unicodedata.normalize("NFKC", text).split(separator))


def any_of(names: Iterable[str]) -> str:
    """A pattern for any of the names, the longest that fits; a wrong first letter rules out all that begin with it."""
    ordered = sorted(names, key=lambda name: (name[0], -len(name), name))
    groups = [(first, [re.escape(name[1:]) for name in same]) for first, same in groupby(ordered, lambda name: name[0])]
    return "(?:" + "|".join(f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in groups) + ")"
