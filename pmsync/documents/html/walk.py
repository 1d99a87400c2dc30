"""Elements to lines of Markdown, each with its place in the source. Pure; knows HTML, not who wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pmsync.documents.html import as_markdown, tables
from pmsync.documents.html.as_markdown import PLAIN, Line, Run, Style
from pmsync.documents.html.exports import Meaning, box, meaning
from pmsync.documents.html.styles import Sheet, hidden

MARK = re.compile("\ufdd0(\\d+)\ufdd1")
"""What a reader puts into the text where it knows a place better than the line of the HTML."""

_BLOCKS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3"
    " h4 h5 h6 header hr html legend li main ol p pre section summary table ul ac:task-list ac:task ac:task-body"
    " ac:rich-text-body ac:layout ac:layout-section ac:layout-cell".split()
)
_DROPPED = frozenset(
    "audio button canvas embed head iframe nav noscript object script select style svg template textarea title video"
    " ac:parameter ac:task-id ac:task-status ac:task-uuid ac:image ac:emoticon ac:placeholder".split()
)
_DEEPEST = 100
_DEEPEST_LIST = 15
_LAST_LINE = 65_535  # libxml2 counts no further
_SPACE = re.compile(r"[ \t\r\n\f\u00a0]+")
_NOTHING = re.compile("[\u200b\u200c\u2060\ufeff]")


class Walk:
    """One pass over a document, in its order; `place` is where it stands. `marked` means that the text says places."""

    def __init__(self, sheet: Sheet, *, marked: bool) -> None:
        self.sheet = sheet
        self.place = 1
        self._marked = marked
        self._lists = 0

    def blocks(self, element: Any, style: Style = PLAIN, depth: int = 0, *, tight: bool = False) -> list[Line]:
        """What the element holds, as blocks with blank lines between them (none before a list where `tight`)."""
        flow = _Flow(tight=tight)
        self._into(element, style, flow, depth)
        flow.flush()
        return flow.lines

    def text(self, element: Any, style: Style = PLAIN, depth: int = 0, *, cell: bool = False) -> list[Line]:
        """The same as running text: every block in it begins a line."""
        flow = _Flow(flat=True)
        self._into(element, style, flow, depth)
        return as_markdown.lines(flow.runs, cell=cell)

    def enter(self, element: Any) -> None:
        """Takes note of where an element stands."""
        if not self._marked and element.sourceline and element.sourceline < _LAST_LINE:
            self.place = element.sourceline

    # --- one element ------------------------------------------------------------------------------------------

    def _into(self, element: Any, outer: Style, flow: _Flow, depth: int) -> None:
        style = self.sheet.style(element, outer)
        self._say(element.text, style, flow)
        for child in element:
            if isinstance(child.tag, str) and child.tag not in _DROPPED and not hidden(child):
                self.enter(child)
                self._child(child, style, flow, depth + 1)
            else:
                self._pass(child)
            self._say(child.tail, style, flow)

    def _child(self, child: Any, style: Style, flow: _Flow, depth: int) -> None:
        means = meaning(child)
        if depth > _DEEPEST:
            self._say("".join(child.itertext()), style, flow)
        elif means is not None:
            self._meant(child, means, style, flow)
        elif child.tag == "br":
            flow.break_line(self.place)
        elif child.tag not in _BLOCKS:
            self._into(child, style, flow, depth)
        elif flow.flat:
            flow.break_line(self.place)
            self._into(child, style, flow, depth)
            flow.break_line(self.place)
        else:
            flow.flush()
            flow.add(self._block(child, style, depth), listed=child.tag in {"ul", "ol"})

    def _meant(self, child: Any, means: Meaning, style: Style, flow: _Flow) -> None:
        if means.code:
            flow.flush()
            flow.add(self._code(child))
            return
        self._say(means.text, Style(href=means.href) if means.href else style, flow)
        self._pass(child)

    def _block(self, element: Any, style: Style, depth: int) -> list[Line]:
        tag = element.tag
        level = _heading_level(element)
        if level:
            return _one(self.text(element, PLAIN, depth), f"{'#' * level} ")
        if tag in {"ul", "ol", "ac:task-list"}:
            return self._list(element, style, depth)
        if tag == "table":
            return tables.table(self, element, style, depth)
        if tag == "pre":
            return self._code(element)
        if tag == "hr":
            return [("---", self.place)]
        if tag == "blockquote":
            return [(f"> {text}".rstrip(), place) for text, place in self.blocks(element, style, depth)]
        if tag == "dl":
            return self._definitions(element, style, depth)
        if tag in {"summary", "legend", "figcaption"}:
            return self.text(element, Style(bold=True), depth)
        return self.blocks(element, style, depth)

    def _code(self, element: Any) -> list[Line]:
        text = "".join(element.itertext())
        first = self.place
        self._pass(element)
        fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
        body = [(line, first + n) for n, line in enumerate(MARK.sub("", text).strip("\n").split("\n"))]
        return [(fence, first), *body, (fence, first)]

    def _definitions(self, element: Any, style: Style, depth: int) -> list[Line]:
        """Terms as bold lines; a term with a colon and its value on one line."""
        flow = _Flow()
        term: list[Line] = []
        for child in _elements(element):
            self.enter(child)
            if child.tag == "dt":
                flow.add(term)
                term = _one(self.text(child, Style(bold=True), depth + 1), "")
                continue
            value = self.blocks(child, style, depth + 1)
            if term and len(value) == 1 and term[0][0].endswith((":**", ":</b>")):
                value = [(f"{term[0][0]} {value[0][0]}", term[0][1])]
                term = []
            flow.add(term)
            flow.add(value)
            term = []
        flow.add(term)
        return flow.lines

    # --- lists ------------------------------------------------------------------------------------------------

    def _list(self, element: Any, style: Style, depth: int) -> list[Line]:
        if self._lists >= _DEEPEST_LIST:
            return self.text(element, style, depth)
        self._lists += 1
        bullet = self.sheet.bullet(element)
        out: list[Line] = []
        number = 0
        self._say_nothing(element.text)
        for child in element:
            if not isinstance(child.tag, str) or child.tag in _DROPPED or hidden(child):
                self._pass(child)
            elif child.tag in {"ul", "ol"} and out:
                self.enter(child)
                out += [(f"   {text}".rstrip(), place) for text, place in self._list(child, style, depth + 1)]
            else:
                self.enter(child)
                entry = self._entry(child, style, bullet, depth + 1)
                number += bool(entry)
                out += _bulleted(entry, f"{number}. " if element.tag == "ol" else "- ")
            self._say_nothing(child.tail)
        self._lists -= 1
        return out

    def _entry(self, element: Any, style: Style, bullet: str, depth: int) -> list[Line]:
        ticked = box(element, bullet)
        out = self.blocks(element, style, depth, tight=True)
        if ticked is None or not out or re.match(r"\[[ xX]\] ", out[0][0]):
            return out
        text, place = out[0]
        struck = text.startswith("~~") and text.endswith("~~")
        return [(f"[{'x' if ticked or struck else ' '}] {text}", place), *out[1:]]

    # --- text and where it stands -----------------------------------------------------------------------------

    def _say(self, text: str | None, style: Style, flow: _Flow) -> None:
        if not text:
            return
        for index, part in enumerate(MARK.split(text) if self._marked else (text,)):
            if index % 2:
                self.place = int(part)
                continue
            start = self.place + (0 if self._marked else part[: len(part) - len(part.lstrip())].count("\n"))
            flow.say(_SPACE.sub(" ", _NOTHING.sub("", part)), style, start)
            self._say_nothing(part)

    def _say_nothing(self, text: str | None) -> None:
        if text and not self._marked:
            self.place += text.count("\n")

    def _pass(self, element: Any) -> None:
        """Goes by an element that is not read: its lines count."""
        if not self._marked:
            self.enter(element)
            parts = element.itertext() if isinstance(element.tag, str) else [element.text or ""]
            self.place += sum(part.count("\n") for part in parts)


class _Flow:
    """Blocks that come one after the other, and the text that makes the next one."""

    def __init__(self, *, tight: bool = False, flat: bool = False) -> None:
        self.lines: list[Line] = []
        self.runs: list[Run] = []
        self.flat = flat
        self._tight = tight

    def say(self, text: str, style: Style, place: int) -> None:
        if text:
            self.runs.append(Run(text, style, place))

    def break_line(self, place: int) -> None:
        self.runs.append(Run("\n", PLAIN, place))

    def flush(self) -> None:
        """Makes a paragraph of the text so far."""
        text, self.runs = as_markdown.lines(self.runs), []
        self.add(text)

    def add(self, block: list[Line], *, listed: bool = False) -> None:
        if block and self.lines and not (listed and self._tight):
            self.lines.append(("", self.lines[-1][1]))
        self.lines += block


def _heading_level(element: Any) -> int:
    tag = element.tag
    if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
        return int(tag[1])
    return 1 if tag == "p" and "title" in str(element.get("class", "")).split() else 0


def _one(lines: Iterable[Line], before: str) -> list[Line]:
    """The lines as one."""
    lines = list(lines)
    return [(before + " ".join(text for text, _ in lines), lines[0][1])] if lines else []


def _bulleted(entry: list[Line], bullet: str) -> Iterator[Line]:
    for index, (text, place) in enumerate(entry):
        yield ((bullet if index == 0 else " " * len(bullet)) + text).rstrip(), place


def _elements(element: Any) -> Iterator[Any]:
    """The element's children and those of the `div`s that may wrap them."""
    for child in element:
        if isinstance(child.tag, str) and not hidden(child):
            if child.tag == "div":
                yield from _elements(child)
            else:
                yield child
