"""What the tests of crashes, faults and histories counted, as JSON lines that docs/reliability.md is made from.

Nothing is written unless PMSYNC_RELIABILITY names a file. Lines are appended whole, so that parallel test processes
may share one file; who reads it adds up the counts of equal cells.
"""

from __future__ import annotations

import json
import os
from pathlib import Path


def record(table: str, row: str, column: str, count: int) -> None:
    """Add a count to one cell of a table."""
    name = os.environ.get("PMSYNC_RELIABILITY")
    if name:
        line = json.dumps({"table": table, "row": row, "column": column, "count": count}, ensure_ascii=False)
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
