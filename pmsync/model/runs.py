"""A run as the ledger recorded it. No I/O, no clock, no third party."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from pmsync.model.frozen import frozen


@frozen
class Run:
    """One run as the ledger recorded it. `finished_at` and `ok` are None while it runs, or where it was killed.

    `scope` holds the paths it was limited to, '' for everything. `counts` are by what was done ('create' …).
    """

    id: int
    started_at: datetime
    finished_at: datetime | None
    host: str
    pid: int
    scope: str
    ok: bool | None
    counts: Mapping[str, int] = field(default_factory=dict)
