"""Nothing that a stranger wrote commands a terminal or a CI runner, whichever command shows it and in which format."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from pmsync.cli.main import COMMANDS as COMMAND_NAMES
from pmsync.cli.main import App, main
from pmsync.cli.terminal import output
from pmsync.config.settings import TrackerSettings
from pmsync.ledger import Ledger
from pmsync.trackers.local import tracker
from tests.cli.conftest import Terminal

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ATTACKS = {
    "colour": "\x1b[31m",
    "clear": "\x1b[2J\x1b[H",
    "title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;b3duZWQ=\x07",
    "device": "\x1bP+q544e\x1b\\",
    "c1": "\x9b31m\x9d0;owned\x9c\x85",
    "bidi": "\u202egnp.exe\u202c \u2066x\u2069 \u200f",
    "backspace": "abc\x08\x08\x08xyz\x7f",
    "return": "kept\roverwritten",
    "runner": "::set-output name=x::y ##[command]z ::add-mask::a",
    "separator": "one\u2028::error::two\u2029three",
}
WHOLE = " ".join(ATTACKS.values())
LINE = WHOLE.replace("\r", " ")
QUOTED = json.dumps(WHOLE)  # YAML takes JSON's escapes, so that what a plain file cannot hold gets in that way
CONFIG = """
[documents]
namespace = "acme/web"
web_url = "https://git.acme.example/web/{path}#L{line}"
[trackers.desk]
type = "local"
"""
DOCUMENT = f"""---
title: {QUOTED}
date: 2026-11-20
severity: {QUOTED}
incident: {QUOTED}
services: [{QUOTED}]
team: {QUOTED}
authors: [{QUOTED}]
labels: [{QUOTED}]
---
## Action items

### Group {LINE}

| Action | Owner | Due | Priority | Status |
|---|---|---|---|---|
| Repair it {LINE} | alice {LINE} | {ATTACKS["colour"]} | {ATTACKS["link"]} | |
| =HYPERLINK("https://evil.example") {ATTACKS["link"]} | @bob | | | |

- Ask &#27;[31m&#x9b;31m&#8238; {LINE} (owner: carol)

  More {LINE}
"""
COMMANDS = [
    ("extract", "postmortems"),
    ("extract", "postmortems", "--format", "json"),
    ("check",),
    ("check", "--format", "json"),
    ("plan",),
    ("plan", "--format", "json"),
    ("plan", "--format", "markdown"),
    ("-vv", "sync"),
    ("-vv", "sync", "--format", "json"),
    ("status", "--all"),
    ("status", "--all", "--format", "json"),
    ("status", "--all", "--format", "csv"),
    ("status", "--all", "--format", "markdown"),
    ("doctor",),
    ("tickets", "list", "--all"),
    ("tickets", "show", "DESK-1"),
    ("tickets", "show", "DESK-1", "--format", "json"),
    ("tickets", "comment", "DESK-1", f"as I said {WHOLE}"),
    ("show", "DESK-1"),
    ("show", "DESK-1", "--format", "json"),
    ("show", WHOLE),
    ("adopt", WHOLE, WHOLE),
    ("forget", WHOLE),
    ("write-back",),
    ("gate",),
    ("gate", "--format", "json"),
    ("report",),
    ("report", "--format", "json"),
    ("report", "--format", "csv"),
    ("report", "--format", "markdown"),
    ("report", "--format", "html"),
    ("calendar", "due.ics"),
    ("status", "--owner", WHOLE),
    ("--config", f"{ATTACKS['colour']}.toml", "status"),
    (f"stat{ATTACKS['link']}us",),
    ("--log-format", "json", "-vv", "sync"),
    ("--log-format", "json", "write-back"),
    ("--log-format", "json", "show", WHOLE),
    ("--log-format", "json", "status", "--owner", WHOLE),
    ("--log-format", "json", "--debug", "--config", f"{ATTACKS['colour']}.toml", "status"),
]
OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;(?:https?://[!-~]*)?\x1b\\")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Hostile documents, already synced, and hostile people at work in the tracker."""
    monkeypatch.setattr(click, "get_app_dir", lambda name: str(tmp_path / "home" / name))
    (tmp_path / "pmsync.toml").write_text(CONFIG)
    (tmp_path / "postmortems").mkdir()
    (tmp_path / "postmortems" / "a.md").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "postmortems" / "broken.md").write_text(f"---\n{QUOTED}: [\n---\n", encoding="utf-8")
    app = App(environ={}, cwd=tmp_path, now=lambda: NOW)
    main(["--quiet", "sync"], app)
    settings = TrackerSettings("desk", "local", path=str(tmp_path / ".pmsync" / "tickets-desk.db"))
    desk = tracker.connect(settings, {}, tmp_path, lambda: NOW).desk(f"mallory {WHOLE}")
    desk.comment(1, f"Look {WHOLE}")
    desk.assign(1, f"dana {WHOLE}")
    desk.close(2)
    yield tmp_path
    output.use(output.Printing(environ={}))


def printed(place: Path, monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], environ: dict[str, str]) -> str:
    out = []
    for command in COMMANDS:
        one, two = stream(), stream()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", one)
            patch.setattr(sys, "stderr", two)
            code = main(list(command), App(environ=environ, cwd=place, now=lambda: NOW))
        text = one.getvalue() + two.getvalue()
        assert code != 3, (command, text)
        assert CONTROL.findall(OURS.sub("", text)) == [], command
        assert "evil.example\x1b" not in text, command
        out.append(text)
    return "".join(out)


@pytest.mark.parametrize("colour", ["always", "never"])
def test_no_command_lets_an_escape_through_at_a_terminal(
    place: Path, monkeypatch: pytest.MonkeyPatch, colour: str
) -> None:
    environ = {"PMSYNC_COLOR": colour, "FORCE_HYPERLINKS": "1", "PMSYNC_NO_PROGRESS": "1"}
    text = printed(place, monkeypatch, Terminal, environ)
    assert "Repair it" in text
    assert "␛" in text


def test_every_command_that_shows_texts_is_among_them() -> None:
    used = {word for command in COMMANDS for word in command if not word.startswith("-")}
    assert set(COMMAND_NAMES) - used == {"init", "completion"}


def test_no_command_lets_an_escape_through_into_a_pipe(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed(place, monkeypatch, io.StringIO, {})
    assert "\x1b" not in text
    assert "Repair it" in text


def test_under_ci_no_command_lets_one_through_to_the_runner(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed(place, monkeypatch, io.StringIO, {"CI": "true", "GITHUB_ACTIONS": "true"})
    assert [line for line in re.split(r"\r\n|[\r\n]", text) if line.lstrip().startswith("::") or "##[" in line] == []


@pytest.mark.parametrize("environ", [{}, {"CI": "true"}], ids=["alone", "in CI"])
def test_the_structured_log_of_a_first_sync_is_whole_lines_that_command_nobody(
    place: Path, capsys: pytest.CaptureFixture[str], environ: dict[str, str]
) -> None:
    """Changes, findings and a failure, all with hostile texts in them."""
    for file in ("ledger.db", "tickets-desk.db"):
        (place / ".pmsync" / file).unlink()
    main(["--log-format", "json", "sync"], App(environ=environ, cwd=place, now=lambda: NOW))
    main(["--log-format", "json", "adopt", WHOLE, WHOLE], App(environ=environ, cwd=place, now=lambda: NOW))
    text = capsys.readouterr().err
    assert CONTROL.findall(text) == []
    assert [line for line in text.splitlines() if line.startswith("::")] == []
    assert ("##[" in text) == (not environ)
    messages = [json.loads(line)["message"] for line in text.splitlines()]
    assert len([message for message in messages if "::set-output" in message]) > 2
    assert any(message.startswith("created DESK-") for message in messages)


def test_the_csv_holds_no_formula_and_as_many_cells_as_columns(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["status", "--all", "--format", "csv"], App(environ={}, cwd=place, now=lambda: NOW))
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) > 2
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [
        cell for row in rows for cell in row if cell.lstrip("\"' ").startswith(("=", "+", "-", "@")) and cell[0] != "'"
    ] == []


def test_the_attacks_reach_the_ledger_and_so_what_reads_it(place: Path) -> None:
    """Else the tests above would prove nothing."""
    with Ledger.open(place / ".pmsync" / "ledger.db", readonly=True) as ledger:
        kept = str([(each.item, each.document, each.link) for each in ledger.overview()])
    assert len(kept) > 1_000
    assert "evil.example" in kept
    assert any(escape in kept for escape in ("\\x1b", "\x1b"))
