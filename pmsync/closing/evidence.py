"""The evidence file: every item with its dates, and each decision with its time and who made it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from pmsync.closing.items import ReportItem
from pmsync.ledger.past import PastChange

DECISIONS = frozenset(
    {"ticket", "status", "assignees", "due", "effective_due", "decision", "announced", "lost", "orphaned"}
)
"""Fields of the history that are decisions about an item."""

COLUMNS = (
    *("as_of", "uid", "title", "ticket", "url", "document", "path", "document_date", "document_status", "severity"),
    *("kind", "services", "team", "owners", "open_since", "due", "due_from", "outcome", "ended", "days", "reopened"),
    "decisions",
)


def facts(item: ReportItem, day: date) -> dict[str, object]:
    """One item as a JSON value, with its decisions, oldest first. `source` says who made one."""
    return {
        "as_of": day,
        "uid": item.uid,
        "title": item.title,
        "ticket": item.ticket or None,
        "url": item.url or None,
        "document": item.document,
        "path": item.path,
        "document_date": item.dated,
        "document_status": item.document_status or None,
        "severity": item.severity or None,
        "kind": item.kind or None,
        "services": item.services,
        "team": item.team or None,
        "owners": item.owners,
        "open_since": item.since,
        "due": item.due,
        "due_from": item.due_from or None,
        "outcome": item.ending.value,
        "ended": item.ended,
        "days": item.days_to_end,
        "reopened": item.reopened,
        "decisions": [_decision(change) for change in item.changes if change.field in DECISIONS],
    }


def cells(items: Sequence[ReportItem], day: date) -> Iterator[tuple[str, ...]]:
    """The items as rows of texts in COLUMNS; decisions are one text, a line for each."""
    for item in items:
        values = facts(item, day)
        values["decisions"] = "\n".join(_line(change) for change in item.changes if change.field in DECISIONS)
        yield tuple(_text(values[name]) for name in COLUMNS)


def _decision(change: PastChange) -> dict[str, object]:
    return {
        "at": change.at,
        "source": change.source,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "note": change.note or None,
    }


def _line(change: PastChange) -> str:
    note = f" ({change.note})" if change.note else ""
    moment = f"{change.at:%Y-%m-%d %H:%M} UTC"
    return f"{moment} {change.source}: {change.field} {change.old or '-'} -> {change.new or '-'}{note}"


def _text(value: object) -> str:
    if value is None:
        return ""
    return "; ".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)
