"""What a document says of itself, in each of the shapes that people write it in."""

from __future__ import annotations

from datetime import date

import pytest

from pmsync.documents.items import parse
from pmsync.model import Document

BODY = "\n\n## Action items\n\n- Add alerting\n"
SHAPES = {
    "YAML front matter": "---\ntitle: Checkout was down\ndate: 2026-11-20\nseverity: SEV1\nstatus: final\nincident: INC-7\n"
    "services: [checkout, payments]\nauthors:\n  - alice\n  - name: Bob Baker\n---\n\nIt was down.",
    "TOML front matter": '+++\ntitle = "Checkout was down"\ndate = 2026-11-20\nseverity = "SEV1"\nstatus = "final"\n'
    'incident = "INC-7"\nservices = ["checkout", "payments"]\nauthors = ["alice", "Bob Baker"]\n+++\n\nIt was down.',
    "a table without a header": "# Checkout was down\n\n| | |\n|---|---|\n| **Date** | 2026-11-20 |\n| **Severity** | SEV1 |\n"
    "| **Status** | final |\n| **Incident ID** | INC-7 |\n| **Services** | checkout, payments |\n| **Authors** | @alice, Bob Baker |",
    "a table whose header is a field": "# Checkout was down\n\n| Date | 2026-11-20 |\n|---|---|\n| Severity | SEV1 |\n"
    "| Status | final |\n| Incident | INC-7 |\n| Affected services | checkout, payments |\n| Author | alice, Bob Baker |",
    "a table of one row": "# Checkout was down\n\n| Date | Severity | Status | Incident | Services | Authors |\n"
    "|---|---|---|---|---|---|\n| 2026-11-20 | SEV1 | final | INC-7 | checkout, payments | alice, Bob Baker |",
    "an HTML table": "# Checkout was down\n\n<table><tr><th>Date</th><td>2026-11-20</td></tr><tr><th>Severity</th><td>SEV1</td></tr>"
    "<tr><th>Status</th><td>final</td></tr><tr><th>Incident</th><td>INC-7</td></tr>"
    "<tr><th>Services</th><td>checkout, payments</td></tr><tr><th>Authors</th><td>alice, Bob Baker</td></tr></table>",
    "bold lines": "# Checkout was down\n\n**Date:** 2026-11-20\n**Severity:** SEV1\n**Status**: final\n**Incident:** INC-7\n\n"
    "**Services:** checkout, payments\n\n**Authors:** @alice and Bob Baker",
    "plain lines": "# Checkout was down\n\nDate: November 20, 2026\nSeverity: SEV1\nStatus: final\nIncident: INC-7\n"
    "Services: checkout, payments\nAuthors: alice, Bob Baker",
    "a list": "# Checkout was down\n\n- **Date**: 20 November 2026\n- Severity: SEV1\n- Status: final\n- Incident: INC-7\n"
    "- Services: checkout, payments\n- Authors: alice, Bob Baker",
    "headings of an RFC-like kind": "# Checkout was down\n\n## Date: 2026-11-20\n\n### Severity: SEV1\n\n### Status: final\n\n"
    "### Incident: INC-7\n\n### Services: checkout, payments\n\n### Authors: alice, Bob Baker",
    "German": "# Checkout was down\n\n**Datum:** 20.11.2026\n**Schweregrad:** SEV1\n**Status:** final\n**Vorfall:** INC-7\n"
    "**Dienste:** checkout, payments\n**Autoren:** alice, Bob Baker",
    "Japanese": "# Checkout was down\n\n- 日付：2026年11月20日\n- 重大度：SEV1\n- ステータス：final\n- インシデント：INC-7\n"
    "- サービス：checkout, payments\n- 作成者：alice, Bob Baker",
}


@pytest.mark.parametrize("head", SHAPES.values(), ids=SHAPES)
def test_each_shape_says_the_same(head: str) -> None:
    document = parse(head + BODY, "a.md")
    assert (document.title, document.date) == ("Checkout was down", date(2026, 11, 20))
    assert (document.severity, document.status, document.incident) == ("SEV1", "final", "INC-7")
    assert (document.services, document.authors) == (("checkout", "payments"), ("alice", "Bob Baker"))
    assert [item.title for item in document.items] == ["Add alerting"]


def head(text: str, path: str = "a.md") -> Document:
    return parse(text + BODY, path)


def test_front_matter_wins_over_the_text_and_the_text_over_the_files_name() -> None:
    both = "---\nseverity: SEV2\n---\n# Down\n\n**Severity:** SEV1\n**Date:** 2026-11-20"
    document = head(both, "2026-01-01-down.md")
    assert (document.severity, document.date) == ("SEV2", date(2026, 11, 20))
    assert head("# Down", "pm/2026-01-01-down.md").date == date(2026, 1, 1)
    assert head("# Down", "pm/2026/01/03/down.md").date is None


def test_title_and_date_come_from_the_files_name_for_want_of_better() -> None:
    document = head("## Issue summary\n\nIt was down.", "pm/2026-11-20-checkout_was-down.md")
    assert (document.title, document.date) == ("2026 11 20 checkout was down", date(2026, 11, 20))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("## Owner: @alice\n## Date: 2026-11-20\n# Checkout was down", "Checkout was down"),
        ("# Title:\n### Checkout was down", "Checkout was down"),
        ("# Title: Checkout was down", "Checkout was down"),
        ("# Impact of the cable cut\n\n## Summary", "Impact of the cable cut"),
        ("# Summary\n\n# Impact\n\n## Checkout was down", "Checkout was down"),
        ("# Checkout was down\n\n| Name | Role |\n|---|---|\n| Alice | Lead |", "Checkout was down"),
    ],
)
def test_a_heading_that_names_a_part_or_a_field_is_no_title(text: str, title: str) -> None:
    assert head(text).title == title


def test_what_stands_below_the_head_or_in_the_items_is_no_metadata() -> None:
    far = "# Down\n\n" + "Words.\n\n" * 40 + "**Severity:** SEV1"
    assert head(far).severity is None
    assert parse("# Down\n\n## Action items\n\n- Add alerting\n\n**Status:** draft\n", "a.md").status is None


def test_a_placeholder_is_no_value() -> None:
    document = head("# Down\n\n**Severity:** <SEV1/2/3>\n**Date:** YYYY-MM-DD\n**Status:** TBD\n**Authors:** ???")
    assert (document.severity, document.date, document.status, document.authors) == (None, None, None, ())


@pytest.mark.parametrize("text", ["03/04/2026", "4/3/26"])
def test_a_date_of_the_document_that_can_be_two_days_is_told(text: str) -> None:
    document = head(f"# Down\n\n**Date:** {text}")
    assert document.date is None
    assert [finding.rule for finding in document.findings] == ["unreadable-date"]


@pytest.mark.parametrize(
    ("status", "draft"),
    [
        ("draft", True), ("Draft", True), ("**In Review**", True), ("In progress", True), ("pending", True),
        ("template", True), ("final", False), ("Complete, action items in progress", False), ("published (draft 3)", False),
        ("Draft | **Final**", False), ("[x] Draft / [ ] Final", True), ("[ ] Draft [x] Final", False),
        ("the draft was lost", False), ("Resolved", False),
    ],
)  # fmt: skip
def test_a_draft_is_one_by_its_whole_status(status: str, draft: bool) -> None:
    assert head(f"# Down\n\n**Status:** {status}").draft is draft
