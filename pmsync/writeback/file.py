"""Documents as files that are rewritten: whole or not at all, with the same mode, and only if nobody changed them."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from pmsync.disk.replace import replacing
from pmsync.documents.files import locate, read_bytes
from pmsync.errors import DocumentError


def text_of(root: Path, path: str) -> str:
    """The document's text with every character it has: byte order mark and line ends too. Raises DocumentError."""
    try:
        return read_bytes(_inside(root, path)).decode("utf-8")
    except UnicodeDecodeError:
        raise DocumentError("the file is not UTF-8") from None


def replace(root: Path, path: str, before: str, after: str) -> None:
    """Put `after` in the place of `before` in one step, with the same mode and owner; a link stays a link.

    Raises DocumentError, and changes nothing, where the file no longer holds `before` or cannot be written.
    """
    file = _inside(root, path)
    try:
        with open(file, "r+b") as writable:  # noqa: PTH123 - a file that may not be written is not replaced either
            about = os.fstat(writable.fileno())
        with replacing(file) as made:
            made.write_bytes(after.encode("utf-8"))
            with suppress(OSError):  # only root may give a file away
                os.chown(made, about.st_uid, about.st_gid)
            made.chmod(about.st_mode & 0o7777)
            if read_bytes(file) != before.encode("utf-8"):
                raise DocumentError("the file was changed meanwhile")
    except OSError as error:
        raise DocumentError(f"the file cannot be written: {(error.strerror or str(error)).lower()}") from None


def _inside(root: Path, path: str) -> Path:
    """The file itself, behind any links; raises DocumentError where they lead out of the configuration's folder."""
    file = Path(os.path.realpath(locate(root, path)))
    if not file.is_relative_to(os.path.realpath(root)):
        raise DocumentError("the link leads out of the configuration's folder")
    return file
