"""Every fault at every request of a sync, in front of every service, and the two clean syncs after it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pmsync.config.settings import Guard
from pmsync.ledger import Ledger
from tests.clock import Clock
from tests.fakes.http import Request, Response
from tests.reliability import record
from tests.sync.faults import (
    DISK,
    DOC,
    FAULTS,
    LISTED,
    SCENARIOS,
    Case,
    Fault,
    HttpStage,
    Injector,
    make_stage,
    recover,
    server_of,
)
from tests.team import Team
from tests.trackers.jira_stage import JiraStage

SERVICES = ["github", "cloud", "server"]
STRIDE = 5
"""Each fault hits every fifth request, each request a fifth of the faults; --soak lets all hit all."""
LASTING = {"connection dropped before", "connection dropped after", "502 before", "502 after", "HTML page before",
           "429, Retry-After in seconds"}  # fmt: skip


def strike(root: Path, service: str, scenario: str, fault: Fault, at: int, *, lasting: bool = False) -> str | None:
    """One history: the fault at one request of the sync. Says which request it hit, None where there was none."""
    with make_stage(service, Clock()) as stage:
        case = SCENARIOS[scenario](Team(root, stage), stage)
        with Injector(server_of(stage), fault, case.team.clock, at, lasting=lasting) as injector:
            result = case.team.sync()
        if injector.seen <= at:
            return None
        check_report(case, result)
        recover(case, listing_lied=fault.name in LISTED)
        return ", ".join(injector.fired)


def check_report(case: Case, result: object) -> None:
    """A run that left something undone says so, and each error says what to do."""
    errors = [finding for finding in result.findings if finding.level == "error"]  # type: ignore[attr-defined]
    assert all(finding.hint and finding.message for finding in errors)
    with Ledger.open(Path(case.team.settings.ledger), readonly=True) as ledger:
        undone = bool(ledger.intents())
    undone = undone or case.team.plan().plan.pending
    assert not (undone and result.ok)  # type: ignore[attr-defined]
    assert result.ok == (not errors)  # type: ignore[attr-defined]


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is such a place: these tests are about requests, and each commits hundreds of times."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


@pytest.fixture
def every(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--soak"))


def strike_many(folder: Path, service: str, scenario: str, fault: Fault, ats: Iterable[int], *, lasting: bool) -> int:
    """How many requests were hit, one history each, until the sync has no more of them."""
    struck = 0
    for at in ats:
        root = folder / str(at)
        root.mkdir()
        hit = strike(root, service, scenario, fault, at, lasting=lasting)
        shutil.rmtree(root)
        if hit is None:
            break
        struck += bool(hit)
    return struck


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_at_any_request_costs_no_ticket_and_makes_none(
    folder: Path, every: bool, service: str, scenario: str, fault: Fault
) -> None:
    if not (fault.github if service == "github" else fault.jira):
        pytest.skip("this service does not know it")
    if fault.name in LISTED and scenario == "first sync":
        pytest.skip("nothing is listed yet")
    stride = 1 if every or fault.name in LISTED else STRIDE
    ats = count(FAULTS.index(fault) % stride, stride)
    struck = strike_many(folder, service, scenario, fault, ats, lasting=False)
    assert struck > 0
    record("A fault at a request", fault.name, service, struck)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("fault", [each for each in FAULTS if each.name in LASTING], ids=lambda fault: fault.name)
def test_a_service_that_fails_from_some_request_on_costs_no_ticket_and_makes_none(
    folder: Path, every: bool, service: str, fault: Fault
) -> None:
    stride = 1 if every else STRIDE
    ats = count((FAULTS.index(fault) + 1) % stride, stride)
    struck = strike_many(folder, service, "busy day", fault, ats, lasting=True)
    assert struck > 0
    record("A fault at a request", f"{fault.name}, from then on", service, struck)


# --- lots -------------------------------------------------------------------------------------------------------


def team_with(items: int, root: Path, stage: HttpStage) -> Team:
    team = Team(root, stage, guard=Guard(max_creates=1000))
    team.write(DOC, DISK)
    assert team.sync().ok
    team.write(DOC, DISK, *(f"Rotate the keys of gateway number {n}" for n in range(items)))
    return team


@pytest.mark.parametrize("service", ["cloud", "server"])
@pytest.mark.parametrize("fault", [each for each in FAULTS if each.committed and each.name not in LISTED],
                         ids=lambda fault: fault.name)  # fmt: skip
def test_a_lot_of_fifty_whose_answer_is_lost_is_found_again(folder: Path, service: str, fault: Fault) -> None:
    with make_stage(service, Clock()) as stage:
        team = team_with(60, folder, stage)
        hit: list[str] = []

        def after(request: Request, response: Response) -> object:
            if request.path.endswith("/issue/bulk") and not hit:
                hit.append(request.path)
                return fault.makes(team.clock, request, response)
            return None

        server_of(stage).after = after  # type: ignore[assignment]
        result = team.sync()
        server_of(stage).after = None
        assert len(hit) == 1
        assert result.ok == (fault.name == "slow answer")
        assert stage.created() == 61
        recover(Case(team, stage, 61))
        record("A fault at a request", f"{fault.name}, a lot of 50", service, 1)


@pytest.mark.parametrize("service", ["cloud", "server"])
def test_of_a_lot_with_seven_refused_forty_three_are_made_once(
    folder: Path, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make_stage(service, Clock()) as stage:
        assert isinstance(stage, JiraStage)
        team = team_with(50, folder, stage)
        refused = {f"Rotate the keys of gateway number {n}" for n in range(3, 50, 7)}
        usual = stage.jira._field_errors

        def with_validator(fields: dict[str, Any]) -> dict[str, str]:
            return usual(fields) | ({"summary": "Not like this."} if fields.get("summary") in refused else {})

        monkeypatch.setattr(stage.jira, "_field_errors", with_validator)
        result = team.sync()
        assert not result.ok
        assert {done.detail for done in result.applied.done if done.verb == "created"}.isdisjoint(refused)
        assert sum(finding.rule == "create-refused" for finding in result.findings) == 7
        assert stage.created() == 1 + 43
        monkeypatch.undo()
        team.clock.advance(days=1)
        recover(Case(team, stage, 51))
        record("A fault at a request", "a lot of 50 with 7 refused", service, 1)


# --- a listing that is behind -----------------------------------------------------------------------------------


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("seconds", [30, 200, 500])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_listing_that_lags_makes_no_second_ticket(folder: Path, service: str, scenario: str, seconds: int) -> None:
    """Up to settle where a ledger remembers what was announced; up to lag where nothing does."""
    options = {"stale": seconds} if service == "github" else {"lag": timedelta(seconds=seconds)}
    drop = next(fault for fault in FAULTS if fault.name == "connection dropped after")
    with make_stage(service, Clock(), **options) as stage:
        case = SCENARIOS[scenario](Team(folder, stage), stage)
        made = stage.created()
        lost: list[str] = []

        def after(request: Request, response: Response) -> object:
            if stage.created() > made and not lost:
                lost.append(request.path)
                return drop.makes(case.team.clock, request, response)
            return None

        server_of(stage).after = after  # type: ignore[assignment]
        case.team.sync()
        server_of(stage).after = None
        assert lost
        case.team.sync()
        recover(case)
        record("A fault at a request", f"listing {seconds} s behind, and a create's answer lost", service, 1)
