"""Tables on stdout: for people under names and as wide as the terminal, for programs tab-separated and whole."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from itertools import zip_longest

from pmsync.cli.terminal import output
from pmsync.cli.terminal.output import Part, Span, text_of
from pmsync.cli.terminal.safe_text import printable

GAP = "  "
ROOM = 30
"""How wide the elastic column is at least: with less room for it, each row is a line of facts with that text below."""
PADDED = 40
"""Up to this width cells are filled up with blanks where they are piped."""


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[Part]],
    *,
    elastic: str | None = None,
    soft: str | None = None,
    notes: Sequence[str] = (),
) -> None:
    """Rows on stdout under UPPERCASE names, and whole.

    On a terminal the texts of the `elastic` column go over several lines where the width does not do, and before that
    those of the `soft` one, which is a list of words. `notes` are remarks below the rows, '' for none. Piped there is
    one line a row, with a tab between two cells.
    """
    if not rows:
        return
    if not output.is_terminal():
        _piped(columns, rows)
        return
    room = output.columns()
    cells = [[_flat(cell) for cell in row] for row in rows]
    widths = _widths(columns, cells, elastic, soft, room)
    if widths:
        output.echo(*_line([output.dim(name.upper()) for name in columns], widths), hang=None)
    for row, note in zip_longest(cells, notes, fillvalue=""):
        if widths:
            _columns(row, widths)  # type: ignore[arg-type]
        else:
            _stacked(row, list(columns).index(elastic or ""))  # type: ignore[arg-type]
        if note:
            output.echo(GAP, output.dim(" ".join(str(note).split())), hang=4)


def _piped(columns: Sequence[str], rows: Sequence[Sequence[Part]]) -> None:
    """Cells of usual widths are filled up with blanks: so the columns are straight as they are, too, and `column` takes
    no two tabs for one.
    """
    plain = cache(_plain)
    *padded, last = (list(map(plain, cells)) for cells in zip([name.upper() for name in columns], *rows, strict=True))
    for column in padded:
        widths = list(map(len if all(map(str.isascii, column)) else _cells, column))
        width = max(each for each in widths if each <= PADDED)
        column[:] = [text + " " * (width - own) for text, own in zip(column, widths, strict=True)]
    output.echo("\n".join(map("\t".join, zip(*padded, last, strict=True))))


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 (only a table on a terminal, or of such text, needs it)

    return cell_len(text)


def _plain(cell: Part) -> str:
    """The cell's text on one line."""
    return " ".join(printable(text_of(cell)).split())


def _flat(cell: Part) -> Span:
    """A cell on one line; its URL stays only where the terminal can hide it behind the text."""
    text = _plain(cell)
    if isinstance(cell, str):
        return Span(text)
    return Span(text, cell.colour, cell.bold, cell.dim, cell.url if output.has_links(sys.stdout) else None)


def _widths(
    columns: Sequence[str], rows: Sequence[Sequence[Span]], elastic: str | None, soft: str | None, room: int
) -> list[int]:
    """The width of each column, none where the elastic one would be too narrow to read."""
    widths = [max(len(name), *(_cells(row[n].text) for row in rows)) for n, name in enumerate(columns)]
    if elastic is None:
        return widths
    at = list(columns).index(elastic)
    least = min(ROOM, widths[at])
    if soft is not None:
        n = list(columns).index(soft)
        words = [_cells(word) for row in rows for word in row[n].text.split()]
        widths[n] = max(len(soft), *words, widths[n] - max(_needed(widths) - widths[at] + least - room, 0), 1)
    widths[at] -= max(_needed(widths) - room, 0)
    return widths if widths[at] >= least else []


def _needed(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _columns(row: Sequence[Span], widths: Sequence[int]) -> None:
    """A row, on as many lines as its longest cell needs."""
    from pmsync.cli.terminal.wrapping import in_column  # noqa: PLC0415 (only a terminal needs it)

    parts = [in_column(cell.text, width) for cell, width in zip(row, widths, strict=True)]
    for texts in zip_longest(*parts, fillvalue=""):
        pieces = [
            Span(text, cell.colour, cell.bold, cell.dim, cell.url if text else None)
            for cell, text in zip(row, texts, strict=True)
        ]
        output.echo(*_line(pieces, widths), hang=None)


def _line(cells: Sequence[Span], widths: Sequence[int]) -> list[Part]:
    """The cells side by side, without blanks at the end."""
    parts: list[Part] = []
    gap = ""
    for cell, width in zip(cells, widths, strict=True):
        if cell.text:
            parts += [gap, cell] if gap else [cell]
            gap = ""
        gap += " " * (width - _cells(cell.text)) + GAP
    return parts


def _stacked(row: Sequence[Span], at: int) -> None:
    """The facts of a row on one line, and its text below."""
    facts = [cell for n, cell in enumerate(row) if n != at and cell.text]
    parts = [part for cell in facts for part in (GAP, cell)]
    output.echo(*parts[1:], hang=4)
    output.echo(GAP, row[at], hang=2)
