"""`pmsync check`: finds what is wrong in documents. Asks no tracker and reads no secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from pmsync import __version__
from pmsync.check import rules
from pmsync.check.already_open import EarlierItems
from pmsync.check.named_tickets import CopiedLinks
from pmsync.cli import options
from pmsync.cli.app import App, pass_app
from pmsync.cli.host.git import changed
from pmsync.cli.paths import absolute, existing, from_here, from_top, located, only, settings_if_any, top_of
from pmsync.cli.terminal import finding_lines, output
from pmsync.config.settings import Settings
from pmsync.documents.files import locate, read_documents
from pmsync.errors import LedgerError
from pmsync.findings import CHECK_RULES
from pmsync.model import Finding, Reading
from pmsync.reports.findings import github, gitlab, junit, sarif
from pmsync.workdays.public_holidays import calendars


@click.command()
@options.paths
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
@options.changed_since
@click.option("--list-rules", is_flag=True, help="List the rules with their levels here, and exit.")
@output.format_option("text", "json", "github", "sarif", "gitlab", "junit")
@pass_app
def command(
    app: App, paths: tuple[Path, ...], strict: bool, changed_since: str | None, list_rules: bool, output_format: str
) -> int:
    """Find what is wrong in documents: items without text or owner, unknown owners, duplicates, unreadable files.

    PATH is a document or a folder; by default all documents of the configuration are checked. No tracker is asked.
    Without a configuration, the rules that need one are skipped. With a ledger, open items of earlier incidents are
    found too. [check] in pmsync.toml gives rules other levels, and comments in a document ignore them.

    Exit codes: 0 fine, 1 there are errors (with --strict also: warnings), 2 wrong usage.

    \b
    Comments:
      <!-- pmsync: ignore RULE, RULE: why -->   on an item's line or before it
      <!-- pmsync: ignore-file RULE -->         for the whole document

    \b
    Examples:
      pmsync check
      pmsync check --strict postmortems/2026-11-02-checkout.md
      pmsync check --format json | jq '.findings[].rule'
      pmsync check --changed-since origin/main --format github    in CI
      pmsync check --list-rules
    """
    settings = settings_if_any(app)
    if list_rules:
        _list_rules(settings, output_format)
        return 0
    reading = read_documents(settings, absolute(existing(paths, app), app))
    open_items = _open_items(settings, reading, app)
    copies = CopiedLinks(reading.documents, settings)
    business_days = calendars(settings, [document.date for document in reading.documents])
    if changed_since is not None:
        reading = only(reading, settings.root, changed(app.cwd, changed_since))
    spell = partial(from_here, root=settings.root, cwd=app.cwd)
    if output_format not in {"text", "json"}:
        spell = partial(from_top, root=settings.root, top=top_of(Path(settings.root), app.cwd, app.environ))
    findings = located(rules.check(reading, settings, open_items, copies, business_days), spell)
    if output_format == "junit":
        output.echo(junit(findings, [spell(each.path) for each in reading.documents], strict=strict))
    else:
        _show(reading, findings, settings, output_format)
    levels = {finding.level for finding in findings}
    return 1 if "error" in levels or (strict and "warning" in levels) else 0


def _open_items(settings: Settings, reading: Reading, app: App) -> EarlierItems | None:
    """The open items in the ledger whose documents exist; None without a ledger that can be read."""
    path = Path(settings.ledger)
    if not settings.namespace or not path.exists():
        return None
    from pmsync.ledger import Ledger  # noqa: PLC0415 (a pull request has none)

    try:
        with Ledger.open(path, readonly=True) as ledger:
            items = ledger.open_items()
    except LedgerError as error:
        output.warn(str(error), "nothing is compared with the items of earlier incidents")
        return None
    existing_paths = {path for path in {item.path for item in items} if locate(Path(settings.root), path).exists()}
    return EarlierItems([item for item in items if item.path in existing_paths], reading, app.now())


def _list_rules(settings: Settings, output_format: str) -> None:
    rows = [(name, rules.level(settings, name) or rule.level, rule) for name, rule in CHECK_RULES.items()]
    if output_format == "json":
        names = ("rule", "level", "finds", "advice")
        output.emit_json([dict(zip(names, (name, level, r.meaning, r.advice), strict=True)) for name, level, r in rows])
        return
    width = max(map(len, CHECK_RULES)) + 2
    for name, level, rule in rows:
        parts = output.bold(f"{name:<{width}}"), f"{level:<9}", f"{rule.meaning} ", output.dim(rule.advice)
        output.echo(*parts, hang=width + 9)


def _show(reading: Reading, findings: Sequence[Finding], settings: Settings, output_format: str) -> None:
    match output_format:
        case "json":
            output.emit_json({**_counts(reading), "complete": reading.complete, "findings": findings})
        case "github":
            output.emit_commands(github(findings))
            output.echo(_summary(reading, findings))
        case "sarif":
            output.emit_json(sarif(findings, __version__))
        case "gitlab":
            output.emit_json(gitlab(findings))
        case _:
            finding_lines.show_with_owners(findings, settings)
            others, unknown, owners = finding_lines.split_owners(findings, settings)
            output.echo(_summary(reading, [*others, *([unknown] * len(owners) if unknown else [])]))


def _counts(reading: Reading) -> dict[str, int]:
    items = sum(len(document.items) for document in reading.documents)
    return {"documents": len(reading.documents), "items": items}


def _summary(reading: Reading, findings: Sequence[Finding]) -> output.Part:
    counts = _counts(reading)
    read = f"{output.count(counts['items'], 'item')} in {output.count(counts['documents'], 'document')}"
    levels = Counter(finding.level for finding in findings)
    parts = [output.count(levels[level], level) for level in ("error", "warning", "note") if levels[level]]
    if levels["error"] or levels["warning"]:
        return f"Found {' and '.join([*filter(None, [', '.join(parts[:-1])]), parts[-1]])}: {read}."
    notes = f" ({parts[0]})" if parts else ""
    return output.coloured(f"All checks passed{notes}: {read}.", "green")
