"""What the ledger holds, shaped for people: which items are open, whose, how late, and why one has no ticket.

Reads the ledger and nothing else, writes nothing, prints nothing; `today` and `now` are arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from urllib.parse import quote

from pmsync.config.settings import Settings
from pmsync.config.severity import severity_level
from pmsync.ledger import Ledger, Overview, Run
from pmsync.ledger.find_item import ItemView, resolve_item
from pmsync.ledger.owners import Find, accounts, people_of, severity_of
from pmsync.location import place
from pmsync.model import Finding
from pmsync.model.ages import is_future, is_within
from pmsync.planning.operations import UNDONE

__all__ = [
    "Filter",
    "Freshness",
    "ItemView",
    "StatusRow",
    "accounts",
    "counts",
    "freshness",
    "in_words",
    "is_stale",
    "markdown_cell",
    "markdown_link",
    "named",
    "patience",
    "people_of",
    "resolve_item",
    "status_row",
    "status_rows",
]

STALE = timedelta(days=1)
"""How old the last good sync may be before `status` warns, where there were too few to tell how often they come."""
SOONEST = timedelta(hours=1)
"""... and at least, however often they come: one that fails now and then is no news."""
RECENT = 10
"""So many of the last good syncs tell how often they come."""
_ASIDE = {"listed", "external"}


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One item as `status` shows it.

    `kind` is 'open', 'closed' or 'aside' (nobody is asked to do anything here: older than `documents.since`, tracked
    elsewhere, or gone with its ticket). `status` is the ticket's, else why there is none in a word, and `note` says it
    in words. `people` are ids under [people], or names as they stand where they are not known there. `late` counts
    days, 0 where it is not late. `due_from` is 'ticket', 'document', 'sla' or ''.
    """

    uid: str
    kind: str
    status: str
    title: str
    people: tuple[str, ...]
    due: date | None
    due_from: str
    late: int
    tracker: str
    ticket: str
    url: str
    note: str
    path: str
    line: int
    document: str
    severity: str | None
    services: tuple[str, ...]
    restricted: bool

    @property
    def where(self) -> str:
        return place(self.path, self.line)


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far the ledger can be believed. `trouble` says in words what is wrong with it, '' where nothing is.

    `homework` is an error of a good run that only a person can put right, and `advice` says how.
    """

    last_good_sync: datetime | None
    trouble: str = ""
    homework: str = ""
    advice: str = ""


# --- one row for each item ------------------------------------------------------------------------------------


def status_rows(ledger: Ledger, settings: Settings, today: date) -> list[StatusRow]:
    """Every item that is in a document or has a ticket; late ones first, then by due date, then by place."""
    find, held = accounts(ledger, settings), _held_back(ledger)
    overview = [each for each in ledger.overview() if each.link or each.gone_at is None]
    return sorted((_row(each, find, today, held=held) for each in overview), key=_order)


def status_row(seen: Overview, ledger: Ledger, settings: Settings, today: date) -> StatusRow:
    """One item as `status` shows it."""
    return _row(seen, accounts(ledger, settings), today, held=_held_back(ledger))


def _held_back(ledger: Ledger) -> bool:
    """Whether the guard refused the last run."""
    return any(finding.rule == "guard" for finding in ledger.findings())


def _order(row: StatusRow) -> tuple[object, ...]:
    return (row.late == 0, row.due or date.max, row.path, row.line, row.uid)


def _row(seen: Overview, find: Find, today: date, *, held: bool) -> StatusRow:
    item, ticket = seen.item, seen.link.ticket if seen.link else None
    status, note = _standing(seen, held=held)
    kind = _kind(seen, status)
    set_there = ticket is not None and ticket.due is not None and ticket.due != item.due
    due, due_from = (ticket.due, "ticket") if ticket and set_there else (item.due, item.due_from)
    tracker = ticket.ref.tracker if ticket else seen.intent.tracker if seen.intent else ""
    return StatusRow(
        uid=item.uid,
        kind=kind,
        status=status,
        title=item.fields.title,
        people=people_of(seen, find),
        due=due,
        due_from=due_from,
        late=max((today - due).days, 0) if due and kind == "open" else 0,
        tracker=tracker,
        ticket=ticket.ref.key if ticket else "",
        url=ticket.ref.url if ticket else "",
        note=note,
        path=seen.document.path,
        line=item.line,
        document=seen.document.title,
        severity=severity_of(seen) or None,
        services=seen.document.services,
        restricted=seen.document.restricted,
    )


def _standing(seen: Overview, *, held: bool) -> tuple[str, str]:
    """The status in a word, and what there is to say about it."""
    item, link, intent = seen.item, seen.link, seen.intent
    if link and link.lost and link.away:
        return "moved", f"ticket {link.ticket.ref.key} was moved to where pmsync does not see it"
    if link and link.lost:
        again = f"`pmsync forget {item.uid}` lets the next sync create another"
        return "lost", f"ticket {link.ticket.ref.key} is gone; {again}"
    if link and link.orphaned and not link.ticket.status.closed:
        return "orphaned", "the item is no longer in its document"
    if link and (reason := seen.refusals.get("update")) and not link.ticket.status.closed:
        return link.ticket.status.value, f"the tracker refused a change: {reason}"
    if link:
        return link.ticket.status.value, ""
    if intent:
        since = f"{intent.announced_at:%Y-%m-%d %H:%M} UTC"
        return "in_doubt", f"sent to {intent.tracker} at {since}, answer unknown: the next sync looks for it"
    if reason := seen.refusals.get("create"):
        return "refused", f"the tracker refused it: {reason}"
    if item.standing == "ticketed":
        return "new", "its link was dropped"
    next_sync = (
        "the guard refused the last sync; `pmsync plan` says why" if held else "the next sync creates its ticket"
    )
    return item.standing, item.note or (next_sync if item.standing == "new" else "")


def _kind(seen: Overview, status: str) -> str:
    if seen.link and seen.link.lost:
        return "aside" if seen.link.orphaned or seen.link.away else "open"
    if seen.link:
        return "closed" if seen.link.ticket.status.closed else "open"
    if status == "done" or (seen.item.done and not seen.intent):
        return "closed"
    return "aside" if status in _ASIDE else "open"


# --- which of them --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows are wanted; what is empty does not matter. `path` is a document's or a folder's, or a document id."""

    people: frozenset[str] = frozenset()
    overdue: bool = False
    everything: bool = False
    service: str = ""
    severity: str = ""
    path: str = ""

    def keeps(self, row: StatusRow) -> bool:
        return (
            (self.everything or row.kind == "open")
            and (not self.people or any(_plain(person) in self.people for person in row.people))
            and (not self.overdue or row.late > 0)
            and (not self.service or _plain(self.service) in map(_plain, row.services))
            and (not self.severity or severity_level(self.severity) == severity_level(row.severity or ""))
            and (not self.path or row.path == self.path or row.path.startswith(f"{self.path.rstrip('/')}/"))
        )


def in_words(status: str) -> str:
    """A status as people read it: `won't do`, `in progress`, `in doubt`."""
    return "won't do" if status == "wont_do" else status.replace("_", " ")


def _plain(text: str) -> str:
    return text.casefold().strip().removeprefix("@").replace("-", "").replace(" ", "")


def named(names: Iterable[str]) -> frozenset[str]:
    """Names of people as a Filter compares them."""
    return frozenset(_plain(name) for name in names)


# --- how far to believe it ------------------------------------------------------------------------------------


def freshness(ledger: Ledger, now: datetime) -> Freshness:
    """When the ledger was last brought up to date over everything, and what has gone wrong since."""
    good, last = ledger.last_good_run(), ledger.last_run()
    at = good.finished_at if good else None
    if last is not None and last.ok is False:
        errors = sorted(_errors(ledger), key=lambda finding: finding.rule not in UNDONE)
        first = f": {errors[0].message}" if errors else ""
        return Freshness(at, f"the last run ({_when(last)}) failed or left something undone{first}")
    if at is None and (last is None or last.finished_at):
        return Freshness(at, "no sync over everything has ended well yet")
    if last is not None and last.finished_at is None:
        return Freshness(at, f"a run ({_when(last)}) has not ended: it is still at work, or was killed")
    if at is not None and is_future(at, now):
        return Freshness(
            at, f"the last good sync is dated {at:%Y-%m-%d %H:%M} UTC, in the future: a clock is or was wrong"
        )
    if at is not None and not is_within(at, now, patience(ledger, now)):
        gap = _longest_gap(ledger, now)
        usual = f"though there was one at least every {_span(gap)} before" if gap else "more than a day ago"
        return Freshness(at, f"the last good sync was at {at:%Y-%m-%d %H:%M} UTC, {usual}")
    errors = _errors(ledger)
    if not errors:
        return Freshness(at)
    error, more = errors[0], f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    where = f"{place(error.path, error.line)}: " if error.path else ""
    return Freshness(at, homework=f"{where}{error.message}{more}", advice=error.hint)


def _errors(ledger: Ledger) -> list[Finding]:
    """The errors of the last run, but for those of restricted documents: this is told where others read."""
    errors = [finding for finding in ledger.findings() if finding.level == "error"]
    secret = {seen.document.path for seen in ledger.overview() if seen.document.restricted} if errors else set()
    return [finding for finding in errors if finding.path not in secret]


def patience(ledger: Ledger, now: datetime) -> timedelta:
    """How old the last good sync may become: three times the longest of the last gaps between two, an hour at least;
    a day where there were too few.
    """
    gap = _longest_gap(ledger, now)
    return max(3 * gap, SOONEST) if gap else STALE


def is_stale(ledger: Ledger, now: datetime) -> bool:
    """Whether a good sync has been missing for too long. Before the first one it counts from the first try."""
    since = next((run.finished_at for run in ledger.good_runs(1)), None)
    first = ledger.first_run()
    since = since or (first.started_at if first else None)
    return since is not None and not is_within(since, now, patience(ledger, now))


def _longest_gap(ledger: Ledger, now: datetime) -> timedelta | None:
    """The longest time between two of the last good syncs; None where there were too few to tell. Those that a wrong
    clock dated do not count.
    """
    ends = [run.finished_at for run in ledger.good_runs(RECENT) if run.finished_at]
    ends = [end for end in ends if not is_future(end, now)]
    gaps = [later - earlier for later, earlier in pairwise(ends)]
    return max(gaps) if len(gaps) >= 3 else None


def _span(span: timedelta) -> str:
    """`12 minutes`, `3 hours`, `2 days`: rounded up, for a message."""
    minutes = max(-(-span // timedelta(minutes=1)), 1)
    for size, noun in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= 2 * size or size == 1:
            number = -(-minutes // size)
            return f"{number} {noun}s" if number > 1 else noun
    return ""


def _when(run: Run) -> str:
    return f"pid {run.pid} on {run.host}, {run.started_at:%Y-%m-%d %H:%M} UTC"


# --- figures ----------------------------------------------------------------------------------------------------


def counts(rows: Iterable[StatusRow]) -> Mapping[str, int]:
    """How many rows of each kind, and how many are late or without a ticket among the open ones."""
    found = {"open": 0, "closed": 0, "aside": 0, "overdue": 0, "without_ticket": 0}
    for row in rows:
        found[row.kind] += 1
        found["overdue"] += row.late > 0
        found["without_ticket"] += row.kind == "open" and not row.ticket
    return found


# --- Markdown -------------------------------------------------------------------------------------------------


def markdown_cell(text: str) -> str:
    """Text of strangers inside a Markdown table: no markup, no mention, no link of its own, one line."""
    escaped = "".join(f"\\{char}" if char in r"\`*_{}[]<>()#+!|~&" else char for char in " ".join(text.split()))
    escaped = escaped.replace("@", "@\u200b").replace("://", ":\u200b//")
    return _REFERENCE.sub("\\1\u200b", escaped)


def markdown_link(text: str, url: str) -> str:
    """The text leading to `url`, where that is one of the web."""
    if not url.startswith(("http://", "https://")):
        return markdown_cell(text)
    return f"[{markdown_cell(text)}]({quote(url, safe=_URL)})"


_URL = ":/?#@!$&'*+,;=%~"
_REFERENCE = re.compile(r"(#(?=\d)|\bGH-(?=\d)|\bwww(?=\.))", re.IGNORECASE)
"""What GitHub makes a reference or a link of, whether or not it was escaped."""
