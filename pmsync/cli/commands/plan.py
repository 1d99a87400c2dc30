"""`pmsync plan`: what a sync would do now."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import click

from pmsync.cli import options
from pmsync.cli.app import App, pass_app
from pmsync.cli.host.connect import seen_sources
from pmsync.cli.paths import selected
from pmsync.cli.terminal import change_lines, finding_lines, output
from pmsync.planning import guard
from pmsync.reports import plan, plan_markdown, plan_rows
from pmsync.reports.item_counts import counts_line, item_counts, since_hint
from pmsync.reports.plan_rows import PlanRow
from pmsync.sync.engine import Clock, Engine, Request, RunResult, Watcher

PENDING = 4
COLOURS = {"+": "green", "~": "yellow", "-": "red", "=": "cyan", "?": "magenta"}


@click.command()
@options.paths
@click.option("--exit-code", "exit_code", is_flag=True, help="Exit with 4 when changes are pending.")
@click.option("--offline", is_flag=True, help="Read only documents and ledger, not the trackers.")
@options.changed_since
@options.full
@options.allow
@output.format_option("text", "json", "markdown")
@pass_app
def command(
    app: App,
    paths: tuple[Path, ...],
    exit_code: bool,
    offline: bool,
    changed_since: str | None,
    full: bool,
    allow: tuple[str, ...],
    output_format: str,
) -> int:
    """Show what a sync would do now. Writes nothing, anywhere.

    PATH limits which documents are planned. A tracker without a token is left out, with a warning.

    Exit codes: 0 fine, 1 something could not be read or is refused, with --exit-code 4 for pending changes.

    \b
    Examples:
      pmsync plan
      pmsync plan postmortems/2026-11-02-checkout.md
      pmsync plan --changed-since origin/main --format markdown > plan.md      in a pull request
    """
    files, changed = selected(paths, changed_since, app)
    request = Request(files, guard.parse_allow(allow), changed=changed, full=full)
    return show_plan(app, request, output_format, offline=offline, exit_code=exit_code)


def show_plan(app: App, request: Request, output_format: str, *, offline: bool = False, exit_code: bool = False) -> int:
    """Make the plan, print it, and return the exit code."""
    settings = app.settings()
    with output.progress("planning") as bar:
        sources, unseen = seen_sources(settings, app, offline=offline)
        result = Engine(settings, sources, Clock(now=app.now), Watcher(tell=bar.tell)).plan(request)
    if output_format == "json":
        output.emit_json({**plan.plan_value(result), "unseen": unseen})
    elif output_format == "markdown":
        output.echo(plan_markdown.plan_markdown(result, unseen).rstrip())
    else:
        _show(result, unseen)
    if not result.ok:
        return 1
    return PENDING if exit_code and result.plan.pending else 0


def _summary(result: RunResult) -> str:
    """What the plan would do, or that it is unknown because a tracker could not be read."""
    failed = [name for name, view in result.world.views.items() if view.failed]
    if failed and not result.plan.pending:
        return f"No known changes: {' and '.join(map(repr, failed))} could not be read."
    return plan.summary_line(result.plan)


def _show(result: RunResult, unseen: list[str]) -> None:
    shown = plan_rows.gathered(plan_rows.plan_rows(result.plan, result.world))
    for path, group in groupby(shown, key=lambda row: row.path):
        output.echo(output.bold(path or "in no document"))
        for row in group:
            _show_row(row)
    if shown:
        output.echo()
    output.echo(_summary(result), hang=6)
    counts = item_counts(result.plan, result.world.links)
    for line in filter(None, [counts_line(counts, result.world.settings.since), since_hint(counts)]):
        output.echo(line, hang=2)
    for reason in unseen:
        output.warn(reason, "items may already have tickets there")
    finding_lines.show_with_owners(result.findings, result.world.settings, err=True)
    if result.plan.pending and not result.held_back:
        output.log(output.dim("run `pmsync sync` to apply this"))


def _show_row(row: PlanRow) -> None:
    first, about = _line(row)
    if row.changes and not output.fits(*first, "  ", *about):
        change_lines.echo_changes([*first, output.dim(f"  ({_place(row)})")], row.changes, hang=12)
    else:
        change_lines.echo_with(first, about, hang=12)


def _place(row: PlanRow) -> str:
    line = row.where.removeprefix(row.path).removeprefix(":")
    return f"line {line}" if line.isdecimal() else line


def _line(row: PlanRow) -> tuple[list[output.Part], list[output.Part]]:
    """What is done to which ticket, and the details."""
    action = output.coloured(f"{row.sign} {row.action:<7}", COLOURS.get(row.sign, "cyan"))
    parts: list[output.Part] = ["  ", action, f" {row.title}"]
    if row.ticket:
        parts += ["  ", output.link(row.ticket, row.url)]
    about: list[output.Part] = [f"→ {row.tracker}"] if row.tracker and not row.ticket else []
    detail = "  ".join(part for part in (row.words, _place(row)) if part)
    about += [*(["  "] if about else []), output.dim(f"({detail})")] if detail else []
    return parts, about
