"""The line for cron and the units, run as their hosts run them: with a bare environment, and watched from outside."""

from __future__ import annotations

import http.server
import os
import re
import shlex
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pmsync.cli.host.git import GitRepository
from pmsync.cli.setup.cron_units import Watch, units
from pmsync.cli.setup.files import ConfigPlace
from pmsync.config.settings import Settings, TrackerSettings
from pmsync.errors import ConfigError
from tests.cli.conftest import DOCUMENT, Ran, write
from tests.sync.test_lock import finish, start_holder
from tests.test_templates import CONFIG, commit_all, git, keys

OWN = TrackerSettings("web", "github", repo="acme/web", token_env="GITHUB_TOKEN")
UNWATCHED = Watch()
FOREIGN = "- Überwache die Länge der Schlange „Mailer“ (owner: alice)\n"


def host_files(top: Path, watch: Watch = UNWATCHED) -> dict[str, str]:
    settings = Settings(str(top), "acme/web", trackers={"web": OWN})
    return {
        part.path.name: part.text for part in units(settings, ConfigPlace(top / "pmsync.toml", GitRepository()), watch)
    }


def command(crontab: str) -> str:
    """What cron gives to its shell."""
    return crontab.splitlines()[-1].split(" ", 5)[5]


@dataclass
class Host:
    """A checkout with a remote to pull from, and a home that holds the secrets."""

    upstream: Path
    here: Path
    secrets: Path

    def line(self, watch: Watch = UNWATCHED) -> str:
        """The line that `init --cron` writes; nobody has the time for its jitter."""
        line = command(host_files(self.here, watch)["crontab"])
        assert " --jitter 60s " in line
        return re.sub(r"\. \S+/secrets", f". {self.secrets}", line).replace("--jitter 60s", "--jitter 1s")

    def cron(self, line: str, **environ: str) -> Ran:
        """As Debian's cron: these variables and no others, no terminal, nothing to read."""
        bare = {"HOME": str(self.secrets.parent), "LOGNAME": "root", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            ["/bin/sh", "-c", line], env={**bare, **environ}, cwd=self.secrets.parent, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    upstream, here = tmp_path / "upstream", tmp_path / "here"
    write(upstream, {"a": ""})
    git(upstream, "init", "-q", "-b", "main")
    commit_all(upstream)
    subprocess.run(["git", "clone", "-q", upstream, here], check=True, capture_output=True)
    write(upstream, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT + FOREIGN})
    commit_all(upstream)
    return Host(upstream, here, write(tmp_path, {"secrets": "X='a b$c'\n"}) / "secrets")


# --- the line of cron ---------------------------------------------------------------------------------------------


def test_the_line_pulls_and_syncs_and_mails_one_line_and_then_none(host: Host) -> None:
    assert host.cron(host.line()) == Ran(0, "Sync: 3 created (LOCAL-1, LOCAL-2, LOCAL-3).\n", "")
    assert host.cron(host.line()) == Ran(0, "", "")
    write(host.upstream, {"postmortems/b.md": DOCUMENT.replace("alert on latency", "alert on errors")})
    commit_all(host.upstream)
    assert host.cron(host.line()).out.startswith("Sync: 2 created (")


def test_titles_in_any_language_are_printed_without_a_locale(host: Host) -> None:
    told = host.cron(host.line().replace("--config", "-v --config"))
    assert (told.code, "created  LOCAL-3  Überwache die Länge der Schlange „Mailer“" in told.out) == (0, True)


def test_the_secrets_reach_it_as_they_are_quoted(host: Host) -> None:
    line = re.sub(r"&& \S+git pull.*", "&& printenv X", host.line())
    assert host.cron(line) == Ran(0, "a b$c\n", "")


@pytest.mark.parametrize("missing", ["the secrets", "the remote"])
def test_what_keeps_it_from_starting_is_mailed(host: Host, missing: str) -> None:
    (host.secrets if missing == "the secrets" else host.upstream).rename(host.here / "gone")
    told = host.cron(host.line())
    assert (told.code != 0, told.out, bool(told.err)) == (True, "", True)


def test_two_lines_at_once_mail_nothing_twice(host: Host) -> None:
    host.cron(host.line())
    other = start_holder(host.here / ".pmsync/ledger.db")
    try:
        assert host.cron(host.line().replace("--wait 5m", "--wait 1s")) == Ran(0, "", "")
    finally:
        finish(other, signal.SIGTERM)


# --- watched from outside -----------------------------------------------------------------------------------------


@dataclass
class Beats:
    """A server that notes which paths were asked for; `broken` of them are answered with 503 first."""

    url: str
    paths: list[str] = field(default_factory=list)
    broken: int = 0


@contextmanager
def serving() -> Iterator[Beats]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            beats.broken -= 1
            if beats.broken < 0:
                beats.paths.append(self.path)
            self.send_response(200 if beats.broken < 0 else 503)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"OK")

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        beats = Beats(f"http://127.0.0.1:{server.server_address[1]}/ping/4f3a")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield beats
        server.shutdown()
        thread.join()


@pytest.fixture
def beats() -> Iterator[Beats]:
    with serving() as beats:
        yield beats


needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")


@needs_curl
def test_the_heartbeat_hears_each_exit_status(host: Host, beats: Beats) -> None:
    line = host.line(Watch(heartbeat=beats.url))
    assert host.cron(line).out.startswith("Sync: 3 created (")
    assert host.cron(line) == Ran(0, "", ""), "the heartbeat itself is no mail"
    write(host.upstream, {"pmsync.toml": "[documents]\n"})
    commit_all(host.upstream)
    told = host.cron(line)
    assert (told.out, "error: " in told.err) == ("", True)
    assert beats.paths == ["/ping/4f3a/0", "/ping/4f3a/0", "/ping/4f3a/2"]


@needs_curl
@pytest.mark.parametrize("missing", ["secrets", "upstream"])
def test_the_heartbeat_hears_that_nothing_could_begin(host: Host, beats: Beats, missing: str) -> None:
    getattr(host, missing).rename(host.here / "gone")
    assert host.cron(host.line(Watch(heartbeat=beats.url))).err
    (path,) = beats.paths
    assert re.fullmatch(r"/ping/4f3a/[1-9]\d*", path)


@needs_curl
def test_a_heartbeat_that_is_down_for_a_moment_is_tried_again(host: Host, beats: Beats) -> None:
    beats.broken = 1
    host.cron(host.line(Watch(heartbeat=beats.url)))
    assert beats.paths == ["/ping/4f3a/0"]


def stop_post(service: str) -> list[str]:
    """The words of ExecStopPost as systemd makes them of the line (systemd.service(5), COMMAND LINES)."""
    line = keys(service)["ExecStopPost"]
    assert line.startswith("-"), "a heartbeat that is down fails no service"
    assert "%" not in line
    assert not re.search(r"(?<!\$)\$(?!\$)", line), "systemd puts in no variable itself"
    return [word.replace("$$", "$") for word in shlex.split(line[1:])]


@needs_curl
@pytest.mark.parametrize(
    ("how", "status", "path"),
    [("exited", "0", "0"), ("exited", "130", "130"), ("killed", "TERM", "fail"), ("", "", "fail")],
)
def test_the_service_tells_how_it_ended(host: Host, beats: Beats, how: str, status: str, path: str) -> None:
    words = stop_post(host_files(host.here, Watch(heartbeat=beats.url))["pmsync.service"])
    environ = {"PATH": "/usr/bin:/bin", "EXIT_CODE": how, "EXIT_STATUS": status}
    assert subprocess.run(words, env=environ, capture_output=True, check=True).stderr == b""
    assert beats.paths == [f"/ping/4f3a/{path}"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_takes_units_that_are_watched(tmp_path: Path) -> None:
    write(tmp_path, host_files(tmp_path, Watch("https://hc.example/4f3a", "/var/lib/node/pmsync.prom")))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / "pmsync.service", tmp_path / "pmsync.timer"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, [line for line in done.stderr.splitlines() if "pmsync" in line]) == (0, [])


def test_the_figures_are_left_where_init_was_told(host: Host, tmp_path: Path) -> None:
    (tmp_path / "collector").mkdir()
    files = host_files(host.here, Watch(metrics=str(tmp_path / "collector/pmsync.prom")))
    service = keys(files["pmsync.service"])
    assert service["ExecStart"].endswith(f" --metrics {tmp_path}/collector/pmsync.prom")
    assert service["ReadWritePaths"].split() == [str(host.here), f"{tmp_path}/collector"]
    assert host.cron(host.line(Watch(metrics=str(tmp_path / "collector/pmsync.prom")))).code == 0
    assert "\npmsync_last_run_success 1\n" in (tmp_path / "collector/pmsync.prom").read_text()


@pytest.mark.parametrize(
    "url", ["hc.example/4f3a", "https://hc.example/$(id)", "https://hc.example/a%20b", "https://hc.example/a?b=c", "x'"]
)
def test_a_url_that_cron_or_a_shell_would_read_otherwise_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match="is not a plain http"):
        host_files(tmp_path, Watch(heartbeat=url))


def test_the_line_calls_programs_by_their_whole_paths() -> None:
    line = command(host_files(Path("/srv/web"))["crontab"])
    called = [part.split()[0] for part in line.split(" && ")]
    assert [word for word in called if "/" not in word] == ["cd", "set", ".", "set"]
    assert all(os.access(word, os.X_OK) for word in called if "/" in word)
