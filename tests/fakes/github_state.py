"""What the GitHub fake remembers, and what people do in its web interface. No HTTP here."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

ROLES = ("none", "read", "triage", "write", "admin")
TITLE_LIMIT = 256
BODY_LIMIT = 65_536
LABEL_LIMIT = 50


@dataclass
class User:
    id: int
    login: str
    type: str = "User"


@dataclass
class Comment:
    id: int
    author: str
    body: str
    at: datetime


@dataclass
class Event:
    id: int
    name: str
    actor: str
    at: datetime
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class Pull:
    """What a pull request has besides: a branch `head` of `owner`'s repository, and where it wants to go."""

    owner: str
    head: str
    base: str
    tip: str = ""


@dataclass
class Issue:
    id: int
    number: int
    title: str
    body: str | None
    author: str
    created: datetime
    updated: datetime
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    state: str = "open"
    reason: str | None = None
    closed: datetime | None = None
    closed_by: str | None = None
    comments: list[Comment] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    pull_request: bool = False
    pull: Pull | None = None
    deleted: bool = False
    moved_to: tuple[int, int] | None = None


@dataclass
class Repo:
    """`roles` by lower-case login; who is not in it reads a public repository and sees nothing of a private one."""

    id: int
    owner: str
    name: str
    private: bool = False
    has_issues: bool = True
    archived: bool = False
    actions_open_pulls: bool = True
    roles: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    ever_created: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"

    def role(self, login: str) -> str:
        return self.roles.get(login.lower(), "none" if self.private else "read")

    def allows(self, login: str, role: str) -> bool:
        return ROLES.index(self.role(login)) >= ROLES.index(role)

    def assignable(self, login: str) -> bool:
        return self.roles.get(login.lower(), "none") != "none"


@dataclass
class Token:
    """`scopes` only where it is a classic one; `installation` for those of Actions and of an App.

    `permissions` are those of an installation's token, `{"issues": "write"}`, None where it has all that are asked for.
    """

    login: str
    scopes: str | None = None
    installation: bool = False
    permissions: Mapping[str, str] | None = None

    def may_write(self, *names: str) -> bool:
        """Whether one of these permissions lets it write."""
        return self.permissions is None or any(self.permissions.get(name) == "write" for name in names)


@dataclass
class App:
    id: int
    slug: str
    public_key: str
    installations: dict[int, int] = field(default_factory=dict)


class State:
    """Users, repositories (by id; `names` keeps the former ones), tokens and Apps, with one clock for all times."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.ids = itertools.count(70_001)
        self.users: dict[str, User] = {}
        self.repos: dict[int, Repo] = {}
        self.names: dict[str, int] = {}
        self.tokens: dict[str, Token] = {}
        self.apps: dict[int, App] = {}

    def now(self) -> datetime:
        return self._now().replace(microsecond=0)

    def user(self, login: str) -> User:
        kind = "Bot" if login.endswith("[bot]") else "User"
        return self.users.setdefault(login.lower(), User(next(self.ids), login, kind))

    def rename_user(self, login: str, new: str) -> None:
        """Another login for the same account, everywhere at once; no issue counts as updated by that."""
        user = self.users.pop(login.lower())
        old, user.login = user.login, new
        self.users[new.lower()] = user
        for repo in self.repos.values():
            if login.lower() in repo.roles:
                repo.roles[new.lower()] = repo.roles.pop(login.lower())
            for issue in repo.issues.values():
                issue.author = new if issue.author == old else issue.author
                issue.assignees = [new if each == old else each for each in issue.assignees]
                for each in (*issue.comments, *issue.events):
                    name = "author" if isinstance(each, Comment) else "actor"
                    setattr(each, name, new if getattr(each, name) == old else getattr(each, name))

    def add_repo(self, full_name: str, *, roles: dict[str, str] | None = None, private: bool = False) -> Repo:
        owner, _, name = full_name.partition("/")
        repo = Repo(next(self.ids), self.user(owner).login, name, private=private)
        for login, role in (roles or {}).items():
            repo.roles[self.user(login).login.lower()] = role
        self.repos[repo.id] = repo
        self.names[full_name.lower()] = repo.id
        return repo

    def repo(self, full_name: str) -> Repo:
        return self.repos[self.names[full_name.lower()]]

    def rename(self, repo: Repo, full_name: str) -> None:
        """Rename or move the repository; its old name goes on leading to it."""
        owner, _, repo.name = full_name.partition("/")
        repo.owner = self.user(owner).login
        self.names[full_name.lower()] = repo.id

    # --- what happens to issues, whoever does it ------------------------------------------------------------------

    def open_issue(
        self,
        repo: Repo,
        author: str,
        title: str,
        body: str | None = None,
        labels: tuple[str, ...] = (),
        assignees: tuple[str, ...] = (),
        *,
        pull_request: bool = False,
    ) -> Issue:
        at = self.now()
        who = self.user(author).login
        issue = Issue(next(self.ids), next(repo.numbers), title, body, who, at, at, pull_request=pull_request)
        repo.issues[issue.number] = issue
        repo.ever_created += not pull_request
        self.label(repo, issue, author, list(labels))
        self.assign(issue, author, list(assignees))
        return issue

    def event(self, issue: Issue, actor: str, name: str, **more: Any) -> None:
        issue.updated = self.now()
        issue.events.append(Event(next(self.ids), name, self.user(actor).login, issue.updated, more))

    def label(self, repo: Repo, issue: Issue, actor: str, names: list[str]) -> None:
        """Exactly these labels; those that the repository does not know are made."""
        spelled = {name.lower(): repo.labels.setdefault(name.lower(), name) for name in names}
        for name in [old for old in issue.labels if old.lower() not in spelled]:
            issue.labels.remove(name)
            self.event(issue, actor, "unlabeled", label=name)
        for name in spelled.values():
            if name not in issue.labels:
                issue.labels.append(name)
                self.event(issue, actor, "labeled", label=name)

    def assign(self, issue: Issue, actor: str, logins: list[str]) -> None:
        wanted = [self.user(login).login for login in logins]
        for login in [old for old in issue.assignees if old not in wanted]:
            issue.assignees.remove(login)
            self.event(issue, actor, "unassigned", assignee=login)
        for login in wanted:
            if login not in issue.assignees:
                issue.assignees.append(login)
                self.event(issue, actor, "assigned", assignee=login)

    def close(self, issue: Issue, actor: str, reason: str = "completed") -> None:
        issue.state, issue.reason = "closed", reason
        issue.closed, issue.closed_by = self.now(), self.user(actor).login
        self.event(issue, actor, "closed")

    def reopen(self, issue: Issue, actor: str) -> None:
        issue.state, issue.reason = "open", "reopened"
        issue.closed = issue.closed_by = None
        self.event(issue, actor, "reopened")

    def retitle(self, issue: Issue, actor: str, title: str) -> None:
        if title != issue.title:
            self.event(issue, actor, "renamed", rename={"from": issue.title, "to": title})
            issue.title = title

    def rewrite(self, issue: Issue, body: str | None) -> None:
        if body != issue.body:
            issue.body, issue.updated = body, self.now()

    def comment(self, issue: Issue, actor: str, body: str) -> Comment:
        comment = Comment(next(self.ids), self.user(actor).login, body, self.now())
        issue.comments.append(comment)
        issue.updated = comment.at
        return comment

    def delete(self, issue: Issue) -> None:
        issue.deleted = True

    def transfer(self, source: Repo, issue: Issue, target: Repo, actor: str) -> Issue:
        """A new issue with a new id in the target; the old number leads there. Labels travel where names match."""
        moved = Issue(
            **{
                **vars(issue),
                "id": next(self.ids),
                "number": next(target.numbers),
                "labels": [name for name in issue.labels if name.lower() in target.labels],
                "updated": self.now(),
            }
        )
        target.issues[moved.number] = moved
        issue.moved_to = (target.id, moved.number)
        self.event(moved, actor, "transferred")
        return moved
