"""Wraps lines for a terminal. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len, chop_cells

from pmsync.cli.terminal.safe_text import ESCAPE

_WIDE = "\u3001-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff01-\uff60"
_NOT_FIRST = "、。，．：；？！）」』】〕〉》・ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々…％.,;:!?)\\]'\""
_NOT_LAST = "（「『【〔〈《"
_BETWEEN = re.compile(rf"(?<=[{_WIDE}])(?<![{_NOT_LAST}])(?![{_NOT_FIRST}]|\x1b|$)")
"""Where Chinese, Japanese or Korean text may be broken: it has no spaces, but some marks never begin or end a line."""


def wrap(text: str, width: int, hang: int) -> str:
    """The line as lines of at most `width` cells, all but the first indented by `hang`; a longer word stays whole.

    Colours and links take no cells (textwrap would count them). A text of several lines stays as it is.
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
    """The text as lines that all fit a column; a longer word is broken."""
    lines = wrap(text, width, 0).split("\n")
    return [part for line in lines for part in (chop_cells(line, width) if cell_len(line) > width else [line])]


def fits(text: str, width: int) -> bool:
    """Whether the line takes at most `width` cells."""
    return _cells(text) <= width


def _pieces(text: str) -> Iterator[str]:
    """Runs of spaces, and the pieces of text between which it may be broken."""
    for piece in re.split(r"( +)", text):
        if piece.isascii():
            yield piece
        else:
            yield from _BETWEEN.split(piece)


def _cells(text: str) -> int:
    return cell_len(re.sub(ESCAPE, "", text))
