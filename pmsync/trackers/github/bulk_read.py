"""Many known issues of one repository in one request, over GraphQL: REST has no such request.

A number that is missing from the answer has to be read over REST, whose status codes distinguish deleted, moved and
forbidden; GraphQL answers NOT_FOUND to all three.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pmsync.trackers.github.repository import Repository

LOT = 100
"""Issues in one request: with their labels and assignees far below the 500,000 nodes that a query may touch."""

_FIELDS = """
fragment fields on Issue {
  number title body state stateReason(enableDuplicate: true) url createdAt updatedAt closedAt
  author { __typename login ... on User { databaseId } ... on Bot { databaseId } }
  assignees(first: 20) { nodes { login databaseId } }
  labels(first: 100) { nodes { name } }
  repository { nameWithOwner }
}
"""


def read_issues(repo: Repository, numbers: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """The issues that the repository has under these numbers, by number, in the form of REST.

    Empty if the server does not know the query (an old Enterprise Server) or refuses it. Raises TrackerUnavailable.
    """
    issues: dict[int, Mapping[str, Any]] = {}
    owner, _, name = repo.name.partition("/")
    for start in range(0, len(numbers), LOT):
        query = _query(numbers[start : start + LOT])
        answer = repo.definite(repo.session.query(query, {"owner": owner, "name": name}))
        data = _inner(_inner(answer.data if answer.status == 200 else None, "data"), "repository")
        for node in data.values():
            if str(_inner(node, "repository").get("nameWithOwner")).lower() == repo.name.lower():
                issues[node["number"]] = _as_rest(node)
    return issues


def _inner(value: Any, name: str) -> Mapping[str, Any]:
    """The member of that name if it is an object, else an empty one."""
    member = value.get(name) if isinstance(value, Mapping) else None
    return member if isinstance(member, Mapping) else {}


def _query(numbers: Iterable[int]) -> str:
    issues = " ".join(f"i{number}: issueOrPullRequest(number: {number}) {{ ...fields }}" for number in numbers)
    return (
        f"query($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{ {issues} }} }}{_FIELDS}"
    )


def _as_rest(node: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "number": node["number"],
        "title": node["title"],
        "body": node["body"],
        "state": node["state"].lower(),
        "state_reason": (node["stateReason"] or "").lower() or None,
        "html_url": node["url"],
        "created_at": node["createdAt"],
        "updated_at": node["updatedAt"],
        "closed_at": node["closedAt"],
        "user": _account(node["author"]),
        "assignees": [{"login": each["login"], "id": each["databaseId"]} for each in node["assignees"]["nodes"]],
        "labels": node["labels"]["nodes"],
        "repository_url": f"/repos/{node['repository']['nameWithOwner']}",
    }


def _account(author: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """REST marks Apps in their name, GraphQL by their type."""
    if author is None:
        return None
    login = author["login"] + ("[bot]" if author["__typename"] == "Bot" else "")
    return {"login": login, "id": author.get("databaseId")}
