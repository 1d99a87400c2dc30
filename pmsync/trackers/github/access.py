"""A GitHub tracker's secrets, and what its address says about the service. Sends nothing and prints no secret."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from github import Auth

from pmsync.config.settings import TrackerSettings
from pmsync.errors import ConfigError
from pmsync.trackers.github.session import AppKey
from pmsync.trackers.hosts import GITHUB, checked_secrets


def checked_credentials(settings: TrackerSettings, environ: Mapping[str, str]) -> str | AppKey:
    """The token or App key to use; raises ConfigError with all problems at once."""
    if settings.app_id_env and settings.app_key_env:
        variables = {"app_id_env": settings.app_id_env, "app_key_env": settings.app_key_env}
    else:
        variables = {"token_env": settings.token_env or "GITHUB_TOKEN"}
    example = "`https://HOST/api/v3`, or leave it out for github.com"
    secrets = checked_secrets(settings, variables, environ, key="api_url", example=example)
    if len(secrets) == 1:
        return secrets[0]
    app = AppKey(secrets[0], secrets[1].replace("\\n", "\n"), settings.app_installation_id)
    try:
        Auth.AppAuth(app.app_id, app.key).create_jwt()
    except Exception:
        where = f"trackers.{settings.name}.app_key_env"
        raise ConfigError(f"{where}: {settings.app_key_env!r} is not a private key in PEM form") from None
    return app


def web_host(api_url: str) -> str:
    """The host that issues of this API have in their addresses, with its port unless that is 443."""
    host = urlsplit(api_url).netloc.rpartition("@")[2].lower().removesuffix(":443")
    if host == GITHUB:
        return "github.com"
    return host.removeprefix("api.") if host.endswith(".ghe.com") else host


def has_content_limits(api_url: str) -> bool:
    """Whether it is GitHub's own service, which limits how many issues are made in a minute and an hour."""
    host = urlsplit(api_url).hostname or ""
    return host == GITHUB or host.endswith(".ghe.com")
