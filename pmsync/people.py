"""Who an owner text means. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from pmsync.keys import digest
from pmsync.settings import Person


def digest_of(person: Person) -> str:
    """A digest of what finds a person's account: it is looked for again once any of that changes."""
    return digest(person.id, person.name, person.github, person.jira, person.email)


class Directory:
    """The people under [people], found by any name they go by.

    Case, surrounding space, a leading `@` and Jira's `[~…]` do not matter. A name that two people share finds nobody
    (the config refuses that for aliases).
    """

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._by_name: dict[str, Person | None] = {}
        for person in people.values():
            for name in {_plain(name) for name in _names(person)}:
                taken = self._by_name.get(name, person)
                self._by_name[name] = person if taken == person else None

    def match(self, text: str) -> Person | None:
        """The person that the text names, None where nobody or more than one does."""
        return self._by_name.get(_plain(text))

    @staticmethod
    def plain(text: str) -> str:
        """What is compared: two texts of which this is the same name one person."""
        return _plain(text)

    @property
    def names(self) -> list[str]:
        """All names somebody can be found by, for suggestions."""
        return sorted(self._by_name)


def _names(person: Person) -> list[str]:
    named = (person.id, person.name, *person.aliases, person.email, person.github, person.jira)
    return [name for name in named if name]


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).strip()
    if text.startswith("[~") and text.endswith("]"):
        text = text[2:-1].removeprefix("accountid:")
    return " ".join(text.removeprefix("@").casefold().split())
