"""What is wrong with the ledger is said once and clearly, with exit code 1; the file stays as it is, nothing is sent.

Where the trouble comes in the middle of a run, the next good run takes up what was begun.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.crash.scene import FIRST, Ended, Scene, scene
from tests.fakes.http import Request, Response
from tests.reliability import record
from tests.trackers.github_stage import GitHubStage

TABLE = "The ledger is in trouble"
PAGE = 4096


@pytest.fixture
def shop() -> Iterator[Scene]:
    """Before the second sync of a repository with a GitHub tracker; in a place that other users may enter."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        with scene("github", Path(place) / "shop") as of:
            of.before_second()
            yield of


def told(ended: Ended, what: str) -> None:
    """One error, in words, and the exit code that it has."""
    assert ended.code == 1, ended.printed
    assert len(re.findall(r"^error: ", ended.printed, re.MULTILINE)) == 1, ended.printed
    assert re.search(what, ended.printed), ended.printed
    assert "Traceback" not in ended.printed


def requests(of: Scene) -> int:
    assert isinstance(of.stage, GitHubStage)
    return of.stage.requests()


def refused(of: Scene, what: str, *, commands: tuple[str, ...] = ("sync", "plan", "status"), **job: object) -> None:
    """These commands say so, send nothing, and leave the ledger's bytes alone."""
    before, sent = of.ledger.read_bytes(), requests(of)
    for command in commands:
        told(of.run(command, **job), what)
    assert of.ledger.read_bytes() == before
    assert requests(of) == sent


def harmless(of: Scene) -> None:
    """Who only reads may not meet the damage, but crashes over nothing and changes nothing."""
    before = of.ledger.read_bytes()
    for command in ("plan", "status"):
        ended = of.run(command)
        assert ended.code in {0, 1}, ended.printed
        assert "Traceback" not in ended.printed
    assert of.ledger.read_bytes() == before


# --- damaged -----------------------------------------------------------------------------------------------------


def zeros(content: bytes) -> bytes:
    return bytes(len(content))


def zeroed_head(content: bytes) -> bytes:
    return bytes(100) + content[100:]


def zeroed_page(content: bytes) -> bytes:
    return content[:PAGE] + bytes(PAGE) + content[2 * PAGE :]


def garbage(content: bytes) -> bytes:
    middle = len(content) // PAGE // 2 * PAGE
    return content[:middle] + b"\xa5" * 2 * PAGE + content[middle + 2 * PAGE :]


DAMAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "not a pmsync ledger"),
    "all zeros": (zeros, "not a SQLite database|not a pmsync ledger"),
    "zeroed header": (zeroed_head, "not a SQLite database"),
    "zeroed page": (zeroed_page, "damaged"),
    "another file": (lambda _: b"# Notes\n" * 1000, "not a SQLite database"),
    "garbage in the middle": (garbage, "damaged"),
    "cut to a half": (lambda content: content[: len(content) // 2], "damaged"),
    "cut in a page": (lambda content: content[: -5 * PAGE // 2], "damaged"),
    "cut to its first page": (lambda content: content[:PAGE], "damaged"),
    "cut to its header": (lambda content: content[:100], "damaged|not a SQLite database"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_ledger_is_left_alone_and_made_anew_when_it_is_moved_aside(shop: Scene, name: str) -> None:
    damage, what = DAMAGES[name]
    shop.ledger.write_bytes(damage(shop.ledger.read_bytes()))
    refused(shop, what, commands=("sync",))
    harmless(shop)
    shop.ledger.replace(shop.folder / "aside.db")
    shop.check_second()
    record(TABLE, "damaged", name, 1)


@pytest.mark.parametrize("filling", [b"\0", b"\x5a"], ids=["zeros", "garbage"])
def test_a_page_that_is_lost_is_noticed_or_was_not_in_use(shop: Scene, filling: bytes) -> None:
    shop.check_second()
    content, writes, told_of = shop.ledger.read_bytes(), shop.stage.writes(), 0
    pages = len(content) // PAGE
    for page in range(pages):
        lost = content[: page * PAGE] + filling * PAGE + content[(page + 1) * PAGE :]
        shop.ledger.write_bytes(lost)
        sent = requests(shop)
        ended = shop.run()
        if ended.code:
            told(ended, "damaged|not a SQLite database")
        if ended.code and requests(shop) == sent:
            told_of += 1
            assert shop.ledger.read_bytes() == lost
            if page % 4 == 0:
                harmless(shop)
    assert shop.stage.writes() == writes
    assert pages - told_of <= 2  # pages without content: SQLite notices those when it wants to fill them
    record(TABLE, "one page lost", "told", told_of)
    record(TABLE, "one page lost", "not in use", pages - told_of)


def test_a_ledger_of_a_newer_pmsync_is_left_alone(shop: Scene) -> None:
    with closing(sqlite3.connect(shop.ledger)) as newer, newer:
        newer.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('pmsync', '9999', '')")
    refused(shop, "newer pmsync .*install that version")
    record(TABLE, "of a newer pmsync", "told", 1)


# --- not writable ------------------------------------------------------------------------------------------------


@pytest.fixture
def others(shop: Scene) -> Scene:
    """The shop for a user without rights: everything may be read by all, and only what a test says be written."""
    for path in (shop.folder, *shop.folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return shop


def test_a_ledger_that_may_only_be_read_is_told(others: Scene) -> None:
    others.ledger.parent.chmod(0o777)
    (others.ledger.parent / "ledger.db.pmsync.lock").chmod(0o666)
    others.ledger.chmod(0o444)
    refused(others, "this user may not write it; grant write permission", commands=("sync",), nobody=True)
    plan = others.run("plan", nobody=True)
    assert plan.code == 0, plan.printed
    assert "may not write it" not in plan.printed
    others.check_second()
    record(TABLE, "read-only file", "told", 1)


def test_a_folder_that_may_only_be_read_is_told(others: Scene) -> None:
    folder = others.ledger.parent
    others.ledger.chmod(0o666)
    (folder / "ledger.db.pmsync.lock").chmod(0o666)
    folder.chmod(0o555)
    refused(others, "may not write it|cannot be opened|Permission denied", commands=("sync",), nobody=True)
    status = others.run("status", nobody=True)
    assert status.code == 0, status.printed
    (folder / "ledger.db.pmsync.lock").chmod(0o600)
    if os.geteuid() == 0:
        refused(others, "Permission denied; check the folder's owner, mode", commands=("sync",), nobody=True)
    folder.chmod(0o755)
    others.check_second()
    record(TABLE, "read-only folder", "told", 1)


# --- locked by another program -----------------------------------------------------------------------------------


HOLDER = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute(f"BEGIN {sys.argv[2]}")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(ledger: Path, how: str) -> Iterator[None]:
    """Locked by another process: in this one, closing any other handle of the file would end the lock."""
    command = [sys.executable, "-c", HOLDER, str(ledger), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield
        other.communicate()


@pytest.mark.parametrize("how", ["EXCLUSIVE", "IMMEDIATE"])
def test_a_ledger_that_another_program_holds_is_told(shop: Scene, how: str) -> None:
    commands = ("sync", "plan", "status") if how == "EXCLUSIVE" else ("sync",)
    with held(shop.ledger, how):
        refused(shop, "another program keeps it locked; close it", commands=commands, patience=0.1)
    shop.check_second()
    record(TABLE, "locked by another program", how.lower(), 1)


def test_a_ledger_that_is_locked_while_a_ticket_is_created_is_told_and_the_ticket_is_found(shop: Scene) -> None:
    """The worst moment: the service has the ticket, and the ledger cannot take it down."""
    other = sqlite3.connect(shop.ledger, isolation_level=None, check_same_thread=False)

    def lock(request: Request, _: Response) -> None:
        if request.method == "POST" and request.path.endswith("/issues"):
            other.execute("BEGIN EXCLUSIVE")

    assert isinstance(shop.stage, GitHubStage)
    shop.stage.github.server.after = lock
    told(shop.run(patience=0.1), "another program keeps it locked")
    shop.stage.github.server.after = None
    other.close()
    assert len(shop.intents()) == 1
    shop.check_second()
    record(TABLE, "locked while a ticket is created", "recovered", 1)


# --- no room -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begun", [False, True], ids=["new ledger", "old ledger"])
def test_a_disk_that_is_full_at_any_moment_is_told_and_the_next_run_takes_it_up(begun: bool, tmp_path: Path) -> None:
    """The ledger may grow by no page, then by a few more, until the run gets through."""
    titles = [f"Add an alert for the backlog of queue number {number} {'in all regions ' * 8}" for number in range(9)]
    failed = 0
    for pages in range(0, 80, 1 if begun else 5):
        with scene("local", tmp_path / f"{pages}") as of:
            of.write(*titles[:1])
            if begun:
                of.good()
            of.write(*titles)
            ended = of.run(pages=pages)
            if ended.code == 0:
                break
            failed += 1
            told(ended, "the disk is full; free some space")
            of.recover()
            of.check(sorted(title.strip() for title in titles))
    else:
        pytest.fail("the disk was never large enough")
    assert failed
    record(TABLE, "disk full", "old ledger" if begun else "new ledger", failed)


def test_a_file_that_may_not_grow_is_told_and_the_next_run_takes_it_up(tmp_path: Path) -> None:
    """Unlike a limit within SQLite this one hits the journal too, and a page may be cut off in the middle."""
    failed = 0
    for size in (0, 20, 512, 3000, *range(PAGE, 60 * PAGE, 19 * 1024)):
        with scene("local", tmp_path / f"{size}") as of:
            of.before_first()
            ended = of.run(file_size=size)
            if ended.code == 0:
                break
            failed += 1
            told(ended, "disk|File too large|lock")
            left = [path.name for unfinished in ("*.new*", ".*.pmsync*") for path in of.folder.rglob(unfinished)]
            assert not left
            of.check_first()
    else:
        pytest.fail("the files were never allowed to be large enough")
    assert failed > 4
    record(TABLE, "a file may not grow", "first sync", failed)


# --- one at a time -----------------------------------------------------------------------------------------------


def test_the_same_folder_restored_from_a_backup_creates_nothing_twice(shop: Scene, tmp_path: Path) -> None:
    shutil.copytree(shop.ledger.parent, tmp_path / "backup")
    shop.good()
    created = shop.stage.created()
    shutil.rmtree(shop.ledger.parent)
    shutil.copytree(tmp_path / "backup", shop.ledger.parent)
    shop.check_second()
    assert shop.stage.created() == created == len(FIRST) + 2
