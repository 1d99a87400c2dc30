"""Findings as CI systems read them; hostile text in them commands nobody."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

from hypothesis import given
from hypothesis import strategies as st

from pmsync.findings import RULES
from pmsync.model import Finding
from pmsync.reports import findings as formats

OWNER = Finding("owner-missing", "warning", "the item 'Add, a probe: 100%' has no owner", "name one", "pm/a,b.md", 7)
HOSTILE = Finding("owner-unknown", "error", "owner '::stop-commands::x\n::set-env name=A::b ##[error]x' is not known",
                  "", "pm/::error::.md", 3)  # fmt: skip
NOWHERE = Finding("no-documents", "note", "no document at 'x'")
findings = st.builds(Finding, st.just("rule"), st.sampled_from(["error", "warning", "note"]), st.text(), st.text(),
                     st.text(), st.integers(0, 99))  # fmt: skip


def test_an_annotation_is_one_command_with_its_text_escaped_as_the_runner_unescapes_it() -> None:
    (line,) = formats.github([OWNER])
    assert line == (
        "::warning file=pm/a%2Cb.md,line=7,title=pmsync owner-missing::"
        "the item 'Add, a probe: 100%25' has no owner. name one"
    )


@given(st.lists(findings))
def test_no_text_begins_a_command_of_its_own(found: list[Finding]) -> None:
    for line in formats.github([*found, HOSTILE]):
        assert re.match(r"::(error|warning|notice) ", line)
        assert "\n" not in line
        assert "\r" not in line
        assert "##[" not in line
        head = line[2:].partition("::")[0]
        assert head.count("::") == 0


def test_errors_come_first_and_what_github_would_drop_is_counted() -> None:
    lines = formats.github([*[OWNER] * 12, *[HOSTILE] * 11])
    assert [line.split()[0] for line in lines] == ["::error"] * 9 + ["::warning"] * 9 + ["::notice"]
    assert "and 5 more" in lines[-1]


def test_sarif_names_each_rule_once_and_marks_results_without_their_lines() -> None:
    moved = Finding(OWNER.rule, OWNER.level, OWNER.message, OWNER.hint, OWNER.path, 99)
    run, later = formats.sarif([OWNER, HOSTILE, OWNER, NOWHERE], "1")["runs"][0], formats.sarif([moved], "1")["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["no-documents", "owner-missing", "owner-unknown"]
    marks = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(set(marks)) == 4
    assert later["results"][0]["partialFingerprints"]["primaryLocationLineHash"] == marks[0]
    assert run["results"][0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "pm/a,b.md"}, "region": {"startLine": 7},
    }  # fmt: skip
    assert run["results"][3]["locations"] == []


def test_sarif_says_of_each_rule_what_it_finds_and_what_to_do() -> None:
    (rule,) = formats.sarif([OWNER], "1")["runs"][0]["tool"]["driver"]["rules"]
    assert rule["shortDescription"] == {"text": "An open item without a ticket has no owner."}
    assert rule["help"]["text"].startswith("Name one person or team")
    assert rule["defaultConfiguration"] == {"level": "warning"}


def test_every_rule_of_check_can_be_told_in_every_format() -> None:
    found = [Finding(name, rule.level, "message", "hint", "pm/a.md", 7) for name, rule in RULES.items()]
    run = formats.sarif(found, "1")["runs"][0]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == set(RULES)
    assert all(rule["fullDescription"]["text"] and rule["help"]["text"] for rule in run["tool"]["driver"]["rules"])
    assert [entry["check_name"] for entry in formats.gitlab(found)] == list(RULES)
    suites = Xml.fromstring(formats.junit(found, ["pm/a.md"], strict=True))
    failing = {name for name, rule in RULES.items() if rule.level != "note"}
    assert {case.get("name") for case in suites.iter("testcase")} == {f"{name}:7" for name in failing}
    assert all(
        f"line=7,title=pmsync {rule}::" in formats.github([one])[0] for one, rule in zip(found, RULES, strict=True)
    )


def test_gitlab_gets_what_has_a_place_with_marks_of_its_own() -> None:
    report = formats.gitlab([OWNER, OWNER, HOSTILE, NOWHERE])
    assert [entry["severity"] for entry in report] == ["minor", "minor", "major"]
    assert len({entry["fingerprint"] for entry in report}) == 3
    assert report[0]["location"] == {"path": "pm/a,b.md", "lines": {"begin": 7}}


def test_junit_is_red_where_the_exit_code_is_and_has_a_suite_for_each_document() -> None:
    def told(strict: bool) -> dict[str | None, str | None]:
        suites = Xml.fromstring(formats.junit([OWNER, HOSTILE, NOWHERE], ["pm/a,b.md", "pm/fine.md"], strict=strict))
        return {suite.get("name"): suite.get("failures") for suite in suites}

    assert told(strict=False) == {"pm/a,b.md": "0", "pm/fine.md": "0", "pm/::error::.md": "1"}
    assert told(strict=True) == {"pm/a,b.md": "1", "pm/fine.md": "0", "pm/::error::.md": "1"}
