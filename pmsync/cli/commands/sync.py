"""`pmsync sync`: brings tickets and ledger in line with the documents."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pmsync.cli import options
from pmsync.cli.app import App, pass_app
from pmsync.cli.commands.plan import show_plan
from pmsync.cli.host.connect import Signals, all_sources
from pmsync.cli.host.cron import give_way, measured, wait_a_little
from pmsync.cli.host.first_sync import note_first
from pmsync.cli.host.unmerged import refuse_unmerged
from pmsync.cli.paths import selected
from pmsync.cli.terminal import change_lines, finding_lines, json_log, output
from pmsync.config.settings import Settings
from pmsync.errors import ConfigError, LedgerError, LockHeld
from pmsync.findings import new_finding
from pmsync.planning import guard
from pmsync.reports.item_counts import UNSETTLED, counts_line, differing, item_counts
from pmsync.reports.outcome import DoneRow, done_changes, done_row, done_rows, outcome_line, outcome_value
from pmsync.sync.engine import Clock, Engine, Request, RunResult, Watcher

if TYPE_CHECKING:
    from pmsync.cli.commands.write_back import Written
    from pmsync.cli.terminal.progress import Progress

COLOURS = {"created": "green", "updated": "yellow", "adopted": "cyan", "closed": "red", "lost": "red"}


@click.command()
@options.paths
@click.option("-n", "--dry-run", is_flag=True, help="Show what a sync would do, as `pmsync plan` does.")
@options.changed_since
@options.full
@options.allow
@click.option("--write-back", is_flag=True, help="Then write ticket links and ticks into the documents.")
@options.written
@options.wait
@click.option(
    "--jitter", type=options.Duration(), default="0", help="First wait up to this long, the same on each run."
)
@options.metrics
@output.format_option("text", "json")
@pass_app
def command(
    app: App,
    paths: tuple[Path, ...],
    dry_run: bool,
    changed_since: str | None,
    full: bool,
    allow: tuple[str, ...],
    write_back: bool,
    list_file: Path | None,
    wait: timedelta,
    jitter: timedelta,
    metrics: Path | None,
    output_format: str,
) -> int:
    """Create tickets for new action items, update them from the documents, and take over what changed in the trackers.

    PATH limits which documents are synced; all are read. Without a terminal, as from cron, it prints nothing if nothing
    happened and one line if something did (with -v and in CI, each ticket), and leaves the work to another run that is
    still going, unless the last good sync is too long ago.

    Exit codes: 0 fine, 1 something failed, was refused or is in doubt, 2 wrong configuration, 130 interrupted.

    \b
    Examples:
      pmsync sync
      pmsync sync --allow creates=120      the first sync of many documents
      pmsync sync --wait 5m                let another run finish first
      pmsync sync --write-back             and write the tickets into the documents, for a commit
      pmsync --log-format json sync --jitter 60s --metrics /var/lib/node_exporter/pmsync.prom
    """
    if dry_run and write_back:
        raise ConfigError("--dry-run and --write-back exclude each other\nuse `pmsync write-back --dry-run`")
    if list_file and not write_back:
        raise ConfigError("--written needs --write-back: it lists what that wrote")
    allowed, signals = guard.parse_allow(allow), Signals()
    if not dry_run:
        refuse_unmerged(app.environ)
        if jitter:
            with signals.handled():
                wait_a_little(app, jitter, signals)
    files, changed = selected(paths, changed_since, app)
    request = Request(files, allowed, wait.total_seconds(), changed=changed, full=full)
    if dry_run:
        return show_plan(app, request, output_format)
    settings = app.settings()
    with measured(metrics, settings, app) as outcome:
        ran = _run(app, settings, request, signals, write_back=write_back, gives_way=output_format == "text")
        outcome.counts, outcome.ok = ran is not None, ran is not None and ran.ok
        if ran:
            ran.show(output_format)
            if list_file and ran.written:
                ran.written.note(app.cwd / list_file, settings)
            if signals.stop():
                raise click.Abort
    return 0 if ran is None or ran.ok else 1


@dataclass(frozen=True, slots=True)
class Ran:
    """The result of a sync, and of the write-back after it."""

    result: RunResult
    written: Written | None
    took: timedelta
    interrupted: bool

    @property
    def ok(self) -> bool:
        return self.result.ok and not self.interrupted and (self.written is None or self.written.ok)

    def show(self, output_format: str) -> None:
        """The result on stdout, and the log of it."""
        result, written = self.result, self.written
        findings = result.findings
        if written:  # it reports itself what it left, and what it has mended is no longer wrong
            findings = tuple(
                f for f in findings if f.rule != "not-ticked" and not (f.rule == "drift" and written.mended(f))
            )
        _log(result)
        if written:
            written.log()
        if output_format == "json":
            output.emit_json({**outcome_value(result), **({"write_back": written.value} if written else {})})
        else:
            _show(replace(result, findings=findings), interrupted=self.interrupted)
            if written:
                written.show()
        if output_format == "text" or output.current().structured:
            new = finding_lines.worth_showing(findings, result.previous_findings)
            finding_lines.show_with_owners(new, result.world.settings, err=True)
        counts = Counter(done.verb for done in result.applied.done)
        fields = json_log.end_fields(self.took, ok=self.ok, counts=counts, findings=result.findings)
        nothing = "Nothing to do." if self.ok else "Nothing was sent."
        output.event(outcome_line(result) or nothing, fields, "info" if self.ok else "error")


def _run(
    app: App, settings: Settings, request: Request, signals: Signals, *, write_back: bool, gives_way: bool
) -> Ran | None:
    """Sync, and write back; None if another run is going and that is fine."""
    began = time.monotonic()
    fields = json_log.event_fields("run-started", namespace=settings.namespace, scope=request.scope)
    output.event("Sync begins.", fields)
    with output.progress("syncing") as bar, signals.handled():
        sources = all_sources(settings, app)
        signals.left = bar.left
        note_first(settings, app.environ)
        try:
            result = Engine(settings, sources, signals.clock(app.now), _watcher(bar, signals)).sync(request)
        except LockHeld as held:
            if not gives_way:
                raise
            give_way(app, settings, request, held)
            return None
    written = _write_back(app, settings, request, result) if write_back and not signals.stop() else None
    return Ran(result, written, timedelta(seconds=time.monotonic() - began), signals.stop())


def _watcher(bar: Progress, signals: Signals) -> Watcher:
    """Shows what the run does and why it waits, as progress or in the log."""

    def tell(what: str, level: int = 1) -> None:
        bar.tell(what)
        output.log(what, level=level)

    def wait(why: str) -> None:
        tell(why, 1 if bar.wanted else 0)

    return Watcher(tell, wait, lambda _, count: bar.advance(count), signals.stop)


def _write_back(app: App, settings: Settings, request: Request, result: RunResult) -> Written:
    """Write what the sync learned into the documents; its findings are those that the sync did not report."""
    from pmsync.cli.commands.write_back import Written  # noqa: PLC0415 (not every sync writes into documents)
    from pmsync.writeback import run  # noqa: PLC0415

    try:
        written = run.write_back(settings, request, Clock(now=app.now))
    except LedgerError as error:  # what the sync did is reported all the same
        failed = new_finding(
            "not-written", f"nothing is written back: {error}", "run `pmsync write-back`", level="error"
        )
        written = run.WriteBackResult(findings=(failed,))
    findings = tuple(finding_lines.unreported(written.findings, result.findings))
    return Written(replace(written, findings=findings, previous_findings=result.previous_findings))


def _log(result: RunResult) -> None:
    """Each change, in the structured log."""
    for done in result.applied.done:
        ref, status = (done.ticket.ref, done.ticket.status) if done.ticket else (None, None)
        key = f" {ref.key}" if ref else ""
        detail = "" if done.verb == "created" else done.detail
        fields = json_log.ticket_fields(done.verb, done.uid, ref, status=status, detail=detail)
        output.event(f"{done.verb}{key}  {done_row(done, done_changes(done, result)).words}", fields)


def _show(result: RunResult, *, interrupted: bool) -> None:
    full, done = output.in_full(), result.applied.done
    single = len(done) == 1 and outcome_line(result) == f"Sync: 1 {done[0].verb}."
    for row in done_rows(result) if full or single else ():
        _show_row(row)
    line = outcome_line(result, linked=not full)
    if single and not full:
        return
    if line:
        output.echo(line, hang=6)
    elif output.is_terminal():
        output.echo(_nothing_done(result) if interrupted or not result.ok else _nothing_to_do(result), hang=2)
    counts = _counts(result)
    if full and counts and (line or output.is_terminal()):
        output.echo(counts_line(counts, result.world.settings.since), hang=2)


def _show_row(row: DoneRow) -> None:
    first: list[output.Part] = [output.coloured(f"{row.verb:<8}", COLOURS.get(row.verb, "cyan"))]
    if row.ref:
        first += [" ", output.link(row.ref.key, row.ref.url), " "]
    first.append(" ")
    if row.changes and not output.fits(*first, row.words):
        change_lines.echo_changes([*first, row.title], row.changes, hang=9)
    else:
        output.echo(*first, row.words, hang=9)


def _counts(result: RunResult) -> Mapping[str, int]:
    return item_counts(result.plan, result.world.links, result.applied)


def _nothing_done(result: RunResult) -> str:
    waiting = len(result.plan.waits)
    waits = f"; {output.count(waiting, 'item waits', 'items wait')}" if waiting else ""
    return f"Nothing was sent{waits}."


def _nothing_to_do(result: RunResult) -> str:
    if result.findings or result.plan.waits or _counts(result).keys() & UNSETTLED:
        return "Nothing to send."
    if count := differing(result.plan, result.world):
        tickets = output.count(count, "ticket differs from its document", "tickets differ from their documents")
        return f"Nothing to send. {tickets}: what people change in a tracker stays."
    return "Nothing to do: documents, tickets and ledger agree."
