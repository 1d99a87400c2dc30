"""Tickets as rows of the local tracker's file: read, created and edited within the caller's transaction.

Every change adds a row to `events` with who made it and when, and moves `updated_at`; setting the present value is no
change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlite_utils import Database

from pmsync.errors import TrackerError
from pmsync.identity import marker as markers
from pmsync.model import Draft, Marker, Ref, Status, Ticket
from pmsync.trackers.mention_safe_text import one_line

LONGEST_TITLE, LONGEST_LABEL = 1000, 100
CLOSED = frozenset({"done", "wont_do", "duplicate"})

Value = str | int | date | Marker | tuple[str, ...] | None
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who changes tickets, and when."""

    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Naming:
    """The keys and URLs of one tracker's tickets: `LOCAL-7` and `local:local/7` for the seventh of `local`.

    A ref's id is `STORE/NUMBER`, with the id of the file; a provisional one is the number alone.
    """

    tracker: str

    def ref(self, number: int, store: str = "") -> Ref:
        identity = f"{store}/{number}" if store else str(number)
        return Ref(self.tracker, identity, f"{self.tracker.upper()}-{number}", f"local:{self.tracker}/{number}")

    def number(self, text: str) -> int | None:
        """The number in a key or URL, None if it is not of this tracker."""
        name = re.escape(self.tracker)
        match = re.fullmatch(rf"(?:local:{name}/|(?i:{name})-)([1-9]\d{{0,15}})", text.strip())
        return int(match[1]) if match else None


def number_of(ref: Ref) -> int:
    return int(ref.id.rpartition("/")[2])


def is_of(ref: Ref, store: str) -> bool:
    """Whether the ref belongs to the file with this id; a provisional one belongs to any."""
    return ref.id.rpartition("/")[0] in {"", store}


# --- text made fit --------------------------------------------------------------------------------------------


def _fit(text: str, longest: int) -> str:
    """The text on one line, cut if it is too long."""
    line = one_line(_storable(text))
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def fit_labels(labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({fit for label in labels if (fit := _fit(label, LONGEST_LABEL))}))


def _storable(text: str) -> str:
    """Text that SQLite and its tools accept: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def time_text(time: datetime) -> str:
    """UTC, always with microseconds, so that texts compare as times do."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


# --- reading --------------------------------------------------------------------------------------------------

WITH_LABEL = "number IN (SELECT ticket FROM labels WHERE label = ?) AND moved_to IS NULL"
NUMBERED = "number IN (SELECT value FROM json_each(?))"
BY_ACCOUNTS_OR_UID = (
    "moved_to IS NULL AND (uid IN (SELECT value FROM json_each(?)) "
    "OR created_at >= ? AND (marker IS NOT NULL OR author IN (SELECT value FROM json_each(?))))"
)


def rows(database: Database, where: str, parameters: Sequence[object]) -> list[Row]:
    """The rows of tickets with their labels and assignees, in order of creation."""
    # S608: `where` is one of the constants of this module or of its callers, values are always parameters
    sql = f"""
        SELECT *,
            (SELECT id FROM store) AS store,
            (SELECT json_group_array(label) FROM labels WHERE ticket = number) AS labels,
            (SELECT json_group_array(account) FROM
                (SELECT account FROM assignees WHERE ticket = number ORDER BY position)) AS assignees
        FROM tickets WHERE {where} ORDER BY number"""  # noqa: S608
    return list(database.query(sql, parameters))


def row(database: Database, number: int) -> Row:
    """The ticket; raises TrackerError if it does not exist or was moved away."""
    tickets = rows(database, "number = ?", [number])
    if not tickets:
        raise TrackerError(f"there is no ticket number {number}; it was deleted or never existed")
    if tickets[0]["moved_to"]:
        raise TrackerError(f"ticket number {number} was moved to {tickets[0]['moved_to']!r}; change it there")
    return tickets[0]


def row_of(database: Database, ref: Ref) -> Row:
    """The ref's ticket; raises TrackerError as `row` does, and if it belongs to another file."""
    ticket = row(database, number_of(ref))
    if not is_of(ref, ticket["store"]):
        raise TrackerError(f"ticket {ref.key!r} belongs to another file, which was here before: restore that one")
    return ticket


def to_ticket(row: Row, naming: Naming) -> Ticket:
    state = row["state"]
    return Ticket(
        ref=naming.ref(row["number"], row["store"]),
        title=row["title"],
        status=Status.WONT_DO if state == "duplicate" else Status(state),
        state=state,
        author=row["author"],
        created_at=datetime.fromisoformat(row["created_at"]),
        updated_at=datetime.fromisoformat(row["updated_at"]),
        assignees=tuple(json.loads(row["assignees"])),
        labels=frozenset(json.loads(row["labels"])),
        due=date.fromisoformat(row["due"]) if row["due"] else None,
        priority=row["priority"],
        closed_at=datetime.fromisoformat(row["closed_at"]) if row["closed_at"] else None,
        duplicate=state == "duplicate",
        duplicate_of=naming.ref(row["duplicate_of"], row["store"]) if row["duplicate_of"] else None,
        marker=markers.from_json(row["marker"]),
    )


def comments(database: Database, number: int) -> list[Row]:
    return list(database.query("SELECT author, at, text FROM comments WHERE ticket = ? ORDER BY id", [number]))


def events(database: Database, number: int) -> list[Row]:
    sql = "SELECT actor, at, field, old, new FROM events WHERE ticket = ? ORDER BY id"
    return list(database.query(sql, [number]))


# --- writing --------------------------------------------------------------------------------------------------


def insert(database: Database, draft: Draft, marker: Marker | None, labels: Iterable[str], who: Who) -> int:
    """Create an open ticket from the draft, and return its number."""
    at = time_text(who.at)
    title = _fit(draft.title, LONGEST_TITLE) or "(no title)"
    values: Row = {"title": title, "body": _storable(draft.body), "author": who.actor}
    values |= {"created_at": at, "updated_at": at, "due": _text(draft.due), "priority": draft.priority}
    values |= {"uid": marker.uid if marker else None, "marker": _text(marker)}
    table = database.table("tickets")
    number = table.insert(values).last_pk
    assert isinstance(number, int)  # noqa: S101
    _set_labels(database, number, fit_labels(labels))
    _set_assignees(database, number, draft.assignees)
    _note(database, number, who, "created", new=title)
    return number


def edit(database: Database, number: int, changes: Mapping[str, Value], who: Who) -> Row:
    """Set absolute values (title, body, state, duplicate_of, priority, due, marker, labels, assignees, moved_to), and
    return the ticket as it is now; raises TrackerError as `row` does.
    """
    before = row(database, number)
    wanted = {name: _text(value) for name, value in _consequences(before, changes, who).items()}
    changed = {name: value for name, value in wanted.items() if value != _comparable(before, name)}
    if not changed:
        return before
    for name, value in changed.items():
        if name not in {"uid", "closed_at"}:
            _note(database, number, who, name, old=_comparable(before, name), new=value)
    for name, write in (("labels", _set_labels), ("assignees", _set_assignees)):
        if name in changed:
            write(database, number, json.loads(str(changed.pop(name))))
    database.table("tickets").update(number, changed | {"updated_at": time_text(who.at)})
    return rows(database, "number = ?", [number])[0]


def comment(database: Database, number: int, text: str, who: Who) -> None:
    """Add a comment; raises TrackerError as `row` does."""
    row(database, number)
    at = time_text(who.at)
    database.table("comments").insert({"ticket": number, "author": who.actor, "at": at, "text": _storable(text)})
    database.table("tickets").update(number, {"updated_at": at})
    _note(database, number, who, "comment", new=_fit(text, LONGEST_TITLE))


def delete(database: Database, number: int, who: Who) -> None:
    title = row(database, number)["title"]
    database.table("tickets").delete(number)
    _note(database, number, who, "deleted", old=title)


def _consequences(before: Row, changes: Mapping[str, Value], who: Who) -> dict[str, Value]:
    """The changes made to fit, and what follows from them: closing time, duplicate, uid."""
    wanted = dict(changes)
    if isinstance(title := wanted.get("title"), str):
        wanted["title"] = _fit(title, LONGEST_TITLE) or before["title"]
    if isinstance(body := wanted.get("body"), str):
        wanted["body"] = _storable(body)
    if isinstance(labels := wanted.get("labels"), tuple):
        wanted["labels"] = fit_labels(labels)
    if isinstance(assignees := wanted.get("assignees"), tuple):
        wanted["assignees"] = tuple(dict.fromkeys(assignees))
    if isinstance(marker := wanted.get("marker"), Marker):
        wanted["uid"] = marker.uid
    if "state" in wanted and wanted["state"] != before["state"]:
        closed = wanted["state"] in CLOSED
        wanted["closed_at"] = (before["closed_at"] or time_text(who.at)) if closed else None
        wanted.setdefault("duplicate_of", None)
    return wanted


def _comparable(before: Row, name: str) -> str | int | None:
    """The present value of a column, in the form of `_text`."""
    value: str | int | None = before[name]
    if name in {"labels", "assignees"}:
        listed = json.loads(str(value))
        return _text(tuple(sorted(listed) if name == "labels" else listed))
    return value


def _text(value: Value) -> str | int | None:
    """A value as its column stores it; lists as JSON."""
    if isinstance(value, Marker):
        return markers.to_json(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False)
    return value


def _set_labels(database: Database, number: int, labels: Iterable[str]) -> None:
    table = database.table("labels")
    table.delete_where("ticket = ?", [number])
    table.insert_all([{"ticket": number, "label": label} for label in labels])


def _set_assignees(database: Database, number: int, accounts: Iterable[str]) -> None:
    table = database.table("assignees")
    table.delete_where("ticket = ?", [number])
    unique = dict.fromkeys(accounts)
    table.insert_all([{"ticket": number, "position": n, "account": account} for n, account in enumerate(unique)])


def _note(
    database: Database, number: int, who: Who, field: str, *, old: str | int | None = None, new: str | int | None = None
) -> None:
    values: Row = {"ticket": number, "actor": who.actor, "at": time_text(who.at), "field": field}
    values |= {"old": None if old is None else str(old), "new": None if new is None else str(new)}
    database.table("events").insert(values)
