"""What a section says of itself when its items stand in unusual places, or when there are none."""

from __future__ import annotations

from datetime import date

import pytest

from pmsync.documents.items import parse
from pmsync.model import Document


def document(section: str) -> Document:
    return parse(f"# Checkout was down\n\n## Action items\n\n{section}\n", "a.md")


def rules(section: str) -> set[str]:
    return {finding.rule for finding in document(section).findings}


# --- empty or not -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "section",
    [
        "### Add alerting to the checkout\n\nIt was silent.",
        "### 1. Add alerting\n\n### 2. Write a runbook",
        "### Checkout\n\n#### Add alerting to the checkout",
        "> - [ ] Add alerting",
    ],
)
def test_a_section_that_gives_items_in_any_form_is_not_empty(section: str) -> None:
    assert document(section).items
    assert "empty-section" not in rules(section)


@pytest.mark.parametrize("section", ["", "```\n- Add alerting\n```", "### Checkout"])
def test_a_section_without_items_is_told(section: str) -> None:
    assert rules(section) == {"empty-section"}


# --- none -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "None. The one thing to do was done during the incident.",
        "No follow-ups needed. The fix was deployed on the same day.",
        "None (the fix was deployed during the incident).",
        "None — the fix was deployed during the incident.",
        "Not applicable; the vendor repaired it.",
        "There are no action items. It was a drill.\nNothing broke.",
        "Keine. Es war eine Übung.",
        "なし。訓練でした。",
    ],
)
@pytest.mark.parametrize("form", ["{}", "- {}"], ids=["paragraph", "entry"])
def test_a_text_that_says_there_are_none_may_give_its_reason(text: str, form: str) -> None:
    section = form.format(text.replace("\n", "\n  "))
    assert document(section).items == ()
    assert rules(section) == set()


@pytest.mark.parametrize(
    "text",
    [
        "No action items. However, we should add alerting to the checkout soon.",
        "None yet. The team will meet next week and decide about the alerts.",
        "Nothing was broken for long. The checkout has had too little alerting for years.",
        "TBD. The checkout has had too little alerting for years.",
    ],
)
def test_a_text_that_asks_for_work_after_all_is_still_told(text: str) -> None:
    assert rules(text) == {"prose"}


@pytest.mark.parametrize(
    "title",
    [
        "None of the alerts fired. Fix them",
        "No. Add alerting to the checkout",
        "TODO. Better alerts for the checkout",
        "No retries without jitter",
    ],
)
def test_an_entry_that_asks_for_work_stays_an_item(title: str) -> None:
    assert len(document(f"- {title}").items) == 1


# --- fields below an item ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["### Add alerting to the checkout\n\n{}", "- Add alerting to the checkout\n  - {}"])
@pytest.mark.parametrize(
    ("line", "owners"),
    [
        ("Owner: dave. More text follows", ("dave",)),
        ("**Owner:** dave. More text follows, so many words that nobody would take it for a name.", ("dave",)),
        ("Owner: @dave. Ask @bob and @alice", ("dave",)),
        ("Owners: dave and bob. They know the code", ("dave", "bob")),
        ("担当者: dave。詳細は以下。", ("dave",)),
        ("Owner: J. Smith", ("J. Smith",)),
        ("Owner: Dr. Smith. She knows", ("Dr. Smith",)),
        ("Owner: dave. Priority: P1. More text follows", ("dave",)),
    ],
)
def test_a_field_ends_with_its_sentence(place: str, line: str, owners: tuple[str, ...]) -> None:
    (item,) = document(place.format(line)).items
    assert item.owners == owners
    assert "follows" not in (item.priority or "")


def test_what_follows_a_field_stays_in_the_details() -> None:
    (item,) = document("### Add alerting to the checkout\n\nPriority: high. More text follows").items
    assert (item.priority, item.details) == ("high", "Priority: high. More text follows")


def test_a_date_with_full_stops_is_one_value() -> None:
    (item,) = document("### Add alerting to the checkout\n\nDue: 12. Dezember 2026. More text follows").items
    assert item.due == date(2026, 12, 12)


# --- what asks for no work, and what is not done yet ----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Is the replica queried by anything else",
        "Were the alerts routed to the right team",
        "If we had looked at the dashboard, we could have seen it a day before",
    ],
)
def test_a_question_without_its_mark_and_what_might_have_been_ask_for_no_work(text: str) -> None:
    assert [item.title for item in document(f"- {text}\n- Add alerting").items] == ["Add alerting"]


def test_what_begins_like_a_question_and_asks_for_work_is_an_item() -> None:
    assert len(document("- Does not scale: the queue should be split by customer").items) == 1


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("Created a ticket to add alerting", None),
        ("We have filed [an issue](https://acme.example/docs) to add alerting", None),
        ("Created an alert for the queue", None),
        ("Added the issue tracker to the status page", None),
    ],
)
def test_a_past_tense_is_no_sign_that_work_is_done(text: str, done: bool | None) -> None:
    assert [item.done for item in document(f"- {text}").items] == [done]


def test_a_long_paragraph_announces_work_by_its_last_sentence() -> None:
    text = "We were not quick enough to see it, and nobody told our users. " * 5
    whole = parse(
        f"# Down\n\n## Recovery\n\n{text}Going forward, we will do the following:\n\n- Add alerting\n", "a.md"
    )
    assert [item.title for item in whole.items] == ["Add alerting"]
