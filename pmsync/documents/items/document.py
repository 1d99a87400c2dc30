"""Makes a `Document` of a file's content. Pure."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pmsync.config.settings import NOTHING_TAUGHT, Vocabulary
from pmsync.documents.blocks import Content
from pmsync.documents.items import section_findings
from pmsync.documents.items.entries import Harvest, leaves_some, read_section, scan_section
from pmsync.documents.items.fields import tickets
from pmsync.documents.items.forms import headings
from pmsync.documents.items.head import read_head
from pmsync.documents.items.item import Context, ItemEntry, item
from pmsync.documents.items.language import team_words
from pmsync.documents.items.language.vocabulary.statuses import PEOPLE_LINES
from pmsync.documents.items.sections import BOLD_LEVEL, Section, split_sections
from pmsync.documents.markdown.content import content
from pmsync.model import Document, Finding, Item

_MENTION = re.compile(r"@(?<![\w@./+-]@)([A-Za-z][\w-]{1,38})")
_PEOPLE = re.compile(rf"[ \t>*_-]{{0,8}}(?:{PEOPLE_LINES})[*_ ]{{0,4}}[:：][*_]{{0,3}}(.{{1,300}})$", re.IGNORECASE)


def parse(text: str, path: str, vocabulary: Vocabulary = NOTHING_TAUGHT) -> Document:
    """The document in a Markdown text. `path` is relative to the config's folder, with '/', and is its id where it has none.
    `vocabulary` adds a team's own words.

    Raises DocumentError, with the line, for merge-conflict markers and for front matter that cannot be read. Anything
    else that is wrong with a document is among its findings.
    """
    return document(content(text, path), path, vocabulary)


def document(source: Content, path: str, vocabulary: Vocabulary = NOTHING_TAUGHT) -> Document:
    """The document in a file's content; its lines are places in the file."""
    with tickets.known(vocabulary.projects):
        outline = read(source, path, vocabulary)
        items, findings = _items(outline.entries, outline.context)
    findings += outline.findings
    if not (items or findings or any(section.reading for section in outline.sections)):
        findings = [section_findings.unannounced(outline.sections, outline.head.title, path)]
    findings = [replace(finding, line=source.place(finding.line)) for finding in (*outline.head.findings, *findings)]
    return replace(
        outline.head,
        items=tuple(replace(item, line=source.place(item.line)) for item in items),
        findings=tuple(sorted(findings, key=lambda finding: finding.line)),
        ignores=source.ignores({source.place(item.line) for item in items}),
    )


@dataclass(frozen=True, slots=True)
class Outline:
    """A document before its entries become items: `head` is the document without them, `findings` are about sections."""

    head: Document
    sections: Sequence[Section]
    entries: Sequence[ItemEntry]
    findings: Sequence[Finding]
    context: Context


def read(source: Content, path: str, vocabulary: Vocabulary = NOTHING_TAUGHT) -> Outline:
    """Reads a document up to its entries, the first half of `document`."""
    with tickets.known(vocabulary.projects):
        blocks = team_words.in_known_words(list(source.blocks), vocabulary)
        sections = split_sections(blocks, team_words.sections(vocabulary))
        head = read_head(source.front, blocks, path, _head_end(sections))
        entries, findings = _entries(sections, source.lines, path)
    return Outline(head, sections, entries, findings, Context(path, _People(source.text, head.authors), head.date))


def _head_end(sections: Sequence[Section]) -> int:
    """The line at which the document's head ends: that of the first heading that announces work."""
    return next((each.line for each in sections if each.kind == "action" and each.level < BOLD_LEVEL), sys.maxsize)


class _People:
    """Names of people in the document: its authors, its participants, and everybody whom it mentions with '@'. Collected
    on the first question, as most items name nobody.
    """

    def __init__(self, text: str, authors: Iterable[str]) -> None:
        self._text, self._authors = text[:200_000], authors

    def __contains__(self, name: object) -> bool:
        return name in self._names

    @cached_property
    def _names(self) -> frozenset[str]:
        lines = (line for line in self._text.split("\n") if ":" in line or "：" in line)
        lists = [match[1] for line in lines if (match := _PEOPLE.match(line))]
        participants = {name.strip(" *_`@.") for names in lists for name in names.split(",")}
        mentioned = {match[1] for match in _MENTION.finditer(self._text)}
        return frozenset({name.casefold() for name in (*participants, *mentioned, *self._authors)} - {""})


def _items(entries: Sequence[ItemEntry], context: Context) -> tuple[list[Item], list[Finding]]:
    items: list[Item] = []
    findings: list[Finding] = []
    for entry in sorted(entries, key=lambda entry: entry.line):
        made, remarks = item(entry, context)
        items += [made] if made else []
        findings += remarks
    return items, findings


def _entries(sections: Sequence[Section], lines: Sequence[str], path: str) -> tuple[list[ItemEntry], list[Finding]]:
    """The entries of all sections, and findings about the sections that are read."""
    entries: list[ItemEntry] = []
    findings: list[Finding] = []
    roots: dict[int, Harvest] = {}
    index = 0
    while index < len(sections):
        section = sections[index]
        if not section.reading:
            scanned = scan_section(section, lines)
            entries += scanned
            findings += [section_findings.half_read(section, path)] if leaves_some(section, scanned) else []
            index += 1
            continue
        total = roots.setdefault(section.root_line, Harvest())
        if headings.is_item(section):
            entry, index = headings.read(sections, index, lines)
            total.entries.append(entry)
        else:
            total.add(read_section(section, lines))
            index += 1
    for total in roots.values():
        entries += total.entries
    weak = {section.root_line for section in sections if section.weak}
    for line, total in roots.items():
        findings += section_findings.of_section(line, total, path) if line not in weak else []
    return entries, findings
