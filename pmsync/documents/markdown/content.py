"""Markdown text to its content: front matter, blocks, and comments for pmsync. Pure."""

from __future__ import annotations

from functools import partial

from pmsync.documents.blocks import Content
from pmsync.documents.markdown import front_matter, ignore_comments, parse


def content(text: str, path: str) -> Content:
    """The content of a Markdown text.

    Raises DocumentError, with the line, for merge-conflict markers and for front matter that cannot be read.
    """
    text = front_matter.normal(text)
    front_matter.refuse_conflicts(text, path)
    front, body = front_matter.split(text, path)
    body = front_matter.without_comments(body)
    comments = ignore_comments.find(body, parse.code_lines)
    kept, places = ignore_comments.take_out(body, comments) if comments else (body, [])
    return Content(
        parse.parse(kept),
        kept.split("\n"),
        ignore_comments.without(text) if comments else text,
        places,
        front,
        partial(ignore_comments.read, body, comments),
    )
