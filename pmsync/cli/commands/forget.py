"""`pmsync forget`: drops the link between an item and its ticket."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from pmsync.cli.app import App, pass_app
from pmsync.cli.terminal import output
from pmsync.cli.terminal.safe_text import printable
from pmsync.config.settings import Settings
from pmsync.errors import ConfigError, PmsyncError
from pmsync.ledger import Ledger, owners
from pmsync.ledger.file import refuse_missing
from pmsync.ledger.find_item import resolve_item
from pmsync.sync.adopt import forget, recorded
from pmsync.sync.lock import hold


@click.command()
@click.argument("item", required=False)
@click.option("--tracker", metavar="NAME", help="Forget all tickets of this tracker, which is another service now.")
@click.option("--yes", is_flag=True, help="Do not ask; needed without a terminal.")
@output.format_option("text", "json")
@pass_app
def command(app: App, item: str | None, tracker: str | None, yes: bool, output_format: str) -> None:
    """Drop the link between an item and its ticket. The ticket itself is not touched.

    If the item is still in its document, the next sync gives it a ticket: the one with its marker if that still exists,
    else a new one. ITEM is a ticket's key or URL, path:line, or the start of a uid.

    \b
    Examples:
      pmsync forget PAY-12           its ticket was deleted; let the next sync create a new one
      pmsync forget PAY-12 --yes     in a script: without a question
      pmsync forget --tracker pay    the table [trackers.pay] is another Jira now
    """
    if (item is None) == (tracker is None):
        raise ConfigError("name either one ITEM, or --tracker NAME; see `pmsync forget --help`")
    settings = app.settings()
    path = Path(settings.ledger)
    refuse_missing(path)
    with hold(path, wait=0), Ledger.open(path) as ledger:
        if item is not None:
            value, text = _forget_item(app, ledger, item, yes=yes)
        else:
            value, text = _forget_tracker(app, ledger, tracker or "", settings, yes=yes)
        owners.note(ledger, settings)
    output.answer(output_format, value, text)
    if "uid" in value and output_format == "text":
        output.log(f"For another ticket: `pmsync adopt {value['uid']} TICKET`")


Forgotten = tuple[Mapping[str, object], str]
"""The result as a JSON value and as text."""


def _forget_item(app: App, ledger: Ledger, item: str, *, yes: bool) -> Forgotten:
    view = resolve_item(ledger, item)
    if view.link is None and view.intent is None:
        raise PmsyncError(f"item {view.uid!r} has no ticket; there is nothing to forget")
    title, key = view.seen.item.fields.title, view.link.ticket.ref.key if view.link else "the announced create"
    if view.link and view.link.lost:
        output.warn(
            f"pmsync cannot see {key}: if it is only hidden or moved, the next sync creates a second ticket",
            f"look at {view.link.ticket.ref.url} first, as somebody who can see everything",
        )
    _confirm(f"Forget that {title!r} has {key}?", yes=yes)
    with recorded(ledger, app.now, f"forget {item}") as run:
        forget(ledger, run, app.now(), view)
    again = "the next sync links it again if that ticket still exists"
    value = {"uid": view.uid, "title": title, "forgotten": key}
    return value, f"{title!r} has no ticket any more (was {key}); {again}."


def _forget_tracker(app: App, ledger: Ledger, tracker: str, settings: Settings, *, yes: bool) -> Forgotten:
    count = sum(link.ticket.ref.tracker == tracker for link in ledger.links().values())
    if not count and tracker not in settings.trackers:
        names = ", ".join(settings.trackers)
        raise ConfigError(f"there is no tracker {tracker!r}, and the ledger has no tickets of it\nuse one of {names}")
    _confirm(f"Forget all {count} tickets of {tracker!r}?", yes=yes)
    with recorded(ledger, app.now, f"forget --tracker {tracker}") as run:
        ledger.forget_tracker(run, app.now(), tracker)
    again = "the next sync links those that it finds there by their markers, and creates the others"
    return {"tracker": tracker, "forgotten": count}, f"{count} tickets of {tracker!r} are forgotten; {again}."


def _confirm(question: str, *, yes: bool) -> None:
    """Ask, unless the answer is `yes`; ends the command with 1 for a no, and raises ConfigError without a terminal."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigError("this needs a confirmation, and there is no terminal\npass --yes")
    if not click.confirm(printable(question), err=True):
        raise click.exceptions.Exit(1)
