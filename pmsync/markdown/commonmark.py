"""markdown-it-py as it is used here: its own rules, asked about fewer lines. Pure.

It asks every rule about every line, and again about every further line of a paragraph, though most rules need a line to
begin with a character of theirs and most lines begin with a letter. The tokens are the same as without this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.rules_block import blockquote

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
_NESTING = 40  # bounds recursion here and in markdown-it; nobody nests lists twenty deep


class _Markdown(MarkdownIt):
    def normalizeLink(self, url: str) -> str:  # noqa: N802  (its name there)
        """A link's target put right, as markdown-it does it; with most there is nothing wrong."""
        return url if _RIGHT.fullmatch(url) else super().normalizeLink(url)


def parser() -> MarkdownIt:
    """A parser of blocks, for text with '\\n' line ends; it leaves inline text for later (its `inline` parses that)."""
    markdown = _Markdown("commonmark", {"maxNesting": _NESTING}).enable(["table", "strikethrough"])
    markdown.core.ruler.disable(["normalize", "inline", "text_join"])
    ruler = markdown.block.ruler
    rules = [rule for rule in ruler.__rules__ if rule.enabled]
    next(rule for rule in rules if rule.name == "blockquote").fn = _quote
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
