"""Whom the documents name as owners, as people for a configuration. Pure.

Two spellings are one person only where that is certain enough: `alice` is Alice Liddell where no other Alice is named.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from pmsync.documents.items.language import phrases

_LOGIN = re.compile(r"[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}", re.IGNORECASE)
_SEVERAL = re.compile(r"[,/&+;]|\b(?:and|und|or|oder)\b")
_TEAM = re.compile(r"\b(?:team|squad|guild|on-?call|sres?)\b")
"""Who is called so has no account that a ticket could be assigned to."""
_NOBODY = frozenset("all anyone everybody everyone me n/a none owner someone team tbc tbd unassigned us we".split())
_LONGEST, _MOST_WORDS = 40, 4


@dataclass(frozen=True, slots=True)
class Proposal:
    """A table under [people]: `login` is what documents write with '@'; `count` is of how many items."""

    id: str
    name: str = ""
    aliases: tuple[str, ...] = ()
    login: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class _Called:
    """One way in which somebody is named: in its most frequent spelling, and without case."""

    text: str
    plain: str
    count: int
    is_handle: bool


def propose(counts: Mapping[str, int], handles: Collection[str]) -> list[Proposal]:
    """The people behind these owners, those with the most items first. `handles` are what is written with '@'."""
    called = _called(counts, {plain(each) for each in handles})
    fulls = [each for each in called if " " in each.plain]
    groups: dict[str, list[_Called]] = {each.plain: [each] for each in fulls}
    for each in called:
        if each in fulls:
            continue
        meant = [full.plain for full in fulls if each.plain in _short_forms(full.plain)]
        groups.setdefault(meant[0] if len(meant) == 1 else each.plain, []).append(each)
    people = [person for group in groups.values() for person in _people(group)]
    return _with_ids(sorted(people, key=lambda person: (-person.count, person.id)))


def _called(counts: Mapping[str, int], handles: Collection[str]) -> list[_Called]:
    spellings: dict[str, dict[str, int]] = defaultdict(dict)
    for text, count in counts.items():
        if _is_somebody(text):
            spelled = spellings[plain(text)]
            spelled[text] = spelled.get(text, 0) + count
    return [
        _Called(max(spelled, key=lambda text: (spelled[text], text)), key, sum(spelled.values()), key in handles)
        for key, spelled in sorted(spellings.items())
    ]


def _is_somebody(text: str) -> bool:
    key = plain(text)
    return (
        0 < len(key) <= _LONGEST
        and len(key.split()) <= _MOST_WORDS
        and any(character.isalpha() for character in key)
        and text.isprintable()
        and key not in _NOBODY
        and not phrases.nobody(text)
        and not _SEVERAL.search(key)
    )


def plain(text: str) -> str:
    """The name as it is compared: without case, '@' in front and doubled spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).strip().removeprefix("@").casefold().split())


def _short_forms(full: str) -> set[str]:
    """What somebody of that name is surely called for short, or as an account."""
    first, last = full.split(maxsplit=1)[0], full.rsplit(maxsplit=1)[-1]
    joined = {f"{first}{mark}{last}" for mark in ("", ".", "-", "_")}
    return {first, last, *joined, f"{first[0]}{last}", f"{first}{last[0]}", f"{first}-{last[0]}", f"{first}.{last[0]}"}


def _people(group: list[_Called]) -> Iterable[Proposal]:
    """The people that one name and its short forms stand for: one, unless two accounts share the name."""
    handles = [each for each in group if each.is_handle and _LOGIN.fullmatch(each.text)]
    if len(handles) > 1:
        yield from (_person([each]) for each in group)
    else:
        yield _person(group)


def _person(group: list[_Called]) -> Proposal:
    full = next((each for each in group if " " in each.plain), None)
    handle = next((each for each in group if each.is_handle and _LOGIN.fullmatch(each.text)), None)
    short = min((each for each in group if each is not full), key=lambda each: len(each.text), default=None)
    name = full.text if full else ""
    ident = (handle or short or group[0]).plain
    said = {plain(name), ident}
    aliases = tuple(each.text for each in group if each.plain not in said)
    login = handle.text if handle and not any(_TEAM.search(each.plain) for each in group) else ""
    return Proposal(ident, name, aliases, login, sum(each.count for each in group))


def _with_ids(people: list[Proposal]) -> list[Proposal]:
    """The same with ids that nobody else goes by: a first name where there is one of that name, else the whole name."""
    names = [{plain(each) for each in (person.id, person.name, *person.aliases)} - {""} for person in people]
    firsts = [plain(person.name).split()[0] if person.name else "" for person in people]
    made = []
    for number, person in enumerate(people):
        others = {name for place, each in enumerate(names) if place != number for name in each} | {
            first for place, first in enumerate(firsts) if place != number
        }
        short = firsts[number] if " " in person.id and firsts[number] not in others else person.id
        made.append(replace(person, id=short))
    return made
