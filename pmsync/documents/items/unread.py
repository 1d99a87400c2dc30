"""Sections under an unknown heading whose entries look like action items. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pmsync.config.settings import NOTHING_TAUGHT, Vocabulary
from pmsync.documents.blocks import Block, Content, Listing, Table
from pmsync.documents.items.language import phrases, team_words
from pmsync.documents.items.sections import Section, split_sections

_LONGEST_HEADING = 8
"""The most words of a heading that is worth teaching."""


@dataclass(frozen=True, slots=True)
class UnknownHeading:
    """A heading that pmsync does not know, and the number of entries below it."""

    heading: str
    entries: int


def unread(source: Content, vocabulary: Vocabulary = NOTHING_TAUGHT) -> list[UnknownHeading]:
    """The sections of a document under an unknown heading in which most entries read as work to do."""
    blocks = list(source.blocks)
    sections = split_sections(team_words.in_known_words(blocks, vocabulary), team_words.sections(vocabulary))
    return [UnknownHeading(each.title, count) for each in sections[1:] if (count := _work(each))]


def _work(section: Section) -> int:
    """The number of entries, 0 if the section is read or is known to be about something else."""
    if section.reading or section.kind or section.checklist or phrases.count(section.title) > _LONGEST_HEADING:
        return 0
    texts = [text for block in section.blocks for text in _entries(block)]
    asking = sum(phrases.reads_as_task(text) for text in texts)
    return len(texts) if texts and asking * 2 > len(texts) else 0


def _entries(block: Block) -> Iterator[str]:
    if isinstance(block, Listing):
        yield from (entry.text.plain for entry in block.entries if entry.text)
    elif isinstance(block, Table):
        yield from (max((cell.plain for cell in row.cells), key=len, default="") for row in block.rows)
