"""Explains the reading of a document: what each item was read from, and which text became no item. Pure.

It reads the document once more with the same functions, so that the answer can be trusted. All text in a section that is
read is an item, a part of one, the name of a group, or left out for a reason.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from pmsync.config.settings import NOTHING_TAUGHT, Vocabulary
from pmsync.documents.blocks import Block, Bullet, Content, Listing, Paragraph, Quote, Table, Text
from pmsync.documents.items import item
from pmsync.documents.items.document import read
from pmsync.documents.items.fields.values import ItemFields
from pmsync.documents.items.forms import headings, lists, paragraphs, tables
from pmsync.documents.items.forms.groups import place_status
from pmsync.documents.items.item import Context, ItemEntry
from pmsync.documents.items.language import finished, phrases
from pmsync.documents.items.sections import Section

_FIELDS = ("owners", "due", "done", "dropped", "kind", "priority", "explicit_id", "labels")
_TOKENS = re.compile(r"\w+|\s+|[^\w\s]")
_MOST = 500
"""How many words and signs of an entry are compared with its title, if the title is not simply a part of it."""
_NOTHING = re.compile(r"[\s.,;:–—|()\[\]（）*_\"'-]*")
_UNREAD = {
    "other": "a heading of this kind announces no action items",
    "checklist": "a checklist for the author",
    "": "its heading announces no action items",
}


@dataclass(frozen=True, slots=True)
class Trace:
    """How an item was read. `words` are the entry's own words on one line, and `cut` the pieces of them that are not in the
    title. `origins` has the source of each field: the entry's own `words`, a `column`, the text `below`, a remark in the
    `sentence`, or the `group`. The item is on the lines from `line` to `end`. `finished` means that the title reports
    finished work, though nothing marks the item as done.
    """

    line: int
    end: int
    words: str
    cut: tuple[str, ...] = ()
    origins: Mapping[str, str] | None = None
    finished: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Text in a section of action items that is none, and why."""

    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A section with a list or a table that is not read for action items. Of its `entries`, `taken` are items since they
    are marked, and `tasks` of the others read as work to do.
    """

    line: int
    title: str
    why: str
    entries: int
    taken: int
    tasks: int

    @property
    def suspicious(self) -> bool:
        """Whether somebody may expect it to be read."""
        return bool(self.tasks) and 2 * self.tasks >= self.entries - self.taken


@dataclass(frozen=True, slots=True)
class Account:
    """One document, each part sorted by line; `traces` are those of its items, in their order."""

    traces: tuple[Trace, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    unread: tuple[Unread, ...] = ()


def account(source: Content, path: str, vocabulary: Vocabulary = NOTHING_TAUGHT) -> Account:
    """The account of a file's content; its lines are places in the file."""
    outline = read(source, path, vocabulary)
    entries = sorted(outline.entries, key=lambda entry: entry.line)
    traces = [trace(entry, outline.context) for entry in entries]
    walk = _Walk.of(entries, traces)
    left_out = sorted(walk.over(outline.sections), key=lambda each: each.line)
    unread = [_unread(section, walk) for section in outline.sections if _has_entries(section) and not section.reading]
    at = source.place
    return Account(
        tuple(replace(each, line=at(each.line), end=at(each.end)) for each in traces if each),
        tuple(replace(each, line=at(each.line)) for each in left_out),
        tuple(replace(each, line=at(each.line)) for each in unread),
    )


# --- an item ---------------------------------------------------------------------------------------------------


def trace(entry: ItemEntry, context: Context) -> Trace | None:
    """How an entry was read, None if it is not an item."""
    own = item.own_words(entry, context)
    if own is None:
        return None
    whole = " ".join(own.words.split())
    origins = dict(_origins(entry, own, context))
    lines = [entry.line + "".join(span.text for span in entry.spans).strip().count("\n")]
    lines += [text.line + text.raw.strip().count("\n") for text in entry.below]
    reported = "done" not in origins and finished.reads_as_finished(own.title)
    return Trace(entry.line, max(lines), whole, tuple(_cut(whole, own.title)), origins, reported)


def _origins(entry: ItemEntry, own: item.OwnWords, context: Context) -> Iterator[tuple[str, str]]:
    """For each field that has a value, the step that read it."""
    fields = own.fields
    before = _values(ItemFields())
    tickets = ""
    for name, step in (
        ("words", lambda: (own.coded.tickets, set())),
        ("column", lambda: item.from_cells(entry, fields)),
        ("below", lambda: item.from_below(entry, fields, context.people)),
        ("sentence", lambda: item.from_remark(entry, own.title, fields)),
        ("group", lambda: item.from_place(entry, fields)),
    ):
        more = step()
        tickets = tickets or (name if more and more[0] else "")
        after = _values(fields)
        yield from ((key, name) for key, value in after.items() if value != before[key])
        before = after
    if tickets:
        yield "tickets", tickets
    if entry.place.dropped and not fields.dropped:
        yield "dropped", "group"


def _values(fields: ItemFields) -> dict[str, Any]:
    return {name: getattr(fields, name) for name in _FIELDS}


def _cut(whole: str, title: str) -> Iterator[str]:
    """The pieces of the words that are not in the title, without punctuation."""
    at = whole.find(title)
    if at >= 0:
        pieces = [whole[:at], whole[at + len(title) :]]
    else:
        old, new = _TOKENS.findall(whole)[:_MOST], _TOKENS.findall(title)[:_MOST]
        codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        pieces = ["".join(old[a:b]) for tag, a, b, _, _ in codes if tag in {"delete", "replace"}]
    yield from (piece.strip(" .,;:–—|") for piece in pieces if not _NOTHING.fullmatch(piece) or "[" in piece)


# --- what is left out ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk over the sections that are read. `items` are the lines of items, in order, `parts` those of texts that belong to
    one, `placeholders` those of entries that are no items.
    """

    items: Sequence[int]
    parts: frozenset[int]
    placeholders: frozenset[int]

    @classmethod
    def of(cls, entries: Sequence[ItemEntry], traces: Sequence[Trace | None]) -> _Walk:
        items = [entry for entry, each in zip(entries, traces, strict=True) if each]
        placeholders = {entry.line for entry, each in zip(entries, traces, strict=True) if each is None}
        parts = frozenset(text.line for entry in items for text in entry.below)
        return cls(sorted({entry.line for entry in items}), parts, frozenset(placeholders))

    def within(self, first: int, last: int) -> bool:
        """Whether an item begins on one of these lines."""
        return bisect_left(self.items, first) < bisect_right(self.items, last)

    def over(self, sections: Sequence[Section]) -> Iterator[LeftOut]:
        index = 0
        while index < len(sections):
            section, index = sections[index], index + 1
            if not section.reading:
                continue
            if headings.is_item(section):
                if section.line in self.placeholders and section.heading:
                    yield _left(section.heading, "a placeholder")
                while index < len(sections) and sections[index].level > section.level:
                    index += 1
                continue
            yield from self._of(section, sections[index] if index < len(sections) else None)

    def _of(self, section: Section, following: Section | None) -> Iterator[LeftOut]:
        empty = not section.blocks and not (following and following.level > section.level)
        if section.label is not None and section.heading:
            why = _nothing(section.heading.plain) or ("a heading with nothing below it" if empty else "")
            yield from [_left(section.heading, why)] if why else []
        for block in section.blocks:
            for left in self._in(block):
                past = section.weak and left.why == _NO_ENTRY
                yield replace(left, why=_PAST) if past else left

    def _in(self, block: Block, inside: str = "") -> Iterator[LeftOut]:
        if isinstance(block, Listing):
            for bullet in block.entries:
                yield from self._bullet(bullet, inside)
        elif isinstance(block, Table):
            yield from self._table(block)
        elif isinstance(block, Paragraph):
            yield from self._paragraph(block, inside)
        elif isinstance(block, Quote):
            for child in block.children:
                yield from self._in(child, "a quotation: only entries with a box, an owner or a date count")

    def _bullet(self, bullet: Bullet, inside: str) -> Iterator[LeftOut]:
        if bullet.text is None or self._is_used(bullet.text.line):
            children = bullet.children if bullet.text is None else ()
        elif self.within(bullet.line + 1, bullet.end):
            children = bullet.children  # it names the group of what is below
        else:
            children = ()
            yield _left(bullet.text, inside or _why(bullet))
        for child in children:
            yield from self._in(child, inside)

    def _table(self, table: Table) -> Iterator[LeftOut]:
        roles = tables.columns(table)
        title = tables.title_column(table, roles)
        if title is None:
            yield LeftOut(table.line, _row(table.header), "a table without a column for the items' text")
            return
        for row in table.rows:
            text = row.cells[title] if title < len(row.cells) else None
            if (
                self.within(row.line, row.line)
                or not any(cell.raw.strip() for cell in row.cells)
                or tables.divider(row.cells)
            ):
                continue
            empty = text is None or not text.raw.strip()
            why = "a row without the item's text" if empty else _nothing(text.plain if text else "")
            yield LeftOut(row.line, _row(row.cells), why or "an example row of a template")

    def _paragraph(self, block: Paragraph, inside: str) -> Iterator[LeftOut]:
        plain = block.text.plain
        if self.within(block.line, block.end) or block.line in self.parts:
            return
        if not phrases.says_anything(plain) or _introduces(plain):
            return
        why = _nothing(plain) or ("a template's instructions" if paragraphs.italic(block.text) else "")
        yield _left(block.text, inside or why or "running text")

    def _is_used(self, line: int) -> bool:
        """Whether the text on this line is an item or belongs to one above."""
        return line in self.parts or self.within(line, line)


_NO_ENTRY = "it belongs to no item"
_PAST = "a heading like this may mean past work, and most entries below it do not read as work to do"


def _why(bullet: Bullet) -> str:
    plain = bullet.text.plain if bullet.text else ""
    if nothing := _nothing(plain):
        return nothing
    if bullet.text and paragraphs.italic(bullet.text) and not phrases.reads_as_task(plain):
        return "a template's instructions"
    if lists.is_question(bullet):
        return "a question, or what was ruled out"
    if not lists.asks(bullet):
        return "it names a group, and nothing is below it"
    return _NO_ENTRY


def _nothing(plain: str) -> str:
    if phrases.is_placeholder(plain):
        return "a placeholder"
    return "it says that there are none" if phrases.says_none(plain) else ""


def _introduces(plain: str) -> bool:
    """Whether a paragraph only introduces the next block, or names its group."""
    return plain.rstrip().endswith((":", "：")) or (place_status(plain) is not None and phrases.count(plain) <= 5)


def _left(text: Text, why: str) -> LeftOut:
    return LeftOut(text.line, " ".join(text.plain.split()), why)


def _row(cells: Iterable[Text]) -> str:
    return " | ".join(" ".join(cell.plain.split()) for cell in cells)


# --- sections that are not read --------------------------------------------------------------------------------


def _has_entries(section: Section) -> bool:
    return any(isinstance(block, Listing | Table) for block in section.blocks) and bool(section.title)


def _unread(section: Section, walk: _Walk) -> Unread:
    bullets = [b for block in section.blocks if isinstance(block, Listing) for b in block.entries]
    rows = [row.line for block in section.blocks if isinstance(block, Table) for row in block.rows]
    inside = [*((bullet.line, bullet.end) for bullet in bullets), *((line, line) for line in rows)]
    taken = sum(walk.within(*lines) for lines in inside)
    others = [bullet.text for bullet in bullets if bullet.text and not walk.within(bullet.line, bullet.end)]
    tasks = sum(phrases.reads_as_task(text.plain) for text in others)
    why = _UNREAD["checklist" if section.checklist else section.kind if section.kind in _UNREAD else ""]
    may = section.kind == "" and not section.checklist
    return Unread(section.line, section.title, why, len(inside), taken, tasks if may else 0)
