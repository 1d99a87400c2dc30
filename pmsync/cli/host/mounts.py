"""The type of the file system that a path is on, if the system tells."""

from __future__ import annotations

import re
from pathlib import Path

NETWORKS = frozenset("nfs nfs4 cifs smb3 smbfs 9p afs ceph glusterfs lustre ncpfs davfs fuse.sshfs".split())
"""File systems on which SQLite's locks are unreliable (https://www.sqlite.org/faq.html#q5)."""
_TABLE = Path("/proc/self/mountinfo")


def network_mount(path: Path, table: Path = _TABLE) -> str | None:
    """The type of the network file system that the path is on; None for a local disk, or if unknown."""
    try:
        lines = table.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    kind = _kind(lines, path.resolve())
    return kind if kind in NETWORKS else None


def _kind(lines: list[str], path: Path) -> str:
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
