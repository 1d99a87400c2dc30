"""One item on a past day, from a real ledger: what the history undoes, and when an ending came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pmsync.closing.items import Ending, ReportItem
from pmsync.closing.read import DayView, known
from pmsync.config.settings import Settings
from pmsync.ledger import Ledger
from pmsync.ledger.past import PastReader
from pmsync.model import Document, ItemRow, Link, Ref, Status
from tests.ledger.samples import document, item, link, ticket

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 12, 31, 12, tzinfo=UTC)
FIRST = ticket(created_at=START)

Look = Callable[..., ReportItem]


def day(number: int) -> datetime:
    """Noon of a day after the start."""
    return START + timedelta(days=number)


class Story:
    """A ledger that runs are written into, day by day."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.settings = Settings(root=str(path.parent), namespace="acme/web", ledger=str(path))

    def run(
        self,
        number: int,
        *links: Link,
        items: tuple[ItemRow, ...] = (),
        documents: tuple[Document, ...] = (),
        source: str = "tracker",
        forget: str = "",
    ) -> None:
        at = day(number)
        with Ledger.open(self.path) as ledger:
            run = ledger.begin_run(at, host="web1", pid=1, scope="")
            if documents:
                ledger.save_documents(run, at, documents, items, judged=[each.id for each in documents], gone=[])
            if links:
                ledger.save_links(run, at, links, source)
            if forget:
                ledger.forget(run, at, forget)
            ledger.end_run(run, at, ok=True, counts={}, findings=[])

    def known(self, number: int) -> DayView:
        with PastReader.open(self.path) as ledger:
            return known(ledger, self.settings, LATER, day(number).date())

    def on(self, number: int, uid: str = "u1") -> ReportItem:
        return next(each for each in self.known(number).items if each.uid == uid)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path / "ledger.db")
    story.run(0, link(ticket=FIRST), items=(item(standing="ticketed"),), documents=(document(),))
    return story


def closed(status: Status, at: datetime, **changes: object) -> Link:
    return link(ticket=replace(FIRST, status=status, closed_at=at, **changes))


def test_the_trackers_date_counts_for_the_present_closing(story: Story) -> None:
    story.run(10, closed(Status.DONE, day(7)))
    assert story.on(9).ending is Ending.OPEN  # as far as was known then
    assert (story.on(10).ending, story.on(10).ended) == (Ending.DONE, day(7).date())
    assert story.on(10).days_to_end == 7


def test_an_earlier_closing_has_the_day_on_which_it_was_noticed(story: Story) -> None:
    story.run(10, closed(Status.DONE, day(7)))
    story.run(20, link(ticket=FIRST))
    story.run(40, closed(Status.WONT_DO, day(38)))
    assert (story.on(10).ending, story.on(10).ended) == (Ending.DONE, day(10).date())
    assert (story.on(20).ending, story.on(20).ended, story.on(20).reopened) == (Ending.OPEN, None, 1)
    assert (story.on(40).ending, story.on(40).ended, story.on(40).reopened) == (Ending.WONT_DO, day(38).date(), 1)


def test_a_closing_date_from_before_the_last_opening_is_not_believed(story: Story) -> None:
    story.run(10, closed(Status.DONE, day(10)))
    story.run(20, link(ticket=FIRST))
    story.run(30, closed(Status.DONE, day(10)))
    assert story.on(30).ended == day(30).date()


def test_what_is_a_duplicate_today_was_refused_before_it_was_opened_again(story: Story) -> None:
    story.run(10, closed(Status.WONT_DO, day(10)))
    story.run(20, link(ticket=FIRST))
    story.run(30, closed(Status.WONT_DO, day(30), duplicate=True))
    assert [story.on(number).ending for number in (10, 20, 30)] == [Ending.WONT_DO, Ending.OPEN, Ending.DUPLICATE]


def test_an_item_whose_ticket_was_merged_into_that_of_another_item_is_a_duplicate(story: Story) -> None:
    other = replace(link("u2", key="PAY-2"), ticket=replace(ticket("PAY-2"), created_at=day(1)))
    shared = replace(link("u3", key="PAY-2"), ticket=other.ticket)
    items = tuple(item(uid, title=f"Item {uid}", standing="ticketed") for uid in ("u1", "u2", "u3"))
    story.run(1, other, shared, items=items, documents=(document(),))
    story.run(15, link(ticket=other.ticket))
    assert (story.on(14).ending, story.on(14).ticket) == (Ending.OPEN, "PAY-1")
    merged = story.on(15)
    assert (merged.ending, merged.ended, merged.since) == (Ending.DUPLICATE, day(15).date(), START.date())
    assert {story.on(15, uid).ending for uid in ("u2", "u3")} == {Ending.OPEN}  # shared from the start: both count


def test_a_ticket_that_took_the_place_of_the_items_own_is_no_duplicate(story: Story) -> None:
    moved = replace(FIRST, ref=Ref("payments", "7", "OPS-7", "https://acme.example/7"), created_at=day(20))
    story.run(20, link(ticket=moved))
    assert (story.on(20).ending, story.on(20).ticket, story.on(20).since) == (Ending.OPEN, "OPS-7", START.date())


def test_a_link_that_was_dropped_since_is_there_again(story: Story) -> None:
    story.run(5, link(ticket=replace(FIRST, assignees=("bob",))))
    story.run(10, closed(Status.DONE, day(9), assignees=("bob",)))
    story.run(20, forget="u1")
    past = story.on(10)
    assert (past.ending, past.ended, past.ticket, past.owners) == (Ending.DONE, day(10).date(), "PAY-1", ("bob",))
    assert past.since == START.date()
    assert (story.on(20).ending, story.on(20).ticket) == (Ending.OPEN, "")


def test_an_adopted_ticket_counts_from_the_trackers_own_dates_once_it_is_known(story: Story) -> None:
    old = ticket("PAY-9", created_at=day(-30), status=Status.DONE, closed_at=day(-3))
    story.run(2, items=(item("u9", title="Nine", standing="new"),), documents=(document("other.md"),))
    story.run(6, replace(link("u9", key="PAY-9"), ticket=old), source="pmsync")
    assert (story.on(5, "u9").ending, story.on(5, "u9").since) == (Ending.OPEN, day(2).date())
    known_now = story.on(6, "u9")
    assert (known_now.ending, known_now.since, known_now.ended) == (Ending.DONE, day(-30).date(), day(-3).date())


def test_the_document_and_the_ticket_each_have_a_due_date(story: Story) -> None:
    story.run(3, items=(item(standing="ticketed", due=date(2026, 4, 1), due_from="sla"),), documents=(document(),))
    assert (story.on(2).due, story.on(3).due, story.on(3).due_from) == (None, date(2026, 4, 1), "sla")
    story.run(8, link(ticket=replace(FIRST, due=date(2026, 5, 1))))
    assert (story.on(7).due, story.on(8).due, story.on(8).due_from) == (date(2026, 4, 1), date(2026, 5, 1), "ticket")


def test_what_the_document_says_of_itself_is_undone(story: Story) -> None:
    after = document(severity="SEV-3", team="web", services=("a", "b"), date=date(2026, 2, 1), status="final")
    story.run(4, items=(item(standing="ticketed"),), documents=(after,))
    then, now = story.on(3), story.on(4)
    assert (then.severity, then.team, then.services, then.dated) == ("sev1", "", (), None)
    assert (now.severity, now.team, now.services, now.dated) == ("sev3", "web", ("a", "b"), date(2026, 2, 1))


def test_why_items_are_not_counted(story: Story) -> None:
    rows = [item(f"x{n}", title=f"X {n}", standing=each) for n, each in enumerate(("proposed", "listed", "external"))]
    rows += [item("x8", title="X 8", standing="done", done=True), item("x9", title="X 9", standing="blocked")]
    story.run(2, items=(item(standing="ticketed"), *rows), documents=(document(),))
    found = story.known(2)
    assert sorted(found.not_counted) == ["done", "external", "listed", "proposed"]
    assert {each.uid: each.ticket for each in found.items} == {"u1": "PAY-1", "x9": ""}
    assert {each.uid for each in story.known(1).items} == {"u1"}
    assert story.known(1).not_counted == ()


def test_an_item_of_a_document_that_was_never_read_is_left_out(story: Story) -> None:
    """Nobody knows whether it is restricted: only its ticket was seen."""
    story.run(2, replace(link("u7", "unread.md", "PAY-7"), ticket=ticket("PAY-7", created_at=day(2))))
    assert {each.uid for each in story.known(2).items} == {"u1"}


def test_a_clock_that_was_ahead_makes_no_negative_days(story: Story) -> None:
    story.run(1, closed(Status.DONE, day(-5)))
    assert story.on(1).days_to_end == 0
