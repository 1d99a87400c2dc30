"""The truth table of planning, row by row: what is known of an item, and the one thing that follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pmsync.config.settings import Guard, Limit, Person, Route, SlaRule, TrackerSettings
from pmsync.identity.keys import item_key
from pmsync.model import Marker, Refusal, Status
from pmsync.planning import guard
from pmsync.planning.operations import CloseDuplicate, Create, Plan, Record, Update, Wait
from pmsync.planning.plan import plan
from pmsync.planning.ticket_text import raw_fields
from pmsync.planning.world import Named
from pmsync.trackers.contract import Forbidden, Gone, Moved, Unresolved
from tests.build import NOW, SPACE, document, intent, item, link, ref, settings, ticket, uid_of, view, world

A = "postmortems/a.md"
DOC = document(A, "Add alerting for full disks")
OTHER = "Page the owner of the volume"
UID = uid_of(A, "Add alerting for full disks")
PEOPLE = {"alice": Person("alice", "Alice", github="alice-l"), "bob": Person("bob", "Bob", github="bob-b")}


def only(made: Plan) -> object:
    assert len(made.operations) == 1, made.operations
    return made.operations[0]


def standing(made: Plan) -> str:
    return made.rows[0].standing


def rules(made: Plan) -> list[str]:
    return [finding.rule for finding in made.findings]


# --- items without a link -------------------------------------------------------------------------------------


def test_new_item_is_created_with_its_identity() -> None:
    create = only(plan(world(DOC)))
    assert isinstance(create, Create)
    assert create.draft.marker.identity == (UID, SPACE, A, "add alerting for full disks")


def test_done_when_first_seen_gets_no_ticket() -> None:
    made = plan(world(document(A, item("Add alerting", done=True))))
    assert not made.operations
    assert standing(made) == "done"


def test_cancelled_when_first_seen_gets_no_ticket() -> None:
    made = plan(world(document(A, item("Add alerting", dropped=True))))
    assert not made.operations
    assert standing(made) == "done"


def test_older_than_since_is_listed_and_never_ticketed() -> None:
    old = document(A, "Add alerting", date=date(2026, 1, 1))
    made = plan(world(old, settings=settings(since=date(2026, 11, 1))))
    assert not made.operations
    assert standing(made) == "listed"


def test_draft_items_are_proposed() -> None:
    made = plan(world(document(A, "Add alerting", draft=True)))
    assert not made.operations
    assert standing(made) == "proposed"


def test_an_intent_younger_than_settle_waits() -> None:
    wait = only(plan(world(DOC, intents=[intent(DOC, 0, timedelta(minutes=9))])))
    assert isinstance(wait, Wait)
    assert wait.until == NOW + timedelta(minutes=1)
    views = {"web": view(looked=frozenset({UID}))}
    assert not plan(world(DOC, intents=[intent(DOC, 0, timedelta(minutes=9))], views=views)).creates


def test_an_older_intent_waits_until_it_was_looked_for() -> None:
    views = {"web": view(looked=frozenset())}
    wait = only(plan(world(DOC, views=views, intents=[intent(DOC, 0, timedelta(minutes=11))])))
    assert isinstance(wait, Wait)


def test_an_older_intent_that_was_looked_for_in_vain_is_created_again_with_the_same_uid() -> None:
    views = {"web": view(looked=frozenset({UID}))}
    create = only(plan(world(DOC, intents=[intent(DOC, 0, timedelta(minutes=11))], views=views)))
    assert isinstance(create, Create)
    assert create.uid == UID


def test_an_intent_whose_tracker_does_not_answer_waits_even_when_the_route_has_changed() -> None:
    views = {"web": view(failed="503"), "api": view(name="api", looked=frozenset({UID}))}
    routed = settings(
        trackers={name: TrackerSettings(name, "local", default=name == "web") for name in ("web", "api")},
        routes=(Route("api"),),
    )
    made = plan(world(DOC, intents=[intent(DOC, 0, timedelta(hours=1))], views=views, settings=routed))
    assert isinstance(only(made), Wait)


def test_a_trusted_ticket_with_its_uid_is_adopted_and_nothing_is_sent() -> None:
    views = {"web": view(ticket(5, "Add alerting for full disks", path=A))}
    record = only(plan(world(DOC, views=views)))
    assert isinstance(record, Record)
    assert record.reason == "adopt"
    assert record.link.ticket.ref == ref(5)
    assert record.link.pushed is not None


def test_an_adopted_ticket_that_differs_is_told_not_changed() -> None:
    doc = document(A, item("Add alerting for full disks", due=date(2026, 12, 1)))
    made = plan(world(doc, views={"web": view(ticket(5, "Retitled", path=A, key="add alerting for full disks"))}))
    assert [op.reason for op in made.operations if isinstance(op, Record)] == ["adopt"]
    assert not made.updates
    assert rules(made) == ["adopted-different"]


def test_a_marker_by_a_stranger_blocks_the_create_and_names_the_setting() -> None:
    views = {"web": view(ticket(5, path=A, key="add alerting for full disks", author="mallory"))}
    made = plan(world(DOC, views=views))
    assert not made.creates
    assert not made.records("adopt")
    assert rules(made) == ["marker-untrusted"]
    assert "trackers.web.accounts" in made.findings[0].hint


def test_a_marker_of_another_namespace_means_nothing_here() -> None:
    foreign = ticket(5, path=A, key="add alerting for full disks")
    foreign = replace(foreign, marker=Marker(UID, "acme/api", A, "add alerting for full disks"))
    assert isinstance(only(plan(world(DOC, views={"web": view(foreign)}))), Create)


def test_a_ticket_named_in_the_document_is_adopted_without_a_marker() -> None:
    seen = ticket(5, "Disk alerts", author="dana", labels=frozenset())
    named = {(A, 0): (Named("WEB-5", ref(5), seen),)}
    doc = document(A, item("Add alerting", tickets=("WEB-5",), owners=("alice",)))
    made = plan(world(doc, named=named, settings=settings(people=PEOPLE)))
    record = only(made)
    assert isinstance(record, Record)
    assert record.link.named


def test_a_named_ticket_of_an_older_document_is_adopted_too() -> None:
    seen = ticket(5, "Add alerting", author="dana")
    doc = document(A, item("Add alerting", tickets=("WEB-5",)), date=date(2020, 1, 1))
    named = {(A, 0): (Named("WEB-5", ref(5), seen),)}
    assert plan(world(doc, named=named, settings=settings(since=date(2026, 11, 1)))).records("adopt")


def test_a_named_ticket_that_is_gone_is_told_and_none_is_made() -> None:
    doc = document(A, item("Add alerting", tickets=("WEB-5",)))
    made = plan(world(doc, named={(A, 0): (Named("WEB-5", ref(5), Gone(ref(5))),)}))
    assert not made.operations
    assert rules(made) == ["named-ticket-gone"]


def test_a_named_ticket_whose_tracker_did_not_say_waits_quietly() -> None:
    doc = document(A, item("Add alerting", tickets=("WEB-5",)))
    made = plan(world(doc, named={(A, 0): (Named("WEB-5", ref(5), None),)}))
    assert not made.operations
    assert standing(made) == "waiting"


def test_a_link_to_something_else_is_external_and_gets_no_ticket() -> None:
    doc = document(A, item("Add alerting", tickets=("https://example.org/issues/5",)))
    made = plan(world(doc))
    assert not made.operations
    assert standing(made) == "external"


def test_a_ticket_named_by_several_items_is_shared_and_none_updates_it() -> None:
    seen = ticket(5, "Umbrella")
    doc = document(A, item("Add alerting", tickets=("WEB-5",)), item("Fix probe", tickets=("WEB-5",)))
    named = {(A, 0): (Named("WEB-5", ref(5), seen),), (A, 1): (Named("WEB-5", ref(5), seen),)}
    links = [record.link for record in plan(world(doc, named=named)).records("adopt")]
    assert [each.shared for each in links] == [True, True]
    changed = document(A, *(replace(each, due=date(2026, 12, 24)) for each in doc.items))
    assert not plan(world(changed, named=named, links=links)).updates


def test_naming_the_ticket_of_another_item_follows_it_and_never_updates_it() -> None:
    theirs = ticket(5, "Add alerting", path="postmortems/b.md")
    doc = document(A, item("Alerting as over there", tickets=("WEB-5",)))
    named = {(A, 0): (Named("WEB-5", ref(5), theirs),)}
    first = plan(world(doc, named=named)).records("adopt")[0].link
    changed = document(A, item("Alerting as over there, but better", tickets=("WEB-5",)))
    assert not plan(world(changed, named=named, links=[first])).updates


def test_an_item_whose_text_names_another_ticket_than_it_has_is_told() -> None:
    doc = document(A, item("Add alerting for full disks", tickets=("WEB-9",)))
    named = {(A, 0): (Named("WEB-9", ref(9), ticket(9, "Alerting, please", author="dana")),)}
    made = plan(world(doc, links=[link(doc, 0, ticket(1, "Add alerting for full disks"))], named=named))
    assert not made.pending
    (told,) = [finding for finding in made.findings if finding.rule == "names-another"]
    assert "WEB-1" in told.message
    assert f"pmsync adopt {A}:1 WEB-9" in told.hint


def test_a_ticket_of_another_item_that_shares_no_word_is_asked_about() -> None:
    theirs = ticket(5, "Replace the coffee machine", path="postmortems/b.md", status=Status.DONE)
    named = {(A, 0): (Named("WEB-5", ref(5), theirs),)}
    made = plan(world(document(A, item("Write a runbook", tickets=("WEB-5",))), named=named))
    assert not made.pending
    assert standing(made) == "undecided"


def test_a_link_to_another_s_ticket_that_is_taken_out_again_leaves_the_item_to_itself() -> None:
    theirs = ticket(5, "Add alerting", path="postmortems/b.md")
    named = {(A, 0): (Named("WEB-5", ref(5), theirs),)}
    first = plan(world(document(A, item("Alerting, here", tickets=("WEB-5",), source="one")), named=named))
    link = first.records("adopt")[0].link
    same = plan(world(document(A, item("Alerting, here", source="one")), links=[link]))
    assert not same.pending  # read otherwise, not changed
    without = plan(world(document(A, item("Alerting, here", source="two")), links=[link]))
    assert [record.uid for record in without.records("unlink")] == [link.uid]
    assert [create.uid for create in without.creates] == [link.uid]


def test_a_ticket_closed_as_duplicate_is_still_the_item_s_ticket_for_a_run_without_memory() -> None:
    merged = ticket(5, "Add alerting for full disks", path=A, status=Status.WONT_DO, duplicate=True)
    made = plan(world(DOC, views={"web": view(merged, bare=True, looked=frozenset({UID}))}))
    assert not made.creates
    assert made.records("adopt")[0].link.ticket.ref == ref(5)


@pytest.mark.parametrize("bare", [True, False])
def test_nothing_is_created_that_was_not_looked_for(bare: bool) -> None:
    assert isinstance(only(plan(world(DOC, views={"web": view(bare=bare, looked=frozenset())}))), Wait)
    assert isinstance(only(plan(world(DOC, views={"web": view(bare=bare, looked=frozenset({UID}))}))), Create)


def test_a_plan_without_a_token_shows_the_creates() -> None:
    assert isinstance(only(plan(world(DOC, views={"web": view(bare=True, unseen=True)}))), Create)


def test_a_tracker_that_did_not_answer_gets_nothing() -> None:
    made = plan(world(DOC, views={"web": view(failed="timed out")}))
    assert isinstance(only(made), Wait)


def test_nothing_is_created_while_another_tracker_without_memory_is_dark() -> None:
    views = {"web": view(), "api": view(name="api", failed="503", bare=True)}
    assert isinstance(only(plan(world(DOC, views=views))), Wait)


def test_a_host_with_memory_leaves_fresh_items_to_the_ci_step() -> None:
    patient = settings(grace=timedelta(hours=1))
    wait = only(plan(world(DOC, settings=patient, first_seen={UID: NOW - timedelta(minutes=20)})))
    assert isinstance(wait, Wait)
    assert wait.until == NOW + timedelta(minutes=40)
    over = {UID: NOW - timedelta(hours=2)}
    assert plan(world(DOC, settings=patient, first_seen=over)).creates


def test_a_refused_create_is_not_sent_again_until_something_changes_or_a_day_has_passed() -> None:
    create = only(plan(world(DOC)))
    assert isinstance(create, Create)
    refusal = Refusal(UID, "create", create.digest, "summary is required", NOW - timedelta(hours=1))
    known = {(UID, "create"): refusal}
    assert standing(plan(world(DOC, refusals=known))) == "refused"
    assert plan(world(DOC, refusals={(UID, "create"): replace(refusal, digest="other")})).creates
    assert plan(world(DOC, refusals=known, now=NOW + timedelta(days=1))).creates


def test_undecided_items_name_the_candidates_and_the_command() -> None:
    old = document(A, "Add alerting for disk on web", "Add alerting for disk on api")
    links = [link(old, 0, ticket(1)), link(old, 1, ticket(2))]
    made = plan(world(document(A, "Add alerting for disk on all"), links=links))
    assert not made.operations
    assert rules(made) == ["undecided"]
    assert "WEB-1" in made.findings[0].message
    assert f"pmsync adopt {A}:1 --new" in made.findings[0].hint


def test_only_judged_documents_are_planned() -> None:
    other = document("postmortems/b.md", "Write a runbook")
    made = plan(world(DOC, other, judged=frozenset({A})))
    assert [create.uid for create in made.creates] == [UID]
    assert {row.document_id for row in made.rows} == {A}


# --- items with a link ----------------------------------------------------------------------------------------


def test_a_second_run_has_nothing_to_do() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    made = plan(world(DOC, links=[each], views={"web": view(each.ticket, complete=True)}))
    assert not made.operations
    assert not made.findings


def test_what_changed_in_the_tracker_is_observed() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    closed = replace(each.ticket, status=Status.DONE, state="closed", updated_at=NOW)
    record = only(plan(world(DOC, links=[each], views={"web": view(closed)})))
    assert isinstance(record, Record)
    assert record.reason == "observe"
    assert record.link.ticket == closed
    assert "done" in record.detail


def test_a_strictly_older_answer_is_ignored_and_an_equally_old_one_with_other_content_is_not() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    closed = replace(each.ticket, status=Status.DONE)
    older = replace(closed, updated_at=each.ticket.updated_at - timedelta(seconds=1))
    assert not plan(world(DOC, links=[each], views={"web": view(older)})).operations
    assert plan(world(DOC, links=[each], views={"web": view(closed)})).records("observe")


def test_a_person_who_reassigns_takes_the_field_over() -> None:
    doc = document(A, item("Add alerting", owners=("alice",)))
    each = link(doc, 0, ticket(1, "Add alerting", assignees=("alice-l",)))
    taken = replace(each.ticket, assignees=("carol-c",), updated_at=NOW)
    changed = document(A, item("Add alerting", owners=("bob",)))
    views = {"web": view(taken, accounts={"bob": "bob-b"})}
    made = plan(world(changed, links=[each], views=views, settings=settings(people=PEOPLE)))
    assert not made.updates
    assert made.records("observe")[0].link.reassigned


@pytest.mark.parametrize(
    ("change", "patch"),
    [
        ({"title": "Add alerting for all full disks"}, {"title": "Add alerting for all full disks"}),
        ({"due": date(2026, 12, 24)}, {"due": date(2026, 12, 24)}),
        ({"priority": "P1"}, {"priority": "P1", "add_labels": ("priority:p1",)}),
        ({"kind": "prevent"}, {"add_labels": ("kind:prevent",)}),
        ({"labels": ("disk",)}, {"add_labels": ("disk",)}),
        ({"owners": ("bob",)}, {"assignees": ("bob-b",)}),
        ({"details": "More words."}, {}),
        ({"line": 40}, {}),
    ],
)
def test_a_changed_document_sends_just_the_changed_field(change: dict[str, object], patch: dict[str, object]) -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    changed = document(A, replace(DOC.items[0], **change))
    views = {"web": view(accounts={"bob": "bob-b"})}
    made = plan(world(changed, links=[each], views=views, settings=settings(people=PEOPLE)))
    assert not made.creates
    sent = {} if not made.updates else {**made.updates[0].patch}
    marker = sent.pop("marker", None)
    assert sent == patch
    if "title" in patch:
        assert marker.identity == (UID, SPACE, A, item_key(changed.items[0]))
        assert made.updates[0].uid == UID


def test_a_label_that_the_document_dropped_is_removed_and_a_person_s_stays() -> None:
    doc = document(A, item("Add alerting", kind="prevent"))
    made = ticket(1, "Add alerting", labels=frozenset({"postmortem", "kind:prevent", "by-hand"}))
    each = link(doc, 0, made, pushed_labels=("kind:prevent",))
    update = only(plan(world(document(A, item("Add alerting", kind="detect")), links=[each])))
    assert isinstance(update, Update)
    assert update.patch["remove_labels"] == ("kind:prevent",)
    assert update.patch["add_labels"] == ("kind:detect",)
    by_hand = replace(each, pushed_labels=())
    kept = only(plan(world(document(A, item("Add alerting", kind="detect")), links=[by_hand])))
    assert isinstance(kept, Update)
    assert "remove_labels" not in kept.patch


def test_a_configuration_change_sends_nothing() -> None:
    doc = document(A, item("Add alerting", owners=("alice",), kind="prevent"), severity="sev1")
    each = link(doc, 0, ticket(1, "Add alerting"))
    labelled = TrackerSettings("web", "local", default=True, labels=("sre",))
    other = settings(people=PEOPLE, sla=(SlaRule(severity=("sev1",), done=Limit(15)),), trackers={"web": labelled})
    views = {"web": view(accounts={"alice": "alice-l"}, settings=labelled)}
    assert not plan(world(doc, links=[each], views=views, settings=other)).operations


def test_a_person_s_edit_stays_until_the_document_changes_that_field() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    retitled = replace(each.ticket, title="Disk alerts", updated_at=NOW)
    made = plan(world(DOC, links=[each], views={"web": view(retitled)}))
    assert not made.updates
    due = document(A, replace(DOC.items[0], due=date(2026, 12, 24)))
    update = plan(world(due, links=[replace(each, ticket=retitled)])).updates[0]
    assert set(update.patch) == {"due", "marker"}


def test_what_the_ticket_says_already_is_recorded_without_a_write() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks", due=date(2026, 12, 24)))
    record = only(plan(world(document(A, replace(DOC.items[0], due=date(2026, 12, 24))), links=[each])))
    assert isinstance(record, Record)
    assert record.reason == "settled"
    assert record.link.pushed is not None
    assert record.link.pushed.due == date(2026, 12, 24)


def test_a_done_ticket_gets_no_update_and_catches_up_when_reopened() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks", status=Status.DONE))
    changed = document(A, replace(DOC.items[0], title="Add alerting for all full disks"))
    made = plan(world(changed, links=[each]))
    assert not made.updates
    followed = made.records("identity")[0].link
    reopened = replace(followed, ticket=replace(followed.ticket, status=Status.OPEN))
    assert plan(world(changed, links=[reopened])).updates[0].patch["title"] == "Add alerting for all full disks"


def test_without_a_base_a_difference_is_told_and_never_sent_but_a_proven_edit_is() -> None:
    rewritten = document(A, "Add alerting for all full disks")
    seen = ticket(5, "Add alerting for full disks", path=A)
    made = plan(world(rewritten, views={"web": view(seen)}))
    update = made.updates[0]
    assert update.patch["title"] == "Add alerting for all full disks"
    assert update.patch["marker"].key == "add alerting for all full disks"
    by_hand = replace(seen, title="Retitled by dana")
    careful = plan(world(rewritten, views={"web": view(by_hand)}))
    assert set(careful.updates[0].patch) == {"marker"}


def test_a_renamed_document_brings_the_markers_up_to_date() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    update = plan(world(document("postmortems/new.md", *DOC.items), links=[each])).updates[0]
    assert set(update.patch) == {"marker"}
    assert update.patch["marker"].identity == (UID, SPACE, "postmortems/new.md", "add alerting for full disks")
    assert update.link.document_id == "postmortems/new.md"


def test_an_owner_who_cannot_be_assigned_is_told_and_sent_later() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    changed = document(A, replace(DOC.items[0], owners=("bob",)))
    views = {"web": view(accounts={"bob": Unresolved("no such login")})}
    made = plan(world(changed, links=[each], views=views, settings=settings(people=PEOPLE)))
    assert not made.updates
    assert rules(made) == ["owner-unresolved"]
    retitled = document(A, replace(changed.items[0], title="Add alerting for all full disks"))
    update = plan(world(retitled, links=[each], views=views, settings=settings(people=PEOPLE))).updates[0]
    assert update.link.pushed is not None
    assert update.link.pushed.owners == ()  # still to be sent, once bob has a login
    found = {"web": view(accounts={"bob": "bob-b"})}
    later = plan(world(retitled, links=[update.link], views=found, settings=settings(people=PEOPLE)))
    assert later.updates[0].patch["assignees"] == ("bob-b",)


def test_tickets_that_wait_for_their_owners_are_one_note_each_time() -> None:
    doc = document(A, *(replace(item(f"Add alert {n}"), owners=("bob", f"stranger {n}"), line=n) for n in range(4)))
    fields = [raw_fields(doc, each) for each in doc.items]
    links = [
        link(doc, n, ticket(n + 1, each.title), pushed=replace(fields[n], owed=True))
        for n, each in enumerate(doc.items)
    ]
    views = {"web": view(accounts={"bob": Unresolved("no such login")})}
    made = plan(world(doc, links=links, views=views, settings=settings(people=PEOPLE)))
    assert rules(made) == ["owner-owed"]
    assert "4 tickets wait for their owners" in made.findings[0].message
    assert "'bob', 'stranger 0', 'stranger 1' and 2 more" in made.findings[0].message


@pytest.mark.parametrize(("assigned", "told"), [("dana-d", ["owner-kept"]), ("bob-b", [])])
def test_an_owner_is_not_taken_from_whom_somebody_assigned_and_that_is_told(assigned: str, told: list[str]) -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks", assignees=(assigned,)), reassigned=True)
    changed = document(A, replace(DOC.items[0], owners=("bob",)))
    views = {"web": view(accounts={"bob": "bob-b"})}
    made = plan(world(changed, links=[each], views=views, settings=settings(people=PEOPLE)))
    assert not any("assignees" in update.patch for update in made.updates)
    assert rules(made) == told


def test_a_deleted_ticket_is_lost_once_told_each_time_and_not_made_again() -> None:
    each = link(DOC, 0, ticket(1))
    gone = {"web": view(sights={ref(1): Gone(ref(1))})}
    made = plan(world(DOC, links=[each], views=gone))
    lost = only(made)
    assert isinstance(lost, Record)
    assert lost.reason == "lost"
    assert "pmsync forget" in made.findings[0].hint
    for views in (gone, {"web": view()}):  # where it is asked for again, and where it is not
        again = plan(world(DOC, links=[lost.link], views=views))
        assert not again.operations
        assert [finding.message for finding in again.findings] == [made.findings[0].message]
        assert "pmsync forget" in again.findings[0].hint
    for given_up in (replace(lost.link, orphaned=True), replace(lost.link, ticket=ticket(1, status=Status.DONE))):
        assert "ticket-lost" not in rules(plan(world(DOC, links=[replace(given_up, lost=True)], views=gone)))


def test_a_lost_ticket_that_appears_again_is_found() -> None:
    each = link(DOC, 0, ticket(1), lost=True)
    assert plan(world(DOC, links=[each], views={"web": view(each.ticket)})).records("found")


def test_an_answer_that_forbids_is_not_an_absence() -> None:
    each = link(DOC, 0, ticket(1))
    made = plan(world(DOC, links=[each], views={"web": view(sights={ref(1): Forbidden(ref(1), "403")})}))
    assert not made.operations
    assert rules(made) == ["ticket-forbidden"]


def test_a_moved_ticket_is_followed_and_written_to_only_where_a_tracker_holds_it() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    moved = {ref(1): Moved(ref(1), None, "https://elsewhere.test/1")}
    away = plan(world(DOC, links=[each], views={"web": view(sights=moved)})).records("follow")[0].link
    assert away.ticket.ref.tracker == ""
    changed = document(A, replace(DOC.items[0], due=date(2026, 12, 24)))
    assert not plan(world(changed, links=[away])).updates
    target = ticket(9, "Add alerting for full disks", tracker="api")
    views = {"web": view(sights=moved), "api": view(name="api")}
    here = plan(world(DOC, links=[each], views=views, moves={ref(1): target})).records("follow")[0].link
    assert here.ticket.ref == target.ref
    assert plan(world(changed, links=[here], views={"api": view(name="api"), "web": view()})).updates


def test_a_linked_ticket_whose_marker_names_another_uid_is_relinked_by_marker() -> None:
    other = document(A, *DOC.items, OTHER)
    wrong = replace(ticket(1, "x"), marker=Marker(uid_of(A, OTHER), SPACE, A, item_key(item(OTHER))))
    right = ticket(2, "Add alerting for full disks", path=A)
    each = link(DOC, 0, ticket(1, "x"))
    made = plan(world(other, links=[each], views={"web": view(wrong, right)}))
    assert made.records("relink")[0].link.ticket.ref == ref(2)
    assert made.records("adopt")[0].link.ticket.ref == ref(1)
    assert not made.creates


def test_an_item_whose_route_changed_keeps_its_ticket() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    both = {name: TrackerSettings(name, "local", default=name == "web") for name in ("web", "api")}
    views = {"web": view(each.ticket), "api": view(name="api")}
    made = plan(world(DOC, links=[each], views=views, settings=settings(trackers=both, routes=(Route("api"),))))
    assert not made.operations


def test_a_marker_that_a_stranger_put_on_a_linked_ticket_moves_no_link() -> None:
    theirs = ticket(1, "x", author="dana")
    each = link(DOC, 0, theirs, named=False)
    forged = replace(theirs, marker=Marker(uid_of(A, OTHER), SPACE, A, item_key(item(OTHER))), updated_at=NOW)
    made = plan(world(DOC, links=[each], views={"web": view(forged)}))
    assert not made.records("relink")
    assert "marker-mismatch" not in rules(made)


def test_a_ticket_that_the_document_names_stays_linked_beside_a_marked_one_and_gets_no_marker() -> None:
    doc = document(A, item("Add alerting", tickets=("WEB-5",)))
    each = link(doc, 0, replace(ticket(5, "Add alerting", author="dana")), named=True)
    each = replace(each, ticket=replace(each.ticket, marker=None))
    marked = ticket(2, "Add alerting", path=A)
    assert not plan(world(doc, links=[each], views={"web": view(marked)})).records("relink")
    changed = document(A, item("Add alerting", tickets=("WEB-5",), due=date(2026, 12, 24)))
    assert set(plan(world(changed, links=[each])).updates[0].patch) == {"due"}


def test_a_younger_twin_is_closed_as_duplicate_of_the_older() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    twin = ticket(2, "Add alerting for full disks", path=A)
    close = only(plan(world(DOC, links=[each], views={"web": view(twin)})))
    assert isinstance(close, CloseDuplicate)
    assert (close.ticket.ref, close.of) == (ref(2), ref(1))


def test_every_run_keeps_the_same_survivor_of_a_twin() -> None:
    one, two = ticket(1, "Add alerting for full disks", path=A), ticket(2, "Add alerting for full disks", path=A)
    for linked in (one, two):
        made = plan(world(DOC, links=[link(DOC, 0, linked)], views={"web": view(one, two)}))
        assert [op.of for op in made.duplicates] == [ref(1)]
    assert plan(world(DOC, links=[link(DOC, 0, two)], views={"web": view(one, two)})).records("relink")
    without = plan(world(DOC, views={"web": view(one, two)}))
    assert without.records("adopt")[0].link.ticket.ref == ref(1)
    assert [(op.ticket.ref, op.of) for op in without.duplicates] == [(ref(2), ref(1))]


def test_a_twin_beside_a_closed_ticket_is_told_not_closed() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks", status=Status.DONE))
    made = plan(world(DOC, links=[each], views={"web": view(ticket(2, path=A, key=each.key))}))
    assert not made.duplicates
    assert rules(made) == ["twin"]


def test_a_clone_by_a_person_is_no_twin() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    clone = ticket(2, path=A, key=each.key, author="dana")
    assert not plan(world(DOC, links=[each], views={"web": view(clone)})).operations


def test_the_older_closed_as_duplicate_by_hand_moves_the_link_to_the_younger() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    merged = replace(each.ticket, status=Status.WONT_DO, duplicate=True, updated_at=NOW)
    younger = ticket(2, "Add alerting for full disks", path=A)
    made = plan(world(DOC, links=[each], views={"web": view(merged, younger)}))
    assert made.records("relink")[0].link.ticket.ref == ref(2)
    assert not made.duplicates


def test_closed_as_duplicate_of_another_ticket_follows_that_one_and_is_never_done() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    merged = replace(each.ticket, status=Status.WONT_DO, duplicate=True, duplicate_of=ref(9), updated_at=NOW)
    target = ticket(9, "Umbrella", author="dana")
    made = plan(world(DOC, links=[each], views={"web": view(merged)}, moves={ref(1): target}))
    assert made.records("follow")[0].link.ticket.ref == ref(9)
    alone = plan(world(DOC, links=[each], views={"web": view(merged)})).records("observe")[0].link
    assert alone.ticket.status == Status.WONT_DO


def test_a_restricted_document_with_a_ticket_in_public_is_an_error_and_nothing_is_sent() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    secret = replace(DOC, restricted=True, items=(replace(DOC.items[0], due=date(2026, 12, 24)),))
    made = plan(world(secret, links=[each]))
    assert not made.operations
    assert [(f.rule, f.level) for f in made.findings] == [("restricted-in-public", "error")]


def test_a_restricted_document_without_a_place_for_it_waits_for_a_person() -> None:
    made = plan(world(replace(DOC, restricted=True)))
    assert not made.operations
    assert [(f.rule, f.level) for f in made.findings] == [("restricted-no-tracker", "warning")]
    assert {row.standing for row in made.rows} == {"blocked"}


def test_a_document_back_to_draft_keeps_its_links_and_sends_nothing() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    draft = replace(DOC, draft=True, items=(replace(DOC.items[0], due=date(2026, 12, 24)),))
    assert not plan(world(draft, links=[each])).operations
    assert not plan(world(replace(draft, items=()), links=[each])).operations


# --- items that left ------------------------------------------------------------------------------------------


def test_an_item_that_left_is_orphaned_once_kept_observed_and_restored_when_it_returns() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    empty = document(A)
    orphan = only(plan(world(empty, links=[each])))
    assert isinstance(orphan, Record)
    assert orphan.reason == "orphan"
    assert not plan(world(empty, links=[orphan.link])).operations
    closed = replace(each.ticket, status=Status.DONE, updated_at=NOW)
    assert plan(world(empty, links=[orphan.link], views={"web": view(closed)})).records("observe")
    back = plan(world(DOC, links=[orphan.link])).records("restore")[0].link
    assert not back.orphaned


def test_nothing_is_orphaned_on_an_incomplete_read_or_outside_the_judged_documents() -> None:
    each = link(DOC, 0, ticket(1))
    assert not plan(world(links=[each], complete=False)).operations
    other = document("postmortems/b.md")
    assert not plan(world(document(A), other, links=[each], judged=frozenset({other.id}))).operations
    assert plan(world(links=[each])).records("orphan")


def test_an_open_ticket_of_ours_that_nothing_knows_is_a_stray() -> None:
    views = {"web": view(ticket(5, "Old thing", path="postmortems/gone.md"))}
    made = plan(world(document(A), views=views))
    assert not made.operations
    assert rules(made) == ["stray"]


def test_a_ticked_box_with_an_open_ticket_is_drift_and_the_reverse_too() -> None:
    ticked = document(A, item("Add alerting", done=True))
    each = link(ticked, 0, ticket(1, "Add alerting"))
    assert rules(plan(world(ticked, links=[each]))) == ["drift"]
    open_box = document(A, item("Add alerting", done=False))
    closed = replace(each.ticket, status=Status.DONE)
    assert rules(plan(world(open_box, links=[replace(each, ticket=closed)]))) == ["not-ticked"]
    given_up = replace(each.ticket, status=Status.WONT_DO)
    assert rules(plan(world(open_box, links=[replace(each, ticket=given_up)]))) == []


def test_items_that_are_done_in_the_tracker_and_open_in_the_document_are_told_together() -> None:
    doc = document(A, *(item(title, line, done=False) for line, title in enumerate(("One", "Two", "Three"), 1)))
    links = [link(doc, n, ticket(n + 1, each.title, status=Status.DONE)) for n, each in enumerate(doc.items)]
    (finding,) = plan(world(doc, links=links)).findings
    assert finding.message == "done in the tracker, open in the document: 'One' and 2 more"


def test_an_owner_whom_nobody_knows_is_told_at_each_item() -> None:
    doc = document(A, *(item(title, line, owners=("zoe",)) for line, title in enumerate(("One", "Two"), 1)))
    found = plan(world(doc, settings=settings(people=PEOPLE))).findings
    assert {finding.message for finding in found} == {"owner 'zoe' is not known"}
    assert [(finding.path, finding.line, finding.about) for finding in found] == [(A, 1, "zoe"), (A, 2, "zoe")]


def test_an_orphan_is_told_with_what_may_have_been_meant() -> None:
    before = document(A, "Use two DNS providers")
    each = link(before, 0, ticket(1, "Use two DNS providers"))
    after = document(A, item("Spread our zones over several operators", 7))
    made = plan(world(after, links=[each]))
    (finding,) = made.findings
    assert finding.rule == "orphaned"
    assert f"`pmsync adopt {A}:7 {each.ticket.ref.key}`" in finding.hint
    assert len(made.creates) == 1


# --- what a draft says ----------------------------------------------------------------------------------------


def test_a_draft_carries_labels_owner_due_and_a_body_without_mentions() -> None:
    doc = document(
        A,
        item(
            "Ask @dana about #12", 7, owners=("alice", "zoe"), kind="prevent", priority="P1", details="see acme/api#3"
        ),
        severity="SEV1",
        incident="INC-9",
    )
    views = {"web": view(accounts={"alice": "alice-l"}, fields=frozenset({"title", "assignees", "labels", "due"}))}
    where = "https://git.test/{path}#L{line}"
    sla = (SlaRule(severity=("sev1",), done=Limit(15)),)
    made = plan(world(doc, views=views, settings=settings(people=PEOPLE, sla=sla, web_url=where)))
    draft = made.creates[0].draft
    assert draft.assignees == ("alice-l",)
    assert draft.due == date(2026, 12, 5)
    assert draft.priority is None
    assert draft.labels == ("kind:prevent", "priority:p1", "severity:sev1")
    assert draft.title == "Ask @dana about #12"
    assert "@dana" not in draft.body
    assert "#12" not in draft.body
    assert "api#3" not in draft.body
    assert "https://git.test/postmortems/a.md#L7" in draft.body
    assert "INC-9" in draft.body
    assert "zoe" in draft.body
    assert rules(made) == ["owner-unknown"]


def test_restricted_items_go_only_to_the_tracker_marked_for_them() -> None:
    trackers = {
        "web": TrackerSettings("web", "local", default=True),
        "vault": TrackerSettings("vault", "local", restricted=True),
    }
    views = {"web": view(), "vault": view(name="vault", settings=trackers["vault"])}
    made = plan(world(replace(DOC, restricted=True), views=views, settings=settings(trackers=trackers)))
    assert [create.tracker for create in made.creates] == ["vault"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Route("api", path="postmortems/**"), "api"),
        (Route("api", path="postmortems/*.md"), "api"),
        (Route("api", path="other/**"), "web"),
        (Route("api", team="Payments"), "api"),
        (Route("api", kind="prevent", team="core"), "web"),
        (Route("api", kind="prevent"), "api"),
        (Route("api", label="disk"), "api"),
    ],
)
def test_routes_take_an_item_where_every_condition_holds(rule: Route, expected: str) -> None:
    both = {name: TrackerSettings(name, "local", default=name == "web") for name in ("web", "api")}
    doc = document(A, item("Add alerting", kind="prevent", labels=("disk",)), team="payments")
    views = {"web": view(), "api": view(name="api")}
    made = plan(world(doc, views=views, settings=settings(trackers=both, routes=(rule,))))
    assert [create.tracker for create in made.creates] == [expected]


# --- guard ----------------------------------------------------------------------------------------------------


def test_too_many_creates_are_refused_until_allowed() -> None:
    many = document(A, *(f"Do thing number {n} of the list" for n in range(6)))
    here = world(many, settings=settings(guard=Guard(max_creates=5)))
    made = plan(here)
    refused = guard.check(made, here, {})
    assert "6" in refused[0].message
    assert "--allow creates=6" in refused[0].hint
    assert not guard.check(made, here, {"creates": 6})
    assert guard.check(made, here, {"creates": 5, "updates": 100})
    assert not guard.hold_back(made).creates


def test_documents_that_suddenly_yield_nothing_are_refused() -> None:
    doc = document(A, "Add alerting", "Write a runbook", "Fix the probe")
    links = [link(doc, n, ticket(n + 1)) for n in range(3)]
    here = world(document(A), links=links)
    assert guard.check(plan(here), here, {})
    nowhere = world(links=links)
    assert guard.check(plan(nowhere), nowhere, {})
    assert not guard.check(plan(nowhere), nowhere, {"empty": 1})


def test_an_empty_listing_of_a_tracker_with_many_tickets_is_refused() -> None:
    doc = document(A, *(f"Do thing number {n} of the list" for n in range(5)))
    links = [link(doc, n, ticket(n + 1, doc.items[n].title)) for n in range(5)]
    here = world(doc, links=links, views={"web": view(complete=True)})
    assert "listing of tracker 'web' is empty" in guard.check(plan(here), here, {})[0].message


def test_what_is_held_back_still_lets_observations_through() -> None:
    each = link(DOC, 0, ticket(1, "Add alerting for full disks"))
    closed = replace(each.ticket, status=Status.DONE, updated_at=NOW)
    made = plan(world(document(A, *DOC.items, OTHER), links=[each], views={"web": view(closed)}))
    held = guard.hold_back(made)
    assert held.records("observe")
    assert not held.creates


def test_words_of_closed_tickets_that_are_not_known_are_told_once_for_each_tracker() -> None:
    unclear = [("status", "Zombie"), ("resolution", "Parked"), ("status", "Zombie"), None]
    odd = [ticket(number, status=Status.DONE, unclear=each) for number, each in enumerate(unclear, 1)]
    made = plan(world(DOC, views={"web": view(*odd)}))
    found = [finding for finding in made.findings if finding.rule == "unknown-status"]
    assert [finding.message for finding in found] == [
        "tickets of tracker 'web' are closed with the resolution 'Parked', and count as done",
        "tickets of tracker 'web' are closed with the status 'Zombie', and count as done",
    ]
    assert found[0].hint.startswith('write `"Parked" = "done"` under [trackers.web.resolution], or "wont_do"')
