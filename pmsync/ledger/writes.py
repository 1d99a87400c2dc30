"""What the ledger's transactions are made of: SQL, and helpers that write rows. Begins and commits nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from pmsync.ledger import values
from pmsync.ledger.changes import Change
from pmsync.ledger.rows import event_row
from pmsync.ledger.values import Value, cleaned, time_text
from pmsync.model import Link
from pmsync.model.ages import believed

if TYPE_CHECKING:
    from sqlite_utils import Database

MARK_GONE = "UPDATE documents SET gone_at = ? WHERE gone_at IS NULL AND id = ?"

LINK_OF = "SELECT * FROM links WHERE uid = ?"

DELETE_LINK = "DELETE FROM links WHERE uid = ? RETURNING tracker, ticket_key"

DELETE_LINKS_OF = "DELETE FROM links WHERE tracker = ? RETURNING uid, ticket_key"

DELETE_INTENT = "DELETE FROM intents WHERE uid = ? RETURNING tracker"

ANSWER = "UPDATE items SET candidates = '[]' WHERE document_id = ? AND item_key = ?"

_WITHOUT_TICKET = """
SELECT uid, document_id FROM items
WHERE uid NOT IN (SELECT uid FROM links) AND uid NOT IN (SELECT uid FROM intents)
"""

# a run over everything repeats all others, a run over some paths those over the same paths
DELETE_REPEATED = """
DELETE FROM findings
WHERE run_id != :run
    AND run_id IN (
        SELECT older.id FROM runs older JOIN runs this ON this.id = :run
        WHERE older.id < this.id AND this.scope IN ('', older.scope)
    )
"""

DELETE_OLD_RUNS = """
DELETE FROM runs
WHERE started_at < :before
    AND NOT EXISTS (SELECT 1 FROM history WHERE history.run_id = runs.id)
    AND id NOT IN (SELECT max(id) FROM runs WHERE ok AND scope = '')
"""


_COLUMNS = "title, incident, date, severity, status, draft, restricted, services, team, authors, labels, first_seen_at"
SPELLED_OTHERWISE = "SELECT 1 FROM documents WHERE id <> one_spelling(id) LIMIT 1"

# an older version took ids and paths as the file system has them
RESPELL = (
    f"""
    INSERT INTO documents (id, path, {_COLUMNS}, gone_at)
    SELECT one_spelling(id), one_spelling(path), {_COLUMNS}, gone_at FROM documents WHERE id <> one_spelling(id)
    ON CONFLICT DO NOTHING
    """,  # noqa: S608 - the names are the constant above
    "UPDATE items SET document_id = one_spelling(document_id) WHERE document_id <> one_spelling(document_id)",
    "UPDATE links SET document_id = one_spelling(document_id) WHERE document_id <> one_spelling(document_id)",
    "UPDATE intents SET document_id = one_spelling(document_id) WHERE document_id <> one_spelling(document_id)",
    "DELETE FROM documents WHERE id <> one_spelling(id)",
)

_STAND_IN_DOCUMENT = """
INSERT INTO documents (id, path, title, first_seen_at) VALUES (:document, :document, '', :at) ON CONFLICT DO NOTHING
"""

_STAND_IN_ITEM = """
INSERT INTO items (uid, document_id, item_key, line, title, standing, first_seen_at)
VALUES (:uid, :document, :key, 0, :title, :standing, :at) ON CONFLICT DO NOTHING
"""


def remember(database: Database, run: int, at: datetime, changes: Iterable[Change]) -> None:
    """Add the changes to the history."""
    database.table("history").insert_all([event_row(change, run, change.at or at) for change in changes])


def upsert(database: Database, table: str, key: str, wanted: Iterable[dict[str, Value]]) -> None:
    database.table(table).upsert_all(wanted, pk=key)


def upsert_changed(
    database: Database, table: str, key: str, held: Iterable[dict[str, Value]], wanted: Iterable[dict[str, Value]]
) -> None:
    """Write the rows that differ from the present ones."""
    known = {row[key]: row for row in held}
    upsert(database, table, key, [row for row in wanted if row != known.get(row[key])])


def upsert_seen(database: Database, table: str, key: str, wanted: Iterable[dict[str, Value]], at: datetime) -> None:
    """Write the rows that differ from those in the table. `first_seen_at` stays unless it is in the future, and a
    document that was gone is present again.
    """
    held = [dict(row) for row in database.execute(f"SELECT * FROM {table}").fetchall()]  # noqa: S608
    since = {row[key]: time_text(believed(values.at(row["first_seen_at"]), at)) for row in held}
    new: dict[str, Value] = {"gone_at": None} if table == "documents" else {}
    full = [row | new | {"first_seen_at": since.get(row[key], time_text(at))} for row in wanted]
    upsert_changed(database, table, key, held, full)


def delete_vanished(database: Database, judged: Collection[str], kept: Collection[str]) -> None:
    """Delete the items of `judged` documents that are not `kept` and have neither ticket nor announced create."""
    loose = database.execute(_WITHOUT_TICKET).fetchall()
    vanished = [(uid,) for uid, document in loose if document in judged and uid not in kept]
    database.conn.executemany("DELETE FROM items WHERE uid = ?", vanished)


def stand_in(database: Database, at: datetime, standing: str, items: Iterable[tuple[str, str, str, str]]) -> None:
    """Insert the rows that links or intents refer to, if no document was saved for them yet.

    `items` are (uid, document id, key, title).
    """
    for uid, document, key, title in items:
        row: dict[str, Value] = {"uid": uid, "document": document, "key": key, "title": title, "at": time_text(at)}
        row = cleaned(row | {"standing": standing})
        database.execute(_STAND_IN_DOCUMENT, row)
        database.execute(_STAND_IN_ITEM, row)


def forget_tracker(database: Database, tracker: str) -> list[Change]:
    """Delete everything of a tracker, and return the changes for the history."""
    links = database.execute(DELETE_LINKS_OF, [tracker]).fetchall()
    intents = database.execute("DELETE FROM intents WHERE tracker = ? RETURNING uid", [tracker]).fetchall()
    database.execute("DELETE FROM cursors WHERE tracker = ?", [tracker])
    database.execute("DELETE FROM people WHERE tracker = ?", [tracker])
    database.execute("DELETE FROM places WHERE name = ?", [f"tracker {tracker}"])
    changes = [Change(uid, "person", "ticket", f"{tracker} {key}", None, "forgotten") for uid, key in links]
    return changes + [Change(uid, "person", "announced", tracker, None, "forgotten") for (uid,) in intents]


def stays_lost(old: Link | None, new: Link) -> bool:
    """Whether a link was lost before and still is."""
    return new.lost and old is not None and old.ticket.ref == new.ticket.ref


def is_fresh(old: Link | None, new: Link) -> bool:
    """Whether an item now has another ticket."""
    return not new.lost and (old is None or old.lost or old.ticket.ref != new.ticket.ref)
