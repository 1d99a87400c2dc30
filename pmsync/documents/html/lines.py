"""The lines that the blocks of HTML count, and the Markdown of a page. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pmsync.documents.blocks import Paragraph, Text
from pmsync.documents.html import as_markdown, inline

LARGEST = 5_000_000
"""The most characters of a page as Markdown, with all cells of its tables."""


class Lines:
    """The Markdown of what has been read so far, as lines of `text`, and their `places` in the source.

    A whole page may be one line of its file, but items need different lines. So the blocks of a page count the lines of
    its Markdown, from which details are taken too. The blocks of HTML `inside_markdown` count the file's own lines.
    """

    def __init__(self, *, inside_markdown: bool) -> None:
        self.text: list[str] = []
        self.places: list[int] = []
        self._inside_markdown = inside_markdown
        self._gap = False

    def write(self, text: str, place: int) -> int:
        """Append a line; returns its number."""
        if self._gap:
            self._gap = False
            self._append("", self.places[-1])
        return self._append(text, place)

    def _append(self, text: str, place: int) -> int:
        self.text.append(text)
        self.places.append(place)
        return place if self._inside_markdown else len(self.text)

    def paragraph(self, lines: Sequence[inline.Line]) -> list[Paragraph]:
        """Append lines of running text; returns them as a paragraph, and nothing for no lines."""
        numbers = [self.write(as_markdown.line(spans), place) for spans, place in lines]
        if not numbers:
            return []
        text = Text.of(inline.joined(lines, "\n"), numbers[0], lines=numbers)
        return [Paragraph(text, numbers[0], self.end(numbers[0]))]

    def end(self, line: int) -> int:
        """The last line of the block that begins at `line` and is written to its end."""
        return line if self._inside_markdown else len(self.text)

    def within(self, line: int, place: int) -> int:
        """The line of a table, list or cell at `place`, whose text is written at `line`."""
        return place if self._inside_markdown else line

    def separate(self, *, blank: bool) -> None:
        """Begin a block: put a blank line before the next line that is written, or not."""
        self._gap = blank

    def indent(self, start: int, first: str, other: str) -> None:
        """Put `first` before the first line with text from index `start` on, and `other` before the lines after it."""
        while start < len(self.text) and not self.text[start]:
            start += 1
        for index in range(start, len(self.text)):
            self.text[index] = ((first if index == start else other) + self.text[index]).rstrip()

    def cut(self, start: int) -> None:
        """Remove the lines from index `start` on."""
        del self.text[start:], self.places[start:]
