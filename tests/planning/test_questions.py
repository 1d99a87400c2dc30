"""What a plan asks before it holds, and that it asks no more once that is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pmsync.config.settings import Person, TrackerSettings
from pmsync.model import Refusal
from pmsync.planning.operations import Search, Wait
from pmsync.planning.plan import plan
from pmsync.planning.questions import unread_tickets
from pmsync.planning.sightings import with_sights
from pmsync.planning.world import Named, World
from pmsync.trackers.contract import Gone, Moved
from tests.build import NOW, document, intent, item, link, ref, settings, ticket, uid_of, view, world

A = "postmortems/a.md"
DOC = document(A, "Add alerting for full disks")
UID = uid_of(A, "Add alerting for full disks")
ALICE = Person("alice", "Alice", github="alice-l")
NAMES = document(A, item("Add alerting for full disks", tickets=("WEB-7",)))


def naming(**fields: object) -> World:
    """A document whose item names WEB-7, which nobody has shown."""
    return world(NAMES, named={(A, 0): (Named("WEB-7", ref(7), None),)}, **fields)


# --- what is looked for ---------------------------------------------------------------------------------------


def test_an_item_that_was_not_looked_for_is_a_question_and_no_create() -> None:
    made = plan(world(DOC, views={"web": view(looked=frozenset())}))
    assert not made.creates
    assert made.questions.searches == {"web": Search(frozenset({UID}), datetime(2026, 11, 19, tzinfo=UTC))}


def test_an_item_that_was_looked_for_is_no_question() -> None:
    made = plan(world(DOC, views={"web": view(looked=frozenset({UID}))}))
    assert made.creates
    assert not made.questions.searches


def test_items_of_one_tracker_are_looked_for_together_since_the_earliest() -> None:
    older = document("postmortems/b.md", "Page the owner of the volume", date=date(2026, 10, 2))
    made = plan(world(DOC, older, views={"web": view(looked=frozenset())}))
    both = frozenset({UID, uid_of("postmortems/b.md", "Page the owner of the volume")})
    assert made.questions.searches == {"web": Search(both, datetime(2026, 10, 1, tzinfo=UTC))}


@pytest.mark.parametrize("ahead", [False, True])
def test_an_intent_is_looked_for_since_it_was_announced_unless_its_clock_was_ahead(ahead: bool) -> None:
    age = timedelta(days=-3) if ahead else timedelta(hours=1)
    views = {"web": view(looked=frozenset(), settings=TrackerSettings("web", "local", settle=timedelta(0)))}
    made = plan(world(DOC, views=views, intents=[intent(DOC, 0, age)]))
    since = made.questions.searches["web"].since
    assert (since.year == 1999) if ahead else (since == NOW - timedelta(hours=1, days=1))


@pytest.mark.parametrize("why", ["failed", "blocked", "unseen"])
def test_a_tracker_that_cannot_be_asked_or_takes_nothing_is_not_searched(why: str) -> None:
    value = True if why == "unseen" else "503"
    made = plan(world(DOC, views={"web": view(looked=frozenset(), **{why: value})}))
    assert not made.questions.searches


def test_nothing_is_looked_for_while_its_create_would_be_refused_again() -> None:
    create = plan(world(DOC)).creates[0]
    refused = {(UID, "create"): Refusal(UID, "create", create.digest, "no", NOW - timedelta(hours=1))}
    made = plan(world(DOC, refusals=refused, views={"web": view(looked=frozenset())}))
    assert isinstance(made.operations[0], Wait)
    assert not made.questions.searches


# --- who is looked up -----------------------------------------------------------------------------------------


def test_the_owner_of_a_new_ticket_is_looked_up_once_there_is_a_create() -> None:
    owned = document(A, item("Add alerting for full disks", owners=("alice",)))
    people = settings(people={"alice": ALICE})
    asked = plan(world(owned, settings=people, views={"web": view(looked=frozenset())})).questions
    assert not asked.people
    assert plan(world(owned, settings=people)).questions.people == {"web": (ALICE,)}
    known = {"web": view(accounts={"alice": "alice-l"})}
    assert not plan(world(owned, settings=people, views=known)).questions.people


def test_the_owner_of_an_unchanged_item_is_not_looked_up() -> None:
    owned = document(A, item("Add alerting for full disks", owners=("alice",)))
    same = link(owned, 0, ticket(5))
    made = plan(world(owned, settings=settings(people={"alice": ALICE}), links=[same], views={"web": view(ticket(5))}))
    assert not made.questions.people


def test_a_changed_owner_is_looked_up() -> None:
    before = document(A, item("Add alerting for full disks", owners=("bob",)))
    owned = document(A, item("Add alerting for full disks", owners=("alice",)))
    linked = link(before, 0, ticket(5))
    views = {"web": view(ticket(5))}
    made = plan(world(owned, settings=settings(people={"alice": ALICE}), links=[linked], views=views))
    assert made.questions.people == {"web": (ALICE,)}


# --- which tickets are read -----------------------------------------------------------------------------------


def test_a_ticket_that_an_item_names_is_read_once() -> None:
    assert unread_tickets(with_sights(naming())) == {"web": [ref(7)]}
    shown = with_sights(naming(views={"web": view(sights={ref(7): Gone(ref(7))})}))
    assert not unread_tickets(shown)
    assert isinstance(shown.named[A, 0][0].sight, Gone)


def test_a_listed_ticket_is_not_read_again() -> None:
    shown = with_sights(naming(views={"web": view(ticket(7))}))
    assert not unread_tickets(shown)
    assert shown.named[A, 0][0].sight == ticket(7)


def test_a_named_ticket_that_did_not_exist_lately_is_read_again_after_a_day() -> None:
    def refused(age: timedelta) -> dict[tuple[str, str], Refusal]:
        return {("web:WEB-7", "get"): Refusal("web:WEB-7", "get", "", "it does not exist", NOW - age)}

    assert not unread_tickets(with_sights(naming(refusals=refused(timedelta(hours=23)))))
    assert unread_tickets(with_sights(naming(refusals=refused(timedelta(hours=25))))) == {"web": [ref(7)]}


def test_a_moved_ticket_is_read_where_it_is_now() -> None:
    moved = view(sights={ref(7): Moved(ref(7), ref(8), "https://tracker.test/web/8")})
    assert unread_tickets(with_sights(naming(views={"web": moved}))) == {"web": [ref(8)]}
    seen = replace(moved, sights={**moved.sights, ref(8): ticket(8)})
    shown = with_sights(naming(views={"web": seen}))
    assert not unread_tickets(shown)
    assert shown.named[A, 0][0].sight == ticket(8)


@pytest.mark.parametrize("complete", [True, False])
def test_a_linked_ticket_that_a_scan_does_not_show_is_read_after_a_full_one(complete: bool) -> None:
    unlisted = world(DOC, links=[link(DOC, 0, ticket(5))], views={"web": view(complete=complete)})
    assert unread_tickets(with_sights(unlisted)) == ({"web": [ref(5)]} if complete else {})


def test_an_open_linked_ticket_without_the_label_is_read_in_every_run() -> None:
    bare = ticket(5, labels=frozenset())
    assert unread_tickets(with_sights(world(DOC, links=[link(DOC, 0, bare)]))) == {"web": [ref(5)]}


@pytest.mark.parametrize("why", ["failed", "unseen"])
def test_a_tracker_that_cannot_be_asked_has_nothing_to_read(why: str) -> None:
    views = {"web": view(**{why: True if why == "unseen" else "503"})}
    assert not unread_tickets(with_sights(naming(views=views)))
