"""Finds the entries in the sections of a document. Pure."""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from pmsync.documents.blocks import Block, Bullet, Listing, Opaque, Paragraph, Quote, Table, Text, below
from pmsync.documents.items.fields import keyed, owners, take
from pmsync.documents.items.fields.atoms import encode
from pmsync.documents.items.fields.values import Fields
from pmsync.documents.items.forms import paragraphs, tables
from pmsync.documents.items.forms.groups import place_of, place_status, under
from pmsync.documents.items.item import Context, Entry, Place, item
from pmsync.documents.items.language import finished, phrases
from pmsync.documents.items.language.verbs import PAST
from pmsync.documents.items.language.vocabulary.headings import SENTENCE_OPENINGS
from pmsync.documents.items.language.vocabulary.statuses import BOX_MARKS
from pmsync.documents.items.sections import Section, heading_text

_BRACKETS = rf"\\?\[(?:[{BOX_MARKS}]|\u00a0)?\\?\](?!\()"
_BOX_RAW = re.compile(rf"\s*(?:{_BRACKETS}|[☐☑✅⬜])\s*(?=\S)")
_BALLOT_RAW = re.compile(rf"\s*(?:{_BRACKETS}|[☐☑⬜])\s*(?=\S)")
"""An unmistakable box: outside of action sections, ✅ in a list usually marks what works."""
_MARKED = re.compile(
    r"^\W*(?:\d{1,2}[:.h]\d\d\S*\s+)?(?:(?:TODO|DONE|ACTION(?: ITEM)?|AI(?:[- ]?\d+)?)[*_]*\s*[:\])–—-]|to-?do:|(?:[Nn]ext )?[Aa]ction(?: item| point| needed| required| Needed| Required)?s?\s?(?:\d+)?:|\[action item\]|(?:Azione|Acci[oó]n|A[çc][ãa]o|Aktion|Maßnahme|Actie)\s?\d*[*_]*\s*:|(?:未対応|未着手)\s*[:：])"
    r"|^\s*(?:\*\*|__)(?:TODO|DONE)(?:\*\*|__)\s",
)
_MARKED_ANY_CASE = re.compile(r"^\W{0,3}\[(?:action item|action|todo|ai)\]", re.IGNORECASE)
_OPENING = re.compile(rf"{SENTENCE_OPENINGS}\b", re.IGNORECASE)
_LEGEND = re.compile(r"\W*([\w-]{1,20}?)\s*(?:[:：=–—]|\s-)\s")
_ABOUT = re.compile(
    r"\W*(?:description|details?|why|rationale|reasons?|goals?|scope|benefits?|context|background|notes?|outcome|expected \w+|"
    r"acceptance criteria|definition of done|beschreibung|begründung|motif|descripción|descrição|説明|说明)\s*[:：]",
    re.IGNORECASE,
)
"""A list entry that explains the entry above it, which is then more than a label."""
_RULED_OUT = re.compile(
    r"\W*(?:\[n/?a\]|(?:options?|alternatives?|ideas?) (?:ruled out|rejected|discarded|considered)\b)", re.IGNORECASE
)
_FIX = {"fix", "the fix", "fixes", "the fixes"}
"""Headings below which a single sentence reports the fix."""
_MORE = re.compile(
    r"\W*(?:potentially |possibly |maybe |perhaps )?(?:more|better|additional|fewer|less|stricter|clearer|earlier)\b(?!.*\b(?:was|were|had)\b)",
    re.IGNORECASE,
)
"""Beginnings of entries that ask for a change without a verb."""
_QUESTION = re.compile(
    r"^\W*(?:why|who|when|where|what|which|how|is|are|was|were|did|does|do we|has|have we|had)\b.*[?？]\W*$",
    re.IGNORECASE | re.DOTALL,
)
_INVERTED = re.compile(
    r"^\W*(?:(?:is|are|was|were|does|did|should we|could we|can we|do we)\b|if (?:we|they|someone|it) had\b)(?!.*\b(?:should|will|must|need to)\b)",
    re.IGNORECASE | re.DOTALL,
)
"""A question without a question mark, or what might have been: neither asks for work."""


@dataclass(slots=True)
class Harvest:
    """What a section gave: entries, columns of tables that nobody understands, and the lines where prose stands, and where
    rows of tables have everything but their text.
    """

    entries: list[Entry]
    unknown: list[tables.Unknown]
    prose: list[int]
    untitled: list[int] = field(default_factory=list)
    said: bool = False


# --- a section that is read ------------------------------------------------------------------------------------


def read(section: Section, lines: Sequence[str]) -> Harvest:
    """All entries of an action section."""
    place = group = place_of(section)
    harvest = Harvest([], [], [])
    led, tabled = False, any(isinstance(b, Table) and tables.names_actions(b) for b in section.blocks)
    for block, following in zip_longest(section.blocks, section.blocks[1:]):
        if isinstance(block, Paragraph):
            label = _lead_in(block, following)
            group = under(place, label) if label else place
            led = label is None and _paragraph(block, following, group, harvest, tabled=tabled)
        elif led and not _boxes(block):
            _detail(block, lines, harvest)
        elif tabled and isinstance(block, Listing) and _legend(block):
            harvest.said = True
        else:
            _other(block, group, lines, harvest)
    return harvest


def _boxes(block: Block) -> bool:
    return isinstance(block, Listing) and any(
        e.text is not None and _BALLOT_RAW.match(e.text.raw) for e in block.entries
    )


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
    if re.search(r"[.!?。]\s+\S", plain) or "\n" in block.text.raw.strip():
        return ""
    if place_status(plain) is not None:
        return plain
    if phrases.is_label(plain):
        return "" if _OPENING.match(plain) else plain
    return "" if phrases.count(plain) > 2 else plain


def _legend(block: Listing) -> bool:
    """Whether a list beside the table of actions is its legend: each entry explains a priority or a kind."""
    firsts = (_LEGEND.match(bullet.text.plain) if bullet.text else None for bullet in block.entries)
    return all(match is not None and take.classified(match[1], Fields()) for match in firsts)


def _leads_on(text: Text) -> bool:
    """Whether the last of several sentences introduces the next block."""
    return text.raw.rstrip().endswith((":", "：")) and re.search(r"[.!?]\s", text.raw) is not None


def _paragraph(block: Paragraph, following: Block | None, place: Place, harvest: Harvest, *, tabled: bool) -> bool:
    """Adds what the paragraph says. Returns whether it is an item that the list or code below it belongs to."""
    said = paragraphs.read(block.text, place.section)
    harvest.said = True
    introduces = isinstance(following, Listing) or (isinstance(following, Opaque) and _leads_on(block.text))
    if (introduces or tabled) and said.entries and not said.led:
        return False  # a sentence before a list or code introduces it, as does one beside the table of actions
    if said.fields and harvest.entries:
        last = harvest.entries[-1]
        harvest.entries[-1] = replace(last, below=(*last.below, block.text))
    elif said.entries:
        harvest.entries += [
            replace(entry, place=replace(place, done=place.done if entry.place.done is None else entry.place.done))
            for entry in said.entries
        ]
    elif said.prose:
        harvest.prose.append(block.line)
    return said.led


def _other(block: Block, place: Place, lines: Sequence[str], harvest: Harvest) -> None:
    if isinstance(block, Listing):
        harvest.entries += listing(block, place, lines)
        harvest.said = True
    elif isinstance(block, Table):
        rows = tables.entries(block, place)
        harvest.said = True
        harvest.entries += rows or []
        harvest.untitled += tables.untitled(block) if rows is not None else []
        unknown = tables.unknown(block, read=rows is not None)
        harvest.unknown += [unknown] if unknown else []
    elif isinstance(block, Quote):
        harvest.entries += _quoted(block, place, lines)
    elif isinstance(block, Opaque):
        return


def _quoted(block: Quote, place: Place, lines: Sequence[str]) -> list[Entry]:
    """The entries of a quotation in an action section: those with a box, an owner or a day. The rest is conversation."""
    out = [entry for entry in scan_blocks(block.children, place, lines) if entry.form == "task"]
    taken = {entry.line for entry in out}
    for child in block.children:
        if isinstance(child, Listing):
            out += [entry for entry in listing(child, place, lines) if entry.line not in taken and _assigned(entry)]
    return out


def _assigned(entry: Entry) -> bool:
    one, _ = item(entry, Context(""))
    return one is not None and bool(one.owners or one.due)


def listing(block: Listing, place: Place, lines: Sequence[str]) -> list[Entry]:
    """A list's entries: labels give the group of what stands below them (of a numbered list's entries all or none are
    labels), fields belong to the entry before.
    """
    out: list[Entry] = []
    labels = [_labels(bullet) for bullet in block.entries]
    grouping = not block.ordered or all(labels)
    for bullet, label in zip(block.entries, labels, strict=True):
        if bullet.text is None:
            out += _nested(bullet, place, lines)
        elif grouping and label:
            out += _nested(bullet, under(place, _label(bullet.text)), lines)
        elif out and keyed.is_fields(bullet.text, plainly=True):
            out[-1] = replace(out[-1], below=(*out[-1].below, bullet.text))
        elif asks(bullet):
            out.append(_entry(bullet, place, lines))
    return out


def _nested(bullet: Bullet, place: Place, lines: Sequence[str]) -> list[Entry]:
    out: list[Entry] = []
    for child in bullet.children:
        if isinstance(child, Listing):
            out += listing(child, place, lines)
        elif isinstance(child, Table):
            out += tables.entries(child, place) or []
    return out


def _label(text: Text) -> str:
    plain, _ = take.box(" ".join(text.plain.split()))
    return plain.strip().rstrip(":：").strip()


def _labels(bullet: Bullet) -> bool:
    """Whether an entry only names the group of the entries below it."""
    if bullet.text is None or not bullet.children:
        return False
    nested = [entry for child in bullet.children if isinstance(child, Listing) for entry in child.entries]
    if not (nested or any(isinstance(child, Table) for child in bullet.children)):
        return False
    plain, ticked = take.box(
        heading_text(bullet.text) + (":" if bullet.text.plain.rstrip().endswith((":", "：")) else "")
    )
    coded = encode(bullet.text.spans)
    if coded.tickets or any(atom.kind == "P" for atom in coded.atoms.values()):
        return owners.only_accounts(coded)
    if nested and all(e.text is not None and (keyed.is_fields(e.text) or _ABOUT.match(e.text.plain)) for e in nested):
        return False
    boxed = all(e.text is not None and _BOX_RAW.match(e.text.raw) for e in nested)
    if ticked is not None and not boxed and _BALLOT_RAW.match(bullet.text.raw):
        return False
    bold = all(span.bold for span in bullet.text.spans if span.text.strip(" :\n："))
    return phrases.is_label(plain) or (bold and phrases.is_label(plain + ":"))


def asks(bullet: Bullet) -> bool:
    """Whether an entry can be work: not a question, not a template's instructions, not a label with nothing below it."""
    plain = bullet.text.plain.strip() if bullet.text else ""
    if is_question(bullet) or (bullet.text and paragraphs.italic(bullet.text) and not phrases.reads_as_task(plain)):
        return False
    return not (plain.endswith((":", "：")) and phrases.is_label(plain) and not bullet.children)


def is_question(bullet: Bullet) -> bool:
    """Whether an entry is only a question, or an option that was ruled out."""
    plain = bullet.text.plain.strip() if bullet.text else ""
    if _RULED_OUT.match(plain):
        return True
    return bool(_QUESTION.match(plain) or _INVERTED.match(plain)) and not _is_assigned(bullet)


def _is_assigned(bullet: Bullet) -> bool:
    """Whether an entry has a box, an owner, a due date or a ticket."""
    if bullet.text is None or _BALLOT_RAW.match(bullet.text.raw):
        return bullet.text is not None
    one, _ = item(Entry(bullet.text.spans, bullet.line, "bullet"), Context(""))
    return one is not None and bool(one.tickets or one.owners or one.due)


def _entry(bullet: Bullet, place: Place, lines: Sequence[str]) -> Entry:
    text = bullet.text or Text.of((), bullet.line)
    form = "task" if _BOX_RAW.match(text.raw) else "bullet"
    texts = tuple(below(bullet.children))
    return Entry(text.spans, text.line, form, place, _details(bullet, texts, lines), texts)


def _details(bullet: Bullet, texts: Iterable[Text], lines: Sequence[str]) -> str:
    if bullet.end > bullet.text_end:
        return textwrap.dedent("\n".join(lines[bullet.text_end : bullet.end])).strip()
    return "\n".join(f"- {' '.join(text.plain.split())}" for text in texts)


# --- a section that is not read --------------------------------------------------------------------------------


def scan(section: Section, lines: Sequence[str]) -> list[Entry]:
    """The entries of any other section: marked tasks, and tables and lists that announce actions."""
    if section.checklist:
        return []
    return scan_blocks(section.blocks, Place(section.title), lines, chronicle=section.kind == "other")


def leaves_some(section: Section, taken: Sequence[Entry]) -> bool:
    """Whether a list below an unknown heading has entries with a box, which are read, and others, which are not."""
    if section.kind or section.checklist or not section.title or not any(entry.form == "task" for entry in taken):
        return False
    lines = sorted(entry.line for entry in taken)

    def is_read(bullet: Bullet) -> bool:
        return bisect_left(lines, bullet.line) < bisect_right(lines, bullet.end)

    lists = ([is_read(bullet) for bullet in block.entries] for block in section.blocks if isinstance(block, Listing))
    return any(any(read) and not all(read) for read in lists)


def scan_blocks(blocks: Sequence[Block], place: Place, lines: Sequence[str], *, chronicle: bool = False) -> list[Entry]:
    """The marked entries in some blocks. In a `chronicle` (timeline, impact, …) a table is read only if its header is clear."""
    out: list[Entry] = []
    previous: Block | None = None
    for block in blocks:
        if isinstance(block, Listing):
            announced = isinstance(previous, Paragraph) and phrases.announces(previous.text.raw.rsplit("\n", 1)[-1])
            out += listing(block, place, lines) if announced else _scan_list(block, place, lines)
        elif isinstance(block, Table) and tables.names_actions(block) and not (chronicle and _chronicle(block)):
            out += tables.entries(block, Place(place.section)) or []
        elif isinstance(block, Paragraph) and _marked(block.text):
            out.append(Entry(block.text.spans, block.line, "paragraph", Place(place.section)))
        elif isinstance(block, Quote):
            out += scan_blocks(block.children, place, lines, chronicle=chronicle)
        previous = block
    return out


def _chronicle(table: Table) -> bool:
    return not {"owner", "status", "ticket", "due"} & set(tables.columns(table))


def _scan_list(block: Listing, place: Place, lines: Sequence[str]) -> list[Entry]:
    out: list[Entry] = []
    box = _BOX_RAW if any(e.text and _BALLOT_RAW.match(e.text.raw) for e in block.entries) else _BALLOT_RAW
    for bullet in block.entries:
        nested = [child for child in bullet.children if isinstance(child, Listing)]
        raw = bullet.text.raw if bullet.text else ""
        if bullet.text and (box.match(raw) or _marked(bullet.text)) and not _labels(bullet):
            out.append(_entry(bullet, place, lines))
        elif bullet.text and nested and _announcing(bullet.text):
            out += _nested(bullet, Place(heading_text(bullet.text)), lines)
        else:
            group = under(place, _label(bullet.text)) if bullet.text and _labels(bullet) else place
            for child in nested:
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


def kept(entries: list[Entry], weak: bool) -> list[Entry]:
    """The entries of a section. Under a `weak` heading, which may mean past work, they must read as work to do."""
    if not weak:
        return entries
    tasks = [entry for entry in entries if _future(entry)]
    lone = len(entries) == 1 and entries[0].form == "paragraph" and phrases.bare(entries[0].place.section) in _FIX
    return entries if not lone and 2 * len(tasks) > len(entries) else []


def _future(entry: Entry) -> bool:
    plain = "".join(span.text for span in entry.spans)
    if entry.form == "task":
        return True
    told = phrases.first_word(plain) in PAST or finished.says_done(plain) is not None
    return not told and (entry.form == "table" or phrases.reads_as_task(plain) or _MORE.match(plain) is not None)
