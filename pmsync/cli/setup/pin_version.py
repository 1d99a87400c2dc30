"""The pmsync that a pipeline installs: an address and a commit, so that nobody can replace it."""

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
    """The pin in a text; raises ConfigError if it is not an address with a full commit."""
    match = _PIN.fullmatch(text)
    if not match or "/" not in match[2]:
        raise ConfigError(f"{text!r} is not a pin; write it like https://github.com/acme/pmsync@COMMIT, 40 digits")
    return Pin(*match.groups())


def installed_pin() -> Pin | None:
    """Where this pmsync was installed from (PEP 610), None if others cannot reach it."""
    try:
        source = json.loads(metadata.distribution("pmsync").read_text("direct_url.json") or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        return None
    url = str(source.get("url", ""))
    if "vcs_info" in source:
        return _pin(url, str(source["vcs_info"].get("commit_id", "")))
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
