"""Finds the person that an owner's name means. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from pmsync.config.settings import Person


class Directory:
    """The people under [people], by any of their names.

    Case, surrounding space, a leading `@` and Jira's `[~…]` do not matter. A name that two people share matches nobody
    (the configuration must not contain one).
    """

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._by_name: dict[str, Person | None] = {}
        for person in people.values():
            for name in {_plain(name) for name in _names(person)}:
                taken = self._by_name.get(name, person)
                self._by_name[name] = person if taken == person else None

    def match(self, text: str) -> Person | None:
        """The person with this name; None if there is none, or more than one."""
        return self._by_name.get(_plain(text))

    @staticmethod
    def plain(text: str) -> str:
        """The normal form of a name: equal for two spellings of it."""
        return _plain(text)

    @property
    def names(self) -> list[str]:
        """The normal forms of all names, for suggestions."""
        return sorted(self._by_name)


def _names(person: Person) -> list[str]:
    named = (person.id, person.name, *person.aliases, person.email, person.github, person.jira)
    return [name for name in named if name]


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).strip()
    if text.startswith("[~") and text.endswith("]"):
        text = text[2:-1].removeprefix("accountid:")
    return " ".join(text.removeprefix("@").casefold().split())
