"""Recognises builds of commits that are not merged: pull requests, merge requests, merge trains and merge queues.

CI services describe a build in its environment. A test compares the table with docs/security.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pmsync.errors import PmsyncError

_NO = {"", "false"}
"""The values of a variable without a pull request: Buildkite and Travis write `false`."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A variable of a CI service, and its values in such a build; `*` matches anything."""

    service: str
    variable: str
    values: tuple[str, ...] = ("*",)

    def shows(self, environ: Mapping[str, str]) -> bool:
        value = environ.get(self.variable, "").strip()
        return value.lower() not in _NO and any(fnmatchcase(value, pattern) for pattern in self.values)


_QUEUE = "gh-readonly-queue/*"
"""The branches of GitHub's merge queue, in any CI service."""

SIGNS = (
    # https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
    Sign("GitHub, Gitea and Forgejo Actions", "GITHUB_EVENT_NAME", ("pull_request*", "merge_group")),
    Sign("GitHub, Gitea and Forgejo Actions", "GITHUB_REF", ("refs/pull/*", f"refs/heads/{_QUEUE}")),
    # https://docs.gitlab.com/ci/variables/predefined_variables/ (child pipelines and merge trains have the number too)
    Sign("GitLab", "CI_PIPELINE_SOURCE", ("merge_request_event", "external_pull_request_event")),
    Sign("GitLab", "CI_MERGE_REQUEST_IID"),
    Sign("GitLab", "CI_EXTERNAL_PULL_REQUEST_IID"),
    # Multibranch projects; the GitHub pull request builder; the GitLab plugin
    Sign("Jenkins", "CHANGE_ID"),
    Sign("Jenkins", "ghprbPullId"),
    Sign("Jenkins", "gitlabMergeRequestIid"),
    # https://learn.microsoft.com/azure/devops/pipelines/build/variables
    Sign("Azure Pipelines", "BUILD_REASON", ("PullRequest",)),
    Sign("Azure Pipelines", "SYSTEM_PULLREQUEST_PULLREQUESTID"),
    Sign("Azure Pipelines", "BUILD_SOURCEBRANCH", ("refs/pull/*", f"refs/heads/{_QUEUE}")),
    # https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
    Sign("Bitbucket Pipelines", "BITBUCKET_PR_ID"),
    # https://circleci.com/docs/reference/variables/
    Sign("CircleCI", "CIRCLE_PULL_REQUEST"),
    Sign("CircleCI", "CIRCLE_PULL_REQUESTS"),
    Sign("CircleCI", "CIRCLE_PR_NUMBER"),
    Sign("CircleCI", "CIRCLE_BRANCH", ("pull/*", _QUEUE)),
    # https://buildkite.com/docs/pipelines/configure/environment-variables
    Sign("Buildkite", "BUILDKITE_PULL_REQUEST"),
    Sign("Buildkite", "BUILDKITE_BRANCH", (_QUEUE,)),
    # https://docs.drone.io/pipeline/environment/reference/
    Sign("Drone", "DRONE_BUILD_EVENT", ("pull_request",)),
    Sign("Drone", "DRONE_PULL_REQUEST"),
    # https://woodpecker-ci.org/docs/usage/environment
    Sign("Woodpecker", "CI_PIPELINE_EVENT", ("pull_request*",)),
    Sign("Woodpecker", "CI_COMMIT_PULL_REQUEST"),
    # https://docs.travis-ci.com/user/environment-variables/
    Sign("Travis CI", "TRAVIS_PULL_REQUEST"),
    Sign("Travis CI", "TRAVIS_BRANCH", (_QUEUE,)),
    # https://www.appveyor.com/docs/environment-variables/
    Sign("AppVeyor", "APPVEYOR_PULL_REQUEST_NUMBER"),
    # https://docs.semaphore.io/reference/env-vars
    Sign("Semaphore", "SEMAPHORE_GIT_REF_TYPE", ("pull-request",)),
    Sign("Semaphore", "SEMAPHORE_GIT_PR_NUMBER"),
    # https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
    Sign("AWS CodeBuild", "CODEBUILD_WEBHOOK_EVENT", ("PULL_REQUEST_*",)),
    # https://cirrus-ci.org/guide/writing-tasks/#environment-variables
    Sign("Cirrus CI", "CIRRUS_PR"),
)


def refuse_unmerged(environ: Mapping[str, str]) -> None:
    """Raise PmsyncError in a build of a commit that is not merged: its documents may still change or disappear."""
    sign = next((each for each in SIGNS if each.shows(environ)), None)
    if sign:
        value = environ[sign.variable].strip()
        raise PmsyncError(
            "`pmsync sync` creates no tickets for a pull request or a merge queue "
            f"({sign.variable} is {value[:80]!r}): the commit is not merged yet\n"
            "run `pmsync plan` here, and `pmsync sync` on the branch after the merge"
        )
