"""Tasks written as plain lines or as paragraphs with a bold lead, unlike running prose. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import takewhile

from pmsync.documents.blocks import Span, Text
from pmsync.documents.items.fields import keyed
from pmsync.documents.items.fields.atoms import TICKET, encode
from pmsync.documents.items.fields.values import ItemFields
from pmsync.documents.items.item import EntryPlace, ItemEntry
from pmsync.documents.items.language import phrases
from pmsync.documents.items.language.vocabulary.headings import POINTERS, SENTENCE_OPENINGS

_NUMBERED = re.compile(
    r"^\s*(?:\(?\d{1,3}\\?[.)]|#\d{1,3}[:.)]|(?:AI|Action|Task|Item)[- ]?\d{1,3}\s*[:.)–—-]|[A-Z]{2,4}-\d{1,3}:)\s+\S",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"^\s*[•●◦▪‣·–—*-]\s+\S|^\s*(?:\\?\[[ xX]?\\?\]|[☐☑✅⬜])\s*\S")
_SENTENCE_END = re.compile(r"(?<=[.!?])[)\"'”’]*\s+(?=[\"'(“‘]?[A-Z0-9])|(?<=[。！？])")
_TERMINAL = re.compile(r"[.!?:;。！？)）\ue000-\uf8ff]\s*$|https?://\S+\s*$")
_REMARKS = frozenset(
    "note notes nb update important disclaimer tldr tl;dr edit warning caution tip info background context summary owner "
    "status date goal priority result outcome why who what when how hinweis nota remarque".split()
)
_POINTER = re.compile(rf"\W*{POINTERS}", re.IGNORECASE)
_SENTENCE = re.compile(
    rf"\W*(?:{SENTENCE_OPENINGS}|the|an?|there|it|its|our|as|in|for|on|at|to|if|when|while|after|see|please)\b",
    re.IGNORECASE,
)
_TOLD = re.compile(r"(?:we|i|the team|wir|nous|on) ", re.IGNORECASE)
"""Text that begins so and has several sentences is prose."""
_GERUND = re.compile(
    r"\W*\w+ing\b[^.!?]{0,160}?\b(?:was|were|had|(?:would|could|might|may|should) have)\b", re.IGNORECASE
)
"""A sentence about what might have been ('Taking reports earlier would have …') asks for nothing."""
_REMARKED = re.compile(r"(.+?)\s*[(（][^()（）]+[)）]\s*[:：]?")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
"""Breaks a line on the page, not in the file."""
_TICKET_FIRST = re.compile(rf"\s*{TICKET}\s*[:–—-]*\s+\w")
_LONGEST_TASK = 90

Line = tuple[tuple[Span, ...], int]


@dataclass(frozen=True, slots=True)
class Said:
    """A paragraph of an action section: entries (`led` by bold text or a number), fields of the entry before it, or prose."""

    entries: tuple[ItemEntry, ...] = ()
    led: bool = False
    fields: bool = False
    prose: bool = False


def read(text: Text, section: str) -> Said:
    """Tells what a paragraph of an action section is."""
    plain = text.plain.strip()
    if not plain or phrases.is_placeholder(plain) or phrases.says_none(plain) or italic(text) or _POINTER.match(plain):
        return Said()
    if keyed.is_fields(text):
        return Said(fields=True)
    lines = _lines(text)
    if any(_lead(line) for line, _ in lines[:1]):
        led = tuple(entry for entry in _led(lines, section) if not _points(entry))
        return Said(led, led=bool(led))
    if len(lines) == 1 and _terse(plain):
        return Said((_entry(*lines[0], section),))
    tasks = [_entry(line, number, section) for line, number in _tasks(_joined(lines))]
    return Said(tuple(tasks)) if tasks else Said(prose=phrases.count(plain) > 4)


def _points(entry: ItemEntry) -> bool:
    return _POINTER.match(_plain(entry.spans)) is not None


def _terse(plain: str) -> bool:
    """Whether a line is a note of something to do, as an entry of a list would be, and not a sentence."""
    return 3 <= phrases.count(plain) <= 15 and not (_TERMINAL.search(plain) or _SENTENCE.match(plain) or "\n" in plain)


def label(text: Text) -> str | None:
    """The group that a paragraph before a list names: a bold label with a remark in brackets ('**Soon** (this week)')."""
    plain = " ".join(text.plain.split())
    match = _REMARKED.fullmatch(plain)
    bold = _plain(_bold(text.spans)).strip()
    named = match is not None and bold == match[1] and not _NUMBERED.match(plain) and phrases.is_label(bold)
    return plain if named else None


def italic(text: Text) -> bool:
    """Whether the whole text is italic, as instructions in templates are."""
    if not any(span.italic for span in text.spans):
        return False
    visible = [span for span in text.spans if re.search(r"\w", span.text)]
    return bool(visible) and all(span.italic and not span.bold for span in visible)


def split(spans: tuple[Span, ...]) -> list[tuple[Span, ...]]:
    """The spans of each line."""
    lines: list[list[Span]] = [[]]
    for span in spans:
        for index, piece in enumerate(span.text.split("\n")):
            if index:
                lines.append([])
            if piece:
                lines[-1].append(replace(span, text=piece))
    return [tuple(line) for line in lines]


def _lines(text: Text) -> list[Line]:
    lines = split(text.spans)
    numbers = [*(text.lines or _numbers(text)), *[text.line] * len(lines)]
    return [pair for pair in zip(lines, numbers, strict=False) if _plain(pair[0]).strip()]


def _numbers(text: Text) -> list[int]:
    """The line of the file at which each line of a Markdown text begins."""
    raw = text.raw.split("\n")
    blank = next((index for index, line in enumerate(raw) if line.strip()), 0)
    return [
        text.line + max(0, index - blank)
        for index, line in enumerate(raw)
        for _ in range(1 + len(_BREAK.findall(line)))
    ]


def _plain(line: tuple[Span, ...]) -> str:
    return "".join(span.text for span in line)


def _entry(line: tuple[Span, ...], number: int, section: str, details: str = "") -> ItemEntry:
    rest = (Text.of((Span(details),), number),) if details else ()
    return ItemEntry(line, number, "paragraph", EntryPlace(section), details, rest)


# --- bold and numbered leads -----------------------------------------------------------------------------------


def _lead(line: tuple[Span, ...]) -> bool:
    """Whether the line begins with a bold lead that names a task, or with a number."""
    if keyed.field_lines(encode(line), ItemFields()):
        return False
    if _NUMBERED.match(_plain(line)):
        return True
    key = phrases.bare(_plain(_bold(line)).strip())
    return bool(key) and key not in _REMARKS and key.split()[0] not in {"note", "update", "owner", "status"}


def _bold(line: tuple[Span, ...]) -> tuple[Span, ...]:
    """The spans that lead in bold."""
    return tuple(takewhile(lambda span: span.bold or not span.text.strip(), line))


def _led(lines: list[Line], section: str) -> list[ItemEntry]:
    """One entry for each line that has a lead; other lines continue the entry before."""
    grouped: list[tuple[list[tuple[Span, ...]], int]] = []
    for line, number in lines:
        if _lead(line) or not grouped:
            grouped.append(([line], number))
        else:
            grouped[-1][0].append(line)
    return [_led_entry(_join(group), number, section) for group, number in grouped]


def _join(group: list[tuple[Span, ...]]) -> tuple[Span, ...]:
    out = list(group[0])
    for line in group[1:]:
        out += [Span("\n"), *line]
    return tuple(out)


def _led_entry(line: tuple[Span, ...], number: int, section: str) -> ItemEntry:
    """An entry whose title is the bold lead, or the first sentence of a numbered paragraph; the rest are its details."""
    bold = _bold(line)
    rest = line[len(bold) :]
    if not bold:
        return _first_sentence(line, number, section)
    lead = _plain(bold).strip()
    following = _plain(rest).strip()
    if phrases.is_label(lead if lead.endswith(":") else lead + ":") and (
        lead.endswith(":") or following.startswith(":")
    ):
        place = EntryPlace(section, done=phrases.status(lead.rstrip(":")))
        return ItemEntry(_cut(rest, len(_plain(rest)) - len(_plain(rest).lstrip(" :")))[1], number, "paragraph", place)
    details = following.lstrip(":—– -.").strip()
    done = phrases.status(details) if phrases.count(details) <= 3 else None
    return ItemEntry(bold, number, "paragraph", EntryPlace(section, done=done), details, (Text.of(rest, number),))


def _cut(spans: tuple[Span, ...], at: int) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The spans before and after so many characters."""
    before: list[Span] = []
    for index, span in enumerate(spans):
        if len(span.text) > at:
            head, tail = replace(span, text=span.text[:at]), replace(span, text=span.text[at:])
            return (*before, *[head] * bool(at)), (tail, *spans[index + 1 :])
        before.append(span)
        at -= len(span.text)
    return spans, ()


def _first_sentence(line: tuple[Span, ...], number: int, section: str) -> ItemEntry:
    plain = _plain(line)
    start = _NUMBERED.match(plain)
    cut = _SENTENCE_END.search(plain, start.end() if start else 0)
    if cut is None:
        return _entry(line, number, section)
    rest = plain[cut.end() :].strip()
    return _entry(_cut(line, cut.start())[0], number, section, rest) if rest else _entry(line, number, section)


# --- plain lines -----------------------------------------------------------------------------------------------


def _joined(lines: list[Line]) -> list[Line]:
    """Joins hard-wrapped lines."""
    groups: list[tuple[list[tuple[Span, ...]], int]] = []
    length, before = 0, ""
    for line, number in lines:
        plain = _plain(line)
        if groups and not _ticketed(line) and _goes_on(before, length, plain):
            groups[-1][0].append(line)
            length += 1 + len(plain)
        else:
            groups.append(([line], number))
            length = len(plain)
        before = plain
    return [(_join(group), number) for group, number in groups]


def _goes_on(before: str, length: int, line: str) -> bool:
    """Whether a line continues the lines before it: `before` is the last of them, `length` their length."""
    stripped = line.strip()
    if _SIGNED.match(line) or _NUMBERED.match(line) or phrases.is_marked(line):
        return False
    ended = _TERMINAL.search(before) is not None
    if stripped[0].islower() or (stripped[0] in "([,;" and not stripped.startswith("[ ")):
        return not (ended and phrases.starts_with_verb(stripped) and length < 60) or stripped[0] in "([,;"
    return length > 60 and not ended and not phrases.starts_with_verb(stripped)


def _tasks(lines: list[Line]) -> list[Line]:
    """The lines, if at least half of them read as tasks, else none."""
    plains = [_plain(line).strip() for line, _ in lines]
    if any(phrases.count(plain) > _LONGEST_TASK for plain in plains):
        return []
    tasks = [
        plain
        for (line, _), plain in zip(lines, plains, strict=True)
        if _asks(plain) or _named(plain) or _ticketed(line)
    ]
    if not tasks or 2 * len(tasks) < len(plains):
        return []
    if len(plains) == 1 and len(_SENTENCE_END.split(plains[0])) > (1 if _TOLD.match(plains[0]) else 3):
        return []
    return [pair for pair, plain in zip(lines, plains, strict=True) if not phrases.is_placeholder(plain)]


def _asks(plain: str) -> bool:
    return (phrases.reads_as_task(plain) and not _GERUND.match(plain)) or _SIGNED.match(plain) is not None


def _ticketed(line: tuple[Span, ...]) -> bool:
    """Whether a line begins with a ticket's link, as in a list of tickets and their titles."""
    return bool(line[0].href) and _TICKET_FIRST.match(encode(line).text) is not None


def _named(plain: str) -> bool:
    """Whether a line says whose work it is: '… (@alice)', 'Owner: alice' at its end."""
    return bool(re.search(r"(?:[(\[—–-]\s*|\bowner:\s*)@[\w-]+[)\]]?\s*$", plain, re.IGNORECASE))
