"""Words that a team adds: columns and headings that pmsync does not know by itself, and what it says until then."""

from __future__ import annotations

import re
import tomllib

import pytest

from pmsync.config.settings import NOTHING_TAUGHT, TEACHABLE, Vocabulary
from pmsync.documents.items import parse
from pmsync.documents.items.language.phrases import column
from pmsync.documents.items.language.vocabulary.columns import COLUMNS
from pmsync.model import Document

TAUGHT = Vocabulary(
    ("Homework",), {"Chore": "action", "wingman": "owner", "Shipped?": "status", "paper trail": "ticket"}
)
TABLE = (
    "| Wingman | Shipped | Chore | Paper Trail |\n|---|---|---|---|\n"
    "| @alice | Done | Add alerting | [PAY-3](https://acme.test/browse/PAY-3) |\n| bob | no | Write a runbook | |\n"
)


def read(text: str, vocabulary: Vocabulary = TAUGHT) -> Document:
    return parse(f"# Checkout was down\n\n{text}\n", "a.md", vocabulary)


def told(document: Document) -> list[tuple[str, str, int]]:
    return [(finding.rule, finding.level, finding.line) for finding in document.findings]


@pytest.mark.parametrize("role", TEACHABLE)
def test_whatever_can_be_taught_is_a_columns_name_itself(role: str) -> None:
    assert column(role) in COLUMNS


@pytest.mark.parametrize("place", ["{}", "> {}", "- Checkout\n\n  {}"], ids=["alone", "quoted", "below an entry"])
def test_taught_columns_are_read_wherever_the_table_stands(place: str) -> None:
    quoted = place.startswith(">")
    table = TABLE.replace("\n", "\n> " if quoted else "\n  ") if place != "{}" else TABLE
    found = read(
        "## Timeline\n\n" + place.format(table) if quoted else "## Action items\n\n" + place.format(table)
    ).items
    assert [(item.title, item.owners, item.done) for item in found] == [
        ("Add alerting", ("alice",), True),
        ("Write a runbook", ("bob",), False),
    ]
    assert found[0].tickets == ("https://acme.test/browse/PAY-3",)


def test_a_taught_heading_announces_items_and_stays_the_sections_name() -> None:
    (item,) = read("## 3. Homework:\n\n- Add alerting").items
    assert (item.title, item.section) == ("Add alerting", "3. Homework")
    assert read("## 3. Homework:\n\n- Add alerting", NOTHING_TAUGHT).items == ()


def test_a_table_that_is_not_understood_names_its_columns_and_the_line_that_teaches_them() -> None:
    document = read("## Action items\n\n" + TABLE.replace("Paper Trail", "Paper Trail (Jira)"), NOTHING_TAUGHT)
    assert document.items == ()
    assert told(document) == [("unknown-table", "warning", 5)]
    (finding,) = document.findings
    assert "'Wingman', 'Shipped', 'Chore'" in finding.message
    assert '`action = ["Chore"]` below [vocabulary.columns]' in finding.hint


def test_a_column_that_is_not_understood_in_a_table_that_is_read_gets_a_note() -> None:
    table = "| Action | Wingman | Squad |\n|---|---|---|\n| Add alerting | alice | web |\n"
    document = read(f"## Action items\n\n{table}", NOTHING_TAUGHT)
    assert [item.owners for item in document.items] == [()]
    assert told(document) == [("unknown-column", "note", 5)]
    assert "'Wingman', 'Squad'" in document.findings[0].message
    assert '`owner = ["Wingman"]`' in document.findings[0].hint
    owned = read(f"## Action items\n\n{table.replace('Wingman', 'Owner')}", NOTHING_TAUGHT)
    assert '`notes = ["Squad"]`' in owned.findings[0].hint
    assert told(read(f"## Action items\n\n{table.replace('| Squad ', '| Notes ')}")) == []


def test_the_column_that_holds_the_text_for_want_of_a_better_one_is_not_complained_of() -> None:
    table = "| Undertaking | Owner |\n|---|---|\n| Add alerting | alice |\n"
    document = read(f"## Action items\n\n{table}", NOTHING_TAUGHT)
    assert [item.title for item in document.items] == ["Add alerting"]
    assert told(document) == []


def test_teaching_moves_no_uid() -> None:
    known = read("## Action items\n\n" + TABLE.replace("Chore", "Action"), NOTHING_TAUGHT)
    assert [item.title for item in known.items] == [item.title for item in read("## Homework\n\n" + TABLE).items]


def test_a_document_without_any_action_section_is_told_with_the_heading_that_may_be_one() -> None:
    document = read("## Timeline\n\n- 10:00 down\n\n## Homework\n\n- Add alerting\n", NOTHING_TAUGHT)
    assert told(document) == [("no-items", "note", 7)]
    assert '`sections = ["Homework"]` below [vocabulary]' in document.findings[0].hint
    assert told(read("It was down.", NOTHING_TAUGHT)) == [("no-items", "note", 1)]
    assert told(read("- [ ] Add alerting", NOTHING_TAUGHT)) == []
    assert told(read("## Action items\n\nNone.", NOTHING_TAUGHT)) == []


UNKNOWN = [
    ("# Checkout was down\n\n## Homework\n\n- Add alerting\n", 3),
    ("---\ntitle: Checkout was down\n---\n# Homework\n\n- Add alerting\n", 4),
    ("---\ntitle: Down\n---\n# Checkout was down\n\n- at noon\n\n## Homework\n\n- Add alerting\n", 8),
    ("## Homework\n\n- Add alerting\n", 1),
    ("Homework\n--------\n\n1. Add alerting\n", 1),
    ("# Checkout was down\n\n**Homework**\n\n- Add alerting\n", 3),
    ("# Checkout was down\n\n## Homework\n\n### Backend\n\n- Add alerting\n\n### Web\n\n- Add a limit\n", 3),
    ("# Checkout was down\n\n## Homework\n\n- Add alerting\n\n## Links\n\n- the graph\n", 3),
    ("# Checkout was down\n\n## Report\n\n### Homework\n\n- Add alerting\n\n### Timeline\n\n- 10:00\n", 5),
]


@pytest.mark.parametrize(("text", "line"), UNKNOWN)
def test_the_heading_that_may_be_meant_is_named_and_its_line_of_the_configuration_works(text: str, line: int) -> None:
    (finding,) = parse(text, "a.md").findings
    assert (finding.rule, finding.line) == ("no-items", line)
    assert finding.message.startswith("the heading 'Homework' is unknown")
    pasted = re.search(r"`(sections = .*?)` below \[vocabulary\]", finding.hint)
    assert pasted
    taught = Vocabulary(sections=tuple(tomllib.loads(pasted[1])["sections"]))
    assert "Add alerting" in [item.title for item in parse(text, "a.md", taught).items]


def test_the_documents_own_title_is_not_offered_as_a_heading_to_teach() -> None:
    (finding,) = parse("# Checkout was down\n\n- at noon\n", "a.md").findings
    assert (finding.rule, finding.line, "teach" in finding.hint) == ("no-items", 1, False)
