"""What the trackers say about linked tickets: seen, changed, gone, moved, relinked, twins. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pmsync.model import Finding, Link, Ref, Ticket
from pmsync.operations import CloseDuplicate, Operation, Reason, Record
from pmsync.plan.world import World, seniority
from pmsync.trackers.base import Forbidden, Gone, Moved, Sight

Marked = Mapping[str, Sequence[Ticket]]


@dataclass(frozen=True, slots=True)
class Observed:
    """A link brought up to date with what was seen, and what there is to do or tell about it."""

    link: Link
    operations: tuple[Operation, ...] = ()
    findings: tuple[Finding, ...] = ()


def observe_all(world: World, marked: Marked) -> dict[str, Observed]:
    """Every link of the ledger, by uid, as it stands after this run's observations."""
    return {uid: with_twins(_observe(world, link, marked), marked) for uid, link in world.links.items()}


def _observe(world: World, link: Link, marked: Marked) -> Observed:
    view = world.view(link.ticket.ref.tracker)
    if view is None:
        return Observed(link)
    ref = link.ticket.ref
    sight: Sight | None = view.sights.get(ref) or view.tickets.get(ref)
    match sight:
        case Gone():
            return _lost(link)
        case Moved():
            return _moved(world, link, sight)
        case Forbidden():
            return Observed(link, findings=(_forbidden(link, sight),))
        case Ticket():
            return _seen(world, link, sight, marked)
        case None:
            return Observed(link)


def _lost(link: Link) -> Observed:
    if link.lost:
        return Observed(link)
    lost = replace(link, lost=True)
    finding = Finding(
        "ticket-lost",
        "warning",
        f"ticket {link.ticket.ref.key!r} of item {link.ticket.title!r} was deleted",
        f"it will not be made again; `pmsync forget {link.uid}` lets the next sync create a new one",
    )
    return Observed(lost, (Record("lost", lost, link.ticket.ref.key),), (finding,))


def _moved(world: World, link: Link, sight: Moved) -> Observed:
    target = world.moves.get(link.ticket.ref)
    if target is None:
        ref = Ref("", sight.url, sight.url, sight.url)
        target = replace(link.ticket, ref=ref)
    moved = replace(link, ticket=target)
    where = target.ref.key
    hint = "" if target.ref.tracker else "no configured tracker holds it: it is kept as a link and no longer followed"
    finding = Finding("ticket-moved", "note", f"ticket {link.ticket.ref.key!r} was moved to {where!r}", hint)
    return Observed(moved, (Record("follow", moved, f"{link.ticket.ref.key} → {where}"),), (finding,))


def _forbidden(link: Link, sight: Forbidden) -> Finding:
    return Finding(
        "ticket-forbidden",
        "warning",
        f"ticket {link.ticket.ref.key!r} cannot be read: {sight.reason}",
        "give the token access to it again; until then its last known state is kept",
    )


def _seen(world: World, link: Link, ticket: Ticket, marked: Marked) -> Observed:
    if ticket.updated_at < link.ticket.updated_at:
        return Observed(link)
    if _other_uid(world, link, ticket):
        return _relinked(link, ticket, marked.get(link.uid, ()))
    merged = world.moves.get(ticket.ref) if ticket.duplicate else None
    if merged is not None and merged.ref != ticket.ref:
        view = world.view(merged.ref.tracker)
        foreign = view is None or merged.author not in view.trusted
        followed = replace(link, ticket=merged, named=True, followed=foreign)
        return Observed(followed, (Record("follow", followed, f"{ticket.ref.key} merged into {merged.ref.key}"),))
    if ticket == link.ticket and ticket.ref.key == link.ticket.ref.key and not link.lost:
        return Observed(link)
    # A ticket as sent has no state yet: an assignee whom the project filled in is nobody's edit.
    known = bool(link.ticket.state or link.ticket.assignees)
    reassigned = link.reassigned or (known and set(ticket.assignees) != set(link.ticket.assignees))
    seen = replace(link, ticket=ticket, lost=False, reassigned=reassigned)
    changes = describe(link.ticket, ticket)
    reason: Reason = "found" if link.lost else "observe" if changes else "seen"
    return Observed(seen, (Record(reason, seen, changes),))


def _other_uid(world: World, link: Link, ticket: Ticket) -> bool:
    marker = ticket.marker
    ours = marker is not None and marker.namespace in {world.settings.namespace, ""}
    view = world.views[ticket.ref.tracker]
    return bool(ours and marker and marker.uid != link.uid and not link.named and ticket.author in view.trusted)


def _relinked(link: Link, ticket: Ticket, mates: Sequence[Ticket]) -> Observed:
    mine = [mate for mate in mates if not mate.duplicate]
    uid = ticket.marker.uid if ticket.marker else ""
    if mine:
        relinked = replace(link, ticket=mine[0], lost=False)
        return Observed(relinked, (Record("relink", relinked, f"{ticket.ref.key} → {mine[0].ref.key}"),))
    finding = Finding(
        "marker-mismatch",
        "warning",
        f"ticket {ticket.ref.key!r} is linked to item {link.uid!r}, but its marker names item {uid!r}",
        f"say which is right with `pmsync adopt {link.uid} TICKET`",
    )
    return Observed(link, findings=(finding,))


def describe(old: Ticket, new: Ticket) -> str:
    """What changed between two observations that people care about, in a few words; '' for nothing.

    The first look at a ticket that is known only as it was sent (its state is '') finds nothing but another status.
    """
    if not old.state and old.status == new.status:
        return ""
    changes = []
    if old.status != new.status or old.state != new.state:
        changes.append(f"{old.status} → {new.status}")
    if old.title != new.title:
        changes.append("retitled")
    if set(old.assignees) != set(new.assignees):
        changes.append(f"assigned to {', '.join(new.assignees) or 'nobody'}")
    if old.due != new.due:
        changes.append(f"due {new.due or 'never'}")
    if old.labels != new.labels:
        changes.append("labels")
    if old.priority != new.priority:
        changes.append(f"priority {new.priority or 'none'}")
    if old.ref.key != new.ref.key:
        changes.append(f"now {new.ref.key}")
    return ", ".join(changes)


def with_twins(seen: Observed, marked: Marked) -> Observed:
    """One item, one ticket: the oldest survives for every run alike, and only what is untouched is closed."""
    link = seen.link
    mates = {ticket.ref: ticket for ticket in marked.get(link.uid, ())}
    if not mates or link.lost or link.named or (len(mates) == 1 and link.ticket.ref in mates):
        return seen
    mates[link.ticket.ref] = link.ticket
    alive = sorted((ticket for ticket in mates.values() if not ticket.duplicate), key=seniority)
    if not alive:
        return seen
    survivor = alive[0]
    operations, findings = list(seen.operations), list(seen.findings)
    if survivor.ref != link.ticket.ref:
        link = replace(link, ticket=survivor)
        operations.append(Record("relink", link, f"{seen.link.ticket.ref.key} → {survivor.ref.key}"))
    for younger in alive[1:]:
        operation, finding = _twin(link.uid, survivor, younger)
        operations += [operation] if operation else []
        findings += [finding] if finding else []
    return Observed(link, tuple(operations), tuple(findings))


def _twin(uid: str, older: Ticket, younger: Ticket) -> tuple[CloseDuplicate | None, Finding | None]:
    same_tracker = older.ref.tracker == younger.ref.tracker
    if same_tracker and not older.status.closed and not younger.status.closed:
        return CloseDuplicate(uid, younger, older.ref), None
    return None, Finding(
        "twin",
        "warning",
        f"tickets {older.ref.key!r} and {younger.ref.key!r} are for the same item {uid!r}",
        f"close {younger.ref.key!r} as duplicate of {older.ref.key!r}, or the other way round",
    )
