"""Text of strangers inside Markdown. Pure."""

from __future__ import annotations

import re
from urllib.parse import quote


def markdown_cell(text: str) -> str:
    """Text of strangers inside a Markdown table: no markup, no mention, no link of its own, one line."""
    escaped = "".join(f"\\{char}" if char in r"\`*_{}[]<>()#+!|~&" else char for char in " ".join(text.split()))
    escaped = escaped.replace("@", "@\u200b").replace("://", ":\u200b//")
    return _REFERENCE.sub("\\1\u200b", escaped)


def markdown_link(text: str, url: str) -> str:
    """The text leading to `url`, where that is one of the web."""
    if not url.startswith(("http://", "https://")):
        return markdown_cell(text)
    return f"[{markdown_cell(text)}]({quote(url, safe=_URL)})"


_URL = ":/?#@!$&'*+,;=%~"
_REFERENCE = re.compile(r"(#(?=\d)|\bGH-(?=\d)|\bwww(?=\.))", re.IGNORECASE)
"""What GitHub makes a reference or a link of, whether or not it was escaped."""
