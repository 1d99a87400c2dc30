"""Markdown to blocks, from the tokens of markdown-it-py. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from pmsync.documents.blocks import Block, Bullet, Heading, Listing, Opaque, Paragraph, Quote, Row, Span, Table, Text
from pmsync.documents.html import page
from pmsync.documents.markdown import commonmark
from pmsync.documents.spans import from_tokens

if TYPE_CHECKING:
    from markdown_it.token import Token

_MARKDOWN = commonmark.parser()
_WITHOUT_TABLES = commonmark.parser(tables=False)
_FARTHEST = 500  # tokens, up to the end of a list or table in HTML
_OPEN_CLOSE = re.compile(r"<(/?)(table|ul|ol)\b", re.IGNORECASE)
_MARKS = re.compile(r"[\n\\`*_~<&]|\]\(")
"""Inline text without any of these, and without references, is plain text."""


class _Source:
    """The tokens of one document, and the state that later inline parses need."""

    def __init__(self, text: str) -> None:
        self.env: dict[str, object] = {}
        self.lines = text.split("\n")
        self.tokens = (_MARKDOWN if "|" in text else _WITHOUT_TABLES).parse(text, self.env)

    @cached_property
    def open(self) -> list[int]:
        """The number of lists and tables in HTML that are still open, above each line and at the end."""
        return list(accumulate(map(_still_open, self.lines), initial=0))

    def text(self, raw: str, line: int) -> Text:
        return Text(raw, line, self._spans)

    def _spans(self, raw: str) -> tuple[Span, ...]:
        if not (_MARKS.search(raw) or ("[" in raw and self.env.get("references"))):
            return (Span(raw),) if raw else ()
        out: list[Token] = []
        _MARKDOWN.inline.parse(raw, _MARKDOWN, self.env, out)
        return from_tokens(out)


def parse(text: str) -> list[Block]:
    """The blocks of a Markdown text with '\\n' line ends. Lines count from 1."""
    source = _Source(text)
    blocks, _ = _read(source, 0, "")
    return blocks


def code_lines(text: str) -> frozenset[int]:
    """The lines (from 1) of fenced and indented code."""
    code = (token.map for token in _MARKDOWN.parse(text) if token.type in {"fence", "code_block"})
    return frozenset(line for span in code if span for line in range(span[0] + 1, span[1] + 1))


def _read(source: _Source, index: int, stop: str) -> tuple[list[Block], int]:
    """The blocks from token `index` up to the token of type `stop`, and the index of the token after that."""
    out: list[Block] = []
    tokens = source.tokens
    while index < len(tokens) and tokens[index].type != stop:
        blocks, index = _block(source, index)
        out.extend(blocks)
    return out, index + 1


def _block(source: _Source, index: int) -> tuple[Sequence[Block], int]:
    token = source.tokens[index]
    start, end = token.map or (0, 0)
    if token.type in {"heading_open", "paragraph_open"}:
        text = source.text(source.tokens[index + 1].content, start + 1)
        if token.type == "heading_open":
            return [Heading(int(token.tag[1]), text, start + 1, end)], index + 3
        return [Paragraph(text, start + 1, end)], index + 3
    if token.type in {"bullet_list_open", "ordered_list_open"}:
        return _listing(source, index)
    if token.type == "table_open":
        return _table(source, index)
    if token.type == "blockquote_open":
        children, after = _read(source, index + 1, "blockquote_close")
        return [Quote(tuple(children), start + 1, end)], after
    if token.type == "html_block":
        return _html(source, index)
    return [Opaque(start + 1, end)], index + 1


def _listing(source: _Source, index: int) -> tuple[Sequence[Block], int]:
    opening = source.tokens[index]
    entries = []
    index += 1
    while source.tokens[index].type == "list_item_open":
        start, end = source.tokens[index].map or (0, 0)
        children, index = _read(source, index + 1, "list_item_close")
        entries.append(_bullet(children, start + 1, end))
    start, end = opening.map or (0, 0)
    return [Listing(tuple(entries), start + 1, end, opening.type == "ordered_list_open")], index + 1


def _bullet(children: list[Block], line: int, end: int) -> Bullet:
    if children and isinstance(children[0], Paragraph | Heading):
        first = children[0]
        return Bullet(first.text, first.line, first.end, end, tuple(children[1:]))
    return Bullet(None, line, line, end, tuple(children))


def _table(source: _Source, index: int) -> tuple[Sequence[Block], int]:
    start, end = source.tokens[index].map or (0, 0)
    rows: list[Row] = []
    cells: list[Text] = []
    line = start + 1
    while source.tokens[index].type != "table_close":
        token = source.tokens[index]
        if token.type == "tr_open":
            line = (token.map or (line - 1, 0))[0] + 1
            cells = []
        elif token.type == "inline":
            cells.append(source.text(token.content, line))
        elif token.type == "tr_close":
            rows.append(Row(tuple(cells), line))
        index += 1
    return [Table(rows[0].cells, tuple(rows[1:]), start + 1, end)], index + 1


def _html(source: _Source, index: int) -> tuple[Sequence[Block], int]:
    """A block of HTML, up to the end of its lists and tables, which a blank line cuts in Markdown."""
    start, end = source.tokens[index].map or (0, 0)
    level, after = source.tokens[index].level, index + 1
    if _still_open(source.tokens[index].content) > 0:
        for further in range(after, min(after + _FARTHEST, len(source.tokens))):
            token = source.tokens[further]
            if token.level < level:
                break
            if (
                token.map
                and token.level == level
                and token.nesting != -1
                and source.open[token.map[1]] <= source.open[start]
            ):
                after, end = _behind(source, further), token.map[1]
                break
    return page.fragment("\n".join(source.lines[start:end]), start + 1), after


def _still_open(html: str) -> int:
    """The number of lists and tables that are opened, less those that are closed."""
    return sum(-1 if match[1] else 1 for match in _OPEN_CLOSE.finditer(html))


def _behind(source: _Source, index: int) -> int:
    """The index of the token after the block that token `index` opens."""
    level = source.tokens[index].level
    if source.tokens[index].nesting == 0:
        return index + 1
    index += 1
    while source.tokens[index].level > level:
        index += 1
    return index + 1
