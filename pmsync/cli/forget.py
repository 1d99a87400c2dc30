"""`pmsync forget`: drops the link between an item and its ticket."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pmsync.adopting import forget, recorded
from pmsync.cli import output
from pmsync.cli.app import App, pass_app
from pmsync.cli.plain import printable
from pmsync.errors import ConfigError, PmsyncError
from pmsync.ledger import Ledger
from pmsync.lock import hold
from pmsync.lookup import resolve_item


@click.command()
@click.argument("item")
@click.option("--yes", is_flag=True, help="Do not ask; needed where nobody sits at a terminal.")
@output.format_option("text", "json")
@pass_app
def command(app: App, item: str, yes: bool, output_format: str) -> int:
    """Drop the link between an item and its ticket. The ticket itself is not touched.

    An item that still stands in its document gets a ticket with the next sync: the one that carries its marker, where
    that still exists, else a new one. ITEM is a ticket's key or URL, path:line, or the start of a uid.

    \b
    Examples:
      pmsync forget PAY-12           its ticket was deleted; let the next sync make a new one
      pmsync forget PAY-12 --yes     in a script: nobody is asked
    """
    path = Path(app.settings().ledger)
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
    if output_format == "json":
        output.emit_json({"uid": view.uid, "title": title, "forgotten": key})
    else:
        again = "the next sync links it again if that ticket still exists"
        output.echo(f"{title!r} has no ticket any more (was {key}); {again}.", hang=2)
        output.log(f"For another ticket: `pmsync adopt {view.uid} TICKET`")
    return 0


def _agreed(question: str) -> bool:
    """Raises ConfigError where nobody sits at the terminal."""
    if not sys.stdin.isatty():
        raise ConfigError("nobody to ask\nsay --yes")
    return click.confirm(printable(question), err=True)
