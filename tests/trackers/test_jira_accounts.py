"""Accounts that Jira no longer knows: they fail no search, and they are reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pmsync.errors import TrackerError
from tests.clock import Clock
from tests.fakes.http import Request, Response
from tests.sync.contract import BOOK, DISK, DOC
from tests.team import Team
from tests.trackers.contract import draft
from tests.trackers.jira_stage import JiraStage


@pytest.fixture(params=["cloud", "server"])
def stage(request: pytest.FixtureRequest) -> Iterator[JiraStage]:
    with JiraStage(Clock(), request.param) as stage:
        configure(stage, stage.me, "old-bot", "older-bot")
        yield stage


def configure(stage: JiraStage, *accounts: str) -> None:
    stage.settings = replace(stage.settings, accounts=accounts)
    stage.tracker = stage.reconnect()


def test_unknown_names_are_left_out_and_all_others_asked_for(stage: JiraStage) -> None:
    stage.tracker.create([draft(1)])
    stage.issue(stage.tracker.scan().tickets[0].ref).labels.clear()
    hour_ago = stage.clock.now() - timedelta(hours=1)
    assert len(stage.tracker.find((), hour_ago)) == 1
    assert stage.tracker.left_out() == ("old-bot", "older-bot")
    before = stage.requests()
    stage.tracker.find((), hour_ago)
    assert stage.requests() - before == 1  # remembered


def test_in_whatever_language_jira_says_so(stage: JiraStage) -> None:
    def after(request: Request, answer: Response) -> Response | None:
        said = {"errorMessages": ["Der Wert ist für das Feld nicht vorhanden."], "errors": {}}
        return Response(400, said) if "/search" in request.path and answer.status == 400 else None

    stage.jira.server.after = after
    stage.tracker.find((), stage.clock.now())
    assert stage.tracker.left_out() == ("old-bot", "older-bot")


def test_where_none_is_known_nothing_can_be_concluded(stage: JiraStage) -> None:
    configure(stage, "old-bot", "older-bot")
    with pytest.raises(TrackerError, match="'old-bot' does not exist"):
        stage.tracker.find((), stage.clock.now())


def test_a_search_that_fails_otherwise_is_no_account_s_fault(stage: JiraStage) -> None:
    refused = Response(400, {"errorMessages": ["The value 'PAY' does not exist for the field 'project'."]})
    stage.jira.server.before = lambda request: refused if "/search" in request.path else None
    with pytest.raises(TrackerError, match="'project'"):
        stage.tracker.find((), stage.clock.now())
    assert not stage.tracker.left_out()


def test_sync_creates_and_tells_each_name_once_a_run(stage: JiraStage, tmp_path: Path) -> None:
    team = Team(tmp_path, stage)
    team.write(DOC, DISK)
    for count in (1, 2):  # the first run knows nothing and looks twice
        result = team.sync()
        assert result.ok, result.findings
        assert stage.created() == count
        told = [finding.message for finding in result.findings if finding.rule == "account-unknown"]
        assert ["'old-bot'" in told[0], "'older-bot'" in told[1]] == [True, True]
        assert len(told) == 2
        team.write(DOC, DISK, BOOK)


def test_doctor_runs_the_searches_of_a_sync(stage: JiraStage) -> None:
    checks = stage.tracker.probe().checks
    told = [check for check in checks if check.name == "accounts"]
    assert [check.ok for check in told] == [None, None]
    assert "'old-bot'" in told[0].message
    assert "trackers.payments.accounts" in told[0].hint

    configure(stage, "old-bot")
    (failed,) = [check for check in stage.tracker.probe().checks if check.name == "searches"]
    assert failed.ok is False
    assert "old-bot" in failed.message
