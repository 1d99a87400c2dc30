"""Items for a person at a terminal: what is late, due within a week, later, and nobody's, each under its heading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from pmsync.cli.terminal import output, tables
from pmsync.reports import status
from pmsync.reports.status import StatusRow

LATE, WEEK, LATER, NOBODY = "Late", "Due within a week", "Later", "Nobody's"
CLOSED, ASIDE = "Closed", "Listed or tracked elsewhere"
GROUPS = (LATE, WEEK, LATER, NOBODY, CLOSED, ASIDE)
"""The headings, in order."""


def show(rows: Iterable[StatusRow], today: date, *, with_severity: bool = False) -> None:
    """Print the rows by group, in the order in which they come. What keeps one from a ticket stands below it."""
    grouped: dict[str, list[StatusRow]] = {name: [] for name in GROUPS}
    for row in rows:
        grouped[group(row, today)].append(row)
    heads: dict[int, Sequence[output.Part]] = {}
    shown: list[StatusRow] = []
    for name, members in grouped.items():
        if members:
            heads[len(shown)] = _heading(name, members)
            shown += members
    columns = ("ticket", "status", "due", "owner", *(["severity"] if with_severity else []), "title")
    cells = [_cells(row, today, with_severity=with_severity) for row in shown]
    notes = [_note(row) for row in shown]
    tables.table(columns, cells, elastic="title", soft="owner", notes=notes, heads=heads)
    if shown:
        output.echo()


def group(row: StatusRow, today: date) -> str:
    """The heading that the item belongs under, one of GROUPS. What is nobody's is under that, late or not."""
    if row.kind != "open":
        return CLOSED if row.kind == "closed" else ASIDE
    if not row.people:
        return NOBODY
    if row.late:
        return LATE
    return WEEK if row.due and row.due <= status.last_day(today, status.WEEK) else LATER


def _heading(name: str, members: Sequence[StatusRow]) -> list[output.Part]:
    late = sum(row.late > 0 for row in members) if name == NOBODY else 0
    figures = f"{len(members)}, {late} late" if late else str(len(members))
    return [output.bold(name, "red" if name == LATE else None), f" ({figures})"]


def _cells(row: StatusRow, today: date, *, with_severity: bool) -> list[output.Part]:
    severity = [row.severity or ""] if with_severity else []
    ticket = output.link(row.ticket, row.url) if row.ticket else "-"
    return [ticket, _status(row), _due(row, today), ", ".join(row.people), *severity, row.title]


def _note(row: StatusRow) -> str:
    """What there is to say about the row; of one without a ticket also where it stands."""
    if row.ticket:
        return row.note
    return f"{row.where}: {row.note}" if row.note else row.where


def _status(row: StatusRow) -> output.Part:
    troubled = dict.fromkeys(("orphaned", "undecided", "blocked", "in_doubt"), "yellow")
    troubled |= dict.fromkeys(("lost", "refused"), "red")
    words = status.in_words(row.status)
    return output.coloured(words, troubled[row.status]) if row.status in troubled else words


def _due(row: StatusRow, today: date) -> output.Part:
    if row.kind != "open":
        return row.due.isoformat() if row.due else ""
    text = output.due(row.due, today)
    return output.bold(text, "red") if row.late else text
