"""Refuses a plan if tickets were created by another configuration, or by this one under another name. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pmsync.findings import new_finding
from pmsync.model import Finding, Marker, Ticket
from pmsync.planning.operations import Plan
from pmsync.planning.world import World, seen_tickets


def refusals(plan: Plan, world: World) -> list[Finding]:
    """Return an error finding for each namespace or place in our tickets' markers that is not this configuration's."""
    markers = [marker for marker, _ in _ours(world)]
    others = Counter(marker.home for marker in markers if world.belonging.is_of_another(marker))
    others |= _taken(world)
    documents = {document.id for document in world.reading.documents}
    before = Counter(
        marker.namespace
        for marker in markers
        if marker.document_id in documents and world.belonging.is_of_before(marker)
    )
    before |= _under_another_name(plan, world)
    return [
        *(_shared(world, home, count) for home, count in sorted(others.items())),
        *(_changed(world, namespace, count) for namespace, count in sorted(before.items())),
    ]


def _ours(world: World) -> Iterator[tuple[Marker, Ticket]]:
    for view in world.views.values():
        tickets = {ticket.ref: ticket for ticket in seen_tickets(view)} if not view.failed else {}
        for ticket in tickets.values():
            if ticket.marker and ticket.author in view.trusted:
                yield ticket.marker, ticket


def _taken(world: World) -> Counter[str]:
    """Count our own tickets into which another place has written its marker."""
    tickets = {ref: ticket for view in world.views.values() for ref, ticket in view.tickets.items() if not view.failed}
    linked = (
        tickets.get(link.ticket.ref, link.ticket).marker
        for link in world.links.values()
        if not (link.named or link.orphaned or link.lost)
    )
    return Counter(marker.home for marker in linked if marker and not world.belonging.is_here(marker.home))


def _under_another_name(plan: Plan, world: World) -> Counter[str]:
    """Count markers without a place that belong to items which would be created now."""
    creates = {
        (create.place.document_id, create.place.key) for create in plan.creates if not _decided(create.uid, world)
    }
    return Counter(
        marker.namespace
        for marker, _ in _ours(world)
        if creates
        and (marker.document_id, marker.key) in creates
        and not world.belonging.is_our_namespace(marker.namespace)
        and not (marker.home and world.belonging.home)
    )


def _decided(uid: str, world: World) -> bool:
    return world.decisions.get(uid) == "new"


def _tickets(count: int) -> str:
    return "1 ticket" if count == 1 else f"{count} tickets"


def _shared(world: World, home: str, count: int) -> Finding:
    namespace, here = world.settings.namespace, world.belonging.home
    carry = "carries" if count == 1 else "carry"
    message = (
        f"{_tickets(count)} of {home!r} {carry} this namespace, {namespace!r}, and this is {here!r}; nothing was sent"
    )
    repository, _, folder = here.partition(":")
    own = "/".join([*repository.split("/")[1:], *folder.split("/")]).removesuffix("/.")
    own = own if own not in {"", ".", namespace} else f"{namespace}-2"
    hint = (
        f'if this place was renamed or moved, add `formerly = ["{home}"]` under '
        f'[documents]; if they are two places, give this one its own namespace, such as `namespace = "{own}"`'
    )
    return new_finding("namespace-shared", message, hint)


def _changed(world: World, namespace: str, count: int) -> Finding:
    carry = "carries" if count == 1 else "carry"
    message = (
        f"{_tickets(count)} made from these documents {carry} the namespace {namespace!r}, and now it is "
        f"{world.settings.namespace!r}; nothing was sent"
    )
    hint = f'restore the former one, or add `formerly = ["{namespace}"]` under [documents]'
    return new_finding("namespace-changed", message, hint)
