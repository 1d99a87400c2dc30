"""`pmsync forget`: what it asks, and what it says comes next."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG, DOCUMENT, Run, write


@pytest.fixture
def place(tmp_path: Path, run: Run) -> Path:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT})
    run("sync")
    return tmp_path


def test_it_says_that_the_next_sync_links_the_ticket_again(run: Run, place: Path) -> None:
    answer = run("forget", "LOCAL-1", "--yes")
    assert answer.code == 0
    assert answer.out == (
        "'Add an alert on latency' has no ticket any more (was LOCAL-1); "
        "the next sync links it again if that ticket still exists.\n"
    )
    assert "For another ticket: `pmsync adopt " in answer.err


def test_of_a_ticket_that_is_not_shown_it_warns_of_a_second_one(run: Run, place: Path) -> None:
    with sqlite3.connect(place / ".pmsync" / "ledger.db") as ledger:  # as a sync leaves it that does not see the ticket
        ledger.execute("UPDATE links SET lost = 1 WHERE ticket_key = 'LOCAL-1'")
    ledger.close()
    answer = run("forget", "LOCAL-1", "--yes")
    assert answer.code == 0
    assert "pmsync cannot see LOCAL-1: if it is only hidden or moved, the next sync creates a second ticket" in (
        " ".join(answer.err.split())
    )


@pytest.mark.parametrize("output_format", ["text", "json"])
def test_without_a_terminal_nobody_can_agree(run: Run, place: Path, output_format: str) -> None:
    answer = run("forget", "LOCAL-1", "--format", output_format)
    assert (answer.code, answer.out) == (2, "")
    assert "there is no terminal" in answer.err
    assert "pass --yes" in answer.err
    assert "LOCAL-1" in run("status").out


@pytest.mark.parametrize(("said", "code"), [("n\n", 1), ("y\n", 0)])
def test_at_a_terminal_it_asks(place: Path, said: str, code: int) -> None:
    ask = "import sys; sys.stdin.isatty = lambda: True; from pmsync.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", ask, "forget", "LOCAL-1"]
    done = subprocess.run(command, cwd=place, input=said, capture_output=True, text=True, check=False)
    assert (done.returncode, "Forget that" in done.stderr) == (code, True)


@pytest.mark.parametrize("command", [("forget", "LOCAL-1", "--yes"), ("adopt", "postmortems/a.md:1", "--new")])
def test_without_a_ledger_nothing_is_decided_and_none_is_created(
    tmp_path: Path, run: Run, command: tuple[str, ...]
) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT})
    answer = run(*command)
    assert answer.code == 1
    assert "there is no ledger" in answer.err
    assert not (tmp_path / ".pmsync").exists()


def test_an_adopted_ticket_that_is_closed_is_named_with_its_status(run: Run, place: Path) -> None:
    assert run("tickets", "close", "LOCAL-1", "--wont-do").code == 0
    run("sync")
    assert run("forget", "LOCAL-1", "--yes").code == 0
    answer = run("adopt", "postmortems/a.md:8", "LOCAL-1")
    assert answer.code == 0
    assert "has ticket LOCAL-1 (won't do: " in answer.out
