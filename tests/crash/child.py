"""Runs the command line as a real process that ends, or is hit by something, at one chosen effect.

An effect is a step that the world outside can see: a request before it is sent and after its answer, a statement that
writes to the ledger (or to the embedded tracker's file) and its commit, and every change of a file in the repository.
Nothing of pmsync is changed: the libraries below it are wrapped.

`python -m tests.crash.child JOB` runs one job and exits as it does. Without a job it stays, and runs each job that
comes as a line on stdin in a process forked for it: importing everything anew would take most of the time. A job is
the JSON of `Job`.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import resource
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from filelock import FileLock

DOCUMENT = (
    "---\ndate: 2024-11-20\n---\n# Outage\n\n## Action items\n\n- Add an alert (owner: alice, due: 2024-12-01, #12)\n"
)
STEPS = frozenset({"BEGIN", "COMMIT"})
WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "CREATE", "WITH", "REPLACE", "SAVEPOINT", "RELEASE"})
SIGNALS = {
    "kill": [signal.SIGKILL],
    "term": [signal.SIGTERM],
    "int": [signal.SIGINT],
    "twice": [signal.SIGINT, signal.SIGINT],
}


@dataclass(frozen=True)
class Job:
    """`args` run in `folder` (where pmsync.toml is), at the time `now` if one is given.

    At the effect numbered `at` (the first is 1) `how` happens: a signal by its name in SIGNALS, or 'copy': the
    ledger's files go to `aside`. With `copies` that happens at every effect, into numbered folders. Effects within a
    transaction count with `every` only. Effects are noted in the file `notes`.

    Trouble for the ledger: `spill` lets SQLite write pages before the commit, as it does where memory is short; `pages`
    is how many it may grow by; `file_size` limits all files; `patience` is how long it waits for a lock. `nobody`
    runs as a user without any rights, where the one who asks is root.
    """

    folder: str
    args: tuple[str, ...] = ("sync",)
    environ: dict[str, str] = field(default_factory=dict)
    now: str = ""
    at: int = 0
    how: str = ""
    aside: str = ""
    copies: bool = False
    every: bool = False
    notes: str = ""
    spill: bool = False
    pages: int | None = None
    file_size: int | None = None
    patience: float | None = None
    nobody: bool = False


class Effects:
    """Counts them, notes them, and lets happen at one of them what the job asks for."""

    def __init__(self, job: Job) -> None:
        self.job, self.count = job, 0
        self.notes = os.open(job.notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if job.notes else None

    def __call__(self, name: str) -> None:
        self.count += 1
        if self.notes is not None:
            os.write(self.notes, f"{name}\n".encode())
        if self.job.copies:
            self.copy(Path(self.job.aside) / str(self.count))
        if self.count == self.job.at:
            for number in SIGNALS[self.job.how]:
                os.kill(os.getpid(), number)

    def copy(self, to: Path) -> None:
        to.mkdir(parents=True)
        for name in ("ledger.db", "ledger.db-journal"):
            if (source := Path(self.job.folder) / ".pmsync" / name).exists():
                shutil.copyfile(source, to / name)

    def around(self, owner: Any, name: str, tell: Callable[..., str]) -> None:
        """From now on a call of this function is two effects, one before and one after, if `tell` has a name for it."""
        original = getattr(owner, name)

        def watched(*args: Any, **options: Any) -> Any:
            what = tell(*args)
            if what:
                self(f"before {what}")
            answer = original(*args, **options)
            if what:
                self(f"after {what}")
            return answer

        setattr(owner, name, watched)


def watch(job: Job) -> None:
    """Wrap the libraries through which pmsync changes the world."""
    effects, root = Effects(job), Path(job.folder).resolve()

    def inside(path: Path, *_: object) -> str:
        return path.name if path.resolve().is_relative_to(root) else ""

    effects.around(requests.Session, "send", lambda _, request: f"request {request.method} {request.path_url}")
    effects.around(
        importlib.import_module("pmsync.sync.lock"), "_overwrite", lambda path, _: f"lock's text {path.name}"
    )
    effects.around(FileLock, "acquire", lambda *_: "taking the lock")
    effects.around(FileLock, "release", lambda lock: "giving the lock back" if lock.is_locked else "")
    for name in ("mkdir", "write_text", "replace", "unlink", "chmod"):
        effects.around(Path, name, lambda path, *_, name=name: f"{name} {inside(path)}" if inside(path) else "")
    connect = sqlite3.connect

    def connected(address: str, **options: Any) -> sqlite3.Connection:
        connection = connect(address, factory=watched_connection(effects), **options)
        if "/ledger.db" in address or "/.ledger.db" in address:  # also while it is made
            trouble(connection, job)
        return connection

    sqlite3.connect = connected  # type: ignore[assignment]


def watched_connection(effects: Effects) -> type[sqlite3.Connection]:
    every = effects.job.every

    class Watched(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
            word = f"{sql} ".split(" ", 1)[0].strip(";\n").upper()
            if word in STEPS or (every and word in WRITES):
                effects(f"before {' '.join(sql.split())[:40]}")
            cursor = super().execute(sql, *args)
            if word == "COMMIT":
                effects("after COMMIT")
            return cursor

        def executemany(self, sql: str, *args: Any) -> sqlite3.Cursor:
            if every:
                effects(f"before {' '.join(sql.split())[:40]}")
            return super().executemany(sql, *args)

    return Watched


def trouble(connection: sqlite3.Connection, job: Job) -> None:
    """Pragmas of this connection only; the file is not changed by them."""
    if job.spill:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("PRAGMA cache_spill = 1")
    if job.pages is not None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {max(pages, 1) + job.pages}")


def run(job: Job) -> int:
    """The exit code of the command line, if the process lives that long."""
    cli = importlib.import_module("pmsync.cli.main")
    watch(job)
    if job.patience is not None:
        for name in ("pmsync.ledger.file", "pmsync.trackers.local.store"):
            importlib.import_module(name).PATIENCE = job.patience
    if job.file_size is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (job.file_size, job.file_size))
    if job.nobody and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    os.chdir(job.folder)
    os.environ["HOME"] = job.folder
    more = {"now": lambda: datetime.fromisoformat(job.now)} if job.now else {}
    code = cli.main(job.args, cli.App(environ=job.environ, cwd=Path(job.folder), **more))
    sys.stdout.flush()
    return int(code)


def parse(text: str) -> Job:
    values = json.loads(text)
    return Job(**values | {"args": tuple(values.get("args", ("sync",)))})


def serve() -> None:
    """Run job after job, each in a fork; answer each with its exit code (negative: the signal) and all it printed."""
    preload()
    gc.freeze()  # what is here already is not looked through, and so not copied, in every fork
    for line in sys.stdin:
        job = parse(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            os.dup2(writing, 1)
            os.dup2(writing, 2)
            os._exit(run(job))
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8", errors="replace") as pipe:
            printed = pipe.read()
        _, status = os.waitpid(child, 0)
        print(json.dumps([os.waitstatus_to_exitcode(status), printed]), flush=True)


def preload() -> None:
    """Import what a run imports, and read a document once: it compiles its patterns when it first needs them."""
    for name in ("cli", "ledger", "trackers"):
        package = importlib.import_module(f"pmsync.{name}")
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"pmsync.{name}.{module.name}")
    for name in (
        "filelock",
        "sqlite_utils",
        "github",
        "jira",
        "tenacity",
        "rich.console",
        "yaml",
        "_strptime",
        "encodings.utf_8_sig",
    ):
        importlib.import_module(name)
    importlib.import_module("pmsync.documents.items").parse(DOCUMENT, "a.md")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(run(parse(sys.argv[1])))
    serve()
