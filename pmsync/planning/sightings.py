"""What the trackers said about tickets that documents and links name, followed to where they are now. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pmsync.model import Link, Ref, Ticket
from pmsync.planning.refusals import recent_refusal
from pmsync.planning.world import Named, World
from pmsync.trackers.contract import Gone, Moved, Sight


def with_sights(world: World) -> World:
    """The world with every answer put where planning looks for it: beside the reference, and beside the link."""
    tickets_by_key = _known_by_key(world)
    named = {
        where: tuple(
            replace(reference, sight=_of_reference(world, reference, tickets_by_key)) for reference in references
        )
        for where, references in world.named.items()
    }
    targets = ((link.ticket.ref, target_of(world, link)) for link in world.links.values())
    tickets = ((ref, sight_of(world, target)) for ref, target in targets if target)
    moves = {ref: ticket for ref, ticket in tickets if isinstance(ticket, Ticket)}
    return replace(world, named=named, moves=moves)


def sight_of(world: World, ref: Ref) -> Sight | None:
    """The latest answer about a ticket; None where its tracker has not shown it, or could not be read."""
    view = world.view(ref.tracker)
    return (view.sights.get(ref) or view.tickets.get(ref)) if view else None


def target_of(world: World, link: Link) -> Ref | None:
    """The ticket that a linked one was moved to, or merged into since the last run."""
    match sight_of(world, link.asked):
        case Moved(to=target):
            return target
        case Ticket(duplicate=True) as ticket if ticket != link.ticket:
            return ticket.duplicate_of
    return None


def _known_by_key(world: World) -> Mapping[tuple[str, str], Ticket]:
    listed = [ticket for view in world.views.values() for ticket in view.tickets.values()]
    linked = [link.ticket for link in world.links.values() if not link.lost]
    return {(ticket.ref.tracker, ticket.ref.key): ticket for ticket in (*linked, *listed)}


def _of_reference(world: World, reference: Named, tickets_by_key: Mapping[tuple[str, str], Ticket]) -> Sight | None:
    """A ticket that did not exist lately is not asked for again: it counts as gone, or as hidden from us."""
    ref = reference.ref
    if ticket := tickets_by_key.get((ref.tracker, ref.key)):
        return ticket
    sight = sight_of(world, ref)
    if sight is None and recent_refusal(world.refusals, f"{ref.tracker}:{ref.key}", "get", world.now):
        return Gone(ref, hidden=True)
    if not isinstance(sight, Moved):
        return sight
    there = sight_of(world, sight.to) if sight.to else None
    return there if isinstance(there, Ticket) else sight.ticket or sight
