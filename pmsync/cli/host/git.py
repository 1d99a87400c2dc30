"""What git says about a folder's repository. Changes nothing."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from pmsync.config.settings import GITHUB_API
from pmsync.disk.git import ask, parse_remote, run
from pmsync.errors import ConfigError


@dataclass(frozen=True, slots=True)
class GitRepository:
    """`slug` is `acme/web` on `host`; `prefix` is the folder's path in it ('' or ending in '/'). '' if unknown."""

    host: str = ""
    slug: str = ""
    branch: str = ""
    prefix: str = ""

    @property
    def on_github(self) -> bool:
        return "github" in self.host

    @property
    def api_url(self) -> str:
        return GITHUB_API if self.host == "github.com" else f"https://{self.host}/api/v3"

    @property
    def web_url(self) -> str:
        """The address of a line of a document; '' if unknown."""
        if not self.on_github:
            return ""
        return f"https://{self.host}/{self.slug}/blob/{self.branch}/{self.prefix}{{path}}#L{{line}}"


def look(folder: Path) -> GitRepository:
    """The folder's repository; an empty one outside a repository or without git."""
    host, slug = parse_remote(ask(folder, "remote", "get-url", "origin"))
    head = ask(folder, "symbolic-ref", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")
    branch = head or ask(folder, "branch", "--show-current") or "main"
    return GitRepository(host, slug, branch, ask(folder, "rev-parse", "--show-prefix"))


def commit(folder: Path) -> str:
    """The commit that is checked out, '' for none."""
    return ask(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")


def changed(folder: Path, revision: str) -> list[Path]:
    """The files that changed since this branch left `revision`, as absolute paths, without deleted ones.

    Raises ConfigError, with what to do, if git cannot tell.
    """
    top = _certain(folder, "what changed is unknown", "rev-parse", "--show-toplevel").removesuffix("\n")
    if revision.startswith("-") or not ask(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"):
        raise ConfigError(f"git does not know revision {revision!r} here\n{_how_to_fetch(folder, revision)}")
    base = ask(folder, "merge-base", revision, "HEAD")
    if not base:
        why = "the clone is too shallow" if _is_shallow(folder) else "they have no commit in common"
        raise ConfigError(
            f"git cannot tell where this branch left {revision!r}: {why}\n{_how_to_fetch(folder, revision)}"
        )
    diff = ("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--diff-filter=d", base, "--", top)
    others = ("ls-files", "-z", "--others", "--exclude-standard", "--full-name", "--", top)
    unknown = f"what changed since {revision!r} is unknown"
    names = "".join(_certain(folder, unknown, *arguments) for arguments in (diff, others))
    return [Path(top) / name for name in names.split("\0") if name]


def _how_to_fetch(folder: Path, revision: str) -> str:
    named = re.fullmatch(r"(?P<remote>(?:refs/remotes/)?origin/)?(?P<name>\w[\w./-]*)", revision)
    name, remote = (named["name"], named["remote"]) if named else ("main", None)
    git = "git fetch --unshallow origin" if _is_shallow(folder) else "git fetch origin"
    into = name if re.fullmatch(r"[0-9a-f]{7,64}", name) else f"{name}:{'refs/remotes/origin/' if remote else ''}{name}"
    return (
        f"fetch it first: `{git} {into}`; in GitHub Actions give actions/checkout `fetch-depth: 0`, "
        "in GitLab set `GIT_DEPTH: 0`"
    )


def _is_shallow(folder: Path) -> bool:
    return ask(folder, "rev-parse", "--is-shallow-repository") == "true"


def _certain(folder: Path, unknown: str, *arguments: str) -> str:
    """An answer of git; raises ConfigError, with git's reason, for none."""
    done = run(folder, arguments)
    if done and done.returncode == 0:
        return os.fsdecode(done.stdout)
    lines = os.fsdecode(done.stderr).strip().splitlines() if done else []
    reason = " ".join(lines).removeprefix("fatal: ") or "git is not installed, or did not answer for a minute"
    raise ConfigError(f"{unknown}: {reason}")
