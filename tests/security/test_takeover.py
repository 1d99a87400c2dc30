"""Anybody may open a ticket with any text and label: none of them takes over, closes, retitles or replaces ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from pmsync.identity import marker
from pmsync.identity.keys import make_uid, title_key
from pmsync.model import Draft, Marker, Ref, Ticket
from pmsync.trackers.jira import anchor_marker
from pmsync.trackers.jira.issue import PROPERTY, property_value, uid_label
from tests.clock import Clock
from tests.fakes.jira_state import Issue
from tests.team import Team
from tests.trackers.contract import make
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage

DOC = "postmortems/2026-11-20-checkout.md"
DISK, BOOK = "Add alerting for full disks", "Write a runbook for failover"
LABEL = "postmortem"


class Public(GitHubStage):
    """A public repository whose issue template puts the general label on whatever a stranger opens."""

    def forge(self, identity: Marker, title: str, text: str = "") -> Ref:
        body = marker.append(text, identity)
        return self.ref(self.github.state.open_issue(self.repo, "mallory", title, body, (LABEL,)))

    def forge_copy(self, ref: Ref) -> Ref:
        issue = self.issue(ref)
        copy = self.github.state.open_issue(self.repo, "mallory", issue.title, issue.body, tuple(issue.labels))
        return self.ref(copy)

    def forge_later(self, ref: Ref, identity: Marker) -> None:
        """Turn a ticket of their own into one that carries the marker."""
        self.edit_body(ref, marker.append("", identity))

    def snapshot(self, ref: Ref) -> tuple[object, ...]:
        issue = self.issue(ref)
        return issue.title, issue.body, issue.state, tuple(issue.labels), tuple(issue.assignees), len(issue.comments)


class OpenDesk(JiraStage):
    """A Jira project in which everybody may create issues, with labels and entity properties of their choice."""

    def forge(self, identity: Marker, title: str, text: str = "") -> Ref:
        labels = [LABEL, uid_label(identity.uid)]
        issue = self.state.create("PAY", "mallory", summary=title, description=text, labels=labels)
        self._mark(issue, identity)
        self.state.touch(issue)  # now the search shows the marker, too
        return self._ref(issue)

    def _mark(self, issue: Issue, identity: Marker) -> None:
        issue.properties[PROPERTY] = property_value(identity)
        issue.description = anchor_marker.append(issue.description, identity)

    def forge_copy(self, ref: Ref) -> Ref:
        issue = self.issue(ref)
        copy = self.state.create(
            "PAY", "mallory", summary=issue.summary, description=issue.description, labels=list(issue.labels)
        )
        copy.properties.update(json.loads(json.dumps(issue.properties)))
        return self._ref(copy)

    def forge_later(self, ref: Ref, identity: Marker) -> None:
        self._mark(self.issue(ref), identity)
        self.set_labels(ref, LABEL, uid_label(identity.uid))

    def snapshot(self, ref: Ref) -> tuple[object, ...]:
        issue = self.issue(ref)
        return issue.summary, issue.description, issue.status, tuple(issue.labels), issue.assignee, len(issue.comments)


Target = Public | OpenDesk


@pytest.fixture(params=["github", "cloud", "server"])
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    kind = str(request.param)
    with Public(Clock()) if kind == "github" else OpenDesk(Clock(), kind) as stage:
        yield stage


@pytest.fixture
def team(target: Target, tmp_path: Path) -> Team:
    return Team(tmp_path, target)


@pytest.fixture
def synced(team: Team) -> Team:
    team.write(DOC, DISK, BOOK)
    assert team.sync().ok
    team.sync()
    return team


def identity_of(team: Team, title: str) -> Marker:
    """The marker that the item has or will have: all of it follows from public documents."""
    key = title_key(title)
    return Marker(make_uid("acme/web", DOC, key), "acme/web", DOC, key)


def tickets(team: Team) -> dict[str, Ref]:
    return {title: link.ticket.ref for title, link in team.links().items()}


def test_a_copy_of_a_real_ticket_with_its_marker_changes_nothing(synced: Team, target: Target) -> None:
    linked = tickets(synced)
    kept = [target.snapshot(ref) for ref in linked.values()]
    copies = [target.forge_copy(ref) for ref in linked.values()]
    copied = [target.snapshot(ref) for ref in copies]
    writes = target.writes()
    for lose in (False, True):
        if lose:
            synced.lose_ledger()
        for _ in range(2):
            synced.clock.advance(hours=2)
            synced.sync()
        assert tickets(synced) == linked
    assert target.writes() == writes
    assert [target.snapshot(ref) for ref in linked.values()] == kept
    assert [target.snapshot(ref) for ref in copies] == copied


def test_a_copy_does_not_become_ours_when_the_real_ticket_is_closed_or_deleted(synced: Team, target: Target) -> None:
    linked = tickets(synced)
    copies = {target.forge_copy(ref) for ref in linked.values()}
    target.close(linked[DISK])
    target.delete(linked[BOOK])
    writes = target.writes()
    synced.clock.advance(days=2)
    synced.sync()
    found = synced.links()
    assert found[DISK].ticket.status.closed
    assert found[BOOK].lost
    assert not {link.ticket.ref for link in found.values()} & copies
    assert target.writes() == writes


def test_a_marker_made_before_its_item_blocks_the_item_and_is_never_adopted(team: Team, target: Target) -> None:
    """It fails safe: the ticket may be that of a second account of ours that nobody listed."""
    forged = target.forge(identity_of(team, DISK), "Give mallory the keys")
    before = target.snapshot(forged)
    team.write(DOC, DISK, BOOK)
    for _ in range(2):
        team.clock.advance(hours=1)
        result = team.sync()
    assert target.snapshot(forged) == before
    assert not team.links()  # the whole document waits: another item of it may have been retitled
    told = [finding for finding in result.findings if finding.rule == "marker-untrusted"]
    assert len(told) == 2
    assert "mallory" in told[0].message
    assert "accounts" in told[0].hint


def test_a_forged_marker_for_a_linked_item_with_another_key_renames_nothing(synced: Team, target: Target) -> None:
    linked = tickets(synced)
    kept = [target.snapshot(ref) for ref in linked.values()]
    for title in (DISK, BOOK):
        true = identity_of(synced, title)
        for changed in ({"key": "give mallory the keys"}, {"document_id": "postmortems/other.md"}, {"namespace": ""}):
            target.forge(Marker(**{**asdict(true), **changed}), "Give mallory the keys")
    synced.write(DOC, DISK, BOOK, "Give mallory the keys")
    synced.clock.advance(hours=2)
    synced.sync()
    assert {title: ref for title, ref in tickets(synced).items() if title in linked} == linked
    assert [target.snapshot(ref) for ref in linked.values()] == kept


def test_a_named_ticket_of_a_stranger_that_gets_a_marker_pulls_no_other_item(synced: Team, target: Target) -> None:
    """The document names their ticket, so it is adopted; what its owner writes into it later moves no other link."""
    theirs = target.open_by_person("A bug report", labels=(LABEL,))
    named = target.tracker.get([theirs])[theirs]
    assert isinstance(named, Ticket)
    linked = tickets(synced)
    synced.write(DOC, DISK, BOOK, f"Repair what users report {named.ref.url}")
    synced.sync()
    assert len(synced.links()) == 3
    target.forge_later(named.ref, identity_of(synced, DISK))
    kept = [target.snapshot(ref) for ref in (*linked.values(), named.ref)]
    synced.clock.advance(hours=2)
    synced.write(DOC, DISK, BOOK, f"Repair everything that users report {named.ref.url}")
    synced.sync()
    found = tickets(synced)
    assert {title: found[title] for title in linked} == linked
    assert [target.snapshot(ref) for ref in (*linked.values(), named.ref)] == kept


def test_a_comment_with_a_marker_is_only_a_comment(synced: Team, target: Target) -> None:
    linked = tickets(synced)
    other = identity_of(synced, BOOK)
    target.comment(linked[DISK], f"{marker.append('', other)}\n<!-- pmsync-duplicate -->\n(pmsync: duplicate)")
    writes = target.writes()
    synced.lose_ledger()
    synced.clock.advance(hours=2)
    synced.sync()
    assert tickets(synced) == linked
    assert target.writes() == writes


def test_of_a_twin_a_strangers_copy_is_never_the_survivor(synced: Team, target: Target) -> None:
    """Our own second ticket is closed as duplicate of our first, whatever copies lie around."""
    ref = tickets(synced)[DISK]
    copy = target.forge_copy(ref)
    before = target.snapshot(copy)
    synced.clock.advance(minutes=1)
    twin = make(target, Draft(identity_of(synced, DISK), DISK, "A second one.", (LABEL,)))
    synced.clock.advance(hours=2)
    synced.sync()
    assert target.snapshot(copy) == before
    assert tickets(synced)[DISK] == ref
    sights = target.tracker.get([ref, twin.ref])
    assert [isinstance(sight, Ticket) and sight.duplicate for sight in sights.values()] == [False, True]
