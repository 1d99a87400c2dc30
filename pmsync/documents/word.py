"""Word files to Markdown by mammoth, over HTML. Places count paragraphs with text; a table's row counts as one.

Reads nothing but the file's own parts: mammoth follows no link to other files, and pictures are left out.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

from pmsync.documents.blocks import Block
from pmsync.documents.html import page
from pmsync.documents.html.lines import Lines
from pmsync.errors import DocumentError

_MOST_TEXT = 10_000_000  # bytes of XML: about a thousand pages
_MOST_PARTS = 2_000
_STYLES = "p[style-name='Title'] => h1:fresh"


def blocks(data: bytes) -> tuple[list[Block], Lines]:
    """The document's blocks, and its lines with their paragraphs' numbers; raises DocumentError."""
    try:
        import mammoth  # noqa: PLC0415  (an extra)
    except ImportError:
        raise DocumentError('Word files need another library: python -m pip install "pmsync[docx]"') from None
    _refuse(data)
    try:
        result = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=_STYLES,
            include_embedded_style_map=False,
            external_file_access=False,
            convert_image=lambda _: [],
            transform_document=_marked,
        )
    except RecursionError:
        raise DocumentError("the Word file is nested too deep to be read") from None
    except Exception as error:  # mammoth raises whatever a broken file leads it to
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DocumentError(f"the Word file cannot be read: {reason}") from None
    return page.blocks(result.value, marked=True)


def _refuse(data: bytes) -> None:
    """Raises DocumentError for what is no Word file, unpacks to too much, or brings entities of its own."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            texts = [part for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in texts) > _MOST_TEXT:
                raise DocumentError(f"the Word file unpacks to more than {_MOST_TEXT // 1_000_000} MB of text")
            for part in texts:
                # What a part unpacks to is cut at the size that was added up above.
                if b"<!DOCTYPE" in archive.read(part).replace(b"\0", b""):
                    raise DocumentError(f"the Word file defines entities in {part.filename!r}: Word writes none")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError) as error:
        hint = "protected by a password, or no .docx file"
        raise DocumentError(f"the Word file cannot be unpacked ({error}): it is {hint}") from None


def _marked(document: Any) -> Any:
    """The document with a mark of its number in each paragraph, without footnotes: they are no part of a list."""
    from mammoth import documents  # noqa: PLC0415

    number = 0

    def place(element: Any, number: int) -> Any:
        kept = []
        if isinstance(element, documents.Paragraph):
            kept.append(documents.Text(f"\ufdd0{number}\ufdd1"))
        for child in element.children:
            if isinstance(child, documents.NoteReference):
                continue
            kept.append(place(child, number) if hasattr(child, "children") else child)
        return element.copy(children=kept)

    out = []
    for block in document.children:
        if isinstance(block, documents.Table):
            rows = []
            for row in block.children:
                number += 1
                rows.append(place(row, number))
            out.append(block.copy(children=rows))
        elif isinstance(block, documents.Paragraph) and _has_text(block):
            number += 1
            out.append(place(block, number))
        elif not isinstance(block, documents.Paragraph):
            out.append(block)
    return document.copy(children=out)


def _has_text(element: Any) -> bool:
    if hasattr(element, "children"):
        return any(_has_text(child) for child in element.children)
    return bool(str(getattr(element, "value", "")).strip())
