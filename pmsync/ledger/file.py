"""The ledger as a file: created, opened and checked, with errors explained. Knows no rows.

Durability: rollback journal and `synchronous = EXTRA`, so that a commit is on the disk, with the removal of its
journal, before the request that it announces is sent. (With FULL a power cut may bring the journal back, and the
announced create would be rolled back although it was sent.) https://www.sqlite.org/pragma.html#pragma_synchronous
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from pmsync.disk.databases import in_the_way, make_home
from pmsync.disk.git_index import tracked
from pmsync.disk.replace import replacing
from pmsync.errors import LedgerError
from pmsync.ledger import schema
from pmsync.ledger.values import Parameters

MOST_STEPS, _EVERY = 500_000_000, 1_000_000
"""Steps of SQLite's machine that a reader may take: some seconds. A row of everything takes some 200 of them."""

MOST_ROWS = 250_000
"""Of one answer. Ten thousand documents with ten items each make two fifths of it."""

LONGEST = 50_000_000
"""Bytes of the longest row; a document has 5 MB."""

PATIENCE = 5.0
"""Seconds to wait while another program (a reader, Datasette, sqlite3) keeps the file locked."""

REBUILD = (
    "move it aside (with its -journal, if there is one) and run `pmsync sync`: it finds the tickets again by their "
    "markers and creates none twice"
)
_SQLITE_SAYS = {
    sqlite3.SQLITE_FULL: "the disk is full; free some space and run the command again: it continues from there",
    sqlite3.SQLITE_BUSY: "another program keeps it locked; close it (Datasette, a sqlite3 shell) and try again",
    sqlite3.SQLITE_LOCKED: "another program keeps it locked; close it (Datasette, a sqlite3 shell) and try again",
    sqlite3.SQLITE_READONLY: "this user may not write it; grant write permission on the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check that it is a file and that this user may read it",
    sqlite3.SQLITE_PERM: "this user may not read it; check its owner and mode",
    sqlite3.SQLITE_IOERR: "reading or writing the disk failed; check the disk, then run the command again",
    sqlite3.SQLITE_NOTADB: (
        f"it is not a SQLite database; set another `path` under [ledger], or, if it was the ledger, {REBUILD}"
    ),
    sqlite3.SQLITE_CORRUPT: f"it is damaged; {REBUILD}",
    sqlite3.SQLITE_INTERRUPT: f"reading it takes far too long, and it may have been crafted to; {REBUILD}",
    sqlite3.SQLITE_TOOBIG: f"it holds a value larger than any that pmsync writes; {REBUILD}",
}
_HOT_JOURNAL = {sqlite3.SQLITE_READONLY_ROLLBACK, sqlite3.SQLITE_READONLY_RECOVERY, sqlite3.SQLITE_CANTOPEN}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and of the file system into a LedgerError that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        says = _SQLITE_SAYS.get(code & 0xFF) if code is not None else None
        advice = says or "keep a copy of it and report this"
        raise LedgerError(f"ledger {str(path)!r}: {advice} (SQLite says: {error})") from error
    except OSError as error:
        what = error.strerror or str(error)
        raise LedgerError(f"ledger {str(path)!r}: {what}; check the folder's owner, mode and free space") from error


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open the ledger at `path`, creating or migrating it as needed. The caller holds the lock."""
    _refuse(path)
    with explained(path):
        make_home(path.parent)
        if not path.exists():
            _create(path)
        connection = _connect(path, "rw")
        try:
            _check(connection, path)
            connection.set_progress_handler(None, 0)
            with suppress(PermissionError):
                path.chmod(0o600)
            _check_pages(connection, path)
            schema.migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def refuse_missing(path: Path) -> None:
    """Raise LedgerError if there is no ledger at `path`."""
    if not path.exists():
        raise LedgerError(f"there is no ledger at {str(path)!r} yet; run `pmsync sync` to create it")


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open the ledger at `path` read-only. It must exist and have this version's schema. Needs no lock."""
    refuse_missing(path)
    _refuse(path)
    with explained(path):
        try:
            return _checked_reader(path)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode not in _HOT_JOURNAL or not journal(path).exists():
                raise
        # a run was cut off in a transaction: whoever opens the file for writing next rolls it back
        with closing(_connect(path, "rw")) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return _checked_reader(path)


def refuse_tracked(path: Path) -> None:
    """Raise LedgerError if git tracks the file: then it came with a checkout, not from a run."""
    if problem := tracked(path):
        raise LedgerError(f"ledger {str(path)!r}: {problem}; `pmsync sync` finds the tickets again by their markers")


def _refuse(path: Path) -> None:
    """Raise LedgerError if opening the file could damage another one."""
    if path.is_dir():
        raise LedgerError(f"{str(path)!r} is a folder; set `path` under [ledger] to a file")
    if problem := in_the_way(path):
        raise LedgerError(f"ledger {str(path)!r}: {problem} under [ledger]")


def journal(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")


def _checked_reader(path: Path) -> sqlite3.Connection:
    connection = _connect(path, "ro")
    try:
        _check(connection, path)
        _check_current(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None)
    connection.row_factory = sqlite3.Row
    _limit(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = EXTRA")
    return connection


def _limit(connection: sqlite3.Connection) -> None:
    """Bound what a file can cost that somebody made for that purpose, and let its schema call nothing of importance.

    A tree of pages that leads into itself has more rows than any file could hold, so that what counts are steps.
    A writer checks the pages before anything else, and goes on without. https://www.sqlite.org/security.html
    """
    left = iter(range(MOST_STEPS // _EVERY))
    connection.set_progress_handler(lambda: next(left, None) is None, _EVERY)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")


def _create(path: Path) -> None:
    """Create the ledger beside its place and move it there, so that nobody ever opens half of one."""
    with replacing(path) as made:
        try:
            with closing(_connect(made, "rw")) as connection:
                schema.migrate(connection)
        finally:
            journal(made).unlink(missing_ok=True)
        # left by a ledger that was moved aside: SQLite would roll it back into the new one
        journal(path).unlink(missing_ok=True)


def fetch(connection: sqlite3.Connection, query: str, parameters: Parameters = ()) -> list[Any]:
    """All rows of a query. Raises ValueError if there are more than any ledger has."""
    found = connection.execute(query, parameters).fetchmany(MOST_ROWS + 1)
    if len(found) > MOST_ROWS:
        raise ValueError(f"more than {MOST_ROWS:,} rows")
    return found


def _check(connection: sqlite3.Connection, path: Path) -> None:
    applied = schema.applied(connection)
    if not applied:
        raise LedgerError(f"{str(path)!r} is not a pmsync ledger; check `path` under [ledger], or {REBUILD}")
    newer = sorted(set(applied) - {name for name, _ in schema.STEPS})
    if newer:
        raise LedgerError(
            f"ledger {str(path)!r} was written by a newer pmsync (it knows {newer[0]!r}); install that version here"
        )
    if strange := schema.alien(connection):
        raise LedgerError(
            f"ledger {str(path)!r}: the {strange} differs from pmsync's schema; if it is a view or an index of "
            f"yours, drop it, otherwise {REBUILD}"
        )


def _check_current(connection: sqlite3.Connection, path: Path) -> None:
    if len(schema.applied(connection)) < len(schema.STEPS):
        raise LedgerError(f"ledger {str(path)!r} was written by an older pmsync; run `pmsync sync` once to update it")


def _check_pages(connection: sqlite3.Connection, path: Path) -> None:
    says = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if says != "ok":
        raise LedgerError(f"ledger {str(path)!r}: it is damaged ({' '.join(says.split())}); {REBUILD}")
