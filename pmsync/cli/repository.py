"""What a folder's git repository says about itself, and where post-mortems lie in it. Changes nothing."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pmsync.errors import ConfigError

PLACES = re.compile(
    r"(?:post|pre)?[-_ ]?mortems?|incidents?|incident[-_ ]?(?:reports?|reviews?)|rcas?|outages?|retros(?:pectives)?",
    re.I,
)
DEPTH = 5
"""How many folders deep post-mortems are looked for."""
_SKIPPED = {"node_modules", "vendor", "venv", "site-packages", "target", "build", "dist"}
_REMOTE = re.compile(
    r"(?:https?|ssh|git)://(?:[^/@]*@)?(?P<host>[^/:]+)(?::\d+)?/(?P<path>.+)|(?:[^/@:]+@)?(?P<host2>[^/:]+):(?P<path2>[^/].*)"
)


@dataclass(frozen=True, slots=True)
class Repository:
    """`slug` is `acme/web` on `host`; `prefix` is the folder's path in it ('' or ending in '/'). '' where unknown."""

    host: str = ""
    slug: str = ""
    branch: str = ""
    prefix: str = ""

    @property
    def on_github(self) -> bool:
        return "github" in self.host

    @property
    def api_url(self) -> str:
        return "https://api.github.com" if self.host == "github.com" else f"https://{self.host}/api/v3"

    @property
    def web_url(self) -> str:
        """Where people read a line of a document; '' where that cannot be told."""
        return (
            f"https://{self.host}/{self.slug}/blob/{self.branch}/{self.prefix}{{path}}#L{{line}}"
            if self.on_github
            else ""
        )


def look(folder: Path) -> Repository:
    """What git says about the folder; an empty answer outside a repository or without git."""
    host, slug = parse_remote(_git(folder, "remote", "get-url", "origin"))
    head = _git(folder, "symbolic-ref", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")
    branch = head or _git(folder, "branch", "--show-current") or "main"
    return Repository(host, slug, branch, _git(folder, "rev-parse", "--show-prefix"))


def commit(folder: Path) -> str:
    """The commit that is checked out, '' where there is none."""
    return _git(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")


def parse_remote(url: str) -> tuple[str, str]:
    """Host and `owner/name` of a remote's address, without any name or password in it; ('', '') for a local path."""
    found = _REMOTE.fullmatch(url)
    if not found:
        return "", ""
    host, path = found["host"] or found["host2"], found["path"] or found["path2"]
    return host.lower(), path.strip("/").removesuffix(".git")


def changed(folder: Path, revision: str) -> list[Path]:
    """The files that differ between here and where this branch left `revision`, as absolute paths; deleted ones are not
    among them. Raises ConfigError, with what to do, where git cannot tell.
    """
    top = _git(folder, "rev-parse", "--show-toplevel")
    if not top:
        raise ConfigError(f"{str(folder)!r} is in no git repository, so nothing is known to have changed since then")
    if revision.startswith("-") or not _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"):
        raise ConfigError(f"git knows no revision {revision!r} here\n{_FETCH}")
    base = _git(folder, "merge-base", revision, "HEAD")
    if not base:
        raise ConfigError(f"git cannot tell where this branch left {revision!r}: the clone is too shallow\n{_FETCH}")
    names = _git(folder, "diff", "--name-only", "-z", "--no-renames", "--diff-filter=d", base, "--", top)
    untracked = _git(folder, "ls-files", "-z", "--others", "--exclude-standard", "--full-name", "--", top)
    return [Path(top) / name for name in (*names.split("\0"), *untracked.split("\0")) if name]


_FETCH = (
    "fetch it first: `git fetch origin main`, in a shallow clone `git fetch --unshallow`; "
    "in GitHub Actions give actions/checkout `fetch-depth: 0`"
)


def _git(folder: Path, *arguments: str) -> str:
    """One answer of git, '' where it has none. A repository's own configuration cannot make it run anything."""
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *arguments]
    environ = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603 (fixed arguments, no shell)
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def find_globs(folder: Path) -> list[str]:
    """A glob for each folder that by its name holds post-mortems and in which there is Markdown."""
    globs = []
    for here, folders, _ in os.walk(folder):
        path = Path(here)
        named = [name for name in sorted(folders) if PLACES.fullmatch(name)]
        globs += [_glob(folder, path / name) for name in named if _has_markdown(path / name)]
        deep = len(path.relative_to(folder).parts) >= DEPTH
        folders[:] = [] if deep else [f for f in folders if f not in named and f not in _SKIPPED and f[:1] != "."]
    return sorted(globs, key=lambda glob: (glob.count("/"), glob))


def _glob(root: Path, folder: Path) -> str:
    return f"{folder.relative_to(root).as_posix()}/**/*.md"


def _has_markdown(folder: Path) -> bool:
    return any(True for _ in folder.rglob("*.md"))
