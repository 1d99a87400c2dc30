"""Plans and results as Markdown and JSON values, and their last lines; printing is the command line's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pmsync.config import unknown_owners
from pmsync.location import place
from pmsync.model import Finding
from pmsync.planning.operations import Plan
from pmsync.planning.world import World
from pmsync.reports.item_counts import counts_line, item_counts
from pmsync.reports.markdown_text import markdown_cell, markdown_link
from pmsync.reports.plan_rows import SHOWN, PlanRow, done_changes, gathered, plan_rows
from pmsync.sync.apply import Done
from pmsync.sync.engine import Result


def summary(plan: Plan) -> dict[str, int]:
    """How many operations of each kind people count by."""
    return {
        "create": len(plan.creates),
        "update": len(plan.updates),
        "adopt": len(plan.records("adopt")),
        "close": len(plan.duplicates),
        "learn": len(plan.records("observe", "lost", "found", "follow", "relink")),
        "restore": len(plan.records("restore")),
        "orphan": len(plan.records("orphan")),
        "wait": len(plan.waits),
    }


def summary_line(plan: Plan) -> str:
    """The last line of a plan: what it would do to tickets, then what else is going on."""
    if not plan.pending and not plan.waits:
        return _NO_CHANGES
    counts = summary(plan)
    text = f"Plan: {counts['create']} to create, {counts['update']} to update, {counts['adopt']} to adopt"
    extra = {
        "close": "to close as duplicate",
        "learn": "to take over from the trackers",
        "orphan": "to orphan",
        "restore": "back in their documents" if counts["restore"] > 1 else "back in its document",
        "wait": "waiting",
    }
    return f"{text}{''.join(f', {counts[kind]} {words}' for kind, words in extra.items() if counts[kind])}."


MOST = 65_000
"""How long a plan in Markdown may get: a comment on GitHub holds 65,536 characters."""
MOST_FINDINGS = 20_000
_NO_CHANGES = "No changes."


def plan_markdown(result: Result, unseen: Iterable[str] = ()) -> str:
    """The plan for a pull request: a table a document, then what there is to tell. Text of documents is escaped.

    Nothing of restricted documents is in it, nor of tickets in trackers that are restricted: it may be read by anybody.
    It fits into a comment, and its last line is a hidden mark by which that comment is found again.
    """
    rows, secret = plan_rows(result.plan, result.world), _Secret.of(result.world)
    shown = [row for row in rows if not secret.row(row)]
    told = [f for f in result.findings if f.level != "note" and not secret.finding(f)]
    told.sort(key=lambda finding: finding.level != "error")
    foot = _Page(room=MOST_FINDINGS)
    others = [finding for finding in told if not unknown_owners.is_about_a_stranger(finding)]
    foot.add(["", "<details><summary>Findings</summary>", ""], map(_markdown_finding, others), ["", "</details>"])
    settings = result.world.settings
    unknown = unknown_owners.toml(unknown_owners.strangers(told, settings.people), settings)
    head = ["", "<details><summary>Owners that are not known, as lines for the configuration</summary>", "", "```toml"]
    foot.add(head, unknown, ["```", "", "</details>"])
    held = counts_line(item_counts(result.plan, result.world.links), settings.since)
    head = ["### pmsync plan", "", summary_line(result.plan), *(["", held] if held else [])]
    page = _Page(head, room=MOST - foot.size)
    if len(shown) < len(rows):
        page.lines += ["", f"{len(rows) - len(shown)} of them belong to restricted documents and are not shown."]
    for reason in unseen:
        page.lines += ["", f"{markdown_cell(reason)}; items may have a ticket there already."]
    by_path: dict[str, list[PlanRow]] = {}
    for row in gathered(shown):
        by_path.setdefault(row.path, []).append(row)
    for path, group in by_path.items():
        head = ["", f"**{markdown_cell(path) or 'Tickets'}**", "", "| | Item | Ticket | What |", "|---|---|---|---|"]
        page.add(head, map(_markdown_row, group))
    left = page.left + foot.left
    more = ["", f"And {left} more; `pmsync plan` shows all."] if left else []
    return "\n".join([*page.lines, *more, *foot.lines, "", plan_marker(result.world.settings.namespace), ""])


def plan_marker(namespace: str) -> str:
    """The hidden mark at a plan's end; no text of a document can look like it, for all markup in them is escaped."""
    return f"<!-- pmsync:plan {namespace} -->"


def plan_marker_of(markdown: str) -> str:
    """The mark at the end of a plan in Markdown, '' where it has none."""
    last = markdown.rstrip().rpartition("\n")[2]
    return last if last.startswith("<!-- pmsync:plan ") and last.endswith(" -->") else ""


def is_news(markdown: str) -> bool:
    """Whether a plan in Markdown has something to do with tickets; findings alone may be about any document."""
    return _NO_CHANGES not in markdown.splitlines()


@dataclass
class _Page:
    """Markdown in the making, in `room` for so many characters; `left` counts the entries that found none."""

    lines: list[str] = field(default_factory=list)
    room: int = MOST
    left: int = 0

    @property
    def size(self) -> int:
        return sum(len(line) + 1 for line in self.lines)

    def add(self, head: Sequence[str], entries: Iterable[str], foot: Sequence[str] = ()) -> None:
        """Entries between head and foot, as far as there is room; where there is none for any, neither of the two."""
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
    """What the public may not see: paths of restricted documents, trackers for them, and the keys of their tickets."""

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
        named = f"{finding.message} {finding.hint}"
        return finding.path in self.paths or any(repr(text) in named for text in (*self.paths, *self.keys))


def _markdown_row(row: PlanRow) -> str:
    ticket = markdown_link(row.ticket or row.tracker, row.url)
    return f"| {row.sign} {row.action} | {markdown_cell(row.title)} | {ticket} | {markdown_cell(row.words)} |"


def _markdown_finding(finding: Finding) -> str:
    where, hint = markdown_cell(_where(finding)), markdown_cell(finding.hint)
    return f"- **{finding.level}** {where} {markdown_cell(finding.message)} — {hint}"


def _where(finding: Finding) -> str:
    return f"{place(finding.path, finding.line)}:" if finding.path else ""


def plan_value(result: Result) -> dict[str, object]:
    """The plan as a JSON value: `summary`, `operations`, `findings`."""
    rows = plan_rows(result.plan, result.world)
    return {
        "summary": summary(result.plan),
        "items": item_counts(result.plan, result.world.links),
        "pending": len(result.plan.pending),
        "held_back": result.held_back,
        "operations": [
            {
                "action": row.action,
                "uid": row.uid,
                "title": row.title,
                "where": row.where,
                "tracker": row.tracker,
                "ticket": row.ticket or None,
                "url": row.url or None,
                "detail": row.detail,
                "changes": [change.value for change in row.changes],
            }
            for row in rows
        ],
        "findings": list(result.findings),
    }


def done_value(result: Result) -> dict[str, object]:
    """A sync as a JSON value: `ok`, `counts`, `done`, `in_doubt`, `waiting`, `left`, `findings`."""
    applied = result.applied
    return {
        "ok": result.ok,
        "counts": dict(sorted(Counter(done.verb for done in applied.done).items())),
        "items": item_counts(result.plan, result.world.links, result.applied),
        "done": [_done(done, result) for done in applied.done],
        "in_doubt": applied.in_doubt,
        "waiting": [{"uid": wait.uid, "reason": wait.reason, "until": wait.until} for wait in result.plan.waits],
        "left": applied.left,
        "held_back": result.held_back,
        "findings": list(result.findings),
    }


def _done(done: Done, result: Result) -> dict[str, object]:
    ref = done.ticket.ref if done.ticket else None
    return {
        "action": done.verb,
        "uid": done.uid,
        "tracker": ref.tracker if ref else None,
        "ticket": ref.key if ref else None,
        "url": ref.url if ref else None,
        "status": done.ticket.status if done.ticket else None,
        "detail": done.detail,
        "changes": [change.value for change in done_changes(done, result)],
    }


def done_line(result: Result, *, linked: bool = False) -> str:
    """The last line of a sync, with `linked` also the first tickets of each kind; '' where nothing happened."""
    by_verb: dict[str, list[Done]] = {}
    for done in result.applied.done:
        by_verb.setdefault(done.verb, []).append(done)
    ordered = sorted(by_verb.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    parts = [f"{len(each)} {verb}{_first_tickets(each) if linked else ''}" for verb, each in ordered]
    applied = result.applied
    parts += [f"{applied.failed} failed"] if applied.failed else []
    parts += [f"{len(applied.in_doubt)} in doubt"] if applied.in_doubt else []
    parts += [f"{applied.left} left for the next sync"] if applied.left else []
    return f"Sync: {', '.join(parts)}." if parts else ""


def _first_tickets(each: Sequence[Done]) -> str:
    """` (https://…/12, https://…/13, …)`: where three of them are."""
    refs = list(dict.fromkeys(done.ticket.ref for done in each if done.ticket))
    places = [ref.url if ref.url.startswith(("http://", "https://")) else ref.key for ref in refs[:SHOWN]]
    return f" ({', '.join([*places, *(['…'] if len(refs) > SHOWN else [])])})" if places else ""
