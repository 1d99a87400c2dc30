"""The ledger as a file: made whole or not at all, private, checked, and clear about what is wrong with it."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
import textwrap
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pmsync.errors import LedgerError
from pmsync.ledger import Ledger, rows, schema
from pmsync.model import Ref
from tests.ledger.samples import NOON, intent, link, ticket

ROOT = Path(__file__).parents[2]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_ledger_is_private_and_its_folder_ignores_itself(path):
    Ledger.open(path).close()
    assert mode(path) == 0o600
    assert (path.parent / ".gitignore").read_text() == "*\n"
    assert sorted(p.name for p in path.parent.iterdir()) == [".gitignore", "ledger.db"]


def test_a_folder_that_holds_other_files_gets_no_gitignore(tmp_path):
    (tmp_path / "README.md").touch()
    Ledger.open(tmp_path / "ledger.db").close()
    assert not (tmp_path / ".gitignore").exists()


def test_a_ledger_that_others_could_read_is_made_private_again(path):
    Ledger.open(path).close()
    path.chmod(0o644)
    Ledger.open(path).close()
    assert mode(path) == 0o600


def test_the_tables_are_strict_and_the_journal_is_a_rollback_journal_on_the_disk(path):
    with Ledger.open(path) as ledger:
        pragma = {name: ledger._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS}
        assert pragma == PRAGMAS
        tables = ledger._connection.execute("PRAGMA table_list").fetchall()
    loose = {row["name"] for row in tables if row["type"] == "table" and not row["strict"]}
    assert loose <= {"sqlite_schema", "sqlite_temp_schema", "sqlite_sequence", "_sqlite_migrations"}


PRAGMAS = {"journal_mode": "delete", "synchronous": 3, "foreign_keys": 1, "application_id": schema.APPLICATION_ID}


def test_a_folder_and_file_with_odd_names_work(tmp_path):
    path = tmp_path / "100% ?#&" / "led ger?.db"
    with Ledger.open(path) as ledger:
        ledger.begin_run(NOON, host="h", pid=1, scope="")
    with Ledger.open(path, readonly=True) as ledger:
        assert ledger.last_run()
    assert [p.name for p in path.parent.glob("*.db")] == ["led ger?.db"]


def test_reading_needs_a_ledger_and_says_how_to_get_one(path):
    with pytest.raises(LedgerError, match=r"no ledger at .*ledger\.db' yet; run `pmsync sync`"):
        Ledger.open(path, readonly=True)
    assert not path.parent.exists()


def test_a_reader_cannot_write(path):
    Ledger.open(path).close()
    with Ledger.open(path, readonly=True) as ledger, pytest.raises(LedgerError, match="may not write it"):
        ledger.begin_run(NOON, host="h", pid=1, scope="")


@pytest.mark.parametrize("readonly", [False, True])
@pytest.mark.parametrize(
    "content", [b"", b"not a database, but long enough to have a header" * 40], ids=["empty", "text"]
)
def test_a_file_that_is_no_database_is_left_alone_and_named(path, content, readonly):
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(LedgerError, match=r"move it aside .* creates none twice"):
        Ledger.open(path, readonly=readonly)
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE links (uid)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="not a pmsync ledger"):
        Ledger.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("readonly", [False, True])
def test_a_newer_ledger_is_refused_and_left_alone(path, readonly):
    Ledger.open(path).close()
    with sqlite3.connect(path) as newer:
        newer.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('pmsync', '0099_future', '')"
        )
    newer.close()
    before = path.read_bytes()
    with pytest.raises(LedgerError, match=r"newer pmsync \(it knows '0099_future'\)"):
        Ledger.open(path, readonly=readonly)
    assert path.read_bytes() == before


def test_an_older_ledger_is_migrated_by_a_writer_and_only_by_a_writer(path, monkeypatch):
    away = replace(link("u2"), ticket=ticket(ref=Ref("", "9", "ATTIC-9", "https://acme.example/browse/ATTIC-9")))
    with monkeypatch.context() as patch:
        patch.setattr(schema, "STEPS", schema.STEPS[:1])
        Ledger.open(path).close()
    write_old_links(path, link(), away, link("u3", named=True))
    with pytest.raises(LedgerError, match="older pmsync; run `pmsync sync` once"):
        Ledger.open(path, readonly=True)
    Ledger.open(path).close()
    with Ledger.open(path, readonly=True) as ledger:
        # What moved away was not followed then, and would count as open for ever. Nobody knows who made a named one.
        moved, named = replace(away, lost=True), link("u3", named=True, followed=True)
        assert ledger.links() == {"u1": link(), "u2": moved, "u3": named}
        assert [each.ticket for each in ledger.open_items()] == ["PAY-1", "PAY-1"]


def write_old_links(path, *links):
    """What a program of the ledger's own age would have written."""
    with closing(sqlite3.connect(path)) as connection:
        columns = {row[1] for row in connection.execute("PRAGMA table_info(links)")}
        connection.execute(
            "INSERT INTO documents (id, path, title, first_seen_at) VALUES ('outage.md', '', '', ?)", [NOON.isoformat()]
        )
        for each in links:
            values = (each.uid, each.document_id, each.key, each.ticket.title, NOON.isoformat())
            connection.execute(
                "INSERT INTO items (uid, document_id, item_key, line, title, standing, first_seen_at) "
                "VALUES (?, ?, ?, 0, ?, 'ticketed', ?)", values,
            )  # fmt: skip
            row = {name: value for name, value in rows.link_row(each).items() if name in columns}
            names, marks = ", ".join(row), ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO links ({names}) VALUES ({marks})", tuple(row.values()))
        connection.commit()


def test_a_migration_that_fails_leaves_the_ledger_as_it_was(path, monkeypatch):
    Ledger.open(path).close()
    bad = ("0099_bad", ("CREATE TABLE half (a TEXT) STRICT", "CREATE TABLE half (a TEXT) STRICT"))
    with monkeypatch.context() as patch:
        patch.setattr(schema, "STEPS", (*schema.STEPS, bad))
        with pytest.raises(LedgerError):
            Ledger.open(path)
    with Ledger.open(path) as ledger:
        assert not ledger._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'half'").fetchall()


def test_a_ledger_that_could_not_be_made_leaves_nothing_behind(path, monkeypatch):
    monkeypatch.setattr(schema, "STEPS", (("0001_bad", ("CREATE TABLE",)),))
    with pytest.raises(LedgerError):
        Ledger.open(path)
    assert [p.name for p in path.parent.iterdir()] == [".gitignore"]


def test_a_damaged_page_is_noticed_before_anything_is_written(path):
    with Ledger.open(path) as ledger:
        run = ledger.begin_run(NOON, host="h", pid=1, scope="")
        ledger.save_links(run, NOON, [link(f"u{n}") for n in range(200)], "pmsync")
    content = bytearray(path.read_bytes())
    for page in range(2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 100] = b"\xff" * 100
    path.write_bytes(content)
    with pytest.raises(LedgerError, match=r"damaged.*move it aside"):
        Ledger.open(path)


def test_damage_that_opening_does_not_touch_is_noticed_too(path):
    with Ledger.open(path) as ledger:
        run = ledger.begin_run(NOON, host="h", pid=1, scope="")
        ledger.save_links(run, NOON, [link(f"u{n}") for n in range(200)], "pmsync")
        page = ledger._connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'links'").fetchone()[0]
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : (page - 1) * 4096 + 100] = b"\xff" * 100
    path.write_bytes(content)
    with pytest.raises(LedgerError, match=r"damaged.*move it aside"):
        Ledger.open(path)


def test_a_value_that_somebody_else_wrote_is_told_as_damage(path, ledger, run):
    ledger.save_links(run, NOON, [link()], "pmsync")
    ledger._connection.execute("UPDATE links SET status = 'sleeping'")
    with pytest.raises(LedgerError, match=r"'sleeping' is not a valid Status.*move it aside"):
        ledger.links()


def test_a_full_disk_is_told_and_nothing_is_half_written(ledger, run):
    pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
    ledger._connection.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(LedgerError, match="the disk is full; free some space"):
        ledger.announce(run, NOON, [intent(f"u{n}", title="long " * 100) for n in range(200)])
    assert ledger.intents() == {}
    ledger._connection.execute("PRAGMA max_page_count = 100000")
    ledger.announce(run, NOON, [intent()])
    assert list(ledger.intents()) == ["u1"]


def test_a_ledger_that_another_program_holds_is_told(path, ledger, run):
    ledger._connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="another program keeps it locked"):
        ledger.announce(run, NOON, [intent()])
    other.execute("ROLLBACK")
    other.close()
    ledger.announce(run, NOON, [intent()])


def test_a_reader_in_the_way_of_a_commit_undoes_the_whole_write(path, ledger, run):
    ledger._connection.execute("PRAGMA busy_timeout = 50")
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM links").fetchone()
    with pytest.raises(LedgerError, match="another program keeps it locked"):
        ledger.announce(run, NOON, [intent()])
    reader.close()
    assert ledger.intents() == {}
    ledger.announce(run, NOON, [intent()])


def test_a_path_that_cannot_be_used_is_told(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(LedgerError, match=r"File exists|Not a directory"):
        Ledger.open(tmp_path / "file" / "ledger.db")
    with pytest.raises(LedgerError, match="is a folder; set `path`"):
        Ledger.open(tmp_path / "folder")


def test_a_journal_left_by_a_ledger_that_was_moved_aside_is_not_played_into_the_new_one(path, tmp_path):
    cut_off(path)
    assert path.with_name("ledger.db-journal").exists()
    path.replace(tmp_path / "aside.db")
    with Ledger.open(path) as ledger:
        assert ledger.links() == {}
    with Ledger.open(path, readonly=True) as ledger:
        assert ledger.last_run() is None


def test_a_reader_recovers_what_a_killed_run_left(path):
    cut_off(path)
    with Ledger.open(path, readonly=True) as ledger:
        assert list(ledger.links()) == ["u1"]
        assert ledger.intents() == {}


CUT_OFF = """
    import os, signal, sys
    from pathlib import Path
    from pmsync.ledger import Ledger
    from tests.ledger.samples import NOON, intent, link
    ledger = Ledger.open(Path(sys.argv[1]))
    run = ledger.begin_run(NOON, host="h", pid=1, scope="")
    ledger.save_links(run, NOON, [link()], "pmsync")
    ledger._connection.execute("PRAGMA cache_spill = 1")
    ledger._connection.execute("PRAGMA cache_size = 1")
    ledger._connection.execute("BEGIN IMMEDIATE")
    for n in range(2000):
        ledger._connection.execute("UPDATE links SET title = ?", ["x" * 5000 + str(n)])
        ledger._connection.execute("INSERT INTO decisions VALUES (?, 'new', '', NULL)", [f"{n}" * 500])
    os.kill(os.getpid(), signal.SIGKILL)
"""


ANNOUNCE = """
    import os, signal, sys
    from pathlib import Path
    from pmsync.ledger import Ledger
    from tests.ledger.samples import NOON, intent
    ledger = Ledger.open(Path(sys.argv[1]))
    ledger.announce(ledger.begin_run(NOON, host="h", pid=1, scope=""), NOON, [intent()])
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_run_killed_right_after_announcing_leaves_the_intent(path):
    killed(ANNOUNCE, path)
    with Ledger.open(path, readonly=True) as ledger:
        assert ledger.intents() == {"u1": intent()}
        assert ledger.last_run().ok is None


def killed(script: str, path: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(script), str(path)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    assert done.returncode == -9, done.stderr


def cut_off(path: Path) -> None:
    """Leave a ledger as a process leaves it that is killed while its pages are on their way to the disk."""
    killed(CUT_OFF, path)


def test_a_copy_taken_at_any_moment_opens_and_is_a_state_between_two_writes(path, tmp_path):
    """At every statement of every write, file and journal are copied, as a power cut would leave them."""
    states: list[tuple[int, int]] = []
    copies = 0

    def copy(_statement: str) -> None:
        nonlocal copies
        copies += 1
        target = tmp_path / f"copy{copies}"
        target.mkdir()
        for name in ("ledger.db", "ledger.db-journal"):
            if (path.parent / name).exists():
                shutil.copy(path.parent / name, target / name)

    with Ledger.open(path) as ledger:
        ledger._connection.execute("PRAGMA cache_size = 1")
        run = ledger.begin_run(NOON, host="h", pid=1, scope="")
        ledger._connection.set_trace_callback(copy)
        ledger.announce(run, NOON, [intent(f"u{n}") for n in range(10)])
        ledger.save_links(run, NOON, [link(f"u{n}") for n in range(5)], "pmsync")
        ledger.withdraw(run, NOON, [f"u{n}" for n in range(5, 10)], "refused")
        ledger._connection.set_trace_callback(None)
        copy("")
    for n in range(1, copies + 1):
        with Ledger.open(tmp_path / f"copy{n}" / "ledger.db") as again:
            states.append((len(again.intents()), len(again.links())))
    assert copies > 20
    assert list(dict.fromkeys(states)) == [(0, 0), (10, 0), (5, 5), (0, 5)]


@pytest.mark.parametrize("steps", range(len(schema.STEPS) + 1))
def test_what_a_file_holds_after_some_steps_is_what_sqlite_makes_of_them(steps):
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        for _, statements in schema.STEPS[:steps]:
            for statement in statements:
                made.execute(statement)
        found = made.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    expected = schema._made_by([name for name, _ in schema.STEPS[:steps]])
    assert {(kind, name): (table, schema._plain(sql)) for kind, name, table, sql in found} == expected
