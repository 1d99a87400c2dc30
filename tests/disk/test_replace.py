"""A file that takes another one's place: whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from pmsync.disk.replace import replacing


def test_the_new_file_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("old")
    with replacing(path) as made:
        made.write_text("new")
        assert path.read_text() == "old"
        assert (made.parent, made.name[:1], made.suffix) == (tmp_path, ".", ".pmsync")
        assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert path.read_text() == "new"
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.db"]


@pytest.mark.parametrize("held", ["old", None])
def test_after_an_error_everything_is_as_it_was(tmp_path: Path, held: str | None) -> None:
    path = tmp_path / "ledger.db"
    if held:
        path.write_text(held)
    with pytest.raises(FileNotFoundError), replacing(path) as made:
        made.rename(tmp_path / "half").rename(made).with_name("missing").read_text()
    assert [file.read_text() for file in tmp_path.iterdir()] == ([held] if held else [])


def test_file_and_folder_are_flushed_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace
    kind = {True: "folder", False: "file"}
    monkeypatch.setattr(os, "fsync", lambda at: (done.append(kind[stat.S_ISDIR(os.fstat(at).st_mode)]), fsync(at)))
    monkeypatch.setattr(Path, "replace", lambda self, to: (done.append("replace"), replace(self, to))[1])
    with replacing(tmp_path / "a"):
        pass
    assert done == ["file", "replace", "folder"]


def test_a_name_as_long_as_the_file_system_takes_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    with replacing(path) as made:
        made.write_text("new")
    assert path.read_text() == "new"
