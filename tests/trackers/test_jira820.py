"""A second opinion: the jira820 emulator of Jira Data Center 8.20, in a process of its own, with the real client.

It has no bulk create, no entity properties and no epoch milliseconds in JQL, all of which the product relies on; what
needs them is listed here and not run, and nothing in the product bends to it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import requests

from pmsync.config.settings import TrackerSettings
from pmsync.model import Ref
from pmsync.trackers.contract import Gone, Rejected
from pmsync.trackers.jira.tracker import JiraTracker, connect
from tests.trackers.contract import draft

NOT_THERE = {
    "create": "it has no POST issue/bulk (404 or 405), by which every ticket is created",
    "find": "its JQL answers an epoch-millisecond literal with 500 and ignores clauses that it does not know",
    "incremental scan": "the same literal",
    "markers": "it keeps no entity properties; the uid label alone is read",
    "update of labels": "it drops `update.labels.add`",
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {**os.environ, "JIRA820_PORT": str(port), "JIRA820_PROJECT_KEY": "OPS"}
    process = subprocess.Popen(
        [sys.executable, "-m", "jira820"], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            requests.get(f"{address}/rest/api/2/serverInfo", timeout=1)
            break
        except requests.ConnectionError:
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(10)


@pytest.fixture
def tracker(url: str) -> JiraTracker:
    settings = TrackerSettings(
        "ops", "jira", url=url, project="OPS", token_env="T", deployment="server", accounts=("bot",)
    )
    return connect(settings, {"T": "x"})


def make(url: str, **fields: object) -> Ref:
    body = {"fields": {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "Add alerting", **fields}}
    made = requests.post(f"{url}/rest/api/2/issue", json=body, timeout=5).json()
    return Ref("ops", str(made["id"]), made["key"], "")


def test_a_full_scan_shows_what_carries_the_label(tracker: JiraTracker, url: str) -> None:
    ref = make(url, labels=["postmortem", "pm-abcdefghijkl"])
    make(url, labels=["other"])
    found = tracker.scan().tickets
    assert [ticket.ref.key for ticket in found] == [ref.key]
    assert found[0].title == "Add alerting"
    assert found[0].marker is not None
    assert found[0].marker.uid == "abcdefghijkl"


def test_a_missing_ticket_is_gone(tracker: JiraTracker, url: str) -> None:
    make(url)
    ref = Ref("ops", "OPS-9999", "OPS-9999", "")
    assert isinstance(tracker.get([ref])[ref], Gone)


def test_a_create_that_the_server_does_not_know_is_a_clear_refusal(tracker: JiraTracker) -> None:
    outcome = tracker.create([draft(1)])[0]
    assert isinstance(outcome, Rejected)
    assert "40" in outcome.reason
    assert NOT_THERE["create"]
