"""Makes an item of an entry: its fields come from its own words, its cells, the text below it, and its place. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from pmsync.documents.blocks import Span, Text
from pmsync.documents.items.fields import dates, read_fields
from pmsync.documents.items.fields.cells import is_struck, record_cell
from pmsync.documents.items.fields.coded_text import Coded, encode
from pmsync.documents.items.fields.keyed import field_lines
from pmsync.documents.items.fields.mentions import is_ticket, mentioned, mentioned_in_title
from pmsync.documents.items.fields.tickets import names_ticket
from pmsync.documents.items.fields.values import ItemFields
from pmsync.documents.items.language import finished, phrases
from pmsync.documents.items.language.vocabulary.statuses import PRIORITY
from pmsync.findings import new_finding
from pmsync.identity.keys import title_key
from pmsync.model import Finding, Item


@dataclass(frozen=True, slots=True)
class EntryPlace:
    """The place of an entry, and what that says about it: a group called 'Completed', 'Owner: alice' or "Won't do". The words
    of the entry itself win over that.
    """

    section: str = ""
    group: str | None = None
    done: bool | None = None
    owners: tuple[str, ...] = ()
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """Text recognised as an entry. `below` are the texts under it, `cells` those of a table's row by the role of their
    column, and `rows` the numbers by which the table refers to its rows ('#3'), which are no tickets.
    """

    spans: tuple[Span, ...]
    line: int
    form: str
    place: EntryPlace = EntryPlace()
    details: str = ""
    below: tuple[Text, ...] = ()
    cells: Mapping[str, Text] = field(default_factory=dict)
    rows: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Context:
    """The document around an entry: names of people in it (case-folded), its date, and its path for findings."""

    path: str
    people: Container[str] = frozenset()
    date: date | None = None


@dataclass(frozen=True, slots=True)
class OwnWords:
    """An entry's own words after reading: all of them (`words`), the coded `rest` of them without fields, the title that
    this makes, and the fields.
    """

    coded: Coded
    words: str
    rest: str
    title: str
    fields: ItemFields


def item(entry: ItemEntry, context: Context) -> tuple[Item | None, tuple[Finding, ...]]:
    """The item that an entry is, None for a placeholder, and findings about its fields."""
    own = own_words(entry, context)
    if own is None:
        return None, ()
    coded, fields = own.coded, own.fields
    tickets = [ticket for ticket in (*coded.tickets, *fields.tickets) if ticket not in entry.rows]
    mentions = mentioned_in_title(coded, own.rest, own.title)
    named = set(tickets) - mentions
    for more, mentions in (from_cells(entry, fields), from_below(entry, fields, context.people)):
        tickets += [ticket for ticket in more if ticket not in entry.rows]
        named |= set(more) - mentions
    from_remark(entry, own.title, fields)
    from_place(entry, fields)
    return _item(entry, own, tickets, named), _findings(entry, fields, context)


def _item(entry: ItemEntry, own: OwnWords, tickets: list[str], named: set[str]) -> Item:
    fields = own.fields
    return Item(
        title=own.title,
        line=entry.line,
        details=entry.details,
        owners=fields.owners,
        tickets=tuple(dict.fromkeys(tickets)),
        mentions=tuple(ticket for ticket in dict.fromkeys(tickets) if ticket not in named),
        due=fields.due,
        done=fields.done,
        kind=fields.kind,
        priority=fields.priority,
        group=entry.place.group,
        labels=fields.labels,
        explicit_id=fields.explicit_id,
        form=entry.form,
        section=entry.place.section,
        dropped=(fields.dropped or entry.place.dropped) and not fields.done,
        codes=tuple(own.coded.atoms[char].text for char in own.rest if char in own.coded.code),
    )


def _findings(entry: ItemEntry, fields: ItemFields, context: Context) -> tuple[Finding, ...]:
    if fields.due or not fields.unreadable:
        return ()
    why = dates.trouble(fields.unreadable) or "is not a valid date"
    message = f"the due date `{fields.unreadable[:80]}` {why}"
    return (new_finding("unreadable-date", message, path=context.path, line=entry.line),)


# --- an entry's own words --------------------------------------------------------------------------------------


def own_words(entry: ItemEntry, context: Context) -> OwnWords | None:
    """Reads an entry without its cells, the text below it and its place; None for a placeholder."""
    coded = encode(_priority_as_tag(entry.spans))
    fields = ItemFields(near=context.date)
    words = coded.decode(coded.text, urls=True)
    if phrases.is_placeholder(words) or phrases.says_none(words):
        return None
    rest = read_fields.without_fields(
        read_fields.Words(coded, fields, context.people), _without_field_lines(coded, fields)
    )
    title = _title(coded, rest)
    if not title or (title != words and phrases.is_placeholder(title)):
        return None
    struck = "".join(span.text for span in entry.spans if span.strike)
    if struck and (is_struck(entry.spans) or phrases.bare(struck) == phrases.bare(title)):
        fields.say(True)
    return OwnWords(coded, words, rest, _with_whole_code(coded, rest, title), fields)


def _priority_as_tag(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The spans with a leading priority in bold or code (`**P1** Add …`) in brackets."""
    for index, span in enumerate(spans):
        lead = span.text.strip(" :")
        if (span.bold or span.code) and re.fullmatch(PRIORITY, lead, re.IGNORECASE):
            return (*spans[:index], Span(f"[{lead}] "), *spans[index + 1 :])
        if lead and not read_fields.is_box(lead):
            break
    return spans


def _without_field_lines(coded: Coded, fields: ItemFields) -> str:
    """The entry's text on one line, without the lines at its end that only state fields."""
    first, *more = coded.text.strip().split("\n")
    kept = [line for line in more if not (line.strip() and field_lines(replace(coded, text=line), fields))]
    return " ".join(" ".join((first, *kept)).split())


def _title(coded: Coded, rest: str) -> str:
    """The text as a title: with addresses, or the fields as well, if nothing else is left."""
    for text, urls in ((rest, False), (rest, True), (coded.text, False)):
        title = _tidy(coded.decode(text, urls=urls))
        if phrases.says_anything(title):
            return title
    return _tidy(coded.decode(coded.text, urls=True))


def _with_whole_code(coded: Coded, rest: str, title: str) -> str:
    """The title with code as it was written, if that leaves the key of the title alone."""
    if not any(char in coded.code for char in rest):
        return title
    whole = coded.decode(_tidy(coded.decode(rest, code=False)))
    return whole if "\n" not in whole and title_key(whole) == title_key(title) else title


_EMPTIED = re.compile(r"[(（\[]\s*[,;]?\s*[)）\]]")
_LOOSE_STOP = re.compile(r" ([.,;:!?])(?= |$)")
_LOOSE_START = re.compile(r"^(?:[ :–—|,;•·-]|\. )+(?=\S)")


def _tidy(text: str) -> str:
    """Folds white space, and removes empty brackets and loose ends."""
    text = " ".join(_EMPTIED.sub("", text).split())
    text = _LOOSE_START.sub("", _LOOSE_STOP.sub(r"\1", text)).rstrip(" :–—|,;、，→-")
    return re.sub(r"([.。])\.+$", r"\1", text) if text.endswith(".") else text


# --- the context of an entry -----------------------------------------------------------------------------------


def from_remark(entry: ItemEntry, title: str, fields: ItemFields) -> None:
    """Records a status in brackets in the title, unless the entry has a cell for it."""
    if "status" not in entry.cells:
        fields.say(finished.says_done(title))


def from_place(entry: ItemEntry, fields: ItemFields) -> None:
    """Records what the entry's place says."""
    fields.say(None if fields.dropped else entry.place.done)
    fields.own(entry.place.owners)


def from_below(entry: ItemEntry, fields: ItemFields, people: Container[str]) -> tuple[list[str], set[str]]:
    """Records the fields and remarks below an entry; all tickets there, and those that are only mentioned."""
    tickets: list[str] = []
    mentions: set[str] = set()
    for text in entry.below:
        coded = encode(text.spans)
        tickets += coded.tickets
        if field_lines(coded, fields) or read_fields.is_due(coded.text, fields):
            continue
        if not is_ticket(coded.text):
            mentions |= mentioned(coded)
        fields.say(finished.remark_says_done(text.plain))
        if entry.form in {"heading", "paragraph"}:  # the title is short, and the text below it goes on
            more = ItemFields(near=fields.near)
            read_fields.without_fields(read_fields.Words(coded, more, people), " ".join(coded.text.split()))
            fields.merge(replace(more, done=None, dropped=False, explicit_id=None))
    return tickets, mentions


def from_cells(entry: ItemEntry, fields: ItemFields) -> tuple[list[str], set[str]]:
    """Records the cells of a table's row; all tickets in them, and those that are only mentioned."""
    tickets: list[str] = []
    mentions: set[str] = set()
    for role, text in entry.cells.items():
        coded = encode(text.spans)
        plain = " ".join(coded.decode(coded.text, urls=True).split())
        if role != "id" or any(span.href for span in text.spans):
            rows = entry.rows if role != "ticket" else ()
            tickets += [ticket for ticket in coded.tickets if ticket not in rows]
            if role not in {"ticket", "status", "id"} and not (is_ticket(coded.text) or names_ticket(plain)):
                mentions |= mentioned(coded)
        if plain:
            record_cell(role, coded, text, fields)
    tickets += [ticket for ticket in fields.tickets if ticket not in tickets]
    return tickets, mentions
