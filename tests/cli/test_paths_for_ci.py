"""Whoever reads findings in CI counts paths from the repository's top, wherever the command runs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from tests.cli.conftest import CONFIG, Run, write
from tests.cli.test_changed_since import git

OWNERLESS = "# Outage\n\nDate: 2026-11-20\n\n## Action items\n\n- Add an alert\n"
FROM_TOP = "services/pay/postmortems/a.md"


@pytest.fixture
def top(tmp_path: Path) -> Path:
    folder = (tmp_path / "checkout").resolve()
    write(folder, {"services/pay/pmsync.toml": CONFIG, FROM_TOP: OWNERLESS})
    return folder


def paths(
    run: Run, *args: str, cwd: Path, config: str = "", environ: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The path that each format gives its only document."""
    before = ["--config", config] if config else []
    out = {
        name: run(*before, "check", "--strict", "--format", name, *args, cwd=cwd, environ=environ).out
        for name in ("github", "sarif", "gitlab", "junit")
    }
    result = json.loads(out["sarif"])["runs"][0]["results"][0]
    return {
        "github": re.findall("::warning file=([^,]*),", out["github"])[0],
        "sarif": result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "gitlab": json.loads(out["gitlab"])[0]["location"]["path"],
        "junit": Xml.fromstring(out["junit"])[0].get("name", ""),
    }


WAYS = [
    (".", "services/pay/pmsync.toml", []),
    ("services", "pay/pmsync.toml", []),
    ("services/pay", "", []),
    ("services/pay/postmortems", "", []),
    ("services/pay/postmortems", "", ["a.md"]),
]


@pytest.mark.parametrize(("folder", "config", "args"), WAYS)
def test_in_a_git_repository(run: Run, top: Path, folder: str, config: str, args: list[str]) -> None:
    git(top, "init")
    assert set(paths(run, *args, config=config, cwd=top / folder).values()) == {FROM_TOP}


@pytest.mark.parametrize(("folder", "config", "args"), WAYS)
@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY", "WORKSPACE"])
def test_in_a_checkout_without_its_git_folder(
    run: Run, top: Path, folder: str, config: str, args: list[str], variable: str
) -> None:
    found = paths(run, *args, config=config, cwd=top / folder, environ={variable: str(top)})
    assert set(found.values()) == {FROM_TOP}


def test_where_nothing_tells_the_top(run: Run, top: Path) -> None:
    found = paths(run, config="services/pay/pmsync.toml", cwd=top)
    assert set(found.values()) == {FROM_TOP}
    below = paths(run, cwd=top / "services/pay/postmortems")
    assert set(below.values()) == {"postmortems/a.md"}


def test_of_two_checkouts_in_a_workspace_each_counts_from_its_own_top(run: Run, top: Path) -> None:
    git(top, "init")
    found = paths(run, cwd=top / "services/pay", environ={"GITHUB_WORKSPACE": str(top.parent)})
    assert set(found.values()) == {FROM_TOP}


def test_a_name_is_spelled_as_git_has_it_and_in_sarif_as_a_uri(run: Run, top: Path) -> None:
    git(top, "init")
    name = "services/pay/postmortems/A\u0308usfall #1.md"  # 'A' and a combining diaeresis, as macOS writes it
    (top / FROM_TOP).rename(top / name)
    found = paths(run, cwd=top / "services/pay")
    assert found["github"] == found["gitlab"] == name
    assert found["sarif"] == "services/pay/postmortems/A%CC%88usfall%20%231.md"


def test_people_get_paths_that_open_from_where_they_are(run: Run, top: Path) -> None:
    git(top, "init")
    folder = top / "services/pay/postmortems"
    assert run("check", cwd=folder).out.startswith("a.md:7: ")
    assert json.loads(run("check", "--format", "json", cwd=folder).out)["findings"][0]["path"] == "a.md"
