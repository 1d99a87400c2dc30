"""`pmsync tickets`: works with the tickets of an embedded tracker, as their owners would."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pmsync.cli.app import App, pass_app
from pmsync.cli.terminal import output, tables
from pmsync.errors import ConfigError
from pmsync.model import Ticket
from pmsync.reports.status import in_words

if TYPE_CHECKING:
    from pmsync.trackers.local.desk import Desk
    from pmsync.trackers.local.tickets import Row

TRACKER = click.option("--tracker", help="Which embedded tracker, where there are several.")
AS = click.option("--as", "actor", envvar="PMSYNC_USER", help="Who does it. [default: the user of this system]")
KEY = click.argument("key")


@click.group()
def command() -> None:
    """List and edit the tickets of an embedded tracker (`type = "local"`), as their owners would.

    KEY is a ticket's key, such as LOCAL-7.

    \b
    Examples:
      pmsync tickets list
      pmsync tickets close LOCAL-7
      pmsync tickets assign LOCAL-7 alice
    """


def _desk(app: App, tracker: str | None, actor: str | None) -> Desk:
    """The desk of a person in the embedded tracker; raises ConfigError where it is not clear which one is meant."""
    from pmsync.trackers.local.tracker import connect  # noqa: PLC0415 (--help need not load SQLite's helpers)

    settings = app.settings()
    local = {name: each for name, each in settings.trackers.items() if each.type == "local"}
    if not local:
        raise ConfigError("no tracker of type local is configured; the tickets are where the configured ones are")
    if tracker is None and len(local) > 1:
        raise ConfigError(f"there are several embedded trackers; say which with --tracker: {', '.join(local)}")
    name = tracker or next(iter(local))
    if name not in local:
        raise ConfigError(f"{name!r} is no embedded tracker; there are {', '.join(local)}")
    return connect(local[name], app.environ, Path(settings.root), app.now).desk(actor or getpass.getuser())


def _number(desk: Desk, key: str) -> int:
    prefix, _, number = key.rpartition("-")
    if not number.isdigit() or prefix.casefold() not in {"", desk.naming.tracker.casefold()}:
        raise ConfigError(f"{key!r} is no ticket of tracker {desk.naming.tracker!r}; `pmsync tickets list` shows them")
    wanted = desk.naming.ref(int(number)).key
    if wanted not in {ticket.ref.key for ticket in desk.tickets(closed=True)}:
        raise ConfigError(f"there is no ticket {wanted!r}; `pmsync tickets list --all` shows those there are")
    return int(number)


def _told(ticket: Ticket, what: str, output_format: str) -> None:
    if output_format == "json":
        output.emit_json(ticket)
    else:
        output.echo(f"{ticket.ref.key} {what}: {ticket.title}", hang=2)


@command.command("list")
@click.option("--all", "closed", is_flag=True, help="Closed ones too.")
@TRACKER
@output.format_option("text", "json")
@pass_app
def list_(app: App, closed: bool, tracker: str | None, output_format: str) -> None:
    """List the open tickets."""
    found = _desk(app, tracker, None).tickets(closed=closed)
    if output_format == "json":
        output.emit_json(found)
    elif not found:
        output.log("no tickets" if closed else "no open tickets; --all shows the closed ones too")
    else:
        columns = ("key", "status", "assignee", "due", "title")
        rows = [
            (
                t.ref.key,
                in_words(t.status) if output.is_terminal() else t.status,
                ", ".join(t.assignees),
                str(t.due or ""),
                t.title,
            )
            for t in found
        ]
        tables.table(columns, rows, elastic="title")


@command.command()
@KEY
@TRACKER
@output.format_option("text", "json")
@pass_app
def show(app: App, key: str, tracker: str | None, output_format: str) -> None:
    """Show a ticket with its text, comments and history."""
    desk = _desk(app, tracker, None)
    seen = desk.history(_number(desk, key))
    if output_format == "json":
        output.emit_json({"ticket": seen.ticket, "body": seen.body, "comments": seen.comments, "events": seen.events})
        return
    ticket = seen.ticket
    output.echo(output.bold(f"{ticket.ref.key}  {ticket.title}"), hang=2)
    facts = {"status": in_words(ticket.status), "assignee": ", ".join(ticket.assignees), "due": ticket.due,
             "priority": ticket.priority, "labels": ", ".join(sorted(ticket.labels))}  # fmt: skip
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


def _value(field: str, held: str) -> str:
    """A column's old or new value for people; lists are kept as JSON."""
    if field == "state":
        return in_words(held)
    return ", ".join(json.loads(held or "[]")) if field in {"assignees", "labels"} else held


def _verb(name: str, words: tuple[str, str], text: str, act: Callable[[Desk, int], Ticket]) -> None:
    """Add a command that changes one ticket; `words` say what it did, and that there was nothing to do."""
    what, already = words

    @command.command(name, help=text)
    @KEY
    @AS
    @TRACKER
    @output.format_option("text", "json")
    @pass_app
    def verb(app: App, key: str, actor: str | None, tracker: str | None, output_format: str) -> None:
        desk = _desk(app, tracker, actor)
        number = _number(desk, key)
        before = desk.history(number).ticket
        _told(ticket := act(desk, number), already if ticket.status == before.status else what, output_format)


_verb("reopen", ("reopened", "was open already"), "Reopen a ticket.", lambda desk, number: desk.reopen(number))
_verb(
    "start",
    ("in progress", "was in progress already"),
    "Put a ticket in progress.",
    lambda desk, number: desk.start(number),
)


@command.command()
@KEY
@click.option("--wont-do", is_flag=True, help="It will not be done.")
@AS
@TRACKER
@output.format_option("text", "json")
@pass_app
def close(app: App, key: str, wont_do: bool, actor: str | None, tracker: str | None, output_format: str) -> None:
    """Close a ticket as done, or as won't-do."""
    desk = _desk(app, tracker, actor)
    number = _number(desk, key)
    before = desk.history(number).ticket
    ticket = desk.close(number, wont_do=wont_do)
    how = " as won't-do" * wont_do
    _told(ticket, f"was closed already{how}" if ticket.status == before.status else f"closed{how}", output_format)


@command.command()
@KEY
@click.argument("accounts", nargs=-1)
@AS
@TRACKER
@output.format_option("text", "json")
@pass_app
def assign(
    app: App, key: str, accounts: tuple[str, ...], actor: str | None, tracker: str | None, output_format: str
) -> None:
    """Assign a ticket to people; to nobody where none is named."""
    desk, people = _desk(app, tracker, actor), app.settings().people
    for account in accounts:
        if people and account not in people:
            output.warn(f"nobody under [people] is {account!r}", f"known are: {', '.join(sorted(people))}")
    _told(desk.assign(_number(desk, key), *accounts), f"assigned to {', '.join(accounts) or 'nobody'}", output_format)


@command.command()
@KEY
@click.argument("text")
@AS
@TRACKER
@output.format_option("text", "json")
@pass_app
def comment(app: App, key: str, text: str, actor: str | None, tracker: str | None, output_format: str) -> None:
    """Comment on a ticket."""
    desk = _desk(app, tracker, actor)
    _told(desk.comment(_number(desk, key), text), "commented", output_format)
