"""Which item is which, worked out from everything that was gathered. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pmsync.identity.candidates import entries, known_items
from pmsync.identity.identify import identify
from pmsync.model import Ref, Ticket
from pmsync.planning.world import World, doubtful, marked_tickets, seen_tickets


def with_identities(world: World) -> World:
    """The world with its items identified: by the ledger's links and the trusted markers, always both."""
    marked = marked_tickets([view for view in world.views.values() if not view.failed], world.belonging)
    named = {
        where: tuple(each.sight.ref for each in references if isinstance(each.sight, Ticket) and not each.mention)
        for where, references in world.named.items()
    }
    identities = identify(
        entries(world.reading.documents, named),
        known_items(world.links, world.intents, marked, world.questions),
        documents=[document.id for document in world.reading.documents],
        namespace=world.settings.namespace,
        complete=world.reading.complete,
        decisions=world.decisions,
        lookalikes=list(_unmarked(world, marked, {ref for refs in named.values() for ref in refs})),
    )
    return replace(world, identities=identities)


def _unmarked(world: World, marked: Sequence[Ticket], named: set[Ref]) -> Iterator[Ticket]:
    """Tickets of our own accounts that lost their marker, or all of it but the uid, or whose text was replaced by
    another ticket's, and are linked to nothing and named by nobody.
    """
    mates: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in marked:
        mates[ticket.marker.uid if ticket.marker else ""].append(ticket)
    replaced = {each.ref for same in mates.values() if len(same) > 1 for each in same if doubtful(each, same)}
    taken = named | {link.ticket.ref for link in world.links.values()}
    for view in world.views.values():
        for ticket in seen_tickets(view):
            bare = ticket.marker is None or not ticket.marker.key or ticket.ref in replaced
            if (
                bare and not ticket.duplicate and ticket.author in view.trusted
                and ticket.ref.tracker and ticket.ref not in taken
            ):  # fmt: skip
                yield replace(ticket, marker=None) if ticket.ref in replaced else ticket
