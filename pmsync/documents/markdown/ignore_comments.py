"""Comments that ignore rules of `pmsync check`: `<!-- pmsync: ignore RULE, RULE: why -->`, or `ignore-file`. Pure.

They are removed before Markdown is parsed, together with lines that have nothing else, so that they change no item, key or
list. A comment with text beside it applies to the item of that line. A comment on a line of its own applies to the next
line, or, where it is indented, to the item above.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pmsync.model import Ignore

_COMMENT = re.compile(
    r"<!--\s{0,20}pmsync(?::|\s{1,20}(?=ignore(?:-file)?\s))(?!\s{0,20}\{)([^<]{0,1000}?)-->", re.IGNORECASE
)
"""A comment that begins with `{` is the marker of a ticket, copied from there."""
_HIDING = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_RUN = re.compile(r"`+")
_STARTS = re.compile(r"\s*(?:[-*+•#>|]|\d+[.)]\s)")
_MARK = "\ufdd2"


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment: its content, and its position in the text."""

    inside: str
    start: int
    end: int


def find(text: str, code_lines: Callable[[str], Collection[int]]) -> list[Comment]:
    """The comments for pmsync in Markdown, except in code; `code_lines` returns the lines of a text that are code."""
    comments = _comments(text)
    if not comments:
        return []
    code, out, spans, current = code_lines(text), [], [], 0
    for each, line, begin in _located(text, comments):
        if line != current:
            end = text.find("\n", begin)
            spans, current = _code_spans(text, begin, end if end >= 0 else len(text)), line
        span = bisect_right(spans, (each.start, 0)) - 1
        quoted = span >= 0 and each.start < spans[span][1]
        if line not in code and not quoted and text[each.start - 1 : each.start] != "\\":
            out.append(each)
    return out


def without(text: str) -> str:
    """The text without any comments for pmsync."""
    return _COMMENT.sub("", text)


def find_in_html(text: str) -> list[Comment]:
    """The comments for pmsync in a page."""
    return _comments(_HIDING.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text))


def _comments(text: str) -> list[Comment]:
    return [Comment(match[1], match.start(), match.end()) for match in _COMMENT.finditer(text)]


def _located(text: str, comments: Iterable[Comment]) -> Iterator[tuple[Comment, int, int]]:
    """Each comment with its line (from 1) and the position at which the line begins."""
    at, line, begin = 0, 1, 0
    for each in comments:
        ends = text.count("\n", at, each.start)
        if ends:
            line, begin = line + ends, text.rfind("\n", at, each.start) + 1
        at = each.start
        yield each, line, begin


def _code_spans(text: str, begin: int, end: int) -> list[tuple[int, int]]:
    """The positions of code spans in the line from `begin` to `end`."""
    runs = [(run.start(), len(run[0])) for run in _RUN.finditer(text, begin, end)]
    places: dict[int, list[int]] = defaultdict(list)
    for start, length in runs:
        places[length].append(start)
    spans, at = [], begin
    for start, length in runs:
        later = bisect_right(places[length], start)
        if start >= at and later < len(places[length]):
            at = places[length][later] + length
            spans.append((start, at))
    return spans


def take_out(text: str, comments: Sequence[Comment]) -> tuple[str, list[int]]:
    """The text without the comments and the lines that have nothing else, and the original numbers of its lines."""
    kept = [(number, _tidy(line)) for number, line in enumerate(_marked(text, comments), 1) if not _is_alone(line)]
    return "\n".join(line for _, line in kept), [number for number, _ in kept]


def _marked(text: str, comments: Sequence[Comment]) -> list[str]:
    """The lines, with a mark in place of each comment, one for each line of it."""
    parts, at = [], 0
    for each in comments:
        parts.append(text[at : each.start].replace(_MARK, "\ufffd"))
        parts.append(_MARK + f"\n{_MARK}" * text.count("\n", each.start, each.end))
        at = each.end
    return "".join([*parts, text[at:].replace(_MARK, "\ufffd")]).split("\n")


def _is_alone(line: str) -> bool:
    return _MARK in line and not line.replace(_MARK, "").strip()


def _tidy(line: str) -> str:
    if _MARK not in line:
        return line
    line = re.sub(rf"^(\s*){_MARK}[ \t]*", r"\1", line)
    return re.sub(rf"[ \t]*{_MARK}", "", line)


def read(text: str, comments: Sequence[Comment], starts: Collection[int]) -> tuple[Ignore, ...]:
    """What the comments ignore, and where; `starts` are the lines at which items begin."""
    if not comments:
        return ()
    lines = _marked(text, comments)
    alone, indents = [_is_alone(line) for line in lines], [len(line) - len(line.lstrip()) for line in lines]
    below, above = _next_text(lines, alone), _item_above(lines, indents, starts)
    out = []
    for each, line, _ in _located(text, comments):
        verb, rules = _parsed(each.inside)
        if verb != "ignore":
            out.append(Ignore(rules if verb == "ignore-file" else (), line))
            continue
        following = below[line + text.count("\n", each.start, each.end)] if alone[line - 1] else 0
        if not following or indents[following - 1] < indents[line - 1]:
            following = above[line] or following or line
        out.append(Ignore(rules, line, following))
    return tuple(out)


def _parsed(inside: str) -> tuple[str, tuple[str, ...]]:
    """The verb, and the rules before the first colon, separated by commas or spaces."""
    words = inside.partition(":")[0].replace(",", " ").split()
    return (words[0].lower(), tuple(dict.fromkeys(words[1:]))) if words else ("", ())


def _next_text(lines: Sequence[str], alone: Sequence[bool]) -> list[int]:
    """For each line (from 1) the next line with text other than comments, 0 where there is none."""
    out = [0] * (len(lines) + 1)
    for number in range(len(lines) - 1, 0, -1):
        out[number] = number + 1 if lines[number].strip() and not alone[number] else out[number + 1]
    return out


def _item_above(lines: Sequence[str], indents: Sequence[int], starts: Collection[int]) -> list[int]:
    """For each line (from 1) the first line of the item that it belongs to, 0 outside items."""
    out, item = [0] * (len(lines) + 1), 0
    for number, line in enumerate(lines, 1):
        if number in starts:
            item = number
        elif not line.strip() or (item and _STARTS.match(line) and indents[number - 1] <= indents[item - 1]):
            item = 0
        out[number] = item
    return out
