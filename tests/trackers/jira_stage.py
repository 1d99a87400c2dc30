"""A Jira project behind a tracker, on Cloud or Data Center, and the people who work in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

from pmsync.config.settings import TrackerSettings
from pmsync.model import Ref
from pmsync.trackers.jira.tracker import JiraTracker, connect
from tests.clock import Clock
from tests.fakes.jira import FakeJira
from tests.fakes.jira_state import Issue, JiraState

TOKEN = "jira-token-example"
PERSON = "dana"


class JiraStage:
    """`settings` change the tracker's settings; further options are those of the server's state. With a `gateway` the
    token is a scoped one, which works only there.
    """

    def __init__(
        self,
        clock: Clock,
        deployment: str = "cloud",
        *,
        settings: dict[str, Any] | None = None,
        timeout: float = 5.0,
        gateway: bool = False,
        **options: Any,
    ) -> None:
        self.clock, self.deployment, self.timeout = clock, deployment, timeout
        cloud = deployment == "cloud"
        prefix = "5b10ac8d82e05b22cc7d4e" if cloud else ""
        self.me, self.person = f"{prefix}bot", f"{prefix}{PERSON}"
        self.people = (f"{prefix}alice", f"{prefix}bob")
        names = (self.me, self.person, *self.people)
        emails = {name: f"{name.removeprefix(prefix)}@example.com" for name in names}
        self.state = JiraState(clock.now, cloud, people=emails, **options)
        self.jira = FakeJira(self.state, {TOKEN: self.me})
        self._settings, self._gateway = settings or {}, gateway

    def __enter__(self) -> Self:
        self.jira.__enter__()
        login = {"email_env": "JIRA_EMAIL"} if self.deployment == "cloud" else {}
        base = TrackerSettings("payments", "jira", url=self.jira.url, project="PAY", token_env="JIRA_TOKEN", **login)
        if self._gateway:
            self.jira.scoped.add(TOKEN)
            base = replace(base, api_url=self.jira.gateway)
        self.settings = replace(base, **{"deployment": self.deployment, **self._settings})
        self.tracker = self.reconnect()
        return self

    def __exit__(self, *_: object) -> None:
        self.jira.__exit__()

    def reconnect(self) -> JiraTracker:
        environ = {"JIRA_EMAIL": "bot@example.com", "JIRA_TOKEN": TOKEN}
        return connect(self.settings, environ, timeout=(self.timeout, self.timeout))

    def created(self) -> int:
        return self.state.ever_created

    def writes(self) -> int:
        count = self.jira.server.count
        reads = count("POST", path="/search") + count("POST", path="/bulkfetch")
        return count("POST", "PUT", "DELETE") - reads

    def requests(self) -> int:
        return self.jira.server.count()

    def issue(self, ref: Ref) -> Issue:
        found = self.state.find(ref.id) or self.state.find(ref.key)
        assert found is not None
        return found

    def body(self, ref: Ref) -> str:
        return self.issue(ref).description

    def comments(self, ref: Ref) -> list[str]:
        return [text for _, text in self.issue(ref).comments]

    def open_by_person(self, title: str, body: str = "", labels: tuple[str, ...] = ()) -> Ref:
        issue = self.state.create("PAY", self.person, summary=title, description=body, labels=list(labels))
        return self._ref(issue)

    def _ref(self, issue: Issue) -> Ref:
        return Ref(self.tracker.name, issue.id, issue.key, f"{self.jira.url}/browse/{issue.key}")

    def clone_by_person(self, ref: Ref) -> Ref:
        """Jira clones text and labels; entity properties are not cloned."""
        of = self.issue(ref)
        made = self.state.create(
            "PAY", self.person, summary=f"CLONE - {of.summary}", description=of.description, labels=list(of.labels)
        )
        return self._ref(made)

    def close(self, ref: Ref, *, wont_do: bool = False) -> None:
        self.state.transition(self.issue(ref), "Done", self.person, "Won't Do" if wont_do else "Done")

    def start(self, ref: Ref) -> None:
        self.state.transition(self.issue(ref), "In Progress", self.person)

    def reopen(self, ref: Ref) -> None:
        self.state.transition(self.issue(ref), "To Do", self.person)

    def close_as_duplicate(self, ref: Ref, of: Ref) -> None:
        self.state.duplicate(self.issue(ref), self.issue(of), self.person)
        self.state.transition(self.issue(ref), "Done", self.person, "Duplicate")

    def retitle(self, ref: Ref, title: str) -> None:
        self._edit(ref, "summary", title)

    def assign(self, ref: Ref, *accounts: str) -> None:
        self._edit(ref, "assignee", accounts[0] if accounts else None)

    def comment(self, ref: Ref, text: str) -> None:
        issue = self.issue(ref)
        issue.comments.append((self.person, text))
        self.state.touch(issue)

    def edit_body(self, ref: Ref, body: str) -> None:
        self._edit(ref, "description", body)

    def set_labels(self, ref: Ref, *labels: str) -> None:
        self._edit(ref, "labels", list(labels))

    def set_due(self, ref: Ref, due: str | None) -> None:
        self._edit(ref, "duedate", due)

    def _edit(self, ref: Ref, name: str, value: object) -> None:
        issue = self.issue(ref)
        setattr(issue, name, value)
        if name == "description":
            issue.adf = None
        self.state.touch(issue, self.person, name)

    def delete(self, ref: Ref) -> None:
        self.state.delete(self.issue(ref))

    def move_away(self, ref: Ref) -> str:
        issue = self.issue(ref)
        self.state.move(issue, "ATTIC", self.person)
        return f"{self.jira.url}/browse/{issue.key}"
