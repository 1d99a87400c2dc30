"""The sections of a document, and which of them are read for action items. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

from pmsync.documents.blocks import Block, Heading, Paragraph, Text
from pmsync.documents.items.language import phrases

_BOLD_LINE = re.compile(r"\s*(?:\*\*|__|<b>|<strong>).+(?:\*\*|__|</b>|</strong>)\s*[:：]?\s*", re.IGNORECASE)
BOLD_LEVEL = 7
_LONGEST_TITLE = 5
"""The most words of a document's title that announces work; a longer title describes the incident ('…, and its remediation')."""


@dataclass(slots=True)
class Section:
    """A heading and the blocks below it. Bold lines are headings of the lowest level; the text before the first heading is
    a section without one.

    `reading` means that its entries are action items. `root` is the heading that announced them, `root_line` its line,
    `label` the nearest subheading below that and `outer` the one above `label`. `title` is the section's own heading on
    one line, `kind` what it says.
    """

    heading: Text | None
    level: int
    line: int
    end: int
    title: str = ""
    kind: phrases.HeadingKind = ""
    reading: bool = False
    weak: bool = False
    checklist: bool = False
    root: str = ""
    root_line: int = 0
    label: str | None = None
    outer: str | None = None
    blocks: list[Block] = field(default_factory=list)


def heading_text(text: Text | None) -> str:
    """A heading's text on one line, without marks and the colon at its end."""
    return " ".join(text.plain.split()).rstrip(":：").strip() if text else ""


def split_sections(blocks: Iterable[Block], announcing: Container[str] = ()) -> list[Section]:
    """The document's sections in order; `announcing` are a team's own headings that announce work."""
    sections = [Section(None, 0, 0, 0)]
    for block in _split_bold(blocks):
        if isinstance(block, Heading):
            sections.append(Section(block.text, block.level, block.line, block.end, heading_text(block.text)))
        else:
            sections[-1].blocks.append(block)
    _judge(sections, announcing)
    return sections


def _split_bold(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, with bold lines that stand alone (or head a paragraph) as headings of level 7."""
    for block in blocks:
        if not (isinstance(block, Paragraph) and _may_be_bold(block.text)):
            yield block
            continue
        first, _, rest = block.text.raw.partition("\n")
        whole = bold_line(block.text)
        if whole:
            yield Heading(BOLD_LEVEL, block.text, block.line, block.end)
        elif rest and bold_line(head := block.text.part(first, 0)):
            yield Heading(BOLD_LEVEL, head, block.line, block.line)
            yield Paragraph(block.text.part(rest, 1), block.line + 1, block.end)
        else:
            yield block


def _may_be_bold(text: Text) -> bool:
    return text.parsed or text.raw.lstrip()[:1] in "*_<"


def bold_line(text: Text) -> bool:
    """Whether the text is one short line, all of it bold but for a colon."""
    if "\n" in text.raw.strip() or len(text.raw) > 200:
        return False
    if text.parsed or _BOLD_LINE.fullmatch(text.raw):
        visible = [span for span in text.spans if span.text.strip(" \n:：")]
        return bool(visible) and all(span.bold for span in visible)
    return False


def _judge(sections: list[Section], announcing: Container[str]) -> None:
    """Decides which sections are read, from the headings above each."""
    stack: list[Section] = []
    for section in sections[1:]:
        while stack and stack[-1].level >= section.level:
            stack.pop()
        parent = stack[-1] if stack else None
        taught = phrases.normal(section.title) in announcing
        tells = section is sections[1] and section.level == 1 and phrases.count(section.title) > _LONGEST_TITLE
        section.kind = "action" if taught else "" if tells else phrases.heading_kind(section.title)
        if parent and parent.reading and section.kind != "other":
            section.reading, section.weak = True, parent.weak
            section.root, section.root_line = parent.root, parent.root_line
            section.label, section.outer = section.title, parent.label
        elif section.kind in {"action", "weak"}:
            section.reading, section.weak = True, section.kind == "weak"
            section.root, section.root_line = section.title, section.line
        section.checklist = section.kind == "checklist" or bool(parent and parent.checklist)
        stack.append(section)
