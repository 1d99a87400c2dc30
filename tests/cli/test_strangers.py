"""Owners whom nobody knows: one block in `check`, `plan` and `sync`, whose lines load where they are pasted."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmsync.config.file import load
from pmsync.config.people import Directory
from pmsync.config.unknown_owners import toml, unknown_owner, unknown_owners_in
from tests.build import settings
from tests.cli.conftest import CONFIG, Ran, Run, write

NAMES = ["carol", "Bob Baker", "j.doe", "Günther Müller", "O'Brien", '"Q" Quartermaster', "田中", "dave@example.com"]
HEAD = "# Checkout was slow\n\n**Date:** 2026-11-20\n\n| Action | Owner |\n|---|---|\n"
COMMANDS = [("check",), ("plan",), ("sync",)]


def document(*owners: str) -> str:
    return HEAD + "".join(f"| Add alert number {n} | {owner} |\n" for n, owner in enumerate(owners, 1))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": document(*NAMES, "Carol", "@carol", "alice")})


def lines(answer: Ran) -> list[str]:
    """What is to be pasted."""
    return [line for line in (answer.out + answer.err).splitlines() if re.match(r"#|\[people|\w+ = ", line)]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_owner_is_told_once_with_how_many_items_and_where(run: Run, place: Path, command: tuple[str, ...]) -> None:
    answer = run(*command)
    assert (answer.out + answer.err).count("owner-unknown") == 1
    assert f"{len(NAMES)} owners are not known" in answer.out + answer.err
    told = lines(answer)
    assert told[:2] == ["# 3 items, first at postmortems/a.md:7", "[people.carol]"]
    assert sum(line.startswith("[people.") for line in told) == len(NAMES)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("width", [0, 60])
def test_the_lines_load_where_they_are_pasted_and_everybody_is_known_then(
    run: Run,
    place: Path,
    command: tuple[str, ...],
    width: int,
    terminal: Callable[..., tuple[Any, Any]],
) -> None:
    out, err = terminal(width) if width else (None, None)
    answer = run("--color", "never", *command)
    pasted = lines(Ran(0, out.getvalue(), err.getvalue()) if out and err else answer)
    write(place, {"pmsync.toml": CONFIG + "\n".join(["", *pasted, ""])})
    people = load(None, {}, place).people
    assert all(Directory(people).match(name) for name in NAMES)
    found = json.loads(run("check", "--format", "json").out) if not width else {"findings": []}
    assert not [each for each in found["findings"] if each["rule"] == "owner-unknown"]


def test_programs_are_told_each_item(run: Run, place: Path) -> None:
    for command in ("check", "plan"):
        found = json.loads(run(command, "--format", "json").out)["findings"]
        at = [each["line"] for each in found if each["rule"] == "owner-unknown" and each["about"].lower() == "carol"]
        assert at == [7, 15, 16]


def test_a_pull_request_is_shown_the_lines_too(run: Run, place: Path) -> None:
    page = run("plan", "--format", "markdown").out
    fenced = page.partition("```toml\n")[2].partition("\n```")[0]
    assert len(tomllib.loads(fenced)["people"]) == len(NAMES)
    assert "owner-unknown" not in page


def test_a_name_that_is_nearly_somebodys_may_be_an_alias(run: Run, place: Path) -> None:
    write(place, {"postmortems/a.md": document("alcie")})
    assert lines(run("check"))[0].endswith("; or is it 'alice'? Then add the name to aliases there")


def test_keys_by_which_a_tracker_finds_an_account_are_there_to_be_filled_in(run: Run, place: Path) -> None:
    jira = CONFIG.replace(
        '[trackers.local]\ntype = "local"',
        """[trackers.pay]
type = "jira"
url = "https://acme.atlassian.net"
project = "PAY"
email_env = "JIRA_EMAIL"
token_env = "JIRA_TOKEN\"""",
    )
    write(place, {"pmsync.toml": jira, "postmortems/a.md": document("carol", "dave@example.com")})
    assert [line for line in lines(run("check")) if not line.startswith("# 1 item")] == [
        "[people.carol]",
        '# email = "…"',
        '[people."dave@example.com"]',
        'email = "dave@example.com"',
    ]
    (account,) = unknown_owners_in([unknown_owner("[~accountid:5b10]", "a.md", 1)], {})
    assert account.lines()[1:] == ["[people.5b10]", 'jira = "5b10"']


@given(st.lists(st.text(min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=5))
def test_whatever_an_owner_is_called_the_lines_are_toml_that_names_them(names: list[str]) -> None:
    each = unknown_owners_in((unknown_owner(name, "a.md", n) for n, name in enumerate(names, 1)), {})
    assert len(each) == len({Directory.plain(name) for name in names})
    loaded = tomllib.loads("\n".join(toml(each, settings())))
    assert {Directory.plain(name) for name in loaded["people"]} == {Directory.plain(name) for name in names}
