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
"""Seconds for which nothing is shown: most commands are over by then."""


@dataclass
class Progress:
    """What is going on now: `tell` says what, `advance` counts, `left` counts down.

    Safe to call from any thread, shown or not.
    """

    what: str
    done: int = 0
    wanted: bool = True
    seconds: int = 0
    _status: Any = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, what: str) -> None:
        with self._lock:
            self.what, self.done = what, 0
            self._show()

    def advance(self, count: int = 1) -> None:
        with self._lock:
            self.done += count
            self._show()

    def left(self, seconds: float) -> None:
        """So many seconds of waiting are left; 0 ends it."""
        with self._lock:
            if self.seconds != ceil(seconds):
                self.seconds = ceil(seconds)
                self._show()

    def start(self) -> None:
        """Begin to show it (called once, when it has taken long enough)."""
        from rich.console import Console  # noqa: PLC0415 (most commands are over before)

        with self._lock:
            self._status = Console(stderr=True, highlight=False).status(self._text())
            self._status.start()

    def stop(self) -> None:
        with self._lock:
            if self._status:
                self._status.stop()

    def _show(self) -> None:
        if self._status:
            self._status.update(self._text())

    def _text(self) -> Any:
        from rich.text import Text  # noqa: PLC0415

        told = f" ({self.done})" if self.done else ""
        left = f" ({self.seconds} s left)" if self.seconds else ""
        return Text(f"{printable(self.what)}{told}{left} …")


@contextmanager
def shown(what: str, *, wanted: bool) -> Iterator[Progress]:
    """A progress that appears after a second, if it is wanted at all, and is gone at the end."""
    bar = Progress(what, wanted=wanted)
    timer = threading.Timer(PATIENCE, bar.start)
    timer.daemon = True
    if wanted:
        timer.start()
    try:
        yield bar
    finally:
        timer.cancel()
        if wanted:
            timer.join()
        bar.stop()
