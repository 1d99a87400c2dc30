"""`pmsync tickets`: works with the tickets of a local tracker, as their owners would."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from datetime import datetime
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pmsync.cli.app import App, pass_app
from pmsync.cli.terminal import output, tables
from pmsync.errors import ConfigError
from pmsync.model import Ticket
from pmsync.reports.status import in_words

if TYPE_CHECKING:
    from pmsync.trackers.local.ticket_actions import Desk
    from pmsync.trackers.local.tickets import Row

Act = Callable[..., tuple[Ticket, str]]

TRACKER = click.option("--tracker", metavar="NAME", help="Which local tracker, if there are several.")
AS = click.option(
    "--as", "actor", metavar="NAME", envvar="PMSYNC_USER", help="Who does it; default: the system's user."
)
KEY = click.argument("key")


@click.group()
def command() -> None:
    """List and edit the tickets of a local tracker (`type = "local"`), as their owners would.

    KEY is a ticket's key, such as LOCAL-7.

    \b
    Examples:
      pmsync tickets list
      pmsync tickets close LOCAL-7
      pmsync tickets assign LOCAL-7 alice
    """


def _desk(app: App, tracker: str | None, actor: str | None = None) -> Desk:
    """The desk of a person in the local tracker; raises ConfigError if it is not clear which tracker is meant."""
    from pmsync.trackers.local.tracker import connect  # noqa: PLC0415 (--help need not load SQLite's helpers)

    settings = app.settings()
    local = {name: each for name, each in settings.trackers.items() if each.type == "local"}
    if not local:
        raise ConfigError("no tracker of type local is configured; the tickets are in the configured trackers")
    if tracker is None and len(local) > 1:
        raise ConfigError(f"there are several local trackers; choose one with --tracker: {', '.join(local)}")
    name = tracker or next(iter(local))
    if name not in local:
        raise ConfigError(f"{name!r} is not a local tracker; there are {', '.join(local)}")
    return connect(local[name], app.environ, Path(settings.root), app.now).desk(actor or getpass.getuser())


def _number(desk: Desk, key: str) -> int:
    """The ticket's number; raises ConfigError if there is no such ticket."""
    tracker = desk.naming.tracker
    prefix, _, number = key.rpartition("-")
    if not number.isdigit() or prefix.casefold() not in {"", tracker.casefold()}:
        raise ConfigError(f"{key!r} is not a ticket of tracker {tracker!r}; `pmsync tickets list` shows them")
    name = desk.naming.ref(int(number)).key
    if name not in {ticket.ref.key for ticket in desk.tickets(closed=True)}:
        raise ConfigError(f"there is no ticket {name!r}; `pmsync tickets list --all` shows those that exist")
    return int(number)


@command.command("list")
@click.option("--all", "closed", is_flag=True, help="Closed ones too.")
@TRACKER
@output.format_option("text", "json")
@pass_app
def list_(app: App, closed: bool, tracker: str | None, output_format: str) -> None:
    """List the open tickets."""
    tickets = _desk(app, tracker).tickets(closed=closed)
    if output_format == "json":
        output.emit_json(tickets)
    elif not tickets:
        output.log("no tickets" if closed else "no open tickets; --all shows the closed ones too")
    else:
        words = in_words if output.is_terminal() else str
        columns = ("key", "status", "assignee", "due", "title")
        rows = [(t.ref.key, words(t.status), ", ".join(t.assignees), str(t.due or ""), t.title) for t in tickets]
        tables.table(columns, rows, elastic="title")


@command.command()
@KEY
@TRACKER
@output.format_option("text", "json")
@pass_app
def show(app: App, key: str, tracker: str | None, output_format: str) -> None:
    """Show a ticket with its text, comments and history."""
    desk = _desk(app, tracker)
    seen = desk.history(_number(desk, key))
    ticket = seen.ticket
    if output_format == "json":
        output.emit_json({"ticket": ticket, "body": seen.body, "comments": seen.comments, "events": seen.events})
        return
    output.echo(output.bold(f"{ticket.ref.key}  {ticket.title}"), hang=2)
    facts = {
        "status": in_words(ticket.status),
        "assignee": ", ".join(ticket.assignees),
        "due": ticket.due,
        "priority": ticket.priority,
        "labels": ", ".join(sorted(ticket.labels)),
    }
    for name, value in facts.items():
        if value:
            output.echo(f"{name + ':':<10} {value}", hang=11)
    output.echo()
    _text(seen.body.split("<!-- pmsync:")[0].rstrip())
    for comment in seen.comments:
        output.echo()
        output.echo(output.dim(f"{_time(comment)}  {comment['author']}:"))
        _text(str(comment["text"]))
    output.echo()
    for event in seen.events:
        output.echo(output.dim(f"{_time(event)}  {event['actor']}  {_change(event)}"), hang=4)


def _text(text: str) -> None:
    for line in text.splitlines():
        output.echo(line, hang=2)


def _time(row: Row) -> str:
    return f"{datetime.fromisoformat(str(row['at'])):%Y-%m-%d %H:%M} UTC"


def _change(event: Row) -> str:
    field = str(event["field"])
    if field in {"marker", "body"}:
        return f"{field} changed"
    old, new = (_value(field, str(event[side] or "")) for side in ("old", "new"))
    return f"{field}: {old} → {new or '-'}" if old else f"{field}: {new or '-'}"


def _value(field: str, value: str) -> str:
    """The value of a column for people; lists are kept as JSON."""
    if field == "state":
        return in_words(value)
    return ", ".join(json.loads(value or "[]")) if field in {"assignees", "labels"} else value


# --- commands that change a ticket ----------------------------------------------------------------------------


def _verb(act: Act) -> Act:
    """Add a command that changes one ticket; `act` returns the ticket, and words about what was done."""

    @command.command()
    @KEY
    @AS
    @TRACKER
    @output.format_option("text", "json")
    @wraps(act)
    @pass_app
    def verb(
        app: App, /, key: str, actor: str | None, tracker: str | None, output_format: str, **arguments: Any
    ) -> None:
        desk = _desk(app, tracker, actor)
        ticket, words = act(app, desk, _number(desk, key), **arguments)
        output.answer(output_format, ticket, f"{ticket.ref.key} {words}: {ticket.title}")

    return act


def _moved(desk: Desk, number: int, move: Callable[[int], Ticket], words: str, unchanged: str) -> tuple[Ticket, str]:
    before = desk.history(number).ticket.status
    ticket = move(number)
    return ticket, unchanged if ticket.status == before else words


@_verb
def reopen(_: App, desk: Desk, number: int) -> tuple[Ticket, str]:
    """Reopen a ticket."""
    return _moved(desk, number, desk.reopen, "reopened", "was open already")


@_verb
def start(_: App, desk: Desk, number: int) -> tuple[Ticket, str]:
    """Put a ticket in progress."""
    return _moved(desk, number, desk.start, "in progress", "was in progress already")


@_verb
@click.option("--wont-do", is_flag=True, help="It will not be done.")
def close(_: App, desk: Desk, number: int, wont_do: bool) -> tuple[Ticket, str]:
    """Close a ticket as done, or as won't-do."""
    how = " as won't-do" * wont_do
    move = partial(desk.close, wont_do=wont_do)
    return _moved(desk, number, move, f"closed{how}", f"was closed already{how}")


@_verb
@click.argument("accounts", nargs=-1)
def assign(app: App, desk: Desk, number: int, accounts: tuple[str, ...]) -> tuple[Ticket, str]:
    """Assign a ticket to people, or to nobody."""
    people = app.settings().people
    for account in accounts:
        if people and account not in people:
            output.warn(f"{account!r} is not a name under [people]", f"known names: {', '.join(sorted(people))}")
    return desk.assign(number, *accounts), f"assigned to {', '.join(accounts) or 'nobody'}"


@_verb
@click.argument("text")
def comment(_: App, desk: Desk, number: int, text: str) -> tuple[Ticket, str]:
    """Comment on a ticket."""
    return desk.comment(number, text), "commented"
