"""`pmsync init`: what it finds out, writes and prints."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmsync.cli.host.git import look, parse_remote
from pmsync.cli.setup.config_text import Answers, config_text
from pmsync.cli.setup.find_documents import find_globs
from pmsync.config.file import load, parse
from tests.cli.conftest import CONFIG, DOCUMENT, Run, write

LOCAL = ("init", "--tracker", "local", "--no-input")


def git(folder: Path, *args: str) -> None:
    assert shutil.which("git")
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True, env=environ)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "trunk")
    git(tmp_path, "remote", "add", "origin", "git@github.com:acme/web.git")
    return tmp_path


# --- writing ----------------------------------------------------------------------------------------------------


def test_one_call_in_a_repository_is_enough(run: Run, repository: Path) -> None:
    write(repository, {"docs/postmortems/a.md": DOCUMENT})
    answer = run("init", "--no-input")
    assert answer.code == 0
    assert answer.out.startswith("wrote 'pmsync.toml'\nfound 2 action items in 1 document\n")
    assert answer.out.count("\n  pmsync ") == 3
    assert "trackers.github.accounts" in answer.err
    settings = load(None, {}, repository)
    assert settings.namespace == "acme/web"
    assert settings.include == ("docs/postmortems/**/*.md",)
    assert settings.since == date(2026, 11, 24)
    assert settings.web_url == "https://github.com/acme/web/blob/trunk/{path}#L{line}"
    assert settings.trackers["github"].repo == "acme/web"
    assert (repository / ".pmsync/.gitignore").read_text() == "*\n"


def test_every_flag_ends_up_in_the_configuration(run: Run, tmp_path: Path) -> None:
    answer = run(
        "init", "--tracker", "jira", "--url", "https://acme.atlassian.net", "--project", "PAY", "--documents", "a/*.md",
        "--documents", "b/*.md", "--namespace", "acme/docs", "--since", "2026-01-02", "--grace", "1h",
        "--accounts", "alice@example.com, 5b10ac", "--no-input",
    )  # fmt: skip
    assert answer.code == 0
    settings = load(None, {}, tmp_path)
    tracker = settings.trackers["jira"]
    assert (tracker.url, tracker.project, tracker.email_env) == ("https://acme.atlassian.net", "PAY", "JIRA_EMAIL")
    assert tracker.accounts == ("alice@example.com", "5b10ac")
    assert settings.include == ("a/*.md", "b/*.md")
    assert (settings.namespace, settings.since, settings.grace) == ("acme/docs", date(2026, 1, 2), timedelta(hours=1))
    assert "trackers.jira.accounts" not in answer.err


def test_data_center_needs_no_email(run: Run, tmp_path: Path) -> None:
    run("init", "--tracker", "jira", "--url", "https://jira.acme.example", "--project", "PAY", "--no-input")
    assert load(None, {}, tmp_path).trackers["jira"].email_env is None


def test_print_writes_nothing_and_prints_a_working_configuration(run: Run, tmp_path: Path) -> None:
    answer = run(*LOCAL, "--print")
    assert answer.code == 0
    assert list(tmp_path.iterdir()) == []
    assert parse(tomllib.loads(answer.out), tmp_path, "x").trackers["local"].type == "local"
    assert answer.out.count("#") > 10


def test_what_is_there_is_never_overwritten_but_tried(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT})
    answer = run(*LOCAL)
    assert answer.code == 0
    assert "exists and stays as it is" in answer.err
    assert "found 2 action items in 1 document" in answer.out
    assert (tmp_path / "pmsync.toml").read_text() == CONFIG


def test_force_overwrites(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG})
    assert run(*LOCAL, "--force").code == 0
    assert (tmp_path / "pmsync.toml").read_text() != CONFIG


def test_twice_is_as_once(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"postmortems/a.md": DOCUMENT})
    first = run(*LOCAL)
    text = (tmp_path / "pmsync.toml").read_text()
    second = run(*LOCAL)
    assert (tmp_path / "pmsync.toml").read_text() == text
    assert second.out == first.out.replace("wrote 'pmsync.toml'\n", "")


def test_it_says_what_gets_no_tickets(run: Run, tmp_path: Path) -> None:
    draft = DOCUMENT.replace("**Severity:** SEV2", "**Status:** Draft")
    write(tmp_path, {"postmortems/a.md": DOCUMENT, "postmortems/b.md": draft})
    answer = run(*LOCAL)
    assert "2 documents from before 2026-11-24: listed, no tickets" in answer.out
    assert "1 draft: shown, no tickets until final" in answer.out


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("--no-input",), "--tracker"),
        (("--tracker", "github", "--no-input"), "--repo"),
        (("--tracker", "jira", "--no-input"), "--url"),
        (("--tracker", "jira", "--url", "https://j", "--no-input"), "--project"),
        (("--tracker", "local", "--since", "soon"), "'soon' is not a date"),
        (("--tracker", "github", "--repo", "web"), "trackers.github.repo"),
        (("--tracker", "local", "--grace", "soon"), "sync.grace"),
        (("--tracker", "gitlab"), "'gitlab' is not one of"),
    ],
)
def test_what_is_missing_or_wrong_is_told_and_nothing_is_written(
    run: Run, tmp_path: Path, args: tuple[str, ...], expected: str
) -> None:
    answer = run("init", *args)
    assert answer.code == 2
    assert expected in answer.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(run: Run, tmp_path: Path) -> None:
    answer = run("--config", "nowhere/pmsync.toml", *LOCAL)
    assert answer.code == 2
    assert "cannot be written" in answer.err


SAID = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(SAID, st.lists(SAID, max_size=2))
def test_whatever_is_said_the_text_is_toml_that_says_it(text: str, accounts: list[str]) -> None:
    answers = Answers("jira", text, "2026-11-24", (text,), url=text, project=text, accounts=tuple(accounts))
    data: dict[str, Any] = tomllib.loads(config_text(answers))
    assert data["documents"]["namespace"] == text
    assert data["documents"]["include"] == [text]
    assert data["trackers"]["jira"].get("accounts", []) == accounts


@pytest.mark.parametrize(
    ("tracker", "url", "example"),
    [
        ("github", "", 'github = "alice-l"'),
        ("jira", "https://acme.atlassian.net", 'jira = "5b10ac8d82e05b22cc7d4ef5"'),
        ("jira", "https://jira.acme.test", 'jira = "alice"'),
    ],
)
def test_the_examples_name_accounts_as_the_tracker_does(tracker: str, url: str, example: str) -> None:
    text = config_text(Answers(tracker, "acme/web", "2026-11-24", ("pm/*.md",), url=url))
    assert f"# {example}\n" in text
    assert ("[bot]" in text) == (tracker == "github")
    uncommented = "\n".join(line.removeprefix("# ") for line in text.splitlines() if " = " in line or "[" in line)
    assert tomllib.loads(uncommented)


# --- asking -----------------------------------------------------------------------------------------------------


def test_at_a_terminal_it_asks_and_enter_takes_what_it_found(repository: Path) -> None:
    write(repository, {"incidents/a.md": DOCUMENT})
    code = "import sys; sys.stdin.isatty = lambda: True; from pmsync.cli.main import main; sys.exit(main(['init']))"
    said = "\n\n\n\n\nacme-bot, github-actions[bot]\ny\n"  # tracker, documents, repository, since, people
    home = {**os.environ, "HOME": f"{repository}-home"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, env=home, input=said, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Which accounts will create tickets?" in done.stderr
    settings = load(None, {}, repository)
    assert settings.trackers["github"].accounts == ("acme-bot", "github-actions[bot]")
    assert settings.include == ("incidents/**/*.md",)
    assert settings.grace == timedelta(hours=1)


def ask(folder: Path, said: str, *args: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; sys.stdin.isatty = lambda: True; from pmsync.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "init", *args]
    home = {**os.environ, "HOME": f"{folder}-home"}
    return subprocess.run(command, cwd=folder, env=home, input=said, capture_output=True, text=True, check=False)


def test_a_wrong_answer_is_asked_again_and_no_other_is_lost(tmp_path: Path) -> None:
    write(tmp_path, {"postmortems/a.md": DOCUMENT})
    said = "gitlab\njira\n/etc/*.md\n\nfoo\nhttps://acme.atlassian.net\npay\nPAY\nlast week\n2026-11-01\n\n\n"
    done = ask(tmp_path, said)
    assert done.returncode == 0, done.stderr
    for words in ("no tracker 'gitlab'", "is outside", '"foo"', '"pay"', "'last week' is not a date"):
        assert words in done.stderr
    settings = load(None, {}, tmp_path)
    assert (settings.trackers["jira"].project, settings.since) == ("PAY", date(2026, 11, 1))


def test_a_wrong_flag_is_previous_findings_anything_is_asked(tmp_path: Path) -> None:
    done = ask(tmp_path, "", "--tracker", "local", "--since", "soon")
    assert (done.returncode, done.stderr) == (2, "error: 'soon' is not a date; write it like 2026-11-23\n")


def test_who_leaves_at_a_question_reads_so_on_a_line_of_its_own(tmp_path: Path) -> None:
    done = ask(tmp_path, "")
    assert done.returncode == 130
    assert done.stderr.splitlines()[-1] == "error: interrupted"


def test_a_glob_that_matches_nothing_is_told(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"postmortems/a.md": DOCUMENT})
    answer = run(*LOCAL, "--documents", "nothing/*.md", "--documents", "postmortems/*.md")
    assert answer.code == 0
    assert "'nothing/*.md' matches no document yet" in answer.err
    assert "'postmortems/*.md'" not in answer.err


# --- what the repository says -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("git@github.com:acme/web.git", ("github.com", "acme/web")),
        ("https://github.com/acme/web", ("github.com", "acme/web")),
        ("https://bot:t0ken@github.com/acme/web.git", ("github.com", "acme/web")),
        ("ssh://git@git.acme.example:2222/team/web.git", ("git.acme.example", "team/web")),
        ("https://GitHub.Acme.example/acme/web/", ("github.acme.example", "acme/web")),
        ("/srv/git/web.git", ("", "")),
        ("../web", ("", "")),
        ("", ("", "")),
    ],
)
def test_remotes(url: str, expected: tuple[str, str]) -> None:
    assert parse_remote(url) == expected


def test_a_folder_inside_a_repository_links_to_the_right_place(repository: Path) -> None:
    inner = write(repository / "docs", {"x": ""})
    assert look(inner).web_url == "https://github.com/acme/web/blob/trunk/docs/{path}#L{line}"


def test_enterprise_servers_have_their_own_address(repository: Path) -> None:
    git(repository, "remote", "set-url", "origin", "https://github.acme.example/acme/web.git")
    assert look(repository).api_url == "https://github.acme.example/api/v3"


def test_a_repository_cannot_make_git_run_anything(repository: Path) -> None:
    trap = repository / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {repository}/sprung\n")
    trap.chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(trap))
    git(repository, "config", "core.pager", str(trap))
    git(repository, "config", "alias.remote", f"!{trap}")
    assert look(repository).slug == "acme/web"
    assert not (repository / "sprung").exists()


def test_outside_a_repository_nothing_is_known(tmp_path: Path) -> None:
    assert (look(tmp_path).slug, look(tmp_path).web_url) == ("", "")


def test_folders_of_postmortems_are_found_by_name(tmp_path: Path) -> None:
    names = [
        "docs/post-mortems/a.md",
        "ops/Incidents/2026/b.md",
        "src/outage/x.py",
        "node_modules/rca/c.md",
        "rca/d.md",
    ]
    write(tmp_path, dict.fromkeys(names, "x"))
    assert find_globs(tmp_path) == ["rca/**/*.md", "docs/post-mortems/**/*.md", "ops/Incidents/**/*.md"]


@pytest.mark.parametrize(
    ("place", "host"),
    [
        (("--tracker", "jira", "--url", "https://jira.acme.example/x", "--project", "PAY"), "jira.acme.example"),
        (("--tracker", "github", "--repo", "acme/web"), "github.acme.example"),
    ],
)
def test_who_has_a_server_of_their_own_is_told_how_to_let_tokens_go_there(
    run: Run, repository: Path, place: tuple[str, ...], host: str
) -> None:
    """And doctor says the same until it is done."""
    git(repository, "remote", "set-url", "origin", "git@github.acme.example:acme/web.git")
    environ = {"HOME": f"{repository}-home", "GITHUB_TOKEN": "t", "JIRA_TOKEN": "t"}
    answer = run("init", "--no-input", *place, environ=environ, cwd=repository)
    command = f"mkdir -p ~/.config/pmsync && echo {host} >> ~/.config/pmsync/hosts"
    assert f"to let tokens go to {host}, run `{command}`" in " ".join(answer.out.split())
    assert command in " ".join(run("doctor", environ=environ, cwd=repository).out.split())
    subprocess.run(["sh", "-c", command], env={**os.environ, **environ}, check=True)
    again = run("init", "--no-input", environ=environ, cwd=repository)
    assert "let tokens go" not in again.out


def test_who_is_on_the_services_own_hosts_is_told_nothing_of_that(run: Run, repository: Path) -> None:
    answer = run("init", "--no-input", "--tracker", "github", "--repo", "acme/web", cwd=repository)
    assert "tokens go" not in answer.out
