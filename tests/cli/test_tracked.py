"""A ledger that git tracks is refused by every command that opens it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.disk.test_git_index import git, repository, with_ledger


@pytest.mark.parametrize(
    "command",
    [
        "sync", "sync --write-back", "plan", "plan --offline", "status", "status --mine", "gate", "show 1",
        "adopt 1 --new", "forget 1", "write-back", "write-back --dry-run", "doctor",
    ],
)  # fmt: skip
@pytest.mark.parametrize("environ", [{}, {"CI": "true"}])
def test_every_command_that_opens_it_refuses_it(
    tmp_path: Path,
    run: Run,
    command: str,
    environ: dict[str, str],
) -> None:
    top = repository(tmp_path / "repo")
    path = with_ledger(top)
    git(top, "add", "-f", ".pmsync/ledger.db")
    before = path.read_bytes()
    words = command.split()
    answer = run(*words, environ={"PATH": "", **environ}, cwd=top)
    assert answer.code == 1, answer
    assert "git tracks" in answer.out + answer.err
    assert path.read_bytes() == before
    assert not list(top.glob(".pmsync/tickets*"))


def test_tickets_that_came_with_a_checkout_are_no_tracker(tmp_path: Path, run: Run) -> None:
    top = repository(tmp_path / "repo")
    assert run("sync", cwd=top).code == 0
    git(top, "add", "-f", ".pmsync/tickets-x.db")
    (top / ".pmsync/ledger.db").unlink()
    answer = run("sync", cwd=top)
    assert answer.code == 1
    assert "git tracks" in answer.out + answer.err


def test_check_needs_no_ledger_and_says_that_it_does_without(tmp_path: Path, run: Run) -> None:
    top = repository(tmp_path / "repo")
    with_ledger(top)
    git(top, "add", "-f", ".pmsync/ledger.db")
    answer = run("check", cwd=top)
    assert answer.code == 0
    assert "git tracks" in answer.err
