"""Forks, clones without history, tokens that may too little, files that cannot be written, runs at the same moment."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from pmsync.cli.setup.pipelines import Wishes
from tests.crash.child import Job
from tests.crash.scene import server
from tests.e2e.runner import Event
from tests.e2e.world import BOOK, DISK, DOC, KEYS, VAGUE, World, document, git, pmsync, world
from tests.fakes.github_state import Token
from tests.fakes.http import Request
from tests.trackers.github_stage import TOKEN
from tests.trackers.jira_stage import JiraStage

OTHER = "postmortems/2024-11-22-search.md"
NIGHTLY = Event("schedule")


@pytest.fixture
def team(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


@pytest.fixture(params=["cloud", "server"])
def jira(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    with world(tmp_path, str(request.param)) as made:
        yield made


# --- forks ----------------------------------------------------------------------------------------------------------


def test_a_fork_s_pull_request_is_checked_and_its_plan_says_that_nobody_looked(jira: World) -> None:
    jobs = jira.ci(jira.propose({DOC: document(DISK, VAGUE)}, fork=True))
    assert {name: job.code for name, job in jobs.items()} == {"check": 0, "plan": 0}
    assert f"::warning file={DOC},line=12," in jobs["check"].log
    assert "were not looked up" in jobs["plan"].summary
    assert jobs["plan"].summary.count("| + create |") == 2
    assert jira.stage.requests() == 0


def test_a_fork_s_pull_request_sends_nothing_to_where_its_configuration_points(team: World) -> None:
    config = (team.dev / "pmsync.toml").read_text().replace("acme/web", "acme/attic")
    jobs = team.ci(team.propose({DOC: document(DISK), "pmsync.toml": config}, fork=True))
    assert {name: job.code for name, job in jobs.items()} == {"check": 0, "plan": 0}
    assert not team.github.server.count(path="acme/attic")
    assert team.writes() == 0


def test_no_event_of_a_pull_request_starts_a_sync(team: World) -> None:
    assert set(team.ci(team.propose({DOC: document(DISK)}))) == {"check", "plan"}
    refused = pmsync(team.dev, "sync", environ={"GITHUB_EVENT_NAME": "pull_request", "GITHUB_TOKEN": TOKEN})
    assert (refused.code, "creates no tickets for a pull request" in refused.err) == (1, True)
    assert team.writes() == 0


# --- clones without history -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["check", "plan", "sync"])
def test_a_shallow_clone_says_how_to_get_what_it_lacks(team: World, command: str) -> None:
    base = team.propose({DOC: document(DISK)}).base
    team.git("push", "-q", "origin", "branch")
    shallow = team.top / "shallow"
    git(team.top, "clone", "-q", "--depth=1", "--branch=branch", f"file://{team.bare}", str(shallow))
    git(shallow, "checkout", "-q", "--detach")
    told = pmsync(shallow, command, "--changed-since", base, environ={"GITHUB_TOKEN": TOKEN})
    assert told.code == 2
    assert f"git does not know revision '{base}' here" in told.err
    assert "git fetch --unshallow" in told.err
    assert "fetch-depth: 0" in told.err
    assert team.stage.requests() == 0
    git(shallow, "fetch", "-q", "--unshallow")
    assert pmsync(shallow, "check", "--changed-since", base).code == 0


def test_a_job_that_checked_out_too_little_says_so(team: World) -> None:
    runner = team.runner()
    runner.workflow = runner.workflow.replace("fetch-depth: 0", "fetch-depth: 1")
    jobs = runner.started_by(team.propose({DOC: document(DISK)}))
    assert {name: job.code for name, job in jobs.items()} == {"check": 1, "plan": 1}
    assert all("set fetch-depth: 0 for actions/checkout" in job.log for job in jobs.values())


# --- tokens that may too little -------------------------------------------------------------------------------------


def test_a_job_without_the_right_to_issues_makes_none_and_names_the_permission(team: World) -> None:
    """GitHub tells of no such token what it may do before it does it: the first create is refused, and the last."""
    event = team.merge({DOC: document(DISK, BOOK, KEYS)})
    runner = team.runner()
    runner.workflow = runner.workflow.replace("issues: write", "issues: read")
    job = runner.started_by(event)["sync"]
    assert job.code == 1
    assert "`permissions: issues: write`" in job.log
    assert (team.tickets(), team.writes()) == ([], 1)
    assert [record.status for record in team.github.server.log if record.request.path.endswith("/issues")][-1] == 403


def test_a_token_that_only_reads_writes_nothing_and_names_what_it_lacks(team: World) -> None:
    team.merge({DOC: document(DISK, BOOK)})
    team.github.state.tokens[TOKEN] = Token("acme-bot", scopes="repo")
    team.hub.repo.roles["acme-bot"] = "read"
    told = team.cron()
    assert told.code == 1
    assert "may not label issues" in told.err
    assert "give the account the role Write" in told.err
    assert (team.tickets(), team.stage.writes()) == ([], 0)


def test_a_project_that_lets_nobody_create_gets_no_request_to(jira: World) -> None:
    assert isinstance(jira.stage, JiraStage)
    jira.stage.state.permissions["CREATE_ISSUES"] = False
    job = jira.ci(jira.merge({DOC: document(DISK, BOOK)}))["sync"]
    assert job.code == 1
    assert "may not create tickets in project 'PAY'" in job.log
    assert (jira.tickets(), jira.writes()) == ([], 0)


# --- files that cannot be written -----------------------------------------------------------------------------------


@pytest.fixture
def somewhere() -> Iterator[Path]:
    """A folder that a user without rights can reach; those of pytest are for their owner alone."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_a_file_that_cannot_be_written_is_told_and_changes_no_ticket(team: World, somewhere: Path) -> None:
    team.merge({DOC: document(DISK), OTHER: document(BOOK)})
    assert team.cron().code == 0
    here = Path(shutil.copytree(team.host, somewhere / "host"))
    if os.geteuid() == 0:
        for path in (here, *here.rglob("*")):
            os.chown(path, 65534, 65534)
        os.chown(here / DOC, 0, 0)
    (here / DOC).chmod(0o444)
    writes = team.stage.writes()
    job = Job(str(here), ("sync", "--write-back", "--written", "list"), {"GITHUB_TOKEN": TOKEN}, nobody=True)
    code, told = server().run(job)
    assert code == 1
    assert f"{DOC}: error[not-written]: nothing is written into the document: the file cannot be written" in told
    assert (here / DOC).read_text() == document(DISK)
    assert "/issues/" in (here / OTHER).read_text(), "the others are written"
    assert (here / "list").read_bytes() == f"{here}/{OTHER}\0".encode()
    assert team.stage.writes() == writes


# --- runs at the same moment ----------------------------------------------------------------------------------------


def at_once(team: World, *events: Event) -> list[str]:
    """The jobs of these events on machines of their own, none of which creates before the other would as well."""
    meeting = threading.Barrier(len(events), timeout=30)

    def before(request: Request) -> None:
        if request.method == "POST" and request.path.endswith("/issues"):
            with suppress(threading.BrokenBarrierError):
                meeting.wait()

    team.github.server.before = before
    with ThreadPoolExecutor() as pool:
        jobs = list(pool.map(lambda event: finished(team, event, meeting), events))
    team.github.server.before = None
    return jobs


def finished(team: World, event: Event, meeting: threading.Barrier) -> str:
    job = team.ci(event)["sync"]
    meeting.abort()
    assert job.code == 0, job.log
    return job.log


def test_two_merges_in_a_minute_make_one_ticket_for_each_item(team: World) -> None:
    """The shipped workflow lets one wait for the other; each works on the commit that started it."""
    team.wishes = Wishes("push")
    first, second = team.merge({DOC: document(DISK)}), team.merge({OTHER: document(BOOK)})
    for event in (first, second):
        assert team.ci(event)["sync"].code == 0
    assert team.stage.created() == 2
    assert [team.text(path).count("/issues/") for path in (DOC, OTHER)] == [1, 1]
    commits = team.main()
    assert team.ci(NIGHTLY)["sync"].code == 0
    assert (team.main(), team.stage.created()) == (commits, 2)


def test_where_runs_do_not_wait_for_each_other_the_oldest_ticket_survives(team: World) -> None:
    """Without the workflow's `concurrency`, at the worst moment: both looked twice, and both are about to create."""
    event = team.merge({DOC: document(DISK)})
    at_once(team, event, event)
    assert team.stage.created() == 2
    assert team.ci(NIGHTLY)["sync"].code == 0
    issues = [issue for issue in team.hub.repo.issues.values() if not issue.pull_request]
    assert [(issue.state, issue.reason) for issue in issues] == [("open", None), ("closed", "duplicate")]
    writes = team.writes()
    assert team.cron().code == 0
    assert [ref.key for ref in team.links().values()] == [f"acme/web#{issues[0].number}"]
    assert (team.writes(), team.stage.created()) == (writes, 2)


# --- only what changed ------------------------------------------------------------------------------------------------


def test_changed_since_limits_the_documents_and_never_the_look(team: World) -> None:
    """A document moved to another path is no new one, though only the new path is judged; it has its tickets."""
    team.merge({DOC: document(DISK, BOOK)})
    assert team.ci(NIGHTLY)["sync"].code == 0
    base = team.main()
    team.git("fetch", "-q", "origin")
    team.git("checkout", "-q", "-B", "branch", "origin/main")
    team.git("mv", DOC, OTHER)
    team.commit("moved")
    team.merge()
    shutil.rmtree(team.host, ignore_errors=True)
    git(team.top, "clone", "-q", str(team.bare), str(team.host))
    done = team.on_host("sync", "--changed-since", base)
    assert done.code == 0, done.err
    assert team.stage.created() == 2
    assert {ref.key for ref in team.links().values()} == {"acme/web#2", "acme/web#3"}
