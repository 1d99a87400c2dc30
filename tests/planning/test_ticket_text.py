"""What of a document reaches a ticket, in which words."""

from __future__ import annotations

from datetime import date

import pytest

from pmsync.config.settings import Limit, SlaRule
from pmsync.config.severity import severity_level
from pmsync.documents.items import parse
from pmsync.planning.due_dates import due_date


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("SEV1", "sev1"),
        ("sev-2", "sev2"),
        ("Sev 2 - partial outage", "sev2"),
        ("3", "sev3"),
        ("S2", "sev2"),
        ("P1", "sev1"),
        ("Severity: 4", "sev4"),
        ("High", "high"),
        ("very high", "veryhigh"),
        ("2.5", "25"),
        ("12", "12"),
        ("", ""),
    ],
)
def test_one_severity_has_one_spelling(text: str, level: str) -> None:
    assert severity_level(text) == level


@pytest.mark.parametrize("line", ["**Severity:** 3", "Sev: 3", "| Severity | 3 |\n|---|---|"])
def test_a_bare_number_is_a_severity(line: str) -> None:
    document = parse(f"# Outage\n\n{line}\n\n## Action items\n\n- Add an alert\n", "a.md")
    assert severity_level(document.severity or "") == "sev3"


def test_a_day_that_cannot_be_read_is_not_replaced_by_the_severitys() -> None:
    items = "- Add an alert (due: 03/04/2026)\n- Fix it\n"
    document = parse(f"# Outage\n\nDate: 2026-11-20\nSeverity: SEV1\n\n## Action items\n\n{items}", "a.md")
    dues = [due_date(document, item, [SlaRule(severity=("sev1",), done=Limit(15))]) for item in document.items]
    assert dues == [(None, ""), (date(2026, 12, 5), "sla")]
