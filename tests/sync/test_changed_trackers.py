"""A tracker that changed under us, between two syncs or in the middle of one: noticed, told, and no other item harmed.

There are always two trackers. Whatever happens in the first, the items of the second get what they need, and once the
cause is repaired the next sync brings everything to an end with one ticket for each item.
"""

from __future__ import annotations

import copy
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from pmsync.config.settings import Route
from pmsync.model import Draft, Finding, Marker, Status
from pmsync.sync.engine import RunResult
from pmsync.trackers.contract import Created
from tests.clock import Clock
from tests.fakes.github_state import Repo, Token
from tests.fakes.http import Request, Response
from tests.reliability import record
from tests.sync.faults import Case, HttpStage, make_stage, open_tickets, server_of
from tests.team import Team
from tests.trackers.github_stage import TOKEN, GitHubStage
from tests.trackers.jira_stage import JiraStage
from tests.trackers.local_stage import LocalStage

DOC, DRILL = "postmortems/2026-11-20-checkout.md", "postmortems/drills/2026-11-21-failover.md"
DISK, BOOK, GATE = "Add alerting for full disks", "Write a runbook for failover", "Rotate the keys of the gateway"
QUEUE, PAGER, CALL = "Bound the queue of the mailer", "Test the pager every week", "Name a second person on call"
LONGER = f"{DISK} on all nodes"


@dataclass(frozen=True)
class Two:
    """A team with a service and, for its drills, the embedded tracker; both have tickets already."""

    team: Team
    stage: HttpStage
    side: LocalStage

    def edit(self, *items: str) -> None:
        """A morning's work: in both places an item is reworded and others come."""
        self.team.write(DOC, *(items or (LONGER, BOOK, GATE, QUEUE)))
        self.team.write(DRILL, f"{PAGER} at noon", CALL)

    def configure(self, **changes: Any) -> None:
        """Change the configuration of the service's tracker."""
        stage, name = self.stage, self.stage.settings.name
        stage.settings = replace(stage.settings, **changes)
        stage.tracker = stage.reconnect()
        self.team.settings = replace(
            self.team.settings, trackers={**self.team.settings.trackers, name: stage.settings}
        )  # fmt: skip

    def differences(self) -> list[str]:
        """Where the ledger, or the document, says something else than the ticket."""
        found = []
        for title, link in self.team.links().items():
            if not link.ticket.ref.tracker:
                continue  # it went where nobody of ours is
            sight = self.team.stages[link.ticket.ref.tracker].tracker.get([link.ticket.ref])[link.ticket.ref]
            if sight != link.ticket or getattr(sight, "title", None) != title:
                found.append(f"{title}: {link.ticket} here, {sight} there")
        return found

    def others_are_fine(self) -> None:
        """The other tracker has got all that the documents want of it."""
        links = self.team.links()
        assert self.side.created() == 2
        assert links[f"{PAGER} at noon"].ticket.title == f"{PAGER} at noon"
        assert links[CALL].ticket.ref.tracker == "local"

    def ends_well(self, created: int = 4) -> RunResult:
        """The next sync completes, with one open ticket for each item, and the one after it has nothing to send."""
        self.team.clock.advance(minutes=11)  # what was in doubt is to be seen by now
        result = self.team.sync()
        assert result.ok, [str(finding) for finding in result.findings]
        assert self.stage.created() == created
        case = Case(self.team, self.stage, created)
        links = {link.uid: link for link in self.team.links().values()}
        here = {uid for uid, link in links.items() if link.ticket.ref.tracker == self.stage.tracker.name}
        assert set(open_tickets(case)) == here
        assert set(open_tickets(case).values()) == {1}
        assert not self.team.plan().plan.pending
        writes = self.stage.writes(), self.side.writes()
        assert self.team.sync().ok
        assert (self.stage.writes(), self.side.writes()) == writes
        assert not self.differences()  # Jira says of a new issue no more than its key, and the rest when it is read
        self.others_are_fine()
        return result


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """In memory where there is such a place: every run commits to two files."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


@pytest.fixture(params=["github", "cloud", "server"])
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def two(root: Path, service: str, **options: Any) -> Iterator[Two]:
    clock = Clock()
    with make_stage(service, clock, timeout=2.0, **options) as stage:
        side = LocalStage(root, clock)
        trackers = {stage.settings.name: replace(stage.settings, default=True), "local": side.settings}
        route = Route("local", path="postmortems/drills/**")
        both = Two(Team(root, stage, side, trackers=trackers, routes=(route,)), stage, side)
        both.team.write(DOC, DISK, BOOK)
        both.team.write(DRILL, PAGER)
        result = both.team.sync()
        assert result.ok, result.findings
        both.team.clock.advance(minutes=20)
        assert both.team.sync().ok
        assert (stage.created(), side.created()) == (2, 1)
        yield both


def is_write(request: Request) -> bool:
    return request.method != "GET" and not request.path.endswith(("/graphql", "/search", "/search/jql", "/bulkfetch"))


@contextmanager
def before_write(both: Two, number: int, change: Callable[[Two], None]) -> Iterator[list[str]]:
    """Let something change right before the service gets this write (from 0), or, with -1, at once.

    The list holds the write that it struck.
    """
    struck: list[str] = []
    seen = 0

    def before(request: Request) -> Response | None:
        nonlocal seen
        if is_write(request):
            if seen == number:
                struck.append(f"{request.method} {request.path}")
                change(both)
            seen += 1
        # what the change put in place is asked for this very request too
        hook = server_of(both.stage).before
        return hook(request) if hook is not None and hook is not before else None  # type: ignore[return-value]

    if number < 0:
        struck.append("nothing yet")
        change(both)
    else:
        server_of(both.stage).before = before
    yield struck
    if server_of(both.stage).before is before:
        server_of(both.stage).before = None


def errors(result: RunResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.level == "error"]


def told(result: RunResult, *words: str) -> None:
    """Some error says all of this, and every error says what to do."""
    assert not result.ok
    found = [f"{each.message} | {each.hint}" for each in errors(result)]
    assert all(each.hint for each in errors(result))
    assert any(all(word in text for word in words) for text in found), found


# --- the whole of a GitHub repository ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Cause:
    """What happens to a tracker, what people are told, and how it is repaired."""

    name: str
    happens: Callable[[Two], None]
    repaired: Callable[[Two], None]
    words: tuple[str, ...]


def repo(both: Two) -> Repo:
    assert isinstance(both.stage, GitHubStage)
    return both.stage.repo


def rename(name: str) -> Callable[[Two], None]:
    return lambda both: both.stage.github.state.rename(repo(both), name)  # type: ignore[union-attr]


def role(name: str) -> Callable[[Two], None]:
    return lambda both: repo(both).roles.__setitem__(both.stage.me, name)


def hide(both: Two) -> None:
    repo(both).private = True
    role("none")(both)


def show(both: Two) -> None:
    repo(both).private = False
    role("write")(both)


def revoke(both: Two) -> None:
    assert isinstance(both.stage, GitHubStage)
    both.stage.github.state.tokens.pop(TOKEN)


def renew(both: Two) -> None:
    assert isinstance(both.stage, GitHubStage)
    both.stage.github.state.tokens[TOKEN] = Token(both.stage.me, scopes="repo")


def read_only(both: Two) -> None:
    """A fine-grained token of which Issues: write was taken back: the role of its account does not show that."""
    refusal = Response(403, {"message": "Resource not accessible by personal access token"})
    server_of(both.stage).before = lambda request: refusal if is_write(request) else None


def writable(both: Two) -> None:
    server_of(both.stage).before = None


def issues(on: bool) -> Callable[[Two], None]:
    return lambda both: setattr(repo(both), "has_issues", on)


def archived(on: bool) -> Callable[[Two], None]:
    return lambda both: setattr(repo(both), "archived", on)


SETTING = "trackers.platform.repo"
GITHUB = [
    Cause("repository renamed", rename("acme/shop"), lambda b: b.configure(repo="acme/shop"), (SETTING, "acme/shop")),
    Cause("repository transferred", rename("globex/web"), lambda b: b.configure(repo="globex/web"),
          (SETTING, "globex/web")),
    Cause("repository out of reach", hide, show, (SETTING, "404")),
    Cause("issues disabled", issues(False), issues(True), ("switched off", "settings")),
    Cause("repository archived", archived(True), archived(False), ("archived",)),
    Cause("token revoked", revoke, renew, ("GITHUB_TOKEN", "401")),
    Cause("token read-only", read_only, writable, ("write access",)),
]  # fmt: skip


@pytest.mark.parametrize("at", [-1, 0, 2], ids=["before the sync", "first write", "third write"])
@pytest.mark.parametrize("cause", GITHUB, ids=lambda cause: cause.name)
def test_a_repository_changes_under_us(tmp_path: Path, cause: Cause, at: int) -> None:
    with two(tmp_path, "github") as both:
        both.edit()
        with before_write(both, at, cause.happens) as struck:
            result = both.team.sync()
        assert struck
        told(result, *cause.words)
        assert both.stage.created() == 2 + max(0, at - 1)  # the first write is the update
        both.others_are_fine()
        assert isinstance(both.stage, GitHubStage)
        assert not both.stage.elsewhere.issues
        again = both.team.sync()
        assert not again.ok
        assert both.stage.created() == 2 + max(0, at - 1)
        cause.repaired(both)
        both.ends_well()
        record("The tracker changes under us", cause.name, "github", 1)


def test_a_role_that_is_lost_halfway_costs_one_label(tmp_path: Path) -> None:
    """GitHub takes the ticket and drops the label without a word: no second one is made like that."""
    with two(tmp_path, "github") as both:
        both.edit()
        with before_write(both, 1, role("read")):
            result = both.team.sync()
        told(result, "label", "write access")
        told(result, "platform", "skipped")
        assert both.stage.created() == 3
        both.others_are_fine()
        told(both.team.sync(), "role Write", "acme/web")
        assert both.stage.created() == 3
        role("write")(both)
        both.ends_well()
        record("The tracker changes under us", "role lost halfway", "github", 1)


# --- single tickets, labels and people --------------------------------------------------------------------------


def test_a_ticket_that_went_elsewhere_is_never_written_to(tmp_path: Path, service: str) -> None:
    with two(tmp_path, service) as both:
        url = both.stage.move_away(both.team.ref(DISK))
        there = foreign(both)
        both.edit()
        result = both.team.sync()
        told(result, "transferred out" if service == "github" else "is not in project 'PAY'")
        assert both.stage.created() == 4
        both.others_are_fine()
        assert foreign(both) == there
        both.team.clock.advance(days=1)
        both.team.sync()
        assert both.team.links()[DISK].ticket.ref.url == url
        assert foreign(both) == there
        both.ends_well()
        assert foreign(both) == there
        record("The tracker changes under us", "ticket transferred or moved", service, 1)


def foreign(both: Two) -> list[dict[str, Any]]:
    """All that stands in the place that is none of ours."""
    if isinstance(both.stage, GitHubStage):
        return [copy.deepcopy(vars(issue)) for issue in both.stage.elsewhere.issues.values()]
    return [copy.deepcopy(vars(issue)) for issue in both.stage.state.issues.values() if issue.project == "ATTIC"]


def strip_labels(both: Two) -> None:
    """Delete the general label from the whole place; on GitHub that touches no issue's time."""
    if isinstance(both.stage, GitHubStage):
        repo(both).labels.pop("postmortem")
        for issue in repo(both).issues.values():
            issue.labels.remove("postmortem")
    else:
        for each in both.stage.state.issues.values():
            each.labels.remove("postmortem")
            both.stage.state.touch(each, both.stage.person, "labels")


@pytest.mark.parametrize("more", [(), (GATE, QUEUE, "Warm the cache after a deploy")], ids=["few", "many"])
def test_the_label_is_deleted_everywhere(tmp_path: Path, service: str, more: tuple[str, ...]) -> None:
    with two(tmp_path, service) as both:
        both.team.write(DOC, DISK, BOOK, *more)
        assert both.team.sync().ok
        created = both.stage.created()
        strip_labels(both)
        both.team.clock.advance(days=1, minutes=20)
        both.edit(DISK, BOOK, *more)
        result = both.team.sync()
        assert result.ok, errors(result)
        both.others_are_fine()
        both.team.clock.advance(days=1)
        both.edit(LONGER, BOOK, *more, "Rehearse the restore")
        result = both.team.sync()
        assert result.ok, errors(result)
        text = " ".join(f"{each.message} {each.hint}" for each in result.findings)
        assert f"{created} tickets" in text
        assert "'postmortem'" in text
        assert f"trackers.{both.stage.tracker.name}.label" in text
        assert both.stage.created() == created + 1
        both.others_are_fine()
        both.stage.close(both.team.ref(BOOK))
        both.team.clock.advance(days=1)
        both.team.sync()
        assert both.team.links()[BOOK].ticket.status == Status.DONE  # seen all the same
        both.stage.reopen(both.team.ref(BOOK))
        for title in (LONGER, BOOK, *more):
            both.stage.set_labels(both.team.ref(title), "postmortem")
        both.team.clock.advance(days=1)
        result = both.ends_well(created + 1)
        assert "label-missing" not in {each.rule for each in result.findings}
        record("The tracker changes under us", "label deleted everywhere", service, 1)


def leave(both: Two) -> None:
    """Alice's account is closed: what is assigned to her stays, and nothing new can be."""
    account = both.stage.people[0]
    if isinstance(both.stage, GitHubStage):
        repo(both).roles.pop(account)
    else:
        both.stage.state.people.pop(account)


def test_an_assignee_leaves(tmp_path: Path, service: str) -> None:
    """Her account was found a day ago and is remembered: the ticket is made all the same, without her."""
    with two(tmp_path, service) as both:
        both.edit(DISK, f"{BOOK} (@bob)", f"{GATE} (@alice)")
        assert both.team.sync().ok
        leave(both)
        both.edit(
            f"{LONGER} (@bob)", f"{BOOK} (@bob)", f"{GATE} (@alice)", f"{QUEUE} (@alice)", "Warm the cache (@bob)"
        )
        result = both.team.sync()
        assert both.stage.created() == 5
        assert not both.team.links()[QUEUE].ticket.assignees
        text = " ".join(f"{each.message} {each.hint}" for each in result.findings)
        assert both.stage.people[0] in text
        assert "[people]" in text
        assert both.team.links()["Warm the cache"].ticket.assignees == (both.stage.people[1],)
        both.others_are_fine()
        both.team.clock.advance(days=8)
        both.ends_well(5)
        record("The tracker changes under us", "assignee left", service, 1)


# --- the whole of a Jira project --------------------------------------------------------------------------------


def jira(both: Two) -> JiraStage:
    assert isinstance(both.stage, JiraStage)
    return both.stage


def rekey(both: Two) -> None:
    """PAY becomes SHOP: the former key leads to the project and its issues wherever one asks, the answers say SHOP."""
    stage = jira(both)
    stage.state.projects = ("SHOP", "ATTIC")
    stage.state._numbers["SHOP"] = stage.state._numbers["PAY"]
    for each in stage.state.issues.values():
        each.old_keys.append(each.key)
        each.project, each.key = "SHOP", each.key.replace("PAY", "SHOP")
        stage.state.index(each)
    usual = stage.jira.handle

    def both_keys(asked: Request) -> Response:
        query = {name: tuple(v.replace('"PAY"', '"SHOP"') for v in values) for name, values in asked.query.items()}
        path = asked.path.replace("/project/PAY", "/project/SHOP").replace("/createmeta/PAY", "/createmeta/SHOP")
        return usual(replace(asked, path=path, query=query, body=asked.body.replace(b'"PAY"', b'"SHOP"')))

    stage.jira.server.handler = both_keys


def reject_token(both: Two) -> None:
    jira(both).jira.tokens.clear()


def accept_token(both: Two) -> None:
    jira(both).jira.tokens["jira-token-example"] = both.stage.me


def forbid(both: Two) -> None:
    """Nothing but reading is left, and the permission scheme says so."""
    rights = jira(both).state.permissions
    rights |= dict.fromkeys(["CREATE_ISSUES", "EDIT_ISSUES", "TRANSITION_ISSUES", "ADD_COMMENTS"], False)


def require(both: Two) -> None:
    jira(both).state.required["customfield_10050"] = ["Platform", "Payments"]


TEAM = {"customfield_10050": "Platform"}
JIRA = [
    Cause("project key changed", rekey, lambda b: b.configure(project="SHOP"), ("trackers.payments.project", "SHOP")),
    Cause("token revoked", reject_token, accept_token, ("JIRA_TOKEN", "401")),
    Cause("account read-only", forbid, lambda b: jira(b).state.permissions.clear(), ("doctor",)),
    Cause("field required from now on", require, lambda b: b.configure(fields=TEAM), ("customfield_10050",)),
    Cause("field required for a while", require, lambda b: jira(b).state.required.clear(), ("customfield_10050",)),
]


@pytest.mark.parametrize("at", [-1, 0, 1], ids=["before the sync", "first write", "second write"])
@pytest.mark.parametrize("deployment", ["cloud", "server"])
@pytest.mark.parametrize("cause", JIRA, ids=lambda cause: cause.name)
def test_a_project_changes_under_us(tmp_path: Path, cause: Cause, deployment: str, at: int) -> None:
    with two(tmp_path, deployment) as both:
        both.edit()
        with before_write(both, at, cause.happens) as struck:
            result = both.team.sync()
        assert struck
        made = both.stage.created()
        if cause.happens is rekey and at >= 0:  # what is sent to the former key is taken
            assert made == 4
        else:
            told(result, *cause.words)
            assert made == 2
        both.others_are_fine()
        assert all(each.project != "ATTIC" for each in jira(both).state.issues.values())
        if made == 2:
            assert not both.team.sync().ok
            assert both.stage.created() == 2
        else:
            both.team.clock.advance(days=1)
            told(both.team.sync(), *cause.words)
        cause.repaired(both)
        both.ends_well()
        record("The tracker changes under us", cause.name, deployment, 1)


@pytest.mark.parametrize("deployment", ["cloud", "server"])
def test_a_workflow_has_no_way_to_close_a_twin(tmp_path: Path, deployment: str) -> None:
    with two(tmp_path, deployment) as both:
        state = jira(both).state
        usual = state.workflow
        state.workflow = usual | {"To Do": {"11": "In Progress"}}
        link = both.team.links()[DISK]
        draft = Draft(Marker(link.uid, "acme/web", link.document_id, link.key), DISK, "The body.")
        (twin,) = both.stage.tracker.create([draft])
        assert isinstance(twin, Created)
        both.edit()
        result = both.team.sync()
        told(result, twin.ticket.ref.key, "workflow", "by hand")
        assert both.stage.created() == 5
        both.others_are_fine()
        told(both.team.sync(), twin.ticket.ref.key, "by hand")
        assert len(both.stage.comments(twin.ticket.ref)) == 1
        state.workflow = usual
        both.ends_well(5)
        assert state.find(twin.ticket.ref.id).status == "Done"  # type: ignore[union-attr]
        record("The tracker changes under us", "workflow without a way to close", deployment, 1)
