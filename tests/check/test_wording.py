"""The rules from published guidance, one by one: what they say, and what they leave alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmsync.check.wording import advise
from pmsync.config.settings import Limit, Settings, SlaRule
from pmsync.model import Document, Item

BARE = Settings(root="/srv", namespace="a")
SLA = Settings(root="/srv", namespace="a", sla=(SlaRule(severity=("sev1",), done=Limit(15)),))


def document(*items: Item, **fields: Any) -> Document:
    usual = {"id": "pm/a.md", "path": "pm/a.md", "title": "Outage", "date": date(2026, 11, 1), "items": items}
    return Document(**{**usual, **fields})


def rules(*items: Item, settings: Settings = BARE, **fields: Any) -> list[tuple[str, int]]:
    return [(finding.rule, finding.line) for finding in advise(document(*items, **fields), settings)]


@pytest.mark.parametrize(
    "title",
    ["Improve monitoring", "Investigate the cache", "look into DNS", "Consider retries", "We should improve the tests",
     "Please further improve alerts", "To investigate: the cache", "Better dashboards", "Make the cache better",
     "Make the importer more robust", "Fix the issue that caused the outage", "Address the root cause.",
     "Analyse the slow queries"],
)  # fmt: skip
def test_a_verb_without_an_end_is_vague(title: str) -> None:
    assert rules(Item(title, 5)) == [("title-vague", 5)]


@pytest.mark.parametrize(
    "title",
    [
        "Improve the cache's hit rate to 95 %",
        "Investigate the leak until its cause is written down",
        "Improve the alert so that it pages one team",
        "Add an alert for full disks",
        "Improvement board: add the outage",
        "Make the alert fire on more hosts",
        "Fix the issue with the date in the importer",
        "Fix the bug that lets two imports run at once",
        "Resolve the incident's certificate from the vault",
        "Review the access list",
        "Überwachung verbessern",
        "",
    ],
)
def test_a_verb_with_an_end_and_any_other_are_not(title: str) -> None:
    assert rules(Item(title, 5)) == []


@pytest.mark.parametrize(
    "title",
    ["Be more careful with migrations", "Remind everyone to check twice", "Pay attention to the graphs",
     "Make sure engineers read the runbook", "Do not forget the flag", "Train all on-call engineers on failover",
     "Make sure the engineer checks the schema before updating", "Remind the team of the freeze",
     "Educate developers about locks", "Training for operators"],
)  # fmt: skip
def test_asking_people_to_be_careful_changes_nothing(title: str) -> None:
    assert rules(Item(title, 5)) == [("asks-for-care", 5)]


def test_taking_care_of_something_is_work() -> None:
    assert rules(Item("Take care of the certificate's renewal in CI", 5)) == []
    assert rules(Item("Make sure the probe fails when the disk is full", 5)) == []
    assert rules(Item("Train the model on the new schema", 5)) == []
    assert rules(Item("Make sure every team's namespace has a quota", 5)) == []


def test_what_is_done_needs_no_advice() -> None:
    assert rules(Item("Improve monitoring", 5, done=True)) == []


def test_items_of_which_none_prevents_are_told_once() -> None:
    kinds = [Item(f"Do thing {n}", n, kind=kind) for n, kind in enumerate(("detect", "mitigate", "detect"), 5)]
    assert rules(*kinds) == [("nothing-prevents", 5)]
    assert rules(*kinds, Item("Remove the cause", 9, kind="prevent")) == []
    assert rules(*kinds[:2]) == []
    assert rules(*kinds, Item("Do thing 9", 9)) == [], "nobody knows what an item without kind is for"
    assert rules(*kinds, Item("Do thing 9", 9, kind="vorbeugend")) == [], "nor one in another language"
    assert rules(*kinds, Item("Do thing 9", 9, kind="Corrective / preventative")) == []


def test_one_priority_for_all_says_nothing() -> None:
    same = [Item(f"Do thing {n}", n, priority="P2") for n in range(5, 8)]
    assert rules(*same) == [("one-priority", 5)]
    assert rules(*same, Item("First", 9, priority="P1")) == []
    assert rules(*same, Item("No priority", 9)) == []


def test_the_gravest_incidents_have_something_urgent() -> None:
    low = [Item("Do one thing", 5, priority="P2"), Item("Do another", 6, priority="P3")]
    assert rules(*low, severity="SEV-1") == [("priority-too-low", 5)]
    assert rules(*low, Item("Now", 7, priority="P0"), severity="SEV-1") == []
    assert rules(*low, severity="SEV-2") == []
    assert rules(Item("Do one thing", 5), severity="SEV-1") == []
    assert rules(*low, severity="SEV0") == [("priority-too-low", 5)]
    assert rules(*low, severity="critical") == [("priority-too-low", 5)]
    for urgent in ("P1 - high", "1 - Critical", "High", "hoch"):
        assert rules(*low, Item("Now", 7, priority=urgent), severity="SEV-1") == []


def test_each_kind_of_vagueness_has_its_rewrite() -> None:
    titles = ("Improve monitoring", "Investigate the cache", "Fix the root cause")
    hints = [next(advise(document(Item(title, 5)), BARE)).hint for title in titles]
    assert len(set(hints)) == 3
    assert all("`" in hint for hint in hints)


def test_dates_are_asked_for_where_the_configuration_has_limits() -> None:
    item = Item("Add an alert", 5)
    assert rules(item, settings=SLA) == [("due-missing", 5)]
    assert rules(item) == []
    assert rules(item, settings=SLA, severity="sev1") == []


def test_a_date_beyond_the_limit_of_the_severity_is_late() -> None:
    late, fine = Item("Add an alert", 5, due=date(2026, 11, 17)), Item("Add a probe", 6, due=date(2026, 11, 16))
    assert rules(late, fine, settings=SLA, severity="SEV1") == [("due-late", 5)]
