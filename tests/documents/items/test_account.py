"""What `extract` says of how a document was read: from where each field is, what was cut, and what was left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from pmsync.config.settings import Vocabulary
from pmsync.documents.items import parse
from pmsync.documents.items.document import read
from pmsync.documents.items.explanation import Account, account
from pmsync.documents.items.sections import Section
from pmsync.documents.markdown.content import content
from pmsync.documents.read import explain
from tests import reading
from tests.documents.items.test_not_done import DESCRIBED, LEFT

HEAD = "# Checkout was slow\n\n## Action items\n\n"
DOCUMENTS = [*reading.texts(reading.OWN), *reading.texts(reading.EXAMPLES)]
ENTRY = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+\S|\|(?!\s*:?-).*\w")


def of(items: str) -> Account:
    return account(content(HEAD + items, "a.md"), "a.md")


def left(items: str) -> list[tuple[int, str]]:
    return [(each.line, each.why) for each in of(items).left_out]


# --- what an item was read from --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "cut", "origins"),
    [
        ("- Add an alert", (), {}),
        (
            "- [x] Add an alert (owner: alice, due: 2026-12-01) — PAY-12",
            ("[x]", "(owner: alice, due: 2026-12-01) — PAY-12"),
            {"owners": "words", "due": "words", "done": "words", "tickets": "words"},
        ),
        ("1. **P1** [detect] Alert on lag @bob.", ("[P1] [detect]", "@bob"), {"owners": "words", "priority": "words", "kind": "words"}),
        ("- ✅ Add an alert", ("✅",), {"done": "words"}),
        ("- Alert at 70 % (shipped in v2)", ("(shipped in v2)",), {"done": "words"}),
        ("- Add an alert\n  - Owner: alice\n  - PAY-12", (), {"owners": "below", "tickets": "below"}),
        ("- Completed:\n  - Add an alert", (), {"done": "group"}),
        ("- Won't do:\n  - Add an alert", (), {"dropped": "group"}),
        (
            "| Action | Owner | Status |\n|---|---|---|\n| Add an alert (P1) | alice | done |",
            ("(P1)",),
            {"owners": "column", "done": "column", "priority": "words"},
        ),
    ],
)  # fmt: skip
def test_each_field_says_where_it_is_from_and_the_title_what_it_lost(
    entry: str, cut: tuple[str, ...], origins: dict[str, str]
) -> None:
    (trace,) = of(entry).traces
    assert (trace.cut, trace.origins) == (cut, origins)


def test_what_was_merged_into_an_item_is_within_its_lines() -> None:
    (first, second) = of("- Add an alert\n  on latency\n  - and a page\n- Add a limit\n").traces
    assert [(each.line, each.end, each.words) for each in (first, second)] == [
        (5, 7, "Add an alert on latency"),
        (8, 8, "Add a limit"),
    ]


@pytest.mark.parametrize("text", DOCUMENTS)
def test_every_item_is_accounted_for_with_all_that_it_has(text: str) -> None:
    document, made = parse(text, "a.md"), account(content(text, "a.md"), "a.md")
    assert [trace.line for trace in made.traces] == [item.line for item in document.items]
    for item, trace in zip(document.items, made.traces, strict=True):
        origins = trace.origins or {}
        fields = ("owners", "due", "kind", "priority", "tickets", "labels", "explicit_id")
        assert all(name in origins for name in fields if getattr(item, name)), item
        assert ("done" in origins) == (item.done is not None)
        assert "dropped" in origins or not item.dropped


REPORTS = (
    "Added an alert on the queue",
    "We have removed the old job",
    "We've now enabled paging",
    "The cron job has been disabled (it did not help)",
)


@pytest.mark.parametrize("text", REPORTS)
def test_a_sentence_that_reads_as_finished_is_told_and_closes_nothing(text: str) -> None:
    (each,) = of(f"- {text}\n").traces
    assert each.finished
    assert parse(f"{HEAD}- {text}\n", "a.md").items[0].done is None
    (marked,) = of(f"- ✅ {text}\n").traces
    assert not marked.finished


@pytest.mark.parametrize("text", [*DESCRIBED, *LEFT, "Add the alert", "Created a ticket to add an alert"])
def test_a_sentence_that_asks_for_work_does_not_read_as_finished(text: str) -> None:
    assert not any(each.finished for each in of(f"- {text}\n").traces)


# --- what is left out ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ("- None", "a placeholder"),
        ("- None. It was done at once", "it says that there are none"),
        ("- <action>", "a placeholder"),
        ("- Why did nobody look?", "a question, or what was ruled out"),
        ("- *Say here what is to be done by whom*", "a template's instructions"),
        ("- Frontend:", "it names a group, and nothing is below it"),
        ("### Later", "a heading with nothing below it"),
        ("### [Describe the action]\n\nHow and why.", "a placeholder"),
        ("It took us all day to find out what had happened to the cache and who knew.", "running text"),
        ("> We should all have known better than that.", "a quotation: only entries with a box, an owner or a date count"),
        ("| Action | Owner |\n|---|---|\n| _Add an alert_ | _name_ |", "an example row of a template"),
        ("| Action | Owner |\n|---|---|\n| TBD | alice |", "a placeholder"),
        ("| Action | Owner |\n|---|---|\n| | alice |", "a row without the item's text"),
        ("| Wingman | Squad |\n|---|---|\n| alice | web |", "a table without a column for the items' text"),
    ],
)  # fmt: skip
def test_what_makes_no_item_is_told_with_the_reason(items: str, why: str) -> None:
    assert not parse(HEAD + items, "a.md").items
    assert [told for _, told in left(items)] in ([why], [why, "running text"])


def test_work_that_was_done_under_a_heading_that_may_mean_that_is_told() -> None:
    text = "# Slow\n\n## Mitigation\n\n- We restarted the pool\n- Traffic was moved to the other region\n"
    made = account(content(text, "a.md"), "a.md")
    assert not made.traces
    assert [(each.line, "may mean past work" in each.why) for each in made.left_out] == [(5, True), (6, True)]


def entries(section: Section, lines: list[str], end: int) -> Iterator[int]:
    """The lines of a section at which a list's entry or a table's row begins."""
    code = False
    for number in range(section.end + 1, end):
        line = lines[number - 1]
        code ^= line.lstrip().startswith(("```", "~~~"))
        if ENTRY.match(line) and not code:
            yield number


@pytest.mark.parametrize("text", DOCUMENTS)
def test_every_entry_of_a_section_that_is_read_is_an_item_or_a_part_or_left_out(text: str) -> None:
    source, lines = content(text, "a.md"), text.split("\n")
    made, seen = account(source, "a.md"), read(source, "a.md")
    if source.places or "<" in text:
        return
    told = {n for each in made.traces for n in range(each.line, each.end + 1)} | {each.line for each in made.left_out}
    for section, following in zip(seen.sections, [*seen.sections[1:], None], strict=True):
        end = following.line if following else len(lines) + 1
        inside = any(each.line <= section.line <= each.end for each in made.traces)
        for number in entries(section, lines, end) if section.reading and not inside else ():
            indent = len(lines[number - 1]) - len(lines[number - 1].lstrip())
            group = any(each.line > number for each in made.traces) and lines[number][: indent + 1].isspace()
            header = lines[number - 1].startswith("|") and re.match(r"\|[\s:|-]+$", lines[number])
            divider = lines[number - 1].startswith("|") and "**" in lines[number - 1]
            assert number in told or group or header or divider, lines[number - 1]


# --- sections that are not read --------------------------------------------------------------------------------


def test_a_section_that_is_not_read_is_told_and_whether_it_may_be_meant() -> None:
    text = (
        "# Slow\n\n## Timeline\n\n- 10:00 down\n\n## Homework\n\n- Add an alert\n- [ ] Add a limit\n- Lucky us\n\n"
        "## Review checklist\n\n- [ ] Date filled in\n\n## Lessons learned\n\nNothing.\n"
    )
    made = account(content(text, "a.md"), "a.md")
    assert [(each.line, each.title, each.entries, each.taken) for each in made.unread] == [
        (3, "Timeline", 1, 0),
        (7, "Homework", 3, 1),
        (13, "Review checklist", 1, 0),
    ]
    assert [each.suspicious for each in made.unread] == [False, True, False]
    assert made.unread[2].why == "a checklist for the author"
    taught = account(content(text, "a.md"), "a.md", Vocabulary(sections=("Homework",)))
    assert [trace.words for trace in taught.traces] == ["Add an alert", "[ ] Add a limit", "Lucky us"]


def test_places_are_those_of_the_file(tmp_path: object) -> None:
    comment = "<!-- pmsync: ignore owner-missing -->\n"
    made = account(content(HEAD + comment + "- Add an alert\n- None\n", "a.md"), "a.md")
    assert ([each.line for each in made.traces], [each.line for each in made.left_out]) == ([6], [7])
    page = b"<h1>Slow</h1>\n<h2>Action items</h2>\n<ul>\n<li>Add an alert</li>\n<li>None</li>\n</ul>\n"
    html = explain(page, "a.html")
    assert ([each.line for each in html.traces], [each.line for each in html.left_out]) == ([4], [5])
