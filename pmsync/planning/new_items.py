"""What happens to an item without a link: adopt, wait, create, or nothing. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from pmsync.findings import new_finding
from pmsync.identity.candidates import Entry
from pmsync.identity.identify import Placed
from pmsync.identity.keys import digest
from pmsync.location import place as place_of
from pmsync.model import Candidate, Draft, Finding, Intent, Link, Marker, Ticket
from pmsync.model.ages import believed, is_future
from pmsync.planning.assignees import assignees, substitutes
from pmsync.planning.document_changes import differences
from pmsync.planning.due_dates import due_date
from pmsync.planning.last_sent import marker_of
from pmsync.planning.named_tickets import is_of_an_item, is_plausible, may_mean
from pmsync.planning.operations import ALONE, ALONE_HINT, Create, Operation, Place, Record, Refused, Search, Wait
from pmsync.planning.refusals import AGAIN, recent_refusal
from pmsync.planning.routing import route
from pmsync.planning.ticket_text import body, facts, labels, raw_fields, ticket_title
from pmsync.planning.world import Index, Named, View, World, doubtful
from pmsync.trackers.contract import Gone, Moved
from pmsync.trackers.fact_list import facts_digest

EVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Before every ticket."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one item without a link, and what the ledger says about it."""

    standing: str
    note: str = ""
    operations: tuple[Operation, ...] = ()
    findings: tuple[Finding, ...] = ()
    candidates: tuple[Candidate, ...] = ()


def question(entry: Entry, reason: str, candidates: Sequence[Candidate]) -> Finding:
    """Ask a person about an item that gets no ticket: what it may be, and the commands that decide."""
    where = place_of(entry.document.path, entry.item.line)
    named = ", ".join(f"{each.name} {each.title!r}" if each.title else each.name for each in candidates[:3])
    message = f"item {entry.item.title!r} gets no ticket: {reason} ({named}{' …' if len(candidates) > 3 else ''})"
    hint = f"decide with `pmsync adopt {where} {candidates[0].name}` or `pmsync adopt {where} --new`"
    return new_finding("undecided", message, hint, entry.document.path, entry.item.line)


def _question_of_another(entry: Entry, reason: str, ticket: Ticket) -> Finding:
    """Ask about a ticket that belongs to another item, from which `adopt` does not take it."""
    where = place_of(entry.document.path, entry.item.line)
    message = f"item {entry.item.title!r} gets no ticket: {reason} ({ticket.ref.key} {ticket.title!r}, another item's)"
    hint = f"`pmsync adopt {where} --new` gives it a ticket of its own; or remove the other ticket from the text"
    return new_finding("undecided", message, hint, entry.document.path, entry.item.line)


def decide(world: World, placed: Placed, index: Index) -> Decision:
    """Decide about one item that the ledger does not link: adopt, wait, create, ask or leave it."""
    document, item = placed.entry.document, placed.entry.item
    marked = index.marked.get(placed.uid, ())
    tickets = sorted(marked, key=lambda each: (each.duplicate, not each.ref.tracker, doubtful(each, marked)))
    if tickets:
        return _adopt(world, placed, tickets[0], named=False, shared=False)
    if document.draft:
        return Decision("proposed", "the document is a draft")
    references = world.named.get((document.id, placed.entry.position), ())
    named = [each for each in references if not each.mention]
    asked_for = world.decisions.get(placed.uid) == "new"
    if named and not asked_for:
        return _adopt_named(world, placed, named, index)
    if item.named and not asked_for:
        if any(each.unseen and _may_hold(each, text) for each in world.views.values() for text in item.named):
            return Decision("waiting", f"names {item.named[0]!r}, which was not looked up")
        return Decision("external", f"tracked elsewhere: {item.named[0]}")
    if placed.uid not in world.intents:
        if item.done:
            return Decision("done", "already done when it was first seen")
        if item.dropped:
            return Decision("done", "cancelled in the document")
        if document.date and world.settings.since and document.date < world.settings.since and not asked_for:
            return Decision("listed", f"dated {document.date}, before documents.since ({world.settings.since})")
    mentions = [each for each in references if each.mention]
    perhaps = None if asked_for or placed.uid in world.intents else may_mean(placed.entry, mentions)
    if perhaps:
        return _ask(world, placed, f"its text mentions ticket {perhaps.ref.key!r}, which may be its own", perhaps)
    return _create(world, placed, index)


def _may_hold(view: View, text: str) -> bool:
    """Whether a text may name a ticket of this tracker, which has not been asked."""
    place = (view.settings.repo or view.settings.project or view.settings.name).casefold()
    return place in text.casefold() or text.startswith("#")


def _ask(world: World, placed: Placed, reason: str, ticket: Ticket) -> Decision:
    """Ask a person whether this is the item's ticket. Nothing is recorded: the document raises it again in each run."""
    if is_of_an_item(ticket, world.belonging):
        finding = _question_of_another(placed.entry, reason, ticket)
    else:
        finding = question(placed.entry, reason, (Candidate(ref=ticket.ref, title=ticket.title),))
    return Decision("undecided", reason, findings=(finding,))


def _adopt_named(world: World, placed: Placed, named: Sequence[Named], index: Index) -> Decision:
    ticket = next((each.sight for each in named if isinstance(each.sight, Ticket)), None)
    if ticket is not None:
        if not is_plausible(placed.entry, ticket, world.views[world.shown_by(ticket)], world.belonging):
            return _ask(
                world, placed, f"it names ticket {ticket.ref.key!r}, which seems to be about something else", ticket
            )
        return _adopt(world, placed, ticket, named=True, shared=index.shares(placed.uid, ticket))
    elsewhere = next((each for each in named if isinstance(each.sight, Moved)), None)
    if elsewhere is not None:
        return Decision("external", f"tracked elsewhere: {elsewhere.text}")
    gone = [each for each in named if isinstance(each.sight, Gone)]
    if len(gone) < len(named):
        return Decision("waiting", f"ticket {named[0].ref.key} could not be read")
    message = (
        f"the document names ticket {gone[0].text!r}, which tracker {gone[0].ref.tracker!r} does not show: "
        "it does not exist, or is hidden from this account"
    )
    entry = placed.entry
    finding = new_finding("named-ticket-gone", message, path=entry.document.path, line=entry.item.line)
    return Decision("blocked", message, findings=(finding,))


def _adopt(world: World, placed: Placed, ticket: Ticket, *, named: bool, shared: bool) -> Decision:
    """Link an existing ticket: send nothing, and take the document's present values as pushed."""
    entry, fields = placed.entry, raw_fields(placed.entry.document, placed.entry.item)
    shown_by = world.shown_by(ticket)
    view = world.views[shown_by]
    mine = set(view.fit(labels(fields, view.settings)))
    followed = named and ticket.author not in view.trusted
    marker_key = ticket.marker.key if ticket.marker and not named else ""
    link = Link(
        uid=placed.uid,
        document_id=entry.document.id,
        key=entry.key,
        ticket=ticket,
        # an older key in the marker proves an edit: no base, so that the update can still send the new title
        pushed=None if marker_key and marker_key != entry.key else replace(fields, owed=_is_owed(ticket, named=named)),
        pushed_labels=tuple(sorted(mine & ticket.labels)) if not named else (),
        named=named,
        shared=shared,
        followed=followed,
        group=entry.item.group,
        details_digest=entry.details_digest,
        position=entry.position,
        source=entry.item.source,
        linked_at=world.now,
        via="" if ticket.ref.tracker else shown_by,
    )
    findings = differences(placed, link, fields, view) if link.pushed and not (followed or shared) else []
    how = "named in the document" if named else "carries the item's marker"
    how += "; followed only, as it has another item" if shared else ""
    how += f"; followed only, as {ticket.author!r} created it" if followed and not shared else ""
    return Decision("ticketed", operations=(Record("adopt", link, how),), findings=tuple(findings))


def _is_owed(ticket: Ticket, *, named: bool) -> bool:
    """Whether the marker says that none of the owners could be assigned at the create."""
    return not named and ticket.marker is not None and "owed" in dict(ticket.marker.pushed)


def _create(world: World, placed: Placed, index: Index) -> Decision:
    document, item = placed.entry.document, placed.entry.item
    name = route(document, raw_fields(document, item), world.settings)
    if name is None:
        return _no_restricted_tracker(placed)
    view = world.views.get(name)
    if view is None or view.failed:
        return _wait(placed, f"tracker {name!r} could not be read")
    forged = index.forged.get(placed.uid) or index.forged.get(placed.entry.document.id)
    if forged and world.decisions.get(placed.uid) != "new":
        return _unlisted(placed, *forged)
    if placed.uid in index.pasted:
        return _pasted(placed, index.pasted[placed.uid])
    beside = _beside(world, placed, view, index)
    if beside:
        return beside
    decision = _draft(world, placed, view)
    # A refused create is never sent, so nobody looks for it: waiting for a search must not hide the refusal.
    return decision if decision.standing == "refused" else _must_wait(world, placed, view) or decision


def _beside(world: World, placed: Placed, view: View, index: Index) -> Decision | None:
    """Without a ledger, ask about tickets of ours whose marker is gone: one may be this item's."""
    if world.decisions.get(placed.uid) == "new" or placed.uid in world.intents:
        return None
    day = placed.entry.document.date
    near = [
        Candidate(ref=ticket.ref, title=ticket.title)
        for ticket in index.unclaimed
        if ticket.ref.tracker == view.settings.name and not (day and ticket.created_at.date() < day)
    ]
    if not near:
        return None
    reason = "a ticket of ours carries no marker and belongs to no item; without a ledger it may be this one's"
    return Decision("undecided", reason, findings=(question(placed.entry, reason, near),), candidates=tuple(near))


def _must_wait(world: World, placed: Placed, view: View) -> Decision | None:
    """Return the first reason not to create now, the most serious first."""
    intent = world.intents.get(placed.uid)
    if intent:
        waiting = _in_doubt(world, placed, intent)
        if waiting:
            return waiting
    else:
        first_seen = believed(world.first_seen.get(placed.uid, world.now), world.now)
        ready = first_seen + world.settings.grace
        if ready > world.now and not view.bare:
            return _wait(placed, "left to the CI step until its grace is over", ready)
    unread = [name for name, other in world.views.items() if other.failed and other.bare]
    if unread:
        return _wait(placed, f"tracker {unread[0]!r}, where it may have a ticket already, could not be read")
    if view.blocked:
        return _wait(placed, view.blocked)
    return _must_be_looked_for(world, placed, view, intent)


def _must_be_looked_for(world: World, placed: Placed, view: View, intent: Intent | None) -> Decision | None:
    """A listing of what changed lately shows neither what CI made before nor what lost its label or marker."""
    there = world.views[intent.tracker] if intent else view
    if placed.uid in there.looked or (there.unseen and not intent):
        return None
    why = "a create is in doubt" if intent else "it may have a ticket that nobody remembers"
    why = f"{why}: it has to be looked for first"
    search = Search(frozenset({placed.uid}), _earliest(world, placed, intent) - timedelta(days=1))
    return Decision("waiting", why, (Wait(placed.uid, why, tracker=there.settings.name, search=search),))


def _earliest(world: World, placed: Placed, intent: Intent | None) -> datetime:
    """Since when a ticket of this item can exist. An intent counts, unless a wrong clock has dated it."""
    if intent:
        return EVER if is_future(intent.announced_at, world.now) else intent.announced_at
    day = placed.entry.document.date or world.settings.since
    return datetime.combine(day, time(), UTC) if day else EVER


def _in_doubt(world: World, placed: Placed, intent: Intent) -> Decision | None:
    """A create was announced and its outcome is unknown: wait for `settle` before looking for the ticket."""
    view = world.view(intent.tracker)
    if view is None:
        return _wait(placed, f"in doubt, and tracker {intent.tracker!r} could not be read")
    settled = believed(intent.announced_at, world.now) + view.settings.settle
    if world.now < settled:
        decision = _wait(placed, "a create is in doubt: it may still appear", settled)
        return replace(decision, findings=(_stuck(placed, intent),)) if intent.tries > ALONE else decision
    return None


def _stuck(placed: Placed, intent: Intent) -> Finding:
    message = f"no ticket is known for {intent.title!r}, which was sent {intent.tries} times to {intent.tracker!r}"
    entry = placed.entry
    return new_finding("in-doubt", message, ALONE_HINT, entry.document.path, entry.item.line)


def _unlisted(placed: Placed, view: View, ticket: Ticket) -> Decision:
    own = ticket.marker is not None and ticket.marker.uid == placed.uid
    whose = "this item's marker" if own else "the marker of an item of this document"
    message = f"ticket {ticket.ref.key!r} carries {whose}, but {ticket.author!r} created it"
    where = place_of(placed.entry.document.path, placed.entry.item.line)
    hint = (
        f"if that account is yours, add it to trackers.{view.settings.name}.accounts; if not, remove the marker "
        f"from the ticket, or run `pmsync adopt {where} {ticket.ref.key}` or `pmsync adopt {where} --new`"
    )
    finding = new_finding("marker-untrusted", message, hint, placed.entry.document.path, placed.entry.item.line)
    return Decision("blocked", message, (Wait(placed.uid, message),), (finding,))


def _pasted(placed: Placed, ticket: Ticket) -> Decision:
    message = f"ticket {ticket.ref.key!r} holds the markers of several items, and this one's ticket is not found"
    hint = (
        f"name the item's ticket with `pmsync adopt {placed.uid} TICKET`; where it has none, take the marker of "
        f"{placed.uid!r} out of the text of {ticket.ref.key!r}"
    )
    finding = new_finding("marker-mismatch", message, hint, placed.entry.document.path, placed.entry.item.line)
    return Decision("blocked", message, (Wait(placed.uid, message),), (finding,))


def _wait(placed: Placed, why: str, until: datetime | None = None) -> Decision:
    return Decision("waiting", why, (Wait(placed.uid, why, until),))


def _no_restricted_tracker(placed: Placed) -> Decision:
    """Return one warning for the document: a person has to act, but nothing failed."""
    message = "the document is restricted, and no tracker is marked for that: its items get no tickets"
    finding = new_finding("restricted-no-tracker", message, path=placed.entry.document.path)
    return Decision("blocked", message, (), (finding,))


def _draft(world: World, placed: Placed, view: View) -> Decision:
    document, item = placed.entry.document, placed.entry.item
    fields = raw_fields(document, item)
    accounts, findings = assignees(world, view, fields.owners, placed)
    findings += _spoken_of(world, placed)
    fallback = substitutes(world, view, placed)
    due, _ = due_date(document, item, world.settings.sla, world.calendars)
    fact_list = facts(document, item, world.settings, fields=view.fields, calendars=world.calendars)
    pushed = fields if accounts or not fields.owners else replace(fields, owed=True)
    draft = Draft(
        marker=marker_of(world, placed, pushed, facts_digest(fact_list)),
        title=ticket_title(item.title),
        body=body(document, item, world.settings, fields=view.fields, calendars=world.calendars),
        labels=view.fit(labels(fields, view.settings)),
        assignees=accounts or fallback,
        fallback=fallback,
        due=due if "due" in view.fields else None,
        priority=item.priority if "priority" in view.fields else None,
    )
    value = digest(str(replace(draft, marker=Marker(*draft.marker.identity))), str(view.settings))
    if refusal := recent_refusal(world.refusals, placed.uid, "create", world.now, value):
        why = f"the tracker refused it: {refusal.reason}"
        refused = Refused("create", view.settings.name, draft.title, refusal.reason, document.path, item.line)
        wait = Wait(placed.uid, why, refusal.refused_at + AGAIN, refused)
        return Decision("refused", why, (wait,))
    intent = world.intents.get(placed.uid)
    tries = intent.tries if intent else 0
    where = replace(place(placed), fields=pushed)
    operation = Create(placed.uid, view.settings.name, draft, where, value, tries)
    return Decision("new", operations=(operation,), findings=tuple(findings))


def _spoken_of(world: World, placed: Placed) -> list[Finding]:
    """Say that the tickets which the sentence mentions are not taken for the item's own, and how to change that."""
    entry = placed.entry
    where = place_of(entry.document.path, entry.item.line)
    return [
        new_finding(
            "ticket-mentioned",
            f"{entry.item.title!r} gets a ticket of its own: {each.text!r} in its sentence is not taken as that",
            f"if it is, write it in brackets after the item, or run `pmsync adopt {where} {each.ref.key}`",
            entry.document.path,
            entry.item.line,
        )
        for each in world.named.get((entry.document.id, entry.position), ())
        if each.mention
    ]


def place(placed: Placed) -> Place:
    """Return the item's place in the documents, for the link that its ticket will get."""
    entry = placed.entry
    return Place(
        entry.document.id,
        entry.document.path,
        entry.item.line,
        entry.key,
        raw_fields(entry.document, entry.item),
        entry.item.group,
        entry.details_digest,
        entry.position,
        entry.item.source,
    )
