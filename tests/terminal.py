"""A program at a real terminal, with somebody who answers its questions."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 60.0
"""Real seconds after which the program is taken to hang."""


@dataclass(frozen=True)
class Session:
    """How it ended: the exit code, all that was shown, and the seconds that it took."""

    code: int
    shown: str
    took: float


def at_terminal(
    command: Sequence[str], cwd: Path, environ: Mapping[str, str], answers: Sequence[str] = (), columns: int = 80
) -> Session:
    """Run the command; each time it shows a question and waits, the next answer is typed."""
    began = time.monotonic()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.execvpe(command[0], list(command), dict(environ))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    shown, left = b"", list(answers)
    try:
        while time.monotonic() < began + PATIENCE:
            ready, _, _ = select.select([terminal], [], [], 0.2)
            if not ready:
                if left and shown.endswith((b": ", b"]: ")):
                    os.write(terminal, f"{left.pop(0)}\n".encode())
                continue
            try:
                part = os.read(terminal, 65_536)
            except OSError:  # Linux says so at the end
                break
            if not part:
                break
            shown += part
        else:
            os.kill(pid, 9)
    finally:
        os.close(terminal)
    _, status = os.waitpid(pid, 0)
    text = shown.decode().replace("\r\n", "\n")
    return Session(os.waitstatus_to_exitcode(status), text, time.monotonic() - began)
