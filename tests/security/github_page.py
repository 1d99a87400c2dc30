"""What GitHub makes of a text: whom it notifies and which issues it links, judged strictly.

Markdown becomes HTML first; mentions and references are then looked for in what a reader sees, code and links left
out, and in the addresses of all links (https://github.com/gjtorikian/html-pipeline, MentionFilter; "Autolinked
references and URLs" and "Basic writing and formatting syntax" in GitHub's documentation). Where it is not documented
whether GitHub notices something, this takes it for noticed.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_MENTION = re.compile(r"(?<![\w`])@[a-z0-9][a-z0-9_/-]*", re.IGNORECASE)
_NUMBER = re.compile(r"#\d+|(?<![a-z0-9])GH-\d+", re.IGNORECASE)
_ISSUE = r"(?!redirect\.github\.com/)[\w.:@-]+/[\w.-]+/[\w.-]+/(?:issues|pull|discussions)/\d"
_ADDRESS = re.compile(rf"(?:https?://|www\.){_ISSUE}", re.IGNORECASE)
_HREF = re.compile(rf"(?:https?:)?//{_ISSUE}", re.IGNORECASE)
_SILENT = frozenset({"code", "pre", "tt", "script", "style"})


class _Page(HTMLParser):
    """`text` is what is looked through, `addresses` where the links lead; elements without looks part no words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.addresses, self.silent = "", list[str](), 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value for name, value in attrs if name in {"href", "src"} and value]
        self.silent += tag in _SILENT
        if tag in {"p", "li", "td", "th", "br", "div", "tr", "h1", "h2", "h3"}:
            self.text += "\n"

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in _SILENT and self.silent > 0

    def handle_data(self, data: str) -> None:
        self.text += data if not self.silent else " "


def notices(markdown: str) -> list[str]:
    """Everything in the text that would notify somebody, or show up at another issue."""
    page = _Page()
    page.feed(_MARKDOWN.render(markdown))
    page.close()
    found = [*_MENTION.findall(page.text), *_NUMBER.findall(page.text), *_ADDRESS.findall(page.text)]
    return found + [address for address in page.addresses if _HREF.search(address)]
