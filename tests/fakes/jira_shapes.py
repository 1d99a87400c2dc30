"""What Jira's answers look like, as the REST API v2 pages document them, for the tests of the fake.

Atlassian's schemas declare nearly every property optional. Required here is what the pages' examples show in every
answer; a type that the schema gives is demanded wherever the property is there. Cloud pages are below
developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-…, those of Data Center below
developer.atlassian.com/server/jira/platform/rest/…/api-group-….
"""

# ruff: noqa: N815
from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AnyHttpUrl, BaseModel, BeforeValidator, ConfigDict, Field, create_model


def _moment(text: object) -> object:
    """Jira's own form of a moment, with milliseconds and an offset without a colon."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z") if isinstance(text, str) else text


Moment = Annotated[datetime, BeforeValidator(_moment)]
Digits = Annotated[str, Field(pattern=r"^\d+$")]
Key = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]+-[1-9]\d*$")]


class Shape(BaseModel):
    """Numbers are no strings and the other way round; what the pages do not mention is let pass unless told so."""

    model_config = ConfigDict(strict=True, extra="ignore")


class Closed(Shape):
    """An answer that holds nothing but what is documented."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Url(Shape):
    self: Annotated[AnyHttpUrl, Field(strict=False)]


class ErrorCollection(Closed):
    """Every refusal: api-group-issues, "Create issue", status 400 (ErrorCollection)."""

    errorMessages: list[str]
    errors: dict[str, str]
    status: int | None = None


class ServerInformation(Shape):
    """api-group-server-info, "Get Jira instance info"."""

    baseUrl: str
    version: str
    versionNumbers: list[int]
    deploymentType: str
    buildNumber: int
    serverTime: Moment
    scmInfo: str
    serverTitle: str


class CloudUser(Url):
    """api-group-users, "Get user"; it names nobody by `name` or `key` since the privacy changes of 2019."""

    accountId: Annotated[str, Field(max_length=128)]
    accountType: str
    displayName: str
    active: bool
    name: None = None
    key: None = None


class ServerUser(Url):
    """Data Center, api-group-user, "Get user"."""

    key: str
    name: str
    displayName: str
    active: bool
    accountId: None = None


User = CloudUser | ServerUser


class Permission(Shape):
    """api-group-permissions, "Get my permissions" (UserPermission)."""

    id: str
    key: str
    name: str
    type: str
    havePermission: bool


class Permissions(Closed):
    """api-group-permissions, "Get my permissions"."""

    permissions: dict[str, Permission]


class Configuration(Shape):
    """api-group-jira-settings, "Get global settings"; Data Center, "Get configuration"."""

    votingEnabled: bool
    watchingEnabled: bool
    unassignedIssuesAllowed: bool
    subTasksEnabled: bool
    issueLinkingEnabled: bool
    timeTrackingEnabled: bool
    attachmentsEnabled: bool


class IssueType(Url):
    """api-group-issue-types, "Get issue type"."""

    id: Digits
    name: str
    subtask: bool


class ProjectRef(Url):
    """The field `project` of an issue: api-group-issues, "Get issue"."""

    id: Digits
    key: str
    name: str


class Project(ProjectRef):
    """api-group-projects, "Get project"."""

    issueTypes: list[IssueType]


class Schema(Shape):
    type: str
    items: str | None = None
    system: str | None = None
    customId: int | None = None


class ScreenField(Shape):
    """api-group-issues, "Get create field metadata for a project and issue type id" (FieldCreateMetadata)."""

    fieldId: str
    key: str
    name: str
    required: bool
    operations: list[str]
    hasDefaultValue: bool
    schema_: Annotated[Schema, Field(alias="schema")]
    allowedValues: list[dict[str, Any]] | None = None


class Page(Closed):
    startAt: int
    maxResults: int
    total: int


class CloudTypes(Page):
    """api-group-issues, "Get create metadata issue types for a project"."""

    issueTypes: list[IssueType]


class CloudScreen(Page):
    """api-group-issues, "Get create field metadata for a project and issue type id"."""

    fields: list[ScreenField]


class ServerTypes(Page):
    """Data Center, api-group-issue, "Get metadata for project issue types"."""

    isLast: bool
    values: list[IssueType]


class ServerScreen(Page):
    """Data Center, api-group-issue, "Get metadata for issue types used for creating issues"."""

    isLast: bool
    values: list[ScreenField]


class CreatedIssue(Url, Closed):
    """api-group-issues, "Create issue", status 201."""

    id: Digits
    key: Key


class BulkError(Closed):
    """api-group-issues, "Bulk create issue" (BulkOperationErrorResult)."""

    status: int
    elementErrors: ErrorCollection
    failedElementNumber: int


class CreatedIssues(Closed):
    """api-group-issues, "Bulk create issue", status 201, and 400 where all failed."""

    issues: list[CreatedIssue]
    errors: list[BulkError]


class Named(Url):
    """A resolution or priority: api-group-issue-resolutions, api-group-issue-priorities."""

    id: Digits
    name: str


class StatusCategory(Url):
    """api-group-workflow-status-categories, "Get status category"."""

    id: int
    key: Annotated[str, Field(pattern="^(new|indeterminate|done|undefined)$")]
    colorName: str
    name: str


class Status(Url):
    """api-group-workflow-statuses, "Get status"."""

    id: Digits
    name: str
    statusCategory: StatusCategory


class LinkType(Shape):
    id: Digits
    name: str
    inward: str
    outward: str


class LinkedFields(Shape):
    summary: str
    status: Status


class LinkedIssue(Url):
    id: Digits
    key: Key
    fields: LinkedFields


class IssueLink(Url):
    """api-group-issue-links, "Get issue link"; in an issue's fields, the other side only."""

    id: str
    type: LinkType
    inwardIssue: LinkedIssue | None = None
    outwardIssue: LinkedIssue | None = None


class Comment(Url):
    """api-group-issue-comments, "Add comment", status 201."""

    id: Digits
    author: User
    updateAuthor: User
    body: str
    created: Moment
    updated: Moment


class Comments(Page):
    """api-group-issue-comments, "Get comments"; also the field `comment`."""

    comments: list[Comment]


class ChangeItem(Shape):
    field: str
    fieldtype: str


class History(Shape):
    """api-group-issues, "Get changelogs" (Changelog)."""

    id: Digits
    author: User
    created: Moment
    items: list[ChangeItem]


class Histories(Page):
    """The expansion `changelog` of "Get issue" (PageOfChangelogs)."""

    histories: list[History]


class Changelogs(Url, Page):
    """api-group-issues, "Get changelogs"; Cloud only."""

    isLast: bool
    values: list[History]


class Fields(Shape):
    """All fields of "Get issue" that have a documented form and that pmsync knows."""

    summary: str
    description: str | None
    issuetype: IssueType
    project: ProjectRef
    status: Status
    resolution: Named | None
    resolutiondate: Moment | None
    creator: User
    reporter: User
    created: Moment
    updated: Moment
    assignee: User | None
    labels: list[str]
    duedate: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")] | None
    priority: Named | None
    issuelinks: list[IssueLink]
    comment: Comments


class Issue(Url, Closed):
    """api-group-issues, "Get issue"."""

    id: Digits
    key: Key
    expand: str | None = None
    fields: Fields
    properties: dict[str, Any] | None = None
    changelog: Histories | None = None


_Some: Any = {name: (Annotated[f.annotation, Field(), *f.metadata], None) for name, f in Fields.model_fields.items()}
FewFields: Any = create_model("FewFields", __base__=Shape, **_Some)


class SomeFields(Issue):
    """An issue with those fields that were asked for, each in its form."""

    fields: FewFields


class OnlyId(Closed):
    """An issue in a search that names no fields: api-group-issue-search, "fields … The default is `id`"."""

    id: Digits


class TokenPage(Closed):
    """api-group-issue-search, "Search for issues using JQL enhanced search (GET)"; it has no total."""

    issues: list[SomeFields | OnlyId]
    isLast: bool
    nextPageToken: str | None = None


class OffsetPage(Page):
    """Data Center, api-group-search, "Perform search with JQL"."""

    issues: list[SomeFields]


class IssueError(Closed):
    id: str
    errorMessage: str


class BulkIssues(Closed):
    """api-group-issues, "Bulk fetch issues"; issues that are not found stand in neither list."""

    issues: list[SomeFields]
    issueErrors: list[IssueError]


class Transition(Shape):
    """api-group-issues, "Get transitions" (IssueTransition)."""

    id: Digits
    name: str
    to: Status
    hasScreen: bool
    fields: dict[str, dict[str, Any]] | None = None


class Transitions(Closed):
    """api-group-issues, "Get transitions"."""

    expand: str
    transitions: list[Transition]


class EntityProperty(Closed):
    """api-group-issue-properties, "Get issue property"."""

    key: str
    value: Any
