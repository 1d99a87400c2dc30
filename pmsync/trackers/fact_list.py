"""The list of facts in a ticket's text: what the post-mortem says about the item, kept up to date by pmsync.

Nothing in the text marks the list. It is recognised by the digest of its words, which the ticket's marker carries, so a
list that a person has edited is left alone. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import unescape
from typing import TypeVar

from pmsync.identity.keys import digest
from pmsync.model import Marker, Ticket

Row = TypeVar("Row")

_MARKDOWN_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_WIKI_LINK = re.compile(r"\[([^\]|]*)\|[^\]]*\]")
_MARKUP = re.compile(r"[*_`~^+{}\\\u200b]")
"""Formatting in either notation, and the character that breaks mentions."""
_BULLET = re.compile(r"^\s*[-*+]\s+")
_ROW = re.compile(r"\s*[-*+]\s")
_MOST_ROWS = 40
"""A longer list is not searched: pmsync writes ten rows at most."""


def facts_digest(text: str) -> str:
    """A short digest of the visible words, equal for Markdown, wiki markup and plain text.

    Targets of links do not count: the line of an item changes with every edit above it.
    """
    visible = _WIKI_LINK.sub(r"\1", _MARKDOWN_LINK.sub(r"\1", unescape(text)))
    rows = (_MARKUP.sub("", _BULLET.sub("", line)).split() for line in visible.splitlines())
    return digest([word for row in rows for word in row])[:8]


def markers_of(ticket: Ticket) -> tuple[Marker, ...]:
    """All markers in its text, or the only one if the tracker keeps it elsewhere."""
    return ticket.markers or ((ticket.marker,) if ticket.marker else ())


def digest_in_marker(ticket: Ticket, uid: str) -> str:
    """The digest in the item's own marker: another ticket's marker may have been pasted beside it."""
    return next((marker.facts for marker in reversed(markers_of(ticket)) if marker.uid == uid), "")


def with_facts(text: str, old_digest: str, facts: str, marker: Marker) -> tuple[str, Marker]:
    """The text with its list brought up to date, and the marker that goes with it: without a digest if the text no
    longer has a list with the old one.
    """
    changed = replace_facts(text, old_digest, facts)
    return (text, replace(marker, facts="")) if changed is None else (changed, marker)


def replace_facts(text: str, old_digest: str, facts: str) -> str | None:
    """The text with the rows of that digest replaced by the lines of `facts`, and every other line unchanged.

    None if no rows have that digest: a person edited or removed them.
    """
    lines = text.split("\n")
    end = "\r" if "\r\n" in text else ""
    for start, stop in _lists(lines):
        if span := find_rows(lines[start:stop], old_digest, lambda line: line):
            first, last = start + span[0], start + span[1]
            return "\n".join([*lines[:first], *(f"{line}{end}" for line in facts.split("\n")), *lines[last:]])
    return None


def find_rows(rows: Sequence[Row], old_digest: str, words: Callable[[Row], str]) -> tuple[int, int] | None:
    """Start and end, as in a slice, of the rows with this digest; people may have added rows around them."""
    if len(rows) > _MOST_ROWS:
        return None
    texts = [words(row) for row in rows]
    spans = ((start, stop) for start in range(len(rows)) for stop in range(len(rows), start, -1))
    return next((span for span in spans if facts_digest("\n".join(texts[slice(*span)])) == old_digest), None)


def _lists(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Start and end of each run of list entries."""
    runs: list[tuple[int, int]] = []
    for number, line in enumerate(lines):
        if not _ROW.match(line):
            continue
        if runs and runs[-1][1] == number:
            runs[-1] = runs[-1][0], number + 1
        else:
            runs.append((number, number + 1))
    return runs
