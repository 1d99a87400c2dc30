"""Metrics of runs for Prometheus' textfile collector, without titles, names or uids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pmsync import __version__
from pmsync.config.settings import Settings
from pmsync.disk.replace import replacing
from pmsync.errors import LedgerError, PmsyncError
from pmsync.ledger.reader import LedgerReader
from pmsync.model.ages import is_future
from pmsync.reports import status as reports

TICKETS = ("open", "in_progress", "done", "wont_do")
"""The statuses of tickets: each has a sample, even if it is 0."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The end of the last good sync (None before the first), items by tracker and status, and how many are overdue."""

    last_success: datetime | None
    items: Mapping[tuple[str, str], int]
    overdue: int


def figures(settings: Settings, now: datetime) -> Figures | None:
    """The ledger's figures; None if it cannot be read."""
    try:
        with LedgerReader.open(Path(settings.ledger)) as ledger:
            rows = reports.status_rows(ledger, settings, now.astimezone().date())
            run = ledger.last_good_run()
    except LedgerError:
        return None
    counts = Counter((row.tracker, row.status) for row in rows)
    zeros = {(name, status): 0 for name in settings.trackers for status in TICKETS}
    at = run.finished_at if run else None
    return Figures(None if at and is_future(at, now) else at, zeros | counts, reports.counts(rows)["overdue"])


def exposition(ledger: Figures | None, took: timedelta, *, ok: bool) -> str:
    """The file's text. Without a readable ledger, its figures are left out, but for a last success of 0."""
    last = ledger.last_success.timestamp() if ledger and ledger.last_success else 0
    last_help = "End of the last good sync over everything; 0 before the first."
    lines = [
        *_metric("last_success_timestamp_seconds", last_help, {"": last}),
        *_metric("last_run_success", "1 where the last run ended well, else 0.", {"": int(ok)}),
        *_metric("last_run_duration_seconds", "How long the last run took.", {"": took.total_seconds()}),
    ]
    if ledger:
        samples = {_labels(tracker=tracker, status=status): n for (tracker, status), n in sorted(ledger.items.items())}
        lines += _metric("items", "Action items by tracker ('' for those without a ticket) and status.", samples)
        lines += _metric("overdue_items", "Open action items that are past their due date.", {"": ledger.overdue})
    return "\n".join([*lines, *_metric("build_info", "Always 1.", {_labels(version=__version__): 1}), ""])


def _metric(name: str, text: str, samples: Mapping[str, float]) -> Iterator[str]:
    yield f"# HELP pmsync_{name} {text}"
    yield f"# TYPE pmsync_{name} gauge"
    yield from (f"pmsync_{name}{labels} {value!r}" for labels, value in samples.items())


def _labels(**labels: str) -> str:
    escapes = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
    return "{" + ",".join(f'{name}="{value.translate(escapes)}"' for name, value in labels.items()) + "}"


def write(path: Path, text: str) -> None:
    """Put the text in the file's place at once, readable by all: the collector is another user. Raises PmsyncError."""
    try:
        with replacing(path) as made:
            made.write_text(text, encoding="utf-8")
            made.chmod(0o644)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"the metrics file '{path}' cannot be written: {reason}"
        raise PmsyncError(f"{message}\nlet this user write in its folder; the sync itself is done") from None
