"""Changes that a tracker refuses in part: what can be sent is sent, and what cannot stays told until it can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pmsync.ledger import Ledger
from pmsync.model import Finding, Status
from pmsync.reports import status
from pmsync.sync.engine import RunResult
from tests.clock import Clock
from tests.fakes.http import Request, Response
from tests.sync.contract import BOOK, DISK, DOC
from tests.team import Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage

LONGER = f"{DISK} on all nodes"


@pytest.fixture(params=["cloud", "server"])
def stage(request: pytest.FixtureRequest) -> Iterator[JiraStage]:
    with JiraStage(Clock(), request.param) as stage:
        yield stage


@pytest.fixture
def team(stage: JiraStage, tmp_path: Path) -> Team:
    """Bob's account was looked up, and has left since; the document hands his colleague's item over to him."""
    team = Team(tmp_path, stage)
    team.write(DOC, f"{DISK} (@alice, due 2026-12-01)", f"{BOOK} (@bob)")
    assert team.sync().ok
    team.sync()
    del stage.state.people[stage.people[1]]
    return team


def hand_over(team: Team) -> RunResult:
    team.write(DOC, f"{LONGER} (@bob, due 2026-12-24)", f"{BOOK} (@bob)")
    return team.sync()


def refused(result: RunResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.rule == "update-refused"]


def test_title_and_due_date_arrive_though_the_new_owner_is_refused(team: Team, stage: JiraStage) -> None:
    ref = team.ref(DISK)
    result = hand_over(team)
    issue = stage.issue(ref)
    assert (issue.summary, issue.duedate, issue.assignee) == (LONGER, "2026-12-24", stage.people[0])
    assert not result.ok
    (told,) = refused(result)
    assert ref.key in told.message
    assert "assignee" in told.message
    link = team.links()[LONGER]
    assert link.pushed is not None
    assert (link.pushed.title, link.pushed.owners) == (LONGER, ("alice",))


def test_what_stays_refused_is_sent_once_a_day_and_told_by_every_run(team: Team, stage: JiraStage) -> None:
    hand_over(team)
    writes = stage.writes()
    for _ in range(2):
        result = team.sync()
        assert not result.ok
        assert "assignee" in refused(result)[0].message
    assert stage.writes() == writes
    team.clock.advance(days=1)
    team.sync()
    assert stage.writes() == writes + 1

    stage.state.people[stage.people[1]] = "bob@example.com"
    team.clock.advance(days=1)
    assert team.sync().ok
    assert stage.issue(team.ref(LONGER)).assignee == stage.people[1]
    assert team.sync().ok


def test_a_document_that_is_put_back_has_nothing_refused_any_more(team: Team) -> None:
    hand_over(team)
    team.write(DOC, f"{LONGER} (@alice, due 2026-12-24)", f"{BOOK} (@bob)")
    assert team.sync().ok
    with Ledger.open(team.root / "ledger.db", readonly=True) as ledger:
        assert not [operation for _, operation in ledger.refusals() if operation == "update"]


def test_what_a_person_did_with_the_sent_fields_is_not_undone(team: Team, stage: JiraStage) -> None:
    hand_over(team)
    ref = team.ref(LONGER)
    stage.retitle(ref, "Disks")
    stage.set_due(ref, "2027-01-31")
    for _ in range(2):
        team.sync()
        team.clock.advance(days=1)
    assert (stage.issue(ref).summary, stage.issue(ref).duedate) == ("Disks", "2027-01-31")


def test_it_keeps_its_place_in_status(team: Team) -> None:
    hand_over(team)
    with Ledger.open(team.root / "ledger.db", readonly=True) as ledger:
        rows = status.status_rows(ledger, team.settings, team.clock.now().date())
    (row,) = [row for row in rows if row.title == LONGER]
    assert row.status == Status.OPEN
    assert "refused a change: assignees" in row.note


def test_any_other_field_holds_up_nothing_either(team: Team, stage: JiraStage) -> None:
    stage.state.people[stage.people[1]] = "bob@example.com"
    stage.state.not_editable = frozenset({"duedate"})
    ref = team.ref(DISK)
    (told,) = refused(hand_over(team))
    issue = stage.issue(ref)
    assert (issue.summary, issue.duedate, issue.assignee) == (LONGER, "2026-12-01", stage.people[1])
    assert "due" in told.message


def test_a_change_refused_as_a_whole_is_sent_part_by_part_and_nothing_counts_as_sent(
    team: Team, stage: JiraStage
) -> None:
    stage.jira.server.before = lambda request: (
        Response(400, {"errorMessages": ["The issue is locked."], "errors": {}}) if request.method == "PUT" else None
    )
    result = hand_over(team)
    assert len(refused(result)) == 1
    assert refused(result)[0].message.count("locked") == 1
    stage.jira.server.before = None
    stage.state.people[stage.people[1]] = "bob@example.com"
    team.clock.advance(days=1)
    assert team.sync().ok
    assert stage.issue(team.ref(LONGER)).assignee == stage.people[1]


# --- GitHub -----------------------------------------------------------------------------------------------------


def dropping(stage: GitHubStage) -> Callable[[Request], Response | None]:
    """Refuse a change for its assignees: 422 (Validation Failed), as GitHub does for logins that cannot be assigned."""

    def before(request: Request) -> Response | None:
        if request.method != "PATCH" or "assignees" not in (request.json() or {}):
            return None
        error = {"resource": "Issue", "field": "assignees", "code": "invalid", "value": stage.people[1]}
        return Response(422, {"message": "Validation Failed", "errors": [error]})

    return before


def test_on_github_the_title_arrives_though_the_new_owner_is_refused(tmp_path: Path) -> None:
    with GitHubStage(Clock()) as stage:
        team = Team(tmp_path, stage)
        team.write(DOC, f"{DISK} (@alice)")
        assert team.sync().ok
        stage.github.server.before = dropping(stage)
        team.write(DOC, f"{LONGER} (@bob)")
        for _ in range(2):
            result = team.sync()
            assert not result.ok
            (told,) = refused(result)
            assert "assignees" in told.message
        assert team.links()[LONGER].ticket.title == LONGER
        assert team.links()[LONGER].ticket.assignees == (stage.people[0],)
