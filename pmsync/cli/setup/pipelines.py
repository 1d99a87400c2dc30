"""The pipelines that `pmsync init --ci` writes, and what a person has to set up for them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pmsync import __version__
from pmsync.cli.host.git import GitRepository
from pmsync.cli.setup.files import ConfigPlace, FilePart, Values, filled
from pmsync.cli.setup.pin_version import Pin
from pmsync.config.settings import Settings, TrackerSettings
from pmsync.errors import ConfigError
from pmsync.trackers.hosts import is_allowed

SYSTEMS = ("github", "gitlab")
GITLAB = ".gitlab/pmsync.yml"
_GITLAB_TOP = f"include:\n  - local: {GITLAB}\n"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a pipeline does besides: `write_back` is '', 'push' or 'pr'; `comment` shows the plan in pull requests."""

    write_back: str = ""
    comment: bool = False


NOTHING_MORE = Wishes()


def pipeline(
    system: str, settings: Settings, place: ConfigPlace, pin: Pin, wishes: Wishes = NOTHING_MORE
) -> list[FilePart]:
    """The files of a pipeline. Raises ConfigError for a tracker that a runner cannot keep."""
    local = [tracker.name for tracker in settings.trackers.values() if tracker.type == "local"]
    if local:
        raise ConfigError(
            f"tracker {local[0]!r} is a file, and a runner of --ci {system} forgets its files: tickets would be lost",
            "let a host with cron create them (--cron), or use a tracker of type github or jira",
        )
    return _github(settings, place, pin, wishes) if system == "github" else _gitlab(settings, place, pin, wishes)


def _github(settings: Settings, place: ConfigPlace, pin: Pin, wishes: Wishes) -> list[FilePart]:
    own, foreign = _token_uses(settings, place.repository)
    branch = place.repository.branch or "main"
    env = [f"  {name}: ${{{{ secrets.{name} }}}}" for name in secret_names(settings) if name != "GITHUB_TOKEN"]
    if foreign_hosts(settings):
        env.append("  PMSYNC_HOSTS: ${{ vars.PMSYNC_HOSTS }}")
    values: Values = {
        "BRANCH": json.dumps(branch),
        "REF": branch.replace("'", "''"),
        "ACTION": f"{pin.slug}@{pin.commit}",
        "VERSION": f"v{__version__}",
        "CONFIG": json.dumps(place.inside),
        "OWN": own,
        "FOREIGN": foreign,
        "COMMENT": wishes.comment,
        "WRITE_BACK": wishes.write_back,
        "READ_ONLY": not wishes.write_back,
        "OPENS": wishes.write_back == "pr",
        "ENV": env,
    }
    return [FilePart(place.top / ".github/workflows/pmsync.yml", filled("github-workflow.yml", values))]


def _gitlab(settings: Settings, place: ConfigPlace, pin: Pin, wishes: Wishes) -> list[FilePart]:
    values: Values = {
        "SOURCE": json.dumps(pin.url),
        "COMMIT": json.dumps(pin.commit),
        "VERSION": f"v{__version__}",
        "CONFIG": json.dumps(place.inside),
        "SECRETS": ", ".join([*secret_names(settings), *(["PMSYNC_PUSH_TOKEN"] if wishes.write_back else [])]),
        "HOSTS": foreign_hosts(settings),
        "WRITE_BACK": {"pr": "mr"}.get(wishes.write_back, wishes.write_back),
        "READ_ONLY": not wishes.write_back,
    }
    parts = [FilePart(place.top / GITLAB, filled("gitlab-ci.yml", values))]
    if not (place.top / ".gitlab-ci.yml").exists():
        parts.append(FilePart(place.top / ".gitlab-ci.yml", _GITLAB_TOP))
    return parts


def _token_uses(settings: Settings, repository: GitRepository) -> tuple[bool, bool]:
    """Whether the workflow's own token opens some tracker, and whether some tracker needs another one."""
    uses = [_is_own(t, repository) for t in settings.trackers.values() if t.token_env == "GITHUB_TOKEN"]  # noqa: S105
    return any(uses), not all(uses)


def _is_own(tracker: TrackerSettings, repository: GitRepository) -> bool:
    same = tracker.repo.casefold() == repository.slug.casefold()
    return same and repository.on_github and tracker.api == repository.api_url


def secret_names(settings: Settings) -> list[str]:
    """The environment variables that the trackers read, each once."""
    fields = ("token_env", "email_env", "user_env", "password_env", "app_id_env", "app_key_env")
    names = (getattr(tracker, field) for tracker in settings.trackers.values() for field in fields)
    return list(dict.fromkeys(name for name in names if name))


def foreign_hosts(settings: Settings, environ: Mapping[str, str] | None = None) -> str:
    """The hosts, separated by spaces, that get no token unless the environment or the user names them.

    Without an environment, as in any CI.
    """
    environ = {"CI": "true"} if environ is None else environ
    hosts = []
    for tracker in settings.trackers.values():
        host = urlsplit(tracker.api).hostname or ""
        if tracker.type != "local" and host and not is_allowed(tracker.type, host, environ):
            hosts.append(host)
    return " ".join(dict.fromkeys(hosts))


def steps(system: str, settings: Settings, place: ConfigPlace, wishes: Wishes = NOTHING_MORE) -> Iterator[str]:
    """What is left for a person to do, a line each."""
    yield from _write_back_steps(system, wishes.write_back)
    names = secret_names(settings)
    if system == "gitlab":
        top = place.top / ".gitlab-ci.yml"
        if top.exists() and GITLAB.encode() not in top.read_bytes():
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
    if write_back and system == "gitlab":
        yield "set the CI/CD variable PMSYNC_PUSH_TOKEN: a project access token with write_repository"
    elif write_back == "pr":
        yield "allow in Settings, Actions, General: `Allow GitHub Actions to create and approve pull requests`"
        yield "approve the checks of pmsync's pull requests, or give the action an App's token as write-back-token"
    if write_back == "push":
        yield "let that push pass where the branch is protected, or choose --write-back pr"
