"""The parser of blocks gives what markdown-it-py by itself gives, though it asks fewer of its rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pmsync.documents.items.language import phrases
from pmsync.documents.items.language.vocabulary import headings
from pmsync.documents.markdown import commonmark
from tests import reading

ALONE = MarkdownIt("commonmark", {"maxNesting": 40}).enable(["table", "strikethrough"])
ALONE.core.ruler.disable(["normalize", "inline", "text_join"])
OURS = commonmark.parser()
WITHOUT_TABLES = commonmark.parser(tables=False)
PIECES = st.sampled_from(
    ["a", "- ", "* ", "+ ", "1. ", "2) ", "10. ", "  ", "    ", "\t", "\n", "\n", "\n\n", "> ", "b c", "# ", "```\n", "~~~", "|", "|--|", "---",
     "===", "***", "<div>", "<!--", "[r]: /x", "[a][r]", "é", "１. ", "\\", "`", "_"]
)  # fmt: skip


def tokens(markdown: MarkdownIt, text: str) -> tuple[list[object], dict[str, object]]:
    env: dict[str, object] = {}
    return [token.as_dict() for token in markdown.parse(text, env)], env


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES | st.text(max_size=3), max_size=40).map("".join))
def test_any_text_has_the_same_tokens(text: str) -> None:
    text = text.replace("\r", "\n").replace("\0", "")
    assert tokens(OURS, text) == tokens(ALONE, text)
    text = text.replace("|", "")
    assert tokens(WITHOUT_TABLES, text) == tokens(ALONE, text)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.sampled_from(["https://a.test/b", "/c", "(", ")", " ", "\n", "\\", "&amp;", "<", ">", "~", "%20", "#d", '"', "ä", "\t", "]", "[", "*"]),
        max_size=12,
    ).map("".join)
)  # fmt: skip
def test_links_have_the_same_tokens(target: str) -> None:
    for text in (f"[a]({target})", f"[a]({target}", f"![a]({target}) b", f"[a](<{target}>)"):
        assert inline(OURS, text) == inline(ALONE, text)


def inline(markdown: MarkdownIt, text: str) -> list[object]:
    return [token.as_dict() for token in markdown.inline.parse(text, markdown, {}, [])]


@pytest.mark.parametrize("folder", [reading.OWN, reading.EXAMPLES, reading.CORPUS])
def test_documents_have_the_same_tokens(folder: Path) -> None:
    if not folder.is_dir():
        pytest.skip("the corpus of real documents is not part of the project")
    for text in reading.texts(folder):
        assert tokens(OURS, text) == tokens(ALONE, text)


@pytest.mark.parametrize(
    "address", ["https://acme.test/a_b/c-d/#e", "https://acme.test/ä", "https://ACME.test/", "https://a.test/%zz"]
)
def test_addresses_are_put_right_as_markdown_it_does_it(address: str) -> None:
    assert OURS.normalizeLink(address) == ALONE.normalizeLink(address)


HEADINGS = (
    "PAST_ACTIONS",
    "WEAK_HEADINGS",
    "CHECKLIST_HEADINGS",
    "ACTION_HEADINGS",
    "OTHER_HEADINGS",
    "ANNOUNCING_LINES",
)


@pytest.mark.parametrize("name", HEADINGS)
def test_each_pattern_for_headings_is_searched_for_where_it_can_begin(name: str) -> None:
    """The patterns are searched for together; a heading is what any of them says when it is searched for alone."""
    patterns = [re.compile(pattern) for pattern in getattr(headings, name)]
    together = phrases._heading(name)
    said = {part for pattern in patterns for part in re.findall(r"[^\W_](?:[^\W_]| )+", pattern.pattern)}
    said |= {phrases.normal(line) for text in reading.texts(reading.OWN) for line in text.split("\n")}
    for text in [each + end for each in said for end in ("", " x", "s")] + [f"the {each}" for each in said]:
        assert (together.search(text) is not None) == any(pattern.search(text) for pattern in patterns), text
