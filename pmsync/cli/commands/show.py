"""`pmsync show`: shows what the ledger has about one item. Reads only the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import click

from pmsync.cli.app import App, pass_app
from pmsync.cli.terminal import finding_lines, output
from pmsync.config.settings import Settings
from pmsync.ledger import Ledger
from pmsync.ledger.changes import Change
from pmsync.ledger.find_item import ItemView, resolve_item
from pmsync.ledger.owners import Find, accounts
from pmsync.ledger.slips import Slip
from pmsync.model import Link, Ticket
from pmsync.planning.field_changes import Name
from pmsync.planning.ticket_text import web_link
from pmsync.reports import status as reports
from pmsync.reports.differences import Compared, compare
from pmsync.reports.freshness import freshness
from pmsync.reports.status import StatusRow

Fact = tuple[str, tuple[output.Part, ...]]


@click.command()
@click.argument("item", metavar="ITEM")
@output.format_option("text", "json")
@pass_app
def command(app: App, item: str, output_format: str) -> None:
    """Show everything about one item: its text, owner, ticket and history.

    ITEM is the start of an item's uid, its ticket's key or URL, or path:line. Answers from the ledger.

    Exit codes: 0 fine, 1 the ledger cannot be read, 2 there is no such item, or more than one.

    \b
    Examples:
      pmsync show PAY-12
      pmsync show postmortems/2026-11-02-checkout.md:41
      pmsync show k3v9a2 --format json
    """
    settings, now = app.settings(), app.now()
    today = now.astimezone().date()
    with Ledger.open(Path(settings.ledger), readonly=True) as ledger:
        view = resolve_item(ledger, item)
        row = reports.status_row(view.uid, ledger, settings, today)
        fresh = freshness(ledger, now)
        find = accounts(ledger, settings)
        ticket = _ticket_facts(view, settings, find)
    if output_format == "json":
        output.emit_json(_value(view, row, settings))
        return
    tracker = view.link.asked.tracker if view.link else ""
    output.echo(output.bold(" ".join(row.title.split())), hang=2)
    _facts(_item_facts(view, row, settings, today))
    if row.note:
        output.echo("  ", row.note, hang=2)
    if view.seen.item.details.strip():
        output.echo()
        for line in view.seen.item.details.strip().splitlines():
            output.echo("  ", output.dim(line), hang=2)
    _section("Ticket", ticket)
    _section("Slips of the due date", [_slip_fact(slip) for slip in view.slips])
    _section("Waiting", _waiting_facts(view))
    _show_past(view, lambda account: find(tracker, account))
    if fresh.trouble:
        output.warn(fresh.trouble)
    output.log(output.dim(_next(view, row)))


def _show_past(view: ItemView, name: Name) -> None:
    """The findings of the last run, and the history."""
    if view.findings:
        output.echo("\n", output.bold("Findings of the last run"))
        finding_lines.show(view.findings)
    if view.history:
        output.echo("\n", output.bold("History"))
        for at, change in _distinct(view.history):
            output.echo(*_event(at, change, name), hang=4)


def _section(title: str, facts: list[Fact]) -> None:
    if facts:
        output.echo("\n", output.bold(title))
        _facts(facts)


def _facts(facts: list[Fact]) -> None:
    for name, parts in facts:
        output.echo("  ", output.dim(f"{name:<11}"), *parts, hang=13)


def _item_facts(view: ItemView, row: StatusRow, settings: Settings, today: date) -> list[Fact]:
    item, document = view.seen.item, view.seen.document
    about = ", ".join(filter(None, [document.title, row.severity, str(document.date or ""), document.incident]))
    due = output.due(row.due, today) if row.kind == "open" else str(row.due or "")
    due_from = {"sla": " by [sla]", "ticket": ", set in the ticket"}.get(row.due_from, "")
    facts: dict[str, tuple[output.Part, ...]] = {
        "uid": (row.uid,),
        "status": (reports.in_words(row.status),),
        "place": (output.link(row.where, web_link(settings, row.path, row.line)),),
        "document": (about, " (gone)" if view.seen.gone_at else "", " (restricted)" if row.restricted else ""),
        "group": (item.group or "",),
        "owner": (", ".join(row.people),),
        "due": (due, due_from if due else ""),
        "priority": (item.fields.priority or "",),
        "kind": (item.fields.kind or "",),
        "labels": (", ".join(item.fields.labels),),
        "ticked": ({True: "yes", False: "no", None: ""}[item.done],),
        "names": (", ".join(item.tickets),),
        "first seen": (_time(view.seen.first_seen_at),),
    }
    return [(name, parts) for name, parts in facts.items() if any(parts)]


def _slip_fact(slip: Slip) -> Fact:
    where = {"ticket": "in the ticket", "document": "in the document", "sla": "by [sla]"}[slip.due_from]
    return output.count(slip.days, "day"), (f"{slip.old} → {slip.new}, {where} ({slip.at:%Y-%m-%d})",)


def _ticket_facts(view: ItemView, settings: Settings, find: Find) -> list[Fact]:
    """The ticket as last seen, and where the document differs from it."""
    link = view.link
    if link is None:
        return []
    ticket = link.ticket
    facts: list[Fact] = [
        (ticket.ref.tracker, (output.link(ticket.ref.key, ticket.ref.url),)),
        ("state", (_state(ticket),)),
        ("author", (ticket.author,)),
        ("created", (_time(ticket.created_at),)),
        ("changed", (_time(ticket.updated_at),)),
        ("closed", (_time(ticket.closed_at) if ticket.closed_at else "",)),
        ("link", (", ".join(_words(link)),)),
    ]
    compared = [field for field in compare(link, view.seen, settings, find) if field.value or field.note]
    facts += [(field.name, (field.value or "-", _note(field))) for field in compared]
    return [fact for fact in facts if any(fact[1])]


def _state(ticket: Ticket) -> str:
    """The status, with the tracker's own word where that is another."""
    status = reports.in_words(ticket.status)
    own = ticket.state if reports.in_words(ticket.state.casefold()) != status else ""
    return f"{status} ({own})" if own else status


def _words(link: Link) -> Iterator[str]:
    flags = {
        "named in the document": link.named and not link.adopted,
        "adopted": link.adopted,
        "shared with other items": link.shared,
        "orphaned": link.orphaned,
        "lost": link.lost,
    }
    return (word for word, is_set in flags.items() if is_set)


def _note(field: Compared) -> output.Part:
    if not field.note:
        return ""
    note = f"   {field.note}"
    return output.coloured(note, "yellow") if field.pending else output.dim(note)


def _waiting_facts(view: ItemView) -> list[Fact]:
    facts: list[Fact] = [(f"no {operation}", (reason,)) for operation, reason in view.seen.refusals.items()]
    if view.intent:
        when = _time(view.intent.announced_at)
        facts.insert(0, ("announced", (f"to {view.intent.tracker} at {when}; the answer is not known yet",)))
    return [*facts, ("decided", (view.decision,))] if view.decision else facts


_INCLUDED_IN: Mapping[str, Sequence[str]] = {
    "state": ("status",), "reassigned": ("assignees",), "effective_due": ("due",), "due_from": ("due", "effective_due"),
}  # fmt: skip


def _distinct(history: Iterable[tuple[datetime, Change]]) -> Iterator[tuple[datetime, Change]]:
    """The history without changes that another change at the same moment includes."""
    changes = list(history)
    fields = {(at, change.source, change.field) for at, change in changes}
    for at, change in changes:
        if not any((at, change.source, field) in fields for field in _INCLUDED_IN.get(change.field, ())):
            yield at, change


def _event(at: datetime, change: Change, name: Name) -> list[output.Part]:
    """One line of the timeline: when, who, what."""
    note = f" ({change.note})" if change.note else ""
    old, new = (_value_in_words(change.field, value or "-", name) for value in (change.old, change.new))
    values = f"{old} → {new}" if change.old else new
    return ["  ", output.dim(_time(at)), f"  {change.source:<8}  {change.field.replace('_', ' ')}: {values}{note}"]


def _value_in_words(field: str, value: str, name: Name) -> str:
    if field == "assignees":
        return ", ".join(map(name, value.split(", ")))
    return reports.in_words(value) if field == "status" else value


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _next(view: ItemView, row: StatusRow) -> str:
    if row.status == "undecided":
        return f"decide with `pmsync adopt {row.uid} TICKET` or `pmsync adopt {row.uid} --new`"
    if view.link:
        return f"`pmsync forget {row.ticket}` drops the link; `pmsync status` shows all items"
    return f"`pmsync adopt {row.uid} TICKET` links an existing ticket; `pmsync status` shows all items"


_ROW = "uid status kind note people due due_from late".split()
_LINK = "ticket pushed pushed_labels named shared reassigned orphaned lost linked_at".split()
_DOCUMENT = "id path title incident date severity status draft restricted services team authors labels".split()
_CHANGE = "source field old new note".split()
_SLIP = "at old new days due_from".split()


def _value(view: ItemView, row: StatusRow, settings: Settings) -> dict[str, object]:
    seen = view.seen
    return {
        **_fields(row, _ROW),
        "item": seen.item,
        "document": {**_fields(seen.document, _DOCUMENT), "gone_at": seen.gone_at},
        "web_url": web_link(settings, row.path, row.line) or None,
        "first_seen_at": seen.first_seen_at,
        "link": _fields(view.link, _LINK) if view.link else None,
        "intent": view.intent,
        "refusals": seen.refusals,
        "decision": view.decision,
        "findings": view.findings,
        "slips": [_fields(slip, _SLIP) for slip in view.slips],
        "history": [{"at": at, **_fields(change, _CHANGE)} for at, change in view.history],
    }


def _fields(value: object, names: Sequence[str]) -> dict[str, object]:
    return {name: getattr(value, name) for name in names}
