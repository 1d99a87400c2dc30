"""Reading costs about what markdown-it-py alone does, grows no faster than the text, and keeps only what was said."""

from __future__ import annotations

import tracemalloc
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmsync.documents.files import read_documents
from pmsync.documents.items import parse
from pmsync.documents.items.language.phrases import is_placeholder
from pmsync.errors import DocumentError
from tests import reading
from tests.documents.items.test_forms import HEAD, PIECES

DOCUMENTS = [*reading.texts(reading.OWN), *reading.texts(reading.EXAMPLES)]
CORPUS = reading.texts(reading.CORPUS) if reading.CORPUS.is_dir() else []
ACTIONS = "## Action items\n\n"
BEGINNINGS = (
    "",
    ACTIONS,
    f"{ACTIONS}- ",
    f"{ACTIONS}- a\n\n  ",
    f"{ACTIONS}| Action | Owner |\n|---|---|\n| ",
    f"{ACTIONS}<ul><li>",
)


# --- beside markdown-it-py --------------------------------------------------------------------------------------


def test_documents_with_little_but_items_take_no_more_steps_than_markdown_does() -> None:
    assert reading.steps_ratio(reading.texts(reading.EXAMPLES)) < 1.0


@pytest.mark.skipif(not CORPUS, reason="the corpus of real documents is not part of the project")
def test_real_documents_of_about_5_kb_take_fewer_steps_than_markdown_does() -> None:
    assert reading.steps_ratio(reading.texts(reading.CORPUS, 4000, 7000)) < 0.8


# --- many documents ---------------------------------------------------------------------------------------------


def held(count: int, root: Path) -> tuple[int, int]:
    """The bytes that so many documents keep once read, and those that reading them took besides."""
    root.mkdir()
    given = reading.folder_of(count, root)
    tracemalloc.start()
    read = read_documents(given)
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(read.documents) == count
    return now, peak - now


def test_a_document_keeps_its_items_and_not_its_text(tmp_path: Path) -> None:
    held(10, tmp_path / "first")  # what is worked out once
    few, few_besides = held(20, tmp_path / "few")
    many, many_besides = held(100, tmp_path / "many")
    assert (many - few) / 80 < 12_000, "bytes for each document of 4.4 KB"
    assert many_besides < few_besides + 300_000, "one document is read after the other"


def test_a_folder_ten_times_as_large_takes_ten_times_as_many_steps(tmp_path: Path) -> None:
    def calls(count: int) -> int:
        (tmp_path / str(count)).mkdir()
        settings = reading.folder_of(count, tmp_path / str(count))
        return reading.calls(lambda: read_documents(settings))

    assert calls(100) < 12 * calls(10)


# --- any text ---------------------------------------------------------------------------------------------------


@st.composite
def cuts(draw: st.DrawFn) -> str:
    """Real documents, cut anywhere and put together again in the wrong way."""
    parts = draw(
        st.lists(st.tuples(st.sampled_from(DOCUMENTS + CORPUS), *[st.floats(0, 1)] * 2), min_size=1, max_size=3)
    )
    return "".join(text[int(min(ends) * len(text)) : int(max(ends) * len(text))] for text, *ends in parts)


@settings(max_examples=200, deadline=None)
@given(cuts(), st.sampled_from(("", ACTIONS)))
def test_a_document_cut_anywhere_is_read_or_refused(text: str, beginning: str) -> None:
    try:
        document = parse(beginning + text, "a.md")
    except DocumentError:
        return
    lines = (beginning + text).count("\n") + 1
    assert all(1 <= item.line <= lines and item.title for item in document.items)


LONGEST = 10.0
"""Seconds of processor time for 40 KB: some thirty times what they take, far less than a pattern that backtracks does."""


def assert_linear(piece: str, beginning: str) -> None:
    """Eight times as many of the piece take about eight times as many function calls (64 would be quadratic), and no
    pattern, whose steps are no calls, takes for ever.
    """
    short, long, longest = (beginning + piece * (size // len(piece)) for size in (1_000, 8_000, 40_000))
    assert reading.seconds(longest) < LONGEST, (beginning, piece)
    few, many = (reading.calls(partial(reading.readable, text)) for text in (short, long))
    assert many < 16 * max(few, 1_000), (beginning, piece)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(PIECES | st.text(max_size=4), min_size=1, max_size=6).map("".join).filter(bool)
    | cuts().map(lambda text: text[:300]).filter(bool),
    st.sampled_from(BEGINNINGS),
)
def test_whatever_is_repeated_takes_steps_as_it_is_long(piece: str, beginning: str) -> None:
    assert_linear(piece, beginning)


@pytest.mark.parametrize("beginning", BEGINNINGS[::2] + BEGINNINGS[-1:])
@pytest.mark.parametrize(
    "piece",
    [
        "a\n> ```\n",
        "a\n>     b\n",
        "\n\n<table><tr><td>\n",
        "<%",
        "{{|",
        "#12?",
        "(a)",
        "- [ ] a (b) (c)\n",
        "**a**: b\n",
        "a|b\n",
    ],
)
def test_what_once_took_longer_and_longer_takes_steps_as_it_is_long(piece: str, beginning: str) -> None:
    assert_linear(piece, beginning)


def test_a_text_of_many_brackets_is_told_from_a_placeholder_at_once() -> None:
    assert not is_placeholder("(a)" * 500 + " b")
    assert not is_placeholder("[a](b) " * 200 + "b")
    assert parse(f"{HEAD}{ACTIONS}- {'(a)' * 60}x\n", "a.md").items
