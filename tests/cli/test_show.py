"""`pmsync show`, and how an item is named."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pmsync.errors import ConfigError
from pmsync.ledger import Ledger
from pmsync.ledger.find_item import resolve_item
from tests.cli.conftest import CONFIG, DOCUMENT, LATER, write
from tests.cli.filled import NOW, fill, make
from tests.ledger.samples import link


@pytest.fixture
def filled(tmp_path):
    place = make(tmp_path)
    fill(place)
    return place


@pytest.fixture
def ledger(filled):
    with Ledger.open(filled.ledger) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "uid"),
    [
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa"),
        ("aaaab", "aaaabbbbbbbb"),
        ("CCC", "cccccccccccc"),
        ("PAY-2", "aaaabbbbbbbb"),
        ("pay-2", "aaaabbbbbbbb"),
        ("https://acme.example/browse/PAY-2", "aaaabbbbbbbb"),
        ("https://acme.example/browse/PAY-2/?focus=1#comment", "aaaabbbbbbbb"),
        ("postmortems/outage.md:13", "dddddddddddd"),
        ("outage.md:13", "dddddddddddd"),
        ("./postmortems/outage.md:13", "dddddddddddd"),
        ("/home/al/web/postmortems/outage.md:13", "dddddddddddd"),
    ],
)
def test_an_item_is_found_by_whatever_names_it(ledger, text, uid):
    assert resolve_item(ledger, text).uid == uid


def test_a_github_number_finds_the_ticket_of_the_only_repository_that_has_it(ledger):
    ticket = link("dddddddddddd", "outage", "PAY-9").ticket
    ref = replace(ticket.ref, key="acme/web#12", url="https://github.com/acme/web/issues/12")
    run = ledger.begin_run(NOW, host="h", pid=1, scope="")
    ledger.save_links(run, NOW, [replace(link("dddddddddddd", "outage"), ticket=replace(ticket, ref=ref))], "tracker")
    for text in ("acme/web#12", "#12", "https://github.com/acme/web/issues/12#issuecomment-1"):
        assert resolve_item(ledger, text).uid == "dddddddddddd"


def test_what_names_several_items_lists_them(ledger):
    with pytest.raises(ConfigError) as told:
        resolve_item(ledger, "aaaa")
    assert str(told.value).splitlines() == [
        "'aaaa' names 2 items",
        "aaaaaaaaaaaa  PAY-1  postmortems/outage.md:10  Fix the pager",
        "aaaabbbbbbbb  PAY-2  postmortems/outage.md:11  Alert on lag",
        "give the uid of the one you mean",
    ]


def test_a_ticket_that_items_share_lists_them(ledger):
    run = ledger.begin_run(NOW, host="h", pid=1, scope="")
    ledger.save_links(run, NOW, [link("dddddddddddd", "outage", "PAY-1", shared=True)], "tracker")
    with pytest.raises(ConfigError, match=r"'PAY-1' names 2 items"):
        resolve_item(ledger, "PAY-1")


def test_a_whole_uid_counts_before_the_beginning_of_others(ledger):
    run = ledger.begin_run(NOW, host="h", pid=1, scope="")
    ledger.save_links(run, NOW, [link("aaaaaaaaaaaab", "outage", "PAY-8")], "tracker")
    assert resolve_item(ledger, "aaaaaaaaaaaa").uid == "aaaaaaaaaaaa"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("postmortems/draft.md:99", "gggggggggggg  postmortems/draft.md:3  Maybe"),
        ("runbook", "cccccccccccc  PAY-3  postmortems/outage.md:12  Write runbook"),
        ("PAY-77", "ITEM is a uid or its beginning"),
        ("", "ITEM is a uid or its beginning"),
    ],
)
def test_what_names_no_item_says_what_is_near_or_what_an_item_is(ledger, text, words):
    with pytest.raises(ConfigError) as told:
        resolve_item(ledger, text)
    assert str(told.value).startswith(f"no item in the ledger is named {text!r}")
    assert words in str(told.value)


def test_no_more_than_ten_candidates_are_listed(ledger):
    run = ledger.begin_run(NOW, host="h", pid=1, scope="")
    ledger.save_links(run, NOW, [link(f"z{n:011}", "outage", f"Z-{n}") for n in range(30)], "tracker")
    with pytest.raises(ConfigError) as told:
        resolve_item(ledger, "z")
    assert len(str(told.value).splitlines()) == 13
    assert "and 20 more" in str(told.value)


def test_everything_about_an_item_is_shown(filled, capsys):
    assert filled.run("show", "PAY-2") == 0
    out = capsys.readouterr().out
    for words in (
        "Alert on lag\n",
        "uid        aaaabbbbbbbb",
        "postmortems/outage.md:11 https://git.acme.example/web/postmortems/outage.md#L11",
        "Outage, sev1, 2026-11-20",
        "owner      bob",
        "payments   PAY-2 https://acme.example/browse/PAY-2",
        "state      open (To Do)",
        "title      Fix the pager   the document says Alert on lag now\n",
        "2026-11-24 11:55 UTC  pmsync    ticket: payments PAY-2",
    ):
        assert words in out


def test_findings_of_the_last_run_and_the_due_date_by_severity_are_shown(filled, capsys):
    assert filled.run("show", "PAY-1") == 0
    out = capsys.readouterr().out
    assert "warning[drift]: ticked, but PAY-1 is open (close it)" in out
    assert "2026-11-20 by [sla]" in out


def test_what_happened_is_told_in_order(filled, capsys):
    assert filled.run("show", "PAY-3") == 0
    out = capsys.readouterr().out
    told = out[out.index("History") :].splitlines()[1:]
    assert [line.split("UTC  ")[1] for line in told] == [
        "pmsync    ticket: payments PAY-3",
        "pmsync    status: open",
        "tracker   status: open → done",
    ]


def test_a_fresh_ticket_shows_no_difference(tmp_path, run):
    sla = "[sla]\nsev2 = '30d'\n"
    write(tmp_path, {"pmsync.toml": CONFIG + sla, "postmortems/a.md": DOCUMENT})
    run("sync")
    out = run("show", "LOCAL-2").out
    assert "document says" not in out
    for line in (
        "state      open\n",
        "owner      bob\n",
        "due        2026-12-20\n",
        "labels     postmortem, severity:sev2\n",
    ):
        assert f"  {line}" in out


def test_what_people_and_documents_changed_is_told_in_words(tmp_path, run):
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT})
    run("sync")
    run("tickets", "assign", "LOCAL-2", "alice", "--as", "alice", now=LATER)
    run("tickets", "close", "LOCAL-2", "--wont-do", "--as", "alice", now=LATER)
    run("sync")
    out = run("show", "LOCAL-2").out
    assert "owner      alice   the document says bob; the assignee stays, because somebody changed it\n" in out
    assert "state      won't do\n" in out
    told = [line.split("UTC  ")[1] for line in out[out.index("History") :].splitlines()[1:]]
    assert told[-2:] == ["tracker   status: open → won't do", "tracker   assignees: bob → alice"]
    write(tmp_path, {"postmortems/a.md": DOCUMENT.replace("SEV2", "SEV1")})
    run("sync")
    assert "in the document severity:sev1 new and severity:sev2 gone" in run("show", "LOCAL-2").out


def test_an_announced_and_a_refused_create_say_so(filled, capsys):
    assert filled.run("show", "iiii") == 0
    assert "announced  to payments at 2026-11-24 12:00 UTC; the answer is not known yet" in capsys.readouterr().out
    assert filled.run("show", "jjjj") == 0
    assert "no create  summary is too long" in capsys.readouterr().out


def test_json_holds_everything(filled, capsys):
    assert filled.run("show", "PAY-1", "--format", "json") == 0
    value = json.loads(capsys.readouterr().out)
    assert value["uid"] == "aaaaaaaaaaaa"
    assert value["item"]["fields"]["title"] == "Fix the pager"
    assert value["document"]["path"] == "postmortems/outage.md"
    assert value["link"]["ticket"]["ref"]["key"] == "PAY-1"
    assert value["link"]["pushed"]["title"] == "Fix the pager"
    assert [finding["rule"] for finding in value["findings"]] == ["drift"]
    assert [event["field"] for event in value["history"]] == ["ticket", "status"]
    assert value["web_url"] == "https://git.acme.example/web/postmortems/outage.md#L10"


@pytest.mark.parametrize("output_format", ["text", "json"])
def test_an_unknown_item_is_exit_code_2(filled, capsys, output_format):
    assert filled.run("show", "PAY-77", "--format", output_format) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "no item in the ledger is named 'PAY-77'" in told.err
