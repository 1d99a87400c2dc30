"""What `pmsync check` finds about the tickets that items name, without asking a tracker. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from pmsync.config.settings import Settings, TrackerSettings
from pmsync.findings import new_finding
from pmsync.identity.ticket_addresses import KEY, github_issue, jira_key
from pmsync.model import Document, Finding, Item

_SHORT = re.compile(r"(?:(?P<repo>[\w.-]+/[\w.-]+)#|#|GH-)(?P<number>[1-9]\d{0,9})", re.IGNORECASE)


def ticket_of(text: str, settings: Settings) -> str:
    """What a ticket of a configured tracker is called, the same for all ways to write it; '' for everything else."""
    for tracker in settings.trackers.values():
        key = {"github": _of_github, "jira": _of_jira}.get(tracker.type, _of_local)(text.strip(), tracker, settings)
        if key:
            return f"{tracker.name} {key}".casefold()
    return ""


def _of_github(text: str, tracker: TrackerSettings, settings: Settings) -> str:
    if shown := github_issue(text):
        return str(shown[2]) if shown[1].casefold() == tracker.repo.casefold() else ""
    short = _SHORT.fullmatch(text)
    named = (short["repo"] or settings.repository or "") if short else ""
    return short["number"] if short and named.casefold() == tracker.repo.casefold() else ""


def _of_jira(text: str, tracker: TrackerSettings, _settings: Settings) -> str:
    shown = (jira_key(text, site) for site in tracker.sites)
    key = text.upper() if re.fullmatch(KEY, text, re.IGNORECASE) else next(filter(None, shown), "")
    return key if key.rpartition("-")[0] == tracker.project.upper() else ""


def _of_local(text: str, tracker: TrackerSettings, _settings: Settings) -> str:
    found = re.fullmatch(rf"local:{re.escape(tracker.name)}/(\d+)|(?i:{re.escape(tracker.name)})-(\d+)", text)
    return (found[1] or found[2]) if found else ""


def mentioned(document: Document, settings: Settings) -> Iterator[Finding]:
    """Tickets that the sentence of an open item only speaks of, where a tracker is configured that may hold them."""
    for item in document.items:
        for text in item.mentions if not (item.done or item.dropped or item.named) else ():
            if ticket_of(text, settings):
                message = f"{item.title!r} speaks of {text!r}, which is not taken for its own ticket"
                hint = "if it is, write it in brackets behind the item; else nothing is to do"
                yield _finding("ticket-mentioned", message, hint, document, item)


class Copies:
    """The tickets that items of several documents name, among all documents that were read."""

    def __init__(self, documents: Sequence[Document], settings: Settings) -> None:
        self._settings = settings
        naming: dict[str, set[tuple[date, str]]] = defaultdict(set)
        for document in documents:
            for text in {text for item in document.items for text in item.named}:
                if ticket := ticket_of(text, settings):
                    naming[ticket].add((document.date or date.max, document.path))
        self._first = {ticket: min(places)[1] for ticket, places in naming.items() if len(places) > 1}

    def of(self, document: Document) -> Iterator[Finding]:
        """A finding for each item that names a ticket which an earlier document names, as in a copied one."""
        for item in document.items:
            for text in item.named:
                first = self._first.get(ticket_of(text, self._settings), document.path)
                if first != document.path:
                    message = f"{item.title!r} names ticket {text!r}, which {first!r} names too: it looks copied"
                    hint = "remove the link, and the item gets a ticket of its own; if it is the same work, leave it"
                    yield _finding("copied-link", message, hint, document, item)
                    break


def _finding(rule: str, message: str, hint: str, document: Document, item: Item) -> Finding:
    return new_finding(rule, message, hint, document.path, item.line)
