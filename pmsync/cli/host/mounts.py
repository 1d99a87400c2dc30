"""Which file system a path lies on, where the system tells."""

from __future__ import annotations

import re
from pathlib import Path

NETWORKS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
    "ncpfs",
    "davfs",
    "fuse.sshfs",
}
"""File systems over which SQLite's locks cannot be relied on (https://www.sqlite.org/faq.html#q5)."""
_TABLE = Path("/proc/self/mountinfo")


def network_mount(path: Path, table: Path = _TABLE) -> str | None:
    """The kind of network file system that holds the path; None for a local disk, or where nothing tells."""
    try:
        lines = table.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    kind = _kinds(lines, path.resolve())
    return kind if kind in NETWORKS else None


def _kinds(lines: list[str], path: Path) -> str:
    """The type of the innermost mount above the path (see proc_pid_mountinfo(5))."""
    best, kind = -1, ""
    for line in lines:
        mount, _, source = line.partition(" - ")
        fields = mount.split()
        if len(fields) < 5 or not source:
            continue
        point = Path(re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), fields[4]))
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), source.split()[0]
    return kind
