"""Which secret goes to which host. Reads settings and environment, sends nothing, and prints no secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from github import Auth

from pmsync.config.settings import TrackerSettings
from pmsync.errors import ConfigError
from pmsync.trackers.github.issue import fit_labels
from pmsync.trackers.github.session import AppKey
from pmsync.trackers.hosts import address_problem

GITHUB = "api.github.com"
DEFAULT_TOKEN_ENV = "GITHUB_TOKEN"  # noqa: S105 - a variable's name


def checked_credentials(settings: TrackerSettings, environ: Mapping[str, str]) -> str | AppKey:
    """The token or App key to use; raises ConfigError with all problems at once."""
    where = f"trackers.{settings.name}"
    problems = [*_address_problems(settings, environ)]
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", settings.repo):
        problems.append(f"{where}.repo is {settings.repo!r}: write it as `owner/name`")
    if fit_labels([settings.label]) != (settings.label,):
        problems.append(f"{where}.label is {settings.label!r}: GitHub takes no commas and at most 50 characters")
    secrets, missing = _secrets(settings, environ)
    problems += missing
    if problems:
        raise ConfigError(*problems)
    if len(secrets) == 1:
        return secrets[0]
    app = AppKey(secrets[0], secrets[1].replace("\\n", "\n"), settings.app_installation_id)
    if not _signs(app):
        raise ConfigError(f"{where}.app_key_env: {settings.app_key_env!r} holds no private key in PEM form")
    return app


def web_host(api_url: str) -> str:
    """The host that issues of this API have in their addresses, with its port where that is not the usual one."""
    host = urlsplit(api_url).netloc.rpartition("@")[2].lower().removesuffix(":443")
    if host == GITHUB:
        return "github.com"
    return host.removeprefix("api.") if host.endswith(".ghe.com") else host


def has_content_limits(api_url: str) -> bool:
    """Whether it is GitHub's own service, which limits how many issues are made in a minute and an hour."""
    host = urlsplit(api_url).hostname or ""
    return host == GITHUB or host.endswith(".ghe.com")


def _address_problems(settings: TrackerSettings, environ: Mapping[str, str]) -> list[str]:
    where, url = f"trackers.{settings.name}.api_url", settings.api
    if re.match(r"https?://(?:www\.)?github\.com(?::\d+)?(?:/|$)", url, re.IGNORECASE):
        return [f"{where} is {url!r}, the web page: write `https://{GITHUB}`, or leave it out"]
    example = "`https://HOST/api/v3`, or leave it out for github.com"
    problem = address_problem("github", url, environ, example)
    return [f"{where} is {problem}"] if problem else []


def _secrets(settings: TrackerSettings, environ: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The secrets (a token, or an App's id and key) and what is wrong with them; never their values."""
    if settings.app_id_env or settings.app_key_env:
        named = {"app_id_env": settings.app_id_env, "app_key_env": settings.app_key_env}
    else:
        named = {"token_env": settings.token_env or DEFAULT_TOKEN_ENV}
    secrets, problems = [], []
    for setting, variable in named.items():
        where = f"trackers.{settings.name}.{setting}"
        value = environ.get(variable, "").strip() if variable else ""
        if not variable:
            problems.append(f"{where} is missing: a GitHub App needs both `app_id_env` and `app_key_env`")
        elif not value:
            problems.append(f"{where}: the environment variable `{variable}` is not set: export it, or name another")
        elif setting != "app_key_env" and not re.fullmatch(r"[\x21-\x7e]+", value):
            problems.append(f"{where}: the value of `{variable}` has spaces or characters that no token has")
        secrets.append(value)
    return secrets, problems


def _signs(app: AppKey) -> bool:
    try:
        Auth.AppAuth(app.app_id, app.key).create_jwt()
    except Exception:
        return False
    return True
