"""`pmsync sync`: brings tickets and ledger in line with the documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pmsync import guard, render
from pmsync.apply import Done
from pmsync.cli import output
from pmsync.cli.app import App, pass_app
from pmsync.cli.connecting import Signals, all_sources, refuse_pull_requests
from pmsync.cli.options import Span, changed_since_option, written_option
from pmsync.cli.plan import show_plan
from pmsync.cli.reading import judged
from pmsync.errors import ConfigError, LedgerError
from pmsync.model import Finding
from pmsync.operations import Plan
from pmsync.settings import Settings
from pmsync.sync import Clock, Engine, Request, Result, Watcher

if TYPE_CHECKING:
    from pmsync.cli.write_back import Written

COLOURS = {"created": "green", "updated": "yellow", "adopted": "cyan", "closed": "red", "lost": "red"}


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option("-n", "--dry-run", is_flag=True, help="Show what would be done, as `pmsync plan` does.")
@changed_since_option
@click.option("--allow", multiple=True, metavar="KIND=N", help="Let this run go beyond a limit, e.g. creates=120.")
@click.option("--write-back", is_flag=True, help="Then write ticket links and ticks into the documents.")
@written_option
@click.option("--wait", type=Span(), default="0", help="How long to wait for another run to end, e.g. 5m.")
@output.format_option("text", "json")
@pass_app
def command(
    app: App,
    paths: tuple[Path, ...],
    dry_run: bool,
    changed_since: str | None,
    allow: tuple[str, ...],
    write_back: bool,
    list_file: Path | None,
    wait: timedelta,
    output_format: str,
) -> int:
    """Create tickets for new action items, send what changed in documents, take over what changed in the trackers.

    PATH limits the documents it judges; all are read. Says nothing when nothing happened, so that cron sends no mail.
    Exit codes: 0 fine, 1 something failed, was refused or is in doubt, 2 wrong configuration, 130 interrupted.

    \b
    Examples:
      pmsync sync
      pmsync sync --allow creates=120      the first sync of many documents
      pmsync sync --wait 5m                let another run finish first
      pmsync sync --write-back             and write the tickets into the documents, for a commit
    """
    named, changed = judged(paths, changed_since, app)
    request = Request(named, guard.parse_allow(allow), wait.total_seconds(), changed=changed)
    if dry_run and write_back:
        raise ConfigError("--dry-run and --write-back do not go together\nsay `pmsync write-back --dry-run`")
    if list_file and not write_back:
        raise ConfigError("--written lists what --write-back wrote, and goes with it")
    if dry_run:
        return show_plan(app, request, output_format)
    settings, signals = app.settings(), Signals()
    refuse_pull_requests(app.environ)
    sources = all_sources(settings, app)
    with output.progress("syncing") as bar, signals.handled():
        watcher = Watcher(bar.tell, lambda _, count: bar.advance(count), signals.stop)
        result = Engine(settings, sources, signals.clock(app.now), watcher).sync(request)
    written = _write_back(app, settings, request, result) if write_back and not signals.stop() else None
    if output_format == "json":
        output.emit_json({**render.done_value(result), **({"write_back": written.value} if written else {})})
    else:
        told = tuple(f for f in result.findings if written is None or f.rule != "not-ticked")  # it says so itself
        _show(replace(result, findings=told), interrupted=signals.stop())
        if written:
            written.show()
    if written and list_file:
        written.note(app.cwd / list_file, settings)
    if signals.stop():
        raise click.Abort
    return 0 if result.ok and (written is None or written.ok) else 1


def _write_back(app: App, settings: Settings, request: Request, result: Result) -> Written:
    """Write what the sync learned into the documents; what it has told already is not told again."""
    from pmsync.cli.write_back import Written  # noqa: PLC0415 (not every sync writes into documents)
    from pmsync.writeback import run  # noqa: PLC0415

    try:
        made = run.write_back(settings, request, Clock(now=app.now))
    except LedgerError as error:  # what the sync did is told all the same
        failed = Finding("not-written", "error", f"nothing is written back: {error}", "run `pmsync write-back`")
        made = run.Result(findings=(failed,))
    known = {(finding.rule, finding.path, finding.message) for finding in result.findings}
    fresh = tuple(f for f in made.findings if (f.rule, f.path, f.message) not in known)
    return Written(replace(made, findings=fresh, told_before=result.told_before))


def _show(result: Result, *, interrupted: bool) -> None:
    for done in result.applied.done:
        output.echo(*_line(done, result.plan), hang=9)
    line = render.done_line(result)
    if line:
        output.echo(line, hang=6)
    elif output.is_terminal():
        output.echo(_nothing_done(result) if interrupted or not result.ok else _nothing_to_do(result), hang=2)
    output.findings(_worth_telling(result), err=True)


def _line(done: Done, plan: Plan) -> list[output.Part]:
    ticket = done.ticket
    parts: list[output.Part] = [output.coloured(f"{done.verb:<8}", COLOURS.get(done.verb, "cyan"))]
    if ticket:
        parts += [" ", output.link(ticket.ref.key, ticket.ref.url)]
    return [*parts, f"  {render.done_words(done, plan)}"]


def _nothing_done(result: Result) -> str:
    waiting = len(result.plan.waits)
    waits = f"; {output.count(waiting, 'item')} {'waits' if waiting == 1 else 'wait'}" if waiting else ""
    return f"Nothing was sent{waits}."


def _nothing_to_do(result: Result) -> str:
    waiting = len(result.plan.waits)
    waits = f"; {output.count(waiting, 'item')} waiting, see `pmsync plan`" if waiting else ""
    return f"Nothing to do: documents, tickets and ledger agree{waits}."


def _worth_telling(result: Result) -> list[Finding]:
    """What this run found out; without a person looking on, what the last run told already is not repeated."""
    if output.is_terminal():
        return list(result.findings)
    before = {(finding.rule, finding.path, finding.message) for finding in result.told_before}
    return [f for f in result.findings if f.level == "error" or (f.rule, f.path, f.message) not in before]
