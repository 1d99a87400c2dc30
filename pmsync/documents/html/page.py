"""HTML to Markdown with a place for each line, read by lxml. Fetches nothing and resolves no entity but HTML's own."""

from __future__ import annotations

import html
import re
from typing import Any

from lxml import etree

from pmsync.documents.html.as_markdown import Line
from pmsync.documents.html.exports import nest_lists
from pmsync.documents.html.styles import Sheet
from pmsync.documents.html.walk import Walk
from pmsync.errors import DocumentError

_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)
_MARKS = re.compile("[\ufdd0\ufdd1]")


def lines(source: str, *, marked: bool = False) -> list[Line]:
    """The page as lines of Markdown with their places: lines of `source`, or what its marks say (see flow.MARK).

    Raises DocumentError where elements are nested deeper than the parser goes.
    """
    if not marked:
        source = without_marks(source)
    root = _tree(_CDATA.sub(lambda match: html.escape(match[1], quote=False), source))
    if root is None:
        return []
    sheet = Sheet("\n".join(style.text or "" for style in root.iter("style")))
    nest_lists(root)
    return Walk(sheet, marked=marked).blocks(root)


def without_marks(text: str) -> str:
    """The text without the two characters that marks are made of."""
    return _MARKS.sub("", text)


def _tree(source: str) -> Any:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_pis=True)
    try:
        root = etree.fromstring(source.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise DocumentError(f"this is no HTML that can be read: {error.msg}") from None
    for entry in parser.error_log:
        if entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT or "Excessive depth" in entry.message:
            raise DocumentError(f"line {entry.line}: the HTML's elements are nested too deep to be read")
    return root
