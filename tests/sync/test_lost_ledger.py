"""A lost ledger is rebuilt from 5,000 tickets: nothing is created, whatever has changed since it was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pmsync.documents.files import read_documents
from pmsync.identity import marker
from pmsync.identity.keys import item_key, make_uid
from pmsync.model import Document, Item, Marker
from pmsync.trackers.jira.issue import PROPERTY, property_value, uid_label
from tests.clock import Clock
from tests.fakes.http import Request, Response
from tests.reliability import record
from tests.sync.faults import HttpStage, make_stage, server_of
from tests.team import HEAD, Team
from tests.trackers.github_stage import GitHubStage

VERBS = ("Alert on", "Document", "Rehearse", "Remove", "Limit", "Encrypt", "Archive", "Replace", "Measure", "Automate")
THINGS = ("queue", "cache", "gateway", "index", "probe", "backup", "certificate", "replica", "schedule", "dashboard")
DOCUMENTS, FEWER, ITEMS = 500, 60, 10
"""What a rebuild has to bear, and what shows how it goes about changes (with --soak all is large)."""


def title(document: int, item: int) -> str:
    return f"{VERBS[item]} the {THINGS[document % 10]} of cluster {document // 10:02} in region {document % 7}"


def path(document: int) -> str:
    return f"postmortems/2026-11-20-outage-{document:03}.md"


def write(team: Team, document: int, edit: Callable[[str], str] = str) -> Path:
    head = HEAD.replace("Checkout was down", f"Outage {document}")
    return team.write(path(document), *(edit(title(document, item)) for item in range(ITEMS)), head=head)


def ticket_everything(team: Team, stage: HttpStage) -> None:
    """As if pmsync had made a ticket for every item: put straight into the service, which is quicker than creating."""
    for document in read_documents(team.settings).documents:
        for item in document.items:
            identity = marker_of(team, document, item)
            if isinstance(stage, GitHubStage):
                body = marker.append("The body.", identity)
                stage.github.state.open_issue(stage.repo, stage.me, item.title, body, ("postmortem",))
            else:
                labels = ["postmortem", uid_label(identity.uid)]
                properties = {PROPERTY: property_value(identity)}
                stage.state.create("PAY", stage.me, summary=item.title, labels=labels, properties=properties)
    stage.clock.advance(days=2)


def marker_of(team: Team, document: Document, item: Item) -> Marker:
    key = item_key(item)
    return Marker(make_uid(team.settings.namespace, document.id, key), team.settings.namespace, document.id, key)


@pytest.fixture(params=["github", "cloud"])
def stage(request: pytest.FixtureRequest) -> Iterator[HttpStage]:
    with make_stage(request.param, Clock(), timeout=30) as stage:
        yield stage


@pytest.fixture
def number(request: pytest.FixtureRequest) -> int:
    """How many documents."""
    whole = request.node.get_closest_marker("whole") or request.config.getoption("--soak")
    return DOCUMENTS if whole else FEWER


@pytest.fixture
def team(tmp_path: Path, stage: HttpStage, number: int) -> Team:
    team = Team(tmp_path, stage)
    for document in range(number):
        write(team, document)
    ticket_everything(team, stage)
    assert stage.created() == number * ITEMS
    return team


def strip_labels(stage: HttpStage) -> None:
    """Somebody deletes the general label from the whole repository or project."""
    if isinstance(stage, GitHubStage):
        for issue in stage.repo.issues.values():
            issue.labels = [label for label in issue.labels if label != "postmortem"]
            issue.updated = stage.clock.now()
    else:
        for issue in stage.state.issues.values():
            issue.labels = [label for label in issue.labels if label != "postmortem"]
            stage.state.touch(issue)


@pytest.mark.whole
def test_five_thousand_tickets_are_linked_again_without_a_single_write(
    team: Team, stage: HttpStage, number: int
) -> None:
    result = team.sync()
    assert result.ok, result.findings[:3]
    assert len(team.links()) == number * ITEMS
    assert stage.writes() == 0
    assert not team.sync().plan.pending
    record("The ledger is lost", "nothing else changed", stage.settings.type, number * ITEMS)


def test_also_when_items_were_retitled_documents_renamed_and_the_label_deleted(
    team: Team, stage: HttpStage, number: int
) -> None:
    """What the document changed since is sent, as with the ledger; else a runner without one would lose sight of it."""
    for document in range(5):
        write(team, document, lambda text: f"{text} and its twin" if text.startswith("Alert") else text)
    for document in range(10, 14):
        file = team.root / path(document)
        file.rename(file.with_name(f"renamed-{document}.md"))
    strip_labels(stage)
    result = team.sync()
    assert result.ok, result.findings[:3]
    assert stage.created() == number * ITEMS
    assert not result.plan.creates
    assert len(team.links()) == number * ITEMS
    sent = [set(update.patch) for update in result.plan.updates]
    assert sorted(sent, key=len) == [{"marker"}] * 40 + [{"title", "marker"}] * 5
    again = team.sync()
    assert not again.plan.creates
    assert not again.plan.updates
    record("The ledger is lost", "retitled, renamed, label deleted", stage.settings.type, number * ITEMS)


def test_a_listing_that_was_cut_short_refuses_to_create(team: Team, stage: HttpStage, number: int) -> None:
    """The page after the third never comes: no half of a listing is evidence of anything."""
    write(team, number - 1, lambda text: "Buy bigger volumes" if text.startswith("Document") else text)

    def before(request: Request) -> Response | None:
        listing = request.path.endswith(("/issues", "/search/jql"))
        later = request.arg("page") in {"4", "5"} or request.arg("nextPageToken") > ""
        return Response(502, b"<html>") if listing and later and request.method == "GET" else None

    server_of(stage).before = before
    result = team.sync()
    assert not result.ok
    assert not result.plan.creates
    assert "tracker-failed" in {finding.rule for finding in result.findings}
    assert stage.created() == number * ITEMS
    server_of(stage).before = None
    team.sync()
    assert stage.created() == number * ITEMS + 1
    record("The ledger is lost", "the listing was cut short", stage.settings.type, number * ITEMS)


def test_ambiguous_matches_create_nothing_and_say_how_to_decide(team: Team, stage: HttpStage, number: int) -> None:
    write(
        team,
        7,
        lambda text: text.replace("Alert on the", "Alert on the main").replace("Limit the", "Alert on the other"),
    )
    result = team.sync()
    undecided = [finding for finding in result.findings if finding.rule == "undecided"]
    assert undecided
    assert all("pmsync adopt" in finding.hint for finding in undecided)
    assert stage.created() == number * ITEMS
    record("The ledger is lost", "ambiguous edits", stage.settings.type, number * ITEMS)
