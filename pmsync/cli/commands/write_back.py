"""`pmsync write-back`: writes ticket links and ticks into the documents."""

from __future__ import annotations

import difflib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from pmsync.cli import options
from pmsync.cli.app import App, pass_app
from pmsync.cli.paths import existing
from pmsync.cli.terminal import finding_lines, output
from pmsync.cli.terminal.json_log import ticket_fields
from pmsync.config.settings import Settings
from pmsync.documents.files import locate
from pmsync.errors import ConfigError
from pmsync.location import place
from pmsync.model import Finding
from pmsync.reports.plan_rows import SHOWN, first_few
from pmsync.sync.engine import Clock, Request
from pmsync.writeback.run import Rewritten, WriteBackResult, write_back
from pmsync.writeback.values import DocumentChange

WORDS = {"link": "linked", "tick": "ticked", "untick": "unticked"}
COLOURS = {"link": "cyan", "tick": "green", "untick": "yellow"}
NOUNS = {"link": "link", "tick": "tick", "untick": "withdrawn tick"}


@click.command()
@options.paths
@click.option("-n", "--dry-run", is_flag=True, help="Show a diff of the changes; write nothing.")
@options.wait
@options.written
@output.format_option("text", "json")
@pass_app
def command(
    app: App, paths: tuple[Path, ...], dry_run: bool, wait: timedelta, list_file: Path | None, output_format: str
) -> int:
    """Write into the documents what the last sync learned: each item's ticket, and a tick if the ticket is done.

    Existing links are never replaced, ticks made by people are never removed, and every other byte stays. Drafts and
    restricted documents are left alone. Asks no tracker and commits nothing.

    Exit codes: 0 fine, 1 a document could not be read or written, 2 wrong configuration.

    \b
    Examples:
      pmsync write-back --dry-run
      pmsync write-back postmortems/2026-11-02-checkout.md
    """
    request, settings = Request(existing(paths, app), wait=wait.total_seconds()), app.settings()
    written = Written(write_back(settings, request, Clock(now=app.now), dry_run=dry_run), dry_run)
    if output_format == "json":
        output.emit_json(written.value)
    else:
        written.show()
    written.log()
    if list_file:
        written.note(app.cwd / list_file, settings)
    return 0 if written.ok else 1


@dataclass(frozen=True, slots=True)
class Written:
    """The result of a write-back for people and for programs; with `dry_run`, what it would be."""

    result: WriteBackResult
    dry_run: bool = False

    @property
    def ok(self) -> bool:
        return self.result.ok

    @property
    def changes(self) -> Iterator[tuple[str, DocumentChange]]:
        """Each change with the path of its document."""
        return ((document.path, change) for document in self.result.documents for change in document.changes)

    @property
    def value(self) -> dict[str, object]:
        """As a JSON value: `ok`, `dry_run`, `documents`, `findings`."""
        changed = self.result.documents
        documents = [{"path": each.path, "changes": [_change(c) for c in each.changes]} for each in changed]
        return {"ok": self.ok, "dry_run": self.dry_run, "documents": documents, "findings": self.result.findings}

    def note(self, file: Path, settings: Settings) -> None:
        """Write the paths of the changed documents into the file, NUL after each, as git reads lists of paths."""
        documents = () if self.dry_run else self.result.documents
        paths = (os.fsencode(locate(Path(settings.root), document.path)) for document in documents)
        try:
            file.write_bytes(b"".join(path + b"\0" for path in paths))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ConfigError(f"--written: {str(file)!r} cannot be written: {reason}") from None

    def mended(self, finding: Finding) -> bool:
        """Whether a tick was just written or removed where the finding points."""
        ticks = ((path, change.line) for path, change in self.changes if change.kind != "link")
        return not self.dry_run and (finding.path, finding.line) in ticks

    def log(self) -> None:
        """Each change, in the structured log."""
        for path, change in () if self.dry_run else self.changes:
            ref, word = change.ticketed.ref, WORDS[change.kind]
            fields = ticket_fields(word, change.ticketed.uid, ref, path=path, line=change.line)
            output.event(f"{word} {ref.key} in {place(path, change.line)}", fields)

    def show(self) -> None:
        """Each document with its changes, then how many there were; nothing if there were none."""
        for document in self.result.documents:
            if self.dry_run:
                _show_difference(document)
            elif output.in_full():
                _show_changes(document)
        counts = _counts(self)
        if counts and self.dry_run:
            output.log(output.dim(f"would write {counts}; run `pmsync write-back` to apply this"))
        elif counts:
            paths = first_few([document.path for document in self.result.documents], SHOWN)
            output.echo(f"Wrote {counts}{'' if output.in_full() else f' ({paths})'}.", hang=6)
        elif output.is_terminal() and self.ok:
            output.echo("Nothing to write: the documents show their tickets.", hang=2)
        finding_lines.show(finding_lines.worth_showing(self.result.findings, self.result.previous_findings), err=True)


def _change(change: DocumentChange) -> dict[str, object]:
    ticketed, edit = change.ticketed, change.edit
    return {
        "kind": change.kind,
        "uid": ticketed.uid,
        "tracker": ticketed.ref.tracker,
        "ticket": ticketed.ref.key,
        "url": ticketed.ref.url,
        "line": change.line,
        "old": edit.old,
        "new": edit.new,
    }


def _show_changes(document: Rewritten) -> None:
    output.echo(output.bold(document.path))
    for change in document.changes:
        ref = change.ticketed.ref
        word = output.coloured(f"{WORDS[change.kind]:<8}", COLOURS[change.kind])
        output.echo("  ", word, " ", output.link(ref.key, ref.url), output.dim(f"  (line {change.line})"))


def _show_difference(document: Rewritten) -> None:
    """A unified diff, without line ends: none is changed."""
    before, after = document.before.splitlines(), document.after.splitlines()
    for line in difflib.unified_diff(before, after, f"a/{document.path}", f"b/{document.path}", lineterm=""):
        colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
        output.echo(output.coloured(line, colour) if colour else line, hang=None)


def _counts(written: Written) -> str:
    counts = Counter(NOUNS[change.kind] for _, change in written.changes)
    parts = [output.count(counts[noun], noun) for noun in NOUNS.values() if counts[noun]]
    return f"{', '.join(parts)} into {output.count(len(written.result.documents), 'document')}" if parts else ""
