"""`pmsync status` as JSON, CSV and Markdown. docs/status.md and docs/status.schema.json describe the JSON."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING

from pmsync.cli.commands.status import COLUMNS, cells
from pmsync.cli.terminal import output
from pmsync.reports import status
from pmsync.reports.markdown_text import markdown_cell, markdown_link

if TYPE_CHECKING:
    from pmsync.cli.commands.status import StatusAnswer
    from pmsync.reports.status import StatusRow


def value(answer: StatusAnswer) -> dict[str, object]:
    """What the JSON says, as docs/status.schema.json has it."""
    return {
        "last_good_sync": answer.fresh.last_good_sync,
        "trouble": answer.fresh.trouble or None,
        "homework": answer.fresh.homework or None,
        "counts": answer.counts,
        **({"me": {"id": me.person.id, "source": me.source, "name": me.name}} if (me := answer.me) else {}),
        "matching": answer.matching,
        "why_empty": answer.why_empty or None,
        "items": [row._asdict() for row in answer.shown],
    }


def csv_text(answer: StatusAnswer) -> str:
    """A line of names and one for each row, for a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("uid", "ticket", "url", *COLUMNS[1:4], "days_late", *COLUMNS[4:], "restricted"))
    for row in answer.shown:
        _, *others = cells(row)
        late = str(row.late) if row.late else ""
        whole = (row.uid, row.ticket, row.url, *others[:3], late, *others[3:], "yes" if row.restricted else "no")
        writer.writerow([_safe(cell) for cell in whole])
    return text.getvalue().rstrip("\n")


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell


def markdown(answer: StatusAnswer) -> str:
    """A table to paste somewhere; items of restricted documents are in it without their text."""
    head = ["| Ticket | Status | Due | Owner | Title |", "|---|---|---|---|---|"] if answer.shown else []
    counts = status.counts(answer.shown)
    told = f"{_items(answer)}, {counts['overdue']} overdue" if answer.shown else answer.why_empty
    at = answer.fresh.last_good_sync
    age = f"last good sync {at:%Y-%m-%d %H:%M} UTC" if at else "no good sync yet"
    rows = [_markdown_row(row, answer.today) for row in answer.shown]
    return "\n".join([*head, *rows, "", f"{told.removesuffix('.')}; {age}"])


def _items(answer: StatusAnswer) -> str:
    shown = output.count(len(answer.shown), "item")
    return f"{shown} of {answer.matching}" if answer.matching > len(answer.shown) else shown


def _markdown_row(row: StatusRow, today: date) -> str:
    row_cells = (
        markdown_link(row.ticket, row.url),
        status.in_words(row.status),
        _plain_due(row, today),
        markdown_cell(", ".join(row.people)),
        "(restricted)" if row.restricted else markdown_cell(row.title),
    )
    return f"| {' | '.join(row_cells)} |"


def _plain_due(row: StatusRow, today: date) -> str:
    if row.due is None:
        return ""
    return f"**{(today - row.due).days}d late** ({row.due})" if row.late else row.due.isoformat()
