"""HTML to blocks, read by lxml: whole pages, and HTML inside Markdown. Fetches nothing; resolves no entity but HTML's own."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from pmsync.documents.blocks import Block
from pmsync.documents.html.exports import nest_lists
from pmsync.documents.html.lines import Lines
from pmsync.documents.html.styles import Sheet
from pmsync.documents.html.walk import Walk
from pmsync.errors import DocumentError

_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)
_MARKS = re.compile("[\ufdd0\ufdd1]")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def blocks(source: str, *, marked: bool = False, above: Sequence[str] = ()) -> tuple[list[Block], Lines]:
    """The blocks of a page, and the lines that they count, with their places: lines of `source`, or what its marks say
    (see walk.MARK). The lines `above` go before, each at its own place.

    Raises DocumentError where elements are nested deeper than the parser goes.
    """
    lines = Lines(inside_markdown=False)
    for number, line in enumerate(above, 1):
        lines.write(line, number)
    return _read(source, lines, marked=marked), lines


def fragment(source: str, first_line: int) -> list[Block]:
    """The blocks of HTML inside Markdown that begins at `first_line` (from 1) of its file.

    Raises DocumentError as `blocks` does.
    """
    source = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), source)
    if source.isspace():
        return []
    # Without a body, the parser makes paragraphs of text and puts them in the wrong line.
    return _read(f"<body>{source}", Lines(inside_markdown=True), above=first_line - 1)


def without_marks(text: str) -> str:
    """The text without the two characters that marks are made of."""
    return _MARKS.sub("", text)


def _read(source: str, lines: Lines, *, above: int = 0, marked: bool = False) -> list[Block]:
    root = _tree(_CDATA.sub(lambda match: html.escape(match[1], quote=False), source), above)
    if root is None:
        return []
    sheet = Sheet("\n".join(style.text or "" for style in root.iter("style")))
    nest_lists(root)
    return Walk(sheet, lines, above, marked, 1 + above).blocks(root)


def _tree(source: str, above: int) -> Any:
    from lxml import etree  # noqa: PLC0415  (most documents have no HTML)

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_pis=True)
    try:
        root = etree.fromstring(source.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise DocumentError(f"the HTML cannot be read: {error.msg}") from None
    for entry in parser.error_log:
        if entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT or "Excessive depth" in entry.message:
            raise DocumentError(f"line {entry.line + above}: the HTML's elements are nested too deep to be read")
    return root
