"""Word files to blocks, by mammoth and the reader of HTML. Places count paragraphs with text; a table row counts as one.

Reads only the file's own parts: links to other files are not followed, and pictures are left out.
"""

from __future__ import annotations

import io
import zipfile
from itertools import count
from typing import Any

from pmsync.documents.blocks import Content
from pmsync.documents.html import page
from pmsync.documents.html.walk import mark
from pmsync.errors import DocumentError

_MOST_TEXT = 10_000_000  # bytes of XML: about a thousand pages
_MOST_PARTS = 2_000
_STYLES = "p[style-name='Title'] => h1:fresh"


def content(data: bytes) -> Content:
    """The content of a Word file. Raises DocumentError where it is unreadable."""
    try:
        import mammoth  # noqa: PLC0415  (an extra)
    except ImportError:
        raise DocumentError('Word files need an extra: python -m pip install "pmsync[docx]"') from None
    _refuse(data)
    try:
        result = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=_STYLES,
            include_embedded_style_map=False,
            external_file_access=False,
            convert_image=lambda _: [],
            transform_document=_with_marks,
        )
    except RecursionError:
        raise DocumentError("the Word file is nested too deeply") from None
    except Exception as error:  # mammoth raises whatever a broken file leads it to
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DocumentError(f"the Word file cannot be read: {reason}") from None
    return page.content(result.value, marked=True)


def _refuse(data: bytes) -> None:
    """Raise DocumentError for what is not a Word file, unpacks to too much text, or defines XML entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            texts = [part for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in texts) > _MOST_TEXT:
                raise DocumentError(f"the Word file unpacks to more than {_MOST_TEXT // 1_000_000} MB of text")
            for part in texts:
                # `read` unpacks no more than the size that is added up above.
                if b"<!DOCTYPE" in archive.read(part).replace(b"\0", b""):
                    raise DocumentError(f"the Word file defines entities in {part.filename!r}, which Word never does")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as error:
        reason = "it may have a password, or not be a .docx file"
        raise DocumentError(f"the Word file cannot be unpacked ({error}): {reason}") from None


def _with_marks(document: Any) -> Any:
    """The document with a mark of its place in each paragraph, and without empty paragraphs and references to footnotes."""
    from mammoth import documents  # noqa: PLC0415

    numbers = count(1)
    blocks = []
    for block in document.children:
        if isinstance(block, documents.Table):
            blocks.append(block.copy(children=[_with_mark(row, next(numbers)) for row in block.children]))
        elif not isinstance(block, documents.Paragraph):
            blocks.append(block)
        elif _has_text(block):
            blocks.append(_with_mark(block, next(numbers)))
    return document.copy(children=blocks)


def _with_mark(element: Any, number: int) -> Any:
    from mammoth import documents  # noqa: PLC0415

    first = [documents.Text(mark(number))] if isinstance(element, documents.Paragraph) else []
    children = [child for child in element.children if not isinstance(child, documents.NoteReference)]
    inside = [_with_mark(child, number) if hasattr(child, "children") else child for child in children]
    return element.copy(children=[*first, *inside])


def _has_text(element: Any) -> bool:
    if hasattr(element, "children"):
        return any(_has_text(child) for child in element.children)
    return bool(str(getattr(element, "value", "")).strip())
