"""Whose an item is and how severe, in one spelling: `status` and the ledger's views say the same."""

from __future__ import annotations

from collections.abc import Callable

from pmsync.config.people import Directory
from pmsync.config.settings import Settings
from pmsync.config.severity import severity_level
from pmsync.ledger import Ledger, Overview

Find = Callable[[str, str], str]
"""Finds the person behind an account of a tracker, or behind a name in a document (tracker '')."""


def people_of(seen: Overview, find: Find) -> tuple[str, ...]:
    """Whose it is: the ticket's assignees, else the owners in the document."""
    if seen.link and seen.link.ticket.assignees:
        tracker = seen.link.asked.tracker
        return tuple(dict.fromkeys(find(tracker, account) for account in seen.link.ticket.assignees))
    return tuple(dict.fromkeys(find("", owner) for owner in seen.item.fields.owners))


def accounts(ledger: Ledger, settings: Settings) -> Find:
    """People as the ledger and [people] know them."""
    known: dict[tuple[str, str], str] = {}
    for name, tracker in settings.trackers.items():
        known |= {(name, account): person for person, (account, _) in ledger.accounts(name).items()}
        if tracker.type in {"github", "jira"}:
            configured = {person.id: getattr(person, tracker.type) for person in settings.people.values()}
            known |= {(name, account.casefold()): person for person, account in configured.items() if account}
    directory = Directory(settings.people)

    def find(tracker: str, name: str) -> str:
        person = known.get((tracker, name)) or known.get((tracker, name.casefold()))
        if person is None and (match := directory.match(name)):
            person = match.id
        return person or name

    return find


def severity_of(seen: Overview) -> str:
    """The item's severity, else its document's: `sev1` for 'SEV-1 / critical', '' where there is none."""
    return severity_level(seen.item.fields.severity or seen.document.severity or "")


def note(ledger: Ledger, settings: Settings) -> None:
    """Let the ledger's views know what [people] and the accounts say now."""
    find = accounts(ledger, settings)
    ledger.show({seen.item.uid: (people_of(seen, find), severity_of(seen)) for seen in ledger.overview()})
