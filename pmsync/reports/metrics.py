"""Metrics of runs for Prometheus' textfile collector: counts by tracker, status and severity, never by owner or uid.

The file is for everybody on the host, so that items of restricted documents are not counted: one of an otherwise unused
severity would tell of an incident. A severity is a label only if it is a level or a common word for one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pmsync import __version__
from pmsync.config.settings import Settings
from pmsync.config.severity import is_known_severity
from pmsync.disk.replace import replacing
from pmsync.errors import LedgerError, PmsyncError
from pmsync.ledger.reader import LedgerReader
from pmsync.model.ages import is_future
from pmsync.reports import status as reports
from pmsync.reports.status import StatusRow

TICKETS = ("open", "in_progress", "done", "wont_do")
"""The statuses of tickets: each has a sample, even if it is 0."""


OTHER = "other"
"""The label of a severity in a document's own words."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The end of the last good sync (None before the first), and how many items there are, without restricted ones.

    `items` are counted by tracker, status and severity, `overdue` by severity; '' is none of it.
    """

    last_success: datetime | None
    items: Mapping[tuple[str, str, str], int]
    overdue: Mapping[str, int]


def figures(settings: Settings, now: datetime) -> Figures | None:
    """The ledger's figures; None if it cannot be read."""
    try:
        with LedgerReader.open(Path(settings.ledger)) as ledger:
            rows = reports.status_rows(ledger, settings, now.astimezone().date())
            run = ledger.last_good_run()
    except LedgerError:
        return None
    at = run.finished_at if run else None
    shown = [row for row in rows if not row.restricted]
    items = Counter((row.tracker, row.status, _severity(row)) for row in shown)
    late = Counter(_severity(row) for row in shown if row.late)
    # a sample that goes away is no 0: an alert on it would never end
    levels = {"", *map(_severity, shown)}
    no_items = {(name, status, level): 0 for name in settings.trackers for status in TICKETS for level in levels}
    no_late = dict.fromkeys(levels, 0)
    return Figures(None if at and is_future(at, now) else at, no_items | items, no_late | late)


def _severity(row: StatusRow) -> str:
    level = row.severity or ""
    return level if not level or is_known_severity(level) else OTHER


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
        counted = "without those of restricted documents"
        samples = {
            _labels(tracker=tracker, status=status, severity=level): n
            for (tracker, status, level), n in sorted(ledger.items.items())
        }
        items_help = f"Action items by tracker ('' for those without a ticket), status and severity, {counted}."
        lines += _metric("items", items_help, samples)
        late = {_labels(severity=level): n for level, n in sorted(ledger.overdue.items())}
        lines += _metric("overdue_items", f"Open action items past their due date, {counted}.", late)
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
