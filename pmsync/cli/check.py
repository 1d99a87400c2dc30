"""`pmsync check`: finds what is wrong in documents. Asks no tracker and reads no secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from pmsync import __version__, formats, rules
from pmsync.cli import output
from pmsync.cli.app import App, pass_app
from pmsync.cli.options import changed_since_option
from pmsync.cli.reading import absolute, existing, from_here, located, only, settings_if_any
from pmsync.cli.repository import changed
from pmsync.documents import read_documents
from pmsync.model import Finding, Reading


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
@changed_since_option
@output.format_option("text", "json", "github", "sarif", "gitlab", "junit")
@pass_app
def command(app: App, paths: tuple[Path, ...], strict: bool, changed_since: str | None, output_format: str) -> int:
    """Find what is wrong in documents: items without text or owner, owners nobody knows, doubles, unreadable files.

    PATH is a document or a folder; without it, all documents of the configuration are checked. No tracker is asked,
    and without a configuration the rules apply that need none.
    Exit codes: 0 fine, 1 there are errors (with --strict also: warnings), 2 wrong usage.

    \b
    Examples:
      pmsync check
      pmsync check --strict postmortems/2026-11-02-checkout.md
      pmsync check --format json | jq '.findings[].rule'
      pmsync check --changed-since origin/main --format github      in a pull request
    """
    settings = settings_if_any(app)
    reading = read_documents(settings, absolute(existing(paths, app), app))
    if changed_since is not None:
        reading = only(reading, settings.root, changed(app.cwd, changed_since))
    found = located(rules.check(reading, settings), settings.root, app.cwd)
    if output_format == "junit":
        names = [from_here(each.path, settings.root, app.cwd) for each in reading.documents]
        output.echo(formats.junit(found, names, strict=strict))
    else:
        _show(reading, found, output_format)
    levels = {finding.level for finding in found}
    return 1 if "error" in levels or (strict and "warning" in levels) else 0


def _show(reading: Reading, found: Sequence[Finding], output_format: str) -> None:
    match output_format:
        case "json":
            output.emit_json({**_counts(reading), "complete": reading.complete, "findings": found})
        case "github":
            output.emit_commands(formats.github(found))
            output.echo(_summary(reading, found))
        case "sarif":
            output.emit_json(formats.sarif(found, __version__))
        case "gitlab":
            output.emit_json(formats.gitlab(found))
        case _:
            output.findings(found)
            output.echo(_summary(reading, found))


def _counts(reading: Reading) -> dict[str, int]:
    items = sum(len(document.items) for document in reading.documents)
    return {"documents": len(reading.documents), "items": items}


def _summary(reading: Reading, found: Sequence[Finding]) -> output.Part:
    counts = _counts(reading)
    read = f"{output.count(counts['items'], 'item')} in {output.count(counts['documents'], 'document')}"
    levels = Counter(finding.level for finding in found)
    told = [output.count(levels[level], level) for level in ("error", "warning") if levels[level]]
    if told:
        return f"Found {' and '.join(told)}: {read}."
    return output.coloured(f"All checks passed: {read}.", "green")
