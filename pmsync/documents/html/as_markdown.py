"""Styled text to Markdown that reads back as the same text in the same style. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

Line = tuple[str, int]
"""A line of Markdown, and its place: the line, paragraph or row of the source that it comes from."""

_SPECIAL = r"[\\`*]|(?<!\w)_|_(?!\w)|<(?=[A-Za-z/!?])|&(?=#?\w+;)|~(?=~)|(?<=~)~"
_ESCAPED = re.compile(_SPECIAL + r"|\](?=[(\[:])")
_ESCAPED_IN_LINK = re.compile(_SPECIAL + r"|[\[\]]")
_START = re.compile(r"#{1,6}(?=\s|$)|[-+](?=\s|$)|>|[-=_:|][-=_:|\s]*$")
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_BARE_URL = re.compile(r"https?://[\w.~:/?#@!$&'+,;=%-]+")
_WORD = re.compile(r"\w")
_MARKS = {"bold": ("**", "b"), "italic": ("*", "i"), "strike": ("~~", "s")}
_ORDER = ("bold", "italic", "strike", "href", "code")


@dataclass(frozen=True, slots=True)
class Style:
    """How text looks; `href` is the link's target, '' outside links."""

    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    href: str = ""


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style; a line feed alone breaks the line."""

    text: str
    style: Style
    place: int


def lines(runs: Sequence[Run], *, cell: bool = False) -> list[Line]:
    """The runs as lines of one paragraph, or of one table cell; empty lines are left out."""
    out = []
    for broken, group in groupby(runs, key=lambda run: run.text == "\n"):
        folded = [] if broken else _folded(group)
        text = _emit(folded, 0, "")
        if text:
            out.append((text.replace("|", "\\|") if cell else _start(text), folded[0].place))
    return out


def _folded(runs: Iterator[Run]) -> list[Run]:
    """The runs without white space at both ends, and never two spaces in a row."""
    out: list[Run] = []
    for run in runs:
        text = run.text if out and not out[-1].text.endswith(" ") else run.text.lstrip(" ")
        if text:
            out.append(Run(text, run.style, run.place))
    while out and not out[-1].text.rstrip(" "):
        out.pop()
    if out:
        out[-1] = Run(out[-1].text.rstrip(" "), out[-1].style, out[-1].place)
    return out


def _start(line: str) -> str:
    """The line, with what would make it another block than a paragraph taken literally."""
    if _START.match(line):
        return f"\\{line}"
    return _NUMBER.sub(r"\1\\\2", line, count=1) if _NUMBER.match(line) else line


def _emit(runs: Sequence[Run], level: int, edge: str) -> str:
    """The runs as Markdown, with the marks of the styles from `level` on; `edge` is the mark around them all."""
    if level == len(_ORDER) or all(run.style == PLAIN for run in runs):
        return "".join(_escape(run) for run in runs)
    name = _ORDER[level]
    groups = [(key, list(group)) for key, group in groupby(runs, key=lambda run: getattr(run.style, name))]
    texts = [_inner(name, key, group, level, edge) for key, group in groups]
    out = ""
    for index, ((key, _), text) in enumerate(zip(groups, texts, strict=True)):
        core = text.strip(" ")
        if not key or not core:
            out += text
            continue
        lead, trail = text[: len(text) - len(text.lstrip(" "))], text[len(text.rstrip(" ")) :]
        following = trail or (texts[index + 1][:1] if index + 1 < len(texts) else edge)
        out += lead + _wrap(name, key, core, (out + lead)[-1:] or edge, following) + trail
    return out


def _inner(name: str, key: str, group: Sequence[Run], level: int, edge: str) -> str:
    if name == "code" and key:
        return "".join(run.text for run in group)
    return _emit(group, level + 1, _MARKS[name][0][0] if key and name in _MARKS else edge)


def _wrap(name: str, key: str, core: str, before: str, after: str) -> str:
    if name == "code":
        return _code(core)
    if name == "href":
        return _link(core, key, before)
    mark, tag = _MARKS[name]
    opens = _WORD.match(core[0]) or before in {"", " "}
    closes = _WORD.match(core[-1]) or after in {"", " "}
    if opens and closes and before != mark[0] and after[:1] not in {mark[0], "<"}:
        return f"{mark}{core}{mark}"
    return f"<{tag}>{core}</{tag}>"


def _code(text: str) -> str:
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _link(text: str, href: str, before: str) -> str:
    if text == href and _BARE_URL.fullmatch(href):
        return text
    target = re.sub(r"\s", "%20", href).replace("<", "%3C").replace(">", "%3E").replace('"', "%22").replace("\\", "%5C")
    target = re.sub(r"&(?=#?\w+;)", "&amp;", target)
    if before == "!":
        return f'<a href="{target}">{text}</a>'
    return f"[{text}](<{target}>)" if re.search(r"[()\s]", target) else f"[{text}]({target})"


def _escape(run: Run) -> str:
    return (_ESCAPED_IN_LINK if run.style.href else _ESCAPED).sub(lambda match: f"\\{match[0]}", run.text)
