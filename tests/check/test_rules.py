"""The rules of `pmsync check`, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pmsync.check.rules import check
from pmsync.config.people import Directory
from pmsync.config.settings import Levels, Person, Settings
from pmsync.findings import CONFIGURABLE
from pmsync.model import Document, Finding, Ignore, Item, Reading

PEOPLE = {
    "alice": Person("alice", "Alice Liddell", ("al",), "alice@example.com", "alice-l", "5b10ac"),
    "bob": Person("bob"),
}
SETTINGS = Settings(root="/srv", namespace="a", since=date(2026, 11, 1), people=PEOPLE)


def document(*items: Item, **fields: Any) -> Document:
    usual = {"id": "pm/a.md", "path": "pm/a.md", "title": "Outage", "date": date(2026, 11, 20), "items": items}
    return Document(**{**usual, **fields})


def found(*items: Item, settings: Settings = SETTINGS, **fields: Any) -> list[tuple[str, str, int]]:
    reading = Reading((document(*items, **fields),))
    return [(finding.rule, finding.level, finding.line) for finding in check(reading, settings)]


def test_an_item_with_a_known_owner_is_fine() -> None:
    assert found(Item("Add an alert", 5, owners=("alice",))) == []


def test_an_item_without_owner_is_a_warning() -> None:
    assert found(Item("Add an alert", 5)) == [("owner-missing", "warning", 5)]


@pytest.mark.parametrize("fields", [{"done": True}, {"tickets": ("PAY-1",)}])
def test_an_item_that_is_done_or_has_a_ticket_needs_no_owner(fields: dict[str, Any]) -> None:
    assert found(Item("Add an alert", 5, **fields)) == []


def test_an_unknown_owner_is_a_warning_that_names_the_nearest_person() -> None:
    reading = Reading((document(Item("Add an alert", 5, owners=("alcie", "al", "zebediah"))),))
    near, far = check(reading, SETTINGS)
    assert (near.rule, near.level, near.message) == ("owner-unknown", "warning", "owner 'alcie' is not known")
    assert near.hint.startswith("did you mean `alice`?")
    assert "[people.NAME]" in far.hint


def test_a_document_without_a_date_is_not_held_back_and_that_is_said() -> None:
    owned = Item("Add an alert", 5, owners=("alice",))
    assert found(owned, date=None) == [("date-missing", "warning", 1)]
    assert found(owned, date=None, draft=True) == [("draft-document", "note", 1)]
    assert found(Item("Add an alert", 5, done=True), date=None) == []
    assert found(owned, date=None, settings=Settings(root="/srv", namespace="a", people=PEOPLE)) == []


def test_without_people_nobody_is_unknown() -> None:
    assert found(Item("Add an alert", 5, owners=("zoe",)), settings=Settings(root="/srv", namespace="a")) == []


def test_an_item_without_text_is_an_error() -> None:
    assert ("title-missing", "error", 5) in found(Item(" ", 5, owners=("bob",)))


def test_two_items_with_one_key_are_a_warning_at_the_second() -> None:
    one, other = Item("Add an alert", 5, owners=("bob",)), Item("*Add* an alert!", 9, owners=("bob",))
    assert found(one, other) == [("duplicate-key", "warning", 9)]
    (finding,) = check(Reading((document(one, other),)), SETTINGS)
    assert "line 5" in finding.message


def test_equal_items_of_two_documents_are_no_doubles() -> None:
    one = document(Item("Add an alert", 5, owners=("bob",)))
    other = document(Item("Add an alert", 5, owners=("bob",)), id="b", path="pm/b.md")
    assert check(Reading((one, other)), SETTINGS) == ()


def test_items_with_ids_of_their_own_are_no_doubles() -> None:
    one = Item("Add an alert", 5, owners=("bob",), explicit_id="AI-1")
    assert found(one, Item("Add an alert", 6, owners=("bob",), explicit_id="AI-2")) == []


def test_a_draft_is_a_note_and_its_items_are_checked() -> None:
    assert found(Item("Add an alert", 5), draft=True, status="In review") == [
        ("draft-document", "note", 1),
        ("owner-missing", "warning", 5),
    ]


def test_an_older_document_is_a_note_and_its_owners_do_not_matter() -> None:
    assert found(Item("Add an alert", 5), date=date(2026, 10, 31)) == [("before-since", "note", 1)]
    assert found(Item("Add an alert", 5, done=True), date=date(2026, 10, 31)) == []
    assert found(Item("Add an alert", 5), date=date(2026, 11, 1)) == [("owner-missing", "warning", 5)]


def test_everything_comes_once_by_path_and_line() -> None:
    prose = Finding("prose", "warning", "prose where a list is expected", "", "pm/a.md", 3)
    broken = Finding("unreadable-document", "error", "not UTF-8", "", "pm/0.md")
    late = document(Item("Add an alert", 5), findings=(prose,))
    early = document(Item("Add a test", 2), path="pm/0b.md", id="b")
    told = check(Reading((late, early), findings=(broken, broken)), SETTINGS)
    assert [(finding.path, finding.line) for finding in told] == [
        ("pm/0.md", 0),
        ("pm/0b.md", 2),
        ("pm/a.md", 3),
        ("pm/a.md", 5),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "alice", "ALICE", " @alice ", "Alice  Liddell", "al", "Alice@Example.com", "alice-l", "@alice-l",
        "5b10ac", "[~alice-l]", "[~accountid:5b10ac]", "ａｌｉｃｅ",
    ],
)  # fmt: skip
def test_a_person_is_found_by_every_name(name: str) -> None:
    assert Directory(PEOPLE).match(name) == PEOPLE["alice"]


@pytest.mark.parametrize("name", ["", "@", "alic", "alice liddel", "ali ce"])
def test_nobody_is_found_by_half_a_name(name: str) -> None:
    assert Directory(PEOPLE).match(name) is None


def test_the_configuration_gives_rules_other_levels_or_turns_them_off() -> None:
    strict = replace(SETTINGS, levels={"owner-missing": "error", "title-vague": "off"})
    assert found(Item("Improve monitoring", 5)) == [("owner-missing", "warning", 5), ("title-vague", "note", 5)]
    assert found(Item("Improve monitoring", 5), settings=strict) == [("owner-missing", "error", 5)]


def test_what_keeps_a_document_from_being_read_cannot_be_turned_off() -> None:
    assert "unreadable-document" not in CONFIGURABLE
    assert {"owner-missing", "title-vague", "prose"} <= CONFIGURABLE


def test_rules_have_other_levels_by_path_and_the_first_that_fits_and_names_the_rule_counts() -> None:
    by_path = replace(
        SETTINGS,
        levels={"owner-missing": "error"},
        levels_at=(
            Levels("pm/old/**", {"owner-missing": "off"}),
            Levels("pm/**", {"owner-missing": "note", "title-vague": "off"}),
        ),
    )
    item = Item("Improve monitoring", 5)
    assert found(item, settings=by_path) == [("owner-missing", "note", 5)]
    assert found(item, settings=by_path, path="pm/old/a.md") == []
    assert found(item, settings=by_path, path="elsewhere/a.md") == [
        ("owner-missing", "error", 5),
        ("title-vague", "note", 5),
    ]


# --- comments that ignore -------------------------------------------------------------------------------------

BARE = Item("Add an alert", 5)


def test_a_comment_ignores_the_rules_that_it_names_where_it_is_about() -> None:
    vague, other = Item("Improve monitoring", 5), Item("Improve alerts", 6)
    ignores = (Ignore(("owner-missing", "title-vague"), 4, 5),)
    assert found(vague, other, ignores=ignores) == [("owner-missing", "warning", 6), ("title-vague", "note", 6)]
    everywhere = (Ignore(("owner-missing", "title-vague"), 2),)
    assert found(vague, other, ignores=everywhere) == []


def test_what_the_parser_says_is_ignored_like_what_the_rules_find() -> None:
    prose = Finding("prose", "warning", "prose where a list is expected", "", "pm/a.md", 3)
    assert found(findings=(prose,), ignores=(Ignore(("prose",), 3, 3),)) == []


def test_what_keeps_a_document_from_being_read_is_not_ignored() -> None:
    broken = Finding("duplicate-id", "error", "two of them", "", "pm/a.md", 1)
    reading = Reading((document(ignores=(Ignore(("duplicate-id",), 1), Ignore(("unused-ignore",), 2))),),
                      findings=(broken,))  # fmt: skip
    told = check(reading, SETTINGS)
    assert [(each.rule, each.line) for each in told] == [
        ("duplicate-id", 1),
        ("unknown-ignore", 1),
        ("unknown-ignore", 2),
    ]
    assert '`unused-ignore = "off"` below [check]' in told[2].hint


def test_a_rule_that_does_not_exist_is_told_with_the_nearest_one() -> None:
    near, far, none = check(
        Reading((document(BARE, ignores=(Ignore(("owner-misssing", "because"), 5, 5), Ignore((), 7))),)),
        replace(SETTINGS, levels={"owner-missing": "off"}),
    )
    assert {each.rule for each in (near, far, none)} == {"unknown-ignore"}
    assert near.hint == "did you mean `owner-missing`?"
    assert "--list-rules" in far.hint
    assert "<!-- pmsync: ignore RULE: why -->" in none.hint


def test_a_comment_that_ignores_nothing_is_told() -> None:
    ignores = (Ignore(("title-vague",), 4, 5), Ignore(("prose",), 1))
    told = [
        each for each in check(Reading((document(BARE, ignores=ignores),)), SETTINGS) if each.rule == "unused-ignore"
    ]
    assert [(each.level, each.line) for each in told] == [("note", 1), ("note", 4)]
    assert "in this document" in told[0].message
    assert "on line 5" in told[1].message


def test_a_rule_that_is_off_is_ignored_by_a_comment_all_the_same() -> None:
    off = replace(SETTINGS, levels={"owner-missing": "off"})
    assert found(BARE, settings=off, ignores=(Ignore(("owner-missing",), 5, 5),)) == []


@pytest.mark.parametrize("fields", [{"done": True}, {"tickets": ("PAY-1",)}])
def test_a_comment_stays_when_its_item_is_done_or_has_its_ticket(fields: dict[str, Any]) -> None:
    assert found(Item("Add an alert", 5, **fields), ignores=(Ignore(("owner-missing",), 5, 5),)) == []


@pytest.mark.parametrize(
    "rule", ["owner-unknown", "before-since", "date-missing", "due-missing", "due-late", "already-open"]
)
def test_a_comment_for_what_is_not_configured_here_is_not_called_unused(rule: str) -> None:
    item, ignores = Item("Add an alert", 5, owners=("alice",)), (Ignore((rule,), 1),)
    assert found(item, settings=Settings(root="/srv", namespace="a"), ignores=ignores) == []


def test_in_an_older_document_no_comment_is_called_unused() -> None:
    old = {"date": date(2026, 10, 31), "ignores": (Ignore(("owner-missing",), 5, 5),)}
    assert found(BARE, **old) == [("before-since", "note", 1)]
