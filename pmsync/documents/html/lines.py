"""The lines that blocks of HTML count: those of the file inside Markdown, those of the page as Markdown elsewhere. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pmsync.documents.blocks import Paragraph, Text
from pmsync.documents.html import as_markdown, flow


class Lines:
    """Markdown for what has been read so far, line by line, each with its place in the source.

    A page may stand in one line of its file, and items below each other need lines of their own. So the blocks of a page
    count the lines of `text`, where details are taken from as well; `places` leads back to the file. The blocks of
    HTML `inside_markdown` count the file's lines as all others of the document do.
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

    def paragraph(self, lines: Sequence[flow.Line]) -> list[Paragraph]:
        """Append lines of running text; returns the paragraph that they are, none for no lines."""
        numbers = [self.write(as_markdown.line(spans), place) for spans, place in lines]
        if not numbers:
            return []
        text = Text.of(flow.joined(lines, "\n"), numbers[0], lines=numbers)
        return [Paragraph(text, numbers[0], self.end(numbers[0]))]

    def end(self, line: int) -> int:
        """The last line of what begins at `line` and has just been written."""
        return line if self._inside_markdown else len(self.text)

    def within(self, line: int, place: int) -> int:
        """The line of what was written at `line` and has a place of its own (a table, a cell of a row)."""
        return place if self._inside_markdown else line

    def separate(self, *, blank: bool) -> None:
        """Begin a block: a blank line goes before the next line that is written, if there is one at all."""
        self._gap = blank

    def indent(self, start: int, first: str, other: str) -> None:
        """Put `first` before the first line with text from index `start` on, and `other` before all that follow."""
        while start < len(self.text) and not self.text[start]:
            start += 1
        for index in range(start, len(self.text)):
            self.text[index] = ((first if index == start else other) + self.text[index]).rstrip()

    def cut(self, start: int) -> None:
        """Forget the lines from index `start` on."""
        del self.text[start:], self.places[start:]
