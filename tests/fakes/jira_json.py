"""How the Jira fake shows what it holds: users, issues, comments, histories, transitions, create screens.

Shapes follow developer.atlassian.com/cloud/jira/platform/rest/v2 and developer.atlassian.com/server/jira/platform/rest;
`jira_shapes.py` holds the answers to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.fakes.http import Request, Response
from tests.fakes.jira_state import CATEGORIES, PRIORITIES, RESOLUTIONS, Issue, JiraState

CATEGORY = {
    "new": (2, "blue-gray", "To Do"),
    "indeterminate": (4, "yellow", "In Progress"),
    "done": (3, "green", "Done"),
}
KINDS = {"1": "Bug", "3": "Task"}
DUPLICATE = {"id": "10002", "name": "Duplicate", "inward": "is duplicated by", "outward": "duplicates"}


@dataclass(frozen=True)
class JiraJson:
    """The JSON of one instance that is reached at `url`."""

    state: JiraState
    url: str

    def at(self, path: str) -> str:
        return f"{self.url}/rest/api/2/{path}"

    # --- the instance -------------------------------------------------------------------------------------------

    def server(self) -> dict[str, Any]:
        kind, version = ("Cloud", [1001, 0, 0]) if self.state.cloud else ("Server", [9, 12, 0])
        return {
            "baseUrl": self.url,
            "version": ".".join(map(str, version)),
            "versionNumbers": version,
            "deploymentType": kind,
            "buildNumber": 100_000,
            "serverTime": time(self.state.now()),
            "scmInfo": "0" * 40,
            "serverTitle": "Jira",
        }

    def user(self, account: str | None) -> dict[str, Any] | None:
        if account is None:
            return None
        shown = {"displayName": account.title(), "active": True, "timeZone": "Etc/UTC"}
        if self.state.cloud:
            return {
                "self": self.at(f"user?accountId={account}"),
                "accountId": account,
                "accountType": "atlassian",
                **shown,
            }
        return {
            "self": self.at(f"user?username={account}"),
            "key": self.state.keys.get(account, account),
            "name": account,
            **shown,
        }

    def project(self, key: str) -> dict[str, Any]:
        number = str(10_000 + self.state.projects.index(key))
        return {"self": self.at(f"project/{number}"), "id": number, "key": key, "name": key.title()}

    def kind(self, id_: str) -> dict[str, Any]:
        return {"self": self.at(f"issuetype/{id_}"), "id": id_, "name": KINDS[id_], "description": "", "subtask": False}

    def page(self, name: str, values: list[dict[str, Any]], request: Request) -> dict[str, Any]:
        """A page of create metadata: Cloud calls its list by a name of its own, Data Center `values`."""
        start, size = (
            int(request.arg("startAt", "0")),
            min(int(request.arg("maxResults", "50")), self.state.screen_page),
        )
        page, last = values[start : start + size], start + size >= len(values)
        shown = {"startAt": start, "maxResults": size, "total": len(values)}
        return {**shown, name: page} if self.state.cloud else {**shown, "isLast": last, "values": page}

    def screen(self) -> list[dict[str, Any]]:
        """The fields of the create screen."""
        usual = {
            "summary": ("string", True), "description": ("string", False), "labels": ("array", False),
            "assignee": ("user", False), "duedate": ("date", False), "priority": ("priority", False),
            "project": ("project", True), "issuetype": ("issuetype", True), "reporter": ("user", True),
        }  # fmt: skip
        fields = [
            {"fieldId": n, "key": n, "name": n.title(), "hasDefaultValue": False,
             "required": required or n in self.state.demands,
             "operations": ["add", "set", "remove"] if t == "array" else ["set"],
             "schema": {"type": t, "system": n, **({"items": "string"} if t == "array" else {})},
             **({"allowedValues": [self._priority(p) for p in PRIORITIES]} if n == "priority" else {})}
            for n, (t, required) in usual.items() if n not in self.state.lacks
        ]  # fmt: skip
        return fields + [
            {"fieldId": n, "key": n, "name": n.replace("customfield_", "Field "), "required": True,
             "hasDefaultValue": False, "operations": ["set"],
             "schema": {"type": "option" if options else "string", "customId": int(n.rpartition("_")[2])},
             "allowedValues": [{"value": value} for value in options]}
            for n, options in self.state.required.items()
        ]  # fmt: skip

    # --- an issue -----------------------------------------------------------------------------------------------

    def made(self, issue: Issue) -> dict[str, str]:
        return {"id": issue.id, "key": issue.key, "self": self.at(f"issue/{issue.id}")}

    def issue(self, issue: Issue, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """An issue with the fields and properties that the request names, all fields where it names none."""
        fields = self._fields(issue)
        asked, names = listed(wanted.get("fields")), listed(wanted.get("properties"))
        shown = fields if not asked or asked & {"*all", "*navigable"} else {n: fields[n] for n in fields if n in asked}
        made: dict[str, Any] = {**self.made(issue), "fields": shown}
        if "changelog" in listed(wanted.get("expand")):
            histories = self.histories(issue)
            made["changelog"] = {
                "startAt": 0, "maxResults": len(histories), "total": len(histories), "histories": histories,
            }  # fmt: skip
        if names:
            made["properties"] = {n: v for n, v in issue.properties.items() if n in names}
        return made

    def _fields(self, issue: Issue) -> dict[str, Any]:
        comments = self.comments(issue)
        return {
            "summary": issue.summary,
            "description": issue.description,
            "issuetype": self.kind(issue.kind),
            "project": self.project(issue.project),
            "status": self.status(issue.status),
            "resolution": self._resolution(issue.resolution) if issue.resolution else None,
            "resolutiondate": time(issue.resolved) if issue.resolved else None,
            "creator": self.user(issue.creator),
            "reporter": self.user(issue.creator),
            "created": time(issue.created),
            "updated": time(issue.updated),
            "assignee": self.user(issue.assignee),
            "labels": list(issue.labels),
            "duedate": issue.duedate,
            "priority": self._priority(issue.priority) if issue.priority else None,
            "issuelinks": self._links(issue),
            "comment": {"startAt": 0, "maxResults": len(comments), "total": len(comments), "comments": comments},
            **issue.custom,
        }

    def status(self, name: str) -> dict[str, Any]:
        number, category = str(10_000 + list(CATEGORIES).index(name)), CATEGORIES[name]
        id_, colour, label = CATEGORY[category]
        shown = {
            "self": self.at(f"statuscategory/{id_}"),
            "id": id_,
            "key": category,
            "colorName": colour,
            "name": label,
        }
        return {"self": self.at(f"status/{number}"), "id": number, "name": name, "statusCategory": shown}

    def _resolution(self, name: str) -> dict[str, Any]:
        number = str(10_000 + RESOLUTIONS.index(name))
        return {"self": self.at(f"resolution/{number}"), "id": number, "name": name}

    def _priority(self, name: str) -> dict[str, Any]:
        number = str(1 + PRIORITIES.index(name))
        return {"self": self.at(f"priority/{number}"), "id": number, "name": name}

    def _links(self, issue: Issue) -> list[dict[str, Any]]:
        sides = [(f"{issue.id}{other}", "outwardIssue", other) for other in issue.duplicates]
        sides += [(f"{other}{issue.id}", "inwardIssue", other) for other in issue.duplicated_by]
        return [
            {"id": number, "self": self.at(f"issueLink/{number}"), "type": DUPLICATE, side: self._linked(other)}
            for number, side, other in sides
            if other in self.state.issues
        ]

    def _linked(self, id_: str) -> dict[str, Any]:
        other = self.state.issues[id_]
        return {**self.made(other), "fields": {"summary": other.summary, "status": self.status(other.status)}}

    def comments(self, issue: Issue) -> list[dict[str, Any]]:
        return [self.comment(issue, number) for number in range(len(issue.comments))]

    def comment(self, issue: Issue, number: int) -> dict[str, Any]:
        """No time is kept for a comment: that of the issue's last change stands in for it."""
        (author, body), id_ = issue.comments[number], f"{issue.id}{number:03}"
        return {
            "id": id_,
            "self": self.at(f"issue/{issue.id}/comment/{id_}"),
            "author": self.user(author),
            "updateAuthor": self.user(author),
            "body": body,
            "created": time(issue.updated),
            "updated": time(issue.updated),
        }

    def histories(self, issue: Issue) -> list[dict[str, Any]]:
        return [
            {"id": f"{issue.id}{number:03}", "author": self.user(change.who), "created": time(change.at),
             "items": [{"field": field, "fieldtype": "jira"} for field in change.fields]}
            for number, change in enumerate(issue.changes)
        ]  # fmt: skip

    def transitions(self, issue: Issue, *, fields: bool) -> list[dict[str, Any]]:
        """Where an issue may go from its status; what the screens take is shown when `fields` are asked for."""
        made = []
        for id_, target in self.state.workflow[issue.status].items():
            screen = self.state.resolution_on_screen and CATEGORIES[target] == "done"
            resolution = {
                "required": False, "name": "Resolution", "key": "resolution", "operations": ["set"],
                "schema": {"type": "resolution", "system": "resolution"},
                "allowedValues": [self._resolution(name) for name in RESOLUTIONS],
            }  # fmt: skip
            shown = {"fields": {"resolution": resolution} if screen else {}} if fields else {}
            made.append({"id": id_, "name": target, "to": self.status(target), "hasScreen": screen, **shown})
        return made


def time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def listed(value: Any) -> set[str]:
    """Names as a query holds them (commas, or several parameters) or as a body does (a list)."""
    values = [value] if isinstance(value, str) else list(value or ())
    return {name for each in values for name in str(each).split(",") if name}


def problem(status: int, /, *texts: str, **errors: str) -> Response:
    return Response(status, {"errorMessages": list(texts), "errors": errors})


def nothing_here(request: Request) -> Response:
    return problem(404, f"null for uri: {request.path}")


def no_project(key: str) -> Response:
    return problem(404, f"No project could be found with key '{key}'.")
