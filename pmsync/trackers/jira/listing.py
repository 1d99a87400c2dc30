"""Everything that Jira answers in pages: searches, and the lists of create metadata. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pmsync.config.settings import TrackerSettings
from pmsync.errors import TrackerError, TrackerUnavailable
from pmsync.trackers.http import Answer
from pmsync.trackers.jira.create_screen import Screen, field_of
from pmsync.trackers.jira.issue import Dialect
from pmsync.trackers.jira.session import JiraSession
from pmsync.trackers.paging import Incomplete, Page, Place, walk

PAGE = 100
MOST = 200
"""Entries of create metadata in one page, at most ("Get create field metadata", REST API v2)."""
LONGEST_URL = 1_500


def search(session: JiraSession, words: Dialect, jql: str, size: int = PAGE) -> Iterator[Answer]:
    """Every page of a search: Cloud pages by token, Data Center by offset, in an order that no edit changes.

    Raises Incomplete if the pages do not show everything.
    """
    path = "search/jql" if words.cloud else "search"

    def ask(place: Place) -> tuple[Answer, Page]:
        at = {"nextPageToken" if words.cloud else "startAt": place} if place else {}
        answer = _asked(session, words, path, {"jql": jql, **words.wanted, "maxResults": size, **at})
        issues = answer.data["issues"]
        if words.cloud:
            return answer, Page(issues, answer.data.get("nextPageToken") or None)
        return answer, Page(issues, _next(answer.data, int(place), len(issues), size))

    return walk(0, ask, f"the search in Jira at {session.url!r}")


def _asked(session: JiraSession, words: Dialect, path: str, query: Mapping[str, Any]) -> Answer:
    if len(str(query["jql"])) > LONGEST_URL:
        answer = session.send("POST", path, body={**query, **words.wanted_in_body})
    else:
        answer = session.send("GET", path, query=query)
    return session.good(answer, path, {"issues": list})


def _next(data: Mapping[str, Any], start: int, count: int, size: int) -> int | None:
    """Where the next page begins, None after the last: by `total` or `isLast`, else after a page that is not full.

    Raises Incomplete if a page is empty although more should come.
    """
    end, total, last = start + count, data.get("total"), data.get("isLast")
    if total is not None:
        last = end >= int(total)
    elif last is None:
        last = count < size
    if not last and not count:
        raise Incomplete(f"Jira lists {end} of {total or 'more'} entries and then nothing; the list is not complete")
    return None if last else end


# --- the create screen ----------------------------------------------------------------------------------------


def read_screen(session: JiraSession, settings: TrackerSettings) -> Screen | None:
    """The create screen; None if this Jira is too old to show it (Data Center before 8.4)."""
    path = f"issue/createmeta/{settings.project}/issuetypes"
    wanted = settings.issue_type.casefold()
    try:
        kind = next(k for k in _listed(session, path, "issueTypes") if str(k["name"]).casefold() == wanted)
        fields = [field_of(each) for each in _listed(session, f"{path}/{kind['id']}", "fields")]
    except (TrackerUnavailable, Incomplete):
        raise
    except (TrackerError, StopIteration):
        return None
    # an empty screen means that we may not see it
    return Screen(str(kind["id"]), {each.id: each for each in fields}) if fields else None


def _listed(session: JiraSession, path: str, name: str) -> list[dict[str, Any]]:
    """All entries of create metadata: Cloud names the list after its content, Data Center `values`."""

    def ask(place: Place) -> tuple[list[dict[str, Any]], Page]:
        data = session.ask("GET", path, query={"startAt": place, "maxResults": MOST}, shape=dict)
        entries = [each for each in data.get(name) or data.get("values") or () if isinstance(each, dict)]
        return entries, Page(entries, _next(data, int(place), len(entries), MOST))

    return [entry for entries in walk(0, ask, f"{path!r} of Jira") for entry in entries]
