"""The rules as data: the code tells no other, and the documentation lists them all."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pmsync.findings import IGNORABLE, RULES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/check.md").read_text(encoding="utf-8")
FINDINGS = (ROOT / "docs/findings.md").read_text(encoding="utf-8")
READERS = sorted((ROOT / "pmsync/documents").rglob("*.py"))


def told() -> list[tuple[str, str]]:
    """The rules and levels that reading documents tells, as they stand in the code."""
    calls = [
        node for path in READERS for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
    ]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Finding"]
    return [
        (call.args[0].value, call.args[1].value)
        for call in named
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[1], ast.Constant)
    ]


def test_what_reading_tells_is_a_rule_of_that_level() -> None:
    found = told()
    assert {"prose", "unreadable-document", "no-items"} <= {rule for rule, _ in found}
    assert {(rule, RULES[rule].level) for rule, _ in found} == set(found)


@pytest.mark.parametrize("name", list(RULES))
def test_the_page_says_what_a_rule_finds_and_what_to_do(name: str) -> None:
    rule = RULES[name]
    assert f"| `{name}` | {rule.level} | {rule.finds} {rule.advice} |" in PAGE


def test_the_page_lists_no_rule_that_there_is_not() -> None:
    rows = [line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    assert rows == list(RULES)


@pytest.mark.parametrize("name", list(RULES))
def test_a_rule_is_described_in_whole_sentences(name: str) -> None:
    rule = RULES[name]
    assert rule.finds.endswith(".")
    assert rule.advice.endswith(".")
    assert "|" not in rule.finds + rule.advice
    assert name in IGNORABLE or rule.fixed or name.endswith("-ignore")


def said() -> set[str]:
    """The names of all findings that stand in the code as they are."""
    calls = [
        node
        for path in (ROOT / "pmsync").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
    ]
    named = [call for call in calls if ast.unparse(call.func) in {"Finding", "self._tell"}]
    return {call.args[0].value for call in named if isinstance(call.args[0], ast.Constant)}


def test_all_other_findings_are_described_as_well() -> None:
    rows = [line.split("|")[1] for line in FINDINGS.splitlines() if line.startswith("| `")]
    described = {name.strip("` ") for row in rows for name in row.split(",")}
    assert described == (said() - set(RULES)) | {
        "create-refused",
        "update-refused",
        "owner-unknown",
        "copied-link",
        "owner-owed",
    }
