"""Planning: documents, ledger and trackers in, a plan out. Pure: no I/O, and `now` is part of the world."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pmsync.findings import new_finding
from pmsync.identity.candidates import Entry
from pmsync.identity.identify import Placed, Undecided
from pmsync.identity.keys import item_key
from pmsync.location import place
from pmsync.model import Document, Finding, ItemRow, Link, Ref, Ticket
from pmsync.planning.document_changes import drift, is_behind, update
from pmsync.planning.due_dates import due_date
from pmsync.planning.last_sent import without_older
from pmsync.planning.late_assignments import not_assigned
from pmsync.planning.named_tickets import another, copied, homes
from pmsync.planning.new_items import Decision, decide, question
from pmsync.planning.operations import CloseDuplicate, Create, Operation, Place, Plan, Questions, Record, Update, Wait
from pmsync.planning.questions import searches, unresolved_people
from pmsync.planning.refusals import refusal_findings
from pmsync.planning.ticket_changes import Observed, observe_all, renamed_people, unclear_endings, with_twins
from pmsync.planning.ticket_text import raw_fields
from pmsync.planning.world import Index, World, index

__all__ = ["plan"]


@dataclass
class _Draft:
    """A plan in the making. `homes` are the documents to which tickets named by several items belong.

    `behind` are the items whose ticket is done and whose box is open; `linked` are those that have a ticket.
    """

    homes: Mapping[Ref, str]
    operations: list[Operation] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rows: list[ItemRow] = field(default_factory=list)
    behind: list[Placed] = field(default_factory=list)
    linked: list[tuple[Placed, Link]] = field(default_factory=list)

    def add(self, operations: Sequence[Operation], findings: Sequence[Finding]) -> None:
        self.operations += operations
        self.findings += findings


def plan(world: World) -> Plan:
    """Return every operation that follows from the world, in the order of applying, with findings and open questions.

    The same world always gives the same plan. A gap in an incomplete read, or in what a tracker failed to answer,
    leads to no operation.
    """
    world, behind = without_older(world)
    lookup, draft = index(world), _Draft(homes(world), findings=behind)
    observed = observe_all(world, lookup)
    for observation in observed.values():
        draft.add(observation.operations, observation.findings)
    links = {uid: observation.link for uid, observation in observed.items()}
    for placed in world.identities.placed:
        if placed.entry.document.id in world.judged:
            _plan_item(world, placed, links.get(placed.uid), lookup, draft)
    for undecided in world.identities.undecided:
        if undecided.entry.document.id in world.judged:
            _ask(world, undecided, draft)
    _plan_vanished(world, links, draft)
    draft.findings += refusal_findings(op.refused for op in draft.operations if isinstance(op, Wait) and op.refused)
    draft.findings += [*_strays(world, lookup, links), *unclear_endings(world), *renamed_people(world)]
    draft.findings = [*_merged(_owed(draft.findings)), *_behind(draft.behind), *_elsewhere(draft.rows, world)]
    draft.findings += not_assigned(world, draft.linked, draft.operations)
    operations = tuple(sorted(draft.operations, key=_rank))
    owners = [(link, placed.entry.item.owners) for placed, link in draft.linked]
    questions = Questions(searches(operations), unresolved_people(world, operations, owners))
    return Plan(operations, tuple(draft.findings), tuple(draft.rows), world.judged, world.gone, questions)


def _rank(operation: Operation) -> int:
    """Record first, then close duplicates, then update, then create; each kind keeps the order of the documents."""
    kinds = (Record, CloseDuplicate, Update, Create)
    return next((rank for rank, kind in enumerate(kinds) if isinstance(operation, kind)), len(kinds))


def _plan_item(world: World, placed: Placed, link: Link | None, lookup: Index, draft: _Draft) -> None:
    decision, adopted = Decision("ticketed"), None
    if link is not None and _is_taken_out(placed, link):
        draft.operations.append(Record("unlink", link, "the document no longer names it"))
        link = None
    if link is None or (link.lost and _made_again(link, lookup)):
        decision = decide(world, placed, lookup)
        draft.add(decision.operations, decision.findings)
        adopted = next((op.link for op in decision.operations if isinstance(op, Record)), None)
        if adopted is not None:
            observation = with_twins(Observed(adopted), lookup)
            draft.add(observation.operations, observation.findings)
            link = observation.link
    elif link.orphaned:
        link = replace(link, orphaned=False)
        draft.operations.append(Record("restore", link, "back in its document"))
    if link is not None:
        draft.linked.append((placed, link))
        draft.add(*update(world, placed, link, lookup))
        named = world.named.get((placed.entry.document.id, placed.entry.position), ())
        draft.findings += another(placed, link, named, world.belonging) if not link.lost else []
        home = draft.homes.get(link.ticket.ref, placed.entry.document.id)
        if home != placed.entry.document.id and link.named:
            draft.findings.append(copied(placed, link.ticket, home, new=adopted is not None))
        if not placed.entry.document.draft:
            draft.findings += drift(world, placed, link.ticket)
            draft.behind += [placed] if is_behind(placed, link.ticket) else []
    draft.rows.append(_row(world, placed.uid, placed.entry, decision))


def _is_taken_out(placed: Placed, link: Link) -> bool:
    """Whether a changed document no longer names this ticket, which pmsync only follows."""
    item = placed.entry.item
    changed = "" not in {item.source, link.source} and item.source != link.source
    theirs = link.named and not link.adopted and (link.followed or link.shared)
    return theirs and changed and not item.named and not link.lost


def _made_again(link: Link, lookup: Index) -> bool:
    """Whether a run that did not know of the lost ticket has created another one since."""
    return any(not each.duplicate and each.ref != link.ticket.ref for each in lookup.marked.get(link.uid, ()))


def _row(world: World, uid: str, entry: Entry, decision: Decision) -> ItemRow:
    document, item = entry.document, entry.item
    due, due_from = due_date(document, item, world.settings.sla, world.calendars)
    return ItemRow(
        uid=uid,
        document_id=document.id,
        key=item_key(item),
        fields=raw_fields(document, item),
        line=item.line,
        standing=decision.standing,
        due=due,
        due_from=due_from,
        done=item.done,
        group=item.group,
        details=item.details,
        source=item.source,
        tickets=item.tickets,
        note=decision.note,
        candidates=decision.candidates,
    )


def _ask(world: World, undecided: Undecided, draft: _Draft) -> None:
    """Create nothing, guess nothing: name the candidates and the command that decides."""
    entry = undecided.entry
    if not entry.document.draft:
        draft.findings.append(question(entry, undecided.reason, undecided.candidates))
    candidates = undecided.candidates if undecided.lasting else ()
    decision = Decision("undecided", undecided.reason, candidates=candidates)
    draft.rows.append(_row(world, undecided.uid, entry, decision))


def _plan_vanished(world: World, links: Mapping[str, Link], draft: _Draft) -> None:
    """Orphan an item once, and only if its document was read without it or a complete read lacks the document."""
    documents = {document.id: document for document in world.reading.documents}
    news: dict[str, Place] = {}
    for operation in draft.operations:
        if isinstance(operation, Create):
            news.setdefault(operation.place.document_id, operation.place)
    for item in world.identities.vanished:
        link = links.get(item.uid)
        if link is None or link.orphaned:
            continue
        document = documents.get(link.document_id)
        judged = link.document_id in world.judged if document else link.document_id in world.gone
        if not judged or (document and document.draft):
            continue
        draft.operations.append(Record("orphan", replace(link, orphaned=True), f"no longer in {item.document_id!r}"))
        if not link.ticket.status.closed:
            draft.findings.append(_orphaned(link, document, news.get(link.document_id)))


def _orphaned(link: Link, document: Document | None, new: Place | None) -> Finding:
    """Say what a person may have meant by removing the item, with the command for each.

    `new` is the first item of that document that gets a ticket.
    """
    place = f"{new.path}:{new.line}" if new else "ITEM"
    key = link.ticket.ref.key
    message = f"ticket {key!r} stays open, though its item {link.ticket.title!r} left {link.document_id!r}"
    hint = f"close it if it is no longer wanted; if the item was reworded, run `pmsync adopt {place} {key}`"
    return new_finding("orphaned", message, hint, document.path if document else link.document_id)


def _merged(findings: Sequence[Finding]) -> list[Finding]:
    """Merge the findings about one owner who cannot be assigned into the first of them."""
    same = Counter(finding.message for finding in findings if finding.rule == "owner-unresolved")
    merged: dict[tuple[str, str, str, int], Finding] = {}
    for finding in findings:
        if same[finding.message] > 1 and finding.rule == "owner-unresolved":
            more = replace(finding, message=f"{finding.message} ({same[finding.message]} items)")
            merged.setdefault((finding.rule, finding.message, "", 0), more)
        else:
            merged.setdefault((finding.rule, finding.message, finding.path, finding.line), finding)
    return list(merged.values())


def _owed(findings: Sequence[Finding]) -> list[Finding]:
    """Merge the findings about owners whose tickets wait for them into the first of them."""
    owed = [finding for finding in findings if finding.rule == "owner-owed"]
    others = [finding for finding in findings if finding.rule != "owner-owed"]
    if not owed:
        return others
    first, count = owed[0], len({(finding.path, finding.line) for finding in owed})
    names = list(dict.fromkeys(repr(finding.about) for finding in owed))
    who = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    waiting = "1 ticket waits for its owner" if count == 1 else f"{count} tickets wait for their owners"
    message = f"{waiting}, who cannot be assigned yet: {who}"
    return [*others, replace(first, message=message, about="")]


def _behind(placed: Sequence[Placed]) -> list[Finding]:
    """Return one finding for all these items: a box usually stays open for a while after its ticket is closed."""
    if not placed:
        return []
    first = placed[0].entry
    more = f" and {len(placed) - 1} more" if len(placed) > 1 else ""
    message = f"done in the tracker, open in the document: {first.item.title!r}{more}"
    return [new_finding("not-ticked", message, path=first.document.path, line=first.item.line)]


def _elsewhere(rows: Sequence[ItemRow], world: World) -> list[Finding]:
    """Return one finding for all items without a ticket that name one in no configured tracker."""
    external = [row for row in rows if row.standing == "external"]
    if not external:
        return []
    path = {document.id: document.path for document in world.reading.documents}[external[0].document_id]
    named = ", ".join(f"{row.fields.title!r} ({row.note.partition(': ')[2]})" for row in external[:3])
    who = (
        "1 item has no ticket here, because it names"
        if len(external) == 1
        else f"{len(external)} items have no ticket here, because they name"
    )
    message = f"{who} one elsewhere: {named}{' …' if len(external) > 3 else ''}"
    hint = f"`pmsync adopt {place(path, external[0].line)} --new` gives it one anyway"
    return [new_finding("no-ticket", message, hint, path, external[0].line)]


def _strays(world: World, lookup: Index, links: dict[str, Link]) -> list[Finding]:
    """Return a finding for each open ticket with our marker that belongs to no item; only a complete read can tell."""
    if not world.reading.complete:
        return []
    placed = {each.uid for each in world.identities.placed}
    waiting = {item.uid for each in world.identities.undecided for item in each.candidates}
    linked = {link.ticket.ref for link in links.values()}
    elsewhere = {document.id for document in world.reading.documents} - world.judged
    strays = [
        tickets[0]
        for uid, tickets in sorted(lookup.marked.items())
        if uid not in placed and uid not in waiting and uid not in links
        and not (tickets[0].marker and tickets[0].marker.document_id in elsewhere)
    ]  # fmt: skip
    return [_stray(ticket) for ticket in strays if not ticket.status.closed and ticket.ref not in linked]


def _stray(ticket: Ticket) -> Finding:
    where = f" of {ticket.marker.document_id!r}" if ticket.marker and ticket.marker.document_id else ""
    return new_finding(
        "stray",
        f"no item{where} needs ticket {ticket.ref.key!r} ({ticket.title!r}) any more: it is gone, or has another one",
        f"close it, or bring the item back; {ticket.ref.url}",
    )
