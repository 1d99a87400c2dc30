"""A stateful GitHub over loopback HTTP: REST v3 of github.com, or of an Enterprise Server with its `/api/v3` prefix.

It answers as the documentation says and as recorded traffic shows, kind words and unkind ones: pages with Link
headers, ETags, redirects after a rename or transfer, silent dropping of labels without push access, both rate limits.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from typing import Any, Self
from urllib.parse import urlencode

import jwt
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from tests.fakes.github_graphql import answer
from tests.fakes.github_json import Shapes, stamp
from tests.fakes.github_state import BODY_LIMIT, LABEL_LIMIT, TITLE_LIMIT, App, Issue, Pull, Repo, State, Token
from tests.fakes.http import Before, Request, Response, Server

DOCS = "https://docs.github.com/rest"
ISSUE = "/repos/<owner>/<name>/issues/<int:number>"
ROUTES = {
    "GET /user": "me",
    "GET /rate_limit": "rate_limit",
    "POST /graphql": "graphql",
    "GET /app": "app",
    "POST /app/installations/<int:number>/access_tokens": "access_token",
    "GET /repos/<owner>/<name>/installation": "installation",
    "GET /repos/<owner>/<name>": "get_repo",
    "GET /repos/<owner>/<name>/labels": "list_labels",
    "GET /repos/<owner>/<name>/labels/<label>": "get_label",
    "GET /repos/<owner>/<name>/assignees": "list_assignees",
    "GET /repos/<owner>/<name>/assignees/<login>": "check_assignee",
    "GET /repos/<owner>/<name>/collaborators/<login>/permission": "collaborator",
    "GET /repos/<owner>/<name>/issues": "list_issues",
    "POST /repos/<owner>/<name>/issues": "create_issue",
    f"GET {ISSUE}": "get_issue",
    f"PATCH {ISSUE}": "edit_issue",
    f"GET {ISSUE}/comments": "list_comments",
    f"POST {ISSUE}/comments": "create_comment",
    "PATCH /repos/<owner>/<name>/issues/comments/<int:number>": "edit_comment",
    "GET /repos/<owner>/<name>/git/ref/heads/<path:branch>": "get_ref",
    "GET /repos/<owner>/<name>/pulls": "list_pulls",
    "POST /repos/<owner>/<name>/pulls": "create_pull",
    f"GET {ISSUE}/events": "list_events",
    f"GET {ISSUE}/timeline": "list_timeline",
    f"POST {ISSUE}/labels": "add_labels",
    f"DELETE {ISSUE}/labels/<label>": "remove_label",
}


@cache
def routes() -> Map:
    """The paths with a repository's name and those with its id; werkzeug compiles code for each, once is enough."""
    rules = [Rule(key.split()[1], methods=[key.split()[0]], endpoint=name) for key, name in ROUTES.items()]
    rules += [Rule(re.sub("^/repos/<owner>/<name>", "/repositories/<int:repo_id>", rule.rule), methods=rule.methods,
                   endpoint=rule.endpoint) for rule in rules if rule.rule.startswith("/repos/")]  # fmt: skip
    return Map(rules)


class Refused(Exception):
    def __init__(self, status: int, message: str, errors: list[Any] | None = None, **headers: str) -> None:
        super().__init__(message)
        body: dict[str, Any] = {"message": message, "documentation_url": DOCS, "status": str(status)}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.response = Response(status, body | ({"errors": errors} if errors else {}), named)


class FakeGitHub:
    """A context manager; people act through `state`, faults come in through `server.before` and `server.after`.

    `stale` hides issues younger than so many seconds from listings. `content_limit` is how many content-creating
    requests a minute are let through (None: all). `remaining` is what is left of the primary limit. `large` walks
    lists as GitHub does in large repositories: by the cursors in Link headers only. `tip` knows where branches stand.
    """

    def __init__(
        self,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        enterprise: bool = False,
        stale: float = 0,
        content_limit: int | None = None,
        large: bool = False,
        before: Before | None = None,
    ) -> None:
        self.state = State(now)
        self.prefix = "/api/v3" if enterprise else ""
        self.stale, self.content_limit, self.large = stale, content_limit, large
        self.limit = self.remaining = 5000
        self.reset_at = self.state.now() + timedelta(hours=1)
        self.server = Server(self.handle, before=before)
        self.tip: Callable[[Repo, str], str] = lambda _repo, _branch: ""
        self._contents: list[datetime] = []

    def __enter__(self) -> Self:
        self.server.start()
        self.shapes = Shapes(self.state, self.api_url, self.server.url)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    @property
    def api_url(self) -> str:
        return self.server.url + self.prefix

    # --- one request --------------------------------------------------------------------------------------------

    def handle(self, request: Request) -> Response:
        token: Token | None = None
        try:
            path = request.path.replace("/api/graphql", f"{self.prefix}/graphql") if self.prefix else request.path
            if not path.startswith(self.prefix + "/"):
                raise Refused(404, "Not Found")
            endpoint, values = routes().bind("fake").match(path.removeprefix(self.prefix), request.method)
            app = endpoint in {"app", "access_token", "installation"}
            token = None if app else self._token(request)
            self._count(request, endpoint)
            response = getattr(self, f"_{endpoint}")(request, token, **self._located(request, token, dict(values)))
        except HTTPException as error:
            response = Refused(error.code or 404, "Not Found").response
        except Refused as refused:
            response = refused.response
        return self._finish(request, token, response)

    def _token(self, request: Request) -> Token | None:
        _, _, secret = request.headers.get("authorization", "").partition(" ")
        if secret and secret not in self.state.tokens:
            raise Refused(401, "Bad credentials")
        return self.state.tokens[secret] if secret else None

    def _count(self, request: Request, endpoint: str) -> None:
        now = self.state.now()
        if now >= self.reset_at:
            self.remaining, self.reset_at = self.limit, now + timedelta(hours=1)
        if endpoint != "rate_limit":
            if self.remaining <= 0:
                raise Refused(403, "API rate limit exceeded for user ID 70001.")
            self.remaining -= 1
        if self.content_limit is not None and endpoint in {"create_issue", "create_comment"}:
            self._contents = [at for at in self._contents if now - at < timedelta(minutes=1)]
            if len(self._contents) >= self.content_limit:
                text = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
                raise Refused(403, text, Retry_After="60")
            self._contents.append(now)

    def _located(self, request: Request, token: Token | None, values: dict[str, Any]) -> dict[str, Any]:
        """The route's values with the repository in place of its name; raises the redirect that a former name gets."""
        if "owner" in values:
            asked = f"{values.pop('owner')}/{values.pop('name')}"
            repo = self.state.repos.get(self.state.names.get(asked.lower(), 0))
            if repo and repo.full_name.lower() != asked.lower():
                path = request.target.partition(asked)[2]
                raise self._redirect(request, f"{self.api_url}/repositories/{repo.id}{path}")
        elif "repo_id" in values:
            repo = self.state.repos.get(values.pop("repo_id"))
        else:
            return values
        unseen = repo is None or (token and not repo.allows(token.login, "read")) or (token is None and repo.private)
        if unseen and not request.path.endswith("/installation"):
            raise Refused(404, "Not Found")
        return values | {"repo": repo}

    def _redirect(self, request: Request, url: str) -> Refused:
        status = 301 if request.method == "GET" else 307
        refused = Refused(status, "Moved Permanently" if status == 301 else "Temporary Redirect", Location=url)
        refused.response.body["url"] = url
        return refused

    def _finish(self, request: Request, token: Token | None, response: Response) -> Response:
        headers = {
            "Date": format_datetime(self.state.now(), usegmt=True),
            "X-GitHub-Request-Id": "FAKE:0001",
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.remaining)),
            "X-RateLimit-Reset": str(int(self.reset_at.timestamp())),
            "X-RateLimit-Resource": "core",
        }
        if token and token.scopes is not None:
            headers["X-OAuth-Scopes"] = token.scopes
        if request.method == "GET" and response.status == 200:
            headers["ETag"] = etag = f'W/"{hashlib.sha256(response.payload()).hexdigest()}"'
            if request.headers.get("if-none-match") == etag:
                self.remaining += 1
                return Response(304, None, headers | {"X-RateLimit-Remaining": str(self.remaining)})
        return Response(response.status, response.body, headers | dict(response.headers))

    def _paged(
        self, request: Request, repo: Repo, entries: list[Any], shape: Callable[[Any], Any] = lambda entry: entry
    ) -> Response:
        """One page; only what stands on it takes its `shape`."""
        size = min(100, max(1, int(request.arg("per_page", "30"))))
        page = max(1, int(request.arg("page", "1")))
        if self.large and page > 1 and request.arg("after") != f"cursor-{page}":
            text = "Pagination with the page parameter is not supported for large datasets, please use cursor based"
            raise Refused(422, f"{text} pagination (after/before)")
        last = max(1, -(-len(entries) // size))
        tail = re.sub(r"^(/repos/[^/]+/[^/]+|/repositories/\d+)", "", request.path.removeprefix(self.prefix))
        wanted = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
        links = []
        for name, number in wanted.items():
            if not 1 <= number <= last or (name == "first" and page == 1) or (name == "last" and page == last):
                continue
            place = {"page": str(number)} | ({"after": f"cursor-{number}"} if self.large else {})
            query = urlencode({name: values[-1] for name, values in request.query.items()} | place)
            links.append(f'<{self.api_url}/repositories/{repo.id}{tail}?{query}>; rel="{name}"')
        headers = {"Link": ", ".join(links)} if links else {}
        return Response(200, [shape(entry) for entry in entries[(page - 1) * size : page * size]], headers)

    # --- accounts -----------------------------------------------------------------------------------------------

    def _me(self, request: Request, token: Token | None) -> Response:
        if token is None:
            raise Refused(401, "Requires authentication")
        if token.installation:
            raise Refused(403, "Resource not accessible by integration")
        return Response(200, self.shapes.me(self.state.user(token.login)))

    def _rate_limit(self, request: Request, token: Token | None) -> Response:
        reset = int(self.reset_at.timestamp())
        core = {"limit": self.limit, "remaining": self.remaining, "reset": reset, "used": self.limit - self.remaining}
        search = {"limit": 30, "remaining": 30, "reset": reset, "used": 0}
        return Response(200, {"resources": {"core": core, "search": search}, "rate": core})

    def _claimed(self, request: Request) -> App:
        """The App whose key signed the request. Its clock is the machine's: the client signs with that one."""
        secret = request.headers.get("authorization", "").partition(" ")[2]
        try:
            issuer = jwt.decode(secret, options={"verify_signature": False})["iss"]
            app = self.state.apps[int(issuer)]
            jwt.decode(secret, app.public_key, algorithms=["RS256"], issuer=str(issuer))
        except (jwt.PyJWTError, KeyError, ValueError) as error:
            raise Refused(401, "A JSON web token could not be decoded") from error
        return app

    def _app(self, request: Request, token: None) -> Response:
        return Response(200, self.shapes.app(self._claimed(request)))

    def _access_token(self, request: Request, token: None, number: int) -> Response:
        app = self._claimed(request)
        if number not in app.installations:
            raise Refused(404, "Not Found")
        secret = f"ghs_{next(self.state.ids)}"
        self.state.tokens[secret] = Token(f"{app.slug}[bot]", installation=True)
        body = {"token": secret, "expires_at": stamp(self.state.now() + timedelta(hours=1))}
        permissions = {"issues": "write", "metadata": "read"}
        return Response(201, body | {"permissions": permissions, "repository_selection": "selected"})

    def _installation(self, request: Request, token: None, repo: Repo | None) -> Response:
        app = self._claimed(request)
        found = [number for number, repo_id in app.installations.items() if repo and repo_id == repo.id]
        if not found:
            raise Refused(404, "Not Found")
        return Response(200, self.shapes.installation(app, found[0]))

    def _graphql(self, request: Request, token: Token | None) -> Response:
        if token is None:
            raise Refused(401, "This endpoint requires you to be authenticated.")
        sent = _fields(request)
        return Response(200, answer(self.state, self.shapes, token.login, sent["query"], sent.get("variables") or {}))

    # --- repositories -------------------------------------------------------------------------------------------

    def _get_repo(self, request: Request, token: Token | None, repo: Repo) -> Response:
        return Response(200, self.shapes.repo(repo, token))

    def _list_labels(self, request: Request, token: Token | None, repo: Repo) -> Response:
        return self._paged(request, repo, [self.shapes.label(repo, name) for name in repo.labels.values()])

    def _get_label(self, request: Request, token: Token | None, repo: Repo, label: str) -> Response:
        if label.lower() not in repo.labels:
            raise Refused(404, "Not Found")
        return Response(200, self.shapes.label(repo, repo.labels[label.lower()]))

    def _list_assignees(self, request: Request, token: Token | None, repo: Repo) -> Response:
        return self._paged(request, repo, [self.shapes.login(login) for login in repo.roles if repo.assignable(login)])

    def _check_assignee(self, request: Request, token: Token | None, repo: Repo, login: str) -> Response:
        if not repo.assignable(login):
            raise Refused(404, "Not Found")
        return Response(204)

    def _collaborator(self, request: Request, token: Token | None, repo: Repo, login: str) -> Response:
        if login.lower() not in self.state.users:
            raise Refused(404, f"{login} is not a user")
        role = repo.role(login)
        user = self.shapes.login(login) | {"role_name": role}
        return Response(200, {"permission": "write" if role == "triage" else role, "role_name": role, "user": user})

    # --- issues -------------------------------------------------------------------------------------------------

    def _issue(self, request: Request, token: Token | None, repo: Repo, number: int) -> Issue:
        issue = repo.issues.get(number)
        if not repo.has_issues and not (issue and issue.pull_request):
            raise Refused(410, "Issues are disabled for this repo")
        if issue is None:
            raise Refused(404, "Not Found")
        if issue.deleted:
            raise Refused(410, "This issue was deleted")
        if issue.moved_to:
            home = self.state.repos[issue.moved_to[0]]
            if not home.allows(token.login if token else "", "read"):
                raise Refused(404, "Not Found")
            raise self._redirect(request, f"{self.api_url}/repositories/{home.id}/issues/{issue.moved_to[1]}")
        return issue

    def _writer(self, token: Token | None, repo: Repo, *permissions: str) -> Token:
        """Who writes; an installation's token needs one of `permissions`, or that for issues."""
        if token is None:
            raise Refused(401, "Requires authentication")
        if repo.archived:
            raise Refused(403, "Repository was archived so is read-only.")
        if token.scopes is not None and not {"repo", "public_repo"} & set(token.scopes.split(", ")):
            raise Refused(404, "Not Found")
        granted = token.may_write(*(permissions or ("issues",)))
        if token.installation and not (granted and repo.allows(token.login, "read")):
            raise Refused(403, "Resource not accessible by integration")
        return token

    def _list_issues(self, request: Request, token: Token | None, repo: Repo) -> Response:
        if not repo.has_issues:
            raise Refused(410, "Issues are disabled for this repo")
        labels = {name.lower() for name in request.arg("labels").split(",") if name}
        state, creator, since = request.arg("state", "open"), request.arg("creator").lower(), request.arg("since")
        fresh = self.state.now() - timedelta(seconds=self.stale)
        found = [
            issue
            for issue in repo.issues.values()
            if not (issue.deleted or issue.moved_to)
            and state in {"all", issue.state}
            and labels <= {name.lower() for name in issue.labels}
            and (not creator or issue.author.lower() == creator)
            and (not since or issue.updated >= datetime.fromisoformat(since))
            and (not self.stale or issue.created <= fresh)
        ]
        keys = {"updated": lambda issue: issue.updated, "comments": lambda issue: len(issue.comments)}
        key = keys.get(request.arg("sort", "created"), lambda issue: issue.created)
        found.sort(key=lambda issue: (key(issue), issue.number), reverse=request.arg("direction", "desc") == "desc")
        return self._paged(request, repo, found, lambda issue: self.shapes.issue(repo, issue))

    def _create_issue(self, request: Request, token: Token | None, repo: Repo) -> Response:
        writer = self._writer(token, repo)
        if not repo.has_issues:
            raise Refused(410, "Issues are disabled for this repo")
        sent = _fields(request)
        if not str(sent.get("title") or "").strip():
            raise _invalid("Issue", "title", "missing_field")
        labels, assignees = self._allowed(sent, writer, repo)
        issue = self.state.open_issue(
            repo, writer.login, sent["title"], sent.get("body"), tuple(labels or ()), tuple(assignees or ())
        )
        answer = self.shapes.issue(repo, issue)
        return Response(201, answer, {"Location": answer["url"]})

    def _allowed(self, sent: dict[str, Any], writer: Token, repo: Repo) -> tuple[list[str] | None, list[str] | None]:
        """Labels and assignees that take effect, None for not sent; without push access both are silently dropped."""
        if len(sent.get("title") or "") > TITLE_LIMIT:
            raise _invalid("Issue", "title", "custom", f"title is too long (maximum is {TITLE_LIMIT} characters)")
        if len(sent.get("body") or "") > BODY_LIMIT:
            raise _invalid("Issue", "body", "custom", f"body is too long (maximum is {BODY_LIMIT} characters)")
        if not repo.allows(writer.login, "triage"):
            return None, None
        labels = sent.get("labels")
        if labels is not None:
            labels = [label if isinstance(label, str) else label["name"] for label in labels]
            if any(len(label) > LABEL_LIMIT or "," in label for label in labels):
                raise _invalid("Label", "name", "invalid")
            if not repo.allows(writer.login, "write"):
                labels = [label for label in labels if label.lower() in repo.labels]
        assignees = sent.get("assignees")
        for login in assignees or ():
            if not repo.assignable(login):
                raise _invalid("Issue", "assignees", "invalid", value=login)
        return labels, assignees

    def _get_issue(self, request: Request, token: Token | None, repo: Repo, number: int) -> Response:
        return Response(200, self.shapes.issue(repo, self._issue(request, token, repo, number)))

    def _edit_issue(self, request: Request, token: Token | None, repo: Repo, number: int) -> Response:
        issue = self._issue(request, token, repo, number)
        writer, sent = self._writer(token, repo), _fields(request)
        if issue.author != writer.login and not repo.allows(writer.login, "triage"):
            raise Refused(403, "Must have admin rights to Repository.")
        labels, assignees = self._allowed(sent, writer, repo)
        if sent.get("state_reason") not in {None, "completed", "not_planned", "duplicate", "reopened"}:
            raise _invalid("Issue", "state_reason", "invalid")
        if sent.get("title") is not None:
            self.state.retitle(issue, writer.login, sent["title"])
        if "body" in sent:
            self.state.rewrite(issue, sent["body"])
        if labels is not None:
            self.state.label(repo, issue, writer.login, labels)
        if assignees is not None:
            self.state.assign(issue, writer.login, assignees)
        if sent.get("state") == "closed" and issue.state == "open":
            self.state.close(issue, writer.login, sent.get("state_reason") or "completed")
        if sent.get("state") == "open" and issue.state == "closed":
            self.state.reopen(issue, writer.login)
        return Response(200, self.shapes.issue(repo, issue))

    def _list_comments(self, request: Request, token: Token | None, repo: Repo, number: int) -> Response:
        issue = self._issue(request, token, repo, number)
        return self._paged(request, repo, [self.shapes.comment(repo, issue, comment) for comment in issue.comments])

    def _create_comment(self, request: Request, token: Token | None, repo: Repo, number: int) -> Response:
        issue = self._issue(request, token, repo, number)
        allowed = ("issues", "pull_requests") if issue.pull_request else ("issues",)
        writer, sent = self._writer(token, repo, *allowed), _fields(request)
        if not sent.get("body"):
            raise _invalid("IssueComment", "body", "missing_field")
        if len(sent["body"]) > BODY_LIMIT:
            raise _invalid("IssueComment", "body", "custom", f"body is too long (maximum is {BODY_LIMIT} characters)")
        comment = self.state.comment(issue, writer.login, sent["body"])
        for mentioned in re.findall(r"(?<![\w/])#(\d+)", comment.body):
            if other := repo.issues.get(int(mentioned)):
                self.state.event(other, writer.login, "cross-referenced", source=issue)
        return Response(201, self.shapes.comment(repo, issue, comment))

    def _edit_comment(self, request: Request, token: Token | None, repo: Repo, number: int) -> Response:
        found = [(issue, each) for issue in repo.issues.values() for each in issue.comments if each.id == number]
        if not found:
            raise Refused(404, "Not Found")
        issue, comment = found[0]
        allowed = ("issues", "pull_requests") if issue.pull_request else ("issues",)
        writer, sent = self._writer(token, repo, *allowed), _fields(request)
        if comment.author != writer.login and not repo.allows(writer.login, "write"):
            raise Refused(403, "Must have admin rights to Repository.")
        if len(sent["body"]) > BODY_LIMIT:
            raise _invalid("IssueComment", "body", "custom", f"body is too long (maximum is {BODY_LIMIT} characters)")
        comment.body = sent["body"]
        return Response(200, self.shapes.comment(repo, issue, comment))

    # --- pull requests ------------------------------------------------------------------------------------------

    def _get_ref(self, request: Request, token: Token | None, repo: Repo, branch: str) -> Response:
        if not (tip := self.tip(repo, branch)):
            raise Refused(404, "Not Found")
        return Response(200, self.shapes.ref(repo, branch, tip))

    def _list_pulls(self, request: Request, token: Token | None, repo: Repo) -> Response:
        head, base, state = request.arg("head"), request.arg("base"), request.arg("state", "open")
        found = [
            issue
            for issue in repo.issues.values()
            if issue.pull
            and state in {"all", issue.state}
            and head in {"", f"{issue.pull.owner}:{issue.pull.head}"}
            and base in {"", issue.pull.base}
        ]
        return self._paged(request, repo, [self.shapes.pull(repo, issue, self._head(repo, issue)) for issue in found])

    def _head(self, repo: Repo, issue: Issue) -> str:
        """Where the branch stands, or stood when the pull request was closed."""
        assert issue.pull
        if issue.state == "open":
            issue.pull.tip = self.tip(repo, issue.pull.head)
        return issue.pull.tip

    def _create_pull(self, request: Request, token: Token | None, repo: Repo) -> Response:
        writer, sent = self._writer(token, repo, "pull_requests"), _fields(request)
        if writer.login == "github-actions[bot]" and not repo.actions_open_pulls:
            raise Refused(403, "GitHub Actions is not permitted to create or approve pull requests.")
        head, base = sent["head"], sent["base"]
        if not self.tip(repo, head):
            raise _invalid("PullRequest", "head", "invalid")
        same = [
            i for i in repo.issues.values() if i.pull and (i.pull.head, i.pull.base, i.state) == (head, base, "open")
        ]
        if same:
            text = f"A pull request already exists for {repo.owner}:{head}."
            raise _invalid("PullRequest", "", "custom", text)
        issue = self.state.open_issue(repo, writer.login, sent["title"], sent.get("body"), pull_request=True)
        issue.pull = Pull(repo.owner, head, base)
        return Response(201, self.shapes.pull(repo, issue, self._head(repo, issue)))

    def _list_events(self, request: Request, token: Token | None, repo: Repo, number: int) -> Response:
        issue = self._issue(request, token, repo, number)
        events = [event for event in issue.events if event.name != "cross-referenced"]
        return self._paged(request, repo, [self.shapes.event(repo, event) for event in events])

    def _list_timeline(self, request: Request, token: Token | None, repo: Repo, number: int) -> Response:
        issue = self._issue(request, token, repo, number)
        return self._paged(request, repo, self.shapes.timeline(repo, issue))

    def _add_labels(self, request: Request, token: Token | None, repo: Repo, number: int) -> Response:
        issue = self._issue(request, token, repo, number)
        labels = self._pushed_labels(request, token, repo)
        self.state.label(repo, issue, self._writer(token, repo).login, [*issue.labels, *labels])
        return Response(200, [self.shapes.label(repo, name) for name in issue.labels])

    def _pushed_labels(self, request: Request, token: Token | None, repo: Repo) -> list[str]:
        writer = self._writer(token, repo)
        if not repo.allows(writer.login, "triage"):
            raise Refused(403, "Must have admin rights to Repository.")
        return self._allowed(_fields(request), writer, repo)[0] or []

    def _remove_label(self, request: Request, token: Token | None, repo: Repo, number: int, label: str) -> Response:
        issue = self._issue(request, token, repo, number)
        writer = self._writer(token, repo)
        if not repo.allows(writer.login, "triage"):
            raise Refused(403, "Must have admin rights to Repository.")
        left = [name for name in issue.labels if name.lower() != label.lower()]
        if len(left) == len(issue.labels):
            raise Refused(404, "Label does not exist")
        self.state.label(repo, issue, writer.login, left)
        return Response(200, [self.shapes.label(repo, name) for name in issue.labels])


def _fields(request: Request) -> dict[str, Any]:
    try:
        sent = request.json()
    except json.JSONDecodeError as error:
        raise Refused(400, "Problems parsing JSON") from error
    if not isinstance(sent, dict):
        raise Refused(400, "Body should be a JSON object")
    return sent


def _invalid(resource: str, field: str, code: str, message: str = "", value: str = "") -> Refused:
    error = {"resource": resource, "field": field, "code": code}
    more = {name: text for name, text in {"message": message, "value": value}.items() if text}
    return Refused(422, "Validation Failed", [error | more])
