"""Breaks a line for a terminal between its words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len, chop_cells

from pmsync.cli.terminal.safe_text import ESCAPE

_WIDE = "\u3001-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff01-\uff60"
_NOT_FIRST = "、。，．：；？！）」』】〕〉》・ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々…％.,;:!?)\\]'\""
_NOT_LAST = "（「『【〔〈《"
_BETWEEN = re.compile(rf"(?<=[{_WIDE}])(?<![{_NOT_LAST}])(?![{_NOT_FIRST}]|\x1b|$)")
"""Where a word of Chinese, Japanese or Korean may be broken: it has no blanks, and some marks begin or end no line."""


def wrap(text: str, width: int, hang: int) -> str:
    """The line on lines of at most `width` cells, the later ones `hang` cells in; a longer word stays whole.

    Colours and links take no cells (textwrap would count them). What has several lines already is left alone.
    """
    if "\n" in text or _cells(text) <= width:
        return text
    hang = min(hang, width // 2)
    lines, line, gap = [], "", ""
    for piece in _pieces(text):
        if not piece.strip(" "):
            gap += piece
        elif line.strip(" ") and _cells(line + gap + piece) > width:
            lines.append(line)
            line, gap = " " * hang + piece, ""
        else:
            line, gap = line + gap + piece, ""
    return "\n".join([*lines, line])


def in_column(text: str, width: int) -> list[str]:
    """The text on lines that all fit a column, a longer word in parts."""
    lines = wrap(text, width, 0).split("\n")
    return [part for line in lines for part in (chop_cells(line, width) if cell_len(line) > width else [line])]


def fits(text: str, width: int) -> bool:
    """Whether the line needs no more than `width` cells."""
    return _cells(text) <= width


def _pieces(text: str) -> Iterator[str]:
    """Runs of blanks, and what stands between them as far as it can be broken."""
    for piece in re.split(r"( +)", text):
        if piece.isascii():
            yield piece
        else:
            yield from _BETWEEN.split(piece)


def _cells(text: str) -> int:
    return cell_len(re.sub(ESCAPE, "", text))
