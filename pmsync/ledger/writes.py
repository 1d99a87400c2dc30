"""What the ledger's transactions are made of: SQL, and helpers that write rows. Begins and commits nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pmsync.ledger import rows
from pmsync.ledger.changes import Change
from pmsync.ledger.rows import Value, time_text

if TYPE_CHECKING:
    from sqlite_utils import Database

BACK: dict[str, Value] = {"gone_at": None}

MARK_GONE = """
UPDATE documents SET gone_at = :at WHERE gone_at IS NULL AND id IN (SELECT value FROM json_each(:ids))
"""

DELETE_VANISHED = """
DELETE FROM items
WHERE document_id IN (SELECT value FROM json_each(:judged))
    AND uid NOT IN (SELECT value FROM json_each(:kept))
    AND uid NOT IN (SELECT uid FROM links)
    AND uid NOT IN (SELECT uid FROM intents)
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


LINKS_OF = "SELECT * FROM links WHERE uid IN (SELECT value FROM json_each(?))"

DELETE_DECISIONS = "DELETE FROM decisions WHERE uid IN (SELECT value FROM json_each(?))"

_STAND_IN_DOCUMENT = """
INSERT INTO documents (id, path, title, first_seen_at) VALUES (:document, :document, '', :at) ON CONFLICT DO NOTHING
"""

_STAND_IN_ITEM = """
INSERT INTO items (uid, document_id, item_key, line, title, standing, first_seen_at)
VALUES (:uid, :document, :key, 0, :title, :standing, :at) ON CONFLICT DO NOTHING
"""


def remember(database: Database, run: int, at: datetime, changes: Iterable[Change]) -> None:
    """Add to the history."""
    events = [
        rows.cleaned({
            "at": time_text(at),
            "run_id": run,
            "uid": change.uid,
            "source": change.source,
            "field": change.field,
            "old": change.old,
            "new": change.new,
            "note": change.note,
        })
        for change in changes
    ]  # fmt: skip
    database.table("history").insert_all(events)


def upsert(database: Database, table: str, key: str, wanted: Sequence[dict[str, Value]]) -> None:
    database.table(table).upsert_all(wanted, pk=key)


def upsert_seen(database: Database, table: str, key: str, wanted: Sequence[dict[str, Value]], at: datetime) -> None:
    """Write the rows that differ from what is held; `first_seen_at` is kept where there is one."""
    held = {row[key]: dict(row) for row in database.execute(f"SELECT * FROM {table}").fetchall()}  # noqa: S608
    seen = time_text(at)
    full = [row | {"first_seen_at": held.get(row[key], {}).get("first_seen_at", seen)} for row in wanted]
    upsert(database, table, key, [row for row in full if row != held.get(row[key])])


def stand_in(database: Database, at: datetime, standing: str, items: Iterable[tuple[str, str, str, str]]) -> None:
    """Make the rows that links or intents refer to, where no document was saved for them yet.

    `items` are (uid, document id, key, title).
    """
    for uid, document, key, title in items:
        values: dict[str, Value] = {"uid": uid, "document": document, "key": key, "title": title, "at": time_text(at)}
        values = rows.cleaned(values | {"standing": standing})
        database.execute(_STAND_IN_DOCUMENT, values)
        database.execute(_STAND_IN_ITEM, values)
