"""The checks of `pmsync doctor`: configuration, ledger, documents and trackers. Writes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pmsync.check import rules
from pmsync.cli.app import App
from pmsync.cli.host.mounts import network_mount
from pmsync.cli.terminal import output
from pmsync.config.settings import Settings, TrackerSettings
from pmsync.documents.files import read_documents
from pmsync.errors import ConfigError, LedgerError, TrackerError
from pmsync.findings import RULES
from pmsync.model import Reading
from pmsync.planning.routing import route
from pmsync.planning.ticket_text import raw_fields
from pmsync.reports.freshness import freshness
from pmsync.trackers.contract import Check, Tracker, Unresolved
from pmsync.workdays.calendar import WorkCalendars
from pmsync.workdays.public_holidays import calendars

ATTEMPTS = 2
"""How often a tracker that does not answer is asked: a person waits, and sees the cause."""


@dataclass(frozen=True, slots=True)
class Group:
    """The checks of one thing. One that is not `ok` is an error; None is a warning."""

    name: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool | None:
        answers = {check.ok for check in self.checks}
        return False if False in answers else None if None in answers else True


def examine(app: App, tell: Callable[[str], None]) -> Iterator[Group]:
    """Group by group; `tell` hears what is being checked."""
    tell("reading the configuration")
    try:
        settings = app.settings()
    except ConfigError as error:
        yield Group("configuration", tuple(_problems(error)))
        return
    yield Group("configuration", tuple(_configuration(settings)))
    yield Group("ledger", tuple(_ledger(app, settings)))
    tell("reading the documents")
    yield Group("documents", tuple(_documents(settings)))
    for name, tracker in settings.trackers.items():
        tell(f"asking {name}")
        place = {"github": tracker.repo, "jira": f"{tracker.url} {tracker.project}", "local": tracker.path}
        checks = tuple(_tracker(app, settings, tracker))
        yield Group(f"tracker {name} ({tracker.type}, {place[tracker.type]})", checks)


def _problems(error: ConfigError) -> Iterator[Check]:
    for text in error.problems:
        message, _, hint = text.partition("\n")
        yield Check("configuration", False, message, hint)


def _configuration(settings: Settings) -> Iterator[Check]:
    yield Check("configuration", True, f"{settings.root!r}, namespace {settings.namespace!r}")
    if settings.since is None:
        hint = "set documents.since, unless you want tickets for all existing documents"
        yield Check("since", None, "documents.since is not set: every open item of every document gets a ticket", hint)
    if not settings.web_url:
        hint = 'set documents.web_url, such as "https://github.com/acme/web/blob/main/{path}#L{line}"'
        yield Check("web_url", None, "tickets will not link to their documents", hint)
    if not settings.people:
        hint = "add tables [people.NAME]; otherwise tickets name their owners in the text and have no assignee"
        yield Check("people", None, "[people] is empty", hint)
    try:
        calendars(settings, [])
    except ConfigError as error:
        yield from _problems(error)


# --- ledger ---------------------------------------------------------------------------------------------------


def _ledger(app: App, settings: Settings) -> Iterator[Check]:
    path = Path(settings.ledger)
    if kind := network_mount(path):
        hint = "move it to a local disk and set ledger.path: locks over the network let two runs write at once"
        yield Check("mount", None, f"{settings.ledger!r} is on a network file system ({kind})", hint)
    if not path.exists():
        yield _future_ledger(path)
        return
    yield from _existing_ledger(app, path)
    if path.is_file() and path.stat().st_mode & 0o077:
        hint = f"run `chmod 600 {settings.ledger}`: it names people and may have restricted titles"
        yield Check("mode", None, "others on this machine may read it", hint)


def _future_ledger(path: Path) -> Check:
    folder = next(folder for folder in path.parents if folder.exists())
    if os.access(folder, os.W_OK):
        return Check("ledger", True, f"{str(path)!r} does not exist yet; the first sync creates it")
    hint = "give this user the right to write there, or set ledger.path to another place"
    return Check("ledger", False, f"{str(path)!r} cannot be created in {str(folder)!r}", hint)


def _existing_ledger(app: App, path: Path) -> Iterator[Check]:
    from pmsync.ledger import Ledger  # noqa: PLC0415 (its library is slow to import)

    try:
        with Ledger.open(path, readonly=True) as ledger:
            links, intents = len(ledger.links()), len(ledger.intents())
            fresh = freshness(ledger, app.now())
    except LedgerError as error:
        yield Check("ledger", False, str(error))
        return
    yield Check("ledger", True, f"{str(path)!r} has {output.count(links, 'ticket')}")
    if not os.access(path, os.W_OK):
        yield Check("ledger", False, "this user may not write it", "run as the user that owns it, or change its owner")
    if intents:
        message = f"{output.count(intents, 'create')} announced without a known outcome"
        yield Check("intents", None, message, "run `pmsync sync`: it looks for them")
    last = f"last good sync {output.ago(fresh.last_good_sync, app.now())}" if fresh.last_good_sync else ""
    if fresh.trouble:
        yield Check("sync", None, fresh.trouble, "; ".join(filter(None, ["run `pmsync sync`", last])))
    else:
        yield Check("sync", True, last)


# --- documents ------------------------------------------------------------------------------------------------


def _documents(settings: Settings) -> Iterator[Check]:
    reading = read_documents(settings)
    items = sum(len(document.items) for document in reading.documents)
    if reading.documents:
        count = output.count(len(reading.documents), "document")
        yield Check("documents", True, f"{output.count(items, 'action item')} in {count}")
    for finding in reading.findings:
        where = f"{finding.path}: " if finding.path else ""
        yield Check(finding.rule, False if finding.level == "error" else None, where + finding.message, finding.hint)
    yield from _without_a_tracker(settings, reading)
    with suppress(ConfigError):  # told above
        business_days = calendars(settings, [document.date for document in reading.documents])
        yield from _checked(reading, settings, business_days)


def _checked(reading: Reading, settings: Settings, business_days: WorkCalendars) -> Iterator[Check]:
    found = rules.check(reading, settings, calendars=business_days)
    levels = [f.level for f in found if f not in reading.findings and f.level != "note"]
    if levels:
        message = f"{output.count(len(levels), 'finding')} in the documents"
        yield Check("check", False if "error" in levels else None, message, "`pmsync check` lists them")


def _without_a_tracker(settings: Settings, reading: Reading) -> Iterator[Check]:
    """Restricted documents whose items would get no tickets, as no tracker may have them."""
    for document in reading.documents:
        if not document.restricted or document.draft or rules.is_old(document, settings):
            continue
        count = sum(
            not (item.done or item.dropped or item.named)
            and route(document, raw_fields(document, item), settings) is None
            for item in document.items
        )
        if count:
            reason = f"{document.path}: it is restricted, and no tracker is marked for that"
            message = f"{reason}: {output.count(count, 'item')} would get no ticket"
            yield Check("restricted", None, message, RULES["restricted-no-tracker"].hint)


# --- trackers -------------------------------------------------------------------------------------------------


def _tracker(app: App, settings: Settings, tracker: TrackerSettings) -> Iterator[Check]:
    from pmsync.trackers.registry import connect  # noqa: PLC0415 (it imports the trackers' libraries)

    try:
        connected = connect(tracker, app.environ, Path(settings.root), attempts=ATTEMPTS)
        probe = connected.probe()
    except ConfigError as error:
        yield from _problems(error)
        return
    except TrackerError as error:
        yield Check("probe", False, str(error))
        return
    yield from probe.checks
    if probe.blocked and all(check.ok is not False for check in probe.checks):
        yield Check("blocked", False, probe.blocked)
    if tracker.type != "local" and not tracker.accounts and probe.account:
        hint = f"if CI and a cron host use different accounts, list both in trackers.{tracker.name}.accounts"
        yield Check("accounts", None, f"only tickets of {probe.account!r} are trusted", hint)
    if settings.people and not probe.blocked:
        yield from _people(settings, connected)


def _people(settings: Settings, tracker: Tracker) -> Iterator[Check]:
    try:
        accounts = tracker.resolve(settings.people.values())
    except TrackerError as error:
        yield Check("people", None, f"people could not be looked up: {error}")
        return
    if count := sum(isinstance(account, str) for account in accounts.values()):
        yield Check("people", True, f"{count} of {len(settings.people)} people can be assigned")
    for name, account in accounts.items():
        if isinstance(account, Unresolved):
            hint = f"correct [people.{name}], or leave it: the ticket names the owner in its text"
            yield Check("people", None, f"{name!r} cannot be assigned: {account.reason}", hint)
