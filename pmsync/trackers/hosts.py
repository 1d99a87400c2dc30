"""Which hosts a token may go to. The configuration may be a stranger's, so it is not the one to say.

A token goes to its service's own hosts, and to those that the environment (`PMSYNC_HOSTS`) or the user's own file
names. This very machine counts as the user's, but for CI, where jobs of others may listen on it.
"""

from __future__ import annotations

import os
import re
import shlex
from collections import ChainMap
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

VARIABLE = "PMSYNC_HOSTS"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ADDRESS = re.compile(r"https?://(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d+)?(?:/[^\s\\@?#]*)?", re.ASCII | re.IGNORECASE)
"""One that all read alike: for requests a host ends at a backslash, and urlsplit passes over line ends and tabs."""
GATEWAY = "api.atlassian.com"
OWN = {"github": ("api.github.com",), "jira": ("*.atlassian.net", GATEWAY)}
"""By the tracker's type. The gateway takes scoped tokens:
https://support.atlassian.com/user-management/docs/manage-api-tokens-for-service-accounts/
"""
JIRA_AT_GATEWAY = re.compile(r"/ex/jira/[\w-]+/?", re.ASCII)
"""The one path of the gateway that is a Jira; other products live beside it."""
_LARGEST = 100_000


def is_allowed(service: str, host: str, environ: Mapping[str, str]) -> bool:
    """Whether a token of that type of tracker may go to a host, which stands with its port unless that is 443."""
    name = host if host in LOOPBACK else re.sub(r":\d+$", "", host)
    own = any(host == each or (each[0] == "*" and host.endswith(each[1:])) for each in OWN[service])
    return own or bool({host, name} & _named(environ)) or (name in LOOPBACK and not in_ci(environ))


def address_problem(service: str, url: str, environ: Mapping[str, str], example: str) -> str:
    """Why no token goes to this address, '' where one does. `example` says how an address is written."""
    try:
        address = urlsplit(url)
        name, port = (address.hostname or "").lower(), address.port
    except ValueError:
        return f"{url!r}, which is no address"
    if not _ADDRESS.fullmatch(url) or not name:
        return f"{url!r}: write {example}"
    if address.scheme == "http" and name not in LOOPBACK:
        return f"{url!r}: a token is never sent without encryption; write `https://`"
    host = f"{name}:{port}" if port and (address.scheme, port) != ("https", 443) else name
    if service == "jira" and name == GATEWAY and not JIRA_AT_GATEWAY.fullmatch(address.path):
        return f"{url!r}: of {GATEWAY} a token goes only to a Jira's own path, `https://{GATEWAY}/ex/jira/CLOUDID`"
    if is_allowed(service, host, environ):
        return ""
    own = " or ".join(OWN[service])
    return f"{url!r}, and a token goes only to {own}: if you trust that host, {advice(host, environ)}"


def advice(host: str, environ: Mapping[str, str]) -> str:
    """What to do so that tokens may go to a host; works as it stands."""
    variable = f"{VARIABLE}={shlex.quote(host)}"
    file = users_file(environ)
    if in_ci(environ) or file is None:
        return f"set `{variable}` where the job's secrets are set, not in the repository"
    command = f"mkdir -p {_typed(file.parent, environ)} && echo {shlex.quote(host)} >> {_typed(file, environ)}"
    return f"run `{command}`, or set `{variable}`; in CI set that where the job's secrets are set"


def users_file(environ: Mapping[str, str]) -> Path | None:
    """The user's own list of hosts, a line each; None where there is no home for it.

    https://specifications.freedesktop.org/basedir-spec/latest/: a relative path is to be passed over.
    """
    home = environ.get("HOME", "")
    folders = (Path(environ.get("XDG_CONFIG_HOME", "")), Path(home) / ".config" if home else Path())
    return next((folder / "pmsync" / "hosts" for folder in folders if folder.is_absolute()), None)


def with_users_hosts(environ: Mapping[str, str], root: Path) -> Mapping[str, str]:
    """The environment with the hosts of the user's file among `PMSYNC_HOSTS`.

    A file inside the checkout that the configuration (in `root`) belongs to is not the user's: some CI systems make
    the checkout the home.
    """
    file = users_file(environ)
    if file is None or _belongs_to_checkout(file, root):
        return environ
    try:
        with file.open("rb") as opened:
            text = opened.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return environ
    lines = (line.partition("#")[0] for line in text.splitlines())
    return ChainMap({VARIABLE: " ".join((environ.get(VARIABLE, ""), *lines))}, environ)  # type: ignore[arg-type]


def in_ci(environ: Mapping[str, str]) -> bool:
    return environ.get("CI", "").lower() not in {"", "0", "false"}


def _named(environ: Mapping[str, str]) -> set[str]:
    return set(re.split(r"[,\s]+", environ.get(VARIABLE, "").lower())) - {""}


def _belongs_to_checkout(file: Path, root: Path) -> bool:
    real = Path(os.path.realpath(root))
    top = next((folder for folder in (real, *real.parents) if (folder / ".git").exists()), real)
    return any(Path(place).is_relative_to(top) for place in (os.path.abspath(file), os.path.realpath(file)))  # noqa: PTH100


def _typed(path: Path, environ: Mapping[str, str]) -> str:
    """The path as somebody types it in a shell."""
    home = environ.get("HOME", "")
    if home and path.is_relative_to(home):
        return f"~/{shlex.quote(path.relative_to(home).as_posix())}"
    return shlex.quote(str(path))
