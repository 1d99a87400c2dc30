"""Finds the entries in the sections of a document. Pure."""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from pmsync.documents.blocks import Block, Bullet, Listing, Opaque, Paragraph, Quote, Table, Text, below
from pmsync.documents.items.fields import take
from pmsync.documents.items.fields.values import ItemFields
from pmsync.documents.items.forms import paragraphs, tables
from pmsync.documents.items.forms.groups import place_of, place_status, under
from pmsync.documents.items.forms.lists import BALLOT, BOX, entry_of, is_label, label_of, listing, nested
from pmsync.documents.items.item import Context, EntryPlace, ItemEntry, item
from pmsync.documents.items.language import finished, phrases
from pmsync.documents.items.language.verbs import PAST
from pmsync.documents.items.language.vocabulary.headings import SENTENCE_OPENINGS
from pmsync.documents.items.sections import Section, heading_text

_MARKED = re.compile(
    r"^\W*(?:\d{1,2}[:.h]\d\d\S*\s+)?(?:(?:TODO|DONE|ACTION(?: ITEM)?|AI(?:[- ]?\d+)?)[*_]*\s*[:\])–—-]|to-?do:|(?:[Nn]ext )?[Aa]ction(?: item| point| needed| required| Needed| Required)?s?\s?(?:\d+)?:|\[action item\]|(?:Azione|Acci[oó]n|A[çc][ãa]o|Aktion|Maßnahme|Actie)\s?\d*[*_]*\s*:|(?:未対応|未着手)\s*[:：])"
    r"|^\s*(?:\*\*|__)(?:TODO|DONE)(?:\*\*|__)\s",
)
_MARKED_ANY_CASE = re.compile(r"^\W{0,3}\[(?:action item|action|todo|ai)\]", re.IGNORECASE)
_OPENING = re.compile(rf"{SENTENCE_OPENINGS}\b", re.IGNORECASE)
_LEGEND = re.compile(r"\W*([\w-]{1,20}?)\s*(?:[:：=–—]|\s-)\s")
_FIX = {"fix", "the fix", "fixes", "the fixes"}
"""Headings below which a single sentence reports the fix."""
_MORE = re.compile(
    r"\W*(?:potentially |possibly |maybe |perhaps )?(?:more|better|additional|fewer|less|stricter|clearer|earlier)\b(?!.*\b(?:was|were|had)\b)",
    re.IGNORECASE,
)
"""Beginnings of entries that ask for a change without a verb."""


@dataclass(slots=True)
class Harvest:
    """What the sections below one heading hold: entries, tables' unknown columns, and the lines of prose and of rows without
    a text. They are `blank` without a list, a table or a paragraph.
    """

    entries: list[ItemEntry] = field(default_factory=list)
    unknown: list[tables.Unknown] = field(default_factory=list)
    prose: list[int] = field(default_factory=list)
    untitled: list[int] = field(default_factory=list)
    blank: bool = True

    def add(self, other: Harvest) -> None:
        """Adds another section's."""
        self.entries += other.entries
        self.unknown += other.unknown
        self.prose += other.prose
        self.untitled += other.untitled
        self.blank = self.blank and other.blank


# --- a section that is read ------------------------------------------------------------------------------------


def read_section(section: Section, lines: Sequence[str]) -> Harvest:
    """All entries of an action section."""
    place = group = place_of(section)
    harvest = Harvest(blank=not any(isinstance(block, Paragraph | Listing | Table) for block in section.blocks))
    led, tabled = False, any(isinstance(b, Table) and tables.names_actions(b) for b in section.blocks)
    for block, following in zip_longest(section.blocks, section.blocks[1:]):
        if isinstance(block, Paragraph):
            label = _lead_in(block, following)
            group = under(place, label) if label else place
            led = label is None and _paragraph(block, following, group, harvest, tabled=tabled)
        elif led and not _boxes(block):
            _detail(block, lines, harvest)
        elif not (tabled and isinstance(block, Listing) and _legend(block)):
            _other(block, group, lines, harvest)
    if section.weak:
        harvest.entries = _tasks_only(harvest.entries)
    return harvest


def _boxes(block: Block) -> bool:
    return isinstance(block, Listing) and any(e.text is not None and BALLOT.match(e.text.raw) for e in block.entries)


def _detail(block: Block, lines: Sequence[str], harvest: Harvest) -> None:
    """Adds a block to the item that the paragraph above it is."""
    last = harvest.entries[-1]
    more = "\n".join(lines[block.line - 1 : block.end])
    details = "\n\n".join(filter(None, (last.details, textwrap.dedent(more).strip())))
    harvest.entries[-1] = replace(last, details=details, below=(*last.below, *below((block,))))


def _lead_in(block: Paragraph, following: Block | None) -> str | None:
    """The group that a paragraph names for the list below it, '' if it only introduces the list; None without a list."""
    if not isinstance(following, Listing | Table):
        return None
    plain = " ".join(block.text.plain.split())
    if not plain.endswith((":", "：")):
        return paragraphs.label(block.text)
    if place_status(plain) is not None and not re.search(r"[.!?。]\s+\S", plain):
        return plain
    return plain if phrases.is_label(plain) and not _OPENING.match(plain) else ""


def _legend(block: Listing) -> bool:
    """Whether a list beside the table of actions is its legend: each entry explains a priority or a kind."""
    firsts = (_LEGEND.match(bullet.text.plain) if bullet.text else None for bullet in block.entries)
    return all(match is not None and take.classified(match[1], ItemFields()) for match in firsts)


def _leads_on(text: Text) -> bool:
    """Whether the last of several sentences introduces the next block."""
    return text.raw.rstrip().endswith((":", "：")) and re.search(r"[.!?]\s", text.raw) is not None


def _paragraph(block: Paragraph, following: Block | None, place: EntryPlace, harvest: Harvest, *, tabled: bool) -> bool:
    """Adds what the paragraph says. Returns whether it is an item that the list or code below it belongs to."""
    paragraph = paragraphs.read(block.text, place.section)
    introduces = isinstance(following, Listing) or (isinstance(following, Opaque) and _leads_on(block.text))
    if (introduces or tabled) and paragraph.entries and not paragraph.led:
        return False  # a sentence before a list or code introduces it, as does one beside the table of actions
    if paragraph.fields and harvest.entries:
        last = harvest.entries[-1]
        harvest.entries[-1] = replace(last, below=(*last.below, block.text))
    elif paragraph.entries:
        harvest.entries += [
            replace(entry, place=replace(place, done=place.done if entry.place.done is None else entry.place.done))
            for entry in paragraph.entries
        ]
    elif paragraph.prose:
        harvest.prose.append(block.line)
    return paragraph.led


def _other(block: Block, place: EntryPlace, lines: Sequence[str], harvest: Harvest) -> None:
    if isinstance(block, Listing):
        harvest.entries += listing(block, place, lines)
    elif isinstance(block, Table):
        rows = tables.entries(block, place)
        harvest.entries += rows or []
        harvest.untitled += tables.untitled(block) if rows is not None else []
        unknown = tables.unknown(block, read=rows is not None)
        harvest.unknown += [unknown] if unknown else []
    elif isinstance(block, Quote):
        harvest.entries += _quoted(block, place, lines)


def _quoted(block: Quote, place: EntryPlace, lines: Sequence[str]) -> list[ItemEntry]:
    """The entries of a quotation in an action section: those with a box, an owner or a day. The rest is conversation."""
    out = [entry for entry in scan_blocks(block.children, place, lines) if entry.form == "task"]
    taken = {entry.line for entry in out}
    for child in block.children:
        if isinstance(child, Listing):
            out += [entry for entry in listing(child, place, lines) if entry.line not in taken and _assigned(entry)]
    return out


def _assigned(entry: ItemEntry) -> bool:
    one, _ = item(entry, Context(""))
    return one is not None and bool(one.owners or one.due)


# --- a section that is not read --------------------------------------------------------------------------------


def scan_section(section: Section, lines: Sequence[str]) -> list[ItemEntry]:
    """The entries of any other section: marked tasks, and tables and lists that announce actions."""
    if section.checklist:
        return []
    return scan_blocks(section.blocks, EntryPlace(section.title), lines, chronicle=section.kind == "other")


def leaves_some(section: Section, entries: Sequence[ItemEntry]) -> bool:
    """Whether a list below an unknown heading has entries with a box, which are read, and others, which are not."""
    if section.kind or section.checklist or not section.title or not any(entry.form == "task" for entry in entries):
        return False
    lines = sorted(entry.line for entry in entries)

    def is_read(bullet: Bullet) -> bool:
        return bisect_left(lines, bullet.line) < bisect_right(lines, bullet.end)

    lists = ([is_read(bullet) for bullet in block.entries] for block in section.blocks if isinstance(block, Listing))
    return any(any(read) and not all(read) for read in lists)


def scan_blocks(
    blocks: Sequence[Block], place: EntryPlace, lines: Sequence[str], *, chronicle: bool = False
) -> list[ItemEntry]:
    """The marked entries in some blocks. In a `chronicle` (timeline, impact, …) a table is read only if its header is clear."""
    out: list[ItemEntry] = []
    previous: Block | None = None
    for block in blocks:
        if isinstance(block, Listing):
            announced = isinstance(previous, Paragraph) and phrases.announces(previous.text.raw.rsplit("\n", 1)[-1])
            out += listing(block, place, lines) if announced else _scan_list(block, place, lines)
        elif isinstance(block, Table) and tables.names_actions(block) and not (chronicle and _chronicle(block)):
            out += tables.entries(block, EntryPlace(place.section)) or []
        elif isinstance(block, Paragraph) and _marked(block.text):
            out.append(ItemEntry(block.text.spans, block.line, "paragraph", EntryPlace(place.section)))
        elif isinstance(block, Quote):
            out += scan_blocks(block.children, place, lines, chronicle=chronicle)
        previous = block
    return out


def _chronicle(table: Table) -> bool:
    return not {"owner", "status", "ticket", "due"} & set(tables.columns(table))


def _scan_list(block: Listing, place: EntryPlace, lines: Sequence[str]) -> list[ItemEntry]:
    out: list[ItemEntry] = []
    box = BOX if any(e.text and BALLOT.match(e.text.raw) for e in block.entries) else BALLOT
    for bullet in block.entries:
        inner = [child for child in bullet.children if isinstance(child, Listing)]
        raw = bullet.text.raw if bullet.text else ""
        if bullet.text and (box.match(raw) or _marked(bullet.text)) and not is_label(bullet):
            out.append(entry_of(bullet, place, lines))
        elif bullet.text and inner and _announcing(bullet.text):
            out += nested(bullet, EntryPlace(heading_text(bullet.text)), lines)
        else:
            group = under(place, label_of(bullet.text)) if bullet.text and is_label(bullet) else place
            for child in inner:
                out += _scan_list(child, group, lines)
    return out


def _announcing(text: Text) -> bool:
    if len(text.raw) > 150:
        return False
    plain = heading_text(text)
    return (phrases.count(plain) <= 7 and phrases.heading_kind(plain) == "action") or phrases.announces(text.plain)


def _marked(text: Text) -> bool:
    """Whether a text begins with a mark such as TODO, DONE, ACTION or AI, and goes on."""
    raw = text.raw[:200]
    match = _MARKED.match(raw) or _MARKED_ANY_CASE.match(raw)
    return match is not None and phrases.count(raw[match.end() :]) > 1


def _tasks_only(entries: list[ItemEntry]) -> list[ItemEntry]:
    """The entries below a heading that may mean past work, if most of them read as work to do."""
    lone = len(entries) == 1 and entries[0].form == "paragraph" and phrases.bare(entries[0].place.section) in _FIX
    return entries if not lone and 2 * sum(map(_is_task, entries)) > len(entries) else []


def _is_task(entry: ItemEntry) -> bool:
    plain = "".join(span.text for span in entry.spans)
    if entry.form == "task":
        return True
    if phrases.first_word(plain) in PAST or finished.says_done(plain) is not None:
        return False
    return entry.form == "table" or phrases.reads_as_task(plain) or _MORE.match(plain) is not None
