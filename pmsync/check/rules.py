"""Runs the rules of `pmsync check`; pmsync/findings describes them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pmsync.check import ignored, named_tickets, wording
from pmsync.check.already_open import EarlierItems
from pmsync.check.named_tickets import CopiedLinks
from pmsync.config.globs import matches
from pmsync.config.people import Directory
from pmsync.config.settings import Settings
from pmsync.config.unknown_owners import similar, unknown_owner
from pmsync.findings import CHECK_RULES, IGNORABLE, new_finding
from pmsync.identity.keys import item_key
from pmsync.location import unit
from pmsync.model import Document, Finding, Item, Reading
from pmsync.workdays.calendar import ONLY_WEEKENDS, WorkCalendars


def check(
    reading: Reading,
    settings: Settings,
    earlier: EarlierItems | None = None,
    copies: CopiedLinks | None = None,
    calendars: WorkCalendars = ONLY_WEEKENDS,
) -> tuple[Finding, ...]:
    """All findings about the documents, from reading them and from the rules, sorted by path and line.

    `earlier` are the ledger's open items, None without a ledger. `copies` are the tickets that several documents name;
    pass them if there are more documents than in `reading`. `calendars` are the business days. Findings that a comment
    ignores are left out.
    """
    directory = Directory(settings.people)
    idle = _idle(settings, ledger=earlier is not None)
    copies = copies or CopiedLinks(reading.documents, settings)
    found = list(reading.findings)
    for document in reading.documents:
        of_it = [*document.findings, *_standing(document, settings), *_titles(document), *_doubles(document)]
        old = is_old(document, settings)
        if not old:
            of_it += [*_owners(document, directory), *wording.advise(document, settings, calendars)]
            of_it += [*named_tickets.mentioned(document, settings), *copies.of(document)]
            of_it += earlier.repeated(document) if earlier else []
        found += ignored.apply(document, of_it, idle=IGNORABLE if old else idle)
    levelled = [each for finding in found if (each := _levelled(finding, settings))]
    return tuple(sorted(dict.fromkeys(levelled), key=lambda finding: (finding.path, finding.line, finding.rule)))


def _idle(settings: Settings, *, ledger: bool) -> frozenset[str]:
    """The rules that cannot find anything, because the configuration lacks what they need."""
    needs = {"people": settings.people, "since": settings.since, "sla": settings.sla, "trackers": settings.trackers}
    missing = {need for need, configured in {**needs, "ledger": ledger}.items() if not configured}
    return frozenset(name for name, rule in CHECK_RULES.items() if rule.needs in missing)


def level(settings: Settings, rule: str, path: str = "") -> str | None:
    """The configured level of a rule for the document at this path, None for the rule's own level."""
    fitting = (each.levels[rule] for each in settings.levels_at if rule in each.levels and matches(each.path, path))
    return next(fitting, settings.levels.get(rule))


def _levelled(finding: Finding, settings: Settings) -> Finding | None:
    """The finding with its configured level, None if that is `off`."""
    match level(settings, finding.rule, finding.path):
        case "off":
            return None
        case "error" | "warning" | "note" as given:
            return replace(finding, level=given)
        case _:
            return finding


def is_old(document: Document, settings: Settings) -> bool:
    """Whether the document is older than `documents.since`, so that its items get no tickets."""
    return bool(settings.since and document.date and document.date < settings.since)


def open_items(document: Document) -> list[Item]:
    return [item for item in document.items if not (item.done or item.dropped)]


def _finding(document: Document, line: int, rule: str, message: str, hint: str | None = None) -> Finding:
    return new_finding(rule, message, hint, document.path, line)


def _standing(document: Document, settings: Settings) -> Iterator[Finding]:
    count = len(open_items(document))
    items = "1 open item" if count == 1 else f"{count} open items"
    if document.draft:
        status = f" (status {document.status!r})" if document.status else ""
        yield _finding(document, 1, "draft-document", f"a draft{status}, so its {items} get no tickets yet")
    if is_old(document, settings) and count:
        message = f"dated {document.date}, before documents.since ({settings.since}): no tickets for its {items}"
        yield _finding(document, 1, "before-since", message, "")
    if settings.since and not document.date and not document.draft and count:
        message = f"the document has no date, so documents.since ({settings.since}) does not apply to its {items}"
        yield _finding(document, 1, "date-missing", message)


def _titles(document: Document) -> Iterator[Finding]:
    for item in document.items:
        if not item.title.strip():
            yield _finding(document, item.line, "title-missing", "the item has no text")


def _doubles(document: Document) -> Iterator[Finding]:
    first: dict[str, Item] = {}
    for item in document.items:
        before = first.setdefault(item_key(item), item)
        if before is not item and item.title.strip():
            message = f"the item {item.title!r} is on {unit(document.path)} {before.line} too"
            yield _finding(document, item.line, "duplicate-key", message)


def _owners(document: Document, directory: Directory) -> Iterator[Finding]:
    for item in open_items(document):
        if not item.owners and not item.named:
            yield _finding(document, item.line, "owner-missing", f"the item {item.title!r} has no owner")
        for owner in item.owners:
            if directory.names and not directory.match(owner):
                yield _stranger(document, item, owner, directory)


def _stranger(document: Document, item: Item, owner: str, directory: Directory) -> Finding:
    like = similar(owner, directory)
    hint = f"did you mean `{like}`? Otherwise add an alias under [people.{like}]" if like else None
    return unknown_owner(owner, document.path, item.line, hint)
