"""Breaks a line for a terminal between its words. Pure."""

from __future__ import annotations

import re

from rich.cells import cell_len

from pmsync.cli.plain import ESCAPE


def wrap(text: str, width: int, hang: int) -> str:
    """The line on lines of at most `width` cells, the later ones `hang` cells in; a longer word stays whole.

    Colours and links take no cells (textwrap would count them). What has several lines already is left alone.
    """
    if "\n" in text or _cells(text) <= width:
        return text
    lines, line, gap = [], "", ""
    for piece in re.split(r"( +)", text):
        if not piece.strip(" "):
            gap += piece
        elif line.strip(" ") and _cells(line + gap + piece) > width:
            lines.append(line)
            line, gap = " " * hang + piece, ""
        else:
            line, gap = line + gap + piece, ""
    return "\n".join([*lines, line])


def _cells(text: str) -> int:
    return cell_len(re.sub(ESCAPE, "", text))
