"""Markdown tables in the original text: where the cells of a row are, and what the columns mean. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pmsync.config.settings import Vocabulary
from pmsync.documents.blocks import Block, Listing, Quote, Table
from pmsync.documents.items.forms import tables
from pmsync.documents.items.language import phrases
from pmsync.documents.items.language.team_words import in_known_words
from pmsync.documents.markdown import front_matter, parse
from pmsync.model import Document
from pmsync.writeback.lines import Line

_LONGEST_WORD = 24


@dataclass(frozen=True, slots=True)
class Cell:
    """The text between two pipes, blanks included, and its `offset` in the document."""

    text: str
    offset: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The tables of a document by the lines of their rows, and the status words of its done rows."""

    tables: Mapping[int, Table]
    done_words: tuple[tuple[int, str], ...]

    def role(self, line: int, role: str) -> int | None:
        """The column of a role in the table whose row stands at `line`."""
        table = self.tables[line]
        roles = tables.columns(table)
        return tables.title_column(table, roles) if role == "title" else roles.get(role)

    def done_word(self, line: int) -> str:
        """The word for done: of the same table, else of any in the document."""
        here = self.tables[line].line
        counted = Counter({word: 0 for _, word in self.done_words})
        for table, word in self.done_words:
            counted[word] += 1000 if table == here else 1
        return counted.most_common(1)[0][0] if counted else "Done"


def grid(text: str, document: Document, lines: Sequence[Line], vocabulary: Vocabulary) -> Grid:
    """The document's tables; raises DocumentError where the document cannot be read."""
    _, body = front_matter.split(front_matter.normal(text), document.path)
    blocks = in_known_words(parse.parse(body), vocabulary)
    found = {row.line: table for table in _tables(blocks) for row in table.rows}
    here = Grid(found, ())
    done = []
    for item in document.items:
        if item.form == "table" and item.done and item.line in found:
            cell = cell_of(lines[item.line - 1], here.role(item.line, "status"))
            word = cell.text.strip() if cell else ""
            if word and len(word) <= _LONGEST_WORD and phrases.status(word) and "](" not in word and "[" not in word:
                done.append((found[item.line].line, word))
    return Grid(found, tuple(done))


def _tables(blocks: Iterable[Block]) -> Iterator[Table]:
    for block in blocks:
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Quote):
            yield from _tables(block.children)
        elif isinstance(block, Listing):
            for entry in block.entries:
                yield from _tables(entry.children)


def cell_of(line: Line, column: int | None) -> Cell | None:
    """The cell of a row, None where the row has none there."""
    cells = list(_cells(line))
    return cells[column] if column is not None and column < len(cells) else None


def _cells(line: Line) -> Iterator[Cell]:
    """As the parser cuts: at every pipe without a backslash before it, leaving out the empty ones at both ends."""
    text = line.text
    begin = len(text) - len(text.lstrip(" \t>"))
    end = len(text.rstrip())
    cuts = [i for i in range(begin, end) if text[i] == "|" and (i == begin or text[i - 1] != "\\")]
    starts, ends = [begin, *(cut + 1 for cut in cuts)], [*cuts, end]
    for number, (a, b) in enumerate(zip(starts, ends, strict=True)):
        if a == b and number in {0, len(cuts)}:
            continue
        yield Cell(text[a:b], line.start + a)
