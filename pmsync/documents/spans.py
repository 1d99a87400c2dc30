"""Builds spans from a stream of text and style marks, whether they come from Markdown or from HTML tags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pmsync.documents.blocks import Span

if TYPE_CHECKING:
    from markdown_it.token import Token

_STYLES = {
    "strong": "bold", "b": "bold", "th": "bold", "summary": "bold", "dt": "bold",
    "em": "italic", "i": "italic",
    "s": "strike", "del": "strike", "strike": "strike",
    "code": "code", "kbd": "code", "tt": "code",
}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^>]*)>")
_HREF = re.compile(r"""\bhref\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)


class Runs:
    """Collects spans; a style ends with its mark or with the text."""

    def __init__(self) -> None:
        self._spans: list[Span] = []
        self._parts: list[str] = []
        self._depth = {"bold": 0, "italic": 0, "strike": 0, "code": 0}
        self._href = ""

    @property
    def spans(self) -> list[Span]:
        """What was added until now, neighbours of one style together."""
        self._end()
        return self._spans

    def add(self, text: str) -> None:
        """Text in the style that holds here."""
        if text:
            self._parts.append(text)

    def _end(self) -> None:
        """Ends the stretch of text in one style."""
        if self._parts:
            style = (depth > 0 for depth in self._depth.values())
            self._spans.append(Span("".join(self._parts), self._href, *style))
            self._parts = []

    def open(self, tag: str, href: str = "", checked: bool | None = None) -> None:
        """A start tag, by its HTML name; unknown ones change nothing. `checked` makes an `input` a box."""
        if tag in _STYLES:
            self._end()
            self._depth[_STYLES[tag]] += 1
        elif tag == "a":
            self._end()
            self._href = href
        elif tag == "br":
            self.add("\n")
        elif tag == "input" and checked is not None:
            self.add("[x] " if checked else "[ ] ")

    def close(self, tag: str) -> None:
        """An end tag; one without a start changes nothing."""
        if tag in _STYLES:
            self._end()
            style = _STYLES[tag]
            self._depth[style] = max(0, self._depth[style] - 1)
        elif tag == "a":
            self._end()
            self._href = ""


def box(tag: str, attributes: str) -> bool | None:
    """Whether a tag is a check box, and ticked."""
    if tag != "input" or "checkbox" not in attributes.lower():
        return None
    return bool(re.search(r"\bchecked\b", attributes, re.IGNORECASE))


def from_tokens(tokens: Sequence[Token]) -> tuple[Span, ...]:
    """The spans of markdown-it's inline tokens; images give nothing, HTML comments neither."""
    runs = Runs()
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
    return tuple(runs.spans)


def _tag(runs: Runs, source: str) -> None:
    match = _TAG.fullmatch(source)
    if match is None:
        return
    tag = match[2].lower()
    if match[1]:
        runs.close(tag)
    else:
        href = _HREF.search(match[3])
        runs.open(tag, href[1] if href else "", box(tag, match[3]))
