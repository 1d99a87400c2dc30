"""A GitHub repository behind a tracker, and the people who work in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

from pmsync.config.settings import TrackerSettings
from pmsync.model import Ref
from pmsync.trackers.contract import Tracker
from pmsync.trackers.github.tracker import GitHubTracker, connect
from tests.clock import Clock
from tests.fakes.github import FakeGitHub
from tests.fakes.github_state import Issue, Token

TOKEN = "ghp_example"
PERSON = "dana"


class GitHubStage:
    """`role` is that of the token's account in `acme/web`; `settings` change the tracker's; `fake` the server's.

    `timeout` is the tracker's, in real seconds.
    """

    people: tuple[str, ...] = ("alice-l", "bob")
    tracker: Tracker
    settings: TrackerSettings

    def __init__(
        self,
        clock: Clock,
        *,
        me: str = "acme-bot",
        role: str = "write",
        token: Token | None = None,
        timeout: float = 5.0,
        settings: dict[str, Any] | None = None,
        environ: dict[str, str] | None = None,
        **fake: Any,
    ) -> None:
        self.clock, self.me, self.timeout = clock, me, timeout
        self.github = FakeGitHub(clock.now, **fake)
        roles = {me: role, "alice-l": "write", "bob": "triage", PERSON: "write"}
        self.repo = self.github.state.add_repo("acme/web", roles=roles)
        self.elsewhere = self.github.state.add_repo("acme/attic", roles=roles)
        self.github.state.tokens[TOKEN] = token or Token(me, scopes="repo")
        self.environ = {"GITHUB_TOKEN": TOKEN} if environ is None else environ
        self._settings = settings or {}
        self._trackers: list[GitHubTracker] = []

    def __enter__(self) -> Self:
        self.github.__enter__()
        base = TrackerSettings("platform", "github", repo="acme/web", api_url=self.github.api_url)
        self.settings = replace(base, token_env="GITHUB_TOKEN", **self._settings)
        self.tracker = self.reconnect()
        return self

    def __exit__(self, *_: object) -> None:
        for tracker in self._trackers:
            tracker.close()
        self.github.__exit__()

    def reconnect(self) -> GitHubTracker:
        clock = self.clock
        tracker = connect(
            self.settings,
            self.environ,
            sleep=clock.sleep,
            monotonic=lambda: clock.time.timestamp(),
            timeout=(self.timeout, self.timeout),
        )
        self._trackers.append(tracker)
        return tracker

    def created(self) -> int:
        return self.repo.ever_created

    def writes(self) -> int:
        count = self.github.server.count
        reads = count("POST", path="/access_tokens") + count("POST", path="/graphql")
        return count("POST", "PUT", "PATCH", "DELETE") - reads

    def requests(self) -> int:
        return self.github.server.count()

    def issue(self, ref: Ref) -> Issue:
        return self.repo.issues[int(ref.id.rpartition("/")[2])]

    def ref(self, issue: Issue) -> Ref:
        """Provisional, as `recognise` gives it."""
        ref = self.tracker.recognise(f"acme/web#{issue.number}")
        assert ref is not None
        return ref

    def body(self, ref: Ref) -> str:
        return self.issue(ref).body or ""

    def comments(self, ref: Ref) -> list[str]:
        return [comment.body for comment in self.issue(ref).comments]

    def open_by_person(self, title: str, body: str = "", labels: tuple[str, ...] = ()) -> Ref:
        issue = self.github.state.open_issue(self.repo, PERSON, title, body, labels)
        return self.ref(issue)

    def clone_by_person(self, ref: Ref) -> Ref:
        issue = self.issue(ref)
        clone = self.github.state.open_issue(
            self.repo, PERSON, issue.title, issue.body, tuple(issue.labels), tuple(issue.assignees)
        )
        return self.ref(clone)

    def close(self, ref: Ref, *, wont_do: bool = False) -> None:
        self.github.state.close(self.issue(ref), PERSON, "not_planned" if wont_do else "completed")

    def start(self, ref: Ref) -> None:
        """GitHub knows open and closed only."""

    def reopen(self, ref: Ref) -> None:
        self.github.state.reopen(self.issue(ref), PERSON)

    def close_as_duplicate(self, ref: Ref, of: Ref) -> None:
        self.github.state.comment(self.issue(ref), PERSON, f"Duplicate of #{self.issue(of).number}")
        self.github.state.close(self.issue(ref), PERSON, "duplicate")

    def retitle(self, ref: Ref, title: str) -> None:
        self.github.state.retitle(self.issue(ref), PERSON, title)

    def assign(self, ref: Ref, *accounts: str) -> None:
        self.github.state.assign(self.issue(ref), PERSON, list(accounts))

    def comment(self, ref: Ref, text: str) -> None:
        self.github.state.comment(self.issue(ref), PERSON, text)

    def edit_body(self, ref: Ref, body: str) -> None:
        self.github.state.rewrite(self.issue(ref), body)

    def set_labels(self, ref: Ref, *labels: str) -> None:
        self.github.state.label(self.repo, self.issue(ref), PERSON, list(labels))

    def set_due(self, ref: Ref, due: str | None) -> None:
        """GitHub issues have no due date."""

    def delete(self, ref: Ref) -> None:
        self.github.state.delete(self.issue(ref))

    def move_away(self, ref: Ref) -> str:
        moved = self.github.state.transfer(self.repo, self.issue(ref), self.elsewhere, PERSON)
        return f"{self.github.server.url}/{self.elsewhere.full_name}/issues/{moved.number}"
