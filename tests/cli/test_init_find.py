"""Where `pmsync init` finds post-mortems, and which headings it says are not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmsync.cli.setup.find_documents import find_globs
from pmsync.config.file import load
from pmsync.config.settings import Vocabulary
from pmsync.documents.items.unread import UnknownHeading, unread
from pmsync.documents.markdown.content import content
from tests.cli.conftest import DOCUMENT, Run, write

MORTEM = """# Outage of the queue

## Timeline

- 10:00 it began

## Root cause

The disk was full.

## Action items

- Add an alert (owner: alice)
"""
HTML = "<h1>Outage</h1><h2>Timeline</h2><p>x</p><h2>Root cause</h2><h2>Action items</h2><ul><li>Add an alert</li></ul>"
RST = (
    "Outage\n======\n\nTimeline\n--------\n\nx\n\nImpact\n------\n\nx\n\nAction items\n------------\n\n- Add an alert\n"
)
OTHER = "# How to deploy\n\n## Steps\n\n- Run it\n"


@pytest.mark.parametrize(
    ("files", "globs"),
    [
        ({"postmortems/a.html": HTML, "postmortems/b.md": MORTEM}, ["postmortems/**/*.md", "postmortems/**/*.html"]),
        ({"incidents/a.docx": "x"}, ["incidents/**/*.docx"]),
        ({"incidents/2026/a.rst": RST, "incidents/2026/b.MD": MORTEM}, ["incidents/**/*.MD", "incidents/**/*.rst"]),
        ({"docs/reviews/a.md": MORTEM, "docs/reviews/b.md": MORTEM, "docs/x.md": OTHER}, ["docs/reviews/*.md"]),
        ({"sre/2025/a.md": MORTEM, "sre/2026/b.md": MORTEM}, ["sre/**/*.md"]),
        ({"wiki/export/a.html": HTML}, ["wiki/export/*.html"]),
        ({"notes/a.rst": RST}, ["notes/*.rst"]),
        (
            {"docs/postmortem-a.md": MORTEM, "docs/b.md": OTHER, "docs/c.md": OTHER, "docs/d.md": OTHER},
            ["docs/*postmortem*.md"],
        ),
        ({"docs/a.md": MORTEM, "docs/b.md": OTHER, "docs/c.md": OTHER}, ["docs/a.md"]),
        ({"2026-outage.md": MORTEM, "README.md": MORTEM, "CHANGELOG.md": OTHER, "x.md": OTHER}, ["*outage*.md"]),
        ({"docs/a.md": OTHER, "node_modules/x/a.md": MORTEM, ".cache/a.md": MORTEM, "t/template.md": MORTEM}, []),
    ],
)
def test_documents_of_every_kind_are_found_wherever_they_lie(
    tmp_path: Path, files: dict[str, str], globs: list[str]
) -> None:
    write(tmp_path, files)
    assert find_globs(tmp_path) == sorted(globs, key=lambda glob: (glob.count("/"), glob))


def test_what_is_found_is_what_the_configuration_reads(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"sre/2026/a.md": MORTEM, "sre/2026/b.html": HTML, "docs/guide.md": OTHER})
    answer = run("init", "--tracker", "local", "--yes", "--since", "2026-01-01")
    assert "found 2 action items in 2 documents" in answer.out
    assert "the next sync creates 2 tickets" in answer.out
    assert load(None, {}, tmp_path).people["alice"]


def test_yes_is_no_input(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"postmortems/a.md": DOCUMENT})
    texts = []
    for flag in ("--yes", "-y", "--no-input"):
        assert run("init", "--tracker", "local", flag, "--force").code == 0
        texts.append((tmp_path / "pmsync.toml").read_text())
    assert len(set(texts)) == 1
    assert "--yes, --no-input" in " ".join(run("init", "--help").out.split())


def test_what_is_held_back_is_told_with_its_reason_and_the_way_to_change_it(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"postmortems/a.md": DOCUMENT, "postmortems/b.md": DOCUMENT + "- [x] Done\n"})
    out = run("init", "--tracker", "local", "--yes").out
    assert "the next sync creates 0 tickets" in out
    assert "5 items: 4 before documents.since (2026-11-24), 1 already done" in out
    assert "with another documents.since: 2026-11-20 (everything): 4 tickets" in out
    assert out.index("with another") < out.index("next:")


def test_more_than_one_run_makes_is_told(run: Run, tmp_path: Path) -> None:
    items = "".join(f"- Add alert number {number} on the queue\n" for number in range(60))
    write(tmp_path, {"postmortems/a.md": DOCUMENT + items})
    out = run("init", "--tracker", "local", "--yes", "--since", "2026-01-01").out
    assert "`pmsync sync --allow creates=62`" in out
    assert run("sync", "--allow", "creates=62").code == 0


# --- headings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["Nice things to have", "Wishlist", "Was wir tun"])
def test_a_heading_that_looks_like_work_is_named_until_it_is_taught(heading: str) -> None:
    text = f"# Outage\n\n## {heading}\n\n- Add an alert\n- Remove the old host\n- Something\n"
    assert unread(content(text, "a.md")) == [UnknownHeading(heading, 3)]
    assert unread(content(text, "a.md"), Vocabulary(sections=(heading,))) == []


@pytest.mark.parametrize(
    "section",
    [
        "## Action items\n\n- Add an alert\n",
        "## Timeline\n\n- Add the alert at 10:00\n",
        "## Background\n\n- The disk was full\n- Nobody saw it\n",
        "## Notes\n\nAdd an alert.\n",
    ],
)
def test_a_heading_that_is_known_or_lists_no_work_is_not(section: str) -> None:
    assert unread(content(f"# Outage\n\n{section}", "a.md")) == []


def test_without_a_terminal_it_is_a_warning_with_the_line_that_helps(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"postmortems/a.md": f"{DOCUMENT}\n## Wishlist\n\n- Add a dashboard\n- Remove the old host\n"})
    answer = run("init", "--tracker", "local", "--yes")
    assert "2 entries below 'Wishlist' (postmortems/a.md) look like work and are not read" in answer.err
    assert 'sections = ["Wishlist"]' in answer.err
    config = tmp_path / "pmsync.toml"
    taught = config.read_text().replace("# [vocabulary]", "[vocabulary]").replace("# sections", "sections")
    config.write_text(taught)
    assert "found 4 action items" in run("init").out
