"""`pmsync gate`: what stops a pipeline, and what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.filled import NOW, Place, fill, make


@pytest.fixture
def filled(tmp_path: Path) -> Place:
    place = make(tmp_path)
    fill(place)
    return place


def test_an_overdue_item_stops_it(filled, capsys):
    assert filled.run("gate") == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 action item overdue."


@pytest.mark.parametrize("only", [("--service", "payments"), ("--severity", "SEV1")])
def test_only_what_was_asked_for_counts(filled, only):
    assert filled.run("gate", *only) == 1


@pytest.mark.parametrize("only", [("--service", "paymets"), ("--severity", "bogus")])
def test_a_name_that_nothing_goes_by_does_not_let_everything_pass(filled, capsys, only):
    assert filled.run("gate", *only) == 2
    err = capsys.readouterr().err
    assert repr(only[1]) in err
    assert "hint: known s" in err


def test_a_severity_that_no_item_has_at_the_moment_passes(filled):
    assert filled.run("gate", "--severity", "SEV-4") == 0


def test_nothing_overdue_lets_it_pass(filled, capsys):
    assert filled.run("gate", "--severity", "sev2") == 0
    assert capsys.readouterr().out == "Nothing is overdue.\n"


def test_an_item_of_a_restricted_document_counts_and_is_not_named(filled, capsys):
    later = replace(filled, now=NOW + timedelta(days=6))
    assert later.run("gate", "--max-age", "30d") == 1
    text = capsys.readouterr().out
    assert "(restricted)" in text
    assert "Rotate" not in text
    assert later.run("gate", "--max-age", "30d", "--format", "json") == 1
    value = json.loads(capsys.readouterr().out)
    assert [each["title"] for each in value["overdue"]] == ["Fix the pager", None]
    assert "leak" not in json.dumps(value)


def test_a_ledger_too_old_to_tell_stops_it_and_says_so(filled, capsys):
    stale = replace(filled, now=NOW + timedelta(days=8))
    assert stale.run("gate", "--severity", "sev2") == 1
    assert "too long ago to tell what is overdue" in capsys.readouterr().err
    assert stale.run("gate", "--severity", "sev2", "--max-age", "30d") == 0


def test_no_ledger_stops_it(filled, capsys):
    filled.ledger.unlink()
    assert filled.run("gate") == 1
    assert "pmsync sync" in capsys.readouterr().err


def test_a_service_without_an_incident_passes_where_that_is_said(filled, capsys):
    assert filled.run("gate", "--service", "billing") == 2
    assert "--if-known lets a service pass that had no incident yet" in capsys.readouterr().err
    assert filled.run("gate", "--service", "billing", "--if-known") == 0
    assert capsys.readouterr().out == "Nothing is overdue.\n"
    assert filled.run("gate", "--service", "payments", "--if-known") == 1
    assert filled.run("gate", "--service", "billing", "--severity", "bogus", "--if-known") == 2


def test_trouble_since_the_last_good_sync_is_told_and_stops_nothing(filled, capsys):
    fill(filled, ok=False, ago=timedelta(minutes=1))
    assert filled.run("gate", "--severity", "sev2") == 0
    told = capsys.readouterr()
    assert told.out == "Nothing is overdue.\n"
    assert "warning: the last run (pid 42 on web1, 2026-11-24 11:59 UTC) failed or left something undone" in told.err


def test_programs_get_what_is_overdue_and_as_of_when(filled, capsys):
    assert filled.run("gate", "--format", "json") == 1
    value = json.loads(capsys.readouterr().out)
    assert (value["ok"], value["last_good_sync"]) == (False, "2026-11-24T11:55:00Z")
    (late,) = value["overdue"]
    assert (late["ticket"], late["days_late"], late["due"], late["owners"]) == ("PAY-1", 4, "2026-11-20", ["alice"])
    assert filled.run("gate", "--format", "json", "--severity", "sev2") == 0
    assert json.loads(capsys.readouterr().out)["overdue"] == []


def test_programs_get_nothing_on_stdout_where_nobody_can_tell(filled, capsys):
    stale = replace(filled, now=NOW + timedelta(days=8))
    assert stale.run("gate", "--format", "json") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert json.loads(told.err)["code"] == 1


def test_a_good_sync_of_the_future_says_nothing_of_how_old_it_is(filled, capsys):
    """Else a clock that was ahead once would let everything pass until then."""
    before = replace(filled, now=NOW - timedelta(days=3))
    assert before.run("gate", "--max-age", "30d") == 1
    err = capsys.readouterr().err
    assert "in the future: a clock is or was wrong" in err
    assert "set this machine's clock, then run `pmsync sync`" in err


def test_a_severity_that_nobody_uses_stops_it_as_a_mistake(filled, capsys):
    assert filled.run("gate", "--severity", "sev9") == 2
    assert "sev9" in capsys.readouterr().err
