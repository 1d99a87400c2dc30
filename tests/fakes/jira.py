"""A stateful Jira over HTTP, as Cloud and as Data Center: REST API v2 as far as pmsync speaks it.

Shapes follow developer.atlassian.com/cloud/jira/platform/rest/v2 and developer.atlassian.com/server/jira/platform:
search by nextPageToken or startAt, bulk create with per-element errors, entity properties, transitions that depend on
the status, create metadata, index lag, moved and deleted issues. Anything it does not know is a 404.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC
from email.utils import format_datetime
from typing import Any, Self

from tests.fakes import adf
from tests.fakes.http import Request, Response, Server
from tests.fakes.jira_fields import field_errors, label_errors, set_fields
from tests.fakes.jira_json import KINDS, JiraJson, listed, no_project, nothing_here, problem
from tests.fakes.jira_state import CATEGORIES, RESOLUTIONS, Issue, JiraState
from tests.fakes.jql import JqlError, compile_jql

CLOUD_ID = "11223344-a1b2-3b33-c444-def123456789"
GATEWAY = f"/ex/jira/{CLOUD_ID}"
LARGEST_PAGE = 100
BULK = 50
SEARCH_CLOUD = frozenset(
    {"expand", "fields", "fieldsByKeys", "jql", "maxResults", "nextPageToken", "properties", "reconcileIssues"}
)
SEARCH_SERVER = frozenset({"expand", "fields", "jql", "maxResults", "startAt", "validateQuery"})


class FakeJira:
    """Serve `state`; `tokens` maps an Authorization header's secret to the account it belongs to.

    One of Cloud is reached at its site (`url`), and at the `gateway`, the only place that takes the `scoped` tokens.
    """

    def __init__(self, state: JiraState, tokens: dict[str, str]) -> None:
        self.state, self.tokens = state, tokens
        self.scoped: set[str] = set()
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

    @property
    def gateway(self) -> str:
        return f"{self.url}{GATEWAY}"

    @property
    def show(self) -> JiraJson:
        return JiraJson(self.state, self.url)

    def handle(self, request: Request) -> Response:
        cloud = self.state.cloud
        if cloud and request.path == "/_edge/tenant_info":
            return Response(200, {"cloudId": CLOUD_ID})
        via_gateway = cloud and request.path.startswith(GATEWAY)
        answer = self._answer(replace(request, path=request.path.removeprefix(GATEWAY)) if via_gateway else request,
                              frozenset() if via_gateway else self.scoped)  # fmt: skip
        date = format_datetime(self.state.now().astimezone(UTC), usegmt=True)
        return Response(answer.status, answer.body, {"Date": date, **answer.headers})

    def _answer(self, request: Request, unknown: Collection[str]) -> Response:
        header = request.headers.get("authorization", "")
        self.me = self._account(header, unknown)
        if not self.me and (header or not request.path.endswith("/serverInfo")):
            return problem(401, "You are not authenticated. Authentication required to perform this operation.")
        try:
            request.json()
        except ValueError:
            return problem(400, "There was an error parsing JSON. Check that your request body is valid.")
        for method, pattern, name in ROUTES:
            version = "[23]" if self.state.cloud and pattern == ISSUE else "2"
            match = re.fullmatch(rf"/rest/api/{version}{pattern}", request.path)
            if match and method == request.method:
                found: Callable[..., Response] = getattr(self, name)
                return found(request, *match.groups())
        return nothing_here(request)

    def _account(self, header: str, unknown: Collection[str]) -> str:
        kind, _, secret = header.partition(" ")
        if kind == "Basic":
            secret = base64.b64decode(secret).decode().partition(":")[2]
        return "" if secret in unknown else self.tokens.get(secret, "")

    # --- the instance -------------------------------------------------------------------------------------------

    def server_info(self, _: Request) -> Response:
        return Response(200, self.show.server())

    def myself(self, _: Request) -> Response:
        return Response(200, self._person_json(self.me))

    def _person_json(self, account: str) -> dict[str, Any]:
        return {**(self.show.user(account) or {}), "emailAddress": self.state.people.get(account, "")}

    def people(self, request: Request) -> Response:
        """Cloud finds by the whole `accountId`, or by how an attribute begins as `query`; Data Center by `username`."""
        if request.path.endswith("/assignable/search") and not (request.arg("project") or request.arg("issueKey")):
            return problem(400, "Either 'project' or 'issueKey' query parameters need to be provided.")
        exact = request.arg("accountId") if self.state.cloud else ""
        query = request.arg("query" if self.state.cloud else "username").lower()
        if not query and not exact:
            return problem(400, "The username or property query parameter must be provided.")
        people = self.state.people.items()
        found = [a for a, email in people if a.lower().startswith(query) or email.lower().startswith(query)]
        shown = [a for a, _ in people if a == exact] if exact else found
        start, size = int(request.arg("startAt", "0")), min(int(request.arg("maxResults", "50")), 1000)
        return Response(200, [self._person_json(a) for a in shown[start : start + size]])

    def permissions(self, request: Request) -> Response:
        names = listed(request.arg("permissions"))
        if not names:
            return problem(400, "The 'permissions' query parameter is required.")
        have = {
            n: {"id": n, "key": n, "name": n, "type": "PROJECT", "havePermission": self.state.permissions.get(n, True)}
            for n in sorted(names)
        }
        return Response(200, {"permissions": have})

    def configuration(self, _: Request) -> Response:
        names = ("voting", "watching", "subTasks", "timeTracking", "attachments", "issueLinking")
        shown = {f"{name}Enabled": True for name in names}
        return Response(200, {**shown, "unassignedIssuesAllowed": self.state.unassigned})

    def project(self, _: Request, key: str) -> Response:
        if key not in self.state.projects:
            return no_project(key)
        return Response(200, {**self.show.project(key), "issueTypes": [self.show.kind(id_) for id_ in KINDS]})

    def issue_types(self, request: Request, key: str) -> Response:
        if key not in self.state.projects:
            return no_project(key)
        return Response(200, self.show.page("issueTypes", [self.show.kind(id_) for id_ in KINDS], request))

    def create_screen(self, request: Request, key: str, kind: str) -> Response:
        if key not in self.state.projects or kind not in KINDS:
            return problem(404, "The issue type could not be found.")
        return Response(200, self.show.page("fields", self.show.screen(), request))

    # --- searching ----------------------------------------------------------------------------------------------

    def search_token(self, request: Request) -> Response:
        """Cloud: pages by nextPageToken, no total, and nothing but ids unless fields are named."""
        if not self.state.cloud:
            return nothing_here(request)
        wanted = self._wanted(request)
        size, token = str(wanted.get("maxResults") or 50), str(wanted.get("nextPageToken") or 0)
        if request.method == "POST" and set(wanted) - SEARCH_CLOUD:
            return problem(400, "Invalid request payload. Refer to the REST API documentation and try again.")
        if not size.isdigit() or not 1 <= int(size) <= 5000:
            return problem(400, "The maxResults parameter must be between 1 and 5000.")
        if not token.isdigit():
            return problem(400, "Invalid nextPageToken.")
        if not re.split(r"\bORDER BY\b", str(wanted.get("jql", "")), flags=re.IGNORECASE)[0].strip():
            return problem(400, "Unbounded JQL queries are not allowed here. Please add a search restriction.")
        found = self._found(wanted)
        if isinstance(found, Response):
            return found
        start, end = int(token), int(token) + min(int(size), LARGEST_PAGE)
        last = end >= len(found)
        issues = [self.show.issue(i, wanted) if wanted.get("fields") else {"id": i.id} for i in found[start:end]]
        return Response(200, {"issues": issues, "isLast": last, **({} if last else {"nextPageToken": str(end)})})

    def search_start(self, request: Request) -> Response:
        """Data Center: pages by startAt. Gone on Cloud."""
        if self.state.cloud:
            return problem(410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.")
        wanted = self._wanted(request)
        known = SEARCH_SERVER | ({"properties"} if self.state.properties_in_search else set())
        unknown = sorted(set(wanted) - known)
        if unknown and request.method == "POST":
            bean = "Class com.atlassian.jira.rest.v2.search.SearchRequestBean"
            return problem(400, f'Unrecognized field "{unknown[0]}" ({bean}), not marked as ignorable')
        wanted = {name: value for name, value in wanted.items() if name in known}
        found = self._found(wanted)
        if isinstance(found, Response):
            return found
        start, size = int(wanted.get("startAt") or 0), min(int(wanted.get("maxResults") or 50), 1000)
        page = [self.show.issue(issue, wanted) for issue in found[start : start + size]]
        return Response(200, {"startAt": start, "maxResults": size, "total": len(found), "issues": page})

    def _wanted(self, request: Request) -> dict[str, Any]:
        if request.method == "POST":
            return dict(request.json() or {})
        several = {"fields", "properties", "expand"}
        return {name: (list(v) if name in several else v[-1]) for name, v in request.query.items()}

    def _found(self, wanted: dict[str, Any]) -> list[Issue] | Response:
        try:
            query = compile_jql(str(wanted.get("jql", "")))
        except JqlError as error:
            return problem(400, f"Error in the JQL Query: {error}")
        checked = str(wanted.get("validateQuery", "true")).lower() != "false"
        missing = sorted(name for name in query.ids if not self._visible(name))
        if missing and not self.state.cloud and checked:
            return problem(400, *(f"A value with ID '{name}' does not exist for the field 'id'." for name in missing))
        # "HTTP 400 Bad Request on the search endpoint", Atlassian's knowledge base: data that the query names and that
        # does not exist, such as a user who was deleted.
        strangers = sorted(query.accounts - self.state.people.keys())
        if strangers and checked:
            return problem(400, *(f"The value '{name}' does not exist for the field 'creator'." for name in strangers))
        return [issue for issue in self.state.searchable() if query.test(issue)]

    def bulk_fetch(self, request: Request) -> Response:
        """Cloud only; reads the database, not the index, and says nothing of issues that it does not find."""
        if not self.state.cloud:
            return nothing_here(request)
        wanted = request.json()
        keys = wanted["issueIdsOrKeys"]
        if len(keys) > 100:
            return problem(400, "You can fetch at most 100 issues.")
        found = {issue.id: issue for key in keys if (issue := self._visible(key))}
        issues = [self.show.issue(issue, wanted) for issue in found.values()]
        return Response(200, {"issues": issues, "issueErrors": []})

    # --- issues -------------------------------------------------------------------------------------------------

    def get_issue(self, request: Request, key: str) -> Response:
        issue = self._visible(key)
        if issue is None:
            return self._no_issue()
        shown = self.show.issue(issue, self._wanted(request))
        if request.path.startswith("/rest/api/3/") and "description" in shown["fields"]:
            shown["fields"]["description"] = issue.adf or (
                adf.from_wiki(issue.description) if issue.description else None
            )
        return Response(200, shown)

    def _visible(self, key: str) -> Issue | None:
        issue = self.state.find(key)
        return None if issue is None or issue.hidden else issue

    def _no_issue(self) -> Response:
        return problem(404, "Issue does not exist or you do not have permission to see it.")

    def changelog(self, request: Request, key: str) -> Response:
        """Cloud only; Data Center shows it as a part of the issue."""
        issue = self.state.find(key)
        if not self.state.cloud:
            return nothing_here(request)
        if not issue:
            return self._no_issue()
        values = self.show.histories(issue)
        shown = {"self": f"{self.url}{request.path}", "startAt": 0, "maxResults": 100, "total": len(values)}
        return Response(200, {**shown, "isLast": True, "values": values})

    def create_one(self, request: Request) -> Response:
        made = self._create(request.json())
        return Response(201, self.show.made(made)) if isinstance(made, Issue) else Response(400, made)

    def create_many(self, request: Request) -> Response:
        updates = request.json()["issueUpdates"]
        if len(updates) > BULK:
            return problem(400, f"The number of issues exceeds the limit of {BULK}.")
        issues, errors = [], []
        for number, each in enumerate(updates):
            made = self._create(each)
            if isinstance(made, Issue):
                issues.append(self.show.made(made))
            else:
                errors.append({"status": 400, "elementErrors": made, "failedElementNumber": number})
        return Response(201 if issues else 400, {"issues": issues, "errors": errors})

    def _create(self, wanted: dict[str, Any]) -> Issue | dict[str, Any]:
        fields = dict(wanted["fields"])
        project = (fields.pop("project", None) or {}).get("key", "")
        kind = fields.pop("issuetype", None) or {}
        errors = {} if project in self.state.projects else {"project": "valid project is required"}
        kinds = [id_ for id_, name in KINDS.items() if kind.get("id") == id_ or kind.get("name") == name]
        if not kinds:
            errors["issuetype"] = "Specify a valid issue type"
        if not self.state.permissions.get("CREATE_ISSUES", True):
            errors["project"] = "You do not have permission to create issues in this project."
        errors |= {n: f"{n} is required." for n in (*self.state.required, *self.state.demands) if not fields.get(n)}
        if not self.state.unassigned and not fields.get("assignee"):
            # as reported for lesstif/php-jira-rest-client#290
            errors["assignee"] = "Issues must be assigned."
        errors |= self._field_errors(fields)
        if "summary" not in fields:
            errors["summary"] = "You must specify a summary of the issue."
        if errors:
            return {"errorMessages": [], "errors": errors}
        issue = self.state.create(project, self.me, kind=kinds[0])
        set_fields(self.state, issue, fields)
        issue.properties = {each["key"]: each["value"] for each in wanted.get("properties", ())}
        self.state.index(issue)
        return issue

    def _field_errors(self, fields: dict[str, Any]) -> dict[str, str]:
        return field_errors(self.state, fields)

    def put_issue(self, request: Request, key: str) -> Response:
        issue, wanted = self.state.find(key), request.json()
        if not issue:
            return self._no_issue()
        if not self.state.permissions.get("EDIT_ISSUES", True):
            return problem(403, "You do not have permission to edit issues in this project.")
        fields, update = dict(wanted.get("fields", {})), dict(wanted.get("update", {}))
        shown, modern = fields.get("description"), request.path.startswith("/rest/api/3/")
        if shown is not None and isinstance(shown, dict) != modern:
            return problem(
                400, description="Operation value must be " + ("an Atlassian Document" if modern else "a string")
            )
        if modern and shown is not None:
            fields["description"] = adf.to_wiki(shown)
        labels = update.pop("labels", [])
        errors = {n: f"Field '{n}' cannot be set. It is not on the appropriate screen, or unknown." for n in update}
        errors |= self._field_errors(fields) | label_errors(each["add"] for each in labels if "add" in each)
        off = (self.state.not_editable & fields.keys()) | (self.state.not_editable & ({"labels"} if labels else set()))
        errors |= {n: f"Field '{n}' cannot be set. It is not on the appropriate screen, or unknown." for n in off}
        if labels and "labels" in fields:
            errors["labels"] = "Field 'labels' cannot appear in both 'fields' and 'update'"
        if errors:
            return problem(400, **errors)
        before = replace(issue, labels=list(issue.labels), custom=dict(issue.custom))
        set_fields(self.state, issue, fields)
        if "description" in fields:
            issue.adf = shown if modern else None
        for change in labels:
            if "add" in change and change["add"] not in issue.labels:
                issue.labels.append(change["add"])
            if change.get("remove") in issue.labels:
                issue.labels.remove(change["remove"])
        issue.properties |= {each["key"]: each["value"] for each in wanted.get("properties", ())}
        names = ("summary", "description", "labels", "assignee", "duedate", "priority", "custom")
        self.state.touch(issue, self.me, *(n for n in names if getattr(issue, n) != getattr(before, n)))
        return Response(204)

    def get_property(self, _: Request, key: str, name: str) -> Response:
        issue = self.state.find(key)
        if not issue:
            return self._no_issue()
        if name not in issue.properties:
            return problem(404, f"The property {name} was not found.")
        return Response(200, {"key": name, "value": issue.properties[name]})

    def put_property(self, request: Request, key: str, name: str) -> Response:
        """201 for a new one, 200 for another value."""
        issue = self.state.find(key)
        if not issue:
            return self._no_issue()
        status = 200 if name in issue.properties else 201
        issue.properties[name] = request.json()
        self.state.touch(issue)
        return Response(status)

    def transitions(self, request: Request, key: str) -> Response:
        issue = self.state.find(key)
        if not issue:
            return self._no_issue()
        fields = "transitions.fields" in listed(request.arg("expand"))
        return Response(200, {"expand": "transitions", "transitions": self.show.transitions(issue, fields=fields)})

    def transition(self, request: Request, key: str) -> Response:
        issue, wanted = self.state.find(key), request.json()
        if not issue:
            return self._no_issue()
        id_ = str((wanted.get("transition") or {}).get("id", ""))
        target = self.state.workflow[issue.status].get(id_)
        if not target:
            return problem(400, f"Transition id '{id_}' is not valid for this issue.")
        resolution = (wanted.get("fields", {}).get("resolution") or {}).get("name")
        if resolution and not (self.state.resolution_on_screen and CATEGORIES[target] == "done"):
            missing = "Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown."
            return problem(400, resolution=missing)
        if resolution and resolution not in RESOLUTIONS:
            return problem(400, resolution=f"Resolution name '{resolution}' is not valid")
        self.state.transition(issue, target, self.me, resolution)
        return Response(204)

    def comments(self, _: Request, key: str) -> Response:
        issue = self.state.find(key)
        if not issue:
            return self._no_issue()
        made = self.show.comments(issue)
        return Response(200, {"startAt": 0, "maxResults": 5000, "total": len(made), "comments": made})

    def comment(self, request: Request, key: str) -> Response:
        issue = self.state.find(key)
        if not issue:
            return self._no_issue()
        body = str(request.json().get("body") or "")
        if not body.strip():
            return problem(400, comment="Comment body can not be empty!")
        issue.comments.append((self.me, body))
        self.state.touch(issue)
        return Response(201, self.show.comment(issue, len(issue.comments) - 1))

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
    ("GET", "/configuration", "configuration"),
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
    ("GET", f"{ISSUE}/properties/(\\w+)", "get_property"),
    ("PUT", f"{ISSUE}/properties/(\\w+)", "put_property"),
    ("GET", f"{ISSUE}/transitions", "transitions"),
    ("POST", f"{ISSUE}/transitions", "transition"),
    ("GET", f"{ISSUE}/comment", "comments"),
    ("POST", f"{ISSUE}/comment", "comment"),
)


def _id(side: dict[str, str]) -> str:
    return side.get("id") or side.get("key") or ""
