"""The group of an entry, and what it says of the entry's status and owner. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from pmsync.documents.blocks import Span
from pmsync.documents.items.fields import keyed
from pmsync.documents.items.fields.atoms import encode
from pmsync.documents.items.fields.values import ItemFields
from pmsync.documents.items.item import EntryPlace
from pmsync.documents.items.language import phrases
from pmsync.documents.items.language.vocabulary.finished import (
    ANNOUNCING_WORDS,
    COMPLETED_LABELS,
    LATER_LABELS,
    PENDING_LABELS,
)
from pmsync.documents.items.language.vocabulary.statuses import NOT_NAMES
from pmsync.documents.items.sections import Section

_INITIALS = re.compile(r"([A-Z](?:[A-Za-z]?[A-Z]|[A-Z]{1,2}))(?=$|\s*[(/–—]|\s-)")
"""Initials of a person as a group's name: `**AL**`, `AL (/BB supporting)`."""
_COMPLETED = re.compile(COMPLETED_LABELS)
_LATER = re.compile(LATER_LABELS)
_REMARK = re.compile(r"[(（]([^()（）]+)[)）]$")
_PENDING = re.compile(PENDING_LABELS)


def under(place: EntryPlace, label: str) -> EntryPlace:
    """The place below a label. A label that only repeats 'action items' is not a group."""
    plain = label.strip().rstrip(":：").strip()
    status = place_status(plain)
    group = place.group if phrases.heading_kind(plain) == "action" and _repeats(place, plain) else plain
    return EntryPlace(
        place.section,
        group or None,
        place.done if status is None else status,
        _owners(plain) or place.owners,
        phrases.is_dropped(plain) or place.dropped,
    )


def _repeats(place: EntryPlace, label: str) -> bool:
    return set(phrases.bare(label).split()) <= ANNOUNCING_WORDS | set(phrases.bare(place.section).split())


@lru_cache(maxsize=1024)  # as with headings: the same labels, again and again
def place_status(label: str) -> bool | None:
    """The status that a group's label gives its items: 'Completed', 'The following are still pending'."""
    key = phrases.normal(label)
    if _PENDING.search(key):
        return False
    return not (phrases.is_hedged(key) or _LATER.search(key)) if _COMPLETED.search(key) else None


@lru_cache(maxsize=1024)
def _owners(label: str) -> tuple[str, ...]:
    """The owners that a label names: 'Owner: alice', 'Owned by the web team'."""
    fields = ItemFields()
    initials = _INITIALS.match(label)
    if initials and initials[1].casefold() not in NOT_NAMES:
        return (initials[1],)
    text = re.sub(r"^(owned by)\s+(?:the )?(?=\w)", r"\1: ", label, flags=re.IGNORECASE)
    if re.fullmatch(r"(?:@[\w.-]+[\s,&/]*)+", label.strip()):
        return tuple(re.findall(r"@([\w.-]*\w)", label))
    if ":" not in text and "：" not in text:
        return ()
    return fields.owners if keyed.field_lines(encode((Span(text),)), fields) else ()


def place_of(section: Section) -> EntryPlace:
    """The place below a section's headings."""
    bracket = _REMARK.search(section.root)
    saying = section.root if phrases.count(section.root) <= 5 else bracket[1] if bracket else ""
    place = EntryPlace(section.root, None, place_status(saying))
    return under(place, section.label) if section.label else place
