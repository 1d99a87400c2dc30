"""What Jira checks before it takes the fields of an issue, and what they do to it; for the fake in `jira.py`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from tests.fakes.jira_state import PRIORITIES, Issue, JiraState


def field_errors(state: JiraState, fields: dict[str, Any]) -> dict[str, str]:
    missing = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
    known = {"summary", "description", "labels", "assignee", "duedate", "priority", *state.required}
    errors = {n: missing.format(n) for n in fields if n not in known or n in state.lacks}
    errors |= label_errors(fields.get("labels") or ())
    summary = str(fields.get("summary") or "")
    if "summary" in fields and not summary.strip():
        errors["summary"] = "You must specify a summary of the issue."
    if len(summary.encode("utf-16-le")) // 2 > 255 or "\n" in summary:
        errors["summary"] = "Summary must be one line of at most 255 characters."
    if not _is_date(fields.get("duedate")):
        errors["duedate"] = "Error parsing date string: expected 'yyyy-MM-dd'."
    if len(str(fields.get("description") or "")) > 32_767:
        errors["description"] = "The entered text is too long. It exceeds the allowed limit of 32,767 characters."
    person = _person(state, fields)
    if person and person not in state.people:
        errors["assignee"] = f"User '{person}' cannot be assigned issues."
    priority = (fields.get("priority") or {}).get("name")
    if priority and priority not in PRIORITIES:
        errors["priority"] = "The priority selected is invalid."
    errors |= {
        n: "Option value is not valid"
        for n, options in state.required.items()
        if options and n in fields and (fields[n] or {}).get("value") not in options
    }
    return errors


def label_errors(labels: Iterable[str]) -> dict[str, str]:
    for label in labels:
        if " " in label:
            return {"labels": f"The label '{label}' contains spaces which is invalid."}
        if len(label) > 255:
            return {"labels": f"The label '{label}' is longer than 255 characters."}
    return {}


def _person(state: JiraState, fields: dict[str, Any]) -> str | None:
    return (fields.get("assignee") or {}).get("accountId" if state.cloud else "name")


def set_fields(state: JiraState, issue: Issue, fields: dict[str, Any]) -> None:
    if "assignee" in fields:
        issue.assignee = _person(state, fields)
    for name in ("summary", "description", "duedate"):
        if name in fields:
            setattr(issue, name, fields[name])
    if "labels" in fields:
        issue.labels = list(dict.fromkeys(fields["labels"]))
    if "priority" in fields:
        issue.priority = (fields["priority"] or {}).get("name")
    issue.custom |= {n: v for n, v in fields.items() if n.startswith("customfield_")}


def _is_date(text: str | None) -> bool:
    try:
        return text is None or bool(date.fromisoformat(text))
    except ValueError:
        return False
