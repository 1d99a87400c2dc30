"""What a document's comments ignore of its findings, and which comments ignore nothing. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches

from pmsync.findings import CONFIGURABLE, IGNORABLE, RULES, new_finding
from pmsync.location import unit
from pmsync.model import Document, Finding, Ignore


def apply(document: Document, found: Sequence[Finding], *, idle: Collection[str]) -> list[Finding]:
    """The findings that are left, and those about the comments themselves.

    That a comment ignores nothing is not said of `idle` rules, which can find nothing just now, nor where the item is
    done or has its ticket: the comment may have been there first.
    """
    if not document.ignores:
        return list(found)
    asked = {(rule, each.about) for each in document.ignores for rule in each.rules if rule in IGNORABLE}
    met = {place for finding in found for place in _places(finding)}
    left = [finding for finding in found if asked.isdisjoint(_places(finding))]
    return [*left, *_unknown(document), *_unused(document, met, idle)]


def _places(finding: Finding) -> tuple[tuple[str, int], tuple[str, int]]:
    """What a comment has to name to ignore the finding: its rule on its line, or in the document."""
    return (finding.rule, finding.line), (finding.rule, 0)


def _unknown(document: Document) -> Iterator[Finding]:
    for each in document.ignores:
        if not each.rules:
            hint = "write `<!-- pmsync: ignore RULE: why -->`, or `ignore-file RULE` for the whole document"
            yield _finding(document, each, "unknown-ignore", "this comment for pmsync is not understood", hint)
        for rule in each.rules:
            if rule not in IGNORABLE:
                yield _finding(document, each, "unknown-ignore", *_why_not(rule))


def _why_not(rule: str) -> tuple[str, str]:
    if rule in CONFIGURABLE:
        hint = f'give it another level: `{rule} = "off"` below [check] in pmsync.toml'
        return f"the rule {rule!r} cannot be ignored by a comment", hint
    if rule in RULES:
        return f"the rule {rule!r} cannot be ignored", "repair what it finds"
    close = get_close_matches(rule, IGNORABLE, n=1, cutoff=0.6)
    hint = f"did you mean `{close[0]}`?" if close else "`pmsync check --list-rules` names them; why goes behind a colon"
    return f"there is no rule {rule!r} to ignore", hint


def _unused(document: Document, met: Collection[tuple[str, int]], idle: Collection[str]) -> Iterator[Finding]:
    settled = {item.line for item in document.items if item.done or item.dropped or item.tickets}
    for each in document.ignores:
        where = f"on {unit(document.path)} {each.about}" if each.about else "in this document"
        for rule in each.rules:
            if rule in IGNORABLE - set(idle) and (rule, each.about) not in met and each.about not in settled:
                message = f"no {rule!r} is found {where}, so there is nothing to ignore"
                hint = "take it out of the comment, or move the comment to the item's line"
                yield _finding(document, each, "unused-ignore", message, hint)


def _finding(document: Document, ignore: Ignore, rule: str, message: str, hint: str) -> Finding:
    return new_finding(rule, message, hint, document.path, ignore.line)
