"""What check tells of the tickets that items name: spoken of in a sentence, and copied with a document."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pmsync.check.named_tickets import CopiedLinks, ticket_of
from pmsync.check.rules import check
from pmsync.config.settings import Settings, TrackerSettings
from pmsync.documents.read import read
from pmsync.model import Finding, Reading
from tests.build import document, item

JIRA = "https://acme.atlassian.net"
TRACKERS = {
    "web": TrackerSettings("web", "github", repo="acme/web", default=True),
    "pay": TrackerSettings("pay", "jira", url=JIRA, project="PAY"),
    "desk": TrackerSettings("desk", "local"),
}
SETTINGS = Settings("/nowhere", "acme/web", trackers=TRACKERS, repository="acme/web")


def found(rule: str, *documents: str) -> list[Finding]:
    made = [read(text.encode(), f"postmortems/{n}.md") for n, text in enumerate(documents)]
    return [finding for finding in check(Reading(tuple(made)), SETTINGS) if finding.rule == rule]


@pytest.mark.parametrize(
    ("texts", "ticket"),
    [
        (("#12", "acme/web#12", "GH-12", "https://github.com/acme/web/issues/12#issuecomment-1"), "web 12"),
        (("PAY-3", f"{JIRA}/browse/PAY-3", f"{JIRA}/projects/PAY/boards/1?selectedIssue=PAY-3"), "pay pay-3"),
        (("DESK-4", "local:desk/4"), "desk 4"),
        (("acme/api#12", "OPS-3", "https://github.com/acme/api/issues/12", "PDU-16", "#", "word"), ""),
    ],
)  # fmt: skip
def test_a_ticket_has_one_name_however_it_is_written(texts: tuple[str, ...], ticket: str) -> None:
    assert {ticket_of(text, SETTINGS) for text in texts} == {ticket}


def test_a_ticket_that_a_sentence_speaks_of_is_told() -> None:
    text = (
        "# A\n\n## Action items\n\n- Make #12 the first thing to read\n- Add alerts (#12)\n- Replace PDU-16 by OPS-3\n"
    )
    (told,) = found("ticket-mentioned", text)
    assert (told.line, told.level) == (5, "note")
    assert "'#12'" in told.message


def test_a_copied_document_is_told_at_the_later_one() -> None:
    text = "# A\n\nDate: {}\n\n## Action items\n\n- [ ] Add alerts (#12)\n- [ ] Write a runbook (PAY-3)\n"
    told = found("copied-link", text.format("2026-11-02"), text.format("2026-11-01"))
    assert [(each.path, each.line) for each in told] == [("postmortems/0.md", 7), ("postmortems/0.md", 8)]
    assert "postmortems/1.md" in told[0].message


def test_a_copy_is_known_by_documents_that_are_not_checked_themselves() -> None:
    first = document("a.md", item("Add alerts", tickets=("#12",)), date=date(2026, 11, 1))
    copy = document("b.md", item("Add alerts", tickets=("acme/web#12",)), date=date(2026, 11, 2))
    copies = CopiedLinks([first, copy], SETTINGS)
    told = check(Reading((copy,)), SETTINGS, copies=copies)
    assert "copied-link" in {finding.rule for finding in told}
    assert Path(copy.path).name == "b.md"
