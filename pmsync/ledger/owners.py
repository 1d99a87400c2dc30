"""Whose an item is and how severe, in one spelling: `status` and the ledger's views say the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from pmsync.config.people import Directory
from pmsync.config.severity import severity_level
from pmsync.ledger.values import Row, to_tuple

if TYPE_CHECKING:
    from pmsync.config.settings import Settings
    from pmsync.ledger import Ledger
    from pmsync.ledger.reader import LedgerReader

Find = Callable[[str, str], str]
"""Finds the person behind an account of a tracker, or behind a name in a document (tracker '')."""


def owners(ledger: LedgerReader, settings: Settings) -> Callable[[str, str], tuple[str, ...]]:
    """Reads the `people_of` and `people` of a status row: the ticket's assignees, else the owners in the document."""
    find = accounts(ledger, settings)

    @cache
    def people(tracker: str, names: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(find(tracker, name) for name in to_tuple(names)))

    return people


def accounts(ledger: LedgerReader, settings: Settings) -> Find:
    """People as the ledger and [people] know them."""
    people: dict[tuple[str, str], str] = {}
    for name, tracker in settings.trackers.items():
        people |= {(name, account): person for person, (account, _) in ledger.accounts(name).items()}
        if tracker.type in {"github", "jira"}:
            configured = {person.id: getattr(person, tracker.type) for person in settings.people.values()}
            people |= {(name, account.casefold()): person for person, account in configured.items() if account}
    directory = Directory(settings.people)

    def find(tracker: str, name: str) -> str:
        person = people.get((tracker, name)) or people.get((tracker, name.casefold()))
        if person is None and (match := directory.match(name)):
            person = match.id
        return person or name

    return find


def note(ledger: Ledger, settings: Settings) -> None:
    """Let the ledger's views know what [people] and the accounts say now."""
    people = owners(ledger, settings)

    def shown(row: Row) -> tuple[str, tuple[tuple[str, ...], str]]:
        return row["uid"], (people(row["people_of"], row["people"]), severity_level(row["severity"]))

    ledger.show(dict(ledger.status_rows(shown)))
