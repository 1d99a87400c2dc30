"""Blocks of a document to its action items: `parse`. Pure: no file, no clock, no network.

`sections` says which parts are read, `forms` finds the entries in them, `item` and `fields` make each entry an item, and
`language` holds the words of all languages.
"""

from __future__ import annotations

from pmsync.documents.items.document import document, parse

__all__ = ["document", "parse"]
