"""Files to Markdown: HTML, Word and reStructuredText, each line with its place in the file. Pure.

A source is chosen by the file's suffix; what has none of theirs is Markdown as it stands. All that is known about
action items stays in `pmsync.documents.items`: the same content gives the same items, whatever file it came in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath

from pmsync.config.settings import NOTHING_TAUGHT, Vocabulary
from pmsync.documents.html.as_markdown import Line
from pmsync.documents.items import at_places, parse
from pmsync.documents.items.account import Account, account
from pmsync.documents.items.source_digest import with_source, with_sources
from pmsync.documents.markdown import ignore_comments
from pmsync.documents.markdown.front_matter import refuse_conflicts, split
from pmsync.errors import DocumentError
from pmsync.model import Document

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
    """The document that a file of that name holds; its lines are places in the file.

    Raises DocumentError, with a text that says why, where it cannot be read.
    """
    limit = largest(path)
    if len(data) > limit:
        raise DocumentError(f"the file is larger than {limit // 1_000_000} MB")
    if _suffix(path) in _WORD:
        from pmsync.documents import word  # noqa: PLC0415  (most teams have none)

        return with_source(_document([], word.lines(data), path, vocabulary), data)
    text = decode(data)
    if is_markdown(path):
        return with_sources(parse(text, path, vocabulary), text)
    refuse_conflicts(text, path)
    front, body = _front(text, path)
    document = with_source(_document(front, _reader(path)(body), path, vocabulary), data)
    comments = ignore_comments.find_in_html(body) if _suffix(path) in _HTML else []
    return replace(document, ignores=ignore_comments.read(body, comments, {item.line for item in document.items}))


def as_markdown(data: bytes, path: str) -> str:
    """The text of the file as the Markdown that is read of it; raises DocumentError."""
    if _suffix(path) in _WORD:
        from pmsync.documents import word  # noqa: PLC0415

        return "\n".join(line for line, _ in word.lines(data))
    text = decode(data)
    return text if is_markdown(path) else "\n".join(line for line, _ in _reader(path)(_front(text, path)[1]))


def explain(data: bytes, path: str, vocabulary: Vocabulary = NOTHING_TAUGHT) -> Account:
    """What `read` made of a file, and what it left out; raises DocumentError as that does."""
    if is_markdown(path):
        return account(decode(data), path, vocabulary)
    if _suffix(path) in _WORD:
        from pmsync.documents import word  # noqa: PLC0415  (most teams have none)

        lines = word.lines(data)
    else:
        front, body = _front(decode(data), path)
        lines = _joined(front, _reader(path)(body))
    return account("\n".join(text for text, _ in lines), path, vocabulary).at_places([place for _, place in lines])


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


def _reader(path: str) -> Callable[[str], list[Line]]:
    if _suffix(path) in _RST:
        from pmsync.documents import restructured_text  # noqa: PLC0415

        return restructured_text.lines
    from pmsync.documents.html import page  # noqa: PLC0415

    return page.lines


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _front(text: str, path: str) -> tuple[list[Line], str]:
    """The front matter's lines, and the text with blank lines in their stead."""
    _, body = split(text, path)
    if body == text:
        return [], text
    head = text[: len(text) - len(body.lstrip("\n"))].rstrip("\n")
    return [(line, number) for number, line in enumerate(head.split("\n"), 1)], body


def _document(front: list[Line], body: list[Line], path: str, vocabulary: Vocabulary) -> Document:
    """The document that the Markdown makes, with the places of its lines for the lines themselves."""
    lines = _joined(front, body)
    text = "\n".join(text for text, _ in lines)
    if len(text) > LARGEST:  # a cell may span fifty columns in as many bytes
        raise DocumentError(f"the file's text is longer than {LARGEST // 1_000_000} MB")
    return at_places(parse(text, path, vocabulary), [place for _, place in lines])


def _joined(front: list[Line], body: list[Line]) -> list[Line]:
    return [*front, *([("", len(front))] if front else []), *body]
