"""Findings as text: in full for a person at a terminal, else a line each, as editors and grep understand it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pmsync.cli.terminal import json_log, output
from pmsync.cli.terminal.output import Part, bold, coloured, dim
from pmsync.config.settings import Settings
from pmsync.config.unknown_owners import RULE, UnknownOwner, names_unknown_owner, toml, unknown_owner, unknown_owners_in
from pmsync.findings import new_finding
from pmsync.location import place
from pmsync.model import Finding, Level

COLOURS: Mapping[Level, str] = {"error": "red", "warning": "yellow", "note": "cyan"}


def show(findings: Iterable[Finding], *, err: bool = False, end: str | None = "") -> None:
    """Print each finding on stdout or stderr; at a terminal, the line `end` follows it."""
    at_terminal = output.is_terminal(sys.stderr if err else sys.stdout)
    for finding in findings:
        if err and output.record(json_log.LEVELS[finding.level], finding.message, json_log.finding_fields(finding)):
            continue
        for parts in _in_full(finding) if at_terminal else [_in_short(finding)]:
            output.put(*parts, err=err, hang=len(output.text_of(parts[0])) + 2)
        if at_terminal and end is not None:
            output.put(end, err=err)


def _in_full(finding: Finding) -> Iterator[Sequence[Part]]:
    yield bold(finding.level, COLOURS[finding.level]), ": ", finding.message, dim(f"  [{finding.rule}]")
    if finding.path:
        yield coloured("  --> ", "cyan"), place(finding.path, finding.line)
    if finding.hint:
        yield bold("hint", "cyan"), ": ", finding.hint


def _in_short(finding: Finding) -> Sequence[Part]:
    where = f"{place(finding.path, finding.line)}: " if finding.path else ""
    hint = f" ({finding.hint})" if finding.hint else ""
    return (" ".join(f"{where}{finding.level}[{finding.rule}]: {finding.message}{hint}".split()),)


def unreported(findings: Iterable[Finding], before: Iterable[Finding]) -> list[Finding]:
    """The findings without those that were reported `before`, wherever in the document they were then."""
    reported = {(finding.rule, finding.path, finding.message) for finding in before}
    return [each for each in findings if (each.rule, each.path, each.message) not in reported]


def worth_showing(findings: Sequence[Finding], before: Iterable[Finding]) -> list[Finding]:
    """All findings at a terminal; elsewhere no warnings and notes that the last run reported."""
    if output.is_terminal():
        return list(findings)
    new = set(unreported(findings, before))
    return [finding for finding in findings if finding.level == "error" or finding in new]


# --- unknown owners -------------------------------------------------------------------------------------------


def show_with_owners(findings: Sequence[Finding], settings: Settings, *, err: bool = False) -> None:
    """Print the findings; those about unknown owners come last, as one, with the lines that make the owners known."""
    others, unknown, owners = split_owners(findings, settings)
    show(others, err=err)
    if unknown is None:
        return
    if err and output.current().structured:
        show((_about_one(owner, unknown.level) for owner in owners), err=True)
        return
    show([unknown], err=err, end=None)
    for line in toml(owners, settings):
        output.put(line, err=err)
    if output.is_terminal(sys.stderr if err else sys.stdout):
        output.put("", err=err)


def split_owners(
    findings: Iterable[Finding], settings: Settings
) -> tuple[list[Finding], Finding | None, list[UnknownOwner]]:
    """The other findings, one finding about all unknown owners, as grave as the gravest, and these owners."""
    findings = list(findings)
    others = [finding for finding in findings if not names_unknown_owner(finding)]
    owners = unknown_owners_in(findings, settings.people)
    if not owners:
        return others, None, []
    levels = {finding.level for finding in findings if names_unknown_owner(finding)}
    level = next(level for level in COLOURS if level in levels)
    single = len(owners) == 1
    who = f"owner {owners[0].name!r} is not known" if single else f"{len(owners)} owners are not known"
    hint = (
        f"correct the name{'' if single else 's'} in the documents, or add them with these lines at the end of the "
        "configuration"
    )
    return (
        others,
        replace(new_finding(RULE, f"{who}, so tickets cannot be assigned to them", hint), level=level),
        owners,
    )


def _about_one(owner: UnknownOwner, level: Level) -> Finding:
    finding = unknown_owner(owner.name, owner.path, owner.line)
    return replace(finding, message=f"{finding.message} ({owner.count})", level=level)
