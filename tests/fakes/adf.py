"""What Jira Cloud makes of wiki markup: paragraphs, rules and flat lists in the Atlassian Document Format, and back.

Our model of it: how Cloud turns one into the other is not documented. Only what pmsync's own texts hold is known here.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

Node = dict[str, Any]

_INLINE = re.compile(r"\[(?P<label>[^\]|]+)\|(?P<href>[^\]]+)\]|\{\{(?P<code>.+?)\}\}|(?<!\\)\*(?P<strong>[^*]+)\*")
_ESCAPE = re.compile(r"\\(.)")


def from_wiki(text: str) -> Node:
    blocks: list[Node] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.startswith("* "):
            if not blocks or blocks[-1]["type"] != "bulletList":
                blocks.append({"type": "bulletList", "content": []})
            entry = {"type": "listItem", "content": [{"type": "paragraph", "content": _inline(line[2:])}]}
            blocks[-1]["content"].append(entry)
        elif line == "----":
            blocks.append({"type": "rule"})
        elif line:
            blocks.append({"type": "paragraph", "content": _inline(line)})
        else:
            blocks.append({"type": "end"})
    return {"type": "doc", "version": 1, "content": [block for block in blocks if block["type"] != "end"]}


def _inline(text: str) -> list[Node]:
    nodes, at = [], 0
    for match in _INLINE.finditer(text):
        nodes.append(_text(text[at : match.start()]))
        if match["label"]:
            nodes.append(_text(match["label"], {"type": "link", "attrs": {"href": match["href"]}}))
        elif match["code"]:
            nodes.append(_text(match["code"], {"type": "code"}))
        else:
            nodes.append(_text(match["strong"], {"type": "strong"}))
        at = match.end()
    nodes.append(_text(text[at:]))
    return [node for node in nodes if node["text"]]


def _text(text: str, *marks: Node) -> Node:
    return {"type": "text", "text": unescape(_ESCAPE.sub(r"\1", text)), **({"marks": [*marks]} if marks else {})}


def to_wiki(document: Node) -> str:
    """The text of the document with lists and links as wiki markup."""
    parts = []
    for block in document["content"]:
        match block["type"]:
            case "bulletList":
                rows = ("".join(map(_wiki, row["content"][0]["content"])) for row in block["content"])
                parts.append("\n".join(f"* {row}" for row in rows))
            case "rule":
                parts.append("----")
            case _:
                parts.append("".join(map(_wiki, block.get("content", ()))))
    return "\n\n".join(parts)


def _wiki(node: Node) -> str:
    text = str(node.get("text", ""))
    for mark in node.get("marks", ()):
        match mark["type"]:
            case "link":
                text = f"[{text}|{mark['attrs']['href']}]"
            case "code":
                text = f"{{{{{text}}}}}"
            case "strong":
                text = f"*{text}*"
    return text
