"""Due dates by [sla] and [holidays], from documents to what `status` and `show` say."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from datetime import timedelta

import pytest

from tests.cli.conftest import CONFIG, LATER, NOW, write

# The 18th is a Friday; then come a weekend, Christmas Eve (a day off by configuration), Christmas Day (a Friday,
# public), a weekend, and New Year's Day.
SLA = """
[sla]
sev2 = "10bd"
[[sla.rules]]
kind = "mitigate"
done = "3bd"
[holidays]
country = "DE"
days = ["12-24"]
"""
DOCUMENT = """# Checkout was slow

Date: 2026-12-18
Severity: SEV2

## Action items

| Action | Owner | Kind | Due |
|---|---|---|---|
| Add an alert on latency | alice | prevent | |
| Lower the limit | alice | mitigate | |
| Close connections | bob | mitigate | 2026-12-19 |
"""


def dues(folder):
    with sqlite3.connect(folder / ".pmsync/ledger.db") as ledger:
        return ledger.execute("SELECT title, due, due_from FROM items ORDER BY line").fetchall()


def test_a_sync_over_a_weekend_and_holidays(tmp_path, run):
    write(tmp_path, {"pmsync.toml": CONFIG + SLA, "postmortems/a.md": DOCUMENT})
    assert run("sync").code == 0
    # 21 22 23 | 28 29 30 31 | 4 5 6 January; the first three are business days 1 to 3
    assert dues(tmp_path) == [
        ("Add an alert on latency", "2027-01-06", "sla"),
        ("Lower the limit", "2026-12-23", "sla"),
        ("Close connections", "2026-12-19", "document"),
    ]
    shown = {each["title"]: each["due"] for each in json.loads(run("status", "--all", "--format", "json").out)["items"]}
    assert shown["Lower the limit"] == "2026-12-23"
    assert "due        2026-12-23 by [sla]\n" in run("show", "LOCAL-2").out
    assert run("sync").out == run("sync").out, "nothing moves by itself"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles", "Europe/Berlin"])
def test_no_time_zone_moves_a_date(tmp_path, run, monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        # Good Friday; the clocks change on Sunday, and Easter Monday is off
        text = DOCUMENT.replace("2026-12-18", "2027-03-26")
        write(tmp_path, {"pmsync.toml": CONFIG + SLA, "postmortems/a.md": text})
        run("sync")
        assert dues(tmp_path)[1] == ("Lower the limit", "2027-04-01", "sla")
        assert "due        2027-04-01 by [sla]\n" in run("show", "LOCAL-2").out
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("command", ["sync", "plan", "check", "doctor"])
@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('country = "XX"', 'holidays.country: no holidays are known for "XX"'),
        ('country = "DE"\nsubdivision = "ZZ"', 'holidays.subdivision: no holidays are known for "ZZ" in DE'),
    ],
)
def test_an_unknown_place_stops_what_needs_it_before_anything_happens(tmp_path, run, command, lines, told):
    config = f'{CONFIG}[sla]\nsev2 = "10bd"\n[holidays]\n{lines}\n'
    write(tmp_path, {"pmsync.toml": config, "postmortems/a.md": DOCUMENT})
    ran = run(command)
    assert ran.code == 2
    assert told in ran.out + ran.err
    assert run("tickets", "list").out.count("LOCAL-") == 0


def test_status_neither_needs_nor_loads_the_library(tmp_path, run, monkeypatch):
    write(tmp_path, {"pmsync.toml": CONFIG + SLA, "postmortems/a.md": DOCUMENT})
    run("sync")
    monkeypatch.setitem(sys.modules, "holidays", None)
    assert "2026-12-23" in run("status").out
    assert run("show", "LOCAL-2").code == 0
    ran = run("sync")
    assert (ran.code, 'need an extra: python -m pip install "pmsync[holidays]"' in ran.err) == (2, True)


def test_check_asks_for_what_the_rules_allow(tmp_path, run):
    text = DOCUMENT.replace("2026-12-19", "2026-12-28")
    write(tmp_path, {"pmsync.toml": CONFIG + SLA, "postmortems/a.md": text})
    out = run("check").out
    assert "is due 2026-12-28, later than [sla] allows by kind (2026-12-23)" in out
    assert "make it 2026-12-23 or earlier" in out
    in_time = text.replace("| bob | mitigate | 2026-12-28 |", "| bob | prevent | 2027-01-05 |")
    write(tmp_path, {"postmortems/a.md": in_time})
    assert "later than [sla]" not in run("check").out, "New Year's Day and the others leave more time"


def test_slips_are_shown_and_in_json(tmp_path, run):
    write(tmp_path, {"pmsync.toml": CONFIG + SLA, "postmortems/a.md": DOCUMENT})
    run("sync")
    assert "Slips" not in run("show", "LOCAL-3").out
    for days, due in enumerate(("2026-12-31", "2026-12-20", "2027-01-10"), 1):
        write(tmp_path, {"postmortems/a.md": DOCUMENT.replace("2026-12-19", due)})
        run("sync", now=NOW + timedelta(days=days))
    out = run("show", "LOCAL-3").out
    assert "Slips of the due date\n" in out
    assert "  12 days    2026-12-19 → 2026-12-31, in the document (2026-11-25)\n" in out
    assert "  21 days    2026-12-20 → 2027-01-10, in the document (2026-11-27)\n" in out
    value = json.loads(run("show", "LOCAL-3", "--format", "json").out)["slips"]
    assert [(each["old"], each["new"], each["days"], each["due_from"]) for each in value] == [
        ("2026-12-19", "2026-12-31", 12, "document"),
        ("2026-12-20", "2027-01-10", 21, "document"),
    ]


def test_nobody_assigned_in_time_is_told_by_sync_and_show_until_somebody_is(tmp_path, run):
    sla = '[sla]\nsev2 = { assigned = "2bd", done = "30d" }\n'
    text = DOCUMENT.replace("2026-12-18", "2026-11-20").replace("| alice | prevent", "| | prevent")
    write(tmp_path, {"pmsync.toml": CONFIG + sla, "postmortems/a.md": text})
    first = run("sync")
    assert "nobody was assigned" not in first.out + first.err
    later = NOW + timedelta(days=1)  # Wednesday; two business days after Friday is Tuesday
    told = "nobody was assigned by 2026-11-24 to 'LOCAL-1'"
    ran = run("sync", now=later)
    assert (ran.code, told in ran.out + ran.err) == (0, True)
    assert told in run("show", "LOCAL-1", now=later).out
    run("tickets", "assign", "LOCAL-1", "bob", "--as", "bob", now=LATER)
    assert told not in run("sync", now=later).err
    assert told not in run("show", "LOCAL-1", now=later).out


def test_a_restricted_ticket_without_assignee_is_not_in_what_anybody_may_read(tmp_path, run):
    restricted = '[trackers.secret]\ntype = "local"\nrestricted = true\n'
    config = f'{CONFIG}{restricted}[sla]\nsev2 = {{ assigned = "2bd", done = "30d" }}\n'
    text = "---\nvisibility: restricted\n---\n" + DOCUMENT.replace("2026-12-18", "2026-11-20").replace("| bob |", "| |")
    write(tmp_path, {"pmsync.toml": config, "postmortems/leak.md": text})
    run("sync")
    later = NOW + timedelta(days=1)
    assert "nobody was assigned by 2026-11-24 to 'SECRET-3'" in run("plan", now=later).err
    public = run("plan", "--format", "markdown", now=later).out
    assert public
    assert not {word for word in ("SECRET-3", "leak.md", "assigned") if word in public}
