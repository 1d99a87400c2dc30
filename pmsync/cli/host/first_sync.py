"""The head start of the first sync after `pmsync init`, and the notes by which nobody gets a second one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pmsync.cli.app import App
from pmsync.config.file import load
from pmsync.config.settings import Settings
from pmsync.disk.git import ask
from pmsync.errors import ConfigError
from pmsync.sync import head_start
from pmsync.trackers.hosts import in_ci


def notes(settings: Settings, environ: Mapping[str, str]) -> Path | None:
    """The folder for notes about what this user has synced; None without a lasting home for it.

    https://specifications.freedesktop.org/basedir-spec/latest/: a relative path is ignored.
    """
    if in_ci(environ):
        return None
    home = environ.get("HOME", "")
    folders = (Path(environ.get("XDG_STATE_HOME", "")), Path(home) / ".local/state" if home else Path())
    folder = next((folder / "pmsync" / "synced" for folder in folders if folder.is_absolute()), None)
    inside = folder and Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(settings.root))
    return None if inside else folder


def note_first(settings: Settings, environ: Mapping[str, str]) -> None:
    """Note that this user syncs the namespace, before there is a ledger: deleting it makes nobody a newcomer."""
    if not Path(settings.ledger).exists():
        head_start.note(notes(settings, environ), settings)


def begun(settings: Settings, config: Path, app: App) -> datetime | None:
    """Since when this machine has a head start with the configuration about to be written, None for none.

    Writing it again before the first create keeps the head start.
    """
    before = _before(config, app)
    if before and head_start.has_pass(before) and before.namespace == settings.namespace:
        same = head_start.targets(before) == head_start.targets(settings)
        return before.begun if same or head_start.note(notes(settings, app.environ), settings) else None
    return head_start.moment(app.now()) if _is_new(settings, config, app.environ) else None


def _before(config: Path, app: App) -> Settings | None:
    """The existing configuration, if it is valid."""
    try:
        return load(config, app.environ, app.cwd) if config.exists() else None
    except ConfigError:
        return None


def _is_new(settings: Settings, config: Path, environ: Mapping[str, str]) -> bool:
    """Whether nobody can have created tickets with this configuration: it is new here, in git, and to this user."""
    folder = Path(settings.ledger).parent
    traces = folder.exists() and any(each.name != ".gitignore" for each in folder.iterdir())
    if config.exists() or traces or _may_be_committed(config):
        return False
    return head_start.note(notes(settings, environ), settings)


def _may_be_committed(config: Path) -> bool:
    """Whether some commit here has the configuration, or git cannot tell."""
    here = config.parent.resolve()
    if ask(here, "rev-parse", "--is-inside-work-tree") != "true":
        return any((folder / ".git").exists() for folder in (here, *here.parents))
    return bool(ask(here, "--literal-pathspecs", "log", "--all", "--max-count=1", "--format=%h", "--", config.name))
