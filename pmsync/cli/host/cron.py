"""What a sync does for the sake of cron: comes a little later, gives way to another run, and leaves figures behind."""

from __future__ import annotations

import hashlib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from pmsync.cli.app import App
from pmsync.cli.host.connect import Signals
from pmsync.cli.terminal import output
from pmsync.config.settings import Settings
from pmsync.errors import LedgerError, LockHeld, PmsyncError
from pmsync.ledger.reader import LedgerReader
from pmsync.reports import metrics
from pmsync.reports.freshness import is_stale
from pmsync.sync.engine import Request


def delay(most: timedelta, host: str, place: str) -> float:
    """How many seconds of `most` this host waits for this place: always the same, so that runs stay evenly apart."""
    digest = hashlib.sha256(f"{host}\0{place}".encode(errors="surrogateescape")).digest()
    return most.total_seconds() * int.from_bytes(digest[:8], "big") / 2**64


def wait_a_little(app: App, most: timedelta, signals: Signals) -> None:
    """Wait before anything is read; raises Abort as soon as somebody asks to stop."""
    seconds = delay(most, socket.gethostname(), str((app.cwd / (app.config or "")).resolve()))
    output.log(f"waiting {seconds:.1f} s of at most {most.total_seconds():.0f} s (--jitter)", level=1)
    with output.progress(f"waiting {seconds:.0f} s (--jitter)"):
        signals.sleep(seconds)
    if signals.stop():
        raise click.Abort


def give_way(app: App, settings: Settings, request: Request, held: LockHeld) -> None:
    """Accept that another run is at work, or raise `held`.

    It is accepted where nobody looks on, the next run comes by itself and judges everything, and the last good sync is
    not too long ago. In CI no other run stands in for this one.
    """
    if output.is_watched() or output.current().runner or not request.whole:
        raise held
    reason = str(held).partition(";")[0]
    if _stale(app, settings):
        raise LockHeld(f"{reason}, and no sync has ended well for too long\nsee what that run is waiting for") from held
    told = f"Nothing done: {reason}."
    if output.current().structured:
        output.event(told, {"event.action": "run-skipped"})
    else:
        output.log(told, level=1)


def _stale(app: App, settings: Settings) -> bool:
    try:
        with LedgerReader.open(Path(settings.ledger)) as ledger:
            return is_stale(ledger, app.now())
    except LedgerError:
        return Path(settings.ledger).exists()  # the first run of all has not made it yet


@dataclass
class Outcome:
    """What is known of a run while it goes on; it does not count where it left the work to another one."""

    ok: bool = False
    counts: bool = True
    began: float = 0.0

    @property
    def took(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self.began)


@contextmanager
def measured(path: Path | None, settings: Settings, app: App) -> Iterator[Outcome]:
    """Write the metrics at the end of this block, also of one that fails; raises PmsyncError where that cannot be."""
    outcome = Outcome(began=time.monotonic())
    try:
        yield outcome
    except BaseException:
        try:
            _leave(path, outcome, settings, app)
        except PmsyncError as error:  # what the run failed of matters more
            output.warn(str(error).splitlines()[0])
        raise
    _leave(path, outcome, settings, app)


def _leave(path: Path | None, outcome: Outcome, settings: Settings, app: App) -> None:
    if path and outcome.counts:
        text = metrics.exposition(metrics.held(settings, app.now()), outcome.took, ok=outcome.ok)
        metrics.write(app.cwd / path, text)
