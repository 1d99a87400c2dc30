"""Slips of the due date, counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pmsync.ledger.changes import Change
from pmsync.ledger.slips import Slip, slips
from pmsync.model import Fields, ItemRow

DEC5, DEC10, DEC20, JAN9 = (date(2026, 12, 5), date(2026, 12, 10), date(2026, 12, 20), date(2027, 1, 9))


def at(day: int) -> datetime:
    return datetime(2026, 12, day, 9, tzinfo=UTC)


def row(day: int, source: str, field: str, old: date | str | None, new: date | str | None):
    return at(day), Change("u", source, field, str(old) if old else None, str(new) if new else None)


def item(due: date | None, due_from: str = "document") -> ItemRow:
    return ItemRow("u", "a", "k", Fields("Add an alert"), 5, "ticketed", due=due, due_from=due_from if due else "")


def test_a_year_by_hand() -> None:
    """[sla] said the 5th; the document the 10th; the ticket follows it, then a person takes the 9th of January."""
    history = [
        row(1, "pmsync", "ticket", None, "pay PAY-1"),
        row(1, "pmsync", "status", None, "open"),
        row(2, "document", "due", None, DEC10),
        row(2, "document", "effective_due", DEC5, DEC10),
        row(2, "document", "due_from", "sla", "document"),
        row(3, "pmsync", "due", DEC5, DEC10),
        row(4, "tracker", "due", DEC10, JAN9),
        row(5, "tracker", "due", JAN9, DEC20),
        row(6, "tracker", "status", "open", "done"),
        row(7, "tracker", "due", DEC20, JAN9),
    ]
    found = slips(history, item(DEC10), JAN9)
    assert found == [Slip(at(3), DEC5, DEC10, "document"), Slip(at(4), DEC10, JAN9, "ticket")]
    assert [slip.days for slip in found] == [5, 30], "earlier again is no slip, and a done item's date does not matter"


def test_an_item_whose_tracker_has_no_due_dates_slips_in_its_document() -> None:
    moved = [row(2, "document", "due", DEC5, DEC20), row(2, "document", "effective_due", DEC5, DEC20)]
    assert slips(moved, item(DEC20), None) == [Slip(at(2), DEC5, DEC20, "document")]


def test_a_date_that_only_the_ticket_has_counts_from_then_on() -> None:
    assert slips([row(2, "tracker", "due", None, DEC20)], item(DEC5, "sla"), DEC20) == [
        Slip(at(2), DEC5, DEC20, "ticket")
    ]
    # its document moves, the ticket's date stays: what counts did not move
    assert slips([row(2, "document", "effective_due", DEC5, DEC10)], item(DEC10), DEC20) == []


def test_the_documents_own_date_does_not_hide_the_one_that_counted() -> None:
    """The document names the day that [sla] had given, after the ticket's earlier one was removed."""
    history = [
        row(2, "tracker", "due", DEC5, None),
        row(3, "document", "due", None, DEC20),
        row(3, "document", "due_from", "sla", "document"),
    ]
    assert slips(history, item(DEC20), None) == [Slip(at(2), DEC5, DEC20, "sla")]


def test_a_limit_that_grows_is_a_slip_by_sla() -> None:
    assert slips([row(2, "document", "effective_due", DEC5, DEC20)], item(DEC20, "sla"), None) == [
        Slip(at(2), DEC5, DEC20, "sla")
    ]


def test_a_date_that_was_away_for_a_while_slips_from_the_last_one() -> None:
    away = [row(2, "tracker", "due", DEC5, None), row(3, "tracker", "due", None, DEC20)]
    assert slips(away, item(None), DEC20) == [Slip(at(3), DEC5, DEC20, "ticket")]


def test_old_ledgers_have_only_the_documents_date() -> None:
    assert slips([row(2, "document", "due", DEC5, DEC20)], item(DEC20), None) == [Slip(at(2), DEC5, DEC20, "document")]
    same = [row(2, "document", "due", None, DEC20), row(2, "document", "due_from", "sla", "document")]
    assert slips(same, item(DEC20), None) == [], "[sla] had said the same day"


@pytest.mark.parametrize(
    "history",
    [
        [],
        [row(2, "document", "effective_due", None, DEC5)],
        [row(2, "document", "effective_due", DEC5, None)],
        [row(2, "document", "effective_due", DEC20, DEC5)],
        [row(2, "document", "effective_due", "soon", DEC5)],
        [row(2, "tracker", "title", "a", "b")],
    ],
)
def test_what_is_no_slip(history) -> None:
    assert slips(history, item(DEC5), None) == []


def test_a_reopened_item_slips_again() -> None:
    history = [
        row(2, "tracker", "status", "open", "done"),
        row(3, "document", "effective_due", DEC5, DEC10),
        row(4, "tracker", "status", "done", "open"),
        row(5, "document", "effective_due", DEC10, DEC20),
    ]
    assert slips(history, item(DEC20), None) == [Slip(at(5), DEC10, DEC20, "document")]
