"""Files to documents: Markdown, HTML, Word and reStructuredText, by suffix; any other suffix is Markdown. Pure.

Each format has a module that makes blocks; all that is specific to action items is in `pmsync.documents.items`, so that
the same text gives the same items in any format.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath

from pmsync.config.settings import NOTHING_TAUGHT, Vocabulary
from pmsync.documents.blocks import Content
from pmsync.documents.items import document
from pmsync.documents.items.explanation import Account, account
from pmsync.documents.items.source_digest import with_source, with_sources
from pmsync.documents.markdown import content as markdown
from pmsync.documents.markdown import front_matter, ignore_comments
from pmsync.errors import DocumentError
from pmsync.model import Document

LARGEST = 5_000_000
"""The largest file, in bytes."""
_LARGEST_WORD = 50_000_000
"""A Word file includes its pictures; its text has a limit of its own."""

_MARKDOWN = (".md", ".markdown")
_HTML = (".html", ".htm", ".xhtml")
_WORD = (".docx",)
_RST = (".rst",)
SUFFIXES = (*_MARKDOWN, *_HTML, *_WORD, *_RST)
"""The suffixes of the documents in a folder."""


def largest(path: str) -> int:
    """The largest size of a file of that name, in bytes."""
    return _LARGEST_WORD if _suffix(path) in _WORD else LARGEST


def is_markdown(path: str) -> bool:
    """Whether a file of that name is Markdown, so that its lines can be edited."""
    return _suffix(path) not in {*_HTML, *_WORD, *_RST}


def read(data: bytes, path: str, vocabulary: Vocabulary = NOTHING_TAUGHT) -> Document:
    """The document in a file of that name; its lines are places in the file. Raises DocumentError where it is unreadable."""
    made = document(content(data, path), path, vocabulary)
    return with_sources(made, decode(data)) if is_markdown(path) else with_source(made, data)


def explain(data: bytes, path: str, vocabulary: Vocabulary = NOTHING_TAUGHT) -> Account:
    """What `read` makes of a file and what it leaves out. Raises DocumentError where it is unreadable."""
    return account(content(data, path), path, vocabulary)


def content(data: bytes, path: str) -> Content:
    """The content of a file of that name. Raises DocumentError where it is unreadable."""
    if len(data) > largest(path):
        raise DocumentError(f"the file is larger than {largest(path) // 1_000_000} MB")
    suffix = _suffix(path)
    if suffix in _WORD:
        from pmsync.documents import word  # noqa: PLC0415  (most teams have none)

        return word.content(data)
    text = decode(data)
    if is_markdown(path):
        return markdown.content(text, path)
    front_matter.refuse_conflicts(text, path)
    front, body = front_matter.split(text, path)
    head = text[: len(text) - len(body.lstrip("\n"))].rstrip("\n").split("\n") if body != text else []
    if suffix in _RST:
        from pmsync.documents import restructured_text  # noqa: PLC0415

        return replace(restructured_text.content(body, head), front=front)
    from pmsync.documents.html import page  # noqa: PLC0415

    made = page.content(front_matter.without_comments(body), above=head)
    return replace(made, front=front, ignores=partial(ignore_comments.read, body, ignore_comments.find_in_html(body)))


def decode(data: bytes) -> str:
    """The text of a document, with '\\n' line ends. Raises DocumentError where it is too large or not UTF-8."""
    if len(data) > LARGEST:
        raise DocumentError(f"the file is larger than {LARGEST // 1_000_000} MB")
    try:
        return front_matter.normal(data.decode())
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(f"the file is not UTF-8 (line {line}); save it as UTF-8") from None


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()
