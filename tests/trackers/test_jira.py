"""The contract for Jira Cloud and Data Center, over HTTP and the real client library, and Jira's own promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pmsync.errors import TrackerError
from pmsync.model import Draft, Status, Ticket
from pmsync.trackers.contract import Created, InDoubt, Rejected, Unavailable
from tests.clock import Clock
from tests.fakes.http import Delay, Drop, Request, Response
from tests.trackers.contract import TrackerContract, draft
from tests.trackers.jira_stage import JiraStage


class TestCloud(TrackerContract):
    @pytest.fixture
    def stage(self) -> Iterator[JiraStage]:
        with JiraStage(Clock(), "cloud") as stage:
            yield stage


class TestDataCenter(TrackerContract):
    @pytest.fixture
    def stage(self) -> Iterator[JiraStage]:
        with JiraStage(Clock(), "server") as stage:
            yield stage


# --- Jira's own promises --------------------------------------------------------------------------------------


@pytest.fixture(params=["cloud", "server"])
def stage(request: pytest.FixtureRequest) -> Iterator[JiraStage]:
    with JiraStage(Clock(), request.param, timeout=0.5) as stage:
        yield stage


def lot(size: int) -> list[Draft]:
    return [draft(number) for number in range(size)]


def lose(stage: JiraStage, answer: Drop | Response | Delay) -> None:
    stage.jira.server.after = lambda request, _: answer if request.path.endswith("/issue/bulk") else None


def test_fifty_tickets_are_one_request(stage: JiraStage) -> None:
    stage.tracker.create(lot(1))
    before = stage.requests()
    outcomes = stage.tracker.create([draft(n) for n in range(100, 150)])
    assert all(isinstance(outcome, Created) for outcome in outcomes)
    assert stage.requests() - before == 1


def test_of_a_lot_with_seven_refused_the_others_are_matched_to_their_drafts(stage: JiraStage) -> None:
    drafts = lot(50)
    for number in range(0, 49, 7):
        drafts[number] = replace(drafts[number], title=" ")
    outcomes = stage.tracker.create(drafts)
    refused = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Rejected)]
    assert refused == list(range(0, 49, 7))
    for drafted, outcome in zip(drafts, outcomes, strict=True):
        if isinstance(outcome, Created):
            seen = stage.tracker.get([outcome.ticket.ref])[outcome.ticket.ref]
            assert isinstance(seen, Ticket)
            assert seen.marker == drafted.marker


@pytest.mark.parametrize(
    "fault", [Drop(), Response(502, b"<html>"), Response(503, None, {"Retry-After": "1"}), Delay(2)]
)
def test_a_lot_whose_answer_is_lost_is_in_doubt_and_was_sent_once(
    stage: JiraStage, fault: Drop | Response | Delay
) -> None:
    lose(stage, fault)
    outcomes = stage.tracker.create(lot(20))
    assert all(isinstance(outcome, InDoubt) for outcome in outcomes)
    assert stage.created() == 20
    stage.jira.server.after = None
    uids = [each.marker.uid for each in lot(20)]
    assert len(stage.tracker.find(uids, stage.clock.now() - timedelta(hours=1))) == 20


@pytest.mark.parametrize("wait", ["7", "Tue, 24 Nov 2026 09:00:07 GMT"])
def test_patience_is_asked_for_in_seconds_or_as_a_date(stage: JiraStage, wait: str) -> None:
    stage.jira.server.before = lambda request: (
        Response(429, {}, {"Retry-After": wait, "Date": "Tue, 24 Nov 2026 09:00:00 GMT"})
        if request.path.endswith("/issue/bulk")
        else None
    )
    outcome = stage.tracker.create(lot(1))[0]
    assert isinstance(outcome, Unavailable)
    assert outcome.retry_after == 7
    assert stage.created() == 0


def test_a_required_field_is_named_with_the_line_that_fills_it() -> None:
    required = {"customfield_10010": ["SRE", "Web"]}
    with JiraStage(Clock(), "cloud", required=required) as stage:
        outcome = stage.tracker.create(lot(1))[0]
        assert isinstance(outcome, Rejected)
        assert "customfield_10010" in outcome.reason
        assert "customfield_10010" in stage.tracker.probe().blocked
    with JiraStage(Clock(), "cloud", required=required, settings={"fields": {"customfield_10010": "SRE"}}) as stage:
        assert isinstance(stage.tracker.create(lot(1))[0], Created)
        assert not stage.tracker.probe().blocked


def test_what_the_create_screen_lacks_stands_in_the_text(stage: JiraStage) -> None:
    stage.state.lacks = frozenset({"duedate", "priority"})
    outcome = stage.tracker.create([draft(1, due=date(2026, 12, 24), priority="P1")])[0]
    assert isinstance(outcome, Created)
    assert "2026-12-24" in stage.body(outcome.ticket.ref)
    assert "P1" in stage.body(outcome.ticket.ref)


def test_a_project_that_may_not_be_written_to_is_previous_findings_the_first_create(stage: JiraStage) -> None:
    assert not stage.tracker.probe().blocked
    stage.state.permissions = {"CREATE_ISSUES": False}
    assert "create tickets" in stage.tracker.probe().blocked


def test_a_status_is_mapped_by_the_table_in_the_settings() -> None:
    with JiraStage(Clock(), "cloud", settings={"status": {"In Progress": "wont_do"}}) as stage:
        outcome = stage.tracker.create(lot(1))[0]
        assert isinstance(outcome, Created)
        stage.start(outcome.ticket.ref)
        seen = stage.tracker.get([outcome.ticket.ref])[outcome.ticket.ref]
        assert isinstance(seen, Ticket)
        assert seen.status == Status.WONT_DO


def test_two_hundred_and_fifty_tickets_are_scanned_in_three_pages(stage: JiraStage) -> None:
    for start in range(0, 250, 50):
        stage.tracker.create([draft(n) for n in range(start, start + 50)])
    before = stage.requests()
    assert len(stage.reconnect().scan().tickets) == 250
    assert stage.requests() - before == 3


def test_a_fresh_ticket_is_invisible_to_a_search_while_the_index_lags_and_not_to_get() -> None:
    with JiraStage(Clock(), "cloud", lag=timedelta(minutes=2)) as stage:
        outcome = stage.tracker.create(lot(1))[0]
        assert isinstance(outcome, Created)
        assert not stage.tracker.scan().tickets
        assert isinstance(stage.tracker.get([outcome.ticket.ref])[outcome.ticket.ref], Ticket)
        stage.clock.advance(minutes=2)
        assert stage.tracker.scan().tickets


def test_the_body_reads_well_in_jira(stage: JiraStage) -> None:
    text = "Do it.\n\n- [x] one `code`\n- two [here](https://example.com/a)\n\n**bold** {code} [~dana]"
    outcome = stage.tracker.create([draft(1, body=text)])[0]
    assert isinstance(outcome, Created)
    body = stage.body(outcome.ticket.ref)
    assert "* ☑ one {{code}}" in body
    assert "[here|https://example.com/a]" in body
    assert "*bold*" in body
    assert "[~dana]" not in body
    assert r"\{code\}" in body  # escaped: no macro comes out of a document


def test_a_wrong_token_is_told_without_showing_it(stage: JiraStage) -> None:
    stage.jira.tokens.clear()
    with pytest.raises(TrackerError, match="JIRA_TOKEN") as error:
        stage.tracker.scan()
    assert "jira-token-example" not in str(error.value)


@pytest.mark.parametrize("answer", [{}, b"null", [], {"accountId": "", "name": ""}, {"accountId": None, "name": None}])
def test_an_account_that_comes_back_empty_is_none(stage: JiraStage, answer: object) -> None:
    def nobody(request: Request) -> Response | None:
        return Response(200, answer) if request.path.endswith("/myself") else None

    stage.jira.server.before = nobody
    stage.open_by_person("Of nobody")
    with pytest.raises(TrackerError, match="whose token this is"):
        stage.tracker.accounts()
    assert all(isinstance(each, Rejected | Unavailable) for each in stage.reconnect().create(lot(1)))
    assert stage.created() == 1
    with pytest.raises(TrackerError, match="whose token this is"):
        stage.reconnect().probe()
