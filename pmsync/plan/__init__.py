"""Planning: documents, ledger and trackers in, a plan out. Pure: no I/O, and `now` is part of the world."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pmsync.content import due_date, raw_fields
from pmsync.identify import Placed, Undecided
from pmsync.keys import item_key
from pmsync.known import Entry
from pmsync.model import Document, Finding, ItemRow, Link, Ticket
from pmsync.operations import CloseDuplicate, Create, Operation, Place, Plan, Record, Update
from pmsync.plan.create import decide
from pmsync.plan.observe import Observed, observe_all, with_twins
from pmsync.plan.update import drift, is_behind, update
from pmsync.plan.world import Index, World, index

__all__ = ["plan"]


@dataclass
class _Draft:
    """A plan in the making."""

    operations: list[Operation] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rows: list[ItemRow] = field(default_factory=list)
    behind: list[Placed] = field(default_factory=list)

    def add(self, operations: Sequence[Operation], findings: Sequence[Finding]) -> None:
        self.operations += operations
        self.findings += findings


def plan(world: World) -> Plan:
    """Every operation that follows from the world, in the order of applying, and what there is to tell.

    The same world always gives the same plan. Nothing that is missing from an incomplete read, or from a tracker
    that did not answer, leads to an operation.
    """
    known, draft = index(world), _Draft()
    observed = observe_all(world, known.marked)
    for seen in observed.values():
        draft.add(seen.operations, seen.findings)
    links = {uid: seen.link for uid, seen in observed.items()}
    for placed in world.identities.placed:
        if placed.entry.document.id in world.judged:
            _plan_item(world, placed, links.get(placed.uid), known, draft)
    for undecided in world.identities.undecided:
        if undecided.entry.document.id in world.judged:
            _ask(world, undecided, draft)
    _plan_vanished(world, links, draft)
    draft.findings += _strays(world, known, links)
    draft.findings = [*_merged(draft.findings), *_behind(draft.behind)]
    operations = sorted(draft.operations, key=_rank)
    return Plan(tuple(operations), tuple(draft.findings), tuple(draft.rows), world.judged, world.gone)


def _rank(operation: Operation) -> int:
    """Learn first, then tidy up, then change, then create; each kind keeps the order of the documents."""
    kinds = (Record, CloseDuplicate, Update, Create)
    return next((rank for rank, kind in enumerate(kinds) if isinstance(operation, kind)), len(kinds))


def _plan_item(world: World, placed: Placed, link: Link | None, known: Index, draft: _Draft) -> None:
    standing, note = "ticketed", ""
    if link is None or (link.lost and _made_again(link, known)):
        decision = decide(world, placed, known)
        draft.add(decision.operations, decision.findings)
        standing, note = decision.standing, decision.note
        adopted = next((op.link for op in decision.operations if isinstance(op, Record)), None)
        if adopted is not None:
            seen = with_twins(Observed(adopted), known.marked)
            draft.add(seen.operations, seen.findings)
            link = seen.link
    elif link.orphaned:
        link = replace(link, orphaned=False)
        draft.operations.append(Record("restore", link, "back in its document"))
    if link is not None:
        draft.add(*update(world, placed, link, known))
        if not placed.entry.document.draft:
            draft.findings += drift(placed, link.ticket)
            draft.behind += [placed] if is_behind(placed, link.ticket) else []
    draft.rows.append(_row(world, placed.uid, placed.entry, standing, note))


def _made_again(link: Link, known: Index) -> bool:
    """Whether a run that did not know of the deleted ticket has created another one since."""
    return any(not each.duplicate and each.ref != link.ticket.ref for each in known.marked.get(link.uid, ()))


def _row(world: World, uid: str, entry: Entry, standing: str, note: str) -> ItemRow:
    document, item = entry.document, entry.item
    due, due_from = due_date(document, item, world.settings.sla)
    return ItemRow(
        uid=uid,
        document_id=document.id,
        key=item_key(item),
        fields=raw_fields(document, item),
        line=item.line,
        standing=standing,
        due=due,
        due_from=due_from,
        done=item.done,
        group=item.group,
        details=item.details,
        tickets=item.tickets,
        note=note,
    )


def _ask(world: World, undecided: Undecided, draft: _Draft) -> None:
    """Nothing is created or guessed: name the candidates and the command that decides."""
    entry = undecided.entry
    where = f"{entry.document.path}:{entry.item.line}"
    known = [ticket.ref.key for ticket in undecided.tickets]
    known += [item.ref.key if item.ref else item.uid for item in undecided.candidates]
    message = f"item {entry.item.title!r} gets no ticket: {undecided.reason}"
    if known:
        message += f" ({', '.join(known[:5])}{' …' if len(known) > 5 else ''})"
    target = known[0] if known else "TICKET"
    hint = f"decide with `pmsync adopt {where} {target}` or `pmsync adopt {where} --new`"
    if not entry.document.draft:
        draft.findings.append(Finding("undecided", "warning", message, hint, entry.document.path, entry.item.line))
    draft.rows.append(_row(world, undecided.uid, entry, "undecided", undecided.reason))


def _plan_vanished(world: World, links: Mapping[str, Link], draft: _Draft) -> None:
    """Orphan once, only on the evidence of a document that was read, or of a complete read without it."""
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
    """What a person may have meant by taking the item out, with the command for each. `new` is the first item of that
    document that gets a ticket.
    """
    place = f"{new.path}:{new.line}" if new else "ITEM"
    key = link.ticket.ref.key
    message = f"ticket {key!r} stays open, though its item {link.ticket.title!r} left {link.document_id!r}"
    hint = f"close it if nobody wants it any more; if the item was reworded, run `pmsync adopt {place} {key}`"
    return Finding("orphaned", "note", message, hint, document.path if document else link.document_id)


def _merged(findings: Sequence[Finding]) -> list[Finding]:
    """One finding for each owner who cannot be assigned, however many items name them; it stands at the first."""
    same = Counter(finding.message for finding in findings if finding.rule == "owner-unresolved")
    told: dict[tuple[str, str, str, int], Finding] = {}
    for finding in findings:
        if same[finding.message] > 1 and finding.rule == "owner-unresolved":
            more = replace(finding, message=f"{finding.message} ({same[finding.message]} items)")
            told.setdefault((finding.rule, finding.message, "", 0), more)
        else:
            told.setdefault((finding.rule, finding.message, finding.path, finding.line), finding)
    return list(told.values())


def _behind(placed: Sequence[Placed]) -> list[Finding]:
    """One finding for all of them: each is quite usual."""
    if not placed:
        return []
    first = placed[0].entry
    more = f" and {len(placed) - 1} more" if len(placed) > 1 else ""
    message = f"done in the tracker, open in the document: {first.item.title!r}{more}"
    hint = "`pmsync write-back` ticks them; the status in the tracker is what counts"
    return [Finding("not-ticked", "note", message, hint, first.document.path, first.item.line)]


def _strays(world: World, known: Index, links: dict[str, Link]) -> list[Finding]:
    """Open tickets with our marker that neither ledger nor documents know; only a complete read can tell."""
    if not world.reading.complete:
        return []
    placed = {each.uid for each in world.identities.placed}
    waiting = {item.uid for each in world.identities.undecided for item in each.candidates}
    linked = {link.ticket.ref for link in links.values()}
    strays = [
        tickets[0]
        for uid, tickets in sorted(known.marked.items())
        if uid not in placed and uid not in waiting and uid not in links
    ]
    return [_stray(ticket) for ticket in strays if not ticket.status.closed and ticket.ref not in linked]


def _stray(ticket: Ticket) -> Finding:
    where = f" of {ticket.marker.document_id!r}" if ticket.marker and ticket.marker.document_id else ""
    return Finding(
        "stray",
        "note",
        f"no item{where} needs ticket {ticket.ref.key!r} ({ticket.title!r}) any more: it is gone, or has another one",
        f"close it, or bring the item back; {ticket.ref.url}",
    )
