"""Findings about sections: those that hold no items, and those that nobody announced. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import takewhile

from pmsync.documents.blocks import Listing, Table
from pmsync.documents.items.entries import Harvest
from pmsync.documents.items.forms import tables
from pmsync.documents.items.language import phrases
from pmsync.documents.items.sections import BOLD_LEVEL, Section
from pmsync.findings import RULES, new_finding
from pmsync.model import Finding


def unannounced(sections: Sequence[Section], title: str, path: str) -> Finding:
    """The finding for a document in which nothing announces action items, with the heading that most likely should. The
    document's own title is no such heading, unless it is of a lower level.
    """
    unknown = [each for each in sections if each.kind == "" and each.title and _lists(each)]
    unknown = [each for each in unknown if not (each.title == title and each.level in {1, BOLD_LEVEL})]
    if not unknown:
        message = "no heading announces action items, and no text is marked as one"
        return new_finding("no-items", message, path=path, line=1)
    likely = max(unknown, key=lambda each: (_asks(each), each.level > 1, each.line))
    heading = _above(sections, likely, title)
    message = f"the heading {heading.title!r} is unknown, and no other heading announces action items"
    usual = RULES["no-items"].hint
    hint = f"if it announces action items, teach it: `sections = [{_toml(heading.title)}]` below [vocabulary] in pmsync.toml; else {usual}"
    return new_finding("no-items", message, hint, path, heading.line)


def _asks(section: Section) -> bool:
    """Whether most entries of a section's lists read as work to do, or it has a table."""
    entries = [each for block in section.blocks if isinstance(block, Listing) for each in block.entries]
    tasks = sum(each.text is not None and phrases.reads_as_task(each.text.plain) for each in entries)
    return 2 * tasks > len(entries) or any(isinstance(block, Table) for block in section.blocks)


def _above(sections: Sequence[Section], section: Section, title: str) -> Section:
    """The highest unknown heading above a section, below the title, under which no heading is known."""
    heading = section
    before = sections[: next(n for n, each in enumerate(sections) if each is section)]
    for each in reversed(before):
        if each.level >= heading.level:
            continue
        if each.kind or not each.title or each.level == 1 or each.title == title:
            break
        if any(other.kind for other in _within(sections, each)):
            break
        heading = each
    return heading


def _within(sections: Sequence[Section], parent: Section) -> Iterator[Section]:
    """The sections below a heading."""
    at = next(n for n, each in enumerate(sections) if each is parent)
    yield from takewhile(lambda each: each.level > parent.level, sections[at + 1 :])


def _lists(section: Section) -> bool:
    return any(isinstance(block, Listing | Table) for block in section.blocks)


def half_read(section: Section, path: str) -> Finding:
    """The finding for a list of which only the entries with a box are read."""
    title = section.title
    message = f"below {title!r} only entries with a box are read, as the heading does not announce action items"
    hint = (
        f"give each entry a box, or teach the heading: `sections = [{_toml(title)}]` below [vocabulary] in pmsync.toml"
    )
    return new_finding("half-read", message, hint, path, section.line)


def _unknown(columns: tables.Unknown, path: str) -> Finding:
    """A finding for a table that is not read, or unknown columns, with the line of the configuration that teaches them."""
    names = ", ".join(repr(name) for name in columns.names)
    if columns.text:
        message = f"none of this table's columns {names} is known to hold the text of the action items"
        hint = f"call one `Action`, or teach it: `action = [{_toml(columns.text)}]` below [vocabulary.columns] in pmsync.toml"
        return new_finding("unknown-table", message, hint, path, columns.line)
    several = len(columns.names) > 1
    message = f"this table's {'columns' if several else 'column'} {names} {'are' if several else 'is'} unknown"
    role = "notes" if columns.owned else "owner"
    hint = f"teach what the column holds, such as `{role} = [{_toml(columns.names[0])}]` below [vocabulary.columns] in pmsync.toml"
    hint += "" if columns.owned else "; `notes` is for remarks"
    return new_finding("unknown-column", message, hint, path, columns.line)


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def of_section(line: int, total: Harvest, path: str) -> list[Finding]:
    """The findings for the sections below the heading on this line."""
    findings = [_unknown(columns, path) for columns in total.unknown]
    missing = "the row has an owner or a ticket, but no text"
    findings += [new_finding("title-missing", missing, path=path, line=each) for each in total.untitled]
    if total.prose and not total.entries:
        findings.append(
            new_finding("prose", "prose where a list of action items is expected", path=path, line=total.prose[0])
        )
    elif total.blank and not total.entries:
        findings.append(
            new_finding("empty-section", "this section announces action items, but is empty", path=path, line=line)
        )
    return findings
