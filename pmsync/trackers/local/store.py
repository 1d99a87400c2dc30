"""The local tracker's file: created, opened, one transaction at a time. Knows no tickets.

Every transaction has a connection of its own, so that nothing stays open and several processes can use the file:
writers take turns (BEGIN IMMEDIATE and a busy timeout). Rollback journal, as in the ledger, because people copy files.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from pmsync.disk.databases import in_the_way, make_home
from pmsync.disk.git_index import tracked
from pmsync.errors import TrackerError, TrackerUnavailable

PATIENCE = 10.0
"""Seconds to wait while another process writes."""

_OTHER_FILE = "name another file in `path`"
VERSION = 1
"""Of the tables, stored as SQLite's user_version; a change of the tables needs a new step in `_prepare`."""

TABLES = """
CREATE TABLE store (  -- one row: which file this is, so that no ticket of another one is taken for one of these
    id TEXT PRIMARY KEY
) STRICT;
CREATE TABLE tickets (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never reused, not even after a delete
    title TEXT NOT NULL,
    body TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'in_progress', 'done', 'wont_do', 'duplicate')),
    priority TEXT,
    due TEXT,
    author TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    closed_at TEXT,
    duplicate_of INTEGER,
    moved_to TEXT,
    uid TEXT,
    marker TEXT
) STRICT;
CREATE INDEX tickets_by_uid ON tickets (uid);
CREATE TABLE labels (
    ticket INTEGER NOT NULL REFERENCES tickets (number) ON DELETE CASCADE,
    label TEXT NOT NULL,
    PRIMARY KEY (ticket, label)
) STRICT;
CREATE INDEX labels_by_label ON labels (label);
CREATE TABLE assignees (
    ticket INTEGER NOT NULL REFERENCES tickets (number) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    account TEXT NOT NULL,
    PRIMARY KEY (ticket, account)
) STRICT;
CREATE TABLE comments (
    id INTEGER PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES tickets (number) ON DELETE CASCADE,
    author TEXT NOT NULL,
    at TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX comments_by_ticket ON comments (ticket);
CREATE TABLE events (  -- who changed what and when; outlives its ticket
    id INTEGER PRIMARY KEY,
    ticket INTEGER NOT NULL,
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    field TEXT NOT NULL,
    old TEXT,
    new TEXT
) STRICT;
CREATE INDEX events_by_ticket ON events (ticket);
"""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Store:
    """The file at `path`. If it does not exist, it reads as empty, and the first write creates it.

    Both transactions raise TrackerUnavailable if the file stays locked or the disk is full, TrackerError otherwise.
    """

    path: Path
    now: Callable[[], datetime] = utc_now

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """One consistent view of the file, without what is written meanwhile."""
        with _explained(self.path), closing(self._reader()) as connection:
            database = Database(connection)
            with database.atomic():
                yield database

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """One exclusive transaction: committed at the end, rolled back by any error."""
        with _explained(self.path), closing(self._writer()) as connection:
            database = Database(connection)
            connection.execute("BEGIN IMMEDIATE")
            try:
                _prepare(connection, self.path)
                yield database
                connection.execute("COMMIT")
            except BaseException:
                connection.rollback()
                raise

    def _reader(self) -> sqlite3.Connection:
        if self.path.exists():
            self._refuse()
            # 'rw', because a reader may have to roll back what a killed writer left
            mode = "rw" if os.access(self.path, os.W_OK) else "ro"
            connection = _connect(f"{self.path.absolute().as_uri()}?mode={mode}")
            try:
                if _version(connection, self.path):
                    return connection
            except BaseException:
                connection.close()
                raise
            connection.close()
        empty = _connect(":memory:")
        _prepare(empty, self.path)
        return empty

    def _writer(self) -> sqlite3.Connection:
        make_home(self.path.parent)
        self._refuse()
        if not self.path.exists():
            self._make()
        return _connect(f"{self.path.absolute().as_uri()}?mode=rw")

    def _refuse(self) -> None:
        """Raise TrackerError if the file is not pmsync's, or opening it would touch one that is not."""
        if self.path.is_file() and not self.path.stat().st_size:
            raise TrackerError(f"{str(self.path)!r} is an empty file, not a tickets file; {_OTHER_FILE}")
        if problem := tracked(self.path) or in_the_way(self.path):
            raise TrackerError(f"tickets file {str(self.path)!r}: {problem}")

    def _make(self) -> None:
        """Create the complete file under another name; if another process was faster, its file stays."""
        folder = self.path.parent
        handle, name = tempfile.mkstemp(prefix=f"{self.path.name}.", suffix=".new", dir=folder)  # mode 0600
        os.close(handle)
        made = Path(name)
        try:
            with closing(_connect(f"{made.absolute().as_uri()}?mode=rw")) as connection:
                connection.execute("BEGIN IMMEDIATE")
                _prepare(connection, made)
                connection.execute("COMMIT")
            with suppress(FileExistsError):
                _put(made, self.path.resolve())
        finally:
            made.unlink(missing_ok=True)


def _put(made: Path, path: Path) -> None:
    """Give the finished file its name; raises FileExistsError if that name is taken."""
    try:
        os.link(made, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if path.exists():
            raise FileExistsError(path) from None
        made.replace(path)


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@cache
def _own_schema() -> frozenset[tuple[str, ...]]:
    """The schema that `TABLES` make."""
    with closing(_connect(":memory:")) as connection:
        connection.executescript(TABLES)
        return frozenset(connection.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master"))


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The version of the tables, 0 if there are none yet; raises TrackerError for a newer one, and for tables, views or
    triggers that are not pmsync's: they could run somebody's code.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise TrackerError(
            f"tickets file {str(path)!r} has version {version}, newer than the {VERSION} of this pmsync; update pmsync"
        )
    if version and _schema(connection) != _own_schema():
        raise TrackerError(f"{str(path)!r} is another program's database, or was changed by one; {_OTHER_FILE}")
    return int(version)


def _schema(connection: sqlite3.Connection) -> frozenset[tuple[str, ...]]:
    query = "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'"
    return frozenset(connection.execute(query).fetchmany(len(_own_schema()) + 1))


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Create missing tables, one statement at a time: `executescript` would commit the transaction."""
    if not _version(connection, path):
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise TrackerError(f"{str(path)!r} is another program's database; {_OTHER_FILE}")
        for statement in TABLES.split(";\n"):
            connection.execute(statement)
        connection.execute("INSERT INTO store (id) VALUES (?)", (secrets.token_hex(4),))
        connection.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _in_words(path, error) from error
    except OSError as error:
        what = error.strerror or str(error)
        raise TrackerError(f"tickets file {str(path)!r}: {what}; check the folder's owner, mode and space") from error


def _in_words(path: Path, error: sqlite3.Error) -> TrackerError:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    where = f"tickets file {str(path)!r}"
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return TrackerUnavailable(f"{where} is locked by another process (waited {PATIENCE:.0f} s); try again")
    if code == sqlite3.SQLITE_FULL:
        return TrackerUnavailable(f"{where}: the disk is full; free some space and try again")
    if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return TrackerError(f"{where} is damaged or not a database ({error}); restore a copy, or {_OTHER_FILE}")
    return TrackerError(f"{where} cannot be used ({error}); check its owner, mode and disk")
