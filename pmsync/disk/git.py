"""Asks git about a work tree. Changes nothing; a repository's own configuration cannot make it run anything."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pmsync.identity.belonging import home_name
from pmsync.model import Checkout

_REMOTE = re.compile(
    r"(?:https?|ssh|git)://(?:[^/@]*@)?(?P<host>[^/:]+)(?::\d+)?/(?P<path>.+)|(?:[^/@:]+@)?(?P<host2>[^/:]+):(?P<path2>[^/].*)"
)
_PREFERRED = ("upstream", "origin")
"""Remotes by whose address a repository is known: a fork's own is another one."""
_COMMITS = 100
"""Among so many commits the newest is looked for: clocks of different people differ by less."""


def checkout(folder: Path, now: datetime) -> Checkout:
    """Where the folder is: its repository's names, its path in that, and how new its commit is. Empty outside of git.

    A commit of the future counts as of now: a wrong clock must not make everything older for a year.
    """
    prefix = ask(folder, "rev-parse", "--show-prefix", "--is-inside-work-tree")
    if not prefix.endswith("true"):
        return Checkout()
    place = prefix.removesuffix("true").strip().rstrip("/")
    remotes = dict(
        line.split(maxsplit=1) for line in ask(folder, "remote", "-v").splitlines() if line.endswith("(fetch)")
    )
    order = sorted(
        remotes, key=lambda name: (name not in _PREFERRED, _PREFERRED.index(name) if name in _PREFERRED else 0)
    )
    named = ["/".join(parse_remote(remotes[name].removesuffix("(fetch)").strip())).strip("/") for name in order]
    homes = tuple(dict.fromkeys(home_name(name, place) for name in named if name)) or (home_name("", place),)
    times = ask(folder, "log", f"--max-count={_COMMITS}", "--format=%ct").split()
    newest = max((int(time) for time in times if time.isdigit()), default=0)
    return Checkout(homes, min(newest, int(now.timestamp())))


def parse_remote(url: str) -> tuple[str, str]:
    """Host and `owner/name` of a remote's address, without any name or password in it; ('', '') for a local path."""
    found = _REMOTE.fullmatch(url)
    if not found:
        return "", ""
    host, path = found["host"] or found["host2"], found["path"] or found["path2"]
    return host.lower(), path.strip("/").removesuffix(".git")


def ask(folder: Path, *arguments: str) -> str:
    """One answer of git, '' where it has none."""
    done = run(folder, arguments)
    return os.fsdecode(done.stdout).strip() if done and done.returncode == 0 else ""


def run(folder: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes] | None:
    """What git did, None where it did nothing."""
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *arguments]
    environ = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        return subprocess.run(  # noqa: S603 (fixed arguments, no shell)
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
