"""`pmsync status`: what is open, whose it is, how late it is and where its ticket is. Reads only the ledger."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pmsync.cli.app import App, pass_app
from pmsync.cli.terminal import output, tables
from pmsync.config.people import Directory
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
    """The rows to show, the options that chose them, and how many items the ledger holds, by kind.

    `me` is the person who asked for their own items.
    """

    shown: Sequence[StatusRow]
    counts: Mapping[str, int]
    asked: str
    fresh: Freshness
    now: datetime
    me: Me | None = None

    @property
    def today(self) -> date:
        return self.now.astimezone().date()


@click.command()
@click.option("--mine", is_flag=True, help="Only my items: PMSYNC_USER, else git's user.email, else the user name.")
@click.option("--owner", metavar="NAME", help="Only items of NAME: an id, name, alias, e-mail or account.")
@click.option("--overdue", is_flag=True, help="Only overdue items.")
@click.option("--all", "everything", is_flag=True, help="Also items that are closed, tracked elsewhere or only listed.")
@click.option("--service", metavar="NAME", default="", help="Only items of documents about this service.")
@click.option("--severity", metavar="NAME", default="", help="Only items of this severity.")
@click.option("--document", metavar="PATH", default="", help="Only items of this document or folder.")
@output.format_option("text", "json", "csv", "markdown")
@pass_app
def command(
    app: App,
    mine: bool,
    owner: str | None,
    overdue: bool,
    everything: bool,
    service: str,
    severity: str,
    document: str,
    output_format: str,
) -> int:
    """Show which action items are open, whose they are, how late, and where their tickets are.

    Reads only the ledger, asks no tracker, and says how old the answer is. An item belongs to its ticket's assignee,
    or else to its owner in the document. Exit codes: 0 fine, 1 the ledger cannot be read, 2 wrong usage.

    \b
    Examples:
      pmsync status --mine
      pmsync status --overdue --severity sev1
      pmsync status --owner alice --format markdown
      pmsync status --all --format csv > items.csv
    """
    if mine and owner:
        raise click.UsageError("--mine and --owner exclude each other")
    settings = app.settings()
    now = app.now()
    today = now.astimezone().date()
    with LedgerReader.open(Path(settings.ledger)) as ledger:
        # a closed item may be the only one of the owner or document that is asked for: then it is no typo
        rows = status.status_rows(ledger, settings, today, everything=everything or bool(owner or document))
        counts = ledger.status_counts(today)
        fresh = freshness(ledger, now)
    me = _me(app, settings) if mine else None
    people = status.named([me.person.id]) if me else _people(settings, rows, owner)
    path = _document(app, settings, rows, document)
    wanted = Filter(people, overdue, everything, service, severity, path)
    asked = _words(mine=mine, owner=owner, overdue=overdue, service=service, severity=severity, document=document)
    answer = StatusAnswer([row for row in rows if wanted.keeps(row)], counts, asked, fresh, now, me)
    _print(answer, output_format)
    return 0


def _print(answer: StatusAnswer, output_format: str) -> None:
    if output_format == "json":
        output.emit_json(_value(answer))
        return
    if output_format == "csv":
        _csv(answer)
    elif output_format == "markdown":
        output.echo("\n".join(_markdown(answer)))
    else:
        _text(answer)
    _tell_freshness(answer)


# --- what was asked -------------------------------------------------------------------------------------------


def _me(app: App, settings: Settings) -> Me:
    from pmsync.cli.host.user import myself  # noqa: PLC0415 (asks git, which only --mine needs)

    return myself(app, settings.people)


def _people(settings: Settings, rows: Sequence[StatusRow], owner: str | None) -> frozenset[str]:
    """The names to look for. Raises ConfigError for a name that is neither under [people] nor in any item."""
    if not owner:
        return frozenset()
    person = Directory(settings.people).match(owner)
    wanted = status.named([person.id if person else owner])
    if person is None and not wanted & status.named(name for row in rows for name in row.people):
        raise ConfigError(f"nobody is called {owner!r}\n{_known(settings)}")
    return wanted


def _known(settings: Settings) -> str:
    """List the ids under [people], for a message."""
    ids = ", ".join(sorted(settings.people))
    return f"[people] has {ids}" if ids else "[people] in the configuration is empty"


def _document(app: App, settings: Settings, rows: Sequence[StatusRow], given: str) -> str:
    """The path relative to the configuration's folder, as in the ledger. Raises ConfigError if there is none."""
    if not given:
        return ""
    held = {row.path for row in rows}
    root = os.path.relpath(app.cwd / given, settings.root).replace(os.sep, "/")
    for path in (root, given.rstrip("/")):
        if path == "." or any(each == path or each.startswith(f"{path}/") for each in held):
            return "" if path == "." else path
    raise ConfigError(
        f"the ledger has no document at {given!r}\nname a document or a folder of documents; `pmsync status` lists them"
    )


def _words(*, mine: bool, owner: str | None, overdue: bool, service: str, severity: str, document: str) -> str:
    parts = {
        "--mine": mine,
        f"--owner {owner}": owner,
        "--overdue": overdue,
        f"--service {service}": service,
        f"--severity {severity}": severity,
        f"--document {document}": document,
    }
    return " ".join(text for text, given in parts.items() if given)


# --- text -----------------------------------------------------------------------------------------------------


def _text(answer: StatusAnswer) -> None:
    if output.is_terminal():
        _for_people(answer)
    else:
        tables.table(COLUMNS, [_cells(row) for row in answer.shown])
    output.log(_summary(answer))


def _for_people(answer: StatusAnswer) -> None:
    """Items with a ticket as a table, the others with what keeps them from one."""
    ticketed = [row for row in answer.shown if row.ticket]
    cells = [
        (_ticket(row), _status(row), _due(row, answer.today), _owner(row), row.title) for row in ticketed
    ]  # fmt: skip
    notes = [row.note for row in ticketed]
    tables.table(("ticket", "status", "due", "owner", "title"), cells, elastic="title", soft="owner", notes=notes)
    without = [row for row in answer.shown if not row.ticket]
    if without:
        output.echo(*([] if not ticketed else ["\n"]), output.bold("Without a ticket"))
    for row in without:
        due = output.due(row.due, answer.today) if row.kind == "open" else ""
        facts = ", ".join(part for part in (_owner(row), due) if part)
        output.echo(
            "  ", _status(row), f"  {' '.join(row.title.split())}", *([f"  ({facts})"] if facts else []), hang=4
        )
        output.echo("    ", output.dim(f"{row.where}{': ' if row.note else ''}{row.note}"), hang=4)
    if answer.shown:
        output.echo()


def _cells(row: StatusRow) -> tuple[str, ...]:
    due = row.due.isoformat() if row.due else ""
    return (
        row.url if row.url.startswith("http") else row.ticket,
        row.status,
        due,
        _owner(row),
        row.severity or "",
        row.title,
        row.where,
        row.note,
    )


def _ticket(row: StatusRow) -> output.Part:
    return output.link(row.ticket, row.url)


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


def _owner(row: StatusRow) -> str:
    return ", ".join(row.people)


def _summary(answer: StatusAnswer) -> str:
    """What was shown of what there is, and the next useful command; an empty answer says why it is empty."""
    counts, shown = answer.counts, status.counts(answer.shown)
    if not answer.shown:
        return _nothing(answer)
    late = f", {shown['overdue']} overdue" if shown["overdue"] else ""
    aside = f"; {_aside(counts)} (--all)" if (counts["closed"] or counts["aside"]) and not _closed(answer) else ""
    what = f"{shown['open']} of {output.count(counts['open'], 'open item')}"
    if _closed(answer):
        what = f"{len(answer.shown)} of {output.count(_total(answer), 'item')}"
    return f"Showing {what}{late}{aside}. {_next(answer)}"


def _closed(answer: StatusAnswer) -> bool:
    return any(row.kind != "open" for row in answer.shown)


def _nothing(answer: StatusAnswer) -> str:
    counts = answer.counts
    if not _total(answer):
        return "The ledger knows no items yet; `pmsync sync` reads the documents."
    if answer.asked:
        return f"No item matches {answer.asked}; there are {output.count(counts['open'], 'open item')} in all."
    return f"No open items: {_aside(counts)} (--all shows them)."


def _total(answer: StatusAnswer) -> int:
    return sum(answer.counts[kind] for kind in ("open", "closed", "aside"))


def _aside(counts: Mapping[str, int]) -> str:
    parts = [f"{counts['closed']} closed"] if counts["closed"] else []
    return ", ".join([*parts, *([f"{counts['aside']} listed or tracked elsewhere"] if counts["aside"] else [])])


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


# --- for machines, and for a chat -----------------------------------------------------------------------------


def _value(answer: StatusAnswer) -> dict[str, object]:
    return {
        "last_good_sync": answer.fresh.last_good_sync,
        "trouble": answer.fresh.trouble or None,
        "homework": answer.fresh.homework or None,
        "counts": answer.counts,
        **({"me": {"id": me.person.id, "source": me.source, "name": me.name}} if (me := answer.me) else {}),
        "items": [row._asdict() for row in answer.shown],
    }


def _csv(answer: StatusAnswer) -> None:
    import csv  # noqa: PLC0415 (the usual answer needs no CSV)
    import io  # noqa: PLC0415

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("uid", "ticket", "url", *COLUMNS[1:4], "days_late", *COLUMNS[4:], "restricted"))
    for row in answer.shown:
        _, *cells = _cells(row)
        late = str(row.late) if row.late else ""
        whole = (row.uid, row.ticket, row.url, *cells[:3], late, *cells[3:], "yes" if row.restricted else "no")
        writer.writerow([_safe(cell) for cell in whole])
    output.echo(text.getvalue().rstrip("\n"))


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell


def _markdown(answer: StatusAnswer) -> list[str]:
    """A table to paste somewhere; items of restricted documents are in it without their text."""
    head = ["| Ticket | Status | Due | Owner | Title |", "|---|---|---|---|---|"] if answer.shown else []
    counts = status.counts(answer.shown)
    told = (
        f"{output.count(len(answer.shown), 'item')}, {counts['overdue']} overdue" if answer.shown else _nothing(answer)
    )
    at = answer.fresh.last_good_sync
    age = f"last good sync {at:%Y-%m-%d %H:%M} UTC" if at else "no good sync yet"
    return [*head, *(_markdown_row(row, answer.today) for row in answer.shown), "", f"{told}; {age}"]


def _markdown_row(row: StatusRow, today: date) -> str:
    from pmsync.reports.markdown_text import markdown_cell, markdown_link  # noqa: PLC0415 (only Markdown needs it)

    cells = (
        markdown_link(row.ticket, row.url),
        status.in_words(row.status),
        _plain_due(row, today),
        markdown_cell(_owner(row)),
        "(restricted)" if row.restricted else markdown_cell(row.title),
    )
    return f"| {' | '.join(cells)} |"


def _plain_due(row: StatusRow, today: date) -> str:
    if row.due is None:
        return ""
    return f"**{(today - row.due).days}d late** ({row.due})" if row.late else row.due.isoformat()
