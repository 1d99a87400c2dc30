"""The files for a host with cron: a systemd service with its timer, and a line for crontab."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pmsync.cli.setup.files import ConfigPlace, FilePart, filled
from pmsync.cli.setup.pipelines import secret_names
from pmsync.config.settings import Settings
from pmsync.errors import ConfigError

_PLAIN = re.compile(r"[A-Za-z0-9_./@+-]+")


@dataclass(frozen=True, slots=True)
class Watch:
    """How others notice that cron is dead: a URL that gets each exit status, a file of figures; '' for neither."""

    heartbeat: str = ""
    metrics: str = ""


def units(settings: Settings, place: ConfigPlace, watch: Watch = Watch()) -> list[FilePart]:
    """The three files, with this machine's paths; raises ConfigError for paths that cron or systemd would misread."""
    account, top = pwd.getpwuid(os.getuid()), place.top
    values = {
        "USER": account.pw_name,
        "TOP": str(top),
        "CONFIG": str(place.config),
        "PMSYNC": _program(),
        "GIT": shutil.which("git") or "/usr/bin/git",
        "SECRETS": str(Path(account.pw_dir) / ".config/pmsync/secrets") if secret_names(settings) else "",
    }
    writable = list(dict.fromkeys(map(str, _writable(settings, top, watch.metrics))))
    for value in filter(None, (*values.values(), *writable, watch.metrics)):
        if not _PLAIN.fullmatch(value):
            raise ConfigError(f"--cron: {value!r} has characters that cron or systemd would read as something else")
    values |= {
        "LOAD": f"set -a && . {values['SECRETS']} && set +a && " if values["SECRETS"] else "",
        "WRITABLE": " ".join(writable),
        "METRICS": f" --metrics {watch.metrics}" if watch.metrics else "",
        "PING": f"curl -fsS -m 10 --retry 5 -o /dev/null {_pinged(watch.heartbeat)}" if watch.heartbeat else "",
        "HEARTBEAT": watch.heartbeat,
        "SILENT": "" if watch.heartbeat else "silent",
    }
    folder = place.config.parent / ".pmsync/cron"
    return [FilePart(folder / name, filled(name, values)) for name in ("pmsync.service", "pmsync.timer", "crontab")]


def _pinged(url: str) -> str:
    """The URL without a slash at its end; raises ConfigError for one that a shell or systemd would misread."""
    if not re.fullmatch(r"https?://[A-Za-z0-9._~:/@+-]+", url):
        raise ConfigError(
            f"--heartbeat: {url!r} is not a plain http(s) URL",
            "use one that takes an exit status after a slash, such as https://hc-ping.com/UUID",
        )
    return url.rstrip("/")


def _program() -> str:
    beside = Path(sys.executable).with_name("pmsync")
    return str(beside) if beside.exists() else shutil.which("pmsync") or "pmsync"


def _writable(settings: Settings, top: Path, metrics: str) -> Iterator[Path]:
    """The folders that a sync writes into: the repository, and what lies outside of it."""
    yield top
    paths = [settings.ledger, *(tracker.path for tracker in settings.trackers.values()), metrics]
    folders = ((Path(settings.root) / path).parent for path in paths if path)
    yield from (folder for folder in folders if not folder.is_relative_to(top))
