"""What the workflow does with documents that were written into: a push, or one pull request, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pmsync.cli.setup.pipelines import Wishes
from tests.e2e.runner import BOT, Event, Job
from tests.e2e.world import BOOK, DISK, DOC, KEYS, World, document, git, world
from tests.fakes.github_state import Issue
from tests.fakes.http import Request

OTHER = "postmortems/2024-11-22-search.md"
BRANCH = "pmsync/write-back"
NIGHTLY = Event("schedule")


@pytest.fixture
def team(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def sync(team: World, event: Event = NIGHTLY) -> Job:
    return team.ci(event)["sync"]


def pulls(team: World) -> list[Issue]:
    return [issue for issue in team.hub.repo.issues.values() if issue.pull]


def sent(team: World) -> list[str]:
    """Everything that could change something at the host, in order: API requests and pushes."""
    writes = [record.request for record in team.github.server.log if record.request.method != "GET"]
    return [f"{each.method} {each.path}" for each in writes if not each.path.endswith("/git-upload-pack")]


def meanwhile(team: World, action: Callable[[], None], *, again: int = 1) -> None:
    """Right before CI pushes, somebody else does something; so often."""
    left = [action] * again

    def before(request: Request) -> None:
        if left and "service=git-receive-pack" in request.target and "authorization" in request.headers:
            left.pop()()

    team.github.server.before = before


def commit_of_a_person(team: World, branch: str, path: str, old: str, new: str) -> Callable[[], None]:
    """Somebody puts `new` in the place of `old`, and pushes."""

    def commit() -> None:
        team.git("fetch", "-q", "origin")
        team.git("checkout", "-q", "-B", "theirs", f"origin/{branch}")
        (team.dev / path).write_text((team.dev / path).read_text().replace(old, new))
        team.commit("by a person")
        team.git("push", "-q", str(team.bare), f"HEAD:{branch}")

    return commit


# --- a pull request -----------------------------------------------------------------------------------------------


@pytest.fixture
def proposing(team: World) -> World:
    team.wishes = Wishes("pr")
    return team


def test_one_pull_request_is_opened_then_kept_up_to_date_and_then_there_is_none(proposing: World) -> None:
    team = proposing
    job = sync(team, team.merge({DOC: document(DISK)}))
    assert job.code == 0, job.log
    main = team.main()
    (pull,) = pulls(team)
    assert (pull.author, pull.pull and pull.pull.head, pull.pull and pull.pull.base) == (BOT, BRANCH, "main")
    assert git(team.bare, "diff", "--name-only", "main", BRANCH) == DOC
    assert "acme/web/issues/" in team.text(revision=BRANCH)
    assert "acme/web/issues/" not in team.text()

    before = sent(team)
    again = sync(team)
    assert again.code == 0
    assert sent(team) == before, "neither pushed nor opened again"

    sync(team, team.merge({OTHER: document(BOOK)}))
    assert len(pulls(team)) == 1
    assert git(team.bare, "rev-list", "--count", f"main..{BRANCH}") == "1", "one commit over what main is now"
    assert git(team.bare, "diff", "--name-only", "main", BRANCH).split() == [DOC, OTHER]
    assert git(team.bare, "merge-base", "main", BRANCH) == team.main() != main

    team.git("fetch", "-q", "origin")
    team.git("checkout", "-q", "-B", "main", "origin/main")
    team.git("merge", "-q", "--no-ff", "-m", "merge", f"origin/{BRANCH}")
    team.git("push", "-q", "origin", "main")
    team.github.state.close(pull, "alice-l")
    before, merged = sent(team), team.main()
    assert sync(team, Event("push")).code == 0
    assert (sent(team), team.main()) == (before, merged)


def test_a_pull_request_that_somebody_closed_comes_back_only_when_there_is_more(proposing: World) -> None:
    team = proposing
    sync(team, team.merge({DOC: document(DISK)}))
    team.github.state.close(pulls(team)[0], "alice-l")
    job = sync(team)
    assert (job.code, "somebody closed the pull request" in job.log) == (0, True)
    assert len(pulls(team)) == 1
    sync(team, team.merge({OTHER: document(BOOK)}))
    assert [pull.state for pull in pulls(team)] == ["closed", "open"]


def test_a_repository_that_lets_actions_open_none_is_told_which_setting_does(proposing: World) -> None:
    team = proposing
    team.hub.repo.actions_open_pulls = False
    job = sync(team, team.merge({DOC: document(DISK)}))
    assert job.code == 1
    assert "Allow GitHub Actions to create and approve pull requests" in job.log
    assert team.stage.created() == 1
    team.hub.repo.actions_open_pulls = True
    assert sync(team).code == 0
    assert len(pulls(team)) == 1


def test_what_a_person_committed_to_the_branch_stays(proposing: World) -> None:
    team = proposing
    sync(team, team.merge({DOC: document(DISK)}))
    commit_of_a_person(team, BRANCH, DOC, "was down", "was slow")()
    theirs = git(team.bare, "rev-parse", BRANCH)
    job = sync(team, team.merge({OTHER: document(BOOK)}))
    assert (job.code, "somebody else committed" in job.log) == (0, True)
    assert git(team.bare, "rev-parse", BRANCH) == theirs


def test_a_run_that_pushed_the_branch_meanwhile_is_not_overwritten(proposing: World) -> None:
    team = proposing
    event = team.merge({DOC: document(DISK)})
    meanwhile(team, lambda: run_push(team))
    job = sync(team, event)
    assert (job.code, "another run pushed" in job.log) == (0, True), job.log
    assert git(team.bare, "log", "-1", "--format=%s", BRANCH) == "merge"


def run_push(team: World) -> None:
    team.git("push", "-q", str(team.bare), f"main:refs/heads/{BRANCH}")


# --- a push -------------------------------------------------------------------------------------------------------


@pytest.fixture
def pushing(team: World) -> World:
    team.wishes = Wishes("push")
    return team


def test_no_token_stays_in_the_checkout_and_the_job_s_own_one_pushes(pushing: World) -> None:
    team = pushing
    job = sync(team, team.merge({DOC: document(DISK)}))
    assert job.code == 0, job.log
    (secret,) = team.git_host.pushes
    assert secret.startswith("ghs_token")
    texts = [path.read_bytes() for path in job.checkout.parent.rglob("*") if path.is_file()]
    assert not [text for text in texts if secret.encode() in text]
    assert secret not in job.log
    assert git(job.checkout, "status", "--porcelain") == ""


def test_who_was_faster_is_rebased_onto(pushing: World) -> None:
    team = pushing
    event = team.merge({DOC: document(DISK)})
    meanwhile(team, commit_of_a_person(team, "main", "README.md", "web\n", "web\nMore.\n"), again=2)
    job = sync(team, event)
    assert job.code == 0, job.log
    assert team.text("README.md") == "# web\nMore.\nMore.\n"
    assert "acme/web/issues/" in team.text()
    assert git(team.bare, "log", "-1", "--format=%an", "main") == BOT


def test_a_branch_that_moves_each_time_is_left_to_the_next_run(pushing: World) -> None:
    team = pushing
    event = team.merge({DOC: document(DISK)})
    meanwhile(team, commit_of_a_person(team, "main", "README.md", "web\n", "web\nMore.\n"), again=3)
    job = sync(team, event)
    assert (job.code, "moves too fast" in job.log) == (0, True), job.log
    assert sync(team).code == 0
    assert team.stage.created() == 1
    assert team.text().count("/issues/") == 1


def test_the_same_line_changed_by_somebody_else_is_left_to_the_next_run(pushing: World) -> None:
    team = pushing
    event = team.merge({DOC: document(DISK)})
    meanwhile(team, commit_of_a_person(team, "main", DOC, "owner: alice", "owner: alice, due: 2030-01-01"))
    job = sync(team, event)
    assert (job.code, "the same lines" in job.log) == (0, True), job.log
    assert "/issues/" not in team.text()
    assert sync(team).code == 0
    assert team.text().count("/issues/") == 1
    assert team.stage.created() == 1


def test_a_protected_branch_fails_the_job_and_says_what_to_do(pushing: World) -> None:
    team = pushing
    hook = team.bare / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    event = team.merge({DOC: document(DISK)})
    hook.write_text("#!/bin/sh\necho protected >&2\nexit 1\n")
    hook.chmod(0o755)
    job = sync(team, event)
    assert job.code == 1
    assert "protected" in job.log
    assert "choose pull requests instead" in job.log
    assert team.stage.created() == 1


def test_a_job_that_failed_in_part_commits_what_it_wrote(pushing: World) -> None:
    team = pushing
    job = sync(team, team.merge({DOC: document(DISK), OTHER: b"\xff is no UTF-8"}))
    assert job.code == 1
    assert "/issues/" in team.text()


def test_restricted_rights_are_enough_and_no_others_are_asked_for(pushing: World) -> None:
    """The token of this job cannot open a pull request, that of the other kind can; the workflow says so itself."""
    assert "pull-requests: write" not in pushing.workflow()
    pushing.wishes = Wishes()
    assert "contents: write" not in pushing.workflow()
    pushing.merge({DOC: document(DISK, KEYS)})
    job = sync(pushing)
    assert (job.code, pushing.git_host.pushes) == (0, [])
    assert git(job.checkout, "status", "--porcelain") == "", "without write-back nothing is left behind"
    assert git(job.checkout, "status", "--porcelain", "--ignored") == "!! .pmsync/"
