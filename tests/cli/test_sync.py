"""`pmsync sync` and `pmsync plan` as people read them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pmsync.cli.host.connect import Signals
from tests.cli.conftest import CONFIG, DOCUMENT, LATER, Run, write

Terminals = Callable[..., tuple[Any, Any]]
UNREADABLE = CONFIG.replace('type = "local"', 'type = "local"\npath = "broken.db"')


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT})


# --- a run that failed or was interrupted -------------------------------------------------------------------------


def test_a_run_that_could_not_look_never_says_that_all_agrees(run: Run, tmp_path: Path, terminal: Terminals) -> None:
    write(tmp_path, {"pmsync.toml": UNREADABLE, "postmortems/a.md": DOCUMENT, "broken.db": "no database" * 99})
    out, err = terminal()
    assert run("sync").code == 1
    assert out.getvalue() == "Nothing was sent; 2 items wait.\n2 items: 2 waiting.\n"
    assert "its tickets keep their last known state\n" in err.getvalue(), "asking again would not help"


def test_a_run_that_found_nothing_to_do_says_that_all_agrees(run: Run, place: Path, terminal: Terminals) -> None:
    run("sync")
    out, _ = terminal()
    assert run("sync").code == 0
    assert out.getvalue() == "Nothing to do: documents, tickets and ledger agree.\n2 items, all with a ticket.\n"


def test_a_run_that_was_asked_to_stop_says_so_and_is_130(
    run: Run, place: Path, terminal: Terminals, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("sync")
    monkeypatch.setattr(Signals, "stop", lambda self: True)
    out, err = terminal()
    assert run("--color", "never", "sync").code == 130
    assert out.getvalue() == "Nothing was sent.\n2 items, all with a ticket.\n"
    assert err.getvalue() == "error: interrupted\n"


# --- paths --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["plan", "sync", "check"])
def test_a_path_that_leads_to_nothing_is_wrong_usage(run: Run, place: Path, command: str) -> None:
    answer = run(command, "postmortems/nope.md")
    assert (answer.code, answer.out) == (2, "")
    assert "there is no file or folder 'postmortems/nope.md'" in answer.err
    assert not (place / ".pmsync").exists()


@pytest.mark.parametrize("command", ["plan", "sync"])
def test_a_path_without_documents_is_a_warning(
    run: Run, place: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    (place / "empty").mkdir()
    answer = run(command, "empty")
    assert answer.code == 0
    assert "warning[no-documents]: no document at 'empty'" in answer.err


def test_paths_count_from_the_working_directory(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place / "postmortems")
    write(place, {"postmortems/b.md": DOCUMENT})
    assert "2 to create" in run("plan", "b.md", cwd=place / "postmortems").out


# --- words --------------------------------------------------------------------------------------------------------


def plan_and_sync(run: Run) -> tuple[str, str]:
    return run("plan").out, run("-v", "sync").out


def test_plan_and_sync_name_the_values_that_are_sent(run: Run, place: Path) -> None:
    edited = DOCUMENT.replace("(owner: alice)", "(owner: bob, due: 2026-12-01)").replace("SEV2", "SEV1")
    run("sync")
    write(place, {"postmortems/a.md": edited})
    for text in plan_and_sync(run):
        assert "assignee: alice → bob, due: none → 2026-12-01, labels: severity:sev2 → severity:sev1" in text
    write(place, {"postmortems/a.md": edited.replace(", due: 2026-12-01", "")})
    for text in plan_and_sync(run):
        assert "due: 2026-12-01 → none" in text
        assert "None" not in text


CHANGED = DOCUMENT.replace("latency (owner: alice)", "lag (owner: bob, due: 2026-12-01, P1)").replace("SEV2", "SEV1")
CHANGES = [
    {"field": "title", "old": "Add an alert on latency", "new": "Add an alert on lag"},
    {"field": "assignee", "old": ["alice"], "new": ["bob"]},
    {"field": "due", "old": None, "new": "2026-12-01"},
    {"field": "priority", "old": None, "new": "P1"},
    {"field": "labels", "old": ["severity:sev2"], "new": ["priority:p1", "severity:sev1"]},
]


def test_programs_read_the_values_before_and_after(run: Run, place: Path) -> None:
    run("sync")
    write(place, {"postmortems/a.md": CHANGED})
    (place / "postmortems/a.md").rename(place / "postmortems/b.md")
    moved = {"field": "path", "old": "postmortems/a.md", "new": "postmortems/b.md"}
    for command, key in (("plan", "operations"), ("sync", "done")):
        first, second = json.loads(run(command, "--format", "json").out)[key]
        assert first["changes"] == [*CHANGES, moved]
        assert second["changes"] == [CHANGES[4] | {"new": ["severity:sev1"]}, moved]


@pytest.mark.parametrize("columns", [60, 80])
def test_at_a_terminal_each_change_has_its_line(
    run: Run, place: Path, terminal: Callable[..., tuple[Any, Any]], columns: int
) -> None:
    run("sync")
    write(place, {"postmortems/a.md": CHANGED})
    (place / "postmortems/a.md").rename(place / "postmortems/b.md")
    for command in ("plan", "sync"):
        out, _ = terminal(columns)
        run("--color", "never", command)
        lines = [line.strip() for line in out.getvalue().splitlines()]
        assert max(map(len, lines)) <= columns
        assert " ".join(lines).count("title: Add an alert on latency → Add an alert on lag") == 1
        assert lines.count("assignee: alice → bob") == 1
        assert lines.count("due: none → 2026-12-01") == 1
        assert " ".join(lines).count("labels: +priority:p1, severity:sev2 → severity:sev1") == 1
        assert sum("postmortems/a.md → postmortems/b.md" in line for line in lines) == 1


def test_what_people_change_in_a_tracker_is_told_with_what_it_was(run: Run, place: Path) -> None:
    run("sync")
    run("tickets", "assign", "LOCAL-1", "bob", "--as", "alice", now=LATER)
    for text in plan_and_sync(run):
        assert "assignee: alice → bob" in text


def test_a_renamed_document_is_told_as_moved(run: Run, place: Path) -> None:
    run("sync")
    (place / "postmortems/a.md").rename(place / "postmortems/b.md")
    for text in plan_and_sync(run):
        (line,) = [line for line in text.splitlines() if "postmortems/a.md" in line]
        assert " ".join(line.split()) in {
            "~ move postmortems/a.md → postmortems/b.md (2 tickets: LOCAL-1, LOCAL-2)",
            "moved postmortems/a.md → postmortems/b.md (2 tickets: LOCAL-1, LOCAL-2)",
        }
        assert "marker" not in text


def test_an_item_that_is_back_is_counted_apart(run: Run, place: Path) -> None:
    run("sync")
    write(place, {"postmortems/a.md": DOCUMENT.partition("- Close")[0]})
    run("sync")
    write(place, {"postmortems/a.md": DOCUMENT})
    assert run("plan").out.endswith(
        "Plan: 0 to create, 0 to update, 0 to adopt, 1 back in its document.\n2 items, all with a ticket.\n"
    )


def test_a_status_is_told_in_words(run: Run, place: Path) -> None:
    run("sync")
    run("tickets", "close", "LOCAL-1", "--wont-do", "--as", "alice", now=LATER)
    run("tickets", "start", "LOCAL-2", "--as", "alice", now=LATER)
    assert '"open → wont_do"' in run("plan", "--format", "json").out
    markdown = run("plan", "--format", "markdown").out
    assert "wont" not in markdown
    for text in plan_and_sync(run):
        assert "open → won't do" in text
        assert "open → in progress" in text


def test_the_only_tracker_that_is_not_restricted_is_the_default(run: Run, place: Path) -> None:
    config = place / "pmsync.toml"
    config.write_text(
        f'{CONFIG}[trackers.vault]\ntype = "local"\npath = "vault.db"\nrestricted = true\n', encoding="utf-8"
    )
    made = run("plan")
    assert made.code == 0
    assert made.out.count("→ local") == 2
