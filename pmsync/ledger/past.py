"""A ledger as `pmsync report` reads it: one light row for each item, and what happened to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple, TypeVar

from pmsync.ledger.reader import LedgerReader
from pmsync.ledger.values import Row, at

T = TypeVar("T")

PAGE = 100_000
"""Rows of the history that are read at once."""

# Nothing of a restricted document is read at all, so that nothing of it can be counted. A document without a title was
# never read itself: only a ticket of it was seen, and it may be restricted.
ITEMS = """
SELECT
    i.uid, i.title, i.owners, i.kind, i.severity, i.due, i.due_from, i.standing, i.done, i.line, i.first_seen_at,
    d.path, d.title AS document, d.date AS document_date, d.severity AS document_severity,
    d.status AS document_status, d.services, d.team,
    l.uid IS NOT NULL AS linked, coalesce(nullif(l.tracker, ''), l.via, '') AS tracker, l.ticket_key, l.url,
    l.status, l.assignees, l.due AS ticket_due, l.created_at, l.closed_at, l.linked_at, l.duplicate, l.orphaned, l.lost,
    n.uid IS NOT NULL AS announced
FROM items i
JOIN documents d ON d.id = i.document_id
LEFT JOIN links l ON l.uid = i.uid
LEFT JOIN intents n ON n.uid = i.uid
WHERE NOT d.restricted AND d.title <> '' AND (l.uid IS NOT NULL OR n.uid IS NOT NULL OR d.gone_at IS NULL)
ORDER BY d.path, i.line, i.uid
"""

_HISTORY = """
SELECT h.id, h.uid, h.at, h.source, h.field, h.old, h.new, h.note
FROM history h
JOIN items i ON i.uid = h.uid
JOIN documents d ON d.id = i.document_id
WHERE h.id > ? AND NOT d.restricted
ORDER BY h.id
LIMIT ?
"""


class PastChange(NamedTuple):
    """A row of the history. `document` is True for what the item's document said."""

    at: datetime
    id: int
    uid: str
    source: str
    field: str
    old: str | None
    new: str | None
    note: str

    @property
    def document(self) -> bool:
        return self.source == "document"


class PastReader(LedgerReader):
    """An open ledger that `pmsync report` reads; leaves out restricted documents. Raises LedgerError."""

    def item_rows(self, convert: Callable[[Row], T]) -> list[T]:
        """Each item that is in a document or has a ticket or an announced one, in the order of the documents."""
        return self._read(ITEMS, convert)

    def changes(self) -> Iterator[PastChange]:
        """What happened to these items, in the order in which it was recorded."""
        last = 0
        while page := self._read(_HISTORY, _to_change, [last, PAGE]):
            yield from page
            last = page[-1].id

    def first_run_at(self) -> datetime | None:
        """When the oldest remembered run began; None if there was none."""
        (began,) = self._read("SELECT min(started_at) AS began FROM runs", lambda row: row["began"])
        return at(began) if began else None


def _to_change(row: Row) -> PastChange:
    return PastChange(
        at(row["at"]), row["id"], row["uid"], row["source"], row["field"], row["old"], row["new"], row["note"]
    )
