"""Processes that run the command line, for the whole session."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.crash.scene import ROOT, Server


class Impatient(Server):
    """The server of `tests.crash`, with children that do not sleep."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.security.child"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.fixture(scope="session")
def processes() -> Iterator[Server]:
    server = Impatient()
    yield server
    server.stop()
