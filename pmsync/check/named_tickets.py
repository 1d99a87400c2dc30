"""Rules of `pmsync check` about the tickets that items name; no tracker is asked. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from pmsync.config.settings import Settings, TrackerSettings
from pmsync.findings import new_finding
from pmsync.identity.ticket_addresses import KEY, github_issue, jira_key
from pmsync.model import Document, Finding

_SHORT = re.compile(r"(?:(?P<repo>[\w.-]+/[\w.-]+)#|#|GH-)(?P<number>[1-9]\d{0,9})", re.IGNORECASE)


def ticket_of(text: str, settings: Settings) -> str:
    """One name for a ticket of a configured tracker, however it is written; '' for any other text."""
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
    """Tickets that the sentence of an open item only mentions, if they can be in a configured tracker."""
    for item in document.items:
        for text in item.mentions if not (item.done or item.dropped or item.named) else ():
            if ticket_of(text, settings):
                message = f"{item.title!r} mentions {text!r}, which does not count as its own ticket"
                yield new_finding("ticket-mentioned", message, path=document.path, line=item.line)


class CopiedLinks:
    """The tickets that items of more than one document name."""

    def __init__(self, documents: Sequence[Document], settings: Settings) -> None:
        self._settings = settings
        naming: dict[str, set[tuple[date, str]]] = defaultdict(set)
        for document in documents:
            for text in {text for item in document.items for text in item.named}:
                if ticket := ticket_of(text, settings):
                    naming[ticket].add((document.date or date.max, document.path))
        self._first = {ticket: min(places)[1] for ticket, places in naming.items() if len(places) > 1}

    def of(self, document: Document) -> Iterator[Finding]:
        """A finding for each item that names a ticket which an earlier document names too."""
        for item in document.items:
            for text in item.named:
                first = self._first.get(ticket_of(text, self._settings), document.path)
                if first != document.path:
                    message = f"{item.title!r} names ticket {text!r}, which {first!r} names too: it looks copied"
                    yield new_finding("copied-link", message, path=document.path, line=item.line)
                    break
