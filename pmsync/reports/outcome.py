"""The outcome of a sync: as its last line, as rows for people, and as a JSON value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pmsync.model import Ref
from pmsync.planning.field_changes import FieldChange, sent
from pmsync.reports.item_counts import item_counts
from pmsync.reports.plan_rows import SHOWN, changes_in_words, first_few, move_of, names, tickets, update_changes, worded
from pmsync.sync.apply import Done
from pmsync.sync.engine import RunResult


def done_changes(done: Done, result: RunResult) -> tuple[FieldChange, ...]:
    """The fields that an update has set, with their values before it."""
    updates = [update for update in result.plan.updates if done.verb == "updated" and update.uid == done.uid]
    if not updates:
        return ()
    return sent(update_changes(updates[0], names(result.world)), done.detail.split(", "))


@dataclass(frozen=True, slots=True)
class DoneRow:
    """One line about what was done: `ref` is the ticket, None for several; `changes` are the fields that were set."""

    verb: str
    ref: Ref | None
    title: str
    detail: str = ""
    changes: tuple[FieldChange, ...] = ()

    @property
    def words(self) -> str:
        """What was done to what, on one line."""
        return f"{self.title}: {self.detail}" if self.detail else self.title


def done_rows(result: RunResult) -> list[DoneRow]:
    """A row for each change, but one row for a renamed document, however many tickets name it."""
    rows: list[DoneRow] = []
    moved: dict[tuple[str, str], list[str]] = {}
    for done in result.applied.done:
        changes = done_changes(done, result)
        if move := move_of(changes):
            moved.setdefault(move, []).append(done.ticket.ref.key if done.ticket else done.uid)
            changes = tuple(change for change in changes if change.field != "path")
        if changes or not move:
            rows.append(done_row(done, changes))
    first = [DoneRow("moved", None, f"{old} → {new}  ({tickets(keys)})") for (old, new), keys in moved.items()]
    return [*first, *rows]


def done_row(done: Done, changes: tuple[FieldChange, ...]) -> DoneRow:
    ref = done.ticket.ref if done.ticket else None
    if done.verb == "created":
        return DoneRow(done.verb, ref, done.detail)
    detail = changes_in_words(changes) if done.verb == "updated" else worded(done.detail)
    return DoneRow(done.verb, ref, done.ticket.title if done.ticket else done.uid, detail, changes)


def outcome_value(result: RunResult) -> dict[str, object]:
    """As a JSON value: `ok`, `counts`, `items`, `done`, `in_doubt`, `waiting`, `left`, `held_back`, `findings`."""
    applied = result.applied
    return {
        "ok": result.ok,
        "counts": dict(sorted(Counter(done.verb for done in applied.done).items())),
        "items": item_counts(result.plan, result.world.links, applied),
        "done": [_done(done, result) for done in applied.done],
        "in_doubt": applied.in_doubt,
        "waiting": [{"uid": wait.uid, "reason": wait.reason, "until": wait.until} for wait in result.plan.waits],
        "left": applied.left,
        "held_back": result.held_back,
        "findings": result.findings,
    }


def _done(done: Done, result: RunResult) -> dict[str, object]:
    ref = done.ticket.ref if done.ticket else None
    return {
        "action": done.verb,
        "uid": done.uid,
        "tracker": ref.tracker if ref else None,
        "ticket": ref.key if ref else None,
        "url": ref.url if ref else None,
        "status": done.ticket.status if done.ticket else None,
        "detail": done.detail,
        "changes": [change.value for change in done_changes(done, result)],
    }


def outcome_line(result: RunResult, *, linked: bool = False) -> str:
    """The last line of a sync, with `linked` also the first tickets of each kind; '' if nothing happened."""
    by_verb: dict[str, list[Done]] = {}
    for done in result.applied.done:
        by_verb.setdefault(done.verb, []).append(done)
    ordered = sorted(by_verb.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    parts = [f"{len(each)} {verb}{_first_tickets(each) if linked else ''}" for verb, each in ordered]
    applied = result.applied
    others = {"failed": applied.failed, "in doubt": len(applied.in_doubt), "left for the next sync": applied.left}
    parts += [f"{number} {words}" for words, number in others.items() if number]
    return f"Sync: {', '.join(parts)}." if parts else ""


def _first_tickets(each: Sequence[Done]) -> str:
    """` (https://…/12, https://…/13, …)`: the addresses of three of them."""
    refs = list(dict.fromkeys(done.ticket.ref for done in each if done.ticket))
    places = [ref.url if ref.url.startswith(("http://", "https://")) else ref.key for ref in refs]
    return f" ({first_few(places, SHOWN)})" if places else ""
