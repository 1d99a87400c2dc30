"""Translates a team's own names of columns into pmsync's words before anything is read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pmsync.config.settings import Vocabulary
from pmsync.documents.blocks import Block, Listing, Quote, Span, Table, Text
from pmsync.documents.items.language import phrases


def in_known_words(blocks: list[Block], vocabulary: Vocabulary) -> list[Block]:
    """The blocks, in which each column that the vocabulary names has the name of its role."""
    columns = {phrases.bare(name): role for name, role in vocabulary.columns.items()}
    return list(_blocks(blocks, columns)) if columns else blocks


def sections(vocabulary: Vocabulary) -> frozenset[str]:
    """The headings that the vocabulary adds, as `phrases.normal` gives them."""
    return frozenset(phrases.normal(heading) for heading in vocabulary.sections)


def _blocks(blocks: Iterable[Block], columns: Mapping[str, str]) -> tuple[Block, ...]:
    return tuple(_block(block, columns) for block in blocks)


def _block(block: Block, columns: Mapping[str, str]) -> Block:
    if isinstance(block, Table):
        return replace(block, header=tuple(_header(cell, columns) for cell in block.header))
    if isinstance(block, Quote):
        return replace(block, children=_blocks(block.children, columns))
    if isinstance(block, Listing):
        entries = (replace(entry, children=_blocks(entry.children, columns)) for entry in block.entries)
        return replace(block, entries=tuple(entries))
    return block


def _header(cell: Text, columns: Mapping[str, str]) -> Text:
    role = columns.get(phrases.bare(cell.plain))
    return Text.of((Span(role),), cell.line) if role else cell
