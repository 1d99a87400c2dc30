"""Files to Markdown: HTML, Word and reStructuredText, each line with its place in the file. Pure.

A source is chosen by the file's suffix; what has none of theirs is Markdown as it stands. All that is known about
action items stays in `pmsync.documents.items`: the same content gives the same items, whatever file it came in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pmsync.config.settings import NOTHING_TAUGHT, Vocabulary
from pmsync.documents.blocks import Block, Content
from pmsync.documents.items import document
from pmsync.documents.items.account import Account, account
from pmsync.documents.items.source_digest import with_source, with_sources
from pmsync.documents.markdown import content as markdown
from pmsync.documents.markdown import front_matter, ignore_comments
from pmsync.errors import DocumentError
from pmsync.model import Document

if TYPE_CHECKING:
    from pmsync.documents.html.lines import Lines

LARGEST = 5_000_000
"""Bytes; no post-mortem is longer, and a larger file is not worth a stuck run."""
_LARGEST_WORD = 50_000_000
"""A Word file holds its pictures too; its text has a limit of its own."""

_MARKDOWN = (".md", ".markdown")
_HTML = (".html", ".htm", ".xhtml")
_WORD = (".docx",)
_RST = (".rst",)
SUFFIXES = (*_MARKDOWN, *_HTML, *_WORD, *_RST)
"""What a folder is searched for."""


def largest(path: str) -> int:
    """How many bytes a file of that name may have."""
    return _LARGEST_WORD if _suffix(path) in _WORD else LARGEST


def is_markdown(path: str) -> bool:
    """Whether the file's own text is what is read, so that a line of it can be changed."""
    return _suffix(path) not in {*_HTML, *_WORD, *_RST}


def read(data: bytes, path: str, vocabulary: Vocabulary = NOTHING_TAUGHT) -> Document:
    """The document in a file of that name; its lines are places in the file.

    Raises DocumentError, with a text that says why, where it cannot be read.
    """
    made = document(content(data, path), path, vocabulary)
    return with_sources(made, decode(data)) if is_markdown(path) else with_source(made, data)


def explain(data: bytes, path: str, vocabulary: Vocabulary = NOTHING_TAUGHT) -> Account:
    """What `read` made of a file, and what it left out; raises DocumentError as that does."""
    return account(content(data, path), path, vocabulary)


def content(data: bytes, path: str) -> Content:
    """What a file of that name says; raises DocumentError."""
    if len(data) > largest(path):
        raise DocumentError(f"the file is larger than {largest(path) // 1_000_000} MB")
    suffix = _suffix(path)
    if suffix in _WORD:
        from pmsync.documents import word  # noqa: PLC0415  (most teams have none)

        return _content(*word.blocks(data))
    text = decode(data)
    if is_markdown(path):
        return markdown.content(text, path)
    front_matter.refuse_conflicts(text, path)
    front, body = front_matter.split(text, path)
    head = text[: len(text) - len(body.lstrip("\n"))].rstrip("\n").split("\n") if body != text else []
    if suffix in _RST:
        from pmsync.documents import restructured_text  # noqa: PLC0415

        return _content(*restructured_text.blocks(body, head), front)
    from pmsync.documents.html import page  # noqa: PLC0415

    comments = ignore_comments.find_in_html(body)
    made = _content(*page.blocks(front_matter.without_comments(body), above=head), front)
    return replace(made, ignores=partial(ignore_comments.read, body, comments))


def _content(blocks: Sequence[Block], lines: Lines, front: Mapping[str, object] | None = None) -> Content:
    text = "\n".join(lines.text)
    if len(text) > LARGEST:  # a cell may span fifty columns in as many bytes
        raise DocumentError(f"the file's text is longer than {LARGEST // 1_000_000} MB")
    return Content(blocks, lines.text, text, lines.places, front or {})


def decode(data: bytes) -> str:
    """The text that the bytes of a document hold, with plain line feeds; raises DocumentError."""
    if len(data) > LARGEST:
        raise DocumentError(f"the file is larger than {LARGEST // 1_000_000} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(f"the file is not UTF-8 (line {line}); save it as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()
