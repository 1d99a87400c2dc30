"""Files that appear at their place whole, in one step, and are still there after a power cut."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield an empty file beside `path` to be filled; at the end it takes the place of `path`, or of nothing.

    The new file is readable by its owner only unless the caller changes its mode. Its name begins with a dot and ends
    in `.pmsync`, so that nobody who collects files takes it for a finished one. File and folder are flushed to the
    disk before this returns. After an error in the caller `path` is unchanged and the new file is gone. May raise
    OSError.
    """
    import tempfile  # noqa: PLC0415 (who only reads a ledger needs it not)

    handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".pmsync", dir=path.parent)
    made = Path(name)
    try:
        yield made
        os.fsync(handle)
        made.replace(path)
    finally:
        os.close(handle)
        made.unlink(missing_ok=True)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Return once what was created, renamed or deleted in the folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
