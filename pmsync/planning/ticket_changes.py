"""What the trackers say about linked tickets: seen, changed, gone, moved, relinked, twins. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pmsync.findings import new_finding
from pmsync.identity.renamed_accounts import as_called, remembered, renamed
from pmsync.model import Finding, Link, Ref, Ticket
from pmsync.planning.field_changes import FieldChange, Name
from pmsync.planning.operations import CloseDuplicate, Operation, Reason, Record
from pmsync.planning.world import Index, World, doubtful, seen_tickets, seniority
from pmsync.trackers.contract import Forbidden, Gone, Moved, Sight

Marked = Mapping[str, Sequence[Ticket]]


@dataclass(frozen=True, slots=True)
class Observed:
    """A link updated from what the tracker showed, with the operations and findings that follow."""

    link: Link
    operations: tuple[Operation, ...] = ()
    findings: tuple[Finding, ...] = ()


def observe_all(world: World, index: Index) -> dict[str, Observed]:
    """Return every link of the ledger, by uid, as observed in this run."""
    return {uid: with_twins(_observe(world, link, index.marked), index) for uid, link in world.links.items()}


def _observe(world: World, link: Link, marked: Marked) -> Observed:
    ref = link.asked
    view = world.view(ref.tracker)
    if view is None:
        return Observed(link)
    sight: Sight | None = view.sights.get(ref) or view.tickets.get(ref)
    match sight:
        case Gone() | Forbidden() if link.away:
            return _out_of_sight(link)
        case Gone():
            return _lost(world, link, sight)
        case Moved():
            return _moved(world, link, sight)
        case Forbidden():
            return Observed(link, findings=(_forbidden(link, sight),))
        case Ticket() if link.away:
            return _followed(link, sight, "")
        case Ticket():
            return _seen(world, link, sight, marked)
        case None:
            return _lost(world, link, None) if link.lost and not link.away else Observed(link)


def _lost(world: World, link: Link, sight: Gone | None) -> Observed:
    """Record a lost ticket once; report it in each run that judges its document, while the item matters.

    `sight` is None if the ticket was not asked for in this run.
    """
    if not link.lost:
        lost = replace(link, lost=True)
        return Observed(lost, (Record("lost", lost, ""),), (_is_gone(link, sight),))
    matters = link.document_id in world.judged and not (link.orphaned or link.ticket.status.closed)
    return Observed(link, findings=(_is_gone(link, sight),) if matters else ())


def _is_gone(link: Link, sight: Gone | None) -> Finding:
    ref, again = link.ticket.ref, f"`pmsync forget {link.uid}` lets the next sync create another"
    if sight and not sight.hidden:
        hint = f"it was deleted, and is not created again by itself; {again}"
    else:
        hint = (
            "it was deleted, or is hidden from pmsync's account (a security level, another place): open "
            f"{ref.url or ref.key} with an account that sees everything. If it exists, give pmsync's account access: "
            f"the next sync finds it. Only if it was deleted: {again}"
        )
    message = f"ticket {ref.key!r} of item {link.ticket.title!r} is gone"
    return new_finding("ticket-lost", message, hint)


def _moved(world: World, link: Link, sight: Moved) -> Observed:
    """Follow the ticket to a configured tracker, else for as long as it can be read."""
    target = world.moves.get(link.ticket.ref)
    if target is not None:
        return _followed(link, target, "")
    via = link.asked.tracker
    if sight.ticket is None:
        ref = replace(link.asked, tracker="", url=sight.url)
        return _out_of_sight(replace(link, ticket=replace(link.ticket, ref=ref), via=via), link)
    if not link.away or link.lost or sight.ticket.ref != link.ticket.ref:
        return _followed(link, sight.ticket, via)
    observed = replace(link, ticket=sight.ticket)
    changes = describe(link.ticket, sight.ticket, _names(world, link.asked.tracker))
    if sight.ticket == link.ticket and not changes:
        return Observed(link)
    return Observed(observed, (Record("observe" if changes else "seen", observed, changes),))


def _followed(link: Link, target: Ticket, via: str) -> Observed:
    """Return the link with its ticket's new place. `via` is the tracker that shows it, '' if that holds it."""
    moved = replace(link, ticket=target, via=via, lost=False)
    old, new = link.ticket.ref.key, target.ref.key
    hint = None if via else ""
    finding = new_finding("ticket-moved", f"ticket {old!r} was moved to {new!r}", hint)
    return Observed(moved, (Record("follow", moved, f"{old} → {new}"),), (finding,))


def _out_of_sight(link: Link, before: Link | None = None) -> Observed:
    """Record a ticket that moved out of reach: its item no longer counts as open; later runs look for it again."""
    before = before or link
    gone = replace(link, lost=True)
    if before.lost and before.away:
        return Observed(before)
    ref = gone.ticket.ref
    message = f"ticket {ref.key!r} of item {gone.ticket.title!r} was moved to where pmsync does not see it"
    hint = f"{ref.url} leads there; its item counts as moved away, and gets no other ticket"
    finding = new_finding("ticket-moved", message, hint)
    return Observed(gone, (Record("follow", gone, f"{ref.key} → out of sight"),), (finding,))


def _forbidden(link: Link, sight: Forbidden) -> Finding:
    return new_finding(
        "ticket-forbidden",
        f"ticket {link.ticket.ref.key!r} cannot be read: {sight.reason}",
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
    new_names = renamed(link.ticket, ticket)
    ticket = replace(ticket, ids=remembered(link.ticket, ticket))
    same = ticket == link.ticket and ticket.ids == link.ticket.ids and _shown(ticket.ref) == _shown(link.ticket.ref)
    if same and not link.lost:
        return Observed(link)
    # A ticket known only as it was sent has no state: an assignee that the project filled in is no person's edit, nor
    # is one that another run has sent since.
    comparable = bool(link.ticket.state or link.ticket.assignees) and not _owners_were_sent(link.ticket, ticket)
    before = {new_names.get(account, account) for account in link.ticket.assignees}
    reassigned = link.reassigned or (comparable and set(ticket.assignees) != before)
    observed = replace(link, ticket=ticket, lost=False, reassigned=reassigned)
    changes = describe(link.ticket, ticket, _names(world, ticket.ref.tracker))
    reason: Reason = "found" if link.lost else "observe" if changes else "seen"
    return Observed(observed, (Record(reason, observed, changes),))


def _shown(ref: Ref) -> tuple[str, str]:
    """Return what people see of a ref: a service may show one ticket under a new key or address."""
    return ref.key, ref.url


def _owners_were_sent(before: Ticket, after: Ticket) -> bool:
    """Whether the markers say that a run sent owners in between."""
    if before.marker is None or after.marker is None or not after.marker.pushed:
        return False
    return dict(before.marker.pushed).get("owners") != dict(after.marker.pushed).get("owners")


def _other_uid(world: World, link: Link, ticket: Ticket) -> bool:
    marker = ticket.marker
    ours = marker is not None and world.belonging.owns(marker)
    view = world.views[ticket.ref.tracker]
    return bool(ours and marker and marker.uid != link.uid and not link.named and ticket.author in view.trusted)


def _relinked(link: Link, ticket: Ticket, mates: Sequence[Ticket]) -> Observed:
    mine = [mate for mate in mates if not mate.duplicate]
    uid = ticket.marker.uid if ticket.marker else ""
    if mine:
        relinked = replace(link, ticket=mine[0], lost=False)
        return Observed(relinked, (Record("relink", relinked, f"{ticket.ref.key} → {mine[0].ref.key}"),))
    finding = new_finding(
        "marker-mismatch",
        f"ticket {ticket.ref.key!r} is linked to item {link.uid!r}, but its marker names item {uid!r}",
        f"say which is right with `pmsync adopt {link.uid} TICKET`",
    )
    return Observed(link, findings=(finding,))


def _names(world: World, tracker: str) -> Name:
    """Return a function that names accounts; looking persons up is put off until it is called."""
    return lambda account: world.person_of(tracker, account)


def describe(old: Ticket, new: Ticket, name: Name = str) -> str:
    """Return in a few words what changed between two observations, as far as people care; '' for nothing.

    The first observation of a ticket that is known only as it was sent (its state is '') reports a status alone.
    """
    if not old.state and old.status == new.status:
        return ""
    changes = []
    if old.status != new.status or old.state != new.state:
        changes.append(f"{old.status} → {new.status}")
    if old.title != new.title:
        changes.append(FieldChange("title", old.title, new.title).words)
    names = renamed(old, new)
    changes += [f"{former} is now called {name}" for former, name in names.items() if former in old.assignees]
    if {names.get(account, account) for account in old.assignees} != set(new.assignees):
        before, after = tuple(map(name, old.assignees)), tuple(map(name, new.assignees))
        changes.append(FieldChange("assignee", before, after).words)
    if old.due != new.due:
        changes.append(FieldChange("due", old.due, new.due).words)
    if old.labels != new.labels:
        gone, come = sorted(old.labels - new.labels), sorted(new.labels - old.labels)
        changes.append(FieldChange("labels", tuple(gone), tuple(come)).words)
    if old.priority != new.priority:
        changes.append(FieldChange("priority", old.priority, new.priority).words)
    if old.ref.key != new.ref.key:
        changes.append(f"now {new.ref.key}")
    return ", ".join(changes)


def with_twins(observation: Observed, index: Index) -> Observed:
    """Leave the item one ticket: the oldest survives, in every run alike, and only an untouched twin is closed.

    A ticket that the ledger links to another item got this one's marker by pasting and is no twin. A person is asked
    where that is possible.
    """
    link = observation.link
    tickets = index.marked.get(link.uid, ())
    mates = {ticket.ref: ticket for ticket in tickets if index.held.get(ticket.ref, link.uid) == link.uid}
    if not mates or link.lost or link.named or (len(mates) == 1 and link.ticket.ref in mates):
        return observation
    mates[link.ticket.ref] = link.ticket
    alive = sorted((ticket for ticket in mates.values() if not ticket.duplicate), key=seniority)
    if not alive:
        return observation
    sure = [ticket for ticket in alive if ticket.ref == link.ticket.ref or not doubtful(ticket, alive)]
    operations, findings = list(observation.operations), list(observation.findings)
    survivor = sure[0] if sure else link.ticket  # the link's own may be closed as duplicate
    if survivor.ref != link.ticket.ref:
        link = replace(link, ticket=survivor)
        operations.append(Record("relink", link, f"{observation.link.ticket.ref.key} → {survivor.ref.key}"))
    for younger in alive:
        if younger.ref != survivor.ref:
            ask = younger not in sure or survivor.ambiguous or younger.ambiguous
            operation, finding = _twin(link.uid, survivor, younger, ask=ask)
            operations += [operation] if operation else []
            findings += [finding] if finding else []
    return Observed(link, tuple(operations), tuple(findings))


def _twin(uid: str, older: Ticket, younger: Ticket, *, ask: bool) -> tuple[CloseDuplicate | None, Finding | None]:
    same_tracker = older.ref.tracker == younger.ref.tracker
    if same_tracker and not ask and not older.status.closed and not younger.status.closed:
        return CloseDuplicate(uid, younger, older.ref), None
    return None, new_finding(
        "twin",
        f"tickets {older.ref.key!r} and {younger.ref.key!r} are for the same item {uid!r}",
        f"close {younger.ref.key!r} as duplicate of {older.ref.key!r}, or the other way round",
    )


def renamed_people(world: World) -> list[Finding]:
    """Return a finding for each person who is configured with a former account name."""
    findings = []
    for name, view in sorted(world.views.items()):
        setting = view.settings.type
        for person in world.settings.people.values():
            now = as_called(person, setting, world.renames.get(name, {}))
            if now != person:
                old, new = getattr(person, setting), getattr(now, setting)
                message = f"the account {old!r} of {person.id!r} is now called {new!r} in tracker {name!r}"
                hint = f'set `people.{person.id}.{setting} = "{new}"`; until then pmsync uses the new name'
                findings.append(new_finding("account-renamed", message, hint))
    return findings


def unclear_endings(world: World) -> list[Finding]:
    """Return a finding for each tracker with closed tickets whose status or resolution pmsync does not know."""
    findings = []
    for name, view in sorted(world.views.items()):
        unclear = {ticket.unclear for ticket in seen_tickets(view) if ticket.unclear}
        for setting in sorted({setting for setting, _ in unclear}):
            words = sorted(word for each, word in unclear if each == setting)
            examples = ", ".join(map(repr, words[:5])) + (" …" if len(words) > 5 else "")
            message = f"tickets of tracker {name!r} are closed with the {setting} {examples}, and count as done"
            lines = ", ".join(f'`{json.dumps(word, ensure_ascii=False)} = "done"`' for word in words[:5])
            hint = f'write {lines} under [trackers.{name}.{setting}], or "wont_do" if that work was cancelled'
            findings.append(new_finding("unknown-status", message, hint))
    return findings
