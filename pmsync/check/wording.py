"""Rules of `pmsync check` from published guidance on good action items. Pure.

Google's SRE Workbook, chapter "Postmortem Culture", names the faults (only mitigation, one flat priority, "improve"
without an end, training humans, no owner). PagerDuty's post-mortem documentation asks for items that are actionable,
specific and bounded. The rules about wording apply to English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pmsync.config.settings import Settings
from pmsync.config.severity import severity_level
from pmsync.findings import new_finding
from pmsync.model import Document, Finding, Item
from pmsync.planning.due_dates import deadline, due_date
from pmsync.workdays.calendar import ONLY_WEEKENDS, WorkCalendars

_LEAD = r"(?:(?:please|we|should|must|will|need to|have to|to|further|continue to|also)\s+){0,4}"
_INQUIRY = re.compile(
    _LEAD
    + r"(?P<verb>investigate|look (?:in)?to|consider|explore|think about|revisit|evaluate|discuss|assess|examine|study|"
    r"understand|research|analy[sz]e)\b",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    _LEAD + r"(?P<verb>improve|enhance|optimi[sz]e|better|rethink|be better at|get better at|work on|strengthen|"
    r"make\b(?=.{1,80}\b(?:better|more (?:robust|reliable|resilient|stable|scalable|visible))\b))(?!\w)",
    re.IGNORECASE,
)
_CAUSE = re.compile(
    r"(?P<verb>(?:fix|address|resolve) (?:the |this )?(?:root cause|issue|problem|bug|outage|incident))"
    r"(?: (?:that|which) (?:caused|led to) (?:the |this )?(?:issue|problem|outage|incident))?\W*$",
    re.IGNORECASE,
)
_REWRITES: Mapping[re.Pattern[str], str] = {
    _INQUIRY: "say what it produces, such as `Write down why the cache was full and what would have shown it`",
    _DEGREE: "say what will exist when it is done, such as `Alert when more than 1 % of checkouts fail for 5 minutes`",
    _CAUSE: "say what it will do instead, such as `Refuse an invalid postal code in the address form`",
}
"""The hint for each kind of vagueness: a question without an answer, a degree without a measure, and no change."""
_ENDS = re.compile(
    r"\d|\b(?:so that|until|unless|such that|in order to|by (?:adding|removing|making)|write (?:up|down)|decide)\b",
    re.IGNORECASE,
)
"""What makes even a vague item measurable: a figure, a purpose, a document that it produces."""
_PEOPLE = (
    r"(?:the |all |an? |our |every )*(?:every(?:one|body)|people|humans|staff|team(?: members?)?|(?:\w+ )?engineers?|"
    r"developers?|operators?|responders?|on[- ]?calls?)"
)
_CARE = re.compile(
    r"\b(?:be (?:more |extra )?(?:careful|vigilant|diligent|mindful)|take (?:more )?care\b(?! of)|"
    r"pay (?:more |closer )?attention|(?:don't|do not) forget|remember to|"
    rf"(?:remind|train|educate|coach|re-?train) {_PEOPLE}\b|make sure (?:that )?{_PEOPLE} |"
    rf"(?:training|education) for {_PEOPLE}\b)",
    re.IGNORECASE,
)
_PREVENTS = re.compile(r"prevent|avoid|eliminat", re.IGNORECASE)
_OTHER_KINDS = re.compile(
    r"mitigat|detect|monitor|alert|observ|process|repair|fix|correct|respon|recover|restor|investigat|document|"
    r"communicat|train|clean|other",
    re.IGNORECASE,
)
_URGENT = re.compile(r"\bp[01]\b|^[01]\b|\b(?:highest|high|critical|urgent|immediate|blocker)\b", re.IGNORECASE)
_RANKED = re.compile(r"\bp\d\b|^\d\b|\b(?:medium|low|lowest|normal|minor|major|trivial)\b", re.IGNORECASE)
_GRAVEST = {"sev0", "sev1", "critical"}
FEW = 3
"""From this many items on, it is worth reporting that all are alike."""


def advise(document: Document, settings: Settings, calendars: WorkCalendars = ONLY_WEEKENDS) -> Iterator[Finding]:
    """Findings about the document's open items, and about all of its items together."""
    for item in document.items:
        if not (item.done or item.dropped):
            yield from _titles(document, item)
            yield from _dates(document, item, settings, calendars)
    yield from _together(document, [item for item in document.items if item.title.strip()])


def _finding(document: Document, line: int, rule: str, message: str, hint: str | None = None) -> Finding:
    return new_finding(rule, message, hint, document.path, line)


def _titles(document: Document, item: Item) -> Iterator[Finding]:
    vague = next(((kind, found) for kind in _REWRITES if (found := kind.match(item.title))), None)
    if vague and not _ENDS.search(item.title):
        kind, found = vague
        message = f"{found['verb'].strip()!r} in {item.title!r} does not say when it is done"
        yield _finding(document, item.line, "title-vague", message, _REWRITES[kind])
    if _CARE.search(item.title):
        message = f"{item.title!r} asks people to be careful instead of changing the system"
        yield _finding(document, item.line, "asks-for-care", message)


def _dates(document: Document, item: Item, settings: Settings, calendars: WorkCalendars) -> Iterator[Finding]:
    due, _ = due_date(document, item, settings.sla, calendars)
    if due is None and settings.sla and not item.tickets:
        yield _finding(document, item.line, "due-missing", f"the item {item.title!r} has no due date")
    allowed = deadline(document, item, settings.sla, calendars)
    if item.due and allowed and item.due > allowed.day:
        message = f"the item {item.title!r} is due {item.due}, later than [sla] allows {allowed.words} ({allowed.day})"
        hint = f"make it {allowed.day} or earlier, or split off a first step"
        yield _finding(document, item.line, "due-late", message, hint)


def _together(document: Document, items: Sequence[Item]) -> Iterator[Finding]:
    """Findings about all items; those about kinds or priorities need one on every item."""
    if not items:
        return
    first = items[0].line
    kinds = [item.kind for item in items if item.kind]
    if FEW <= len(items) == len(kinds) and all(map(_prevents_nothing, kinds)):
        named = ", ".join(sorted({kind.casefold() for kind in kinds}))
        message = f"none of the {len(items)} items prevents the incident from happening again ({named})"
        yield _finding(document, first, "nothing-prevents", message)
    priorities = [item.priority for item in items if item.priority]
    if FEW <= len(items) == len(priorities) and len({priority.casefold() for priority in priorities}) == 1:
        message = f"all {len(items)} items have priority {items[0].priority!r}"
        yield _finding(document, first, "one-priority", message)
    if severity_level(document.severity or "") in _GRAVEST and priorities and all(map(_can_wait, priorities)):
        message = f"the incident has severity {document.severity!r}, and no item has priority P0 or P1"
        yield _finding(document, first, "priority-too-low", message)


def _prevents_nothing(kind: str) -> bool:
    """Whether the kind is known, and is not prevention. Kinds in other languages are unknown."""
    return bool(_OTHER_KINDS.search(kind)) and not _PREVENTS.search(kind)


def _can_wait(priority: str) -> bool:
    """Whether the priority is known, and is not high."""
    return bool(_RANKED.search(priority)) and not _URGENT.search(priority)
