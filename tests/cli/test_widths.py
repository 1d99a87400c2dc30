"""What people read, on a phone's width and on a wide screen: no line is cut, and none is broken in a word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from tests.cli.conftest import CONFIG, Run, write
from tests.cli.filled import fill, make

ROOT = Path(__file__).parents[2]
LONG = "Alert on checkout latency over 5 seconds, and page both the payments and the platform team"
WIDE = "決済のタイムアウトを監視するアラートを追加する、そして当番に知らせる仕組みを作る"
PEOPLE = ", ".join(f"Person Number{n}" for n in range(6))
DOCUMENT = f"""# Checkout was slow and nobody knew why for the better part of an hour or even two of them

**Date:** 2026-11-20
**Severity:** SEV2

| Action | Owner | Due |
|---|---|---|
| {LONG} | {PEOPLE} | 2026-11-21 |
| {WIDE} | alice | 2026-11-22 |
| Add a dashboard 🎉 for the on-call 👩‍💻 | bob | |
"""
SECRET = f"---\nvisibility: restricted\n---\n{DOCUMENT}"
TWO = CONFIG.replace(
    "[people.alice]",
    """default = true
[trackers.ops]
type = "local"
path = ".pmsync/ops.db"
restricted = true
[people.alice]""",
    1,
)
COMMANDS = [
    ("check",),
    ("extract", "postmortems"),
    ("plan",),
    ("sync",),
    ("status",),
    ("status", "--mine"),
    ("status", "--all"),
    ("gate",),
    ("doctor",),
    ("show", "LOCAL-1"),
    ("show", "nothing"),
    ("adopt", "nothing", "LOCAL-1"),
    ("tickets", "list"),
]
Terminals = Callable[..., tuple[Any, Any]]


@pytest.fixture
def place(tmp_path: Path, run: Run) -> Path:
    write(tmp_path, {"pmsync.toml": TWO, "postmortems/a.md": DOCUMENT, "postmortems/secret.md": SECRET})
    assert run("sync").code == 0
    old = DOCUMENT.replace("5 seconds", "3 seconds").replace("2026-11-22", "2026-11-23")
    return write(tmp_path, {"postmortems/a.md": old, "postmortems/b.md": DOCUMENT.replace("Add a dash", "Add no dash")})


def fits(text: str, columns: int) -> bool:
    """Whether every line does, but for one of a single word, such as an address to copy; TOML to paste is whole."""
    lines = [line for line in text.splitlines() if not re.match(r"# \d+ items?, first at ", line)]
    return all(cell_len(line) <= columns or len(line.split()) == 1 for line in lines)


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_line_fits_and_no_word_is_broken(
    run: Run, place: Path, terminal: Terminals, command: tuple[str, ...], columns: int
) -> None:
    environ = {"PMSYNC_USER": "alice"}
    out, err = terminal(columns)
    run("--color", "never", *command, environ=environ)
    shown = out.getvalue() + err.getvalue()
    assert fits(shown, columns), shown
    assert "…" not in shown.replace('= "…"', "")
    parts = {
        word[:n]
        for word in ("platform", "dashboard", "payments", "checkout")
        for n in range(4, len(word))
        if word[:n] != "check"
    }
    assert not parts & set(shown.split()), shown


@pytest.mark.parametrize("command", [each for each in COMMANDS if each[0] not in {"tickets", "adopt"}], ids=" ".join)
def test_colour_changes_nothing_but_the_looks(
    run: Run, place: Path, terminal: Terminals, command: tuple[str, ...]
) -> None:
    shown = []
    for colour in ("never", "always"):
        out, err = terminal(80)
        run("--color", colour, *command if command != ("sync",) else ("plan",), environ={"PMSYNC_USER": "alice"})
        shown.append(re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue() + err.getvalue()))
    assert shown[0] == shown[1]


def test_items_without_tickets_and_with_notes_are_whole_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], terminal: Terminals
) -> None:
    filled = make(tmp_path)
    fill(filled)
    for columns in (60, 200):
        out, err = terminal(columns)
        for command in (("status", "--all"), ("gate",), ("show", "PAY-1")):
            filled.run("--color", "never", *command)
        shown = out.getvalue() + err.getvalue()
        assert fits(shown, columns), shown
        assert "the tracker refused it: summary is too long" in " ".join(shown.split())


@pytest.mark.parametrize("rows", [0, 1, 40])
def test_a_piped_status_is_straight_for_column_and_for_a_pager(run: Run, tmp_path: Path, rows: int) -> None:
    items = "".join(f"- Add alert number {n} (owner: {'alice' if n % 2 else 'bob'})\n" for n in range(rows))
    document = f"# Slow\n\n**Date:** 2026-11-20\n\n## Action items\n\n{items or 'None'}\n"
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": document})
    run("sync")
    lines = run("status").out.splitlines()
    assert len(lines) == (rows + 1 if rows else 0)
    assert len({tuple(map(len, line.split("\t")[:-2])) for line in lines}) <= 1, "columns begin in one place"


def test_a_pseudo_terminal_gets_what_a_terminal_should(run: Run, place: Path) -> None:
    """A real one: its width is asked for, not given by a variable."""
    script = (
        "import fcntl, os, pty, struct, sys, termios\n"
        "pid, fd = pty.fork()\n"
        "if pid == 0:\n"
        "    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 60, 0, 0))\n"
        "    os.execv(sys.executable, [sys.executable, '-c', "
        "'import sys; from pmsync.cli.main import main; sys.exit(main([\"status\"]))'])\n"
        "text = b''\n"
        "while True:\n"
        "    try: part = os.read(fd, 65536)\n"
        "    except OSError: break\n"
        "    if not part: break\n"
        "    text += part\n"
        "os.waitpid(pid, 0)\n"
        "sys.stdout.buffer.write(text.replace(b'\\r\\n', b'\\n'))\n"
    )
    environ = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "CI", "GITHUB_ACTIONS"}}
    environ |= {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "TERM": "xterm"}
    done = subprocess.run([sys.executable, "-c", script], cwd=place, env=environ, capture_output=True, check=True)
    shown = done.stdout.decode()
    assert "LOCAL-1" in shown
    assert fits(shown, 60), shown
