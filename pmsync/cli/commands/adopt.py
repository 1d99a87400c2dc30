"""`pmsync adopt`: says which ticket an item has."""

from __future__ import annotations

from pathlib import Path

import click

from pmsync.cli.app import App, pass_app
from pmsync.cli.host.connect import seen_sources
from pmsync.cli.terminal import output
from pmsync.config.settings import Settings
from pmsync.errors import ConfigError, PmsyncError
from pmsync.ledger import Ledger, owners
from pmsync.ledger.find_item import resolve_item
from pmsync.model import Ref, Ticket
from pmsync.sync.adopt import Adopted, adopt, recorded, refuse_new, ticket_of
from pmsync.sync.lock import hold
from pmsync.trackers.contract import Tracker


@click.command()
@click.argument("item")
@click.argument("ticket", required=False)
@click.option("--new", is_flag=True, help="The item is a new one: the next sync creates its ticket.")
@output.format_option("text", "json")
@pass_app
def command(app: App, item: str, ticket: str | None, new: bool, output_format: str) -> int:
    """Say which ticket an item has, where `pmsync sync` could not tell, or that it is a new item.

    Sends nothing: the ticket stays as it is, and gets what changes in the document from now on.
    ITEM is path:line, a ticket's key or URL, or the start of a uid; TICKET a key or URL in a configured tracker.

    \b
    Examples:
      pmsync adopt postmortems/2026-11-02-checkout.md:41 PAY-12
      pmsync adopt postmortems/2026-11-02-checkout.md:41 --new
    """
    if new == bool(ticket):
        raise ConfigError("say either which TICKET the item has, or --new; see `pmsync adopt --help`")
    settings = app.settings()
    path = Path(settings.ledger)
    with hold(path, wait=0), Ledger.open(path) as ledger, recorded(ledger, app.now, f"adopt {item}") as run:
        view = resolve_item(ledger, item)
        title = view.seen.item.fields.title
        if ticket is None and view.link:
            key = view.link.ticket.ref.key
            raise ConfigError(
                f"{title!r} has ticket {key} already, and gets no second one; "
                f"`pmsync adopt {item} TICKET` gives it another"
            )
        if ticket is None:
            refuse_new(view)
            ledger.decide(run, app.now(), view.uid, "new")
            message = f"{title!r} counts as new; `pmsync sync` creates its ticket, unless one with its marker exists"
        else:
            tracker, ref = _recognise(settings, app, ticket)
            found = ticket_of(ref, tracker)
            made = adopt(ledger, run, app.now(), view, found, ours=found.author in tracker.accounts())
            was = f" (was {made.before.ticket.ref.key})" if made.before else ""
            message = f"{title!r} has ticket {found.ref.key}{was}{_superfluous(made, found)}"
            owners.note(ledger, settings)
    if output_format == "json":
        output.emit_json({"uid": view.uid, "title": title, "ticket": ticket, "new": new})
    else:
        output.echo(message, hang=2)
    return 0


def _superfluous(made: Adopted, found: Ticket) -> str:
    before = made.before.ticket if made.before and not made.before.named else None
    if before is None or before.ref == found.ref or before.status.closed:
        return ""
    return f"; nothing needs {before.ref.key} any more: close it"


def _recognise(settings: Settings, app: App, text: str) -> tuple[Tracker, Ref]:
    sources, unseen = seen_sources(settings, app, offline=False)
    for source in sources.values():
        ref = source.tracker.recognise(text, settings.repository) if source.tracker else None
        if source.tracker and ref:
            return source.tracker, ref
    reasons = "; ".join(unseen)
    raise PmsyncError(
        f"{text!r} is no ticket of a configured tracker ({', '.join(settings.trackers)})"
        + (f"; {reasons}" if reasons else "; write its key or URL")
    )
