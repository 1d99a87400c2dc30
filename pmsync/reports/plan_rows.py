"""A plan as rows for people: one for each thing to do, with the values before and after."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pmsync.location import place
from pmsync.model import Draft, Ticket
from pmsync.planning.field_changes import FieldChange, field_changes
from pmsync.planning.operations import QUIET, CloseDuplicate, Create, Operation, Plan, Record, Update, Wait
from pmsync.planning.world import World
from pmsync.reports.status import in_words

SHOWN = 3
"""How many tickets or documents of a kind are named on one line."""
SIGNS = {"create": "+", "update": "~", "move": "~", "close": "-", "adopt": "=", "wait": "?"}
"""The sign of a row; '<' for everything that is only learned from a tracker."""
_STATUSES = re.compile(r"^(\w+) → (\w+)(?=,|$)")
Names = Mapping[str, Mapping[str, str]]
"""The people behind accounts, by tracker and account."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One operation for people: `action` is its verb, `where` is path:line of the item ('' for none), and `changes` are
    the fields that it sets.
    """

    action: str
    uid: str
    title: str
    where: str
    tracker: str = ""
    ticket: str = ""
    url: str = ""
    detail: str = ""
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
        """The document's old and new path, if it was renamed."""
        return move_of(self.changes)


def move_of(changes: Iterable[FieldChange]) -> tuple[str, str] | None:
    return next(((str(change.old), str(change.new)) for change in changes if change.field == "path"), None)


def worded(detail: str) -> str:
    """A detail with statuses in words: `open → won't do`."""
    return _STATUSES.sub(lambda match: f"{in_words(match[1])} → {in_words(match[2])}", detail)


def plan_rows(plan: Plan, world: World) -> list[PlanRow]:
    """The plan's operations in order, without those that matter only to the ledger."""
    people = names(world)
    items = {
        placed.uid: (place(placed.entry.document.path, placed.entry.item.line), placed.entry.item.title)
        for placed in world.identities.placed
    }
    return [
        _row(operation, *items.get(operation.uid, ("", "")), people)
        for operation in plan.operations
        if not (isinstance(operation, Record) and operation.reason in QUIET)
    ]


def names(world: World) -> Names:
    """The people behind the accounts that a run has seen."""
    return {name: world.persons(name) for name in world.views}


def _row(operation: Operation, where: str, title: str, people: Names) -> PlanRow:
    def with_ticket(action: str, ticket: Ticket, detail: str) -> PlanRow:
        ref = ticket.ref
        return PlanRow(action, operation.uid, title or ticket.title, where, ref.tracker, ref.key, ref.url, detail)

    match operation:
        case Create(uid=uid, tracker=tracker, draft=draft):
            detail = _draft_detail(draft, people.get(tracker, {}))
            return PlanRow("create", uid, title or draft.title, where, tracker, detail=detail)
        case Update(link=link):
            changes = update_changes(operation, people)
            return replace(with_ticket("update", link.ticket, changes_in_words(changes)), changes=changes)
        case CloseDuplicate(ticket=ticket, of=of):
            return with_ticket("close", ticket, f"duplicate of {of.key}")
        case Record(reason=reason, link=link, detail=detail):
            return with_ticket(reason, link.ticket, detail)
        case Wait(uid=uid, reason=reason, until=until):
            detail = f"{reason} (until {until:%Y-%m-%d %H:%M} UTC)" if until else reason
            return PlanRow("wait", uid, title, where, detail=detail)


def update_changes(update: Update, people: Names) -> tuple[FieldChange, ...]:
    persons = people.get(update.link.ticket.ref.tracker, {})
    return field_changes(update, lambda account: persons.get(account, account))


def changes_in_words(changes: Sequence[FieldChange]) -> str:
    return ", ".join(change.words for change in changes) or "marker brought up to date"


def gathered(rows: Sequence[PlanRow]) -> list[PlanRow]:
    """The rows with one for a renamed document, however many tickets name it."""
    moved: dict[tuple[str, str], list[PlanRow]] = {}
    for row in rows:
        if row.move:
            moved.setdefault(row.move, []).append(row)
    shown: list[PlanRow] = []
    for row in rows:
        if not row.move:
            shown.append(row)
            continue
        if group := moved.pop(row.move, None):
            title, detail = " → ".join(row.move), tickets([each.ticket for each in group])
            shown.append(PlanRow("move", "", title, row.path, detail=detail))
        if others := tuple(change for change in row.changes if change.field != "path"):
            shown.append(replace(row, changes=others, detail=changes_in_words(others)))
    return shown


def tickets(keys: Sequence[str]) -> str:
    """`12 tickets: PAY-1, PAY-2, PAY-3, …`: the first three of them."""
    return f"{len(keys)} ticket{'s' if len(keys) > 1 else ''}: {first_few(keys, SHOWN)}"


def first_few(words: Sequence[str], most: int) -> str:
    """`a, b, c, …`: only so many of them."""
    return ", ".join([*words[:most], *(["…"] if len(words) > most else [])])


def _draft_detail(draft: Draft, persons: Mapping[str, str]) -> str:
    owners = [persons.get(account, account) for account in draft.assignees]
    parts = [", ".join(owners), f"due {draft.due}" if draft.due else "", ", ".join(draft.labels)]
    return " · ".join(part for part in parts if part)
