"""A faster markdown-it-py, with the same tokens: its own rules, tried on fewer lines. Pure.

markdown-it-py tries every rule on every line, and again on every further line of a paragraph. But most rules apply only to
lines that begin with certain characters, and most lines begin with a letter. It also reads the target of a link character
by character, where one regular expression is enough for most.
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
"""The first characters, after the indentation, of the lines to which a rule can apply; other rules can apply to any."""
_MOST_WITHOUT_MARK = 100  # lines without '>' that go on with a paragraph of a quote
_RIGHT = re.compile(r"https://[a-z0-9]+(?:[.-][a-z0-9]+){1,9}/[A-Za-z0-9/._-]*(?:#[A-Za-z0-9_-]+)?")
_DESTINATION = re.compile(r"[A-Za-z0-9:/._#?=%+,;~@$-]+(?=[) \n])")
_NESTING = 40  # limits recursion here and in markdown-it


class _Destination(NamedTuple):
    """The target of a link, as markdown-it's own helper returns it; `pos` is the position after it."""

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
    """A parser of blocks in text with '\\n' line ends; inline text is left for its `inline` parser. Without `tables` it is
    faster, with the same result for text without a '|'.
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
    """markdown-it's rule for block quotes. It searches all further lines, again for each quote, for those that continue a
    paragraph without a '>', so its time would be quadratic. Here it sees a limited number of lines.
    """
    line, without = start + 1, 0
    while not silent and line < end and without < _MOST_WITHOUT_MARK and not state.isEmpty(line):
        without += state.src[state.bMarks[line] + state.tShift[line]] != ">"
        line += 1
    return blockquote(state, start, end if silent else line, silent)


def _rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """markdown-it's rule for horizontal rules, which have their sign three times; an entry of a list has it once."""
    position = state.bMarks[start] + state.tShift[start]
    following = state.src[position + 1 : position + 3].lstrip(" \t")[:1]
    return following in (state.src[position], "", "\n") and hr(state, start, end, silent)


def _underlined(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """markdown-it's rule for underlined headings, which a paragraph of one line cannot be."""
    return start + 1 < end and not state.isEmpty(start + 1) and lheading(state, start, end, silent)


def _first_of(rules: Sequence[Rule[Ask]]) -> Ask:
    """A rule that tries the rules that can apply to a line, in order."""
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
