"""What all tests share: the options of this suite."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

MEMORY, ROOM = Path("/dev/shm"), 2_000_000_000


def has_room(folder: Path) -> bool:
    """Whether it takes files, lets those be run that tests write, and has more room than all of them need."""
    if not os.access(folder, os.W_OK | os.X_OK) or os.statvfs(folder).f_flag & getattr(os, "ST_NOEXEC", 0):
        return False
    return shutil.disk_usage(folder).free > ROOM


# SQLite waits for the disk at each commit, and the tests commit some hundred thousand times.
if "TMPDIR" not in os.environ and has_room(MEMORY):
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None  # asked for again, if somebody has asked already

# A machine that is busy with other things takes its time over an example now and then, which says nothing of the code.
settings.register_profile("pmsync", deadline=None)
settings.load_profile("pmsync")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="every fault at every request, every crash point, all large")
