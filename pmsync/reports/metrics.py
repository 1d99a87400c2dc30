"""Figures about runs for Prometheus' textfile collector, in its exposition format. Holds no titles, names or uids."""

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
"""What a tracker says of its tickets: these are there also while there is none."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the ledger says: the end of the last good sync (None before the first), and items by tracker and status."""

    last_success: datetime | None
    items: Mapping[tuple[str, str], int]
    overdue: int


def held(settings: Settings, now: datetime) -> Held | None:
    """The ledger's figures; None where it cannot be read. Tickets of each tracker and status are there, also as 0."""
    try:
        with LedgerReader.open(Path(settings.ledger)) as ledger:
            rows = reports.status_rows(ledger, settings, now.astimezone().date())
            good = ledger.last_good_run()
    except LedgerError:
        return None
    known = Counter((row.tracker, row.status) for row in rows)
    none = {(name, status): 0 for name in settings.trackers for status in TICKETS}
    at = good.finished_at if good else None
    return Held(None if at and is_future(at, now) else at, none | known, reports.counts(rows)["overdue"])


def exposition(seen: Held | None, took: timedelta, *, ok: bool) -> str:
    """The file's text; what a ledger that cannot be read would say is left out, but for the last success: that is 0."""
    last = seen.last_success.timestamp() if seen and seen.last_success else 0
    lines = [
        *_gauge(
            "last_success_timestamp_seconds", "End of the last good sync over everything; 0 before the first.", last
        ),
        *_gauge("last_run_success", "1 where the last run ended well, else 0.", int(ok)),
        *_gauge("last_run_duration_seconds", "How long the last run took.", took.total_seconds()),
    ]
    if seen:
        samples = {_labels(tracker=tracker, status=status): n for (tracker, status), n in sorted(seen.items.items())}
        lines += _metric("items", "Action items by tracker ('' for those without a ticket) and status.", samples)
        lines += _gauge("overdue_items", "Open action items that are past their due date.", seen.overdue)
    return "\n".join([*lines, *_metric("build_info", "Always 1.", {_labels(version=__version__): 1}), ""])


def _gauge(name: str, text: str, value: float) -> Iterator[str]:
    return _metric(name, text, {"": value})


def _metric(name: str, text: str, samples: Mapping[str, float]) -> Iterator[str]:
    yield f"# HELP pmsync_{name} {text}"
    yield f"# TYPE pmsync_{name} gauge"
    yield from (f"pmsync_{name}{labels} {value!r}" for labels, value in samples.items())


def _labels(**labels: str) -> str:
    escaped = {
        name: value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") for name, value in labels.items()
    }
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped.items()) + "}"


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
