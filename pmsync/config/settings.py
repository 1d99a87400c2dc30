"""The configuration as frozen values. Their fields are the schema of pmsync.toml: its keys, defaults and meanings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime, timedelta
from typing import Literal

from pmsync.config.schema import key
from pmsync.model.frozen import frozen

GITHUB_API = "https://api.github.com"
REPOSITORY = r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+"
_GITHUB, _JIRA, _LOCAL = ("github",), ("jira",), ("local",)


@frozen
class Person:
    """A person or team that owns items. `id` is the key under [people]; accounts are None if unknown."""

    id: str
    name: str = key("text", "The full name.", "")
    aliases: tuple[str, ...] = key("texts", "Other names that documents use.", ())
    email: str | None = key(
        "text",
        "Jira accounts are looked up by e-mail unless `jira` is set.",
        pattern=r"[^\s@]+@[^\s@]+",
        like="alice@example.com",
        repr=False,
    )
    github: str | None = key("text", "GitHub login.")
    jira: str | None = key("text", "Jira account id (Cloud) or user name (Data Center).")


@frozen
class TrackerSettings:
    """One [trackers.NAME] table. Which of the service's own keys matter depends on `type`.

    `*_env` are names of environment variables, never secrets.
    """

    name: str
    type: Literal["github", "jira", "local"]
    label: str = key("text", "The label that every ticket gets, and by which pmsync finds its tickets.", "postmortem")
    labels: tuple[str, ...] = key("texts", "More labels for every ticket.", ())
    accounts: tuple[str, ...] = key(
        "texts",
        "All accounts that create tickets for this namespace, from CI and from cron: pmsync trusts only their markers. "
        "Tickets of an account that is missing here block new ones. Without this key, it is the token's own account.",
        (),
    )
    fallback_owner: str | None = key(
        "text", "The assignee if the document's owner cannot be found, or the tracker refuses them."
    )
    settle: timedelta = key(
        "span",
        "How long a new ticket may be missing from listings before a create in doubt is repeated.",
        timedelta(minutes=10),
        by_type={"local": timedelta(0)},
    )
    lag: timedelta = key(
        "span",
        "How long a run without a ledger waits between its two searches before it creates.",
        timedelta(minutes=1),
        by_type={"jira": timedelta(seconds=200), "local": timedelta(0)},
    )
    default: bool = key("flag", "Items that no route matches go here.", False)
    restricted: bool = key("flag", "Items of restricted documents go here, and only here.", False)
    formerly: tuple[str, ...] = key("texts", "Former addresses of this service.", ())
    token_env: str | None = key(
        "variable",
        "The environment variable that holds the token.",
        by_type={"github": "GITHUB_TOKEN", "jira": "JIRA_TOKEN"},
        types=_GITHUB + _JIRA,
    )
    api_url: str = key(
        "url",
        "Where requests go, if that differs from the usual place.",
        "",
        by_type={"github": GITHUB_API},
        types=_GITHUB + _JIRA,
    )
    repo: str = key("required", "The repository.", "", types=_GITHUB, pattern=REPOSITORY, like="acme/web")
    app_id_env: str | None = key("variable", "A GitHub App instead of a token: its id.", types=_GITHUB)
    app_key_env: str | None = key("variable", "The App's private key.", types=_GITHUB)
    app_installation_id: int | None = key("number", "The App's installation, if it has several.", types=_GITHUB)
    url: str = key("url", "The site, as people open it.", "", types=_JIRA, required=True)
    project: str = key("required", "The project's key.", "", types=_JIRA, pattern="[A-Z][A-Z0-9_]+", like="PAY")
    issue_type: str = key("text", "The type of new tickets.", "Task", types=_JIRA)
    deployment: Literal["cloud", "server"] | None = key(
        "choice",
        '"cloud" or "server" (Data Center). Detected if not set.',
        types=_JIRA,
        choices=("cloud", "server"),
    )
    email_env: str | None = key("variable", "Cloud: the e-mail address that the API token belongs to.", types=_JIRA)
    user_env: str | None = key("variable", "Data Center without personal access tokens: the user name.", types=_JIRA)
    password_env: str | None = key("variable", "The password of that user.", types=_JIRA)
    status: Mapping[str, str] = field(default_factory=dict)
    resolution: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, object] = field(default_factory=dict)
    priority: Mapping[str, str] = field(default_factory=dict)
    path: str = key("text", "The SQLite file of this tracker.", "", types=_LOCAL)

    @property
    def api(self) -> str:
        """Where requests go: `api_url`, or the service's usual place."""
        return self.api_url or {"github": GITHUB_API, "jira": self.url}.get(self.type, "")

    @property
    def sites(self) -> tuple[str, ...]:
        """The addresses of a Jira that documents may link to: its site, `api_url`, and former addresses."""
        return tuple(dict.fromkeys(filter(None, (self.url, self.api_url, *self.formerly))))


@frozen
class Route:
    """Where an item is created if all conditions that are set are true. `path` is a glob from the config's folder."""

    tracker: str
    path: str | None = key("text", "A glob for the document's path.")
    team: str | None = key("text", "A team or service of the document.")
    label: str | None = key("text", "A label of the item or document.")
    kind: str | None = key("text", "The item's kind.")
    restricted: bool | None = key("flag", "Whether the document is restricted.")


@frozen
class Limit:
    """A number of days, or of business days."""

    days: int
    business: bool = False

    @property
    def most(self) -> int:
        """The most days that a configuration can give: a hundred years, or four of business days."""
        return 1_000 if self.business else 36_500


CONDITIONS = ("severity", "priority", "kind", "service")
"""What a rule of [sla] can ask for."""


@frozen
class SlaRule:
    """How long items may take that meet all conditions that are set. Severities are normalised (`sev1`)."""

    severity: tuple[str, ...] = key("texts", "The document's severity.", ())
    priority: tuple[str, ...] = key("texts", "The item's priority.", ())
    kind: tuple[str, ...] = key("texts", "The item's kind. Each condition may have several values: one must match.", ())
    service: tuple[str, ...] = key("texts", "A service of the document.", ())
    assigned: Limit | None = key("limit", "The time until somebody has the ticket.")
    done: Limit | None = key("limit", "The time until the item is due.")

    @property
    def conditions(self) -> tuple[str, ...]:
        """The names of the conditions that are set."""
        return tuple(name for name in CONDITIONS if getattr(self, name))

    @property
    def limits(self) -> tuple[Limit, ...]:
        return tuple(limit for limit in (self.assigned, self.done) if limit)


@frozen
class Holidays:
    """The days off, of everybody or of one team. `teams` are by name; a team has none of its own."""

    country: str | None = key(
        "text",
        "Public holidays (needs `pmsync[holidays]`), by the country's two letters.",
        pattern="[A-Z]{2,3}",
        like="DE",
    )
    subdivision: str | None = key("text", "The state, canton or province, if its holidays differ.")
    days: tuple[date | tuple[int, int], ...] = key(
        "days", "Your own days off: single ones, or a month and day of every year.", ()
    )
    teams: Mapping[str, Holidays] = field(default_factory=dict)


@frozen
class Levels:
    """Levels of rules for documents whose path matches a glob."""

    path: str
    levels: Mapping[str, str]


@frozen
class Guard:
    """The most changes of each kind that a run may make without `--allow KIND=N`."""

    max_creates: int = key("number", "New tickets.", 50)
    max_updates: int = key("number", "Updated tickets.", 100)
    max_orphans: int = key("number", "Items that were removed from their documents while their tickets are open.", 20)


TEACHABLE = ("action", "owner", "due", "status", "ticket", "kind", "priority", "id", "labels", "notes")
"""What a column can contain, for [vocabulary.columns]."""


@frozen
class Vocabulary:
    """A team's own words, in addition to those that pmsync knows.

    `sections` are headings that announce action items. `columns` maps names of columns to their content (one of
    TEACHABLE). Case, punctuation and text in brackets do not matter. `projects` are the configured Jira projects, each
    with its Jira's address and its key: RFC-1 is a ticket if `RFC` is one of them, otherwise a standard.
    """

    sections: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    projects: tuple[tuple[str, str], ...] = ()


NOTHING_TAUGHT = Vocabulary()


@frozen
class Settings:
    """The whole configuration. `root` is the config's folder (absolute).

    `levels` are the levels that rules of `pmsync check` have instead of their own: error, warning, note, or off.
    `levels_at` come before them: the first one counts whose glob matches the document and that names the rule.
    `sla` are the rules for due dates; for each limit the first one counts that fits and has it.
    """

    root: str
    namespace: str = key(
        "required",
        "Makes ids unique: the same path in two repositories is two documents. Never change it once tickets exist.",
        table="documents",
        pattern=r"[^\s<>\"'`\\]{1,200}",
        like="acme/web",
    )
    include: tuple[str, ...] = key(
        "texts",
        "Which files are post-mortems, from this folder; `**` stands for any folders. The suffix says how a file is "
        "read: .html, .docx (needs `pmsync[docx]`), .rst (needs `pmsync[rst]`), anything else as Markdown.",
        ("postmortems/**/*.md",),
        table="documents",
    )
    exclude: tuple[str, ...] = key("texts", "Except these.", (), table="documents")
    since: date | None = key("day", "Items of older documents are listed, and get no tickets.", table="documents")
    formerly: tuple[str, ...] = key(
        "texts",
        "Former namespaces and places of this configuration. Tickets that were created under them still belong to it.",
        (),
        table="documents",
    )
    web_url: str | None = key(
        "text",
        "Where people read a line of a document; tickets link to it. pmsync fills in {path} and {line}.",
        table="documents",
        pattern=r"https?://[^\s@]+",
        like="https://github.com/acme/web/blob/main/{path}#L{line}",
    )
    repository: str | None = key(
        "text",
        "The GitHub repository that a bare `#12` in a document means. Without this key, it is the one of the only "
        "GitHub tracker, or of web_url.",
        table="documents",
        pattern=REPOSITORY,
        like="acme/web",
    )
    ledger: str = key(
        "text",
        "The SQLite file that remembers which item has which ticket. Its folder gets a .gitignore of its own.",
        ".pmsync/ledger.db",
        table="ledger",
        name="path",
    )
    trackers: Mapping[str, TrackerSettings] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    sla: tuple[SlaRule, ...] = ()
    holidays: Holidays = Holidays()
    grace: timedelta = key(
        "span",
        "If CI creates tickets at the merge, the host that runs from cron leaves a new item to CI for this long, and "
        'then creates what CI missed. "0" if only one of the two creates.',
        timedelta(0),
        table="sync",
    )
    full_scan_every: timedelta = key(
        "span", "How often all tickets are read again, not only those that changed.", timedelta(days=1), table="sync"
    )
    begun: datetime | None = key(
        "moment",
        "Written by `pmsync init`. For ten minutes after it, only the machine that it ran on creates tickets, and its "
        "first sync need not wait for other runs' tickets.",
        table="sync",
    )
    guard: Guard = Guard()
    levels: Mapping[str, str] = field(default_factory=dict)
    levels_at: tuple[Levels, ...] = ()
    vocabulary: Vocabulary = NOTHING_TAUGHT

    @property
    def default_tracker(self) -> str:
        """The tracker for items that no route matches: the one marked default, or the only one not restricted."""
        marked = [t.name for t in self.trackers.values() if t.default]
        public = [t.name for t in self.trackers.values() if not t.restricted]
        return (marked or public or list(self.trackers))[0]
