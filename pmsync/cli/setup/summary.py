"""What `pmsync init` prints about the documents, what a first sync would do, and what comes next."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from pmsync.check import rules
from pmsync.cli.app import App
from pmsync.cli.setup.find_people import Proposal
from pmsync.cli.setup.survey import Choice, Count, Survey, take_survey
from pmsync.cli.terminal import finding_lines, output
from pmsync.config.file import load
from pmsync.config.globs import matches
from pmsync.config.settings import Settings
from pmsync.reports.item_counts import counts_line, item_counts

_MOST = 10
"""Headings and people shown; the rest is a number."""
_NEXT = """
next:
{steps}
  pmsync doctor    do trackers, token and people work?
  pmsync plan      which tickets would be created?
  pmsync sync      create them
"""


def show_sections(survey: Survey) -> None:
    """The headings with items, and those that look like work but are not read."""
    items, documents = sum(count.number for count in survey.sections), len(survey.reading.documents)
    output.tell()
    colon = ", under these headings:" if items else ""
    output.tell(f"{output.count(items, 'action item')} in {output.count(documents, 'document')}{colon}")
    _counts((each.what or "(none: marked as a task)", each.number, "") for each in survey.sections)
    if survey.unknown:
        output.tell("Not read, though it looks like work:")
        _counts((each.what, each.number, each.path) for each in survey.unknown)
        output.tell(
            f"  to have it read: {_vocabulary(survey.unknown)} below [vocabulary] (written there, commented out)"
        )


def _vocabulary(headings: Iterable[Count]) -> str:
    """The line of the configuration that has these headings read."""
    return f"sections = {json.dumps([each.what for each in headings], ensure_ascii=False)}"


def _counts(rows: Iterable[tuple[str, int, str]]) -> None:
    """Numbers with what they count, a line each."""
    rows = list(rows)
    width = max((len(str(number)) for _, number, _ in rows), default=0)
    for what, number, where in rows[:_MOST]:
        output.tell(f"  {number:>{width}}  {what}", output.dim(f"  {where}") if where else "", hang=width + 4)
    if len(rows) > _MOST:
        output.tell(f"  {'':>{width}}  and {len(rows) - _MOST} more")


def show_choices(choices: Sequence[Choice]) -> None:
    """How many tickets each `since` would lead to."""
    output.tell()
    output.tell("Documents before a certain day are listed and get no tickets. A first sync would create:")
    figures = [output.count(choice.tickets, "ticket") for choice in choices]
    width = max(map(len, figures))
    for number, (choice, figure) in enumerate(zip(choices, figures, strict=True), 1):
        output.tell(f"  {number}  {figure:>{width}}  since {choice.day} ({choice.label})", hang=width + 7)


def show_people(people: Sequence[Proposal]) -> None:
    """The owners in the documents, each with other spellings."""
    output.tell()
    output.tell("Owners in the documents:")
    _counts((_spellings(person), person.count, "") for person in people)


def _spellings(person: Proposal) -> str:
    names = [person.name, *person.aliases, f"@{person.login}" if person.login else ""]
    others = [name for name in names if name and name.casefold() != person.id]
    return f"{person.id} ({', '.join(others)})" if others else person.id


# --- after writing ------------------------------------------------------------------------------------------------


def try_out(path: Path, app: App, steps: Iterable[str] = (), *, asked: bool = False) -> None:
    """Load the configuration, read the documents, and say what was found and what comes next.

    Whoever was `asked` has seen the headings.
    """
    settings = load(path, app.environ, app.cwd)
    survey = take_survey(settings, app.now)
    documents = survey.reading.documents
    items = sum(len(document.items) for document in documents)
    output.echo(f"found {output.count(items, 'action item')} in {output.count(len(documents), 'document')}")
    if older := sum(rules.is_old(document, settings) for document in documents):
        output.echo(f"  {output.count(older, 'document')} from before {settings.since}: listed, no tickets", hang=4)
    if drafts := sum(document.draft for document in documents):
        output.echo(f"  {output.count(drafts, 'draft')}: shown, no tickets until final", hang=4)
    if items:
        _show_figures(survey, settings, app.now().date())
    for each in [] if asked else survey.unknown[:_MOST]:
        output.warn(
            f"{output.count(each.number, 'entry', 'entries')} below {each.what!r} ({each.path}) look like work and "
            "are not read",
            f"to have them read: {_vocabulary([each])} below [vocabulary]",
        )
    finding_lines.show((f for f in survey.reading.findings if f.rule != "no-documents"), err=True)
    for glob in settings.include:
        if not any(matches(glob, document.path) for document in documents):
            output.warn(f"{glob!r} matches no document yet", "correct documents.include if it should")
    for name, tracker in settings.trackers.items():
        if tracker.type != "local" and not tracker.accounts:
            hint = f"if CI and a cron host use different accounts, list both in trackers.{name}.accounts"
            output.warn(f"only tickets of the token's own account will be trusted in {name!r}", hint)
    for line in _NEXT.replace("{steps}\n", "".join(f"  {step}\n" for step in steps)).splitlines():
        output.echo(line, hang=4)


def _show_figures(survey: Survey, settings: Settings, today: date) -> None:
    """How many tickets the next sync creates, why other items get none, and what another `since` would change."""
    plan = survey.plan(settings.since)
    creates = len(plan.creates)
    output.echo(f"the next sync creates {output.count(creates, 'ticket')}", hang=2)
    if line := counts_line(item_counts(plan, {}), settings.since):
        output.echo(f"  {line.rstrip('.')}", hang=4)
    others = [each for each in survey.choices(today) if each.day != settings.since and each.tickets != creates]
    if settings.since and others:
        figures = "; ".join(f"{each.day} ({each.label}): {output.count(each.tickets, 'ticket')}" for each in others)
        output.echo(f"  with another documents.since: {figures}", hang=4)
    if creates > settings.guard.max_creates:
        output.echo(f"  more than one run may create; allow them: `pmsync sync --allow creates={creates}`", hang=4)
