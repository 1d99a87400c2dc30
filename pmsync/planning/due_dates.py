"""When items are due, and by what. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import date, timedelta

from pmsync.config.severity import severity_level
from pmsync.model import Document, Finding, Item


def due_date(document: Document, item: Item, sla: Mapping[str, timedelta]) -> tuple[date | None, str]:
    """Return when the item is due and by what: 'document', 'sla' (the document's date plus its severity's time), or ''.

    A date in the document that cannot be read is not replaced.
    """
    if item.due:
        return item.due, "document"
    if _names_no_day(document, item):
        return None, ""
    allowed = sla.get(severity_level(document.severity or ""))
    if allowed is not None and document.date:
        return document.date + allowed, "sla"
    return None, ""


def _names_no_day(document: Document, item: Item) -> bool:
    """Whether the item has a date that cannot be read; the document's findings are sorted by line."""
    findings = document.findings
    start = bisect_left(findings, item.line, key=_line)
    return any(
        each.rule == "unreadable-date" for each in findings[start : bisect_right(findings, item.line, key=_line)]
    )


def _line(finding: Finding) -> int:
    return finding.line
