"""What `pmsync check` finds wrong in documents. Pure.

A rule's name is stable: people filter by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches

from pmsync import guidance
from pmsync.keys import item_key
from pmsync.model import Document, Finding, Item, Level, Reading
from pmsync.people import Directory
from pmsync.places import unit
from pmsync.settings import Settings

LEVELS: Mapping[str, Level] = {
    "title-missing": "error",
    "duplicate-key": "warning",
    "owner-missing": "warning",
    "owner-unknown": "warning",
    "draft-document": "note",
    "before-since": "note",
    "date-missing": "warning",
}
"""The rules of this module; the reader's and the parser's findings bring their own levels."""
_PARSER = frozenset({"empty-section", "no-items", "prose", "unknown-column", "unknown-table", "unreadable-date"})
CONFIGURABLE = frozenset({*LEVELS, *guidance.LEVELS, *_PARSER})
"""Which rules may get another level by [check]. What keeps a document from being read is none of them."""


def check(reading: Reading, settings: Settings) -> tuple[Finding, ...]:
    """Everything to tell about the documents: what reading them found, and what the rules find, by path and line."""
    directory = Directory(settings.people)
    found = list(reading.findings)
    for document in reading.documents:
        found += document.findings
        found += _standing(document, settings)
        found += _titles(document)
        found += _doubles(document)
        if not is_old(document, settings):
            found += _owners(document, directory)
            found += guidance.advise(document, settings)
    levelled = [each for finding in found if (each := _levelled(finding, settings))]
    return tuple(sorted(dict.fromkeys(levelled), key=lambda finding: (finding.path, finding.line, finding.rule)))


def _levelled(finding: Finding, settings: Settings) -> Finding | None:
    """The finding at the level that the configuration gives its rule, None where that is off."""
    match settings.levels.get(finding.rule):
        case "off":
            return None
        case "error" | "warning" | "note" as level:
            return replace(finding, level=level)
        case _:
            return finding


def is_old(document: Document, settings: Settings) -> bool:
    """Older than `documents.since`: its items are listed and never ticketed."""
    return bool(settings.since and document.date and document.date < settings.since)


def open_items(document: Document) -> list[Item]:
    return [item for item in document.items if not item.done]


def _finding(document: Document, line: int, rule: str, message: str, hint: str = "") -> Finding:
    return Finding(rule, LEVELS[rule], message, hint, document.path, line)


def _standing(document: Document, settings: Settings) -> Iterator[Finding]:
    count = len(open_items(document))
    items = "1 open item" if count == 1 else f"{count} open items"
    if document.draft:
        status = f" (status {document.status!r})" if document.status else ""
        hint = "change its status when it is final"
        yield _finding(document, 1, "draft-document", f"a draft{status}: no tickets for its {items}", hint)
    if is_old(document, settings) and count:
        message = f"dated {document.date}, before documents.since ({settings.since}): no tickets for its {items}"
        yield _finding(document, 1, "before-since", message)
    if settings.since and not document.date and not document.draft and count:
        message = f"the document has no date, so documents.since ({settings.since}) does not hold its {items} back"
        hint = "give it one: a line `Date: 2026-11-24`, front matter, or the beginning of its file name"
        yield _finding(document, 1, "date-missing", message, hint)


def _titles(document: Document) -> Iterator[Finding]:
    for item in document.items:
        if not item.title.strip():
            yield _finding(document, item.line, "title-missing", "the item has no text", "say what is to be done")


def _doubles(document: Document) -> Iterator[Finding]:
    first: dict[str, Item] = {}
    for item in document.items:
        before = first.setdefault(item_key(item), item)
        if before is not item and item.title.strip():
            message = f"the item {item.title!r} stands on {unit(document.path)} {before.line} too"
            hint = "remove one, or word them differently: alike, only their order tells them apart"
            yield _finding(document, item.line, "duplicate-key", message, hint)


def _owners(document: Document, directory: Directory) -> Iterator[Finding]:
    for item in open_items(document):
        if not item.owners and not item.tickets:
            message = f"the item {item.title!r} has no owner"
            hint = "name one person or team, such as `(owner: alice)`"
            yield _finding(document, item.line, "owner-missing", message, hint)
        for owner in item.owners:
            if directory.names and not directory.match(owner):
                message = f"owner {owner!r} is not known"
                yield _finding(document, item.line, "owner-unknown", message, _suggestion(owner, directory))


def _suggestion(owner: str, directory: Directory) -> str:
    close = get_close_matches(owner.casefold(), directory.names, n=1, cutoff=0.6)
    person = directory.match(close[0]) if close else None
    if person:
        return f"did you mean `{person.id}`? Else add an alias under [people.{person.id}]"
    return "add a table [people.NAME] to the configuration, or the name to somebody's aliases"
