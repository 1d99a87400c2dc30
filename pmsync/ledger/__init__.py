"""The ledger: one SQLite file that remembers runs, documents, items, links and announced creates.

It may not talk to trackers, read documents or know the configuration, and no transaction of it is open while code of
a caller runs. Who writes holds `pmsync.sync.lock`; who reads needs no lock. docs/ledger.md describes tables and views.
"""

from __future__ import annotations

from pmsync.ledger.store import Ledger
from pmsync.model import Overview, Run

__all__ = ["Ledger", "Overview", "Run"]
