"""Why `pmsync status` has nothing to show: what was misspelt, what has no open item, or what excludes one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from pmsync.cli.terminal import output
from pmsync.config.settings import Settings
from pmsync.config.severity import severity_level
from pmsync.ledger.reader import LedgerReader
from pmsync.reports import status
from pmsync.reports.status import Filter

MOST_NAMES = 10
"""So many known names are listed at most."""


def why_empty(
    ledger: LedgerReader,
    settings: Settings,
    today: date,
    wanted: Filter,
    counts: Mapping[str, int],
    person: str,
    document: str,
) -> str:
    """Sentences that say why nothing matches. `person` and `document` are as they were given: `--mine`, `ops/a.md`."""
    if not any(counts[kind] for kind in ("open", "closed", "aside")):
        return "The ledger knows no items yet; `pmsync sync` reads the documents."
    asked = _asked(wanted, person, document)
    if not asked:
        return f"No open items: {status.aside(counts)} (--all shows them)."

    def found(each: Filter) -> int:
        return status.matches(ledger, settings, today, each)

    told = f"No item matches {' '.join(asked)}; there are {output.count(counts['open'], 'open item')} in all."
    more = 0 if wanted.everything else found(replace(wanted, everything=True))
    whole = f" With --all, {output.count(more, 'item')} {'matches' if more == 1 else 'match'}." if more else ""
    alone = [words for words, each in asked.items() if not found(each)]
    reasons = [reason for words in alone if (reason := _reason(ledger, settings, today, asked[words], words))]
    if not alone and len(asked) > 1:
        reasons = [f"Each of these matches some, but none matches all: {_each(asked, found)}."]
    return " ".join([told, *reasons]) + whole


def _asked(wanted: Filter, person: str, document: str) -> dict[str, Filter]:
    """By the option as it was given: the filter with this option alone."""
    whole = wanted.everything
    given = {
        person: Filter(people=wanted.people, everything=whole),
        "--overdue": Filter(overdue=wanted.overdue, everything=whole),
        f"--due-within (by {wanted.due_by})": Filter(due_by=wanted.due_by, everything=whole),
        f"--team {wanted.team}": Filter(team=wanted.team, everything=whole),
        f"--service {wanted.service}": Filter(service=wanted.service, everything=whole),
        f"--severity {wanted.severity}": Filter(severity=wanted.severity, everything=whole),
        f"--document {document}": Filter(path=wanted.path, everything=whole),
    }
    return {words: each for words, each in given.items() if each != Filter(everything=whole)}


def _each(asked: Mapping[str, Filter], found: Callable[[Filter], int]) -> str:
    return ", ".join(f"{words} {found(each)}" for words, each in asked.items())


def _reason(ledger: LedgerReader, settings: Settings, today: date, alone: Filter, words: str) -> str:
    """Why this option alone matches nothing."""
    exists = status.matches(ledger, settings, today, replace(alone, everything=True)) > 0
    if alone.overdue or alone.due_by:
        what = "overdue" if alone.overdue else f"due by {alone.due_by}"
        return f"Nothing is {what}; {_next_due(ledger, settings, today)}."
    if not exists:
        if alone.team:
            return f"No document is of team {alone.team!r}; {_known('teams', status.known_teams(ledger))}."
        if alone.service:
            return (
                f"No document is about service {alone.service!r}; {_known('services', status.known_services(ledger))}."
            )
        if alone.severity:
            level = severity_level(alone.severity)
            return f"Nothing has severity {level!r}; {_known('severities', status.known_severities(ledger))}."
    return f"{words} has no open item." if not alone.everything else f"{words} has no item."


def _known(what: str, names: Sequence[str]) -> str:
    """What there is instead."""
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"known {what}: {', '.join(names[:MOST_NAMES]) or 'none'}{more}"


def _next_due(ledger: LedgerReader, settings: Settings, today: date) -> str:
    due = next((row.due for row in status.status_rows(ledger, settings, today, Filter()) if row.due), None)
    return f"the next due date is {due}" if due else "no open item has a due date"
