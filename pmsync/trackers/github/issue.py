"""An issue's JSON as a ticket, and what GitHub accepts as title, body and label. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pmsync.identity import marker
from pmsync.model import Marker, Ref, Status, Ticket
from pmsync.trackers.http import Answer
from pmsync.trackers.mention_safe_text import hushed, one_line, quiet

LONGEST_TITLE = 256
LONGEST_BODY = 65_536
LONGEST_LABEL = 50
MOST_ASSIGNEES = 10
CUT = "_The text was cut here: it is longer than a ticket may be. The document has all of it._"
_CONTROL_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_REASONS = {"not_planned": Status.WONT_DO, "duplicate": Status.WONT_DO}


def fit_title(title: str) -> str:
    """The title on one line and within GitHub's length."""
    text = one_line(title)
    return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1].rstrip()}…"


def fit_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Labels as GitHub accepts them: no commas (they separate labels in a query), 50 characters, case ignored."""
    spelled: dict[str, str] = {}
    for label in labels:
        text = one_line(label.replace(",", " "))[:LONGEST_LABEL].strip()
        if text:
            spelled.setdefault(text.casefold(), text)
    return tuple(sorted(spelled.values()))


def fit_body(body: str, identity: Marker) -> str:
    """The body with its marker, cut between lines if it is too long; the marker is never cut."""
    text = _CONTROL_IN_TEXT.sub("", body)
    whole = marker.append(text, identity)
    if len(whole) <= LONGEST_BODY:
        return whole
    room = LONGEST_BODY - len(marker.append("", identity)) - len(CUT) - 8
    # Defusing a marker look-alike makes the text longer, so it comes before measuring. A cut may leave half a code
    # span, which is not code: then its mentions are broken as well.
    start = quiet(_start(marker.defuse(text), room))
    if len(start) > room:
        start = _start(hushed(text), room)
    return marker.append(f"{start.rstrip()}\n\n{CUT}", identity)


def _start(text: str, room: int) -> str:
    kept = text[:room]
    return kept[: kept.rfind("\n")] if "\n" in kept[room // 2 :] else kept


def login(account: Any) -> str:
    """The account's name, lower-case because GitHub ignores case; `ghost` for a deleted account."""
    return str(account["login"]).lower() if account else "ghost"


def status_of(issue: Mapping[str, Any]) -> Status:
    if issue["state"] != "closed":
        return Status.OPEN
    return _REASONS.get(issue.get("state_reason") or "", Status.DONE)


def label_names(issue: Mapping[str, Any], general: str) -> frozenset[str]:
    """The issue's labels; the general one as configured, because GitHub ignores case."""
    names = (label if isinstance(label, str) else label["name"] for label in issue["labels"])
    return frozenset(general if name.casefold() == general.casefold() else name for name in names)


def ticket_of(issue: Mapping[str, Any], ref: Ref, general: str) -> Ticket:
    """The issue as a ticket; `general` is the configured general label. Raises KeyError, TypeError, ValueError.

    Assignees are sorted: REST and GraphQL list them in different orders.
    """
    closed = issue["state"] == "closed"
    return Ticket(
        ref=ref,
        title=issue["title"],
        status=status_of(issue),
        state=(issue.get("state_reason") or "closed") if closed else "open",
        author=login(issue["user"]),
        created_at=datetime.fromisoformat(issue["created_at"]),
        updated_at=datetime.fromisoformat(issue["updated_at"]),
        assignees=tuple(sorted(login(account) for account in issue["assignees"])),
        labels=label_names(issue, general),
        closed_at=datetime.fromisoformat(issue["closed_at"]) if closed and issue["closed_at"] else None,
        duplicate=closed and issue.get("state_reason") == "duplicate",
        marker=marker.read(issue.get("body")),
        markers=marker.read_all(issue.get("body")),
        ids={login(each): str(each["id"]) for each in (issue["user"], *issue["assignees"]) if each and each.get("id")},
    )


def repository_of(issue: Mapping[str, Any]) -> str:
    """`owner/name` of the issue's repository."""
    return "/".join(urlsplit(str(issue.get("repository_url"))).path.split("/")[-2:])


def repository_id_of(address: str) -> int | None:
    """The repository's id in an address like `…/repositories/1296269/…`, None in any other."""
    match = re.search(r"/repositories/(\d+)(?:/|$|\?)", address)
    return int(match[1]) if match else None


def unassignable_in(answer: Answer) -> frozenset[str]:
    """The accounts, lower-case, for whose sake alone an issue was refused."""
    errors = answer.data.get("errors") if answer.status == 422 and isinstance(answer.data, Mapping) else None
    if not isinstance(errors, list) or not all(
        isinstance(e, Mapping) and e.get("field") == "assignees" for e in errors
    ):
        return frozenset()
    values = [e.get("value") for e in errors]
    return frozenset(str(n).lower() for value in values for n in (value if isinstance(value, list) else [value]) if n)


def foreign_deed(events: Iterable[Mapping[str, Any]], ours: frozenset[str], own_comment: str) -> str:
    """What somebody else did with the issue according to its timeline, '' if nobody did anything.

    `ours` are the accounts that count as us; a comment is ours only with `own_comment` in it. Being mentioned or
    subscribed does not count.
    """
    for event in events:
        name = str(event.get("event") or "")
        who = login(event.get("actor") or event.get("user"))
        if name in {"mentioned", "subscribed"}:
            continue
        if name == "commented":
            if who not in ours or own_comment not in str(event.get("body")):
                return f"{who} commented"
        elif name == "reopened" or who not in ours:
            return f"{who}: {name}"
    return ""
