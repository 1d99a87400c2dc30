"""A restricted incident: its tickets go to the tracker named for it, and nothing of it shows up where anybody reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pmsync.config.settings import Route, TrackerSettings
from pmsync.reports import plan_markdown
from tests.clock import Clock
from tests.sync.contract import BOOK, DISK, DOC
from tests.team import HEAD, Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.local_stage import LocalStage

SECRET = "postmortems/2026-11-21-customer-data.md"
LEAK, NOTIFY = "Rotate the leaked credentials", "Tell the three customers"
RESTRICTED = HEAD.replace("status: final", "status: final\nvisibility: restricted").replace("Checkout was down", "Leak")


@pytest.fixture
def public() -> Iterator[GitHubStage]:
    with GitHubStage(Clock()) as stage:
        yield stage


@pytest.fixture
def vault(tmp_path: Path, public: GitHubStage) -> LocalStage:
    return LocalStage(tmp_path / "vault", public.clock, TrackerSettings("vault", "local"))


@pytest.fixture
def team(tmp_path: Path, public: GitHubStage, vault: LocalStage) -> Team:
    team = Team(tmp_path / "repository", public, vault)
    trackers = dict(team.settings.trackers)
    trackers["vault"] = replace(trackers["vault"], restricted=True)
    team.settings = replace(team.settings, trackers=trackers)
    team.write(DOC, DISK)
    team.write(SECRET, LEAK, f"{NOTIFY} (@zoe)", head=RESTRICTED)
    return team


def words(text: str) -> set[str]:
    return {word for word in ("Leak", "customer", LEAK, NOTIFY, "zoe", "VAULT-", "2026-11-21") if word in text}


def everything(public: GitHubStage) -> str:
    return repr([(issue.title, issue.body, issue.comments) for issue in public.repo.issues.values()])


def test_its_tickets_go_to_the_tracker_that_is_marked_for_it(
    team: Team, public: GitHubStage, vault: LocalStage
) -> None:
    assert team.sync().ok
    assert (public.created(), vault.created()) == (1, 2)
    assert not words(everything(public))
    assert not team.sync().plan.pending


def test_no_route_leads_it_elsewhere(team: Team, public: GitHubStage, vault: LocalStage) -> None:
    team.settings = replace(team.settings, routes=(Route("platform", path="postmortems/**"),))
    assert team.sync().ok
    assert (public.created(), vault.created()) == (1, 2)


def test_without_such_a_tracker_it_gets_no_ticket_and_a_finding_says_so(team: Team, public: GitHubStage) -> None:
    trackers = {name: replace(each, restricted=False) for name, each in team.settings.trackers.items()}
    team.settings = replace(team.settings, trackers=trackers)
    result = team.sync()
    assert (result.ok, result.good) == (True, True)
    (told,) = [f for f in result.findings if f.rule == "restricted-no-tracker"]
    assert (told.level, told.path) == ("warning", SECRET)
    assert not {LEAK, NOTIFY, "Leak", "zoe"} & {word for word in (LEAK, NOTIFY, "Leak", "zoe") if word in str(told)}
    assert public.created() == 1


def test_the_plan_in_a_pull_request_shows_nothing_of_it(team: Team, vault: LocalStage) -> None:
    for change in (
        lambda: None,
        lambda: team.sync() and None,
        lambda: team.write(SECRET, f"{LEAK} of the vault", head=RESTRICTED) and None,
        lambda: team.sync() and vault.close(team.ref(f"{LEAK} of the vault")),
        lambda: (team.root / SECRET).unlink(),
    ):
        change()
        result = team.plan()
        text = plan_markdown.plan_markdown(result)
        assert not words(text), text
        if result.plan.pending:
            assert "restricted documents and are not shown" in text or "1 to create" in text
        team.clock.advance(days=1)


def test_the_plan_in_a_pull_request_shows_the_rest(team: Team) -> None:
    text = plan_markdown.plan_markdown(team.plan())
    assert DISK in text
    assert "2 of them belong to restricted documents and are not shown." in text


def test_a_document_that_becomes_restricted_is_told_and_nothing_more_is_sent(team: Team, public: GitHubStage) -> None:
    team.write(DOC, DISK, BOOK)
    team.sync()
    team.write(DOC, f"{DISK} on all nodes", BOOK, head=RESTRICTED)
    writes = public.writes()
    result = team.sync()
    assert not result.ok
    assert {f.rule for f in result.findings if f.level == "error"} == {"restricted-in-public"}
    assert public.writes() == writes
    assert "on all nodes" not in everything(public)
