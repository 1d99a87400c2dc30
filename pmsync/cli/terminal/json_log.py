"""The lines of the structured log: JSON objects with the field names of the Elastic Common Schema. Pure.

Our own fields are below `pmsync.` (https://www.elastic.co/docs/reference/ecs). Names are flat, as ECS loggers write
them; a field keeps its name and meaning for ever.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pmsync import __version__

if TYPE_CHECKING:
    from pmsync.model import Finding, Ref

Fields = Mapping[str, object]

ECS = "8.11.0"
LEVELS = {"error": "error", "warning": "warn", "note": "info"}
"""The schema's word for the level of a finding."""


def record(at: datetime, level: str, message: str, fields: Fields) -> dict[str, object]:
    """A line of the log as a JSON value; `level` is debug, info, warn or error; empty fields are left out."""
    return {
        "@timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "log.level": level,
        "message": message,
        "ecs.version": ECS,
        "service.name": "pmsync",
        "service.version": __version__,
        "process.pid": os.getpid(),
        **{name: value for name, value in fields.items() if value is not None and value != ""},
    }


def event_fields(action: str, **fields: object) -> Fields:
    """The fields of an event: its action, a verb such as created, and our own fields."""
    return {"event.action": action, **{f"pmsync.{name}": value for name, value in fields.items()}}


def ticket_fields(action: str, uid: str, ref: Ref | None, **fields: object) -> Fields:
    """The fields of something that was done to a ticket."""
    place = {"tracker": ref.tracker, "ticket": ref.key, "url": ref.url} if ref else {}
    return event_fields(action, uid=uid, **place, **fields)


def finding_fields(finding: Finding) -> Fields:
    line = finding.line or None
    return event_fields("finding", rule=finding.rule, path=finding.path, line=line, hint=finding.hint)


def end_fields(took: timedelta, *, ok: bool, counts: Mapping[str, int], findings: Sequence[Finding]) -> Fields:
    """The end of a run: how long it took (in nanoseconds), and how many changes and findings there were."""
    levels = Counter(finding.level for finding in findings)
    return {
        "event.action": "run-ended",
        "event.outcome": "success" if ok else "failure",
        "event.duration": took // timedelta(microseconds=1) * 1000,
        "pmsync.counts": dict(counts),
        "pmsync.findings": {level: levels[level] for level in ("error", "warning", "note") if levels[level]},
    }


def error_fields(kind: str, message: str, code: int, trace: str = "") -> Fields:
    """Why a command failed; `code` is its exit code."""
    return {
        "event.outcome": "failure",
        "error.type": kind,
        "error.message": message,
        "error.stack_trace": trace,
        "process.exit_code": code,
    }
