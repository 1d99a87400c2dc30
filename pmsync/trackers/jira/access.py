"""A session with Jira, from the settings and the secrets in the environment. Prints no secret."""

from __future__ import annotations

from collections.abc import Mapping

from jira import JIRA

from pmsync.config.settings import TrackerSettings
from pmsync.trackers.hosts import checked_secrets
from pmsync.trackers.jira.api_gateway import is_gateway
from pmsync.trackers.jira.session import TIMEOUT, JiraSession


def open_session(
    settings: TrackerSettings, environ: Mapping[str, str], timeout: tuple[float, float] = TIMEOUT
) -> JiraSession:
    """A session that has sent nothing yet; raises ConfigError with all problems at once."""
    key = "api_url" if settings.api_url else "url"
    variables = _variables(settings)
    example = "`https://HOST`, with the context path if there is one"
    *user, secret = checked_secrets(settings, variables, environ, key=key, example=example)
    jira = JIRA(
        server=settings.api.rstrip("/"),
        basic_auth=(user[0], secret) if user else None,
        token_auth=None if user else secret,
        get_server_info=False,
        max_retries=0,
        timeout=timeout,
        logging=False,
    )
    return JiraSession(
        jira,
        secrets=" and ".join(f"`{name}`" for name in variables.values()),
        setting=f"trackers.{settings.name}.{key}",
        site="" if settings.api_url or settings.deployment == "server" or is_gateway(settings.url) else settings.url,
        timeout=timeout,
    )


def _variables(settings: TrackerSettings) -> dict[str, str]:
    """The settings that name variables: of the user, if there is one, then of the secret."""
    token = {"email_env": settings.email_env} if settings.email_env else {"user_env": settings.user_env}
    token |= {"token_env": settings.token_env}
    password = {"user_env": settings.user_env, "password_env": settings.password_env}
    return {key: name for key, name in (token if settings.token_env else password).items() if name}
