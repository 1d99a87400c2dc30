"""Tables on stdout: for people under names and as wide as the terminal, for programs tab-separated and whole."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence

from pmsync.cli import output
from pmsync.cli.output import Part, Span, text_of
from pmsync.cli.plain import printable


def table(columns: Sequence[str], rows: Sequence[Sequence[Part]], *, elastic: str | None = None) -> None:
    """Rows on stdout. On a terminal under UPPERCASE names, and the `elastic` column gives way where the width does not
    do; piped without header, separated by tabs, and whole.
    """
    if not rows:
        return
    if not output.is_terminal():
        for row in rows:
            output.echo("\t".join(" ".join(printable(text_of(cell)).split()) for cell in row))
        return
    cells = [[_flat(cell) for cell in row] for row in rows]
    widths = _widths(columns, cells, elastic)
    output.echo(*_line([output.dim(name.upper()) for name in columns], widths))
    for row in cells:
        output.echo(*_line(row, widths))


def _flat(cell: Part) -> Span:
    """A cell on one line; its URL stays only where the terminal can hide it behind the text."""
    text = " ".join(printable(text_of(cell)).split())
    if isinstance(cell, str):
        return Span(text)
    return Span(text, cell.colour, cell.bold, cell.dim, cell.url if output.has_links(sys.stdout) else None)


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Span]], elastic: str | None) -> list[int]:
    from rich.cells import cell_len  # noqa: PLC0415 (only a table on a terminal needs it)

    widths = [max(len(name), *(cell_len(row[n].text) for row in rows)) for n, name in enumerate(columns)]
    if elastic is not None:
        room = shutil.get_terminal_size((80, 24)).columns
        at = list(columns).index(elastic)
        over = sum(widths) + 2 * (len(widths) - 1) - room
        widths[at] = max(widths[at] - max(over, 0), min(widths[at], 12))
    return widths


def _line(cells: Sequence[Span], widths: Sequence[int]) -> Iterator[Part]:
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415

    for n, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        text = cell.text if cell_len(cell.text) <= width else set_cell_size(cell.text, width - 1).rstrip() + "…"
        yield Span(text, cell.colour, cell.bold, cell.dim, cell.url)
        if n < len(cells) - 1:
            yield " " * (width - cell_len(text) + 2)
