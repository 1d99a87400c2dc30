"""`--changed-since`: only what the branch changed, in a real git repository; and what git cannot tell."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from pmsync.cli.host.git import changed
from pmsync.errors import ConfigError
from tests.cli.conftest import LATER, Run

OWNERLESS = "# Outage\n\nDate: 2026-11-20\n\n## Action items\n\n- Add an alert\n"


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=alice", "-c", "user.email=alice@example.com", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "postmortems").mkdir(parents=True)
    git(folder, "init")
    write(folder, "old.md", "gone.md")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "one")
    git(folder, "checkout", "-b", "branch")
    write(folder, "new.md")
    (folder / "postmortems/gone.md").unlink()
    git(folder, "add", ".")
    git(folder, "commit", "-m", "two")
    write(folder, "untracked é.md")
    git(folder, "checkout", "main")
    write(folder, "elsewhere.md")
    git(folder, "add", "postmortems/elsewhere.md")
    git(folder, "commit", "-m", "three")
    git(folder, "checkout", "branch")
    return folder


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / "postmortems" / name).write_text(OWNERLESS, encoding="utf-8")


def test_what_the_branch_changed_is_what_differs_from_where_it_left(repository: Path) -> None:
    assert {path.name for path in changed(repository, "main")} == {"new.md", "untracked é.md"}
    assert {path.name for path in changed(repository / "postmortems", "main")} == {"new.md", "untracked é.md"}


def test_check_looks_at_those_only(repository: Path, run: Run) -> None:
    answer = run("check", "--changed-since", "main", "--format", "json", cwd=repository)
    assert answer.code == 0
    told = json.loads(answer.out)
    assert told["documents"] == 2
    assert {Path(finding["path"]).name for finding in told["findings"]} == {"new.md", "untracked é.md"}


CONFIG = """
[documents]
namespace = "acme/web"
[trackers.local]
type = "local"
"""


def test_plan_and_sync_judge_those_only_and_read_all(repository: Path, run: Run) -> None:
    (repository / "pmsync.toml").write_text(CONFIG, encoding="utf-8")
    plan = json.loads(run("plan", "--changed-since", "main", "--format", "json", cwd=repository).out)
    assert {each["where"] for each in plan["operations"]} == {"postmortems/new.md:7", "postmortems/untracked é.md:7"}
    narrow = run("plan", "--changed-since", "main", "postmortems/new.md", "--format", "json", cwd=repository)
    assert [each["where"] for each in json.loads(narrow.out)["operations"]] == ["postmortems/new.md:7"]
    assert run("sync", "--changed-since", "main", cwd=repository).code == 0
    assert (
        run("plan", "--changed-since", "main", cwd=repository, now=LATER).out
        == "No changes.\n2 items, all with a ticket.\n"
    )
    assert json.loads(run("plan", "--format", "json", cwd=repository, now=LATER).out)["summary"]["create"] == 1


def test_where_nothing_changed_nothing_is_judged(repository: Path, run: Run) -> None:
    (repository / "pmsync.toml").write_text(CONFIG, encoding="utf-8")
    git(repository, "stash", "-u")
    git(repository, "checkout", "main")
    git(repository, "stash", "pop")
    (repository / "postmortems/untracked é.md").unlink()
    answer = run("sync", "--changed-since", "main", cwd=repository)
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert run("plan", "--exit-code", cwd=repository).code == 4


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", ""])
def test_a_revision_that_git_does_not_know_is_told_with_how_to_fetch_it(repository: Path, revision: str) -> None:
    with pytest.raises(ConfigError, match=r"git fetch") as told:
        changed(repository, revision)
    assert repr(revision) in str(told.value)


def test_a_shallow_clone_without_the_common_commit_is_told_with_how_to_deepen_it(
    repository: Path, tmp_path: Path
) -> None:
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--depth=1", "--branch=branch", repository.as_uri(), str(shallow))
    git(shallow, "fetch", "--depth=1", "origin", "main:main")
    with pytest.raises(ConfigError, match="too shallow") as told:
        changed(shallow, "main")
    assert "`git fetch --unshallow origin main:main`" in str(told.value)


@pytest.mark.parametrize("detached", [False, True])
def test_what_a_shallow_clone_is_told_to_fetch_is_what_it_needs(
    repository: Path, tmp_path: Path, detached: bool
) -> None:
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--depth=1", "--branch=branch", repository.as_uri(), str(shallow))
    if detached:
        git(shallow, "checkout", "--detach")
    with pytest.raises(ConfigError, match="does not know revision 'origin/main'") as told:
        changed(shallow, "origin/main")
    command = str(told.value).split("`")[1]
    assert command.startswith("git fetch --unshallow origin ")
    git(shallow, *command.split()[1:])
    assert {path.name for path in changed(shallow, "origin/main")} == {"new.md"}


def test_what_git_cannot_do_is_told_and_not_taken_for_no_change(repository: Path) -> None:
    (repository / ".git/index").write_bytes(b"broken")
    with pytest.raises(ConfigError, match="what changed since 'main' is unknown"):
        changed(repository, "main")


def test_a_file_whose_name_is_no_utf8_keeps_none_from_being_checked(repository: Path) -> None:
    (repository / os.fsdecode(b"postmortems/caf\xe9.md")).write_text(OWNERLESS)
    assert "new.md" in {path.name for path in changed(repository, "main")}


def test_a_document_behind_a_link_is_looked_at_when_it_changed(repository: Path, run: Run) -> None:
    (repository / "drafts").mkdir()
    (repository / "drafts/linked.md").write_text(OWNERLESS, encoding="utf-8")
    (repository / "postmortems/link.md").symlink_to("../drafts/linked.md")
    git(repository, "add", "postmortems/link.md")
    git(repository, "-c", "commit.gpgsign=false", "commit", "-m", "four")
    (repository / "pmsync.toml").write_text(CONFIG, encoding="utf-8")
    told = json.loads(run("check", "--diff-base", "main", "--format", "json", cwd=repository).out)
    assert "postmortems/link.md" in {finding["path"] for finding in told["findings"]}


def test_outside_a_repository_nothing_is_known_to_have_changed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not a git repository"):
        changed(tmp_path, "main")
