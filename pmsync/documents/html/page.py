"""HTML to blocks, by lxml: whole pages, and HTML inside Markdown. Fetches nothing, and resolves only HTML's own entities."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from pmsync.documents.blocks import Block, Content
from pmsync.documents.html.exports import nest_lists
from pmsync.documents.html.lines import LARGEST, Lines
from pmsync.documents.html.styles import Sheet
from pmsync.documents.html.walk import Walk
from pmsync.errors import DocumentError

_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def content(source: str, *, marked: bool = False, above: Sequence[str] = ()) -> Content:
    """The content of a page. Its places are lines of `source`, or what the marks in it say where it is `marked` (see
    `walk.mark`); the lines `above` go before it.

    Raises DocumentError where elements are nested too deeply, or the text is too long.
    """
    lines = Lines(inside_markdown=False)
    for number, line in enumerate(above, 1):
        lines.write(line, number)
    blocks = _read(source, lines, marked=marked)
    text = "\n".join(lines.text)
    if len(text) > LARGEST:  # a cell may span fifty columns in as many bytes
        raise DocumentError(f"the file's text is longer than {LARGEST // 1_000_000} MB")
    return Content(blocks, lines.text, text, lines.places)


def fragment(source: str, first_line: int) -> list[Block]:
    """The blocks of HTML inside Markdown that begins at `first_line` (from 1) of its file.

    Raises DocumentError where elements are nested too deeply.
    """
    source = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), source)
    if not source.strip():
        return []
    # Without a body, libxml2 makes paragraphs of text, and their lines are wrong.
    return _read(f"<body>{source}", Lines(inside_markdown=True), above=first_line - 1)


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
            raise DocumentError(f"line {entry.line + above}: the HTML is nested too deeply")
    return root
