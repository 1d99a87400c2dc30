"""`pmsync extract`: shows what is understood of documents. Needs no configuration and asks no tracker."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from pmsync.cli import output, tables
from pmsync.cli.app import App, pass_app
from pmsync.cli.output import Part
from pmsync.cli.reading import absolute, from_here, lenient_settings, located
from pmsync.documents import read_each
from pmsync.keys import item_key
from pmsync.markdown import parse
from pmsync.model import Document, Finding, Item, Reading
from pmsync.places import unit
from pmsync.sources import decode

STDIN = "-"
ITEM_FIELDS = (
    "title owners tickets mentions due done dropped kind priority group line details labels explicit_id form section"
).split()
DOCUMENT_FIELDS = "id title incident date severity status draft restricted services team authors labels".split()


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@output.format_option("text", "json")
@pass_app
def command(app: App, paths: tuple[str, ...], output_format: str) -> int:
    """Show what is understood of documents, and why: their metadata, and each item with its section and form.

    PATH is a document, a folder, or - for stdin. No tracker is asked, and of a configuration, where there is one, only
    [vocabulary] counts.
    Exit codes: 0 fine, 1 something could not be read.

    \b
    Examples:
      pmsync extract postmortems/2026-11-02-checkout.md
      pmsync extract postmortems --format json | jq '.[].items[].title'
    """
    settings = lenient_settings(app)
    files = absolute([Path(path) for path in paths if path != STDIN], app)
    reading = read_each(settings, files) if files else Reading(())
    if STDIN in paths:
        piped = parse(decode(sys.stdin.buffer.read()), STDIN, settings.vocabulary)
        reading = replace(reading, documents=(piped, *reading.documents))
    entries = _entries(reading, settings.root, app.cwd)
    if output_format == "json":
        output.emit_json_list(_value(*entry) for entry in entries)
    else:
        _print(list(entries))
    return 1 if reading.failed else 0


Entry = tuple[str, Document | None, Sequence[Finding]]


def _entries(reading: Reading, root: str, cwd: Path) -> Iterator[Entry]:
    """Each file by its path as typed here: the document, None where it could not be read, and its findings."""
    for document in reading.documents:
        path = STDIN if document.path == STDIN else from_here(document.path, root, cwd)
        yield path, document, [replace(finding, path=path) for finding in document.findings]
    for finding in located(reading.findings, root, cwd):
        yield finding.path, None, [finding]


def _value(path: str, document: Document | None, findings: Sequence[Finding]) -> dict[str, Any]:
    about = {name: getattr(document, name) for name in DOCUMENT_FIELDS} if document else None
    items = document.items if document else ()
    return {"path": path, "document": about, "items": [_item_value(item) for item in items], "findings": findings}


def _item_value(item: Item) -> dict[str, Any]:
    return {**{name: getattr(item, name) for name in ITEM_FIELDS}, "key": item_key(item)}


def _print(entries: Sequence[Entry]) -> None:
    for path, document, findings in entries:
        if document:
            _print_document(path, document)
        output.findings(findings)
        output.echo()
    documents = [document for _, document, _ in entries if document]
    items = [item for document in documents for item in document.items]
    output.echo(
        f"{output.count(len(items), 'item')} in {output.count(len(documents), 'document')}{_without_ticket(items)}"
    )


def _without_ticket(items: Sequence[Item]) -> str:
    """How many of the items get no ticket of their own, and why."""
    done = sum(item.done is True for item in items)
    dropped = sum(item.dropped for item in items)
    named = sum(not item.done and not item.dropped and bool(item.named) for item in items)
    counts = {"done already": done, "cancelled": dropped, "with a ticket named": named}
    why = [f"{number} {what}" for what, number in counts.items() if number]
    return f"; no new ticket for {sum(counts.values())}: {', '.join(why)}" if why else ""


def _print_document(path: str, document: Document) -> None:
    output.echo(output.bold(path))
    for name, value in _about(document):
        output.echo("  ", output.dim(f"{name:<9}"), " ", value, hang=12)
    if not document.items:
        output.echo("  no action items")
        return
    output.echo()
    columns = [unit(path), "title", "owners", "due", "done", "priority", "kind", "group", "tickets", "section", "form"]
    rows = [_row(item) for item in document.items]
    if output.is_terminal():
        used = [n for n, _ in enumerate(columns) if any(row[n] for row in rows)]
        columns, rows = [columns[n] for n in used], [[row[n] for n in used] for row in rows]
    tables.table(columns, rows, elastic="title")


def _about(document: Document) -> Iterator[tuple[str, str]]:
    """What is known of the document, by name."""
    lists = {name: ", ".join(getattr(document, name)) for name in ("services", "authors", "labels")}
    values = {
        "title": document.title,
        "id": document.id if document.id != document.path else "",
        "incident": document.incident or "",
        "date": document.date.isoformat() if document.date else "",
        "severity": document.severity or "",
        "status": _status(document),
        "team": document.team or "",
        **lists,
        "restricted": "yes: only to a tracker marked for it" if document.restricted else "",
    }
    return ((name, value) for name, value in values.items() if value)


def _status(document: Document) -> str:
    status = document.status or ""
    return f"{status} (a draft: its items are proposed, not ticketed)".strip() if document.draft else status


def _row(item: Item) -> list[Part]:
    done = "cancelled" if item.dropped else {None: "", True: "yes", False: "no"}[item.done]
    due = item.due.isoformat() if item.due else ""
    owners, tickets = ", ".join(item.owners), ", ".join(item.tickets)
    rest = [item.priority or "", item.kind or "", item.group or "", tickets, item.section, item.form]
    return [str(item.line), item.title, owners, due, done, *rest]
