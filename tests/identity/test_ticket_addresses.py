"""The addresses under which a browser shows a ticket, which reading and the trackers both go by."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmsync.config import file
from pmsync.config.settings import TrackerSettings, Vocabulary
from pmsync.documents.items import parse
from pmsync.documents.items.fields.tickets import is_ticket_url
from pmsync.identity.ticket_addresses import github_issue, jira_key, same_ticket
from pmsync.trackers.github import tracker as github
from pmsync.trackers.jira import tracker as jira

SITE = "https://acme.atlassian.net"
JIRA = (
    "/browse/PAY-1",
    "/browse/PAY-1/",
    "/browse/PAY-1?focusedCommentId=10012",
    "/browse/PAY-1?focusedCommentId=10012&page=com.atlassian.jira.plugin.system.issuetabpanels:comment-tabpanel#comment-1",
    "/browse/PAY-1#add-comment",
    "/browse/PAY-1?jql=project%20%3D%20PAY",
    "/issues/PAY-1",
    "/issues/PAY-1?filter=-4&jql=ORDER%20BY%20assignee",
    "/issues/?jql=project%20%3D%20PAY&selectedIssue=PAY-1",
    "/issues/?filter=10010&selectedIssue=PAY-1",
    "/i#browse/PAY-1",
    "/i/#browse/PAY-1?jql=",
    "/projects/PAY/issues/PAY-1",
    "/projects/PAY/issues/PAY-1?filter=allopenissues",
    "/projects/PAY/queues/custom/27/PAY-1",
    "/projects/PAY/queues/issue/PAY-1",
    "/servicedesk/agent/PAY/queues/all-open/PAY-1",
    "/servicedesk/agent/PAY/issue/PAY-1",
    "/servicedesk/customer/portal/7/PAY-1",
    "/servicedesk/customer/portal/7/PAY-1?sda_source=notification-email",
    "/plugins/servlet/theme/portal/7/PAY-1",
    "/plugins/servlet/mobile#issue/PAY-1",
    "/secure/RapidBoard.jspa?rapidView=3&view=detail&selectedIssue=PAY-1",
    "/secure/RapidBoard.jspa?rapidView=3&projectKey=PAY&modal=detail&selectedIssue=PAY-1&quickFilter=10",
    "/secure/ViewIssue.jspa?key=PAY-1",
    "/si/jira.issueviews:issue-html/PAY-1/PAY-1.html",
    "/login.jsp?os_destination=%2Fbrowse%2FPAY-1",
    "/jira/software/projects/PAY/boards/3?selectedIssue=PAY-1",
    "/jira/software/projects/PAY/boards/3/backlog?selectedIssue=PAY-1&sprints=8",
    "/jira/software/projects/PAY/boards/3/timeline?selectedIssue=PAY-1",
    "/jira/software/c/projects/PAY/boards/3?modal=detail&selectedIssue=PAY-1",
    "/jira/software/c/projects/PAY/issues/PAY-1",
    "/jira/software/projects/PAY/issues/PAY-1?jql=project%20%3D%20%22PAY%22",
    "/jira/software/projects/PAY/list?selectedIssue=PAY-1",
    "/jira/core/projects/PAY/board?groupBy=status&selectedIssue=PAY-1",
    "/jira/core/projects/PAY/issues/PAY-1",
    "/jira/servicedesk/projects/PAY/queues/custom/1/PAY-1",
    "/jira/servicedesk/projects/PAY/section/incidents/custom/5/PAY-1",
    "/jira/servicedesk/projects/PAY/issues/PAY-1",
    "/jira/polaris/projects/PAY/ideas/view/54?selectedIssue=PAY-1&issueViewLayout=sidebar",
    "/jira/plans/24/scenarios/24/timeline?selectedIssue=PAY-1",
    "/jira/your-work?selectedIssue=PAY-1",
    "/jira/dashboards/15429?selectedIssue=PAY-1",
)
NO_JIRA = (
    "",
    "/browse/PAY",
    "/browse/PAY-0",
    "/browse/PAY-1x",
    "/projects/PAY/versions/10000",
    "/jira/software/projects/PAY/boards/3",
    "/issues/?jql=key%20%3D%20PAY-1",
    "/wiki/spaces/PAY/pages/1/PAY-1",
    "/secure/attachment/10001/PAY-1",
    "/secure/CreateIssue.jspa?key=PAY-1",
    "/login.jsp?os_destination=https%3A%2F%2Fevil.example%2Fbrowse%2FPAY-1",
)
GITHUB = (
    "https://github.com/acme/web/issues/12",
    "http://github.com/acme/web/issues/12",
    "https://github.com/Acme/Web/issues/12/",
    "https://www.github.com/acme/web/issues/12",
    "https://redirect.github.com/acme/web/issues/12",
    "https://github.com:443/acme/web/issues/12",
    "https://github.com/acme/web/issues/12#issuecomment-1",
    "https://github.com/acme/web/issues/12/?notification_referrer_id=x#event-5",
    "https://github.com/orgs/acme/projects/5?pane=issue&itemId=123&issue=acme%7Cweb%7C12",
    "https://github.com/users/alice/projects/9/views/1?pane=issue&itemId=1&issue=acme|web|12",
    "https://github.com/acme/web/issues?issue=acme%7Cweb%7C12",
)
NO_GITHUB = (
    "https://github.com/acme/web/pull/12",
    "https://github.com/acme/web/pull/12#issuecomment-1",
    "https://github.com/acme/web/commit/0f3c2d1e9b",
    "https://github.com/acme/web/discussions/12",
    "https://github.com/acme/web/issues/new",
    "https://github.com/acme/web/issues?q=12",
    "https://github.com/orgs/acme/projects/5?pane=issue&itemId=12",
    "https://evil.example/?next=https://github.com/acme/web/issues/12",
    "https://github.com.evil.example/acme/web/issues/12",
    "https://[bad/acme/web/issues/12",
)


def in_jira(url: str = SITE, project: str = "PAY") -> jira.JiraTracker:
    settings = TrackerSettings("payments", "jira", url=url, project=project, token_env="T", deployment="server")
    return jira.connect(settings, {"T": "secret", "PMSYNC_HOSTS": "tools.acme.example:8443 tools.acme.example"})


def in_github(**settings: str) -> github.GitHubTracker:
    return github.connect(
        TrackerSettings("platform", "github", repo="acme/web", **settings),
        {"GITHUB_TOKEN": "secret", "PMSYNC_HOSTS": "github.acme.example:8443 github.acme.example"},
    )


def tickets_of(text: str, projects: tuple[tuple[str, str], ...] = ()) -> tuple[str, ...]:
    document = parse(f"# Down\n\n## Action items\n\n- Add alerting {text}\n", "a.md", Vocabulary(projects=projects))
    return document.items[0].tickets


@pytest.mark.parametrize("path", JIRA)
@pytest.mark.parametrize("site", [SITE, "https://tools.acme.example:8443/jira"])
def test_jira_shows_an_issue_under_many_addresses_and_all_are_read_and_recognised(site: str, path: str) -> None:
    assert jira_key(site + path) == "PAY-1"
    assert is_ticket_url(site + path)
    assert tickets_of(f"([the ticket]({site}{path}))") == (site + path,)
    ref = in_jira(site).recognise(site + path)
    assert ref is not None
    assert (ref.key, ref.url) == ("PAY-1", f"{site}/browse/PAY-1")
    assert same_ticket(site + path, ref.url)


@pytest.mark.parametrize("path", NO_JIRA)
def test_what_shows_no_issue_is_none(path: str) -> None:
    assert in_jira().recognise(SITE + path) is None
    assert not is_ticket_url(SITE + path)


def test_an_issue_of_another_jira_project_or_context_path_is_not_ours() -> None:
    tracker = in_jira("https://tools.acme.example/jira")
    for address in (
        "https://tools.acme.example/browse/PAY-1",
        "https://tools.acme.example/jira2/browse/PAY-1",
        "https://tools.acme.example:8443/jira/browse/PAY-1",
        "https://other.example/jira/browse/PAY-1",
        "https://tools.acme.example/jira/browse/OPS-1",
        "https://tools.acme.example/jira/browse/PAY-1?selectedIssue=OPS-2",
    ):
        assert tracker.recognise(address) is None, address
    for address in ("http://TOOLS.acme.example/jira/browse/pay-1", "https://tools.acme.example:443/jira/browse/PAY-1"):
        assert tracker.recognise(address) is not None, address


@pytest.mark.parametrize("address", GITHUB)
def test_github_shows_an_issue_under_many_addresses_and_all_are_read_and_recognised(address: str) -> None:
    found = github_issue(address)
    assert found is not None
    assert (found[0], found[1].lower(), found[2]) == ("github.com", "acme/web", 12)
    assert tickets_of(f"([the ticket]({address}))") == (address.replace("|", "%7C"),)
    tracker = in_github()
    ref = tracker.recognise(address)
    tracker.close()
    assert ref is not None
    assert (ref.key, ref.url) == ("acme/web#12", "https://github.com/acme/web/issues/12")
    assert same_ticket(address, ref.url)


@pytest.mark.parametrize("address", NO_GITHUB)
def test_a_pull_request_a_commit_and_a_list_are_no_issue(address: str) -> None:
    tracker = in_github()
    assert tracker.recognise(address) is None
    tracker.close()
    assert github_issue(address) is None or "evil" in address


def test_an_enterprise_server_has_its_own_host_and_port() -> None:
    tracker = in_github(api_url="https://github.acme.example:8443/api/v3")
    assert tracker.recognise("https://github.acme.example:8443/acme/web/issues/3?x#y") is not None
    assert tracker.recognise("https://github.acme.example/acme/web/issues/3") is None
    assert tracker.recognise("https://github.com/acme/web/issues/3") is None
    tracker.close()


@pytest.mark.parametrize(
    "key", ["RFC-1", "SEV-2", "PM2026-3", "A11Y-1", "HTTP-2", "UTF-8", "SHA_256-12", "PLATFORMTEAMS-7"]
)
def test_a_key_of_a_configured_project_is_a_ticket_whatever_else_it_looks_like(key: str) -> None:
    project = key.rpartition("-")[0]
    ours = ((SITE, project),)
    assert tickets_of(f"({key})", ours) == (key,)
    assert tickets_of(f"([{key}]({SITE}/browse/{key.lower()}))", ours) == (f"{SITE}/browse/{key.lower()}",)
    assert in_jira(project=project).recognise(key) is not None


def test_such_words_are_none_where_no_project_is_called_so() -> None:
    for word in ("RFC-1", "SEV-2", "UTF-8", "SHA-256", "CVE-2026-1234", "PM2026-3"):
        assert tickets_of(f"({word})", ((SITE, "PAY"),)) == (), word
        assert tickets_of(f"({word})") == (), word


def test_a_number_with_a_leading_nought_is_no_key() -> None:
    assert tickets_of("(RFC-0012)", ((SITE, "RFC"),)) == ()


def test_the_configured_projects_reach_reading() -> None:
    tables = {
        "pay": {"type": "jira", "url": f"{SITE}/", "project": "RFC"},
        "web": {"type": "github", "repo": "acme/web"},
    }
    data = {"documents": {"namespace": "acme/web"}, "trackers": {**tables, "web": {**tables["web"], "default": True}}}
    assert file.parse(data, Path("/srv"), "pmsync.toml", home="").vocabulary.projects == ((SITE, "RFC"),)
