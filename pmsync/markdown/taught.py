"""A team's own names of columns, put into pmsync's words before anything is read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pmsync.markdown import words
from pmsync.markdown.blocks import Block, Listing, Quote, Span, Table, Text


def in_known_words(blocks: Iterable[Block], columns: Mapping[str, str]) -> list[Block]:
    """The blocks, with each column of a table that `columns` names called what it holds; all else is as it was."""
    return [_block(block, columns) for block in blocks] if columns else list(blocks)


def _block(block: Block, columns: Mapping[str, str]) -> Block:
    if isinstance(block, Table):
        return replace(block, header=tuple(_header(cell, columns) for cell in block.header))
    if isinstance(block, Quote):
        return replace(block, children=tuple(in_known_words(block.children, columns)))
    if isinstance(block, Listing):
        below = (tuple(in_known_words(entry.children, columns)) for entry in block.entries)
        entries = zip(block.entries, below, strict=True)
        return replace(block, entries=tuple(replace(entry, children=children) for entry, children in entries))
    return block


def _header(cell: Text, columns: Mapping[str, str]) -> Text:
    role = columns.get(words.bare(cell.plain))
    return Text.of((Span(role),), cell.line) if role else cell
