"""Text from documents that notifies nobody and shows up at no other issue. Pure.

GitHub looks for mentions and references in rendered Markdown, but not in code or titles (compare dependabot-core,
LinkAndMentionSanitizer). So they are broken wherever the text is not certainly code; code stays byte for byte the same,
because people copy it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from html import unescape
from typing import TYPE_CHECKING, Any

from pmsync.identity import marker

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

LONGEST = 200_000
"""Characters: a longer text, which no ticket can hold, is not searched for code."""
_ROUNDS = 4
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")
_DISGUISE = re.compile(r"[A-Za-z0-9@#:/._-]")
_MENTION = re.compile(r"@(?=[^\s\u200b])")
_ISSUE_NUMBER = re.compile(r"(#|(?<![A-Za-z0-9])GH\\?-)(?=[\d<])", re.IGNORECASE)
_ISSUE_PATH = r"(?P<path>[^/\s]+/[^/\s]+/(?:issues|pull|discussions)/)(?P<digit>\d)"
_ON_GITHUB = re.compile(
    rf"(?:(?:https?:)?//(?:www\.)?|(?<![\w./-])www\.)github\.com(?::\d+)?/{_ISSUE_PATH}", re.IGNORECASE
)
_ON_ANOTHER = re.compile(rf"(?P<host>(?:https?:)?//(?!redirect\.github\.com/)[^/\s]+/){_ISSUE_PATH}", re.IGNORECASE)


def quiet(text: str) -> str:
    """The text without anything that notifies somebody, shows up at an issue or reads as a marker.

    The text must be complete Markdown: alone, or at the beginning of another text with a blank line after it. Code in
    it does not change, except for a marker.
    """
    text = marker.defuse(text)
    made = hushed(text)
    if made == text or len(text) > LONGEST or not _may_hold_code(text):
        return made
    for _ in range(_ROUNDS):
        # Breaking text may change what is code: repeat until nothing changes.
        made = "".join(piece if code else hushed(piece) for piece, code in _pieces(text))
        if made == text:
            return text
        text = marker.defuse(made)
    return hushed(hushed(text))


def hushed(text: str) -> str:
    """As `quiet`, for text whose surroundings are unknown: code counts as any text.

    Entities are resolved and comments removed. An invisible character breaks mentions and numbers; addresses of issues
    go through a redirect, or have a digit written as %3N, which GitHub does not take for a reference.
    """
    text = marker.defuse(_without_comments(_ENTITY.sub(_undisguised, text))).replace("<!--", "<!-\u200b-")
    text = _MENTION.sub("@\u200b", text)
    text = _ISSUE_NUMBER.sub("\\1\u200b", text)
    text = _ON_GITHUB.sub(r"https://redirect.github.com/\g<path>\g<digit>", text)
    return _ON_ANOTHER.sub(r"\g<host>\g<path>%3\g<digit>", text)


def one_line(text: str) -> str:
    """The text on one line, without control characters or halves of surrogate pairs."""
    return _UNPRINTABLE.sub(" ", text).strip()


def as_code(text: str) -> str:
    """The text as a code span, whatever backticks it holds."""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    space = " " if text[:1] == "`" or text[-1:] == "`" or (text[:1] == text[-1:] == " " and text.strip()) else ""
    return f"{fence}{space}{text}{space}{fence}"


def _without_comments(text: str) -> str:
    """Not a pattern: that would search for the end of each of many unclosed comments again."""
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    return "".join((*kept, text[at:]))


def _undisguised(match: re.Match[str]) -> str:
    char = unescape(match[0])
    return char if _DISGUISE.fullmatch(char) else match[0]


# --- finding code --------------------------------------------------------------------------------------------

_CODE_SIGN = re.compile(r"`|~~~|^(?:    | {0,3}\t)", re.MULTILINE)
_FOOTNOTE = re.compile(r"\[\^")
_ADDRESS = re.compile(r"(?:://|www\.)[^\s<]*$", re.IGNORECASE)
_TABLE_RULE = re.compile(r"[\s>|:*+.)\d-]*-[\s|:-]*")


def _may_hold_code(text: str) -> bool:
    """Whether to search for code. With GitHub's footnotes, which CommonMark does not have, nothing is certain."""
    return bool(_CODE_SIGN.search(text)) and not _FOOTNOTE.search(text) and "\r" not in text and "\0" not in text


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is code."""
    at = 0
    for start, end in sorted(_code(text)):
        if start < at:
            continue
        yield text[at:start], False
        yield text[start:end], True
        at = end
    yield text[at:], False


def _code(text: str) -> list[tuple[int, int]]:
    """Start and end of each piece that is certainly code."""
    starts, at = [], 0
    lines = text.split("\n")
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    starts.append(at)
    places: list[tuple[int, int]] = []
    tokens = _parser().parse(text)
    if not _tables_are_certain(lines, tokens):
        return []
    for index, token in enumerate(tokens):
        if token.map is None:
            continue
        first, last = token.map
        if token.type in {"fence", "code_block"}:
            places.append((starts[first], min(starts[last] - 1, len(text))))
        elif token.type == "inline" and "`" in token.content:
            places += _inline(lines, starts, tokens[index - 1].type, token)
    return places


def _tables_are_certain(lines: list[str], tokens: list[Token]) -> bool:
    """Whether everything that may be a table is one: parsers disagree on tables that begin within a paragraph."""
    heads = {token.map[0] for token in tokens if token.type == "table_open" and token.map}
    return all(
        number - 1 in heads and "|" in line and (number < 2 or not lines[number - 2].strip(" \t>"))
        for number, line in enumerate(lines)
        if number and _TABLE_RULE.fullmatch(line) and "|" in line + lines[number - 1]
    )


def _inline(lines: list[str], starts: list[int], kind: str, token: Token) -> list[tuple[int, int]]:
    """Start and end of the code spans of one paragraph, heading or cell; none if anything is doubtful."""
    spans = [child.meta["at"] for child in token.children or () if child.type == "code_inline" and "at" in child.meta]
    if token.map is None or not spans or _is_doubtful(token.content, spans):
        return []
    places: list[tuple[int, int]] = []
    offset = 0
    for number, content in enumerate(token.content.split("\n")):
        at = _column(lines[token.map[0] + number], content, kind) if token.map[0] + number < len(lines) else -1
        if at < 0:
            return []
        places.append((offset, starts[token.map[0] + number] + at))
        offset += len(content) + 1
    begins = [begin for begin, _ in places]

    def place(position: int) -> int:
        begin, there = places[bisect_right(begins, position) - 1]
        return there + position - begin

    return [(place(start), place(end - 1) + 1) for start, end in spans]


def _column(line: str, content: str, kind: str) -> int:
    """The column where a line of a block's content begins in its source line, -1 if uncertain."""
    if kind == "paragraph_open" or (kind == "heading_open" and not line.lstrip(" >").startswith("#")):
        return len(line.rstrip()) - len(content.rstrip()) if line.rstrip().endswith(content.rstrip()) else -1
    # Content of a cell or heading also loses its end; if it occurs twice in the line, it could be either.
    return line.find(content) if line.count(content) == 1 and "\\|" not in line else -1


def _is_doubtful(content: str, spans: list[tuple[int, int]]) -> bool:
    """Whether GitHub may see other code spans than CommonMark does: it extends an address to the next blank, reads
    dollars as mathematics, and after a stray backtick does not always find the end of a span.
    """
    at, plain = 0, []
    for start, end in spans:
        plain.append(content[at:start])
        at = end
    rest = "".join([*plain, content[at:]])
    return "`" in rest or ("$" in rest and content.count("$") > 1) or any(_ADDRESS.search(part) for part in plain)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt, rules_inline  # noqa: PLC0415 (what only shows tickets needs no parser)

    def noted(state: StateInline, silent: bool) -> bool:
        start, count = state.pos, len(state.tokens)
        done = rules_inline.backtick(state, silent)
        made: list[Any] = state.tokens[count:]
        if done and made and made[-1].type == "code_inline":
            made[-1].meta = {"at": (start, state.pos)}
        return done

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.inline.ruler.at("backticks", noted)
    return parser
