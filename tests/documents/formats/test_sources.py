"""The same content gives the same items and uids, whatever file it comes in; and each item knows its place there."""

from __future__ import annotations

import html
import re
import sys
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmsync.config.settings import Settings
from pmsync.documents.blocks import below
from pmsync.documents.files import read_documents
from pmsync.documents.read import content, is_markdown, read
from pmsync.errors import DocumentError
from pmsync.identity.keys import item_key, make_uid
from pmsync.model import Document, Item
from tests.cli.conftest import write
from tests.documents.formats import exports, word

SHAPES = {
    "storage.html": exports.CONFLUENCE_STORAGE.encode(),
    "export.htm": exports.CONFLUENCE_EXPORT.encode(),
    "google.html": exports.GOOGLE_DOCS.encode(),
    "notion.xhtml": exports.NOTION.encode(),
    "text.rst": exports.RESTRUCTURED.encode(),
    "word.DOCX": word.outage(),
}


def html_of(body: str) -> Document:
    return read(body.encode(), "a.html")


def same(items: tuple[Item, ...]) -> list[Item]:
    """The items without what says where and how they stood in the file."""
    return [replace(item, line=0) for item in items]


def titles(document: Document) -> list[str]:
    return [item.title for item in document.items]


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_gives_the_items_of_the_markdown(name: str) -> None:
    wanted, document = read(exports.MARKDOWN.encode(), "a.md"), read(SHAPES[name], name)
    assert len(wanted.items) == 5
    assert same(document.items) == same(wanted.items)
    assert [make_uid("acme/web", "x", item_key(item)) for item in document.items] == [
        make_uid("acme/web", "x", item_key(item)) for item in wanted.items
    ]
    for field in ("title", "date", "severity", "findings"):
        assert getattr(document, field) == getattr(wanted, field)


@pytest.mark.parametrize("name", [name for name in SHAPES if not name.endswith("DOCX")])
def test_an_items_line_is_where_its_words_stand(name: str) -> None:
    lines = SHAPES[name].decode().split("\n")
    for item in read(SHAPES[name], name).items:
        assert item.title.split()[0] in lines[item.line - 1], (item.line, item.title)


def test_places_in_a_word_file_count_paragraphs_with_text_and_rows() -> None:
    assert [item.line for item in read(word.outage(), "a.docx").items] == [7, 8, 9, 12, 13]


def test_an_unknown_suffix_is_markdown() -> None:
    assert titles(read(b"## Action items\n\n- Add an alert\n", "a.txt")) == ["Add an alert"]
    assert is_markdown("a.md.erb")
    assert not is_markdown("A.HTML")


# --- text that Markdown would take for marks --------------------------------------------------------------------

WORDS = st.text("abz _*`~<>&|[]()#!+-=:\\/.1é☐", min_size=1, max_size=25).map(lambda text: f"Move {text} away")


def escaped(text: str) -> str:
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_any_text_is_the_same_in_html_and_in_markdown(texts: list[str]) -> None:
    markdown = "## Action items\n\n" + "".join(f"- {escaped(text)}\n" for text in texts)
    page = "<h2>Action items</h2><ul>" + "".join(f"<li>{html.escape(text)}</li>" for text in texts) + "</ul>"
    wanted = read(markdown.encode(), "a.md")
    assert same(html_of(page).items) == same(wanted.items)


STYLES = st.sampled_from(["b", "i", "s", "code", "span", "u"])


@given(st.lists(st.tuples(STYLES, st.sampled_from(["one", "(two)", "three:", " four ", "a*b", "x"])), max_size=6))
def test_styles_leave_no_marks_in_the_text(parts: list[tuple[str, str]]) -> None:
    inner = "".join(f"<{tag}>{text}</{tag}>" for tag, text in parts)
    wanted = " ".join(("Move " + "".join(text for _, text in parts) + " away").split())
    (item,) = html_of(f"<h2>Action items</h2><ul><li>Move {inner} away</li></ul>").items
    assert item.title == wanted


# --- HTML -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("<ul><li>Add an alert<li>Fix the limit</ul>", ["Add an alert", "Fix the limit"]),
        (
            "<ol><li>Add an alert</li></ol><p>text</p><ol start=2><li>Fix the limit</li></ol>",
            ["Add an alert", "Fix the limit"],
        ),
        ("<ul><li>Add <script>x</script><style>y</style><!-- z -->an alert</li></ul>", ["Add an alert"]),
        (
            "<ul><li hidden>Drop it</li><li style='display:none'>Drop it</li><li>Add an alert</li></ul>",
            ["Add an alert"],
        ),
        ("<ul><li>Caf&eacute; &amp; bar&nbsp;&#8211; fix it</li></ul>", ["Café & bar – fix it"]),
        ("<ul><li><p>Add an alert</p><p>and why</p></li></ul>", ["Add an alert"]),
        ("<ul><li>Add an <a href='javascript:alert(1)'>alert</a></li></ul>", ["Add an alert"]),
        ("<ul><li><label><input type=checkbox> Add an alert</label></li></ul>", ["Add an alert"]),
        ("<ul><li>Add <img src='http://example.com/x.png' alt='x'>an alert</li></ul>", ["Add an alert"]),
        ("<p>- Add an alert<br>- Fix the limit</p>", ["Add an alert", "Fix the limit"]),
        ("<pre>- Add an alert</pre><ul><li>Fix the limit</li></ul>", ["Fix the limit"]),
        (f"{'<div>' * 60}<ul><li>Add an alert</li></ul>", ["Add an alert"]),
    ],
)
def test_html_as_people_write_it(body: str, wanted: list[str]) -> None:
    assert titles(html_of(f"<h2>Action items</h2>{body}")) == wanted


def test_a_cell_over_several_rows_stands_in_each_but_never_makes_a_second_item() -> None:
    rows = (
        "<tr><th>Action</th><th>Owner</th></tr><tr><td>Add an alert</td><td rowspan=2>bob</td></tr>"
        "<tr><td>Fix it</td></tr><tr><td rowspan=2>Split the job</td><td>alice</td></tr><tr><td>bob</td></tr>"
    )
    items = html_of(f"<h2>Action items</h2><table>{rows}</table>").items
    assert [(item.title, item.owners) for item in items] == [
        ("Add an alert", ("bob",)),
        ("Fix it", ("bob",)),
        ("Split the job", ("alice",)),
    ]


def test_a_row_over_all_columns_names_a_group() -> None:
    rows = "<tr><th>Action</th><th>Owner</th></tr><tr><td colspan=2>Prevent</td></tr><tr><td>Fix it | now</td><td>bob</td></tr>"
    (item,) = html_of(f"<h2>Action items</h2><table>{rows}</table>").items
    assert (item.title, item.group) == ("Fix it | now", "Prevent")


def test_a_table_that_only_arranges_is_read_through() -> None:
    document = html_of(
        "<table><tr><td>Left</td><td><h2>Action items</h2><ul><li>Add an alert</li></ul></td></tr></table>"
    )
    assert titles(document) == ["Add an alert"]


def test_front_matter_before_html_counts_and_moves_no_line() -> None:
    text = "---\nid: outage-7\nlayout: post\n---\n\n<h2>Action items</h2>\n<ul>\n<li>Add an alert</li></ul>\n"
    document = html_of(text)
    assert document.id == "outage-7"
    assert [item.line for item in document.items] == [8]


def test_no_entity_reads_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("sesame")
    page = f'<!DOCTYPE html [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]><h2>Action items</h2><ul><li>Add &x; it</li></ul>'
    assert "sesame" not in str(html_of(page))


@pytest.mark.parametrize("text", ["<div>" * 300, "<ul><li>" * 200, "<b>" * 5000])
def test_what_is_nested_too_deep_is_refused(text: str) -> None:
    with pytest.raises(DocumentError, match="nested too deep"):
        html_of(text)


def test_a_page_whose_tables_grow_beyond_the_limit_is_refused() -> None:
    with pytest.raises(DocumentError, match="longer than 5 MB"):
        html_of("<table>" + "<tr><td><td colspan=50>b" * 40_000 + "</table>")


HUGE = "colspan=1000000 rowspan=1000000"
VAST = {
    "one cell of all rows": f"<tr><td>a<td {HUGE}>owner" + "<tr><td>b<td>c" * 1_000,
    "a long text over many rows": f"<tr><td>a<td rowspan=1000000>{'word ' * 20_000}" + "<tr><td>b<td>c" * 1_000,
    "each cell": f"<tr><td>a<td {HUGE}>b<td {HUGE}>c" * 4_000,
    "one column and fifty": "<tr><td colspan=50>a<tr><td>b" * 2_000,
}


@pytest.mark.parametrize("rows", VAST.values(), ids=VAST)
@pytest.mark.parametrize("name", ["a.html", "a.md"])
def test_a_cell_over_a_million_rows_and_columns_costs_no_more_than_its_text(name: str, rows: str) -> None:
    """By memory; Markdown leaves such a table as it is."""
    text = f"<h2>Action items</h2><table><tr><th>Action<th>Owner{rows}</table>"
    tracemalloc.start()
    try:
        document = read(text.encode(), name)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(document.items) >= rows.count("<tr>") / 2
    assert peak < 40e6 + 60 * len(text)


def test_a_table_whose_rows_lack_most_cells_is_read_to_its_end() -> None:
    rows = f"<tr><td>a{'<td>word' * 49}" + "<tr><td>b" * 5_000 + "<tr><td>Add an alert<td>bob"
    items = html_of(f"<h2>Action items</h2><table><tr><th>Action<th>Owner{rows}</table>").items
    assert (len(items), items[-1].title, items[-1].owners) == (5_002, "Add an alert", ("bob",))


def test_a_text_over_a_few_rows_still_stands_in_each() -> None:
    rows = "<tr><td>Add an alert<td rowspan=3>alice<tr><td>Write a test<tr><td>Fix the probe<tr><td>Buy a disk<td>bob"
    items = html_of(f"<h2>Action items</h2><table><tr><th>Action<th>Owner{rows}</table>").items
    assert [item.owners for item in items] == [("alice",)] * 3 + [("bob",)]


@pytest.mark.parametrize("text", ["", " \n", "<!-- only -->", "<", "\ufdd07\ufdd1", "<table></table>", "<ul></ul>"])
def test_a_page_with_nothing_has_no_items(text: str) -> None:
    assert html_of(text).items == ()


# --- HTML inside Markdown ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in SHAPES if "ml" in name or "htm" in name])
def test_a_page_inside_markdown_gives_the_items_of_the_page(name: str) -> None:
    inside = read(b"A page follows.\n\n<div>" + SHAPES[name], "a.md")
    items = [replace(item, source="", details="") for item in inside.items]
    wanted = read(SHAPES[name], name).items
    assert items == [replace(item, line=item.line + 2, source="", details="") for item in wanted]


@pytest.mark.parametrize("name", ["a.html", "a.md"])
def test_line_breaks_in_one_line_of_the_file_are_no_lines_of_their_own(name: str) -> None:
    text = "<h2>Action items</h2>\n<p>Add an alert (@alice)<br>Fix the limit (@bob)<br><br>\nDrop the cache (@bob)</p>"
    items = read(text.encode(), name).items
    assert [(item.title, item.line) for item in items] == [
        ("Add an alert", 2),
        ("Fix the limit", 2),
        ("Drop the cache", 3),
    ]


@pytest.mark.parametrize("name", ["a.html", "a.md"])
def test_a_bold_first_line_is_a_heading(name: str) -> None:
    text = "<p><b>Action items</b><br>\n1. Add an alert<br>\n2. Fix the limit</p>\n"
    assert [(item.title, item.line) for item in read(text.encode(), name).items] == [
        ("Add an alert", 2),
        ("Fix the limit", 3),
    ]


@pytest.mark.parametrize("name", ["a.html", "a.md"])
def test_a_row_without_an_owner_is_an_item_and_a_row_of_one_cell_a_group(name: str) -> None:
    rows = "<tr><th>Action<th>Owner<tr><td>Dashboards<td><tr><td colspan=2>Prevent<tr><td>Add an alert<td>bob"
    items = read(f"<h2>Action items</h2>\n<table>{rows}</table>\n".encode(), name).items
    assert [(item.title, item.group) for item in items] == [("Dashboards", None), ("Add an alert", "Prevent")]


@pytest.mark.parametrize("name", ["a.html", "a.md"])
def test_details_in_a_table_keep_their_links(name: str) -> None:
    row = "<tr><td>Add an alert<td>see <a href='https://example.com/x'>the sheet</a><br>and <b>ask</b>"
    (item,) = read(f"<h2>Action items</h2>\n<table><tr><th>Action<th>Notes{row}</table>\n".encode(), name).items
    assert item.details == "see [the sheet](https://example.com/x)\nand **ask**"


def test_a_paragraph_that_an_empty_list_follows_is_no_item() -> None:
    assert html_of("<h2>Action items</h2><p>Say who does what</p><ul><li></li><li><p></p></li></ul>").items == ()


TAGS = st.sampled_from(
    "<ul> </ul> <ol> </ol> <li> </li> <p> </p> <br> <div> </div> <b> </b> <s> </s> <code> </code> </a> <table> </table> <tr>"
    " </tr> <td> </td> <th> <h3> </h3> <blockquote> </blockquote> <pre> </pre> <dl> </dl> <dt> </dt> <dd> </dd> <hr> <summary>"
    " </summary> <caption> <!-- --> b Owner:".split(" ")
) | st.sampled_from(
    [
        "<input type=checkbox>",
        "<a href='https://acme.test/1'>",
        "<td colspan=2>",
        "<td rowspan=2>",
        "[ ] Add it",
        " ",
        "\n",
    ]
)


@given(st.lists(TAGS, max_size=25).map("".join), st.sampled_from(["a.html", "a.md"]))
def test_all_blocks_and_texts_are_in_the_lines_of_the_content(html: str, name: str) -> None:
    text = f"<h2>Action items</h2>\n{html}"
    made = content(text.encode(), name)
    last = len(made.lines)
    assert name == "a.md" or last == len(made.places)
    assert all(1 <= place <= text.count("\n") + 1 for place in made.places)
    for block in made.blocks:
        assert 1 <= block.line <= block.end <= last
    for each in below(tuple(made.blocks)):
        assert 1 <= each.line <= last
        assert all(1 <= line <= last for line in each.lines)
        assert "\n" not in each.raw or len(each.lines) in {0, each.raw.count("\n") + 1}


@pytest.mark.parametrize("piece", ["a<u></u>", "<p>a</p>", "<ul><li>a</ul>", "<ul><li>a</li><ol></ol></ul>", "<br>a"])
def test_html_takes_time_in_proportion_to_its_length(piece: str) -> None:
    def seconds(size: int) -> float:
        text = f"<h2>Action items</h2>{piece * (size // len(piece))}".encode()
        before = time.process_time()
        read(text, "a.html")
        return time.process_time() - before

    ratios = (seconds(160_000) / seconds(20_000) for _ in range(4))
    assert any(ratio < 24 for ratio in ratios), "8 is linear and 64 is quadratic"


# --- Word and reStructuredText ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"no archive", "cannot be unpacked"),
        (word.document(parts={"word/x.xml": b"<x>" + b" " * 10_000_000}), "unpacks to more than 10 MB"),
        (word.document(parts={"word/x.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}), "defines entities"),
        (word.document("<w:p>"), "cannot be read"),
    ],
)
def test_a_word_file_that_is_none_or_a_trap_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        read(data, "a.docx")


@pytest.mark.parametrize(("name", "library"), [("pm/a.docx", "mammoth"), ("pm/a.rst", "docutils")])
def test_a_missing_library_is_told_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    write(tmp_path, {name: word.outage() if library == "mammoth" else "text"})
    reading = read_documents(Settings(root=str(tmp_path), namespace="acme/web", include=("pm/**",)))
    (finding,) = reading.findings
    extra = {"mammoth": "docx", "docutils": "rst"}[library]
    assert f'python -m pip install "pmsync[{extra}]"' in finding.message
    assert (finding.rule, finding.path, reading.failed) == ("unreadable-document", name, (name,))


def test_restructured_text_includes_no_file_and_passes_no_html_on(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("sesame")
    text = f"""\
Action items
============

.. include:: {tmp_path}/secret

.. raw:: html

   <ul><li>Add a raw alert</li></ul>

.. csv-table::
   :file: {tmp_path}/secret

- Add an alert
- See :doc:`other`
"""
    document = read(text.encode(), "a.rst")
    assert "sesame" not in str(document)
    assert titles(document)[0] == "Add an alert"
    assert len(document.items) == 2


@pytest.mark.parametrize(
    ("entry", "owner"),
    [
        (
            '<ul class="inline-task-list"><li data-inline-task-id="1"><a class="user-mention" data-account-id="5b10">Lara Petrova</a> '
            'Add a canary <time datetime="2026-05-20">20 May 2026</time></li></ul>',
            "Lara Petrova",
        ),
        (
            '<ac:task-list><ac:task><ac:task-status>incomplete</ac:task-status><ac:task-body><ac:link><ri:user ri:account-id="5b10a" />'
            '</ac:link> Add a canary <time datetime="2026-05-20" /></ac:task-body></ac:task></ac:task-list>',
            "[~accountid:5b10a]",
        ),
        (
            '<ul><li>Add a canary <span class="user">@Lara Petrova</span> <time>@May 20, 2026</time></li></ul>',
            "Lara Petrova",
        ),
    ],
)
def test_who_is_mentioned_in_an_export_and_the_day_are_fields(entry: str, owner: str) -> None:
    (item,) = read(f"<html><body><h2>Action items</h2>{entry}</body></html>".encode(), "a.html").items
    assert (item.title, item.owners, str(item.due)) == ("Add a canary", (owner,), "2026-05-20")
