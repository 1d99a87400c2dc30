"""The owners in the documents, as people for a configuration. Pure.

Two spellings are one person only if that is certain enough: `alice` is Alice Liddell if there is no other Alice.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from pmsync.documents.items.language import phrases

_LOGIN = re.compile(r"[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}", re.IGNORECASE)
_SEVERAL = re.compile(r"[,/&+;]|\b(?:and|und|or|oder)\b")
_TEAM = re.compile(r"\b(?:team|squad|guild|on-?call|sres?)\b")
"""Such names have no account that a ticket could be assigned to."""
_NOBODY = frozenset("all anyone everybody everyone me n/a none owner someone team tbc tbd unassigned us we".split())
_LONGEST, _MOST_WORDS = 40, 4


@dataclass(frozen=True, slots=True)
class Proposal:
    """A table under [people]: `login` is the name that documents write with '@'; `count` is the number of items."""

    id: str
    name: str = ""
    aliases: tuple[str, ...] = ()
    login: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class _Name:
    """A name in its most frequent spelling, with the `key` that all its spellings share."""

    text: str
    key: str
    count: int
    is_handle: bool

    @property
    def is_full(self) -> bool:
        return " " in self.key


def propose(counts: Mapping[str, int], handles: Collection[str]) -> list[Proposal]:
    """The people behind these owners, those with the most items first. `handles` are the names with '@'."""
    names = _names(counts, {plain(handle) for handle in handles})
    groups = {name.key: [name] for name in names if name.is_full}
    fulls = list(groups)
    for name in names:
        if not name.is_full:
            owners = [full for full in fulls if name.key in _short_forms(full)]
            groups.setdefault(owners[0] if len(owners) == 1 else name.key, []).append(name)
    people = [person for group in groups.values() for person in _people(group)]
    return _with_ids(sorted(people, key=lambda person: (-person.count, person.id)))


def _names(counts: Mapping[str, int], handles: Collection[str]) -> list[_Name]:
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for text, count in counts.items():
        if _is_somebody(text):
            spellings[plain(text)][text] += count
    return [
        _Name(max(texts, key=lambda text: (texts[text], text)), key, texts.total(), key in handles)
        for key, texts in sorted(spellings.items())
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
    """The name for comparison: without case, leading '@' and doubled spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).strip().removeprefix("@").casefold().split())


def _short_forms(full: str) -> set[str]:
    """The short names and accounts that certainly belong to somebody of this name."""
    first, last = full.split(maxsplit=1)[0], full.rsplit(maxsplit=1)[-1]
    joined = {f"{first}{mark}{last}" for mark in ("", ".", "-", "_")}
    return {first, last, *joined, f"{first[0]}{last}", f"{first}{last[0]}", f"{first}-{last[0]}", f"{first}.{last[0]}"}


def _people(group: list[_Name]) -> Iterable[Proposal]:
    """One person, unless the group has two accounts."""
    handles = [name for name in group if name.is_handle and _LOGIN.fullmatch(name.text)]
    return map(_person, ([name] for name in group)) if len(handles) > 1 else [_person(group)]


def _person(group: list[_Name]) -> Proposal:
    full = next((name for name in group if name.is_full), None)
    handle = next((name for name in group if name.is_handle and _LOGIN.fullmatch(name.text)), None)
    short = min((name for name in group if name is not full), key=lambda name: len(name.text), default=None)
    ident = (handle or short or group[0]).key
    aliases = tuple(name.text for name in group if name is not full and name.key != ident)
    login = handle.text if handle and not any(_TEAM.search(name.key) for name in group) else ""
    return Proposal(ident, full.text if full else "", aliases, login, sum(name.count for name in group))


def _with_ids(people: list[Proposal]) -> list[Proposal]:
    """First names as ids instead of full names, if nobody else has that name."""
    firsts = [plain(person.name).partition(" ")[0] for person in people]
    owners = Counter(
        name
        for person, first in zip(people, firsts, strict=True)
        for name in {first, *map(plain, (person.id, person.name, *person.aliases))}
    )
    return [
        replace(person, id=first) if " " in person.id and owners[first] == 1 else person
        for person, first in zip(people, firsts, strict=True)
    ]
