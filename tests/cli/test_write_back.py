"""`pmsync write-back` and `pmsync sync --write-back` as people read them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import pmsync.cli.commands.write_back  # noqa: F401 (first imported while a test has put something else in place, it would keep that)
from pmsync.errors import LedgerError
from pmsync.writeback import run as writeback
from tests.cli.conftest import CONFIG, DOCUMENT, LATER, Run, write

ALERT = "- Add an alert on latency (owner: alice)"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT})


def text(place: Path) -> str:
    return (place / "postmortems/a.md").read_text(encoding="utf-8")


def test_it_writes_the_links_and_says_so_once(run: Run, place: Path) -> None:
    run("sync")
    answer = run("-v", "write-back")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == (
        "postmortems/a.md\n  linked   LOCAL-1  (line 8)\n  linked   LOCAL-2  (line 9)\nWrote 2 links into 1 document.\n"
    )
    assert f"{ALERT} (LOCAL-1)\n" in text(place)
    again = run("write-back")
    assert (again.code, again.out, again.err) == (0, "", "")


def test_a_dry_run_shows_the_difference(run: Run, place: Path) -> None:
    run("sync")
    answer = run("write-back", "--dry-run")
    assert answer.code == 0
    assert answer.out.startswith("--- a/postmortems/a.md\n+++ b/postmortems/a.md\n@@ ")
    assert f"\n-{ALERT}\n" in answer.out
    assert f"\n+{ALERT} (LOCAL-1)\n" in answer.out
    assert "would write 2 links into 1 document" in answer.err
    assert text(place) == DOCUMENT


def test_programs_read_what_was_written(run: Run, place: Path) -> None:
    run("sync")
    value = json.loads(run("write-back", "--format", "json").out)
    assert (value["ok"], value["dry_run"], value["findings"]) == (True, False, [])
    assert [document["path"] for document in value["documents"]] == ["postmortems/a.md"]
    change = value["documents"][0]["changes"][0]
    assert {change[name] for name in ("kind", "ticket", "line", "old", "new")} == {
        "link",
        "LOCAL-1",
        8,
        "",
        " (LOCAL-1)",
    }


def test_a_sync_with_write_back_does_both(run: Run, place: Path) -> None:
    answer = run("sync", "--write-back")
    assert answer.code == 0
    sync, wrote = answer.out.splitlines()
    assert sync == "Sync: 2 created (LOCAL-1, LOCAL-2)."
    assert wrote == "Wrote 2 links into 1 document (postmortems/a.md)."
    run("tickets", "close", "LOCAL-1")
    again = run("sync", "--write-back")
    assert (again.code, "Wrote" in again.out) == (0, False), "the document has no box"


def test_a_sync_tells_what_it_did_though_nothing_could_be_written_back(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise LedgerError("another run holds the lock")

    monkeypatch.setattr(writeback, "write_back", refuse)
    answer = run("sync", "--write-back")
    assert (answer.code, "Sync: 2 created" in answer.out) == (1, True)
    assert "error[not-written]: nothing is written back: another run holds the lock" in answer.err


def test_a_sync_with_write_back_is_one_json_value(run: Run, place: Path) -> None:
    value = json.loads(run("sync", "--write-back", "--format", "json").out)
    assert len(value["done"]) == 2
    assert len(value["write_back"]["documents"][0]["changes"]) == 2
    assert "write_back" not in json.loads(run("sync", "--format", "json").out)


def test_cron_gets_no_mail_about_the_same_thing_twice(run: Run, place: Path) -> None:
    run("sync")
    write(place, {"postmortems/a.md": DOCUMENT.replace("latency", "latency (see #999)")})
    first, second = run("sync", "--write-back"), run("sync", "--write-back")
    assert "note[not-written]" in first.err
    assert "not-written" not in second.err
    alone = run("write-back")
    assert "not-written" not in alone.err


def test_the_documents_it_wrote_are_listed_as_git_reads_lists(run: Run, place: Path) -> None:
    write(place, {"postmortems/b é.md": DOCUMENT.replace("Add", "Test"), "postmortems/c.md": "# Nothing\n"})
    run("sync", "--write-back", "--written", "list", place / "postmortems/a.md")
    assert (place / "list").read_bytes() == f"{place}/postmortems/a.md\0".encode()
    run("sync")
    run("write-back", "--dry-run", "--written", "list")
    assert (place / "list").read_bytes() == b""
    run("write-back", "--written", "list")
    assert (place / "list").read_bytes() == f"{place}/postmortems/b é.md\0".encode()
    run("write-back", "--written", "list")
    assert (place / "list").read_bytes() == b""


def test_a_list_that_cannot_be_written_or_means_nothing_is_wrong_usage(run: Run, place: Path) -> None:
    answer = run("sync", "--written", "list")
    assert (answer.code, "needs --write-back" in answer.err) == (2, True)
    answer = run("sync", "--write-back", "--written", "nowhere/list")
    assert answer.code == 2
    assert "nowhere/list' cannot be written: no such file or directory" in answer.err
    assert "Sync: 2 created" in answer.out, "what it did is told all the same"


def test_a_dry_run_and_write_back_do_not_go_together(run: Run, place: Path) -> None:
    answer = run("sync", "--dry-run", "--write-back")
    assert answer.code == 2
    assert "pmsync write-back --dry-run" in answer.err


def test_a_path_that_leads_to_nothing_is_wrong_usage(run: Run, place: Path) -> None:
    run("sync")
    assert run("write-back", "postmortems/nope.md").code == 2


def test_without_a_ledger_it_says_what_to_do(run: Run, place: Path) -> None:
    answer = run("write-back")
    assert answer.code == 1
    assert "run `pmsync sync` to create it" in answer.err


def test_at_a_terminal_it_says_that_there_was_nothing_to_do(
    run: Run, place: Path, terminal: Callable[..., tuple[Any, Any]]
) -> None:
    run("sync", "--write-back")
    out, _ = terminal()
    assert run("write-back").code == 0
    assert out.getvalue() == "Nothing to write: the documents show their tickets.\n"


BOXED = DOCUMENT.replace(ALERT, ALERT.replace("- ", "- [ ] "))


def reopened(run: Run) -> None:
    """The ticket of the first item was closed, the item ticked, and the ticket is open again."""
    run("sync", "--write-back")
    run("tickets", "close", "LOCAL-1", "--as", "alice", now=LATER)
    run("sync", "--write-back")
    run("tickets", "reopen", "LOCAL-1", now=LATER + timedelta(hours=1))


def test_nobody_is_asked_to_undo_a_tick_that_write_back_made(run: Run, place: Path) -> None:
    write(place, {"postmortems/a.md": BOXED})
    reopened(run)
    assert "- [x] Add an alert" in text(place)
    for command in ("plan", "sync"):
        told = run(command).err
        assert "the document says done, ticket 'LOCAL-1' is open" in told
        assert "`pmsync write-back`, which ticked the item, takes that back" in told
        assert "untick" not in told
    run("write-back")
    assert "- [ ] Add an alert" in text(place)
    assert "drift" not in run("plan").err


def test_where_no_ledger_knows_who_ticked_nobody_is_asked_to_undo_it_either(run: Run, place: Path) -> None:
    write(place, {"postmortems/a.md": BOXED})
    reopened(run)
    (place / ".pmsync/ledger.db").unlink()
    told = run("plan").err
    assert "the ticket's status counts: close it there if the work is done" in told
    assert "untick" not in told


def test_a_tick_of_a_person_is_theirs_to_take_back(run: Run, place: Path) -> None:
    write(place, {"postmortems/a.md": BOXED})
    run("sync", "--write-back")
    write(place, {"postmortems/a.md": text(place).replace("- [ ] Add", "- [x] Add")})
    assert "close it there, or untick the item" in run("plan").err


def test_what_a_tick_puts_right_in_the_same_run_is_not_told_as_amiss(run: Run, place: Path) -> None:
    write(place, {"postmortems/a.md": DOCUMENT.replace(ALERT, ALERT.replace("- ", "- [ ] "))})
    run("sync", "--write-back")
    run("tickets", "close", "LOCAL-1", "--as", "alice", now=LATER)
    closed = run("sync", "--write-back")
    assert ("- [x] Add an alert" in text(place), "drift" in closed.out + closed.err) == (True, False)
    run("tickets", "reopen", "LOCAL-1", now=LATER + timedelta(hours=1))
    opened = run("sync", "--write-back")
    assert ("- [ ] Add an alert" in text(place), "drift" in opened.out + opened.err) == (True, False)
