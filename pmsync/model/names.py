"""One spelling for the names of files and documents: NFC. Pure.

The same name is NFD where it was typed or unpacked on some systems, NFC on others, and git keeps whichever it got. So
a document's id and path are NFC whatever its file is called, and every name is compared in NFC.
"""

from __future__ import annotations

import unicodedata


def one_spelling(name: str) -> str:
    return name if name.isascii() else unicodedata.normalize("NFC", name)
