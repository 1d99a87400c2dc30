"""Accounts that were renamed, recognised by the ids that do not change. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pmsync.config.settings import Person
from pmsync.identity.keys import digest
from pmsync.model import Ticket

Renames = Mapping[str, str]
"""The present name by the former one."""


def renames(pairs: Iterable[tuple[Mapping[str, str], Ticket]]) -> Renames:
    """Find renamed accounts from pairs of the accounts (with ids) known of a ticket and the ticket as it is now.

    A former name that somebody else now uses is left out, as it is ambiguous.
    """
    names: dict[str, str] = {}
    present: set[str] = set()
    for before, ticket in pairs:
        now = {id_: account for account, id_ in ticket.ids.items() if account in {ticket.author, *ticket.assignees}}
        present |= set(now.values())
        names |= {old: now[id_] for old, id_ in before.items() if now.get(id_, old) != old}
    return {old: new for old, new in names.items() if old not in present}


def as_called(person: Person, kind: str, names: Renames) -> Person:
    """Return the person with the account's present name, in a tracker of this `kind` (its type)."""
    account = getattr(person, kind, None) if kind in {"github", "jira"} else None
    new = names.get(account.lower() if kind == "github" else account) if account else None
    if new is None:
        return person
    return replace(person, github=new) if kind == "github" else replace(person, jira=new)


def renamed(old: Ticket, new: Ticket) -> Renames:
    """Return the renamed accounts of one ticket."""
    return renames([(old.ids, new)])


def remembered(old: Ticket, new: Ticket) -> dict[str, str]:
    """Return the ids to keep: the ticket's present ones, and the former names of the same accounts."""
    former = {account: id_ for account, id_ in old.ids.items() if id_ in set(new.ids.values())}
    return {**former, **new.ids}


def digest_of(person: Person) -> str:
    """Return a digest of the settings that find a person's account: if they change, it is looked up again."""
    return digest(person.id, person.name, person.github, person.jira, person.email)
