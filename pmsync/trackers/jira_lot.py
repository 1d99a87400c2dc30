"""What Jira's answer to a lot of creates means for each of them. Pure: data in, data out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pmsync.model import Draft, Status, Ticket
from pmsync.trackers.base import Rejected
from pmsync.trackers.jira_http import messages
from pmsync.trackers.jira_issue import Dialect

_OF_THE_DRAFT = frozenset({"summary", "description", "labels", "assignee", "duedate", "priority"})


@dataclass(frozen=True, slots=True)
class Unassignable(Rejected):
    """Refused for its assignee alone, who may have left."""


def refusal_of(errors: Any) -> Rejected:
    """The outcome for an element's errors; where they name what every draft sends alike, no other would fare better."""
    named = errors.get("errors") if isinstance(errors, Mapping) else None
    fields = set(named) if isinstance(named, Mapping) else set()
    reason = "; ".join(messages(errors)) or "no explanation"
    if fields == {"assignee"}:
        return Unassignable(reason)
    return Rejected(reason, closed=bool(fields - _OF_THE_DRAFT))


def as_sent(
    issue: Mapping[str, Any], words: Dialect, draft: Draft, fields: Mapping[str, Any], *, author: str, at: datetime
) -> Ticket:
    """The ticket as sent: the answer holds no more than id and key, so its state stays empty until it is seen."""
    assignee = words.account(fields.get("assignee"))
    return Ticket(
        ref=words.ref(issue),
        title=str(fields["summary"]),
        status=Status.OPEN,
        state="",
        author=author,
        created_at=at,
        updated_at=at,
        assignees=(assignee,) if assignee else (),
        labels=frozenset(fields["labels"]),
        due=draft.due if "duedate" in fields else None,
        priority=(fields.get("priority") or {}).get("name"),
        marker=draft.marker,
    )
