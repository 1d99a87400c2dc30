"""reStructuredText to blocks, by docutils and the reader of HTML. Includes no files, runs nothing, drops raw HTML."""

from __future__ import annotations

import io
from collections.abc import Sequence

from pmsync.documents.blocks import Content
from pmsync.documents.html import page
from pmsync.documents.html.walk import mark, without_marks
from pmsync.errors import DocumentError

_SETTINGS: dict[str, object] = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "embed_stylesheet": False,
    "docinfo_xform": False,
    "smart_quotes": False,
    "syntax_highlight": "none",
    "report_level": 5,
    "halt_level": 5,
    "exit_status_level": 5,
    "traceback": True,
    "input_encoding": "unicode",
    "output_encoding": "unicode",
}


def content(text: str, above: Sequence[str] = ()) -> Content:
    """The content of a text that follows the lines `above`. Raises DocumentError where it is unreadable."""
    try:
        from docutils import core, nodes  # noqa: PLC0415  (an extra)
    except ImportError:
        raise DocumentError('reStructuredText needs an extra: python -m pip install "pmsync[rst]"') from None
    settings = {**_SETTINGS, "warning_stream": io.StringIO()}
    try:
        tree = core.publish_doctree(without_marks(text), settings_overrides=settings)
        for node in list(tree.findall(nodes.TextElement)):
            if node.line and isinstance(node, nodes.paragraph | nodes.title | nodes.term | nodes.field_name):
                line = node.line - isinstance(node, nodes.title)  # docutils counts a title's underline
                node.insert(0, nodes.Text(mark(max(line, 1))))
        parts = core.publish_from_doctree(tree, writer="html5", settings_overrides=settings)
    except RecursionError:
        raise DocumentError("the text is nested too deeply") from None
    except Exception as error:  # docutils raises whatever a broken document leads it to
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DocumentError(f"the reStructuredText cannot be read: {reason}") from None
    return page.content(parts, marked=True, above=above)
