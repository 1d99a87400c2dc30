"""The original text of a document by line, with every byte that a parser drops. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_BREAK = re.compile(r"\r\n|\r|\n")
_ENDING = re.compile(r"(?:[ \t]|\\(?=[ \t]*$))*$")  # a backslash at the end is a line break
_STARTS_ANEW = re.compile(r"[ \t>]*(?:$|[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|\||```|~~~|[-=*_]{3,}[ \t]*$|<)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end; `start` is its offset in the text."""

    text: str
    start: int

    @property
    def filled(self) -> int:
        """Where what is written on it ends: before trailing blanks and a hard break."""
        match = _ENDING.search(self.text)
        return match.start() if match else len(self.text)


def split(text: str) -> list[Line]:
    """The lines, counted as the parser counts them (index 0 is line 1)."""
    out, start = [], 0
    for match in _BREAK.finditer(text):
        out.append(Line(text[start : match.start()], start))
        start = match.end()
    return [*out, Line(text[start:], start)]


def last_of_paragraph(lines: Sequence[Line], index: int) -> int:
    """The index of the last line that seems to continue the text that begins at `index`."""
    while index + 1 < len(lines) and not _STARTS_ANEW.match(lines[index + 1].text):
        index += 1
    return index
