"""HTML elements to blocks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from pmsync.documents.blocks import Block, Bullet, Heading, Listing, Opaque, Paragraph, Quote, Span, Text
from pmsync.documents.html import as_markdown, inline, tables
from pmsync.documents.html.exports import Meaning, meaning, ticked
from pmsync.documents.html.inline import PLAIN, Line, Run
from pmsync.documents.html.lines import Lines
from pmsync.documents.html.styles import Sheet, hidden
from pmsync.documents.spans import box

_MARK = re.compile("\ufdd0(\\d+)\ufdd1")

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form"
    " header hr html legend li main ol p pre section summary table ul ac:task-list ac:task ac:task-body"
    " ac:rich-text-body ac:layout ac:layout-section ac:layout-cell".split()
)
_LISTS = frozenset({"ul", "ol"})
_DROPPED = frozenset(
    "audio button canvas embed head iframe nav noscript object script select style svg template textarea title video"
    " ac:parameter ac:task-id ac:task-status ac:task-uuid ac:image ac:emoticon ac:placeholder".split()
)
_DEEPEST = 100
_LAST_LINE = 65_535  # libxml2 counts no further
_SPACE = re.compile(r"[ \t\r\n\f\u00a0]+")
_ZERO_WIDTH = re.compile("[\u200b\u200c\u2060\ufeff]")
_BOX = re.compile(r"\[[ xX]\] ")


def mark(place: int) -> str:
    """In HTML made from another format, marks the place in the original of the text that follows."""
    return f"\ufdd0{place}\ufdd1"


def without_marks(text: str) -> str:
    """The text without the characters that begin and end a mark."""
    return re.sub("[\ufdd0\ufdd1]", "", text)


@dataclass(slots=True)
class Walk:
    """One pass over a document, in its order; it writes the Markdown of what it reads to `lines`.

    `place` is the current place: a line of the source, which has `above` lines above it in its file, or the last mark where
    the text is `marked`.
    """

    sheet: Sheet
    lines: Lines
    above: int = 0
    marked: bool = False
    place: int = 1

    def blocks(self, element: Any, style: Span = PLAIN, depth: int = 0, *, tight: bool = False) -> list[Block]:
        """The element's content; `tight` writes no blank line before a list."""
        flow = _Flow(self.lines, tight=tight)
        self._into(element, style, flow, depth)
        return flow.all()

    def text(self, element: Any, style: Span = PLAIN, depth: int = 0) -> list[Line]:
        """The element's content as running text, in which each block begins a line."""
        flow = _Flow(self.lines, flat=True)
        self._into(element, style, flow, depth)
        return inline.lines(flow.runs)

    def enter(self, element: Any) -> None:
        """Set the current place to the element's."""
        if not self.marked and element.sourceline and element.sourceline < _LAST_LINE:
            self.place = element.sourceline + self.above

    # --- one element ------------------------------------------------------------------------------------------

    def _into(self, element: Any, outer: Span, flow: _Flow, depth: int) -> None:
        style = self.sheet.style(element, outer)
        self._say(element.text, style, flow)
        for child in element:
            if _is_visible(child):
                self.enter(child)
                self._child(child, style, flow, depth + 1)
            else:
                self._skip(child)
            self._say(child.tail, style, flow)

    def _child(self, child: Any, style: Span, flow: _Flow, depth: int) -> None:
        meant = meaning(child)
        if depth > _DEEPEST:
            self._say("".join(child.itertext()), style, flow)
        elif meant is not None:
            self._add_meaning(child, meant, style, flow)
        elif child.tag == "br":
            flow.break_line(self.place)
        elif child.tag not in _BLOCKS:
            self._into(child, style, flow, depth)
        elif flow.flat:
            flow.break_line(self.place)
            self._into(child, style, flow, depth)
            flow.break_line(self.place)
        else:
            flow.begin(listed=child.tag in _LISTS)
            flow.blocks += self._block(child, style, depth)

    def _add_meaning(self, child: Any, meant: Meaning, style: Span, flow: _Flow) -> None:
        if meant.code and not flow.flat:
            flow.begin()
            flow.blocks += self._code(child)
            return
        self._say(meant.text, Span("", meant.href) if meant.href else style, flow)
        self._skip(child)

    def _block(self, element: Any, style: Span, depth: int) -> Sequence[Block]:
        tag = element.tag
        if tag in _HEADINGS or (tag == "p" and "title" in str(element.get("class", "")).split()):
            return self._heading(element, int(tag[1]) if tag in _HEADINGS else 1, depth)
        if tag in _LISTS or tag == "ac:task-list":
            return self._list(element, style, depth)
        if tag == "table":
            return tables.table(self, element, style, depth)
        if tag == "pre":
            return self._code(element)
        if tag == "hr":
            number = self.lines.write("---", self.place)
            return [Opaque(number, number)]
        if tag == "blockquote":
            return self._quote(element, style, depth)
        if tag == "dl":
            return self._definitions(element, style, depth)
        if tag in {"summary", "legend", "figcaption"}:
            return self.lines.paragraph(self.text(element, Span("", bold=True), depth))
        return self.blocks(element, style, depth)

    def _heading(self, element: Any, level: int, depth: int) -> Sequence[Block]:
        lines = self.text(element, PLAIN, depth)
        if not lines:
            return ()
        [(spans, place)] = inline.on_one_line(lines)
        number = self.lines.write(f"{'#' * level} {as_markdown.line(spans)}", place)
        return [Heading(level, Text.of(spans, number), number, number)]

    def _code(self, element: Any) -> Sequence[Block]:
        text = _MARK.sub("", "".join(element.itertext())).strip("\n")
        first = self.place
        self._skip(element)
        written = as_markdown.code(text)
        last = first + len(written) - 3
        numbers = [self.lines.write(line, min(first + max(n - 1, 0), last)) for n, line in enumerate(written)]
        return [Opaque(numbers[0], self.lines.end(numbers[0]))]

    def _quote(self, element: Any, style: Span, depth: int) -> Sequence[Block]:
        start = len(self.lines.text)
        children = self.blocks(element, style, depth)
        self.lines.indent(start, "> ", "> ")
        return [Quote(tuple(children), children[0].line, self.lines.end(children[0].line))] if children else ()

    def _definitions(self, element: Any, style: Span, depth: int) -> Sequence[Block]:
        """Terms in bold; a term with a colon is put on one line with a value that has one line."""
        flow = _Flow(self.lines)
        term: list[Line] = []
        start = 0
        for child in _within_divisions(element):
            self.enter(child)
            flow.begin()
            if child.tag == "dt":
                start = len(self.lines.text)
                term = inline.on_one_line(self.text(child, Span("", bold=True), depth + 1))
                flow.blocks += self.lines.paragraph(term)
                continue
            value: Sequence[Block] = self.blocks(child, style, depth + 1)
            if term and len(value) == 1 and isinstance(value[0], Paragraph) and _is_value(term, value[0]):
                flow.blocks.pop()
                self.lines.cut(start)
                flow.begin()
                [(key, place)] = term
                value = self.lines.paragraph([((*key, Span(" "), *value[0].text.spans), place)])
            flow.blocks += value
            term = []
        return flow.all()

    # --- lists ------------------------------------------------------------------------------------------------

    def _list(self, element: Any, style: Span, depth: int) -> Sequence[Block]:
        bullet, place = self.sheet.bullet(element), self.place
        entries: list[Bullet] = []
        nested: list[list[Block]] = []
        self._count_lines(element.text)
        for child in element:
            if entries:
                self.lines.separate(blank=False)
            start = len(self.lines.text)
            if not _is_visible(child):
                self._skip(child)
            elif child.tag in _LISTS and entries:
                self.enter(child)
                nested[-1] += self._list(child, style, depth + 1)
                self.lines.indent(start, "   ", "   ")
            else:
                self.enter(child)
                sign = f"{len(entries) + 1}. " if element.tag == "ol" else "- "
                entries.append(self._entry(child, style, bullet, sign, depth + 1))
                nested.append([])
            self._count_lines(child.tail)
        entries = list(map(_with_nested, entries, nested))
        if not entries:
            return ()
        line = self.lines.within(entries[0].line, place)
        return [Listing(tuple(entries), line, self.lines.end(line), element.tag == "ol")]

    def _entry(self, element: Any, style: Span, bullet: str, sign: str, depth: int) -> Bullet:
        is_ticked = ticked(element, bullet)
        start, place = len(self.lines.text), self.place
        children = self.blocks(element, style, depth, tight=True)
        line = children[0].line if children else self.lines.write("", place)
        text, text_end, mark = None, line, ""
        if children and isinstance(first := children[0], Paragraph | Heading):
            text, text_end = first.text, first.end
            del children[0]
            if is_ticked is not None and not _BOX.match(text.plain):
                mark = box(ticked=is_ticked or all(span.strike for span in text.spans))
                text = Text.of((Span(mark), *text.spans), text.line, lines=text.lines)
        self.lines.indent(start, sign + mark, " " * len(sign))
        return Bullet(text, line, text_end, self.lines.end(line), tuple(children))

    # --- text and places --------------------------------------------------------------------------------------

    def _say(self, text: str | None, style: Span, flow: _Flow) -> None:
        if not text:
            return
        for index, part in enumerate(_MARK.split(text) if self.marked else (text,)):
            if index % 2:
                self.place = int(part)
                continue
            start = self.place + (0 if self.marked else part[: len(part) - len(part.lstrip())].count("\n"))
            flow.say(_SPACE.sub(" ", _ZERO_WIDTH.sub("", part)), style, start)
            self._count_lines(part)

    def _count_lines(self, text: str | None) -> None:
        if text and not self.marked:
            self.place += text.count("\n")

    def _skip(self, element: Any) -> None:
        """Skip an element, but count its lines."""
        if not self.marked:
            self.enter(element)
            parts = element.itertext() if isinstance(element.tag, str) else [element.text or ""]
            self.place += sum(part.count("\n") for part in parts)


class _Flow:
    """A sequence of blocks, and the text of the next one. Where it is `flat` there is only text."""

    def __init__(self, lines: Lines, *, tight: bool = False, flat: bool = False) -> None:
        self.blocks: list[Block] = []
        self.runs: list[Run] = []
        self.flat = flat
        self._lines = lines
        self._start = len(lines.text)
        self._tight = tight

    def say(self, text: str, style: Span, place: int) -> None:
        if text:
            self.runs.append((replace(style, text=text), place))

    def break_line(self, place: int) -> None:
        self.runs.append((Span("\n"), place))

    def begin(self, *, listed: bool = False) -> None:
        """Make a paragraph of the text so far, and begin a block; `listed` if that is a list."""
        self.flush()
        self._separate(listed=listed)

    def flush(self) -> None:
        """Make a paragraph of the text so far."""
        text, self.runs = inline.lines(self.runs), []
        if text:
            self._separate()
            self.blocks += self._lines.paragraph(text)

    def _separate(self, *, listed: bool = False) -> None:
        if len(self._lines.text) > self._start:
            self._lines.separate(blank=not (listed and self._tight))

    def all(self) -> list[Block]:
        """All blocks, with the last text as one of them."""
        self.flush()
        return _merged(self.blocks)


def _merged(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with adjacent lists of one kind as one list: Notion writes a list for each entry."""
    out: list[Block] = []
    for ordered, group in groupby(blocks, key=lambda block: isinstance(block, Listing) and (block.ordered,)):
        same = list(group)
        if ordered and len(same) > 1:
            lists = [block for block in same if isinstance(block, Listing)]
            entries = tuple(entry for block in lists for entry in block.entries)
            same = [replace(lists[0], entries=entries, end=lists[-1].end)]
        out += same
    return out


def _with_nested(entry: Bullet, lists: Sequence[Block]) -> Bullet:
    """The entry with lists that follow it in HTML but belong to it."""
    if not lists:
        return entry
    return replace(entry, end=max(entry.end, lists[-1].end), children=tuple(_merged([*entry.children, *lists])))


def _is_visible(node: Any) -> bool:
    """Whether a node is a visible element."""
    return isinstance(node.tag, str) and node.tag not in _DROPPED and not hidden(node)


def _is_value(term: Sequence[Line], value: Paragraph) -> bool:
    [(spans, _)] = term
    return spans[-1].text.endswith(":") and "\n" not in value.text.raw


def _within_divisions(element: Any) -> Iterator[Any]:
    """The element's children, and those of any `div` that wraps them."""
    for child in element:
        if isinstance(child.tag, str) and not hidden(child):
            if child.tag == "div":
                yield from _within_divisions(child)
            else:
                yield child
