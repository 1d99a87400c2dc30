"""A document notifies nobody and shows up at nobody's issue, however it names them."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmsync.config.settings import Settings, TrackerSettings
from pmsync.documents.items import parse
from pmsync.model import Document, Item
from pmsync.planning.ticket_text import body
from pmsync.reports.markdown_text import markdown_cell, markdown_link
from pmsync.trackers.jira.create_screen import create_fields
from pmsync.trackers.jira.issue import Dialect
from pmsync.trackers.mention_safe_text import quiet
from tests.security.github_page import notices
from tests.security.test_markers import PLACES
from tests.trackers.contract import draft

SETTINGS = Settings("/srv", "acme/web", web_url="https://github.com/acme/web/blob/main/{path}#L{line}")
JIRA = TrackerSettings("payments", "jira", url="https://acme.atlassian.net", project="PAY")
WORDS = Dialect(JIRA, cloud=True)

CALLS = [
    "@mallory",
    "@acme/oncall",
    "(@mallory)",
    "**@mallory**",
    r"\@mallory",
    "&#64;mallory",
    "&#x40;mallory",
    "&commat;mallory",
    "@&#109;allory",
    "@<!-- -->mallory",
    "@<b></b>mallory",
    "@<!mallory",
    "#12",
    r"\#12",
    "&#35;12",
    "&num;12",
    "#&#49;2",
    "#<!-- x -->12",
    "#<i></i>12",
    "other/repo#12",
    "GH-12",
    "gh-12",
    r"GH\-12",
    "GH&#45;12",
    "GH-<!-- -->12",
    "closes #12",
    "Fixes: other/repo#12",
    "https://github.com/other/repo/issues/12",
    "HTTPS://GitHub.com/other/repo/pull/12",
    "http://www.github.com/other/repo/issues/12#issuecomment-1",
    "https://github.com:443/other/repo/issues/12",
    "www.github.com/other/repo/discussions/12",
    "<https://github.com/other/repo/issues/12>",
    "[this](https://github.com/other/repo/issues/12)",
    "[this](//github.com/other/repo/issues/12)",
    "[this](https&#58;//github.com/other/repo/issues/12)",
    "[this](https://github.com/other/repo/issues/&#49;2)",
    "![this](https://github.com/other/repo/issues/12)",
    '<a href="https://github.com/other/repo/issues/12">this</a>',
    "https://ghes.example/other/repo/issues/12",
    "<!-- @mallory",
]


def ticket_text(document: Document, item: Item) -> str:
    return body(document, item, SETTINGS, fields={"title", "assignees", "labels"})


def test_what_judges_notices_every_call_that_is_not_broken() -> None:
    """Else the tests below would prove nothing."""
    harmless = {"@<!mallory", "<!-- @mallory"}
    assert [call for call in CALLS if not notices(f"See {call} there") and call not in harmless] == []
    assert notices("`@mallory` and `#12`, mail@example.com, https://redirect.github.com/a/b/issues/1") == []


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("call", CALLS)
def test_no_place_and_no_way_of_writing_calls_anybody(place: str, call: str) -> None:
    document = parse(PLACES[place].replace("{}", call.replace("\\", "\\\\") if place == "id" else call), "pm/a.md")
    for item in document.items:
        assert notices(ticket_text(document, item)) == []


@pytest.mark.parametrize("call", [call for call in CALLS if "/" not in call])
def test_the_name_of_a_file_calls_nobody(call: str) -> None:
    document = parse("## Action items\n\n- Repair it\n", f"pm/{call}.md")
    assert notices(ticket_text(document, document.items[0])) == []


PIECES = st.sampled_from(
    ["@", "@@", "mallory", "#", "1", "12", "GH", "-", "\\", "&#64;", "&commat;", "&amp;", "&", ";", "<!--", "-->",
     "<b>", "</b>", "[", "](", ")", "`", "```\n", "\n", "\n\n", "- ", "    ", " ", "https://github.com/", "HTTPS:",
     "//", "a/b", "/issues/", "/pull/", "www.", "github.com", "\u200b", "*", "_", "|", "<", ">"]
)  # fmt: skip


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=16).map("".join))
def test_no_pieces_put_together_call_anybody(text: str) -> None:
    assert notices(quiet(text)) == []
    assert notices(f"| {markdown_cell(text)} |") == []


@given(st.lists(PIECES, max_size=10).map("".join))
def test_what_is_quiet_stays_as_it_is(text: str) -> None:
    once = quiet(quiet(text))
    assert quiet(once) == once


@pytest.mark.parametrize(
    "piece", ["<!--", "-->", "@", "&#64;", "//", "//a/", "https://a/b/issues/", "www.", "GH-", "&#"]
)
def test_it_takes_time_in_proportion_to_the_length(piece: str) -> None:
    start = time.perf_counter()
    quiet(piece * (200_000 // len(piece)))
    assert time.perf_counter() - start < 2


def test_the_words_and_the_links_that_harm_nobody_stay() -> None:
    text = "mail ops@example.com, 50 % & <b>bold</b> &lt;x&gt; C# https://grafana.example/d/12?x=1#y `a@b` PAY-12 # 1"
    assert quiet(text).replace("\u200b", "") == text
    assert quiet("https://github.com/acme/web/issues/12") == "https://redirect.github.com/acme/web/issues/12"
    assert quiet("see https://github.com/acme/web/blob/main/a.md#L12") == (
        "see https://github.com/acme/web/blob/main/a.md#L12"
    )
    assert quiet("kept <!-- not\nshown -->as it is") == "kept as it is"


# --- tables for pull requests and chats -------------------------------------------------------------------------


@pytest.mark.parametrize("call", CALLS)
def test_a_cell_of_a_table_calls_nobody_and_holds_no_markup(call: str) -> None:
    assert notices(f"| a |\n|---|\n| {markdown_cell(call)} |") == []
    assert notices(f"| a |\n|---|\n| {markdown_link(call, 'https://h/x')} |") == []


SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "`</td><script>`",
    "a | b | <b>c</b>",
    "<details open ontoggle=alert(1)>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_script_image_or_element_in_a_table(script: str) -> None:
    from markdown_it import MarkdownIt  # noqa: PLC0415

    page = MarkdownIt("commonmark", {"html": True}).enable("table")
    table = f"| a | b |\n|---|---|\n| {markdown_cell(script)} | {markdown_link(script, script)} |\n"
    html = page.render(table)
    tags = set(re.findall(r"<(/?\w+)", html))
    assert tags <= {"table", "thead", "tbody", "tr", "th", "td", "/table", "/thead", "/tbody", "/tr", "/th", "/td"}
    assert html.count("<td>") == 2
    assert "href" not in html


def test_a_link_leads_to_the_web_only_and_ends_where_it_ends() -> None:
    for url in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", " https://h", "//h/x"):
        assert "](" not in markdown_link("PAY-1", url)
    assert markdown_link("PAY-1", "https://h/a)b <script> [x](y)") == (
        r"[PAY-1](https://h/a%29b%20%3Cscript%3E%20%5Bx%5D%28y%29)"
    )


# --- Jira ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "call", ["[~mallory]", "[~accountid:5b10ac]", "[@mallory]", "{code}{panel}", "{color:red}x", "!https://e/x.png!"]
)
def test_no_place_calls_anybody_or_starts_a_macro_in_jira(place: str, call: str) -> None:
    document = parse(PLACES[place].replace("{}", call), "postmortems/a.md")
    for item in document.items:
        text = body(document, item, SETTINGS, fields={"title", "assignees", "labels", "due", "priority"})
        wiki = str(create_fields(draft(body=text), None, WORDS)["description"])
        bare = re.sub(r"\{\{.*?\}\}", "", wiki)
        assert not re.search(r"(?<!\\)\[[~@]", wiki)
        assert not re.search(r"(?<!\\)\{(?:code|panel|color)", bare)
        assert not re.search(r"(?<!\\)!https", bare)
