"""`pmsync status` as people and scripts meet it."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pmsync.cli.terminal import output
from pmsync.ledger import Ledger, file
from pmsync.model import Finding
from pmsync.sync.lock import hold
from tests.cli.filled import NOW, fill, make
from tests.ledger.samples import document, item

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path):
    return make(tmp_path)


@pytest.fixture
def filled(place):
    fill(place)
    return place


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setattr(output, "is_terminal", lambda _stream=None: True)
    monkeypatch.setenv("COLUMNS", "100")


def as_json(place, capsys, *args, **environ):
    assert place.run("status", "--format", "json", *args, **environ) == 0
    return json.loads(capsys.readouterr().out)


def uids(value):
    return [item["uid"][0] if item["uid"] != "aaaabbbbbbbb" else "b" for item in value["items"]]


# --- what is shown --------------------------------------------------------------------------------------------


def test_late_items_come_first_then_by_due_date_then_by_place(filled, capsys):
    value = as_json(filled, capsys)
    assert uids(value) == ["a", "h", "g", "b", "d", "e", "i", "j"]
    assert [item["late"] for item in value["items"][:2]] == [4, 0]


def test_every_item_without_a_ticket_says_why(filled, capsys):
    notes = {item["uid"][0]: (item["status"], item["note"]) for item in as_json(filled, capsys)["items"]}
    assert notes["d"] == ("new", "the next sync creates its ticket")
    assert notes["e"] == ("undecided", "like an edited item")
    assert notes["g"] == ("proposed", "the document is a draft")
    assert notes["i"][0] == "in_doubt"
    assert "answer unknown" in notes["i"][1]
    assert notes["j"] == ("refused", "the tracker refused it: summary is too long")


def test_what_the_guard_refused_is_not_promised(filled, capsys):
    with Ledger.open(filled.ledger) as ledger:
        run = ledger.begin_run(NOW, host="web1", pid=42, scope="")
        ledger.end_run(run, NOW, ok=False, counts={}, findings=[Finding("guard", "error", "creates 99 tickets")])
    notes = {item["uid"][0]: item["note"] for item in as_json(filled, capsys)["items"]}
    assert notes["d"] == "the guard refused the last sync; `pmsync plan` says why"


def test_all_shows_what_is_closed_and_listed_too(filled, capsys):
    value = as_json(filled, capsys, "--all")
    assert uids(value)[:3] == ["a", "c", "h"]  # closed ones are never late
    kinds = {item["uid"][0]: item["kind"] for item in value["items"]}
    assert (kinds["c"], kinds["f"]) == ("closed", "aside")
    assert value["counts"] == {"open": 8, "closed": 1, "aside": 1, "overdue": 1, "without_ticket": 5}


def test_an_item_is_its_assignees_else_its_owners(filled, capsys):
    people = {item["uid"]: item["people"] for item in as_json(filled, capsys)["items"]}
    assert people["aaaaaaaaaaaa"] == ["alice"]  # by the account in the configuration
    assert people["hhhhhhhhhhhh"] == ["bob", "gone-account"]  # by an account that was looked up
    assert people["aaaabbbbbbbb"] == ["bob"]  # nobody is assigned
    assert people["dddddddddddd"] == ["alice"]  # by an alias in the document


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["--owner", "Alice Liddell"], ["a", "d"]),
        (["--owner", "bob"], ["h", "b"]),
        (["--owner", "gone-account"], ["h"]),
        (["--overdue"], ["a"]),
        (["--service", "Payments"], ["a", "b", "d", "e", "i", "j"]),
        (["--severity", "sev1"], ["a", "b", "d", "e", "i", "j"]),
        (["--severity", "SEV2"], ["g"]),
        (["--document", "postmortems/outage.md", "--overdue"], ["a"]),
        (["--document", "postmortems/secret"], ["h"]),
        (["--document", "."], ["a", "h", "g", "b", "d", "e", "i", "j"]),
    ],
)
def test_what_was_asked_for_is_shown(filled, capsys, args, expected):
    assert uids(as_json(filled, capsys, *args)) == expected


def test_a_document_is_found_from_a_folder_below(filled, capsys):
    (filled.root / "postmortems").mkdir()
    assert filled.run("status", "--document", "draft.md", "--format", "json", cwd="postmortems") == 0
    assert uids(json.loads(capsys.readouterr().out)) == ["g"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--owner", "carol"], ["nobody is called 'carol'", "alice, bob"]),
        (["--document", "elsewhere.md"], ["no document at 'elsewhere.md'"]),
        (["--mine", "--owner", "bob"], ["exclude each other"]),
    ],
)
def test_a_mistake_is_told_and_is_exit_code_2(filled, capsys, args, words):
    assert filled.run("status", *args) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert all(word in told.err for word in words)


# --- whose is mine --------------------------------------------------------------------------------------------


def test_mine_goes_by_pmsync_user(filled, capsys):
    assert uids(as_json(filled, capsys, "--mine", PMSYNC_USER="al")) == ["a", "d"]


def test_mine_goes_by_the_e_mail_in_git(filled, capsys):
    subprocess.run(["git", "init", "-q", filled.root], check=True)
    subprocess.run(["git", "-C", filled.root, "config", "user.email", "bob@example.com"], check=True)
    assert uids(as_json(filled, capsys, "--mine")) == ["h", "b"]


def test_mine_goes_by_the_user_name_last(filled, capsys):
    assert uids(as_json(filled, capsys, "--mine", LOGNAME="alice")) == ["a", "d"]


def test_mine_says_whom_it_took_you_for_and_why(filled, capsys):
    subprocess.run(["git", "init", "-q", filled.root], check=True)
    subprocess.run(["git", "-C", filled.root, "config", "user.email", "bob@example.com"], check=True)
    assert filled.run("status", "--mine") == 0
    assert "you are 'bob': git config user.email is 'bob@example.com'" in capsys.readouterr().err
    assert filled.run("status", "--mine", "--overdue", PMSYNC_USER="bob") == 0
    assert "you are 'bob': PMSYNC_USER is 'bob'" in capsys.readouterr().err, "where nothing is theirs, above all"
    assert as_json(filled, capsys, "--mine")["me"] == {
        "id": "bob",
        "source": "git config user.email",
        "name": "bob@example.com",
    }
    assert "me" not in as_json(filled, capsys)


def test_mine_of_nobody_known_names_who_is(filled, capsys):
    assert filled.run("status", "--mine", PMSYNC_USER="zed") == 2
    told = capsys.readouterr().err
    assert "not known under [people] as 'zed' (PMSYNC_USER)" in told
    assert "known names: alice, bob; set PMSYNC_USER" in told


# --- how it looks ---------------------------------------------------------------------------------------------


def test_on_a_terminal_tickets_are_links_and_dates_say_how_late(filled, capsys, terminal):
    assert filled.run("--color", "never", "status", FORCE_HYPERLINKS="1") == 0
    told = capsys.readouterr()
    assert "\x1b]8;;https://acme.example/browse/PAY-1\x1b\\PAY-1\x1b]8;;\x1b\\" in told.out
    first, second, third = told.out.splitlines()[:3]
    assert first.split() == ["TICKET", "STATUS", "DUE", "OWNER", "TITLE"]
    assert second == "Late (1)"
    assert "4d late (2026-11-20)" in third
    assert "in 3d (2026-11-27)" in told.out
    assert "postmortems/draft.md:3: the document is a draft" in told.out
    assert "Showing 8 of 8 open items, 1 overdue; 1 closed, 1 listed or tracked elsewhere (--all)." in told.err
    assert "`pmsync adopt eeeeeeeeeeee TICKET` or `--new`" in told.err
    assert "last good sync: 5 minutes ago" in told.err


def test_piped_it_is_one_whole_line_an_item_under_a_header(filled, capsys):
    assert filled.run("status", "--overdue") == 0
    told = capsys.readouterr()
    header, row = ([cell.rstrip() for cell in line.split("\t")] for line in told.out.splitlines())
    assert header == ["TICKET", "STATUS", "DUE", "OWNER", "SEVERITY", "TITLE", "WHERE", "NOTE"]
    assert row == [
        "https://acme.example/browse/PAY-1", "open", "2026-11-20", "alice", "sev1", "Fix the pager",
        "postmortems/outage.md:10", "",
    ]  # fmt: skip
    assert "last good sync: 2026-11-24T11:55:00Z" in told.err


def test_quiet_keeps_the_result_and_nothing_else(filled, capsys):
    assert filled.run("-q", "status") == 0
    told = capsys.readouterr()
    assert (len(told.out.splitlines()), told.err) == (9, "")


def test_csv_is_read_back_whole_and_holds_no_formula(filled, capsys):
    assert filled.run("status", "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 8
    secret = next(row for row in rows if row["uid"] == "hhhhhhhhhhhh")
    assert (secret["title"], secret["restricted"], secret["due"]) == ("'=Rotate | the <key>", "yes", "2026-11-27")
    assert rows[0]["days_late"] == "4"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_cell_of_the_csv_begins_like_a_formula(place, capsys, start):
    with Ledger.open(place.ledger) as ledger:
        run = ledger.begin_run(NOW, host="h", pid=1, scope="")
        ledger.save_documents(run, NOW, [document()], [item(title=f"{start}cmd()")], judged=["outage.md"], gone=[])
    assert place.run("status", "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows[0]["title"] == f"'{start}cmd()"


def test_markdown_escapes_text_and_leaves_restricted_text_out(filled, capsys):
    assert filled.run("status", "--format", "markdown") == 0
    out = capsys.readouterr().out
    assert "| [PAY-1](https://acme.example/browse/PAY-1) | open |" in out
    assert "**4d late** (2026-11-20)" in out
    assert "(restricted)" in out
    assert "Rotate" not in out
    assert "8 items, 1 overdue; last good sync 2026-11-24 11:55 UTC" in out


def test_under_ci_a_title_cannot_command_the_runner(place, capsys):
    with Ledger.open(place.ledger) as ledger:
        run = ledger.begin_run(NOW, host="h", pid=1, scope="")
        bad = [item(title="##[set-env name=A]b\n::error::x")]
        ledger.save_documents(run, NOW, [document()], bad, judged=["outage.md"], gone=[])
    for output_format in ("text", "json", "csv", "markdown"):
        assert place.run("status", "--format", output_format, GITHUB_ACTIONS="true") == 0
        out = capsys.readouterr().out
        assert "##[" not in out
        assert not any(line.lstrip().startswith("::") for line in out.splitlines())


# --- nothing to show, and how old it is -----------------------------------------------------------------------


def test_without_a_ledger_it_says_what_to_do(place, capsys):
    assert place.run("status") == 1
    assert "there is no ledger" in (told := capsys.readouterr().err)
    assert "run `pmsync sync`" in told
    assert not place.ledger.parent.exists()


def test_an_empty_answer_says_why_it_is_empty(filled, capsys):
    assert filled.run("status", "--mine", "--service", "search", PMSYNC_USER="bob") == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "No item matches --mine --service search; there are 8 open items in all." in told.err
    assert "No document is about service 'search'; known services: payments." in told.err


def test_an_empty_ledger_says_so(place, capsys):
    Ledger.open(place.ledger).close()
    assert place.run("status") == 0
    told = capsys.readouterr().err
    assert "The ledger knows no items yet" in told
    assert "no full sync has succeeded yet" in told


def test_a_sync_that_is_too_old_is_a_warning(place, capsys):
    fill(place, ago=timedelta(days=2))
    assert place.run("status") == 0
    assert "the last good sync was at 2026-11-22 12:00 UTC, more than a day ago" in capsys.readouterr().err


def good_syncs(place, *hours_ago):
    with Ledger.open(place.ledger) as ledger:
        for hours in sorted(hours_ago, reverse=True):
            at = NOW - timedelta(hours=hours)
            ledger.end_run(ledger.begin_run(at, host="web1", pid=42, scope=""), at, ok=True, counts={}, findings=[])


@pytest.mark.parametrize(
    ("hours_ago", "usual"),
    [
        ((1.5, 1.7, 1.9, 2.1), "though there was one at least every 12 minutes before"),
        ((7, 9, 11, 13), "though there was one at least every 2 hours before"),
        ((73, 97, 121, 145), "though there was one at least every 24 hours before"),
        ((25, 26, 27), "more than a day ago"),
    ],
)
def test_how_old_is_too_old_goes_by_how_often_they_come(place, capsys, hours_ago, usual):
    good_syncs(place, *hours_ago)
    assert usual in as_json(place, capsys)["trouble"]
    assert place.run("status") == 0
    told = capsys.readouterr()
    assert (told.out, f" UTC, {usual}\n" in told.err) == ("", True)


@pytest.mark.parametrize(
    "hours_ago",
    [
        (0.9, 1.0, 1.1, 1.2),
        (5, 7, 9, 11),
        (40, 64, 88, 112),
        (23, 24, 25),
        (20, 20.1, 20.2, 68),
    ],
    ids=["an hour is not too long", "every 2 hours", "every day", "too few to tell", "by hand, now and then"],
)
def test_what_is_not_too_old_is_no_warning(place, capsys, hours_ago):
    good_syncs(place, *hours_ago)
    assert as_json(place, capsys)["trouble"] is None


def test_runs_of_long_ago_do_not_tell_how_often_they_come(place, capsys):
    good_syncs(place, *(2 + n / 6 for n in range(10)), 500, 900)
    assert "every 10 minutes before" in as_json(place, capsys)["trouble"]


def test_a_failed_last_run_is_a_warning_and_in_the_json(place, capsys):
    fill(place, ago=timedelta(hours=3))
    fill(place, ok=False)
    assert place.run("status") == 0
    told = capsys.readouterr().err
    assert "warning: the last run (pid 42 on web1, 2026-11-24 11:55 UTC) failed or left something undone" in told
    value = as_json(place, capsys)
    assert (value["last_good_sync"], "failed" in value["trouble"]) == ("2026-11-24T09:00:00Z", True)


def test_a_failed_last_run_names_its_first_error(place, capsys):
    found = [Finding("drift", "warning", "PAY-1"), Finding("tracker-failed", "error", "tracker 'payments': no")]
    with Ledger.open(place.ledger) as ledger:
        run = ledger.begin_run(NOW, host="web1", pid=42, scope="")
        ledger.end_run(run, NOW, ok=False, counts={}, findings=found)
    assert place.run("status") == 0
    assert "failed or left something undone: tracker 'payments': no\n" in capsys.readouterr().err


def test_a_run_that_never_ended_is_a_warning(filled, capsys):
    with Ledger.open(filled.ledger) as ledger:
        ledger.begin_run(NOW, host="web1", pid=43, scope="")
    assert filled.run("status") == 0
    assert "pid 43 on web1, 2026-11-24 12:00 UTC) has not ended" in capsys.readouterr().err


# --- at once, and in nobody's way -----------------------------------------------------------------------------


def test_it_answers_while_a_run_holds_the_lock(filled, capsys):
    with hold(filled.ledger, wait=None), Ledger.open(filled.ledger):
        assert filled.run("status") == 0
    assert len(capsys.readouterr().out.splitlines()) == 9


def test_it_writes_nothing(filled):
    before = {p: p.stat().st_mtime_ns for p in filled.root.rglob("*")}
    assert filled.run("status", "--all") == 0
    assert {p: p.stat().st_mtime_ns for p in filled.root.rglob("*")} == before


SLOW = {
    *("github", "jira", "requests", "tenacity", "sqlite_utils", "filelock", "markdown_it", "rapidfuzz", "rich", "yaml"),
    *("humanize", "shutil", "tempfile", "textwrap", "difflib", "csv", "traceback", "hashlib"),
    *("pmsync.sync", "pmsync.trackers", "pmsync.planning", "pmsync.identity", "pmsync.documents", "pmsync.findings"),
    *("pmsync.ledger.store", "pmsync.model.documents", "pmsync.model.ledger", "pmsync.model.tickets"),
    *("pmsync.cli.errors", "pmsync.cli.terminal.json_log"),
}
MOST_MODULES = 40
"""Of pmsync's own, each of which takes a 250th of what `python -c "import click, sqlite3"` does."""


def test_it_loads_few_modules_and_nothing_that_is_slow(filled):
    script = (
        "import sys, click, sqlite3; from pmsync.cli.main import main; code = main(['status']); "
        f"slow = {SLOW} & set(sys.modules); own = [name for name in sys.modules if name.startswith('pmsync')]; "
        f"sys.exit(code or ', '.join(sorted(slow)) or (len(own) > {MOST_MODULES} and str(own)) or 0)"
    )
    environ = {**os.environ, **filled.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], cwd=filled.root, env=environ, capture_output=True, text=True)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 9), done.stderr


def test_it_reads_no_more_rows_for_what_it_does_not_show(filled, capsys, monkeypatch):
    rows = []
    fetch = file.fetch
    monkeypatch.setattr(file, "fetch", lambda *args: rows.extend(answer := fetch(*args)) or answer)

    def read() -> int:
        rows.clear()
        assert filled.run("status") == 0
        return len(rows)

    before, out = read(), capsys.readouterr().out
    with Ledger.open(filled.ledger) as ledger:
        run = ledger.begin_run(NOW, host="web1", pid=42, scope="")
        done = [item(f"z{n}", "outage", f"Done {n}", line=100 + n, standing="done", done=True) for n in range(500)]
        ledger.save_documents(run, NOW, [], done, judged=[], gone=[])
        ledger.end_run(run, NOW, ok=True, counts={}, findings=[])
    assert read() <= before + 1  # the run
    assert capsys.readouterr().out == out


def test_a_restricted_document_is_named_by_no_error(filled, capsys):
    with Ledger.open(filled.ledger) as ledger:
        run = ledger.begin_run(NOW, host="web1", pid=42, scope="")
        secret = document("vault", path="postmortems/vault.md", restricted=True)
        ledger.save_documents(run, NOW, [secret], [], judged=[], gone=[])
        error = Finding("no-date", "error", "the key leaked has no date", "", "postmortems/vault.md", 3)
        ledger.end_run(run, NOW, ok=True, counts={}, findings=[error])
    assert filled.run("status") == 0
    assert "leaked" not in "".join(capsys.readouterr())
