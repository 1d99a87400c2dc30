"""What published guidance says of good action items, as rules of `pmsync check`. Pure.

Google's SRE Workbook, chapter "Postmortem Culture", names the faults (only mitigation, one flat priority, "improve"
without an end, training humans, nobody's); PagerDuty's post-mortem documentation asks for items that are actionable,
specific and bounded. What is asked here is English only; other languages are left in peace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pmsync.content import due_date, severity_level
from pmsync.model import Document, Finding, Item, Level
from pmsync.settings import Settings

LEVELS: Mapping[str, Level] = {
    "title-vague": "note",
    "asks-for-care": "note",
    "nothing-prevents": "note",
    "one-priority": "note",
    "priority-too-low": "warning",
    "due-missing": "note",
    "due-late": "warning",
}
_VAGUE = re.compile(
    r"(?:improve|enhance|optimi[sz]e|investigate|look (?:in)?to|consider|explore|think about|revisit|evaluate|discuss|"
    r"assess|examine|study|understand|better|rethink|be better at|work on)\b",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"\d|\b(?:so that|until|unless|such that|in order to|by (?:adding|removing|making)|write (?:up|down)|decide)\b",
    re.IGNORECASE,
)
"""What gives even a vague verb an end: a figure, a purpose, a document that comes of it."""
_CARE = re.compile(
    r"\b(?:be (?:more |extra )?careful|take (?:more )?care\b(?! of)|pay (?:more |closer )?attention|"
    r"(?:don't|do not) forget|remember to|"
    r"remind (?:every(?:one|body)|people|engineers|developers|the team|staff|operators)|"
    r"make sure (?:that )?(?:every(?:one|body)|people|engineers|developers|operators) )",
    re.IGNORECASE,
)
_HIGH = {"p0", "p1", "highest", "high", "critical", "urgent", "blocker", "0", "1"}
FEW = 3
"""From this many items on, their being all alike in something is worth a word."""


def advise(document: Document, settings: Settings) -> Iterator[Finding]:
    """What the guidance has to say to the document's open items, and to all of its items together."""
    for item in document.items:
        if not item.done:
            yield from _titles(document, item)
            yield from _dates(document, item, settings)
    yield from _together(document, [item for item in document.items if item.title.strip()])


def _finding(document: Document, line: int, rule: str, message: str, hint: str) -> Finding:
    return Finding(rule, LEVELS[rule], message, hint, document.path, line)


def _titles(document: Document, item: Item) -> Iterator[Finding]:
    vague = _VAGUE.match(item.title)
    if vague and not _ENDS.search(item.title):
        message = f"{vague[0]!r} in {item.title!r} has no end by which to tell that it is done"
        hint = "say what will be there then, such as `Alert when more than 1 % of checkouts fail for 5 minutes`"
        yield _finding(document, item.line, "title-vague", message, hint)
    care = _CARE.search(item.title)
    if care:
        message = f"{item.title!r} asks people to be careful"
        hint = "change the system so that the slip cannot happen, is caught, or does no harm"
        yield _finding(document, item.line, "asks-for-care", message, hint)


def _dates(document: Document, item: Item, settings: Settings) -> Iterator[Finding]:
    due, _ = due_date(document, item, settings.sla)
    if due is None and settings.sla and not item.tickets:
        hint = "give the item a date, or the document a date and a severity that [sla] knows"
        yield _finding(document, item.line, "due-missing", f"the item {item.title!r} has no due date", hint)
    allowed = settings.sla.get(severity_level(document.severity or ""))
    if item.due and allowed is not None and document.date and item.due > document.date + allowed:
        latest = document.date + allowed
        message = f"the item {item.title!r} is due {item.due}, later than {document.severity} allows ({latest})"
        yield _finding(
            document, item.line, "due-late", message, f"make it {latest} or earlier, or split off a first step"
        )


def _together(document: Document, items: Sequence[Item]) -> Iterator[Finding]:
    if not items:
        return
    first = items[0].line
    kinds = [item.kind.casefold() for item in items if item.kind]
    if len(kinds) >= FEW and not any(kind.startswith("prevent") for kind in kinds):
        named = ", ".join(sorted(set(kinds)))
        message = f"none of the {len(kinds)} items prevents the incident from happening again ({named})"
        yield _finding(document, first, "nothing-prevents", message, "ask what would have made it impossible")
    priorities = {item.priority.casefold() for item in items if item.priority}
    if len(items) >= FEW and len(priorities) == 1 and all(item.priority for item in items):
        message = f"all {len(items)} items have priority {items[0].priority!r}"
        yield _finding(
            document, first, "one-priority", message, "say which one to do first if there is time for one only"
        )
    if priorities and severity_level(document.severity or "") == "sev1" and not priorities & _HIGH:
        message = f"an incident of severity {document.severity!r}, and no item has a high priority"
        yield _finding(
            document, first, "priority-too-low", message, "at least one of P0 or P1 belongs to such an incident"
        )
