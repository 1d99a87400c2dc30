"""One spelling for the names of files and documents: NFC. Pure.

Some systems write a name in NFD, others in NFC, and git keeps whichever it gets. So a document's id and path are NFC
whatever the file is called, and every name is compared in NFC.
"""

from __future__ import annotations

import unicodedata


def one_spelling(name: str) -> str:
    return name if name.isascii() else unicodedata.normalize("NFC", name)
