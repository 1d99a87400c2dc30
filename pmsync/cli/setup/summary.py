"""What `pmsync init` says: what it understood of the documents, what a first sync would make of it, what comes next."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from pmsync.check import rules
from pmsync.cli.app import App
from pmsync.cli.setup.find_people import Proposal
from pmsync.cli.setup.survey import Choice, Count, Survey, survey
from pmsync.cli.terminal import output
from pmsync.config.file import load
from pmsync.config.globs import matches
from pmsync.config.settings import Settings
from pmsync.reports.item_counts import counts_line, item_counts

_MOST = 10
"""Headings and people shown; of the rest only the number."""


def show_sections(found: Survey) -> None:
    """At a terminal: how much is understood, under which headings, and which look as if they should be."""
    items, documents = sum(each.number for each in found.sections), len(found.reading.documents)
    output.tell()
    colon = ", under these headings:" if items else ""
    output.tell(f"{output.count(items, 'action item')} in {output.count(documents, 'document')}{colon}")
    _counts((each.what or "(none: marked as a task)", each.number, "") for each in found.sections)
    if found.unknown:
        output.tell("Not read, though it looks like work:")
        _counts((each.what, each.number, each.path) for each in found.unknown)
        output.tell(f"  to have it read: {taught(found.unknown)} below [vocabulary] (written there, commented out)")


def taught(headings: Iterable[Count]) -> str:
    """The line that teaches headings."""
    return f"sections = {json.dumps([each.what for each in headings], ensure_ascii=False)}"


def _counts(rows: Iterable[tuple[str, int, str]]) -> None:
    """Numbers with what they count, a line each."""
    listed = list(rows)
    width = max((len(str(number)) for _, number, _ in listed), default=0)
    for what, number, where in listed[:_MOST]:
        output.tell(f"  {number:>{width}}  {what}", output.dim(f"  {where}") if where else "", hang=width + 4)
    if len(listed) > _MOST:
        output.tell(f"  {'':>{width}}  and {len(listed) - _MOST} more")


def show_choices(choices: Sequence[Choice]) -> None:
    """What each `since` would lead to."""
    output.tell()
    output.tell("Documents before a certain day are listed and get no tickets. A first sync would make:")
    figures = [output.count(choice.tickets, "ticket") for choice in choices]
    width = max(map(len, figures))
    for number, (choice, figure) in enumerate(zip(choices, figures, strict=True), 1):
        output.tell(f"  {number}  {figure:>{width}}  since {choice.day} ({choice.label})", hang=width + 7)


def show_people(people: Sequence[Proposal]) -> None:
    """The owners that were found, each with other spellings."""
    output.tell()
    output.tell("Owners in the documents:")
    _counts((_called(person), person.count, "") for person in people)


def _called(person: Proposal) -> str:
    names = [person.name, *person.aliases, f"@{person.login}" if person.login else ""]
    others = [name for name in names if name and name.casefold() != person.id]
    return f"{person.id} ({', '.join(others)})" if others else person.id


# --- after writing ------------------------------------------------------------------------------------------------


def try_out(path: Path, app: App, steps: Sequence[str] = (), *, asked: bool = False) -> int:
    """Load what was written, read the documents, and say what was found and what comes next. Whoever was asked has seen
    the headings.
    """
    settings = load(path, app.environ, app.cwd)
    found = survey(settings, app.now)
    documents = found.reading.documents
    items = sum(len(document.items) for document in documents)
    output.echo(f"found {output.count(items, 'action item')} in {output.count(len(documents), 'document')}")
    older = sum(rules.is_old(document, settings) for document in documents)
    if older:
        output.echo(f"  {output.count(older, 'document')} from before {settings.since}: listed, no tickets", hang=4)
    drafts = sum(document.draft for document in documents)
    if drafts:
        output.echo(f"  {output.count(drafts, 'draft')}: shown, no tickets until final", hang=4)
    if items:
        _tell_figures(found, settings, app.now().date())
    for each in [] if asked else found.unknown[:_MOST]:
        entries = output.count(each.number, "entry").replace("entrys", "entries")
        output.warn(
            f"{entries} below {each.what!r} ({each.path}) look like work and are not read",
            f"to have them read: {taught([each])} below [vocabulary]",
        )
    output.findings([f for f in found.reading.findings if f.rule != "no-documents"], err=True)
    for glob in settings.include:
        if not any(matches(glob, document.path) for document in documents):
            output.warn(f"{glob!r} matches no document yet", "correct documents.include if it should")
    _tell_accounts(settings)
    _tell_next(steps)
    return 0


def _tell_figures(found: Survey, settings: Settings, today: date) -> None:
    """How many tickets the next sync makes, how many items get none and why, and what another `since` would change."""
    plan = found.plan(settings.since)
    now = len(plan.creates)
    output.echo(f"the next sync makes {output.count(now, 'ticket')}", hang=2)
    if line := counts_line(item_counts(plan, {}), settings.since):
        output.echo(f"  {line.rstrip('.')}", hang=4)
    others = [each for each in found.choices(today) if each.day != settings.since and each.tickets != now]
    if settings.since and others:
        figures = "; ".join(f"{each.day} ({each.label}): {output.count(each.tickets, 'ticket')}" for each in others)
        output.echo(f"  with another documents.since: {figures}", hang=4)
    if now > settings.guard.max_creates:
        output.echo(f"  that is more than one run makes unasked: say `pmsync sync --allow creates={now}`", hang=4)


def _tell_accounts(settings: Settings) -> None:
    for name, tracker in settings.trackers.items():
        if tracker.type != "local" and not tracker.accounts:
            hint = f"if CI and a cron host use different accounts, list both in trackers.{name}.accounts"
            output.warn(f"only tickets of the token's own account will be trusted in {name!r}", hint)


def _tell_next(steps: Sequence[str]) -> None:
    output.echo()
    output.echo("next:")
    for step in steps:
        output.echo(f"  {step}", hang=4)
    for line in (
        "pmsync doctor    do trackers, token and people work?",
        "pmsync plan      which tickets would be made?",
        "pmsync sync      make them",
    ):
        output.echo(f"  {line}")
