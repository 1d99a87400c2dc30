"""Which files beside a database of pmsync's are its own: SQLite and the lock write into them, or delete them.

A path comes from the configuration, and the names of the files beside it follow from it, so that any of them may be
somebody else's. SQLite does not ask: it takes over what lies at `-journal` and `-wal`, and deletes it afterwards.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

# https://www.sqlite.org/fileformat2.html: rollback journal 3.0, WAL 4.1; https://www.sqlite.org/walformat.html: 2.1
_JOURNAL = (bytes.fromhex("d9d505f920a163d7"),)
_WAL = (bytes.fromhex("377f0682"), bytes.fromhex("377f0683"))
_SHARED = ((3_007_000).to_bytes(4, "little"), (3_007_000).to_bytes(4, "big"))
COMPANIONS = {"-journal": _JOURNAL, "-wal": _WAL, "-shm": _SHARED}
"""What SQLite may keep beside a database, by the ending of its name, and how such a file begins."""
HOLDER = b'{"pid":'
"""How the text of a lock begins."""


def lock_path(database: Path) -> Path:
    """The lock's name says whose it is: `poetry` as a ledger must not lead to `poetry.lock`."""
    return database.with_name(f"{database.name}.pmsync.lock")


def in_the_way(database: Path) -> str:
    """What is wrong with the files beside a database of pmsync, as the end of a message; '' if nothing is."""
    for ending, starts in COMPANIONS.items():
        path = database.with_name(database.name + ending)
        if not _is_one_of(path, starts):
            return (
                f"SQLite would overwrite {str(path)!r}, which is not its own file; rename that file, or set another "
                "`path`"
            )
    return ""


def is_lock(path: Path) -> bool:
    """Whether `path` is free or holds a lock file of pmsync."""
    return _is_one_of(path, (HOLDER,))


def _is_one_of(path: Path, starts: tuple[bytes, ...]) -> bool:
    """Whether the file begins so, is empty or absent, or begins with zeros (its header is written last)."""
    try:
        # Not blocking, for a pipe; no link, for it leads to a file that has another name and another owner.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return not path.is_symlink() and path.is_file()  # may not be read: opening it says why
    try:
        head = os.read(handle, 8) if stat.S_ISREG(os.fstat(handle).st_mode) else b"?"
    except OSError:
        return False
    finally:
        os.close(handle)
    return not head.strip(b"\0") or head.startswith(starts)


def make_home(folder: Path) -> None:
    """Make the ledger's folder, with a .gitignore that keeps all of it out of the repository.

    A folder that already holds something is somebody else's and stays as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
