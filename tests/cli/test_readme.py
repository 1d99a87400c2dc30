"""What the README shows is what the program prints."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]


def test_the_sample_plan_is_the_real_one(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(place)
    answer = run("plan", "postmortems/2026-11-16-queue-backlog.md", cwd=place)
    assert answer.out.strip() in (ROOT / "README.md").read_text(encoding="utf-8")
