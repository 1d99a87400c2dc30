"""`pmsync calendar`: the due dates of open items as an iCalendar file. Reads only the ledger."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from pmsync.calendar.entries import calendar_entries, may_show
from pmsync.calendar.ics import to_ics
from pmsync.cli.app import App, pass_app
from pmsync.cli.terminal import output
from pmsync.config.people import Directory
from pmsync.config.settings import Settings
from pmsync.disk.replace import replacing
from pmsync.errors import PmsyncError
from pmsync.ledger.reader import LedgerReader
from pmsync.reports import status
from pmsync.reports.freshness import freshness
from pmsync.reports.status import Filter, StatusRow

FOR_OWNER, FOR_ALL = 0o600, 0o644


@click.command()
@click.argument("file", metavar="FILE.ics", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--owner", metavar="PERSON", default="", help="Only items of PERSON, for PERSON alone: see above.")
@pass_app
def command(app: App, file: Path, owner: str) -> int:
    """Write the due dates of open items into a calendar file, for people to subscribe to.

    Every item has an all-day entry that leaves people free; it moves when the due date moves. What is late has one
    entry, today. Write the file again after each sync, and host it where people can subscribe: who can read it is
    up to the host.

    Items of restricted documents are left out. With --owner they are in it, so it is for that person alone; only the
    user who runs pmsync can read that file.

    Exit codes: 0 written, 1 the ledger cannot be read or the file not be written, 2 wrong usage.

    \b
    Examples:
      pmsync calendar due.ics
      pmsync calendar --owner alice /srv/calendars/alice.ics
    """
    if file.suffix.lower() != ".ics":
        raise click.UsageError(f"{str(file)!r} is no calendar file; give it a name that ends in .ics")
    settings, now = app.settings(), app.now()
    today = now.astimezone().date()
    with LedgerReader.open(Path(settings.ledger)) as ledger:
        people = status.find_people(ledger, settings, owner)
        rows = status.status_rows(ledger, settings, today, Filter(people=people))
        fresh = freshness(ledger, now)
    person = _person(settings, owner)
    entries = calendar_entries(rows, today, settings.namespace, person)
    _write(app.cwd / file, to_ics(entries, f"Action items of {person or settings.namespace}", now), bool(person))
    output.log(f"Wrote {file}." if person else f"Wrote {file}. {_figures(rows, today)}")
    if fresh.trouble:
        output.warn(fresh.trouble, "run `pmsync sync`; the calendar is of the state before")
    return 0


def _person(settings: Settings, owner: str) -> str:
    """The owner's id under [people], else the name as given."""
    person = Directory(settings.people).match(owner) if owner else None
    return person.id if person else owner


def _figures(rows: list[StatusRow], today: date) -> str:
    """How many entries there are, and how many items have none. Counts nothing of restricted documents."""
    shown = may_show(rows, "")
    late = sum(row.late > 0 for row in shown)
    coming = sum(row.due is not None and row.due >= today for row in shown)
    parts = [f"{output.count(coming, 'due date')}"]
    parts += [f"one entry for {output.count(late, 'late item')}"] if late else []
    without = len(shown) - late - coming
    parts += [f"{output.count(without, 'open item')} without a due date left out"] if without else []
    return f"{', '.join(parts)}."


def _write(path: Path, text: bytes, for_owner: bool) -> None:
    """Put the file in its place at once. Raises PmsyncError."""
    try:
        with replacing(path) as made:
            made.write_bytes(text)
            made.chmod(FOR_OWNER if for_owner else FOR_ALL)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"the calendar '{path}' cannot be written: {reason}"
        raise PmsyncError(f"{message}\nlet this user write in its folder, or name another file") from None
