"""Plans and results as rows for people: one for each thing to do or done, with the values before and after."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pmsync.location import place
from pmsync.model import Draft, Ref, Ticket
from pmsync.planning.field_changes import FieldChange, field_changes, sent
from pmsync.planning.operations import QUIET, CloseDuplicate, Create, Operation, Plan, Record, Update, Wait
from pmsync.planning.world import World
from pmsync.reports.status import in_words
from pmsync.sync.apply import Done
from pmsync.sync.engine import Result

SHOWN = 3
"""So many tickets of a kind are named where a sync is told in one line."""
SIGNS = {"create": "+", "update": "~", "move": "~", "close": "-", "adopt": "=", "wait": "?"}
"""What stands before a row of a plan; everything that is only learned from a tracker has '<'."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One operation for people: `action` is its word, `where` is path:line of the item, '' where it has none; `changes`
    are the fields that it sets.
    """

    action: str
    uid: str
    title: str
    where: str
    tracker: str
    ticket: str
    url: str
    detail: str
    changes: tuple[FieldChange, ...] = ()

    @property
    def sign(self) -> str:
        return SIGNS.get(self.action, "<")

    @property
    def words(self) -> str:
        return worded(self.detail)

    @property
    def path(self) -> str:
        """The document's."""
        return self.where.rpartition(":")[0] or self.where

    @property
    def move(self) -> tuple[str, str] | None:
        """From where to where the item's document was renamed."""
        return next(((str(c.old), str(c.new)) for c in self.changes if c.field == "path"), None)


def worded(detail: str) -> str:
    """What changed of a ticket, for people: `open → won't do`."""
    return _STATUSES.sub(lambda match: f"{in_words(match[1])} → {in_words(match[2])}", detail)


_STATUSES = re.compile(r"^(\w+) → (\w+)(?=,|$)")


def plan_rows(plan: Plan, world: World) -> list[PlanRow]:
    """The plan's operations in its order, without what only the ledger cares about."""
    places, who = _places(world), names(world)
    return [
        _row(operation, places.get(operation.uid, ("", "")), who)
        for operation in plan.operations
        if not (isinstance(operation, Record) and operation.reason in QUIET)
    ]


def _places(world: World) -> dict[str, tuple[str, str]]:
    """By uid: where the item stands, and its title."""
    return {
        placed.uid: (place(placed.entry.document.path, placed.entry.item.line), placed.entry.item.title)
        for placed in world.identities.placed
    }


Names = Mapping[str, Mapping[str, str]]
"""Who has an account, by tracker and account."""


def names(world: World) -> Names:
    """The people behind the accounts that a run knows."""
    return {name: world.persons(name) for name in world.views}


def _row(operation: Operation, place: tuple[str, str], who: Names) -> PlanRow:
    where, title = place
    match operation:
        case Create(uid=uid, tracker=tracker, draft=draft):
            detail = _draft_detail(draft, who.get(tracker, {}))
            return PlanRow("create", uid, title or draft.title, where, tracker, "", "", detail)
        case Update(uid=uid, link=link):
            changes = _changes(operation, who)
            return replace(_with_ticket("update", uid, place, link.ticket, _worded(changes)), changes=changes)
        case CloseDuplicate(uid=uid, ticket=ticket, of=of):
            return _with_ticket("close", uid, place, ticket, f"duplicate of {of.key}")
        case Record(reason=reason, link=link, detail=detail):
            return _with_ticket(reason, link.uid, place, link.ticket, detail)
        case Wait(uid=uid, reason=reason, until=until):
            detail = f"{reason} (until {until:%Y-%m-%d %H:%M} UTC)" if until else reason
            return PlanRow("wait", uid, title, where, "", "", "", detail)


def _with_ticket(action: str, uid: str, place: tuple[str, str], ticket: Ticket, detail: str) -> PlanRow:
    (where, title), ref = place, ticket.ref
    return PlanRow(action, uid, title or ticket.title, where, ref.tracker, ref.key, ref.url, detail)


def _changes(update: Update, who: Names) -> tuple[FieldChange, ...]:
    known = who.get(update.link.ticket.ref.tracker, {})
    return field_changes(update, lambda account: known.get(account, account))


def _worded(changes: Sequence[FieldChange]) -> str:
    return ", ".join(change.words for change in changes) or "marker brought up to date"


def gathered(rows: Iterable[PlanRow]) -> list[PlanRow]:
    """The rows as people read them: a renamed document is one of them, however many tickets name it."""
    rows = list(rows)
    moved: dict[tuple[str, str], list[PlanRow]] = {}
    for row in rows:
        if row.move:
            moved.setdefault(row.move, []).append(row)
    shown: list[PlanRow] = []
    for row in rows:
        if row.move in moved:
            shown.append(_moved(moved.pop(row.move)))
        others = tuple(change for change in row.changes if change.field != "path")
        if others or not row.move:
            shown.append(replace(row, changes=others, detail=_worded(others)) if row.move else row)
    return shown


def _moved(rows: Sequence[PlanRow]) -> PlanRow:
    old, new = rows[0].move or ("", "")
    return PlanRow("move", "", f"{old} → {new}", rows[0].path, "", "", "", _tickets([row.ticket for row in rows]))


def _tickets(keys: Sequence[str]) -> str:
    """`12 tickets: PAY-1, PAY-2, PAY-3, …`: where three of them are."""
    more = ", …" if len(keys) > SHOWN else ""
    return f"{len(keys)} ticket{'s' if len(keys) > 1 else ''}: {', '.join(keys[:SHOWN])}{more}"


def _draft_detail(draft: Draft, who: Mapping[str, str]) -> str:
    owners = [who.get(account, account) for account in draft.assignees]
    parts = [", ".join(owners), f"due {draft.due}" if draft.due else "", ", ".join(draft.labels)]
    return " · ".join(part for part in parts if part)


# --- what was done --------------------------------------------------------------------------------------------


def done_changes(done: Done, result: Result) -> tuple[FieldChange, ...]:
    """The fields that an update has set, with their values before it."""
    updates = [update for update in result.plan.updates if done.verb == "updated" and update.uid == done.uid]
    return sent(_changes(updates[0], names(result.world)), done.detail.split(", ")) if updates else ()


def done_words(done: Done, result: Result) -> str:
    """What was done, in the words of the plan."""
    return _done_row(done, done_changes(done, result)).words


@dataclass(frozen=True, slots=True)
class DoneRow:
    """One line of what was done: `ref` is the ticket, None where the line is about several; `changes` are the fields
    that were set.
    """

    verb: str
    ref: Ref | None
    title: str
    detail: str = ""
    changes: tuple[FieldChange, ...] = ()

    @property
    def words(self) -> str:
        """What was done to what, on one line."""
        return f"{self.title}: {self.detail}" if self.detail else self.title


def done_rows(result: Result) -> list[DoneRow]:
    """What was done as people read it: a renamed document is one line, however many tickets name it."""
    rows: list[DoneRow] = []
    moved: dict[tuple[str, str], list[str]] = {}
    for done in result.applied.done:
        changes = done_changes(done, result)
        move = next(((str(c.old), str(c.new)) for c in changes if c.field == "path"), None)
        if move:
            moved.setdefault(move, []).append(done.ticket.ref.key if done.ticket else done.uid)
            changes = tuple(change for change in changes if change.field != "path")
        if changes or not move:
            rows.append(_done_row(done, changes))
    first = [DoneRow("moved", None, f"{old} → {new}  ({_tickets(keys)})") for (old, new), keys in moved.items()]
    return [*first, *rows]


def _done_row(done: Done, changes: tuple[FieldChange, ...]) -> DoneRow:
    ref = done.ticket.ref if done.ticket else None
    if done.verb == "created":
        return DoneRow(done.verb, ref, done.detail)
    detail = _worded(changes) if done.verb == "updated" else worded(done.detail)
    return DoneRow(done.verb, ref, done.ticket.title if done.ticket else done.uid, detail, changes)
