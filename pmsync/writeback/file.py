"""Documents as files that are rewritten: whole or not at all, with the same mode, and only if nobody changed them."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from pmsync.documents.files import locate, read_bytes
from pmsync.errors import DocumentError


def text_of(root: Path, path: str) -> str:
    """The document's text with every character it has: byte order mark and line ends too. Raises DocumentError."""
    try:
        return read_bytes(_inside(root, path)).decode("utf-8")
    except UnicodeDecodeError:
        raise DocumentError("the file is not UTF-8") from None


def replace(root: Path, path: str, before: str, after: str) -> None:
    """Put `after` in the place of `before`; raises DocumentError, and changes nothing, where that cannot be done.

    Another file takes the place of the old one in one step, so that nobody ever reads half of it. A link stays a link.
    """
    file = _inside(root, path)
    try:
        with open(file, "r+b") as writable:  # noqa: PTH123 - a file that may not be written is not replaced either
            about = os.fstat(writable.fileno())
        handle, name = tempfile.mkstemp(prefix=f".{file.name[:100]}.", suffix=".pmsync", dir=file.parent)
        made = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(after.encode("utf-8"))
                out.flush()
                os.fchmod(out.fileno(), about.st_mode & 0o7777)
                with suppress(OSError):  # only root may give a file away
                    os.fchown(out.fileno(), about.st_uid, about.st_gid)
                os.fsync(out.fileno())
            if read_bytes(file) != before.encode("utf-8"):
                raise DocumentError("the file was changed meanwhile")
            made.replace(file)
        finally:
            made.unlink(missing_ok=True)
    except OSError as error:
        raise DocumentError(f"the file cannot be written: {(error.strerror or str(error)).lower()}") from None


def _inside(root: Path, path: str) -> Path:
    """The file itself, behind any links; raises DocumentError where they lead out of the configuration's folder."""
    file = Path(os.path.realpath(locate(root, path)))
    if not file.is_relative_to(os.path.realpath(root)):
        raise DocumentError("the link leads out of the configuration's folder")
    return file
