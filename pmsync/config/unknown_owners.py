"""Owners whom nobody under [people] goes by: how they are told, and the lines of TOML that make them known. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from pmsync.config.people import Directory
from pmsync.config.settings import Person, Settings
from pmsync.findings import new_finding
from pmsync.location import place
from pmsync.model import Finding

RULE = "owner-unknown"
KEYS: Mapping[str, str] = {"github": "github", "jira": "email"}
"""By what a tracker of each type finds somebody's account."""
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+")
_JIRA = re.compile(r"\[~(?:accountid:)?(?P<account>[^\]]+)\]")


def unknown_owner(owner: str, path: str, line: int, hint: str | None = None) -> Finding:
    """The finding about one item."""
    return new_finding(RULE, f"owner {owner!r} is not known", hint, path, line, about=owner)


def is_about_a_stranger(finding: Finding) -> bool:
    """Whether a finding is about an owner; of one from the ledger the name is not kept."""
    return finding.rule == RULE and bool(finding.about)


@dataclass(frozen=True, slots=True)
class Stranger:
    """One owner, by the name that comes first: how many items name them, and where the first one stands. `like` is the
    person under [people] whom they may be, '' for nobody.
    """

    name: str
    items: int
    path: str
    line: int
    like: str = ""

    @property
    def count(self) -> str:
        return "1 item" if self.items == 1 else f"{self.items} items"

    def lines(self, keys: Iterable[str] = ()) -> list[str]:
        """TOML that makes them known, to be pasted behind everything else; `keys` are those that a tracker finds an
        account by.
        """
        other = f"; or is it {self.like!r}? Then add the name to aliases there" if self.like else ""
        jira = _JIRA.fullmatch(self.name)
        key = jira["account"] if jira else self.name
        known = {"jira": key} if jira else {"email": key} if _MAIL.fullmatch(key) else {}
        given = [f"{name} = {_text(value)}" for name, value in known.items()]
        asked = [f'# {name} = "…"' for name in keys if name not in known]
        return [
            f"# {self.count}, first at {place(self.path, self.line)}{other}",
            f"[people.{_key(key)}]",
            *given,
            *asked,
        ]


def strangers(findings: Iterable[Finding], people: Mapping[str, Person]) -> list[Stranger]:
    """Everybody whom the findings do not know, each once, whatever the spelling; who has most items comes first."""
    directory = Directory(people)
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        if is_about_a_stranger(finding):
            groups.setdefault(Directory.plain(finding.about), []).append(finding)
    found = [_stranger(group, directory) for group in groups.values()]
    return sorted(found, key=lambda each: -each.items)


def toml(each: Iterable[Stranger], settings: Settings) -> list[str]:
    """The lines for all of them."""
    keys = [KEYS[kind] for kind in dict.fromkeys(t.type for t in settings.trackers.values()) if kind in KEYS]
    return [line for stranger in each for line in stranger.lines(keys)]


def _stranger(group: Sequence[Finding], directory: Directory) -> Stranger:
    first = group[0]
    items = len({(finding.path, finding.line) for finding in group})
    return Stranger(first.about, items, first.path, first.line, similar(first.about, directory))


def similar(owner: str, directory: Directory) -> str:
    """The id of the one person whose name is nearly the same, '' for nobody."""
    close = get_close_matches(owner.casefold(), directory.names, n=1, cutoff=0.6)
    person = directory.match(close[0]) if close else None
    return person.id if person else ""


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    """A TOML string: JSON's, which leaves one character alone that TOML does not take."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
