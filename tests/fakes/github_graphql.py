"""The part of GitHub's GraphQL that reads issues by number, executed by graphql-core on the state of the fake.

Names and types are those of the public schema (docs.github.com/public/fpt/schema.docs.graphql). What cannot be
seen, was deleted or was transferred is null with an error of type NOT_FOUND, and the other fields are answered.
"""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError, build_schema, graphql_sync

from tests.fakes.github_json import Shapes
from tests.fakes.github_state import Issue, Repo, State

SCHEMA = build_schema("""
scalar DateTime
scalar URI
enum IssueState { OPEN CLOSED }
enum IssueStateReason { REOPENED NOT_PLANNED COMPLETED DUPLICATE }
interface Actor { login: String! }
type User implements Actor { login: String! databaseId: Int }
type Bot implements Actor { login: String! databaseId: Int }
type Label { name: String! }
type LabelConnection { nodes: [Label] }
type UserConnection { nodes: [User] }
type PullRequest { number: Int! }
type Issue {
  number: Int! title: String! body: String! state: IssueState!
  stateReason(enableDuplicate: Boolean = false): IssueStateReason
  url: URI! createdAt: DateTime! updatedAt: DateTime! closedAt: DateTime
  author: Actor
  assignees(first: Int, last: Int): UserConnection!
  labels(first: Int, last: Int): LabelConnection
  repository: Repository!
}
union IssueOrPullRequest = Issue | PullRequest
type Repository { databaseId: Int nameWithOwner: String! issueOrPullRequest(number: Int!): IssueOrPullRequest }
type Query { repository(owner: String!, name: String!, followRenames: Boolean = true): Repository }
""")


def answer(state: State, shapes: Shapes, login: str, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    """The body of the answer to a query of this account."""
    result = graphql_sync(SCHEMA, query, _Root(state, shapes, login), variable_values=variables)
    errors = [{**error.formatted, "type": (error.extensions or {}).get("type")} for error in result.errors or ()]
    return {"data": result.data} | ({"errors": errors} if errors else {})


def _not_found(what: str) -> GraphQLError:
    return GraphQLError(f"Could not resolve to {what}.", extensions={"type": "NOT_FOUND"})


class _Root:
    def __init__(self, state: State, shapes: Shapes, login: str) -> None:
        self.state, self.shapes, self.login = state, shapes, login

    def repository(self, _: Any, owner: str, name: str, **__: Any) -> _Repository:
        repo = self.state.repos.get(self.state.names.get(f"{owner}/{name}".lower(), 0))
        if repo is None or not repo.allows(self.login, "read"):
            raise _not_found(f"a Repository with the name '{owner}/{name}'")
        return _Repository(repo, self.shapes)


class _Repository:
    def __init__(self, repo: Repo, shapes: Shapes) -> None:
        self.repo, self.shapes = repo, shapes
        self.databaseId, self.nameWithOwner = repo.id, repo.full_name

    def issueOrPullRequest(self, _: Any, number: int) -> dict[str, Any]:  # noqa: N802
        issue = self.repo.issues.get(number)
        if issue is None or issue.deleted or issue.moved_to or not (self.repo.has_issues or issue.pull_request):
            raise _not_found(f"an issue or pull request with the number of {number}")
        if issue.pull_request:
            return {"__typename": "PullRequest", "number": number}
        return self._issue(issue)

    def _issue(self, issue: Issue) -> dict[str, Any]:
        rest = self.shapes.issue(self.repo, issue)
        reason = (rest["state_reason"] or "").upper() or None
        author = rest["user"]
        kind = "Bot" if author and author["login"].endswith("[bot]") else "User"
        return {
            "__typename": "Issue",
            **{name: rest[name] for name in ("number", "title")},
            "body": rest["body"] or "",
            "state": rest["state"].upper(),
            "stateReason": lambda _, **asked: reason if asked["enableDuplicate"] else _older(reason),
            "url": rest["html_url"],
            "createdAt": rest["created_at"],
            "updatedAt": rest["updated_at"],
            "closedAt": rest["closed_at"],
            "author": author
            and {"__typename": kind, "login": author["login"].removesuffix("[bot]"), "databaseId": author["id"]},
            "assignees": {"nodes": [each | {"databaseId": each["id"]} for each in rest["assignees"]]},
            "labels": {"nodes": rest["labels"]},
            "repository": self,
        }


def _older(reason: str | None) -> str | None:
    return "NOT_PLANNED" if reason == "DUPLICATE" else reason
