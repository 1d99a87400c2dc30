"""`pmsync check`: finds what is wrong in documents. Asks no tracker and reads no secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from pmsync import __version__
from pmsync.check import rules
from pmsync.check.already_open import EarlierItems
from pmsync.check.named_tickets import CopiedLinks
from pmsync.cli.app import App, pass_app
from pmsync.cli.host.git import changed
from pmsync.cli.options import changed_since_option
from pmsync.cli.paths import absolute, existing, for_machines, from_top, located, only, settings_if_any, top_of
from pmsync.cli.terminal import output, unknown_owners
from pmsync.config.settings import Settings
from pmsync.config.unknown_owners import is_about_a_stranger
from pmsync.config.unknown_owners import strangers as strangers_of
from pmsync.documents.files import locate, read_documents
from pmsync.errors import LedgerError
from pmsync.findings import CHECK_RULES
from pmsync.model import Finding, Reading
from pmsync.reports import findings


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
@changed_since_option
@click.option("--list-rules", is_flag=True, help="Show every rule with its level here and what it finds, and exit.")
@output.format_option("text", "json", "github", "sarif", "gitlab", "junit")
@pass_app
def command(
    app: App, paths: tuple[Path, ...], strict: bool, changed_since: str | None, list_rules: bool, output_format: str
) -> int:
    """Find what is wrong in documents: items without text or owner, owners nobody knows, doubles, unreadable files.

    PATH is a document or a folder; without it, all documents of the configuration are checked. No tracker is asked,
    and without a configuration the rules apply that need none. Where there is a ledger, items that an earlier incident
    has open are found too. [check] in pmsync.toml gives rules other levels, and comments in a document ignore them.
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
    known = _known(settings, reading, app)
    copies = CopiedLinks(reading.documents, settings)
    if changed_since is not None:
        reading = only(reading, settings.root, changed(app.cwd, changed_since))
    top = top_of(Path(settings.root), app.cwd, app.environ)
    told = rules.check(reading, settings, known, copies)
    for_people = output_format in {"text", "json"}
    found = located(told, settings.root, app.cwd) if for_people else for_machines(told, settings.root, top)
    if output_format == "junit":
        names = [from_top(each.path, settings.root, top) for each in reading.documents]
        output.echo(findings.junit(found, names, strict=strict))
    else:
        _show(reading, found, settings, output_format)
    levels = {finding.level for finding in found}
    return 1 if "error" in levels or (strict and "warning" in levels) else 0


def _known(settings: Settings, reading: Reading, app: App) -> EarlierItems | None:
    """What the ledger holds open, in documents that are there; None without a ledger, and where it cannot be read."""
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
    there = {path for path in {each.path for each in items} if locate(Path(settings.root), path).exists()}
    return EarlierItems([each for each in items if each.path in there], reading, app.now())


def _list_rules(settings: Settings, output_format: str) -> None:
    rows = [(name, rules.level(settings, name) or rule.level, rule) for name, rule in CHECK_RULES.items()]
    if output_format == "json":
        output.emit_json([
            {"rule": name, "level": level, "finds": rule.meaning, "advice": rule.advice} for name, level, rule in rows
        ])  # fmt: skip
        return
    width = max(map(len, CHECK_RULES)) + 2
    for name, level, rule in rows:
        parts = output.bold(f"{name:<{width}}"), f"{level:<9}", f"{rule.meaning} ", output.dim(rule.advice)
        output.echo(*parts, hang=width + 9)


def _once(found: Sequence[Finding], settings: Settings) -> list[Finding]:
    """The findings as they are shown: owners whom nobody knows count once."""
    known = [finding for finding in found if not is_about_a_stranger(finding)]
    unknown = [finding for finding in found if is_about_a_stranger(finding)]
    each = strangers_of(unknown, settings.people)
    return [*known, *([unknown_owners.gathered(unknown, each)] * len(each) if each else [])]


def _show(reading: Reading, found: Sequence[Finding], settings: Settings, output_format: str) -> None:
    match output_format:
        case "json":
            output.emit_json({**_counts(reading), "complete": reading.complete, "findings": found})
        case "github":
            output.emit_commands(findings.github(found))
            output.echo(_summary(reading, found))
        case "sarif":
            output.emit_json(findings.sarif(found, __version__))
        case "gitlab":
            output.emit_json(findings.gitlab(found))
        case _:
            unknown_owners.findings(found, settings)
            output.echo(_summary(reading, _once(found, settings)))


def _counts(reading: Reading) -> dict[str, int]:
    items = sum(len(document.items) for document in reading.documents)
    return {"documents": len(reading.documents), "items": items}


def _summary(reading: Reading, found: Sequence[Finding]) -> output.Part:
    counts = _counts(reading)
    read = f"{output.count(counts['items'], 'item')} in {output.count(counts['documents'], 'document')}"
    levels = Counter(finding.level for finding in found)
    told = [output.count(levels[level], level) for level in ("error", "warning", "note") if levels[level]]
    if levels["error"] or levels["warning"]:
        return f"Found {' and '.join([*filter(None, [', '.join(told[:-1])]), told[-1]])}: {read}."
    also = f" ({told[0]})" if told else ""
    return output.coloured(f"All checks passed{also}: {read}.", "green")
