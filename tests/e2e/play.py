"""The words in which a play of a team's months with pmsync is written: what people do, and what pmsync says then.

`Team` has the repository, with real commits, and a terminal; `People` work in the tracker's web pages. The clock is
turned by hand: a run that waits takes no time, and every setting has its default.

A screen is compared word by word, so that it does not count how a line is wrapped; `Words` has the names for what
differs between trackers. The play goes on after a screen that says something else, and fails at its end with all of
them: whoever changes a text sees at once each place where it is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import ndiff
from pathlib import Path

import click
import pytest

from pmsync.cli.host import connect
from pmsync.cli.main import App, main
from pmsync.cli.terminal import output, progress
from pmsync.model import Ref
from tests.cli.conftest import Terminal, write
from tests.clock import Clock
from tests.repository import Repository
from tests.trackers.github_stage import TOKEN as GITHUB_TOKEN
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import TOKEN as JIRA_TOKEN
from tests.trackers.jira_stage import JiraStage

MONDAY = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
WIDTH = 140
Stage = GitHubStage | JiraStage


@dataclass(frozen=True)
class Words:
    """What a play calls the things that each tracker calls otherwise.

    TICKET-3 is a ticket's key, LINK-3 its URL, ALICE the account of alice, BOT that of pmsync, TRACKER the name of the
    table in the configuration, ELSEWHERE the first ticket of
    another team, STARTED the status of one that is begun. What stands in `[jira: …]` or
    `[github: …]` is said with that tracker only.
    """

    tracker: str
    site: str
    init: str
    key: str
    url: str
    lag: float
    names: Mapping[str, str]

    def filled(self, text: str) -> str:
        only = re.compile(r"\[(github|jira): (.*?)\]", re.DOTALL)
        text = only.sub(lambda found: found[2] if found[1] == self.tracker else "", text)
        text = re.sub(r"TICKET-(\d+)", lambda found: self.key.format(found[1]), text)
        text = re.sub(r"LINK-(\d+)", lambda found: self.url.format(found[1]), text)
        any_name = "|".join(sorted(self.names, key=len, reverse=True))
        return re.sub(rf"\b(?:{any_name})\b", lambda found: self.names[found[0]], text)


class People:
    """Everybody who works in the tracker's web pages. A ticket goes by its number, a person by name."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        third = stage.person if isinstance(stage, JiraStage) else "dana"
        self.accounts = dict(zip(("alice", "bob", "dana"), (*stage.people, third), strict=True))

    def join(self, name: str) -> None:
        """A new colleague gets an account in the tracker."""
        account = self.accounts["dana"].replace("dana", name)
        self.accounts[name] = account
        if isinstance(self.stage, JiraStage):
            self.stage.state.people[account] = f"{name}@example.com"
        else:
            self.stage.repo.roles[account] = "write"

    def start(self, number: int) -> None:
        self.stage.start(self._ref(number))

    def close(self, number: int, *, wont_do: bool = False) -> None:
        self.stage.close(self._ref(number), wont_do=wont_do)

    def reopen(self, number: int) -> None:
        self.stage.reopen(self._ref(number))

    def reassign(self, number: int, to: str) -> None:
        self.stage.assign(self._ref(number), self.accounts[to])

    def comment(self, number: int, text: str) -> None:
        self.stage.comment(self._ref(number), text)

    def retitle(self, number: int, title: str) -> None:
        self.stage.retitle(self._ref(number), title)

    def delete(self, number: int) -> None:
        self.stage.delete(self._ref(number))

    def transfer(self, number: int) -> None:
        """To a repository or project that is another team's."""
        self.stage.move_away(self._ref(number))

    def read(self, number: int) -> str:
        """What the ticket says below its title."""
        return self.stage.body(self._ref(number))

    def assignees(self, number: int) -> list[str]:
        if isinstance(self.stage, JiraStage):
            found = [self.stage.issue(self._ref(number)).assignee]
        else:
            found = [*self.stage.issue(self._ref(number)).assignees]
        return [name for name, account in self.accounts.items() if account in found]

    def titles(self) -> list[str]:
        """Of all tickets that are there."""
        if isinstance(self.stage, JiraStage):
            return [issue.summary for issue in self.stage.state.issues.values()]
        return [issue.title for issue in self.stage.repo.issues.values() if not issue.deleted]

    def items(self) -> list[str]:
        """The item of each ticket that pmsync made and nobody has deleted, by its uid."""
        if isinstance(self.stage, JiraStage):
            made = [issue for issue in self.stage.state.issues.values() if issue.creator == self.stage.me]
            return [label for issue in made for label in issue.labels if label.startswith("pm-")]
        texts = [issue.body or "" for issue in self.stage.repo.issues.values() if not issue.deleted]
        return [uid for text in texts for uid in re.findall(r'pmsync:\{"uid":"(\w+)"', text)]

    def _ref(self, number: int) -> Ref:
        if isinstance(self.stage, JiraStage):
            return Ref("jira", "", f"PAY-{number}", "")
        return self.stage.ref(self.stage.repo.issues[number])


@dataclass(frozen=True)
class Screen:
    """What a command left on the terminal."""

    team: Team
    command: str
    text: str

    def says(self, expected: str) -> None:
        wanted, got = self.team.words.filled(expected).split(), self.text.split()
        if got != wanted:
            differing = "\n".join(word for word in ndiff(wanted, got) if word[0] in "+-")
            self.team.unexpected.append(f"$ pmsync {self.command}\n{self.text}expected (-), said (+):\n{differing}\n")


@dataclass
class Team:
    """A repository of post-mortems, and a terminal in it. Whatever somebody does to a file is a commit."""

    root: Path
    stage: Stage
    people: People
    clock: Clock
    words: Words
    repository: Repository
    unexpected: list[str] = field(default_factory=list)

    @property
    def on_jira(self) -> bool:
        return isinstance(self.stage, JiraStage)

    # --- documents and configuration ------------------------------------------------------------------------------

    def writes(self, path: str, text: str) -> None:
        write(self.root, {path: self.words.filled(text)})
        self.commits()

    def reads(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def edits(self, path: str, *changes: tuple[str, str]) -> None:
        """Each change is the text that goes, which has to be there once, and what comes for it."""
        text = self.reads(path)
        for old, new in changes:
            assert text.count(old) == 1, (old, text)
            text = text.replace(old, new)
        self.writes(path, text)

    def appends(self, path: str, text: str) -> None:
        self.writes(path, self.reads(path) + text)

    def renames(self, path: str, to: str) -> None:
        (self.root / path).rename(self.root / to)
        self.commits()

    def copies(self, path: str, to: str, *changes: tuple[str, str]) -> None:
        write(self.root, {to: self.reads(path)})
        self.edits(to, *changes)

    def commits(self) -> None:
        self.repository.commit()

    def says_who_is(self, *names: str) -> None:
        """Put their accounts into the tables that `init` proposed."""
        kind, text = self.words.tracker, self.reads("pmsync.toml")
        for name in names:
            found = re.compile(rf"(\[people\.{name}\]\n)# {kind} = .*\n")
            text, count = found.subn(rf'\g<1>{kind} = "{self.people.accounts[name]}"\n', text)
            assert count == 1, (name, text)
        self.writes("pmsync.toml", text)

    def does_not_know(self, name: str) -> None:
        """Take out the table that `init` proposed for somebody."""
        text = re.sub(rf"# .*\n\[people\.{name}\]\n# .*\n\n", "", self.reads("pmsync.toml"))
        assert f"people.{name}" not in text
        self.writes("pmsync.toml", text)

    def adds_people(self, *names: str) -> None:
        """Tables [people.NAME] with their accounts."""
        kind, accounts = self.words.tracker, self.people.accounts
        self.appends("pmsync.toml", "".join(f'\n[people.{name}]\n{kind} = "{accounts[name]}"\n' for name in names))

    @contextmanager
    def mistaken(self, path: str, old: str, new: str) -> Iterator[None]:
        """An edit that is taken back at the end."""
        good = self.reads(path)
        self.edits(path, (old, new))
        yield
        self.writes(path, good)

    # --- time -----------------------------------------------------------------------------------------------------

    def on(self, day: str) -> None:
        """It is ten o'clock in the morning of that day."""
        then = datetime.fromisoformat(f"{day}T10:00:00Z")
        assert then > self.clock.time
        self.clock.time = then

    @property
    def waited(self) -> float:
        """Seconds for which runs have waited since this was asked the last time."""
        waited = sum(self.clock.slept)
        self.clock.slept.clear()
        return waited

    # --- the terminal ---------------------------------------------------------------------------------------------

    def runs(self, command: str, *, code: int = 0) -> Screen:
        """Type a command after `pmsync`; it ends with this exit code."""
        ended, text = self.screen(self.words.filled(command))
        items = self.people.items()
        assert len(items) == len(set(items)), f"an item has two tickets after `pmsync {command}`"
        if ended != code:
            self.unexpected.append(f"$ pmsync {command}\n{text}exit code {ended}, not {code}\n")
        return Screen(self, command, text)

    def screen(self, command: str) -> tuple[int, str]:
        """The exit code of a command, and what it left on the screen."""
        self.clock.advance(minutes=1)
        terminal = Terminal()
        app = App(environ=self._environ(), cwd=self.root, now=self.clock.now)
        with redirect_stdout(terminal), redirect_stderr(terminal):
            code = main(["--color", "never", *command.split()], app)
        text = terminal.getvalue().replace(self._address(), self.words.site).replace(str(self.root), "~/web")
        return code, re.sub(r"\(pid \d+ on \S+,", "(pid 4711 on laptop,", text)

    def _address(self) -> str:
        return self.stage.jira.url if isinstance(self.stage, JiraStage) else self.stage.github.server.url

    def _environ(self) -> dict[str, str]:
        login = {"JIRA_EMAIL": "bot@example.com", "JIRA_TOKEN": JIRA_TOKEN, "GITHUB_TOKEN": GITHUB_TOKEN}
        mine = {"HOME": str(self.root.parent), "PMSYNC_USER": "alice"}
        return {**mine, **login, "PMSYNC_HOSTS": self._address().removeprefix("http://")}

    def moves_to_the_fake(self) -> None:
        """Behind the scenes: what `init` wrote leads to the real service, and has to lead to the one of this test."""
        text = self.reads("pmsync.toml")
        if self.on_jira:
            text = text.replace(self.words.site, self._address())
        else:
            text = text.replace('repo = "acme/web"\n', f'repo = "acme/web"\napi_url = "{self._address()}"\n')
        self.writes("pmsync.toml", text)


@contextmanager
def play(folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Team, People]]:
    """`kind` is github or jira (Cloud). The repository is empty, and nobody has heard of pmsync yet."""
    clock = Clock(MONDAY)
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    monkeypatch.setattr(click, "get_app_dir", lambda name: str(folder / "state" / name))
    monkeypatch.setattr(connect.Signals, "sleep", lambda _, seconds: clock.sleep(seconds))
    monkeypatch.setattr(progress, "PATIENCE", 3600.0)  # what is shown while one waits is not what stays on the screen
    root = folder / "web"
    root.mkdir()
    with GitHubStage(clock) if kind == "github" else JiraStage(clock, "cloud") as stage:
        people = People(stage)
        names = {"BOT": stage.me} | {name.upper(): account for name, account in people.accounts.items()}
        repository = Repository(root, clock, "https://github.com/acme/web.git")
        team = Team(root, stage, people, clock, _words(kind, names), repository)
        yield team, people
        output.use(output.Printing(environ={}))
    assert not team.unexpected, "\n".join(["", *team.unexpected])


def _words(kind: str, accounts: Mapping[str, str]) -> Words:
    if kind == "github":
        site, name, init, lag = "https://github.com", "acme/{}#{}", "init --no-input", 60
        url = f"{site}/acme/{{}}/issues/{{}}"
        here, away, started = "web", "attic", "open"
    else:
        site, name, lag = "https://acme.atlassian.net", "{}-{}", 200
        init, url = f"init --tracker jira --url {site} --project PAY --no-input", f"{site}/browse/{{}}-{{}}"
        here, away, started = "PAY", "ATTIC", "in progress"
    elsewhere = {"ELSEWHERE": name.format(away, 1), "ELSEWHERE-LINK": url.format(away, 1)}
    key, link = name.format(here, "{}"), url.format(here, "{}")
    return Words(kind, site, init, key, link, lag, {"TRACKER": kind, "STARTED": started, **accounts, **elsewhere})
