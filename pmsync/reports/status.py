"""What the ledger holds, shaped for people: which items are open, whose, how late, and why one has no ticket.

Reads the ledger and nothing else, writes nothing, prints nothing; `today` is an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pmsync.config.severity import severity_level
from pmsync.ledger.owners import owners
from pmsync.ledger.values import Row, at, to_tuple
from pmsync.location import place
from pmsync.model.frozen import frozen

if TYPE_CHECKING:
    from pmsync.config.settings import Settings
    from pmsync.ledger.reader import LedgerReader

_TROUBLED = {"moved", "lost", "orphaned"}


class StatusRow(NamedTuple):
    """One item as `status` shows it.

    `kind` is 'open', 'closed' or 'aside' (nobody is asked to do anything here: older than `documents.since`, tracked
    elsewhere, or gone with its ticket). `status` is the ticket's, else why there is none in a word, and `note` says it
    in words. `people` are ids under [people], or names as they stand where they are not known there. `late` counts
    days, 0 where it is not late. `due_from` is 'ticket', 'document', 'sla' or ''.
    """

    uid: str
    kind: str
    status: str
    title: str
    people: tuple[str, ...]
    due: date | None
    due_from: str
    late: int
    tracker: str
    ticket: str
    url: str
    note: str
    path: str
    line: int
    document: str
    severity: str | None
    services: tuple[str, ...]
    restricted: bool

    @property
    def where(self) -> str:
        return place(self.path, self.line)


# --- one row for each item ------------------------------------------------------------------------------------


def status_rows(ledger: LedgerReader, settings: Settings, today: date, *, everything: bool = True) -> list[StatusRow]:
    """Every item that is in a document or has a ticket; late ones first, then by due date, then by place.

    Without `everything`, only those that are open.
    """
    return ledger.status_rows(_shape(ledger, settings), today, everything=everything)


def status_row(uid: str, ledger: LedgerReader, settings: Settings, today: date) -> StatusRow:
    """One item that the ledger knows, as `status` shows it."""
    (row,) = ledger.status_rows(_shape(ledger, settings), today, uid=uid)
    return row


def _shape(ledger: LedgerReader, settings: Settings) -> Callable[[Row], StatusRow]:
    people, held = owners(ledger, settings), ledger.is_held_back()
    severity, texts, day = cache(severity_level), cache(to_tuple), cache(date.fromisoformat)

    def shape(row: Row) -> StatusRow:
        # by position, which takes half as long as by name
        values: Iterable[Any] = row
        uid, kind, status, title, names, due, due_from, late, tracker, ticket, url, *more = values
        note, path, line, document, level, services, restricted, names_of, linked, reason, _ = more
        if reason or not linked or status in _TROUBLED:
            note = _note(row, held=held)
        return StatusRow(
            uid=uid,
            kind=kind,
            status=status,
            title=title,
            people=people(names_of, names),
            due=day(due) if due else None,
            due_from=due_from,
            late=late,
            tracker=tracker,
            ticket=ticket,
            url=url,
            note=note,
            path=path,
            line=line,
            document=document,
            severity=severity(level) or None,
            services=texts(services),
            restricted=bool(restricted),
        )

    return shape


def _note(row: Row, *, held: bool) -> str:
    """What there is to say about an item without a ticket, or with one that needs attention."""
    status, reason = row["status"], row["reason"]
    if status == "moved":
        return f"ticket {row['ticket']} was moved to where pmsync does not see it"
    if status == "lost":
        return f"ticket {row['ticket']} is gone; `pmsync forget {row['uid']}` lets the next sync create another"
    if status == "orphaned":
        return "the item is no longer in its document"
    if row["linked"]:
        return f"the tracker refused a change: {reason}"
    if status == "in_doubt":
        since = f"{at(row['announced_at']):%Y-%m-%d %H:%M} UTC"
        return f"sent to {row['tracker']} at {since}, answer unknown: the next sync looks for it"
    if reason:
        return f"the tracker refused it: {reason}"
    if row["note"] or status != "new":
        return str(row["note"])
    return "the guard refused the last sync; `pmsync plan` says why" if held else "the next sync creates its ticket"


# --- which of them --------------------------------------------------------------------------------------------


@frozen
class Filter:
    """Which rows are wanted; what is empty does not matter. `path` is a document's or a folder's, or a document id."""

    people: frozenset[str] = frozenset()
    overdue: bool = False
    everything: bool = False
    service: str = ""
    severity: str = ""
    path: str = ""

    def keeps(self, row: StatusRow) -> bool:
        return (
            (self.everything or row.kind == "open")
            and (not self.people or any(_plain(person) in self.people for person in row.people))
            and (not self.overdue or row.late > 0)
            and (not self.service or _plain(self.service) in map(_plain, row.services))
            and (not self.severity or severity_level(self.severity) == severity_level(row.severity or ""))
            and (not self.path or row.path == self.path or row.path.startswith(f"{self.path.rstrip('/')}/"))
        )


def in_words(status: str) -> str:
    """A status as people read it: `won't do`, `in progress`, `in doubt`."""
    return "won't do" if status == "wont_do" else status.replace("_", " ")


def _plain(text: str) -> str:
    return text.casefold().strip().removeprefix("@").replace("-", "").replace(" ", "")


def named(names: Iterable[str]) -> frozenset[str]:
    """Names of people as a Filter compares them."""
    return frozenset(_plain(name) for name in names)


# --- figures ----------------------------------------------------------------------------------------------------


def counts(rows: Iterable[StatusRow]) -> Mapping[str, int]:
    """How many rows of each kind, and how many are late or without a ticket among the open ones."""
    found = {"open": 0, "closed": 0, "aside": 0, "overdue": 0, "without_ticket": 0}
    for row in rows:
        found[row.kind] += 1
        found["overdue"] += row.late > 0
        found["without_ticket"] += row.kind == "open" and not row.ticket
    return found
