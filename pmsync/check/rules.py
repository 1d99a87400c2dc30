"""What `pmsync check` finds wrong in documents; `rulebook` says what each rule means. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pmsync.check import ignored, named_tickets, wording
from pmsync.check.already_open import Known
from pmsync.check.named_tickets import Copies
from pmsync.config.globs import matches
from pmsync.config.people import Directory
from pmsync.config.settings import Settings
from pmsync.config.unknown_owners import similar, unknown_owner
from pmsync.findings import IGNORABLE, RULES, new_finding
from pmsync.identity.keys import item_key
from pmsync.location import unit
from pmsync.model import Document, Finding, Item, Reading


def check(
    reading: Reading, settings: Settings, known: Known | None = None, copies: Copies | None = None
) -> tuple[Finding, ...]:
    """Everything to tell about the documents: what reading them found, and what the rules find, by path and line.

    `known` are the ledger's open items, None where no ledger was asked; `copies` are the tickets that several documents
    name, for more of them than `reading` holds. What comments in the documents ignore is left
    out, and comments that ignore nothing are told.
    """
    directory = Directory(settings.people)
    idle = _idle(settings, ledger=known is not None)
    copies = copies or Copies(reading.documents, settings)
    found = list(reading.findings)
    for document in reading.documents:
        of_it = [*document.findings, *_standing(document, settings), *_titles(document), *_doubles(document)]
        old = is_old(document, settings)
        if not old:
            of_it += [*_owners(document, directory), *wording.advise(document, settings)]
            of_it += [*named_tickets.mentioned(document, settings), *copies.of(document)]
            of_it += known.repeated(document) if known else []
        found += ignored.apply(document, of_it, idle=IGNORABLE if old else idle)
    levelled = [each for finding in found if (each := _levelled(finding, settings))]
    return tuple(sorted(dict.fromkeys(levelled), key=lambda finding: (finding.path, finding.line, finding.rule)))


def _idle(settings: Settings, *, ledger: bool) -> frozenset[str]:
    """The rules that can find nothing here, because what they need is not configured."""
    there = {
        "",
        *(name for name in ("people", "since", "sla", "trackers") if getattr(settings, name)),
        *(["ledger"] * ledger),
    }
    return frozenset(name for name, rule in RULES.items() if rule.needs not in there)


def level(settings: Settings, rule: str, path: str = "") -> str | None:
    """The level that the configuration gives a rule, for a document at that path; None where it says nothing."""
    fitting = (each.levels[rule] for each in settings.levels_at if rule in each.levels and matches(each.path, path))
    return next(fitting, settings.levels.get(rule))


def _levelled(finding: Finding, settings: Settings) -> Finding | None:
    """The finding at the level that the configuration gives its rule, None where that is off."""
    match level(settings, finding.rule, finding.path):
        case "off":
            return None
        case "error" | "warning" | "note" as given:
            return replace(finding, level=given)
        case _:
            return finding


def is_old(document: Document, settings: Settings) -> bool:
    """Older than `documents.since`: its items are listed and never ticketed."""
    return bool(settings.since and document.date and document.date < settings.since)


def open_items(document: Document) -> list[Item]:
    return [item for item in document.items if not (item.done or item.dropped)]


def _finding(document: Document, line: int, rule: str, message: str, hint: str = "") -> Finding:
    return new_finding(rule, message, hint, document.path, line)


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
        if not item.owners and not item.named:
            message = f"the item {item.title!r} has no owner"
            hint = "name one person or team, such as `(owner: alice)`"
            yield _finding(document, item.line, "owner-missing", message, hint)
        for owner in item.owners:
            if directory.names and not directory.match(owner):
                yield _stranger(document, item, owner, directory)


def _stranger(document: Document, item: Item, owner: str, directory: Directory) -> Finding:
    like = similar(owner, directory)
    hint = f"did you mean `{like}`? Otherwise add an alias under [people.{like}]" if like else None
    return unknown_owner(owner, document.path, item.line, hint)
