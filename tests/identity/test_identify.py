from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmsync.identity.candidates import Known, entries, known_items
from pmsync.identity.identify import identify
from pmsync.model import Document, Item, Marker
from tests.build import NOW, SPACE, by_title, document, intent, item, link, recognise, ref, ticket, uid_of

A, B = "postmortems/a.md", "postmortems/b.md"


def known_of(*documents: Document, **fields: object) -> dict[str, Known]:
    """All items of these documents as the ledger knows them after a sync."""
    made, number = {}, 0
    for identities in (recognise(documents),):
        for placed in identities.placed:
            number += 1
            here = placed.entry
            each = link(here.document, here.position, ticket(number, here.item.title))
            marker = Marker(placed.uid, SPACE, here.document.id, here.key)
            made[placed.uid] = replace(each, uid=placed.uid, ticket=replace(each.ticket, marker=marker), **fields)  # type: ignore[arg-type]
    return known_items(made, {}, [])


def test_a_new_item_gets_the_uid_of_its_key() -> None:
    placed = by_title(recognise([document(A, "Add alerting")]))["Add alerting"]
    assert placed.uid == uid_of(A, "Add alerting")
    assert placed.how == "new"


def test_the_same_path_and_title_in_another_namespace_is_another_item() -> None:
    found = entries([document(A, "Add alerting")], {})
    one = identify(found, {}, documents=[A], namespace="acme/web", complete=True)
    two = identify(found, {}, documents=[A], namespace="acme/api", complete=True)
    assert one.placed[0].uid != two.placed[0].uid


def test_an_unchanged_document_is_recognised_and_nothing_vanishes() -> None:
    doc = document(A, "Add alerting", "Write a runbook", "Fix the probe")
    found = recognise([doc], known_of(doc))
    assert [placed.how for placed in found.placed] == ["key"] * 3
    assert not found.vanished
    assert not found.undecided


def test_reordering_changes_no_uid() -> None:
    titles = ["Add alerting", "Write a runbook", "Fix the probe", "Rotate the keys"]
    before = {p.entry.item.title: p.uid for p in recognise([document(A, *titles)]).placed}
    found = recognise([document(A, *reversed(titles))], known_of(document(A, *titles)))
    assert {p.entry.item.title: p.uid for p in found.placed} == before


def test_an_edited_title_keeps_its_uid() -> None:
    known = known_of(document(A, "Add alerting for full disks", "Write a runbook"))
    found = recognise([document(A, "Add alerting for full disks on all nodes", "Write a runbook")], known)
    placed = by_title(found)["Add alerting for full disks on all nodes"]
    assert placed.uid == uid_of(A, "Add alerting for full disks")
    assert placed.how == "edit"
    assert not found.vanished


def test_a_replaced_item_is_a_new_one_and_the_old_one_vanishes() -> None:
    known = known_of(document(A, "Add alerting for full disks"))
    found = recognise([document(A, "Migrate payments to the new cluster")], known)
    assert found.placed[0].how == "new"
    assert [each.uid for each in found.vanished] == [uid_of(A, "Add alerting for full disks")]


def test_an_edit_that_could_be_two_items_is_left_to_a_person() -> None:
    known = known_of(document(A, "Add alerting for disk on web", "Add alerting for disk on api"))
    found = recognise([document(A, "Add alerting for disk on all")], known)
    assert not found.placed
    assert len(found.undecided[0].candidates) == 2
    assert not found.vanished  # neither candidate is given up while nobody has decided


def test_a_decision_makes_it_new() -> None:
    known = known_of(document(A, "Add alerting for disk on web", "Add alerting for disk on api"))
    docs = [document(A, "Add alerting for disk on all")]
    undecided = recognise(docs, known).undecided[0]
    found = recognise(docs, known, decisions={undecided.uid: "new"})
    assert [placed.uid for placed in found.placed] == [undecided.uid]


def test_a_ticket_retitled_by_a_person_still_helps_to_find_the_item() -> None:
    doc = document(A, "Do the thing")
    each = link(doc, 0, ticket(1, "Add alerting for full disks"))
    known = known_items({each.uid: each}, {}, [])
    found = recognise([document(A, "Add alerting for all full disks")], known)
    assert found.placed[0].uid == each.uid


def test_two_items_of_one_title_are_two_items() -> None:
    uids = [placed.uid for placed in recognise([document(A, "Add alerting", "Add alerting")]).placed]
    assert len(set(uids)) == 2


def test_equal_titles_are_told_apart_by_group_then_details_then_fields() -> None:
    for one, two in (
        ({"group": "web"}, {"group": "api"}),
        ({"details": "for web"}, {"details": "for api"}),
        ({"owners": ("alice",)}, {"owners": ("bob",)}),
    ):
        first = document(A, item("Add alerting", 1, **one), item("Add alerting", 2, **two))
        known, before = {}, {}
        for number, placed in enumerate(recognise([first]).placed, 1):
            here = placed.entry
            made = link(first, here.position, ticket(number, "Add alerting"))
            made = replace(made, uid=placed.uid, details_digest=here.details_digest)
            known |= known_items({placed.uid: made}, {}, [])
            before[str(one if here.position == 0 else two)] = placed.uid
        swapped = document(A, item("Add alerting", 1, **two), item("Add alerting", 2, **one))
        after = {str(two if p.entry.position == 0 else one): p.uid for p in recognise([swapped], known).placed}
        assert after == before


def test_a_third_of_one_title_gets_an_uid_that_nobody_holds() -> None:
    known = known_of(document(A, "Add alerting", "Add alerting"))
    found = recognise([document(A, "Add alerting", "Add alerting", "Add alerting")], known)
    new = [placed for placed in found.placed if placed.how == "new"]
    assert len(new) == 1
    assert new[0].uid not in known


def test_a_uid_of_a_retitled_item_is_not_given_to_a_new_one_of_the_old_title() -> None:
    each = link(document(A, "Add alerting for full disks"), 0, ticket(1))
    moved_on = replace(each, key="alert on disks that fill up", ticket=replace(each.ticket, title="Alert on disks"))
    known = known_items({each.uid: moved_on}, {}, [])
    found = by_title(recognise([document(A, "Alert on disks that fill up", "Add alerting for full disks")], known))
    assert found["Alert on disks that fill up"].uid == each.uid
    assert found["Add alerting for full disks"].uid != each.uid


def test_a_renamed_document_is_recognised() -> None:
    titles = ("Add alerting", "Write a runbook", "Fix the probe")
    found = recognise([document(B, *titles)], known_of(document(A, *titles)))
    assert {placed.uid for placed in found.placed} == {uid_of(A, title) for title in titles}
    assert {placed.how for placed in found.placed} == {"rename"}


def test_a_half_finished_rename_is_still_one() -> None:
    titles = ("Add alerting", "Write a runbook", "Fix the probe")
    known = known_of(document(A, *titles))
    done = known[uid_of(A, "Add alerting")]
    known[done.uid] = replace(done, identities=((B, "add alerting"), *done.identities))
    found = recognise([document(B, *titles)], known)
    assert {placed.uid for placed in found.placed} == {uid_of(A, title) for title in titles}


def test_a_rename_with_an_edit_keeps_both() -> None:
    known = known_of(document(A, "Add alerting for full disks", "Write a runbook"))
    found = recognise([document(B, "Add alerting for full disks on web", "Write a runbook")], known)
    assert {placed.uid for placed in found.placed} == set(known)


def test_a_whole_folder_moved_is_recognised_by_file_names_where_items_are_equal() -> None:
    old = [document(f"old/{n}.md", "Add alerting", f"Fix service {n} of the fleet") for n in range(30)]
    old += [document(f"old/x{n}.md", "Add alerting") for n in range(5)]
    new = [replace(d, id=d.id.replace("old/", "new/"), path=d.path.replace("old/", "new/")) for d in old]
    known = known_of(*old)
    found = recognise(new, known)
    assert {placed.uid for placed in found.placed} == set(known)
    assert all(p.known and p.known.document_id == p.entry.document.id.replace("new/", "old/") for p in found.placed)


def test_without_a_complete_read_a_missing_document_is_not_a_renamed_one() -> None:
    known = known_of(document(A, "Add alerting"))
    found = recognise([document(B, "Add alerting")], known, complete=False)
    assert not found.placed
    assert "could not be read" in found.undecided[0].reason


def test_a_copy_of_a_document_is_new() -> None:
    doc = document(A, "Add alerting", "Write a runbook")
    copy = document(B, "Add alerting", "Write a runbook")
    found = recognise([doc, copy], known_of(doc))
    assert [placed.how for placed in found.placed if placed.entry.document.id == B] == ["new", "new"]


def test_two_documents_that_could_be_the_renamed_one_wait() -> None:
    known = known_of(document(A, "Add alerting"))
    found = recognise([document(B, "Add alerting"), document("postmortems/c.md", "Add alerting")], known)
    assert not found.placed
    assert len(found.undecided) == 2


def test_an_item_pasted_into_another_document_keeps_its_uid() -> None:
    before = document(A, "Add alerting", "Write a runbook", "Fix the probe"), document(B, "Rotate the keys")
    after = document(A, "Add alerting"), document(B, "Rotate the keys", "Fix the probe", "Write a runbook")
    found = recognise(after, known_of(*before))
    assert by_title(found)["Fix the probe"].uid == uid_of(A, "Fix the probe")
    assert by_title(found)["Fix the probe"].how == "move"
    assert not found.vanished
    assert not found.undecided


def test_a_document_split_in_two_keeps_all_its_items() -> None:
    before = document(A, "Add alerting", "Write a runbook", "Fix the probe")
    found = recognise([document(A, "Add alerting"), document(B, "Write a runbook", "Fix the probe")], known_of(before))
    assert {placed.uid for placed in found.placed} == {uid_of(A, item.title) for item in before.items}


def test_an_item_that_is_copied_is_another_one() -> None:
    one = document(A, "Add alerting", "Write a runbook")
    found = recognise([one, document(B, "Add alerting")], known_of(one))
    assert [placed.how for placed in found.placed] == ["key", "key", "new"]


@pytest.mark.parametrize("documents", [[A, B], [B]], ids=["its document is there", "its document is gone"])
def test_an_item_like_one_that_left_before_is_asked_about_while_that_one_s_ticket_is_open(documents: list[str]) -> None:
    known = known_of(document(A, "Add monitoring", "Write a runbook"), orphaned=True)
    here = [document(A, "Write a runbook"), document(B, "Add monitoring", "Fix the probe", "Rotate the keys")]
    found = recognise([each for each in here if each.id in documents], known)
    assert [each.candidates[0].uid for each in found.undecided] == [uid_of(A, "Add monitoring")]
    closed = {uid: replace(item, closed=True) for uid, item in known.items()}
    later = recognise([each for each in here if each.id in documents], closed)
    assert by_title(later)["Add monitoring"].how == "new"


def test_without_a_ledger_an_item_that_turned_up_elsewhere_is_asked_about() -> None:
    known = {uid: replace(item, remembered=False) for uid, item in known_of(document(A, "Fix the probe")).items()}
    found = recognise([document(A), document(B, "Fix the probe")], known)
    assert [each.candidates[0].uid for each in found.undecided] == [uid_of(A, "Fix the probe")]
    assert not found.vanished


def test_an_item_pasted_into_two_documents_is_asked_about() -> None:
    found = recognise([document(A), document(B, "Fix the probe"), document("c.md", "Fix the probe")],
                      known_of(document(A, "Fix the probe")))  # fmt: skip
    assert len(found.undecided) == 2


def test_an_explicit_id_moves_only_together_with_its_title() -> None:
    known = known_of(document(A, item("Fix the probe", explicit_id="AI-3")))
    other = recognise([document(A), document(B, item("Rotate the keys", explicit_id="AI-3"))], known)
    assert other.placed[0].how == "new"
    same = recognise([document(A), document(B, item("Fix the probe", explicit_id="AI-3"))], known)
    assert same.placed[0].how == "move"


def test_renamed_and_edited_at_once_is_asked_about() -> None:
    known = known_of(document(A, "Add alerting for full disks"))
    found = recognise([document(B, "Add alerting for all full disks")], known)
    assert not found.placed
    assert "gone" in found.undecided[0].reason


def test_an_explicit_id_holds_through_any_retitling() -> None:
    known = known_of(document(A, item("Add alerting", 1, explicit_id="AI-1")))
    found = recognise([document(A, item("Something quite different", 1, explicit_id="AI-1"))], known)
    assert found.placed[0].uid in known


def test_two_explicit_ids_of_different_titles_are_two_items() -> None:
    known = known_of(document(A, item("Add alerting for disks", 1, explicit_id="AI-1")))
    found = recognise([document(A, item("Add alerting for disk", 1, explicit_id="AI-2"))], known)
    assert found.placed[0].how == "new"


def test_the_ticket_named_in_the_document_holds_through_any_retitling() -> None:
    doc = document(A, "Add alerting", "Write a runbook")
    known = known_of(doc)
    named = known[uid_of(A, "Add alerting")].ref
    assert named is not None
    found = recognise([document(A, "All else", "Write a runbook")], known, refs={(A, 0): (named,)})
    assert by_title(found)["All else"].uid == uid_of(A, "Add alerting")


def test_a_newer_marker_tells_of_an_edit_the_ledger_missed() -> None:
    doc = document(A, "Add alerting")
    each = link(doc, 0, ticket(1, "Add alerting"))
    marker = Marker(each.uid, SPACE, A, "page somebody when disks are full")
    marked = replace(each.ticket, marker=marker, updated_at=NOW)
    known = known_items({each.uid: each}, {}, [marked])
    found = recognise([document(A, "Page somebody when disks are full")], known)
    assert found.placed[0].uid == each.uid
    assert found.placed[0].how == "key"
    both = by_title(recognise([document(A, "Page somebody when disks are full", "Add alerting")], known))
    assert both["Page somebody when disks are full"].uid == each.uid
    assert both["Add alerting"].how == "new"


def test_a_ledger_that_is_newer_than_the_marker_is_believed() -> None:
    each = link(document(A, "Page somebody when disks are full"), 0, ticket(1, "x"))
    stale = replace(each.ticket, marker=Marker(each.uid, SPACE, A, "add alerting"))
    known = known_items({each.uid: replace(each, ticket=stale)}, {}, [stale])
    found = by_title(recognise([document(A, "Add alerting", "Page somebody when disks are full")], known))
    assert found["Page somebody when disks are full"].uid == each.uid
    assert found["Add alerting"].how == "new"


def test_an_intent_is_a_known_item() -> None:
    doc = document(A, "Add alerting for full disks")
    pending = intent(doc, 0, timedelta(minutes=1))
    known = known_items({}, {pending.uid: pending}, [])
    found = recognise([document(A, "Add alerting for all full disks")], known)
    assert found.placed[0].uid == pending.uid


def test_a_ticket_of_which_only_the_uid_is_left_is_found_by_it_and_asked_about_once_the_item_is_reworded() -> None:
    uid = uid_of(A, "Add alerting for full disks")
    left = ticket(9, "Add alerting for full disks", marker=Marker(uid))
    known = known_items({}, {}, [left])
    same = recognise([document(A, "Add alerting for full disks")], known, lookalikes=[left])
    assert [placed.uid for placed in same.placed] == [uid]
    edited = recognise([document(A, "Add alerting for full disk")], known, lookalikes=[left])
    assert [[each.ref for each in one.candidates] for one in edited.undecided] == [[left.ref]]


def test_an_own_ticket_that_lost_its_marker_is_not_made_again() -> None:
    bare = replace(ticket(7, "Add alerting"), marker=None)
    found = recognise([document(A, "Add alerting")], lookalikes=[bare])
    assert not found.placed
    assert [each.ref for each in found.undecided[0].candidates] == [bare.ref]


def test_an_orphan_of_long_ago_is_restored_by_its_key_and_asked_about_in_other_words() -> None:
    known = known_of(document(A, "Add alerting for full disks"), orphaned=True)
    assert recognise([document(A, "Add alerting for full disks")], known).placed[0].uid in known
    reworded = recognise([document(A, "Add alerting for all full disks")], known)
    assert [each.candidates[0].uid for each in reworded.undecided] == [uid_of(A, "Add alerting for full disks")]
    closed = known_of(document(A, "Add alerting for full disks"), orphaned=True)
    closed = {uid: replace(each, closed=True) for uid, each in closed.items()}
    assert recognise([document(A, "Add alerting for all full disks")], closed).placed[0].how == "new"


def test_a_marker_of_which_only_the_uid_is_left_still_counts() -> None:
    bare = replace(ticket(3, "Add alerting"), marker=Marker(uid_of(A, "Add alerting")))
    found = recognise([document(A, "Add alerting")], known_items({}, {}, [bare]))
    assert found.placed[0].uid == uid_of(A, "Add alerting")
    assert found.placed[0].known is not None


TITLES = st.sampled_from(
    ["Add alerting", "Add alerting for disks", "Add alerting for full disks", "Write a runbook", "Fix the probe",
     "Fix the probes", "Rotate keys", "🔥", "磁盘告警"]
)  # fmt: skip
DOCUMENTS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.lists(TITLES, max_size=6)), max_size=3, unique_by=lambda d: d[0]
)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, DOCUMENTS, st.booleans())
def test_whatever_is_edited_every_entry_is_placed_once_and_no_uid_twice(
    before: list[tuple[str, list[str]]], after: list[tuple[str, list[str]]], complete: bool
) -> None:
    known = known_of(*(document(path, *titles) for path, titles in before))
    docs = [document(path, *titles) for path, titles in after]
    found = recognise(docs, known, complete=complete)
    uids = [placed.uid for placed in found.placed] + [each.uid for each in found.undecided]
    assert len(uids) == len(set(uids)) == sum(len(doc.items) for doc in docs)
    claimed = {placed.known.uid for placed in found.placed if placed.known}
    waiting = {each.uid for undecided in found.undecided for each in undecided.candidates}
    assert claimed | waiting | {each.uid for each in found.vanished} == set(known)
    assert not claimed & {each.uid for each in found.vanished}
    again = recognise(docs, known, complete=complete)
    assert again == found


@settings(max_examples=60, deadline=None)
@given(st.lists(TITLES, min_size=1, max_size=8), st.randoms())
def test_order_alone_never_makes_anything_new(titles: list[str], random: object) -> None:
    doc = document("a", *titles)
    known = known_of(doc)
    shuffled = list(titles)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = recognise([document("a", *shuffled)], known)
    assert {placed.uid for placed in found.placed} == set(known)
    assert not found.undecided


@pytest.mark.parametrize("size", [20_000])
def test_a_hostile_document_takes_no_quadratic_time(size: int) -> None:
    same = Document("h", "h", "h", tuple(Item("a", n) for n in range(size)))
    other = Document("h", "h", "h", tuple(Item(f"quite another title {n}", n) for n in range(size)))
    start = time.perf_counter()
    known = {p.uid: Known(p.uid, (("h", p.entry.key),)) for p in recognise([same]).placed}
    recognise([same], known)
    recognise([other], known)
    assert time.perf_counter() - start < 20
    assert ref(1) == ref(1)
