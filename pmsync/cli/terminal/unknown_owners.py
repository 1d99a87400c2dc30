"""Findings in text, with the owners whom nobody knows together: one block, with the lines that make them known."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

from pmsync.cli.terminal import output
from pmsync.config.settings import Settings
from pmsync.config.unknown_owners import RULE, Stranger, is_about_a_stranger, strangers, toml, unknown_owner
from pmsync.findings import new_finding
from pmsync.model import Finding, Level

_LEVELS: Sequence[Level] = ("error", "warning", "note")


def findings(found: Sequence[Finding], settings: Settings, *, err: bool = False) -> None:
    """All findings; those about unknown owners last."""
    output.findings([finding for finding in found if not is_about_a_stranger(finding)], err=err)
    unknown = [finding for finding in found if is_about_a_stranger(finding)]
    each = strangers(unknown, settings.people)
    if not each:
        return
    head = gathered(unknown, each)
    if err and output.current().structured:
        output.findings([_told(stranger, head.level) for stranger in each], err=True)
        return
    output.findings([head], err=err, end=False)
    show = output.tell if err else output.echo
    for line in toml(each, settings):
        show(line, hang=None)
    if output.is_terminal(sys.stderr if err else sys.stdout):
        show()


def gathered(unknown: Sequence[Finding], each: Sequence[Stranger]) -> Finding:
    """One finding for all of them, as grave as the gravest."""
    level = next(level for level in _LEVELS if level in {finding.level for finding in unknown})
    who = f"owner {each[0].name!r} is not known" if len(each) == 1 else f"{len(each)} owners are not known"
    return replace(new_finding(RULE, f"{who}: no ticket is assigned to them", _hint(each)), level=level)


def _told(stranger: Stranger, level: Level) -> Finding:
    one = unknown_owner(stranger.name, stranger.path, stranger.line)
    return replace(one, message=f"{one.message} ({stranger.count})", level=level)


def _hint(each: Sequence[Stranger]) -> str:
    whose = "correct the name in the documents" if len(each) == 1 else "correct the names in the documents"
    return f"{whose}, or add them with these lines at the end of the configuration"
