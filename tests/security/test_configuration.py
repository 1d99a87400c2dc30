"""A configuration from a stranger's branch: it sends no token astray, reads no other secret, and runs nothing."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pmsync.cli.main import App, main
from pmsync.config.file import parse
from pmsync.config.settings import Settings, TrackerSettings
from pmsync.errors import ConfigError, PmsyncError
from pmsync.trackers.github import tracker as github
from pmsync.trackers.jira import tracker as jira
from pmsync.trackers.registry import connect_all
from tests.fakes.http import Response, Server

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CI = {"CI": "true", "T": "secret-token", "U": "bot@example.com"}
DOCUMENT = "# Outage\n\n**Date:** 2026-11-20\n\n## Action items\n\n- Repair it (owner: alice)\n"


def read(text: str, root: Path = Path("/srv/docs")) -> Settings:
    return parse(tomllib.loads(text), root, "pmsync.toml", home="/home/alice")


def connect(kind: str, url: str, environ: Mapping[str, str]) -> None:
    if kind == "github":
        settings = TrackerSettings("x", "github", repo="acme/web", api_url=url, token_env="T")
        github.connect(settings, environ).close()
    else:
        settings = TrackerSettings("x", "jira", url=url, project="PAY", token_env="T", email_env="U")
        jira.connect(settings, environ)


# --- where a token may go ---------------------------------------------------------------------------------------

ASTRAY = [
    "https://evil.example",
    "https://evil.example/api.github.com",
    "https://evil.example/acme.atlassian.net",
    "https://api.github.com.evil.example",
    "https://acme.atlassian.net.evil.example",
    "https://evilatlassian.net",
    "https://evil.example\\.atlassian.net",
    "https://evil.example\\@api.github.com",
    "https://evil.example#.atlassian.net",
    "https://evil.example?.atlassian.net",
    "https://evil.example;.atlassian.net",
    "https://evil.example%2f.atlassian.net",
    "https://evil.example%00.atlassian.net",
    "https://evil.example\t.atlassian.net",
    "https://evil.example\uff0f.atlassian.net",
    "https://evil.example\u3002atlassian.net",
    "https://api.github.com:8443",
    "https://api.github.com@evil.example",
    "https://acme.atlassian.net@evil.example",
    "https://acme.atlassian.net:x@evil.example",
    "https://[::1]",
    "https://169.254.169.254",
    "https://localhost",
    "http://127.0.0.1:8080",
    "http://api.github.com",
    "http://acme.atlassian.net",
    "ftp://api.github.com",
    "file:///etc/passwd",
    "//api.github.com",
    "api.github.com",
    "https://",
    "",
]


@pytest.mark.parametrize("kind", ["github", "jira"])
@pytest.mark.parametrize("url", ASTRAY)
def test_in_ci_a_token_goes_to_no_other_host_whatever_the_file_says(kind: str, url: str) -> None:
    if (kind, url) == ("github", ""):
        return  # GitHub's own
    with pytest.raises(ConfigError) as caught:
        connect(kind, url, CI | {"PMSYNC_HOSTS": "jira.acme.example"})
    assert "secret-token" not in str(caught.value)


@pytest.mark.parametrize("kind", ["github", "jira"])
@pytest.mark.parametrize("url", [url for url in ASTRAY if url != "http://127.0.0.1:8080" and "localhost" not in url])
@pytest.mark.parametrize("ci", [{}, {"CI": ""}, {"JENKINS_URL": "https://ci.acme.example"}, {"TF_BUILD": "True"}])
def test_nor_does_it_anywhere_else(kind: str, url: str, ci: Mapping[str, str]) -> None:
    """Not every CI system sets CI, and a person's own machine holds more secrets than any of them."""
    if url == "https://[::1]" or (kind, url) == ("github", ""):
        return  # this very machine, and GitHub's own
    with pytest.raises(ConfigError):
        connect(kind, url, {"T": "secret-token", "U": "bot@example.com", **ci})


@pytest.mark.parametrize("environ", [CI, {"T": "t", "U": "u"}])
@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("github", "https://api.github.com"),
        ("github", "https://API.github.com:443/"),
        ("jira", "https://a.atlassian.net"),
        ("jira", "https://api.atlassian.com/ex/jira/11223344-a1b2-3b33-c444-def123456789"),
    ],
)
def test_it_goes_to_its_own_host(kind: str, url: str, environ: Mapping[str, str]) -> None:
    connect(kind, url, environ)


@pytest.mark.parametrize(("kind", "url"), [("jira", "https://api.github.com"), ("github", "https://a.atlassian.net")])
def test_the_hosts_of_another_service_are_not_its_own(kind: str, url: str) -> None:
    with pytest.raises(ConfigError, match="PMSYNC_HOSTS"):
        connect(kind, url, {"T": "t", "U": "u"})


ENTERPRISE = {
    "github": ("type = 'github'\nrepo = 'acme/web'\napi_url = 'https://git.acme.example/api/v3'\n", "git.acme.example"),
    "jira": ("type = 'jira'\nproject = 'PAY'\nurl = 'https://jira.acme.example:8443/x'\n", "jira.acme.example:8443"),
}


@pytest.mark.parametrize("kind", ["github", "jira"])
@pytest.mark.parametrize("home", ["HOME", "XDG_CONFIG_HOME"])
def test_what_the_refusal_advises_is_all_that_it_takes(kind: str, home: str, tmp_path: Path) -> None:
    table, host = ENTERPRISE[kind]
    settings = read(f"[documents]\nnamespace = 'a'\n[trackers.x]\ntoken_env = 'T'\n{table}", tmp_path / "docs")
    environ = {"T": "t", home: str(tmp_path / "my home"), "PATH": os.environ["PATH"]}
    with pytest.raises(ConfigError) as refused:
        connect_all(settings, environ)
    command = str(refused.value).partition("run `")[2].partition("`")[0]
    subprocess.run(["sh", "-c", command], env=environ, check=True)
    connect_all(settings, environ)
    connect_all(settings, {"T": "t", "PMSYNC_HOSTS": host})
    connect_all(settings, {**environ, "CI": "true"})
    with pytest.raises(ConfigError):
        connect_all(settings, {"T": "t", "PMSYNC_HOSTS": "other.example", "HOME": "/nonexistent"})


@pytest.mark.parametrize("key", ["HOME", "XDG_CONFIG_HOME"])
@pytest.mark.parametrize("way", ["home", "link", "inside", "relative"])
def test_a_checkout_that_is_the_home_names_no_hosts(key: str, way: str, tmp_path: Path) -> None:
    """Some CI systems set HOME to the checkout."""
    checkout = tmp_path / "checkout"
    (checkout / ".git").mkdir(parents=True)
    (checkout / "sub").mkdir()
    for folder in (".config/pmsync", "pmsync"):
        (checkout / folder).mkdir(parents=True)
        (checkout / folder / "hosts").write_text("git.acme.example\n")
    home = {"home": checkout, "link": tmp_path / "link", "inside": checkout / "sub" / "..", "relative": Path()}[way]
    (tmp_path / "link").symlink_to(checkout)
    settings = read(f"[documents]\nnamespace = 'a'\n[trackers.x]\ntoken_env = 'T'\n{ENTERPRISE['github'][0]}", checkout)
    settings = replace(settings, root=str(checkout / "sub"))
    with pytest.raises(ConfigError, match="PMSYNC_HOSTS"):
        connect_all(settings, {"T": "t", key: str(home)})


@pytest.mark.parametrize("kind", ["github", "jira"])
def test_the_environment_allows_a_host_and_the_port_with_it(kind: str) -> None:
    for hosts in ("jira.acme.example", "a.example,JIRA.acme.example", "jira.acme.example:8443 b.example"):
        connect(kind, "https://jira.acme.example:8443", CI | {"PMSYNC_HOSTS": hosts})
    for hosts in ("", ",", "acme.example", "*", "jira.acme.example.evil", "jira.acme.example:443", "*.acme.example"):
        with pytest.raises(ConfigError, match="PMSYNC_HOSTS"):
            connect(kind, "https://jira.acme.example:8443", CI | {"PMSYNC_HOSTS": hosts})


@pytest.mark.parametrize("kind", ["github", "jira"])
@pytest.mark.parametrize("url", ["http://jira.acme.example", "http://10.0.0.1", "http://localhost.evil.example"])
def test_without_encryption_a_token_goes_to_this_very_machine_only(kind: str, url: str) -> None:
    for environ in ({"T": "t", "U": "u"}, CI | {"PMSYNC_HOSTS": url.removeprefix("http://")}):
        with pytest.raises(ConfigError, match="never sent without encryption"):
            connect(kind, url, environ)
    connect(kind, "http://127.0.0.1:1", {"T": "t", "U": "u"})


@pytest.mark.parametrize("key", ["api_url", "url"])
@pytest.mark.parametrize("url", [url for url in ASTRAY if "\\" in url or "@" in url or "#" in url or "?" in url])
def test_the_file_itself_may_not_hold_an_address_that_can_be_read_in_two_ways(key: str, url: str) -> None:
    kind = 'type = "github"\nrepo = "a/b"' if key == "api_url" else 'type = "jira"\nproject = "PAY"'
    with pytest.raises(ConfigError, match=rf"trackers\.x\.{key}"):
        read(f"[documents]\nnamespace = 'a'\n[trackers.x]\n{kind}\n{key} = '{url}'\n")


# --- which secrets are read -------------------------------------------------------------------------------------


class Environment(dict[str, str]):
    """Remembers which variables were asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.asked.add(name)
        return super().get(name, default)


def repository(folder: Path, tracker: str) -> Path:
    (folder / "postmortems").mkdir(parents=True)
    (folder / "postmortems" / "a.md").write_text(DOCUMENT)
    (folder / "pmsync.toml").write_text(f"[documents]\nnamespace = 'a'\n[trackers.x]\nlag = '0'\n{tracker}")
    return folder


GITHUB = 'type = "github"\nrepo = "acme/web"\ntoken_env = "AWS_SECRET_ACCESS_KEY"\n'
SECRETS = {"AWS_SECRET_ACCESS_KEY": "aws-Zq8vWc3TnYb5LkR1", "GITHUB_TOKEN": "ghp_Zq8vWc3TnYb5LkR1"}


def test_commands_that_ask_no_tracker_read_no_secret(tmp_path: Path) -> None:
    place = repository(tmp_path, GITHUB)
    environ = Environment({**SECRETS, "CI": "true"})
    for command in (["extract", "postmortems"], ["check"], ["plan", "--offline"], ["status"], ["show", "x"]):
        assert main(command, App(environ=environ, cwd=place, now=lambda: NOW)) in {0, 1, 2}
    assert environ.asked & {"CI", "PMSYNC_CONFIG"}
    assert not environ.asked & SECRETS.keys()


def test_a_secret_that_is_no_token_goes_to_the_trackers_own_host_and_is_shown_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file names the variable, so it can name a wrong one: that is why the host is not the file's to choose."""
    with Server(lambda _: Response(401, {"message": "Bad credentials"})) as server:
        place = repository(tmp_path, f'{GITHUB}api_url = "{server.url}"\n')
        refused = App(environ={**SECRETS, "CI": "true"}, cwd=place, now=lambda: NOW)
        assert main(["-vv", "--debug", "sync"], refused) == 2
        assert server.log == []
        allowed = App(environ={**SECRETS, "CI": "true", "PMSYNC_HOSTS": "127.0.0.1"}, cwd=place, now=lambda: NOW)
        assert main(["-vv", "--debug", "sync"], allowed) == 1
        sent = str([record.request.headers for record in server.log])
    assert SECRETS["AWS_SECRET_ACCESS_KEY"] in sent
    assert SECRETS["GITHUB_TOKEN"] not in sent
    everything = "".join((*capsys.readouterr(), *_contents(place)))
    assert not [secret for secret in SECRETS.values() if secret in everything]


def _contents(place: Path) -> list[str]:
    return [path.read_bytes().decode("latin-1") for path in place.rglob("*") if path.is_file()]


# --- paths --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["include", "exclude"])
@pytest.mark.parametrize(
    "glob", ["/etc/*", "//etc/*", "../*.md", "a/../../*.md", "**/../../x.md", "..", "./../x.md", "/**"]
)
def test_no_glob_leaves_the_documents_root(key: str, glob: str) -> None:
    with pytest.raises(ConfigError, match="is outside"):
        read(f"[documents]\nnamespace = 'a'\n{key} = ['{glob}']\n[trackers.x]\ntype = 'local'\n")


@pytest.mark.parametrize(
    "name",
    ["ledger.db.pmsync.lock", "ledger.db.lock", "ledger.db", "ledger.db-journal", "ledger.db-wal", "ledger.db-shm"],
)
def test_a_link_in_the_ledgers_place_changes_nothing_elsewhere(tmp_path: Path, name: str) -> None:
    place = repository(tmp_path / "root", "type = 'local'\n")
    victim = tmp_path / "victim"
    victim.write_text("precious\n")
    victim.chmod(0o644)
    (place / ".pmsync").mkdir()
    (place / ".pmsync" / name).symlink_to(victim)
    refused = name != "ledger.db.lock"  # which is no name of ours
    assert main(["sync"], App(environ={}, cwd=place, now=lambda: NOW)) == int(refused)
    assert victim.read_text() == "precious\n"
    assert stat.S_IMODE(victim.stat().st_mode) == 0o644


@pytest.mark.parametrize("key", ["ledger", "tracker"])
def test_another_programs_database_is_left_alone(tmp_path: Path, key: str) -> None:
    other = tmp_path / "cookies.db"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE cookies (value TEXT)")
    database.close()
    other.chmod(0o644)
    before = other.read_bytes()
    path = f"path = '{other}'\n"
    tracker, ledger = ("", f"[ledger]\n{path}") if key == "ledger" else (path, "")
    place = repository(tmp_path / "root", f"type = 'local'\n{tracker}{ledger}")
    assert main(["sync"], App(environ={}, cwd=place, now=lambda: NOW)) == 1
    assert other.read_bytes() == before
    assert stat.S_IMODE(other.stat().st_mode) == 0o644


@pytest.mark.parametrize("key", ["ledger", "tracker"])
@pytest.mark.parametrize("content", ["[[package]]\nname = 'x'\n", ""], ids=["text", "empty"])
@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("poetry.lock", "poetry.lock"),
        ("pmsync.toml", "pmsync.toml"),
        ("poetry", "poetry.lock"),
        ("x", "x.pmsync.lock"),
        ("x", "x-journal"),
        ("x", "x-wal"),
        ("x", "x-shm"),
        ("x", "x.new"),
        ("docs/x", "docs/.gitignore"),
    ],
)
def test_no_file_of_somebody_else_is_emptied_replaced_deleted_or_chmodded(
    tmp_path: Path, key: str, path: str, file: str, content: str
) -> None:
    """Whatever `path` leads to, or the name of a file that belongs to it."""
    table = "" if key == "tracker" else "[ledger]\n"
    place = repository(tmp_path, f"type = 'local'\n{table}path = '{path}'\n")
    victim = place / file
    victim.parent.mkdir(exist_ok=True)
    if file != "pmsync.toml":
        victim.write_text(content)
    victim.chmod(0o644)
    before = victim.read_text()
    app = App(environ={}, cwd=place, now=lambda: NOW)
    codes = {main(command, app) for command in (["sync"], ["plan"], ["status"], ["adopt", "x", "--new"], ["sync"])}
    assert codes <= {0, 1, 2}
    harmless = content == "" and file != path  # SQLite and the lock make what is empty their own, and empty it again
    assert victim.exists() or (harmless and file[1:] in {"-journal", "-wal", "-shm"})
    assert not victim.exists() or (victim.read_text() == before and stat.S_IMODE(victim.stat().st_mode) == 0o644)


# --- nothing is run ---------------------------------------------------------------------------------------------

HOSTILE = """
import os, sys
open(os.environ["OWNED"], "a").write(__name__ + "\\n")
"""
MODULES = ("yaml", "click", "requests", "github", "jira", "sitecustomize", "usercustomize", "pmsync", "tomllib", "rich")


def test_the_command_imports_nothing_from_the_repository_that_it_reads(tmp_path: Path) -> None:
    command = Path(sys.executable).parent / "pmsync"
    if not command.exists():
        pytest.skip("pmsync is not installed as a command here")
    place = repository(tmp_path / "root", "type = 'local'\n")
    (place / "postmortems" / "b.md").write_text(f"---\ntitle: x\n---\n{DOCUMENT}")
    for name in MODULES:
        (place / f"{name}.py").write_text(HOSTILE)
    (place / "pyproject.toml").write_text("[project.entry-points.pmsync]\nx = 'yaml:main'\n")
    owned = tmp_path / "owned"
    environ = {**os.environ, "OWNED": str(owned)}
    for args in (["sync"], ["status", "--mine"]):
        done = subprocess.run([command, *args], cwd=place, env=environ, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
    assert not owned.exists()


AUDIT = """
import sys
def hook(event, args):
    if event == "subprocess.Popen" and args[0] == "git" and not any("touch" in str(each) for each in args[1]):
        return  # where the checkout is and how new: with arguments of our own, and no hook of the repository's
    if event in {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pty.spawn", "code.__new__"}:
        raise SystemExit(f"ran something: {event} {args[:1]}")
    if event == "socket.connect":
        raise SystemExit(f"went to {args[1]}")
sys.path[:0] = [sys.argv.pop(1)]
import datetime, tenacity, sqlite_utils, filelock, yaml
import pmsync.cli.main, pmsync.cli.commands.sync, pmsync.trackers.registry
sys.addaudithook(hook)
sys.exit(pmsync.cli.main.main())
"""


def test_nothing_in_file_or_documents_is_run(tmp_path: Path) -> None:
    command = "$(touch owned)`touch owned`; touch owned | !cmd {{7*7}} ${HOME} %(x)s {path.__class__} \\\\x"
    values = "\n".join(f'{key} = "{command}"' for key in ("label", "fallback_owner"))
    place = repository(tmp_path / "root", f"type = 'local'\n{values}\n[people.alice]\nname = '{command}'\n")
    text = (place / "pmsync.toml").read_text().replace("label = ", "labels = ").replace("fallback_owner", "#")
    (place / "pmsync.toml").write_text(text)
    (place / "postmortems" / "a.md").write_text(f"---\ntitle: '{command}'\n---\n{DOCUMENT}- {command} (@alice)\n")
    for args in (["check"], ["sync"], ["show", command]):
        root = str(Path(__file__).parents[2])
        done = subprocess.run(
            [sys.executable, "-c", AUDIT, root, *args], cwd=place, capture_output=True, text=True, check=False
        )
        assert "ran something" not in done.stderr, done.stderr
        assert "went to" not in done.stderr
        assert done.returncode in {0, 1, 2}, done.stderr
    assert not list(tmp_path.rglob("owned"))
    assert list((place / ".pmsync").glob("tickets-*.db")), "nothing was synced, so that this proves nothing"


def test_every_problem_of_a_hostile_file_is_a_message(tmp_path: Path) -> None:
    for text in ("[" * 10_000, "a = " + "[" * 5_000, f"a = {'9' * 5_000}", f"x = 0x{'f' * 5_000}", "a.b" * 5_000):
        (tmp_path / "pmsync.toml").write_text(text)
        with pytest.raises(PmsyncError):
            App(environ={}, cwd=tmp_path).settings()
