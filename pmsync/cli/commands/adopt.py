"""`pmsync adopt`: links an item to a ticket."""

from __future__ import annotations

from pathlib import Path

import click

from pmsync.cli.app import App, pass_app
from pmsync.cli.host.connect import seen_sources
from pmsync.cli.terminal import output
from pmsync.config.settings import Settings
from pmsync.errors import ConfigError, PmsyncError
from pmsync.ledger import Ledger, owners
from pmsync.ledger.file import refuse_missing
from pmsync.ledger.find_item import resolve_item
from pmsync.model import Ref, Ticket
from pmsync.reports.status import in_words
from pmsync.sync.adopt import Adopted, adopt, recorded, refuse_new, ticket_of
from pmsync.sync.lock import hold
from pmsync.trackers.contract import Tracker


@click.command()
@click.argument("item")
@click.argument("ticket", required=False)
@click.option("--new", is_flag=True, help="The item is new: the next sync creates its ticket.")
@output.format_option("text", "json")
@pass_app
def command(app: App, item: str, ticket: str | None, new: bool, output_format: str) -> None:
    """Link an item to an existing ticket, or say that it is new, where `pmsync sync` cannot tell.

    Sends nothing: the ticket stays as it is, and is updated when the document changes from now on. ITEM is path:line, a
    ticket's key or URL, or the start of a uid; TICKET is a key or URL in a configured tracker.

    \b
    Examples:
      pmsync adopt postmortems/2026-11-02-checkout.md:41 PAY-12
      pmsync adopt postmortems/2026-11-02-checkout.md:41 --new
    """
    if new == bool(ticket):
        raise ConfigError("give either a TICKET or --new; see `pmsync adopt --help`")
    settings = app.settings()
    path = Path(settings.ledger)
    refuse_missing(path)
    with hold(path, wait=0), Ledger.open(path) as ledger, recorded(ledger, app.now, f"adopt {item}") as run:
        view = resolve_item(ledger, item)
        title = view.seen.item.fields.title
        if ticket:
            tracker, ref = _recognise(settings, app, ticket)
            target = ticket_of(ref, tracker)
            adopted = adopt(ledger, run, app.now(), view, target, ours=target.author in tracker.accounts())
            owners.note(ledger, settings)
            closed = f" ({in_words(target.status)}: {target.title!r})" if target.status.closed else ""
            message = f"{title!r} has ticket {target.ref.key}{closed}{_before(adopted, target)}"
        elif view.link:
            raise ConfigError(
                f"{title!r} already has ticket {view.link.ticket.ref.key}\n"
                f"`pmsync adopt {item} TICKET` links another one instead"
            )
        else:
            refuse_new(view)
            ledger.decide(run, app.now(), view.uid, "new")
            message = f"{title!r} counts as new; `pmsync sync` creates its ticket, unless one with its marker exists"
    output.answer(output_format, {"uid": view.uid, "title": title, "ticket": ticket, "new": new}, message)


def _before(adopted: Adopted, target: Ticket) -> str:
    """A remark about the ticket that the item had before."""
    if not adopted.before:
        return ""
    before = adopted.before.ticket
    is_superfluous = not adopted.before.named and before.ref != target.ref and not before.status.closed
    advice = f"; no item uses {before.ref.key} any more: you can close it" if is_superfluous else ""
    return f" (was {before.ref.key}){advice}"


def _recognise(settings: Settings, app: App, text: str) -> tuple[Tracker, Ref]:
    sources, unseen = seen_sources(settings, app, offline=False)
    for source in sources.values():
        if source.tracker and (ref := source.tracker.recognise(text, settings.repository)):
            return source.tracker, ref
    trackers = ", ".join(settings.trackers)
    raise PmsyncError(
        f"{text!r} is not a ticket of a configured tracker ({trackers}); {'; '.join(unseen) or 'use its key or URL'}"
    )
