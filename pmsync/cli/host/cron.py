"""What a sync does under cron: starts a little later, gives way to another run, and writes metrics."""

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
from pmsync.cli.terminal.json_log import event_fields
from pmsync.config.settings import Settings
from pmsync.errors import LedgerError, LockHeld, PmsyncError
from pmsync.ledger.reader import LedgerReader
from pmsync.reports import metrics
from pmsync.reports.freshness import is_stale
from pmsync.sync.engine import Request


def delay(most: timedelta, host: str, place: str) -> float:
    """The seconds that this host waits, up to `most`: always the same, so that runs stay evenly spaced."""
    digest = hashlib.sha256(f"{host}\0{place}".encode(errors="surrogateescape")).digest()
    return most.total_seconds() * int.from_bytes(digest[:8], "big") / 2**64


def wait_a_little(app: App, most: timedelta, signals: Signals) -> None:
    """Wait before anything is read; raises Abort if asked to stop."""
    seconds = delay(most, socket.gethostname(), str((app.cwd / (app.config or "")).resolve()))
    output.log(f"waiting {seconds:.1f} s of at most {most.total_seconds():.0f} s (--jitter)", level=1)
    with output.progress(f"waiting {seconds:.0f} s (--jitter)"):
        signals.sleep(seconds)
    if signals.stop():
        raise click.Abort


def give_way(app: App, settings: Settings, request: Request, held: LockHeld) -> None:
    """Accept that another run holds the lock, or raise `held`.

    It is accepted if nobody is watching, this run is not limited to some documents, and the last good sync is not too
    long ago: then the next run comes by itself. In CI there is no next run.
    """
    if output.is_watched() or output.current().runner or not request.whole:
        raise held
    reason = str(held).partition(";")[0]
    if _stale(app, settings):
        raise LockHeld(
            f"{reason}, and there has been no good sync for too long\nsee what that run is waiting for"
        ) from held
    message = f"Nothing done: {reason}."
    if output.current().structured:
        output.event(message, event_fields("run-skipped"))
    else:
        output.log(message, level=1)


def _stale(app: App, settings: Settings) -> bool:
    try:
        with LedgerReader.open(Path(settings.ledger)) as ledger:
            return is_stale(ledger, app.now())
    except LedgerError:
        return Path(settings.ledger).exists()  # else the very first run has not created it yet


@dataclass
class Outcome:
    """The outcome of a run so far; it does not count if the run gave way to another one."""

    ok: bool = False
    counts: bool = True
    began: float = 0.0

    @property
    def took(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self.began)


@contextmanager
def measured(path: Path | None, settings: Settings, app: App) -> Iterator[Outcome]:
    """Write the metrics at the end of this block, even if it fails; raises PmsyncError if they cannot be written."""
    outcome = Outcome(began=time.monotonic())
    try:
        yield outcome
    except BaseException:
        try:
            _write(path, outcome, settings, app)
        except PmsyncError as error:  # the failure of the run matters more
            output.warn(str(error).splitlines()[0])
        raise
    _write(path, outcome, settings, app)


def _write(path: Path | None, outcome: Outcome, settings: Settings, app: App) -> None:
    if path and outcome.counts:
        text = metrics.exposition(metrics.figures(settings, app.now()), outcome.took, ok=outcome.ok)
        metrics.write(app.cwd / path, text)
