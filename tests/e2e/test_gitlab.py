"""The shell of GitLab's pipeline from the merge request to the links, with Jira; GitLab itself is not modelled.

Its `rules` are not evaluated here (tests/test_templates.py reads them), and what `before_script` installs is there.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from pmsync.cli.host.git import GitRepository
from pmsync.cli.setup.files import ConfigPlace
from pmsync.cli.setup.pipelines import Wishes, pipeline
from pmsync.config.settings import Settings, TrackerSettings
from tests.e2e.runner import ROOT
from tests.e2e.world import BOOK, DISK, DOC, PIN, VAGUE, World, document, git, world


@pytest.fixture
def team(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, "cloud") as made:
        yield made


def run(team: World, name: str, ref: str, *, protected: bool = False, **variables: str) -> tuple[int, str, Path]:
    """One job on a runner that fetched `ref`; protected variables exist on protected branches only."""
    tracker = TrackerSettings("payments", "jira", url="https://acme.atlassian.net", token_env="JIRA_TOKEN")
    settings = Settings(str(team.dev), "acme/web", trackers={"payments": tracker})
    place = ConfigPlace(team.dev / "pmsync.toml", GitRepository("gitlab.com", "acme/web", "main"))
    job = yaml.safe_load(pipeline("gitlab", settings, place, PIN, Wishes("push"))[0].text)[name]
    number = len(list(team.top.glob("gitlab*")))
    here, temp = team.top / f"gitlab{number}", team.top / f"temp{number}"
    temp.mkdir()
    git(team.top, "clone", "-q", "--no-checkout", str(team.bare), str(here))
    git(here, "fetch", "-q", "origin", ref)
    git(here, "checkout", "-q", "--detach", "FETCH_HEAD")
    script = "\n".join(["set -e", *job["script"]])
    script = script.replace("/tmp/pmsync/bin/pmsync", str(Path(sys.executable).with_name("pmsync")))
    script = script.replace("/tmp/pmsync-source", str(ROOT)).replace("/tmp/pmsync-written", str(temp / "written"))
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(temp),
        "CI": "true",
        "GITLAB_CI": "true",
        "PMSYNC_CONFIG": "pmsync.toml",
        **team.environ,
        **(team.secrets if protected else {}),
        **variables,
    }
    done = subprocess.run(
        ["sh", "-c", script], cwd=here, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, here


def test_from_the_merge_request_to_the_links(team: World) -> None:
    pull = team.propose({DOC: document(DISK, BOOK, VAGUE)})
    merge_request = {"CI_PIPELINE_SOURCE": "merge_request_event", "PMSYNC_BASE": pull.base}
    code, log, here = run(team, "pmsync-check", f"refs/pull/{pull.number}/head", **merge_request)
    assert code == 0
    assert f"{DOC}:13: warning[owner-missing]" in log
    assert '"check_name": "owner-missing"' in (here / "gl-code-quality-report.json").read_text()
    code, log, _ = run(team, "pmsync-plan", f"refs/pull/{pull.number}/head", **merge_request)
    assert (code, "Plan: 3 to create" in log, "were not looked up" in log) == (0, True, True), log
    assert team.stage.requests() == 0

    team.merge()
    merged = team.main()
    on_main = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"}
    code, log, _ = run(team, "pmsync-sync", "main", protected=True, **on_main)
    assert code == 0, log
    assert team.stage.created() == 3
    assert git(team.bare, "diff", "--name-only", merged, "main") == DOC
    assert team.text().count("/browse/PAY-") == 3

    writes, commit = team.writes(), team.main()
    code, log, _ = run(team, "pmsync-sync", "main", protected=True, **on_main)
    assert (code, team.writes(), team.main()) == (0, writes, commit), log


def test_a_sync_that_fails_in_part_commits_what_it_wrote_and_fails(team: World) -> None:
    team.merge({DOC: document(DISK), "postmortems/b.md": b"\xff is no UTF-8"})
    code, _, _ = run(team, "pmsync-sync", "main", protected=True, CI_COMMIT_BRANCH="main")
    assert code == 1
    assert team.text().count("/browse/PAY-") == 1
