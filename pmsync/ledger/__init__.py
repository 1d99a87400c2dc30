"""The ledger: one SQLite file that remembers runs, documents, items, links and announced creates.

It may not talk to trackers, read documents or know the configuration, and no transaction of it is open while code of
a caller runs. Who writes holds `pmsync.sync.lock`; who reads needs no lock. docs/ledger.md describes tables and views.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pmsync.ledger.store import Ledger

__all__ = ["Ledger"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import what writes only when it is used: `pmsync status` starts with `pmsync.ledger.reader` alone."""
        if name in __all__:
            from pmsync.ledger.store import Ledger  # noqa: PLC0415

            return Ledger
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
