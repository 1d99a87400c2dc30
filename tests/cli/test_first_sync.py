"""From `pmsync init` at a terminal to the first ticket: what is asked, what is said, and how long it takes.

Real processes at a real terminal, with the default settings; only the services are not the real ones.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pmsync.config.file import load
from pmsync.sync import head_start
from tests.cli.conftest import write
from tests.cli.test_init import git
from tests.clock import Clock
from tests.terminal import Session, at_terminal
from tests.trackers.github_stage import TOKEN as GITHUB_TOKEN
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import TOKEN as JIRA_TOKEN
from tests.trackers.jira_stage import JiraStage

PMSYNC = (sys.executable, "-c", "import sys; from pmsync.cli.main import main; sys.exit(main())")
DAY = f"{datetime.now(UTC) - timedelta(days=30):%Y-%m-%d}"
OLD = f"{datetime.now(UTC) - timedelta(days=400):%Y-%m-%d}"
RECENT = f"""# Checkout was slow

**Date:** {DAY}

## Action items

- Add an alert on latency (owner: Alice Liddell)
- Close connections after use @alice
- Write the runbook (owner: bob)

## Nice things to have

- Add a dashboard
- Document the failover
- Remove the old host
"""
ANCIENT = RECENT.replace(DAY, OLD)


class RealTime(Clock):
    def now(self) -> datetime:
        return datetime.now(UTC)


class Place:
    """A repository with documents, a home, and a service."""

    def __init__(self, folder: Path, stage: GitHubStage | JiraStage) -> None:
        self.root, self.home, self.stage = folder / "web", folder / "home", stage
        self.root.mkdir()
        self.home.mkdir()
        git(self.root, "init", "-q", "-b", "main")
        git(self.root, "remote", "add", "origin", "git@github.com:acme/web.git")
        write(self.root, {"postmortems/recent.md": RECENT, "postmortems/ancient.md": ANCIENT})

    @property
    def environ(self) -> Mapping[str, str]:
        tokens = {"GITHUB_TOKEN": GITHUB_TOKEN, "JIRA_TOKEN": JIRA_TOKEN, "JIRA_EMAIL": "bot@example.com"}
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        return {**kept, "HOME": str(self.home), "TERM": "xterm", "LANG": "C.UTF-8", **tokens}

    def init(self, since: str = "2") -> Session:
        """Enter for everything but what a Jira needs to be told, and the choice of `since`."""
        if isinstance(self.stage, GitHubStage):
            done = self.at_terminal("init", answers=["", "", "", since, "", ""])
            config = self.root / "pmsync.toml"
            api = f'repo = "acme/web"\napi_url = "{self.stage.github.api_url}"'
            config.write_text(config.read_text().replace('repo = "acme/web"', api))
            return done
        return self.at_terminal("init", answers=["jira", "", self.stage.jira.url, "PAY", since, "", ""])

    def at_terminal(self, *args: str, answers: list[str] | None = None, columns: int = 80) -> Session:
        command = (*PMSYNC, *args)
        return at_terminal(command, self.root, self.environ, answers or [], columns)

    def piped(self, *args: str) -> subprocess.CompletedProcess[str]:
        command = [*PMSYNC, *args]
        return subprocess.run(
            command, cwd=self.root, env=dict(self.environ), capture_output=True, text=True, check=False
        )

    def has_head_start(self) -> bool:
        return head_start.has_pass(load(None, {}, self.root))


@pytest.fixture(params=["github", "jira"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    stage = GitHubStage(RealTime()) if request.param == "github" else JiraStage(RealTime(), "cloud")
    with stage:
        yield Place(tmp_path, stage)


@pytest.fixture
def github(tmp_path: Path) -> Iterator[Place]:
    with GitHubStage(RealTime()) as stage:
        yield Place(tmp_path, stage)


def test_the_first_tickets_are_there_within_seconds(place: Place) -> None:
    made = place.init()
    assert made.code == 0, made.shown
    assert place.has_head_start()
    first = place.at_terminal("sync")
    assert first.code == 0, first.shown
    assert place.stage.created() == 3
    assert first.took < 30
    assert "looking again" not in first.shown
    assert not place.has_head_start()


def test_what_is_asked_is_short_and_what_is_found_is_shown(github: Place) -> None:
    done = github.init()
    assert done.code == 0, done.shown
    questions = [line for line in done.shown.splitlines() if line.endswith(": ") or "]: " in line]
    assert len(questions) == 6
    shown = " ".join(done.shown.split())
    for words in (
        "6 action items in 2 documents, under these headings: 6 Action items",
        "Not read, though it looks like work: 6 Nice things to have",
        'sections = ["Nice things to have"]',
        f"1 0 tickets since {datetime.now(UTC):%Y-%m-%d} (today)",
        "2 3 tickets since",
        f"3 6 tickets since {OLD} (everything)",
        "4 alice (Alice Liddell, @alice) 2 bob",
        "the next sync creates 3 tickets",
        "6 items: 3 to create, 3 before documents.since (",
    ):
        assert words in shown
    assert done.shown.split("next:")[1].split()[::1].count("pmsync") == 3
    settings = load(None, {}, github.root)
    assert settings.people["alice"].github == "alice"
    assert settings.people["alice"].name == "Alice Liddell"
    assert settings.people["bob"].github is None
    plan = github.piped("plan", "--offline").stdout
    assert "Plan: 3 to create" in plan
    text = (github.root / "pmsync.toml").read_text()
    assert '# sections = ["Nice things to have"]' in text
    assert tomllib.loads(text.replace("# [vocabulary]", "[vocabulary]").replace("# sections", "sections"))


@pytest.mark.parametrize(("said", "tickets"), [("1", 0), ("everything", 6), ("3", 6), (DAY, 3), ("", 0)])
def test_the_figures_are_what_a_plan_then_makes(github: Place, said: str, tickets: int) -> None:
    done = github.init(said)
    assert f"the next sync creates {tickets} tickets" in done.shown
    plan = github.piped("plan", "--offline").stdout
    assert (f"Plan: {tickets} to create" in plan) == bool(tickets)


def test_on_the_width_of_a_phone_no_line_is_cut(github: Place) -> None:
    done = github.at_terminal("init", answers=[""] * 6, columns=60)
    assert done.code == 0
    plain = [line for line in done.shown.splitlines() if "\x1b" not in line and not line.rstrip().endswith((":", "]"))]
    assert max(map(len, plain)) <= 60


def test_who_corrects_an_answer_before_the_first_sync_keeps_the_head_start(github: Place) -> None:
    github.at_terminal("init", answers=[""] * 6)
    begun = load(None, {}, github.root).begun
    assert begun
    done = github.at_terminal("init", "--force", answers=["", "", "", "3", "", ""])
    assert done.code == 0
    assert load(None, {}, github.root).begun == begun
    assert github.has_head_start()
    head_start.use_up(load(None, {}, github.root))
    github.at_terminal("init", "--force", answers=[""] * 6)
    assert load(None, {}, github.root).begun is None


def test_who_deletes_everything_and_starts_over_is_no_newcomer(github: Place) -> None:
    github.init()
    (github.root / "pmsync.toml").unlink()
    for file in (github.root / ".pmsync").iterdir():
        file.unlink()
    github.init()
    assert load(None, {}, github.root).begun is None
    assert not github.has_head_start()


def test_who_has_synced_without_init_is_no_newcomer_either(github: Place) -> None:
    github.init()
    config = (github.root / "pmsync.toml").read_text()
    for file in (*github.home.rglob("synced/*"), *(github.root / ".pmsync").iterdir(), github.root / "pmsync.toml"):
        file.unlink()
    by_hand = "\n".join(line for line in config.splitlines() if not line.startswith("begun"))
    (github.root / "pmsync.toml").write_text(
        by_hand.replace('label = "postmortem"', 'label = "postmortem"\nlag = "1s"')
    )
    assert github.piped("sync").returncode == 0
    for file in (*(github.root / ".pmsync").iterdir(), github.root / "pmsync.toml"):
        file.unlink()
    write(github.root, {"pmsync.toml": by_hand})
    assert not head_start.note(github.home / ".local/state/pmsync/synced", load(None, {}, github.root))


@pytest.mark.parametrize("how", ["committed", "on another branch", "forced", "piped", "ci", "no home"])
def test_where_somebody_may_have_begun_before_there_is_no_head_start(github: Place, how: str) -> None:
    args = ["init"]
    if how in {"committed", "on another branch"}:
        write(github.root, {"pmsync.toml": "x"})
        git(github.root, "add", "pmsync.toml")
        git(github.root, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "x")
        git(github.root, "rm", "-q", "pmsync.toml")
        if how == "on another branch":
            git(github.root, "checkout", "-q", "--orphan", "other")
    elif how == "forced":
        write(github.root, {"pmsync.toml": "x"})
        args.append("--force")
    if how == "piped":
        assert github.piped("init", "--yes").returncode == 0
    else:
        more = {"CI": "true"} if how == "ci" else {"HOME": ""} if how == "no home" else {}
        environ = {**github.environ, **more}
        assert at_terminal((*PMSYNC, *args), github.root, environ, [""] * 6).code == 0
    assert load(None, {}, github.root).begun is None
    assert not github.has_head_start()


def test_a_wait_is_counted_down_at_a_terminal_and_a_line_in_a_log(github: Place) -> None:
    github.init()
    config = github.root / "pmsync.toml"
    text = "\n".join(line for line in config.read_text().splitlines() if not line.startswith("begun"))
    config.write_text(text.replace('label = "postmortem"', 'label = "postmortem"\nlag = "4s"'))
    shown = github.at_terminal("sync", columns=200).shown
    assert "(3 s left)" in shown
    assert "(2 s left)" in shown
    for file in (github.root / ".pmsync").iterdir():
        file.unlink()
    write(github.root, {"postmortems/next.md": RECENT.replace("latency", "memory").replace("Close", "Reopen")})
    told = github.piped("sync").stderr.splitlines()
    why = "no ledger says what was created here last, and another run may just have created them: looking again in 4 s"
    assert [line for line in told if "looking again" in line] == [f"{why} before anything is created"]
