"""Ledger and markers know whose they are: namespaces, places, services, and what another run has sent since."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmsync.config.settings import TrackerSettings
from pmsync.disk.git import checkout
from pmsync.documents import files
from pmsync.errors import LedgerError
from pmsync.identity import marker as markers
from pmsync.identity.belonging import Belonging, home_name, is_one_of
from pmsync.model import Marker, Ref, Ticket
from pmsync.model.spelling import one_spelling
from tests.clock import Clock
from tests.team import Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage
from tests.trackers.stage import Stage

DOC = "postmortems/2026-11-20-checkout.md"
DISK, BOOK = "Add alerting for full disks", "Write a runbook for failover"


@pytest.fixture(params=["github", "cloud", "server"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    made: Any = GitHubStage(Clock()) if request.param == "github" else JiraStage(Clock(), deployment=request.param)
    with made as opened:
        yield opened


class Repository:
    """A git repository whose commits are as old as the test says."""

    def __init__(self, root: Path, remote: str = "git@github.com:acme/mono.git") -> None:
        self.root = root
        root.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        self.git("remote", "add", "origin", remote)

    def git(self, *arguments: str, **environ: str) -> str:
        names = {f"GIT_{who}_{what}": f"bot{'@acme.example' * (what == 'EMAIL')}"
                 for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}  # fmt: skip
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env={**os.environ, **names, **environ}, check=True, capture_output=True
        )
        return done.stdout.decode()

    def commit(self, clock: Clock) -> None:
        at = f"{int(clock.now().timestamp())} +0000"
        self.git("add", "--all", ".")
        self.git("commit", "-q", "--allow-empty", "-m", "edit", GIT_AUTHOR_DATE=at, GIT_COMMITTER_DATE=at)


def team_in(folder: Path, stage: Stage, **settings: Any) -> Team:
    values = {"ledger": str(folder.parent / f"{folder.name}.db"), **settings}
    return Team(folder, stage, **values)


def rules(result: Any) -> set[str]:
    return {finding.rule for finding in result.findings}


def lose(team: Team) -> None:
    Path(team.settings.ledger).unlink()


# --- namespaces ---------------------------------------------------------------------------------------------------


def test_two_configurations_with_one_namespace_share_no_ticket(tmp_path: Path, stage: Stage) -> None:
    mono = Repository(tmp_path / "mono")
    pay = team_in(mono.root / "services/pay", stage)
    web = team_in(mono.root / "services/web", stage)
    for team in (pay, web):
        team.write(DOC, DISK, BOOK)
    mono.commit(stage.clock)
    assert pay.sync().ok
    assert stage.created() == 2
    writes = stage.writes()
    for _ in range(3):
        refused = web.sync()
        assert not refused.ok
        (finding,) = [each for each in refused.findings if each.rule == "namespace-shared"]
        assert "services/pay" in finding.message
        assert 'namespace = "acme/mono/services/web"' in finding.hint
        web.clock.advance(hours=1)
    assert (stage.created(), stage.writes()) == (2, writes)
    assert "namespace-shared" in rules(web.plan())
    own = team_in(mono.root / "services/web", stage, namespace="acme/web/services/web")
    assert own.sync().ok
    assert stage.created() == 4
    assert pay.sync().ok
    assert not pay.sync().plan.pending


@pytest.mark.parametrize("bare", [True, False], ids=["without the ledger", "with it"])
def test_a_changed_namespace_is_noticed_before_the_first_write(tmp_path: Path, stage: Stage, *, bare: bool) -> None:
    mono = Repository(tmp_path / "mono")
    team = team_in(mono.root, stage)
    team.write(DOC, DISK, BOOK)
    mono.commit(stage.clock)
    assert team.sync().ok
    writes = stage.writes()
    if bare:
        lose(team)
    other = team_in(mono.root, stage, namespace="acme/renamed")
    other.write(DOC, DISK, BOOK, "Encrypt the backups")
    for _ in range(2):
        if bare:
            assert "namespace-changed" in rules(other.sync())
        else:
            with pytest.raises(LedgerError, match=r"belongs to namespace 'acme/web'.*formerly = \[\"acme/web\"\]"):
                other.sync()
        other.clock.advance(hours=1)
    assert (stage.created(), stage.writes()) == (2, writes)
    said = team_in(mono.root, stage, namespace="acme/renamed", formerly=("acme/web",))
    assert said.sync().ok
    assert stage.created() == 3
    assert {link.ticket.marker.namespace for link in said.links().values() if link.ticket.marker} == {"acme/renamed"}
    assert not said.sync().plan.pending


def test_a_changed_namespace_is_noticed_by_markers_that_do_not_say_where_they_were_made(
    tmp_path: Path, stage: Stage
) -> None:
    team = team_in(tmp_path / "plain", stage)
    team.write(DOC, DISK, BOOK)
    assert team.sync().ok
    lose(team)
    other = team_in(tmp_path / "plain", stage, namespace="acme/renamed")
    assert "namespace-changed" in rules(other.sync())
    assert stage.created() == 2


def test_a_repository_that_moved_is_asked_about_and_goes_on_once_a_person_says_so(tmp_path: Path, stage: Stage) -> None:
    mono = Repository(tmp_path / "mono")
    team = team_in(mono.root, stage)
    team.write(DOC, DISK)
    mono.commit(stage.clock)
    assert team.sync().ok
    mono.git("remote", "set-url", "origin", "https://github.com/acme/platform.git")
    with pytest.raises(LedgerError, match=r"belongs to 'github\.com/acme/mono:\.'"):
        team.sync()
    said = team_in(mono.root, stage, formerly=("github.com/acme/mono:.",))
    said.write(DOC, DISK, BOOK)
    assert said.sync().ok
    lose(said)
    assert said.sync().ok
    assert stage.created() == 2


def test_what_another_place_took_over_is_refused_in_every_run_and_not_taken_back(tmp_path: Path, stage: Stage) -> None:
    mono = Repository(tmp_path / "mono")
    one, two = team_in(mono.root / "one", stage), team_in(mono.root / "two", stage, namespace="acme/two")
    for team in (one, two):
        team.write(DOC, DISK)
    mono.commit(stage.clock)
    assert one.sync().ok
    two.settings = replace(two.settings, formerly=("acme/web", "github.com/acme/mono:one"))
    assert two.sync().ok  # a person says so
    writes = stage.writes()
    for _ in range(3):
        one.clock.advance(hours=1)
        assert "namespace-shared" in rules(one.sync())
        assert two.sync().ok
    assert (stage.created(), stage.writes()) == (1, writes)


def test_a_clone_of_a_fork_is_the_same_place_as_long_as_it_knows_its_upstream(tmp_path: Path, stage: Stage) -> None:
    mono = Repository(tmp_path / "mono")
    team = team_in(mono.root, stage)
    team.write(DOC, DISK)
    mono.commit(stage.clock)
    assert team.sync().ok
    mono.git("remote", "rename", "origin", "upstream")
    mono.git("remote", "add", "origin", "https://github.com/alice/mono")
    assert team.plan().ok


# --- services -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deployment", ["cloud", "server"])
def test_no_number_is_looked_up_in_another_jira(tmp_path: Path, deployment: str) -> None:
    clock = Clock()
    with JiraStage(clock, deployment) as sandbox, JiraStage(clock, deployment) as production:
        for n in range(4):  # issues under the very ids and keys that the ledger knows
            production.open_by_person(f"Somebody else's work {n}")
        team = team_in(tmp_path / "docs", sandbox)
        settle = Settled(team, sandbox)
        team.write(DOC, DISK, BOOK)
        assert settle.sync().ok
        moved = team_in(tmp_path / "docs", production)
        away = Settled(moved, production)
        requests = production.requests()
        for _ in range(2):
            refused = away.sync()
            assert not refused.ok
            assert "tracker-replaced" in rules(refused)
            assert "ticket-lost" not in rules(refused)
        assert production.requests() == requests
        assert not any(link.lost for link in moved.links().values())
        same = Settled(moved, production, formerly=(sandbox.jira.url,))
        assert "tracker-replaced" not in rules(same.sync())


class Settled:
    """A team whose tracker's settings are those of its stage, so that the ledger learns which service it is."""

    def __init__(self, team: Team, stage: JiraStage, **more: Any) -> None:
        name = stage.tracker.name
        lag = timedelta(seconds=60)
        self.team, stage.settings = team, replace(stage.settings, default=True, lag=lag, **more)
        team.settings = replace(team.settings, trackers={name: stage.settings})

    def sync(self) -> Any:
        return self.team.sync()


def test_a_table_that_changed_its_type_is_told(tmp_path: Path) -> None:
    clock = Clock()
    with JiraStage(clock, "cloud") as jira:
        team = team_in(tmp_path / "docs", jira)
        Settled(team, jira)
        team.write(DOC, DISK)
        assert team.sync().ok
        name = jira.tracker.name
        team.settings = replace(team.settings, trackers={name: TrackerSettings(name, "local", default=True)})
        refused = team.sync()
        assert "tracker-replaced" in rules(refused)
        assert not refused.ok
        assert not any(link.lost for link in team.links().values())


# --- behind ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path, stage: Stage) -> tuple[Repository, Team]:
    mono = Repository(tmp_path / "mono")
    team = team_in(mono.root, stage)
    team.write(DOC, f"{DISK} (@alice)", BOOK)
    mono.commit(stage.clock)
    assert team.sync().ok
    team.clock.advance(minutes=20)
    team.sync()
    return mono, team


def test_a_restored_ledger_overwrites_nothing_that_moved_on_since(kept: tuple[Repository, Team], stage: Stage) -> None:
    mono, team = kept
    ledger, backup = Path(team.settings.ledger), mono.root.parent / "backup.db"
    shutil.copy(ledger, backup)
    team.write(DOC, f"{DISK} on all nodes (@bob)", BOOK)
    team.clock.advance(hours=1)
    mono.commit(stage.clock)
    assert len(team.sync().plan.updates) == 1
    ref = team.links()[f"{DISK} on all nodes"].ticket.ref
    stage.retitle(ref, "Disk alerts, everywhere")
    stage.assign(ref, stage.people[0])
    team.clock.advance(hours=1)
    team.sync()
    shutil.copy(backup, ledger)
    for _ in range(3):
        team.clock.advance(hours=1)
        result = team.sync()
        assert result.ok, result.findings
        assert not result.plan.updates
    ticket = stage.tracker.get([ref])[ref]
    assert isinstance(ticket, Ticket)
    assert (ticket.title, ticket.assignees) == ("Disk alerts, everywhere", (stage.people[0],))
    assert stage.created() == 2
    team.write(DOC, f"{DISK} on every node (@bob)", BOOK)  # a later change of the document is sent, as before
    team.clock.advance(hours=1)
    mono.commit(stage.clock)
    assert len(team.sync().plan.updates) == 1


def test_an_owner_whom_another_run_has_sent_is_no_person_s_assignment(
    kept: tuple[Repository, Team], stage: Stage
) -> None:
    mono, team = kept
    ledger, backup = Path(team.settings.ledger), mono.root.parent / "backup.db"
    shutil.copy(ledger, backup)
    for owner, restore in (("bob", True), ("alice", False)):
        team.write(DOC, f"{DISK} (@{owner})", BOOK)
        team.clock.advance(hours=1)
        mono.commit(stage.clock)
        assert [set(update.patch) for update in team.sync().plan.updates] == [{"assignees", "facts", "marker"}]
        if restore:
            shutil.copy(backup, ledger)
            team.clock.advance(hours=1)
            assert not team.sync().plan.updates
            assert not team.links()[DISK].reassigned
    assert team.links()[DISK].ticket.assignees == (stage.people[0],)


def test_a_ticket_by_an_account_that_nobody_listed_stops_its_whole_document(tmp_path: Path) -> None:
    """CI's token makes the tickets, and cron's knows nothing of it: a retitled item must not get a second one."""
    with JiraStage(Clock(), "cloud") as stage:
        team = team_in(tmp_path / "docs", stage)
        team.write(DOC, DISK, BOOK)
        assert team.sync().ok
        lose(team)
        stage.state.people["cron-bot"] = "cron@example.com"
        stage.settings = replace(stage.settings, accounts=("cron-bot",))
        team.write(DOC, "Tell on-call when a disk is nearly full", BOOK)
        team.write("postmortems/other.md", "Encrypt the backups")
        for _ in range(3):
            team.clock.advance(hours=1)
            result = team.sync()
            assert "marker-untrusted" in rules(result)
            assert stage.created() == 3  # the other document gets its ticket


@pytest.mark.parametrize("bare", [True, False], ids=["a bare runner", "the host with the ledger"])
def test_an_older_checkout_sends_and_creates_nothing(
    kept: tuple[Repository, Team], stage: Stage, *, bare: bool
) -> None:
    mono, team = kept
    longer = f"{DISK} on all nodes"
    team.write(DOC, f"{longer} (@alice)")
    team.clock.advance(hours=1)
    mono.commit(stage.clock)
    assert len(team.sync().plan.updates) == 1
    ref = team.links()[longer].ticket.ref
    writes = stage.writes()
    mono.git("checkout", "-q", "HEAD~1")
    (mono.root / DOC).write_text((mono.root / DOC).read_text() + "- Something that was dropped later\n")
    for _ in range(2):
        team.clock.advance(hours=1)
        if bare and Path(team.settings.ledger).exists():
            lose(team)
        result = team.sync()
        assert "checkout-behind" in rules(result)
        assert not result.plan.pending
    ticket = stage.tracker.get([ref])[ref]
    assert isinstance(ticket, Ticket)
    assert (ticket.title, stage.created(), stage.writes()) == (longer, 2, writes)
    mono.git("checkout", "-q", "--force", "main")
    team.clock.advance(hours=1)
    assert team.sync().ok
    assert not team.sync().plan.pending
    assert stage.created() == 2


def test_the_ledger_s_own_host_does_nothing_from_a_checkout_older_than_its_last(
    kept: tuple[Repository, Team], stage: Stage
) -> None:
    mono, team = kept
    team.write("postmortems/other.md", "Encrypt the backups")
    team.clock.advance(hours=1)
    mono.commit(stage.clock)
    assert team.sync().ok
    mono.git("checkout", "-q", "HEAD~1")
    (mono.root / DOC).write_text((mono.root / DOC).read_text().replace(BOOK, f"{BOOK}, and more"))
    team.clock.advance(hours=1)
    result = team.sync()
    assert [each.path for each in result.findings if each.rule == "checkout-behind"] == [""]
    assert not result.plan.pending


def test_an_older_checkout_in_which_the_document_had_another_name_sends_nothing(
    kept: tuple[Repository, Team], stage: Stage
) -> None:
    mono, team = kept
    (mono.root / DOC).rename(mono.root / "postmortems/renamed.md")
    team.write("postmortems/renamed.md", f"{DISK} (@bob)", BOOK)
    team.clock.advance(hours=1)
    mono.commit(stage.clock)
    assert team.sync().ok
    writes = stage.writes()
    mono.git("checkout", "-q", "HEAD~1")
    for _ in range(2):
        team.clock.advance(hours=1)
        result = team.sync()
        assert "checkout-behind" in rules(result)
        assert not result.plan.pending
    assert (stage.created(), stage.writes()) == (2, writes)


def test_documents_that_are_not_there_yet_in_an_older_checkout_are_not_gone(
    kept: tuple[Repository, Team], stage: Stage
) -> None:
    mono, team = kept
    team.write("postmortems/later.md", "Encrypt the backups")
    team.clock.advance(hours=1)
    mono.commit(stage.clock)
    assert team.sync().ok
    mono.git("checkout", "-q", "HEAD~1")
    team.clock.advance(hours=1)
    assert not team.sync().plan.records("orphan")


def test_a_revert_is_newer_and_is_sent(kept: tuple[Repository, Team], stage: Stage) -> None:
    mono, team = kept
    for title in (f"{DISK} on all nodes", DISK):
        team.write(DOC, f"{title} (@alice)", BOOK)
        team.clock.advance(hours=1)
        mono.commit(stage.clock)
        assert len(team.sync().plan.updates) == 1
    assert team.links()[DISK].ticket.title == DISK


def test_a_commit_of_the_future_holds_nothing_back(kept: tuple[Repository, Team], stage: Stage) -> None:
    mono, team = kept
    at = f"{int((stage.clock.now() + timedelta(days=400)).timestamp())} +0000"
    team.write(DOC, f"{DISK} on all nodes (@alice)", BOOK)
    mono.git("commit", "-qam", "edit", GIT_AUTHOR_DATE=at, GIT_COMMITTER_DATE=at)
    assert len(team.sync().plan.updates) == 1
    team.write(DOC, f"{DISK} on every node (@alice)", BOOK)
    team.clock.advance(hours=1)
    mono.commit(stage.clock)
    result = team.sync()
    assert "checkout-behind" not in rules(result)
    assert len(result.plan.updates) == 1


def test_another_reading_of_the_same_text_sends_nothing(
    tmp_path: Path, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = team_in(tmp_path / "docs", stage)
    team.write(DOC, f"{DISK} - owner alice", BOOK)
    assert team.sync().ok
    team.clock.advance(minutes=20)
    team.sync()
    writes = stage.writes()
    _read_otherwise(monkeypatch, lambda title: f"Quite another title for no. {len(title)}", owners=("bob",))
    for bare in (False, False, True):
        if bare:
            lose(team)
        team.clock.advance(hours=1)
        result = team.sync()
        assert not result.plan.pending or bare
        assert (stage.created(), stage.writes()) == (2, writes)
    team.clock.advance(hours=1)
    team.write(DOC, f"{DISK} - owner alice", f"{BOOK} today")  # an edit of another item is none of this one
    (update,) = team.sync().plan.updates
    assert update.patch.get("title") == f"Quite another title for no. {len(BOOK) + 6}"


def test_with_a_ledger_that_does_not_say_what_was_read_a_difference_is_told_and_not_sent(
    tmp_path: Path, stage: Stage
) -> None:
    team = team_in(tmp_path / "docs", stage)
    team.write(DOC, DISK, BOOK)
    assert team.sync().ok
    with closing(sqlite3.connect(team.settings.ledger)) as older:
        older.execute("UPDATE links SET source = ''")
        older.commit()
    team.clock.advance(hours=1)
    team.write(DOC, f"{DISK} on all nodes", BOOK)
    result = team.sync()
    assert [set(update.patch) for update in result.plan.updates] == [{"marker"}]  # so that others know the new title
    assert "adopted-different" in rules(result)
    team.clock.advance(hours=1)
    team.write(DOC, f"{DISK} on every node", BOOK)
    assert len(team.sync().plan.updates) == 1


def _read_otherwise(monkeypatch: pytest.MonkeyPatch, retitle: Callable[[str], str], **fields: Any) -> None:
    """As another version of pmsync would read the same documents."""
    read = files.read

    def other(*arguments: Any) -> Any:
        document = read(*arguments)
        items = tuple(replace(item, title=retitle(item.title), **fields) for item in document.items)
        return replace(document, items=items)

    monkeypatch.setattr(files, "read", other)


# --- values ---------------------------------------------------------------------------------------------------------

TEXT = st.text(max_size=10)
SENT = st.dictionaries(st.sampled_from(["title", "due", "owners"]), st.text(min_size=1, max_size=10))
FULL = st.builds(
    Marker, st.text(min_size=1, max_size=12), TEXT, TEXT, TEXT, TEXT,
    SENT.map(lambda d: tuple(sorted(d.items()))),
    TEXT, st.integers(0, 2**39),
)  # fmt: skip


@given(FULL)
def test_what_a_marker_says_comes_back(marker: Marker) -> None:
    marker = replace(marker, document_id=one_spelling(marker.document_id))
    assert markers.from_json(markers.to_json(marker)) == marker
    assert markers.read(markers.append("text", marker)) == marker


@pytest.mark.parametrize(
    "extra", ['"rev":-1', '"rev":true', '"rev":1e99', '"put":[1]', '"put":{"title":3}', '"at":[]', '"src":{}']
)
def test_a_marker_with_nonsense_in_it_still_says_what_it_identifies(extra: str) -> None:
    found = markers.from_json(f'{{"uid":"u","ns":"n","doc":"d","key":"k",{extra}}}')
    assert found is not None
    assert found.identity == ("u", "n", "d", "k")


def test_a_place_is_told_by_repository_and_folder() -> None:
    here = (home_name("github.com/Acme/Web", ""), home_name("github.com/alice/web", ""))
    assert is_one_of("github.com/acme/web:.", here)
    assert is_one_of(":.", here)
    assert not is_one_of("github.com/acme/web:services/pay", here)
    assert not is_one_of("github.com/acme/api:.", here)
    ours = Belonging("acme/web", here)
    assert ours.owns(Marker("u", "acme/web"))
    assert ours.is_of_another(Marker("u", "acme/web", home="github.com/acme/api:."))
    assert ours.is_of_before(Marker("u", "old", home="github.com/acme/web:."))
    assert not ours.is_of_before(Marker("u", "old"))
    assert Belonging("acme/web", here, ("old",)).owns(Marker("u", "old", home="github.com/acme/web:."))


def test_outside_of_git_nothing_is_known(tmp_path: Path) -> None:
    assert checkout(tmp_path, Clock().now()).homes == ()
    assert Ref("a", "1", "A-1", "") == Ref("a", "1", "B", "")
