"""GitHub's answers as JSON, made from the state of the fake; its tests hold them to the official models."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from tests.fakes.github_state import App, Comment, Event, Issue, Repo, State, Token, User

_REPO_LINKS = """
archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads
events forks git_commits git_refs git_tags issue_comment issue_events issues keys labels languages merges milestones
notifications pulls releases stargazers statuses subscribers subscription tags teams trees hooks
""".split()
_USER_LINKS = """
followers following gists starred subscriptions organizations repos events received_events
""".split()
_COUNTS = """
forks_count stargazers_count watchers_count size subscribers_count network_count forks watchers
""".split()


def stamp(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def node(kind: str, number: int) -> str:
    return base64.b64encode(f"{kind}:{number}".encode()).decode()


class Shapes:
    """`api` and `web` are the roots of the addresses in the answers, without a slash at the end."""

    def __init__(self, state: State, api: str, web: str) -> None:
        self.state, self.api, self.web = state, api, web

    def login(self, login: str) -> dict[str, Any]:
        return self.user(self.state.user(login))

    def user(self, user: User) -> dict[str, Any]:
        url = f"{self.api}/users/{user.login}"
        links = {f"{name}_url": f"{url}/{name}" for name in _USER_LINKS}
        return links | {
            "login": user.login,
            "id": user.id,
            "node_id": node("U", user.id),
            "avatar_url": f"{self.web}/avatars/{user.id}",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{self.web}/{user.login}",
            "type": user.type,
            "site_admin": False,
        }

    def me(self, user: User) -> dict[str, Any]:
        """The answer of /user."""
        texts = dict.fromkeys(("company", "blog", "location", "email", "hireable", "bio"))
        counts = ("public_repos", "public_gists", "followers", "following", "private_gists", "collaborators")
        more = ("total_private_repos", "owned_private_repos", "disk_usage")
        at = "2020-01-01T00:00:00Z"
        return (
            self.user(user)
            | texts
            | dict.fromkeys(counts + more, 0)
            | {"name": user.login.title(), "created_at": at, "updated_at": at, "two_factor_authentication": True}
        )

    def repo(self, repo: Repo, token: Token | None) -> dict[str, Any]:
        url = f"{self.api}/repos/{repo.full_name}"
        at = "2020-01-01T00:00:00Z"
        answer = {f"{name}_url": f"{url}/{name}" for name in _REPO_LINKS} | dict.fromkeys(_COUNTS, 0)
        names = ("description", "homepage", "language", "mirror_url", "license")
        open_issues = sum(issue.state == "open" for issue in repo.issues.values())
        return (
            answer
            | dict.fromkeys(names)
            | {f"{name}_url": f"{self.web}/{repo.full_name}.git" for name in ("git", "ssh", "clone", "svn")}
            | {"id": repo.id, "node_id": node("R", repo.id), "name": repo.name, "full_name": repo.full_name}
            | {"owner": self.login(repo.owner), "private": repo.private, "fork": False, "default_branch": "main"}
            | {"html_url": f"{self.web}/{repo.full_name}", "url": url, "disabled": False, "archived": repo.archived}
            | {"has_issues": repo.has_issues, "has_projects": True, "has_wiki": True, "has_pages": False}
            | {"has_discussions": False, "open_issues": open_issues, "open_issues_count": open_issues}
            | {"pushed_at": at, "created_at": at, "updated_at": at}
            | ({"permissions": _permissions(repo, token)} if token else {})
        )

    def label(self, repo: Repo, name: str) -> dict[str, Any]:
        return {
            "id": sum(name.encode()),
            "node_id": node("LA", sum(name.encode())),
            "url": f"{self.api}/repos/{repo.full_name}/labels/{name}",
            "name": name,
            "color": "ededed",
            "default": False,
            "description": None,
        }

    def issue(self, repo: Repo, issue: Issue) -> dict[str, Any]:
        url = f"{self.api}/repos/{repo.full_name}/issues/{issue.number}"
        kind = "pull" if issue.pull_request else "issues"
        answer: dict[str, Any] = {
            "id": issue.id,
            "node_id": node("I", issue.id),
            "number": issue.number,
            "url": url,
            "repository_url": f"{self.api}/repos/{repo.full_name}",
            "labels_url": url + "/labels{/name}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "timeline_url": f"{url}/timeline",
            "html_url": f"{self.web}/{repo.full_name}/{kind}/{issue.number}",
            "state": issue.state,
            "state_reason": issue.reason,
            "title": issue.title,
            "body": issue.body,
            "user": self.login(issue.author),
            "labels": [self.label(repo, name) for name in issue.labels],
            "assignee": self.login(issue.assignees[0]) if issue.assignees else None,
            "assignees": [self.login(login) for login in issue.assignees],
            "milestone": None,
            "locked": False,
            "active_lock_reason": None,
            "comments": len(issue.comments),
            "created_at": stamp(issue.created),
            "updated_at": stamp(issue.updated),
            "closed_at": stamp(issue.closed),
            "closed_by": self.login(issue.closed_by) if issue.closed_by else None,
            "author_association": "CONTRIBUTOR",
        }
        if issue.pull_request:
            pull = f"{self.api}/repos/{repo.full_name}/pulls/{issue.number}"
            html = answer["html_url"]
            links = {"url": pull, "html_url": html, "diff_url": f"{html}.diff", "patch_url": f"{html}.patch"}
            answer["pull_request"] = links | {"merged_at": None}
        return answer

    def ref(self, repo: Repo, branch: str, tip: str) -> dict[str, Any]:
        url = f"{self.api}/repos/{repo.full_name}/git"
        target = {"type": "commit", "sha": tip, "url": f"{url}/commits/{tip}"}
        name = f"refs/heads/{branch}"
        return {"ref": name, "node_id": node("REF", repo.id), "url": f"{url}/{name}", "object": target}

    def pull(self, repo: Repo, issue: Issue, tip: str) -> dict[str, Any]:
        """What pmsync reads of a pull request, and what says what it is; the rest of its many fields is left out."""
        pull = issue.pull
        assert pull
        url = f"{self.api}/repos/{repo.full_name}/pulls/{issue.number}"
        return {
            "id": issue.id,
            "number": issue.number,
            "url": url,
            "html_url": f"{self.web}/{repo.full_name}/pull/{issue.number}",
            "state": issue.state,
            "title": issue.title,
            "body": issue.body,
            "user": self.login(issue.author),
            "head": {"label": f"{pull.owner}:{pull.head}", "ref": pull.head, "sha": tip},
            "base": {"label": f"{repo.owner}:{pull.base}", "ref": pull.base},
        }

    def comment(self, repo: Repo, issue: Issue, comment: Comment) -> dict[str, Any]:
        url = f"{self.api}/repos/{repo.full_name}/issues"
        return {
            "id": comment.id,
            "node_id": node("IC", comment.id),
            "url": f"{url}/comments/{comment.id}",
            "html_url": f"{self.web}/{repo.full_name}/issues/{issue.number}#issuecomment-{comment.id}",
            "issue_url": f"{url}/{issue.number}",
            "user": self.login(comment.author),
            "body": comment.body,
            "created_at": stamp(comment.at),
            "updated_at": stamp(comment.at),
            "author_association": "CONTRIBUTOR",
        }

    def event(self, repo: Repo, event: Event) -> dict[str, Any]:
        if event.name == "cross-referenced":
            source = {"type": "issue", "issue": self.issue(repo, event.more["source"])}
            times = {"created_at": stamp(event.at), "updated_at": stamp(event.at)}
            return {"event": event.name, "actor": self.login(event.actor), "source": source} | times
        answer = {
            "id": event.id,
            "node_id": node("E", event.id),
            "url": f"{self.api}/repos/{repo.full_name}/issues/events/{event.id}",
            "actor": self.login(event.actor),
            "event": event.name,
            "commit_id": None,
            "commit_url": None,
            "created_at": stamp(event.at),
            "performed_via_github_app": None,
        }
        if "label" in event.more:
            answer["label"] = {"name": event.more["label"], "color": "ededed"}
        if "assignee" in event.more:
            answer["assignee"] = self.login(event.more["assignee"])
        if "rename" in event.more:
            answer["rename"] = event.more["rename"]
        return answer

    def timeline(self, repo: Repo, issue: Issue) -> list[dict[str, Any]]:
        """Events and comments in order of time."""
        entries = [(event.at, event.id, self.event(repo, event)) for event in issue.events]
        for comment in issue.comments:
            said = self.comment(repo, issue, comment) | {"event": "commented", "actor": self.login(comment.author)}
            entries.append((comment.at, comment.id, said))
        return [entry for _, _, entry in sorted(entries, key=lambda entry: entry[:2])]

    def app(self, app: App) -> dict[str, Any]:
        return {
            "id": app.id,
            "slug": app.slug,
            "node_id": node("A", app.id),
            "owner": self.login("acme"),
            "name": app.slug,
            "description": None,
            "external_url": "https://example.com",
            "html_url": f"{self.web}/apps/{app.slug}",
            "created_at": "2020-01-01T00:00:00Z",
            "updated_at": "2020-01-01T00:00:00Z",
            "permissions": {"issues": "write", "metadata": "read"},
            "events": [],
        }

    def installation(self, app: App, number: int) -> dict[str, Any]:
        url = f"{self.api}/app/installations/{number}"
        return {
            "id": number,
            "account": self.login("acme"),
            "repository_selection": "selected",
            "access_tokens_url": f"{url}/access_tokens",
            "repositories_url": f"{self.api}/installation/repositories",
            "html_url": f"{self.web}/organizations/acme/settings/installations/{number}",
            "app_id": app.id,
            "app_slug": app.slug,
            "target_id": self.state.user("acme").id,
            "target_type": "Organization",
            "permissions": {"issues": "write", "metadata": "read"},
            "events": [],
            "created_at": "2020-01-01T00:00:00Z",
            "updated_at": "2020-01-01T00:00:00Z",
            "single_file_name": None,
            "suspended_by": None,
            "suspended_at": None,
        }


def _permissions(repo: Repo, token: Token) -> dict[str, bool]:
    """What the answer says of the account's role; of an installation's token it says nothing but no."""
    held = {"admin": "admin", "maintain": "admin", "push": "write", "triage": "triage", "pull": "read"}
    return {name: not token.installation and repo.allows(token.login, role) for name, role in held.items()}
