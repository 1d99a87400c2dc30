"""What a ticket says about an item: raw fields, labels, due date, title, body. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import quote

from pmsync.config.settings import Settings, TrackerSettings
from pmsync.config.severity import severity_level, slug
from pmsync.identity import marker
from pmsync.identity.keys import digest
from pmsync.location import unit
from pmsync.model import Document, Fields, Item
from pmsync.planning.due_dates import deadline, due_date
from pmsync.trackers.mention_safe_text import as_code, hushed, quiet
from pmsync.workdays.calendar import ONLY_WEEKENDS, WorkCalendars

LONGEST_TITLE = 255
"""Jira's limit for a summary; GitHub takes a little more."""

_LINE_ENDS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_LINE_BREAKS = re.compile(r"[\s\u2028\u2029\x00-\x1f\x7f]+")


def raw_fields(document: Document, item: Item) -> Fields:
    """Return the document's own values, unresolved: Update compares them with the values pushed before."""
    return Fields(
        title=item.title,
        owners=item.owners,
        due=item.due,
        priority=item.priority,
        kind=item.kind,
        severity=document.severity,
        labels=tuple(dict.fromkeys((*document.labels, *item.labels))),
        path=document.path,
        context=digest(document.title, document.incident, document.date, document.services, item.group)[:8],
    )


def ticket_title(title: str) -> str:
    """Return the title on one line, at most 255 characters. A title notifies nobody and links nothing."""
    text = marker.defuse(_LINE_BREAKS.sub(" ", title).strip())
    return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1].rstrip()}…"


def same_title(one: str, other: str) -> bool:
    """Whether two ticket titles read the same: earlier versions broke mentions with an invisible character."""
    return one.replace("\u200b", "") == other.replace("\u200b", "")


def labels(fields: Fields, tracker: TrackerSettings) -> tuple[str, ...]:
    """Return the item's labels as words; the tracker fits them to its rules and adds its general label."""
    derived = {"severity": severity_level(fields.severity or ""), "kind": fields.kind, "priority": fields.priority}
    named = [f"{name}:{slug(value)}" for name, value in derived.items() if value and slug(value)]
    return tuple(dict.fromkeys((*tracker.labels, *named, *fields.labels)))


def facts(
    document: Document,
    item: Item,
    settings: Settings,
    *,
    fields: Collection[str],
    calendars: WorkCalendars = ONLY_WEEKENDS,
) -> str:
    """Return the list of facts about the item, in Markdown, one a line.

    `fields` are those that the tracker can hold; their facts are left out. Owners are always named, because only the
    tracker's answer shows whether they were assigned.
    """
    due = "" if "due" in fields else _due(document, item, settings, calendars)
    page = _link(document.title or document.path, web_link(settings, document.path, item.line))
    rows = [
        ("Post-mortem", f"{page} ({as_code(document.path)})" if document.title else page),
        ("Incident", _one_line(document.incident or "")),
        ("Severity", _one_line(document.severity or "")),
        ("Date", document.date.isoformat() if document.date else ""),
        ("Services", _one_line(", ".join(document.services))),
        ("Group", _one_line(item.group or "")),
        ("Kind", _one_line(item.kind or "")),
        ("Owner", _one_line(", ".join(item.owners))),
        ("Priority", "" if "priority" in fields else _one_line(item.priority or "")),
        ("Due", due),
    ]
    item_row = [quiet(f"- **Item:** {_with_code(item)}")] if _says_more(item) else []
    return "\n".join([*item_row, *(f"- **{name}:** {value}" for name, value in rows if value)])


def _due(document: Document, item: Item, settings: Settings, calendars: WorkCalendars) -> str:
    """The due date with what implies it, where the document does not give it."""
    due, due_from = due_date(document, item, settings.sla, calendars)
    allowed = deadline(document, item, settings.sla, calendars) if due_from == "sla" else None
    return f"{due} ({allowed.words})" if allowed else str(due or "")


def _says_more(item: Item) -> bool:
    """Whether the item says more than the ticket's title, which may be cut and shows code as plain words."""
    return bool(item.codes) or ticket_title(item.title) != _LINE_BREAKS.sub(" ", item.title).strip()


def body(
    document: Document,
    item: Item,
    settings: Settings,
    *,
    fields: Collection[str],
    calendars: WorkCalendars = ONLY_WEEKENDS,
) -> str:
    """Return the ticket's text in Markdown: the facts, then the item's details."""
    details = quiet(item.details.strip())
    # the heading separates a list of details from the list of facts
    listed = facts(document, item, settings, fields=fields, calendars=calendars)
    parts = [listed, "**Details**" if details else "", details, "---", _FOOTER]
    return "\n\n".join(part for part in parts if part)


def _one_line(text: str) -> str:
    return hushed(_LINE_BREAKS.sub(" ", text).strip())


def _with_code(item: Item) -> str:
    """Return the title on one line, with its code in backticks."""
    parts, at = [], 0
    for code in item.codes:
        start = item.title.find(code, at)
        if start >= 0:
            parts += [item.title[at:start], as_code(code)]
            at = start + len(code)
    return _LINE_ENDS.sub(" ", "".join((*parts, item.title[at:]))).strip()


_FOOTER = (
    "Created by pmsync, which keeps the list at the top as the post-mortem has it. Title, owner and due date are "
    "edited there; status, discussion and everything else live here."
)


def web_link(settings: Settings, path: str, line: int) -> str:
    """Return the web address of the document's line: `documents.web_url` filled in, '' if not configured."""
    if not settings.web_url:
        return ""
    page, _, fragment = settings.web_url.partition("#")
    pattern = page if "{line}" in fragment and unit(path) != "line" else settings.web_url
    return pattern.replace("{path}", quote(path)).replace("{line}", str(line))


def _link(text: str, url: str) -> str:
    text = hushed(_LINE_BREAKS.sub(" ", text).strip()).replace("[", "(").replace("]", ")")
    return f"[{text}]({url})" if url else text
