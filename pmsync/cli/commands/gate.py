"""`pmsync gate`: stops a pipeline while action items are overdue. Reads only the ledger."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import click

from pmsync.cli import options
from pmsync.cli.app import App, pass_app
from pmsync.cli.terminal import output
from pmsync.config.settings import Settings
from pmsync.config.severity import severity_level
from pmsync.errors import ConfigError, PmsyncError
from pmsync.ledger.reader import LedgerReader
from pmsync.model.ages import is_future, is_within
from pmsync.reports import status
from pmsync.reports.freshness import freshness
from pmsync.reports.status import Filter, StatusRow


@click.command()
@click.option("--service", metavar="NAME", default="", help="Only items of documents about this service.")
@click.option("--severity", metavar="NAME", default="", help="Only items of this severity.")
@click.option("--if-known", is_flag=True, help="Pass if no document is about the service; a misspelled one passes too.")
@click.option(
    "--max-age", type=options.Duration(), default="7d", show_default=True, help="How old the last good sync may be."
)
@output.format_option("text", "json")
@pass_app
def command(app: App, service: str, severity: str, if_known: bool, max_age: timedelta, output_format: str) -> int:
    """Fail while action items are overdue; for a step before a deploy.

    Answers from the ledger, and also fails if that is too old. Items of restricted documents count, unnamed.

    Exit codes: 0 nothing is overdue, 1 something is overdue or the ledger cannot tell, 2 wrong usage or configuration.

    \b
    Examples:
      pmsync gate --service checkout
      pmsync gate --service "$SERVICE" --if-known      in a pipeline that every service has
      pmsync gate --severity sev1 --max-age 1d
    """
    settings, now = app.settings(), app.now()
    wanted = Filter(overdue=True, service=service, severity=severity)
    with LedgerReader.open(Path(settings.ledger)) as ledger:
        fresh = freshness(ledger, now)
        _refuse_stale(fresh.last_good_sync, now, max_age)
        _check_filters(ledger, settings, "" if if_known else service, severity)
        late = status.status_rows(ledger, settings, now.astimezone().date(), wanted)
    if fresh.trouble:
        output.warn(fresh.trouble, "run `pmsync sync`; this answer is from the state before")
    if output_format == "json":
        value = {"ok": not late, "last_good_sync": fresh.last_good_sync, "overdue": [_value(row) for row in late]}
        output.emit_json(value)
    else:
        shown = list({row.url or row.ticket or row.uid: row for row in reversed(late)}.values())[::-1]
        for row in shown:
            output.echo(*_line(row), hang=4)
        output.echo(f"{output.count(len(shown), 'action item')} overdue." if late else "Nothing is overdue.")
    return 1 if late else 0


def _refuse_stale(synced: datetime | None, now: datetime, max_age: timedelta) -> None:
    """Raise PmsyncError if the last good sync is too old to say what is overdue."""
    if synced and is_future(synced, now):
        raise PmsyncError(
            f"the last good sync is dated {synced:%Y-%m-%d %H:%M} UTC, in the future: a clock is or was wrong\n"
            "set this machine's clock, then run `pmsync sync`"
        )
    if synced is None:
        raise PmsyncError("no sync has succeeded yet, so nothing is known to be overdue\nrun `pmsync sync`")
    if not is_within(synced, now, max_age):
        when = f"the last good sync was at {synced:%Y-%m-%d %H:%M} UTC"
        raise PmsyncError(f"{when}: too long ago to tell what is overdue\nrun `pmsync sync`, or allow more: --max-age")


def _check_filters(ledger: LedgerReader, settings: Settings, service: str, severity: str) -> None:
    """Raise ConfigError for a service or severity that does not exist: it would let everything pass."""
    if service and not status.is_service(ledger, service):
        services = ", ".join(status.known_services(ledger))
        raise ConfigError(
            f"no document is about service {service!r}\nknown services: {services or 'none'}; "
            "--if-known lets a service pass that had no incident yet"
        )
    of_rules = {level for rule in settings.sla for level in rule.severity}
    levels = {*status.known_severities(ledger, public=False), *of_rules}
    level = severity_level(severity)
    if severity and level not in levels and not re.fullmatch("sev[0-5]", level):
        raise ConfigError(
            f"no document has severity {severity!r}\nknown severities: {', '.join(sorted(levels)) or 'none'}"
        )


def _line(row: StatusRow) -> list[output.Part]:
    title, owner = "(restricted)" if row.restricted else row.title, ", ".join(row.people) or "nobody"
    late = output.coloured(f"{row.late}d late", "red")
    return [late, "  ", output.link(row.ticket or "-", row.url), f"  {title}  ({owner})"]


def _value(row: StatusRow) -> dict[str, object]:
    is_public = not row.restricted
    return {
        "ticket": row.ticket or None,
        "url": row.url or None,
        "title": row.title if is_public else None,
        "owners": row.people,
        "due": row.due,
        "days_late": row.late,
        "severity": row.severity,
        "services": row.services if is_public else (),
        "path": row.path if is_public else None,
    }
