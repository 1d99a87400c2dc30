"""What the tests of faults, crashes, races and histories counted, and the page that is made of it.

Tests add to the file that PMSYNC_RELIABILITY names, a JSON line a count, and to nothing where it names none. Lines are
appended whole, so that parallel test processes may share one file; counts of equal cells are added up.

    PMSYNC_RELIABILITY=counts.jsonl scripts/test && python -m tests.reliability counts.jsonl > docs/reliability.md
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

PROMISES = {
    "doubled": "a second ticket of one item, though the run could know of the first",
    "foreign": "a ticket that no account of ours created was changed, or one made for other work was given to an item",
    "other text": "a ticket got the title of other work than its own",
    "undone": "what a person set in a ticket was overwritten, though the document did not change it since",
    "turned back": "a run from older documents took back what newer ones had sent",
    "lost": "an item has no ticket and nothing says so",
    "unsettled": "runs do not come to rest, or ledger and service disagree",
    "traceback": "a run ended in an exception",
}
"""What must happen in no random history."""
ABOUT = {
    "A fault at a request": (
        "Three syncs (the first one, a busy day, the busy day without a ledger) run through the fault, one history for "
        "each request that it hits. *Before* means that the service did nothing, *after* that it did everything and "
        "only the answer was lost. Then follow the settle window and two clean syncs. Cells count histories."
    ),
    "A run is hit at an effect": (
        "A real process is ended at its n-th effect: a request sent or answered, a transaction begun or committed, a "
        "file changed. Clean runs follow. Cells count processes that were ended."
    ),
    "The ledger is one of a moment in the run": (
        "Ledger and journal are copied at each commit of a run, as a backup or a power cut would keep them, and "
        "the next sync goes on from the copy. Cells count copies."
    ),
    "A system call of SQLite is the last, or fails": (
        "The process is killed, or told that the disk is full or broken, in the middle of a commit."
    ),
    "The ledger is in trouble": "Each is told in one message with the right exit code, and nothing is sent or lost.",
    "The ledger is lost": "Rebuilt from the tickets alone. Cells count tickets that were there.",
    "Runs at the same moment": (
        "At each request of one run, the others run from start to end. All keep the same survivor of a twin, and no "
        "ticket that a person has touched is closed. Cells count histories; only here may an item get two tickets."
    ),
    "The tracker changes under us": "Noticed, told with what to do, and no other item harmed. Cells count cases.",
    "Random histories without write-back": (
        "A state machine edits, renames, splits and copies documents, plays people in the tracker, loses answers, "
        "ledgers and processes, puts old ledgers back, runs from old checkouts, lets bare runners sync beside the kept "
        "ledger, and has a second configuration in another folder; then come a few quiet runs. Each history has "
        "events of several kinds and counts in the row of each. A cell counts histories, and after it those in which: "
        f"{'; '.join(f'{what} (*{name}*)' for name, what in PROMISES.items())}."
    ),
    "Random histories with write-back": (
        "The same, where each run at the newest revision writes links and ticks into the documents."
    ),
    "What happened in them without write-back": (
        "Cells count what happened. *Created again* are second tickets that are no broken promise: the first was "
        "deleted; or it went elsewhere, or was stripped of its marker and renamed, and the run had no ledger; or an "
        "item came back in other words while its ticket was closed. Text alone cannot tell."
    ),
    "What happened in them with write-back": (
        "Here a link in the document tells, and what is *created again* is what a person deleted."
    ),
}
COLUMNS = {"github": "GitHub", "cloud": "Jira Cloud", "server": "Jira Data Center", "jira": "Jira",
           "jira-cloud": "Jira Cloud", "jira-server": "Jira Data Center"}  # fmt: skip
HEAD = """# What has been tried

Written by `scripts/soak` (`python -m tests.reliability`) from what the tests counted; not by hand.

What is measured is *tickets ever created for an item, counted on the server*: 1, in every history of every table but
the one about runs at the same moment, and but for what "created again" counts under random histories. Each history
also ends with an empty plan, a ledger that agrees with the server, and a further sync that sends nothing. A count
stands here only where all that was asserted held: nothing was lost.
"""
COUNTED = {name for name in ABOUT if not name.startswith(("Random", "What happened"))}
"""The tables of which a sum over all cells says something."""
Table = dict[str, dict[str, int]]


def record(table: str, row: str, column: str, count: int) -> None:
    """Add a count to one cell of a table."""
    name = os.environ.get("PMSYNC_RELIABILITY")
    if name:
        line = json.dumps({"table": table, "row": row, "column": column, "count": count}, ensure_ascii=False)
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


def page(lines: list[str]) -> str:
    """The counts as a page in Markdown, table by table."""
    tables: dict[str, Table] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for line in lines:
        cell = json.loads(line)
        tables[cell["table"]][cell["row"]][cell["column"]] += cell["count"]
    return "\n".join([HEAD, *(_section(name, tables[name]) for name in ABOUT if name in tables)])


def _section(name: str, table: Table) -> str:
    columns = sorted(
        {column for row in table.values() for column in row}, key=lambda column: COLUMNS.get(column, column)
    )
    named = " | ".join(COLUMNS.get(column, column) for column in columns)
    lines = [f"## {name}", "", *wrap(ABOUT[name], 116), "", f"| | {named} |", f"|---|{'---:|' * len(columns)}"]
    lines += [f"| {row} | {' | '.join(cells)} |" for row, cells in _rows(table, columns)]
    total = sum(sum(counts.values()) for counts in table.values())
    return "\n".join([*lines, "", f"{total:,} in all." if name in COUNTED else "", ""])


def _rows(table: Table, columns: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Rows named `row|what` are one row together: how many histories, and what was broken in how many of them."""
    for row in sorted({name.partition("|")[0] for name in table}):
        if row in table:
            yield row, [f"{table[row][column]:,}" if column in table[row] else "–" for column in columns]
        else:
            parts = [table[f"{row}|{what}"] for what in ("histories", *PROMISES)]
            yield row, [" / ".join(f"{part[column]:,}" for part in parts) for column in columns]


if __name__ == "__main__":
    print(page(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()), end="")
