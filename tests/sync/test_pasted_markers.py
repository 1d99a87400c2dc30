"""Raw text of one ticket pasted into another, its marker with it: neither is closed, and each stays its item's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pmsync.identity import marker
from pmsync.model import Marker, Ticket
from tests.clock import Clock
from tests.sync.contract import BOOK, DISK, DOC
from tests.team import Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage

Stage = GitHubStage | JiraStage


@pytest.fixture(params=["github", "server", "cloud"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    made = GitHubStage(Clock()) if request.param == "github" else JiraStage(Clock(), request.param)
    with made as stage:
        yield stage


@pytest.fixture
def team(stage: Stage, tmp_path: Path) -> Team:
    team = Team(tmp_path, stage)
    team.write(DOC, DISK, BOOK)
    assert team.sync().ok
    return team


HOW = {"below": "{own}\n\n{other}", "above": "{other}\n\n{own}", "instead": "{other}"}


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("ledger", [True, False])
@pytest.mark.parametrize(("into", "of"), [(DISK, BOOK), (BOOK, DISK)])
def test_pasted_text_closes_nothing_and_makes_nothing(
    team: Team, stage: Stage, into: str, of: str, how: str, ledger: bool
) -> None:
    refs = {title: team.ref(title) for title in (DISK, BOOK)}
    stage.edit_body(refs[into], HOW[how].format(own=stage.body(refs[into]), other=stage.body(refs[of])))
    team.clock.advance(days=1)
    if not ledger:
        team.lose_ledger()
    for _ in range(2):
        result = team.sync()
        assert not result.plan.duplicates
        assert not result.plan.updates
        team.clock.advance(days=1)
    sights = [stage.tracker.get([ref])[ref] for ref in refs.values()]
    assert all(isinstance(each, Ticket) and not each.status.closed for each in sights)
    assert stage.created() == 2
    if how != "instead" or ledger:
        assert {title: team.ref(title) for title in (DISK, BOOK)} == refs


def test_an_edit_brings_the_own_marker_up_to_date_and_leaves_the_pasted_one(team: Team, stage: Stage) -> None:
    refs = {title: team.ref(title) for title in (DISK, BOOK)}
    pasted = stage.body(refs[BOOK])
    stage.edit_body(refs[DISK], f"{stage.body(refs[DISK])}\n\n{pasted}")
    team.clock.advance(days=1)
    team.sync()
    team.write(DOC, f"{DISK} on all nodes", BOOK)
    assert team.sync().plan.updates
    assert stage.body(refs[DISK]).endswith(pasted)
    team.lose_ledger()
    team.clock.advance(days=1)
    assert not team.sync().plan.creates
    assert team.ref(BOOK) == refs[BOOK]
    team.lose_ledger()
    team.clock.advance(days=1)
    team.write(DOC, f"{DISK} on every node", BOOK)
    assert team.sync().ok
    now = stage.tracker.get([refs[DISK]])[refs[DISK]]
    assert isinstance(now, Ticket)
    assert now.title == f"{DISK} on every node"
    assert stage.created() == 2


def test_an_item_whose_only_marker_was_pasted_elsewhere_waits_for_a_person(team: Team, stage: Stage) -> None:
    if isinstance(stage, JiraStage) and stage.deployment == "cloud":
        pytest.skip("Cloud keeps the marker beside the text")
    stage.edit_body(team.ref(DISK), f"{stage.body(team.ref(DISK))}\n\n{stage.body(team.ref(BOOK))}")
    stage.delete(team.ref(BOOK))
    team.clock.advance(days=1)
    team.lose_ledger()
    result = team.sync()
    (told,) = [finding for finding in result.findings if finding.rule == "marker-mismatch"]
    assert "holds the markers of several items" in told.message
    assert stage.created() == 2


def test_of_several_markers_the_last_with_the_same_uid_is_replaced() -> None:
    one, other, new = Marker("u1", "n", "d", "k1"), Marker("u2", "n", "d", "k2"), Marker("u1", "n", "d", "k9")
    body = f"a\n<!-- pmsync:{marker.to_json(one)} -->\nb\n<!-- pmsync:{marker.to_json(other)} -->"
    assert marker.read_all(marker.replace(body, new)) == (new, other)


def test_an_adopted_ticket_without_the_label_is_as_fresh_as_the_others(team: Team, stage: Stage) -> None:
    refs = [stage.open_by_person(f"Keep the pager {each}") for each in ("charged", "loud", "near", "quiet")]
    team.write(DOC, DISK, BOOK, *(f"Keep the pager {n} ([{ref.key}]({ref.url}))" for n, ref in enumerate(refs)))
    assert team.sync().ok
    team.clock.advance(minutes=20)
    team.sync()
    for ref in refs[:2]:
        stage.close(ref)
    team.clock.advance(minutes=5)
    before = stage.requests()
    team.sync()
    assert stage.requests() - before <= 4
    statuses = {link.ticket.ref: link.ticket.status.value for link in team.links().values()}
    assert [statuses[ref] for ref in team_refs(team, refs)] == ["done", "done", "open", "open"]


def team_refs(team: Team, refs: list) -> list:
    by_key = {link.ticket.ref.key: link.ticket.ref for link in team.links().values()}
    return [by_key[ref.key] for ref in refs]
