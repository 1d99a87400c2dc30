"""What the Jira fake finds: searches of both kinds, JQL, the index that lags, reading in bulk, and people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.clock import Clock
from tests.fakes import jira_shapes as shapes
from tests.fakes.jira_client import ALICE, BOT, Client, task
from tests.fakes.jira_state import JiraState

on_cloud = pytest.mark.parametrize("kind", ["cloud"], indirect=True)
on_server = pytest.mark.parametrize("kind", ["server"], indirect=True)
BOUNDED = "project = PAY ORDER BY created ASC, id ASC"


def ids(page: dict[str, Any]) -> list[int]:
    return [int(issue["id"]) - 10_000 for issue in page["issues"]]


# --- Cloud ------------------------------------------------------------------------------------------------------


@on_cloud
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_cloud_leads_through_all_issues_by_tokens(call: Client, state: JiraState, verb: str) -> None:
    for number in range(230):
        task(state, f"Number {number}", properties={"pmsync": {"uid": str(number)}})
    wanted: dict[str, Any] = {
        "jql": BOUNDED,
        "maxResults": 500,
        "fields": ["summary", "status"],
        "properties": ["pmsync"],
    }
    sizes, seen = [], []
    while True:
        sent: dict[str, Any] = {"body": wanted} if verb == "POST" else wanted
        page = call.good(verb, "search/jql", shapes.TokenPage, **sent)
        sizes.append(len(page["issues"]))
        seen += ids(page)
        assert page["isLast"] == ("nextPageToken" not in page)
        if page["isLast"]:
            break
        wanted["nextPageToken"] = page["nextPageToken"]
    assert (sizes, seen) == ([100, 100, 30], list(range(1, 231)))
    last = page["issues"][-1]
    assert (set(last["fields"]), last["properties"]) == ({"summary", "status"}, {"pmsync": {"uid": "229"}})


@on_cloud
def test_cloud_shows_ids_only_unless_fields_are_named(call: Client, state: JiraState) -> None:
    issue = task(state)
    page = call.good("GET", "search/jql", shapes.TokenPage, jql=BOUNDED)
    assert page == {"issues": [{"id": issue.id}], "isLast": True}
    whole = call.good("GET", "search/jql", shapes.TokenPage, jql=BOUNDED, fields="*all")["issues"][0]
    assert whole == call.good("GET", f"issue/{issue.id}", shapes.Issue)


@on_cloud
@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ({"jql": ""}, "Unbounded JQL"),
        ({"jql": "ORDER BY created ASC, id ASC"}, "Unbounded JQL"),
        ({"jql": BOUNDED, "maxResults": 5001}, "between 1 and 5000"),
        ({"jql": BOUNDED, "maxResults": -1}, "between 1 and 5000"),
        ({"jql": BOUNDED, "nextPageToken": "other"}, "nextPageToken"),
    ],
)
def test_a_search_that_cloud_refuses(call: Client, wanted: dict[str, Any], text: str) -> None:
    assert text in call.refused("GET", "search/jql", **wanted)["errorMessages"][0]
    assert text in call.refused("POST", "search/jql", wanted)["errorMessages"][0]


@on_cloud
def test_the_search_of_cloud_has_no_offsets_and_the_old_one_is_gone(call: Client) -> None:
    assert "payload" in call.refused("POST", "search/jql", {"jql": BOUNDED, "startAt": 0})["errorMessages"][0]
    assert "removed" in call.refused("GET", "search", status=410, jql=BOUNDED)["errorMessages"][0]
    call.refused("POST", "search", {"jql": BOUNDED}, status=410)


@on_cloud
def test_bulkfetch_reads_the_database_and_is_silent_on_what_it_does_not_find(call: Client, state: JiraState) -> None:
    state.lag = timedelta(hours=1)
    issues = [task(state, f"Number {number}") for number in range(3)]
    state.move(issues[1], "ATTIC", ALICE)
    state.delete(issues[2])
    wanted = {"issueIdsOrKeys": ["PAY-1", "PAY-2", "PAY-3", "PAY-99", issues[0].id], "fields": ["summary"]}
    page = call.good("POST", "issue/bulkfetch", shapes.BulkIssues, wanted)
    assert [issue["key"] for issue in page["issues"]] == ["PAY-1", "ATTIC-1"]
    assert page["issueErrors"] == []
    call.refused("POST", "issue/bulkfetch", {"issueIdsOrKeys": [str(number) for number in range(101)]})


@on_cloud
def test_cloud_has_a_page_of_its_own_for_the_history(call: Client, state: JiraState) -> None:
    issue = task(state)
    state.transition(issue, "Done", ALICE)
    shown = call.good("GET", f"issue/{issue.key}/changelog", shapes.Changelogs)
    assert [each["author"]["accountId"] for each in shown["values"]] == [ALICE]
    call.refused("GET", "issue/PAY-99/changelog", status=404)


# --- Data Center ------------------------------------------------------------------------------------------------


@on_server
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_data_center_leads_through_all_issues_by_offsets(call: Client, state: JiraState, verb: str) -> None:
    for number in range(230):
        task(state, f"Number {number}")
    seen = []
    for start in (0, 100, 200, 300):
        wanted = {"jql": BOUNDED, "maxResults": 100, "startAt": start, "fields": ["summary"]}
        sent: dict[str, Any] = {"body": wanted} if verb == "POST" else wanted
        page = call.good(verb, "search", shapes.OffsetPage, **sent)
        assert (page["startAt"], page["maxResults"], page["total"]) == (start, 100, 230)
        seen += ids(page)
    assert seen == list(range(1, 231))


@on_server
def test_data_center_searches_everything_and_shows_all_fields_unless_told_otherwise(
    call: Client, state: JiraState
) -> None:
    issue = task(state)
    page = call.good("GET", "search", shapes.OffsetPage, maxResults=5000)
    assert (ids(page), page["maxResults"]) == ([1], 1000)
    assert page["issues"][0] == call.good("GET", f"issue/{issue.id}", shapes.Issue)


@on_server
def test_an_id_that_is_not_there_fails_the_search_unless_it_is_not_validated(call: Client, state: JiraState) -> None:
    issue = task(state)
    jql = f"id in ({issue.id}, 10099)"
    assert "10099" in call.refused("GET", "search", jql=jql)["errorMessages"][0]
    assert call.found(jql, validateQuery="false") == ["PAY-1"]
    call.good("POST", "search", shapes.OffsetPage, {"jql": jql, "validateQuery": False})


@on_server
def test_the_documented_search_of_data_center_knows_no_properties(call: Client, state: JiraState) -> None:
    state.properties_in_search = False
    issue = task(state, properties={"pmsync": {"uid": "a"}})
    found = call.good("GET", "search", shapes.OffsetPage, jql=BOUNDED, fields="summary", properties="pmsync")
    assert "properties" not in found["issues"][0]
    wanted = {"jql": BOUNDED, "properties": ["pmsync"]}
    assert 'Unrecognized field "properties"' in call.refused("POST", "search", wanted)["errorMessages"][0]
    assert call.good("GET", f"issue/{issue.key}", shapes.Issue, properties="pmsync")["properties"]


@on_server
def test_data_center_has_none_of_clouds_addresses(call: Client, state: JiraState) -> None:
    issue = task(state)
    call.refused("GET", "search/jql", status=404, jql=BOUNDED)
    call.refused("POST", "issue/bulkfetch", {"issueIdsOrKeys": [issue.id]}, status=404)
    call.refused("GET", f"issue/{issue.key}/changelog", status=404)


# --- JQL --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("jql", "expected"),
    [
        ("project = PAY", [1, 2, 3]),
        ('project in ("PAY", "ATTIC")', [1, 2, 3, 4]),
        ("project = PAY AND labels = postmortem", [1, 2]),
        ('project = PAY AND labels in ("pm-a", "pm-c")', [1, 3]),
        (f"project = PAY and creator in ({ALICE})", [3]),
        (f"project = PAY AND (labels = pm-a OR creator = {ALICE}) ORDER BY created ASC, id ASC", [1, 3]),
        (f"project = PAY AND labels = pm-a OR creator = {BOT}", [1, 2, 4]),
        ('project = PAY AND labels = "say \\"hi\\""', [2]),
        ("id in (10001, 10003)", [1, 3]),
        ("key = PAY-2 order by key", [2]),
        ("issuekey in (PAY-2, ATTIC-1)", [2, 4]),
    ],
)
def test_clauses_select_what_they_say(call: Client, state: JiraState, jql: str, expected: list[int]) -> None:
    task(state, labels=["postmortem", "pm-a"])
    task(state, labels=["postmortem", 'say "hi"'])
    state.create("PAY", ALICE, summary="By a person", labels=["pm-c"])
    state.create("ATTIC", BOT, summary="Elsewhere")
    assert call.found(jql) == [["PAY-1", "PAY-2", "PAY-3", "ATTIC-1"][number - 1] for number in expected]


@pytest.mark.parametrize(
    "jql",
    [
        "project = PAY AND colour = red",
        "project = PAY AND summary ~ keys",
        "project = PAY AND labels != postmortem",
        "project = PAY AND",
        "project = PAY labels = postmortem",
        "project = PAY AND labels in (a, b",
        "project = PAY AND labels in a",
        "project = PAY AND (labels = a",
        'project = PAY AND labels = "a',
        "project = PAY AND updated >= '2026-11-24 09:00'",
        'project = PAY AND updated >= "2026-11-24 09:00"',
        "project = PAY ORDER BY priority",
        "project = PAY ORDER BY created DESC",
    ],
)
def test_what_is_no_jql_or_not_known_is_refused(call: Client, state: JiraState, jql: str) -> None:
    task(state)
    path = "search/jql" if state.cloud else "search"
    for answer in (call.refused("GET", path, jql=jql), call.refused("POST", path, {"jql": jql})):
        assert answer["errorMessages"][0].startswith("Error in the JQL Query: ")


@pytest.mark.parametrize("name", ["updated", "created"])
def test_dates_are_compared_by_the_millisecond(call: Client, state: JiraState, clock: Clock, name: str) -> None:
    task(state, "Early")
    clock.advance(milliseconds=1500)
    task(state, "Late")
    at = int(clock.now().timestamp() * 1000)
    found = [call.found(f"project = PAY AND {name} >= {at + shift}") for shift in (-1500, -1499, 0, 1)]
    assert found == [["PAY-1", "PAY-2"], ["PAY-2"], ["PAY-2"], []]


def test_the_index_shows_every_change_as_late_as_it_lags(call: Client, state: JiraState, clock: Clock) -> None:
    state.lag = timedelta(minutes=2)
    issue = task(state, labels=["a"])
    assert call.found("project = PAY") == []
    assert call.good("GET", f"issue/{issue.key}", shapes.Issue)["key"] == "PAY-1"
    clock.advance(minutes=1)
    call("PUT", "issue/PAY-1", {"update": {"labels": [{"add": "b"}]}})
    clock.advance(minutes=1)
    assert call.found("project = PAY AND labels = a") == ["PAY-1"]
    assert call.found("project = PAY AND labels = b") == []
    clock.advance(minutes=1)
    assert call.found("project = PAY AND labels = b") == ["PAY-1"]
    state.move(issue, "ATTIC", ALICE)
    assert call.found("project = PAY") == ["PAY-1"]
    clock.advance(minutes=2)
    assert (call.found("project = PAY"), call.found("project = ATTIC")) == ([], ["ATTIC-1"])
    state.delete(issue)
    assert call.found("project = ATTIC") == ["ATTIC-1"]
    clock.advance(minutes=2)
    assert call.found("project = ATTIC") == []


# --- people -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["user/assignable/search", "user/search"])
def test_people_are_found_by_how_their_address_begins(call: Client, state: JiraState, path: str) -> None:
    name, model = ("query", shapes.CloudUser) if state.cloud else ("username", shapes.ServerUser)
    account = "accountId" if state.cloud else "name"
    for text, expected in (("alice@example.com", [ALICE]), ("ALI", [ALICE]), ("lice", []), ("b", [BOT, "5b10bob"])):
        found = call.good("GET", path, list[model], project="PAY", **{name: text})  # type: ignore[valid-type]
        assert [user[account] for user in found] == expected
    call.refused("GET", path, project="PAY")


def test_who_can_be_assigned_depends_on_a_project(call: Client, state: JiraState) -> None:
    call.refused("GET", "user/assignable/search", **{"query" if state.cloud else "username": "alice"})


@on_cloud
def test_an_account_id_is_taken_whole_and_names_are_of_no_use_on_cloud(call: Client) -> None:
    people = list[shapes.CloudUser]
    assert call.good("GET", "user/assignable/search", people, project="PAY", accountId=ALICE)[0]["accountId"] == ALICE
    assert call.good("GET", "user/assignable/search", people, project="PAY", accountId=ALICE[:6]) == []
    call.refused("GET", "user/assignable/search", project="PAY", username="alice")


@on_server
def test_data_center_finds_by_name(call: Client) -> None:
    people = list[shapes.ServerUser]
    assert call.good("GET", "user/assignable/search", people, project="PAY", username=ALICE)[0]["name"] == ALICE
    call.refused("GET", "user/assignable/search", project="PAY", query="alice")
