"""Comments that ignore rules: what they are about, and that a document reads the same with and without them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pmsync.documents.items import parse
from pmsync.documents.read import decode, read
from pmsync.model import Document, Ignore, Ref, Status
from pmsync.writeback import Ticketed, rewrite
from tests.documents.test_own_documents import FOLDER, READ

HEAD = "# Outage\n\n## Action items\n\n"
COMMENT = "<!-- pmsync: ignore owner-missing: @carol has it -->"
PROSE = "We think that the retries and the cache should both be looked at again once the holidays are over."


def about(body: str) -> list[int]:
    """The lines of the body (from 1) that its comments are about; 0 for the whole document."""
    return [each.about and each.about - HEAD.count("\n") for each in parse(HEAD + body, "a.md").ignores]


@pytest.mark.parametrize(
    ("inside", "rules", "everywhere"),
    [
        ("ignore owner-missing", ("owner-missing",), False),
        ("ignore owner-missing, title-vague", ("owner-missing", "title-vague"), False),
        ("ignore owner-missing title-vague: decided, on Monday", ("owner-missing", "title-vague"), False),
        ("Ignore-File prose", ("prose",), True),
        ("ignore", (), False),
        ("disable prose", (), True),
        ("", (), True),
    ],
)
def test_a_comment_names_rules_and_says_why_behind_a_colon(inside: str, rules: tuple[str], everywhere: bool) -> None:
    (said,) = parse(f"{HEAD}- Add an alert <!-- pmsync: {inside} -->\n", "a.md").ignores
    assert said == Ignore(rules, 5, 0 if everywhere else 5)


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (f"- One {COMMENT}\n- Two\n", [1]),
        (f"{COMMENT}\n- One\n- Two\n", [2]),
        (f"- One\n{COMMENT}\n- Two\n", [3]),
        (f"- One\n\n{COMMENT}\n\n- Two\n", [5]),
        (f"- One\n  {COMMENT}\n- Two\n", [1]),
        (f"- One\n  {COMMENT}\n", [1]),
        (f"- One\n  goes on here {COMMENT}\n- Two\n", [1]),
        (f"- Add an alert\n  - on every disk {COMMENT}\n- Two\n", [1]),
        (f"- Group:\n  {COMMENT}\n  - One\n", [3]),
        (f"{COMMENT}\n<!-- pmsync: ignore title-vague -->\n- One\n", [3, 3]),
        (f"| Action | Owner |\n|---|---|\n| One | {COMMENT} |\n| Two | |\n", [3]),
        (f"### One\n\nWhat it is. {COMMENT}\n", [3]),
        ("- One <!-- pmsync: ignore\n  owner-missing -->\n- Two\n", [1]),
        (f"- One\n\nAfterwards. {COMMENT}\n", [3]),
    ],
)
def test_a_comment_is_about_its_line_or_the_next_or_the_item_that_it_is_a_part_of(body: str, lines: list[int]) -> None:
    assert about(body) == lines


@pytest.mark.parametrize(
    "body",
    [
        f"```\n{COMMENT}\n```\n",
        f"- One\n\n  ~~~\n  {COMMENT}\n  ~~~\n",
        f"Text\n\n    {COMMENT}\n",
        f"- One `{COMMENT}`\n",
        f"- One ``a ` {COMMENT}`` and more\n",
        f"- One \\{COMMENT}\n",
        f"{{% comment %}}{COMMENT}{{% endcomment %}}\n",
        '<!-- pmsync:{"uid":"abcdefgh2345","ns":"a","doc":"b","key":"c"} -->\n',
        "<!-- pmsync ignores this -->\n",
        "<!-- pmsync: ignore owner-missing\n",
    ],
)
def test_what_stands_in_code_or_is_no_comment_says_nothing(body: str) -> None:
    assert about(body) == []


def test_a_comment_behind_closed_code_counts() -> None:
    assert about(f"- One `code` and a ` alone {COMMENT}\n") == [1]


def test_comments_change_no_item_and_all_lines_stay_right() -> None:
    text = f"<!-- pmsync: ignore-file prose -->\n{HEAD}- One {COMMENT}\n{COMMENT}\n- Two\n\n## Follow-ups\n\n{PROSE}\n"
    document = parse(text, "a.md")
    assert [(item.title, item.line, item.details, item.owners) for item in document.items] == [
        ("One", 6, "", ()),
        ("Two", 8, "", ()),
    ]
    assert [(each.line, each.about) for each in document.ignores] == [(1, 0), (6, 6), (7, 8)]
    assert [(finding.rule, finding.line) for finding in document.findings] == [("prose", 12)]


def bare(document: Document) -> Document:
    """What is read apart from places."""
    findings = tuple(replace(finding, line=0) for finding in document.findings)
    items = tuple(replace(item, line=0) for item in document.items)
    return replace(document, items=items, findings=findings, ignores=())


@pytest.mark.parametrize("way", ["beside", "before", "indented"])
@pytest.mark.parametrize("name", READ)
def test_a_document_reads_the_same_with_a_comment_at_each_item(name: str, way: str) -> None:
    text = decode((FOLDER / name).read_bytes())
    document = parse(text, name)
    lines = text.split("\n")
    for item in sorted(document.items, key=lambda item: -item.line):
        line = lines[item.line - 1]
        if way == "beside":
            row = re.fullmatch(r"(.*?)(\s*\|\s*)", line) if item.form == "table" else None
            lines[item.line - 1] = f"{row[1]} {COMMENT}{row[2]}" if row else f"{line} {COMMENT}"
        elif item.form != "table":
            indent = line[: len(line) - len(line.lstrip())] if way == "indented" else ""
            lines.insert(item.line - 1, indent + COMMENT)
    told = parse("\n".join(lines), name)
    assert bare(told) == bare(document)
    starts = {item.line for item in told.items}
    assert {each.about for each in told.ignores} <= starts


def test_write_back_leaves_a_comment_where_it_is() -> None:
    text = f"{HEAD}- [ ] Add an alert {COMMENT}\n{COMMENT}\n- Add a probe\n\n| Action | Ticket |\n|---|---|\n| Log it {COMMENT} | |\n"
    document = parse(text, "a.md")
    refs = [Ref("jira", str(n), f"PAY-{n}", f"https://acme.example/browse/PAY-{n}") for n in (1, 2, 3)]
    wishes = [Ticketed(position, f"u{position}", ref, Status.DONE) for position, ref in enumerate(refs)]
    made = rewrite(text, document, wishes)
    assert made.text.count(COMMENT) == 3
    again = parse(made.text, "a.md")
    assert [item.title for item in again.items] == [item.title for item in document.items]
    assert [item.tickets for item in again.items] == [(ref.url,) for ref in refs]
    assert again.ignores == document.ignores


def test_pages_may_hold_comments_too_and_scripts_do_not() -> None:
    page = (
        "<html><body>\n<h2>Action items</h2>\n<ul>\n"
        f"<li>Add an alert {COMMENT}</li>\n{COMMENT}\n<li>Add a probe</li>\n</ul>\n"
        f"<script>\n{COMMENT}\n</script><pre>&lt;!-- pmsync: ignore prose --&gt;</pre>\n</body></html>\n"
    )
    document = read(page.encode(), "a.html")
    assert [(item.title, item.line) for item in document.items] == [("Add an alert", 4), ("Add a probe", 6)]
    assert [(each.line, each.about) for each in document.ignores] == [(4, 4), (5, 6)]
