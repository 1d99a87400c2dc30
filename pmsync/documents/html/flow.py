"""Runs of text to lines of spans: white space folded, line breaks kept. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from pmsync.documents.blocks import Span

PLAIN = Span("")
"""The style of text outside any element that has one; a style is a span without text."""

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
    for index, (line, _) in enumerate(lines):
        if index:
            _add(spans, PLAIN, between)
        for span in line:
            _add(spans, span, span.text)
    return tuple(spans)


def on_one_line(lines: Sequence[Line]) -> list[Line]:
    """The lines as one, none where there are none."""
    return [(joined(lines, " "), lines[0][1])] if lines else []


def _folded(runs: Iterable[Run]) -> Line:
    """The runs without white space at either end, and never two spaces in a row.

    A space has only the styles of all that it stands in and between, so that no bold or linked text begins or ends with one.
    """
    spans: list[Span] = []
    place, space = 0, None
    for run, start in runs:
        core = run.text.strip(" ")
        if run.text[0] == " ":
            space = _common(space, run) if space else run
        if not core:
            continue
        place = place or start
        if spans and space:
            _add(spans, _common(_common(spans[-1], space), run), " ")
        _add(spans, run, core)
        space = run if run.text[-1] == " " else None
    return tuple(spans), place


def _add(spans: list[Span], style: Span, text: str) -> None:
    if spans and _same(spans[-1], style):
        spans[-1] = replace(style, text=spans[-1].text + text)
    else:
        spans.append(replace(style, text=text))


def _same(one: Span, other: Span) -> bool:
    return (one.href, one.bold, one.italic, one.strike, one.code) == (
        other.href, other.bold, other.italic, other.strike, other.code
    )  # fmt: skip


def _common(one: Span, other: Span) -> Span:
    href = one.href if one.href == other.href else ""
    return Span(
        "",
        href,
        one.bold and other.bold,
        one.italic and other.italic,
        one.strike and other.strike,
        one.code and other.code,
    )
