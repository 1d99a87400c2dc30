"""Spans of inline Markdown, with the HTML tags in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pmsync.documents.blocks import Span

if TYPE_CHECKING:
    from markdown_it.token import Token

STYLES = {
    "strong": "bold", "b": "bold", "em": "italic", "i": "italic",
    "s": "strike", "del": "strike", "strike": "strike",
    "code": "code", "kbd": "code", "tt": "code", "samp": "code",
}  # fmt: skip
"""The attribute of a span that a tag sets."""
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^>]*)>")
_CHECKED = re.compile(r"\bchecked\b", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)


def box(*, ticked: bool) -> str:
    """A check box as text."""
    return "[x] " if ticked else "[ ] "


class _Runs:
    """Spans under construction; a style ends with its end tag, or with the text."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self._parts: list[str] = []
        self._depth = {"bold": 0, "italic": 0, "strike": 0, "code": 0}
        self._href = ""

    def add(self, text: str) -> None:
        """Add text in the current style."""
        if text:
            self._parts.append(text)

    def end(self) -> None:
        """End the current span."""
        if self._parts:
            style = (depth > 0 for depth in self._depth.values())
            self.spans.append(Span("".join(self._parts), self._href, *style))
            self._parts = []

    def open(self, tag: str, href: str = "") -> None:
        """Begin the style of a tag; other tags change nothing."""
        if tag in STYLES:
            self.end()
            self._depth[STYLES[tag]] += 1
        elif tag == "a":
            self.end()
            self._href = href
        elif tag == "br":
            self.add("\n")

    def close(self, tag: str) -> None:
        """End the style of a tag, where one was begun."""
        if tag in STYLES:
            self.end()
            self._depth[STYLES[tag]] = max(0, self._depth[STYLES[tag]] - 1)
        elif tag == "a":
            self.end()
            self._href = ""


def from_tokens(tokens: Sequence[Token]) -> tuple[Span, ...]:
    """The spans of markdown-it's inline tokens; images and HTML comments are left out."""
    runs = _Runs()
    for token in tokens:
        kind = token.type
        if kind in {"text", "text_special"}:
            runs.add(token.content)
        elif kind == "code_inline":
            runs.open("code")
            runs.add(token.content)
            runs.close("code")
        elif kind in {"softbreak", "hardbreak"}:
            runs.add("\n")
        elif kind == "html_inline":
            _tag(runs, token.content)
        elif token.nesting == 1:
            runs.open(token.tag, str(token.attrs.get("href", "")))
        elif token.nesting == -1:
            runs.close(token.tag)
    runs.end()
    return tuple(runs.spans)


def _tag(runs: _Runs, source: str) -> None:
    match = _TAG.fullmatch(source)
    if match is None:
        return
    tag, attributes = match[2].lower(), match[3]
    if match[1]:
        runs.close(tag)
    elif tag == "input" and "checkbox" in attributes.lower():
        runs.add(box(ticked=_CHECKED.search(attributes) is not None))
    else:
        href = _HREF.search(attributes)
        runs.open(tag, href[1] if href else "")
