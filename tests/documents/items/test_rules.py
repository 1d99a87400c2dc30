"""Each row of the table of fields reads its own example, by itself and in a document."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmsync.documents.blocks import Span
from pmsync.documents.items import parse
from pmsync.documents.items.fields import keyed, read_fields
from pmsync.documents.items.fields.coded_text import encode
from pmsync.documents.items.fields.matchers import RULES, FieldRule
from pmsync.documents.items.fields.values import ItemFields

TITLE = "add a limit"
HEAD = "# Checkout was slow\n\nDate: 2026-04-01\n\n## Action items\n\n"
TAKEN = [rule for rule in RULES if rule.position in {"start", "key", "end"}]
NESTED = [rule for rule in RULES if rule.position in {"tag", "part"}]
LINES = [rule for rule in RULES if rule.position == "line"]


def name(rule: FieldRule) -> str:
    return f"{rule.position} {rule.field or rule.reader}: {rule.example}"


def only(monkeypatch: pytest.MonkeyPatch, rule: FieldRule) -> None:
    """Leaves no row in the table but this one, and those for parts of what it reads."""
    for position in ("start", "end"):
        rows = tuple(row for row in (rule,) if row.position == position)
        monkeypatch.setattr(read_fields, position.upper(), rows)
    if rule.position != "key":
        monkeypatch.setattr(keyed, "without_keys", lambda _coded, text, _fields: text)


def stated(fields: ItemFields, tickets: list[str]) -> dict[str, Any]:
    """The fields that have a value."""
    empty = ItemFields(near=fields.near)
    values = {field: getattr(fields, field) for field in ItemFields.__slots__ if field != "tickets"}
    out = {field: value for field, value in values.items() if value != getattr(empty, field)}
    return {**out, **({"tickets": tuple(tickets)} if tickets else {})}


@pytest.mark.parametrize("rule", TAKEN, ids=name)
def test_a_row_alone_reads_its_example(rule: FieldRule, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, rule)
    words = read_fields.Words(encode((Span(rule.example),)), ItemFields())
    rest = read_fields.without_fields(words, words.coded.text)
    assert words.coded.decode(rest).strip(" .").casefold() == TITLE
    assert stated(words.fields, words.coded.tickets).get(rule.field) == rule.gives


@pytest.mark.parametrize("rule", [*TAKEN, *NESTED], ids=name)
def test_no_row_before_it_reads_its_example_otherwise(rule: FieldRule) -> None:
    (item,) = parse(f"{HEAD}- {rule.example}\n", "a.md").items
    assert item.title.strip(" .").casefold() == TITLE
    assert not rule.field or getattr(item, rule.field) == rule.gives


@pytest.mark.parametrize("rule", NESTED, ids=name)
def test_a_part_is_read_as_a_whole(rule: FieldRule) -> None:
    part = rule.example.removeprefix("Add a limit").strip(" —([])")
    words = read_fields.Words(encode((Span(part),)), ItemFields())
    assert words.is_part(words.coded.text, [rule])
    assert not rule.field or stated(words.fields, words.coded.tickets) == {rule.field: rule.gives}


@pytest.mark.parametrize("rule", LINES, ids=name)
def test_a_line_below_an_item_is_its_field(rule: FieldRule) -> None:
    (item,) = parse(f"{HEAD}- Add a limit\n  - {rule.example}\n", "a.md").items
    assert getattr(item, rule.field) == rule.gives
    assert rule.field != "tickets" or not item.mentions


@pytest.mark.parametrize(
    ("text", "title", "owners", "others"),
    [
        ("Add a limit - Owner: Priya (due 2026-05-01)", "Add a limit", ("Priya",), {"due": date(2026, 5, 1)}),
        ("Add a limit - Owner: Priya (#12)", "Add a limit", ("Priya",), {"tickets": ("#12",)}),
        ("Add a limit - Owner: Priya [PAY-3]", "Add a limit", ("Priya",), {"tickets": ("PAY-3",)}),
        ("Add a limit - Owner: Priya (P1)", "Add a limit", ("Priya",), {"priority": "P1"}),
        ("Add a limit -- owner: Priya, P1", "Add a limit", ("Priya",), {"priority": "P1"}),
        (
            "Add a limit -- owner: Priya, P1 (PAY-3)",
            "Add a limit",
            ("Priya",),
            {"priority": "P1", "tickets": ("PAY-3",)},
        ),
        ("Add a limit — owner: Priya, Bob (due 2026-05-01)", "Add a limit", ("Priya", "Bob"), {}),
        ("Add a limit (owner: Priya (SRE), due 2026-05-01)", "Add a limit", ("Priya",), {"due": date(2026, 5, 1)}),
    ],
)
def test_a_named_owner_ends_before_another_field(text: str, title: str, owners: tuple[str, ...], others: dict) -> None:
    (item,) = parse(f"# Outage\n\nDate: 2026-04-01\n\n## Action items\n\n- {text}\n", "a.md").items
    assert (item.title, item.owners) == (title, owners)
    assert {name: getattr(item, name) for name in others} == others
