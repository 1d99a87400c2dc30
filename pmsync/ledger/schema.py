"""The ledger's tables and views as SQL, one step per migration. Data, what applies it, and what tells strange files.

A step that has been released is never edited: a change is a new step at the end. sqlite-utils runs and records them,
and is imported only when there is something to migrate, so that readers start quickly.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from pmsync.ledger import views

_OTHERS = 100
_OF_MIGRATIONS = frozenset(
    "create unique index table on primary key not null integer text without rowid strict _sqlite_migrations id "
    """migration_set name applied_at ( ) , " [ ] `""".split()
)
MIGRATION_SET = "pmsync"
APPLICATION_ID = 0x504D5359  # 'PMSY', tells a ledger from any other SQLite file

_DOCUMENTS = """
CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    title TEXT NOT NULL,
    incident TEXT,
    date TEXT,
    severity TEXT,
    status TEXT,
    draft INTEGER NOT NULL DEFAULT 0,
    restricted INTEGER NOT NULL DEFAULT 0,
    services TEXT NOT NULL DEFAULT '[]',
    team TEXT,
    authors TEXT NOT NULL DEFAULT '[]',
    labels TEXT NOT NULL DEFAULT '[]',
    first_seen_at TEXT NOT NULL,
    gone_at TEXT
) STRICT
"""

_ITEMS = """
CREATE TABLE items (
    uid TEXT PRIMARY KEY,
    document_id TEXT NOT NULL REFERENCES documents (id),
    item_key TEXT NOT NULL,
    line INTEGER NOT NULL,
    title TEXT NOT NULL,
    owners TEXT NOT NULL DEFAULT '[]',
    document_due TEXT,
    priority TEXT,
    kind TEXT,
    severity TEXT,
    labels TEXT NOT NULL DEFAULT '[]',
    standing TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    due TEXT,
    due_from TEXT NOT NULL DEFAULT '',
    done INTEGER,
    item_group TEXT,
    details TEXT NOT NULL DEFAULT '',
    tickets TEXT NOT NULL DEFAULT '[]',
    first_seen_at TEXT NOT NULL
) STRICT
"""

_LINKS = """
CREATE TABLE links (
    uid TEXT PRIMARY KEY REFERENCES items (uid),
    document_id TEXT NOT NULL REFERENCES documents (id),
    item_key TEXT NOT NULL,
    item_group TEXT,
    details_digest TEXT NOT NULL,
    position INTEGER NOT NULL,
    tracker TEXT NOT NULL,
    ticket_id TEXT NOT NULL,
    ticket_key TEXT NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    state TEXT NOT NULL,
    author TEXT NOT NULL,
    assignees TEXT NOT NULL,
    labels TEXT NOT NULL,
    due TEXT,
    priority TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    closed_at TEXT,
    duplicate INTEGER NOT NULL,
    duplicate_of TEXT,
    marker TEXT,
    pushed TEXT,
    pushed_labels TEXT NOT NULL,
    named INTEGER NOT NULL,
    shared INTEGER NOT NULL,
    reassigned INTEGER NOT NULL,
    orphaned INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    linked_at TEXT
) STRICT
"""

_INTENTS = """
CREATE TABLE intents (
    uid TEXT PRIMARY KEY REFERENCES items (uid),
    tracker TEXT NOT NULL,
    document_id TEXT NOT NULL REFERENCES documents (id),
    item_key TEXT NOT NULL,
    title TEXT NOT NULL,
    announced_at TEXT NOT NULL
) STRICT
"""

_RUNS = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    scope TEXT NOT NULL,
    ok INTEGER,
    counts TEXT NOT NULL DEFAULT '{}'
) STRICT
"""

_FINDINGS = """
CREATE TABLE findings (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    rule TEXT NOT NULL,
    level TEXT NOT NULL,
    message TEXT NOT NULL,
    hint TEXT NOT NULL,
    path TEXT NOT NULL,
    line INTEGER NOT NULL
) STRICT
"""

# uid refers to no item on purpose: what happened stays when the item is forgotten or its document is deleted
_HISTORY = """
CREATE TABLE history (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    uid TEXT NOT NULL,
    source TEXT NOT NULL,
    field TEXT NOT NULL,
    old TEXT,
    new TEXT,
    note TEXT NOT NULL DEFAULT ''
) STRICT
"""

_REFUSALS = """
CREATE TABLE refusals (
    uid TEXT NOT NULL,
    operation TEXT NOT NULL,
    digest TEXT NOT NULL,
    reason TEXT NOT NULL,
    refused_at TEXT NOT NULL,
    run_id INTEGER REFERENCES runs (id) ON DELETE SET NULL,
    PRIMARY KEY (uid, operation)
) STRICT
"""

_CURSORS = """
CREATE TABLE cursors (
    tracker TEXT PRIMARY KEY,
    since TEXT,
    full_scan_at TEXT
) STRICT
"""

_PEOPLE = """
CREATE TABLE people (
    tracker TEXT NOT NULL,
    person_id TEXT NOT NULL,
    account TEXT NOT NULL,
    resolved_at TEXT NOT NULL,
    PRIMARY KEY (tracker, person_id)
) STRICT
"""

_DECISIONS = """
CREATE TABLE decisions (
    uid TEXT PRIMARY KEY,
    decision TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    run_id INTEGER REFERENCES runs (id) ON DELETE SET NULL
) STRICT
"""

# what write-back ticked in the documents: only such a tick is ever taken back
_TICKS = """
CREATE TABLE ticks (
    uid TEXT PRIMARY KEY REFERENCES items (uid) ON DELETE CASCADE,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    ticked_at TEXT NOT NULL
) STRICT
"""

# whose each item is and how severe, as `status` says it: the views cannot know [people]
_SHOWN = """
CREATE TABLE shown (
    uid TEXT PRIMARY KEY REFERENCES items (uid) ON DELETE CASCADE,
    people TEXT NOT NULL,
    severity TEXT
) STRICT
"""

_APPEND_ONLY = (
    """
CREATE TRIGGER history_is_not_changed BEFORE UPDATE ON history
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
""",
    """
CREATE TRIGGER history_is_not_deleted BEFORE DELETE ON history
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
""",
)

_INDEXES = (
    "CREATE INDEX items_by_document ON items (document_id)",
    "CREATE INDEX links_by_document ON links (document_id)",
    "CREATE INDEX links_by_ticket ON links (tracker, ticket_id)",  # not unique: items may share a ticket
    "CREATE INDEX intents_by_document ON intents (document_id)",
    "CREATE INDEX findings_by_run ON findings (run_id)",
    "CREATE INDEX findings_by_place ON findings (path, line)",
    "CREATE INDEX history_by_item ON history (uid)",
    "CREATE INDEX history_by_run ON history (run_id)",
    "CREATE INDEX refusals_by_run ON refusals (run_id)",
    "CREATE INDEX decisions_by_run ON decisions (run_id)",
)

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "0001_tables",
        (
            f"PRAGMA application_id = {APPLICATION_ID}",
            *(_DOCUMENTS, _ITEMS, _LINKS, _INTENTS, _RUNS, _FINDINGS, _HISTORY),
            *(_REFUSALS, _CURSORS, _PEOPLE, _DECISIONS),
            *(*_APPEND_ONLY, *_INDEXES),
        ),
    ),
    ("0002_views", (views.OPEN_ITEMS, views.OVERDUE_ITEMS, views.ITEMS_BY_OWNER, views.CLOSURE_BY_SEVERITY)),
    ("0003_ticks", (_TICKS,)),
    # what an undecided item may be: asked until a person decides
    ("0004_candidates", ("ALTER TABLE items ADD COLUMN candidates TEXT NOT NULL DEFAULT '[]'",)),
    # tickets that documents name were written to, whoever created them: from now on only after `pmsync adopt`
    (
        "0005_followed",
        (
            "ALTER TABLE links ADD COLUMN followed INTEGER NOT NULL DEFAULT 0",
            "UPDATE links SET followed = 1 WHERE named",
        ),
    ),
    (
        "0006_moved",
        (
            "ALTER TABLE links ADD COLUMN via TEXT NOT NULL DEFAULT ''",
            # what moved away before was not followed: its status is of that day
            "UPDATE links SET lost = 1 WHERE tracker = ''",
            "DROP VIEW open_items",
            views.OPEN_ITEMS_BUT_MOVED,
        ),
    ),
    ("0007_account_ids", ("ALTER TABLE links ADD COLUMN account_ids TEXT NOT NULL DEFAULT '{}'",)),
    ("0008_tries", ("ALTER TABLE intents ADD COLUMN tries INTEGER NOT NULL DEFAULT 1",)),
    # whose the ledger is: namespace, place and trackers; and the text that was read when something was last sent
    (
        "0009_places",
        (
            "CREATE TABLE places (name TEXT PRIMARY KEY, place TEXT NOT NULL) STRICT",
            "ALTER TABLE links ADD COLUMN source TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE items ADD COLUMN source TEXT NOT NULL DEFAULT ''",
        ),
    ),
    (
        "0010_shown",
        (
            _SHOWN,
            "DROP VIEW overdue_items",
            "DROP VIEW items_by_owner",
            "DROP VIEW closure_by_severity",
            "DROP VIEW open_items",
            *(views.STATUS_ITEMS, views.OVERDUE_ITEMS, views.STATUS_BY_OWNER, views.STATUS_BY_SEVERITY),
        ),
    ),
    # a person's choice, which looked like a ticket that the document names
    ("0011_adopted", ("ALTER TABLE links ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0",)),
)


def applied(connection: sqlite3.Connection) -> list[str]:
    """The names of the steps that the file has been through; none where it is no ledger."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = '_sqlite_migrations'"
    if not connection.execute(query).fetchone():
        return []
    names = connection.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", [MIGRATION_SET])
    return [name for (name,) in names.fetchall()]


def alien(connection: sqlite3.Connection) -> str:
    """What the file holds or lacks against what its steps make, such as `view 'links'`; '' where it is as they made it.

    Nothing else is to be read: a view of a table's name, a trigger or a generated column runs what its author wrote.
    """
    made = _made_by(applied(connection))
    query = "SELECT type, name, tbl_name, sql FROM sqlite_master"
    found = {
        (kind, name): (table, _plain(sql))
        for kind, name, table, sql in connection.execute(query).fetchmany(len(made) + _OTHERS)
        if not _is_harmless(kind, name, table, sql)
    }
    wrong = [key for key in (*found, *made) if found.get(key) != made.get(key)]
    return next((f"{kind} {name!r}" for kind, name in wrong), "")


def _made_by(steps: Collection[str]) -> dict[tuple[str, str], tuple[str, str]]:
    """What a file holds after these steps, as SQLite records it: by kind and name, the table and the statement."""
    made: dict[tuple[str, str], tuple[str, str]] = {}
    for statement in (_plain(each) for name, statements in STEPS if name in steps for each in statements):
        verb, kind, name, *rest = statement.split()
        if verb == "CREATE":
            table = rest[rest.index("ON") + 1] if kind in {"INDEX", "TRIGGER"} else name
            made[kind.lower(), name] = (table, statement)
            if kind == "TABLE" and "INTEGER PRIMARY KEY" not in statement:
                made["index", f"sqlite_autoindex_{name}_1"] = (name, "")
        elif verb == "DROP":
            del made[kind.lower(), name]
        elif verb == "ALTER":
            columns, _, end = made["table", name][1].rpartition(")")
            made["table", name] = (name, f"{columns}, {statement.partition('ADD COLUMN ')[2]}){end}")
    return made


def _plain(sql: str | None) -> str:
    """The statement without what SQLite's versions put differently when they change a table."""
    return " ".join((sql or "").replace('"', "").split())


def _is_harmless(kind: str, name: str, table: str, sql: str | None) -> bool:
    """SQLite's own statistics, and the table of migrations, which versions of sqlite-utils write differently."""
    if name.startswith("sqlite_stat"):
        return kind == "table"
    if table != "_sqlite_migrations" or kind not in {"table", "index"}:
        return False
    words = "".join(char if char.isalnum() or char == "_" else f" {char} " for char in (sql or "").lower()).split()
    return _OF_MIGRATIONS.union([name.lower()]).issuperset(words)


def migrate(connection: sqlite3.Connection) -> None:
    """Apply the steps that are still missing, each in a transaction of its own."""
    from sqlite_utils import Database, Migrations  # noqa: PLC0415 - 100 ms that readers need not pay

    migrations = Migrations(MIGRATION_SET)
    for name, statements in STEPS:

        def step(database: Database, statements: tuple[str, ...] = statements) -> None:
            for statement in statements:
                database.execute(statement)

        migrations(name=name)(step)
    migrations.apply(Database(connection, execute_plugins=False))
