"""Tables to Markdown: one header row, and every cell's text in one line. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pmsync.documents.html.as_markdown import Line, Style
from pmsync.errors import DocumentError

if TYPE_CHECKING:
    from pmsync.documents.html.walk import Walk

_WIDEST = 50
_TALLEST = 1_000
_LARGEST = 5_000_000
"""Characters of a table with all its cells, as of a whole file."""
_MOST_MISSING = 60_000
"""Cells that rows may lack: markdown-it ends a table that it has to complete by 65,536 (as cmark-gfm ends one)."""
_CELL, _REPEATED, _MOST_REPEATED = 16, 4, 20_000
"""What a cell costs besides its text; how often its own text a table may repeat, and what any may, in characters."""
_LAYOUT = ("h1", "h2", "h3", "h4", "h5", "h6", "table")

Row = tuple[list[str], int]


def table(walk: Walk, element: Any, style: Style, depth: int) -> list[Line]:
    """The table; one that only arranges headings or a single cell gives what stands in its cells."""
    if next(element.iter(*_LAYOUT), element) is not element or _layout(element):
        return _cells(walk, element, style, depth)
    spans = _Spans()
    out, rows = _read(walk, element, style, depth, spans)
    if spans.over:
        out, rows = _read(walk, element, style, depth, _Spans(over=True))
    _refuse_vast(rows, spans)
    rows = [row for row in rows if any(row[0])]
    if len(rows) > 1 and len(rows[0][0]) > 1 and _alone(rows[0]) and not _alone(rows[1]):
        cells, place = rows.pop(0)
        out = [*out, *([("", place)] if out else []), (_bold(cells[0]), place)]
    return [*out, *([("", out[-1][1])] if out else []), *_written(rows)]


def _read(walk: Walk, element: Any, style: Style, depth: int, spans: _Spans) -> tuple[list[Line], list[Row]]:
    """The caption, and the rows."""
    out: list[Line] = []
    rows: list[Row] = []
    for row in _rows(element):
        walk.enter(row)
        if row.tag == "caption":
            out = walk.text(row, Style(bold=True), depth)
        else:
            rows.append(_row(walk, row, style, depth, spans))
    return out, rows


def _refuse_vast(rows: list[Row], spans: _Spans) -> None:
    """Raise DocumentError where the table is out of proportion to what it says: Markdown leaves rows out of one that
    lacks too many cells.
    """
    if len(rows) * spans.widest * len(" | ") > _LARGEST:
        raise DocumentError(f"the file's text is longer than {_LARGEST // 1_000_000} MB, with all cells of its tables")
    width = max((len(cells) for cells, _ in rows), default=0)
    if sum(width - len(cells) for cells, _ in rows) > _MOST_MISSING:
        size = f"{len(rows):,} rows and {width} columns, most of them empty"
        raise DocumentError(f"line {rows[0][1]}: the table is too large to be read: it has {size}")


def _layout(element: Any) -> bool:
    """Whether it has a heading or a table in a cell, or just one cell."""
    found = element.iter(*_LAYOUT)
    if any(other is not element for other in found):
        return True
    cells = element.iter("td", "th")
    return next(cells, None) is None or next(cells, None) is None


def _cells(walk: Walk, element: Any, style: Style, depth: int) -> list[Line]:
    out: list[Line] = []
    for row in _rows(element):
        for cell in [row] if row.tag == "caption" else row.iterchildren("td", "th"):
            walk.enter(cell)
            block = walk.blocks(cell, style, depth + 1)
            out += [("", out[-1][1])] if out and block else []
            out += block
    return out


def _rows(element: Any) -> Iterator[Any]:
    for child in element.iterchildren("tr", "thead", "tbody", "tfoot", "caption"):
        if child.tag in {"tr", "caption"}:
            yield child
        else:
            yield from child.iterchildren("tr")


def _row(walk: Walk, element: Any, style: Style, depth: int, spans: _Spans) -> Row:
    """The row's cells. A cell over several columns leaves the others empty; over several rows it stands in each,
    but in the first column, where it is a group's name or the item itself, and must not become several items.
    """
    cells: list[str] = []
    place = 0
    for cell in element.iterchildren("td", "th"):
        spans.carry(cells)
        if len(cells) >= _WIDEST:
            break
        walk.enter(cell)
        lines = walk.text(cell, style, depth + 1, cell=True)
        text = "<br>".join(line for line, _ in lines)
        place = place or (lines[0][1] if lines else 0)
        spans.own += len(text)
        down = _span(cell, "rowspan", _TALLEST)
        if down > 1 and not spans.over:
            spans.left[len(cells)] = (down - 1, text if cells else "")
        cells += [text, *[""] * (_span(cell, "colspan", _WIDEST) - 1)]
    spans.carry(cells)
    if spans.over and len(cells) == 1:
        cells.append("…")  # else what is left of the row would read as a group's name
    spans.widest = max(spans.widest, min(len(cells), _WIDEST))
    return _trimmed(cells[:_WIDEST]), place or walk.place


@dataclass
class _Spans:
    """The cells that go on in the rows below, by column: how many rows are `left`, and the text.

    A text is repeated while all repetitions together are not out of proportion to what the cells say: `own` characters.
    When it is `over`, the table is read once more, with each cell in its first row alone.
    """

    left: dict[int, tuple[int, str]] = field(default_factory=dict)
    own: int = 0
    repeated: int = 0
    widest: int = 0
    over: bool = False

    def carry(self, cells: list[str]) -> None:
        while len(cells) in self.left and len(cells) < _WIDEST:
            column = len(cells)
            left, text = self.left.pop(column)
            self.repeated += len(text) + _CELL
            cells.append(text)
            if left > 1:
                self.left[column] = (left - 1, text)
        if self.repeated > _MOST_REPEATED + _REPEATED * self.own:
            self.over = True
            self.left.clear()


def _trimmed(cells: list[str]) -> list[str]:
    """Without empty cells at the end, which mean nothing; two are kept, so that a cell over several columns shows."""
    end = len(cells)
    while end > 2 and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _span(cell: Any, name: str, most: int) -> int:
    value = str(cell.get(name, "1")).strip()
    return max(1, min(int(value), most)) if value.isascii() and value.isdigit() and len(value) < 9 else 1


def _alone(row: Row) -> bool:
    return bool(row[0][0]) and not any(row[0][1:])


def _bold(text: str) -> str:
    return text if text.startswith(("**", "<b>")) else f"**{text}**"


def _written(rows: list[Row]) -> list[Line]:
    if not rows:
        return []
    width = max(len(cells) for cells, _ in rows)
    out = []
    for index, (cells, place) in enumerate(rows):
        if index and width > 1 and len(cells) > 1 and _alone((cells, place)):
            cells = [_bold(cells[0]), *cells[1:]]  # noqa: PLW2901
        more = [""] * (width - len(cells)) if index == 0 else []  # below the header, a short row is one of empty cells
        out.append(("| " + " | ".join([*cells, *more]) + " |", place))
        if index == 0:
            out.append(("|" + " --- |" * width, place))
    return out
