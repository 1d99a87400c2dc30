"""Finds the item that a person names, and everything the ledger knows about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pmsync.errors import ConfigError
from pmsync.identity.ticket_addresses import same_ticket
from pmsync.ledger import Ledger
from pmsync.ledger.changes import Change
from pmsync.ledger.slips import Slip, slips
from pmsync.location import place, unit
from pmsync.model import Finding, Intent, Link, Overview
from pmsync.model.spelling import one_spelling

MOST_CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class ItemView:
    """Everything that the ledger knows about one item; `history` is oldest first."""

    seen: Overview
    findings: tuple[Finding, ...]
    history: tuple[tuple[datetime, Change], ...]
    decision: str | None

    @property
    def uid(self) -> str:
        return self.seen.item.uid

    @property
    def link(self) -> Link | None:
        return self.seen.link

    @property
    def slips(self) -> list[Slip]:
        """The moves of its due date to a later day, oldest first."""
        return slips(self.history, self.seen.item, self.link.ticket.due if self.link else None)

    @property
    def intent(self) -> Intent | None:
        return self.seen.intent


def resolve_item(ledger: Ledger, text: str) -> ItemView:
    """The one item that `text` names: its uid or the beginning of it, its ticket's key or URL, or `path:line`.

    `path` may leave out leading folders, or have more of them than the ledger. Raises ConfigError, with the
    candidates, where that is none or more than one.
    """
    overview = ledger.overview()
    wanted = text.strip()
    for matches in (_by_uid, _by_ticket, _by_place, _by_prefix):
        found = [each for each in overview if matches(each, wanted)]
        # an orphan keeps its last place and ticket, but an item that is there now comes first
        found = [each for each in found if not (each.link and each.link.orphaned)] or found
        # an undecided item has the place of the item that it may be: that one is meant
        asked_about = {candidate.uid for each in found for candidate in each.item.candidates}
        found = [each for each in found if each.item.uid not in asked_about] or found
        if len(found) > 1:
            raise ConfigError(_ambiguous(text, found))
        if found:
            return _view(ledger, found[0])
    raise ConfigError(_unknown(text, overview))


def _view(ledger: Ledger, seen: Overview) -> ItemView:
    findings = [finding for finding in ledger.findings() if _concerns(finding, seen)]
    history = ledger.history(seen.item.uid)
    return ItemView(seen, tuple(findings), tuple(history), ledger.decisions().get(seen.item.uid))


def _concerns(finding: Finding, seen: Overview) -> bool:
    if finding.path and finding.line:
        return (finding.path, finding.line) == (seen.document.path, seen.item.line)
    names = [seen.item.uid, *([seen.link.ticket.ref.key] if seen.link else [])]
    return any(f"{mark}{name}{mark}" in finding.message for name in names for mark in "'`")


def _by_uid(seen: Overview, text: str) -> bool:
    return seen.item.uid == text.casefold()


def _by_prefix(seen: Overview, text: str) -> bool:
    return bool(text) and seen.item.uid.startswith(text.casefold())


def _by_ticket(seen: Overview, text: str) -> bool:
    if seen.link is None:
        return False
    ref, wanted = seen.link.ticket.ref, text.casefold()
    url = wanted.partition("#")[0].partition("?")[0].rstrip("/")
    short = ref.key.casefold().partition("#")[1:]
    named = wanted in {ref.key.casefold(), "".join(short) or None} or url == ref.url.casefold().rstrip("/")
    return named or same_ticket(text, ref.url)


def _by_place(seen: Overview, text: str) -> bool:
    path, _, line = text.rpartition(":")
    line = line.removeprefix(f"{unit(path)} ")
    return line.isdecimal() and int(line) == seen.item.line and _same_path(seen.document.path, path)


def _same_path(held: str, given: str) -> bool:
    given = one_spelling(given.removeprefix("./"))
    return bool(given) and (held == given or held.endswith(f"/{given}") or given.endswith(f"/{held}"))


def _ambiguous(text: str, found: Sequence[Overview]) -> str:
    return "\n".join([f"{text!r} names {len(found)} items", *_candidates(found), "give the uid of the one you mean"])


def _unknown(text: str, overview: Sequence[Overview]) -> str:
    near = [each for each in overview if _resembles(each, text.strip())]
    message = f"no item in the ledger is named {text!r}"
    if near:
        return "\n".join([f"{message}; similar items:", *_candidates(near)])
    hint = (
        "if the document changed since the last sync, run `pmsync sync` first; ITEM is a uid or its beginning, a "
        "key or URL, or path:line, and `pmsync status --all` lists all items"
    )
    return f"{message}\n{hint if overview else 'the ledger knows no items yet; run `pmsync sync`'}"


def _resembles(seen: Overview, text: str) -> bool:
    path, colon, _ = text.rpartition(":")
    if colon and _same_path(seen.document.path, path):
        return True
    return _same_path(seen.document.path, text) or (
        len(text) > 2 and text.casefold() in seen.item.fields.title.casefold()
    )


def _candidates(found: Sequence[Overview]) -> list[str]:
    shown = [_candidate(each) for each in found[:MOST_CANDIDATES]]
    left = len(found) - len(shown)
    return [*shown, *([f"and {left} more"] if left else [])]


def _candidate(seen: Overview) -> str:
    key = f"  {seen.link.ticket.ref.key}" if seen.link else ""
    return (
        f"{seen.item.uid}{key}  {place(seen.document.path, seen.item.line)}  {' '.join(seen.item.fields.title.split())}"
    )
