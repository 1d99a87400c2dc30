"""Which secret goes to which Jira, and the library's object for it. Prints no secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from jira import JIRA

from pmsync.config.settings import TrackerSettings
from pmsync.errors import ConfigError
from pmsync.trackers.hosts import address_problem
from pmsync.trackers.jira.gateway import is_gateway
from pmsync.trackers.jira.session import TIMEOUT, Session


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
        server=settings.api.rstrip("/"),
        basic_auth=by_user,
        token_auth=None if by_user else credentials.secret,
        get_server_info=False,
        max_retries=0,
        timeout=timeout,
        logging=False,
    )
    return Session(
        jira,
        secrets=credentials.variables,
        setting=f"trackers.{settings.name}.{_address_key(settings)}",
        site="" if settings.api_url or settings.deployment == "server" or is_gateway(settings.url) else settings.url,
        timeout=timeout,
    )


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
    """What is wrong with the address that the token goes to. No token goes to the site of an `api_url`."""
    where = f"trackers.{settings.name}.{_address_key(settings)}"
    example = "`https://HOST`, with the context path if there is one"
    problem = address_problem("jira", settings.api, environ, example)
    return [f"{where} is {problem}"] if problem else []


def _address_key(settings: TrackerSettings) -> str:
    """The setting that says where requests go."""
    return "api_url" if settings.api_url else "url"
