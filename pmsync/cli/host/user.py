"""Who runs the command: PMSYNC_USER, else git's user.email, else the name of the operating system's user."""

from __future__ import annotations

import getpass
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pmsync.cli.app import App
from pmsync.config.people import Directory
from pmsync.config.settings import Person
from pmsync.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Me:
    """Who runs the command, and the name by which they were recognised, which is from `source`."""

    person: Person
    source: str
    name: str

    @property
    def why(self) -> str:
        """`git config user.email is 'alice@example.com'`."""
        return f"{self.source} is {self.name!r}"


def myself(app: App, people: Mapping[str, Person]) -> Me:
    """The person under [people] who runs the command; raises ConfigError with the names that were tried."""
    directory, tried = Directory(people), []
    for source, name in _names(app):
        if person := directory.match(name):
            return Me(person, source, name)
        tried.append(f"{name!r} ({source})")
    others = f"known names: {', '.join(sorted(people))}" if people else "[people] is empty"
    hint = "set PMSYNC_USER to one of them, or add your e-mail under [people.NAME] in pmsync.toml"
    raise ConfigError(
        f"--mine: you are not known under [people] as {' or '.join(tried) or 'anybody'}\n{others}; {hint}"
    )


def _names(app: App) -> Iterator[tuple[str, str]]:
    """Sources and names to try; PMSYNC_USER rules out all others."""
    if named := app.environ.get("PMSYNC_USER"):
        yield "PMSYNC_USER", named
        return
    if email := _git_email(app):
        yield "git config user.email", email
    if user := app.environ.get("LOGNAME") or app.environ.get("USER") or _user_name():
        yield "the user name", user


def _git_email(app: App) -> str:
    command, environ = ["git", "config", "--get", "user.email"], dict(app.environ)
    try:
        return subprocess.run(  # noqa: S603 (fixed words)
            command, cwd=app.cwd, env=environ, capture_output=True, text=True, timeout=5, check=False
        ).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
