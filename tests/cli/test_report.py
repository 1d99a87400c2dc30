"""`pmsync report`: its formats, filters and errors, the evidence file, and nothing of restricted documents."""

from __future__ import annotations

import csv
import io
import json
import stat
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from lxml import html

from pmsync.ledger import Ledger
from tests.cli.conftest import Run, Terminal
from tests.closing.small_history import SECRET_WORDS, fill

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
FORMATS = ("text", "markdown", "html", "json", "csv")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    fill(tmp_path)
    return tmp_path


# --- what it says ---------------------------------------------------------------------------------------------


def test_text_for_people(place: Path, run: Run, terminal: Callable[..., tuple[Terminal, Terminal]]) -> None:
    out, err = terminal(80)
    run("report", now=NOW, environ={"NO_COLOR": "1"})
    text = out.getvalue()
    head = "As of 2026-06-30: 15 items, 3 open (3 late), 7 done, 2 won't do, 1 duplicate, 1\n"
    assert text.startswith(f"{head}orphaned, 1 lost; opened again 2 times.\n\nClosed within 90 days")
    assert "2026-Q1            12     5 (42 %)  2 (17 %)  2 (16 %)  3 (25 %)\n2026-Q2 (running)  2\n" in text
    assert "sev1      6      2     1         0        3\n" in text
    assert "all       90 days  14     44 %    14 %      17 %     25 %\n" in text
    assert "sev2      90 days  8      3 of 6  1 of 6    2 of 6   0 of 6\n" in text
    assert "91-180 days    2     2     0          2     0\n" in text
    assert text.endswith("\nItems of restricted documents are left out of everything here.\n")
    assert max(map(len, text.splitlines())) <= 80
    assert err.getvalue() == "last good sync: 21 hours ago\n"


def test_on_a_narrow_terminal_columns_are_left_out_and_names_cut(
    place: Path, run: Run, terminal: Callable[..., tuple[Terminal, Terminal]]
) -> None:
    with Ledger.open(place / ".pmsync" / "ledger.db") as ledger:
        ledger._connection.execute("UPDATE documents SET team = 'the-team-of-payments-and-refunds' WHERE id = 'a'")
    for width in (50, 60, 80):
        out, _ = terminal(width)
        run("report", now=NOW, environ={"NO_COLOR": "1"})
        lines = out.getvalue().splitlines()
        assert max(map(len, lines)) <= width
        at = lines.index("By team")
        assert lines[at + 1].startswith("TEAM ")
        assert lines[at + 1].split()[1:4] == ["ITEMS", "OPEN", "LATE"]
        assert lines[at + 2].startswith("the-team-of-pay")
        assert "…" in lines[at + 2]
        told = "".join(lines[at + 4 : at + 6])
        assert ("A wider screen also shows:" in told) == (width < 90)


def test_piped_text_has_tabs_and_the_same_numbers(place: Path, run: Run) -> None:
    answer = run("report", now=NOW)
    assert answer.code == 0
    assert ["2026-Q1", "12", "5 (42 %)", "2 (17 %)", "2 (16 %)", "3 (25 %)"] in [
        [cell.strip() for cell in line.split("\t")] for line in answer.out.splitlines()
    ]


def test_markdown(place: Path, run: Run) -> None:
    lines = run("report", "--format", "markdown", now=NOW).out.splitlines()
    assert lines[0] == "# Action items as of 2026-06-30"
    assert "## Closed within 90 days, by quarter of the incident" in lines
    assert "| 2026-Q1 | 12 | 5 (42 %) | 2 (17 %) | 2 (16 %) | 3 (25 %) |" in lines
    assert "| 2026-Q2 (running) | 2 |  |  |  |  |" in lines
    assert lines[-1] == "Items of restricted documents are left out of everything here."
    tables = [line for line in lines if line.startswith("|")]
    assert all(line.count("|") > 4 for line in tables)


def test_names_of_strangers_are_no_markup(place: Path, run: Run) -> None:
    with Ledger.open(place / ".pmsync" / "ledger.db") as ledger:
        ledger._connection.execute("UPDATE documents SET team = '<img src=x>|[a](http://x)' WHERE id = 'b'")
    assert "| \\<img src=x\\>\\|\\[a\\](http:\u200b//x) |" in run("report", "--format", "markdown", now=NOW).out
    page = run("report", "--format", "html", now=NOW).out
    assert "&lt;img src=x&gt;|[a](http://x)</th>" in page
    assert "<img" not in page


def test_html_is_one_file_that_loads_nothing_and_runs_nothing(place: Path, run: Run) -> None:
    text = run("report", "--format", "html", now=NOW).out
    page = html.document_fromstring(text)
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    (style,) = page.xpath("//style/text()")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not page.xpath("//script | //link | //img | //iframe | //a | //@src | //@href | //@style | //@onclick")
    assert "url(" not in style
    assert "@import" not in style
    for each in ("(prefers-color-scheme: dark)", "@media print", "overflow-x: auto"):
        assert each in style
    rows = [[cell.text_content() for cell in row] for row in page.xpath("//tbody/tr")]
    assert ["2026-Q1", "12", "5 (42 %)", "2 (17 %)", "2 (16 %)", "3 (25 %)"] in rows
    assert [row[0].text_content() for row in page.xpath("//tr[@class='running']")] == ["2026-Q2 (running)"]
    tables = page.xpath("//table")
    assert all(len(table.xpath("./caption")) == 1 and table.xpath(".//th[@scope='col']") for table in tables)
    assert len(tables) == len(page.xpath("//div[@role='region'][@tabindex='0'][@aria-label]")) == 10


def test_csv_has_a_row_for_each_number(place: Path, run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("report", "--format", "csv", now=NOW).out)))
    found = {(r["figure"], r["by"], r["name"], r["days"], r["measure"]): (r["count"], r["percent"]) for r in rows}
    assert len(found) == len(rows)
    assert found["closed_within", "quarter", "2026-Q1", "90", "done"] == ("5", "42")
    assert found["closed_within", "quarter", "2026-Q2", "90", "done"] == ("", "")
    assert found["closed_within", "severity", "sev1", "90", "done"] == ("2", "")
    assert found["after", "", "all", "90", "dropped"] == ("2", "17")
    assert found["age", "age", "91-180", "", "open"] == ("2", "")
    assert found["count", "owner", "bob", "", "open"] == ("1", "")
    assert found["count", "", "all", "", "lost"] == ("1", "")


def test_another_day_is_printed_without_the_age_of_the_ledger(place: Path, run: Run) -> None:
    answer = run("report", "--as-of", "2026-04-10", now=NOW)
    assert answer.out.startswith("As of 2026-04-10: 13 items, 4 open (4 late), 6 done, 2 won't do, 1 duplicate.\n")
    assert answer.err == ""


def test_an_empty_choice_says_why(place: Path, run: Run) -> None:
    answer = run("report", "--period", "2020", "--team", "web", now=NOW)
    assert answer.code == 0
    assert "No item matches period 2020, team web; `pmsync report` without it shows all.\n" in answer.out


# --- what is refused ------------------------------------------------------------------------------------------


def test_a_day_before_the_first_run_is_refused_and_the_first_day_named(place: Path, run: Run) -> None:
    answer = run("report", "--as-of", "2026-01-11", now=NOW)
    assert (answer.code, answer.out) == (2, "")
    assert (
        "--as-of 2026-01-11 is before the first run on 2026-01-12: the ledger knows nothing of that day" in answer.err
    )
    assert "name 2026-01-12 or a later day" in answer.err
    assert run("report", "--as-of", "2026-01-12", now=NOW).code == 0


def test_a_day_in_the_future_is_refused(place: Path, run: Run) -> None:
    answer = run("report", "--as-of", "2026-07-02", now=NOW)
    assert answer.code == 2
    assert "--as-of 2026-07-02 is in the future: today is 2026-07-01 (UTC)" in answer.err


def test_a_day_after_the_last_sync_is_shown_with_a_warning(place: Path, run: Run) -> None:
    answer = run("report", "--as-of", "2026-07-01", now=NOW)
    assert answer.code == 0
    assert "the last good sync was on 2026-06-30: later changes are not known" in answer.err


def test_without_a_run_there_is_nothing_to_report(place: Path, run: Run, tmp_path: Path) -> None:
    (place / ".pmsync" / "ledger.db").unlink()
    assert run("report", now=NOW).code == 1
    Ledger.open(place / ".pmsync" / "ledger.db").close()
    answer = run("report", now=NOW)
    assert answer.code == 1
    assert "no sync has run yet, so there is nothing to report" in answer.err


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--team", "wbe"], "no document is of team 'wbe'\nhint: known on that day: payments, web"),
        (["--service", "x"], "no document is about service 'x'\nhint: known on that day: checkout, pricing, search"),
        (["--period", "last"], "'last' is no period; write 2026, 2026-Q3, 2026-07 or 2026-07-01..2026-09-30"),
        (["--window", "12h"], "name whole days, such as 90d"),
        (["--as-of", "yesterday"], "'yesterday' does not match the format '%Y-%m-%d'"),
        (["--evidence", "e.xlsx"], "'e.xlsx' ends neither in .csv nor in .json"),
    ],
)
def test_wrong_usage(place: Path, run: Run, args: list[str], told: str) -> None:
    answer = run("report", *args, now=NOW)
    assert (answer.code, answer.out) == (2, "")
    assert told in answer.err


# --- restricted documents -------------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [[], ["--as-of", "2026-04-10"], ["--period", "2026-Q1"]])
def test_every_output_is_the_same_as_if_the_restricted_document_did_not_exist(
    tmp_path: Path, run: Run, args: list[str]
) -> None:
    told = []
    for restricted in (True, False):
        place = tmp_path / str(restricted)
        place.mkdir()
        fill(place, restricted=restricted)
        outputs = [run("report", *args, "--format", each, cwd=place, now=NOW).out for each in FORMATS]
        for name in ("evidence.csv", "evidence.json"):
            assert run("report", *args, "--evidence", name, cwd=place, now=NOW).code == 0
            outputs.append((place / name).read_text())
        told.append(outputs)
    assert told[0] == told[1]
    assert not [word for word in SECRET_WORDS for text in told[0] if word in text]


def test_a_restricted_team_or_service_is_as_unknown_as_any(place: Path, run: Run) -> None:
    for option, name in (("--team", "crypto"), ("--service", "vault")):
        answer = run("report", option, name, now=NOW)
        assert answer.code == 2
        other = run("report", option, "nosuch", now=NOW)
        assert answer.err.replace(name, "nosuch") == other.err


# --- the evidence file ----------------------------------------------------------------------------------------


def test_evidence_as_json(place: Path, run: Run) -> None:
    answer = run("report", "--team", "web", "--as-of", "2026-05-10", "--evidence", "e.json", now=NOW)
    assert "7 items as of 2026-05-10 in e.json" in answer.err
    value = json.loads((place / "e.json").read_text())
    assert (value["as_of"], value["selection"], value["written_at"]) == (
        "2026-05-10",
        "team web",
        "2026-07-01T09:00:00Z",
    )
    (b3,) = [item for item in value["items"] if item["uid"] == "b3"]
    decisions = b3.pop("decisions")
    assert b3 == {
        **{"as_of": "2026-05-10", "uid": "b3", "title": "Do b3", "ticket": "LOCAL-13", "severity": "sev3"},
        **{"url": "https://acme.example/13", "document": "Search was slow", "path": "postmortems/b.md"},
        **{"document_date": "2026-02-20", "document_status": None, "kind": "detect", "services": ["search"]},
        **{"team": "web", "owners": ["alice"], "open_since": "2026-02-23", "due": "2026-03-25", "due_from": "sla"},
        **{"outcome": "done", "ended": "2026-05-04", "days": 70, "reopened": 1},
    }
    assert [(each["at"][:10], each["source"], each["old"], each["new"]) for each in decisions] == [
        ("2026-02-23", "pmsync", None, "local LOCAL-13"),
        ("2026-02-23", "pmsync", None, "open"),
        ("2026-04-04", "tracker", "open", "done"),
        ("2026-04-14", "tracker", "done", "open"),
        ("2026-05-04", "tracker", "open", "done"),
    ]
    assert stat.S_IMODE((place / "e.json").stat().st_mode) == 0o600


def test_evidence_as_csv(place: Path, run: Run) -> None:
    with Ledger.open(place / ".pmsync" / "ledger.db") as ledger:
        ledger._connection.execute("UPDATE items SET title = '=HYPERLINK(1)' WHERE uid = 'a4'")
    assert run("report", "--evidence", "e.csv", now=NOW).code == 0
    rows = {row["uid"]: row for row in csv.DictReader(io.StringIO((place / "e.csv").read_text()))}
    assert len(rows) == 15
    assert rows["a4"]["title"] == "'=HYPERLINK(1)"
    assert (rows["a4"]["outcome"], rows["a4"]["ended"], rows["a4"]["services"]) == (
        "wont_do",
        "2026-02-01",
        "checkout; pricing",
    )
    assert rows["a5"]["decisions"].splitlines()[-1] == "2026-05-01 12:00 UTC tracker: assignees alice -> bob"
    assert rows["b5"]["decisions"].splitlines()[-1] == "2026-04-24 12:00 UTC tracker: lost no -> yes"


def test_evidence_that_cannot_be_written(place: Path, run: Run) -> None:
    answer = run("report", "--evidence", "nowhere/e.csv", now=NOW)
    assert answer.code == 1
    assert "nowhere/e.csv' cannot be written: No such file or directory" in answer.err
