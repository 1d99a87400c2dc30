"""`pmsync check`: findings, exit codes, with and without a configuration."""

from __future__ import annotations

import json
from collections import UserDict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

from tests.cli.conftest import CONFIG, DOCUMENT, Run, write


def test_documents_without_findings_pass(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT})
    answer = run("check")
    assert (answer.code, answer.out, answer.err) == (0, "All checks passed: 2 items in 1 document.\n", "")


def test_a_warning_is_told_and_fails_only_when_strict(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT.replace("alice", "alcie")})
    answer = run("check")
    assert answer.code == 0
    first, last = answer.out.splitlines()
    assert first.startswith(
        "postmortems/a.md:8: warning[owner-unknown]: owner 'alcie' is not known (did you mean `alice`?"
    )
    assert last == "Found 1 warning: 2 items in 1 document."
    assert run("check", "--strict").code == 1


def test_an_error_fails(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT, "postmortems/b.md": b"\xff"})
    answer = run("check")
    assert answer.code == 1
    assert "postmortems/b.md: error[unreadable-document]" in answer.out
    assert answer.out.splitlines()[-1] == "Found 1 error: 2 items in 1 document."


def test_notes_are_told_and_pass(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT.replace("2026-11-20", "2026-10-20")})
    answer = run("check", "--strict")
    assert answer.code == 0
    assert "note[before-since]" in answer.out
    assert "All checks passed" in answer.out


def test_json_holds_counts_and_findings(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT.replace("alice", "alcie")})
    value = json.loads(run("check", "--format", "json").out)
    assert (value["documents"], value["items"], value["complete"]) == (1, 2, True)
    (finding,) = value["findings"]
    assert list(finding) == ["rule", "level", "message", "hint", "path", "line"]
    assert (finding["rule"], finding["path"], finding["line"]) == ("owner-unknown", "postmortems/a.md", 8)


def test_paths_limit_what_is_checked(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT, "postmortems/b.md": b"\xff"})
    assert run("check", "postmortems/a.md").code == 0
    assert run("check", "postmortems/b.md").code == 1


def test_findings_can_be_opened_from_where_the_command_ran(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT.replace("alice", "alcie"), "src/x": ""})
    assert run("check", cwd=tmp_path / "postmortems").out.startswith("a.md:8: ")
    assert run("check", cwd=tmp_path / "src").out.startswith(f"{tmp_path}/postmortems/a.md:8: ")


def test_without_configuration_the_rules_apply_that_need_none(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"a.md": DOCUMENT.replace("alice", "alcie") + "- Write a runbook\n"})
    answer = run("check", "a.md")
    assert answer.code == 0
    assert "owner-unknown" not in answer.out
    assert "a.md:10: warning[owner-missing]" in answer.out


def test_nothing_to_check_is_a_warning_that_says_what_was_looked_for(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG})
    answer = run("check")
    assert answer.code == 0
    assert "warning[no-documents]" in answer.out
    assert "'postmortems/**/*.md'" in answer.out


class Watched(UserDict[str, str]):
    """An environment that remembers which variables were asked for."""

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__(values)
        self.asked: list[str] = []

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.append(key)
        return self.data.get(key, default)


def test_no_secret_is_read(run: Run, tmp_path: Path) -> None:
    github = '[trackers.web]\ntype = "github"\nrepo = "acme/web"\ndefault = true\n'
    write(tmp_path, {"pmsync.toml": CONFIG + github, "postmortems/a.md": DOCUMENT})

    environ = Watched({"GITHUB_TOKEN": "x"})
    assert run("check", environ=environ).code == 0
    assert environ.asked
    assert "GITHUB_TOKEN" not in environ.asked


def test_annotations_are_commands_to_the_runner_and_nothing_else_is(run: Run, tmp_path: Path) -> None:
    hostile = DOCUMENT.replace("alice", "::stop-commands::x")
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": hostile})
    answer = run("check", "--format", "github", environ={"GITHUB_ACTIONS": "true"})
    commands = [line for line in answer.out.splitlines() if line.startswith("::")]
    assert commands
    assert all(
        line.startswith(("::warning file=postmortems/a.md,", "::error file=postmortems/a.md,")) for line in commands
    )
    plain = run("check", environ={"GITHUB_ACTIONS": "true"})
    assert not [line for line in plain.out.splitlines() if line.startswith("::")]


def test_each_format_for_ci_can_be_read_by_its_own_parser(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT.replace("alice", "alcie")})
    assert json.loads(run("check", "--format", "sarif").out)["runs"][0]["results"][0]["ruleId"] == "owner-unknown"
    assert json.loads(run("check", "--format", "gitlab").out)[0]["check_name"] == "owner-unknown"
    assert Xml.fromstring(run("check", "--format", "junit").out)[0].get("failures") == "0"
    assert Xml.fromstring(run("check", "--format", "junit", "--strict").out)[0].get("failures") == "1"
