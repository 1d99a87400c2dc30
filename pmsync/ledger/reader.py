"""A ledger as `status` reads it: its runs, and one light row for each item. Imports little, to start quickly."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from pmsync.errors import LedgerError
from pmsync.ledger import file, status_query
from pmsync.ledger.values import Parameters, Row, at, to_flag, to_time
from pmsync.model import Run

if TYPE_CHECKING:
    from pmsync.model import Finding

T = TypeVar("T")

Conditions = Mapping[str, str | bool | list[str] | list[tuple[str, ...]]]
"""What rows must meet: names of `status_query`, with the ISO date, text or list that each compares with."""
_NONE: Conditions = {}

_ERRORS = """
SELECT * FROM findings
WHERE level = 'error' AND path NOT IN (SELECT path FROM documents WHERE restricted)
ORDER BY run_id DESC, id
"""


class LedgerReader:
    """An open ledger that only `status` and its like read; a context manager that closes it.

    Every method may raise LedgerError, which says what to do.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the ledger at `path`, which must exist and not be tracked by git; needs no lock."""
        file.refuse_tracked(path)
        path = path.resolve()
        return cls(path, file.open_for_reading(path))

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- runs -------------------------------------------------------------------------------------------------

    def last_run(self) -> Run | None:
        """The newest run over everything, whatever came of it."""
        return next(iter(self._read("SELECT * FROM runs WHERE scope = '' ORDER BY id DESC LIMIT 1", _to_run)), None)

    def first_run(self) -> Run | None:
        """The oldest run over everything that is remembered, whatever came of it."""
        return next(iter(self._read("SELECT * FROM runs WHERE scope = '' ORDER BY id LIMIT 1", _to_run)), None)

    def last_good_run(self) -> Run | None:
        """The newest run over everything that ended well."""
        return next(iter(self.good_runs(1)), None)

    def good_runs(self, most: int) -> list[Run]:
        """The newest runs over everything that ended well, newest first."""
        return self._read("SELECT * FROM runs WHERE ok AND scope = '' ORDER BY id DESC LIMIT ?", _to_run, [most])

    def errors(self) -> list[Finding]:
        """The errors of the last run over everything and of later runs over some documents, newest first.

        Those of restricted documents are left out: what `status` prints, others may read.
        """
        errors = self._read(_ERRORS, dict)
        if not errors:
            return []
        from pmsync.ledger.rows import to_finding  # noqa: PLC0415 (only trouble needs it)

        return [to_finding(row) for row in errors]

    def is_held_back(self) -> bool:
        """Whether the guard refused the last run."""
        return bool(self._read("SELECT 1 FROM findings WHERE rule = 'guard' LIMIT 1", tuple))

    # --- items ------------------------------------------------------------------------------------------------

    def status_rows(
        self, convert: Callable[[Row], T], today: date = date.min, conditions: Conditions = _NONE
    ) -> list[T]:
        """Each item that is in a document or has a ticket and meets the conditions, as `status` shows them.

        `pmsync.ledger.status_query` describes a row, its conditions and the order. An item is late if its due date is
        before `today`.
        """
        return self._read(status_query.rows(conditions), convert, _parameters(today, conditions))

    def most_urgent_rows(
        self,
        convert: Callable[[Row], T],
        today: date,
        conditions: Conditions,
        *,
        soon: date,
        ranks: Sequence[tuple[str, int]],
        limit: int,
    ) -> list[T]:
        """The first `limit` of these rows by urgency: late ones, those due by `soon`, then the rest.

        `ranks` has each severity as written, with the lowest rank for the most severe.
        """
        parameters = _parameters(today, conditions)
        parameters |= {"soon": soon.isoformat(), "ranks": json.dumps(ranks), "limit": limit}
        return self._read(status_query.most_urgent(conditions), convert, parameters)

    def status_matches(self, today: date, conditions: Conditions) -> int:
        """How many of these rows there are."""
        return self._read(status_query.count(conditions), _to_count, _parameters(today, conditions))[0]

    def status_values(self, convert: Callable[..., T], *columns: str, public: bool = False) -> list[T]:
        """What stands in these columns of the rows, each once, converted; '' for nothing.

        If `public`, without what stands only in restricted documents.
        """

        def values(row: Row) -> list[T]:
            *found, restricted = tuple(row)
            return [] if public and restricted else [convert(*(value or "" for value in found))]

        return [value for each in self._read(status_query.values(*columns), values, {"uid": ""}) for value in each]

    def status_counts(self, today: date) -> dict[str, int]:
        """How many items are 'open', 'closed' and 'aside'; of the open ones, how many 'overdue' or 'without_ticket'."""
        return self._read(status_query.COUNTS, _to_counts, {"today": today.isoformat(), "uid": ""})[0]

    def accounts(self, tracker: str) -> dict[str, tuple[str, datetime]]:
        """By person id: the account in this tracker, and when it was looked up."""
        query = "SELECT person_id, account, resolved_at FROM people WHERE tracker = ?"
        return dict(self._read(query, _to_account, [tracker]))

    # --- how --------------------------------------------------------------------------------------------------

    def _read(self, query: str, convert: Callable[[Row], T], parameters: Parameters = ()) -> list[T]:
        """All rows of an answer, converted."""
        with file.explained(self.path), self._understood():
            return [convert(row) for row in file.fetch(self._connection, query, parameters)]

    @contextmanager
    def _understood(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
            message = f"ledger {str(self.path)!r} holds a value that pmsync did not write ({error}); {file.REBUILD}"
            raise LedgerError(message) from error


def _parameters(today: date, conditions: Conditions) -> dict[str, str | int | None]:
    given = {name: json.dumps(value) if isinstance(value, list) else value for name, value in conditions.items()}
    return {"uid": "", "today": today.isoformat(), **given}


def _to_account(row: Row) -> tuple[str, tuple[str, datetime]]:
    return row["person_id"], (row["account"], at(row["resolved_at"]))


def _to_count(row: Row) -> int:
    return int(row["found"])


def _to_counts(row: Row) -> dict[str, int]:
    return dict(row)


def _to_run(row: Row) -> Run:
    return Run(
        id=row["id"],
        started_at=at(row["started_at"]),
        finished_at=to_time(row["finished_at"]),
        host=row["host"],
        pid=row["pid"],
        scope=row["scope"],
        ok=to_flag(row["ok"]),
        counts=json.loads(row["counts"]),
    )
