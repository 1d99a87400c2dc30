"""Whether git tracks a database: read from git's index, without git, which many a container does not have.

A ledger that comes with a checkout was written by whoever wrote the branch. It could say of any ticket that it belongs
to an item, and have it retitled.

The index is read as https://git-scm.com/docs/index-format has it. An entry holds a path from the top, with its length
before it and a zero behind it; in version 4 it holds what differs from the path of the entry before.
"""

from __future__ import annotations

import os
import re
import struct
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from pmsync.disk.databases import COMPANIONS

_HEADER, _STAT, _LENGTH, _EXTENDED = 12, 40, 0x0FFF, 0x4000


def tracked(path: Path) -> str:
    """Why the database at `path` is not to be opened: git tracks it, or a file beside it that SQLite would take for
    a part of it; '' where it does not. In words that end a message.
    """
    for place in dict.fromkeys((os.path.abspath(path), os.path.realpath(path))):  # noqa: PTH100
        for file in map(Path, (place, *(place + ending for ending in COMPANIONS))):
            if os.path.lexists(file) and (unwanted := _how_to_untrack(file)):
                return (
                    f"git tracks {str(file)!r}, so anyone who can push to the branch can change it; run `{unwanted}` "
                    "and commit that, and delete the file too if it did not come about on this machine"
                )
    return ""


def _how_to_untrack(file: Path) -> str:
    """The command that takes the file out of git; '' where git does not track it."""
    for top in file.parents:
        for index, is_shared in _indexes(top / ".git"):
            for name in _like(index, file.relative_to(top).as_posix()):
                if _same(top / name, file):
                    import shlex  # noqa: PLC0415 (only trouble needs it)

                    git = f"git -C {shlex.quote(str(top))}"
                    unsplit = f"{git} update-index --no-split-index && " if is_shared else ""
                    return f"{unsplit}{git} rm --cached -- {shlex.quote(name)}"
    return ""


def _same(one: Path, other: Path) -> bool:
    """Whether two names lead to one file, also on systems that ignore upper and lower case (macOS, Windows)."""
    return one == other or (
        os.path.lexists(one) and os.path.lexists(other) and os.path.samestat(one.lstat(), other.lstat())
    )


def _indexes(git: Path) -> Iterator[tuple[bytes, bool]]:
    """The index of a repository, and its shared parts (True) if it is split."""
    try:
        if git.is_file():  # a linked worktree, or a submodule
            git = git.parent / git.read_text(encoding="utf-8").partition("gitdir:")[2].strip()
        index = (git / "index").read_bytes()
    except (OSError, ValueError):
        return
    yield index, False
    if b"link" in index:
        for shared in git.glob("sharedindex.*"):
            try:
                yield shared.read_bytes(), True
            except OSError:
                continue


def _like(index: bytes, name: str) -> Iterator[str]:
    """The paths in an index that may be `name`, in any case and Unicode form."""
    signature, version, count = struct.unpack(">4sII", index[:_HEADER]) if len(index) > _HEADER else (b"", 0, 0)
    if signature != b"DIRC":
        return
    forms = {unicodedata.normalize(form, name) for form in ("NFC", "NFD")} | {name}
    wanted = {os.fsencode(form).lower() for form in forms}
    if version == 4:
        yield from (os.fsdecode(each) for each in _unpacked(index, count) if each.lower() in wanted)
        return
    lowered = index.lower()
    for each in wanted:
        for found in re.finditer(re.escape(each) + b"\0", lowered):
            start, length = found.start(), min(len(each), _LENGTH)
            flags = struct.unpack(">HH", index[start - 4 : start])
            if flags[1] & _LENGTH == length or (flags[0] & _EXTENDED and flags[0] & _LENGTH == length):
                yield os.fsdecode(index[start : start + len(each)])


def _unpacked(index: bytes, count: int) -> Iterator[bytes]:
    """The paths of an index of version 4, with hashes of either length."""
    for hashed in (20, 32):
        paths = list(_paths(index, count, hashed))
        if len(paths) == count and paths == sorted(paths):
            yield from paths
            return


def _paths(index: bytes, count: int, hashed: int) -> Iterator[bytes]:
    place, path = _HEADER, b""
    for _ in range(count):
        place += _STAT + hashed
        if place + 4 > len(index):
            return
        place += 4 if index[place] << 8 & _EXTENDED else 2
        dropped, place = _number(index, place)
        end = index.find(b"\0", place)
        if end < 0 or dropped > len(path):
            return
        path = path[: len(path) - dropped] + index[place:end]
        place = end + 1
        yield path


def _number(index: bytes, place: int) -> tuple[int, int]:
    """A number of variable width (as for offsets in a pack), and where it ends."""
    value = -1
    while place < len(index):
        byte = index[place]
        value, place = (value + 1) << 7 | byte & 0x7F, place + 1
        if not byte & 0x80:
            break
    return value, place
