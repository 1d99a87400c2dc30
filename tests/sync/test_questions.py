"""An item about which a person was asked stays undecided until that person decides, whatever later runs see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmsync.identity.candidates import known_items
from pmsync.identity.matching import Identities
from pmsync.model import Document, ItemRow, Status
from pmsync.planning.plan import plan
from tests.build import document, item, link, recognise, ref, ticket, uid_of, view, world
from tests.identity.test_identify import TITLES, known_of

A, B = "postmortems/a.md", "postmortems/b.md"
DISK = "Add alerting for full disks"


def asked(*documents: Document, **fields: Any) -> dict[str, ItemRow]:
    """What the ledger keeps of the undecided items of a run over this world."""
    return {row.uid: row for row in plan(world(*documents, **fields)).rows if row.candidates}


def test_a_listing_that_does_not_show_the_candidate_again_decides_nothing() -> None:
    doc = document(A, DISK, "Write a runbook")
    bare = replace(ticket(7, DISK), marker=None)
    questions = asked(doc, views={"web": view(bare)}, lookalikes=[bare])
    assert [each.name for row in questions.values() for each in row.candidates] == ["WEB-7"]
    later = plan(world(doc, views={"web": view()}, questions=questions))
    assert [create.draft.title for create in later.creates] == ["Write a runbook"]
    assert {row.uid: row.candidates for row in later.rows if row.candidates} == {
        uid: row.candidates for uid, row in questions.items()
    }
    assert "undecided" in {finding.rule for finding in later.findings}


def test_a_candidate_stays_one_when_an_unrelated_line_leaves_the_document() -> None:
    before = document(A, "Write a runbook", DISK)
    links = [link(before, 0, ticket(1, "Write a runbook")), link(before, 1, ticket(2, DISK))]
    reworded = "Alert when disks are filling up"
    first = plan(world(document(A, "Write a runbook", reworded), links=links))
    questions = {row.uid: row for row in first.rows if row.candidates}
    assert [row.fields.title for row in questions.values()] == [reworded]
    later = plan(world(document(A, reworded), links=links, questions=questions))
    assert not later.creates
    assert [record.link.ticket.ref for record in later.records("orphan")] == [ref(1)]
    assert [row.standing for row in later.rows] == ["undecided"]


@pytest.mark.parametrize(
    "again",
    [
        document(A, "Alert once disks fill up"),
        document(B, "Alert when disks are filling up"),
        document(A, "Alert when disks are filling up", "Alert when disks are filling"),
    ],
    ids=["reworded once more", "its document renamed", "an item like it beside it"],
)
def test_an_undecided_item_is_followed_through_edits_as_others_are(again: Document) -> None:
    before = document(A, DISK)
    links = [link(before, 0, ticket(2, DISK))]
    first = plan(world(document(A, "Alert when disks are filling up"), links=links))
    questions = {row.uid: row for row in first.rows if row.candidates}
    assert questions
    later = plan(world(again, links=links, questions=questions))
    assert not later.records("orphan")
    assert len(later.creates) <= len(again.items) - 1
    assert [row.candidates[0].name for row in later.rows if row.candidates][:1] == ["WEB-2"]


def test_what_another_item_turned_out_to_be_is_no_candidate_any_more() -> None:
    before = document(A, DISK)
    links = [link(before, 0, ticket(2, DISK))]
    questions = {r.uid: r for r in plan(world(document(A, "Alert when disks are filling up"), links=links)).rows}
    back = plan(world(document(A, "Alert when disks are filling up", DISK), links=links, questions=questions))
    assert [create.draft.title for create in back.creates] == ["Alert when disks are filling up"]


def test_the_candidate_of_one_question_is_not_given_to_a_second_item_that_resembles_it() -> None:
    before = document(A, DISK)
    links = [link(before, 0, ticket(2, DISK))]
    questions = {r.uid: r for r in plan(world(document(A, "Alert when disks are filling up"), links=links)).rows}
    both = document(A, "Alert when disks are filling up", "Add alerting for all full disks")
    later = plan(world(both, links=links, questions=questions))
    assert not later.creates
    assert not later.updates
    assert [row.standing for row in later.rows] == ["undecided", "undecided"]


def test_a_decision_ends_the_question() -> None:
    before = document(A, DISK)
    links = [link(before, 0, ticket(2, DISK))]
    here = document(A, "Alert when disks are filling up")
    questions = {r.uid: r for r in plan(world(here, links=links)).rows}
    uid = next(iter(questions))
    later = plan(world(here, links=links, questions=questions, decisions={uid: "new"}))
    assert [create.uid for create in later.creates] == [uid]


def test_a_ticket_with_the_item_s_own_marker_ends_the_question() -> None:
    here = document(A, DISK)
    bare = replace(ticket(7, DISK), marker=None)
    questions = asked(here, views={"web": view(bare)}, lookalikes=[bare])
    later = plan(world(here, views={"web": view(bare, ticket(8, DISK, path=A))}, questions=questions))
    assert [record.link.ticket.ref for record in later.records("adopt")] == [ref(8)]


# --- ids that moved ---------------------------------------------------------------------------------------------


def numbered(*titles: str, **fields: Any) -> Document:
    rows = (item(title, n, explicit_id=f"AI-{n}", **fields) for n, title in enumerate(titles, 1))
    return document(A, *rows)


def names(found: Identities) -> dict[str, str]:
    return {each.entry.item.title: each.uid for each in found.placed}


OLD = ("Rotate the keys", "Write a runbook", "Fix the probe")


@pytest.mark.parametrize(
    ("after", "new"),
    [
        (("Encrypt the backups", *OLD), ["Encrypt the backups"]),
        ((OLD[0], "Encrypt the backups", *OLD[1:]), ["Encrypt the backups"]),
        (OLD[1:], []),
        ((OLD[2], OLD[0], OLD[1]), []),
        (("Encrypt the backups", OLD[0], "Write a runbook today", OLD[2]), ["Encrypt the backups"]),
        (("Encrypt the backups", *OLD[:1], "Archive the logs", OLD[2]), ["Encrypt the backups", "Archive the logs"]),
    ],
    ids=["on top", "in the middle", "first row deleted", "sorted anew", "and an edit", "and a replaced one"],
)
def test_titles_decide_where_ids_were_renumbered(after: tuple[str, ...], new: list[str]) -> None:
    before = numbered(*OLD)
    known = known_of(before)
    uids = {entry.title: uid for entry, uid in zip(before.items, known, strict=True)}
    found = recognise([numbered(*after)], known)
    placed = names(found)
    assert {title: placed[title] for title in after if title in uids} == {t: uids[t] for t in after if t in uids}
    assert [each.entry.item.title for each in found.placed if each.how == "new"] == new
    if "Write a runbook today" in after:
        assert placed["Write a runbook today"] == uids["Write a runbook"]


def test_an_id_keeps_an_item_that_is_reworded_beyond_likeness() -> None:
    known = known_of(numbered(*OLD))
    found = recognise([numbered(OLD[0], "Describe what on-call does", OLD[2])], known)
    assert names(found)["Describe what on-call does"] in known


def test_other_work_under_the_id_of_a_closed_ticket_is_asked_about() -> None:
    before = numbered(*OLD)
    links = [link(before, n, ticket(n + 1, title)) for n, title in enumerate(OLD)]
    links[1] = replace(links[1], ticket=replace(links[1].ticket, status=Status.DONE))
    after = numbered(OLD[0], "Encrypt the backups", OLD[2])
    made = plan(world(after, links=links))
    assert not made.creates
    assert {row.fields.title: row.standing for row in made.rows}["Encrypt the backups"] == "undecided"
    done = numbered(OLD[0], "Encrypt the backups", OLD[2], done=True)
    assert not [row for row in plan(world(done, links=links)).rows if row.standing == "undecided"]


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("Rotate the keys of 2025", "Rotate the keys of 2026", False),
        ("Add alerting for full disks", "Add alerting for full disk on databases", False),
        ("Add alerting for full disks", "Add alerting for full disk", True),
    ],
)
def test_open_work_worded_much_like_done_work_is_asked_about(before: str, after: str, *, same: bool) -> None:
    doc = document(A, before)
    closed = link(doc, 0, ticket(1, before, status=Status.DONE))
    found = recognise([document(A, after)], known_items({closed.uid: closed}, {}, []))
    assert bool(found.placed and found.placed[0].how == "edit") == same
    assert len(found.undecided) == (not same)
    ticked = recognise([document(A, item(after, 1, done=True))], known_items({closed.uid: closed}, {}, []))
    assert not ticked.undecided


# --- always -------------------------------------------------------------------------------------------------------

STEPS = st.lists(st.lists(TITLES, min_size=1, max_size=4), min_size=2, max_size=4)


@settings(max_examples=120, deadline=None)
@given(st.lists(TITLES, min_size=1, max_size=4), STEPS)
def test_nothing_undecided_is_ever_created_while_its_text_stays(first: list[str], steps: list[list[str]]) -> None:
    """Whatever else changes in the document, from run to run, with nobody deciding."""
    doc = document(A, *first)
    links = {each.uid: each for each in (link(doc, n, ticket(n + 1, t)) for n, t in enumerate(first))}
    questions: dict[str, ItemRow] = {}
    for titles in steps:
        here = document(A, *titles)
        known = known_items(links, {}, [], questions)
        waiting = {row.fields.title for row in questions.values()}
        found = recognise([here], known)
        made = plan(world(here, links=links.values(), questions=questions))
        held = {each.known.uid for each in found.placed if each.known}
        for create in made.creates:
            if create.place.fields.title in waiting:
                row = next(r for r in questions.values() if r.fields.title == create.place.fields.title)
                assert all(each.uid in held for each in row.candidates) or titles.count(row.fields.title) > 1
        questions = {row.uid: row for row in made.rows if row.candidates}
        uids = [row.uid for row in made.rows]
        assert len(uids) == len(set(uids)) == len(titles)
    assert uid_of(A, "x")


# --- cut from one document, pasted into another -----------------------------------------------------------------------


def test_an_item_whose_id_changed_with_its_document_keeps_its_ticket() -> None:
    known = known_of(numbered(*OLD))
    moved = document(B, item(OLD[1], 1, explicit_id="AI-1"))
    found = recognise(
        [document(A, *(item(t, n, explicit_id=f"AI-{n}") for n, t in ((1, OLD[0]), (3, OLD[2])))), moved], known
    )
    assert names(found)[OLD[1]] in known
    assert not found.vanished


@pytest.mark.parametrize("remembered", [True, False])
def test_an_item_that_was_moved_and_reworded_at_once_is_asked_about(*, remembered: bool) -> None:
    known = {u: replace(k, remembered=remembered) for u, k in known_of(document(A, DISK, "Write a runbook")).items()}
    found = recognise([document(A, "Write a runbook"), document(B, "Add alerting for full disk")], known)
    assert [one.entry.document.id for one in found.undecided] == [B]
    assert not found.vanished


@pytest.mark.parametrize("here", ["it names another ticket", "another entry names its ticket"])
def test_links_say_more_than_an_id(here: str) -> None:
    known = known_of(numbered(*OLD))
    old = known[next(uid for uid, each in known.items() if OLD[1].casefold() in each.titles)]
    assert old.ref is not None
    after = numbered(OLD[0], "Encrypt the backups", OLD[2])
    other = document(B, item("Write the on-call runbook", 1))
    refs = {(A, 1): (ref(99),)} if here == "it names another ticket" else {(B, 0): (old.ref,)}
    found = recognise([after, other], known, refs=refs)
    placed = {each.entry.item.title: each for each in found.placed}
    assert "Encrypt the backups" not in placed or placed["Encrypt the backups"].how == "new"


def test_the_uid_of_a_new_item_does_not_depend_on_what_had_its_id_before() -> None:
    """Another run, which does not know of a followed ticket, has to come to the same one."""
    bare = recognise([numbered("Rotate the keys", "Encrypt the backups")])
    followed = document(A, item(OLD[0], 1, explicit_id="AI-2"))
    kept = recognise([numbered("Rotate the keys", "Encrypt the backups")], known_of(followed))
    assert names(kept)["Encrypt the backups"] == names(bare)["Encrypt the backups"]
