"""The ready-made parts that `pmsync init` writes beside a configuration: a pipeline, or units for a host with cron.

A part is never written over a file that says something else.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from pmsync import __version__
from pmsync.cli.host.git import Repository
from pmsync.cli.setup.pin import Pin
from pmsync.config.settings import Settings, TrackerSettings
from pmsync.disk.databases import make_home
from pmsync.errors import ConfigError, PmsyncError
from pmsync.trackers.hosts import is_allowed

SYSTEMS = ("github", "gitlab")
GITLAB = ".gitlab/pmsync.yml"
_GITLAB_TOP = f"include:\n  - local: {GITLAB}\n"
_READS = "read # to check out the documents"
_GITLAB_AUTHOR = [
    "variables:",
    "  GIT_AUTHOR_NAME: pmsync",
    "  GIT_AUTHOR_EMAIL: pmsync@noreply.$CI_SERVER_HOST",
]
_ANY_CI = {"CI": "true"}
_PING = "curl -fsS -m 10 --retry 5 -o /dev/null"
_PLAIN = re.compile(r"[A-Za-z0-9_./@+-]+")


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file to be: its absolute path, and all its text."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """The configuration's file (absolute), and what git says about its folder."""

    config: Path
    repository: Repository

    @property
    def top(self) -> Path:
        """The repository's top folder; the configuration's own folder outside a repository."""
        depth = len(PurePath(self.repository.prefix).parts)
        return self.config.parent.parents[depth - 1] if depth else self.config.parent

    @property
    def inside(self) -> str:
        """The configuration's path from the top."""
        return f"{self.repository.prefix}{self.config.name}"


# --- pipelines ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a pipeline does besides: `write_back` is '', 'push' or 'pr'; `comment` shows the plan in pull requests."""

    write_back: str = ""
    comment: bool = False


NOTHING_MORE = Wishes()


def pipeline(system: str, settings: Settings, place: Place, pin: Pin, wishes: Wishes = NOTHING_MORE) -> list[FilePart]:
    """The files of a pipeline. Raises ConfigError where a runner could not keep what a tracker holds."""
    local = [tracker.name for tracker in settings.trackers.values() if tracker.type == "local"]
    if local:
        raise ConfigError(
            f"tracker {local[0]!r} is a file, and a runner of --ci {system} forgets its files: tickets would be lost",
            "let a host with cron create them (--cron), or use a tracker of type github or jira",
        )
    return _github(settings, place, pin, wishes) if system == "github" else _gitlab(settings, place, pin, wishes)


def _github(settings: Settings, place: Place, pin: Pin, wishes: Wishes) -> list[FilePart]:
    own, foreign = _token_uses(settings, place.repository)
    secrets = [name for name in secret_names(settings) if name != "GITHUB_TOKEN"]
    env = [f"{name}: ${{{{ secrets.{name} }}}}" for name in secrets]
    if foreign_hosts(settings):
        env.append("PMSYNC_HOSTS: ${{ vars.PMSYNC_HOSTS }}")
    text = _filled(
        "github-workflow.yml",
        {
            "__BRANCH__": json.dumps(place.repository.branch or "main"),
            "__REF__": (place.repository.branch or "main").replace("'", "''"),
            "__ACTION__": f"{pin.slug}@{pin.commit}",
            "__VERSION__": f"v{__version__}",
            "__CONFIG__": json.dumps(place.inside),
            "__CONTENTS__": "write # to push what was written back" if wishes.write_back else _READS,
        },
        {
            "__ISSUES_READ__": ["issues: read # to see which tickets exist"] if own else [],
            "__ISSUES_WRITE__": ["issues: write # to create and update tickets"] if own else [],
            "__PULL_REQUESTS__": ["pull-requests: write # to open one"] if wishes.write_back == "pr" else [],
            "__WRITE_BACK__": [f"write-back: {wishes.write_back}"] if wishes.write_back else [],
            "__COMMENT_RIGHT__": ["pull-requests: write # to comment"] if wishes.comment else [],
            "__COMMENT__": ["comment: true"] if wishes.comment else [],
            "__TOKEN__": ["token: ${{ secrets.PMSYNC_TOKEN }}"] if foreign else [],
            "__ENV__": ["env:", *(f"  {line}" for line in env)] if env else [],
        },
    )
    return [FilePart(place.top / ".github/workflows/pmsync.yml", text)]


def _gitlab(settings: Settings, place: Place, pin: Pin, wishes: Wishes) -> list[FilePart]:
    secrets = ", ".join([*secret_names(settings), *(["PMSYNC_PUSH_TOKEN"] if wishes.write_back else [])])
    hosts = foreign_hosts(settings)
    text = _filled(
        "gitlab-ci.yml",
        {
            "__SOURCE__": json.dumps(pin.url),
            "__COMMIT__": json.dumps(pin.commit),
            "__VERSION__": f"v{__version__}",
            "__CONFIG__": json.dumps(place.inside),
        },
        {
            "__SECRETS__": [f"# It needs these CI/CD variables, masked and protected: {secrets}"],
            "__HOSTS__": [f"# Where tokens may go, as a CI/CD variable too: PMSYNC_HOSTS={hosts}"] if hosts else [],
            "__AUTHOR__": _GITLAB_AUTHOR if wishes.write_back else [],
            "__SYNC__": _gitlab_sync(wishes.write_back),
        },
    )
    parts = [FilePart(place.top / GITLAB, text)]
    if not (place.top / ".gitlab-ci.yml").exists():
        parts.append(FilePart(place.top / ".gitlab-ci.yml", _GITLAB_TOP))
    return parts


def _gitlab_sync(write_back: str) -> list[str]:
    """The script of the job; what was written is committed whatever became of the rest."""
    if not write_back:
        return ["- /tmp/pmsync/bin/pmsync sync"]
    how = "mr" if write_back == "pr" else write_back
    return [
        "- code=0; /tmp/pmsync/bin/pmsync sync --write-back --written /tmp/pmsync-written || code=$?",
        f'- /tmp/pmsync-source/scripts/commit-written {how} /tmp/pmsync-written "$CI_COMMIT_BRANCH"',
        "- exit $code",
    ]


def _token_uses(settings: Settings, repository: Repository) -> tuple[bool, bool]:
    """Whether some tracker is opened by the token that a workflow gets by itself, and whether some needs another."""
    uses = [_is_own(t, repository) for t in settings.trackers.values() if t.token_env == "GITHUB_TOKEN"]  # noqa: S105
    return any(uses), not all(uses)


def _is_own(tracker: TrackerSettings, repository: Repository) -> bool:
    same = tracker.repo.casefold() == repository.slug.casefold()
    return same and repository.on_github and tracker.api == repository.api_url


def secret_names(settings: Settings) -> list[str]:
    """The environment variables that the trackers read, each once."""
    names = (
        name
        for tracker in settings.trackers.values()
        for name in (
            tracker.token_env,
            tracker.email_env,
            tracker.user_env,
            tracker.password_env,
            tracker.app_id_env,
            tracker.app_key_env,
        )
    )
    return list(dict.fromkeys(name for name in names if name))


def foreign_hosts(settings: Settings, environ: Mapping[str, str] = _ANY_CI) -> str:
    """The hosts that get no token until the environment or the user names them, with a space between them."""
    hosts = []
    for tracker in settings.trackers.values():
        host = urlsplit(tracker.api).hostname or ""
        if tracker.type != "local" and host and not is_allowed(tracker.type, host, environ):
            hosts.append(host)
    return " ".join(dict.fromkeys(hosts))


def steps(system: str, settings: Settings, place: Place, wishes: Wishes = NOTHING_MORE) -> Iterator[str]:
    """What a person has to do besides, a line each."""
    names = secret_names(settings)
    yield from _write_back_steps(system, wishes.write_back)
    if system == "gitlab":
        top = place.top / ".gitlab-ci.yml"
        if top.exists() and top.read_bytes() != _GITLAB_TOP.encode() and GITLAB.encode() not in top.read_bytes():
            yield f"add to .gitlab-ci.yml: include: [{{local: {GITLAB}}}]"
        yield f"set the CI/CD variables, masked and protected: {', '.join(names)}"
        yield "add a pipeline schedule for the default branch, once a day"
    else:
        _, foreign = _token_uses(settings, place.repository)
        wanted = [name for name in names if name != "GITHUB_TOKEN"] + ["PMSYNC_TOKEN"] * foreign
        if wanted:
            yield f"set the repository's secrets: {', '.join(wanted)}"
    if hosts := foreign_hosts(settings):
        yield f"set the variable PMSYNC_HOSTS={hosts} where the secrets are set"


def _write_back_steps(system: str, write_back: str) -> Iterator[str]:
    """What the repository has to allow."""
    if not write_back:
        return
    if system == "gitlab":
        yield "set the CI/CD variable PMSYNC_PUSH_TOKEN: a project access token with write_repository"
    elif write_back == "pr":
        yield "allow in Settings, Actions, General: `Allow GitHub Actions to create and approve pull requests`"
        yield "approve the checks of pmsync's pull requests, or give the action an App's token as write-back-token"
    if write_back == "push":
        yield "let that push pass where the branch is protected, or choose --write-back pr"


# --- a host with cron -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Watch:
    """How others notice that cron is dead: a URL that is told each exit status, a file of figures; '' for neither."""

    heartbeat: str = ""
    metrics: str = ""


def units(settings: Settings, place: Place, watch: Watch = Watch()) -> list[FilePart]:
    """A systemd service with its timer, and a line for cron, with this machine's paths in them."""
    account = pwd.getpwuid(os.getuid())
    top = place.top
    values = {
        "__USER__": account.pw_name,
        "__TOP__": str(top),
        "__CONFIG__": str(place.config),
        "__PMSYNC__": _program(),
        "__GIT__": shutil.which("git") or "/usr/bin/git",
    }
    secrets = str(Path(account.pw_dir) / ".config/pmsync/secrets") if secret_names(settings) else ""
    written = [*_written_folders(settings), *([str(Path(watch.metrics).parent)] if watch.metrics else [])]
    writable = [str(top), *(folder for folder in written if not Path(folder).is_relative_to(top))]
    for value in (*values.values(), *writable, *filter(None, (watch.metrics, secrets))):
        if not _PLAIN.fullmatch(value):
            raise ConfigError(f"--cron: {value!r} has characters that cron or systemd would read as something else")
    values |= {
        "__LOAD__": f"set -a && . {secrets} && set +a && " if secrets else "",
        "__WRITABLE__": " ".join(dict.fromkeys(writable)),
        "__METRICS__": f" --metrics {watch.metrics}" if watch.metrics else "",
        "__OPEN__": "( " if watch.heartbeat else "",
        "__CLOSE__": f" ); {_PING} {_pinged(watch.heartbeat)}/$?" if watch.heartbeat else "",
    }
    given = ["# The secrets, as NAME='value' lines; mode 0600.", f"EnvironmentFile={secrets}"]
    blocks = {
        "__HEARTBEAT__": _stop_post(_pinged(watch.heartbeat)) if watch.heartbeat else [],
        "__SECRETS__": given if secrets else [],
    }
    folder = place.config.parent / ".pmsync/cron"
    names = ("pmsync.service", "pmsync.timer", "crontab")
    return [FilePart(folder / name, _filled(name, values, blocks)) for name in names]


def _pinged(url: str) -> str:
    """The URL that the exit status is appended to; raises ConfigError where cron, a shell or systemd would read it as
    something else.
    """
    if not re.fullmatch(r"https?://[A-Za-z0-9._~:/@+-]+", url):
        raise ConfigError(
            f"--heartbeat: {url!r} is no plain http(s) URL",
            "give the one that takes an exit status behind a slash, such as https://hc-ping.com/UUID",
        )
    return url.rstrip("/")


def _stop_post(url: str) -> list[str]:
    """The line of the service that systemd runs whatever came of it, also where git or a time limit ended it."""
    status = "case $$EXIT_CODE in exited) told=$$EXIT_STATUS ;; *) told=fail ;; esac"
    return [f"ExecStopPost=-/bin/sh -c '{status}; exec {_PING} {url}/$$told'"]


def _program() -> str:
    beside = Path(sys.executable).with_name("pmsync")
    return str(beside) if beside.exists() else shutil.which("pmsync") or "pmsync"


def _written_folders(settings: Settings) -> Iterator[str]:
    root = Path(settings.root)
    yield str((root / settings.ledger).parent)
    for tracker in settings.trackers.values():
        if tracker.path:
            yield str((root / tracker.path).parent)


# --- files ----------------------------------------------------------------------------------------------------


def _filled(name: str, values: Mapping[str, str], blocks: Mapping[str, Sequence[str]]) -> str:
    """A template with values in place of words, and lines in place of the comments that hold their place."""
    text = (resources.files("pmsync") / "templates" / name).read_text(encoding="utf-8")
    lines: list[str] = []
    for line in text.splitlines():
        indent, _, mark = line.partition("# ")
        if mark in blocks and not indent.strip():
            lines += [indent + each for each in blocks[mark]]
        else:
            lines.append(line)
    filled = "\n".join([*lines, ""])
    return re.sub("|".join(values), lambda word: values[word[0]], filled) if values else filled


def refuse_changed(parts: Iterable[FilePart]) -> None:
    """Raise PmsyncError where a file is there that says something else, before anything is written."""
    for part in parts:
        if os.path.lexists(part.path) and not _says(part.path, part.text):
            raise PmsyncError(
                f"'{part.path}' is there and says something else, and stays as it is\n"
                "compare it with `pmsync init --print` and the same options; delete it to have it written anew"
            )


def _says(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def write(parts: Iterable[FilePart]) -> list[Path]:
    """Write the parts that are not there yet, and return their paths."""
    written = []
    for part in parts:
        if part.path.exists():
            continue
        try:
            if part.path.parent.name == "cron":
                make_home(part.path.parent.parent)
            part.path.parent.mkdir(parents=True, exist_ok=True)
            with part.path.open("x", encoding="utf-8") as file:
                file.write(part.text)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ConfigError(f"'{part.path}' cannot be written: {reason}") from None
        written.append(part.path)
    return written
