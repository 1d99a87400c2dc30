"""Which secret goes to which Jira, and the library's object for it. Prints no secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from jira import JIRA

from pmsync.errors import ConfigError
from pmsync.settings import TrackerSettings
from pmsync.trackers.jira_http import TIMEOUT, Session

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CLOUD = ".atlassian.net"
_ADDRESS = re.compile(r"https?://(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d+)?(?:/[^\s\\@?#]*)?", re.ASCII | re.IGNORECASE)
"""One that all read alike: for requests a host ends at a backslash, and urlsplit passes over line ends and tabs."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A personal access token alone, or a user (an e-mail on Cloud) with its secret; `variables` are their names."""

    secret: str
    user: str = ""
    variables: str = ""

    def __repr__(self) -> str:
        return f"Credentials({self.variables})"


def open_session(
    settings: TrackerSettings, environ: Mapping[str, str], timeout: tuple[float, float] = TIMEOUT
) -> Session:
    """A session that has sent nothing yet; raises ConfigError with all problems at once."""
    credentials = checked_credentials(settings, environ)
    by_user = (credentials.user, credentials.secret) if credentials.user else None
    jira = JIRA(
        server=settings.url,
        basic_auth=by_user,
        token_auth=None if by_user else credentials.secret,
        get_server_info=False,
        max_retries=0,
        timeout=timeout,
        logging=False,
    )
    # Without these the library would ask `serverInfo` and `field` before anything else.
    jira.deploymentType = {"cloud": "Cloud", "server": "Server", None: None}[settings.deployment]
    jira._fields_cache_value = {"summary": "summary"}
    return Session(jira, secrets=credentials.variables, timeout=timeout)


def checked_credentials(settings: TrackerSettings, environ: Mapping[str, str]) -> Credentials:
    """What to authenticate with; raises ConfigError with all problems at once."""
    problems = [*_address_problems(settings, environ)]
    if not settings.project:
        problems.append(f"trackers.{settings.name}.project is missing: write the project's key, like `PAY`")
    names = _variables(settings)
    if not names:
        problems.append(
            f"trackers.{settings.name} names no credentials: for Cloud set email_env and token_env, "
            "for Data Center token_env alone, or user_env and password_env"
        )
    problems += [
        f"trackers.{settings.name}.{key} names the variable {name!r}, which is not set: set it, or name another one"
        for key, name in names.items()
        if not environ.get(name, "").strip()
    ]
    problems += [
        f"trackers.{settings.name}.{key}: the value of {name!r} has spaces or characters that no token has"
        for key, name in names.items()
        if key == "token_env" and not re.fullmatch(r"[\x21-\x7e]*", environ.get(name, "").strip())
    ]
    if problems:
        raise ConfigError(*problems)
    user, secret = ("", *names.values())[-2:]
    variables = " and ".join(f"`{name}`" for name in names.values())
    return Credentials(environ[secret].strip(), environ[user].strip() if user else "", variables)


def _variables(settings: TrackerSettings) -> dict[str, str]:
    """The settings that name a variable, the one with the secret last; empty where they do not make a pair."""
    if settings.token_env:
        pairs = {"email_env": settings.email_env, "user_env": settings.user_env}
        user = {key: name for key, name in pairs.items() if name}
        return {**dict(list(user.items())[:1]), "token_env": settings.token_env}
    if settings.user_env and settings.password_env:
        return {"user_env": settings.user_env, "password_env": settings.password_env}
    return {}


def _address_problems(settings: TrackerSettings, environ: Mapping[str, str]) -> list[str]:
    where, url = f"trackers.{settings.name}.url", settings.url
    try:
        address = urlsplit(url)
        host = _host(address)
    except ValueError:
        return [f"{where} is {url!r}, which is no address"]
    if not _ADDRESS.fullmatch(url) or not host:
        return [f"{where} is {url!r}: write `https://HOST`, with the context path if there is one"]
    if address.scheme == "http" and address.hostname not in _LOOPBACK:
        return [f"{where} is {url!r}: a token is never sent without encryption; write `https://`"]
    named = re.split(r"[,\s]+", environ.get("PMSYNC_HOSTS", "").lower())
    in_ci = environ.get("CI", "").lower() not in {"", "0", "false"}
    if in_ci and not (address.hostname or "").endswith(_CLOUD) and not {host, address.hostname} & set(named):
        hint = f"if that is right, set `PMSYNC_HOSTS={host}` where the job's secrets are set, not in the repository"
        return [f"{where} is {url!r}, and in CI a token goes only to *{_CLOUD}: {hint}"]
    return []


def _host(address: SplitResult) -> str:
    host = (address.hostname or "").lower()
    return f"{host}:{address.port}" if address.port else host
