"""One run at a time: the lock, who holds it, and what becomes of it when its holder is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pmsync.errors import LedgerError
from pmsync.sync.lock import hold, lock_path

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys, time
from pathlib import Path
from pmsync.sync.lock import hold
with hold(Path(sys.argv[1]), wait=None):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def start_holder(ledger: Path, seconds: float = 60) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDER, str(ledger), str(seconds)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def finish(process: subprocess.Popen[str], how: signal.Signals) -> None:
    process.send_signal(how)
    process.communicate()


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / ".pmsync" / "ledger.db"


def test_a_second_run_is_told_who_holds_the_lock(ledger):
    other = start_holder(ledger)
    try:
        with pytest.raises(LedgerError) as told, hold(ledger, wait=None):
            pass
    finally:
        finish(other, signal.SIGTERM)
    message = str(told.value)
    assert f"another run (pid {other.pid} on {os.uname().nodename} since " in message
    assert f"holds the lock {str(lock_path(ledger))!r}; use `--wait 5m`" in message


def test_the_lock_of_a_killed_run_is_free_at_once_and_names_nobody(ledger):
    other = start_holder(ledger)
    finish(other, signal.SIGKILL)
    assert json.loads(lock_path(ledger).read_text())["pid"] == other.pid
    with hold(ledger, wait=None):
        assert json.loads(lock_path(ledger).read_text())["pid"] == os.getpid()
    assert lock_path(ledger).read_text() == ""


def test_waiting_gets_the_lock_when_the_other_run_ends(ledger):
    other = start_holder(ledger, seconds=0.3)
    begun = time.monotonic()
    with hold(ledger, wait=20):
        assert time.monotonic() - begun < 15
    finish(other, signal.SIGTERM)


def test_waiting_has_an_end(ledger):
    with hold(ledger, wait=None):
        begun = time.monotonic()
        with pytest.raises(LedgerError, match="another run"), hold(ledger, wait=0.2):
            pass
        assert 0.15 < time.monotonic() - begun < 5


def test_the_lock_is_one_whatever_name_leads_to_the_ledger(ledger, tmp_path):
    (tmp_path / "link").symlink_to(ledger.parent)
    (tmp_path / "other.db").symlink_to(ledger)
    with (
        hold(ledger, wait=None),
        pytest.raises(LedgerError, match="another run"),
        hold(tmp_path / "link" / "ledger.db", wait=None),
    ):
        pass
    with (
        hold(ledger, wait=None),
        pytest.raises(LedgerError, match="another run"),
        hold(tmp_path / "other.db", wait=None),
    ):
        pass


def test_the_lock_is_free_again_after_an_error(ledger):
    with pytest.raises(ZeroDivisionError), hold(ledger, wait=None):
        _ = 1 / 0
    with hold(ledger, wait=None):
        pass


def test_the_lock_makes_its_folder_private_to_git_and_itself_private(ledger):
    with hold(ledger, wait=None):
        assert (ledger.parent / ".gitignore").read_text() == "*\n"
        assert lock_path(ledger).stat().st_mode & 0o777 == 0o600


def test_a_holder_that_cannot_be_read_leaves_only_its_name_out(ledger):
    with hold(ledger, wait=None):
        lock_path(ledger).write_text('{"pid": 1')
        with pytest.raises(LedgerError, match="another run holds the lock"), hold(ledger, wait=None):
            pass


def test_a_lock_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(LedgerError, match=r"check the folder's owner, mode and free space"),
        hold(tmp_path / "file" / "ledger.db", wait=None),
    ):
        pass
