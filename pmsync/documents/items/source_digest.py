"""A digest of the text that an item is read from, which tells an edit of the document from a new version of pmsync. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pmsync.identity.keys import digest
from pmsync.model import Document

_HEADING = re.compile(r"#{1,6}\s|<h[1-6]\b", re.IGNORECASE)


def with_sources(document: Document, text: str) -> Document:
    """The document with each item's `source`: a digest of the item's own lines, and of all lines of no item (a heading, a
    table's header or the front matter may concern every item). It does not change with other items.
    """
    lines = text.split("\n")
    starts = sorted({item.line for item in document.items})
    ends = {start: _end(lines, start, following) for start, following in _pairs(starts, len(lines) + 1)}
    inside = {number for start, end in ends.items() for number in range(start, end)}
    frame = digest([line.rstrip() for number, line in enumerate(lines, 1) if number not in inside])
    own = {start: digest(frame, [line.strip() for line in lines[start - 1 : end - 1]]) for start, end in ends.items()}
    return replace(document, items=tuple(replace(item, source=own[item.line]) for item in document.items))


def with_source(document: Document, data: bytes) -> Document:
    """The document with one `source` for all items: a digest of the whole file, for formats whose lines do not separate items."""
    whole = digest(data.hex())
    return replace(document, items=tuple(replace(item, source=whole) for item in document.items))


def _pairs(starts: list[int], end: int) -> Iterator[tuple[int, int]]:
    return zip(starts, [*starts[1:], end], strict=False)


def _end(lines: list[str], start: int, following: int) -> int:
    """The line (1-based) at which an item that begins at `start` has ended: the next item, heading or paragraph."""
    titled = _HEADING.match(lines[start - 1].lstrip()) is not None
    for number in range(start + 1, following):
        line = lines[number - 1]
        if _HEADING.match(line):
            return number
        if not titled and line.strip() and not line[:1].isspace() and not lines[number - 2].strip():
            return number
    return following
