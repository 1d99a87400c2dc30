"""What a project's screens lack or demand: doctor says it beforehand, a sync once, and no cron that creates nothing is
green.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pmsync.config.settings import Limit, SlaRule
from pmsync.model import Finding
from pmsync.sync.engine import RunResult
from pmsync.trackers.contract import Check, Created, Rejected
from tests.clock import Clock
from tests.fakes.http import Request as HttpRequest
from tests.fakes.http import Response
from tests.sync.contract import BOOK, DISK, DOC
from tests.team import Team
from tests.trackers.contract import draft
from tests.trackers.jira_stage import JiraStage

KEYS = "Rotate the keys of the gateway"


@pytest.fixture(params=["cloud", "server"])
def stage(request: pytest.FixtureRequest) -> Iterator[JiraStage]:
    with JiraStage(Clock(), request.param) as stage:
        yield stage


def configure(stage: JiraStage, **settings: Any) -> None:
    stage.settings = replace(stage.settings, **settings)
    stage.tracker = stage.reconnect()


def checks(stage: JiraStage) -> list[Check]:
    return [check for check in stage.reconnect().probe().checks if check.ok is not True]


def errors(result: RunResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.level == "error"]


@pytest.fixture
def team(stage: JiraStage, tmp_path: Path) -> Team:
    team = Team(tmp_path, stage)
    team.write(DOC, DISK, BOOK, KEYS)
    return team


def fallback(team: Team, stage: JiraStage, owner: str) -> None:
    configure(stage, fallback_owner=owner)
    trackers = {name: replace(each, fallback_owner=owner) for name, each in team.settings.trackers.items()}
    team.settings = replace(team.settings, trackers=trackers)


# --- nothing at all can be created --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["labels", "description"])
def test_a_screen_without_a_field_that_every_ticket_needs_is_told_once_and_by_each_run(
    stage: JiraStage, team: Team, name: str
) -> None:
    stage.state.lacks = frozenset({name})
    (check,) = checks(stage)
    assert check.ok is False
    assert name.title() in check.message
    assert "add the field to its create screen" in check.message
    for _ in range(3):
        result = team.sync()
        assert not result.ok
        (told,) = errors(result)
        assert told.rule == "tracker-blocked"
        assert name.title() in told.message
    assert stage.writes() == 0
    (outcome,) = stage.reconnect().create([draft(1)])
    assert isinstance(outcome, Rejected)
    assert outcome.closed

    stage.state.lacks = frozenset()
    assert team.sync().ok
    assert stage.created() == 3


# --- what only the item can fill ------------------------------------------------------------------------------------


def test_items_without_a_date_where_one_is_required_are_told_together_and_by_each_run(
    stage: JiraStage, team: Team
) -> None:
    stage.state.demands = frozenset({"duedate"})
    (check,) = checks(stage)
    assert (check.ok, "Duedate" in check.message, "[sla]" in check.hint) == (None, True, True)
    team.write(DOC, DISK, f"{BOOK} (due 2026-12-24)", KEYS)
    for _ in range(3):
        result = team.sync()
        assert not result.ok
        (told,) = errors(result)
        assert told.rule == "create-refused"
        assert f"{DISK!r} and 1 more item" in told.message
        assert "[sla]" in told.message
        assert stage.created() == 1
    writes = stage.writes()
    team.sync()
    assert stage.writes() == writes  # the screen shows it, so nothing is sent

    team.settings = replace(team.settings, sla=(SlaRule(severity=("sev2",), done=Limit(30)),))
    assert team.sync().ok
    assert stage.created() == 3


def test_a_value_in_the_settings_fills_a_required_field_for_all(stage: JiraStage) -> None:
    stage.state.demands = frozenset({"duedate", "priority"})
    configure(stage, fields={"Duedate": "2026-12-31", "priority": "Low"})
    assert not checks(stage)
    (outcome,) = stage.tracker.create([draft(1, due=None, priority=None)])
    assert isinstance(outcome, Created)
    assert stage.issue(outcome.ticket.ref).duedate == "2026-12-31"
    (outcome,) = stage.tracker.create([draft(2, due=date(2026, 12, 24), priority=None)])
    assert isinstance(outcome, Created)
    assert stage.issue(outcome.ticket.ref).duedate == "2026-12-24"


# --- nobody to assign -----------------------------------------------------------------------------------------------


def test_where_issues_must_be_assigned_and_nobody_can_be_that_is_told_together(stage: JiraStage, team: Team) -> None:
    stage.state.unassigned = False
    (check,) = checks(stage)
    assert (check.ok, "must be assigned" in check.message, "fallback_owner" in check.hint) == (None, True, True)
    team.write(DOC, DISK, f"{BOOK} (@alice)", KEYS)
    for _ in range(2):
        result = team.sync()
        assert not result.ok
        (told,) = errors(result)
        assert f"{DISK!r} and 1 more item" in told.message
        assert "fallback_owner" in told.message
        assert stage.created() == 1


def test_the_fallback_owner_takes_what_nobody_can_be_assigned(stage: JiraStage, team: Team) -> None:
    stage.state.unassigned = False
    fallback(team, stage, "bob")
    assert not checks(stage)
    team.write(DOC, DISK, f"{BOOK} (@alice)", f"{KEYS} (@zoe)")
    assert team.sync().ok
    people = {title: link.ticket.assignees for title, link in team.links().items()}
    assert people == {DISK: (stage.people[1],), BOOK: (stage.people[0],), KEYS: (stage.people[1],)}


def test_the_fallback_owner_takes_what_an_owner_is_refused_for(stage: JiraStage, team: Team) -> None:
    """The owner was known when the accounts were looked up, and has left since."""
    stage.state.unassigned = False
    fallback(team, stage, "bob")
    team.write(DOC, f"{DISK} (@alice)")
    assert team.sync().ok
    del stage.state.people[stage.people[0]]
    team.write(DOC, f"{DISK} (@alice)", f"{BOOK} (@alice)")
    result = team.sync()
    assert stage.created() == 2
    assert team.links()[BOOK].ticket.assignees == (stage.people[1],)
    assert "assignee-dropped" in {finding.rule for finding in result.findings}


def test_where_the_fallback_owner_has_left_too_the_ticket_matters_more(stage: JiraStage) -> None:
    (outcome,) = stage.tracker.create([draft(1, assignees=("gone",), fallback=("gone-too",))])
    assert isinstance(outcome, Created)
    assert outcome.ticket.assignees == ()
    assert stage.created() == 1


def test_a_required_assignee_is_filled_by_the_fallback_owner(stage: JiraStage, team: Team) -> None:
    stage.state.demands = frozenset({"assignee"})
    (check,) = checks(stage)
    assert "Assignee" in check.message
    fallback(team, stage, "bob")
    assert not checks(stage)
    assert team.sync().ok
    assert stage.created() == 3


def test_an_assignee_who_is_not_on_the_screen_holds_up_no_ticket(stage: JiraStage) -> None:
    stage.state.lacks = frozenset({"assignee"})
    (outcome,) = stage.tracker.create([draft(1, assignees=(stage.people[0],))])
    assert isinstance(outcome, Created)
    assert stage.jira.server.count("POST", path="/issue/bulk") == 1


# --- refused for whatever reason ------------------------------------------------------------------------------------


def test_a_run_in_which_every_item_is_refused_is_red_each_time_and_green_once_it_is_not(
    stage: JiraStage, team: Team
) -> None:
    def before(request: HttpRequest) -> Response | None:
        if not request.path.endswith("/issue/bulk"):
            return None
        refused = {"errorMessages": [], "errors": {"description": "It holds a forbidden word."}}
        count = len(request.json()["issueUpdates"])
        errors = [{"status": 400, "elementErrors": refused, "failedElementNumber": n} for n in range(count)]
        return Response(400, {"issues": [], "errors": errors})

    stage.jira.server.before = before
    result = team.sync()
    assert [(f.rule, f.path, f.line) for f in errors(result)] == [
        ("create-refused", DOC, line) for line in (11, 12, 13)
    ]
    for _ in range(2):
        result = team.sync()
        assert not result.ok
        (told,) = errors(result)
        assert (told.rule, told.path, told.line) == ("create-refused", DOC, 11)
        assert f"{DISK!r} and 2 more items: description: It holds a forbidden word." in told.message
        assert not team.plan().ok
    assert stage.jira.server.count("POST", path="/issue/bulk") == 1  # once a day

    stage.jira.server.before = None
    assert not team.sync().ok
    team.clock.advance(days=1)
    assert team.sync().ok
    assert stage.created() == 3
