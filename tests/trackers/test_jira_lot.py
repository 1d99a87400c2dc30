"""A bulk create that is refused, or fails, as a whole: the guilty draft is found, the others get their tickets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pmsync.identity.keys import digest
from pmsync.model import Draft, Fields, Marker
from pmsync.planning.operations import Create, Place
from pmsync.sync.create_once import lots
from pmsync.sync.engine import RunResult
from pmsync.trackers.contract import Created, InDoubt, Outcome, Rejected, Unavailable
from tests.clock import Clock
from tests.fakes.http import Drop, Response
from tests.fakes.http import Request as HttpRequest
from tests.sync.contract import DOC
from tests.team import Team
from tests.trackers.contract import draft
from tests.trackers.jira_stage import JiraStage

EMOJI = "🚨"
PAGE = b"<html><body><h1>Forbidden</h1></body></html>"


@pytest.fixture(params=["cloud", "server"])
def stage(request: pytest.FixtureRequest) -> Iterator[JiraStage]:
    with JiraStage(Clock(), request.param, timeout=2.0) as stage:
        yield stage


def drafts(size: int, **guilty: str) -> list[Draft]:
    """`n7="…"` gives the seventh draft that title."""
    made = [draft(number) for number in range(size)]
    for name, title in guilty.items():
        made[int(name[1:])] = replace(made[int(name[1:])], title=title)
    return made


def refuse(stage: JiraStage, status: int, body: object, *, word: str = "", size: int = 0) -> list[int]:
    """Give this answer to each lot that contains the word or exceeds `size` bytes; returns the size of each lot."""
    seen: list[int] = []

    def before(request: HttpRequest) -> Response | None:
        if not request.path.endswith("/issue/bulk"):
            return None
        seen.append(len(request.json()["issueUpdates"]))
        held = word and word in str(request.json())
        return Response(status, body) if held or (size and len(request.body) > size) else None

    stage.jira.server.before = before
    return seen


def kinds(outcomes: tuple[Outcome, ...], kind: type) -> list[int]:
    return [number for number, outcome in enumerate(outcomes) if isinstance(outcome, kind)]


# --- refused for sure: halved at once -------------------------------------------------------------------------


REFUSALS = {
    "413 of a proxy": (413, b"<html>Request Entity Too Large</html>"),
    "403 of a firewall": (403, PAGE),
    "404 of a proxy": (404, PAGE),
    "400 for the whole lot": (400, {"errorMessages": ["The request could not be processed."], "errors": {}}),
    "400 of a proxy": (400, b"<html>Bad Request</html>"),
    "422": (422, {"message": "Unprocessable"}),
}


@pytest.mark.parametrize(("status", "body"), REFUSALS.values(), ids=REFUSALS)
def test_a_lot_refused_for_one_draft_is_halved_until_it_stands_alone(
    stage: JiraStage, status: int, body: object
) -> None:
    refuse(stage, status, body, word="<script>")
    outcomes = stage.tracker.create(drafts(50, n33="Look for <script> in logs"))
    assert kinds(outcomes, Rejected) == [33]
    assert len(kinds(outcomes, Created)) == stage.created() == 49
    refused = outcomes[33]
    assert isinstance(refused, Rejected)
    assert not refused.closed
    assert str(status) in refused.reason
    assert outcomes[0].ticket.title == drafts(50)[0].title  # type: ignore[union-attr]
    assert outcomes[49].ticket.title == drafts(50)[49].title  # type: ignore[union-attr]


def test_what_is_too_large_together_goes_through_in_parts(stage: JiraStage) -> None:
    seen = refuse(stage, 413, PAGE, size=4_000)
    outcomes = stage.tracker.create(drafts(40))
    assert len(kinds(outcomes, Created)) == stage.created() == 40
    assert 2 < len(seen) < 40


def test_a_proxy_that_lets_nothing_through_is_asked_a_few_times_only(stage: JiraStage) -> None:
    seen = refuse(stage, 403, PAGE, size=1)
    outcomes = stage.tracker.create(drafts(50))
    assert all(isinstance(outcome, Rejected) and outcome.closed for outcome in outcomes)
    assert len(seen) < 12
    assert "proxy or firewall" in outcomes[0].reason  # type: ignore[union-attr]


def test_jira_s_own_word_that_we_may_not_is_asked_for_once(stage: JiraStage) -> None:
    seen = refuse(stage, 403, {"errorMessages": ["You may not create issues."], "errors": {}}, size=1)
    outcomes = stage.tracker.create(drafts(50))
    assert all(isinstance(outcome, Rejected) and outcome.closed for outcome in outcomes)
    assert seen == [50]


def test_data_center_says_403_as_a_page_too(stage: JiraStage) -> None:
    def before(request: HttpRequest) -> Response | None:
        return Response(403, PAGE, {"X-AREQUESTID": "1x2x3"}) if request.path.endswith("/issue/bulk") else None

    stage.jira.server.before = before
    outcomes = stage.tracker.create(drafts(4))
    assert all(isinstance(outcome, Rejected) and outcome.closed for outcome in outcomes)
    assert stage.jira.server.count("POST", path="/issue/bulk") == 1


def test_half_a_lot_that_is_in_doubt_is_not_sent_again_and_the_other_half_is(stage: JiraStage) -> None:
    seen = refuse(stage, 413, PAGE, size=4_000)
    first: list[HttpRequest] = []

    def after(request: HttpRequest, answer: Response) -> Drop | None:
        if request.path.endswith("/issue/bulk") and answer.status == 201 and not first:
            first.append(request)
            return Drop()
        return None

    stage.jira.server.after = after
    outcomes = stage.tracker.create(drafts(20))
    assert stage.created() == 20
    doubted = kinds(outcomes, InDoubt)
    assert len(doubted) == len(first[0].json()["issueUpdates"]) < 20
    assert len(kinds(outcomes, Created)) == 20 - len(doubted)
    assert sum(size for size in seen if size <= len(doubted)) <= 20


def test_patience_asked_for_half_way_leaves_the_rest_unsent(stage: JiraStage) -> None:
    sizes: list[int] = []

    def before(request: HttpRequest) -> Response | None:
        if not request.path.endswith("/issue/bulk"):
            return None
        sizes.append(len(request.json()["issueUpdates"]))
        return Response(413, PAGE) if len(sizes) == 1 else Response(429, {}, {"Retry-After": "7"})

    stage.jira.server.before = before
    outcomes = stage.tracker.create(drafts(20))
    assert all(isinstance(outcome, Unavailable) and outcome.retry_after == 7 for outcome in outcomes)
    assert sizes == [20, 10]


# --- in doubt: looked for first, then sent in smaller lots ------------------------------------------------------


def create(number: int, tries: int) -> Create:
    uid = digest(str(number))[:12]
    place = Place("a", "a.md", number, str(number), Fields(title=str(number)), None, "", number)
    return Create(uid, "payments", Draft(Marker(uid), str(number), ""), place, "", tries)


def test_whoever_was_in_doubt_goes_last_and_in_ever_smaller_lots() -> None:
    creates = [create(n, tries=n % 4) for n in range(240)]
    made = [[each.tries for each in lot] for lot in lots(creates, 50)]
    assert [len(lot) for lot in made[:2]] == [50, 10]
    assert {len(lot) for lot in made if 1 in lot} <= {7, 60 % 7}
    assert all(len(lot) == 1 for lot in made if lot[0] >= 2)
    assert [tries for lot in made for tries in lot] == sorted(n % 4 for n in range(240))
    assert [len(lot) for lot in lots([create(n, 1) for n in range(3)], 1)] == [1, 1, 1]


def poisoned(stage: JiraStage, *, commits: bool = False) -> None:
    """A database that fails at any request with a 4-byte character.

    Atlassian's knowledge base names the cause ("Incorrect string value" on MySQL with utf8, article 952604493); the
    status is a 500 without Jira's own words. `commits` models one that keeps the ticket and fails afterwards.
    """
    failed = Response(500, b"<html>Internal server error</html>")

    def poisonous(request: HttpRequest) -> bool:
        return request.path.endswith("/issue/bulk") and EMOJI in str(request.json())

    if commits:
        stage.jira.server.after = lambda request, _: failed if poisonous(request) else None
    else:
        stage.jira.server.before = lambda request: failed if poisonous(request) else None


ITEMS = [f"Rotate the keys of gateway number {number}" for number in range(50)]


def document(team: Team, *guilty: int) -> None:
    team.write(DOC, *(f"{EMOJI} {item}" if number in guilty else item for number, item in enumerate(ITEMS)))


def cron(team: Team, runs: int) -> list[RunResult]:
    results = []
    for _ in range(runs):
        results.append(team.sync(allow={"creates": 60}))
        team.clock.advance(minutes=5)
    return results


@pytest.mark.parametrize("guilty", [(33,), (0, 1, 2, 3), (5, 17, 29, 41)])
def test_under_cron_the_others_get_their_tickets_and_the_guilty_one_is_named(
    stage: JiraStage, tmp_path: Path, guilty: tuple[int, ...]
) -> None:
    team = Team(tmp_path, stage)
    team.write(DOC, "Add alerting for full disks")
    team.sync()
    document(team, *guilty)
    poisoned(stage)
    results = cron(team, 12)
    assert stage.created() == 1 + 50 - len(guilty)
    told = " ".join(finding.message for finding in results[-1].findings if finding.rule == "in-doubt")
    hints = {finding.hint for finding in results[-1].findings if finding.rule == "in-doubt"}
    assert all(ITEMS[number] in told for number in guilty)
    assert all("reword" in hint for hint in hints)
    assert not any(result.ok for result in results[-3:])  # also where it only waits for its next turn

    document(team)  # reworded
    cron(team, 5)
    assert stage.created() == 51
    assert team.sync().ok


def test_tickets_that_a_failing_server_made_all_the_same_are_found_and_not_made_again(
    stage: JiraStage, tmp_path: Path
) -> None:
    team = Team(tmp_path, stage)
    document(team, 7)
    poisoned(stage, commits=True)
    cron(team, 6)
    assert stage.created() == 50
    assert team.sync().ok


def test_a_bare_runner_gets_there_within_its_passes(stage: JiraStage, tmp_path: Path) -> None:
    team = Team(tmp_path, stage)
    document(team, 33)
    poisoned(stage)
    result = team.sync(allow={"creates": 60})
    assert not result.ok
    assert stage.created() == 49
    assert any(f"{EMOJI} {ITEMS[33]}" in finding.message and "reword" in finding.hint for finding in result.findings)
    team.lose_ledger()
    team.sync()
    assert stage.created() == 49


def test_while_everything_fails_a_run_sends_a_few_lots_only(stage: JiraStage, tmp_path: Path) -> None:
    team = Team(tmp_path, stage)
    document(team)
    stage.jira.server.before = lambda request: Response(500) if request.path.endswith("/issue/bulk") else None
    before = stage.jira.server.count("POST", path="/issue/bulk")
    team.sync(allow={"creates": 60})
    assert stage.jira.server.count("POST", path="/issue/bulk") - before <= 1 + 3 + 3
    stage.jira.server.before = None
    team.clock.advance(minutes=15)
    cron(team, 3)
    assert stage.created() == 50
    assert team.sync().ok
