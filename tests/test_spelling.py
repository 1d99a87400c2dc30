"""A document whose name is composed (NFC) here and decomposed (NFD) there is one document, with real files of both."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pmsync.config.globs import matches
from pmsync.config.settings import Settings
from pmsync.documents.files import locate, read_documents
from tests.cli.conftest import write
from tests.clock import Clock
from tests.sync.contract import BOOK, DISK
from tests.team import Team
from tests.trackers.github_stage import GitHubStage

NAME = "postmortems/Köln/2026-11-20-Café.md"
NFC, NFD = (unicodedata.normalize(form, NAME) for form in ("NFC", "NFD"))
DOCUMENT = f"# Outage\n\n**Date:** 2026-11-20\n\n## Action items\n\n- [ ] {DISK}\n"


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path) -> None:
    (tmp_path / "e\u0301").touch()
    if (tmp_path / "\u00e9").exists():
        pytest.skip("here both spellings are one name")
    (tmp_path / "e\u0301").unlink()


@pytest.fixture
def stage() -> Iterator[GitHubStage]:
    with GitHubStage(Clock()) as stage:
        yield stage


@pytest.fixture
def team(stage: GitHubStage, tmp_path: Path) -> Team:
    return Team(tmp_path, stage)


def respell(team: Team, old: str, new: str) -> None:
    """What another system makes of the same checkout."""
    (team.root / new).parent.mkdir(parents=True, exist_ok=True)
    (team.root / old).rename(team.root / new)
    (team.root / old).parent.rmdir()


@pytest.mark.parametrize(("first", "then"), [(NFC, NFD), (NFD, NFC)])
@pytest.mark.parametrize("ledger", ["kept", "lost"])
def test_another_spelling_makes_no_new_tickets(
    team: Team, stage: GitHubStage, first: str, then: str, ledger: str
) -> None:
    team.write(first, DISK, BOOK)
    assert team.sync().ok
    writes = stage.writes()
    respell(team, first, then)
    if ledger == "lost":
        team.lose_ledger()
    for _ in range(2):
        result = team.sync()
        assert result.ok, result.findings
        assert not [finding for finding in result.findings if finding.rule in {"orphaned", "stray", "undecided"}]
    assert (stage.created(), stage.writes()) == (2, writes)
    assert {link.document_id for link in team.links().values()} == {NFC}
    team.write(then, DISK, "Write a runbook for the failover")
    assert team.sync().ok
    assert stage.created() == 2


def of_an_older_version(team: Team, stage: GitHubStage) -> None:
    """What a version that took names as they are wrote on a system that decomposes them."""
    with closing(sqlite3.connect(team.settings.ledger)) as connection:
        connection.create_function("nfd", 1, lambda text: text and unicodedata.normalize("NFD", text))
        connection.execute("UPDATE documents SET id = nfd(id), path = nfd(path)")
        for table in ("items", "links", "intents"):
            connection.execute(f"UPDATE {table} SET document_id = nfd(document_id)")
        connection.execute("UPDATE links SET marker = nfd(marker)")
        connection.commit()
    for issue in stage.repo.issues.values():
        composed, decomposed = (json.dumps(name)[1:-1].replace("-", "\\u002d") for name in (NFC, NFD))
        issue.body = issue.body.replace(composed, decomposed)
        assert "u0301" in issue.body


@pytest.mark.parametrize("ledger", ["kept", "lost"])
@pytest.mark.parametrize("now", [NFC, NFD])
def test_ledgers_and_markers_in_the_other_spelling_still_match(
    team: Team, stage: GitHubStage, ledger: str, now: str
) -> None:
    team.write(now, DISK, BOOK)
    assert team.sync().ok
    of_an_older_version(team, stage)
    if ledger == "lost":
        team.lose_ledger()
    assert not team.plan().plan.creates
    result = team.sync()
    assert result.ok, result.findings
    assert stage.created() == 2
    assert not [f for f in result.findings if f.rule in {"orphaned", "stray", "undecided", "lost"}]
    with closing(sqlite3.connect(team.settings.ledger)) as connection:
        for query in ("SELECT id FROM documents", "SELECT DISTINCT document_id FROM items"):
            assert connection.execute(query).fetchall() == [(NFC,)]


@pytest.mark.parametrize("paths", [[], ["postmortems"], [NFC, NFD]])
def test_two_files_of_one_name_are_told_and_neither_is_used(team: Team, paths: list[str]) -> None:
    team.write(NFC, DISK)
    team.write(NFD, BOOK)
    team.write("postmortems/other.md", "Buy a cable")
    reading = read_documents(team.settings, [team.root / path for path in paths])
    assert {document.path for document in reading.documents} <= {"postmortems/other.md"}
    assert not reading.complete
    (finding,) = reading.findings
    assert (finding.rule, finding.level, finding.path) == ("duplicate-id", "error", NFC)
    assert {r"'2026-11-20-Caf\xe9.md'", r"'2026-11-20-Cafe\u0301.md'"} <= set(re.split(r"[ ()]", finding.message))
    result = team.sync()
    assert not result.ok
    assert {create.draft.title for create in result.plan.creates} == {"Buy a cable"}


@pytest.mark.parametrize("glob", [NFC, NFD, "postmortems/K?ln/*.md", "postmortems/Ko\u0308ln/**/*é.md"])
@pytest.mark.parametrize("name", [NFC, NFD])
def test_globs_and_paths_mean_either(tmp_path: Path, glob: str, name: str) -> None:
    write(tmp_path, {name: DOCUMENT})
    assert matches(glob, name)
    settings = Settings(str(tmp_path), "acme/web", include=(glob,))
    assert [document.id for document in read_documents(settings).documents] == [NFC]
    for path in (NFC, NFD):
        assert locate(tmp_path, path).read_text() == DOCUMENT
    excluded = Settings(str(tmp_path), "acme/web", include=("**/*.md",), exclude=(glob,))
    assert read_documents(excluded).documents == ()


@pytest.mark.parametrize("name", [NFC, NFD])
def test_a_run_over_one_of_them_judges_it(team: Team, name: str) -> None:
    team.write(name, DISK)
    for path in (NFC, NFD):
        assert team.plan(team.root / path).plan.judged == {NFC}
        assert team.plan(team.root / Path(path).parent).plan.judged == {NFC}


@pytest.mark.parametrize("name", [NFC, NFD])
def test_write_back_and_what_changed_find_the_file(tmp_path: Path, name: str) -> None:
    from pmsync.cli.main import App, main  # noqa: PLC0415

    write(tmp_path, {"pmsync.toml": "[documents]\nnamespace = 'acme/web'\n[trackers.web]\ntype = 'local'\n"})

    def git(*args: str) -> None:
        environ = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
        who = ("-c", "user.name=alice", "-c", "user.email=alice@example.com")
        subprocess.run(["git", *who, *args], cwd=tmp_path, check=True, capture_output=True, env=environ)

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "one")
    write(tmp_path, {name: DOCUMENT})
    app = App(environ={}, cwd=tmp_path, now=Clock().now)
    assert main(["sync", "--changed-since", "HEAD"], app) == 0
    assert main(["write-back", "--written", "list"], app) == 0
    assert "WEB-1" in (tmp_path / name).read_text()
    git("add", "--pathspec-from-file=list", "--pathspec-file-nul")
    assert [path.name for path in (tmp_path / name).parent.iterdir()] == [Path(name).name]
