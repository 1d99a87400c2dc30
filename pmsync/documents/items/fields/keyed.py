"""What an entry says about itself in `key: value` parts, tags and field lines, and where that is collected. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from pmsync.documents.blocks import Text
from pmsync.documents.items.fields import dates
from pmsync.documents.items.fields import owners as people
from pmsync.documents.items.fields.atoms import PERSON, TICKET, Coded, encode
from pmsync.documents.items.language import phrases
from pmsync.documents.items.language.phrases import bare
from pmsync.documents.items.language.vocabulary import FIELD_KEYS, KINDS, PRIORITY
from pmsync.documents.items.language.vocabulary.sets import any_of


@dataclass(slots=True)
class Found:
    """What was taken off. `done` is None and the others are empty while nothing was said.

    `dropped` means cancelled, which is neither done nor pending. `near` is the document's date, which a due date without a year is read against.
    """

    owners: tuple[str, ...] = ()
    due: date | None = None
    unreadable: str = ""
    done: bool | None = None
    dropped: bool = False
    near: date | None = None
    kind: str | None = None
    priority: str | None = None
    explicit_id: str | None = None
    labels: tuple[str, ...] = ()
    tickets: list[str] = field(default_factory=list)

    def own(self, owners: tuple[str, ...], *, stronger: bool = False) -> None:
        """Records owners; who was named first stays, unless these are named by a field of their own."""
        if owners and (stronger or not self.owners):
            self.owners = owners

    def say(self, done: bool | None) -> None:
        """Records a status; the first one said stays."""
        if self.done is None:
            self.done = done


# --- fields with a key -----------------------------------------------------------------------------------------


_LONGEST_KEY = 40
"""Characters from where a key begins, with its marks, to its colon, at most."""


@cache
def keys() -> tuple[dict[str, str], re.Pattern[str]]:
    roles = {key: role for role, keys in FIELD_KEYS.items() for key in keys}
    names = any_of(key for key in roles if key != "#").replace(r"\ ", r"[ _-]")
    pattern = re.compile(
        rf"(?:(?P<start>^|\n)|(?P<cut>[.;,|。、，；(（\[–—·•-]\s*)|(?P<loose>\s))(?=[^:：]{{,{_LONGEST_KEY}}}[:：])[*_]*(?<!\w)(?P<key>{names})(?:\(s\))?[*_]*\s*[:：][*_]*\s*",
        re.IGNORECASE,
    )
    return roles, pattern


_COLON = re.compile("[:：]")
_REPORTED = re.compile(
    r"\s(?=\((?i:done|fixed|completed?|closed|merged|in progress|todo)\b)|[;|。、，；)）\]\n•·]|,\s|\.\s|\.$|\s[–—]\s|$"
)
"""The same for an owner, whose name a status in brackets may follow ('Owner: alice (DONE).')."""
_VALUE_END = re.compile(r"[;|。、，；)）\]\n•·]|,\s|\.\s|\.$|\s[–—]\s|$")
_NEXT_SENTENCE = re.compile(
    rf"(?:(?<=[^\W\d_]{{2}})|(?<=[^\W\d_]\d)|(?<={PERSON})|(?<={TICKET}))(?<!\b[DM]r)(?<!\bMs)(?<!\bMrs)\.\s+(?=[^\sa-z])"
    r"|。(?=.)"
)
_DATE_VALUE_END = re.compile(r"[;|。、，；)）\]\n•·]|\.\s|\.$|\s[–—]\s|$")


def keyed(coded: Coded, text: str, found: Found) -> str:
    """Records `Owner: alice`, `期限: 2026-04-30` and the like, and returns the text without them.

    A key in the middle of a sentence is one only behind punctuation or in a line of its own.
    """
    if not _COLON.search(text):
        return untidy(text)
    roles, _ = keys()
    out, position = [], 0
    while match := _next_key(text, position):
        role = roles[re.sub(r"[_-]", " ", match["key"].lower())]
        end, value = _value(text, match, role)
        if match["start"] is not None and match.start() == 0 and role in {"title", "finished", "id"} | _LEADING_TOO:
            leads = role in {"owner", "due"} or (role in {"kind", "priority"} and end < len(text.rstrip(" .")))
            keep = not record(coded, role, value, found) if leads else True
        else:
            keep = (match["loose"] is not None and not _closing(match, text, end)) or not record(
                coded, role, value, found
            )
        if keep:
            out.append(text[position : match.end()])
            position = match.end()
        else:
            out.append(text[position : match.start()])
            out.append(match["cut"].rstrip()[:1] if match["cut"] and match["cut"][0] in "(（[.。" else "")
            position = end
    return untidy("".join(out) + text[position:])


def _next_key(text: str, position: int) -> re.Match[str] | None:
    """The first key from `position` on; it cannot begin long before a colon."""
    colon = _COLON.search(text, position)
    return keys()[1].search(text, max(position, colon.start() - 2 * _LONGEST_KEY)) if colon else None


_LEADING_TOO = frozenset({"ticket", "kind", "status", "priority", "labels"})


def _closing(match: re.Match[str], text: str, end: int) -> bool:
    """Whether a key after mere white space ends the entry: capital first letter, few words up to the end or next key."""
    last = end >= len(text.rstrip(" .)")) or keys()[1].match(text, end) is not None
    return match["key"][0].isupper() and last and len(text[match.end() : end].split()) <= 6


def _value(text: str, match: re.Match[str], role: str) -> tuple[int, str]:
    if role in {"due", "finished"}:
        at = dates.VALUE.match(text, match.end())
        if at:
            return at.end(), at[0]
        stop = _DATE_VALUE_END.search(text, match.end())
    elif role in {"owner", "ticket", "labels"}:
        stop = (_REPORTED if role == "owner" else _VALUE_END).search(text, match.end())
        stop = _last_of_list(text, stop)
    else:
        stop = _VALUE_END.search(text, match.end())
    end = stop.start() if stop else len(text)
    following = _next_key(text, match.end())
    if following and following.start() < end and (following["cut"] or following["key"][0].isupper()):
        end = following.start()
    return end, text[match.end() : end].strip()


_LISTED = re.compile(
    rf"\s*(?:{PERSON}|{TICKET}|(?:[A-Z][\w.-]+(?: [A-Z][\w.-]+)?|(?P<name>[a-z][\w-]+))(?=\s*(?:[,;.)|·]|\s[–—-]\s|$)))"
)


def _last_of_list(text: str, stop: re.Match[str] | None) -> re.Match[str] | None:
    """Goes on over commas between people and tickets ('Owner: @a, @b')."""
    while stop and stop[0].startswith(","):
        following = _LISTED.match(text, stop.end())
        if following is None or (following["name"] and not people.is_name(following["name"], frozenset())):
            return stop
        stop = _VALUE_END.search(text, following.end())
    return stop


def record(coded: Coded, role: str, value: str, found: Found) -> bool:
    """Takes one field over; False where the value cannot be one (then it stays text)."""
    plain = coded.decode(value, urls=True).strip(" *_")
    if role in {"kind", "priority"}:
        plain = coded.decode(re.sub(f"{TICKET}|{PERSON}", " ", value), urls=True).strip(" *_.")
    if len(plain) > 120:
        return False
    if role == "owner":
        due = _OWNER_DUE.search(value)
        if due:
            take_date(due["when"], found)
            value, plain = value[: due.start()], plain[: due.start()]
        if len(plain.split()) > 8:
            return False
        found.own(people.cell(coded, value), stronger=True)
    elif role == "due":
        return take_date(plain, found)
    elif role == "finished":
        if (
            plain
            and phrases.status(plain) is None
            and not re.search(TICKET, value)
            and not dates.DATE.match(plain)
            and not re.fullmatch(r"\d{4}(-\d\d)?", plain)
        ):
            return False
        found.say(phrases.status(plain) if phrases.status(plain) is not None else True)
    elif role == "status":
        found.dropped = found.dropped or phrases.is_dropped(plain)
        found.say(phrases.loose_status(plain))
    elif role == "kind":
        found.kind = plain.lower() or None
    elif role == "priority":
        found.priority = plain or None
    elif role == "ticket":
        return not plain or bool(re.search(TICKET, value)) or plain_ticket(plain, found)
    elif role == "labels":
        found.labels = tuple(part.strip(" #`") for part in re.split(r"[,;\s]+", plain) if part.strip(" #`"))
    elif role == "id":
        found.explicit_id = plain or None
    else:
        return False
    return True


_OWNER_DUE = re.compile(r"[,;]\s*(?:due|by)\s+(?P<when>[^,;]*\d[^,;]*)$", re.IGNORECASE)


def plain_ticket(plain: str, found: Found) -> bool:
    """A bare number in a ticket's place is a ticket as written; nothing at all is fine as well."""
    if re.fullmatch(r"#?\d{1,9}", plain):
        found.tickets.append(plain)
        return True
    return phrases.is_placeholder(plain)


def take_date(plain: str, found: Found) -> bool:
    """Records what stands in a due date's place; text that is no date is told, unless it says that there is none."""
    try:
        when = dates.find_due(plain, found.near)
    except dates.Unreadable:
        when = None
    if when is not None:
        found.due = found.due or when
    elif plain and not phrases.is_placeholder(plain) and not phrases.nobody(plain):
        if phrases.loose_status(plain) is not None:
            found.say(phrases.loose_status(plain))
        else:
            found.unreadable = found.unreadable or plain
    return True


def is_fields(text: Text, *, plainly: bool = False) -> bool:
    """Whether a text is nothing but `key: value` fields; a first line without a colon, even as an entity, is none.
    `plainly` asks that each value can be nothing else: 'Fix: bound the pool' is an entry of a list.
    """
    first, _, _ = text.raw.strip().partition("\n")
    return re.search("[:：&]", first) is not None and field_lines(encode(text.spans), Found(), plainly=plainly)


def field_lines(coded: Coded, found: Found, *, plainly: bool = False) -> bool:
    """Whether the text is nothing but `key: value` fields, which are then recorded."""
    text = coded.text.strip()
    if not _COLON.search(text):
        return False
    roles, pattern = keys()
    match = pattern.match(text)
    if match is None or roles[re.sub(r"[_-]", " ", match["key"].lower())] == "title":
        return False
    for line in text.split("\n"):
        for part in _field_parts(line):
            key = pattern.match(part)
            if key is None:
                return False
            role, value = roles[re.sub(r"[_-]", " ", key["key"].lower())], part[key.end() :]
            if role not in {"due", "finished", "status"}:
                value, *rest = _NEXT_SENTENCE.split(value, maxsplit=1)
                if role in {"kind", "priority"} and rest and phrases.reads_as_task(coded.decode(rest[0])):
                    return False
            if plainly and not _plain(coded, role, value.strip()):
                return False
            if not record(coded, role, value.strip(), found) and role == "finished":
                return False
    return True


def _plain(coded: Coded, role: str, value: str) -> bool:
    """Whether a value is what its key says and no sentence."""
    plain = coded.decode(value, urls=True).strip(" *_.")
    few = len(plain.split()) <= (2 if role in {"kind", "priority"} else 3)
    if role == "owner":
        owners = people.cell(coded, value)
        return bool(re.search(PERSON, value)) or (few and all(people.is_name(each, frozenset()) for each in owners))
    if role == "ticket":
        return re.search(TICKET, value) is not None or plain_ticket(plain, Found())
    return (
        few
        or (role == "status" and phrases.loose_status(plain) is not None)
        or (role == "due" and bool(dates.DUE.search(plain)))
    )


def _field_parts(line: str) -> list[str]:
    """A line of several fields in its parts: cut where a key follows the separator."""
    _roles, pattern = keys()
    cuts = [m.start() for m in pattern.finditer(line) if m.start() == 0 or m["cut"]] or [0]
    parts = [line[a:b].strip(" ,;|·•–—-、，") for a, b in zip(cuts, [*cuts[1:], len(line)], strict=True)]
    return [part for part in parts if part]


# --- tags and links -------------------------------------------------------------------------------------------------


def classified(tag: str, found: Found) -> bool:
    """Whether a tag is a priority, a kind, a status, an id or a mere mark of a task; recorded if so."""
    if re.fullmatch(PRIORITY, tag, re.IGNORECASE):
        found.priority = found.priority or tag
    elif bare(tag) in KINDS:
        found.kind = found.kind or tag.lower()
    elif phrases.is_dropped(tag):
        found.dropped = True
    elif phrases.status(tag) is not None:
        found.say(phrases.status(tag))
    elif re.fullmatch(r"(?:AI|[A-Z]{1,5})-?\d{1,4}", tag):
        found.explicit_id = found.explicit_id or tag
    else:
        return bare(tag) in {"action item", "action", "ai", "task", "todo", "to do", "follow up"}
    return True


_IN_BRACKETS = re.compile(r"\((?P<in>[^()]+)\)$")


def told_by_link(coded: Coded, tickets: str, found: Found) -> None:
    """Records a status that stands in the text of a ticket's link: `[Done](…)`, `[GH-101 (Done)](…)`."""
    for char in re.findall(TICKET, tickets):
        text = coded.atoms[char].text
        bracket = _IN_BRACKETS.search(text)
        if bracket or text.replace(" ", "").isalpha():
            found.say(phrases.status(bracket["in"] if bracket else text))


# --- what is left ---------------------------------------------------------------------------------------------------


def untidy(text: str) -> str:
    """Without brackets that were emptied."""
    return re.sub(r"[(（\[]\s*[)）\]]", "", text)
