"""Whom `pmsync init` proposes as people, from the owners that documents name."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmsync.cli.setup.config_text import Answers, config_text
from pmsync.cli.setup.find_people import Proposal, propose
from pmsync.config.file import parse
from pmsync.config.people import Directory


def proposed(*owners: str, handles: tuple[str, ...] = ()) -> list[tuple[str, str, tuple[str, ...], str, int]]:
    counts = {owner: owners.count(owner) for owner in owners}
    return [(p.id, p.name, p.aliases, p.login, p.count) for p in propose(counts, handles)]


@pytest.mark.parametrize("short", ["alice", "Alice", "aliddell", "alice.liddell", "alice-liddell", "alicel", "liddell"])
def test_a_short_form_is_the_only_person_of_that_name(short: str) -> None:
    assert proposed("Alice Liddell", short, short) == [(short.lower(), "Alice Liddell", (), "", 3)]


def test_a_handle_is_the_login_and_the_id() -> None:
    assert proposed("Alice Liddell", "alice-l", "Alice", handles=("alice-l",)) == [
        ("alice-l", "Alice Liddell", ("Alice",), "alice-l", 3)
    ]


@pytest.mark.parametrize(
    "owners",
    [
        ("Alice Liddell", "Alice Smith", "alice"),
        ("Bob Baker", "Bob Ross", "bob", "Bob"),
        ("Alice Liddell", "alice.l", "aliddell-2"),
    ],
)
def test_where_a_name_may_be_two_people_nothing_is_merged(owners: tuple[str, ...]) -> None:
    people = proposed(*owners)
    assert len([person for person in people if person[2]]) == 0
    assert len({person[0] for person in people}) == len(people)
    assert all(not name or ident not in {"alice", "bob"} for ident, name, *_ in people if len(people) == 3)


def test_two_accounts_are_two_people_though_they_share_a_name() -> None:
    people = proposed("Alice Liddell", "alice", "aliddell", handles=("alice", "aliddell"))
    assert sorted(person[3] for person in people) == ["", "alice", "aliddell"]


@pytest.mark.parametrize("nobody", ["TBD", "everyone", "alice and bob", "alice/bob", "?", "n/a", "x" * 50, "42"])
def test_what_is_nobody_is_left_out(nobody: str) -> None:
    assert proposed(nobody) == []


def test_a_team_is_written_and_has_no_account() -> None:
    assert proposed("team platform", "platform", handles=("platform",)) == [("platform", "team platform", (), "", 2)]


def test_names_in_any_script_are_people() -> None:
    assert [person[0] for person in proposed("田中", "Jürgen", "Ольга")] == ["jürgen", "ольга", "田中"]


NAMES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["alice", "Alice", "bob", "Bob", "@alice", "alice.l", "a.liddell", "liddell", "Alice Liddell"]),
    st.sampled_from(["Alice  Smith", "alice@example.com", "[~alice]"]),
    st.sampled_from(["Bob Baker", "B B", "b", "bb", "bob baker", "BOB", "alice-l", "Al", "Al Al"]),
)


@given(
    st.dictionaries(NAMES, st.integers(1, 9), max_size=9),
    st.lists(NAMES, max_size=4),
    st.sampled_from(["github", "jira", "local"]),
)
def test_whoever_is_named_the_lines_load_and_each_name_means_one_person(
    counts: dict[str, int], handles: list[str], tracker: str
) -> None:
    people = tuple(propose(counts, handles))
    answers = Answers(
        tracker, "acme/web", "2026-11-24", ("*.md",), repo="acme/web", url="https://acme.example", project="PAY"
    )
    settings = parse(tomllib.loads(config_text(replace(answers, people=people))), Path("/"), "x")
    assert len(settings.people) == len(people)
    directory = Directory(settings.people)
    for person in people:
        for name in (person.id, person.name, *person.aliases):
            found = directory.match(name) if name else None
            assert not name or (found and found.id == person.id)


def test_every_owner_that_was_counted_is_found_again() -> None:
    counts = {"Alice Liddell": 2, "alice": 1, "Bob": 1, "bob baker": 2, "carol-x": 1}
    people = tuple(propose(counts, ["carol-x"]))
    answers = Answers("github", "acme/web", "2026-11-24", ("*.md",), repo="acme/web", people=people)
    settings = parse(tomllib.loads(config_text(answers)), Path("/"), "x")
    assert all(Directory(settings.people).match(owner) for owner in counts)
    assert settings.people["carol-x"].github == "carol-x"
    assert "# github = " in config_text(answers)


def test_on_jira_a_handle_is_no_account() -> None:
    person = Proposal("alice", "Alice Liddell", (), "alice", 1)
    answers = Answers(
        "jira", "a", "2026-11-24", ("*.md",), url="https://acme.atlassian.net", project="PAY", people=(person,)
    )
    settings = parse(tomllib.loads(config_text(answers)), Path("/"), "x")
    assert settings.people["alice"].jira is None
    assert "# jira = " in config_text(answers)


def test_a_name_that_may_be_a_misspelling_says_of_whom() -> None:
    people = tuple(propose({"alice": 5, "alcie": 1, "bob": 2}, []))
    text = config_text(Answers("github", "acme/web", "2026-11-24", ("*.md",), repo="acme/web", people=people))
    note = "similar to 'alice': if it is the same person, correct the documents and remove this"
    assert f"# 1 item; {note}\n[people.alcie]" in text
    assert text.count("similar to") == 1


def test_a_name_like_a_mark_of_the_template_is_a_name() -> None:
    people = tuple(propose({"__SINCE__ __OTHER__": 1}, []))
    answers = Answers("github", "acme/__TRACKER__", "2026-11-24", ("__X__.md",), repo="acme/web", people=people)
    text = config_text(answers)
    assert 'name = "__SINCE__ __OTHER__"' in text
    assert 'namespace = "acme/__TRACKER__"' in text
    assert 'include = ["__X__.md"]' in text
