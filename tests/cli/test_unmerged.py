"""`pmsync sync` makes no tickets for what is not merged, in every CI service that says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from pmsync.cli.host.unmerged import SIGNS
from tests.cli.conftest import CONFIG, DOCUMENT, Run, write

SECURITY = (Path(__file__).parents[2] / "docs/security.md").read_text(encoding="utf-8")

UNMERGED = {
    "GitHub": {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/7/merge"},
    "GitHub, with secrets": {"GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_REF": "refs/heads/main"},
    "GitHub, a review": {"GITHUB_EVENT_NAME": "pull_request_review"},
    "GitHub's merge queue": {"GITHUB_EVENT_NAME": "merge_group"},
    "GitHub's merge queue, as a push": {
        "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/gh-readonly-queue/main/pr-7-3f9c2a",
    },
    "Forgejo": {"GITHUB_EVENT_NAME": "pull_request_sync", "GITHUB_REF": "refs/pull/7/head"},
    "GitLab": {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "7"},
    "GitLab, a merge train": {
        "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_EVENT_TYPE": "merge_train",
    },
    "GitLab, a child pipeline": {"CI_PIPELINE_SOURCE": "parent_pipeline", "CI_MERGE_REQUEST_IID": "7"},
    "GitLab, for GitHub": {"CI_PIPELINE_SOURCE": "external_pull_request_event"},
    "Jenkins": {"CHANGE_ID": "7", "BRANCH_NAME": "PR-7"},
    "Jenkins, the old builder": {"ghprbPullId": "7"},
    "Azure": {"BUILD_REASON": "PullRequest", "BUILD_SOURCEBRANCH": "refs/pull/7/merge"},
    "Azure, run by hand": {"BUILD_REASON": "Manual", "SYSTEM_PULLREQUEST_PULLREQUESTID": "7"},
    "Bitbucket": {"BITBUCKET_PR_ID": "7"},
    "CircleCI": {"CIRCLE_PULL_REQUEST": "https://github.com/acme/web/pull/7"},
    "CircleCI, several": {"CIRCLE_PULL_REQUESTS": "https://github.com/acme/web/pull/7,https://github.com/acme/web/pull/8"},
    "CircleCI, a fork": {"CIRCLE_BRANCH": "pull/7"},
    "Buildkite": {"BUILDKITE_PULL_REQUEST": "7"},
    "Buildkite's merge queue": {"BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_BRANCH": "gh-readonly-queue/main/pr-7"},
    "Drone": {"DRONE_BUILD_EVENT": "pull_request", "DRONE_PULL_REQUEST": "7"},
    "Woodpecker": {"CI_PIPELINE_EVENT": "pull_request_metadata", "CI_COMMIT_PULL_REQUEST": "7"},
    "Travis": {"TRAVIS_PULL_REQUEST": "7"},
    "AppVeyor": {"APPVEYOR_PULL_REQUEST_NUMBER": "7"},
    "Semaphore": {"SEMAPHORE_GIT_REF_TYPE": "pull-request", "SEMAPHORE_GIT_BRANCH": "main"},
    "CodeBuild": {"CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_UPDATED"},
    "Cirrus": {"CIRRUS_PR": "7"},
}  # fmt: skip
MERGED = {
    "a person": {},
    "GitHub": {"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main", "GITHUB_HEAD_REF": ""},
    "GitHub, by hand": {"GITHUB_EVENT_NAME": "workflow_dispatch", "GITHUB_REF": "refs/heads/pull/x"},
    "GitLab": {"CI_PIPELINE_SOURCE": "push", "CI_OPEN_MERGE_REQUESTS": "acme/web!7", "CI_COMMIT_BRANCH": "main"},
    "GitLab, at night": {"CI_PIPELINE_SOURCE": "schedule"},
    "Jenkins": {"BRANCH_NAME": "main", "CHANGE_ID": ""},
    "Azure": {"BUILD_REASON": "IndividualCI", "BUILD_SOURCEBRANCH": "refs/heads/main"},
    "Bitbucket": {"BITBUCKET_BRANCH": "main"},
    "CircleCI": {"CIRCLE_BRANCH": "main", "CIRCLE_PULL_REQUEST": "", "CIRCLE_PULL_REQUESTS": ""},
    "Buildkite": {"BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_BRANCH": "main"},
    "Drone": {"DRONE_BUILD_EVENT": "push", "DRONE_PULL_REQUEST": ""},
    "Woodpecker": {"CI_PIPELINE_EVENT": "push"},
    "Travis": {"TRAVIS_PULL_REQUEST": "false", "TRAVIS_BRANCH": "main"},
    "Semaphore": {"SEMAPHORE_GIT_REF_TYPE": "branch"},
    "CodeBuild": {"CODEBUILD_WEBHOOK_EVENT": "PUSH"},
}


@pytest.mark.parametrize("environ", UNMERGED.values(), ids=UNMERGED)
def test_what_is_not_merged_gets_no_tickets(run: Run, tmp_path: Path, environ: Mapping[str, str]) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT})
    answer = run("sync", environ=environ)
    assert answer.code == 1
    assert any(f"{name} is {value!r}" in answer.err for name, value in environ.items())
    assert "run `pmsync plan` here" in answer.err
    assert not (tmp_path / ".pmsync").exists()
    assert run("plan", environ=environ).out.find("Plan: 2 to create, 0 to update, 0 to adopt.\n") > 0


@pytest.mark.parametrize("environ", MERGED.values(), ids=MERGED)
def test_what_is_merged_gets_its_tickets(run: Run, tmp_path: Path, environ: Mapping[str, str]) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT})
    answer = run("sync", environ=environ)
    assert (answer.code, "2 created" in answer.out) == (0, True), answer.err


def test_the_documentation_lists_every_sign_and_none_that_there_is_not() -> None:
    rows = re.findall(r"^\| (.+?) \| (`.+`) \|$", SECURITY, flags=re.MULTILINE)
    told = {(service, name) for service, cell in rows for name in re.findall(r"`(\w+)[^`]*`", cell)}
    assert told == {(sign.service, sign.variable) for sign in SIGNS}
