"""An item as it was on a past day: the present state, with everything undone that happened after it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from pmsync.closing.items import Ending, ReportItem
from pmsync.config.severity import severity_level
from pmsync.ledger.past import PastChange
from pmsync.ledger.values import Row, at, to_date, to_time, to_tuple
from pmsync.model import Status

OPEN_STANDINGS = frozenset({"ticketed", "new", "waiting", "refused", "undecided", "blocked"})
"""Of an item without a ticket that somebody is asked to do."""

State = dict[str, Any]

_level, _tuple = cache(severity_level), cache(to_tuple)


def _texts(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(", ")) if text else ()


def _same(text: str | None) -> str | None:
    return text


def _is_yes(text: str | None) -> bool:
    return text == "yes"


_OF_TICKET: Mapping[str, tuple[str, Callable[[str | None], object]]] = {
    "ticket": ("ticket", _same),
    "status": ("status", _same),
    "assignees": ("assignees", _texts),
    "due": ("ticket_due", to_date),
    "lost": ("lost", _is_yes),
    "orphaned": ("orphaned", _is_yes),
}
_OF_DOCUMENT: Mapping[str, tuple[str, Callable[[str | None], object]]] = {
    "title": ("title", _same),
    "owners": ("owners", _texts),
    "kind": ("kind", _same),
    "severity": ("severity", _same),
    "effective_due": ("due", to_date),
    "due_from": ("due_from", _same),
    "document_severity": ("document_severity", _same),
    "document_date": ("document_date", to_date),
    "document_status": ("document_status", _same),
    "services": ("services", _texts),
    "team": ("team", _same),
}
"""By field of the history: the name in a State, and how its text is read. Ticket and document both have a due date."""


def present(row: Row) -> State:
    """A row of `pmsync.ledger.past` as a State: what the history can undo, typed."""
    return dict(row) | {
        "owners": _tuple(row["owners"]),
        "services": _tuple(row["services"]),
        "assignees": _tuple(row["assignees"] or "[]"),
        "due": to_date(row["due"]),
        "ticket_due": to_date(row["ticket_due"]),
        "document_date": to_date(row["document_date"]),
        "ticket": f"{row['tracker']} {row['ticket_key']}" if row["linked"] else None,
        "first_seen_at": at(row["first_seen_at"]),
        "created_at": to_time(row["created_at"]),
        "closed_at": to_time(row["closed_at"]),
        "linked_at": to_time(row["linked_at"]),
    }


def end_of(day: date) -> datetime:
    """The first moment after a day, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def on_day(
    now: State, changes: Sequence[PastChange], day: date, people: Callable[[str, tuple[str, ...]], tuple[str, ...]]
) -> ReportItem | str | None:
    """The item at the end of `day`: None if nobody knew it yet, or a word for why it is not counted.

    Such a word is 'proposed' (a draft's), 'listed' (older than `documents.since`), 'external', or 'done' (before it was
    first seen). `changes` are the item's, in the order in which they were recorded; `people` finds ids by tracker and
    accounts.
    """
    end = end_of(day)
    earlier = sorted(change for change in changes if change.at < end)
    later = sorted((change for change in changes if change.at >= end), reverse=True)
    then = undo(now, later, earlier) | {"changes": tuple(earlier), "merged": _merged_at(earlier)}
    created = now["created_at"]
    if not then["ticket"] or created is None or created >= end:
        created = _first_status(earlier) if then["ticket"] else None
    if then["merged"]:
        created = _first_status(earlier) or created
    since = created or now["first_seen_at"]
    if since >= end:
        return None
    if aside := _aside(then, now):
        return aside
    ending = _ending(then, changed=any(change.field == "status" for change in later))
    moment = _ended_at(ending, then, end)
    return _item(then, ending, since, moment, people)


def undo(now: State, later: Sequence[PastChange], earlier: Sequence[PastChange] = ()) -> State:
    """The state before the `later` changes (newest first).

    What a link that was dropped since then said is taken from the `earlier` changes.
    """
    then = dict(now)
    for change in later:
        if known := _known(change):
            name, read = known
            then[name] = read(change.old)
    if then["ticket"] and then["status"] is None:
        for change in earlier:
            if known := _known(change):
                name, read = known
                then[name] = read(change.new)
    return then


def _known(change: PastChange) -> tuple[str, Callable[[str | None], object]] | None:
    """Where a State has the field. `due` and `title` are the document's where it changed them, else the ticket's."""
    found = _OF_DOCUMENT.get(change.field) if change.document else None
    if found is None and not (change.document and change.field == "due"):
        found = _OF_TICKET.get(change.field)
    return found


def _first_status(earlier: Sequence[PastChange]) -> datetime | None:
    return next((change.at for change in earlier if change.field == "status" and change.old is None), None)


def _aside(then: State, now: State) -> str:
    """Why an item without a ticket is not counted; '' for one that is."""
    if then["ticket"] or now["announced"]:
        return ""
    if now["done"] and not now["linked"]:
        return "done"
    return "" if now["standing"] in OPEN_STANDINGS else str(now["standing"])


def _ending(then: State, *, changed: bool) -> Ending:
    """What has become of the item, as `status` says it. A duplicate is one if its status did not change since."""
    if not then["ticket"]:
        return Ending.OPEN
    if then["lost"]:
        return Ending.LOST
    status = Status(then["status"] or Status.OPEN)
    if status is Status.WONT_DO and then["duplicate"] and not changed:
        return Ending.DUPLICATE
    if status.closed:
        return Ending(status.value)
    return Ending.ORPHANED if then["orphaned"] else Ending.OPEN


def _ended_at(ending: Ending, then: State, end: datetime) -> datetime | None:
    """When the ending came: by the tracker's date of the present closing, else when pmsync learned of it."""
    if ending is Ending.OPEN:
        return None
    earlier: Sequence[PastChange] = then["changes"]
    if ending in {Ending.LOST, Ending.ORPHANED}:
        rows = [change.at for change in earlier if change.field == ending.value and change.new == "yes"]
    else:
        rows = [change.at for change in earlier if _closes(change)]
    learned = rows[-1] if rows else (then["linked_at"] or then["first_seen_at"])
    told: datetime | None = then["closed_at"]
    if ending not in {Ending.LOST, Ending.ORPHANED} and told is not None and (told <= learned or not rows):
        reopened = [change.at for change in earlier if _reopens(change)]
        if told < end and (not reopened or told >= reopened[-1]):
            return told
    return learned


def _merged_at(earlier: Sequence[PastChange]) -> datetime | None:
    """When the item's present ticket took the place of another one."""
    last = next((change for change in reversed(earlier) if change.field == "ticket"), None)
    return last.at if last and last.old and last.new else None


def without_merged(items: Sequence[ReportItem]) -> list[ReportItem]:
    """The items, where one whose ticket was merged into that of another item is a duplicate.

    A ticket that several items name from the start is shared: each of them counts.
    """
    hosts = {item.ticket for item in items if item.ticket and not item.merged}
    return [
        replace(item, ending=Ending.DUPLICATE, ended=item.merged) if item.merged and item.ticket in hosts else item
        for item in items
    ]


def _closes(change: PastChange) -> bool:
    return change.field == "status" and _closed(change.new) and not _closed(change.old)


def _reopens(change: PastChange) -> bool:
    return change.field == "status" and _closed(change.old) and change.new is not None and not _closed(change.new)


def _closed(status: str | None) -> bool:
    return status in {Status.DONE, Status.WONT_DO}


def _item(
    then: State,
    ending: Ending,
    since: datetime,
    ended: datetime | None,
    people: Callable[[str, tuple[str, ...]], tuple[str, ...]],
) -> ReportItem:
    assignees = then["assignees"] if then["ticket"] else ()
    due, due_from = then["due"], then["due_from"]
    if then["ticket"] and then["ticket_due"] and then["ticket_due"] != due:
        due, due_from = then["ticket_due"], "ticket"
    tracker, _, key = (then["ticket"] or "").partition(" ")
    return ReportItem(
        uid=then["uid"],
        title=then["title"],
        path=then["path"],
        line=then["line"],
        document=then["document"],
        document_status=then["document_status"] or "",
        dated=then["document_date"],
        severity=_level(then["severity"] or then["document_severity"] or ""),
        kind=then["kind"] or "",
        services=then["services"],
        team=then["team"] or "",
        owners=people(tracker, assignees) if assignees else people("", then["owners"]),
        ticket=key,
        url=then["url"] if key and key == then["ticket_key"] else "",
        ending=ending,
        since=since.date(),
        ended=ended.date() if ended else None,
        due=due,
        due_from=due_from or "",
        reopened=sum(map(_reopens, then["changes"])),
        merged=then["merged"].date() if then["merged"] else None,
        changes=then["changes"],
    )
