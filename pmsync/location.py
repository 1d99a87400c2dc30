"""Places in documents, worded for people. Pure.

Word files have no lines: their places count paragraphs with text, a table's row as one (see `pmsync.documents.word`).
"""

from __future__ import annotations


def unit(path: str) -> str:
    """Return what the places in this file count: 'line' or 'paragraph'."""
    return "paragraph" if path.lower().endswith(".docx") else "line"


def place(path: str, line: int) -> str:
    """Return `path:line`, for Word files `path:paragraph n`; the path alone if the line is 0."""
    if not line:
        return path
    return f"{path}:paragraph {line}" if unit(path) == "paragraph" else f"{path}:{line}"
