"""A restricted document that no tracker may hold: foretold, told once, and nobody else is held up by it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG, DOCUMENT, LATER, Run, write

SECRET = "---\nvisibility: restricted\n---\n" + DOCUMENT.replace("Add an alert on latency", "Rotate the keys")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT, "postmortems/leak.md": SECRET})
    return tmp_path


def test_doctor_foretells_it_and_names_the_setting(run: Run, place: Path) -> None:
    answer = run("doctor")
    assert answer.code == 0
    flat = " ".join(answer.out.split())
    assert (
        "! postmortems/leak.md: it is restricted, and no tracker is marked for that: 2 items would get no ticket"
        in flat
    )
    assert "hint: set `restricted = true` below [trackers.NAME]" in flat
    assert "Rotate" not in answer.out
    write(place, {"pmsync.toml": CONFIG.replace('type = "local"', 'type = "local"\nrestricted = true')})
    assert "no tracker is marked" not in run("doctor").out


def test_the_rest_counts_as_a_good_sync(run: Run, place: Path) -> None:
    metrics = place / "pmsync.prom"
    first = run("sync", "--metrics", metrics)
    assert (first.code, "2 created" in first.out) == (0, True)
    assert first.err.count("restricted-no-tracker") == 1
    assert "postmortems/leak.md: warning[restricted-no-tracker]" in first.err
    assert "Rotate" not in first.out + first.err
    assert "pmsync_last_run_success 1" in metrics.read_text()
    assert "pmsync_last_success_timestamp_seconds 0" not in metrics.read_text()
    second = run("sync")  # as cron runs it: what was told before is not told again
    assert (second.code, second.out, second.err) == (0, "", "")
    gate = run("gate")
    assert (gate.code, gate.out) == (0, "Nothing is overdue.\n")
    assert gate.err == ""


def test_status_says_what_keeps_it_from_a_ticket_and_advises_nothing_in_vain(run: Run, place: Path) -> None:
    run("sync")
    value = json.loads(run("status", "--format", "json").out)
    assert (value["trouble"], value["homework"]) == (None, None)
    blocked = [row for row in value["items"] if row["status"] == "blocked"]
    assert {row["path"] for row in blocked} == {"postmortems/leak.md"}
    assert "no tracker is marked for that" in blocked[0]["note"]
    err = run("status").err
    assert "pmsync sync" not in err
    assert f"`pmsync show {blocked[0]['uid']}` says what keeps it from a ticket." in err


def test_a_document_that_cannot_be_read_is_homework_and_told_as_that(run: Run, place: Path) -> None:
    write(place, {"postmortems/leak.md": b"# \xff"})
    assert run("sync").code == 1
    assert run("gate").code == 0
    err = " ".join(run("status").err.split())
    assert "warning: postmortems/leak.md:1: the file is not UTF-8" in err
    assert "pmsync sync" not in err
    write(place, {"postmortems/leak.md": SECRET})
    assert run("sync", now=LATER).code == 0
    assert "UTF-8" not in run("status", now=LATER).err
