"""Whatever a document looks like: what is not edited stays byte for byte, and everything reads as before."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmsync.documents.items import parse
from pmsync.errors import DocumentError
from pmsync.identity.keys import item_key
from pmsync.model import Document, Ref, Status
from pmsync.writeback import Rewrite, Ticketed, applied, rewrite
from pmsync.writeback.lines import split
from tests.corpus_contract import CORPUS

OWN = Path(__file__).parents[1] / "samples/postmortems"
FOLDERS = [folder for folder in (OWN, CORPUS) if folder.is_dir()]
REAL = sorted(path for folder in FOLDERS for path in folder.rglob("*") if path.is_file() and path.suffix != ".json")
STATUSES = st.sampled_from([Status.OPEN, Status.IN_PROGRESS, Status.DONE, Status.DONE, Status.WONT_DO])


def ref(number: int) -> Ref:
    number += 4000
    refs = [
        Ref("github", f"1/{number}", f"acme/web#{number}", f"https://github.com/acme/web/issues/{number}"),
        Ref("jira", str(number), f"PAY-{number}", f"https://acme.example/browse/PAY-{number}"),
        Ref("local", str(number), f"LOCAL-{number}", f"local:local/{number}"),
    ]
    return refs[number % 3]


def tickets(document: Document, statuses: list[Status | None]) -> list[Ticketed]:
    """Tickets for those of the items that are to have one."""
    return [
        Ticketed(position, f"u{position}", ref(position), status)
        for position, status in enumerate(statuses[: len(document.items)])
        if status
    ]


def checked(text: str, ticketed: list[Ticketed], path: str = "a.md") -> Rewrite:
    """The rewrite, after everything that must hold of every rewrite was looked at."""
    document = parse(text, path)
    made = rewrite(text, document, ticketed)
    assert made.text == applied(text, [change.edit for change in made.changes])

    before, after = text.encode().splitlines(keepends=True), made.text.encode().splitlines(keepends=True)
    edited = {split_line(text, change.edit.offset) for change in made.changes}
    assert len(before) == len(after)
    ends = [line.start for line in split(text)]
    assert len(ends) == len(split(made.text))
    for number, (old, new) in enumerate(zip(split(text), split(made.text), strict=True)):
        assert old.text == new.text or number in edited
    assert [text[a:b] for a, b in _breaks(text)] == [made.text[a:b] for a, b in _breaks(made.text)]

    again = parse(made.text, path)
    kinds = {(change.ticketed.position, change.kind) for change in made.changes}
    assert [item_key(item) for item in again.items] == [item_key(item) for item in document.items]
    for position, (old, new) in enumerate(zip(document.items, again.items, strict=True)):
        assert replace(new, tickets=old.tickets, done=old.done) == old
        assert new.tickets == old.tickets or (position, "link") in kinds
        assert set(old.tickets) <= set(new.tickets)
        assert new.done == old.done or (position, "tick") in kinds
        assert new.done or not old.done, "a person's tick stays"

    twice = rewrite(made.text, again, ticketed)
    assert (twice.text, twice.changes) == (made.text, ())
    return made


def _breaks(text: str) -> list[tuple[int, int]]:
    lines = split(text)
    return [(a.start + len(a.text), b.start) for a, b in pairwise(lines)]


def split_line(text: str, offset: int) -> int:
    return max(number for number, line in enumerate(split(text)) if line.start <= offset)


# --- made-up documents ----------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["an alert", "the disks", "fix", "review", "größer", "再発防止", "a|b", "`rm -rf`", "*now*", "__init__", "PAY-1",
     "#12", "[docs](https://acme.example/x)", "<b>", "&amp;", "\\", "10%", "@bob", "(soon)", ":", "~~old~~", "TBD",
     "\u00a0"]
)  # fmt: skip
TITLES = st.lists(WORDS, min_size=1, max_size=5).map(lambda words: "Add " + " ".join(words))
TAILS = st.sampled_from(
    ["", "", " ", "  ", "\t", "\\", " @alice", " (alice, due 2026-12-01)", ". Owner: Alice", " [detect]", "."]
)
BOXES = st.sampled_from(["", "", "[ ] ", "[x] ", "[X] ", "[] ", "☐ ", "✅ ", "~~", "TODO: ", "DONE: ", "AI-3: "])
STARTS = st.sampled_from(["- ", "* ", "1. ", "+ ", "\t- ", "  - ", "> - ", "-\t", "### ", "", "#### 1. "])
CELLS = st.sampled_from(["", " ", "Open", "Done", "In progress", "[ ]", "[x]", "TBD", "**offen**", "later", "✅", "-"])
LINES = st.one_of(
    st.tuples(STARTS, BOXES, TITLES, TAILS).map("".join),
    st.tuples(TITLES, CELLS, CELLS).map(lambda cells: f"| {cells[0]} | {cells[1]} |{cells[2]}|"),
    st.sampled_from(
        ["", "", "  continued here", "  Owner: bob", "```", "| Action | Status | Ticket |", "|---|:--:|---|", "Done:",
         "----", "## Action items", "## Timeline", "<ul><li>Add it</li></ul>", "<!-- x -->", "&nbsp;", "\f", "\u2028",
         "===", "    code"]
    ),
)  # fmt: skip
BREAKS = st.sampled_from(["\n", "\n", "\r\n", "\r"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A document with a section of action items, in any line ends, also mixed ones."""
    first = draw(BREAKS)
    mixed = draw(st.booleans())
    lines = ["# Outage", "", "## Action items", "", *draw(st.lists(LINES, min_size=1, max_size=14))]
    ends = [draw(BREAKS) if mixed else first for _ in lines]
    text = "".join(line + end for line, end in zip(lines, ends, strict=True))
    text = text if draw(st.booleans()) else text.rstrip("\r\n")
    return draw(st.sampled_from(["", "\ufeff"])) + text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts(), st.lists(st.one_of(st.none(), STATUSES), min_size=15, max_size=15))
def test_any_document_stays_what_it_was(text: str, statuses: list[Status | None]) -> None:
    try:
        document = parse(text, "a.md")
    except DocumentError:
        return
    checked(text, tickets(document, statuses))


# --- real ones ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_a_real_document_stays_what_it_was(path: Path) -> None:
    try:
        text = path.read_bytes().decode("utf-8")
        document = parse(text, path.name)
    except (UnicodeDecodeError, DocumentError):
        pytest.skip("no document")
    everything: list[Status | None] = [Status.DONE if n % 2 else Status.OPEN for n in range(len(document.items))]
    made = checked(text, tickets(document, everything), path.name)
    other = text.replace("\n", "\r\n") if "\r" not in text else text.replace("\r\n", "\n")
    bom = other if other.startswith("\ufeff") else "\ufeff" + other
    again = checked(bom, tickets(document, everything), path.name)
    assert len(again.changes) == len(made.changes)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real documents is not part of the project")
def test_nearly_every_item_of_real_documents_gets_its_link() -> None:
    wanted = written = 0
    for path in (path for path in REAL if path.is_relative_to(CORPUS) and path.suffix == ".md"):
        try:
            text = path.read_bytes().decode("utf-8")
            document = parse(text, path.name)
        except (UnicodeDecodeError, DocumentError):
            continue
        made = rewrite(text, document, tickets(document, [Status.OPEN] * len(document.items)))
        wanted += sum(not item.tickets for item in document.items)
        written += len(made.changes)
    assert written / wanted > 0.97, (written, wanted)
