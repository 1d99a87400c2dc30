"""The catalogue of findings: the code reports its rules and no others, and the pages list them all."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pmsync.findings import CHECK_RULES, IGNORABLE, RULES, new_finding
from tests.pages import DOCS, REGION, generated

ROOT = Path(__file__).parents[1] / "pmsync"
SOURCES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(ROOT.rglob("*.py"))
    if path.parent.name != "findings"
}
CONSTRUCTORS = ("new_finding", "self._tell", "_finding")


def calls(*names: str) -> list[tuple[str, ast.Call]]:
    return [
        (where, node)
        for where, tree in SOURCES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names
    ]


def strings() -> set[str]:
    return {
        node.value
        for tree in SOURCES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_the_code_reports_only_rules_of_the_catalogue() -> None:
    constants = {
        argument.value
        for _, call in calls(*CONSTRUCTORS)
        for argument in call.args[:1]
        if isinstance(argument, ast.Constant)
    }
    assert len(constants) > 50
    assert constants <= set(RULES)


def test_the_code_reports_every_rule_of_the_catalogue() -> None:
    assert set(RULES) <= strings()


def test_levels_stand_in_the_catalogue_alone() -> None:
    assert {where for where, _ in calls("Finding")} == {"ledger/rows.py"}  # what an earlier run reported


@pytest.mark.parametrize("name", list(RULES))
def test_a_rule_is_described_in_whole_sentences(name: str) -> None:
    rule = RULES[name]
    assert rule.meaning.endswith(".")
    assert not rule.hint.endswith(".")
    assert rule.hint[0].islower() or rule.hint[0] == "`"
    assert "|" not in rule.meaning + rule.hint
    assert name not in CHECK_RULES or name in IGNORABLE or rule.fixed or name.endswith("-ignore")


def test_a_finding_has_the_level_and_the_hint_of_its_rule() -> None:
    finding = new_finding("not-written", "message", path="pm/a.md", line=7)
    assert (finding.level, finding.hint) == ("note", "write it there by hand")
    assert new_finding("not-written", "message", "", level="error").level == "error"


def test_a_rule_has_no_other_levels_than_the_catalogue_says() -> None:
    with pytest.raises(ValueError, match="rule 'guard' has no level 'note'"):
        new_finding("guard", "message", level="note")
    with pytest.raises(KeyError):
        new_finding("no-such-rule", "message")


@pytest.mark.parametrize("page", ["check.md", "findings.md"])
def test_the_pages_are_what_scripts_docs_writes(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    assert generated(text) == text, "run scripts/docs"


def test_the_pages_list_every_rule_of_the_commands_that_they_describe() -> None:
    text = "".join((DOCS / page).read_text(encoding="utf-8") for page in ("check.md", "findings.md"))
    tables = "".join(match[0] for match in REGION.finditer(text))
    assert set(RULES) == {line.split("`")[1] for line in tables.splitlines() if line.startswith("| `")}
