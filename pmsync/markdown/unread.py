"""Sections that are not read for action items though their entries look like some. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pmsync.markdown import source, taught, tokens, words
from pmsync.markdown.blocks import Block, Listing, Table
from pmsync.markdown.outline import Section, outline
from pmsync.settings import NOTHING_TAUGHT, Vocabulary

_LONGEST_HEADING = 8
"""Words of a heading that somebody might teach."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A heading that pmsync does not know, and how many entries stand below it."""

    heading: str
    entries: int


def unread(text: str, path: str, vocabulary: Vocabulary = NOTHING_TAUGHT) -> list[Unread]:
    """The sections of a document under an unknown heading, of which most entries read as work to be done."""
    _, body = source.split(source.normal(text), path)
    blocks = tokens.parse(source.without_comments(body))
    sections = outline(taught.in_known_words(blocks, vocabulary), taught.sections(vocabulary))
    return [Unread(each.title, count) for each in sections[1:] if (count := _work(each))]


def _work(section: Section) -> int:
    """How many entries there are, 0 where the section is read, or is surely about something else."""
    if section.reading or section.kind or section.checklist or words.count(section.title) > _LONGEST_HEADING:
        return 0
    texts = [text for block in section.blocks for text in _entries(block)]
    asking = sum(words.reads_as_task(text) for text in texts)
    return len(texts) if texts and asking * 2 > len(texts) else 0


def _entries(block: Block) -> Iterator[str]:
    if isinstance(block, Listing):
        yield from (entry.text.plain for entry in block.entries if entry.text)
    elif isinstance(block, Table):
        yield from (max((cell.plain for cell in row.cells), key=len, default="") for row in block.rows)
