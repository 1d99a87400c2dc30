"""A ledger that git tracks: found in every kind of index, without asking git."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pmsync.disk.git_index import tracked
from pmsync.errors import LedgerError
from pmsync.ledger import Ledger
from tests.cli.conftest import write

CONFIG = "[documents]\nnamespace = 'acme/web'\n[trackers.x]\ntype = 'local'\n"
DOCUMENT = "# Outage\n\n**Date:** 2026-11-20\n\n## Action items\n\n- Repair it (owner: alice)\n"

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="needs git to make repositories")


def git(folder: Path, *args: str) -> None:
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    who = ("-c", "user.name=alice", "-c", "user.email=alice@example.com")
    subprocess.run(["git", *who, *args], cwd=folder, check=True, capture_output=True, env=environ)


def repository(folder: Path, *options: str, many: int = 3) -> Path:
    """A checkout with a ledger that nobody added."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", *options)
    write(folder, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT})
    write(folder, {f"src/{number}.txt": str(number) for number in range(many)})
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


def with_ledger(folder: Path, name: str = ".pmsync/ledger.db") -> Path:
    Ledger.open(folder / name).close()
    return folder / name


@pytest.mark.parametrize("version", ["2", "3", "4", "split"])
@pytest.mark.parametrize("hashes", ["sha1", "sha256"])
@pytest.mark.parametrize("name", [".pmsync/ledger.db", "ledger.db", "a b/é/led'ger.db", f"{'deep/' * 30}l.db"])
def test_it_is_found_in_every_kind_of_index_and_the_advice_takes_it_out(
    tmp_path: Path, version: str, hashes: str, name: str
) -> None:
    top = repository(tmp_path / "my repo", f"--object-format={hashes}", many=40)
    path = with_ledger(top, name)
    assert tracked(path) == ""
    git(top, "add", "-f", name)
    if version == "3":
        write(top, {"later.txt": ""})
        git(top, "add", "-N", "later.txt", *([name] if name else []))
    elif version == "4":
        git(top, "update-index", "--index-version", "4")
    elif version == "split":
        git(top, "update-index", "--split-index")
    with pytest.raises(LedgerError, match="git tracks") as refused:
        Ledger.open(path)
    with pytest.raises(LedgerError, match="git tracks"):
        Ledger.open(path, readonly=True)
    command = str(refused.value).partition("run `")[2].partition("`")[0]
    subprocess.run(["sh", "-c", command], check=True, capture_output=True, cwd=tmp_path)
    Ledger.open(path).close()


@pytest.mark.parametrize("ending", ["-journal", "-wal", "-shm"])
def test_what_sqlite_would_play_into_it_is_refused_too(tmp_path: Path, ending: str) -> None:
    top = repository(tmp_path / "repo")
    path = with_ledger(top)
    beside = path.with_name(path.name + ending)
    beside.touch()
    git(top, "add", "-f", str(beside))
    with pytest.raises(LedgerError, match=f"git tracks '.*{ending}'"):
        Ledger.open(path, readonly=True)


def test_worktrees_submodules_links_and_repositories_around_it_count(tmp_path: Path) -> None:
    top = repository(tmp_path / "repo")
    path = with_ledger(top)
    git(top, "add", "-f", ".pmsync/ledger.db")
    git(top, "commit", "-qm", "second")
    git(top, "worktree", "add", "-q", "-b", "other", str(tmp_path / "worktree"))
    assert tracked(tmp_path / "worktree/.pmsync/ledger.db")
    outer = repository(tmp_path / "outer")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(top), "docs")
    assert tracked(outer / "docs/.pmsync/ledger.db")
    link = tmp_path / "link.db"
    link.symlink_to(path)
    assert tracked(link)
    (top / "sub/.git").mkdir(parents=True)  # no repository
    write(top, {"sub/ledger.db": ""})
    git(top, "add", "-f", "--", ".")
    assert tracked(path)
    (outer / "planted.db").symlink_to(tmp_path / "elsewhere.db")
    git(outer, "add", "-f", "planted.db")
    assert tracked(outer / "planted.db"), "where it leads is the branch's to say"


def test_what_only_looks_like_it_is_none(tmp_path: Path) -> None:
    top = repository(tmp_path / "repo")
    path = with_ledger(top, "ledger.db")
    write(top, {"src/ledger.db": "", "LEDGER.db": "", "ledger.db.bak": "", "ledger.d": ""})
    git(top, "add", "-f", "src", "LEDGER.db", "ledger.db.bak", "ledger.d")
    assert tracked(path) == ""
    (top / ".git/index").write_bytes(b"DIRC")
    assert tracked(path) == ""
    (top / ".git/index").unlink()
    assert tracked(path) == ""
    assert tracked(with_ledger(tmp_path / "nowhere")) == ""
