"""Connects the configured trackers for a command, and handles signals during a run."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from pmsync.cli.app import App
from pmsync.cli.terminal import output
from pmsync.config.settings import Settings
from pmsync.errors import ConfigError
from pmsync.sync.engine import Clock
from pmsync.sync.tracker_views import Source
from pmsync.trackers.registry import connect, connect_all

GLANCE = 0.2
"""Seconds between two looks of a sleeping run at whether it should stop."""


def all_sources(settings: Settings, app: App) -> dict[str, Source]:
    """Every configured tracker; raises ConfigError with the problems of all of them."""
    return {name: Source(tracker) for name, tracker in connect_all(settings, app.environ).items()}


def seen_sources(settings: Settings, app: App, *, offline: bool) -> tuple[dict[str, Source], list[str]]:
    """The trackers that a plan can read, and why it cannot read the others: a plan needs no token."""
    sources, unseen = {name: Source(None, unseen=True) for name in settings.trackers}, []
    if offline:
        return sources, [f"tickets in {name!r} were not looked up (--offline)" for name in sources]
    for name, tracker in settings.trackers.items():
        try:
            sources[name] = Source(connect(tracker, app.environ, Path(settings.root)))
        except ConfigError as error:
            unseen.append(f"tickets in {name!r} were not looked up: {error}")
    return sources, unseen


@dataclass
class Signals:
    """SIGTERM and the first Ctrl-C end a run after its current operation; a second Ctrl-C ends it at once.

    Not a threading.Event: a handler that sets it while the main thread waits for it can deadlock, since both take the
    same lock.
    """

    asked: bool = False
    left: Callable[[float], None] = lambda _: None
    """Called with the seconds left while a run sleeps."""

    def stop(self) -> bool:
        return self.asked

    def sleep(self, seconds: float) -> None:
        """Sleep, but stop soon after somebody asks to."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            self.left(left)
            time.sleep(min(left, GLANCE))
        self.left(0)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.stop() and number == signal.SIGINT:
            signal.default_int_handler(number, frame)
        self.asked = True
        again = "; Ctrl-C again stops at once" if number == signal.SIGINT else ""
        output.tell(f"stopping after the current operation{again}")

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Handle the signals within this block."""
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = {number: signal.signal(number, self._on_signal) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def clock(self, now: Callable[..., object]) -> Clock:
        """A clock whose sleep ends early if the run is asked to stop."""
        return Clock(now=now, sleep=self.sleep)  # type: ignore[arg-type]
