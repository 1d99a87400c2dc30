"""What is printed, and what can never be."""

from __future__ import annotations

import io
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pmsync.cli.terminal import finding_lines, output, tables
from pmsync.cli.terminal.output import Printing, bold, link
from pmsync.cli.terminal.safe_text import harmless, printable, to_json
from pmsync.cli.terminal.wrapping import wrap
from pmsync.model import Finding
from tests.cli.conftest import Terminal

Terminals = Callable[..., tuple[Any, Any]]
CI = {"GITHUB_ACTIONS": "true"}
NASTY = st.text(alphabet=st.sampled_from(list(":#[]ab \t\n\r\x1b\x07\u202e\u2028\u0085\u200b\ufeff\x1c")), max_size=30)
FINDING = Finding("owner-unknown", "error", "owner `alcie` is not known", "did you mean `alice`?", "a.md", 41)


def commanding_lines(text: str) -> list[str]:
    """The lines that actions/runner would obey, after its ActionCommand.cs: it reads a line at every CR, LF or CRLF,
    trims what .NET calls white space, and looks for `##[` anywhere.
    """
    lines = re.split(r"\r\n|\r|\n", text)
    return [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


# --- text from strangers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("environ", [CI, {"CI": "1"}, {"CI": "true"}])
def test_under_ci_no_line_of_a_text_commands_the_runner(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str]
) -> None:
    output.use(Printing(environ=environ))
    output.echo("  ::add-mask::x\n\t::error::y\rz ##[set-env name=A]1")
    output.log("::stop-commands::t", "\n", ": :", "##", "[x]")
    output.warn("a\n::error::b", "##[debug]")
    finding_lines.show([Finding("a", "error", "::error::m\n::x::", "##[h]", "::p::/##[q].md", 1)])
    output.emit_json({"##[a]": ["::b::", "##[c]"]})
    out, err = capsys.readouterr()
    assert commanding_lines(out + err) == []
    assert "::\u200b" not in out
    assert ":\u200b:add-mask::x" in out


@given(st.lists(NASTY, max_size=4))
def test_no_parts_put_together_command_the_runner(parts: list[str]) -> None:
    assert commanding_lines(harmless("".join(printable(part) for part in parts))) == []


@given(st.lists(NASTY, max_size=4), st.sampled_from(["\x1b[31m", "\x1b]8;;https://h/\x1b\\", "\x1b[0m"]))
def test_colours_and_links_between_the_parts_hide_no_command(parts: list[str], escape: str) -> None:
    text = harmless(escape.join(printable(part) for part in parts))
    assert commanding_lines(re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\", "", text)) == []


@given(st.recursive(NASTY, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NASTY, inner, max_size=3)))
def test_json_means_the_same_and_commands_nothing(value: Any) -> None:
    for indent in (2, None):
        text = to_json(value, runner=True, indent=indent)
        assert commanding_lines(text) == []
        assert json.loads(text) == value
        assert printable(text) == text


def test_outside_ci_text_is_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    output.use(Printing(environ={"CI": "false"}))
    output.echo("::notice:: ##[x]")
    assert capsys.readouterr().out == "::notice:: ##[x]\n"


def test_escapes_and_bidirectional_controls_are_made_visible(capsys: pytest.CaptureFixture[str]) -> None:
    output.echo("a\x1b]0;title\x07b\x1b[2Jc\u202ed\x9be\x7ff")
    assert capsys.readouterr().out == "a␛]0;title␇b␛[2Jc\\u202ed\\u009be␡f\n"


@given(NASTY)
def test_what_was_made_printable_stays_as_it_is(text: str) -> None:
    assert printable(printable(text)) == printable(text)
    assert "\x1b" not in printable(text)


# --- colour, links ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flag", "environ", "terminal", "expected"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "1", "TERM": "dumb"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour_follows_the_conventions(
    terminal_streams: tuple[Any, Any], flag: str, environ: dict[str, str], terminal: bool, expected: bool
) -> None:
    output.use(Printing(environ=environ, colour=flag))
    assert output.has_colour(terminal_streams[0 if terminal else 1]) is expected


@pytest.fixture
def terminal_streams() -> tuple[Any, Any]:
    return Terminal(), io.StringIO()


def test_a_link_is_hidden_behind_its_text_where_the_terminal_can_and_printed_elsewhere(terminal: Terminals) -> None:
    out, _ = terminal()
    output.use(Printing(environ={"TERM_PROGRAM": "WezTerm", "NO_COLOR": "1"}))
    output.echo("created ", link("PAY-1", "https://h/PAY-1\x1b\\evil"))
    output.use(Printing(environ={"NO_COLOR": "1"}))
    output.echo("created ", link("PAY-1", "https://h/PAY-1"))
    assert out.getvalue().splitlines() == [
        "created \x1b]8;;https://h/PAY-1%1B%5Cevil\x1b\\PAY-1\x1b]8;;\x1b\\",
        "created PAY-1 https://h/PAY-1",
    ]


def test_quiet_silences_the_log_but_not_results_and_errors(capsys: pytest.CaptureFixture[str]) -> None:
    output.use(Printing(environ={}, verbosity=-1))
    output.log("reading")
    output.warn("careful")
    output.echo("result")
    output.fail("broken")
    assert capsys.readouterr() == ("result\n", "error: broken\n")


def test_more_is_said_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    output.use(Printing(environ={}, verbosity=1))
    output.log("one", level=1)
    output.log("two", level=2)
    assert capsys.readouterr().err == "one\n"


# --- tables -----------------------------------------------------------------------------------------------------

ROWS = [["PAY-1", bold("A very long title that has to give way, " * 3), "alice"], ["PAY-22", "Short\ttitle\nhere", ""]]


def test_a_piped_table_is_whole_and_separated_by_tabs(capsys: pytest.CaptureFixture[str]) -> None:
    tables.table(["key", "title", "owner"], ROWS, elastic="title")
    header, first, second = ([cell.rstrip() for cell in row.split("\t")] for row in piped(capsys))
    assert header == ["KEY", "TITLE", "OWNER"]
    assert first == ["PAY-1", ("A very long title that has to give way, " * 3).strip(), "alice"]
    assert second == ["PAY-22", "Short title here", ""]


def piped(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


TICKETS = [["PAY-1", "", "決済の監視", "alice"], ["PAY-22", "2026-11-20", "Add a dashboard 🎉", ""]]


def test_a_piped_table_is_straight_in_a_pager_and_in_column(capsys: pytest.CaptureFixture[str]) -> None:
    tables.table(["key", "due", "title", "owner"], TICKETS)
    rows = [row.split("\t") for row in piped(capsys)]
    widths = [{cell_len(cell) for cell in column} for column in list(zip(*rows, strict=True))[:-1]]
    assert all(len(each) == 1 for each in widths), "with tabs of any width the next column begins in one place"
    assert all(cell for row in rows for cell in row[:-1]), "some `column` takes two tabs for one"


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_a_table_on_a_terminal_is_whole_and_fits(terminal: Terminals, columns: int) -> None:
    out, _ = terminal(columns)
    output.use(Printing(environ={"NO_COLOR": "1"}))
    people = ", ".join(f"somebody-{n}" for n in range(9))
    wide = "決済のタイムアウトを監視するアラートを追加する" * 3
    rows = [["PAY-1", LONG, "alice"], ["PAY-3", wide, people], ["PAY-4", "x" * 150, "bob"]]
    tables.table(["key", "title", "owner"], rows, elastic="title", soft="owner")
    lines = out.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= columns
    shown = out.getvalue()
    assert [shown.count(char) for char in "決x"] == [3, 150]
    assert all(word in shown for word in [*LONG.split(), *people.split(", ")])


def test_a_table_breaks_its_texts_between_words_and_keeps_the_columns(terminal: Terminals) -> None:
    out, _ = terminal(60)
    output.use(Printing(environ={"NO_COLOR": "1"}))
    tables.table(["key", "title", "owner"], ROWS, elastic="title", notes=["", "its link was dropped"])
    assert out.getvalue().splitlines() == [
        f"KEY     {'TITLE':<45}  OWNER",
        f"PAY-1   {'A very long title that has to give way, A':<45}  alice",
        "        very long title that has to give way, A very",
        "        long title that has to give way,",
        "PAY-22  Short title here",
        "  its link was dropped",
    ]


def test_where_the_texts_have_no_room_they_stand_below_the_facts(terminal: Terminals) -> None:
    out, _ = terminal(40)
    output.use(Printing(environ={"NO_COLOR": "1"}))
    row = ["PAY-1", "決済のタイムアウトを監視するアラートを追加する", "alice"]
    tables.table(["key", "title", "owner"], [row, *ROWS], elastic="title")
    assert out.getvalue().splitlines()[:3] == [
        "PAY-1  alice",
        "  決済のタイムアウトを監視するアラートを",
        "  追加する",
    ]


def test_an_empty_table_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    tables.table(["key"], [])
    assert capsys.readouterr().out == ""


# --- findings, dates, JSON --------------------------------------------------------------------------------------


def test_a_finding_at_a_terminal_says_what_where_and_what_next(terminal: Terminals) -> None:
    out, _ = terminal()
    output.use(Printing(environ={"NO_COLOR": "1"}))
    finding_lines.show([FINDING])
    assert out.getvalue() == (
        "error: owner `alcie` is not known  [owner-unknown]\n  --> a.md:41\nhint: did you mean `alice`?\n\n"
    )


def test_a_piped_finding_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    finding_lines.show([FINDING, Finding("no-documents", "warning", "two\nlines")])
    assert capsys.readouterr().out.splitlines() == [
        "a.md:41: error[owner-unknown]: owner `alcie` is not known (did you mean `alice`?)",
        "warning[no-documents]: two lines",
    ]


def test_dates_are_relative_for_people_and_exact_for_pipes(
    capsys: pytest.CaptureFixture[str], terminal: Terminals
) -> None:
    now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert output.ago(now - timedelta(hours=3), now) == "2026-11-24T06:00:00Z"
    assert output.due(date(2026, 11, 20), now.date()) == "2026-11-20"
    terminal()
    assert output.ago(now - timedelta(hours=3), now) == "3 hours ago"
    assert output.due(date(2026, 11, 20), now.date()) == "4d late (2026-11-20)"
    assert output.due(date(2026, 11, 24), now.date()) == "today (2026-11-24)"
    assert output.due(date(2026, 11, 30), now.date()) == "in 6d (2026-11-30)"
    assert output.due(None, now.date()) == ""


class Colour(StrEnum):
    RED = "red"


@dataclass
class Thing:
    when: datetime
    day: date
    colours: frozenset[Colour]
    where: Path
    span: timedelta


@pytest.mark.parametrize("values", [[], [{"a": 1, "b": ["::x::", "two\nlines"]}], [1, "##[b]", {}, []]])
def test_a_list_printed_piece_by_piece_is_the_list(values: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    output.emit_json(values)
    whole = capsys.readouterr().out
    output.emit_json_list(iter(values))
    assert capsys.readouterr().out == whole


def test_json_knows_dataclasses_dates_enums_sets_and_paths(capsys: pytest.CaptureFixture[str]) -> None:
    moment = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    output.emit_json(
        {
            "thing": Thing(moment, moment.date(), frozenset({Colour.RED}), Path("a/b"), timedelta(minutes=1)),
            "ü": {"b", "a"},
        }
    )
    text = capsys.readouterr().out
    assert json.loads(text) == {
        "thing": {
            "when": "2026-11-24T09:00:00Z",
            "day": "2026-11-24",
            "colours": ["red"],
            "where": "a/b",
            "span": 60.0,
        },
        "ü": ["a", "b"],
    }
    assert "ü" in text


def test_text_that_the_stream_cannot_encode_is_printed_with_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    output.echo("größer ✓")
    sys.stdout.flush()
    assert raw.getvalue() == b"gr\\xf6\\xdfer \\u2713\n"


# --- lines that are too long --------------------------------------------------------------------------------------

WORDS = st.text(alphabet="ab決 ", min_size=1, max_size=200)
LONG = "Alert on checkout latency over 5 seconds, and page both"


def test_a_terminal_gets_long_lines_broken_between_words(terminal: Terminals) -> None:
    out, err = terminal(24)
    output.use(Printing(environ={"NO_COLOR": "1"}))
    output.echo("  + create  ", LONG, hang=12)
    assert out.getvalue().splitlines() == [
        "  + create  Alert on",
        "            checkout",
        "            latency over",
        "            5 seconds,",
        "            and page",
        "            both",
    ]
    output.fail(LONG)
    assert err.getvalue().splitlines()[:2] == ["error: Alert on checkout", "       latency over 5"]


def test_colours_and_links_take_no_room(terminal: Terminals) -> None:
    out, _ = terminal(30)
    output.use(Printing(environ={"FORCE_HYPERLINKS": "1"}))
    output.echo(
        output.coloured("created ", "green"), " ", link("PAY-1", "https://acme.example/PAY-1"), "  two words", hang=9
    )
    assert out.getvalue().count("\n") == 1


def test_piped_lines_stay_whole(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    output.echo("  + create  ", LONG, hang=12)
    output.fail(LONG)
    told = capsys.readouterr()
    assert (told.out, told.err) == (f"  + create  {LONG}\n", f"error: {LONG}\n")


@given(WORDS, st.integers(5, 40), st.integers(0, 4))
def test_wrapping_loses_no_word_and_keeps_the_width(text: str, width: int, hang: int) -> None:
    lines = wrap(text, width, hang).split("\n")
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(line.rstrip()) <= width or len(line.split()) == 1 for line in lines)


def test_words_without_blanks_are_broken_where_their_language_allows() -> None:
    japanese = wrap("決済（API）を監視する。そして知らせる", 18, 0)
    assert japanese.split("\n") == ["決済（API）を監視", "する。そして知らせ", "る"]
    address = wrap("see https://acme.example/a/long/address", 10, 2)
    assert address.split("\n") == ["see", "  https://acme.example/a/long/address"]


# --- progress -----------------------------------------------------------------------------------------------------


def test_progress_appears_only_after_a_while_and_only_at_a_terminal(
    terminal: Terminals, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, err = terminal()
    monkeypatch.setattr("pmsync.cli.terminal.progress.PATIENCE", 0.05)
    output.use(Printing(environ={}))
    with output.progress("quick") as bar:
        bar.tell("something")
    assert err.getvalue() == ""
    with output.progress("slow") as bar:
        for _ in range(100):
            bar.advance()
            if "slow" in err.getvalue():
                break
            time.sleep(0.02)
    assert "slow" in err.getvalue()


@pytest.mark.parametrize("view", [Printing(environ={"PMSYNC_NO_PROGRESS": "1"}), Printing(environ={}, verbosity=-1)])
def test_progress_can_be_switched_off(terminal: Terminals, monkeypatch: pytest.MonkeyPatch, view: Printing) -> None:
    _, err = terminal()
    monkeypatch.setattr("pmsync.cli.terminal.progress.PATIENCE", 0.0)
    output.use(view)
    with output.progress("slow") as bar:
        bar.tell("still slow")
        time.sleep(0.05)
    assert err.getvalue() == ""
