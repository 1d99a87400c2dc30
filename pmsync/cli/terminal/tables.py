"""Tables on stdout: for people as wide as the terminal, for programs separated by tabs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import repeat, zip_longest

from pmsync.cli.terminal import output
from pmsync.cli.terminal.output import Part, Styled, text_of
from pmsync.cli.terminal.safe_text import printable

GAP = "  "
ROOM = 30
"""The least width of the elastic column: with less room, each row is a line of facts with that text below it."""
NO_HEADS: Mapping[int, Sequence[Part]] = {}
PADDED = 40
"""Piped cells are padded with spaces up to this width."""


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[Part]],
    *,
    elastic: str = "",
    soft: str = "",
    notes: Sequence[str] = (),
    heads: Mapping[int, Sequence[Part]] = NO_HEADS,
) -> None:
    """Print rows on stdout under UPPERCASE names.

    On a terminal that is too narrow, first the texts of the `soft` column (lists of words) wrap, then those of the
    `elastic` one. `notes` are remarks below the rows, '' for none. `heads` are lines above rows, by the number of the
    row. Piped, there is one line for each row, with a tab between cells, and neither notes nor heads.
    """
    if not rows:
        return
    if not output.is_terminal():
        _piped(columns, rows)
        return
    cells = [[_flat(cell) for cell in row] for row in rows]
    widths = _widths(columns, cells, elastic, soft)
    if widths:
        output.echo(*_line([output.dim(name.upper()) for name in columns], widths), hang=None)
    for number, (row, note) in enumerate(zip(cells, notes or repeat(""), strict=False)):
        if number in heads:
            output.echo(*(["\n"] if number else []), *heads[number])
        if widths:
            _columns(row, widths)
        else:
            _stacked(row, columns.index(elastic))
        if note:
            output.echo(GAP, output.dim(" ".join(note.split())), hang=4)


def _piped(columns: Sequence[str], rows: Sequence[Sequence[Part]]) -> None:
    """Padded cells make straight columns, and keep `column` from taking two tabs for one."""
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
    from rich.cells import cell_len  # noqa: PLC0415 (only text that is not ASCII needs it)

    return cell_len(text)


def _plain(cell: Part) -> str:
    """The cell's text on one line."""
    return " ".join(printable(text_of(cell)).split())


def _flat(cell: Part) -> Styled:
    """A cell on one line; its URL stays only if the terminal can hide it behind the text."""
    text = _plain(cell)
    if isinstance(cell, str):
        return Styled(text)
    return Styled(text, cell.colour, cell.bold, cell.dim, cell.url if output.has_links(sys.stdout) else None)


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Styled]], elastic: str, soft: str) -> list[int]:
    """The width of each column; none if the elastic one would be too narrow to read."""
    widths = [max(len(name), *(_cells(row[n].text) for row in rows)) for n, name in enumerate(columns)]
    if not elastic:
        return widths
    at, room = columns.index(elastic), output.columns()
    least = min(ROOM, widths[at])
    if soft:
        n = columns.index(soft)
        words = [_cells(word) for row in rows for word in row[n].text.split()]
        missing = max(_total(widths) - widths[at] + least - room, 0)
        widths[n] = max(len(soft), *words, widths[n] - missing, 1)
    widths[at] -= max(_total(widths) - room, 0)
    return widths if widths[at] >= least else []


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _columns(row: Sequence[Styled], widths: Sequence[int]) -> None:
    """A row, on as many lines as its longest cell needs."""
    from pmsync.cli.terminal.wrapping import in_column  # noqa: PLC0415 (only a terminal needs it)

    parts = [in_column(cell.text, width) for cell, width in zip(row, widths, strict=True)]
    for texts in zip_longest(*parts, fillvalue=""):
        cells = [
            cell._replace(text=text, url=cell.url if text else None) for cell, text in zip(row, texts, strict=True)
        ]
        output.echo(*_line(cells, widths), hang=None)


def _line(cells: Sequence[Styled], widths: Sequence[int]) -> list[Part]:
    """The cells side by side, without spaces at the end."""
    parts: list[Part] = []
    gap = ""
    for cell, width in zip(cells, widths, strict=True):
        if cell.text:
            parts += [gap, cell] if gap else [cell]
            gap = ""
        gap += " " * (width - _cells(cell.text)) + GAP
    return parts


def _stacked(row: Sequence[Styled], at: int) -> None:
    """The facts of a row on one line, and the text of the elastic column below."""
    facts = [cell for n, cell in enumerate(row) if n != at and cell.text]
    parts = [part for cell in facts for part in (GAP, cell)]
    output.echo(*parts[1:], hang=4)
    output.echo(GAP, row[at], hang=2)
