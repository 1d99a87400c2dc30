"""Globs for paths with '/': `**` matches any folders, `*` and `?` match within one name. Pure."""

from __future__ import annotations

import re
from functools import cache

from pmsync.model.names import one_spelling


def matches(glob: str, path: str) -> bool:
    """Whether the glob matches the whole path (pathlib supports `**` here only from Python 3.13 on)."""
    return _pattern(one_spelling(glob)).fullmatch(one_spelling(path)) is not None


def fixed_part(glob: str) -> str:
    """The folder that contains all matching paths: the part before the first wildcard, '' for the top."""
    head = re.split(r"[*?]", glob, maxsplit=1)[0]
    return head.rpartition("/")[0]


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    tokens = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    return re.compile("".join(parts.get(token, re.escape(token)) for token in tokens), re.DOTALL)
