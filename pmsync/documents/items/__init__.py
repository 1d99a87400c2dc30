"""Post-mortem documents in Markdown (and HTML) to values: `parse`. Pure: no file, no clock, no network.

The way of a document: `source` (front matter) → `tokens` / `markup` (blocks) → `outline` (sections, which of them are
read) → `entries`, `headings`, `paragraphs`, `tables` (what is an entry) → `fields` (an entry's item), with the words
of all languages in `vocabulary`.
"""

from __future__ import annotations

from pmsync.documents.items.document import document, parse
from pmsync.documents.items.language import vocabulary

__all__ = ["document", "parse", "vocabulary"]
