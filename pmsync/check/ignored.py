"""Comments in documents that ignore rules of `pmsync check`. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches

from pmsync.findings import CHECK_RULES, CONFIGURABLE, IGNORABLE, new_finding
from pmsync.location import unit
from pmsync.model import Document, Finding, Ignore


def apply(document: Document, found: Sequence[Finding], *, idle: Collection[str]) -> list[Finding]:
    """The findings that no comment ignores, and findings about the comments themselves.

    A comment that ignores nothing is reported, except for `idle` rules, which cannot find anything at present, and
    for items that are done or have a ticket: the comment may be older than that.
    """
    if not document.ignores:
        return list(found)
    asked = {(rule, each.about) for each in document.ignores for rule in each.rules if rule in IGNORABLE}
    met = {place for finding in found for place in _places(finding)}
    left = [finding for finding in found if asked.isdisjoint(_places(finding))]
    return [*left, *_unknown(document), *_unused(document, met, idle)]


def _places(finding: Finding) -> tuple[tuple[str, int], tuple[str, int]]:
    """The two places where a comment can ignore the finding: on its line, or in the whole document."""
    return (finding.rule, finding.line), (finding.rule, 0)


def _unknown(document: Document) -> Iterator[Finding]:
    for each in document.ignores:
        if not each.rules:
            yield _finding(document, each, "unknown-ignore", "this comment for pmsync cannot be understood")
        for rule in each.rules:
            if rule not in IGNORABLE:
                yield _finding(document, each, "unknown-ignore", *_why_not(rule))


def _why_not(rule: str) -> tuple[str, str]:
    if rule in CONFIGURABLE:
        return (
            f"the rule {rule!r} cannot be ignored by a comment",
            f'write `{rule} = "off"` below [check] in pmsync.toml',
        )
    if rule in CHECK_RULES:
        return f"the rule {rule!r} cannot be ignored", "fix what it finds"
    close = get_close_matches(rule, IGNORABLE, n=1, cutoff=0.6)
    hint = (
        f"did you mean `{close[0]}`?"
        if close
        else "`pmsync check --list-rules` lists the rules; a reason follows a colon"
    )
    return f"unknown rule {rule!r}", hint


def _unused(document: Document, met: Collection[tuple[str, int]], idle: Collection[str]) -> Iterator[Finding]:
    settled = {item.line for item in document.items if item.done or item.dropped or item.tickets}
    for each in document.ignores:
        where = f"on {unit(document.path)} {each.about}" if each.about else "in this document"
        for rule in each.rules:
            if rule in IGNORABLE - set(idle) and (rule, each.about) not in met and each.about not in settled:
                message = f"rule {rule!r} finds nothing {where}, so there is nothing to ignore"
                yield _finding(document, each, "unused-ignore", message)


def _finding(document: Document, ignore: Ignore, rule: str, message: str, hint: str | None = None) -> Finding:
    return new_finding(rule, message, hint, document.path, ignore.line)
