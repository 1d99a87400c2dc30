"""Plans and results as rows, Markdown and JSON values; printing, colour and widths are the command line's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pmsync.apply import Done
from pmsync.model import Draft, Finding, Ticket
from pmsync.operations import QUIET, CloseDuplicate, Create, Operation, Plan, Record, Update, Wait
from pmsync.places import place
from pmsync.plan.world import World
from pmsync.reports import in_words, markdown_cell, markdown_link
from pmsync.sync import Result

SHOWN = 3
"""So many tickets of a kind are named where a sync is told in one line."""
SIGNS = {"create": "+", "update": "~", "close": "-", "adopt": "=", "wait": "?"}
"""What stands before a row of a plan; everything that is only learned from a tracker has '<'."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One operation for people: `action` is its word, `where` is path:line of the item, '' where it has none."""

    action: str
    uid: str
    title: str
    where: str
    tracker: str
    ticket: str
    url: str
    detail: str

    @property
    def sign(self) -> str:
        return SIGNS.get(self.action, "<")

    @property
    def words(self) -> str:
        return worded(self.detail)


def worded(detail: str) -> str:
    """What changed of a ticket, for people: `open → won't do`."""
    return _STATUSES.sub(lambda match: f"{in_words(match[1])} → {in_words(match[2])}", detail)


_STATUSES = re.compile(r"^(\w+) → (\w+)(?=,|$)")


def plan_rows(plan: Plan, world: World) -> list[PlanRow]:
    """The plan's operations in its order, without what only the ledger cares about."""
    places = _places(world)
    return [
        _row(operation, places.get(operation.uid, ("", "")))
        for operation in plan.operations
        if not (isinstance(operation, Record) and operation.reason in QUIET)
    ]


def _places(world: World) -> dict[str, tuple[str, str]]:
    """By uid: where the item stands, and its title."""
    return {
        placed.uid: (place(placed.entry.document.path, placed.entry.item.line), placed.entry.item.title)
        for placed in world.identities.placed
    }


def _row(operation: Operation, place: tuple[str, str]) -> PlanRow:
    where, title = place
    match operation:
        case Create(uid=uid, tracker=tracker, draft=draft):
            return PlanRow("create", uid, title or draft.title, where, tracker, "", "", _draft_detail(draft))
        case Update(uid=uid, link=link):
            return _with_ticket("update", uid, place, link.ticket, patched(operation))
        case CloseDuplicate(uid=uid, ticket=ticket, of=of):
            return _with_ticket("close", uid, place, ticket, f"duplicate of {of.key}")
        case Record(reason=reason, link=link, detail=detail):
            return _with_ticket(reason, link.uid, place, link.ticket, detail)
        case Wait(uid=uid, reason=reason, until=until):
            detail = f"{reason} (until {until:%Y-%m-%d %H:%M} UTC)" if until else reason
            return PlanRow("wait", uid, title, where, "", "", "", detail)


def _with_ticket(action: str, uid: str, place: tuple[str, str], ticket: Ticket, detail: str) -> PlanRow:
    (where, title), ref = place, ticket.ref
    return PlanRow(action, uid, title or ticket.title, where, ref.tracker, ref.key, ref.url, detail)


def _draft_detail(draft: Draft) -> str:
    parts = [", ".join(draft.assignees), f"due {draft.due}" if draft.due else "", ", ".join(draft.labels)]
    return " · ".join(part for part in parts if part)


def patched(update: Update) -> str:
    """What an update sets, field by field, with the values."""
    patch, parts = update.patch, []
    if "title" in patch:
        parts.append(f"title → {patch['title']}")
    if "assignees" in patch:
        parts.append(_set("assignee", ", ".join(patch["assignees"])))
    if "due" in patch:
        parts.append(_set("due", str(patch["due"] or "")))
    if "priority" in patch:
        parts.append(_set("priority", patch["priority"] or ""))
    more, less = patch.get("add_labels", ()), patch.get("remove_labels", ())
    if more or less:
        parts.append(f"labels {' '.join([*(f'+{label}' for label in more), *(f'-{label}' for label in less)])}")
    if "marker" in patch:
        was = update.link.ticket.marker
        if was is not None and was.document_id not in {"", patch["marker"].document_id}:
            parts.append(f"moved from {was.document_id!r}")
    return ", ".join(parts) or "marker brought up to date"


def _set(name: str, value: str) -> str:
    return f"{name} → {value}" if value else f"{name} removed"


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


_HELD: Mapping[str, str] = {
    "external": "named elsewhere",
    "undecided": "undecided",
    "refused": "refused",
    "waiting": "waiting",
    "blocked": "blocked",
    "proposed": "in drafts",
    "listed": "before documents.since",
    "done": "already done",
    "cancelled": "cancelled",
}
"""Why an item has no ticket, by what the ledger calls it; the first five concern somebody."""
_OPEN_QUESTIONS = frozenset({"external", "undecided", "refused", "waiting", "blocked"})


def held_line(plan: Plan, *, all_reasons: bool = True) -> str:
    """How many items have no ticket and get none now, and why; '' where there are none. With `all_reasons` False only
    those that somebody may expect one for.
    """
    words = ("cancelled" if row.note.startswith("cancelled") else row.standing for row in plan.rows)
    counts = Counter(word for word in words if word in _HELD)
    named = [name for name in _HELD if counts[name] and (all_reasons or name in _OPEN_QUESTIONS)]
    total = sum(counts[name] for name in named)
    if not total:
        return ""
    who = "1 item has" if total == 1 else f"{total} items have"
    return f"{who} no ticket: {', '.join(f'{counts[name]} {_HELD[name]}' for name in named)}."


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
    foot.add(["", "<details><summary>Findings</summary>", ""], map(_markdown_finding, told), ["", "</details>"])
    held = held_line(result.plan)
    head = ["### pmsync plan", "", summary_line(result.plan), *(["", held] if held else [])]
    page = _Page(head, room=MOST - foot.size)
    if len(shown) < len(rows):
        page.lines += ["", f"{len(rows) - len(shown)} of them belong to restricted documents and are not shown."]
    for reason in unseen:
        page.lines += ["", f"{markdown_cell(reason)}; items may have a ticket there already."]
    by_path: dict[str, list[PlanRow]] = {}
    for row in shown:
        by_path.setdefault(row.where.rpartition(":")[0], []).append(row)
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
        return row.tracker in self.trackers or row.where.rpartition(":")[0] in self.paths

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
        "done": [_done(done) for done in applied.done],
        "in_doubt": applied.in_doubt,
        "waiting": [{"uid": wait.uid, "reason": wait.reason, "until": wait.until} for wait in result.plan.waits],
        "left": applied.left,
        "held_back": result.held_back,
        "findings": list(result.findings),
    }


def _done(done: Done) -> dict[str, object]:
    ref = done.ticket.ref if done.ticket else None
    return {
        "action": done.verb,
        "uid": done.uid,
        "tracker": ref.tracker if ref else None,
        "ticket": ref.key if ref else None,
        "url": ref.url if ref else None,
        "status": done.ticket.status if done.ticket else None,
        "detail": done.detail,
    }


def done_words(done: Done, plan: Plan) -> str:
    """What was done, in the words of the plan."""
    if done.verb == "created":
        return done.detail
    sent = [patched(update) for update in plan.updates if done.verb == "updated" and update.uid == done.uid]
    return f"{done.ticket.title if done.ticket else done.uid}: {sent[0] if sent else worded(done.detail)}"


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
