"""`pmsync report`: what gets closed and what does not. Reads only the ledger."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from pmsync.cli.app import App, pass_app
from pmsync.cli.options import Duration
from pmsync.cli.terminal import output, tables
from pmsync.cli.terminal.safe_text import to_json
from pmsync.closing import evidence, markdown, page
from pmsync.closing import tables as figure_tables
from pmsync.closing.items import ReportItem
from pmsync.closing.period import Period, to_period
from pmsync.closing.read import DayView, known
from pmsync.closing.report import ClosingReport, Selection, closing_report, plain
from pmsync.closing.tables import FigureTable
from pmsync.disk.replace import replacing
from pmsync.errors import ConfigError, PmsyncError
from pmsync.ledger.past import PastReader
from pmsync.reports.freshness import Freshness, freshness

EVIDENCE = (".csv", ".json")


class PeriodType(click.ParamType[Period]):
    """A span of days: `2026`, `2026-Q3`, `2026-07`, `2026-07-01..2026-09-30`."""

    name = "period"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Period:
        if isinstance(value, Period):
            return value
        try:
            return to_period(str(value))
        except ValueError as error:
            self.fail(f"{error}; write 2026, 2026-Q3, 2026-07 or 2026-07-01..2026-09-30", param, ctx)


@click.command()
@click.option(
    "--as-of", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="As it was at the end of this day (UTC)."
)
@click.option(
    "--period", metavar="PERIOD", type=PeriodType(), help="Only incidents of this time: 2026, 2026-Q3, 2026-07, A..B."
)
@click.option("--team", metavar="NAME", default="", help="Only items of documents of this team.")
@click.option("--service", metavar="NAME", default="", help="Only items of documents about this service.")
@click.option(
    "--window", type=Duration(), default="90d", show_default=True, help="The time in which items should be closed."
)
@click.option(
    "--evidence",
    "evidence_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write every item with its dates and decisions to FILE (.csv or .json).",
)
@output.format_option("text", "markdown", "html", "json", "csv")
@pass_app
def command(
    app: App,
    as_of: datetime | None,
    period: Period | None,
    team: str,
    service: str,
    window: timedelta,
    evidence_file: Path | None,
    output_format: str,
) -> int:
    """Show what gets closed and what does not, from the ledger alone; docs/metrics.md defines each figure.

    Items of restricted documents are left out of everything. Exit codes: 0 fine, 1 the ledger cannot be read, 2 wrong
    usage.

    \b
    Examples:
      pmsync report
      pmsync report --period 2026-Q3 --team payments
      pmsync report --as-of 2026-09-30 --format markdown > report.md
      pmsync report --format html > report.html
      pmsync report --as-of 2026-12-31 --evidence evidence.csv
    """
    _check(window, evidence_file)
    settings, now = app.settings(), app.now()
    with PastReader.open(Path(settings.ledger)) as ledger:
        found = known(ledger, settings, now, as_of.date() if as_of else None)
        fresh = freshness(ledger, now) if as_of is None else _seen(ledger, found.day)
    selection = Selection(period, team, service)
    _refuse_unknown(found.items, selection)
    aside = () if selection.in_words else found.not_counted
    report = closing_report(found.items, found.day, window.days, selection, aside)
    _print(report, output_format)
    _tell(fresh, now)
    if evidence_file:
        _write_evidence(app, app.cwd / evidence_file, found, selection)
    return 0


# --- what was asked -------------------------------------------------------------------------------------------


def _check(window: timedelta, file: Path | None) -> None:
    """Raise for options that make no sense, before anything is read."""
    if window < timedelta(days=1) or window % timedelta(days=1):
        raise click.BadParameter("name whole days, such as 90d", param_hint="--window")
    if file and file.suffix.lower() not in EVIDENCE:
        raise click.BadParameter(f"{str(file)!r} ends neither in .csv nor in .json", param_hint="--evidence")


def _refuse_unknown(items: Sequence[ReportItem], selection: Selection) -> None:
    """Raise ConfigError for a team or service that no item has."""
    teams = {item.team for item in items} - {""}
    services = {name for item in items for name in item.services}
    for what, asked, names in (("of team", selection.team, teams), ("about service", selection.service, services)):
        if asked and plain(asked) not in map(plain, names):
            known_names = ", ".join(sorted(names)) or "none"
            raise ConfigError(f"no document is {what} {asked!r}\nknown on that day: {known_names}")


# --- the answer -----------------------------------------------------------------------------------------------


def _print(report: ClosingReport, output_format: str) -> None:
    if output_format == "json":
        output.emit_json(asdict(report) | {"note": figure_tables.FOOTER})
    elif output_format == "csv":
        output.echo(_csv_text(figure_tables.CSV_COLUMNS, figure_tables.csv_rows(report)).rstrip("\n"), hang=None)
    elif output_format == "markdown":
        output.echo("\n".join(markdown.markdown_lines(report)), hang=None)
    elif output_format == "html":
        output.echo(page.html_page(report), hang=None)
    else:
        _text(report)


def _text(report: ClosingReport) -> None:
    output.echo(output.bold(figure_tables.headline(report)), ".")
    for table in figure_tables.tables(report):
        _table(table)
    output.echo()
    if told := figure_tables.aside(report):
        output.echo(told)
    if not report.total.items:
        output.echo(_nothing(report))
    output.echo(output.dim(figure_tables.FOOTER))


def _table(table: FigureTable) -> None:
    if output.is_terminal():
        table = figure_tables.fitted(table, output.columns(), len(tables.GAP))
    output.echo("\n", output.bold(table.title))
    running = figure_tables.RUNNING
    rows = [[output.dim(cell) if cells[0].endswith(running) else cell for cell in cells] for cells in table.rows]
    tables.table(table.columns, rows)
    if table.more:
        output.echo(f"and {table.more} more: --format csv has all")
    if table.note:
        output.echo(output.dim(table.note))


def _nothing(report: ClosingReport) -> str:
    if report.selection:
        return f"No item matches {report.selection}; `pmsync report` without it shows all."
    return "There are no items to count on that day; `pmsync status --all` shows what the ledger knows now."


def _seen(ledger: PastReader, day: date) -> str:
    """What there is to say about a day after the last good sync; '' for an earlier one."""
    last = ledger.last_good_run()
    seen = last.finished_at.date() if last and last.finished_at else None
    return "" if seen is None or day <= seen else f"the last good sync was on {seen}: later changes are not known"


def _tell(fresh: Freshness | str, now: datetime) -> None:
    """Say how old the figures are."""
    if isinstance(fresh, str):
        if fresh:
            output.warn(fresh, "run `pmsync sync`")
        return
    at = fresh.last_good_sync
    if fresh.trouble:
        output.warn(fresh.trouble, "run `pmsync sync`; these figures are from the state before")
    elif at:
        output.log(output.dim(f"last good sync: {output.ago(at, now)}"))


# --- evidence -------------------------------------------------------------------------------------------------


def _write_evidence(app: App, path: Path, found: DayView, selection: Selection) -> None:
    """Write the file as a whole; raises PmsyncError if it cannot be written."""
    items = [item for item in found.items if selection.keeps(item)]
    day: date = found.day
    if path.suffix.lower() == ".json":
        value = {
            "as_of": day,
            "written_at": app.now(),
            "selection": selection.in_words or None,
            "note": figure_tables.FOOTER,
            "items": [evidence.facts(item, day) for item in items],
        }
        text = to_json(value, runner=False) + "\n"
    else:
        text = _csv_text(evidence.COLUMNS, evidence.cells(items, day))
    try:
        with replacing(path) as made:
            made.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PmsyncError(f"{str(path)!r} cannot be written: {error.strerror or error}\nname another FILE") from error
    output.log(f"{output.count(len(items), 'item')} as of {day} in {output.tilde(path, app.cwd)}")


def _csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_safe("" if cell is None else str(cell)) for cell in row] for row in rows)
    return text.getvalue()


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell
