"""HTML to blocks, for HTML inside Markdown and for whole HTML documents. Pure.

The standard library's parser is fed only well-formed tags: everything else it could search for again and again (a
comment or a tag that never ends) is taken out first, which keeps the time linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from pmsync.documents.blocks import Block, Bullet, Heading, Listing, Opaque, Paragraph, Quote, Row, Span, Table, Text
from pmsync.documents.spans import Runs, box

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_DECLARATION = re.compile(r"<[!?][^<>]*>")
_LONE = re.compile(r"<(?!/?[a-zA-Z][^<>]*>)")
_OPEN_CLOSE = re.compile(r"<(/?)(table|ul|ol)\b", re.IGNORECASE)
_DEEPEST = 60

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "head",
        "header",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "title",
    }
)
_ENDED_BY = {
    "li": frozenset({"li"}),
    "tr": frozenset({"tr", "td", "th"}),
    "td": frozenset({"td", "th"}),
    "th": frozenset({"td", "th"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
}
_FENCES = {
    "li": frozenset({"ul", "ol"}),
    "tr": frozenset({"table"}),
    "td": frozenset({"table"}),
    "th": frozenset({"table"}),
}


@dataclass(slots=True)
class _Node:
    tag: str
    line: int
    attributes: str = ""
    href: str = ""
    children: list[_Node | tuple[str, int]] = field(default_factory=list)


def still_open(source: str) -> int:
    """How many more lists and tables `source` opens than it closes."""
    return sum(-1 if match[1] else 1 for match in _OPEN_CLOSE.finditer(source))


def parse(source: str, first_line: int) -> list[Block]:
    """The blocks of an HTML text whose first line is `first_line` (1-based) of its file."""
    source = _COMMENT.sub(_newlines, source)
    source = _LONE.sub("&lt;", _DECLARATION.sub(_newlines, source))
    builder = _Builder(first_line)
    builder.feed(source)
    builder.close()
    return _blocks(builder.root)


def _newlines(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


class _Builder(HTMLParser):
    """A tree of the tags, at most `_DEEPEST` deep: deeper tags are ignored and their text stays."""

    def __init__(self, first_line: int) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Node("", first_line)
        self._stack = [self.root]
        self._first = first_line

    def _line(self) -> int:
        return self.getpos()[0] + self._first - 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._imply_end(tag)
        attributes = " ".join(f"{name}={value or ''}" for name, value in attrs)
        href = next((value or "" for name, value in attrs if name == "href"), "")
        node = _Node(tag, self._line(), attributes, href)
        if len(self._stack) < _DEEPEST:
            self._stack[-1].children.append(node)
            if tag not in _VOID:
                self._stack.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self._stack) - 1, 0, -1):
            if self._stack[index].tag == tag:
                del self._stack[index:]
                return
            if tag not in _BLOCKS and self._stack[index].tag in _BLOCKS:
                return

    def handle_data(self, data: str) -> None:
        self._stack[-1].children.append((data, self._line()))

    def _imply_end(self, tag: str) -> None:
        ended = _ENDED_BY.get(tag, frozenset())
        fence = _FENCES.get(tag, frozenset())
        for index in range(len(self._stack) - 1, 0, -1):
            open_tag = self._stack[index].tag
            if open_tag in fence:
                return
            if open_tag in ended or (open_tag == "p" and tag in _BLOCKS):
                del self._stack[index:]
                if tag != "tr":
                    return


def _blocks(node: _Node) -> list[Block]:
    """The node's children as blocks; text between block tags makes paragraphs."""
    out: list[Block] = []
    loose: list[_Node | tuple[str, int]] = []
    for child in node.children:
        if isinstance(child, _Node) and child.tag in _BLOCKS:
            _flush(loose, out)
            out.extend(_block(child))
        else:
            loose.append(child)
    _flush(loose, out)
    return out


def _flush(loose: list[_Node | tuple[str, int]], out: list[Block]) -> None:
    text = _text(loose)
    loose.clear()
    if text is not None:
        out.append(Paragraph(text, text.line, text.line))


def _block(node: _Node) -> list[Block]:
    if node.tag in _HEADINGS:
        text = _text(node.children)
        return [] if text is None else [Heading(int(node.tag[1]), text, text.line, text.line)]
    if node.tag in {"ul", "ol"}:
        return [_listing(node)]
    if node.tag == "table":
        return _table(node)
    if node.tag == "pre":
        return [Opaque(node.line, node.line)]
    if node.tag == "blockquote":
        return [Quote(tuple(_blocks(node)), node.line, node.line)]
    if node.tag in {"summary", "dt"}:
        text = _text([node])
        return [] if text is None else [Paragraph(text, text.line, text.line)]
    if node.tag in {"head", "title"}:
        return []
    return _blocks(node)


def _listing(node: _Node) -> Listing:
    entries = []
    for child in node.children:
        if isinstance(child, _Node) and child.tag == "li":
            inner = _blocks(child)
            text = None
            if inner and isinstance(inner[0], Paragraph | Heading):
                text = inner.pop(0).text  # type: ignore[union-attr]
            line = text.line if text else child.line
            entries.append(Bullet(text, line, line, line, tuple(inner)))
    return Listing(tuple(entries), node.line, node.line, node.tag == "ol")


def _table(node: _Node) -> list[Block]:
    rows = [row for row in map(_row, _within(node, "tr")) if row.cells]
    if not rows:
        return []
    return [Table(rows[0].cells, tuple(rows[1:]), node.line, node.line)]


def _row(node: _Node) -> Row:
    cells = [child for child in node.children if isinstance(child, _Node) and child.tag in {"td", "th"}]
    texts = tuple(_text(_spread(cell)) or Text.of((), cell.line) for cell in cells)
    return Row(texts, min((text.line for text in texts if text.raw), default=node.line))


def _spread(cell: _Node) -> list[_Node | tuple[str, int]]:
    """A cell's content; blocks in it become lines of one text."""
    out: list[_Node | tuple[str, int]] = []
    for child in cell.children:
        out.append(child)
        if isinstance(child, _Node) and child.tag in {"p", "div", "li", "ul", "ol"}:
            out.append(("\n", child.line))
    return out


def _within(node: _Node, tag: str) -> list[_Node]:
    """The nodes of that tag below `node`, not those of a table inside it."""
    out = []
    for child in node.children:
        if isinstance(child, _Node):
            if child.tag == tag:
                out.append(child)
            elif child.tag != "table":
                out.extend(_within(child, tag))
    return out


def _text(children: list[_Node | tuple[str, int]]) -> Text | None:
    """The children as one text with white space folded, None where there is none."""
    runs = Runs()
    line = _walk(children, runs, 0)
    spans = _folded(runs.spans)
    return Text.of(spans, line) if spans else None


def _walk(children: list[_Node | tuple[str, int]], runs: Runs, line: int) -> int:
    """Adds the children's text to `runs`; the line of the first visible character, 0 while there is none."""
    for child in children:
        if isinstance(child, tuple):
            data, start = child
            if not line and data.strip():
                line = start + data[: len(data) - len(data.lstrip())].count("\n")
            runs.add(re.sub(r"\s+", " ", data) if data != "\n" else data)
        else:
            runs.open(child.tag, child.href, box(child.tag, child.attributes))
            line = _walk(child.children, runs, line) or (child.line if child.tag == "input" and not line else line)
            runs.close(child.tag)
    return line


def _folded(spans: list[Span]) -> tuple[Span, ...]:
    first = next((i for i, span in enumerate(spans) if span.text.strip()), len(spans))
    last = next((i for i in range(len(spans) - 1, -1, -1) if spans[i].text.strip()), -1)
    return tuple(spans[first : last + 1])
