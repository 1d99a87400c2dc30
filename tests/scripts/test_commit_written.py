"""scripts/commit-written by itself, against a bare repository: what it commits, and what it asks of GitLab.

tests/e2e/test_committing.py has it as GitHub's workflow runs it.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import write
from tests.test_templates import ROOT, commit_all, git

ODD = "postmortems/a[1] *é.md"


class Checkout:
    """A detached checkout of main, as GitLab makes it; `origin` notes the options that a push came with."""

    def __init__(self, top: Path) -> None:
        self.here, self.origin, self.options = top / "here", top / "origin.git", top / "options"
        self.list = top / "list"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", self.origin], check=True)
        git(self.origin, "config", "receive.advertisePushOptions", "true")
        hook = self.origin / "hooks/pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(
            f"#!/bin/sh\nfor n in 0 1 2 3 4 5; do eval echo \\$GIT_PUSH_OPTION_$n; done >> '{self.options}'\n"
        )
        hook.chmod(0o755)
        write(self.here, {ODD: "one\n", "postmortems/a1 x.md": "one\n", "README.md": "one\n", ".gitignore": "out/\n"})
        git(self.here, "init", "-q", "-b", "main")
        git(self.here, "remote", "add", "origin", str(self.origin))
        commit_all(self.here)
        git(self.here, "push", "-q", "origin", "main")
        git(self.here, "checkout", "-q", "--detach")

    def run(self, how: str, *written: str, **environ: str) -> tuple[int, str]:
        self.list.write_bytes(b"".join(f"{self.here}/{name}\0".encode() for name in written))
        done = subprocess.run(
            [ROOT / "scripts/commit-written", how, self.list, "main"],
            cwd=self.here, env={"PATH": os.environ["PATH"], "HOME": str(self.here.parent), **environ},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_it_commits_what_is_listed_and_nothing_that_somebody_changed_besides(checkout: Checkout) -> None:
    write(checkout.here, {ODD: "two\n", "postmortems/a1 x.md": "two\n", "README.md": "two\n", "out/x.md": "two\n"})
    git(checkout.here, "add", "README.md")
    code, told = checkout.run("push", ODD, "out/x.md")
    assert (code, told) == (0, "pmsync write-back: pushed to 'main'\n")
    assert git(checkout.origin, "-c", "core.quotePath=false", "diff", "--name-only", "main~1", "main") == ODD
    assert git(checkout.origin, "log", "-1", "--format=%an", "main") == "pmsync"


@pytest.mark.parametrize("how", ["push", "pr", "mr"])
def test_where_nothing_was_written_nothing_is_done(checkout: Checkout, how: str) -> None:
    write(checkout.here, {"README.md": "two\n"})
    before = git(checkout.origin, "for-each-ref")
    assert checkout.run(how) == (0, "")
    assert checkout.run(how, ODD) == (0, ""), "what is listed stands there already"
    checkout.list.unlink()
    assert git(checkout.origin, "for-each-ref") == before


def test_gitlab_is_asked_for_one_merge_request_with_the_push(checkout: Checkout) -> None:
    write(checkout.here, {ODD: "two\n"})
    code, told = checkout.run("mr", ODD, GIT_AUTHOR_NAME="pmsync", GIT_AUTHOR_EMAIL="pmsync@noreply.gitlab.example")
    assert (code, told) == (0, "pmsync write-back: pushed to 'pmsync/write-back'\n")
    asked = [line for line in checkout.options.read_text().splitlines() if line]
    assert asked == [
        "merge_request.create",
        "merge_request.target=main",
        "merge_request.remove_source_branch",
        "merge_request.title=Tickets of action items",
    ]
    git(checkout.here, "checkout", "-q", "--detach", "main")
    write(checkout.here, {ODD: "two\n"})
    code, told = checkout.run("mr", ODD, GIT_AUTHOR_NAME="pmsync", GIT_AUTHOR_EMAIL="pmsync@noreply.gitlab.example")
    assert (code, told) == (0, "pmsync write-back: 'pmsync/write-back' says it all already\n")
    assert len([line for line in checkout.options.read_text().splitlines() if line]) == 4, "nothing was pushed again"


def test_another_way_is_wrong_usage(checkout: Checkout) -> None:
    write(checkout.here, {ODD: "two\n"})
    before = git(checkout.here, "rev-parse", "HEAD")
    code, told = checkout.run("merge", ODD)
    assert (code, told) == (2, "pmsync write-back: say push, pr or mr, not 'merge'\n")
    assert git(checkout.here, "rev-parse", "HEAD") == before
