"""The Jira fake: its answers are held to the documented shapes, its behaviour to what the documentation says."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.clock import Clock
from tests.fakes import jira_shapes as shapes
from tests.fakes.jira import FakeJira
from tests.fakes.jira_client import ALICE, BOT, Client, conforms, task, update
from tests.fakes.jira_state import JiraState

# --- shapes -----------------------------------------------------------------------------------------------------


def test_the_shapes_refuse_what_is_not_documented(call: Client, state: JiraState) -> None:
    issue = call.good("GET", f"issue/{task(state).key}", shapes.Issue)
    for wrong in (
        {**issue, "id": int(issue["id"])},
        {**issue, "status": "To Do"},
        {**issue, "fields": {**issue["fields"], "created": "2026-11-24T09:00:00Z"}},
        {**issue, "fields": {**issue["fields"], "creator": {"displayName": "Bot"}}},
    ):
        with pytest.raises(ValidationError):
            shapes.Issue.model_validate(wrong)
        with pytest.raises(ValidationError):
            shapes.SomeFields.model_validate(wrong)


def test_an_issue_that_everything_has_happened_to_has_the_official_shape(call: Client, state: JiraState) -> None:
    made = call.good("POST", "issue", shapes.CreatedIssue, update(duedate="2026-12-24", labels=["postmortem"]))
    issue, other = state.issues[made["id"]], task(state, "Another")
    person = {"accountId" if state.cloud else "name": ALICE}
    call("PUT", f"issue/{issue.key}", {"fields": {"assignee": person, "priority": {"name": "High"}}})
    call("POST", f"issue/{issue.key}/comment", {"body": "I am on it."})
    state.duplicate(issue, other, ALICE)
    state.transition(issue, "Done", ALICE, "Won't Do")
    state.move(issue, "ATTIC", ALICE)
    for each in (issue, other):
        call.good("GET", f"issue/{each.key}", shapes.Issue, expand="changelog", properties="pmsync")
    shown = call.good("GET", f"issue/{issue.key}", shapes.Issue, expand="changelog")
    assert [item["field"] for history in shown["changelog"]["histories"] for item in history["items"]] == [
        "assignee", "priority", "Link", "status", "resolution", "project", "Key",
    ]  # fmt: skip
    assert "changelog" not in call.good("GET", f"issue/{issue.key}", shapes.Issue)
    assert "properties" not in shown


def test_the_instance_and_the_project_have_the_official_shapes(call: Client, state: JiraState) -> None:
    cloud, user = state.cloud, shapes.CloudUser if state.cloud else shapes.ServerUser
    server = call.good("GET", "serverInfo", shapes.ServerInformation)
    assert server["deploymentType"] == ("Cloud" if cloud else "Server")
    assert call.good("GET", "myself", user)["accountId" if cloud else "name"] == BOT
    assert call.good("GET", "configuration", shapes.Configuration)["unassignedIssuesAllowed"]
    assert call.good("GET", "project/PAY", shapes.Project)["key"] == "PAY"
    assert "NOPE" in call.refused("GET", "project/NOPE", status=404)["errorMessages"][0]
    kinds = call.good("GET", "issue/createmeta/PAY/issuetypes", shapes.CloudTypes if cloud else shapes.ServerTypes)
    assert {each["name"]: each["id"] for each in kinds["issueTypes" if cloud else "values"]} == {
        "Task": "3",
        "Bug": "1",
    }
    state.required, state.lacks = {"customfield_10010": ["SRE", "Web"]}, frozenset({"duedate"})
    model = shapes.CloudScreen if cloud else shapes.ServerScreen
    screen = call.good("GET", "issue/createmeta/PAY/issuetypes/3", model)["fields" if cloud else "values"]
    fields = {each["fieldId"]: each for each in screen}
    assert "duedate" not in fields
    assert [each["value"] for each in fields["customfield_10010"]["allowedValues"]] == ["SRE", "Web"]
    state.permissions = {"CREATE_ISSUES": False}
    have = call.good("GET", "mypermissions", shapes.Permissions, permissions="CREATE_ISSUES,EDIT_ISSUES")["permissions"]
    assert {name: each["havePermission"] for name, each in have.items()} == {
        "CREATE_ISSUES": False,
        "EDIT_ISSUES": True,
    }


def test_a_wrong_token_is_refused_and_none_sees_the_version_only(jira: FakeJira) -> None:
    stranger, nobody = Client(jira, "wrong"), Client(jira, None)
    stranger.refused("GET", "myself", status=401)
    stranger.refused("GET", "serverInfo", status=401)
    nobody.refused("GET", "myself", status=401)
    nobody.good("GET", "serverInfo", shapes.ServerInformation)
    stranger.session.auth = ("bot@example.com", "token-example")
    assert stranger("GET", "myself").status_code == 200
    stranger.session.auth = ("bot@example.com", "other")
    stranger.refused("GET", "myself", status=401)
    stranger.session.close()
    nobody.session.close()


def test_an_unknown_address_and_a_broken_body_are_refused(call: Client) -> None:
    call.refused("GET", "nothing/like/this", status=404)
    answer = call.session.post(f"{call.jira.url}/rest/api/2/issue", data="{", timeout=5)
    assert answer.status_code == 400


# --- creating ---------------------------------------------------------------------------------------------------


def test_a_create_is_answered_with_id_key_and_address_only(call: Client, state: JiraState) -> None:
    sent = update(description="Now.", labels=["a", "b", "a"], issuetype={"id": "1"})
    made = call.good(
        "POST", "issue", shapes.CreatedIssue, {**sent, "properties": [{"key": "pmsync", "value": {"u": 1}}]}
    )
    assert made["self"] == f"{call.jira.url}/rest/api/2/issue/{made['id']}"
    shown = call.good("GET", f"issue/{made['key']}", shapes.Issue, properties="pmsync,other")
    assert (shown["fields"]["labels"], shown["properties"]) == (["a", "b"], {"pmsync": {"u": 1}})
    assert (shown["fields"]["issuetype"]["name"], shown["fields"]["status"]["name"]) == ("Bug", "To Do")
    assert state.issues[made["id"]].changes == []


@pytest.mark.parametrize(
    ("fields", "name", "text"),
    [
        ({"summary": " "}, "summary", "You must specify a summary of the issue."),
        ({"summary": "x" * 256}, "summary", "at most 255 characters"),
        ({"summary": "one\ntwo"}, "summary", "one line"),
        ({"description": "x" * 32_768}, "description", "32,767"),
        ({"labels": ["two words"]}, "labels", "The label 'two words' contains spaces which is invalid."),
        ({"labels": ["x" * 256]}, "labels", "255"),
        ({"duedate": "tomorrow"}, "duedate", "date"),
        ({"priority": {"name": "P0"}}, "priority", "invalid"),
        ({"assignee": {"accountId": "nobody", "name": "nobody"}}, "assignee", "cannot be assigned"),
        ({"colour": "red"}, "colour", "cannot be set. It is not on the appropriate screen, or unknown."),
        ({"project": {"key": "NOPE"}}, "project", "project is required"),
        ({"issuetype": {"name": "Epic"}}, "issuetype", "valid issue type"),
    ],
)
def test_a_create_that_jira_does_not_take(
    call: Client, state: JiraState, fields: dict[str, Any], name: str, text: str
) -> None:
    errors = call.refused("POST", "issue", update(**fields))["errors"]
    assert list(errors) == [name]
    assert text in errors[name]
    assert state.ever_created == 0


def test_a_required_field_must_be_there_with_one_of_its_options(call: Client, state: JiraState) -> None:
    state.required = {"customfield_10010": ["SRE", "Web"]}
    assert call.refused("POST", "issue", update())["errors"] == {"customfield_10010": "customfield_10010 is required."}
    assert list(call.refused("POST", "issue", update(customfield_10010={"value": "HR"}))["errors"]) == [
        "customfield_10010"
    ]
    made = call.good("POST", "issue", shapes.CreatedIssue, update(customfield_10010={"value": "SRE"}))
    shown = call.good("GET", f"issue/{made['id']}", shapes.Issue)
    assert shown["fields"]["customfield_10010"] == {"value": "SRE"}


def test_who_may_not_create_or_edit(call: Client, state: JiraState) -> None:
    issue = task(state)
    state.permissions = {"CREATE_ISSUES": False, "EDIT_ISSUES": False}
    assert "permission" in call.refused("POST", "issue", update())["errors"]["project"]
    call.refused("PUT", f"issue/{issue.key}", {"fields": {"summary": "x"}}, status=403)
    assert (state.ever_created, issue.summary) == (1, "Rotate the keys")


def test_fifty_are_created_in_order_and_more_are_refused(call: Client, state: JiraState) -> None:
    many = [update(summary=f"Number {number}") for number in range(51)]
    call.refused("POST", "issue/bulk", {"issueUpdates": many})
    assert state.ever_created == 0
    made = call.good("POST", "issue/bulk", shapes.CreatedIssues, {"issueUpdates": many[:50]})
    assert [state.issues[each["id"]].summary for each in made["issues"]] == [f"Number {n}" for n in range(50)]
    assert made["errors"] == []


def test_of_a_lot_the_failed_are_named_by_number_and_the_others_created(call: Client, state: JiraState) -> None:
    lot = [update(summary=f"Number {number}", labels=["two words"] if number in {1, 3} else []) for number in range(5)]
    answer = call("POST", "issue/bulk", {"issueUpdates": lot})
    assert answer.status_code == 201
    made = conforms(shapes.CreatedIssues, answer)
    assert [state.issues[each["id"]].summary for each in made["issues"]] == ["Number 0", "Number 2", "Number 4"]
    assert [(each["failedElementNumber"], each["status"]) for each in made["errors"]] == [(1, 400), (3, 400)]
    assert list(made["errors"][0]["elementErrors"]["errors"]) == ["labels"]


def test_a_lot_of_which_all_failed_is_a_400_of_the_same_shape(call: Client, state: JiraState) -> None:
    answer = call("POST", "issue/bulk", {"issueUpdates": [update(summary="")] * 2})
    assert answer.status_code == 400
    assert [each["failedElementNumber"] for each in conforms(shapes.CreatedIssues, answer)["errors"]] == [0, 1]
    assert state.ever_created == 0


# --- reading and changing an issue ------------------------------------------------------------------------------


def test_a_moved_issue_is_found_by_its_old_key_and_a_deleted_one_not(call: Client, state: JiraState) -> None:
    issue = task(state)
    state.move(issue, "ATTIC", ALICE)
    for name in ("PAY-1", "ATTIC-1", issue.id):
        shown = call.good("GET", f"issue/{name}", shapes.Issue)
        assert (shown["id"], shown["key"], shown["fields"]["project"]["key"]) == (issue.id, "ATTIC-1", "ATTIC")
    state.delete(issue)
    for name in ("PAY-1", "ATTIC-1", issue.id, "PAY-99"):
        call.refused("GET", f"issue/{name}", status=404)
        call.refused("PUT", f"issue/{name}", {"fields": {}}, status=404)
        call.refused("GET", f"issue/{name}/transitions", status=404)
        call.refused("POST", f"issue/{name}/comment", {"body": "x"}, status=404)


def test_fields_are_set_labels_added_and_removed_and_the_time_moves(
    call: Client, state: JiraState, clock: Clock
) -> None:
    issue, person = task(state, labels=["a", "b"]), {"accountId" if state.cloud else "name": ALICE}
    clock.advance(minutes=1)
    sent = {"fields": {"summary": "Rotate all", "duedate": "2026-12-24", "assignee": person}}
    sent["update"] = {"labels": [{"add": "c"}, {"add": "b"}, {"remove": "a"}, {"remove": "z"}]}
    answer = call("PUT", f"issue/{issue.key}", sent)
    assert (answer.status_code, answer.content) == (204, b"")
    shown = call.good("GET", f"issue/{issue.key}", shapes.Issue, expand="changelog")
    fields = shown["fields"]
    assert (fields["summary"], fields["duedate"], fields["labels"]) == ("Rotate all", "2026-12-24", ["b", "c"])
    assert fields["updated"] == "2026-11-24T09:01:00.000+0000"
    assert [item["field"] for item in shown["changelog"]["histories"][0]["items"]] == [
        "summary", "labels", "assignee", "duedate",
    ]  # fmt: skip
    call("PUT", f"issue/{issue.key}", {"fields": {"assignee": None, "duedate": None}})
    fields = call.good("GET", f"issue/{issue.key}", shapes.Issue)["fields"]
    assert (fields["assignee"], fields["duedate"]) == (None, None)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"fields": {"summary": ""}}, "summary"),
        ({"fields": {"status": {"name": "Done"}}}, "status"),
        ({"fields": {"labels": ["x"]}, "update": {"labels": [{"add": "y"}]}}, "labels"),
        ({"update": {"labels": [{"add": "two words"}]}}, "labels"),
        ({"update": {"colour": [{"add": "red"}]}}, "colour"),
    ],
)
def test_a_change_that_jira_does_not_take_changes_nothing(call: Client, state: JiraState, body: Any, name: str) -> None:
    issue = task(state, labels=["a"])
    assert list(call.refused("PUT", f"issue/{issue.key}", body)["errors"]) == [name]
    assert (issue.summary, issue.labels, issue.status, issue.changes) == ("Rotate the keys", ["a"], "To Do", [])


def test_properties_are_set_alone_or_with_the_fields_and_replaced(call: Client, state: JiraState) -> None:
    issue = task(state)
    here = f"issue/{issue.key}/properties/pmsync"
    call.refused("GET", here, status=404)
    assert [call("PUT", here, {"uid": uid}).status_code for uid in ("a", "b")] == [201, 200]
    assert call.good("GET", here, shapes.EntityProperty) == {"key": "pmsync", "value": {"uid": "b"}}
    call("PUT", f"issue/{issue.key}", {"properties": [{"key": "pmsync", "value": {"uid": "c"}}]})
    assert call.good("GET", f"issue/{issue.key}", shapes.Issue, properties="pmsync")["properties"] == {
        "pmsync": {"uid": "c"}
    }
    call.refused("PUT", "issue/PAY-99/properties/pmsync", {}, status=404)


def test_a_status_changes_by_the_transitions_that_lead_away_from_it(
    call: Client, state: JiraState, clock: Clock
) -> None:
    issue = task(state)
    here = f"issue/{issue.key}/transitions"
    first = call.good("GET", here, shapes.Transitions)["transitions"]
    assert {each["id"]: each["to"]["name"] for each in first} == {"11": "In Progress", "31": "Done"}
    assert not any("fields" in each for each in first)
    call.refused("POST", here, {"transition": {"id": "21"}})
    call.refused("POST", here, {})
    wrong = {"transition": {"id": "11"}, "fields": {"resolution": {"name": "Done"}}}
    assert list(call.refused("POST", here, wrong)["errors"]) == ["resolution"]
    assert call("POST", here, {"transition": {"id": "11"}}).status_code == 204
    second = call.good("GET", here, shapes.Transitions, expand="transitions.fields")["transitions"]
    assert [each["id"] for each in second] == ["12", "21", "31"]
    allowed = second[2]["fields"]["resolution"]["allowedValues"]
    assert [bool(each["fields"]) for each in second] == [False, False, True]
    assert "Duplicate" in [each["name"] for each in allowed]
    unknown = {"transition": {"id": "31"}, "fields": {"resolution": {"name": "Bored"}}}
    assert list(call.refused("POST", here, unknown)["errors"]) == ["resolution"]
    clock.advance(minutes=1)
    call("POST", here, {"transition": {"id": "31"}, "fields": {"resolution": {"name": "Duplicate"}}})
    fields = call.good("GET", f"issue/{issue.key}", shapes.Issue)["fields"]
    assert (fields["status"]["statusCategory"]["key"], fields["resolution"]["name"]) == ("done", "Duplicate")
    assert fields["resolutiondate"] == "2026-11-24T09:01:00.000+0000"
    call("POST", here, {"transition": {"id": "41"}})
    fields = call.good("GET", f"issue/{issue.key}", shapes.Issue)["fields"]
    assert (fields["status"]["name"], fields["resolution"], fields["resolutiondate"]) == ("To Do", None, None)


def test_without_a_resolution_on_the_screen_none_can_be_named(call: Client, state: JiraState) -> None:
    state.resolution_on_screen, issue = False, task(state)
    here = f"issue/{issue.key}/transitions"
    shown = call.good("GET", here, shapes.Transitions, expand="transitions.fields")["transitions"]
    assert [each["fields"] for each in shown] == [{}, {}]
    call.refused("POST", here, {"transition": {"id": "31"}, "fields": {"resolution": {"name": "Duplicate"}}})
    assert call("POST", here, {"transition": {"id": "31"}}).status_code == 204


def test_a_comment_is_answered_whole_and_listed_under_the_same_id(call: Client, state: JiraState) -> None:
    issue = task(state)
    here = f"issue/{issue.key}/comment"
    made = [call.good("POST", here, shapes.Comment, {"body": text}) for text in ("One", "Two")]
    shown = call.good("GET", here, shapes.Comments)
    assert [each["id"] for each in shown["comments"]] == [each["id"] for each in made]
    assert ([each["body"] for each in shown["comments"]], shown["total"]) == (["One", "Two"], 2)
    assert list(call.refused("POST", here, {"body": " "})["errors"]) == ["comment"]


def test_a_link_shows_at_both_ends_with_its_direction(call: Client, state: JiraState) -> None:
    copy, original = task(state, "Copy"), task(state, "Original")
    sent = {"type": {"name": "Duplicate"}, "inwardIssue": {"key": copy.key}, "outwardIssue": {"id": original.id}}
    answer = call("POST", "issueLink", sent)
    assert (answer.status_code, answer.content) == (201, b"")
    call("POST", "issueLink", sent)
    for issue, side, other in ((copy, "outwardIssue", original), (original, "inwardIssue", copy)):
        links = call.good("GET", f"issue/{issue.key}", shapes.Issue)["fields"]["issuelinks"]
        assert [link[side]["key"] for link in links] == [other.key]
        assert ("inwardIssue" in links[0]) != ("outwardIssue" in links[0])
    call.refused("POST", "issueLink", {**sent, "type": {"name": "Envies"}}, status=404)
    call.refused("POST", "issueLink", {**sent, "outwardIssue": {"key": "PAY-99"}}, status=404)
    state.delete(original)
    assert call.good("GET", f"issue/{copy.key}", shapes.Issue)["fields"]["issuelinks"] == []
