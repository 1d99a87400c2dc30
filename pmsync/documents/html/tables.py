"""Table elements to tables with one header row. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pmsync.documents.blocks import Block, Row, Span, Table, Text
from pmsync.documents.html import as_markdown, inline
from pmsync.documents.html.inline import Line
from pmsync.documents.html.lines import LARGEST, Lines
from pmsync.errors import DocumentError

if TYPE_CHECKING:
    from pmsync.documents.html.walk import Walk

_WIDEST = 50
_TALLEST = 1_000
_CELL, _REPEATED, _MOST_REPEATED = 16, 4, 20_000
"""In characters: what a cell costs besides its text, how many times its own text a table may repeat, and what every table
may repeat.
"""
_LAYOUT = ("h1", "h2", "h3", "h4", "h5", "h6", "table")

_Cell = list[Line]


@dataclass(slots=True)
class _Row:
    """A row; `over` means that it has one cell over all columns."""

    cells: list[_Cell]
    place: int
    over: bool


def table(walk: Walk, element: Any, style: Span, depth: int) -> list[Block]:
    """The element as a table; the content of its cells where it is only layout."""
    if _is_layout(element):
        return _contents(walk, element, style, depth)
    spans, place = _Spans(), walk.place
    caption, rows = _read(walk, element, style, depth, spans)
    if spans.over:
        caption, rows = _read(walk, element, style, depth, _Spans(over=True))
    if len(rows) * spans.widest * len(" | ") > LARGEST:
        raise DocumentError(f"the file's text is longer than {LARGEST // 1_000_000} MB, with all cells of its tables")
    rows = [row for row in rows if any(row.cells)]
    out: list[Block] = [*walk.lines.paragraph(caption)]
    if len(rows) > 1 and len(rows[0].cells) > 1 and _is_label(rows[0]) and not _is_label(rows[1]):
        label = rows.pop(0)
        walk.lines.separate(blank=bool(out))
        out += walk.lines.paragraph([(spans, label.place) for spans, _ in _bold(label.cells[0])])
    walk.lines.separate(blank=bool(out))
    return [*out, *_written(walk.lines, rows, place)]


def _is_layout(element: Any) -> bool:
    """Whether a table is only layout: a cell has a heading or a table in it, or there is one cell."""
    if any(other is not element for other in element.iter(*_LAYOUT)):
        return True
    cells = element.iter("td", "th")
    return next(cells, None) is None or next(cells, None) is None


def _contents(walk: Walk, element: Any, style: Span, depth: int) -> list[Block]:
    out: list[Block] = []
    for row in _rows(element):
        for cell in [row] if row.tag == "caption" else row.iterchildren("td", "th"):
            walk.enter(cell)
            walk.lines.separate(blank=bool(out))
            out += walk.blocks(cell, style, depth + 1)
    return out


def _read(walk: Walk, element: Any, style: Span, depth: int, spans: _Spans) -> tuple[list[Line], list[_Row]]:
    """The caption, and the rows."""
    caption: list[Line] = []
    rows: list[_Row] = []
    for row in _rows(element):
        walk.enter(row)
        if row.tag == "caption":
            caption = walk.text(row, Span("", bold=True), depth)
        else:
            rows.append(_row(walk, row, style, depth, spans))
    return caption, rows


def _rows(element: Any) -> Iterator[Any]:
    for child in element.iterchildren("tr", "thead", "tbody", "tfoot", "caption"):
        if child.tag in {"tr", "caption"}:
            yield child
        else:
            yield from child.iterchildren("tr")


def _row(walk: Walk, element: Any, style: Span, depth: int, spans: _Spans) -> _Row:
    """The row's cells. A cell over several columns is followed by empty ones. A cell over several rows is repeated in each,
    except in the first column, where it names a group or is an item, and must not become several items.
    """
    cells: list[_Cell] = []
    place = 0
    for cell in element.iterchildren("td", "th"):
        spans.carry(cells)
        if len(cells) >= _WIDEST:
            break
        walk.enter(cell)
        lines = walk.text(cell, style, depth + 1)
        place = place or (lines[0][1] if lines else 0)
        spans.own += _length(lines)
        down = _span(cell, "rowspan", _TALLEST)
        if down > 1 and not spans.over:
            spans.left[len(cells)] = (down - 1, lines if cells else [])
        cells += [lines, *[[] for _ in range(_span(cell, "colspan", _WIDEST) - 1)]]
    spans.carry(cells)
    if spans.over and len(cells) == 1:
        cells.append([((Span("…"),), place)])  # otherwise the row would read as a group's name
    spans.widest = max(spans.widest, min(len(cells), _WIDEST))
    over = len(element) == 1 and len(cells) > 1
    return _Row(_trimmed(cells[:_WIDEST]), place or walk.place, over)


@dataclass
class _Spans:
    """Cells over several rows, by column: how many rows are `left`, and the text.

    Texts are repeated as long as all repetitions are in proportion to the `own` characters of the cells. Beyond that it is
    `over`, and the table is read once more with each cell in its first row only.
    """

    left: dict[int, tuple[int, _Cell]] = field(default_factory=dict)
    own: int = 0
    repeated: int = 0
    widest: int = 0
    over: bool = False

    def carry(self, cells: list[_Cell]) -> None:
        while len(cells) in self.left and len(cells) < _WIDEST:
            column = len(cells)
            left, lines = self.left.pop(column)
            self.repeated += _length(lines) + _CELL
            cells.append(lines)
            if left > 1:
                self.left[column] = (left - 1, lines)
        if self.repeated > _MOST_REPEATED + _REPEATED * self.own:
            self.over = True
            self.left.clear()


def _length(cell: _Cell) -> int:
    return sum(len(span.text) for spans, _ in cell for span in spans)


def _trimmed(cells: list[_Cell]) -> list[_Cell]:
    """The cells without empty ones at the end; two are kept, so that a cell over several columns shows."""
    end = len(cells)
    while end > 2 and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _span(cell: Any, name: str, most: int) -> int:
    value = str(cell.get(name, "1")).strip()
    return max(1, min(int(value), most)) if value.isascii() and value.isdigit() and len(value) < 9 else 1


def _is_label(row: _Row) -> bool:
    return bool(row.cells[0]) and not any(row.cells[1:])


def _bold(cell: _Cell) -> _Cell:
    return [(tuple(replace(span, bold=True) for span in spans), place) for spans, place in cell]


def _written(lines: Lines, rows: Sequence[_Row], place: int) -> Sequence[Table]:
    """The rows as a table, nothing for no rows. A cell over all columns names a group, so it becomes bold."""
    if not rows:
        return ()
    width = max(len(row.cells) for row in rows)
    made = []
    for index, row in enumerate(rows):
        cells = row.cells
        if index and row.over:
            cells = [_bold(cells[0]), *cells[1:]]
        shown = [as_markdown.cell([spans for spans, _ in cell]) for cell in cells]
        missing = width - len(cells)
        line = lines.write(f"| {' | '.join([*shown, *([''] * missing if index == 0 else [])])} |", row.place)
        if index == 0:
            lines.write("|" + " --- |" * width, row.place)
        texts = [_text(cell, markdown, lines, line) for cell, markdown in zip(cells, shown, strict=True)]
        made.append(Row((*texts, *[Text.of((), line)] * missing), line))
    line = lines.within(made[0].line, place)
    return [Table(made[0].cells, tuple(made[1:]), line, lines.end(line))]


def _text(cell: _Cell, markdown: str, lines: Lines, line: int) -> Text:
    return Text.of(inline.joined(cell, "\n"), lines.within(line, cell[0][1]) if cell else line, markdown)
