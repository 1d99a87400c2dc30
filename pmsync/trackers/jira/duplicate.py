"""Closes an untouched issue as duplicate: comment, link and transition, none of them twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pmsync.errors import TrackerError
from pmsync.model import Ref, Status
from pmsync.trackers.jira.issue import Dialect, status_of
from pmsync.trackers.jira.resolution_names import ending
from pmsync.trackers.jira.session import JiraSession

MARK = "(pmsync: duplicate)"


def close(session: JiraSession, words: Dialect, ref: Ref, of: Ref, *, ours: Collection[str]) -> str:
    """Close the issue and return ''; if a fresh read shows that a person has touched it, return what they did.

    Raises TrackerError if the workflow has no transition to a done status, TrackerUnavailable.
    """
    query = {"fields": f"{words.fields},comment", "expand": "changelog"}
    issue = session.ask("GET", f"issue/{ref.id}", query=query)
    if deed := next(_deeds(issue, words, of, ours), ""):
        return deed
    if not any(MARK in str(comment.get("body")) for comment in _comments(issue)):
        text = f"Duplicate of {of.key}: both were created for the same action item. {MARK}"
        session.ask("POST", f"issue/{ref.id}/comment", body={"body": text})
    if not any(str(other.get("id")) == of.id for other in _linked(issue)):
        link = {"type": {"name": "Duplicate"}, "inwardIssue": {"key": ref.key}, "outwardIssue": {"key": of.key}}
        session.ask("POST", "issueLink", body=link)
    session.ask("POST", f"issue/{ref.id}/transitions", body=_transition(session, ref))
    return ""


def _deeds(issue: Mapping[str, Any], words: Dialect, of: Ref, ours: Collection[str]) -> Iterator[str]:
    """What a person has done with the issue, the plainest sign first."""
    key, fields = issue["key"], issue["fields"]
    if status_of(fields, words)[0] is not Status.OPEN:
        yield f"{key} is {fields['status']['name']!r} now"
    if any(MARK not in str(comment.get("body")) for comment in _comments(issue)):
        yield f"{key} has comments"
    if any(str(other.get("id")) != of.id for other in _linked(issue)):
        yield f"{key} is linked to other issues"
    for change in (issue.get("changelog") or {}).get("histories") or ():
        if words.account(change.get("author")) not in ours:
            names = ", ".join(str(item.get("field")) for item in change.get("items") or ())
            yield f"somebody changed {names} of {key}"
    for part, name in ((fields.get("comment"), "comments"), (issue.get("changelog"), "histories")):
        if part and int(part.get("total") or 0) > len(part.get(name) or ()):
            yield f"{key} has more {name} than Jira shows at once"


def _comments(issue: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list((issue["fields"].get("comment") or {}).get("comments") or ())


def _linked(issue: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    links = issue["fields"].get("issuelinks") or ()
    return [link.get("outwardIssue") or link.get("inwardIssue") or {} for link in links]


def _transition(session: JiraSession, ref: Ref) -> dict[str, Any]:
    """A transition to a done status, with the resolution for duplicates if its screen has one."""
    query = {"expand": "transitions.fields"}
    for each in session.ask("GET", f"issue/{ref.id}/transitions", query=query).get("transitions") or ():
        if ((each.get("to") or {}).get("statusCategory") or {}).get("key") == "done":
            resolution = (each.get("fields") or {}).get("resolution") or {}
            names = (str(value.get("name")) for value in resolution.get("allowedValues") or ())
            name = next((name for name in names if ending(name) == "duplicate"), None)
            fields = {"fields": {"resolution": {"name": name}}} if name else {}
            return {"transition": {"id": each["id"]}, **fields}
    raise TrackerError(f"the workflow of {ref.key!r} has no transition from its status to a done one; close it by hand")
