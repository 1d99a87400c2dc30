"""Many known issues of one repository in one request, over GraphQL, which REST cannot do.

It answers only what it is sure of. A number that is missing from the answer has to be asked for over REST, whose
status codes tell deleted, moved and forbidden apart; GraphQL says NOT_FOUND to all three.
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
    """Issues by number, in the form that REST gives them, as far as the repository has them under that number.

    A server that does not know the query (an old Enterprise Server), or that refuses it, yields nothing. Raises
    TrackerUnavailable where no answer came.
    """
    found: dict[int, Mapping[str, Any]] = {}
    owner, _, name = repo.name.partition("/")
    for start in range(0, len(numbers), LOT):
        query = _query(numbers[start : start + LOT])
        answer = repo.definite(repo.session.query(query, {"owner": owner, "name": name}))
        data = _inner(_inner(answer.data if answer.status == 200 else None, "data"), "repository")
        for node in data.values():
            if str(_inner(node, "repository").get("nameWithOwner")).lower() == repo.name.lower():
                found[node["number"]] = _as_rest(node)
    return found


def _inner(value: Any, name: str) -> Mapping[str, Any]:
    """The object of that name in another one; an empty one where there is none."""
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


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
