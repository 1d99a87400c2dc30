"""A plan as Markdown, for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pmsync.config import unknown_owners
from pmsync.location import place
from pmsync.model import Finding
from pmsync.planning.world import World
from pmsync.reports.item_counts import counts_line, item_counts
from pmsync.reports.markdown_text import markdown_cell, markdown_link
from pmsync.reports.plan import NO_CHANGES, summary_line
from pmsync.reports.plan_rows import PlanRow, gathered, plan_rows
from pmsync.sync.engine import RunResult

MOST = 65_000
"""The most characters of a plan: a comment on GitHub has at most 65,536."""
MOST_FINDINGS = 20_000


def plan_markdown(result: RunResult, unseen: Iterable[str] = ()) -> str:
    """A table for each document, then the findings. Text of documents is escaped.

    Anybody may read it, so it leaves out restricted documents and tickets in restricted trackers. It fits into a
    comment, and its last line is a hidden mark by which that comment is found again.
    """
    rows, secret = plan_rows(result.plan, result.world), _Secret.of(result.world)
    public = [row for row in rows if not secret.row(row)]
    settings = result.world.settings
    foot = _findings(result, secret)
    counts = counts_line(item_counts(result.plan, result.world.links), settings.since)
    head = ["### pmsync plan", "", summary_line(result.plan), *(["", counts] if counts else [])]
    page = _Page(head, room=MOST - foot.size)
    if len(public) < len(rows):
        page.lines += ["", f"{len(rows) - len(public)} of them belong to restricted documents and are not shown."]
    for reason in unseen:
        page.lines += ["", f"{markdown_cell(reason)}; items may already have a ticket there."]
    by_path: dict[str, list[PlanRow]] = {}
    for row in gathered(public):
        by_path.setdefault(row.path, []).append(row)
    for path, group in by_path.items():
        head = ["", f"**{markdown_cell(path) or 'Tickets'}**", "", "| | Item | Ticket | What |", "|---|---|---|---|"]
        page.add(head, map(_row, group))
    left = page.left + foot.left
    more = ["", f"And {left} more; `pmsync plan` shows all."] if left else []
    return "\n".join([*page.lines, *more, *foot.lines, "", _marker(settings.namespace), ""])


def _findings(result: RunResult, secret: _Secret) -> _Page:
    """Errors and warnings, and the lines of the configuration that make unknown owners known."""
    findings = [finding for finding in result.findings if finding.level != "note" and not secret.finding(finding)]
    findings.sort(key=lambda finding: finding.level != "error")
    page, settings = _Page(room=MOST_FINDINGS), result.world.settings
    others = [finding for finding in findings if not unknown_owners.names_unknown_owner(finding)]
    page.add(["", "<details><summary>Findings</summary>", ""], map(_finding, others), ["", "</details>"])
    lines = unknown_owners.toml(unknown_owners.unknown_owners_in(findings, settings.people), settings)
    head = ["", "<details><summary>Unknown owners, as lines for the configuration</summary>", "", "```toml"]
    page.add(head, lines, ["```", "", "</details>"])
    return page


def _marker(namespace: str) -> str:
    """The hidden mark; no text of a document can look like it, since markup in documents is escaped."""
    return f"<!-- pmsync:plan {namespace} -->"


def marker_of(markdown: str) -> str:
    """The mark at the end of a plan in Markdown, '' for another text."""
    last = markdown.rstrip().rpartition("\n")[2]
    return last if last.startswith("<!-- pmsync:plan ") and last.endswith(" -->") else ""


def is_news(markdown: str) -> bool:
    """Whether a plan in Markdown changes tickets; findings alone may be about any document."""
    return NO_CHANGES not in markdown.splitlines()


@dataclass
class _Page:
    """Lines of Markdown with `room` for so many characters; `left` counts the entries that did not fit."""

    lines: list[str] = field(default_factory=list)
    room: int = MOST
    left: int = 0

    @property
    def size(self) -> int:
        return sum(len(line) + 1 for line in self.lines)

    def add(self, head: Sequence[str], entries: Iterable[str], foot: Sequence[str] = ()) -> None:
        """Add the entries that fit, between head and foot; nothing at all if none fits."""
        size = self.size + sum(len(line) + 1 for line in (*head, *foot))
        taken: list[str] = []
        for entry in entries:
            size += len(entry) + 1
            if self.left or size > self.room:
                self.left += 1
            else:
                taken.append(entry)
        self.lines += [*head, *taken, *foot] if taken else []


@dataclass(frozen=True, slots=True)
class _Secret:
    """What the public may not see: restricted documents, restricted trackers, and the keys of their tickets."""

    paths: frozenset[str]
    trackers: frozenset[str]
    keys: frozenset[str]

    @classmethod
    def of(cls, world: World) -> _Secret:
        trackers = {name for name, each in world.settings.trackers.items() if each.restricted}
        seen = [ref for name in trackers if name in world.views for ref in world.views[name].tickets]
        linked = [link.ticket.ref for link in world.links.values() if link.ticket.ref.tracker in trackers]
        documents = [document.path for document in world.reading.documents if document.restricted]
        return cls(frozenset(documents), frozenset(trackers), frozenset(ref.key for ref in (*seen, *linked)))

    def row(self, row: PlanRow) -> bool:
        return row.tracker in self.trackers or row.path in self.paths

    def finding(self, finding: Finding) -> bool:
        text = f"{finding.message} {finding.hint}"
        return finding.path in self.paths or any(repr(secret) in text for secret in (*self.paths, *self.keys))


def _row(row: PlanRow) -> str:
    ticket = markdown_link(row.ticket or row.tracker, row.url)
    return f"| {row.sign} {row.action} | {markdown_cell(row.title)} | {ticket} | {markdown_cell(row.words)} |"


def _finding(finding: Finding) -> str:
    where = f"{place(finding.path, finding.line)}:" if finding.path else ""
    cells = map(markdown_cell, (where, finding.message, finding.hint))
    return "- **{}** {} {} — {}".format(finding.level, *cells)
