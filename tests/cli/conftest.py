"""The command line as tests call it: in this process, with an environment, a folder and a time of their own."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest

from pmsync.cli.main import App, main
from pmsync.cli.terminal import output

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = datetime(2199, 1, 1, tzinfo=UTC)
"""After whatever an embedded tracker did: its own clock is the real one."""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def apart(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test prints the way that another one asked for, or writes into the home of who runs it."""
    output.use(output.Printing(environ={}))
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setattr(click, "get_app_dir", lambda name: str(home / name))


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(
        *args: str | Path, environ: Mapping[str, str] | None = None, cwd: Path = tmp_path, now: datetime = NOW
    ) -> Ran:
        capsys.readouterr()
        code = main([str(arg) for arg in args], App(environ=environ or {}, cwd=cwd, now=lambda: now))
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Terminal, Terminal]]:
    """Both streams are terminals, `columns` wide, from now on."""

    def terminal(columns: int = 80) -> tuple[Terminal, Terminal]:
        out, err = Terminal(), Terminal()
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        monkeypatch.setenv("COLUMNS", str(columns))
        return out, err

    return terminal


CONFIG = """
[documents]
namespace = "acme/web"
since = 2026-11-01
[trackers.local]
type = "local"
[people.alice]
name = "Alice Liddell"
[people.bob]
aliases = ["bobby"]
"""

DOCUMENT = """# Checkout was slow

**Date:** 2026-11-20
**Severity:** SEV2

## Action items

- Add an alert on latency (owner: alice)
- Close connections after use (owner: bobby)
"""


def write(folder: Path, files: Mapping[str, Any]) -> Path:
    """Files below a folder: texts as UTF-8, bytes as they are."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
