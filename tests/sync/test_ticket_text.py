"""The list of facts in a ticket's text says what the post-mortem says, and people's edits around it stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pmsync.config.settings import Holidays, Limit, Person, SlaRule
from pmsync.sync.engine import Request
from tests.clock import Clock
from tests.team import HEAD, Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage
from tests.trackers.local_stage import LocalStage
from tests.trackers.stage import Stage

DOC = "postmortems/2026-11-20-checkout.md"
DISK, BOOK = "Add alerting for full disks", "Write a runbook for failover"


@pytest.fixture(params=["local", "github", "cloud", "server"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    if request.param == "local":
        yield LocalStage(tmp_path_factory.mktemp("tickets"), Clock())
        return
    made: Any = GitHubStage(Clock()) if request.param == "github" else JiraStage(Clock(), deployment=request.param)
    with made as opened:
        yield opened


@pytest.fixture
def team(tmp_path: Path, stage: Stage) -> Team:
    team = Team(tmp_path, stage, web_url="https://code.acme.example/{path}#L{line}")
    team.write(DOC, f"{DISK} (@alice)\n  - The thresholds are in the wiki", BOOK)
    assert team.sync().ok
    return team


def quiet_from_now_on(team: Team) -> bool:
    """Whether nothing is sent any more, also by a run that remembers nothing."""
    writes = sum(stage.writes() for stage in team.stages.values())
    settled = not team.sync().applied.done and not team.sync().plan.pending
    team.lose_ledger()
    team.sync()
    return settled and not team.sync().plan.pending and writes == sum(stage.writes() for stage in team.stages.values())


def text_of(team: Team, stage: Stage, title: str) -> str:
    return stage.body(team.ref(title))


def test_the_text_follows_what_the_document_says(team: Team, stage: Stage) -> None:
    assert "Owner" in text_of(team, stage, DISK)
    head = HEAD.replace("severity: sev2", "severity: sev1").replace(
        "title: Checkout was down", "title: Checkout failed"
    )
    team.write(DOC, f"{DISK} (@bob)\n  - The thresholds are in the wiki", BOOK, head=head)
    done = team.sync()
    assert done.ok
    text = text_of(team, stage, DISK)
    assert "bob" in text
    assert "alice" not in text
    assert "sev1" in text
    assert "sev2" not in text
    assert "Checkout failed" in text
    assert "The thresholds are in the wiki" in text
    assert quiet_from_now_on(team)


def test_the_text_names_the_path_that_the_document_has_now(team: Team, stage: Stage) -> None:
    old, new = team.root / DOC, team.root / "postmortems/2026/checkout.md"
    new.parent.mkdir()
    old.rename(new)
    assert team.sync().ok
    text = text_of(team, stage, DISK)
    assert "postmortems/2026/checkout.md" in text
    assert DOC not in text
    assert quiet_from_now_on(team)


def test_so_it_does_where_the_document_has_an_id_of_its_own(tmp_path: Path, stage: Stage) -> None:
    team = Team(tmp_path, stage)
    head = HEAD.replace("---\ntitle", "---\nid: checkout-down\ntitle", 1)
    team.write(DOC, DISK, head=head)
    assert team.sync().ok
    (team.root / DOC).rename(team.root / "postmortems/checkout.md")
    assert team.sync().ok
    text = text_of(team, stage, DISK)
    assert "postmortems/checkout.md" in text
    assert DOC not in text
    assert quiet_from_now_on(team)


def test_what_people_write_around_the_list_stays(team: Team, stage: Stage) -> None:
    ref = team.ref(DISK)
    lines = stage.body(ref).split("\n")
    at = next(number for number, line in enumerate(lines) if "Owner" in line)
    edited = ["The on-call wants this.", "", *lines[: at + 1], "* Region: eu-west", *lines[at + 1 :]]
    stage.edit_body(ref, "\r\n".join(edited))
    team.write(DOC, f"{DISK} (@bob)\n  - The thresholds are in the wiki", BOOK)
    assert team.sync().ok
    text = stage.body(ref)
    assert text.startswith("The on-call wants this.")
    assert "Region: eu-west" in text
    assert "bob" in text
    assert "alice" not in text


def test_a_list_that_a_person_edited_is_theirs_from_then_on(team: Team, stage: Stage) -> None:
    ref = team.ref(DISK)
    stage.edit_body(ref, stage.body(ref).replace("alice", "alice and the whole team"))
    team.write(DOC, f"{DISK} (@bob)\n  - The thresholds are in the wiki", BOOK)
    done = team.sync()
    assert "alice and the whole team" in stage.body(ref)
    (finding,) = [each for each in done.findings if each.rule == "text-edited"]
    assert ref.key in finding.message
    team.write(DOC, f"{DISK} (@alice)\n  - The thresholds are in the wiki", BOOK)
    done = team.sync()
    assert "alice and the whole team" in stage.body(ref)
    assert "text-edited" not in {each.rule for each in done.findings}


def test_an_edit_that_the_list_does_not_show_leaves_the_text_alone(team: Team, stage: Stage) -> None:
    before = text_of(team, stage, DISK)
    team.write(DOC, BOOK, f"{DISK} (@alice)\n  - The thresholds are in the wiki", head=f"{HEAD}Some words.\n\n")
    assert team.sync().ok
    assert text_of(team, stage, DISK) == before
    assert quiet_from_now_on(team)


def test_a_changed_configuration_rewrites_no_text(team: Team, stage: Stage) -> None:
    writes = stage.writes()
    other = Team(team.root, stage, web_url="https://wiki.acme.example/{path}")
    assert other.sync().ok
    assert stage.writes() == writes


def test_a_full_read_sees_at_once_what_was_deleted(team: Team, stage: Stage) -> None:
    stage.delete(team.ref(DISK))
    team.clock.advance(minutes=30)
    assert bool(team.plan().plan.records("lost")) is not stage.tracker.incremental
    assert len(team.engine().plan(Request(full=True)).plan.records("lost")) == 1


def test_punctuation_alone_makes_the_list_a_person_s_too(team: Team, stage: Stage) -> None:
    ref = team.ref(DISK)
    stage.edit_body(ref, stage.body(ref).replace("sev2", "sev2!!"))
    team.write(DOC, f"{DISK} (@bob)\n  - The thresholds are in the wiki", BOOK)
    assert "text-edited" in {each.rule for each in team.sync().findings}
    assert "sev2!!" in stage.body(ref)


def test_details_that_are_a_list_do_not_go_on_the_list_of_facts(team: Team, stage: Stage) -> None:
    lines = stage.body(team.ref(DISK)).splitlines()
    facts = [n for n, line in enumerate(lines) if line[:2] in {"- ", "* "} and ":" in line]
    details = next(n for n, line in enumerate(lines) if "thresholds" in line)
    assert any(line.strip("*") == "Details" for line in lines[max(n for n in facts if n < details) : details])


# --- owners who are known only later ------------------------------------------------------------------------------


@pytest.fixture
def unassigned(tmp_path: Path, stage: Stage) -> Team:
    team = Team(tmp_path, stage)
    team.write(DOC, f"{DISK} (@carol)", BOOK)
    assert team.sync().ok
    assert not stage.reconnect().get([team.ref(DISK)])[team.ref(DISK)].assignees  # type: ignore[union-attr]
    return team


def assignees(team: Team, stage: Stage) -> tuple[str, ...]:
    ref = team.ref(DISK)
    return stage.reconnect().get([ref])[ref].assignees  # type: ignore[union-attr,no-any-return]


def with_carol(team: Team, stage: Stage) -> Team:
    account = "carol" if isinstance(stage, LocalStage) else stage.people[0]
    people = {**team.people, "carol": Person("carol", "Carol Chen", github=account, jira=account)}
    return Team(team.root, stage, people=people)


@pytest.mark.parametrize("bare", [False, True], ids=["kept ledger", "no ledger"])
def test_a_ticket_gets_its_owner_once_people_names_them(unassigned: Team, stage: Stage, *, bare: bool) -> None:
    team = with_carol(unassigned, stage)
    if bare:
        team.lose_ledger()
    assert team.sync().ok
    team.sync()
    assert len(assignees(team, stage)) == 1
    assert quiet_from_now_on(team)


def test_a_ticket_that_somebody_took_stays_theirs(unassigned: Team, stage: Stage) -> None:
    ref = unassigned.ref(DISK)
    stage.assign(ref, stage.people[1])
    team = with_carol(unassigned, stage)
    assert team.sync().ok
    assert assignees(team, stage) == (stage.people[1],)
    team.lose_ledger()
    team.sync()
    team.sync()
    assert assignees(team, stage) == (stage.people[1],)


def test_a_ticket_that_somebody_put_down_stays_unassigned(unassigned: Team, stage: Stage) -> None:
    ref = unassigned.ref(DISK)
    stage.assign(ref, stage.people[1])
    unassigned.sync()
    stage.assign(ref)
    unassigned.sync()
    team = with_carol(unassigned, stage)
    assert team.sync().ok
    assert assignees(team, stage) == ()


def test_an_account_that_is_added_to_a_person_counts_at_once(tmp_path: Path, stage: Stage) -> None:
    """What was not found is remembered for a day, by everything that could find it."""
    if isinstance(stage, LocalStage):
        pytest.skip("everybody under [people] has an account here")
    bare = Person("carol", "Carol Chen")
    first = Team(tmp_path, stage, people={"carol": bare})
    first.write(DOC, f"{DISK} (@carol)")
    assert first.sync().ok
    assert assignees(first, stage) == ()
    account = stage.people[0]
    email = stage.state.people[account] if isinstance(stage, JiraStage) else None
    known = replace(bare, email=email) if email else replace(bare, github=account)
    team = Team(tmp_path, stage, people={"carol": known})
    assert team.sync().ok
    assert assignees(team, stage) == (account,)


def test_a_due_date_in_business_days_stays_in_the_text(tmp_path: Path) -> None:
    """The 20th is a Friday, and Monday is a day off."""
    with GitHubStage(Clock()) as stage:
        rules = (SlaRule(severity=("sev2",), done=Limit(2, business=True)),)
        team = Team(tmp_path, stage, sla=rules, holidays=Holidays(days=(date(2026, 11, 23),)))
        for owner in ("alice", "bob"):
            team.write(DOC, f"{DISK} (@{owner})")
            assert not [each for each in team.sync().findings if each.rule == "text-edited"]
            assert f"- **Owner:** {owner}" in stage.body(team.ref(DISK)), "the list is known again, and follows"
            assert "- **Due:** 2026-11-25 (by severity)" in stage.body(team.ref(DISK))
        assert quiet_from_now_on(team)
