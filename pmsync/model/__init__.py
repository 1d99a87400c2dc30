"""The words of pmsync as frozen values. No I/O, no clock, no third party."""

from __future__ import annotations

from pmsync.model.documents import Checkout, Document, Fields, Finding, Ignore, Item, Level, Reading
from pmsync.model.ledger import Candidate, Cursor, Intent, ItemRow, Link, OpenItem, Overview, Refusal, Run, Tick
from pmsync.model.tickets import Draft, Marker, Patch, Ref, Status, Ticket

__all__ = [
    "Candidate",
    "Checkout",
    "Cursor",
    "Document",
    "Draft",
    "Fields",
    "Finding",
    "Ignore",
    "Intent",
    "Item",
    "ItemRow",
    "Level",
    "Link",
    "Marker",
    "OpenItem",
    "Overview",
    "Patch",
    "Reading",
    "Ref",
    "Refusal",
    "Run",
    "Status",
    "Tick",
    "Ticket",
]
