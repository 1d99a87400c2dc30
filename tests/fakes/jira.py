"""A stateful Jira over HTTP, as Cloud and as Data Center: REST API v2 as far as pmsync speaks it.

Shapes follow developer.atlassian.com/cloud/jira/platform/rest/v2 and developer.atlassian.com/server/jira/platform:
search by nextPageToken or startAt, bulk create with per-element errors, entity properties, transitions that depend on
the status, create metadata, index lag, moved and deleted issues. Anything it does not know is a 404.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Self

from tests.fakes.http import Request, Response, Server
from tests.fakes.jira_state import CATEGORIES, PRIORITIES, RESOLUTIONS, Issue, JiraState
from tests.fakes.jql import JqlError, compile_jql

LARGEST_PAGE = 100
BULK = 50


def problem(status: int, *texts: str, **errors: str) -> Response:
    return Response(status, {"errorMessages": list(texts), "errors": errors})


class FakeJira:
    """Serve `state`; `tokens` maps an Authorization header's secret to the account it belongs to."""

    def __init__(self, state: JiraState, tokens: dict[str, str]) -> None:
        self.state, self.tokens = state, tokens
        self.server = Server(self.handle)
        self.me = ""

    def __enter__(self) -> Self:
        self.server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.__exit__()

    @property
    def url(self) -> str:
        return self.server.url

    def handle(self, request: Request) -> Response:
        answer = self._answer(request)
        date = format_datetime(self.state.now().astimezone(UTC), usegmt=True)
        return Response(answer.status, answer.body, {"Date": date, **answer.headers})

    def _answer(self, request: Request) -> Response:
        self.me = self._account(request.headers.get("authorization", ""))
        if not self.me:
            return problem(401, "You are not authenticated.")
        for method, pattern, name in ROUTES:
            match = re.fullmatch(rf"/rest/api/2{pattern}", request.path)
            if match and method == request.method:
                found: Callable[..., Response] = getattr(self, name)
                return found(request, *match.groups())
        return problem(404, f"null for uri: {request.path}")

    def _account(self, header: str) -> str:
        kind, _, secret = header.partition(" ")
        if kind == "Basic":
            secret = base64.b64decode(secret).decode().partition(":")[2]
        return self.tokens.get(secret, "")

    # --- the instance -------------------------------------------------------------------------------------------

    def server_info(self, _: Request) -> Response:
        kind, version = ("Cloud", [1001, 0, 0]) if self.state.cloud else ("Server", [9, 12, 0])
        body = {"baseUrl": self.url, "version": ".".join(map(str, version)), "versionNumbers": version}
        return Response(200, {**body, "deploymentType": kind})

    def myself(self, _: Request) -> Response:
        return Response(200, self.user(self.me))

    def user(self, account: str | None) -> dict[str, Any] | None:
        if account is None:
            return None
        name = "accountId" if self.state.cloud else "name"
        return {name: account, "displayName": account.title(), "active": True}

    def people(self, request: Request) -> Response:
        """Cloud finds by `query`, Data Center by `username`; both match e-mail addresses."""
        query = (request.arg("query") or request.arg("username") or request.arg("accountId")).lower()
        found = [a for a, email in self.state.people.items() if query in {a.lower(), email.lower()}]
        return Response(200, [{**(self.user(a) or {}), "emailAddress": self.state.people[a]} for a in found])

    def permissions(self, request: Request) -> Response:
        names = [name for name in request.arg("permissions").split(",") if name] or [
            "BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "TRANSITION_ISSUES", "ADD_COMMENTS",
            "ASSIGN_ISSUES", "LINK_ISSUES", "CLOSE_ISSUES", "RESOLVE_ISSUES",
        ]  # fmt: skip
        have = {n: {"key": n, "name": n, "havePermission": self.state.permissions.get(n, True)} for n in names}
        return Response(200, {"permissions": have})

    def project(self, _: Request, key: str) -> Response:
        if key not in self.state.projects:
            return problem(404, f"No project could be found with key '{key}'.")
        kinds = [{"id": "3", "name": "Task", "subtask": False}, {"id": "1", "name": "Bug", "subtask": False}]
        return Response(200, {"id": "10000", "key": key, "name": key.title(), "issueTypes": kinds})

    def issue_types(self, _: Request, key: str) -> Response:
        if key not in self.state.projects:
            return problem(404, f"No project could be found with key '{key}'.")
        kinds = [{"id": "3", "name": "Task", "subtask": False}, {"id": "1", "name": "Bug", "subtask": False}]
        return Response(200, self._page("issueTypes", kinds))

    def create_screen(self, _: Request, key: str, kind: str) -> Response:
        if key not in self.state.projects or kind not in {"1", "3"}:
            return problem(404, "The issue type could not be found.")
        usual = {
            "summary": ("string", True), "description": ("string", False), "labels": ("array", False),
            "assignee": ("user", False), "duedate": ("date", False), "priority": ("priority", False),
            "project": ("project", True), "issuetype": ("issuetype", True), "reporter": ("user", True),
        }  # fmt: skip
        fields = [
            {"fieldId": n, "key": n, "name": n.title(), "required": required, "hasDefaultValue": False,
             "schema": {"type": t, **({"items": "string"} if t == "array" else {})},
             **({"allowedValues": [{"name": p} for p in PRIORITIES]} if n == "priority" else {})}
            for n, (t, required) in usual.items() if n not in self.state.lacks
        ]  # fmt: skip
        fields += [
            {"fieldId": n, "key": n, "name": n.replace("customfield_", "Field "), "required": True,
             "hasDefaultValue": False, "schema": {"type": "option" if options else "string"},
             "allowedValues": [{"value": value} for value in options]}
            for n, options in self.state.required.items()
        ]  # fmt: skip
        return Response(200, self._page("fields", fields))

    def _page(self, name: str, values: list[dict[str, Any]]) -> dict[str, Any]:
        key = name if self.state.cloud else "values"
        return {"startAt": 0, "maxResults": 50, "total": len(values), "isLast": True, key: values}

    # --- searching ----------------------------------------------------------------------------------------------

    def search_token(self, request: Request) -> Response:
        """Cloud: pages by nextPageToken, no total."""
        if not self.state.cloud:
            return problem(404, "null for uri")
        wanted = self._wanted(request)
        found = self._found(wanted)
        if isinstance(found, Response):
            return found
        start = int(wanted.get("nextPageToken") or 0)
        size = min(int(wanted.get("maxResults") or 50), LARGEST_PAGE)
        page = found[start : start + size]
        last = start + size >= len(found)
        token = {} if last else {"nextPageToken": str(start + size)}
        return Response(200, {"issues": [self.issue_json(i, wanted) for i in page], "isLast": last, **token})

    def search_start(self, request: Request) -> Response:
        """Data Center: pages by startAt. Gone on Cloud."""
        if self.state.cloud:
            return problem(410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.")
        wanted = self._wanted(request)
        found = self._found(wanted)
        if isinstance(found, Response):
            return found
        start, size = int(wanted.get("startAt") or 0), min(int(wanted.get("maxResults") or 50), 1000)
        page = [self.issue_json(issue, wanted) for issue in found[start : start + size]]
        return Response(200, {"startAt": start, "maxResults": size, "total": len(found), "issues": page})

    def _wanted(self, request: Request) -> dict[str, Any]:
        if request.method == "POST":
            return dict(request.json() or {})
        return {name: (v if name in {"fields", "properties"} else v[-1]) for name, v in request.query.items()}

    def _found(self, wanted: dict[str, Any]) -> list[Issue] | Response:
        jql = str(wanted.get("jql", ""))
        if self.state.cloud and not re.search(r"\b(project|id|key)\b", jql):
            return problem(400, "Unbounded JQL queries are not allowed here. Please add a search restriction.")
        try:
            test = compile_jql(jql)
        except JqlError as error:
            return problem(400, f"Error in the JQL Query: {error}")
        return [issue for issue in self.state.searchable() if test(issue)]

    def bulk_fetch(self, request: Request) -> Response:
        """Cloud only; reads the database, not the index."""
        if not self.state.cloud:
            return problem(404, "null for uri")
        wanted = request.json()
        keys = wanted["issueIdsOrKeys"]
        if len(keys) > 100:
            return problem(400, "You can fetch at most 100 issues.")
        found = {key: self.state.find(key) for key in keys}
        issues = {issue.id: issue for issue in found.values() if issue}
        errors = [{"id": key, "errorMessage": "Issue does not exist"} for key, issue in found.items() if not issue]
        return Response(200, {"issues": [self.issue_json(i, wanted) for i in issues.values()], "issueErrors": errors})

    # --- issues -------------------------------------------------------------------------------------------------

    def issue_json(self, issue: Issue, wanted: dict[str, Any] | None = None) -> dict[str, Any]:
        def ref(id_: str) -> dict[str, Any]:
            other = self.state.issues[id_]
            return {"id": other.id, "key": other.key, "fields": {"summary": other.summary}}

        kind = {"id": "10002", "name": "Duplicate", "inward": "is duplicated by", "outward": "duplicates"}
        links = [
            {"id": f"{issue.id}-{n}", "type": kind, "outwardIssue": ref(n)}
            for n in issue.duplicates
            if n in self.state.issues
        ]
        links += [
            {"id": f"{n}-{issue.id}", "type": kind, "inwardIssue": ref(n)}
            for n in issue.duplicated_by
            if n in self.state.issues
        ]
        category = CATEGORIES[issue.status]
        fields: dict[str, Any] = {
            "summary": issue.summary,
            "description": issue.description,
            "status": {"name": issue.status, "statusCategory": {"key": category}},
            "resolution": {"name": issue.resolution} if issue.resolution else None,
            "resolutiondate": _time(issue.resolved) if issue.resolved else None,
            "creator": self.user(issue.creator),
            "reporter": self.user(issue.creator),
            "created": _time(issue.created),
            "updated": _time(issue.updated),
            "assignee": self.user(issue.assignee),
            "labels": list(issue.labels),
            "duedate": issue.duedate,
            "priority": {"name": issue.priority} if issue.priority else None,
            "project": {"key": issue.project},
            "issuelinks": links,
            "comment": {"total": len(issue.comments), "comments": [
                {"id": str(n), "author": self.user(a), "body": b} for n, (a, b) in enumerate(issue.comments)]},
            **issue.custom,
        }  # fmt: skip
        asked = _names((wanted or {}).get("fields"))
        shown = fields if not asked or "*all" in asked else {n: v for n, v in fields.items() if n in asked}
        names = _names((wanted or {}).get("properties"))
        properties = {n: v for n, v in issue.properties.items() if n in names}
        made = {"id": issue.id, "key": issue.key, "self": f"{self.url}/rest/api/2/issue/{issue.id}", "fields": shown}
        if "changelog" in str((wanted or {}).get("expand", "")):
            histories = [{"author": self.user(who), "items": [{"field": what}]} for who, what in issue.changes]
            made["changelog"] = {"total": len(histories), "histories": histories}
        return {**made, **({"properties": properties} if names else {})}

    def get_issue(self, request: Request, key: str) -> Response:
        issue = self.state.find(key)
        return Response(200, self.issue_json(issue, self._wanted(request))) if issue else self._no_issue()

    def _no_issue(self) -> Response:
        return problem(404, "Issue does not exist or you do not have permission to see it.")

    def changelog(self, _: Request, key: str) -> Response:
        issue = self.state.find(key)
        if not issue:
            return self._no_issue()
        values = [{"author": self.user(who), "items": [{"field": what}]} for who, what in issue.changes]
        return Response(200, {"startAt": 0, "maxResults": 100, "total": len(values), "isLast": True, "values": values})

    def create_one(self, request: Request) -> Response:
        made = self._create(request.json())
        return Response(201, self._made(made)) if isinstance(made, Issue) else Response(400, made)

    def create_many(self, request: Request) -> Response:
        updates = request.json()["issueUpdates"]
        if len(updates) > BULK:
            return problem(400, f"The number of issues exceeds the limit of {BULK}.")
        issues, errors = [], []
        for number, each in enumerate(updates):
            made = self._create(each)
            if isinstance(made, Issue):
                issues.append(self._made(made))
            else:
                errors.append({"status": 400, "elementErrors": made, "failedElementNumber": number})
        return Response(201 if issues else 400, {"issues": issues, "errors": errors})

    def _made(self, issue: Issue) -> dict[str, str]:
        return {"id": issue.id, "key": issue.key, "self": f"{self.url}/rest/api/2/issue/{issue.id}"}

    def _create(self, wanted: dict[str, Any]) -> Issue | dict[str, Any]:
        fields = dict(wanted["fields"])
        project = (fields.pop("project", None) or {}).get("key", "")
        kind = fields.pop("issuetype", None) or {}
        errors = {} if project in self.state.projects else {"project": "valid project is required"}
        if {kind.get("id"), kind.get("name")} & {"3", "Task", "1", "Bug"} == set():
            errors["issuetype"] = "Specify a valid issue type"
        if not self.state.permissions.get("CREATE_ISSUES", True):
            errors["project"] = "You do not have permission to create issues in this project."
        errors |= {n: f"{n} is required." for n in self.state.required if n not in fields}
        errors |= self._field_errors(fields)
        if not str(fields.get("summary", "")).strip():
            errors["summary"] = "You must specify a summary of the issue."
        if errors:
            return {"errorMessages": [], "errors": errors}
        issue = self.state.create(project, self.me)
        self._set(issue, fields)
        issue.properties = {each["key"]: each["value"] for each in wanted.get("properties", ())}
        self.state.index(issue)
        return issue

    def _field_errors(self, fields: dict[str, Any]) -> dict[str, str]:
        missing = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
        known = {"summary", "description", "labels", "assignee", "duedate", "priority", *self.state.required}
        errors = {n: missing.format(n) for n in fields if n not in known or n in self.state.lacks}
        if any(" " in label for label in fields.get("labels") or ()):
            errors["labels"] = "The label contains spaces which is invalid."
        if len(str(fields.get("summary", "")).encode("utf-16-le")) // 2 > 255 or "\n" in str(fields.get("summary", "")):
            errors["summary"] = "Summary must be one line of at most 255 characters."
        if len(str(fields.get("description") or "")) > 32_767:
            errors["description"] = "The entered text is too long. It exceeds the allowed limit of 32,767 characters."
        person = self._person(fields)
        if person and person not in self.state.people:
            errors["assignee"] = f"User '{person}' cannot be assigned issues."
        priority = (fields.get("priority") or {}).get("name")
        if priority and priority not in PRIORITIES:
            errors["priority"] = "The priority selected is invalid."
        errors |= {
            n: "Option value is not valid"
            for n, options in self.state.required.items()
            if options and n in fields and (fields[n] or {}).get("value") not in options
        }
        return errors

    def _person(self, fields: dict[str, Any]) -> str | None:
        return (fields.get("assignee") or {}).get("accountId" if self.state.cloud else "name")

    def _set(self, issue: Issue, fields: dict[str, Any]) -> None:
        if "assignee" in fields:
            person = self._person(fields)
            if person != issue.assignee:
                issue.changes.append((self.me, "assignee"))
            issue.assignee = person
        for name in ("summary", "description", "duedate"):
            if name in fields:
                setattr(issue, name, fields[name])
        if "labels" in fields:
            issue.labels = list(dict.fromkeys(fields["labels"]))
        if "priority" in fields:
            issue.priority = (fields["priority"] or {}).get("name")
        issue.custom |= {n: v for n, v in fields.items() if n.startswith("customfield_")}

    def put_issue(self, request: Request, key: str) -> Response:
        issue, wanted = self.state.find(key), request.json()
        if not issue:
            return self._no_issue()
        if not self.state.permissions.get("EDIT_ISSUES", True):
            return problem(403, "You do not have permission to edit issues in this project.")
        fields = dict(wanted.get("fields", {}))
        errors = self._field_errors(fields)
        if errors:
            return problem(400, **errors)
        self._set(issue, fields)
        for change in wanted.get("update", {}).get("labels", ()):
            if "add" in change and change["add"] not in issue.labels:
                issue.labels.append(change["add"])
            if change.get("remove") in issue.labels:
                issue.labels.remove(change["remove"])
        issue.properties |= {each["key"]: each["value"] for each in wanted.get("properties", ())}
        self.state.touch(issue)
        return Response(204)

    def put_property(self, request: Request, key: str, name: str) -> Response:
        issue = self.state.find(key)
        if not issue:
            return self._no_issue()
        issue.properties[name] = request.json()
        self.state.touch(issue)
        return Response(200)

    def transitions(self, _: Request, key: str) -> Response:
        issue = self.state.find(key)
        if not issue:
            return self._no_issue()
        allowed = [{"name": name} for name in RESOLUTIONS]
        fields = {"resolution": {"required": False, "name": "Resolution", "allowedValues": allowed}}
        made = [
            {"id": id_, "name": target, "to": {"name": target, "statusCategory": {"key": CATEGORIES[target]}},
             "fields": fields if self.state.resolution_on_screen and CATEGORIES[target] == "done" else {}}
            for id_, target in self.state.workflow[issue.status].items()
        ]  # fmt: skip
        return Response(200, {"transitions": made})

    def transition(self, request: Request, key: str) -> Response:
        issue, wanted = self.state.find(key), request.json()
        if not issue:
            return self._no_issue()
        target = self.state.workflow[issue.status].get(str(wanted["transition"]["id"]))
        if not target:
            return problem(400, "It seems that you have tried to perform an operation which you are not permitted to.")
        resolution = (wanted.get("fields", {}).get("resolution") or {}).get("name")
        if resolution and not (self.state.resolution_on_screen and CATEGORIES[target] == "done"):
            return problem(400, resolution="Field 'resolution' cannot be set. It is not on the appropriate screen.")
        self.state.transition(issue, target, self.me, resolution)
        return Response(204)

    def comments(self, _: Request, key: str) -> Response:
        issue = self.state.find(key)
        if not issue:
            return self._no_issue()
        made = [{"id": str(n), "author": self.user(a), "body": b} for n, (a, b) in enumerate(issue.comments)]
        return Response(200, {"startAt": 0, "maxResults": 100, "total": len(made), "comments": made})

    def comment(self, request: Request, key: str) -> Response:
        issue = self.state.find(key)
        if not issue:
            return self._no_issue()
        issue.comments.append((self.me, request.json()["body"]))
        self.state.touch(issue)
        return Response(201, {"id": str(len(issue.comments))})

    def link(self, request: Request) -> Response:
        """`inwardIssue` "duplicates" `outwardIssue`: the link stands at the inward one as its outward side."""
        wanted = request.json()
        one, other = (self.state.find(_id(wanted[side])) for side in ("inwardIssue", "outwardIssue"))
        if not one or not other:
            return self._no_issue()
        if wanted["type"]["name"] != "Duplicate":
            return problem(404, f"No issue link type with name '{wanted['type']['name']}' found.")
        self.state.duplicate(one, other, self.me)
        return Response(201)


ISSUE = r"/issue/([A-Za-z0-9_-]+)"
ROUTES = (
    ("GET", "/serverInfo", "server_info"),
    ("GET", "/myself", "myself"),
    ("GET", "/mypermissions", "permissions"),
    ("GET", "/user/search", "people"),
    ("GET", "/user/assignable/search", "people"),
    ("GET", r"/project/(\w+)", "project"),
    ("GET", r"/issue/createmeta/(\w+)/issuetypes", "issue_types"),
    ("GET", r"/issue/createmeta/(\w+)/issuetypes/(\w+)", "create_screen"),
    ("GET", "/search/jql", "search_token"),
    ("POST", "/search/jql", "search_token"),
    ("GET", "/search", "search_start"),
    ("POST", "/search", "search_start"),
    ("POST", "/issue/bulkfetch", "bulk_fetch"),
    ("POST", "/issue/bulk", "create_many"),
    ("POST", "/issue", "create_one"),
    ("POST", "/issueLink", "link"),
    ("GET", ISSUE, "get_issue"),
    ("PUT", ISSUE, "put_issue"),
    ("GET", f"{ISSUE}/changelog", "changelog"),
    ("PUT", f"{ISSUE}/properties/(\\w+)", "put_property"),
    ("GET", f"{ISSUE}/transitions", "transitions"),
    ("POST", f"{ISSUE}/transitions", "transition"),
    ("GET", f"{ISSUE}/comment", "comments"),
    ("POST", f"{ISSUE}/comment", "comment"),
)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _names(value: Any) -> set[str]:
    values = [value] if isinstance(value, str) else list(value or ())
    return {name for each in values for name in str(each).split(",") if name}


def _id(side: dict[str, str]) -> str:
    return side.get("id") or side.get("key") or ""
