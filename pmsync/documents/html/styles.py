"""The style of elements, from their tag, their `style` and the page's style sheet. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pmsync.documents.blocks import Span
from pmsync.documents.markdown.commonmark import normal_link
from pmsync.documents.spans import STYLES

_RULE = re.compile(r"\.([\w-]+)\s*\{([^{}]*)\}")
_BULLET = re.compile(r"\.(lst-kix_[\w-]+)\s*>\s*li:before\s*\{\s*content:\s*\"([^\"{}]*)\"")
_CODE_POINT = re.compile(r"\\([0-9a-fA-F]{4,6})")
_WEIGHT = re.compile(r"font-weight:\s*(bold|normal|\d00)")
_HIDDEN = re.compile(r"display:\s*none|visibility:\s*hidden")
_LONGEST_SHEET = 500_000
_SCHEMES = {"", "http", "https", "mailto"}

Look = dict[str, bool]
"""The attributes of a span that a rule sets."""


class Sheet:
    """A page's style sheet: Google Docs defines there what is bold, and which lists are tasks."""

    def __init__(self, css: str) -> None:
        css = css[:_LONGEST_SHEET]
        self._looks = {name: look for name, rules in _RULE.findall(css) if (look := _look(rules))}
        self._bullets = {name: _CODE_POINT.sub(_character, content) for name, content in _BULLET.findall(css)}

    def style(self, element: Any, outer: Span) -> Span:
        """The style inside `element`, where `outer` is the style around it."""
        tag = element.tag
        look: Look = {STYLES[tag]: True} if tag in STYLES else {}
        for name in classes(element):
            look |= self._looks.get(name, {})
        look |= _look(element.get("style", ""))
        if tag == "a":
            outer = replace(outer, href=target(element.get("href", "")))
        return replace(outer, **look) if look else outer  # type: ignore[arg-type]

    def bullet(self, listing: Any) -> str:
        """The bullet of a list where the style sheet defines one."""
        return next((self._bullets[name] for name in classes(listing) if name in self._bullets), "").strip()


def classes(element: Any) -> list[str]:
    """The classes of an element."""
    return str(element.get("class", "")).split()


def hidden(element: Any) -> bool:
    """Whether the element's own attributes hide it."""
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    return _HIDDEN.search(element.get("style", "")) is not None


def target(href: str) -> str:
    """The target of a link to a page or an e-mail address; '' for any other."""
    href = href.strip()
    try:
        parts = urlsplit(href)
        if parts.netloc in {"www.google.com", "google.com"} and parts.path == "/url":
            href = parse_qs(parts.query).get("q", [href])[0]  # Google Docs redirects every link
            parts = urlsplit(href)
    except ValueError:
        return ""
    return normal_link(href) if parts.scheme in _SCHEMES and not href.startswith("#") else ""


def _look(rules: str) -> Look:
    out: Look = {}
    weight = _WEIGHT.search(rules)
    if weight:
        out["bold"] = weight[1] == "bold" or (weight[1].isdigit() and int(weight[1]) >= 600)
    if "line-through" in rules:
        out["strike"] = True
    if re.search(r"font-style:\s*italic", rules):
        out["italic"] = True
    return out


def _character(match: re.Match[str]) -> str:
    point = int(match[1], 16)
    return chr(point) if point < 0x110000 and not 0xD800 <= point < 0xE000 else ""
