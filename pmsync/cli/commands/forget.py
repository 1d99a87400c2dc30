"""`pmsync forget`: drops the link between an item and its ticket."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pmsync.cli.app import App, pass_app
from pmsync.cli.terminal import output
from pmsync.cli.terminal.safe_text import printable
from pmsync.config.settings import Settings
from pmsync.errors import ConfigError, PmsyncError
from pmsync.ledger import Ledger, owners
from pmsync.ledger.find_item import resolve_item
from pmsync.sync.adopt import forget, recorded
from pmsync.sync.lock import hold


@click.command()
@click.argument("item", required=False)
@click.option("--tracker", metavar="NAME", help="Forget all tickets of this tracker, which is another service now.")
@click.option("--yes", is_flag=True, help="Do not ask; needed where nobody sits at a terminal.")
@output.format_option("text", "json")
@pass_app
def command(app: App, item: str | None, tracker: str | None, yes: bool, output_format: str) -> int:
    """Drop the link between an item and its ticket. The ticket itself is not touched.

    An item that still stands in its document gets a ticket with the next sync: the one that carries its marker, where
    that still exists, else a new one. ITEM is a ticket's key or URL, path:line, or the start of a uid.

    \b
    Examples:
      pmsync forget PAY-12           its ticket was deleted; let the next sync make a new one
      pmsync forget PAY-12 --yes     in a script: nobody is asked
      pmsync forget --tracker pay    the table [trackers.pay] leads to another Jira now
    """
    if (item is None) == (tracker is None):
        raise ConfigError("name either one ITEM, or --tracker NAME; see `pmsync forget --help`")
    settings = app.settings()
    path = Path(settings.ledger)
    if tracker is not None:
        return _forget_tracker(app, path, tracker, settings, yes=yes, output_format=output_format)
    assert item is not None  # noqa: S101 - one of the two is given
    with hold(path, wait=0), Ledger.open(path) as ledger:
        view = resolve_item(ledger, item)
        if view.link is None and view.intent is None:
            raise PmsyncError(f"item {view.uid!r} has no ticket; there is nothing to forget")
        title, key = view.seen.item.fields.title, view.link.ticket.ref.key if view.link else "the announced create"
        if view.link and view.link.lost:
            output.warn(
                f"{key} is not shown to pmsync: where it is only hidden or moved, the next sync makes a second ticket",
                f"look at {view.link.ticket.ref.url} as somebody who sees everything first",
            )
        if not yes and not _agreed(f"Forget that {title!r} has {key}?"):
            return 1
        with recorded(ledger, app.now, f"forget {item}") as run:
            forget(ledger, run, app.now(), view)
            owners.note(ledger, settings)
    if output_format == "json":
        output.emit_json({"uid": view.uid, "title": title, "forgotten": key})
    else:
        again = "the next sync links it again if that ticket still exists"
        output.echo(f"{title!r} has no ticket any more (was {key}); {again}.", hang=2)
        output.log(f"For another ticket: `pmsync adopt {view.uid} TICKET`")
    return 0


def _forget_tracker(app: App, path: Path, tracker: str, settings: Settings, *, yes: bool, output_format: str) -> int:
    with hold(path, wait=0), Ledger.open(path) as ledger:
        count = sum(link.ticket.ref.tracker == tracker for link in ledger.links().values())
        if not count and tracker not in settings.trackers:
            there = ", ".join(settings.trackers)
            raise ConfigError(
                f"there is no tracker {tracker!r}, and the ledger knows none of its tickets; there are {there}"
            )
        if not yes and not _agreed(f"Forget all {count} tickets of {tracker!r}?"):
            return 1
        with recorded(ledger, app.now, f"forget --tracker {tracker}") as run:
            ledger.forget_tracker(run, app.now(), tracker)
            owners.note(ledger, settings)
    if output_format == "json":
        output.emit_json({"tracker": tracker, "forgotten": count})
    else:
        again = "the next sync links those that it finds there by their markers, and creates the others"
        output.echo(f"{count} tickets of {tracker!r} are forgotten; {again}.", hang=2)
    return 0


def _agreed(question: str) -> bool:
    """Raises ConfigError where nobody sits at the terminal."""
    if not sys.stdin.isatty():
        raise ConfigError("nobody to ask\nsay --yes")
    return click.confirm(printable(question), err=True)
