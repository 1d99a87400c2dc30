"""Lists: which entries are items, which name the group of those below them, and which ask for nothing. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pmsync.documents.blocks import Bullet, Listing, Table, Text, below
from pmsync.documents.items.fields import keyed, owners, take
from pmsync.documents.items.fields.atoms import encode
from pmsync.documents.items.forms import paragraphs, tables
from pmsync.documents.items.forms.groups import under
from pmsync.documents.items.item import Context, EntryPlace, ItemEntry, item
from pmsync.documents.items.language import phrases
from pmsync.documents.items.language.vocabulary.statuses import BOX_MARKS
from pmsync.documents.items.sections import heading_text

_BRACKETS = rf"\\?\[(?:[{BOX_MARKS}]|\u00a0)?\\?\](?!\()"
BOX = re.compile(rf"\s*(?:{_BRACKETS}|[☐☑✅⬜])\s*(?=\S)")
BALLOT = re.compile(rf"\s*(?:{_BRACKETS}|[☐☑⬜])\s*(?=\S)")
"""An unmistakable box: outside of action sections, ✅ in a list usually marks what works."""
_ABOUT = re.compile(
    r"\W*(?:description|details?|why|rationale|reasons?|goals?|scope|benefits?|context|background|notes?|outcome|expected \w+|"
    r"acceptance criteria|definition of done|beschreibung|begründung|motif|descripción|descrição|説明|说明)\s*[:：]",
    re.IGNORECASE,
)
"""A list entry that explains the entry above it, which is then more than a label."""
_RULED_OUT = re.compile(
    r"\W*(?:\[n/?a\]|(?:options?|alternatives?|ideas?) (?:ruled out|rejected|discarded|considered)\b)", re.IGNORECASE
)
_QUESTION = re.compile(
    r"^\W*(?:why|who|when|where|what|which|how|is|are|was|were|did|does|do we|has|have we|had)\b.*[?？]\W*$",
    re.IGNORECASE | re.DOTALL,
)
_INVERTED = re.compile(
    r"^\W*(?:(?:is|are|was|were|does|did|should we|could we|can we|do we)\b|if (?:we|they|someone|it) had\b)(?!.*\b(?:should|will|must|need to)\b)",
    re.IGNORECASE | re.DOTALL,
)
"""A question without a question mark, or what might have been: neither asks for work."""


def listing(block: Listing, place: EntryPlace, lines: Sequence[str]) -> list[ItemEntry]:
    """A list's entries. Labels name the group of the entries below them (in a numbered list all entries are labels, or
    none), and fields belong to the entry before.
    """
    out: list[ItemEntry] = []
    labels = [is_label(bullet) for bullet in block.entries]
    grouping = not block.ordered or all(labels)
    for bullet, label in zip(block.entries, labels, strict=True):
        if bullet.text is None:
            out += nested(bullet, place, lines)
        elif grouping and label:
            out += nested(bullet, under(place, label_of(bullet.text)), lines)
        elif out and keyed.is_fields(bullet.text, plainly=True):
            out[-1] = replace(out[-1], below=(*out[-1].below, bullet.text))
        elif asks(bullet):
            out.append(entry_of(bullet, place, lines))
    return out


def nested(bullet: Bullet, place: EntryPlace, lines: Sequence[str]) -> list[ItemEntry]:
    out: list[ItemEntry] = []
    for child in bullet.children:
        if isinstance(child, Listing):
            out += listing(child, place, lines)
        elif isinstance(child, Table):
            out += tables.entries(child, place) or []
    return out


def label_of(text: Text) -> str:
    plain, _ = take.box(" ".join(text.plain.split()))
    return plain.strip().rstrip(":：").strip()


def is_label(bullet: Bullet) -> bool:
    """Whether an entry only names the group of the entries below it."""
    if bullet.text is None or not bullet.children:
        return False
    inner = [entry for child in bullet.children if isinstance(child, Listing) for entry in child.entries]
    if not (inner or any(isinstance(child, Table) for child in bullet.children)):
        return False
    plain, ticked = take.box(
        heading_text(bullet.text) + (":" if bullet.text.plain.rstrip().endswith((":", "：")) else "")
    )
    coded = encode(bullet.text.spans)
    if coded.tickets or any(atom.kind == "P" for atom in coded.atoms.values()):
        return owners.only_accounts(coded)
    if inner and all(e.text is not None and (keyed.is_fields(e.text) or _ABOUT.match(e.text.plain)) for e in inner):
        return False
    boxed = all(e.text is not None and BOX.match(e.text.raw) for e in inner)
    if ticked is not None and not boxed and BALLOT.match(bullet.text.raw):
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
    if bullet.text is None or BALLOT.match(bullet.text.raw):
        return bullet.text is not None
    one, _ = item(ItemEntry(bullet.text.spans, bullet.line, "bullet"), Context(""))
    return one is not None and bool(one.tickets or one.owners or one.due)


def entry_of(bullet: Bullet, place: EntryPlace, lines: Sequence[str]) -> ItemEntry:
    text = bullet.text or Text.of((), bullet.line)
    form = "task" if BOX.match(text.raw) else "bullet"
    texts = tuple(below(bullet.children))
    return ItemEntry(text.spans, text.line, form, place, _details(bullet, texts, lines), texts)


def _details(bullet: Bullet, texts: Iterable[Text], lines: Sequence[str]) -> str:
    if bullet.end > bullet.text_end:
        return textwrap.dedent("\n".join(lines[bullet.text_end : bullet.end])).strip()
    return "\n".join(f"- {' '.join(text.plain.split())}" for text in texts)
