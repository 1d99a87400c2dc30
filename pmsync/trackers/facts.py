"""The list of facts in a ticket's text: what the post-mortem says of the item, kept up to date by pmsync.

Nothing marks the list in the text. It is recognised by the digest of its words, which the ticket's marker carries: so
a list that a person edited is no longer pmsync's, and is left alone. Pure text in, text out.
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
"""What stands for looks in one notation or the other, and what breaks mentions."""
_BULLET = re.compile(r"^\s*[-*+]\s+")
_ROW = re.compile(r"\s*[-*+]\s")
_MOST_ROWS = 40
"""A longer list is not searched row by row: pmsync writes ten at most."""


def facts_digest(text: str) -> str:
    """A short digest of what a reader sees, the same for Markdown, wiki markup and plain text.

    Where a link leads is not part of it: the line of an item changes with every edit above it.
    """
    visible = _WIKI_LINK.sub(r"\1", _MARKDOWN_LINK.sub(r"\1", unescape(text)))
    rows = (_MARKUP.sub("", _BULLET.sub("", line)).split() for line in visible.splitlines())
    return digest([word for row in rows for word in row])[:8]


def held_digest(ticket: Ticket, uid: str) -> str:
    """The digest that the ticket's marker of this item has; another ticket's marker may have been pasted beside it."""
    markers = ticket.markers or ((ticket.marker,) if ticket.marker else ())
    return next((marker.facts for marker in reversed(markers) if marker.uid == uid), "")


def with_facts(text: str, held: str, facts: str, marker: Marker) -> tuple[str, Marker]:
    """The text with the list brought up to date, and the marker it carries then: without a digest where no list with
    the digest `held` is in the text any more.
    """
    changed = replace_facts(text, held, facts)
    return (text, replace(marker, facts="")) if changed is None else (changed, marker)


def replace_facts(text: str, held: str, facts: str) -> str | None:
    """The text with the rows whose digest is `held` replaced by the lines of `facts`, and every other line as it was.

    None where no rows have that digest: a person edited them, or took them out.
    """
    lines = text.split("\n")
    end = "\r" if "\r\n" in text else ""
    for start, stop in _lists(lines):
        found = find_rows(lines[start:stop], held, lambda line: line)
        if found:
            first, last = start + found[0], start + found[1]
            return "\n".join([*lines[:first], *(f"{line}{end}" for line in facts.split("\n")), *lines[last:]])
    return None


def find_rows(rows: Sequence[Row], held: str, words: Callable[[Row], str]) -> tuple[int, int] | None:
    """Where the rows with this digest begin and end (as in a slice); people may have added rows around them."""
    if len(rows) > _MOST_ROWS:
        return None
    texts = [words(row) for row in rows]
    spans = ((start, stop) for start in range(len(rows)) for stop in range(len(rows), start, -1))
    return next((span for span in spans if facts_digest("\n".join(texts[slice(*span)])) == held), None)


def _lists(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Where each run of list entries begins and ends."""
    found: list[tuple[int, int]] = []
    for number, line in enumerate(lines):
        if not _ROW.match(line):
            continue
        if found and found[-1][1] == number:
            found[-1] = found[-1][0], number + 1
        else:
            found.append((number, number + 1))
    return found
