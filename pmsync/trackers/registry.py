"""The module of each type of tracker: a literal list without plugins, each imported only when it is used."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from pmsync.config.settings import Settings, TrackerSettings
from pmsync.errors import ConfigError
from pmsync.trackers.contract import Tracker
from pmsync.trackers.hosts import with_users_hosts

MODULES = {
    "github": "pmsync.trackers.github.tracker",
    "jira": "pmsync.trackers.jira.tracker",
    "local": "pmsync.trackers.local.tracker",
}


def connect(
    settings: TrackerSettings,
    environ: Mapping[str, str],
    root: Path,
    *,
    sleep: Callable[[float], None] = time.sleep,
    attempts: int | None = None,
) -> Tracker:
    """The tracker of one [trackers.NAME] table, with retries. `root` is the folder of the configuration, `attempts` how
    often to ask without getting an answer.

    Sends nothing. Raises ConfigError if a secret is missing or may not go to that host.
    """
    from pmsync.trackers.retry import ATTEMPTS, Retrying  # noqa: PLC0415 (tenacity takes 40 ms that offline commands need not pay)

    module = import_module(MODULES[settings.type])
    if settings.type == "local":
        return Retrying(module.connect(settings, environ, root), sleep=sleep)
    tracker = module.connect(settings, with_users_hosts(environ, root))
    return Retrying(tracker, sleep=sleep, attempts=attempts or ATTEMPTS)


def connect_all(settings: Settings, environ: Mapping[str, str]) -> dict[str, Tracker]:
    """Every configured tracker by its name; raises ConfigError with the problems of all of them."""
    trackers: dict[str, Tracker] = {}
    problems: list[str] = []
    for name, tracker in settings.trackers.items():
        try:
            trackers[name] = connect(tracker, environ, Path(settings.root))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(*problems)
    return trackers
