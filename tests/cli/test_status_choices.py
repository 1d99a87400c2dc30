"""`pmsync status --team`, `--due-within`, `--limit`, the groups on a terminal, and what an empty answer says."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pmsync.cli.status import groups
from pmsync.cli.terminal import output
from pmsync.ledger import Ledger, file
from pmsync.model import Document, Fields, Status
from tests.cli.filled import NOW, Place, make
from tests.ledger.samples import item, link, ticket

TODAY = NOW.date()
Ask = Callable[..., dict[str, Any]]


def documents() -> list[Document]:
    def one(name: str, day: str, severity: str, team: str, **more: Any) -> Document:
        return Document(name, f"pm/{name}.md", name, date=date.fromisoformat(day), severity=severity, team=team, **more)

    return [
        one("old", "2026-08-01", "SEV-3", "Platform"),
        one("new", "2026-11-01", "sev1 / critical", "platform", services=("search",)),
        one("pay", "2026-10-01", "", "payments", services=("checkout",)),
        one("vault", "2026-10-02", "sev0", "secrets", restricted=True, services=("vault",)),
    ]


ROWS = [
    # uid, document, owner, due in days (None: no date), severity of its own
    ("a", "old", "alice", -20, None),  # sev3, 20 days late
    ("b", "new", "alice", -3, None),  # sev1, 3 days late
    ("c", "pay", "bob", -30, None),  # no severity, 30 days late
    ("d", "old", "bob", 6, None),  # sev3, within a week
    ("e", "new", "bob", 8, None),  # sev1, later
    ("f", "old", "alice", 7, "minor"),  # a word that ranks as sev4, on the last day of the week
    ("g", "new", "", 0, None),  # nobody's, today
    ("h", "new", "", -1, None),  # nobody's, late
    ("i", "pay", "bob", None, None),
    ("j", "vault", "alice", 40, None),  # sev0, restricted
]


@pytest.fixture
def place(tmp_path) -> Place:
    place = make(tmp_path)
    with Ledger.open(place.ledger) as ledger:
        run = ledger.begin_run(NOW, host="h", pid=1, scope="")
        items, links = [], []
        for line, (letter, document, owner, days, severity) in enumerate(ROWS, 1):
            uid, title = letter * 12, f"Item {letter}"
            due = None if days is None else TODAY + timedelta(days=days)
            fields = Fields(title, (owner,) if owner else (), severity=severity)
            values = {"line": line, "standing": "ticketed", "due": due, "fields": fields}
            items.append(item(uid, document, title, **values))
            links.append(replace(link(uid, document, f"PAY-{line}"), ticket=ticket(f"PAY-{line}", title=title)))
        ledger.save_documents(run, NOW, documents(), items, judged=[each.id for each in documents()], gone=[])
        ledger.save_links(run, NOW, links, "pmsync")
        ledger.end_run(run, NOW, ok=True, counts={}, findings=[])
    return place


@pytest.fixture
def ask(place, capsys) -> Ask:
    def run(*args: str) -> dict[str, Any]:
        assert place.run("status", "--format", "json", *args) == 0
        return json.loads(capsys.readouterr().out)

    return run


def letters(value: dict[str, Any]) -> str:
    return "".join(each["uid"][0] for each in value["items"])


# --- which ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ((), "cabhgdfeji"),
        (("--team", "platform"), "abhgdfe"),
        (("--team", "PLAT-FORM"), "abhgdfe"),
        (("--team", "payments", "--owner", "bob"), "ci"),
        (("--due-within", "7d"), "cabhgdf"),
        (("--due-within", "1w"), "cabhgdf"),
        (("--due-within", "6d"), "cabhgd"),
        (("--due-within", "0"), "cabhg"),
        (("--due-within", "99999999d"), "cabhgdfej"),
        (("--due-within", "7d", "--overdue"), "cabh"),
        (("--severity", "minor"), "f"),
    ],
)
def test_what_was_asked_for_is_shown(ask: Ask, args: tuple[str, ...], expected: str) -> None:
    value = ask(*args)
    assert (letters(value), value["matching"], value["why_empty"]) == (expected, len(expected), None)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--due-within", "soon"), "'soon' is not a length of time; write it like 30s, 5m, 1h or 7d"),
        (("--limit", "0"), "--limit"),
        (("--limit", "two"), "--limit"),
    ],
)
def test_a_mistake_is_told(place: Place, capsys, args: tuple[str, ...], told: str) -> None:
    assert place.run("status", *args) == 2
    assert told in capsys.readouterr().err


# --- the most urgent ------------------------------------------------------------------------------------------


def test_the_most_urgent_are_late_then_due_within_a_week_then_the_rest_each_by_severity(ask: Ask) -> None:
    """By hand: late b h (sev1, 3 and 1 days), a (sev3), c (none); within a week g (sev1), d (sev3), f (minor);
    later j (sev0), e (sev1), i (none).
    """
    whole = "bhacgdfjei"
    assert letters(ask("--limit", "99")) == whole
    for most in (1, 2, 5, 10):
        value = ask("--limit", str(most))
        assert (letters(value), value["matching"]) == (whole[:most], 10)
    assert letters(ask("--limit", "2", "--team", "payments")) == "ci"
    assert ask("--limit", "2", "--team", "platform")["matching"] == 7


def test_of_equal_ones_what_is_due_first_and_then_the_older_document_comes_first(place: Place, ask: Ask) -> None:
    with Ledger.open(place.ledger) as ledger:
        run = ledger.begin_run(NOW, host="h", pid=1, scope="")
        older = replace(documents()[1], id="older", path="pm/zz.md", date=date(2020, 1, 1))
        same = item("zzzzzzzzzzzz", "older", "Item z", line=1, standing="new", due=TODAY + timedelta(days=8))
        ledger.save_documents(run, NOW, [older], [same], judged=["older"], gone=[])
        ledger.end_run(run, NOW, ok=True, counts={}, findings=[])
    assert letters(ask("--limit", "10"))[-3:] == "jze"


def test_what_is_closed_comes_last(place: Place, ask: Ask) -> None:
    with Ledger.open(place.ledger) as ledger:
        run = ledger.begin_run(NOW, host="h", pid=1, scope="")
        closed = replace(link("b" * 12, "new", "PAY-2"), ticket=ticket("PAY-2", status=Status.DONE, closed_at=NOW))
        ledger.save_links(run, NOW, [closed], "tracker")
        ledger.end_run(run, NOW, ok=True, counts={}, findings=[])
    assert letters(ask("--limit", "99", "--all")) == "hacgdfjeib"


def test_the_ledger_is_asked_for_no_more_than_is_shown(place: Place, ask: Ask, monkeypatch) -> None:
    rows: list[Any] = []
    fetch = file.fetch
    monkeypatch.setattr(file, "fetch", lambda *args: rows.extend(answer := fetch(*args)) or answer)
    ask("--limit", "2")
    assert len([row for row in rows if "title" in row.keys()]) == 2  # noqa: SIM118 - of a sqlite3.Row
    rows.clear()
    ask("--team", "payments")
    assert len([row for row in rows if "title" in row.keys()]) == 2  # noqa: SIM118


# --- on a terminal --------------------------------------------------------------------------------------------


def shown(place: Place, capsys, monkeypatch, *args: str) -> tuple[list[str], str]:
    monkeypatch.setattr(output, "is_terminal", lambda _stream=None: True)
    monkeypatch.setenv("COLUMNS", "120")
    assert place.run("--color", "never", "status", *args, FORCE_HYPERLINKS="1") == 0
    told = capsys.readouterr()
    return told.out.splitlines(), " ".join(told.err.split())


def test_a_terminal_groups_what_is_late_due_within_a_week_later_and_nobodys(place: Place, capsys, monkeypatch) -> None:
    lines, summary = shown(place, capsys, monkeypatch)
    found = {line: lines[n + 1 :] for n, line in enumerate(lines) if line.endswith(")") and "PAY" not in line}
    assert list(found) == ["Late (3)", "Due within a week (2)", "Later (3)", "Nobody's (2, 1 late)"]
    firsts = {head: [each[-1] for each in rest[: rest.index("")]] for head, rest in found.items()}
    assert ["".join(each) for each in firsts.values()] == ["cab", "df", "eji", "hg"]
    assert "Showing 10 of 10 open items, 4 overdue." in summary


def test_the_most_urgent_say_of_how_many_and_how_severe(place: Place, capsys, monkeypatch) -> None:
    lines, summary = shown(place, capsys, monkeypatch, "--limit", "2", "--team", "platform")
    assert lines[0].split() == ["TICKET", "STATUS", "DUE", "OWNER", "SEVERITY", "TITLE"]
    assert "sev1" in next(line for line in lines if line.endswith("Item b"))
    assert "Showing the 2 most urgent of 7 that match, of 10 open items, 2 overdue." in summary
    assert "Showing the 2 most urgent of 10 open items" in shown(place, capsys, monkeypatch, "--limit", "2")[1]
    assert "Showing 2 of 10 open items" in shown(place, capsys, monkeypatch, "--limit", "9", "--team", "payments")[1]


def test_every_item_has_one_group(ask: Ask, place: Place, capsys, monkeypatch) -> None:
    lines, _ = shown(place, capsys, monkeypatch, "--all")
    assert sum("Item" in line for line in lines) == len(ROWS)
    assert {line.partition(" (")[0] for line in lines if line.endswith(")") and "PAY" not in line} <= set(groups.GROUPS)


# --- an empty answer says why -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--team", "platfrom"), "No document is of team 'platfrom'; known teams: payments, platform."),
        (("--service", "vaults"), "No document is about service 'vaults'; known services: checkout, search."),
        (("--severity", "SEV 2"), "Nothing has severity 'sev2'; known severities: sev1, sev3, minor."),
        (("--overdue", "--document", "pm/vault.md"), "matches all: --overdue 4, --document pm/vault.md 1."),
        (("--team", "payments", "--severity", "1"), "none matches all: --team payments 2, --severity 1 4."),
    ],
)
def test_an_empty_answer_says_why(ask: Ask, args: tuple[str, ...], words: str) -> None:
    value = ask(*args)
    assert value["items"] == []
    assert words in value["why_empty"]
    assert "there are 10 open items in all" in value["why_empty"]
    assert "vault:" not in value["why_empty"].replace("pm/vault.md", "")
    assert "secrets" not in value["why_empty"], "a restricted document names no team here"


def test_what_is_only_due_later_or_closed_says_so(place: Place, ask: Ask, capsys) -> None:
    early = replace(place, now=NOW - timedelta(days=60))
    assert early.run("status", "--overdue", "--format", "json") == 0
    assert "Nothing is overdue; the next due date is 2026-10-25." in json.loads(capsys.readouterr().out)["why_empty"]
    assert early.run("status", "--due-within", "2d", "--format", "csv") == 0
    told = capsys.readouterr()
    assert "Nothing is due by 2026-09-27; the next due date is 2026-10-25." in told.err
    assert len(told.out.splitlines()) == 1
    assert early.run("status", "--due-within", "2d", "--format", "markdown") == 0
    assert "Nothing is due by 2026-09-27" in capsys.readouterr().out
    with Ledger.open(place.ledger) as ledger:
        run = ledger.begin_run(NOW, host="h", pid=1, scope="")
        closed = [
            replace(link(uid * 12, "pay", f"PAY-{n}"), ticket=ticket(f"PAY-{n}", status=Status.DONE, closed_at=NOW))
            for uid, n in (("c", 3), ("i", 9))
        ]
        ledger.save_links(run, NOW, closed, "tracker")
        ledger.end_run(run, NOW, ok=True, counts={}, findings=[])
    assert ask("--team", "payments")["why_empty"] == (
        "No item matches --team payments; there are 8 open items in all. --team payments has no open item. "
        "With --all, 2 items match."
    )


@pytest.mark.parametrize(
    ("damage", "args"),
    [
        ("UPDATE documents SET services = 'x'", ("--service", "search")),
        ("UPDATE links SET assignees = 'x'", ("--owner", "alice")),
        ("UPDATE links SET assignees = 'x'", ("--owner", "zoe")),
    ],
)
def test_a_value_that_pmsync_did_not_write_is_told(place: Place, capsys, damage: str, args: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(place.ledger)) as connection:
        connection.execute(damage)
        connection.commit()
    assert place.run("status", *args) == 1
    assert "holds a value that pmsync did not write" in capsys.readouterr().err
