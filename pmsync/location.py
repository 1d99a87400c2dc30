"""Where something stands, in words that a person can go by. Pure.

Word files have no lines: their places count paragraphs with text, a table's row as one (see `pmsync.documents.word`).
"""

from __future__ import annotations


def unit(path: str) -> str:
    """What the places of a file of that name count."""
    return "paragraph" if path.lower().endswith(".docx") else "line"


def place(path: str, line: int) -> str:
    """`path:line`, for Word files `path:paragraph n`; the path alone where no line is known."""
    if not line:
        return path
    return f"{path}:paragraph {line}" if unit(path) == "paragraph" else f"{path}:{line}"
