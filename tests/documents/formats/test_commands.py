"""The commands on documents in other formats than Markdown: what they show, and that one sync is enough."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG, Run, apart, run, write
from tests.documents.formats import exports, word

__all__ = ["apart", "run"]

INCLUDE = CONFIG.replace("[documents]", '[documents]\ninclude = ["pm/**/*.html", "pm/**/*.docx", "pm/**/*.rst"]')


@pytest.fixture
def place(tmp_path: Path) -> Path:
    files = {
        "pmsync.toml": INCLUDE,
        "pm/a.html": exports.CONFLUENCE_EXPORT,
        "pm/b.docx": word.outage(),
        "pm/c.rst": exports.RESTRUCTURED,
        "pm/d.md": exports.MARKDOWN,
    }
    return write(tmp_path, files)


def test_extract_shows_lines_and_paragraphs(run: Run, place: Path) -> None:
    shown = json.loads(run("extract", "pm", "--format", "json").out)
    assert {each["path"]: [item["line"] for item in each["items"]] for each in shown} == {
        "pm/a.html": [15, 16, 18, 24, 25],
        "pm/b.docx": [7, 8, 9, 12, 13],
        "pm/c.rst": [15, 16, 18, 25, 26],
        "pm/d.md": [13, 14, 15, 20, 21],
    }


def test_check_shows_where_a_finding_stands(run: Run, place: Path) -> None:
    out = run("check").out
    assert "pm/a.html:18" in out
    assert "pm/b.docx:paragraph 9" in out


def test_one_sync_makes_the_tickets_and_the_next_has_nothing_to_do(run: Run, place: Path) -> None:
    plan = run("plan")
    assert "line 18" in plan.out
    assert "paragraph 9" in plan.out
    assert run("sync").code == 0
    assert "create" not in run("plan").out
    assert "Raise the limit" in run("show", "pm/b.docx:paragraph 9").out
    assert "Raise the limit" in run("show", "pm/b.docx:9").out


def test_a_document_that_moves_to_another_format_keeps_its_tickets(run: Run, place: Path) -> None:
    (place / "pm/b.docx").unlink()
    (place / "pm/c.rst").unlink()
    assert run("sync").code == 0
    (place / "pm/a.html").rename(place / "pm/a.rst")
    write(place, {"pm/a.rst": exports.RESTRUCTURED})
    plan = run("plan").out
    assert "0 to create" in plan


def test_write_back_leaves_them_alone(run: Run, place: Path) -> None:
    before = {path: path.read_bytes() for path in (place / "pm").iterdir()}
    assert run("sync").code == 0
    assert run("write-back").code == 0
    assert {path: path.read_bytes() for path in (place / "pm").iterdir()} == before
