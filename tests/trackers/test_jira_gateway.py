"""A scoped token works at Atlassian's gateway only, while people and documents know the site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pmsync.config.settings import TrackerSettings
from pmsync.errors import ConfigError, TrackerClosed, TrackerError
from pmsync.ledger import Ledger
from pmsync.trackers.contract import Created
from pmsync.trackers.jira.tracker import connect
from tests.clock import Clock
from tests.fakes.http import Request, Response
from tests.fakes.jira import CLOUD_ID
from tests.team import Team
from tests.trackers.contract import TrackerContract, draft, make
from tests.trackers.jira_stage import TOKEN, JiraStage

DOC = "postmortems/2026-11-20-checkout.md"
SITE, API = "https://acme.atlassian.net", f"https://api.atlassian.com/ex/jira/{CLOUD_ID}"


class TestGateway(TrackerContract):
    @pytest.fixture
    def stage(self) -> Iterator[JiraStage]:
        with JiraStage(Clock(), "cloud", gateway=True) as stage:
            yield stage


@pytest.fixture
def stage() -> Iterator[JiraStage]:
    with JiraStage(Clock(), "cloud", gateway=True) as stage:
        yield stage


def test_requests_go_to_the_gateway_and_links_lead_to_the_site(stage: JiraStage) -> None:
    outcome = stage.tracker.create([draft()])[0]
    assert isinstance(outcome, Created)
    assert outcome.ticket.ref.url == f"{stage.jira.url}/browse/{outcome.ticket.ref.key}"
    assert {ticket.ref.url for ticket in stage.tracker.scan().tickets} == {outcome.ticket.ref.url}
    assert all(record.request.path.startswith("/ex/jira/") for record in stage.jira.server.log)


@pytest.mark.parametrize("path", ["/browse/PAY-1", "/issues/PAY-1", f"/ex/jira/{CLOUD_ID}/browse/PAY-1"])
def test_links_of_the_site_and_former_ones_of_the_gateway_are_its_tickets(stage: JiraStage, path: str) -> None:
    ref = make(stage).ref
    seen = stage.tracker.recognise(f"{stage.jira.url}{path}")
    assert seen is not None
    assert (seen.key, seen.url) == (ref.key, ref.url)


@pytest.mark.parametrize("deployment", [None, "cloud"])
def test_the_site_refuses_a_scoped_token_and_the_line_to_add_is_said(deployment: str | None) -> None:
    with JiraStage(Clock(), "cloud", settings={"deployment": deployment}) as stage:
        stage.jira.scoped.add(TOKEN)
        line = f'add `api_url = "{API}"` to [trackers.payments]'
        with pytest.raises(TrackerError) as error:
            stage.tracker.scan()
        assert line in str(error.value)
        with pytest.raises(TrackerError) as error:
            stage.reconnect().probe()
        assert line in str(error.value)
        (asked,) = [r.request for r in stage.jira.server.log[:9] if r.request.path == "/_edge/tenant_info"][:1]
        assert "authorization" not in asked.headers


def test_a_data_center_that_refuses_is_not_sent_to_the_gateway() -> None:
    with JiraStage(Clock(), "server", settings={"deployment": None}) as stage:
        stage.jira.tokens.clear()
        with pytest.raises(TrackerError) as error:
            stage.tracker.scan()
        assert "JIRA_TOKEN" in str(error.value)
        assert "api.atlassian.com" not in str(error.value)


def test_a_token_whose_scopes_do_not_reach_is_told_which_it_needs(stage: JiraStage) -> None:
    said = {"code": 401, "message": "Unauthorized; scope does not match"}
    stage.jira.server.before = lambda _: Response(401, said)
    with pytest.raises(TrackerClosed, match="`write:jira-work`"):
        stage.tracker.scan()


def test_an_api_url_of_another_site_is_refused_before_anything_is_looked_up(stage: JiraStage) -> None:
    stage.settings = replace(stage.settings, url="https://other.atlassian.net")
    with pytest.raises(
        TrackerClosed, match=r"api_url leads to the Jira of .*, but trackers\.payments\.url is 'https://other"
    ):
        stage.reconnect().scan()
    assert [record.request.path.rpartition("/")[2] for record in stage.jira.server.log] == ["serverInfo"]


@pytest.mark.parametrize(
    "api_url",
    [
        "https://api.atlassian.com",
        "https://api.atlassian.com/ex/confluence/11223344-a1b2-3b33-c444-def123456789",
        "https://api.atlassian.com/ex/jira/",
        "https://api.atlassian.com/ex/jira/../confluence/1",
        f"{API}/rest/api/2/../../../../confluence",
        f"{API}%2f..%2f..",
        "https://api.atlassian.com.evil.example/ex/jira/1",
        f"http://api.atlassian.com/ex/jira/{CLOUD_ID}",
        "https://evil.example/ex/jira/1",
    ],
)
@pytest.mark.parametrize("key", ["api_url", "url"])
@pytest.mark.parametrize("ci", ["", "true"])
def test_a_token_goes_to_no_other_place_whatever_the_file_says(api_url: str, key: str, ci: str) -> None:
    places = {"url": SITE, key: api_url}
    settings = TrackerSettings("pay", "jira", project="PAY", token_env="T", **places)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=rf"trackers\.pay\.{key} is "):
        connect(settings, {"T": "secret", "CI": ci})


@pytest.mark.parametrize("ci", ["", "true"])
@pytest.mark.parametrize("site", [SITE, "https://jira.acme.example"])
def test_the_gateway_is_jiras_own_host_in_ci_too(ci: str, site: str) -> None:
    settings = TrackerSettings("pay", "jira", url=site, api_url=API, project="PAY", token_env="T")
    connect(settings, {"T": "secret", "CI": ci})


def test_who_had_the_gateway_as_url_keeps_every_ticket_and_gets_links_to_the_site(tmp_path: Path) -> None:
    with JiraStage(Clock(), "cloud", gateway=True) as stage:
        site, gateway = stage.jira.url, stage.jira.gateway
        team = Team(tmp_path, stage)

        def configure(**addresses: str) -> None:
            stage.settings = replace(stage.settings, default=True, **addresses)  # type: ignore[arg-type]
            team.settings = replace(team.settings, trackers={"payments": stage.settings})

        configure(url=gateway, api_url="")
        team.write(DOC, "Add alerting for full disks", "Rotate the keys of the gateway")
        assert team.sync().ok
        assert {link.ticket.ref.url.rpartition("/browse/")[0] for link in team.links().values()} == {gateway}
        checks = {check.name: check for check in stage.reconnect().probe().checks}
        assert f'set `url = "{site}"` and `api_url = "{gateway}"` in [trackers.payments]' in checks["url"].hint

        configure(url=site, api_url=gateway)
        team.write(DOC, "Add alerting for full disks", f"Rotate the keys of the gateway ({gateway}/browse/PAY-2)")
        result = team.sync()
        assert result.ok, [str(finding) for finding in result.findings]
        assert stage.created() == 2
        assert {link.ticket.ref.url.rpartition("/browse/")[0] for link in team.links().values()} == {site}
        with Ledger.open(tmp_path / "ledger.db", readonly=True) as ledger:
            assert ledger.places()["tracker payments"] == f"jira {site}"
        asked = stage.requests()
        assert team.sync().ok
        assert stage.requests() - asked <= 3, "the links are put right once"


def test_an_answer_that_names_no_site_is_believed_to_be_the_one_that_is_configured(stage: JiraStage) -> None:
    def untold(request: Request, response: Response) -> Response:
        hidden = request.path.endswith("/serverInfo")
        return replace(response, body={"deploymentType": "Cloud"}) if hidden else response

    stage.jira.server.after = untold
    assert isinstance(stage.reconnect().create([draft()])[0], Created)
