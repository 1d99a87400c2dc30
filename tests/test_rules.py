"""The rules of `pmsync check`, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pmsync.model import Document, Finding, Item, Reading
from pmsync.people import Directory
from pmsync.rules import CONFIGURABLE, check
from pmsync.settings import Person, Settings

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
