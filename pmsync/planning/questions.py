"""What has to be asked before a plan holds: answer the questions, and plan again until there are none. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pmsync.config.people import Directory
from pmsync.config.settings import Person
from pmsync.model import Link, Ref
from pmsync.planning.assignees import wants_owners
from pmsync.planning.operations import Create, Operation, Search, Wait
from pmsync.planning.sightings import sight_of, target_of
from pmsync.planning.world import World, marked_tickets
from pmsync.trackers.contract import Moved


def unread_tickets(world: World) -> dict[str, list[Ref]]:
    """By tracker: the tickets to be read one by one before items can be identified.

    These are tickets that an item names and nobody has shown, linked tickets that a scan did not show, and the places
    that a ticket was moved to or merged into.
    """
    unread: dict[str, list[Ref]] = defaultdict(list)
    for ref in dict.fromkeys((*_named(world), *_unlisted(world), *_targets(world))):
        view = world.view(ref.tracker)
        if view and not view.unseen and sight_of(world, ref) is None:
            unread[ref.tracker].append(ref)
    return dict(unread)


def _named(world: World) -> Iterator[Ref]:
    return (each.ref for references in world.named.values() for each in references if each.sight is None)


def _unlisted(world: World) -> Iterator[Ref]:
    """After a full scan every linked ticket that it did not show: deleted, moved, or without its label. After any scan
    one whose item has another ticket too, as it may be gone, and the open ones without the label, which no scan shows:
    adopted tickets, most of all.
    """
    marked = marked_tickets([view for view in world.views.values() if not view.failed], world.belonging)
    twins = {
        ticket.marker.uid
        for ticket in marked
        if ticket.marker and (link := world.links.get(ticket.marker.uid)) and link.ticket.ref != ticket.ref
    }
    for link in world.links.values():
        view = world.view(link.asked.tracker)
        if view and (
            view.complete or link.uid in twins or (_lacks_label(world, link) and not link.ticket.status.closed)
        ):
            yield link.asked


def _lacks_label(world: World, link: Link) -> bool:
    """Whether the ticket was without the general label when it was last seen here."""
    label = world.settings.trackers[link.asked.tracker].label.casefold()
    is_observed = bool(link.ticket.state)  # a ticket that is known only as it was sent has the labels that were sent
    return (
        is_observed and not (link.away or link.lost) and label not in {each.casefold() for each in link.ticket.labels}
    )


def _targets(world: World) -> Iterator[Ref]:
    yield from filter(None, (target_of(world, link) for link in world.links.values()))
    for references in world.named.values():
        for reference in references:
            sight = sight_of(world, reference.ref)
            if isinstance(sight, Moved) and sight.to:
                yield sight.to


def searches(operations: Iterable[Operation]) -> dict[str, Search]:
    """By tracker: one wide look for all items that wait for it."""
    by_tracker: dict[str, Search] = {}
    for operation in operations:
        if isinstance(operation, Wait) and operation.search:
            tracker, search = operation.tracker, operation.search
            earlier = by_tracker.get(tracker, search)
            by_tracker[tracker] = Search(earlier.uids | search.uids, min(earlier.since, search.since))
    return by_tracker


def unresolved_people(
    world: World, operations: Iterable[Operation], linked: Iterable[tuple[Link, tuple[str, ...]]]
) -> dict[str, tuple[Person, ...]]:
    """By tracker: whom the creates and the changes of owner assign, and whose account nobody has looked up.

    `linked` are the items that have a ticket, with the owners that their documents name.
    """
    creates = [operation for operation in operations if isinstance(operation, Create)]
    assigned = [(create.tracker, create.place.fields.owners) for create in creates]
    assigned += [(link.ticket.ref.tracker, owners) for link, owners in linked if wants_owners(link, owners)]
    directory = Directory(world.settings.people)
    by_tracker: dict[str, dict[str, Person]] = defaultdict(dict)
    for tracker, owners in assigned:
        view = world.view(tracker)
        if view is None or view.unseen:
            continue
        for owner in filter(None, (*owners, view.settings.fallback_owner)):
            person = directory.match(owner)
            if person and person.id not in view.accounts:
                by_tracker[tracker][person.id] = person
    return {tracker: tuple(people.values()) for tracker, people in by_tracker.items()}
