"""An issue's JSON as a ticket, the values that Jira accepts, and the JQL that selects issues. Pure.

The shapes are those of "Get issue" and "Search for issues" in Atlassian's REST API v2 pages, for Cloud
(developer.atlassian.com/cloud/jira/platform/rest/v2) and Data Center (developer.atlassian.com/server/jira/platform).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pmsync.config.settings import TrackerSettings
from pmsync.identity import marker
from pmsync.model import Marker, Ref, Status, Ticket
from pmsync.trackers.jira import anchor_marker
from pmsync.trackers.jira.resolution_names import ending
from pmsync.trackers.mention_safe_text import one_line

PROPERTY = "pmsync"
"""The entity property that holds the marker, on Cloud."""
UID_LABEL = "pm-"
FIELDS = (
    "summary,status,resolution,creator,created,updated,assignee,labels,"
    "duedate,priority,resolutiondate,issuelinks,project"
)
LONGEST_SUMMARY = 255
LONGEST_LABEL = 255
LONGEST_DESCRIPTION = 32_767

_CATEGORY = {"new": Status.OPEN, "indeterminate": Status.IN_PROGRESS, "done": Status.DONE}
_UID = re.compile(rf"{UID_LABEL}([a-z2-7]{{12}})")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one configured Jira expresses things: Cloud names people by account id, Data Center by user name."""

    settings: TrackerSettings
    cloud: bool

    @property
    def project(self) -> str:
        return self.settings.project

    @property
    def fields(self) -> str:
        """The fields to read. On Data Center the description holds the marker."""
        return FIELDS if self.cloud else f"{FIELDS},description"

    @property
    def wanted(self) -> dict[str, str]:
        """What to read of an issue, as a query. Data Center's search has no `properties`: a POST with them fails."""
        return {"fields": self.fields, **({"properties": PROPERTY} if self.cloud else {})}

    @property
    def wanted_in_body(self) -> dict[str, list[str]]:
        """What to read of an issue, in the body of a POST."""
        return {name: value.split(",") for name, value in self.wanted.items()}

    def account(self, user: Any) -> str:
        """The account in a user's JSON, '' if there is none."""
        member = "accountId" if self.cloud else "name"
        return str(user.get(member) or "") if isinstance(user, Mapping) else ""

    def ids(self, *users: Any) -> dict[str, str]:
        """The ids that outlive a renaming, by account: Data Center's user keys. Account ids of Cloud never change."""
        if self.cloud:
            return {}
        return {self.account(user): str(user["key"]) for user in users if self.account(user) and user.get("key")}

    def user(self, account: str | None) -> dict[str, str] | None:
        """The JSON that assigns an account; None unassigns."""
        return {"accountId" if self.cloud else "name": account} if account else None

    def ref(self, issue: Mapping[str, Any]) -> Ref:
        key = str(issue["key"])
        return Ref(self.settings.name, str(issue["id"]), key, self.browse(key))

    def browse(self, key: str) -> str:
        return f"{self.settings.url.rstrip('/')}/browse/{key}"

    def here(self, issue: Mapping[str, Any]) -> bool:
        """Whether the issue says that it is in our project."""
        return str(issue["fields"]["project"]["key"]).upper() == self.project.upper()


# --- an issue -------------------------------------------------------------------------------------------------


def ticket_of(issue: Mapping[str, Any], words: Dialect) -> Ticket:
    """The issue's JSON as a ticket; raises KeyError, TypeError or ValueError if it is not an issue's."""
    fields = issue["fields"]
    status, duplicate, unclear = status_of(fields, words)
    assignee = words.account(fields.get("assignee"))
    due = fields.get("duedate")
    closed = fields.get("resolutiondate") if status.closed else None
    return Ticket(
        ref=words.ref(issue),
        title=str(fields["summary"]),
        status=status,
        state=str(fields["status"]["name"]),
        author=words.account(fields.get("creator")),
        created_at=time_of(fields["created"]),
        updated_at=time_of(fields["updated"]),
        assignees=(assignee,) if assignee else (),
        labels=frozenset(fields.get("labels") or ()),
        due=date.fromisoformat(due) if due else None,
        priority=(fields.get("priority") or {}).get("name"),
        closed_at=time_of(closed) if closed else None,
        duplicate=duplicate,
        duplicate_of=_duplicate_of(fields, words) if duplicate else None,
        marker=marker_of(issue, words),
        markers=() if words.cloud else anchor_marker.read_all(fields.get("description")),
        unclear=unclear,
        ids=words.ids(fields.get("creator"), fields.get("assignee")),
    )


def time_of(text: str) -> datetime:
    """Jira's `2026-11-24T09:00:00.000+0000` in aware UTC."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)


def marker_of(issue: Mapping[str, Any], words: Dialect) -> Marker | None:
    """The identity in property or description, else the uid in the only label that has one."""
    if words.cloud:
        identity = marker.from_json((issue.get("properties") or {}).get(PROPERTY))
    else:
        identity = anchor_marker.read(issue["fields"].get("description"))
    uids = [match[1] for label in issue["fields"].get("labels") or () if (match := _UID.fullmatch(label))]
    return identity or (Marker(uids[0]) if len(uids) == 1 else None)


def status_of(fields: Mapping[str, Any], words: Dialect) -> tuple[Status, bool, tuple[str, str] | None]:
    """The issue's status, whether it is closed as duplicate, and the setting and name that would say how it ended if
    they were known ('resolution', 'Parked').

    The configured tables come first, resolutions before statuses; then the category, and for a done issue the names of
    its resolution and status. A project may have no resolution 'Duplicate': then a done issue with a link 'duplicates'
    is one.
    """
    state, resolution = str(fields["status"]["name"]), str((fields.get("resolution") or {}).get("name") or "")
    by_setting = _value_of(state, words.settings.status)
    category = str((fields["status"].get("statusCategory") or {}).get("key") or "")
    status = Status(by_setting) if by_setting else _CATEGORY.get(category, Status.OPEN)
    if not status.closed:
        return status, False, None
    resolved_as = _value_of(resolution, words.settings.resolution)
    by_resolution, by_status = resolved_as or ending(resolution), ending(state)
    may_be_linked = resolved_as is None and (by_resolution == "done" or not resolution)
    if by_resolution == "duplicate" or (may_be_linked and _duplicate_of(fields, words)):
        return Status.WONT_DO, True, None
    if resolved_as or by_setting:
        return Status(resolved_as) if resolved_as else status, False, None
    if by_status == "duplicate":
        return Status.WONT_DO, True, None
    if "wont_do" in (by_resolution, by_status):
        return Status.WONT_DO, False, None
    if resolution and by_resolution is None:
        return status, False, ("resolution", resolution)
    return status, False, None if by_status else ("status", state)


def _value_of(name: str, table: Mapping[str, str]) -> str | None:
    return next((value for key, value in table.items() if key.casefold() == name.casefold()), None)


def _duplicate_of(fields: Mapping[str, Any], words: Dialect) -> Ref | None:
    """The issue that this one duplicates: the outward side of a link of that type."""
    for link in fields.get("issuelinks") or ():
        if str(link["type"]["name"]).casefold() == "duplicate" and link.get("outwardIssue"):
            return words.ref(link["outwardIssue"])
    return None


# --- made fit for Jira ----------------------------------------------------------------------------------------


def summary(title: str) -> str:
    """The title on one line, within Jira's length in UTF-16 units."""
    text = one_line(title)
    return text if _size(text) <= LONGEST_SUMMARY else f"{cut(text, LONGEST_SUMMARY - 1).rstrip()}…"


def fit_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Labels as Jira accepts them: no spaces, at most 255 characters; sorted and unique."""
    fit = (cut("-".join(one_line(label).split()), LONGEST_LABEL) for label in labels)
    return tuple(sorted({label for label in fit if label}))


def document_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """The labels of a document as Jira accepts them, without any that reads as the uid of an item."""
    return tuple(label for label in fit_labels(labels) if not _UID.fullmatch(label))


def cut(text: str, size: int) -> str:
    """The longest beginning of at most `size` UTF-16 units."""
    if _size(text) <= size:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * size].decode("utf-16-le", "ignore")


def _size(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def uid_label(uid: str) -> str:
    return UID_LABEL + uid


def property_value(identity: Marker) -> dict[str, object]:
    return marker.to_value(identity)


# --- JQL ------------------------------------------------------------------------------------------------------


def quoted(text: str) -> str:
    """A JQL string ("Advanced search reference - JQL" says which characters need a backslash)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def scan_jql(words: Dialect, label: str, since: datetime | None) -> str:
    changed = f" AND updated >= {milliseconds(since)}" if since else ""
    return f"project = {quoted(words.project)} AND labels = {quoted(label)}{changed} ORDER BY created ASC, id ASC"


def find_jql(words: Dialect, uids: Sequence[str], accounts: Iterable[str], since: datetime, label: str = "") -> str:
    """Issues with the label of one of the uids, in any project, and those created here since then by one of the
    accounts or with that label. Not all of these may be empty.
    """
    names = sorted(accounts)
    parts = [f"labels in ({', '.join(quoted(uid_label(uid)) for uid in uids)})"] if uids else []
    origins = [f"creator in ({', '.join(quoted(name) for name in names)})"] if names else []
    origins += [f"labels = {quoted(label)}"] if label else []
    if origins:
        origin = origins[0] if len(origins) == 1 else f"({' OR '.join(origins)})"
        parts.append(f"(project = {quoted(words.project)} AND {origin} AND created >= {milliseconds(since)})")
    return f"{' OR '.join(parts)} ORDER BY created ASC, id ASC"


def milliseconds(moment: datetime) -> int:
    """A time literal that, unlike a quoted date, is independent of time zones and not cut to minutes."""
    return max(0, int(moment.timestamp() * 1000))
