"""Spans to Markdown that reads back as the same spans, for the details of tickets. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from pmsync.documents.blocks import Span

_SPECIAL = r"[\\`*]|(?<!\w)_|_(?!\w)|<(?=[A-Za-z/!?])|&(?=#?\w+;)|~(?=~)|(?<=~)~"
_ESCAPED = re.compile(_SPECIAL + r"|\](?=[(\[:])")
_ESCAPED_IN_LINK = re.compile(_SPECIAL + r"|[\[\]]")
_BLOCK_START = re.compile(r"#{1,6}(?=\s|$)|[-+](?=\s|$)|>|[-=_:|][-=_:|\s]*$")
_NUMBER_START = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_BARE_URL = re.compile(r"https?://[\w.~:/?#@!$&'+,;=%-]+")
_WORD = re.compile(r"\w")
_MARKS = {"bold": ("**", "b"), "italic": ("*", "i"), "strike": ("~~", "s")}
_ORDER = ("bold", "italic", "strike", "href", "code")


def line(spans: Sequence[Span]) -> str:
    """A line of a paragraph; a character that would begin another kind of block is escaped."""
    text = _emit(spans, 0, "")
    if _BLOCK_START.match(text):
        return f"\\{text}"
    return _NUMBER_START.sub(r"\1\\\2", text, count=1) if _NUMBER_START.match(text) else text


def cell(lines: Sequence[Sequence[Span]]) -> str:
    """The lines of a table cell."""
    return "<br>".join(_emit(spans, 0, "").replace("|", "\\|") for spans in lines)


def code(text: str) -> list[str]:
    """A fenced block of code."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
    return [fence, *text.split("\n"), fence]


def _emit(spans: Sequence[Span], level: int, edge: str) -> str:
    """The spans with the marks of the styles from `level` on; `edge` is the mark around all of them."""
    if level == len(_ORDER) or not any(getattr(span, name) for span in spans for name in _ORDER):
        return "".join(map(_escape, spans))
    name = _ORDER[level]
    groups = [(key, list(group)) for key, group in groupby(spans, key=lambda span: getattr(span, name))]
    texts = [_inner(name, key, group, level, edge) for key, group in groups]
    out = ""
    for index, ((key, _), text) in enumerate(zip(groups, texts, strict=True)):
        if key:
            following = texts[index + 1][:1] if index + 1 < len(texts) else edge
            out += _wrap(name, key, text, out[-1:] or edge, following)
        else:
            out += text
    return out


def _inner(name: str, key: str, group: Sequence[Span], level: int, edge: str) -> str:
    if name == "code" and key:
        return "".join(span.text for span in group)
    return _emit(group, level + 1, _MARKS[name][0][0] if key and name in _MARKS else edge)


def _wrap(name: str, key: str, text: str, before: str, after: str) -> str:
    if name == "code":
        return _code(text)
    if name == "href":
        return _link(text, key, before)
    mark, tag = _MARKS[name]
    opens = _WORD.match(text[0]) or before in {"", " "}
    closes = _WORD.match(text[-1]) or after in {"", " "}
    if opens and closes and before != mark[0] and after not in {mark[0], "<"}:
        return f"{mark}{text}{mark}"
    return f"<{tag}>{text}</{tag}>"


def _code(text: str) -> str:
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _link(text: str, href: str, before: str) -> str:
    if text == href and _BARE_URL.fullmatch(href):
        return text
    target = re.sub(r"&(?=#?\w+;)", "&amp;", href)
    if before == "!":
        return f'<a href="{target}">{text}</a>'
    return f"[{text}](<{target}>)" if re.search(r"[()]", target) else f"[{text}]({target})"


def _escape(span: Span) -> str:
    return (_ESCAPED_IN_LINK if span.href else _ESCAPED).sub(lambda match: f"\\{match[0]}", span.text)
