"""Fields with a name: `Owner: alice` within an entry, or as lines of their own. Pure."""

from __future__ import annotations

import re
from functools import cache

from pmsync.documents.blocks import Text
from pmsync.documents.items.fields import dates, owners
from pmsync.documents.items.fields.coded_text import PERSON, TICKET, Coded, encode
from pmsync.documents.items.fields.matchers import KEYS, FieldRule
from pmsync.documents.items.fields.values import ItemFields, plain_ticket, record
from pmsync.documents.items.language import phrases
from pmsync.documents.items.language.vocabulary.columns import FIELD_KEYS
from pmsync.documents.items.language.vocabulary.sets import any_of

_LONGEST_KEY = 40
"""Characters from where a key begins, with its marks, to its colon, at most."""
_CLOSING_WORDS = 6
_COLON = re.compile("[:：]")
_EMPTIED = re.compile(r"[(（\[]\s*[)）\]]")
_NEXT_SENTENCE = re.compile(
    rf"(?:(?<=[^\W\d_]{{2}})|(?<=[^\W\d_]\d)|(?<={PERSON})|(?<={TICKET}))(?<!\b[DM]r)(?<!\bMs)(?<!\bMrs)\.\s+(?=[^\sa-z])"
    r"|。(?=.)"
)
_LISTED = re.compile(
    rf"\s*(?:{PERSON}|{TICKET}|(?:[A-Z][\w.-]+(?: [A-Z][\w.-]+)?|(?P<name>[a-z][\w-]+))(?=\s*(?:[,;.()\[|·]|\s[–—-]\s|$)))"
)
"""One more of a list: a person, a ticket, or what may be a name."""


@cache
def _rules() -> dict[str, FieldRule]:
    """The row of each name."""
    return {name: rule for rule in KEYS for name in FIELD_KEYS[rule.reader]}


@cache
def _pattern() -> re.Pattern[str]:
    names = any_of(name for name in _rules() if name != "#").replace(r"\ ", "[ _-]")
    return re.compile(
        rf"(?:(?P<start>^|\n)|(?P<cut>(?:-{{2,3}}|[.;,|。、，；(（\[–—·•-])\s*)|(?P<loose>\s))(?=[^:：]{{,{_LONGEST_KEY}}}[:：])"
        rf"[*_]*(?<!\w)(?P<key>{names})(?:\(s\))?[*_]*\s*[:：][*_]*\s*",
        re.IGNORECASE,
    )


def rule_of(key: str) -> FieldRule | None:
    """The row of a field's name."""
    return _rules().get(re.sub(r"[_-]", " ", key.strip().lower()))


def _rule(match: re.Match[str]) -> FieldRule:
    return _rules()[re.sub(r"[_-]", " ", match["key"].lower())]


def at_start(text: str) -> tuple[str, str] | None:
    """The role and the value of a text that begins with a field's name."""
    match = _pattern().match(text)
    return (_rule(match).reader, text[match.end() :].strip()) if match else None


# --- within an entry -------------------------------------------------------------------------------------------


def without_keys(coded: Coded, text: str, fields: ItemFields) -> str:
    """The text without `Owner: alice`, `期限: 2026-04-30` and the like, which are recorded.

    A name in the middle of a sentence is one only behind punctuation or in a line of its own.
    """
    out, position = [], 0
    while match := _next(text, position):
        rule = _rule(match)
        end, value = _value(text, match, rule)
        if _is_field(match, rule.reader, end) and record(rule.reader, coded, value, fields):
            out.append(text[position : match.start()])
            out.append(match["cut"].rstrip()[:1] if match["cut"] and match["cut"][0] in "(（[.。" else "")
            position = end
        else:
            out.append(text[position : match.end()])
            position = match.end()
    return _EMPTIED.sub("", "".join(out) + text[position:]) if position else text


def _is_field(match: re.Match[str], role: str, end: int) -> bool:
    """Whether a name and its value, which goes up to `end`, are a field by where they stand."""
    text = match.string
    if match["start"] is not None and match.start() == 0 and role not in {"owner", "due"}:
        return role in {"kind", "priority"} and end < len(text.rstrip(" ."))  # 'Fix: bound the pool' is no field
    if match["loose"] is None:
        return True
    last = end >= len(text.rstrip(" .)")) or _pattern().match(text, end) is not None
    return match["key"][0].isupper() and last and len(text[match.end() : end].split()) <= _CLOSING_WORDS


def _next(text: str, position: int) -> re.Match[str] | None:
    """The first name from `position` on; it cannot begin long before a colon."""
    colon = _COLON.search(text, position)
    return _pattern().search(text, max(position, colon.start() - 2 * _LONGEST_KEY)) if colon else None


def _value(text: str, match: re.Match[str], rule: FieldRule) -> tuple[int, str]:
    """Where the value behind a name ends, and the value."""
    when = dates.VALUE.match(text, match.end()) if rule.reader in {"due", "finished"} else None
    if when:
        return when.end(), when[0]
    stop = _outside_brackets(text, match.end(), rule)
    if rule.reader in {"owner", "ticket"}:
        stop = _last_of_list(text, stop, rule)
    end = stop.start() if stop else len(text)
    following = _next(text, match.end())
    if following and following.start() < end and (following["cut"] or following["key"][0].isupper()):
        end = following.start()
    return end, text[match.end() : end].strip()


def _outside_brackets(text: str, start: int, rule: FieldRule) -> re.Match[str] | None:
    """The first end of a value that is not within brackets of the value itself: 'Owner: Alice (SRE)'."""
    stop = rule.ends.search(text, start) if rule.ends else None
    while stop and stop[0] == ")" and text.count("(", start, stop.start()) > text.count(")", start, stop.start()):
        stop = rule.ends.search(text, stop.end()) if rule.ends else None
    return stop


def _last_of_list(text: str, stop: re.Match[str] | None, rule: FieldRule) -> re.Match[str] | None:
    """Goes on over commas between people and tickets ('Owner: @a, @b')."""
    while stop and stop[0].startswith(","):
        following = _LISTED.match(text, stop.end())
        if following is None or (following["name"] and not owners.is_name(following["name"], frozenset())):
            return stop
        stop = rule.ends.search(text, following.end()) if rule.ends else None
    return stop


# --- lines of their own ----------------------------------------------------------------------------------------


def is_fields(text: Text, *, plainly: bool = False) -> bool:
    """Whether a text is nothing but `key: value` fields. `plainly` asks that each value is unmistakable: 'Fix: bound the
    pool' is an entry of a list.
    """
    first, _, _ = text.raw.strip().partition("\n")
    return re.search("[:：&]", first) is not None and field_lines(encode(text.spans), ItemFields(), plainly=plainly)


def field_lines(coded: Coded, fields: ItemFields, *, plainly: bool = False) -> bool:
    """Whether the text is nothing but `key: value` fields, which are then recorded."""
    text = coded.text.strip()
    if not (_COLON.search(text) and at_start(text)):
        return False
    return all(_field_line(coded, part, fields, plainly) for line in text.split("\n") for part in _field_parts(line))


def _field_line(coded: Coded, text: str, fields: ItemFields, plainly: bool) -> bool:
    pair = at_start(text)
    if pair is None:
        return False
    role, value = pair
    if role not in {"due", "finished", "status"}:
        value, *rest = _NEXT_SENTENCE.split(value, maxsplit=1)
        if role in {"kind", "priority"} and rest and phrases.reads_as_task(coded.decode(rest[0])):
            return False
    if plainly and not _is_plain(coded, role, value.strip()):
        return False
    return record(role, coded, value.strip(), fields) or role != "finished"


def _is_plain(coded: Coded, role: str, value: str) -> bool:
    """Whether a value is what its name says, and no sentence."""
    plain = coded.decode(value, urls=True).strip(" *_.")
    few = len(plain.split()) <= (2 if role in {"kind", "priority"} else 3)
    if role == "owner":
        names = owners.cell(coded, value)
        return bool(re.search(PERSON, value)) or (few and all(owners.is_name(each, frozenset()) for each in names))
    if role == "ticket":
        return re.search(TICKET, value) is not None or plain_ticket(plain, ItemFields())
    return (
        few
        or (role == "status" and phrases.loose_status(plain) is not None)
        or (role == "due" and bool(dates.DUE.search(plain)))
    )


def _field_parts(line: str) -> list[str]:
    """A line of several fields in its parts: cut where a name follows the separator."""
    cuts = [match.start() for match in _pattern().finditer(line) if match.start() == 0 or match["cut"]] or [0]
    parts = [line[a:b].strip(" ,;|·•–—-、，") for a, b in zip(cuts, [*cuts[1:], len(line)], strict=True)]
    return [part for part in parts if part]
