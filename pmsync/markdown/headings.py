"""Headings that are action items themselves ('### 1. Do this @owner [detect]'), told from those that group. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from pmsync.markdown import found, groups, leads, words
from pmsync.markdown.blocks import Block, Listing, Table, below
from pmsync.markdown.coded import encode
from pmsync.markdown.fields import Entry
from pmsync.markdown.outline import Section

_NUMBERED = re.compile(
    r"^\s*(?:\d{1,3}[.):]|#\d{1,3}\b|(?:AI|action|action item|item|task|step|fix|change|measure|improvement|recommendation|remediation|follow-?up)[- ]?#?\d{1,3}\b|[A-Z]{1,4}-?\d{1,3}[:.)])\s*",
    re.IGNORECASE,
)
_CODED = re.compile(r"(?:AI[- ]?\d|(?!P\d|Q\d|[VX]+\d)[A-Z]-?\d{1,2}[:.)])")
"""An id of its own ('A2.', 'R1:'), which groups do not have; `P1` is a priority."""
_LEVEL = re.compile(r"(?:level|phase|stage|tier|priority|niveau|nivel|stufe|fase)\b|P\d\b", re.IGNORECASE)
"""What groups are numbered by."""
_LIGHTS = "🟢🟡🔴"
"""In front of a heading these rank what stands below it, and say nothing of its being done."""


def is_item(section: Section) -> bool:
    """Whether the heading of a section below an action heading states a piece of work."""
    if section.heading is None or section.label is None:
        return False
    text = section.heading.plain.strip()
    plain = _NUMBERED.sub("", text.lstrip(_LIGHTS + " "))
    if words.is_placeholder(plain) or not plain:
        return False
    if (leads.box(text)[1] is not None and text[0] not in _LIGHTS) or _has_fields(section):
        return True
    if text.endswith((":", "：")) or words.heading_kind(plain) == "action":
        return False
    if _CODED.match(text):
        return True
    numbered = plain != text
    lists = _lists_work(section.blocks)
    if numbered and (not lists or (words.count(plain) > 1 and not _LEVEL.match(plain))):
        return True
    return words.reads_as_task(plain) and words.count(plain) > 2 and not lists


def _has_fields(section: Section) -> bool:
    """Whether the heading names an owner or a ticket, or has fields below it ('Owner: …')."""
    coded = encode(section.heading.spans) if section.heading else encode(())
    if any(atom.kind == "P" for atom in coded.atoms.values()):
        return True
    first = next(iter(below(tuple(section.blocks))), None)
    return first is not None and found.is_fields(first)


def _lists_work(blocks: Sequence[Block]) -> bool:
    """Whether there is a list or table below that holds more than fields."""
    for block in blocks:
        if isinstance(block, Table):
            return True
        if isinstance(block, Listing) and not all(
            entry.text and found.is_fields(entry.text) for entry in block.entries
        ):
            return True
    return False


def read(sections: Sequence[Section], index: int, lines: Sequence[str]) -> tuple[Entry, int]:
    """The entry that the heading at `index` is, and the index of the first section behind what belongs to it."""
    section = sections[index]
    after = index + 1
    while after < len(sections) and sections[after].level > section.level:
        after += 1
    last = sections[after].line - 1 if after < len(sections) else len(lines)
    parts = sections[index:after]
    texts = tuple(text for part in parts for text in below(tuple(part.blocks)))
    details = textwrap.dedent("\n".join(lines[section.end : last])).strip()
    place = groups.Place(section.root, None, groups.place_status(section.root))
    if section.outer:
        place = place.under(section.outer)
    spans = section.heading.spans if section.heading else ()
    return Entry(spans, section.line, "heading", section.root, place.group, place.done, details, texts), after
