from __future__ import annotations

import json
from pathlib import Path

import pytest

from pmsync.cli.app import App
from pmsync.cli.main import main

CONFIG = """
[documents]
namespace = "acme/web"
[trackers.local]
type = "local"
"""
DOCUMENT = """---
date: 2026-11-20
status: final
---
# Checkout was down

## Action items

- Add alerting for full disks
- Write a runbook for failover
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    (tmp_path / "pmsync.toml").write_text(CONFIG)
    (tmp_path / "postmortems").mkdir()
    (tmp_path / "postmortems" / "a.md").write_text(DOCUMENT)
    monkeypatch.setenv("HOME", str(tmp_path))

    def call(*args: str, code: int = 0) -> str:
        assert main(args, App(cwd=tmp_path, environ={"HOME": str(tmp_path)})) == code, capsys.readouterr()
        return capsys.readouterr().out

    call("sync")
    return call


def test_a_ticket_is_worked_on_as_its_owner_would_and_sync_takes_it_over(run) -> None:  # type: ignore[no-untyped-def]
    assert "LOCAL-1" in run("tickets", "list")
    assert "LOCAL-1 in progress" in run("tickets", "start", "LOCAL-1", "--as", "alice")
    run("tickets", "assign", "local-2", "bob", "--as", "alice")
    run("tickets", "comment", "2", "On it.", "--as", "bob")
    run("tickets", "close", "LOCAL-1", "--wont-do", "--as", "alice")
    shown = run("tickets", "show", "LOCAL-2")
    assert "On it." in shown
    assert "bob" in shown
    assert "pmsync:" not in shown
    assert [t["ref"]["key"] for t in json.loads(run("tickets", "list", "--format", "json"))] == ["LOCAL-2"]
    assert "open → won't do" in run("-v", "sync")
    run("tickets", "reopen", "LOCAL-1")
    assert "→ open" in run("-v", "sync")
    assert run("sync") == ""


def test_the_history_of_a_ticket_is_for_people(run) -> None:  # type: ignore[no-untyped-def]
    run("tickets", "assign", "LOCAL-1", "bob", "--as", "alice")
    run("tickets", "assign", "LOCAL-1", "zed", "--as", "alice")
    run("tickets", "close", "LOCAL-1", "--wont-do", "--as", "alice")
    lines = run("tickets", "show", "LOCAL-1").splitlines()
    assert "status:    won't do" in lines
    told = [line.split(" UTC  ") for line in lines if " UTC  " in line]
    assert [what for _, what in told] == [
        "pmsync  created: Add alerting for full disks",
        "alice  assignees: bob",
        "alice  assignees: bob → zed",
        "alice  state: open → won't do",
    ]
    assert all(len(time) == len("2026-11-24 09:00") for time, _ in told)


def test_what_was_so_already_is_told(run) -> None:  # type: ignore[no-untyped-def]
    assert "LOCAL-1 closed:" in run("tickets", "close", "LOCAL-1")
    assert "LOCAL-1 was closed already:" in run("tickets", "close", "LOCAL-1")
    assert "LOCAL-1 closed as won't-do:" in run("tickets", "close", "LOCAL-1", "--wont-do")
    assert "LOCAL-2 was open already:" in run("tickets", "reopen", "LOCAL-2")
    assert "LOCAL-2 in progress:" in run("tickets", "start", "LOCAL-2")
    assert "LOCAL-2 was in progress already:" in run("tickets", "start", "LOCAL-2")


def test_assigning_to_somebody_unknown_is_a_warning(run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # type: ignore[no-untyped-def]
    def told(*accounts: str) -> str:
        app = App(cwd=tmp_path, environ={"HOME": str(tmp_path)})
        assert main(["tickets", "assign", "LOCAL-1", *accounts], app) == 0
        return capsys.readouterr().err

    assert told("zed") == "", "nobody is under [people]"
    (tmp_path / "pmsync.toml").write_text(f"{CONFIG}[people.alice]\n")
    assert told("alice") == ""
    assert told("zed") == "warning: 'zed' is not a name under [people]\nhint: known names: alice\n"


def test_without_an_embedded_tracker_that_is_said(
    run,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],  # type: ignore[no-untyped-def]
) -> None:
    github = CONFIG.replace("[trackers.local]", "[trackers.web]").replace('"local"', '"github"\nrepo = "acme/web"')
    (tmp_path / "pmsync.toml").write_text(github)
    assert main(["tickets", "list"], App(cwd=tmp_path, environ={})) == 2
    assert "no tracker of type local is configured" in capsys.readouterr().err


def test_what_is_no_ticket_is_told(run) -> None:  # type: ignore[no-untyped-def]
    run("tickets", "close", "PAY-1", code=2)
    for verb in ("show", "close", "start", "comment"):
        run("tickets", verb, "local-99", *(["words"] if verb == "comment" else []), code=2)
    run("tickets", "list", "--tracker", "other", code=2)


def test_adopt_and_forget_speak_of_items_by_their_place(run) -> None:  # type: ignore[no-untyped-def]
    run("tickets", "assign", "LOCAL-1", "alice")
    assert "has ticket LOCAL-1" in run("adopt", "postmortems/a.md:9", "LOCAL-1", "--format", "text")
    run("adopt", "postmortems/a.md:9", code=2)
    run("adopt", "postmortems/a.md:9", "https://elsewhere.test/9", code=1)
    assert "no ticket any more" in run("forget", "LOCAL-1", "--yes")
    run("sync")
    assert "LOCAL-1" in run("status")


def test_plan_says_what_is_pending_and_exits_with_four(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("plan").strip() == "No changes.\n2 items, all with a ticket."
    (tmp_path / "postmortems" / "a.md").write_text(DOCUMENT + "- Rotate the keys of the gateway\n")
    assert "1 to create" in run("plan", "--exit-code", code=4)
    value = json.loads(run("plan", "--format", "json"))
    assert value["summary"]["create"] == 1
    assert "Rotate the keys" in run("plan", "--format", "markdown")
    assert "Rotate the keys" in run("plan", "--offline")
