"""The words of pmsync as frozen values. No I/O, no clock, no third party.

Each module is imported when one of its names is first used: `pmsync status` needs few, and a dataclass takes most of
a millisecond to make.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pmsync.model.documents import Checkout, Document, Fields, Finding, Ignore, Item, Level, Reading
    from pmsync.model.ledger import Candidate, Cursor, Intent, ItemRow, Link, OpenItem, Overview, Refusal, Tick
    from pmsync.model.runs import Run
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

_MODULES = ("runs", "documents", "tickets", "ledger")

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name in __all__:
            for module in map(import_module, (f"{__name__}.{module}" for module in _MODULES)):
                if hasattr(module, name):
                    globals()[name] = getattr(module, name)
                    return globals()[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
