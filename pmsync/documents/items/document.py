"""Makes a `Document` of a file's content. Pure."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile

from pmsync.config.settings import NOTHING_TAUGHT, Vocabulary
from pmsync.documents.blocks import Content, Listing, Table
from pmsync.documents.items.entries import Harvest, leaves_some, read_section, scan_section
from pmsync.documents.items.fields import tickets
from pmsync.documents.items.forms import headings, tables
from pmsync.documents.items.head import Head, read_head
from pmsync.documents.items.item import Context, Entry, item
from pmsync.documents.items.language import phrases, team_words
from pmsync.documents.items.language.vocabulary.statuses import PEOPLE_LINES
from pmsync.documents.items.sections import BOLD_LEVEL, Section, outline
from pmsync.documents.markdown.content import content
from pmsync.findings import RULES, new_finding
from pmsync.model import Document, Finding, Item
from pmsync.model.names import one_spelling

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
        made = _document(read(source, path, vocabulary))
    items = tuple(replace(item, line=source.place(item.line)) for item in made.items)
    findings = _by_line(replace(finding, line=source.place(finding.line)) for finding in made.findings)
    return replace(made, items=items, findings=findings, ignores=source.ignores({item.line for item in items}))


@dataclass(frozen=True, slots=True)
class Read:
    """A document before its entries become items: its sections, all entries, what there is to say about the sections, what
    its head says, and what else is known.
    """

    sections: Sequence[Section]
    entries: Sequence[Entry]
    findings: Sequence[Finding]
    head: Head
    context: Context


def read(source: Content, path: str, vocabulary: Vocabulary = NOTHING_TAUGHT) -> Read:
    """Reads a document up to its entries, the first half of `document`."""
    with tickets.known(vocabulary.projects):
        blocks = team_words.in_known_words(list(source.blocks), vocabulary)
        sections = outline(blocks, team_words.sections(vocabulary))
        head = read_head(source.front, blocks, path, _head_end(sections))
        found, findings = _entries(sections, source.lines, path)
    return Read(sections, found, findings, head, Context(path, _Known(source.text, head), head.date))


def _by_line(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: finding.line))


def _document(seen: Read) -> Document:
    head, path, findings = seen.head, seen.context.path, list(seen.findings)
    remarks = [new_finding(rule, message, hint, path, 1) for rule, message, hint in head.remarks]
    items, more = _items(seen.entries, seen.context) if seen.entries else ([], [])
    findings += more
    if not (items or findings or any(section.reading for section in seen.sections)):
        findings = [_unannounced(seen.sections, head.title, path)]
    return Document(
        id=one_spelling(head.id or path),
        path=path,
        title=head.title,
        items=tuple(items),
        incident=head.incident,
        date=head.date,
        severity=head.severity,
        status=head.status,
        draft=head.draft,
        restricted=head.restricted,
        services=head.services,
        team=head.team,
        authors=head.authors,
        labels=head.labels,
        findings=_by_line([*remarks, *findings]),
    )


def _head_end(sections: Sequence[Section]) -> int:
    """The line at which the document's head ends: that of the first heading that announces work."""
    return next((each.line for each in sections if each.kind == "action" and each.level < BOLD_LEVEL), sys.maxsize)


class _Known:
    """Names of people that the document itself gives: its authors, who took part, and whoever it mentions with '@';
    gathered when they are first asked for, as most items name nobody.
    """

    def __init__(self, text: str, head: Head) -> None:
        self._text, self._authors = text[:200_000], head.authors

    def __contains__(self, name: object) -> bool:
        return name in self._names

    @cached_property
    def _names(self) -> frozenset[str]:
        lines = (line for line in self._text.split("\n") if ":" in line or "：" in line)
        lists = [match[1] for line in lines if (match := _PEOPLE.match(line))]
        named = {name.strip(" *_`@.").casefold() for names in lists for name in names.split(",")}
        mentioned = {match[1].casefold() for match in _MENTION.finditer(self._text)}
        return frozenset((mentioned | named | {author.casefold() for author in self._authors}) - {""})


def _unannounced(sections: Sequence[Section], title: str, path: str) -> Finding:
    """What to say of a document in which nothing announces action items: the heading that may be meant to. One of the
    first level that is the document's title is not; another one may be, though the title is taken from it.
    """
    lists = [each for each in sections if each.kind == "" and each.title and _lists(each)]
    lists = [each for each in lists if not (each.title == title and each.level in {1, BOLD_LEVEL})]
    if not lists:
        message = "no heading announces action items, and nothing is marked as one"
        return new_finding("no-items", message, path=path, line=1)
    likely = max(lists, key=lambda each: (_asks(each), each.level > 1, each.line))
    meant = _above(sections, likely, title)
    message = f"{meant.title!r} is not known as a heading that announces action items, and nothing else does"
    usual = RULES["no-items"].hint
    hint = f"if it does, teach it: `sections = [{_toml(meant.title)}]` below [vocabulary] in pmsync.toml; else {usual}"
    return new_finding("no-items", message, hint, path, meant.line)


def _asks(section: Section) -> bool:
    """Whether most entries of a section's lists read as work to do, or it has a table."""
    entries = [each for block in section.blocks if isinstance(block, Listing) for each in block.entries]
    tasks = sum(each.text is not None and phrases.reads_as_task(each.text.plain) for each in entries)
    return 2 * tasks > len(entries) or any(isinstance(block, Table) for block in section.blocks)


def _above(sections: Sequence[Section], section: Section, title: str) -> Section:
    """The highest unknown heading above a section, below the title, under which no heading is known."""
    meant = section
    before = sections[: next(n for n, each in enumerate(sections) if each is section)]
    for each in reversed(before):
        if each.level >= meant.level:
            continue
        if each.kind or not each.title or each.level == 1 or each.title == title:
            break
        if any(other.kind for other in _within(sections, each)):
            break
        meant = each
    return meant


def _within(sections: Sequence[Section], parent: Section) -> Iterator[Section]:
    """The sections below a heading."""
    at = next(n for n, each in enumerate(sections) if each is parent)
    yield from takewhile(lambda each: each.level > parent.level, sections[at + 1 :])


def _lists(section: Section) -> bool:
    return any(isinstance(block, Listing | Table) for block in section.blocks)


def _items(found: Sequence[Entry], context: Context) -> tuple[list[Item], list[Finding]]:
    items: list[Item] = []
    findings: list[Finding] = []
    for entry in sorted(found, key=lambda entry: entry.line):
        one, remarks = item(entry, context)
        findings.extend(remarks)
        if one is not None:
            items.append(one)
    return items, findings


def _entries(sections: Sequence[Section], lines: Sequence[str], path: str) -> tuple[list[Entry], list[Finding]]:
    """The entries of all sections, and findings about the sections that are read."""
    out: list[Entry] = []
    told: list[Finding] = []
    roots: dict[int, Harvest] = {}
    index = 0
    while index < len(sections):
        section = sections[index]
        if not section.reading:
            scanned = scan_section(section, lines)
            out += scanned
            told += [_half_read(section, path)] if leaves_some(section, scanned) else []
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
        out += total.entries
    weak = {section.root_line for section in sections if section.weak}
    for line, total in roots.items():
        told += _remarks(line, total, path) if line not in weak else []
    return out, told


def _half_read(section: Section, path: str) -> Finding:
    title = section.title
    message = f"of the list below {title!r} only what has a box is read, for the heading announces no action items"
    hint = f"give each a box, or teach the heading: `sections = [{_toml(title)}]` below [vocabulary] in pmsync.toml"
    return new_finding("half-read", message, hint, path, section.line)


def _unknown(columns: tables.Unknown, path: str) -> Finding:
    """A finding for a table that is not read, or unknown columns, with the line of the configuration that teaches them."""
    named = ", ".join(repr(name) for name in columns.names)
    if columns.text:
        message = f"of this table's columns {named}, none is understood as the action items' text"
        hint = f"call one `Action`, or teach it: `action = [{_toml(columns.text)}]` below [vocabulary.columns] in pmsync.toml"
        return new_finding("unknown-table", message, hint, path, columns.line)
    several = len(columns.names) > 1
    message = (
        f"the {'columns' if several else 'column'} {named} of this table {'are' if several else 'is'} not understood"
    )
    role = "notes" if columns.owned else "owner"
    hint = (
        f"teach what it holds, such as `{role} = [{_toml(columns.names[0])}]` below [vocabulary.columns] in pmsync.toml"
    )
    hint += "" if columns.owned else "; `notes` for a remark"
    return new_finding("unknown-column", message, hint, path, columns.line)


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _remarks(line: int, total: Harvest, path: str) -> list[Finding]:
    out = [_unknown(columns, path) for columns in total.unknown]
    missing = "the row has an owner or a ticket, and no text"
    out += [new_finding("title-missing", missing, path=path, line=each) for each in total.untitled]
    if total.prose and not total.entries:
        out.append(
            new_finding("prose", "prose where a list of action items is expected", path=path, line=total.prose[0])
        )
    elif total.blank and not total.entries:
        out.append(
            new_finding("empty-section", "this section announces action items and is empty", path=path, line=line)
        )
    return out
