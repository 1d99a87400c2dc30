"""`pmsync calendar`, its file read back by icalendar."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import icalendar
import pytest

from pmsync.calendar.entries import MOST_LATE
from pmsync.ledger import Ledger
from pmsync.model import Document, Fields, Status
from tests.cli.filled import NOW, Place, fill, make
from tests.ledger.samples import item, link, ticket

TODAY = NOW.date()
LATE, TEAM_LATE = "late-alice@acme/web", "late@acme/web"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return make(tmp_path)


def put(place: Place, *rows: tuple[str, str, int, str], closed: str = "") -> None:
    """Items by (letter, owners by comma, due in days, document)."""
    with Ledger.open(place.ledger) as ledger:
        run = ledger.begin_run(NOW, host="h", pid=1, scope="")
        docs = [
            Document("open", "pm/open.md", "Outage", severity="sev2"),
            Document("vault", "pm/vault.md", "The key leaked", restricted=True),
        ]
        items, links = [], []
        for line, (letter, owners, days, name) in enumerate(rows, 1):
            title = f"Item {letter}"
            fields = Fields(title, tuple(owners.split(",")) if owners else ())
            due = TODAY + timedelta(days=days)
            items.append(item(letter * 12, name, title, line=line, standing="ticketed", due=due, fields=fields))
            done = {"status": Status.DONE, "closed_at": NOW} if letter in closed else {}
            links.append(replace(link(letter * 12, name, f"PAY-{line}"), ticket=ticket(f"PAY-{line}", **done)))
        ledger.save_documents(run, NOW, docs, items, judged=["open", "vault"], gone=[])
        ledger.save_links(run, NOW, links, "pmsync")
        ledger.end_run(run, NOW, ok=True, counts={}, findings=[])


def read(place: Place, *args: str, now: datetime = NOW) -> dict[str, icalendar.Event]:
    """The entries by uid, after writing them."""
    assert replace(place, now=now).run("calendar", "out.ics", *args) == 0
    calendar = icalendar.Calendar.from_ical((place.root / "out.ics").read_bytes())
    events = {str(event["uid"]): event for event in calendar.walk("VEVENT")}
    assert len(events) == len(calendar.walk("VEVENT"))
    return events


def day(event: icalendar.Event) -> date:
    return event["dtstart"].dt


# --- what is in it --------------------------------------------------------------------------------------------


def test_each_due_date_is_an_all_day_entry_that_leaves_people_free(place: Place) -> None:
    put(place, ("a", "alice", 3, "open"), ("b", "", 0, "open"))
    events = read(place)
    assert set(events) == {"aaaaaaaaaaaa@acme/web", "bbbbbbbbbbbb@acme/web"}
    event = events["aaaaaaaaaaaa@acme/web"]
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 11, 27), date(2026, 11, 28))
    assert not isinstance(event["dtstart"].dt, datetime), "a day has no zone"
    assert (event["transp"], event["class"], event["url"]) == (
        "TRANSPARENT",
        "PUBLIC",
        "https://acme.example/browse/PAY-1",
    )
    assert event["summary"] == "Item a (PAY-1, alice)"
    assert event["description"].splitlines() == [
        "Owner: alice",
        "Ticket: PAY-1 (open)",
        "Severity: sev2",
        "From: Outage (pm/open.md:1)",
    ]
    assert event["dtstamp"].dt == NOW
    assert events["bbbbbbbbbbbb@acme/web"]["summary"] == "Item b (PAY-2, nobody)"


def test_a_moved_date_moves_the_entry_and_a_closed_item_leaves(place: Place) -> None:
    put(place, ("a", "alice", 3, "open"), ("b", "bob", 4, "open"))
    before = read(place)
    put(place, ("a", "alice", 9, "open"), ("b", "bob", 4, "open"), closed="b")
    after = read(place, now=NOW + timedelta(hours=1))
    assert set(before) - set(after) == {"bbbbbbbbbbbb@acme/web"}
    (uid,) = after
    assert (day(before[uid]), day(after[uid])) == (date(2026, 11, 27), date(2026, 12, 3))
    assert after[uid]["dtstamp"].dt > before[uid]["dtstamp"].dt, "so that programs take the later one"


def test_what_is_late_is_one_entry_today_and_none_in_the_past(place: Place) -> None:
    put(place, *((letter, "alice", -n, "open") for n, letter in enumerate("abcdefg", 1)), ("h", "bob", 1, "open"))
    events = read(place)
    assert sorted(events) == ["hhhhhhhhhhhh@acme/web", TEAM_LATE]
    late = events[TEAM_LATE]
    assert (late["summary"], day(late)) == ("7 items are late", TODAY)
    lines = late["description"].splitlines()
    assert lines[0] == "7 days late: Item g (PAY-7, alice) https://acme.example/browse/PAY-7"
    assert lines[-1] == "1 day late: Item a (PAY-1, alice) https://acme.example/browse/PAY-1"
    tomorrow = read(place, now=NOW + timedelta(days=2))
    assert (tomorrow[TEAM_LATE]["summary"], day(tomorrow[TEAM_LATE])) == ("8 items are late", date(2026, 11, 26))
    assert list(tomorrow) == [TEAM_LATE]


def test_one_late_item_is_named_and_of_many_the_first_are(place: Place) -> None:
    put(place, ("a", "alice", -2, "open"))
    assert read(place)[TEAM_LATE]["summary"] == "1 item is late: Item a (PAY-1, alice)"
    put(place, *((chr(97 + n), "alice", -2, "open") for n in range(MOST_LATE + 3)))
    lines = read(place, "--owner", "alice")[LATE]["description"].splitlines()
    assert (len(lines), lines[-1]) == (MOST_LATE + 1, "and 3 more: pmsync status --overdue --owner alice")


def test_an_empty_calendar_takes_away_what_was_there(place: Place, capsys) -> None:
    put(place, ("a", "alice", 3, "open"))
    read(place)
    put(place, ("a", "alice", 3, "open"), closed="a")
    assert read(place) == {}
    assert "Wrote out.ics. 0 due dates.\n" in capsys.readouterr().err


def test_text_of_documents_is_text(place: Place) -> None:
    with Ledger.open(place.ledger) as ledger:
        run = ledger.begin_run(NOW, host="h", pid=1, scope="")
        bad = "Fix; a, b\r\nEND:VEVENT\nBEGIN:VALARM \x07\x1b " + "é" * 90
        docs = [Document("open", "pm/open.md", "Out\nage", severity="sev2")]
        ledger.save_documents(run, NOW, docs, [item("a" * 12, "open", bad, due=TODAY)], judged=["open"], gone=[])
        ledger.end_run(run, NOW, ok=True, counts={}, findings=[])
    (event,) = read(place).values()
    assert event["summary"] == f"Fix; a, b END:VEVENT BEGIN:VALARM {'é' * 90} (nobody)"
    assert "No ticket: the next sync creates its ticket" in event["description"]
    data = (place.root / "out.ics").read_bytes()
    assert max(map(len, data.split(b"\r\n"))) <= 75, "lines are folded at 75 octets"
    assert b"\x1b" not in data


# --- whose it is ----------------------------------------------------------------------------------------------

MIXED = (
    ("a", "alice", 3, "open"),
    ("b", "bob", 3, "open"),
    ("c", "alice,bob", 5, "vault"),
    ("d", "bob", 6, "vault"),
    ("e", "alice", -1, "vault"),
    ("f", "alice", -2, "open"),
)


def test_restricted_documents_leave_nothing_in_a_calendar_for_all(place: Place, capsys) -> None:
    put(place, *MIXED)
    events = read(place)
    assert sorted(events) == ["aaaaaaaaaaaa@acme/web", "bbbbbbbbbbbb@acme/web", TEAM_LATE]
    assert events[TEAM_LATE]["summary"] == "1 item is late: Item f (PAY-6, alice)", "the count would give it away"
    text = (place.root / "out.ics").read_text()
    assert not any(word in text for word in ("vault", "leaked", "Item c", "Item d", "Item e", "PRIVATE"))
    assert capsys.readouterr() == ("", "Wrote out.ics. 2 due dates, one entry for 1 late item.\n")
    assert (place.root / "out.ics").stat().st_mode & 0o777 == 0o644


def test_an_owners_own_calendar_has_them_and_names_nobody_else(place: Place, capsys) -> None:
    put(place, *MIXED)
    events = read(place, "--owner", "Alice Liddell")
    assert sorted(events) == ["aaaaaaaaaaaa@acme/web", "cccccccccccc@acme/web", LATE]
    assert events[LATE]["summary"] == "2 items are late"
    assert (events["cccccccccccc@acme/web"]["summary"], events["cccccccccccc@acme/web"]["class"]) == (
        "Item c (PAY-3)",
        "PRIVATE",
    )
    text = (place.root / "out.ics").read_text()
    assert "bob" not in text
    assert "Item d" not in text
    assert capsys.readouterr() == ("", "Wrote out.ics.\n"), "no count in a log that others read"
    assert (place.root / "out.ics").stat().st_mode & 0o777 == 0o600


def test_the_mode_does_not_give_away_that_there_is_something_restricted(place: Place) -> None:
    put(place, ("a", "alice", 3, "open"))
    read(place, "--owner", "alice")
    assert (place.root / "out.ics").stat().st_mode & 0o777 == 0o600


# --- what goes wrong ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("due.md",), 2, "'due.md' is no calendar file; give it a name that ends in .ics"),
        (("--owner", "carol", "a.ics"), 2, "nobody is called 'carol'"),
        (("nowhere/a.ics",), 1, "cannot be written: no such file or directory"),
    ],
)
def test_a_mistake_is_told_and_writes_nothing(
    place: Place, capsys, args: tuple[str, ...], code: int, words: str
) -> None:
    fill(place)
    before = set(place.root.iterdir())
    assert place.run("calendar", *args) == code
    told = capsys.readouterr()
    assert (told.out, words in told.err) == ("", True)
    assert set(place.root.iterdir()) == before


def test_without_the_extra_it_says_what_to_install(place: Place, capsys, monkeypatch) -> None:
    fill(place)
    monkeypatch.setitem(sys.modules, "icalendar", None)
    assert place.run("calendar", "a.ics") == 1
    assert 'python -m pip install "pmsync[calendar]"' in capsys.readouterr().err
    assert not (place.root / "a.ics").exists()


def test_quiet_says_nothing_so_that_cron_mails_nothing(place: Place, capsys) -> None:
    fill(place)
    assert place.run("-q", "calendar", "a.ics") == 0
    assert capsys.readouterr() == ("", "")


def test_an_old_ledger_is_told(place: Place, capsys) -> None:
    fill(place, ago=timedelta(days=3))
    assert place.run("calendar", "a.ics") == 0
    assert "the calendar is of the state before" in capsys.readouterr().err
