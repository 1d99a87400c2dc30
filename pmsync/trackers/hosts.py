"""Which hosts a token may go to. The configuration may come from a stranger, so it does not decide.

A token goes to its service's own hosts, and to those that the environment (`PMSYNC_HOSTS`) or the user's own file
names. Localhost is allowed too, except in CI, where other people's jobs may listen on it.
"""

from __future__ import annotations

import os
import re
import shlex
from collections import ChainMap
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pmsync.config.settings import TrackerSettings
from pmsync.errors import ConfigError

VARIABLE = "PMSYNC_HOSTS"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ADDRESS = re.compile(r"https?://(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d+)?(?:/[^\s\\@?#]*)?", re.ASCII | re.IGNORECASE)
"""An address that every parser reads alike: requests ends a host at a backslash, urlsplit ignores newlines and tabs."""
_TOKEN = re.compile(r"[\x21-\x7e]+")
GITHUB = "api.github.com"
GATEWAY = "api.atlassian.com"
OWN = {"github": (GITHUB,), "jira": ("*.atlassian.net", GATEWAY)}
"""By the tracker's type. The gateway takes scoped tokens:
https://support.atlassian.com/user-management/docs/manage-api-tokens-for-service-accounts/
"""
JIRA_AT_GATEWAY = re.compile(r"/ex/jira/[\w-]+/?", re.ASCII)
"""The only path of the gateway that is a Jira: it serves other products as well."""
_LONGEST_FILE = 100_000


def checked_secrets(
    settings: TrackerSettings, variables: Mapping[str, str], environ: Mapping[str, str], *, key: str, example: str
) -> list[str]:
    """The secrets of a tracker: the values of the environment variables that its settings name, in order.

    `key` is the setting that holds the address, and `example` how one is written. Raises ConfigError with all problems
    at once: with the address, and with each variable (never with its value).
    """
    where = f"trackers.{settings.name}"
    problem = address_problem(settings.type, settings.api, environ, example)
    problems = [f"{where}.{key} is {problem}"] if problem else []
    secrets = [environ.get(variable, "").strip() for variable in variables.values()]
    for (setting, variable), secret in zip(variables.items(), secrets, strict=True):
        if not secret:
            problems.append(
                f"{where}.{setting}: the environment variable `{variable}` is not set: export it, or name another"
            )
        elif setting in {"token_env", "app_id_env"} and not _TOKEN.fullmatch(secret):
            problems.append(f"{where}.{setting}: the value of `{variable}` has spaces or characters that no token has")
    if problems:
        raise ConfigError(*problems)
    return secrets


def is_allowed(service: str, host: str, environ: Mapping[str, str]) -> bool:
    """Whether a token for that type of tracker may go to a host, which is given with its port unless that is 443."""
    name = host if host in LOOPBACK else re.sub(r":\d+$", "", host)
    own = any(host == each or (each[0] == "*" and host.endswith(each[1:])) for each in OWN[service])
    return own or bool({host, name} & _listed(environ)) or (name in LOOPBACK and not in_ci(environ))


def address_problem(service: str, url: str, environ: Mapping[str, str], example: str) -> str:
    """Why no token may go to this address, '' if one may."""
    try:
        address = urlsplit(url)
        name, port = (address.hostname or "").lower(), address.port
    except ValueError:
        return f"{url!r}, which is not a URL: write {example}"
    if not _ADDRESS.fullmatch(url) or not name:
        return f"{url!r}: write {example}"
    if service == "github" and name in {"github.com", "www.github.com"}:
        return f"{url!r}, the web page: write `https://{GITHUB}`, or leave it out"
    if address.scheme == "http" and name not in LOOPBACK:
        return f"{url!r}: a token is never sent without encryption; write `https://`"
    if service == "jira" and name == GATEWAY and not JIRA_AT_GATEWAY.fullmatch(address.path):
        return f"{url!r}: at {GATEWAY} a token goes only to the path of a Jira, `https://{GATEWAY}/ex/jira/CLOUDID`"
    host = f"{name}:{port}" if port and (address.scheme, port) != ("https", 443) else name
    if is_allowed(service, host, environ):
        return ""
    own = " or ".join(OWN[service])
    return f"{url!r}, and a token goes only to {own}: if you trust that host, {advice(host, environ)}"


def advice(host: str, environ: Mapping[str, str]) -> str:
    """What to do so that tokens may go to a host: a command to copy, or the variable to set."""
    variable = f"{VARIABLE}={shlex.quote(host)}"
    file = users_file(environ)
    if in_ci(environ) or file is None:
        return f"set `{variable}` where the job's secrets are set, not in the repository"
    command = f"mkdir -p {_typed(file.parent, environ)} && echo {shlex.quote(host)} >> {_typed(file, environ)}"
    return f"run `{command}`, or set `{variable}`; in CI set that where the job's secrets are set"


def users_file(environ: Mapping[str, str]) -> Path | None:
    """The user's own list of hosts, one on each line; None without a home folder.

    A relative path is ignored: https://specifications.freedesktop.org/basedir-spec/latest/
    """
    home = environ.get("HOME", "")
    folders = (Path(environ.get("XDG_CONFIG_HOME", "")), Path(home) / ".config" if home else Path())
    return next((folder / "pmsync" / "hosts" for folder in folders if folder.is_absolute()), None)


def with_users_hosts(environ: Mapping[str, str], root: Path) -> Mapping[str, str]:
    """The environment with the hosts of the user's file added to `PMSYNC_HOSTS`.

    A file inside the checkout of the configuration (in `root`) is ignored: some CI systems set HOME to the checkout.
    """
    file = users_file(environ)
    if file is None or _is_in_checkout(file, root):
        return environ
    try:
        with file.open("rb") as opened:
            text = opened.read(_LONGEST_FILE).decode("utf-8", "replace")
    except OSError:
        return environ
    lines = (line.partition("#")[0] for line in text.splitlines())
    return ChainMap({VARIABLE: " ".join((environ.get(VARIABLE, ""), *lines))}, environ)  # type: ignore[arg-type]


def in_ci(environ: Mapping[str, str]) -> bool:
    return environ.get("CI", "").lower() not in {"", "0", "false"}


def _listed(environ: Mapping[str, str]) -> set[str]:
    return set(re.split(r"[,\s]+", environ.get(VARIABLE, "").lower())) - {""}


def _is_in_checkout(file: Path, root: Path) -> bool:
    real = Path(os.path.realpath(root))
    top = next((folder for folder in (real, *real.parents) if (folder / ".git").exists()), real)
    return any(Path(place).is_relative_to(top) for place in (os.path.abspath(file), os.path.realpath(file)))  # noqa: PTH100


def _typed(path: Path, environ: Mapping[str, str]) -> str:
    """The path as one would type it in a shell."""
    home = environ.get("HOME", "")
    if home and path.is_relative_to(home):
        return f"~/{shlex.quote(path.relative_to(home).as_posix())}"
    return shlex.quote(str(path))
