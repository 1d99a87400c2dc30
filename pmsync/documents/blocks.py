"""The blocks of a document, the same for Markdown and HTML. Values only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pmsync.model import Ignore

_LONGEST = 20_000
_MOST_BRACKETS = 300


@dataclass(frozen=True, slots=True)
class Span:
    """Text in one style. Line breaks are '\\n'; `href` is the target of a link, '' outside links."""

    text: str
    href: str = ""
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False


class Text:
    """Inline text that begins at `line` (from 1). `raw` is its source, or its plain text if that is HTML.

    `markdown` is the text as Markdown. `lines` are the lines of the file at which the lines of the text begin, empty where
    they are adjacent. The spans are parsed when they are first needed: most text is outside the sections that are read.
    """

    __slots__ = ("_make", "_spans", "line", "lines", "markdown", "raw")

    def __init__(self, raw: str, line: int, make: Callable[[str], tuple[Span, ...]] | None = None) -> None:
        self.raw = raw
        self.markdown = raw
        self.line = line
        self.lines: Sequence[int] = ()
        self._make = make
        self._spans: tuple[Span, ...] | None = None

    @classmethod
    def of(cls, spans: tuple[Span, ...], line: int, markdown: str = "", lines: Sequence[int] = ()) -> Text:
        """Text from HTML, whose spans need no parse."""
        text = cls("".join(span.text for span in spans), line)
        text.markdown = markdown or text.raw
        text.lines = lines
        text._spans = spans if len(text.raw) <= _LONGEST else None
        return text

    @property
    def parsed(self) -> bool:
        """Whether the spans need no parse, as in text from HTML."""
        return self._make is None

    def part(self, raw: str, line: int) -> Text:
        """The part of this text whose source is `raw`, with `line` lines above it."""
        if self._make is None:
            start = self.raw.find(raw)
            spans = tuple(_between(self.spans, start, start + len(raw)))
            return Text.of(spans, self.lines[line] if self.lines else self.line + line, lines=self.lines[line:])
        return Text(raw, self.line + line, self._make)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The text by style. Text that is too long for a sentence, or has too many brackets, is one plain span."""
        if self._spans is None:
            odd = len(self.raw) > _LONGEST or self.raw.count("[") > _MOST_BRACKETS
            self._spans = (Span(self.raw[:_LONGEST]),) if odd or self._make is None else self._make(self.raw)
        return self._spans

    @property
    def plain(self) -> str:
        """The text without marks, with its line breaks."""
        spans = self.spans
        return spans[0].text if len(spans) == 1 else "".join(span.text for span in spans)


def _between(spans: tuple[Span, ...], start: int, end: int) -> Iterator[Span]:
    """The spans from one position in their text to another."""
    for span in spans:
        text = span.text[max(start, 0) : max(end, 0)]
        if text:
            yield replace(span, text=text)
        start, end = start - len(span.text), end - len(span.text)


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` is 1 to 6; `end` is the last line of the heading itself (1-based, inclusive)."""

    level: int
    text: Text
    line: int
    end: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: Text
    line: int
    end: int


@dataclass(frozen=True, slots=True)
class Bullet:
    """A list entry: its first paragraph, which ends at line `text_end`, and the blocks below it."""

    text: Text | None
    line: int
    text_end: int
    end: int
    children: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A bulleted or numbered list."""

    entries: tuple[Bullet, ...]
    line: int
    end: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A body row of a table."""

    cells: tuple[Text, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its header row."""

    header: tuple[Text, ...]
    rows: tuple[Row, ...]
    line: int
    end: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A block quote."""

    children: tuple[Block, ...]
    line: int
    end: int


@dataclass(frozen=True, slots=True)
class Opaque:
    """Code or a rule, which are never read."""

    line: int
    end: int


Block = Heading | Paragraph | Listing | Table | Quote | Opaque


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a file, before action items are recognised.

    The blocks count `lines`, which are Markdown. `places` are the places of the lines in the file, empty where they are the
    lines of the file. `text` is all of the text, `front` the front matter. `ignores` reads the comments that ignore rules
    of `pmsync check`, given the places at which items begin.
    """

    blocks: Sequence[Block]
    lines: Sequence[str]
    text: str
    places: Sequence[int] = ()
    front: Mapping[str, object] = field(default_factory=dict)
    ignores: Callable[[Collection[int]], tuple[Ignore, ...]] = lambda _: ()

    def place(self, line: int) -> int:
        """The place of a line in the file; 0 is no line."""
        return self.places[min(line, len(self.places)) - 1] if line and self.places else line


def below(blocks: tuple[Block, ...]) -> Iterator[Text]:
    """All texts in the blocks, in order."""
    for block in blocks:
        if isinstance(block, Heading | Paragraph):
            yield block.text
        elif isinstance(block, Listing):
            for entry in block.entries:
                if entry.text is not None:
                    yield entry.text
                yield from below(entry.children)
        elif isinstance(block, Table):
            yield from (cell for row in block.rows for cell in row.cells)
        elif isinstance(block, Quote):
            yield from below(block.children)
