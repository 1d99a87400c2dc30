"""`pmsync doctor`: checks the whole setup, and says what to do about what does not work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import click

from pmsync.cli.app import App, pass_app
from pmsync.cli.doctor_checks import Group, examine
from pmsync.cli.terminal import output
from pmsync.errors import ConfigError

SIGNS: Mapping[bool | None, tuple[str, str, str]] = {
    True: ("ok", "✓", "green"),
    None: ("warning", "!", "yellow"),
    False: ("error", "✗", "red"),
}


@click.command()
@output.format_option("text", "json")
@pass_app
def command(app: App, output_format: str) -> int:
    """Check configuration, ledger, documents, trackers and people. Writes nothing.

    ✓ works, ! works with a drawback or could not be checked, ✗ does not work.

    Exit codes: 0 fine, 1 something does not work, 2 the configuration is missing or wrong.

    \b
    Examples:
      pmsync doctor
      pmsync doctor --format json | jq '.groups[].checks[] | select(.status != "ok")'
    """
    with output.progress("checking") as bar:
        groups = list(examine(app, bar.tell))
    counts = Counter(check.ok for group in groups for check in group.checks)
    if output_format == "json":
        output.emit_json({"errors": counts[False], "warnings": counts[None], "groups": list(map(_value, groups))})
    else:
        for group in groups:
            _print(group)
        parts = [output.count(counts[ok], noun) for ok, noun in ((False, "problem"), (None, "warning")) if counts[ok]]
        output.echo(f"Found {' and '.join(parts)}." if parts else output.coloured("Everything is in order.", "green"))
    if groups[0].ok is False:
        return ConfigError.exit_code
    return 1 if counts[False] else 0


def _value(group: Group) -> dict[str, object]:
    checks = [
        {"name": check.name, "status": SIGNS[check.ok][0], "message": check.message, "hint": check.hint}
        for check in group.checks
    ]
    return {"name": group.name, "status": SIGNS[group.ok][0], "checks": checks}


def _print(group: Group) -> None:
    output.echo(_mark(group.ok), " ", output.bold(group.name))
    for check in group.checks:
        output.echo("    ", _mark(check.ok), " ", check.message, hang=6)
        if check.hint and not check.ok:
            output.echo("      ", output.coloured("hint", "cyan"), ": ", check.hint, hang=12)


def _mark(ok: bool | None) -> output.Styled:
    return output.coloured(*SIGNS[ok][1:])
