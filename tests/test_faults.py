"""Every fault at every request of a sync, in front of every service, and the two clean syncs after it."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

import pytest

from pmsync.ledger import Ledger
from tests.clock import Clock
from tests.faults import FAULTS, SCENARIOS, Case, Fault, Injector, make_stage, recover, server_of
from tests.reliability import record
from tests.team import Team

SERVICES = ["github", "cloud", "server"]
SLOW = {"hang after"}


def strike(root: Path, service: str, scenario: str, fault: Fault, at: int, *, lasting: bool = False) -> str | None:
    """One history: the fault at one request of the sync. Says which request it hit, None where there was none."""
    with make_stage(service, Clock()) as stage:
        case = SCENARIOS[scenario](Team(root, stage), stage)
        with Injector(server_of(stage), fault, case.team.clock, at, lasting=lasting) as injector:
            result = case.team.sync()
        if injector.seen <= at:
            return None
        check_report(case, result)
        recover(case)
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


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_at_any_request_costs_no_ticket_and_makes_none(
    tmp_path: Path, service: str, scenario: str, fault: Fault
) -> None:
    if not (fault.github if service == "github" else fault.jira):
        pytest.skip("this service does not know it")
    struck = 0
    for at in count():
        root = tmp_path / str(at)
        root.mkdir()
        hit = strike(root, service, scenario, fault, at)
        shutil.rmtree(root)
        if hit is None:
            break
        struck += bool(hit)
    if scenario == "first sync" and fault.name.startswith("an entry"):
        pytest.skip("nothing is listed yet")
    assert struck > 0
    record("faults", fault.name, service, struck)
