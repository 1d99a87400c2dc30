"""`pmsync status`: what is open, whose it is, how late it is and where its ticket is. Reads only the ledger."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pmsync.cli.app import App, pass_app
from pmsync.cli.options import Duration
from pmsync.cli.terminal import output, tables
from pmsync.errors import ConfigError
from pmsync.ledger.reader import LedgerReader
from pmsync.model.frozen import frozen
from pmsync.reports import status
from pmsync.reports.freshness import Freshness, freshness
from pmsync.reports.status import Filter, StatusRow

if TYPE_CHECKING:
    from pmsync.cli.host.user import Me
    from pmsync.config.settings import Settings

COLUMNS = ("ticket", "status", "due", "owner", "severity", "title", "where", "note")


@frozen
class StatusAnswer:
    """The rows to show, and how many items the ledger holds, by kind.

    `matching` is how many were asked for: more than are shown where there is a `limit`. `why_empty` says why there are
    none, '' where there are some. `me` is the person who asked for their own items.
    """

    shown: Sequence[StatusRow]
    matching: int
    counts: Mapping[str, int]
    fresh: Freshness
    now: datetime
    limit: int = 0
    why_empty: str = ""
    me: Me | None = None

    @property
    def today(self) -> date:
        return self.now.astimezone().date()


@click.command()
@click.option("--mine", is_flag=True, help="Only my items: PMSYNC_USER, else git's user.email, else the user name.")
@click.option("--owner", metavar="NAME", help="Only items of NAME: an id, name, alias, e-mail or account.")
@click.option("--overdue", is_flag=True, help="Only overdue items.")
@click.option("--due-within", metavar="SPAN", type=Duration(), help="Only items due in SPAN (3d, 2w), or late already.")
@click.option("--all", "everything", is_flag=True, help="Also items that are closed, tracked elsewhere or only listed.")
@click.option("--team", metavar="NAME", default="", help="Only items of documents of this team.")
@click.option("--service", metavar="NAME", default="", help="Only items of documents about this service.")
@click.option("--severity", metavar="NAME", default="", help="Only items of this severity.")
@click.option("--document", metavar="PATH", default="", help="Only items of this document or folder.")
@click.option("--limit", metavar="N", type=click.IntRange(1), default=None, help="Only the N most urgent items.")
@output.format_option("text", "json", "csv", "markdown")
@pass_app
def command(
    app: App,
    mine: bool,
    owner: str | None,
    overdue: bool,
    due_within: timedelta | None,
    everything: bool,
    team: str,
    service: str,
    severity: str,
    document: str,
    limit: int | None,
    output_format: str,
) -> int:
    """Show which action items are open, whose they are, how late, and where their tickets are.

    Reads only the ledger, asks no tracker, and says how old the answer is. An item belongs to its ticket's assignee,
    or else to its owner in the document. Exit codes: 0 fine, 1 the ledger cannot be read, 2 wrong usage.

    --limit takes what is late first, then what is due within a week, then the rest; among each the most severe, then
    what is due first, then what is of the oldest document.

    \b
    Examples:
      pmsync status --mine
      pmsync status --team platform --limit 2            two for the sprint
      pmsync status --due-within 2w --severity sev1
      pmsync status --owner alice --format markdown
      pmsync status --all --format csv > items.csv
    """
    if mine and owner:
        raise click.UsageError("--mine and --owner exclude each other")
    settings, now, limit = app.settings(), app.now(), limit or 0
    today = now.astimezone().date()
    due_by = None if due_within is None else status.last_day(today, due_within)
    with LedgerReader.open(Path(settings.ledger)) as ledger:
        me = _me(app, settings) if mine else None
        people = status.find_people(ledger, settings, me.person.id if me else owner or "")
        path = _document(app, settings, ledger, document)
        wanted = Filter(people, overdue, everything, service, severity, path, team, due_by)
        rows = status.status_rows(ledger, settings, today, wanted, limit=limit)
        matching = status.matches(ledger, settings, today, wanted) if len(rows) == limit else len(rows)
        counts, fresh = ledger.status_counts(today), freshness(ledger, now)
        why = ""
        if not rows:
            from pmsync.cli.status.why_empty import why_empty  # noqa: PLC0415 (the usual answer is not empty)

            given = ("--mine" if mine else f"--owner {owner}", document)
            why = why_empty(ledger, settings, today, wanted, counts, *given)
    _print(StatusAnswer(rows, matching, counts, fresh, now, limit, why, me), output_format)
    return 0


def _print(answer: StatusAnswer, output_format: str) -> None:
    if output_format == "text":
        _text(answer)
    else:
        from pmsync.cli.status import exports  # noqa: PLC0415 (only who asks for another format needs it)

        if output_format == "json":
            output.emit_json(exports.value(answer))
            return
        output.echo(exports.csv_text(answer) if output_format == "csv" else exports.markdown(answer))
        if output_format == "csv" and answer.why_empty:
            output.log(answer.why_empty)
    _tell_freshness(answer)


# --- what was asked -------------------------------------------------------------------------------------------


def _me(app: App, settings: Settings) -> Me:
    from pmsync.cli.host.user import myself  # noqa: PLC0415 (asks git, which only --mine needs)

    return myself(app, settings.people)


def _document(app: App, settings: Settings, ledger: LedgerReader, given: str) -> str:
    """The path relative to the configuration's folder, as in the ledger. Raises ConfigError if there is none."""
    if not given:
        return ""
    held = status.known_paths(ledger)
    root = os.path.relpath(app.cwd / given, settings.root).replace(os.sep, "/")
    for path in (root, given.rstrip("/")):
        if path == "." or any(each == path or each.startswith(f"{path}/") for each in held):
            return "" if path == "." else path
    raise ConfigError(
        f"the ledger has no document at {given!r}\nname a document or a folder of documents; `pmsync status` lists them"
    )


# --- text -----------------------------------------------------------------------------------------------------


def _text(answer: StatusAnswer) -> None:
    if output.is_terminal():
        from pmsync.cli.status import groups  # noqa: PLC0415 (only a terminal needs it)

        groups.show(answer.shown, answer.today, with_severity=bool(answer.limit))
    else:
        tables.table(COLUMNS, [cells(row) for row in answer.shown])
    output.log(_summary(answer))


def cells(row: StatusRow) -> tuple[str, ...]:
    """What COLUMNS name, of one row."""
    due = row.due.isoformat() if row.due else ""
    return (
        row.url if row.url.startswith("http") else row.ticket,
        row.status,
        due,
        ", ".join(row.people),
        row.severity or "",
        row.title,
        row.where,
        row.note,
    )


def _summary(answer: StatusAnswer) -> str:
    """What was shown of what there is, and the next useful command; an empty answer says why it is empty."""
    if not answer.shown:
        return answer.why_empty
    counts, late = answer.counts, status.counts(answer.shown)["overdue"]
    whole = answer.matching > counts["open"] or any(row.kind != "open" for row in answer.shown)
    total, noun = (
        (sum(counts[kind] for kind in ("open", "closed", "aside")), "item") if whole else (counts["open"], "open item")
    )
    what = f"{len(answer.shown)} of {output.count(total, noun)}"
    if answer.matching > len(answer.shown):
        matching = f"{answer.matching} that match, of " if answer.matching < total else ""
        what = f"the {len(answer.shown)} most urgent of {matching}{output.count(total, noun)}"
    overdue = f", {late} overdue" if late else ""
    aside = f"; {status.aside(counts)} (--all)" if (counts["closed"] or counts["aside"]) and not whole else ""
    return f"Showing {what}{overdue}{aside}. {_next(answer)}"


def _next(answer: StatusAnswer) -> str:
    """The command that gets on with the most urgent thing shown."""
    by_status = {row.status: row for row in reversed(answer.shown) if row.kind == "open"}
    if row := by_status.get("undecided"):
        return f"Decide with `pmsync adopt {row.uid} TICKET` or `--new`."
    if row := by_status.get("blocked"):
        return f"`pmsync show {row.uid}` says what keeps it from a ticket."
    if by_status.keys() & {"new", "in_doubt", "waiting", "refused"}:
        return "`pmsync sync` takes up what has no ticket yet."
    first = answer.shown[0]
    return f"`pmsync show {first.ticket or first.uid}` shows the details of one."


def _tell_freshness(answer: StatusAnswer) -> None:
    fresh = answer.fresh
    if answer.me:
        output.log(output.dim(f"you are {answer.me.person.id!r}: {answer.me.why}"))
    if fresh.trouble:
        hint = "run `pmsync sync`" if fresh.last_good_sync is None else f"run `pmsync sync`; {_last(answer)}"
        output.warn(fresh.trouble, hint)
    else:
        if fresh.homework:
            output.warn(fresh.homework, fresh.advice)
        output.log(output.dim(_last(answer)))


def _last(answer: StatusAnswer) -> str:
    at = answer.fresh.last_good_sync
    return f"last good sync: {output.ago(at, answer.now)}" if at else "no good sync yet"
