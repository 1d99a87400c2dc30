"""A sync under strace, which kills it or takes the disk away at one system call of SQLite, amid a commit."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

from tests.crash.scene import Ended, Scene, scene
from tests.crash.test_crash import LAG
from tests.reliability import record

CALLS = ("pwrite64", "fdatasync", "unlink")
"""What a commit consists of: pages into journal and file, each made sure, and the end of the journal."""
WAYS = {"killed": "signal=SIGKILL:when={}", "disk full": "error=ENOSPC:when={}+", "disk fails": "error=EIO:when={}+"}


@cache
def strace() -> str:
    """Why strace cannot be used here, '' if it can."""
    if not shutil.which("strace"):
        return "strace is not installed"
    command = ["strace", "-o", "/dev/null", "-e", "trace=pwrite64", "-e", "inject=pwrite64:error=EIO", "true"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return f"strace may not be used here: {done.stderr.strip()[:200]}" if done.returncode else ""


def run(of: Scene, call: str, inject: str, log: str = "/dev/null") -> Ended:
    injected = ["-e", f"inject={call}:{inject}"] if inject else []
    return of.run(anew=True, under=["strace", "-f", "-o", log, "-e", f"trace={call}", *injected])


@cache
def count(call: str) -> int:
    """How often a first sync makes this system call."""
    with tempfile.TemporaryDirectory() as folder, scene("github", Path(folder) / "dry") as dry:
        dry.before_first()
        log = Path(folder) / "log"
        assert run(dry, call, "", str(log)).code == 0
        return len(re.findall(rf"^\d+ +{call}\(", log.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("call", CALLS)
def test_one_ticket_for_each_item_whatever_becomes_of_a_system_call(
    call: str, way: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--soak"):
        pytest.skip("part of --soak")
    if strace():
        pytest.skip(strace())
    if (call, way) == ("unlink", "disk full"):
        pytest.skip("removing a file needs no room")
    hits = range(1, count(call) + 1, max(count(call) // 20, 1))
    for number in hits:
        try:
            with scene("github", tmp_path / f"{number}", lag=LAG) as of:
                of.before_first()
                ended = run(of, call, WAYS[way].format(number))
                assert "Traceback" not in ended.printed
                assert ended.code == (-9 if way == "killed" else 1), ended.printed
                of.check_first()
        except BaseException as error:
            error.add_note(f"{way} at {call} number {number}")
            raise
    record("A system call of SQLite is the last, or fails", call, way, len(hits))
