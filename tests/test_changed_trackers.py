"""A tracker that changed under us, between two syncs or in the middle of one: noticed, told, and no other item harmed.

There are always two trackers. Whatever happens in the first, the items of the second get what they need, and once the
cause is repaired the next sync brings everything to an end with one ticket for each item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from pmsync.model import Finding, Status, Ticket
from pmsync.settings import Route
from pmsync.sync import Result
from tests.clock import Clock
from tests.fakes.github_state import Repo, Token
from tests.fakes.http import Request, Response
from tests.faults import Case, HttpStage, make_stage, open_tickets, server_of
from tests.reliability import record
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

    def ends_well(self, created: int = 4) -> Result:
        """The next sync completes, with one open ticket for each item, and the one after it has nothing to send."""
        self.team.clock.advance(minutes=11)  # what was in doubt is to be seen by now
        result = self.team.sync()
        assert result.ok, [str(finding) for finding in result.findings]
        assert self.stage.created() == created
        case = Case(self.team, self.stage, created)
        links = {link.uid: link for link in self.team.links().values()}
        here = {uid for uid, link in links.items() if link.ticket.ref.tracker == self.stage.tracker.name}
        assert set(open_tickets(case)) == here
        assert not self.differences()
        assert set(open_tickets(case).values()) == {1}
        assert not self.team.plan().plan.pending
        writes = self.stage.writes(), self.side.writes()
        assert self.team.sync().ok
        assert (self.stage.writes(), self.side.writes()) == writes
        self.others_are_fine()
        return result


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


def errors(result: Result) -> list[Finding]:
    return [finding for finding in result.findings if finding.level == "error"]


def told(result: Result, *words: str) -> None:
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


@pytest.mark.parametrize("at", [-1, 0, 1, 2], ids=["before the sync", "first write", "second write", "third write"])
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
        record("changes", cause.name, "github", 1)
