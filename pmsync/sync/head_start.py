"""The head start of the machine on which `pmsync init` ran: its first sync need not wait for tickets to become visible.

A run without a ledger waits `lag` and looks again, because an earlier run may have created tickets that no listing
shows yet. It need not wait if there cannot have been such a run. `init` writes the time into the configuration
(`sync.begun`) and a pass beside the ledger. The rules are:

- Any other machine with this configuration, from git or copied by hand, finds `sync.begun` and no pass beside the
  ledger. It creates nothing until `lag` after the end of the head start. So nobody else was first.
- The pass is valid only where `init` wrote it: it names its own host and inode, so a copy or a backup is invalid.
- The pass is used up before the first create is announced. Whatever is lost afterwards, no later run has one.
- `init` gives one only to a new configuration: it is in no commit, there is no ledger, and no run of this user for the
  same namespace and tracker was ever noted. So nobody gets a second one by starting over.

Two people who set up the same repository on two machines at the same moment lose nothing: if both waited, they would
wait equally long and not see each other either.
"""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pmsync.config.settings import Settings
from pmsync.disk.replace import flush_folder
from pmsync.errors import LedgerError
from pmsync.identity.keys import digest

LENGTH, MARGIN = timedelta(minutes=10), timedelta(minutes=2)
"""How long nobody else creates, and how long before its end the first sync has to begin."""
_LARGEST = 4096


def pass_path(ledger: Path) -> Path:
    return ledger.with_name(f"{ledger.name}.first")


def give(settings: Settings) -> None:
    """Write the pass for the configuration. If it cannot be written, the first sync waits."""
    if settings.begun is None:
        return
    path = pass_path(Path(settings.ledger))
    with suppress(OSError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_text(settings, os.fstat(file.fileno())))


def has_pass(settings: Settings) -> bool:
    """Whether `init` wrote this configuration here, and nothing has been created with it yet."""
    if settings.begun is None:
        return False
    try:
        handle = os.open(pass_path(Path(settings.ledger)), os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        with os.fdopen(handle, encoding="utf-8") as file:
            return file.read(_LARGEST) == _text(settings, os.fstat(file.fileno()))
    except (OSError, ValueError):
        return False


def _text(settings: Settings, file: os.stat_result) -> str:
    begun = settings.begun.isoformat() if settings.begun else ""
    here = {"host": socket.gethostname(), "device": file.st_dev, "inode": file.st_ino}
    return json.dumps({"namespace": settings.namespace, "begun": begun, **here})


def use_up(settings: Settings) -> None:
    """Remove the pass durably. Raises LedgerError if that fails."""
    path = pass_path(Path(settings.ledger))
    try:
        path.unlink(missing_ok=True)
        flush_folder(path.parent)
    except OSError as error:
        what = error.strerror or str(error)
        raise LedgerError(f"{str(path)!r} cannot be removed: {what}; check the folder's owner and mode") from error


def is_on(settings: Settings, now: datetime) -> bool:
    """Whether a sync that begins now ends, or nearly ends, before anybody else creates."""
    return settings.begun is not None and timedelta(0) <= now - settings.begun < LENGTH - MARGIN


def left_to_others(settings: Settings, now: datetime, lag: timedelta) -> timedelta:
    """Return how long a run elsewhere must wait to see what was created in the head start; zero if that is over.

    Clocks may differ, but not by more than the head start: a time further in the future is a mistake and is ignored.
    """
    if settings.begun is None or settings.begun - now > LENGTH:
        return timedelta(0)
    return max(timedelta(0), settings.begun + LENGTH + lag - now)


def moment(now: datetime) -> datetime:
    """Return the time as it is written in a configuration."""
    return now.astimezone(UTC).replace(microsecond=0)


# --- what this user has synced --------------------------------------------------------------------------------


def targets(settings: Settings) -> frozenset[str]:
    """Return the places where the namespace's tickets are created, each as a file name."""
    return frozenset(
        digest(settings.namespace, each.type, each.api_url, each.url, each.repo, each.project)
        for each in settings.trackers.values()
    )


def note(folder: Path | None, settings: Settings) -> bool:
    """Note that this user has set up or synced the configuration's namespace in its trackers.

    Returns whether that is new for each of them; False if it cannot be noted.
    """
    if folder is None:
        return False
    new = True
    for target in targets(settings):
        path = folder / target
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with path.open("x", encoding="utf-8") as file:
                file.write(f"{settings.namespace}\n")
        except OSError:  # it exists, or cannot be written
            new = False
    return new
