"""The lock that lets one run at a time use a ledger. The operating system releases it when the process ends.

It is `flock` on a file beside the ledger, so that a killed run leaves no lock behind. The file says who holds the lock,
for messages only.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pmsync.disk.databases import is_lock, lock_path, make_home
from pmsync.errors import LedgerError, LockHeld


@contextmanager
def hold(path: Path, *, wait: float | None) -> Iterator[None]:
    """Hold the lock of the ledger at `path`, waiting at most `wait` seconds for it (None: not at all).

    Raises LockHeld if another run holds it, LedgerError if it cannot be created.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - 60 ms that commands without a lock need not pay

    path = path.resolve()
    place = lock_path(path)
    if not is_lock(place):
        raise LedgerError(
            f"{str(place)!r} is not a pmsync lock; rename that file, or set another `path` under [ledger]"
        )
    try:
        make_home(path.parent)
        lock = FileLock(place, timeout=wait or 0, mode=0o600)
        lock.acquire()
    except Timeout:
        raise LockHeld(_held_by_another(place)) from None
    except OSError as error:
        what = error.strerror or str(error)
        raise LedgerError(f"lock {str(place)!r}: {what}; check the folder's owner, mode and free space") from error
    try:
        _write_holder(place)
        yield
    finally:
        _wipe_holder(place)
        lock.release()


def _write_holder(place: Path) -> None:
    holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat()}
    _overwrite(place, json.dumps(holder))


def _wipe_holder(place: Path) -> None:
    _overwrite(place, "")


def _overwrite(place: Path, text: str) -> None:
    """Write into the locked file itself: another inode would be another lock. A failure does no harm."""
    try:
        with place.open("r+", encoding="utf-8") as file:
            file.truncate()
            file.write(text)
    except OSError:
        return


def _held_by_another(place: Path) -> str:
    return f"another run{_holder(place)} holds the lock {str(place)!r}; use `--wait 5m` to wait for it"


def _holder(place: Path) -> str:
    try:
        holder = json.loads(place.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(holder["since"])
        return f" (pid {holder['pid']} on {holder['host']} since {_clock_text(since)})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _clock_text(time: datetime) -> str:
    """Return the local time of day, with the date unless it is today."""
    local = time.astimezone()
    today = datetime.now(UTC).astimezone().date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"
