"""Progress on stderr for what takes longer than a second. Prints nothing elsewhere, and knows no domain."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from pmsync.cli.terminal.safe_text import printable

PATIENCE = 1.0
"""Seconds before anything is shown: most commands take less."""


@dataclass
class Progress:
    """What is going on now: `tell` says what, `advance` counts, `left` counts down.

    Safe to call from any thread, shown or not.
    """

    what: str
    wanted: bool = True
    done: int = 0
    seconds: int = 0
    _status: Any = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def tell(self, what: str) -> None:
        self._set(what=what, done=0)

    def advance(self, count: int = 1) -> None:
        with self._lock:
            self._set(done=self.done + count)

    def left(self, seconds: float) -> None:
        """So many seconds of waiting are left; 0 ends it."""
        if self.seconds != ceil(seconds):
            self._set(seconds=ceil(seconds))

    def start(self) -> None:
        """Begin to show it; called once, after `PATIENCE`."""
        from rich.console import Console  # noqa: PLC0415 (most commands end before)

        with self._lock:
            self._status = Console(stderr=True, highlight=False).status(self._text())
            self._status.start()

    def stop(self) -> None:
        with self._lock:
            if self._status:
                self._status.stop()

    def _set(self, **values: Any) -> None:
        with self._lock:
            vars(self).update(values)
            if self._status:
                self._status.update(self._text())

    def _text(self) -> Any:
        from rich.text import Text  # noqa: PLC0415

        done = f" ({self.done})" if self.done else ""
        left = f" ({self.seconds} s left)" if self.seconds else ""
        return Text(f"{printable(self.what)}{done}{left} …")


@contextmanager
def shown(what: str, *, wanted: bool) -> Iterator[Progress]:
    """A progress that appears after `PATIENCE`, if it is wanted at all, and disappears at the end."""
    bar = Progress(what, wanted)
    if not wanted:
        yield bar
        return
    timer = threading.Timer(PATIENCE, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield bar
    finally:
        timer.cancel()
        timer.join()
        bar.stop()
