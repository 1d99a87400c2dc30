"""What the ledger keeps, what it drops, and what it writes down."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pmsync.errors import LedgerError
from pmsync.ledger import Ledger
from pmsync.model import Fields, Finding, OpenItem, Refusal, Status
from tests.ledger.samples import NOON, document, intent, item, link, ticket

LATER = NOON + timedelta(hours=1)


def save(ledger, run, items, at=NOON, documents=None, judged=("outage.md",), gone=()):
    documents = [document()] if documents is None else documents
    ledger.save_documents(run, at, documents, items, judged=judged, gone=gone)


def events(ledger, uid="u1"):
    return [(c.source, c.field, c.old, c.new) for _, c in ledger.history(uid)]


def rows_of(ledger, table):
    return [tuple(row) for row in ledger._connection.execute(f"SELECT * FROM {table}").fetchall()]


# --- documents and items --------------------------------------------------------------------------------------


def test_when_an_item_was_first_seen_stays_when_it_is_saved_again(ledger, run):
    save(ledger, run, [item()])
    save(ledger, run, [item(title="Fix the pagers"), item("u2")], at=LATER)
    assert ledger.first_seen() == {"u1": NOON, "u2": LATER}


def test_items_that_left_a_judged_document_are_dropped(ledger, run):
    save(ledger, run, [item(), item("u2")])
    save(ledger, run, [item("u2")])
    assert list(ledger.first_seen()) == ["u2"]


def test_items_with_a_ticket_or_an_announced_one_are_never_dropped(ledger, run):
    save(ledger, run, [item(), item("u2"), item("u3")])
    ledger.save_links(run, NOON, [link()], "pmsync")
    ledger.announce(run, NOON, [intent("u2")])
    save(ledger, run, [])
    assert sorted(ledger.first_seen()) == ["u1", "u2"]
    assert list(ledger.links()) == ["u1"]
    assert list(ledger.intents()) == ["u2"]


def test_items_of_documents_that_were_not_judged_stay(ledger, run):
    save(ledger, run, [item()])
    save(ledger, run, [item("u2", "other.md")], documents=[document("other.md")], judged=["other.md"])
    assert sorted(ledger.first_seen()) == ["u1", "u2"]


def test_a_document_that_is_gone_is_marked_once_and_comes_back(ledger, run):
    save(ledger, run, [item(), item("u2")])
    ledger.save_links(run, NOON, [link()], "pmsync")
    save(ledger, run, [], documents=[], judged=[], gone=["outage.md"])
    save(ledger, run, [], documents=[], judged=[], gone=["outage.md"], at=LATER)
    assert [(each.item.uid, each.gone_at) for each in ledger.overview()] == [("u1", NOON)]
    assert ledger.document_ids() == frozenset()
    save(ledger, run, [item()], at=LATER)
    assert [each.gone_at for each in ledger.overview()] == [None]
    assert ledger.document_ids() == {"outage.md"}


def test_an_item_follows_its_document_under_another_name(ledger, run):
    save(ledger, run, [item()])
    ledger.save_links(run, NOON, [link()], "pmsync")
    renamed = replace(item(), document_id="renamed.md")
    save(ledger, run, [renamed], documents=[document("renamed.md")], judged=["renamed.md"], gone=["outage.md"])
    assert [each.document.id for each in ledger.overview()] == ["renamed.md"]


def test_what_the_document_says_otherwise_is_history_for_items_with_a_ticket(ledger, run):
    save(ledger, run, [item(), item("u2")])
    ledger.save_links(run, NOON, [link()], "pmsync")
    changed = Fields("Fix the pager", owners=("alice", "bob"), due=date(2026, 12, 1), labels=("infra",))
    for uid in ("u1", "u2"):
        save(ledger, run, [item(fields=changed, done=True), item("u2", fields=changed, done=True)])
        assert [e for e in events(ledger, uid) if e[0] == "document"] == {"u2": []}.get(uid, [
            ("document", "owners", None, "alice, bob"),
            ("document", "due", None, "2026-12-01"),
            ("document", "labels", None, "infra"),
            ("document", "done", None, "yes"),
        ])  # fmt: skip


def test_the_first_reading_of_a_document_is_no_change_of_an_item_known_by_its_ticket(ledger, run):
    ledger.save_links(run, NOON, [link()], "tracker")
    save(ledger, run, [item(fields=Fields("Fix the pager", owners=("alice",)))])
    assert [event for event in events(ledger) if event[0] == "document"] == []


def test_saving_the_same_again_writes_no_row_at_all(path, ledger, run):
    save(ledger, run, [item()])
    ledger.save_links(run, NOON, [link()], "pmsync")
    save(ledger, run, [item()])
    before = path.read_bytes()
    save(ledger, run, [item()], at=LATER)
    ledger.save_links(run, LATER, [link()], "tracker")
    ledger.withdraw(run, LATER, [], "nothing")
    assert path.read_bytes() == before


def test_open_items_are_what_somebody_is_asked_to_do(ledger, run):
    standings = (
        "ticketed",
        "ticketed",
        "ticketed",
        "ticketed",
        "new",
        "undecided",
        "done",
        "listed",
        "external",
        "proposed",
    )
    items = [item(f"u{n}", title=f"Do {n}", standing=standing, line=n) for n, standing in enumerate(standings, 1)]
    save(ledger, run, items, documents=[document(date=date(2026, 11, 2), restricted=True)])
    links = [replace(link(f"u{n}", key=f"PAY-{n}"), ticket=ticket(f"PAY-{n}", created_at=LATER)) for n in (1, 2, 3, 4)]
    closed = replace(links[1], ticket=replace(links[1].ticket, status=Status.DONE))
    gone = [replace(links[2], lost=True), replace(links[3], orphaned=True)]
    ledger.save_links(run, NOON, [links[0], closed, *gone], "pmsync")
    first, second, third = ledger.open_items()
    assert first == OpenItem(
        "outage.md", "do 1", "Do 1", (), 1, "PAY-1", "https://acme.example/browse/PAY-1", LATER,
        "postmortems/outage.md", date(2026, 11, 2), True,
    )  # fmt: skip
    assert [(each.title, each.ticket, each.since) for each in (second, third)] == [
        ("Do 5", "", NOON),
        ("Do 6", "", NOON),
    ]
    save(ledger, run, [], documents=[], judged=[], gone=["outage.md"])
    assert ledger.open_items() == []


def test_a_restricted_document_keeps_its_text_and_says_so(ledger, run):
    save(ledger, run, [item()], documents=[document(restricted=True)])
    assert [(each.item.fields.title, each.document.restricted) for each in ledger.overview()] == [
        ("Fix the pager", True)
    ]
    assert ledger._connection.execute("SELECT restricted FROM open_items").fetchone()[0] == 1


# --- links and intents ----------------------------------------------------------------------------------------


def test_an_announced_create_is_on_the_disk_when_announce_returns(path, ledger, run):
    ledger.announce(run, NOON, [intent()])
    with Ledger.open(path, readonly=True) as other:
        assert other.intents() == {"u1": intent()}


def test_a_link_closes_the_intent_and_is_one_transaction(path, ledger, run):
    ledger.announce(run, NOON, [intent(), intent("u2")])
    ledger.save_links(run, NOON, [link()], "pmsync")
    assert (list(ledger.intents()), list(ledger.links())) == (["u2"], ["u1"])


def test_a_link_that_cannot_be_saved_leaves_its_intent(ledger, run):
    ledger.announce(run, NOON, [intent()])
    ledger._connection.execute("CREATE TRIGGER no BEFORE INSERT ON history BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(LedgerError):
        ledger.save_links(run, NOON, [link()], "pmsync")
    assert (list(ledger.intents()), list(ledger.links())) == (["u1"], [])


def test_what_is_learned_about_a_lost_ticket_leaves_the_announced_one_in_its_place(ledger, run):
    lost = link(lost=True)
    ledger.save_links(run, NOON, [lost], "tracker")
    ledger.announce(run, NOON, [intent()])
    ledger.save_links(run, LATER, [replace(lost, orphaned=True)], "document")
    assert list(ledger.intents()) == ["u1"]
    ledger.save_links(run, LATER, [link(key="PAY-2")], "pmsync")
    assert ledger.intents() == {}


def test_a_lost_ticket_that_is_found_again_settles_what_was_open(ledger, run):
    ledger.save_links(run, NOON, [link(lost=True)], "tracker")
    ledger.decide(run, NOON, "u1", "new")
    ledger.announce(run, NOON, [intent()])
    ledger.save_links(run, LATER, [link()], "tracker")
    assert (ledger.decisions(), ledger.intents()) == ({}, {})


def test_nothing_is_announced_for_an_item_that_has_a_ticket(ledger, run):
    ledger.save_links(run, NOON, [link()], "pmsync")
    with pytest.raises(LedgerError, match="'u1' already has ticket 'PAY-1': no other one is created"):
        ledger.announce(run, NOON, [intent("u2"), intent()])
    assert ledger.intents() == {}
    ledger.save_links(run, NOON, [link(lost=True)], "tracker")
    ledger.announce(run, NOON, [intent()])
    assert list(ledger.intents()) == ["u1"]


def test_a_create_that_surely_did_not_happen_is_withdrawn_with_its_reason(ledger, run):
    ledger.announce(run, NOON, [intent(), intent("u2")])
    ledger.withdraw(run, LATER, ["u1", "unknown"], "refused")
    assert list(ledger.intents()) == ["u2"]
    at, change = ledger.history("u1")[-1]
    assert (at, change.field, change.new, change.note) == (LATER, "announced", None, "refused")
    assert ledger.history("unknown") == []


def test_announcing_again_keeps_the_newer_time(ledger, run):
    ledger.announce(run, NOON, [intent()])
    ledger.announce(run, LATER, [intent(announced_at=LATER)])
    assert ledger.intents()["u1"].announced_at == LATER


def test_two_items_may_share_a_ticket(ledger, run):
    ledger.save_links(run, NOON, [link(shared=True), link("u2", shared=True)], "tracker")
    assert {each.ticket.ref.key for each in ledger.links().values()} == {"PAY-1"}


def test_what_changed_in_a_ticket_is_history_with_its_source(ledger, run):
    first = link()
    ledger.save_links(run, NOON, [first], "pmsync")
    closed = ticket(status=Status.DONE, state="Done", assignees=("bob",), due=date(2026, 12, 1), labels=frozenset("ba"))
    ledger.save_links(run, LATER, [replace(first, ticket=closed, lost=True, orphaned=True)], "tracker")
    assert events(ledger) == [
        ("pmsync", "ticket", None, "payments PAY-1"),
        ("pmsync", "status", None, "open"),
        ("tracker", "status", "open", "done"),
        ("tracker", "state", "To Do", "Done"),
        ("tracker", "assignees", None, "bob"),
        ("tracker", "due", None, "2026-12-01"),
        ("tracker", "labels", None, "a, b"),
        ("tracker", "lost", "no", "yes"),
        ("tracker", "orphaned", "no", "yes"),
    ]


def test_forgetting_removes_link_and_intent_and_keeps_the_history(ledger, run):
    save(ledger, run, [item()])
    ledger.save_links(run, NOON, [link()], "pmsync")
    ledger.forget(run, LATER, "u1")
    assert (ledger.links(), ledger.intents()) == ({}, {})
    assert events(ledger)[-1] == ("person", "ticket", "payments PAY-1", None)
    ledger.announce(run, LATER, [intent()])
    ledger.forget(run, LATER, "u1")
    assert ledger.intents() == {}
    save(ledger, run, [])
    assert ledger.overview() == []
    assert len(ledger.history("u1")) == 5


def test_the_history_can_be_neither_changed_nor_deleted(ledger, run):
    ledger.save_links(run, NOON, [link()], "pmsync")
    for statement in ("UPDATE history SET new = 'x'", "DELETE FROM history"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            ledger._connection.execute(statement)


def test_many_links_are_saved_in_one_go(ledger, run):
    links = [link(f"u{n}", f"d{n % 50}.md", f"PAY-{n}") for n in range(3000)]
    ledger.announce(run, NOON, [intent(each.uid, each.document_id) for each in links])
    ledger.save_links(run, NOON, links, "pmsync")
    assert len(ledger.links()) == 3000
    assert ledger.intents() == {}


# --- the rest -------------------------------------------------------------------------------------------------


def test_refusals_are_kept_by_operation_and_forgotten_by_name(ledger, run):
    refused = Refusal("u1", "update", "d1", "no such assignee", NOON)
    ledger.refuse(run, [refused, replace(refused, operation="create")])
    ledger.refuse(run, [replace(refused, digest="d2", refused_at=LATER)])
    assert {key: each.digest for key, each in ledger.refusals().items()} == {
        ("u1", "update"): "d2",
        ("u1", "create"): "d1",
    }
    ledger.unrefuse(key for key in [("u1", "create"), ("u9", "create")])
    assert list(ledger.refusals()) == [("u1", "update")]


def test_accounts_are_kept_by_tracker_and_person(ledger):
    ledger.save_accounts("web", NOON, {"alice": "alice-l", "bob": "bobby"})
    ledger.save_accounts("pay", NOON, {"alice": "5b10"})
    ledger.save_accounts("web", LATER, {"bob": "bob"})
    assert ledger.accounts("web") == {"alice": ("alice-l", NOON), "bob": ("bob", LATER)}
    assert ledger.accounts("pay") == {"alice": ("5b10", NOON)}
    assert ledger.accounts("nowhere") == {}


def test_a_decision_holds_until_its_item_has_another_ticket(ledger, run):
    ledger.save_links(run, NOON, [link(lost=True)], "tracker")
    ledger.decide(run, NOON, "u1", "new")
    ledger.decide(run, NOON, "u2", "new")
    ledger.save_links(run, NOON, [link(lost=True, orphaned=True)], "tracker")
    assert ledger.decisions() == {"u1": "new", "u2": "new"}
    ledger.save_links(run, NOON, [link(key="PAY-2"), link("u2", key="PAY-3")], "pmsync")
    assert ledger.decisions() == {}


def test_runs_are_told_apart_by_how_they_ended_and_what_they_covered(ledger):
    def made(ok, scope=""):
        number = ledger.begin_run(NOON, host="web1", pid=7, scope=scope)
        if ok is not None:
            ledger.end_run(number, LATER, ok=ok, counts={"create": 2}, findings=[])
        return number

    good = made(True)
    made(True, scope="postmortems/a.md")
    failed = made(False)
    assert (ledger.last_good_run().id, ledger.last_run().id) == (good, failed)
    assert (ledger.last_good_run().counts, ledger.last_run().finished_at) == ({"create": 2}, LATER)
    made(True, scope="adopt PAY-1")
    assert ledger.last_run().id == failed
    killed = made(None)
    assert (ledger.last_run().id, ledger.last_run().ok, ledger.last_run().finished_at) == (killed, None, None)


def test_findings_stay_until_a_run_repeats_them(ledger):
    def told(scope, rule):
        number = ledger.begin_run(NOON, host="h", pid=1, scope=scope)
        ledger.end_run(number, NOON, ok=True, counts={}, findings=[Finding(rule, "warning", "m", "h", "a.md", 3)])
        return [finding.rule for finding in ledger.findings()]

    assert told("", "one") == ["one"]
    assert told("a.md", "two") == ["two", "one"]
    assert told("a.md", "three") == ["three", "one"]
    assert told("", "four") == ["four"]
    assert ledger.findings() == [Finding("four", "warning", "m", "h", "a.md", 3)]


def test_old_runs_go_unless_something_happened_in_them_or_they_are_the_last_good_one(ledger):
    days = [NOON + timedelta(days=n) for n in range(4)]
    runs = [ledger.begin_run(day, host="h", pid=1, scope="") for day in days]
    ledger.save_links(runs[1], NOON, [link()], "pmsync")
    for number, day, ok in zip(runs, days, (True, True, True, False), strict=True):
        ledger.end_run(number, day, ok=ok, counts={}, findings=[])
    late = NOON + timedelta(days=200)
    newest = ledger.begin_run(late, host="h", pid=1, scope="")
    ledger.end_run(newest, late, ok=False, counts={}, findings=[])
    assert [row[0] for row in rows_of(ledger, "runs")] == [runs[1], runs[2], newest]


def test_no_transaction_is_open_between_two_calls(ledger, run):
    save(ledger, run, [item()])
    ledger.announce(run, NOON, [intent("u2")])
    ledger.overview()
    ledger.links()
    assert not ledger._connection.in_transaction


def test_values_that_look_like_sql_are_only_values(ledger, run):
    nasty = "'); DROP TABLE links; --"
    save(ledger, run, [item(nasty, title=nasty)])
    ledger.save_links(run, NOON, [link(nasty, key="PAY-1")], "pmsync")
    ledger.forget(run, NOON, nasty)
    ledger.withdraw(run, NOON, [nasty], nasty)
    assert ledger.overview()[0].item.uid == nasty


# --- what a report of a past day needs ------------------------------------------------------------------------


def test_the_date_that_counts_is_history_with_its_origin(ledger, run):
    by_severity = item(due=date(2026, 12, 9), due_from="sla")
    save(ledger, run, [by_severity])
    ledger.save_links(run, NOON, [link()], "pmsync")
    by_document = item(
        due=date(2026, 12, 9), due_from="document", fields=Fields("Fix the pager", due=date(2026, 12, 9))
    )
    save(ledger, run, [by_document], at=LATER)
    assert [event for event in events(ledger) if event[0] == "document"] == [
        ("document", "due", None, "2026-12-09"),
        ("document", "due_from", "sla", "document"),
    ]
    save(ledger, run, [replace(by_document, due=None, due_from="")], at=LATER)
    assert events(ledger)[-2:] == [
        ("document", "effective_due", "2026-12-09", None),
        ("document", "due_from", "document", None),
    ]


def test_what_changes_about_a_document_is_history_of_its_items_with_a_ticket(ledger, run):
    save(ledger, run, [item(), item("u2")])
    ledger.save_links(run, NOON, [link()], "pmsync")
    changed = document(
        severity="sev2", services=("shop", "mail"), team="payments", date=date(2026, 11, 20), status="final"
    )
    save(ledger, run, [item(), item("u2")], documents=[changed], at=LATER)
    assert [event for event in events(ledger) if event[0] == "document"] == [
        ("document", "document_severity", "sev1", "sev2"),
        ("document", "document_date", None, "2026-11-20"),
        ("document", "document_status", None, "final"),
        ("document", "services", None, "shop, mail"),
        ("document", "team", None, "payments"),
    ]
    assert not events(ledger, "u2")


def test_an_item_that_moves_to_another_document_takes_over_what_that_says(ledger, run):
    save(ledger, run, [item()])
    ledger.save_links(run, NOON, [link()], "pmsync")
    moved = replace(item(), document_id="mail.md")
    save(ledger, run, [moved], documents=[document(), document("mail.md", severity="sev3")], judged=["mail.md"])
    assert ("document", "document_severity", "sev1", "sev3") in events(ledger)


def test_an_adopted_ticket_has_a_history_from_before_by_its_trackers_own_dates(ledger, run):
    save(ledger, run, [item()])
    created, closed = NOON - timedelta(days=90), NOON - timedelta(days=10)
    old = ticket(created_at=created, closed_at=closed, status=Status.DONE, state="Done")
    ledger.save_links(run, NOON, [link(ticket=old)], "pmsync")
    history = [(at, c.source, c.field, c.old, c.new, c.note) for at, c in ledger.history("u1")]
    assert history == [
        (created, "tracker", "status", None, "open", "by the tracker's own date"),
        (closed, "tracker", "status", "open", "done", "by the tracker's own date"),
        (NOON, "pmsync", "ticket", None, "payments PAY-1", ""),
    ]


def test_a_ticket_that_was_just_created_has_its_history_from_then_on(ledger, run):
    save(ledger, run, [item()])
    ledger.save_links(run, NOON, [link(ticket=ticket(created_at=NOON - timedelta(seconds=3)))], "pmsync")
    assert events(ledger) == [("pmsync", "ticket", None, "payments PAY-1"), ("pmsync", "status", None, "open")]
