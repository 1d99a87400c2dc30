"""Write-back with ledger, files and trackers: what a sync learned comes into the documents and stays harmless there."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pmsync.errors import DocumentError, LedgerError
from pmsync.ledger import Ledger
from pmsync.sync.engine import Clock as EngineClock
from pmsync.sync.engine import Request
from pmsync.sync.lock import hold
from pmsync.writeback import file
from pmsync.writeback.run import WriteBackResult, write_back
from tests.clock import Clock
from tests.team import HEAD, Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage
from tests.trackers.local_stage import LocalStage
from tests.trackers.stage import Stage

DOC = "postmortems/2026-11-20-checkout.md"
DISK, BOOK, PROBE = "Add alerting for full disks", "Write a runbook for failover", "Fix the probe"


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory) -> LocalStage:
    return LocalStage(tmp_path_factory.mktemp("tickets"), Clock())


@pytest.fixture
def team(stage: Stage, tmp_path: Path) -> Team:
    return Team(tmp_path, stage)


def write(team: Team, *paths: Path, dry_run: bool = False) -> WriteBackResult:
    clock = EngineClock(team.clock.now, team.clock.sleep)
    return write_back(team.settings, Request(paths), clock, dry_run=dry_run)


def content(team: Team, path: str = DOC) -> str:
    return (team.root / path).read_bytes().decode()


def kinds(result: WriteBackResult) -> list[str]:
    return [change.kind for document in result.documents for change in document.changes]


# --- with every tracker -------------------------------------------------------------------------------------------


@pytest.fixture(params=["github", "jira", "local"])
def each(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    if request.param == "local":
        yield LocalStage(tmp_path_factory.mktemp("tickets"), Clock())
    else:
        with (GitHubStage if request.param == "github" else JiraStage)(Clock()) as stage:
            yield stage


def test_what_was_written_back_makes_no_run_send_anything(each: Stage, tmp_path: Path) -> None:
    team = Team(tmp_path, each)
    team.write(DOC, f"[ ] {DISK} @alice", BOOK, "[ ] " + PROBE, head="\ufeff" + HEAD.replace("\n", "\r\n"))
    assert team.sync().ok
    each.close(team.ref(PROBE))
    team.clock.advance(minutes=20)
    assert team.sync().ok
    before = {link.uid: link.ticket.ref for link in team.links().values()}

    assert kinds(write(team)) == ["link", "link", "link", "tick"]
    text, writes = content(team), each.writes()
    assert text.startswith("\ufeff---\r\n")
    assert f"- [ ] {DISK} ({_written(team, DISK)}) @alice\n" in text
    assert f"- [x] {PROBE} ({_written(team, PROBE)})\n" in text
    assert not write(team).documents

    again = team.sync()
    assert not again.plan.pending, again.plan.pending
    team.lose_ledger()
    assert team.sync().ok
    assert {link.uid: link.ticket.ref for link in team.links().values()} == before
    assert (each.created(), each.writes()) == (3, writes)
    assert not write(team).documents
    assert content(team) == text


def _written(team: Team, title: str) -> str:
    ref = team.ref(title)
    return f"[{ref.key}]({ref.url})" if ref.url.startswith("http") else ref.key


def test_an_item_whose_words_all_change_keeps_its_ticket_by_its_link(each: Stage, tmp_path: Path) -> None:
    team = Team(tmp_path, each)
    path = team.write(DOC, DISK, BOOK)
    team.sync()
    before = team.ref(DISK)
    write(team)
    path.write_text(content(team).replace(DISK, "Page us before any volume runs out of room"), encoding="utf-8")
    team.lose_ledger()
    team.clock.advance(minutes=20)
    assert team.sync().ok
    assert each.created() == 2
    assert before in [link.ticket.ref for link in team.links().values()]


# --- ticks that are remembered ------------------------------------------------------------------------------------


@pytest.fixture
def ticked(team: Team, stage: LocalStage) -> Team:
    """A document with a tick of ours, whose ticket was then opened again."""
    team.write(DOC, f"[ ] {DISK}", BOOK)
    team.sync()
    stage.close(team.ref(DISK))
    team.sync()
    write(team)
    assert f"- [x] {DISK}" in content(team)
    stage.reopen(team.ref(DISK))
    team.sync()
    return team


def test_a_tick_of_ours_is_taken_back_once_and_remembered_no_longer(ticked: Team) -> None:
    assert kinds(write(ticked)) == ["untick"]
    assert f"- [ ] {DISK}" in content(ticked)
    assert ("pmsync", "ticked", None) in ticked.history(DISK)
    _retick(ticked)
    assert not write(ticked).documents, "now it is a person's"


def test_a_tick_that_a_person_took_back_is_theirs_from_then_on(ticked: Team) -> None:
    path = ticked.root / DOC
    path.write_text(content(ticked).replace("- [x]", "- [ ]"), encoding="utf-8")
    assert not write(ticked).documents
    _retick(ticked)
    assert not write(ticked).documents


def _retick(team: Team) -> None:
    (team.root / DOC).write_text(content(team).replace("- [ ]", "- [x]"), encoding="utf-8")


def test_without_a_ledger_no_tick_is_ours(ticked: Team) -> None:
    ticked.lose_ledger()
    ticked.sync()
    assert not write(ticked).documents
    assert f"- [x] {DISK}" in content(ticked)


def test_a_tick_is_remembered_only_once_it_stands_in_the_file(
    ticked: Team, stage: LocalStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(ticked)
    stage.close(ticked.ref(DISK))
    ticked.sync()

    def refuse(*_: object) -> None:
        raise DocumentError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(file, "replace", refuse)
        result = write(ticked)
    assert not result.ok
    assert not result.documents
    with Ledger.open(ticked.root / "ledger.db", readonly=True) as ledger:
        assert ledger.ticks() == {}


# --- what is not written into -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [("status: final", "status: draft"), ("severity: sev2", "severity: sev2\nvisibility: restricted")]
)
def test_drafts_and_restricted_documents_stay_as_they_are(team: Team, change: tuple[str, str]) -> None:
    team.write(DOC, DISK)
    team.sync()
    team.write(DOC, DISK, head=HEAD.replace(*change))
    assert not write(team).documents


def test_a_lost_ticket_and_an_item_without_one_are_not_written(team: Team, stage: LocalStage) -> None:
    team.write(DOC, DISK)
    team.sync()
    stage.delete(team.ref(DISK))
    team.clock.advance(days=2)
    team.sync()
    assert team.links()[DISK].lost
    team.write(DOC, DISK, BOOK)
    assert not write(team).documents


def test_paths_limit_the_documents(team: Team) -> None:
    team.write(DOC, DISK)
    other = team.write("postmortems/2026-11-21-search.md", BOOK, head=HEAD.replace("Checkout", "Search"))
    team.sync()
    assert [document.path for document in write(team, other).documents] == ["postmortems/2026-11-21-search.md"]
    assert [document.path for document in write(team).documents] == [DOC]


def test_a_dry_run_writes_nothing_anywhere(team: Team) -> None:
    path = team.write(DOC, DISK)
    team.sync()
    before = path.read_bytes(), (team.root / "ledger.db").read_bytes()
    assert kinds(write(team, dry_run=True)) == ["link"]
    assert (path.read_bytes(), (team.root / "ledger.db").read_bytes()) == before


def test_without_a_ledger_it_says_what_to_do(team: Team) -> None:
    team.write(DOC, DISK)
    for dry_run in (False, True):
        with pytest.raises(LedgerError, match="run `pmsync sync` to create it"):
            write(team, dry_run=dry_run)


def test_it_waits_for_no_other_run(team: Team) -> None:
    team.write(DOC, DISK)
    team.sync()
    with hold(team.root / "ledger.db", wait=0), pytest.raises(LedgerError, match="another"):
        write(team)


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o755])
def test_the_file_keeps_its_mode_and_leaves_nothing_beside_it(team: Team, mode: int) -> None:
    path = team.write(DOC, DISK)
    path.chmod(mode)
    team.sync()
    assert write(team).documents
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert list(path.parent.iterdir()) == [path]


def test_a_link_within_the_folder_stays_a_link(team: Team) -> None:
    path = team.write("elsewhere/checkout.md", DISK)
    (team.root / "postmortems").mkdir()
    (team.root / DOC).symlink_to(path)
    team.sync()
    assert write(team).documents
    assert (team.root / DOC).is_symlink()
    assert "LOCAL-1" in path.read_text(encoding="utf-8")


def test_a_link_out_of_the_folder_is_never_written_through(
    team: Team, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "checkout.md"
    path = team.write(DOC, DISK)
    outside.write_bytes(path.read_bytes())
    team.sync()
    path.unlink()
    path.symlink_to(outside)
    before = outside.read_bytes()
    write(team)
    with pytest.raises(DocumentError, match="out of the configuration's folder"):
        file.replace(team.root, DOC, before.decode(), "x")
    assert outside.read_bytes() == before


@pytest.mark.parametrize("when", ["before", "while"])
def test_a_file_that_somebody_changes_meanwhile_is_left_to_them(
    team: Team, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    path = team.write(DOC, DISK)
    team.sync()
    name = "text_of" if when == "before" else "replace"
    original = getattr(file, name)

    def late(*arguments: object) -> object:
        path.write_text(path.read_text(encoding="utf-8") + "- One more\n", encoding="utf-8")
        return original(*arguments)

    monkeypatch.setattr(file, name, late)
    result = write(team)
    assert ["changed in the meantime" in finding.message for finding in result.findings] == [True]
    assert not result.ok
    assert path.read_text(encoding="utf-8") == HEAD + f"- {DISK}\n- One more\n"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_may_not_be_written_is_told_and_the_others_are_written(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = team.write(DOC, DISK)
    team.write("postmortems/2026-11-21-search.md", BOOK, head=HEAD.replace("Checkout", "Search"))
    team.sync()
    _refuse_to_open(path, monkeypatch)
    result = write(team)
    assert [(f.path, f.level) for f in result.findings] == [(DOC, "error")]
    assert "cannot be written: permission denied" in result.findings[0].message
    assert [document.path for document in result.documents] == ["postmortems/2026-11-21-search.md"]


def _refuse_to_open(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuses writing to it, also to root, who may write everything."""
    import builtins  # noqa: PLC0415

    original = builtins.open

    def guarded(name: object, mode: str = "r", *rest: object, **named: object) -> object:
        if "+" in mode and Path(str(name)) == path:
            raise PermissionError(13, "Permission denied")
        return original(name, mode, *rest, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(builtins, "open", guarded)


def test_what_could_not_be_written_stands_in_the_ledger_for_the_next_run(team: Team) -> None:
    team.write(DOC, DISK)
    team.sync()
    text = content(team)
    (team.root / DOC).write_text(text.replace(DISK, f"{DISK} (see #999)"), encoding="utf-8")
    first, second = write(team), write(team)
    assert [finding.rule for finding in first.findings] == ["not-written"]
    assert set(first.findings) <= set(second.previous_findings)
    assert replace(first, previous_findings=()) == replace(second, previous_findings=())
