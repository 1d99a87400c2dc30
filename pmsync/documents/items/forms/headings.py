"""Headings that are action items ('### 1. Do this @owner [detect]'), unlike headings that name a group. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import replace

from pmsync.documents.blocks import Block, Listing, Table, Text, below
from pmsync.documents.items.fields import keyed, owners, take
from pmsync.documents.items.fields.atoms import Coded, encode
from pmsync.documents.items.forms import groups
from pmsync.documents.items.item import Context, ItemEntry, item
from pmsync.documents.items.language import phrases
from pmsync.documents.items.language.verbs import NOUNS_TOO
from pmsync.documents.items.sections import Section

_NUMBERED = re.compile(
    r"^\s*(?:\d{1,3}[.):]|#\d{1,3}\b|(?:AI|action|action item|item|task|step|fix|change|measure|improvement|recommendation|remediation|follow-?up)[- ]?#?\d{1,3}\b|[A-Z]{1,4}-?\d{1,3}[:.)])\s*",
    re.IGNORECASE,
)
_CODED = re.compile(r"(?:AI|AP|A|R|CA|PA|FU)[- ]?\d{1,2}[:.)]")
"""An id of an action, recommendation or follow-up ('A2.', 'R1:')."""
_PARTICIPLE = re.compile(r"[A-Z]\w+ed\b")
_LIGHTS = "🟢🟡🔴"
"""Before a heading these rank the entries below it; they are not a status."""


def is_item(section: Section) -> bool:
    """Whether a heading below an action heading is an item."""
    if section.heading is None or section.label is None:
        return False
    text = section.heading.plain.strip()
    plain = _NUMBERED.sub("", text.lstrip(_LIGHTS + " "))
    coded = encode(section.heading.spans)
    if phrases.is_placeholder(plain) or not plain or owners.only_accounts(coded):
        return False
    lists = _lists_work(section.blocks)
    rest, ticked = take.box(text)
    if ticked is not None and text[0] not in _LIGHTS:
        return not (lists and phrases.is_label(rest))
    if _has_fields(section, coded):
        return True
    if text.endswith((":", "：")) or phrases.heading_kind(plain) == "action":
        return False
    if not lists:
        return plain != text or _asks(plain) or _is_assigned(section)
    led = plain != text and (phrases.reads_as_task(plain) or _PARTICIPLE.match(plain))
    return _CODED.match(text) is not None or (
        bool(led) and phrases.count(plain) > 1 and not _lists_items(section.blocks)
    )


def _asks(plain: str) -> bool:
    """Whether a heading reads as a task. Two words must be unmistakable: 'Rotate keys', not 'Test coverage'."""
    if not phrases.reads_as_task(plain) or phrases.count(plain) < 2:
        return False
    verb, _, rest = plain.partition(" ")
    return phrases.count(plain) > 2 or verb.lower() not in NOUNS_TOO or rest[:1].isupper()


def _is_assigned(section: Section) -> bool:
    """Whether a heading states an owner, a ticket, a priority or a status."""
    spans = section.heading.spans if section.heading else ()
    one, _ = item(ItemEntry(spans, section.line, "heading"), Context(""))
    fields = one and (one.owners or one.tickets or one.priority or one.done is not None)
    return bool(fields) and one is not None and phrases.count(one.title) > 1


def _has_fields(section: Section, coded: Coded) -> bool:
    """Whether the heading names an owner, or has fields below it ('Owner: …')."""
    if any(atom.kind == "P" for atom in coded.atoms.values()):
        return True
    first = next(iter(below(tuple(section.blocks))), None)
    return first is not None and keyed.is_fields(first)


def _lists_items(blocks: Sequence[Block]) -> bool:
    """Whether an entry of a list has a box, a ticket or an account, so that the entries are the items."""
    texts = [entry.text for block in blocks if isinstance(block, Listing) for entry in block.entries if entry.text]
    return any(take.box(text.plain)[1] is False or _names(text) for text in texts)


def _names(text: Text) -> bool:
    coded = encode(text.spans)
    return bool(coded.tickets) or any(atom.kind == "P" for atom in coded.atoms.values())


def _lists_work(blocks: Sequence[Block]) -> bool:
    """Whether there is a table, or a list of more than fields."""
    for block in blocks:
        if isinstance(block, Table):
            return True
        if isinstance(block, Listing) and not all(
            entry.text and keyed.is_fields(entry.text) for entry in block.entries
        ):
            return True
    return False


def read(sections: Sequence[Section], index: int, lines: Sequence[str]) -> tuple[ItemEntry, int]:
    """The heading at `index` as an entry, and the index of the first section after its text."""
    section = sections[index]
    after = index + 1
    while after < len(sections) and sections[after].level > section.level:
        after += 1
    last = sections[after].line - 1 if after < len(sections) else len(lines)
    parts = sections[index:after]
    texts = tuple(text for part in parts for text in below(tuple(part.blocks)))
    details = textwrap.dedent("\n".join(lines[section.end : last])).strip()
    place = groups.place_of(replace(section, label=section.outer))
    spans = section.heading.spans if section.heading else ()
    return ItemEntry(spans, section.line, "heading", place, details, texts), after
