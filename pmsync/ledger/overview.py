"""Reads items with their documents, tickets and intents: for `show`, and for the rules of `check` that need them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date

from pmsync.ledger import rows, values
from pmsync.ledger.file import fetch
from pmsync.ledger.values import Row, to_time
from pmsync.model import OpenItem, Overview
from pmsync.model.spelling import one_spelling


def _aliased(table: str, columns: Iterable[str], prefix: str) -> str:
    return ", ".join(f"{table}.{name} AS {prefix}{name}" for name in columns)


_DOCUMENT = _aliased("d", rows.DOCUMENT, "doc_")
_LINK = _aliased("l", rows.LINK, "link_")
_INTENT = _aliased("n", rows.INTENT, "intent_")
_QUERY = f"""
SELECT i.*, {_DOCUMENT}, {_LINK}, {_INTENT},
    (SELECT json_group_object(r.operation, r.reason) FROM refusals r WHERE r.uid = i.uid) AS refused
FROM items i
JOIN documents d ON d.id = i.document_id
LEFT JOIN links l ON l.uid = i.uid
LEFT JOIN intents n ON n.uid = i.uid
ORDER BY d.path, i.line, i.uid
"""  # noqa: S608 - the names are constants


_OPEN = """
SELECT i.document_id, i.item_key, i.title, i.owners, i.line, l.ticket_key, l.url,
    coalesce(l.created_at, i.first_seen_at) AS since, d.path, d.date, d.restricted
FROM items i
JOIN documents d ON d.id = i.document_id
LEFT JOIN links l ON l.uid = i.uid
WHERE d.gone_at IS NULL AND (
    (l.uid IS NOT NULL AND NOT l.lost AND NOT l.orphaned AND l.status NOT IN ('done', 'wont_do'))
    OR (l.uid IS NULL AND i.standing NOT IN ('done', 'listed', 'external', 'proposed') AND i.done IS NOT 1))
ORDER BY d.path, i.line, i.uid
"""


def read_open(connection: sqlite3.Connection) -> list[OpenItem]:
    """The items that somebody is asked to do, in the order of the documents."""
    return [_to_open_item(row) for row in fetch(connection, _OPEN)]


def read_overview(connection: sqlite3.Connection) -> list[Overview]:
    """Every item that the ledger holds, in the order of the documents."""
    return [_to_overview(row) for row in fetch(connection, _QUERY)]


def _to_overview(row: Row) -> Overview:
    return Overview(
        item=rows.to_item(row),
        document=rows.to_document(row, "doc_"),
        first_seen_at=values.at(row["first_seen_at"]),
        gone_at=to_time(row["doc_gone_at"]),
        link=rows.to_link(row, "link_") if row["link_uid"] is not None else None,
        intent=rows.to_intent(row, "intent_") if row["intent_uid"] is not None else None,
        refusals=values.to_texts(row["refused"]),
    )


def _to_open_item(row: Row) -> OpenItem:
    return OpenItem(
        document_id=one_spelling(row["document_id"]),
        key=row["item_key"],
        title=row["title"],
        owners=values.to_tuple(row["owners"]),
        line=row["line"],
        ticket=row["ticket_key"] or "",
        url=row["url"] or "",
        since=values.at(row["since"]),
        path=one_spelling(row["path"]),
        date=date.fromisoformat(row["date"]) if row["date"] else None,
        restricted=bool(row["restricted"]),
    )
