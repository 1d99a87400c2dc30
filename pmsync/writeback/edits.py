"""Where an item's link and tick may be written in the original text: candidates, best first. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pmsync.documents.items.language import phrases
from pmsync.identity.ticket_addresses import same_ticket
from pmsync.model import Item, Ref, Tick
from pmsync.writeback.lines import Line, last_of_paragraph
from pmsync.writeback.table_cells import Cell, Grid, cell_of
from pmsync.writeback.values import Edit

_MARKUP = re.compile(r"</?(?:li|ul|ol|t[dhr]|table|tbody|thead|p|div|h[1-6]|d[dlt]|details|summary)\b", re.IGNORECASE)
_PEOPLE = re.compile(r"[ \t]+[(\[]?@[\w./-]*\w[)\]]?(?:[ \t,&]+@[\w./-]*\w)*$")
_CLOSING = re.compile(r"[ \t]+#+$")
_MARKS = re.compile(r"[*_~`]*")
_LEAD = r"^[\s>#*+_|.)\d-]*?"
_BOX = re.compile(rf"{_LEAD}(?P<box>\\?\[[ \u00a0]?\\?\](?![(\[:])|[☐⬜🔲◻])")
_TICKED = {"☐": "☑", "⬜": "✅", "🔲": "✅", "◻": "☑"}
_SAFE_URL = re.compile(r"https?://[^\s<>()|\\\"'`\[\]]+")
_HTML = (".html", ".htm", ".xhtml")


@dataclass(frozen=True, slots=True)
class Places:
    """The document as places are looked for in it."""

    path: str
    lines: Sequence[Line]
    grid: Grid

    def for_link(self, item: Item, ref: Ref) -> list[Edit]:
        """Where the item's link may be written."""
        line = self._line(item)
        if line is None:
            return []
        if item.form == "table":
            return self._in_row(item, ref)
        field = ("" if line.text[: line.filled].endswith((".", "。")) else ".") + f" Ticket: {link_text(ref)}"
        edits = [Edit(offset, "", f" ({link_text(ref)})") for offset in self._ends(item, line)]
        return [*edits, Edit(line.start + line.filled, "", field)]

    def for_tick(self, item: Item) -> list[Edit] | None:
        """How the item may be ticked; None if it has neither a box nor a status cell and needs no tick."""
        line = self._line(item)
        if line is None:
            return None
        if item.form != "table":
            return _ticked(Cell(line.text, line.start))
        cell = self._cell(item, "status")
        if cell is None:
            title = self._cell(item, "title")
            return _ticked(title) if title else None
        return _ticked(cell) or self._said_done(item, cell)

    def for_untick(self, item: Item, tick: Tick) -> list[Edit]:
        """How to withdraw a tick of ours: only if it is still as written."""
        line = self._line(item)
        if line is None:
            return []
        cell: Cell | None = Cell(line.text, line.start)
        if item.form == "table":
            status = self._cell(item, "status")
            cell = status or self._cell(item, "title")
            if status and status.text.strip() == tick.after:
                return [_replaced(status, tick.after, tick.before)]
        found = re.match(rf"{_LEAD}(?P<box>{re.escape(tick.after)})", cell.text) if cell else None
        if cell is None or found is None or not _is_box(tick.after):
            return []
        return [Edit(cell.offset + found.start("box"), tick.after, tick.before)]

    def _line(self, item: Item) -> Line | None:
        """The item's first line, None if it is not Markdown."""
        if self.path.lower().endswith(_HTML) or not 0 < item.line <= len(self.lines):
            return None
        line = self.lines[item.line - 1]
        if _MARKUP.search(line.text) or (item.form == "table" and item.line not in self.grid.tables):
            return None
        return line

    def _cell(self, item: Item, role: str) -> Cell | None:
        return cell_of(self.lines[item.line - 1], self.grid.role(item.line, role))

    def _ends(self, item: Item, line: Line) -> list[int]:
        """Before people at the end of the line, at its end, at its paragraph's end, and behind the title."""
        last = self.lines[last_of_paragraph(self.lines, item.line - 1)]
        ends = []
        for each in (line, last):
            filled = each.text[: each.filled]
            closing = _CLOSING.search(filled) if item.form == "heading" and "#" in filled[:9] else None
            filled = filled[: closing.start()] if closing else filled
            people = _PEOPLE.search(filled)
            ends += [each.start + people.start()] if people else []
            ends.append(each.start + len(filled))
        return list(dict.fromkeys([*ends, *_behind(Cell(line.text, line.start), item.title)]))

    def _in_row(self, item: Item, ref: Ref) -> list[Edit]:
        edits = []
        ticket, title = self._cell(item, "ticket"), self._cell(item, "title")
        if ticket and phrases.is_placeholder(ticket.text):
            edits.append(_replaced(ticket, ticket.text.strip(), link_text(ref)))
        if title:
            end = title.offset + len(title.text.rstrip())
            edits += [Edit(end, "", f" ({link_text(ref)})") for end in (end, *_behind(title, item.title))]
        return edits

    def _said_done(self, item: Item, cell: Cell) -> list[Edit]:
        """An empty status cell, or one with nothing but a status, gets the word that done rows have."""
        text = cell.text.strip()
        if text and not phrases.is_placeholder(text) and phrases.status(text) is not False:
            return []
        return [_replaced(cell, text, self.grid.done_word(item.line))]


def link_text(ref: Ref) -> str:
    """A Markdown link to the ticket, or its key alone if it has no web address."""
    if not _SAFE_URL.fullmatch(ref.url):
        return ref.key
    key = re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", ref.key)
    return f"[{key}]({ref.url})"


def names(item: Item, ref: Ref) -> bool:
    """Whether the item names this ticket: by key, `#n` or address."""
    known = {ref.key, ref.url, f"#{ref.key.rpartition('#')[2]}"}
    return any(text.rstrip("/") in known or same_ticket(text, ref.url) for text in item.tickets)


def written(ref: Ref) -> str:
    """What the parser reads from the link that `link_text` writes."""
    return ref.url if _SAFE_URL.fullmatch(ref.url) else ref.key


def _behind(cell: Cell, title: str) -> list[int]:
    """Behind the title, if the cell has it word for word: after the marks that end its style, and before them."""
    at = cell.text.find(title)
    if at < 0:
        return []
    at += len(title)
    marks = _MARKS.match(cell.text, at)
    return [cell.offset + (marks.end() if marks else at), cell.offset + at]


def tick_of(edit: Edit) -> Tick:
    """What to remember of a tick, without the blanks around it."""
    return Tick(edit.old.strip(), edit.new.strip())


def _is_box(text: str) -> bool:
    return text.startswith(("[", "\\[")) or text in _TICKED.values()


def _ticked(cell: Cell) -> list[Edit] | None:
    match = _BOX.match(cell.text)
    if match is None:
        return None
    box = match["box"]
    inside = "\\[x\\]" if "\\" in box else "[x]"
    return [Edit(cell.offset + match.start("box"), box, _TICKED.get(box, inside))]


def _replaced(cell: Cell, old: str, new: str) -> Edit:
    """A cell with other content; its width stays where there is room, so that the column does."""
    lead = len(cell.text) - len(cell.text.lstrip()) if old else 0
    if not old:
        return Edit(cell.offset, cell.text, f" {new} ".ljust(len(cell.text)) if cell.text else f" {new} ")
    trail = cell.text[lead + len(old) :]
    grown = len(new) - len(old)
    kept = trail[: max(1, len(trail) - grown)] if trail else ""
    return Edit(cell.offset + lead, old + trail, new + (kept if grown > 0 else trail + " " * -grown if trail else ""))
