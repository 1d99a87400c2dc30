"""Owners that are not under [people]: their findings, and the lines of TOML that add them. Pure."""

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
"""The key under [people] by which a tracker of each type finds an account."""
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+")
_JIRA = re.compile(r"\[~(?:accountid:)?(?P<account>[^\]]+)\]")


def unknown_owner(owner: str, path: str, line: int, hint: str | None = None) -> Finding:
    """The finding about an owner of one item."""
    return new_finding(RULE, f"owner {owner!r} is not known", hint, path, line, about=owner)


def names_unknown_owner(finding: Finding) -> bool:
    """Whether the finding names an unknown owner; findings from the ledger do not."""
    return finding.rule == RULE and bool(finding.about)


@dataclass(frozen=True, slots=True)
class UnknownOwner:
    """One owner, in the first spelling, with the number of items and the place of the first. `like` is the id of a
    person under [people] with a similar name, '' if there is none.
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
        """TOML to append to the configuration. `keys` are those by which the trackers find an account."""
        other = f"; or is it {self.like!r}? Then add the name to aliases there" if self.like else ""
        jira = _JIRA.fullmatch(self.name)
        key = jira["account"] if jira else self.name
        account = {"jira": key} if jira else {"email": key} if _MAIL.fullmatch(key) else {}
        return [
            f"# {self.count}, first at {place(self.path, self.line)}{other}",
            f"[people.{_key(key)}]",
            *(f"{name} = {_text(value)}" for name, value in account.items()),
            *(f'# {name} = "…"' for name in keys if name not in account),
        ]


def unknown_owners_in(findings: Iterable[Finding], people: Mapping[str, Person]) -> list[UnknownOwner]:
    """All unknown owners in the findings, each once in any spelling; those with most items first."""
    directory = Directory(people)
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        if names_unknown_owner(finding):
            groups.setdefault(Directory.plain(finding.about), []).append(finding)
    return sorted((_of(group, directory) for group in groups.values()), key=lambda owner: -owner.items)


def toml(owners: Iterable[UnknownOwner], settings: Settings) -> list[str]:
    """TOML that adds all these owners."""
    keys = [KEYS[kind] for kind in dict.fromkeys(t.type for t in settings.trackers.values()) if kind in KEYS]
    return [line for owner in owners for line in owner.lines(keys)]


def _of(group: Sequence[Finding], directory: Directory) -> UnknownOwner:
    first = group[0]
    items = len({(finding.path, finding.line) for finding in group})
    return UnknownOwner(first.about, items, first.path, first.line, similar(first.about, directory))


def similar(owner: str, directory: Directory) -> str:
    """The id of the person with the most similar name, '' if there is none."""
    close = get_close_matches(owner.casefold(), directory.names, n=1, cutoff=0.6)
    person = directory.match(close[0]) if close else None
    return person.id if person else ""


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    """A TOML string: JSON's, which leaves one character alone that TOML does not take."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
