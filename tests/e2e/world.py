"""A team at work: a repository on a host, its trackers, its pull requests and merges, CI, and a host with cron."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pmsync.cli.host.git import GitRepository
from pmsync.cli.setup.files import ConfigPlace
from pmsync.cli.setup.pin_version import Pin
from pmsync.cli.setup.pipelines import Wishes, pipeline
from pmsync.config.settings import Settings, TrackerSettings
from pmsync.ledger import Ledger
from pmsync.model import Ref
from tests.cli.conftest import write
from tests.crash.scene import RealTime
from tests.e2e.runner import BOT, REPO, Event, Job, Runner
from tests.fakes.git import GitHost
from tests.fakes.github_state import Repo, Token
from tests.fakes.http import Request, Response
from tests.trackers.github_stage import TOKEN, GitHubStage
from tests.trackers.jira_stage import TOKEN as JIRA_TOKEN
from tests.trackers.jira_stage import JiraStage

PIN = Pin("github.com", "acme/pmsync", "0123456789abcdef0123456789abcdef01234567")
HEAD = """---
title: Checkout was down
date: 2024-11-20
severity: sev2
status: final
---
# Checkout was down

## Action items

"""
DOC = "postmortems/2024-11-20-checkout.md"
DISK = "- [ ] Alert when a disk is 80 % full (owner: alice)"
BOOK = "- [ ] Write a runbook for failover (owner: bob)"
KEYS = "- [ ] Rotate the keys of the gateway (owner: alice)"
VAGUE = "- [ ] Improve monitoring"
CONFIG = """[documents]
include = ["postmortems/**/*.md"]
namespace = "acme/web"
since = 2024-11-01
[sync]
grace = "1h"
"""


def document(*items: str) -> str:
    return HEAD + "".join(f"{item}\n" for item in items)


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


class World:
    """`kind` is github, cloud or server (Jira). `dev` is alice's clone; whatever she pushes starts no job by itself."""

    def __init__(self, top: Path, stage: GitHubStage | JiraStage, hub: GitHubStage, git: GitHost) -> None:
        self.top, self.stage, self.hub, self.git_host = top, stage, hub, git
        self.github = hub.github
        self.bare, self.dev, self.host = git.root / "acme/web.git", top / "dev", top / "host"
        self.wishes = Wishes()
        hosts = [self.github.server.url, *([stage.jira.url] if isinstance(stage, JiraStage) else [])]
        self.environ = {"PMSYNC_HOSTS": " ".join(url.removeprefix("http://") for url in hosts)}
        self.secrets = {"JIRA_TOKEN": JIRA_TOKEN, "JIRA_EMAIL": "bot@example.com"}

    # --- people ---------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """A repository with a configuration and nothing else."""
        self.bare.parent.mkdir(parents=True)
        run("git", "init", "-q", "--bare", "-b", "main", self.bare)
        kind = "jira" if isinstance(self.stage, JiraStage) else "github"
        alice, bob = self.stage.people[:2]
        people = f'[people.alice]\n{kind} = "{alice}"\n[people.bob]\n{kind} = "{bob}"\n'
        write(self.dev, {"pmsync.toml": CONFIG + people + self.tracker_toml(), "README.md": "# web\n"})
        self.git("init", "-q", "-b", "main")
        self.git("remote", "add", "origin", str(self.bare))
        self.commit("first")
        self.git("push", "-q", "origin", "main")

    def tracker_toml(self) -> str:
        if isinstance(self.stage, JiraStage):
            email = 'email_env = "JIRA_EMAIL"\n' if self.stage.deployment == "cloud" else ""
            kind = f'type = "jira"\nurl = "{self.stage.jira.url}"\nproject = "PAY"\ntoken_env = "JIRA_TOKEN"\n'
            return f'[trackers.payments]\n{kind}deployment = "{self.stage.deployment}"\n{email}lag = "0"\n'
        kind = f'type = "github"\nrepo = "{REPO}"\napi_url = "{self.github.api_url}"\n'
        return f'[trackers.platform]\n{kind}accounts = ["{BOT}", "acme-bot"]\nlag = "0"\n'

    def git(self, *args: str) -> str:
        return git(self.dev, *args)

    def commit(self, message: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def main(self) -> str:
        return git(self.bare, "rev-parse", "main")

    def propose(self, files: Mapping[str, str | bytes], *, fork: bool = False) -> Event:
        """A branch with these files, from where main stands, and a pull request of it."""
        self.git("fetch", "-q", "origin")
        self.git("checkout", "-q", "-B", "branch", "origin/main")
        base = self.git("rev-parse", "HEAD")
        write(self.dev, files)
        self.commit("a post-mortem")
        number = self.github.state.open_issue(self.hub.repo, "alice-l", "A post-mortem", pull_request=True).number
        self.git("checkout", "-q", "--detach", base)
        self.git("merge", "-q", "--no-ff", "-m", "merge", "branch")
        self.git("push", "-q", "origin", f"HEAD:refs/pull/{number}/merge", f"branch:refs/pull/{number}/head")
        return Event("pull_request", number=number, base=base, fork=fork)

    def merge(self, files: Mapping[str, str | bytes] | None = None) -> Event:
        """Merge the branch (or these files as one), into what main is by now."""
        if files is not None:
            self.propose(files)
        self.git("fetch", "-q", "origin")
        self.git("checkout", "-q", "-B", "main", "origin/main")
        self.git("merge", "-q", "--no-ff", "-m", "merge", "branch")
        self.git("push", "-q", "origin", "main")
        return Event("push", sha=self.main())

    def text(self, path: str = DOC, revision: str = "main") -> str:
        """A file as the host has it."""
        return git(self.bare, "show", f"{revision}:{path}") + "\n"

    # --- CI -------------------------------------------------------------------------------------------------------

    def runner(self) -> Runner:
        """CI, with the workflow that `pmsync init --ci github` writes."""
        return Runner(self.github, self.top / "jobs", self.workflow(), self.secrets, self.environ)

    def workflow(self) -> str:
        if isinstance(self.stage, JiraStage):
            login = {"email_env": "JIRA_EMAIL"} if self.stage.deployment == "cloud" else {}
            tracker = TrackerSettings(
                "payments", "jira", url="https://acme.atlassian.net", token_env="JIRA_TOKEN", **login
            )
        else:
            tracker = TrackerSettings("platform", "github", repo=REPO, token_env="GITHUB_TOKEN")
        settings = Settings(str(self.dev), "acme/web", trackers={tracker.name: tracker})
        place = ConfigPlace(self.dev / "pmsync.toml", GitRepository("github.com", REPO, "main"))
        return pipeline("github", settings, place, PIN, self.wishes)[0].text

    def ci(self, event: Event, only: str = "") -> dict[str, Job]:
        return self.runner().started_by(event, only)

    # --- the host with cron ---------------------------------------------------------------------------------------

    def cron(self, *args: str) -> Ran:
        """What the crontab line does: pull, and a command; the host keeps its clone and its ledger."""
        if not self.host.exists():
            run("git", "clone", "-q", self.bare, self.host)
        git(self.host, "pull", "-q", "--ff-only")
        return self.on_host(*(args or ("sync",)))

    def on_host(self, *args: str) -> Ran:
        return pmsync(self.host, *args, environ={"GITHUB_TOKEN": TOKEN, **self.secrets})

    def links(self) -> dict[str, Ref]:
        """The host's links by title."""
        with Ledger.open(self.host / ".pmsync/ledger.db", readonly=True) as ledger:
            return {link.ticket.title: link.ticket.ref for link in ledger.links().values()}

    # --- what the services say ------------------------------------------------------------------------------------

    def tickets(self) -> list[str]:
        """The titles of all tickets that were ever made, in order."""
        if isinstance(self.stage, JiraStage):
            return [issue.summary for issue in self.stage.state.issues.values()]
        return [issue.title for issue in self.stage.repo.issues.values() if not issue.pull_request]

    def writes(self) -> int:
        """Requests to the trackers that could change something; git's own are none of them."""
        count = self.github.server.count
        return self.stage.writes() - (count("POST", path=".git/") if self.stage is self.hub else 0)


@contextmanager
def world(top: Path, kind: str = "github") -> Iterator[World]:
    """The services up, the repository there."""
    clock = RealTime()
    with ExitStack() as stack:
        hub = stack.enter_context(GitHubStage(clock))
        stage = hub if kind == "github" else stack.enter_context(JiraStage(clock, kind))
        state = hub.github.state
        state.user(BOT)
        hub.repo.roles[BOT] = "write"

        def allows(secret: str, pushing: bool) -> bool:
            token: Token | None = state.tokens.get(secret)
            return (not secret and not pushing) or (token is not None and (not pushing or token.may_write("contents")))

        git_host = GitHost(top / "origin", allows)
        api = hub.github.server.handler

        def handle(request: Request) -> Response:
            return git_host.handle(request) if git_host.serves(request) else api(request)

        def tip(repo: Repo, branch: str) -> str:
            found = git(git_host.root / f"{repo.full_name}.git", "for-each-ref", f"refs/heads/{branch}")
            return found.partition(" ")[0]

        hub.github.server.handler, hub.github.tip = handle, tip
        made = World(top, stage, hub, git_host)
        made.begin()
        yield made


def run(*command: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def git(folder: Path, *args: str) -> str:
    return run("git", "-c", "user.name=alice", "-c", "user.email=alice@example.com", *args, cwd=folder)


def pmsync(folder: Path, *args: str | Path, environ: dict[str, str] | None = None) -> Ran:
    """One call in a process of its own, with nothing but these variables."""
    done = subprocess.run(
        [Path(sys.executable).with_name("pmsync"), *args],
        cwd=folder, env={"PATH": os.environ["PATH"], "HOME": str(folder.parent), **(environ or {})},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)
