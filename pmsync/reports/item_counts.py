"""The items of a run, counted by state: with a ticket, to be created, or without one and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pmsync.config.people import Directory
from pmsync.model import ItemRow, Link
from pmsync.planning.operations import Plan
from pmsync.planning.ticket_text import same_title, ticket_title
from pmsync.planning.world import World
from pmsync.sync.apply import Applied

WORDS: Mapping[str, str] = {
    "ticketed": "with a ticket",
    "shared": "sharing a ticket",
    "new": "to create",
    "in_doubt": "in doubt",
    "not_created": "not created",
    "lost": "with a ticket that is gone",
    "external": "tracked elsewhere",
    "undecided": "undecided",
    "refused": "refused",
    "restricted": "restricted",
    "blocked": "blocked by a finding",
    "waiting": "waiting",
    "proposed": "in drafts",
    "listed": "before documents.since",
    "done": "already done",
    "cancelled": "cancelled",
}
"""The words for each count, in this order."""
UNSETTLED = frozenset("in_doubt not_created lost external undecided refused restricted blocked waiting".split())
"""The counts that somebody may have to act on."""


def item_counts(plan: Plan, links: Mapping[str, Link], applied: Applied | None = None) -> dict[str, int]:
    """The number of items in each state, by the keys of `WORDS`; the sum is all of the plan's items.

    If the plan was `applied`, created items count as ticketed, else as to create.
    """
    created = {done.uid for done in applied.done if done.verb == "created"} if applied else set()
    lost = {uid for uid, link in links.items() if link.lost} | {record.uid for record in plan.records("lost")}
    lost -= {record.uid for record in plan.records("found", "relink", "follow", "adopt")}
    adopted = {record.uid: record.link for record in plan.records("adopt")}
    shared = {uid for uid, link in {**links, **adopted}.items() if link.shared}

    def state(row: ItemRow) -> str:
        if row.standing == "ticketed":
            return "lost" if row.uid in lost else "shared" if row.uid in shared else "ticketed"
        if row.standing == "new" and applied:
            return "ticketed" if row.uid in created else "in_doubt" if row.uid in applied.in_doubt else "not_created"
        notes = {"cancelled": "cancelled", "the document is restricted": "restricted"}
        return next((name for note, name in notes.items() if row.note.startswith(note)), row.standing)

    counts = Counter(map(state, plan.rows))
    return {name: counts[name] for name in WORDS if counts[name]}


def differing(plan: Plan, world: World) -> int:
    """The number of open tickets that differ from their documents because people changed them."""
    rows = {row.uid: row for row in plan.rows if row.standing == "ticketed"}
    links = (link for uid, link in world.links.items() if uid in rows and not link.ticket.status.closed)
    directory = Directory(world.settings.people)
    return sum(_differs(rows[link.uid], link, world, directory) for link in links)


def _differs(row: ItemRow, link: Link, world: World, directory: Directory) -> bool:
    view, ticket, fields = world.view(link.ticket.ref.tracker), link.ticket, row.fields
    owners = {person.id if (person := directory.match(owner)) else owner for owner in fields.owners}
    assigned = {world.person_of(link.asked.tracker, account) for account in ticket.assignees}
    other_owner = link.reassigned and owners != assigned
    other_due = view is not None and "due" in view.fields and fields.due not in {None, ticket.due}
    return other_owner or other_due or not same_title(ticket.title, ticket_title(fields.title))


def counts_line(counts: Mapping[str, int], since: object = None) -> str:
    """One line: `48 items: 12 with a ticket, 3 to create, 33 before documents.since (2026-12-01).`; '' for no items."""
    total = sum(counts.values())
    if not total:
        return ""
    if counts.keys() == {"ticketed"}:
        return "1 item, with a ticket." if total == 1 else f"{total} items, all with a ticket."
    words = {**WORDS, "listed": f"before documents.since ({since})" if since else WORDS["listed"]}
    parts = ", ".join(f"{count} {words[name]}" for name, count in counts.items())
    return f"{total} {'item' if total == 1 else 'items'}: {parts}."


def since_hint(counts: Mapping[str, int]) -> str:
    """What to do if nothing but their date keeps items from their tickets; '' otherwise."""
    listed = counts.get("listed", 0)
    if not listed or counts.keys() & {"ticketed", "new"}:
        return ""
    those = "that item a ticket" if listed == 1 else f"those {listed} items tickets"
    return f"To give {those}, set an earlier date as documents.since."
