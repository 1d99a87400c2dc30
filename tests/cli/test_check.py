"""`pmsync check`: findings, exit codes, with and without a configuration."""

from __future__ import annotations

import json
import sqlite3
from collections import UserDict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from pmsync.findings import CHECK_RULES
from pmsync.sync.lock import hold
from tests.cli.conftest import CONFIG, DOCUMENT, LATER, Run, write


def test_documents_without_findings_pass(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT})
    answer = run("check")
    assert (answer.code, answer.out, answer.err) == (0, "All checks passed: 2 items in 1 document.\n", "")


def test_a_warning_is_told_and_fails_only_when_strict(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT.replace("alice", "alcie")})
    answer = run("check")
    assert answer.code == 0
    assert answer.out.splitlines() == [
        "warning[owner-unknown]: owner 'alcie' is not known, so tickets cannot be assigned to them "
        "(correct the name in the documents, or add them with these lines at the end of the configuration)",
        "# 1 item, first at postmortems/a.md:8; or is it 'alice'? Then add the name to aliases there",
        "[people.alcie]",
        "Found 1 warning: 2 items in 1 document.",
    ]
    assert run("check", "--strict").code == 1


def test_an_error_fails(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT, "postmortems/b.md": b"\xff"})
    answer = run("check")
    assert answer.code == 1
    assert "postmortems/b.md:1: error[unreadable-document]" in answer.out
    assert answer.out.splitlines()[-1] == "Found 1 error: 2 items in 1 document."


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("# A\n\n<<<<<<< HEAD\n- x\n", 3, "merge conflict marker"),
        ("---\ntitle: [\n---\n\n# A\n", 3, "front matter is not valid YAML"),
        (b"# A\n\xff\n", 2, "the file is not UTF-8"),
    ],
)
def test_what_keeps_a_document_from_being_read_has_its_line(
    run: Run, tmp_path: Path, text: str | bytes, line: int, says: str
) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": text})
    (finding,) = json.loads(run("check", "--format", "json").out)["findings"]
    assert (finding["path"], finding["line"]) == ("postmortems/a.md", line)
    assert finding["message"].startswith(says)


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
    assert list(finding) == ["rule", "level", "message", "hint", "path", "line", "about"]
    assert (finding["rule"], finding["path"], finding["line"]) == ("owner-unknown", "postmortems/a.md", 8)


def test_paths_limit_what_is_checked(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT, "postmortems/b.md": b"\xff"})
    assert run("check", "postmortems/a.md").code == 0
    assert run("check", "postmortems/b.md").code == 1


def test_findings_can_be_opened_from_where_the_command_ran(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT.replace(" (owner: alice)", ""), "src/x": ""})
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


# --- the ledger -----------------------------------------------------------------------------------------------

OLD = DOCUMENT.replace("2026-11-20", "2026-11-03")


def synced(run: Run, folder: Path, config: str = CONFIG, old: str = OLD) -> None:
    """An earlier incident with its tickets, and a new document with one of its items."""
    write(folder, {"pmsync.toml": config, "postmortems/old.md": old})
    assert run("sync").code == 0
    write(folder, {"postmortems/new.md": DOCUMENT.replace("connections after use", "the door")})


def test_an_item_that_an_earlier_incident_has_open_is_told(run: Run, tmp_path: Path) -> None:
    synced(run, tmp_path)
    answer = run("check", "postmortems/new.md", now=LATER)
    assert answer.code == 0
    (line,) = [line for line in answer.out.splitlines() if "already-open" in line]
    assert line.startswith("postmortems/new.md:8: note[already-open]: the item 'Add an alert on latency' is in ")
    assert "postmortems/old.md:8 too, open for " in line
    assert ", ticket LOCAL-1 (" in line
    write(tmp_path, {"postmortems/new.md": DOCUMENT.replace("owner: alice", "owner: alice, LOCAL-1")})
    assert "latency" not in run("check", "postmortems/new.md", now=LATER).out


def test_no_ledger_is_made_or_missed(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT})
    assert run("check").err == ""
    assert not (tmp_path / ".pmsync").exists()


def test_an_item_of_a_document_that_was_renamed_is_not_its_own_double(run: Run, tmp_path: Path) -> None:
    synced(run, tmp_path)
    (tmp_path / "postmortems/old.md").rename(tmp_path / "postmortems/renamed.md")
    assert "already-open" not in run("check", "postmortems/renamed.md", now=LATER).out


def test_a_restricted_title_shows_up_in_no_format(run: Run, tmp_path: Path) -> None:
    restricted = "---\nvisibility: restricted\n---\n" + OLD.replace("on latency", "on latencies: secret")
    vault = CONFIG.replace('type = "local"', 'type = "local"\nrestricted = true')
    synced(run, tmp_path, vault, restricted)
    for output_format in ("text", "json", "github", "sarif", "gitlab", "junit"):
        answer = run("check", "postmortems/new.md", "--format", output_format, now=LATER)
        assert "already-open" not in answer.out
        assert "secret" not in answer.out + answer.err
        assert "old.md" not in answer.out + answer.err


def broken(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"x" * 5000)


def newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('pmsync', '0099_future', '')"
        )
    connection.close()


@pytest.mark.parametrize(("spoil", "says"), [(broken, "ledger.db"), (newer, "newer pmsync"), (Path.unlink, "")])
def test_a_ledger_that_cannot_be_read_is_one_warning_and_fails_nothing(
    run: Run, tmp_path: Path, spoil: Callable[[Path], None], says: str
) -> None:
    synced(run, tmp_path)
    spoil(tmp_path / ".pmsync/ledger.db")
    answer = run("check", "--strict", now=LATER)
    assert answer.code == 0
    assert "already-open" not in answer.out
    assert answer.err.count("warning: ") == bool(says)
    assert says in answer.err


def test_a_ledger_that_another_program_keeps_locked_is_a_warning(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pmsync.ledger.file.PATIENCE", 0.05)
    synced(run, tmp_path)
    other = sqlite3.connect(tmp_path / ".pmsync/ledger.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    answer = run("check", "--strict", now=LATER)
    other.close()
    assert answer.code == 0
    assert "another program keeps it locked" in answer.err


def test_a_sync_at_work_does_not_hold_a_check(run: Run, tmp_path: Path) -> None:
    synced(run, tmp_path)
    with hold(tmp_path / ".pmsync/ledger.db", wait=0):
        assert "already-open" in run("check", now=LATER).out


# --- rules and comments ---------------------------------------------------------------------------------------


def test_the_rules_are_listed_with_the_levels_that_they_have_here(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG + '[check]\nprose = "off"\n'})
    lines = run("check", "--list-rules").out.splitlines()
    assert [line.split()[0] for line in lines] == list(CHECK_RULES)
    assert next(line for line in lines if line.startswith("prose ")).split()[1] == "off"
    assert next(line for line in lines if line.startswith("title-missing ")).split()[1] == "error"
    listed = json.loads(run("check", "--list-rules", "--format", "json").out)
    assert {each["rule"]: each["level"] for each in listed}["prose"] == "off"


def test_comments_and_levels_by_path_reach_every_format(run: Run, tmp_path: Path) -> None:
    ignored = DOCUMENT.replace(" (owner: alice)", " <!-- pmsync: ignore owner-missing, prose -->")
    legacy = '[[check.paths]]\npath = "postmortems/legacy/*"\nowner-missing = "error"\n'
    files = {"postmortems/a.md": ignored, "postmortems/legacy/b.md": DOCUMENT.replace(" (owner: alice)", "")}
    write(tmp_path, {"pmsync.toml": CONFIG + legacy, **files})
    answer = run("check", "--format", "json")
    assert answer.code == 1
    assert [
        (each["path"], each["line"], each["rule"], each["level"]) for each in json.loads(answer.out)["findings"]
    ] == [
        ("postmortems/a.md", 8, "unused-ignore", "note"),
        ("postmortems/legacy/b.md", 8, "owner-missing", "error"),
    ]
    assert run("check", "--format", "github").out.startswith(
        "::error file=postmortems/legacy/b.md,line=8,title=pmsync owner-missing::"
    )
    report = json.loads(run("check", "--format", "gitlab").out)
    assert [(each["check_name"], each["severity"], each["location"]["lines"]["begin"]) for each in report] == [
        ("unused-ignore", "info", 8),
        ("owner-missing", "major", 8),
    ]


def test_notes_are_counted_where_all_else_passed(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT.replace("Add an alert on", "Improve")})
    assert run("check").out.splitlines()[-1] == "All checks passed (1 note): 2 items in 1 document."


def test_a_configuration_that_only_teaches_words_is_enough_to_check(run: Run, tmp_path: Path) -> None:
    taught = '[vocabulary]\nsections = ["Homework"]\n'
    document = "# Down\n\nDate: 2026-11-20\n\n## Homework\n\n- Add an alert (owner: alice)\n"
    write(tmp_path, {"pmsync.toml": taught, "postmortems/a.md": document})
    answer = run("check")
    assert (answer.code, "1 item in 1 document" in answer.out) == (0, True)
    assert run("extract", "postmortems").err == ""
    refused = run("plan")
    assert (refused.code, "trackers: none is configured" in refused.err) == (2, True)


def test_where_nothing_is_configured_nothing_is_there_to_correct(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"docs/incidents/a.md": "# Down\n"})
    assert "pmsync init" in run("check").out
