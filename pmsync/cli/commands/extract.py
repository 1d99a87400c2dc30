"""`pmsync extract`: shows how documents are read. Needs no configuration and asks no tracker."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from pmsync.cli.app import App, pass_app
from pmsync.cli.paths import absolute, from_here, lenient_settings, located
from pmsync.cli.terminal import finding_lines, output, tables
from pmsync.cli.terminal.output import Part
from pmsync.config.settings import Settings
from pmsync.documents.files import locate, read_bytes, read_each
from pmsync.documents.items import parse
from pmsync.documents.items.explanation import Account, Trace
from pmsync.documents.read import decode, explain, largest
from pmsync.errors import DocumentError
from pmsync.identity.keys import item_key
from pmsync.location import unit
from pmsync.model import Document, Finding, Item, Reading

STDIN = "-"
LONGEST = 100
"""Characters shown of what is left out."""
COLUMNS = "title owners due done priority kind group tickets section form cut".split()
ORIGINS = {"below": "below the title", "sentence": "from a remark in the sentence", "group": "from its group"}
"""Where a field is from, for people; not for the entry or row itself."""
ITEM_FIELDS = (
    "title owners tickets mentions due done dropped kind priority group line details labels explicit_id form section"
).split()
DOCUMENT_FIELDS = "id title incident date severity status draft restricted services team authors labels".split()


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@output.format_option("text", "json")
@pass_app
def command(app: App, paths: tuple[str, ...], output_format: str) -> int:
    """Show how documents are read: their metadata, each item with its fields and where they are from, and what was left
    out.

    PATH is a document, a folder, or - for stdin. No tracker is asked. Of the configuration, if there is one, only
    [vocabulary] is used.

    Exit codes: 0 fine, 1 something could not be read.

    \b
    Examples:
      pmsync extract postmortems/2026-11-02-checkout.md
      pmsync extract postmortems --format json | jq '.[].items[].title'
    """
    settings = lenient_settings(app)
    piped = b""
    files = absolute([Path(path) for path in paths if path != STDIN], app)
    reading = read_each(settings, files) if files else Reading(())
    if STDIN in paths:
        piped = sys.stdin.buffer.read()
        document = parse(decode(piped), STDIN, settings.vocabulary)
        reading = replace(reading, documents=(document, *reading.documents))
    entries = _entries(reading, settings, app.cwd, piped)
    if output_format == "json":
        output.emit_json_list(_value(entry) for entry in entries)
    else:
        _print(list(entries))
    return 1 if reading.failed else 0


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file: its path from here, the document (None if it could not be read), findings, and how it was read."""

    path: str
    document: Document | None
    findings: Sequence[Finding]
    account: Account

    @property
    def items(self) -> list[tuple[Item, Trace]]:
        items = self.document.items if self.document else ()
        return list(zip(items, self.account.traces, strict=True))


def _entries(reading: Reading, settings: Settings, cwd: Path, piped: bytes) -> Iterator[ReadFile]:
    root = settings.root
    for document in reading.documents:
        path = STDIN if document.path == STDIN else from_here(document.path, root, cwd)
        account = _account(document, settings, piped if path == STDIN else None)
        yield ReadFile(path, document, [replace(finding, path=path) for finding in document.findings], account)
    for finding in located(reading.findings, partial(from_here, root=root, cwd=cwd)):
        yield ReadFile(finding.path, None, [finding], Account())


def _account(document: Document, settings: Settings, data: bytes | None) -> Account:
    """How the document was read; empty traces if the file has changed since."""
    try:
        data = data or read_bytes(locate(Path(settings.root), document.path), largest(document.path))
        account = explain(data, document.path, settings.vocabulary)
    except DocumentError:
        account = Account()
    if [trace.line for trace in account.traces] == [item.line for item in document.items]:
        return account
    return Account(tuple(Trace(item.line, item.line, item.title) for item in document.items))


def _value(entry: ReadFile) -> dict[str, Any]:
    document = entry.document
    return {
        "path": entry.path,
        "document": {name: getattr(document, name) for name in DOCUMENT_FIELDS} if document else None,
        "items": [_item_value(*pair) for pair in entry.items],
        "findings": entry.findings,
        "left_out": entry.account.left_out,
        "unread": entry.account.unread,
    }


def _item_value(item: Item, trace: Trace) -> dict[str, Any]:
    read = {"words": trace.words, "cut": trace.cut, "origins": trace.origins, "end": trace.end}
    return {**{name: getattr(item, name) for name in ITEM_FIELDS}, "key": item_key(item), **read}


def _print(entries: Sequence[ReadFile]) -> None:
    for entry in entries:
        if entry.document:
            _print_document(entry, entry.document)
        finding_lines.show(entry.findings)
        output.echo()
    documents = [entry.document for entry in entries if entry.document]
    items = [item for document in documents for item in document.items]
    left = sum(len(entry.account.left_out) for entry in entries)
    left_out = f"; {output.count(left, 'entry', 'entries')} left out" if left else ""
    read = f"{output.count(len(items), 'item')} in {output.count(len(documents), 'document')}"
    output.echo(f"{read}{_without_ticket(items)}{left_out}")


def _without_ticket(items: Sequence[Item]) -> str:
    """How many of the items get no ticket of their own, and why."""
    counts = {
        "done already": sum(item.done is True for item in items),
        "cancelled": sum(item.dropped for item in items),
        "with a ticket named": sum(not item.done and not item.dropped and bool(item.named) for item in items),
    }
    why = [f"{number} {what}" for what, number in counts.items() if number]
    return f"; no new ticket for {sum(counts.values())}: {', '.join(why)}" if why else ""


def _print_document(entry: ReadFile, document: Document) -> None:
    lines = unit(entry.path)
    output.echo(output.bold(entry.path))
    for name, value in _about(document):
        output.echo("  ", output.dim(f"{name:<9}"), " ", value, hang=12)
    if not document.items:
        output.echo("  no action items")
    elif output.is_terminal():
        output.echo()
        for item, trace in entry.items:
            _print_item(item, trace, lines)
    else:
        output.echo()
        tables.table([lines, *COLUMNS], [_row(*pair) for pair in entry.items])
    _print_left_out(entry.account, lines)
    _print_unread(entry.account, lines)


def _print_item(item: Item, trace: Trace, unit: str) -> None:
    """An item with its fields, and its words that are not in the title."""
    output.echo("  ", output.dim(f"{unit} {item.line}"), "  ", output.bold(item.title), hang=4)
    facts = [f"{name} {value}{_origin(trace, field)}" for name, field, value in _facts(item)]
    form = "row of a table" if item.form == "table" else item.form
    output.echo("    ", "; ".join([*facts, f"{form} in {item.section!r}" if item.section else form]), hang=6)
    if trace.cut:
        output.echo("    ", output.dim(f"not in the title: {_pieces(trace)}"), hang=6)
    if item.details.strip():
        first = " ".join(item.details.split())
        more = f" (to {unit} {trace.end})" if trace.end > trace.line else ""
        output.echo("    ", output.dim(f"details{more}: {first[:70]}{'…' if len(first) > 70 else ''}"), hang=6)


def _facts(item: Item) -> Iterator[tuple[str, str, str]]:
    """Each field that has a value: its name for people, its name in the trace, and the value."""
    values = (
        ("owner", "owners", ", ".join(item.owners)),
        ("due", "due", str(item.due or "")),
        ("status", "dropped" if item.dropped else "done", _done(item, yes="done", no="open")),
        ("priority", "priority", item.priority or ""),
        ("kind", "kind", item.kind or ""),
        ("ticket", "tickets", ", ".join(item.tickets)),
        ("labels", "labels", ", ".join(item.labels)),
        ("id", "explicit_id", item.explicit_id or ""),
        ("group", "", item.group or ""),
    )
    return ((name, field, value) for name, field, value in values if value)


def _done(item: Item, *, yes: str, no: str) -> str:
    return "cancelled" if item.dropped else {None: "", True: yes, False: no}[item.done]


def _origin(trace: Trace, field: str) -> str:
    """Where a field is from, unless it is from the entry's own words."""
    origin = (trace.origins or {}).get(field, "")
    return f" ({ORIGINS[origin]})" if origin in ORIGINS else ""


def _pieces(trace: Trace) -> str:
    return ", ".join(f"{piece!r}" for piece in trace.cut)


def _row(item: Item, trace: Trace) -> list[Part]:
    done = _done(item, yes="yes", no="no")
    owners, tickets = ", ".join(item.owners), ", ".join(item.tickets)
    rest = [item.priority or "", item.kind or "", item.group or "", tickets, item.section, item.form]
    return [str(item.line), item.title, owners, str(item.due or ""), done, *rest, _pieces(trace)]


def _print_left_out(account: Account, unit: str) -> None:
    """The items that read as finished, and the entries that are no items."""
    finished = [trace for trace in account.traces if trace.finished]
    if finished:
        output.echo("\n", output.bold("Reads as finished"))
    for trace in finished:
        _print_remark(f"{unit} {trace.line}", _short(trace.words), "mark it ✅ if it is")
    if account.left_out:
        output.echo("\n", output.bold("Left out"))
    for left in account.left_out:
        _print_remark(f"{unit} {left.line}", _short(left.text), left.why)


def _print_unread(account: Account, unit: str) -> None:
    """The sections that are not read for action items."""
    if account.unread:
        output.echo("\n", output.bold("Not read"))
    for section in account.unread:
        marked = f", {section.taken} read because they are marked" if section.taken else ""
        entries = f"{output.count(section.entries, 'entry', 'entries')}{marked}"
        _print_remark(f"{unit} {section.line}", f"{_short(section.title)}: {entries}", section.why)
        if section.suspicious:
            line = f"sections = [{json.dumps(section.title, ensure_ascii=False)}]"
            advice = f"if these are action items, write `{line}` below [vocabulary] in pmsync.toml"
            output.echo("    ", output.coloured("hint", "cyan"), ": ", advice, hang=6)


def _print_remark(where: str, what: str, why: str) -> None:
    output.echo("  ", output.dim(where), f"  {what}", output.dim(f"  ({why})"), hang=4)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rpartition(' ')[0] or text[:LONGEST]} …"


def _about(document: Document) -> Iterator[tuple[str, str]]:
    """The metadata of the document, by name."""
    draft = "(a draft: its items are proposed, not ticketed)" if document.draft else ""
    values = {
        "title": document.title,
        "id": document.id if document.id != document.path else "",
        "incident": document.incident,
        "date": str(document.date or ""),
        "severity": document.severity,
        "status": " ".join(filter(None, [document.status, draft])),
        "team": document.team,
        **{name: ", ".join(getattr(document, name)) for name in ("services", "authors", "labels")},
        "restricted": "yes: only to a tracker marked for it" if document.restricted else "",
    }
    return ((name, value) for name, value in values.items() if value)
