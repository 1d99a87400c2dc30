"""What a Jira project holds: issues, people, workflow and screens, without any HTTP. For the fake in `jira.py`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

CATEGORIES = {"To Do": "new", "In Progress": "indeterminate", "In Review": "indeterminate", "Done": "done"}
WORKFLOW = {
    "To Do": {"11": "In Progress", "31": "Done"},
    "In Progress": {"12": "To Do", "21": "In Review", "31": "Done"},
    "In Review": {"13": "In Progress", "31": "Done"},
    "Done": {"41": "To Do"},
}
"""Transition ids depend on where an issue stands, as in any real workflow."""
RESOLUTIONS = ("Done", "Won't Do", "Duplicate", "Cannot Reproduce")
PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")


@dataclass(frozen=True)
class Change:
    """One entry of an issue's history: who changed which fields."""

    who: str
    at: datetime
    fields: tuple[str, ...]


@dataclass
class Issue:
    id: str
    key: str
    project: str
    creator: str
    created: datetime
    updated: datetime
    kind: str = "3"
    summary: str = ""
    description: str = ""
    adf: dict[str, Any] | None = None
    labels: list[str] = field(default_factory=list)
    assignee: str | None = None
    duedate: str | None = None
    priority: str | None = "Medium"
    status: str = "To Do"
    resolution: str | None = None
    resolved: datetime | None = None
    custom: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    comments: list[tuple[str, str]] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    duplicated_by: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    old_keys: list[str] = field(default_factory=list)
    hidden: bool = False


@dataclass
class JiraState:
    """One instance. `lag` is how long the index needs to notice a change; `required` are extra fields of the create
    screen with their options, `lacks` the usual ones it does not have; it is shown `screen_page` fields at a time. The
    search of Data Center documents no `properties`: without `properties_in_search` it shows none, and refuses the word
    in the body of a POST. `demands` are usual fields that must be filled, `not_editable` those that only the create
    screen has. Without `unassigned` each issue has to have an assignee.
    """

    now: Callable[[], datetime]
    cloud: bool
    lag: timedelta = timedelta(0)
    required: dict[str, list[str]] = field(default_factory=dict)
    lacks: frozenset[str] = frozenset()
    screen_page: int = 200
    demands: frozenset[str] = frozenset()
    unassigned: bool = True
    not_editable: frozenset[str] = frozenset()
    projects: tuple[str, ...] = ("PAY", "ATTIC")
    people: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    resolution_on_screen: bool = True
    properties_in_search: bool = False
    workflow: dict[str, dict[str, str]] = field(default_factory=lambda: dict(WORKFLOW))
    permissions: dict[str, bool] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    ever_created: int = 0
    _indexed: list[tuple[datetime, str, Issue | None]] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: count(10_001))
    _numbers: dict[str, int] = field(default_factory=dict)

    def create(self, project: str, creator: str, **values: Any) -> Issue:
        self._numbers[project] = self._numbers.get(project, 0) + 1
        now = self.now()
        issue = Issue(str(next(self._ids)), f"{project}-{self._numbers[project]}", project, creator, now, now, **values)
        self.issues[issue.id] = issue
        self.ever_created += 1
        self.index(issue)
        return issue

    def touch(self, issue: Issue, who: str = "", *fields: str) -> None:
        """Something about it changed just now; what stands in the history names its fields."""
        issue.updated = self.now()
        if fields:
            issue.changes.append(Change(who, issue.updated, fields))
        self.index(issue)

    def index(self, issue: Issue) -> None:
        self._indexed.append((self.now(), issue.id, copy.deepcopy(issue)))

    def delete(self, issue: Issue) -> None:
        del self.issues[issue.id]
        self._indexed.append((self.now(), issue.id, None))

    def move(self, issue: Issue, project: str, who: str) -> None:
        """Another project, another key; the id stays, and the old key leads to it."""
        self._numbers[project] = self._numbers.get(project, 0) + 1
        issue.old_keys.append(issue.key)
        issue.project, issue.key = project, f"{project}-{self._numbers[project]}"
        self.touch(issue, who, "project", "Key")

    def searchable(self) -> list[Issue]:
        """What the index shows: every issue as it was `lag` ago."""
        shown = {id_: seen for at, id_, seen in self._indexed if at + self.lag <= self.now()}
        return sorted(
            (issue for issue in shown.values() if issue and not issue.hidden), key=lambda issue: int(issue.id)
        )

    def rename_user(self, name: str, new: str) -> None:
        """Data Center: another name for the same user, whose key stays ("Edit a user's details")."""
        self.people = {new if each == name else each: email for each, email in self.people.items()}
        self.keys[new] = self.keys.pop(name, name)
        for issue in self.issues.values():
            issue.creator = new if issue.creator == name else issue.creator
            issue.assignee = new if issue.assignee == name else issue.assignee
            self.index(issue)

    def hide(self, issue: Issue, *, hidden: bool = True) -> None:
        """A security level that the token's account does not have: to the API the issue is as if it were deleted
        ("Get issue", REST API v2: 404 if it "is not found or the user does not have permission to view it").
        """
        issue.hidden = hidden
        self.index(issue)

    def find(self, id_or_key: str) -> Issue | None:
        return next(
            (i for i in self.issues.values() if id_or_key in {i.id, i.key} or id_or_key in i.old_keys),
            None,
        )

    def transition(self, issue: Issue, target: str, who: str, resolution: str | None = None) -> None:
        issue.status = target
        done = CATEGORIES[target] == "done"
        issue.resolution = (resolution or "Done") if done else None
        issue.resolved = self.now() if done else None
        self.touch(issue, who, "status", "resolution")

    def duplicate(self, issue: Issue, of: Issue, who: str) -> None:
        """`issue` duplicates `of`: a link that both show."""
        if of.id not in issue.duplicates:
            issue.duplicates.append(of.id)
            of.duplicated_by.append(issue.id)
            self.touch(issue, who, "Link")
            self.touch(of, who, "Link")
