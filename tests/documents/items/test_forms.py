"""Small documents, one for each form that people write action items in."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmsync.documents.items import parse
from pmsync.errors import DocumentError
from pmsync.model import Item

HEAD = "# Checkout was down\n\n"


def items(text: str) -> tuple[Item, ...]:
    return parse(HEAD + text, "a.md").items


@pytest.mark.parametrize(
    "text",
    [
        "## Action items\n\n- Add alerting\n- Write a runbook\n",
        "## Follow-ups\n\n1. Add alerting\n2. Write a runbook\n",
        "Action Items\n------------\n\n* Add alerting\n* Write a runbook\n",
        "**Action items**\n\n- Add alerting\n- Write a runbook\n",
        "## Action items\n\n- [ ] Add alerting\n- [x] Write a runbook\n",
        "## Action items\r\n\r\n- Add alerting\r\n- Write a runbook",
        "## Action items\n\n| Action | Owner |\n|---|---|\n| Add alerting | alice |\n| Write a runbook | bob |\n",
        "| Owner | Action item | Bug |\n|---|---|---|\n| alice | Add alerting | |\n| bob | Write a runbook | |\n",
        "## Action items\n\n<ul><li>Add alerting</li><li>Write a runbook</li></ul>\n",
        "## Maßnahmen\n\n- Add alerting\n- Write a runbook\n",
        "## Action items\n\n- Short term:\n  - Add alerting\n- Long term:\n  - Write a runbook\n",
    ],
)
def test_every_form_gives_the_same_two_items(text: str) -> None:
    assert [item.title for item in items(text)] == ["Add alerting", "Write a runbook"]


@pytest.mark.parametrize(
    "text",
    [
        "## Timeline\n\n- Add alerting\n",
        "## Lessons learned\n\n- We were lucky\n",
        "## Action items\n\nNone.\n",
        "## Action items\n\n- TBD\n",
        "## Action items\n\n```\n- Add alerting\n```\n",
        "## Action items\n\n<!--\n- Add alerting\n-->\n",
    ],
)
def test_what_is_no_item_is_left_alone(text: str) -> None:
    assert items(text) == ()


def test_fields_are_taken_out_of_the_title() -> None:
    table = "| Action item | Type | Priority | Owner | Due | Bug |\n|---|---|---|---|---|---|\n"
    row = "| Add alerting | prevent | P1 | @alice | 2026-12-24 | [PAY-3](https://acme.test/browse/PAY-3) |\n"
    (item,) = items(f"## Action items\n\n{table}{row}")
    assert (item.title, item.owners, item.due) == ("Add alerting", ("alice",), date(2026, 12, 24))
    assert (item.kind, item.priority, item.line) == ("prevent", "P1", 7)
    assert item.tickets


def test_a_verb_before_to_is_no_owner_and_a_name_is() -> None:
    text = (
        "## Action items\n\n- Refuse to start without a clock\n- Remember to rotate keys\n- Alice to write a runbook\n"
    )
    assert [item.owners for item in items(text)] == [(), (), ("Alice",)]


def test_done_marks_are_read() -> None:
    text = "## Action items\n\n- [x] Add alerting\n- [ ] Write a runbook\n- ~~Fix the probe~~\n- Rotate keys\n"
    assert [item.done for item in items(text)] == [True, False, True, None]


def test_prose_where_a_list_is_expected_is_told_not_split() -> None:
    text = (
        "We have been thinking about this for a while. The team met twice, and it was agreed that alerting matters. "
        * 3
    )
    document = parse(f"{HEAD}## Action items\n\n{text}\n", "a.md")
    assert document.items == ()
    assert "prose" in {finding.rule for finding in document.findings}


def test_metadata_comes_from_front_matter_and_a_draft_is_one() -> None:
    front = (
        "---\nid: checkout\ntitle: T\ndate: 2026-11-20\nseverity: SEV1\nstatus: draft\nvisibility: restricted\n---\n"
    )
    document = parse(f"{front}# H\n\n## Action items\n\n- Add alerting\n", "a.md")
    assert (document.id, document.title, document.severity) == ("checkout", "T", "SEV1")
    assert document.date == date(2026, 11, 20)
    assert document.draft
    assert document.restricted
    done = parse(front.replace("draft", "Complete, action items in progress") + "# H\n", "a.md")
    assert not done.draft


def test_merge_conflicts_and_broken_front_matter_are_refused_with_a_message() -> None:
    with pytest.raises(DocumentError):
        parse("# H\n\n<<<<<<< ours\n- a\n=======\n- b\n>>>>>>> theirs\n", "a.md")
    with pytest.raises(DocumentError):
        parse("---\na: [\n---\n# H\n", "a.md")


PIECES = st.sampled_from(
    ["# ", "## Action items\n", "- ", "  - ", "1. ", "[ ] ", "[x] ", "|", "---", "\n", "\n\n", "`", "```\n", "<ul>", "<li>",
     "-->", "<!--", "@alice", "#12", "**", "~~", "Owner: bob", "Due: 2026-12-24", "\\", "[a](b)", "\t", "é", "\r\n", "TODO "]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join))
def test_whatever_stands_in_a_document_is_read_or_refused(text: str) -> None:
    try:
        document = parse(text, "a.md")
    except DocumentError:
        return
    assert all(item.line >= 1 and item.title for item in document.items)


@pytest.mark.parametrize(
    "text",
    ["[" * 1_000_000, "- " * 50_000, "\n".join(" " * (2 * n) + "- x" for n in range(800)), "> " * 50_000],
    ids=["brackets", "nested in a line", "nested by indent", "quotes"],
)
def test_hostile_documents_are_read_in_reasonable_time(text: str) -> None:
    start = time.process_time()
    parse(f"## Action items\n\n{text}\n", "a.md")
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("due Dec 4", date(2026, 12, 4)),
        ("due 15 January", date(2027, 1, 15)),
        ("bis 30. November", date(2026, 11, 30)),
        ("due Oct 30", date(2026, 10, 30)),
        ("due 2 Feb 2026", date(2026, 2, 2)),
        ("due soon", None),
    ],
)
def test_a_day_without_a_year_is_read_against_the_date_of_the_document(text: str, due: date | None) -> None:
    (item,) = parse(f"---\ndate: 2026-11-20\n---\n# H\n\n## Action items\n\n- Add alerting, {text}\n", "a.md").items
    assert item.due == due
    (undated,) = items(f"## Action items\n\n- Add alerting, {text}\n")
    assert undated.due == (due if "2026" in text else None)


def test_a_task_with_its_type_first_is_no_field_of_the_one_before() -> None:
    text = "## Action items\n\n- Add alerting\n- Type: process. Write a runbook. Owner: bob.\n- DONE: Rotate the keys\n"
    assert [(item.title, item.kind, item.owners, item.done) for item in items(text)] == [
        ("Add alerting", None, (), None),
        ("Write a runbook.", "process", ("bob",), None),
        ("Rotate the keys", None, (), True),
    ]


def test_comments_of_template_languages_are_not_read() -> None:
    text = (
        "{% comment %}\n- [ ] Liquid\n{% endcomment %}\n\n{/*\n- [ ] MDX\n*/}\n\n<%# - [ ] ERB %>\n\n- Add alerting\n"
    )
    (item,) = items(f"## Action items\n\n{text}")
    assert (item.title, item.line) == ("Add alerting", 15)
