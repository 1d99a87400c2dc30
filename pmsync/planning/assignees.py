"""Who is assigned to a ticket: the accounts of its item's owners. Pure."""

from __future__ import annotations

from pmsync.config.people import Directory
from pmsync.config.unknown_owners import unknown_owner
from pmsync.findings import new_finding
from pmsync.identity.identify import Placed
from pmsync.model import Finding, Link
from pmsync.planning.world import View, World
from pmsync.trackers.contract import Unresolved


def assignees(
    world: World, view: View, owners: tuple[str, ...], placed: Placed
) -> tuple[tuple[str, ...], list[Finding]]:
    """Return the owners' accounts, in order, and a finding for each owner without one in this tracker."""
    directory, entry = Directory(world.settings.people), placed.entry
    accounts, findings = [], []
    for owner in owners:
        person = directory.match(owner)
        answer = view.accounts.get(person.id) if person else None
        if isinstance(answer, str):
            accounts.append(answer)
            continue
        if person and view.unseen:
            continue  # the tracker was not asked
        if person is None:
            findings.append(unknown_owner(owner, entry.document.path, entry.item.line))
            continue
        why = answer.reason if isinstance(answer, Unresolved) else "they were not looked up"
        findings.append(
            new_finding(
                "owner-unresolved",
                f"owner {owner!r} cannot be assigned in {view.settings.name!r}: {why}",
                f"correct the account under [people.{person.id}]: the next sync assigns the ticket",
                entry.document.path,
                entry.item.line,
                about=owner,
            )
        )
    return tuple(dict.fromkeys(accounts)), findings


def substitutes(world: World, view: View, placed: Placed) -> tuple[str, ...]:
    """Return the account of `fallback_owner`, if it can be assigned."""
    fallback = (view.settings.fallback_owner,) if view.settings.fallback_owner else ()
    return assignees(world, view, fallback, placed)[0]


def wants_owners(link: Link, owners: tuple[str, ...]) -> bool:
    """Whether the document's owners have to be looked up: to assign them, or to compare them with the assignees."""
    if link.pushed is None or link.ticket.status.closed:
        return False
    return link.pushed.owners != owners or (link.pushed.owed and not link.reassigned)
