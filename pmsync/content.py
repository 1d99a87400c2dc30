"""What a ticket says about an item: raw fields, labels, due date, title, body. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from html import unescape
from urllib.parse import quote

from pmsync import marker
from pmsync.keys import digest
from pmsync.model import Document, Fields, Finding, Item
from pmsync.places import unit
from pmsync.settings import Settings, TrackerSettings

LONGEST_TITLE = 255
"""Jira's limit for a summary; GitHub takes a little more."""

_LINE_BREAKS = re.compile(r"[\s\u2028\u2029\x00-\x1f\x7f]+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")
_DISGUISE = re.compile(r"[A-Za-z0-9@#:/._-]")
_MENTION = re.compile(r"@(?=[^\s\u200b])")
_ISSUE_NUMBER = re.compile(r"(#|(?<![A-Za-z0-9])GH\\?-)(?=[\d<])", re.IGNORECASE)
_ISSUE_PATH = r"(?P<path>[^/\s]+/[^/\s]+/(?:issues|pull|discussions)/)(?P<digit>\d)"
_ON_GITHUB = re.compile(
    rf"(?:(?:https?:)?//(?:www\.)?|(?<![\w./-])www\.)github\.com(?::\d+)?/{_ISSUE_PATH}", re.IGNORECASE
)
_ON_ANOTHER = re.compile(rf"(?P<host>(?:https?:)?//(?!redirect\.github\.com/)[^/\s]+/){_ISSUE_PATH}", re.IGNORECASE)


def raw_fields(document: Document, item: Item) -> Fields:
    """The document's own values, unresolved: what Update compares with what was pushed before."""
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
    """The title on one line, at most 255 characters, with nothing in it that would notify somebody."""
    text = quiet(_LINE_BREAKS.sub(" ", title).strip())
    return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1].rstrip()}…"


def labels(fields: Fields, tracker: TrackerSettings) -> tuple[str, ...]:
    """The labels an item asks for, as words; the tracker makes them fit and adds its general one by itself."""
    derived = {"severity": severity_level(fields.severity or ""), "kind": fields.kind, "priority": fields.priority}
    named = [f"{name}:{_slug(value)}" for name, value in derived.items() if value and _slug(value)]
    return tuple(dict.fromkeys((*tracker.labels, *named, *fields.labels)))


def _slug(text: str) -> str:
    return "-".join(re.findall(r"\w+", text.casefold()))


def severity_level(text: str) -> str:
    """The severity in one spelling: `sev2` for 'SEV-2', '2', 'S2', 'Sev 2 (partial outage)'; a word stays a word."""
    level = re.match(r"(?:severity|sev|s|p)?[\W_]*([0-5])(?![\d.])", text.strip().casefold())
    return f"sev{level[1]}" if level else _slug(text).replace("-", "")


def due_date(document: Document, item: Item, sla: Mapping[str, timedelta]) -> tuple[date | None, str]:
    """When the item is due, and who says so: 'document', 'sla' (document's date plus its severity's time), or ''.

    Where the document gives a day that cannot be read, nothing takes its place.
    """
    if item.due:
        return item.due, "document"
    if _names_no_day(document, item):
        return None, ""
    allowed = sla.get(severity_level(document.severity or ""))
    if allowed is not None and document.date:
        return document.date + allowed, "sla"
    return None, ""


def _names_no_day(document: Document, item: Item) -> bool:
    """Whether the document gives the item a day that cannot be read; findings go by line."""
    found = document.findings
    start = bisect_left(found, item.line, key=_line)
    return any(each.rule == "unreadable-date" for each in found[start : bisect_right(found, item.line, key=_line)])


def _line(finding: Finding) -> int:
    return finding.line


def quiet(text: str) -> str:
    """Text from a document that notifies and links nobody, and in which nothing reads as a marker.

    GitHub looks for mentions and references in what it made of the Markdown: so characters written as entities count,
    and comments are left out. Mentions and numbers are broken by an invisible character; addresses of issues lead
    there by a detour, or by a digit that is written as %3N, which GitHub takes for no reference.
    """
    text = marker.defuse(_without_comments(_ENTITY.sub(_undisguised, text))).replace("<!--", "<!-\u200b-")
    text = _MENTION.sub("@\u200b", text)
    text = _ISSUE_NUMBER.sub("\\1\u200b", text)
    text = _ON_GITHUB.sub(r"https://redirect.github.com/\g<path>\g<digit>", text)
    return _ON_ANOTHER.sub(r"\g<host>\g<path>%3\g<digit>", text)


def _without_comments(text: str) -> str:
    """By hand: a pattern would look for the end of each of many unclosed comments anew."""
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    return "".join((*kept, text[at:]))


def _undisguised(match: re.Match[str]) -> str:
    char = unescape(match[0])
    return char if _DISGUISE.fullmatch(char) else match[0]


def facts(document: Document, item: Item, settings: Settings, *, fields: Collection[str]) -> str:
    """What the post-mortem says of the item, as a list in Markdown with one fact a line.

    `fields` are those that the tracker can hold: what it has a field for is left out. Owners are always named: whether
    the tracker assigned them shows only in its answer.
    """
    due, due_from = due_date(document, item, settings.sla)
    page = _link(document.title or document.path, web_link(settings, document.path, item.line))
    rows = [
        ("Post-mortem", f"{page} ({_code(document.path)})" if document.title else page),
        ("Incident", _one_line(document.incident or "")),
        ("Severity", _one_line(document.severity or "")),
        ("Date", document.date.isoformat() if document.date else ""),
        ("Services", _one_line(", ".join(document.services))),
        ("Group", _one_line(item.group or "")),
        ("Kind", _one_line(item.kind or "")),
        ("Owner", _one_line(", ".join(item.owners))),
        ("Priority", "" if "priority" in fields else _one_line(item.priority or "")),
        ("Due", "" if "due" in fields or not due else f"{due} (by severity)" if due_from == "sla" else f"{due}"),
    ]
    return "\n".join(f"- **{name}:** {value}" for name, value in rows if value)


def body(facts: str, item: Item) -> str:
    """The ticket's text in Markdown: the facts, then the item's details. Only a title that was cut is repeated."""
    title = quiet(item.title) if len(ticket_title(item.title)) < len(item.title.strip()) else ""
    parts = [facts, title, quiet(item.details).strip(), "---", _FOOTER]
    return "\n\n".join(part for part in parts if part)


def _one_line(text: str) -> str:
    return quiet(_LINE_BREAKS.sub(" ", text).strip())


def _code(text: str) -> str:
    return f"`{text}`" if "`" not in text else quiet(text)


_FOOTER = (
    "Created by pmsync, which keeps the list at the top as the post-mortem has it. Title, owner and due date are "
    "edited there; status, discussion and everything else live here."
)


def web_link(settings: Settings, path: str, line: int) -> str:
    """Where people read the document's line: `documents.web_url` filled in, '' where it is not configured."""
    if not settings.web_url:
        return ""
    page, _, fragment = settings.web_url.partition("#")
    pattern = page if "{line}" in fragment and unit(path) != "line" else settings.web_url
    return pattern.replace("{path}", quote(path)).replace("{line}", str(line))


def _link(text: str, url: str) -> str:
    text = quiet(_LINE_BREAKS.sub(" ", text).strip()).replace("[", "(").replace("]", ")")
    return f"[{text}]({url})" if url else text
