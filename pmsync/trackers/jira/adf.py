"""The list of facts in a description of Jira Cloud, in the Atlassian Document Format. Pure.

Only the rows of the list are replaced; every other node goes back unchanged
(https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pmsync.trackers.fact_list import find_rows

Node = Mapping[str, Any]

_PARSER = MarkdownIt("commonmark", {"html": False})


def replace_facts(document: Node, digest: str, facts: str) -> dict[str, Any] | None:
    """The description with the rows of that digest replaced by those of `facts` (Markdown, one per line).

    None if no list at the top level has such rows: a person edited or removed them.
    """
    blocks = list(document.get("content") or ())
    for number, block in enumerate(blocks):
        rows = list(block.get("content") or ()) if block.get("type") == "bulletList" else []
        if span := find_rows(rows, digest, _words):
            blocks[number] = {**block, "content": [*rows[: span[0]], *map(_row, facts.split("\n")), *rows[span[1] :]]}
            return {**document, "content": blocks}
    return None


def _words(node: Node) -> str:
    """The visible text of a node."""
    parts: list[str] = []
    open_nodes = [node]
    while open_nodes:
        each = open_nodes.pop()
        parts.append(str(each.get("text") or ""))
        open_nodes += reversed(each.get("content") or ())
    return "".join(parts)


def _row(line: str) -> dict[str, Any]:
    """A list entry of Markdown as a `listItem`."""
    inline = next(token for token in _PARSER.parse(line) if token.type == "inline")
    return {"type": "listItem", "content": [{"type": "paragraph", "content": _texts(inline.children or ())}]}


def _texts(tokens: Sequence[Token]) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    for token in tokens:
        match token.type:
            case "strong_open":
                marks.append({"type": "strong"})
            case "em_open":
                marks.append({"type": "em"})
            case "link_open":
                marks.append({"type": "link", "attrs": {"href": str(token.attrs["href"])}})
            case "strong_close" | "em_close" | "link_close":
                marks.pop()
            case _ if token.content or token.type == "softbreak":
                # code takes no other mark than a link
                code = [{"type": "code"}, *(each for each in marks if each["type"] == "link")]
                shown = code if token.type == "code_inline" else marks
                nodes.append({"type": "text", "text": token.content or " ", **({"marks": [*shown]} if shown else {})})
    return nodes
