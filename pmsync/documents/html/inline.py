"""Runs of text to lines of spans, with white space collapsed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from pmsync.documents.blocks import Span

PLAIN = Span("")
"""Plain text; a style is a span without text."""

_STYLE = attrgetter("href", "bold", "italic", "strike", "code")

Run = tuple[Span, int]
"""Text in one style, and its place; a line feed alone breaks the line."""
Line = tuple[tuple[Span, ...], int]
"""The spans of a line, and its place."""


def lines(runs: Iterable[Run]) -> list[Line]:
    """The lines that have text."""
    broken = groupby(runs, key=lambda run: run[0].text == "\n")
    texts = [_folded(group) for is_break, group in broken if not is_break]
    return [line for line in texts if line[0]]


def joined(lines: Sequence[Line], between: str) -> tuple[Span, ...]:
    """The spans of all lines, with the text `between` them."""
    spans: list[Span] = []
    for line, _ in lines:
        spans += [Span(between), *line] if spans else line
    return _merged(spans)


def on_one_line(lines: Sequence[Line]) -> list[Line]:
    """The lines as one line; nothing for no lines."""
    return [(joined(lines, " "), lines[0][1])] if lines else []


def _folded(runs: Iterable[Run]) -> Line:
    """The runs as one line, without spaces at either end or two spaces in a row.

    A space has a style only if the text on both sides has it too: no bold or linked text begins or ends with a space.
    """
    spans: list[Span] = []
    place, space = 0, None
    for run, start in runs:
        core = run.text.strip(" ")
        if run.text[0] == " ":
            space = _space(space or run, run)
        if not core:
            continue
        place = place or start
        if spans and space:
            spans.append(_space(_space(spans[-1], space), run))
        spans.append(run if core == run.text else replace(run, text=core))
        space = run if run.text[-1] == " " else None
    return _merged(spans), place


def _space(one: Span, other: Span) -> Span:
    """A space with the style that both share."""
    href = one.href if one.href == other.href else ""
    bold, italic = one.bold and other.bold, one.italic and other.italic
    return Span(" ", href, bold, italic, one.strike and other.strike, one.code and other.code)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans, with adjacent ones of one style as one."""
    groups = (list(group) for _, group in groupby(spans, key=_STYLE))
    return tuple(replace(group[0], text="".join(span.text for span in group)) for group in groups)
