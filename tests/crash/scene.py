"""A repository with a real configuration, the service behind its tracker, and processes that work there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from pmsync.ledger import Ledger
from pmsync.model import Link, Ref, Status, Ticket
from tests.clock import Clock
from tests.crash.child import Job
from tests.fakes.http import After, Request, Response
from tests.trackers.github_stage import TOKEN as GITHUB_TOKEN
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import TOKEN as JIRA_TOKEN
from tests.trackers.jira_stage import JiraStage
from tests.trackers.local_stage import LocalStage
from tests.trackers.stage import Stage

ROOT = Path(__file__).parents[2]
DOCUMENT = "postmortems/2024-11-20-checkout.md"
HEAD = """---
title: Checkout was down
date: 2024-11-20
status: final
---
# Checkout was down

## Action items

"""
FIRST = ("Add alerting for full disks", "Write a runbook for failover", "Rotate the keys of the gateway")
LONGER = "Write a runbook for failover between regions"
FOURTH = "Test the restore of backups every month"
THEIRS = "Limit the size of uploads, please"


class RealTime(Clock):
    """For the embedded tracker, which has no clock but the real one."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class Ended:
    """How a process ended: exit code (negative: the signal), all it printed, and the effects it got to."""

    code: int
    printed: str
    effects: tuple[str, ...]


class Server:
    """One process that forks one for each job."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.crash.child"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, job: Job) -> tuple[int, str]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asdict(job)) + "\n")
        self.process.stdin.flush()
        code, printed = json.loads(self.process.stdout.readline())
        return code, printed

    def stop(self) -> None:
        self.process.communicate()


@lru_cache(maxsize=1)
def server() -> Server:
    """The one of this test process."""
    return Server()


class Scene:
    """`folder` holds pmsync.toml; `run` starts a process there and waits for its end."""

    def __init__(self, folder: Path, stage: Stage, config: str, environ: dict[str, str]) -> None:
        self.folder, self.stage, self.clock = folder, stage, stage.clock
        self.environ = environ
        self.ledger = folder / ".pmsync" / "ledger.db"
        head = '[documents]\nnamespace = "acme/web"\nsince = 2024-11-01\n'
        (folder / "pmsync.toml").write_text(f"{head}{config}", encoding="utf-8")
        self.runs = 0
        self.titles: dict[str, str] = {}

    def write(self, *items: str) -> None:
        path = self.folder / DOCUMENT
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEAD + "".join(f"- {item}\n" for item in items), encoding="utf-8")

    def run(self, *args: str, anew: bool = False, under: Sequence[str] = (), **job: Any) -> Ended:
        """Run in a fork of the server, or in a process of its own that starts `anew`, `under` another command."""
        self.runs += 1
        notes = self.folder.parent / f"{self.folder.name}-notes-{self.runs}"
        noted = {} if "file_size" in job else {"notes": str(notes)}
        now = {} if isinstance(self.clock, RealTime) else {"now": self.clock.now().isoformat()}
        values = now | job | noted | {"folder": str(self.folder), "environ": self.environ}
        values["args"] = args or ("sync",)
        if anew:
            command = [*under, sys.executable, "-m", "tests.crash.child", json.dumps(values)]
            done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
            code, printed = done.returncode, done.stdout + done.stderr
        else:
            code, printed = server().run(Job(**values))
        effects = tuple(notes.read_text(encoding="utf-8").splitlines()) if notes.exists() else ()
        return Ended(code, printed, effects)

    # --- the two syncs that are cut off -------------------------------------------------------------------------

    def before_first(self) -> None:
        """Three items, and nothing else anywhere."""
        self.write(*FIRST)

    def before_second(self) -> None:
        """One ticket was closed by a person, one item changed, one names a person's ticket, and one is new."""
        self.before_first()
        self.good()
        self.clock.advance(minutes=20)
        self.good()
        links = self.links()
        self.stage.close(links[FIRST[0]].ticket.ref)
        theirs = self.stage.open_by_person(THEIRS)
        named = theirs.url if theirs.url.startswith("http") else theirs.key
        self.write(FIRST[0], LONGER, FIRST[2], f"Limit the size of uploads ({named})", FOURTH)
        self.clock.advance(minutes=20)

    def good(self) -> Ended:
        ended = self.run()
        assert ended.code == 0, ended.printed
        return ended

    # --- what must hold after clean runs ------------------------------------------------------------------------

    def recover(self) -> None:
        """Clean runs: at once, and when all has settled; then nothing may be left to do, and a run sends nothing."""
        early = self.run()
        assert early.code in {0, 1}, early.printed
        assert "Traceback" not in early.printed
        self.clock.advance(minutes=11)
        self.good()
        self.clock.advance(minutes=20)
        writes = self.stage.writes()
        plan = self.run("plan", "--exit-code")
        assert plan.code == 0, plan.printed
        self.good()
        assert self.stage.writes() == writes

    def check_first(self) -> None:
        self.recover()
        self.check(sorted(FIRST))

    def check_second(self) -> None:
        self.recover()
        self.check(sorted((FIRST[0], LONGER, FIRST[2], FOURTH, THEIRS)))
        assert self.links()[FIRST[0]].ticket.status == Status.DONE

    def check(self, titles: list[str]) -> None:
        """One ticket was ever created for each title, and the ledger says of each what the service says."""
        assert self.stage.created() == len(titles)
        links = list(self.links().values())
        assert sorted(link.ticket.title for link in links) == titles
        shown = self.stage.tracker.get([link.ticket.ref for link in links])
        assert [agreed(link.ticket) for link in links] == [agreed(shown[link.ticket.ref]) for link in links]
        assert not self.intents()

    def links(self) -> dict[str, Link]:
        with Ledger.open(self.ledger, readonly=True) as ledger:
            return {link.ticket.title: link for link in ledger.links().values()}

    def intents(self) -> list[str]:
        with Ledger.open(self.ledger, readonly=True) as ledger:
            return list(ledger.intents())


def agreed(sight: object) -> tuple[Ref, str, str, frozenset[str]]:
    """What ledger and service must agree on."""
    assert isinstance(sight, Ticket), sight
    return sight.ref, sight.title, sight.status, frozenset(sight.labels)


def hidden(now: Callable[[], datetime], lag: timedelta) -> After:
    """New issues are missing from listings for so long, as where GitHub answers from a copy that is behind."""

    def after(request: Request, response: Response) -> Response | None:
        if not (request.method == "GET" and request.path.endswith("/issues") and isinstance(response.body, list)):
            return None
        shown = [each for each in response.body if datetime.fromisoformat(each["created_at"]) + lag <= now()]
        return replace(response, body=shown)

    return after


@contextmanager
def scene(
    kind: str,
    folder: Path,
    *,
    real_time: bool = False,
    settle: str = "10m",
    lag: timedelta = timedelta(0),
) -> Iterator[Scene]:
    """`kind` is github, jira (Cloud) or local; `lag` is how long the first two list no new ticket."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = RealTime() if real_time or kind == "local" else Clock()
    times = f'settle = "{settle}"\nlag = "0"\n'
    if kind == "github":
        with GitHubStage(clock) as github:
            github.github.server.after = hidden(clock.now, lag)
            api = github.settings.api_url
            config = f'[trackers.platform]\ntype = "github"\nrepo = "acme/web"\napi_url = "{api}"\n'
            yield Scene(folder, github, config + times, {"GITHUB_TOKEN": GITHUB_TOKEN})
    elif kind == "jira":
        with JiraStage(clock, "cloud", lag=lag) as jira:
            config = (
                f'[trackers.payments]\ntype = "jira"\nurl = "{jira.jira.url}"\nproject = "PAY"\n'
                'deployment = "cloud"\nemail_env = "JIRA_EMAIL"\n'
            )
            environ = {"JIRA_EMAIL": "bot@example.com", "JIRA_TOKEN": JIRA_TOKEN}
            yield Scene(folder, jira, config + times, environ)
    else:
        local = LocalStage(folder / ".pmsync", clock)
        yield Scene(folder, local, '[trackers.local]\ntype = "local"\npath = ".pmsync/tickets.db"\n', {})
