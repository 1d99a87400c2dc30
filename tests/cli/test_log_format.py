"""The log as JSON lines: every line of stderr is one, whatever went well or wrong, and the result stays as it is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest

from pmsync import __version__
from pmsync.cli.main import cli
from tests.cli.conftest import CONFIG, DOCUMENT, LATER, Ran, Run, write
from tests.cli.test_cron import DEAF, busy

__all__ = ["busy"]
JSON = {"PMSYNC_LOG_FORMAT": "json"}
ALWAYS = {"@timestamp", "log.level", "message", "ecs.version", "service.name", "service.version", "process.pid"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT})


def lines(answer: Ran) -> list[dict[str, Any]]:
    """The log. Asserts what each line of it has to have."""
    found = [json.loads(line) for line in answer.err.splitlines()]
    for each in found:
        assert set(each) >= ALWAYS
        assert list(each)[:3] == ["@timestamp", "log.level", "message"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", each["@timestamp"])
        assert each["log.level"] in {"debug", "info", "warn", "error"}
        assert each["message"]
        assert (each["service.name"], each["service.version"]) == ("pmsync", __version__)
        ours = {
            name for name in each if not re.match(r"@timestamp|(log|event|error|process|service|ecs)\.|message", name)
        }
        assert all(name.startswith("pmsync.") for name in ours)
    return found


def by_action(found: list[dict[str, Any]], action: str) -> list[dict[str, Any]]:
    return [each for each in found if each.get("event.action") == action]


def test_a_run_tells_its_beginning_each_change_and_its_end(run: Run, place: Path) -> None:
    answer = run("--log-format", "json", "sync")
    assert answer.out == "Sync: 2 created (LOCAL-1, LOCAL-2).\n", "the result is as always"
    begin, one, two, end = lines(answer)
    assert begin["event.action"] == "run-started"
    assert begin["pmsync.namespace"] == "acme/web"
    assert [each["event.action"] for each in (one, two)] == ["created", "created"]
    assert one["message"] == "created LOCAL-1  Add an alert on latency"
    assert one["pmsync.uid"] != two["pmsync.uid"]
    assert (one["pmsync.tracker"], one["pmsync.ticket"], one["pmsync.url"], one["pmsync.status"]) == (
        "local", "LOCAL-1", "local:local/1", "open",
    )  # fmt: skip
    assert (end["event.action"], end["event.outcome"], end["log.level"]) == ("run-ended", "success", "info")
    assert end["pmsync.counts"] == {"created": 2}
    assert 0 < end["event.duration"] < 60 * 10**9, "nanoseconds"


def test_what_a_tracker_changed_is_told_with_what_it_was(run: Run, place: Path) -> None:
    run("sync")
    run("tickets", "close", "LOCAL-1", "--wont-do", "--as", "alice", now=LATER)
    (changed,) = by_action(lines(run("sync", environ=JSON)), "changed")
    assert (changed["pmsync.status"], changed["pmsync.detail"]) == ("wont_do", "open → wont_do")


def test_findings_say_their_rule_and_place(run: Run, place: Path) -> None:
    write(place, {"postmortems/a.md": DOCUMENT.replace("bobby", "nobody-known")})
    found = lines(run("sync", environ=JSON))
    (finding,) = by_action(found, "finding")
    assert (finding["log.level"], finding["pmsync.rule"]) == ("warn", "owner-unknown")
    assert (finding["pmsync.path"], finding["pmsync.line"]) == ("postmortems/a.md", 9)
    assert finding["pmsync.hint"]
    assert found[-1]["pmsync.findings"] == {"warning": 1}
    (owed,) = by_action(lines(run("sync", environ=JSON)), "finding")
    assert (owed["log.level"], owed["pmsync.rule"]) == ("info", "owner-owed")
    assert not by_action(lines(run("sync", environ=JSON)), "finding"), "as in the text, nothing is told twice"


def test_a_failure_is_an_error_and_so_is_the_end(run: Run, place: Path) -> None:
    write(place, {"pmsync.toml": DEAF, "broken.db": "no database" * 99})
    answer = run("sync", environ=JSON)
    found = lines(answer)
    assert (answer.code, answer.out) == (1, "")
    assert [each["pmsync.rule"] for each in by_action(found, "finding")] == ["tracker-failed"]
    assert (found[-1]["log.level"], found[-1]["event.outcome"]) == ("error", "failure")
    assert found[-1]["message"] == "Nothing was sent."


def test_written_links_are_told_too(run: Run, place: Path) -> None:
    found = lines(run("sync", "--write-back", "--format", "json", environ=JSON))
    one, _ = by_action(found, "linked")
    assert (one["pmsync.ticket"], one["pmsync.path"], one["pmsync.line"]) == ("LOCAL-1", "postmortems/a.md", 8)
    assert by_action(found, "run-started")


def test_a_run_that_leaves_the_work_to_another_says_so(busy: Path, run: Run) -> None:
    answer = run("sync", environ=JSON)
    assert (answer.code, answer.out) == (0, "")
    (skipped,) = by_action(lines(answer), "run-skipped")
    assert "another run (pid " in skipped["message"]


def test_quiet_leaves_only_errors(run: Run, place: Path) -> None:
    assert run("-q", "sync", environ=JSON).err == ""
    write(place, {"pmsync.toml": "[documents]\n"})
    assert [each["log.level"] for each in lines(run("-q", "sync", environ=JSON))] == ["error"]


@pytest.mark.parametrize(
    ("args", "code", "kind"),
    [
        (("--log-format", "json", "sync", "--nope"), 2, "NoSuchOption"),
        (("--log-format=json", "snyc"), 2, "NoSuchCommand"),
        (("--log-format", "json", "--config", "nope.toml", "status"), 2, "ConfigError"),
        (("--log-format", "json", "status"), 1, "LedgerError"),
        (("--log-format", "json", "status", "--format", "json"), 1, "LedgerError"),
    ],
)
def test_what_ends_a_command_is_one_line(run: Run, place: Path, args: tuple[str, ...], code: int, kind: str) -> None:
    answer = run(*args)
    assert (answer.code, answer.out) == (code, "")
    (error,) = lines(answer)
    assert (error["log.level"], error["event.outcome"]) == ("error", "failure")
    assert (error["error.type"], error["process.exit_code"]) == (kind, code)
    assert error["error.message"].startswith(error["message"])
    assert "error.stack_trace" not in error


def test_all_problems_of_a_configuration_are_in_it(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": "[documents]\nsince = 1\n[trackers.a]\ntype = 'x'\n"})
    (error,) = lines(run("check", environ=JSON))
    assert error["message"] == "the configuration has 3 problems"
    assert error["error.message"].count("\n") == 3


@pytest.mark.parametrize("debug", [(), ("--debug",)])
def test_a_bug_is_one_line_with_its_traceback_where_that_is_wanted(
    run: Run, monkeypatch: pytest.MonkeyPatch, debug: tuple[str, ...]
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("by hunter2-hunter2")

    monkeypatch.setattr(cli, "get_command", lambda ctx, name: click.Command("status", callback=fail))
    answer = run(*debug, "status", environ={**JSON, "SOME_TOKEN": "hunter2-hunter2"})
    (error,) = lines(answer)
    assert (answer.code, error["error.type"], error["process.exit_code"]) == (3, "ZeroDivisionError", 3)
    assert ("ZeroDivisionError" in error.get("error.stack_trace", "")) == bool(debug)
    assert "hunter2" not in answer.err


def test_other_commands_log_alike(run: Run, place: Path) -> None:
    run("sync")
    answer = run("status", environ=JSON, now=LATER)
    assert "LOCAL-1" in answer.out
    summary, stale = lines(answer)
    assert summary["message"].startswith("Showing 2 of 2 open items")
    assert (stale["log.level"], "more than a day ago" in stale["message"]) == ("warn", True)
    assert stale["pmsync.hint"].startswith("run `pmsync sync`")


def test_an_unknown_format_is_told(run: Run, place: Path) -> None:
    answer = run("check", environ={"PMSYNC_LOG_FORMAT": "xml"})
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "error: PMSYNC_LOG_FORMAT is 'xml'; write text or json\n"
    assert run("--log-format", "xml", "check").code == 2
