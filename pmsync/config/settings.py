"""The configuration as frozen values; pmsync/config.py reads them from TOML and explains what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime, timedelta
from typing import Literal

from pmsync.model.frozen import frozen


@frozen
class Person:
    """Somebody (or a team) who owns items. `id` is the key under [people]; accounts are None where unknown."""

    id: str
    name: str = ""
    aliases: tuple[str, ...] = ()
    email: str | None = field(default=None, repr=False)
    github: str | None = None
    jira: str | None = None


@frozen
class TrackerSettings:
    """One [trackers.NAME] table. Which of the service's own keys matter depends on `type`.

    `*_env` are names of environment variables, never secrets. `label` is the general label, `labels` are put on every
    ticket besides. `settle` is how long a fresh ticket may stay invisible, `lag` how long a bare runner waits between
    its two looks. `restricted` marks the place that restricted incidents may go to.
    """

    name: str
    type: Literal["github", "jira", "local"]
    label: str = "postmortem"
    labels: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    fallback_owner: str | None = None
    settle: timedelta = timedelta(minutes=10)
    lag: timedelta = timedelta(minutes=1)
    default: bool = False
    restricted: bool = False
    formerly: tuple[str, ...] = ()
    token_env: str | None = None
    api_url: str = ""
    # github
    repo: str = ""
    app_id_env: str | None = None
    app_key_env: str | None = None
    app_installation_id: int | None = None
    # jira
    url: str = ""
    project: str = ""
    issue_type: str = "Task"
    deployment: Literal["cloud", "server"] | None = None
    email_env: str | None = None
    user_env: str | None = None
    password_env: str | None = None
    status: Mapping[str, str] = field(default_factory=dict)
    resolution: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, object] = field(default_factory=dict)
    priority: Mapping[str, str] = field(default_factory=dict)
    # local
    path: str = ""

    @property
    def api(self) -> str:
        """Where requests go: `api_url`, else the service's usual place."""
        return self.api_url or {"github": "https://api.github.com", "jira": self.url}.get(self.type, "")

    @property
    def sites(self) -> tuple[str, ...]:
        """The addresses under which documents may show a Jira's tickets: its site, and what was taken for one."""
        return tuple(dict.fromkeys(filter(None, (self.url, self.api_url, *self.formerly))))


@frozen
class Route:
    """Where an item is created: all conditions that are given must hold; `path` is a glob from the config's folder."""

    tracker: str
    path: str | None = None
    team: str | None = None
    label: str | None = None
    kind: str | None = None
    restricted: bool | None = None


@frozen
class Levels:
    """The levels of rules in documents that a glob fits."""

    path: str
    levels: Mapping[str, str]


@frozen
class Guard:
    """The most of each that one run may do before it asks for `--allow KIND=N`."""

    max_creates: int = 50
    max_updates: int = 100
    max_orphans: int = 20


TEACHABLE = ("action", "owner", "due", "status", "ticket", "kind", "priority", "id", "labels", "notes")
"""What a column can be taught to hold, each being a name of a column that pmsync knows."""


@frozen
class Vocabulary:
    """A team's own words for what documents say, besides those that pmsync knows.

    `sections` are headings that announce action items. `columns` says what a table's column holds (one of TEACHABLE) by
    its name there. Case, punctuation and what stands in brackets do not matter. `projects` are the configured Jira
    projects, each with its Jira's address and its key: RFC-1 is a ticket where `RFC` is one of them, else a standard.
    """

    sections: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    projects: tuple[tuple[str, str], ...] = ()


NOTHING_TAUGHT = Vocabulary()


@frozen
class Settings:
    """The whole configuration.

    `formerly` are namespaces and places that were this configuration's before. `root` is the config's folder
    (absolute); `include` are globs below it. `repository` is the GitHub repository that the documents live in
    (`acme/web`), which a bare `#12` in a document means; None where unknown. `levels` are those that rules of `pmsync
    check` have instead of their own: error, warning, note, or off; of `levels_at`, which comes first, the first that
    fits the document's path and names the rule counts. `begun` is when `pmsync init`
    wrote it (pmsync/head_start.py).
    """

    root: str
    namespace: str
    include: tuple[str, ...] = ("postmortems/**/*.md",)
    exclude: tuple[str, ...] = ()
    since: date | None = None
    formerly: tuple[str, ...] = ()
    web_url: str | None = None
    repository: str | None = None
    ledger: str = ".pmsync/ledger.db"
    trackers: Mapping[str, TrackerSettings] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    sla: Mapping[str, timedelta] = field(default_factory=dict)
    grace: timedelta = timedelta(0)
    full_scan_every: timedelta = timedelta(days=1)
    begun: datetime | None = None
    guard: Guard = Guard()
    levels: Mapping[str, str] = field(default_factory=dict)
    levels_at: tuple[Levels, ...] = ()
    vocabulary: Vocabulary = NOTHING_TAUGHT

    @property
    def default_tracker(self) -> str:
        """The tracker for items that no route claims: the one marked default, else the only one not restricted."""
        marked = [t.name for t in self.trackers.values() if t.default]
        public = [t.name for t in self.trackers.values() if not t.restricted]
        return (marked or public or list(self.trackers))[0]
