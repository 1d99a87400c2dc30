"""An entry's text to an item: what was recognised as an entry, and the fields taken out of its words. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from pmsync.documents.blocks import Span, Text
from pmsync.documents.items.fields import dates, owners, take
from pmsync.documents.items.fields.atoms import Coded, encode
from pmsync.documents.items.fields.keyed import field_lines
from pmsync.documents.items.fields.tickets import names_ticket
from pmsync.documents.items.fields.values import Fields, plain_ticket, record
from pmsync.documents.items.language import finished, phrases
from pmsync.documents.items.language.vocabulary.columns import TICKET_WORDS
from pmsync.documents.items.language.vocabulary.statuses import PRIORITY
from pmsync.findings import new_finding
from pmsync.identity.keys import title_key
from pmsync.model import Finding, Item


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands, and what that says of it: a group called 'Completed', 'Owner: alice' or "Won't do". The words
    of the entry itself win over that.
    """

    section: str = ""
    group: str | None = None
    done: bool | None = None
    owners: tuple[str, ...] = ()
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """Text recognised as an entry. `below` are the texts under it, `cells` those of a table's row by the role of their
    column, and `rows` the numbers by which the table refers to its rows ('#3'), which are no tickets.
    """

    spans: tuple[Span, ...]
    line: int
    form: str
    place: Place = Place()
    details: str = ""
    below: tuple[Text, ...] = ()
    cells: Mapping[str, Text] = field(default_factory=dict)
    rows: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the document besides: names of people (case-folded), its date, and its path for findings."""

    path: str
    known: Container[str] = frozenset()
    date: date | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """An entry's own words, read: all of them as plain text, coded what is left behind the fields, that as a title, and
    the fields.
    """

    coded: Coded
    whole: str
    text: str
    title: str
    found: Fields


def item(entry: Entry, context: Context) -> tuple[Item | None, tuple[Finding, ...]]:
    """The item an entry is, None for a placeholder; with what there is to say about its fields."""
    own = own_words(entry, context)
    if own is None:
        return None, ()
    coded, found = own.coded, own.found
    tickets = [ticket for ticket in (*coded.tickets, *found.tickets) if ticket not in entry.rows]
    named = set(tickets) - _in_sentence(coded, own.text, own.title)
    for more, spoken_of in (from_cells(entry, found), from_below(entry, found, context.known)):
        tickets += [ticket for ticket in more if ticket not in entry.rows]
        named |= set(more) - spoken_of
    mentions = [ticket for ticket in tickets if ticket not in named]
    made = _built(entry, own.title, found, tickets, mentions)
    codes = tuple(coded.atoms[char].text for char in own.text if char in coded.code)
    return replace(made, codes=codes) if codes else made, _findings(entry, found, context)


def own_words(entry: Entry, context: Context) -> Own | None:
    """What an entry says by itself, without its cells, what is below it and where it stands; None for a placeholder."""
    coded = encode(_bracketed(entry.spans))
    found = Fields(near=context.date)
    whole = coded.decode(coded.text, urls=True)
    if phrases.is_placeholder(whole) or phrases.says_none(whole):
        return None
    text = take.without_fields(take.Words(coded, found, context.known), _own_lines(coded, found))
    title = _title(coded, text)
    if not title or (title != whole and phrases.is_placeholder(title)):
        return None
    if any(span.strike for span in entry.spans) and (
        _struck(entry.spans) or _struck_words(entry.spans) == phrases.bare(title)
    ):
        found.say(True)
    return Own(coded, whole, text, _with_whole_code(coded, text, title), found)


def _with_whole_code(coded: Coded, text: str, title: str) -> str:
    """The title in which nothing was tidied within code, as long as that makes it no other item's: the key counts."""
    if not any(char in coded.code for char in text):
        return title
    whole = coded.decode(_tidy(coded.decode(text, code=False)))
    return whole if "\n" not in whole and title_key(whole) == title_key(title) else title


def _built(entry: Entry, title: str, found: Fields, tickets: list[str], mentions: list[str]) -> Item:
    from_sentence(entry, title, found)
    from_place(entry, found)
    return Item(
        title=title,
        line=entry.line,
        details=entry.details,
        owners=found.owners,
        tickets=tuple(dict.fromkeys(tickets)),
        mentions=tuple(dict.fromkeys(mentions)),
        due=found.due,
        done=found.done,
        kind=found.kind,
        priority=found.priority,
        group=entry.place.group,
        labels=found.labels,
        explicit_id=found.explicit_id,
        form=entry.form,
        section=entry.place.section,
        dropped=(found.dropped or entry.place.dropped) and not found.done,
    )


def from_sentence(entry: Entry, title: str, found: Fields) -> None:
    """Records what the title reports, where nothing said so before."""
    if found.done is None and (entry.form != "table" or "status" not in entry.cells):
        found.say(finished.says_done(title))


def from_place(entry: Entry, found: Fields) -> None:
    """Records what the group says in which the entry stands."""
    found.say(None if found.dropped else entry.place.done)
    found.own(entry.place.owners)


def _in_sentence(coded: Coded, text: str, title: str) -> set[str]:
    """The tickets that are left in the item's own words: they belong to the sentence, but for a link that is most of it
    or ends it, and what the words themselves call its ticket ('Created a [ticket](…) to …', 'tracked in #12').
    """
    inside: set[str] = set()
    for char in dict.fromkeys(text) if not take.is_ticket(text) else ():
        atom = coded.atoms.get(char)
        if atom is None or atom.value not in coded.tickets:
            continue
        before = text[: text.rindex(char)]
        ends = text.rstrip(" .)]").endswith(char) and not take.is_object(before)
        linked = atom.kind == "O" and (ends or 2 * len(atom.text) >= len(title))
        called = atom.linked and atom.text.strip().lower() in TICKET_WORDS
        if not (linked or called or take.is_tracked(before)):
            inside.add(atom.value)
    return inside


def _findings(entry: Entry, found: Fields, context: Context) -> tuple[Finding, ...]:
    if found.due or not found.unreadable:
        return ()
    why = dates.trouble(found.unreadable) or "cannot be read as one day"
    message = f"the due date `{found.unreadable[:80]}` {why}"
    return (new_finding("unreadable-date", message, path=context.path, line=entry.line),)


def _own_lines(coded: Coded, found: Fields) -> str:
    """The entry's text as one line, without the lines at its end that only hold fields."""
    lines = coded.text.strip().split("\n")
    kept = [lines[0]]
    for line in lines[1:]:
        part = replace_text(coded, line)
        if not line.strip() or not field_lines(part, found):
            kept.append(line)
        else:
            found.tickets.extend(part.tickets)
    return " ".join(" ".join(kept).split())


def replace_text(coded: Coded, text: str) -> Coded:
    """The same atoms with another text."""
    return Coded(text, coded.atoms, [])


def _title(coded: Coded, text: str) -> str:
    plain = _tidy(coded.decode(text))
    if phrases.says_anything(plain):
        return plain
    whole = _tidy(coded.decode(text, urls=True)) or _tidy(coded.decode(coded.text))
    return whole if phrases.says_anything(whole) else _tidy(coded.decode(coded.text, urls=True))


_EMPTIED = re.compile(r"[(（\[]\s*[,;]?\s*[)）\]]")
_LOOSE_STOP = re.compile(r" ([.,;:!?])(?= |$)")
_LOOSE_START = re.compile(r"^(?:[ :–—|,;•·-]|\. )+(?=\S)")


def _tidy(text: str) -> str:
    """White space folded, empty brackets and loose ends removed."""
    if "(" in text or "[" in text or "（" in text:
        text = _EMPTIED.sub("", text)
    text = " ".join(text.split())
    text = _LOOSE_START.sub("", _LOOSE_STOP.sub(r"\1", text)).rstrip(" :–—|,;、，→-")
    return re.sub(r"([.。])\.+$", r"\1", text) if text.endswith(".") else text


def _struck(spans: tuple[Span, ...]) -> bool:
    visible = [span for span in spans if re.search(r"\w", span.text)]
    return bool(visible) and all(span.strike for span in visible)


def _struck_words(spans: tuple[Span, ...]) -> str:
    return phrases.bare("".join(span.text for span in spans if span.strike)) or "-"


def _bracketed(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The spans with a priority that leads in bold or code (`**P1** Add …`) as a tag in brackets."""
    for index, span in enumerate(spans):
        lead = span.text.strip(" :")
        if (span.bold or span.code) and re.fullmatch(PRIORITY, lead, re.IGNORECASE):
            return (*spans[:index], Span(f"[{lead}] "), *spans[index + 1 :])
        if lead and not take.is_box(lead):
            break
    return spans


def from_below(entry: Entry, found: Fields, known: Container[str]) -> tuple[list[str], set[str]]:
    """The tickets in what stands below the entry, and those of them that are only spoken of: that have no line of their
    own. Fields and remarks there are recorded.
    """
    tickets: list[str] = []
    mentions: set[str] = set()
    for text in entry.below:
        coded = encode(text.spans)
        tickets += coded.tickets
        if field_lines(coded, found) or take.is_due(coded.text, found):
            continue
        if not take.is_ticket(coded.text):
            mentions.update(_spoken_of(coded))
        found.say(finished.remark_says_done(text.plain))
        if entry.form in {"heading", "paragraph"}:
            _from_body(coded, found, known)
    return tickets, mentions


def _spoken_of(coded: Coded) -> set[str]:
    """The tickets in a text below the item, or in a cell beside it, that nothing there calls its own."""
    called = {atom.value for char, atom in coded.atoms.items() if take.is_tracked(coded.text.partition(char)[0])}
    return set(coded.tickets) - called


def _from_body(coded: Coded, found: Fields, known: Container[str]) -> None:
    """Takes over the fields in the text of an item whose title is a heading or a bold lead, where nothing named them."""
    said = Fields(near=found.near)
    take.without_fields(take.Words(coded, said, known), " ".join(coded.text.split()))
    found.merge(replace(said, done=None, dropped=False, explicit_id=None))


# --- table cells -----------------------------------------------------------------------------------------------


def from_cells(entry: Entry, found: Fields) -> tuple[list[str], set[str]]:
    """Records the cells of a table row; the tickets in them, and those of them that are only spoken of."""
    tickets: list[str] = []
    mentions: set[str] = set()
    for role, text in entry.cells.items():
        coded = encode(text.spans)
        plain = " ".join(coded.decode(coded.text, urls=True).split())
        if role != "id" or any(span.href for span in text.spans):
            rows = entry.rows if role != "ticket" else ()
            tickets += [ticket for ticket in coded.tickets if ticket not in rows]
            if role not in {"ticket", "status", "id"} and not (take.is_ticket(coded.text) or names_ticket(plain)):
                mentions.update(_spoken_of(coded))
        if plain:
            _cell(role, coded, plain, text, found)
    tickets += [ticket for ticket in found.tickets if ticket not in tickets]
    return tickets, mentions


def _cell(role: str, coded: Coded, plain: str, text: Text, found: Fields) -> None:
    if role == "owner":
        found.own(owners.cell(coded, coded.text), stronger=True)
    elif role == "status":
        _status(coded, plain, text, found)
    elif role == "ticket" or (role == "what" and coded.tickets):
        _ticket(coded, plain, text, found)
    elif role == "finished":
        found.done = True if re.search(r"\d", plain) else found.done
    elif role == "due" or not (phrases.is_placeholder(plain) or (role == "id" and re.fullmatch(r"#?\d+[.)]?", plain))):
        record(role, coded, coded.text, found)


def _status(coded: Coded, plain: str, text: Text, found: Fields) -> None:
    found.dropped = found.dropped or phrases.is_dropped(plain)
    rest, ticked = take.box(plain)
    said = ticked if ticked is not None and not rest else phrases.loose_status(coded.decode(coded.text))
    said = ticked if said is None else said
    if said is None and _struck(text.spans):
        said = True
    if said is not None:
        found.done = said


def _ticket(coded: Coded, plain: str, text: Text, found: Fields) -> None:
    """A ticket cell: what is no ticket by itself may be one by standing here (a link, a number), or a status."""
    if coded.tickets:
        rest = re.sub("[\ue000-\uf8ff]", " ", coded.text)
        found.say(phrases.status(rest.strip(" ()[]（）")))
        found.say(True if _struck(text.spans) else None)
        return
    said = phrases.status(plain)
    if said is not None and not plain.isdigit():
        found.say(said)
        return
    links = [span.href for span in text.spans if re.match(r"https?://(?!.*/(?:releases|messages)/)", span.href)]
    urls = links or re.findall(r"https?://[^\s)>]+", plain)
    if urls:
        found.tickets.extend(dict.fromkeys(urls))
    else:
        plain_ticket(plain, found)
