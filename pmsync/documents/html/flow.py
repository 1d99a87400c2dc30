"""Runs of text to lines of spans: white space folded, line breaks kept. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from pmsync.documents.blocks import Span

PLAIN = Span("")
"""The style of text outside any element that has one; a style is a span without text."""

_STYLE = attrgetter("href", "bold", "italic", "strike", "code")

Run = tuple[Span, int]
"""A stretch of text in one style, and its place; a line feed alone breaks the line."""
Line = tuple[tuple[Span, ...], int]
"""A line of text, and the place where it begins."""


def lines(runs: Iterable[Run]) -> list[Line]:
    """The lines that have text."""
    broken = groupby(runs, key=lambda run: run[0].text == "\n")
    texts = [_folded(group) for is_break, group in broken if not is_break]
    return [line for line in texts if line[0]]


def joined(lines: Sequence[Line], between: str) -> tuple[Span, ...]:
    """The text of all lines, with what goes between them."""
    spans: list[Span] = []
    for line, _ in lines:
        spans += [Span(between), *line] if spans else line
    return _merged(spans)


def on_one_line(lines: Sequence[Line]) -> list[Line]:
    """The lines as one, none where there are none."""
    return [(joined(lines, " "), lines[0][1])] if lines else []


def _folded(runs: Iterable[Run]) -> Line:
    """The runs without white space at either end, and never two spaces in a row.

    A space has only the styles of all that it stands in and between, so that no bold or linked text begins or ends with
    one.
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
    """A space with the styles that both have."""
    href = one.href if one.href == other.href else ""
    bold, italic = one.bold and other.bold, one.italic and other.italic
    return Span(" ", href, bold, italic, one.strike and other.strike, one.code and other.code)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans, neighbours of one style together."""
    groups = (list(group) for _, group in groupby(spans, key=_STYLE))
    return tuple(replace(group[0], text="".join(span.text for span in group)) for group in groups)
