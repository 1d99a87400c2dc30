"""markdown-it-py as it is used here: its own rules, asked about fewer lines. Pure.

It asks every rule about every line, and again about every further line of a paragraph, though most rules need a line to
begin with a character of theirs and most lines begin with a letter. What it does character by character with a link's
target is done in one step with most. The tokens are the same as without this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple

from markdown_it import MarkdownIt, helpers
from markdown_it.common import normalize_url
from markdown_it.rules_block import blockquote, hr, lheading

if TYPE_CHECKING:
    from markdown_it.ruler import Rule
    from markdown_it.rules_block import StateBlock

    Ask = Callable[[StateBlock, int, int, bool], bool]

_BEGINNINGS = {
    "fence": "`~",
    "blockquote": ">",
    "hr": "*-_",
    "list": "*+-0123456789",
    "reference": "[",
    "html_block": "<",
    "heading": "#",
}
"""What a line begins with, behind its indentation, for the rule to apply; the other rules look at more than that."""
_MOST_WITHOUT_MARK = 100  # lines of a quote: a paragraph that was wrapped after its first line was quoted
_RIGHT = re.compile(r"https://[a-z0-9]+(?:[.-][a-z0-9]+){1,9}/[A-Za-z0-9/._-]*(?:#[A-Za-z0-9_-]+)?")
_DESTINATION = re.compile(r"[A-Za-z0-9:/._#?=%+,;~@$-]+(?=[) \n])")
_NESTING = 40  # bounds recursion here and in markdown-it; nobody nests lists twenty deep


class _Destination(NamedTuple):
    """Where a link leads, as markdown-it's own helper returns it; `pos` is behind it."""

    ok: bool
    pos: int
    str: str


def _destination(string: str, pos: int, maximum: int) -> object:
    match = _DESTINATION.match(string, pos, maximum)
    return _Destination(True, match.end(), match[0]) if match else helpers.parseLinkDestination(string, pos, maximum)


class _Markdown(MarkdownIt):
    def __init__(self, preset: str, options: Mapping[str, object]) -> None:
        super().__init__(preset, options)
        self.helpers = SimpleNamespace(  # type: ignore[assignment]
            parseLinkDestination=_destination,
            parseLinkLabel=helpers.parseLinkLabel,
            parseLinkTitle=helpers.parseLinkTitle,
        )

    def normalizeLink(self, url: str) -> str:  # noqa: N802  (its name there)
        """As `normal_link`."""
        return normal_link(url)


def normal_link(url: str) -> str:
    """The target of a link as markdown-it encodes it; most need no change."""
    return url if _RIGHT.fullmatch(url) else normalize_url.normalizeLink(url)


def parser(*, tables: bool = True) -> MarkdownIt:
    """A parser of blocks, for text with '\\n' line ends; it leaves inline text for later (its `inline` parses that).
    Without `tables` it is faster, and the same for text without a '|'.
    """
    markdown = _Markdown("commonmark", {"maxNesting": _NESTING}).enable(["strikethrough", *["table"] * tables])
    markdown.core.ruler.disable(["normalize", "inline", "text_join"])
    ruler = markdown.block.ruler
    rules = [rule for rule in ruler.__rules__ if rule.enabled]
    for rule in rules:
        rule.fn = {"blockquote": _quote, "hr": _rule, "lheading": _underlined}.get(rule.name, rule.fn)
    ending = {
        chain: [rule for rule in rules if chain in rule.alt]
        for chain in ("paragraph", "reference", "blockquote", "list")
    }
    for rule in rules:
        ruler.at(rule.name, rule.fn)
    for chain, able in ending.items():
        ruler.push(f"end of {chain}", _first_of(able), {"alt": [chain]})
    ruler.before(rules[0].name, "block", _first_of(rules))
    return markdown


def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """markdown-it's rule for block quotes, which looks through all further lines for those that go on a paragraph of the
    quote without a '>': at each quote anew, so that many short ones would take it ever longer. Here it sees some.
    """
    line, without = start + 1, 0
    while not silent and line < end and without < _MOST_WITHOUT_MARK and not state.isEmpty(line):
        without += state.src[state.bMarks[line] + state.tShift[line]] != ">"
        line += 1
    return blockquote(state, start, end if silent else line, silent)


def _rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """markdown-it's rule for horizontal rules, which have their sign three times: the entries of lists have it once."""
    position = state.bMarks[start] + state.tShift[start]
    following = state.src[position + 1 : position + 3].lstrip(" \t")[:1]
    return following in (state.src[position], "", "\n") and hr(state, start, end, silent)


def _underlined(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """markdown-it's rule for headings that are underlined, which most paragraphs, of one line, cannot be."""
    return start + 1 < end and not state.isEmpty(start + 1) and lheading(state, start, end, silent)


def _first_of(rules: Sequence[Rule[Ask]]) -> Ask:
    """A rule that is the first one that applies of those that can."""
    usual = [rule.fn for rule in rules if rule.name not in _BEGINNINGS]
    special = {
        char: [rule.fn for rule in rules if char in _BEGINNINGS.get(rule.name, char)]
        for char in "".join(_BEGINNINGS.values())
    }

    def ask(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        position = state.bMarks[start] + state.tShift[start]
        for rule in special.get(state.src[position : position + 1], usual):  # noqa: SIM110  (any() costs half as much again)
            if rule(state, start, end, silent):
                return True
        return False

    return ask
