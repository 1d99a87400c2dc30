"""Accounts that go by another name now, told by the ids that outlive a renaming. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pmsync.config.settings import Person
from pmsync.identity.keys import digest
from pmsync.model import Ticket

Renames = Mapping[str, str]
"""The present name by the former one."""


def renames(seen: Iterable[tuple[Mapping[str, str], Ticket]]) -> Renames:
    """What follows from tickets as they are, each beside the accounts (with their ids) that were known of it before.

    A former name that somebody else goes by now is left out: nobody can tell whom it means.
    """
    found: dict[str, str] = {}
    present: set[str] = set()
    for known, ticket in seen:
        now = {id_: account for account, id_ in ticket.ids.items() if account in {ticket.author, *ticket.assignees}}
        present |= set(now.values())
        found |= {old: now[id_] for old, id_ in known.items() if now.get(id_, old) != old}
    return {old: new for old, new in found.items() if old not in present}


def as_called(person: Person, kind: str, names: Renames) -> Person:
    """The person by the name that the account has now, in a tracker of this `kind` (its type)."""
    account = getattr(person, kind, None) if kind in {"github", "jira"} else None
    new = names.get(account.lower() if kind == "github" else account) if account else None
    if new is None:
        return person
    return replace(person, github=new) if kind == "github" else replace(person, jira=new)


def renamed(old: Ticket, new: Ticket) -> Renames:
    """The accounts of one ticket that have another name now."""
    return renames([(old.ids, new)])


def remembered(old: Ticket, new: Ticket) -> dict[str, str]:
    """The ids to keep: those of the ticket as it is, and the former names of who is still there."""
    former = {account: id_ for account, id_ in old.ids.items() if id_ in set(new.ids.values())}
    return {**former, **new.ids}


def digest_of(person: Person) -> str:
    """A digest of what finds a person's account: it is looked for again once any of that changes."""
    return digest(person.id, person.name, person.github, person.jira, person.email)
