"""`pmsync extract`: what is understood of documents, without configuration and trackers."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from tests.cli.conftest import CONFIG, DOCUMENT, Run, write


def test_json_holds_document_and_items_as_designed(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pm/a.md": DOCUMENT})
    answer = run("extract", "pm/a.md", "--format", "json")
    assert answer.code == 0
    (entry,) = json.loads(answer.out)
    assert set(entry) == {"path", "document", "items", "findings", "left_out", "unread"}
    assert entry["path"] == "pm/a.md"
    assert entry["document"]["title"] == "Checkout was slow"
    assert entry["document"]["date"] == "2026-11-20"
    assert entry["document"]["severity"] == "SEV2"
    first = entry["items"][0]
    needed = {"title", "owners", "tickets", "due", "done", "kind", "priority", "group", "line"}
    assert needed <= set(first)
    assert (first["title"], first["owners"], first["line"]) == ("Add an alert on latency", ["alice"], 8)


def test_an_absolute_path_outside_the_folder_is_printed_as_given(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"away/a.md": DOCUMENT, "here/x": ""})
    answer = run("extract", tmp_path / "away/a.md", "--format", "json", cwd=tmp_path / "here")
    assert json.loads(answer.out)[0]["path"] == str(tmp_path / "away/a.md")


def test_paths_are_printed_as_typed_where_the_configuration_lies_above(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "pm/a.md": DOCUMENT})
    (entry,) = json.loads(run("extract", "a.md", "--format", "json", cwd=tmp_path / "pm").out)
    assert (entry["path"], entry["document"]["id"]) == ("a.md", "pm/a.md")


def test_a_broken_configuration_does_not_matter(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": "nonsense", "a.md": DOCUMENT})
    assert run("extract", "a.md").code == 0


def test_text_says_what_was_understood_and_where_it_stands(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"a.md": DOCUMENT})
    lines = run("extract", "a.md").out.splitlines()
    assert lines[0] == "a.md"
    assert any(line.split() == ["severity", "SEV2"] for line in lines)
    (row,) = [[cell.rstrip() for cell in line.split("\t")] for line in lines if re.match(r"8 *\t", line)]
    assert row[1:3] == ["Add an alert on latency", "alice"]
    assert row[-3:] == ["Action items", "bullet", "'(owner: alice)'"]
    assert lines[-1] == "2 items in 1 document"


def test_the_last_line_says_which_items_get_no_ticket(run: Run, tmp_path: Path) -> None:
    items = "- [x] Add an alert\n- Add a limit (OPS-3)\n- Write a page\n"
    write(tmp_path, {"a.md": f"# Slow\n\n## Action items\n\n{items}"})
    last = run("extract", "a.md").out.splitlines()[-1]
    assert last == "3 items in 1 document; no new ticket for 2: 1 done already, 1 with a ticket named"


def test_a_sentence_that_reads_as_finished_is_listed(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "# Slow\n\n## Action items\n\n- Added an alert on the queue\n- Add a limit\n"})
    lines = run("extract", "a.md").out.splitlines()
    at = lines.index("Reads as finished")
    assert lines[at + 1 : at + 3] == ["  line 5  Added an alert on the queue  (mark it ✅ if it is)", ""]
    assert lines[-1] == "2 items in 1 document"


def test_at_a_terminal_fields_that_hold_nothing_are_left_out(
    run: Run, tmp_path: Path, terminal: Callable[..., tuple[Any, Any]]
) -> None:
    write(tmp_path, {"a.md": DOCUMENT})
    out, _ = terminal(100)
    run("--color", "never", "extract", "a.md")
    assert "    owner alice; bullet in 'Action items'\n" in out.getvalue()
    assert "priority" not in out.getvalue()


def test_a_folder_is_read_and_a_document_without_items_says_so(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pm/a.md": DOCUMENT, "pm/b.md": "# Quiet week\n\nNothing happened.\n"})
    answer = run("extract", "pm")
    assert "no action items" in answer.out
    assert answer.out.splitlines()[-1] == "2 items in 2 documents"


UNTIDY = """# Checkout was slow

## Action items

- [ ] Add an alert on latency that pages both the payments and the platform team (@alice, due 2026-12-01, P1)
- Alert at 70 %. (shipped this week)
  With a page for the on-call
  - and a runbook
- None
- Why did nobody look?
- 決済のタイムアウトを監視するアラートを追加する、そして当番に知らせる仕組みを作る

## Homework

- Write a runbook for the failover
- Add a limit

## Timeline

- 10:00 down
"""


def test_what_was_cut_merged_and_dropped_is_told(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"a.md": UNTIDY})
    (entry,) = json.loads(run("extract", "a.md", "--format", "json").out)
    first, second, _ = entry["items"]
    assert first["cut"] == ["[ ]", "(@alice, due 2026-12-01, P1)"]
    assert first["origins"] == {"owners": "words", "due": "words", "done": "words", "priority": "words"}
    assert (second["line"], second["end"], second["origins"]) == (6, 8, {"done": "sentence"})
    assert second["words"] == "Alert at 70 %. (shipped this week) With a page for the on-call"
    assert [(left["line"], left["text"], left["why"]) for left in entry["left_out"]] == [
        (9, "None", "a placeholder"),
        (10, "Why did nobody look?", "a question, or what was ruled out"),
    ]
    assert [(each["line"], each["title"], each["tasks"]) for each in entry["unread"]] == [
        (13, "Homework", 2),
        (18, "Timeline", 0),
    ]


@pytest.mark.parametrize("columns", [0, 60, 80, 120, 200])
def test_the_text_says_it_too_at_any_width(
    run: Run, tmp_path: Path, terminal: Callable[..., tuple[Any, Any]], columns: int
) -> None:
    write(tmp_path, {"a.md": UNTIDY})
    out = terminal(columns)[0] if columns else None
    printed = run("--color", "never", "extract", "a.md").out
    printed = out.getvalue() if out else printed
    assert not columns or max(map(cell_len, printed.splitlines())) <= columns
    flat = " ".join(printed.split())
    for words in (
        "'[ ]', '(@alice, due 2026-12-01, P1)'",
        "Why did nobody look? (a question, or what was ruled out)",
        "Homework: 2 entries (its heading announces no action items)",
        'if these are action items, write `sections = ["Homework"]` below [vocabulary] in pmsync.toml',
        "Timeline: 1 entry",
        "3 items in 1 document; no new ticket for 1: 1 done already; 2 entries left out",
    ):
        assert words in flat
    assert not columns or "status done (from a remark in the sentence)" in flat


def test_stdin_is_a_document(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(DOCUMENT.encode())))
    (entry,) = json.loads(run("extract", "-", "--format", "json").out)
    assert entry["path"] == "-"
    assert len(entry["items"]) == 2


def test_what_cannot_be_read_is_told_beside_what_can(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"a.md": DOCUMENT, "bad.md": b"\xff"})
    answer = run("extract", "a.md", "bad.md", "none.md", "--format", "json")
    assert answer.code == 1
    by_path = {entry["path"]: entry for entry in json.loads(answer.out)}
    assert len(by_path["a.md"]["items"]) == 2
    assert by_path["bad.md"]["document"] is None
    assert by_path["none.md"]["findings"][0]["message"] == "the file does not exist"


def test_documents_that_share_an_id_are_all_shown(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "---\nid: x\n---\n" + DOCUMENT, "b.md": "---\nid: x\n---\n" + DOCUMENT})
    assert len(json.loads(run("extract", "a.md", "b.md", "--format", "json").out)) == 2


def test_no_path_is_wrong_usage(run: Run) -> None:
    assert run("extract").code == 2


def test_a_document_cannot_command_a_runner(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"a.md": DOCUMENT + "- Say ##[set-env name=A]b and ::error::x (owner: alice)\n"})
    for output_format in ("text", "json"):
        out = run("extract", "a.md", "--format", output_format, environ={"GITHUB_ACTIONS": "true"}).out
        assert "set-env name=A" in out
        assert "##[" not in out


def test_the_words_that_the_configuration_teaches_are_used_and_a_wrong_configuration_is_told(
    run: Run, tmp_path: Path
) -> None:
    document = "# Checkout was slow\n\n## Homework\n\n- Add an alert\n"
    taught = CONFIG + '[vocabulary]\nsections = ["Homework"]\n'
    write(tmp_path, {"pmsync.toml": taught, "pm/a.md": document})
    assert [item["title"] for item in items(run("extract", "pm/a.md", "--format", "json").out)] == ["Add an alert"]
    write(tmp_path, {"pmsync.toml": taught + "wrong = 1\n"})
    answer = run("extract", "pm/a.md", "--format", "json")
    assert (answer.code, items(answer.out)) == (0, [])
    assert "vocabulary.wrong" in answer.err


def items(printed: str) -> list[dict[str, Any]]:
    return [item for entry in json.loads(printed) for item in entry["items"]]
