"""A real git repository of documents, as cheap as git allows: some ten milliseconds a commit."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.clock import Clock

ORIGIN = "https://github.com/acme/mono.git"
_ALONE = {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Alice",
    "GIT_COMMITTER_NAME": "Alice", "GIT_AUTHOR_EMAIL": "alice@example.com", "GIT_COMMITTER_EMAIL": "alice@example.com",
}  # fmt: skip


class Repository:
    """A work tree at `root`. Each commit takes a second of the clock, by which it is dated; databases are ignored."""

    def __init__(self, root: Path, clock: Clock, origin: str = ORIGIN) -> None:
        self.root, self.clock = root, clock
        self._git("init", "-q", "-b", "main")
        self._git("config", "remote.origin.url", origin)
        (root / ".git/info/exclude").write_text("*.db\n*.db-*\n*.lock\nrunner-*/\n", encoding="utf-8")

    def commit(self) -> str:
        """Commit all that stands in the work tree; returns the commit, a new one also where nothing changed."""
        self._git("add", "-A")
        day = self.clock.advance(seconds=1).isoformat()
        self._git("commit", "-q", "-m", "Edit", "--allow-empty", GIT_AUTHOR_DATE=day, GIT_COMMITTER_DATE=day)
        return self._git("rev-parse", "HEAD")

    @contextmanager
    def at(self, commit: str) -> Iterator[None]:
        """The work tree as it was at a commit, until the block ends."""
        self._git("checkout", "-q", commit)
        try:
            yield
        finally:
            self._git("checkout", "-q", "main")

    def _git(self, *arguments: str, **environ: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.root), *arguments],
            env={"PATH": os.environ["PATH"], **_ALONE, **environ},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()
