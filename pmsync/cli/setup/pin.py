"""Which pmsync a pipeline installs: an address and a commit, so that nobody can put another one in its place."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pmsync.cli.host.git import commit, look
from pmsync.disk.git import parse_remote
from pmsync.errors import ConfigError

_PIN = re.compile(r"https://([A-Za-z0-9.-]+)/([A-Za-z0-9._/-]+?)(?:\.git)?@([0-9a-f]{40})")


@dataclass(frozen=True, slots=True)
class Pin:
    """`slug` is `acme/pmsync` on `host`; `commit` has 40 hexadecimal digits."""

    host: str
    slug: str
    commit: str

    @property
    def url(self) -> str:
        return f"https://{self.host}/{self.slug}.git"

    def __str__(self) -> str:
        return f"https://{self.host}/{self.slug}@{self.commit}"


def parse_pin(text: str) -> Pin:
    """The pin that somebody wrote; raises ConfigError for anything that is no address with a whole commit."""
    found = _PIN.fullmatch(text)
    if not found or found[2].count("/") < 1:
        raise ConfigError(f"{text!r} pins no pmsync; write it like https://github.com/acme/pmsync@COMMIT, 40 digits")
    return Pin(*found.groups())


def installed_pin() -> Pin | None:
    """Where this pmsync was installed from (PEP 610), None where that is no repository that others can reach."""
    try:
        told = json.loads(metadata.distribution("pmsync").read_text("direct_url.json") or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        return None
    url = str(told.get("url", ""))
    if "vcs_info" in told:
        return _pin(url, str(told["vcs_info"].get("commit_id", "")))
    folder = Path(unquote(urlsplit(url).path))
    if not url.startswith("file:") or not folder.is_dir():
        return None
    repository = look(folder)
    if repository.prefix or not repository.slug:
        return None
    return _pin(f"https://{repository.host}/{repository.slug}", commit(folder))


def _pin(url: str, revision: str) -> Pin | None:
    host, slug = parse_remote(url)
    try:
        return parse_pin(f"https://{host}/{slug}@{revision}")
    except ConfigError:
        return None
