"""Globs over paths with '/': `**` for any folders, `*` and `?` within one name. Pure."""

from __future__ import annotations

import re
from functools import cache

from pmsync.model.names import one_spelling


def matches(glob: str, path: str) -> bool:
    """Whether the whole path fits the glob (pathlib learns `**` in matching only in 3.13)."""
    return _pattern(one_spelling(glob)).fullmatch(one_spelling(path)) is not None


def fixed_part(glob: str) -> str:
    """The folder that everything that fits lies below: what stands before the first wildcard, '' for the top."""
    head = re.split(r"[*?]", glob, maxsplit=1)[0]
    return head.rpartition("/")[0]


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    tokens = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    return re.compile("".join(parts.get(token, re.escape(token)) for token in tokens), re.DOTALL)
