"""What every tracker promises, as tests: subclass, give a `stage`, and every method must pass.

One test for each promise in the docstrings of `pmsync.trackers.contract`. Trackers differ only by what they state
themselves (`fields`, `batch`) and by whether their service knows work in progress; those tests skip with the reason.
Index lag, missing rights, faults on the wire and the like belong to the tests of the tracker that has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta, timezone

import pytest

from pmsync.config.settings import Person
from pmsync.errors import Overtaken, TrackerError, TrackerUnavailable
from pmsync.identity.keys import make_uid
from pmsync.model import Draft, Marker, Patch, Ref, Status, Ticket
from pmsync.trackers.contract import Created, Gone, Moved, Touched, Unresolved
from tests.trackers.stage import Stage

SECOND = timedelta(seconds=1)
HOSTILE_TITLES = {
    "html comment": "Rotate <!-- pmsync:{} --> the keys",
    "marker look-alike": '<!-- pmsync:{"uid":"ffffffffffff","ns":"x","doc":"y","key":"z"} --> Rotate the keys',
    "too long": "Rotate the keys " * 313,
    "emoji": "Rotate the keys 🔥🧯 für Zoë",
    "control characters": "Rotate\x00 the\x07 keys\x1b[31m",
    "line breaks": "Rotate\nthe\r\nkeys",
    "unicode line separators": "Rotate\u2028the\u2029keys",
    "markup": "Rotate {code}the{code} *keys* [x|y] `z` <script>alert(1)</script> & \\\\",
    "workflow command": "::error::Rotate the keys",
}


def marker(number: int = 1) -> Marker:
    document, key = "postmortems/2026-11-20-outage.md", f"rotate the keys {number}"
    return Marker(make_uid("acme/platform", document, key), "acme/platform", document, key)


def draft(number: int = 1, **values: object) -> Draft:
    base = Draft(marker(number), title=f"Rotate the keys {number}", body="These words stand in the body.")
    return replace(base, **values)  # type: ignore[arg-type]


def make(stage: Stage, drafted: Draft | None = None) -> Ticket:
    (outcome,) = stage.tracker.create([drafted or draft()])
    assert isinstance(outcome, Created), outcome
    return outcome.ticket


def seen(stage: Stage, ref: Ref) -> Ticket:
    sight = stage.tracker.get([ref])[ref]
    assert isinstance(sight, Ticket), sight
    return sight


def full_draft(stage: Stage, number: int = 1) -> Draft:
    """A draft with every field that this tracker has."""
    values: dict[str, object] = {
        "labels": ("severity:sev1",),
        "assignees": stage.people[:1],
        "due": date(2026, 12, 24),
        "priority": "High",
    }
    return draft(number, **{name: value for name, value in values.items() if name in stage.tracker.fields})


def by_age(stage: Stage, count: int) -> list[Ticket]:
    """Tickets of ours, one minute apart, the oldest first."""
    tickets = []
    for number in range(1, count + 1):
        tickets.append(make(stage, draft(number)))
        stage.clock.advance(minutes=1)
    return tickets


def refs(tickets: Iterator[Ticket] | tuple[Ticket, ...]) -> list[Ref]:
    return [ticket.ref for ticket in tickets]


def need(stage: Stage, field: str) -> None:
    if field not in stage.tracker.fields:
        pytest.skip(f"tickets of {stage.tracker.name} have no {field}, as the tracker states")


def begin_work(stage: Stage, ref: Ref) -> None:
    stage.start(ref)
    if seen(stage, ref).status is not Status.IN_PROGRESS:
        pytest.skip("this service knows no work in progress")


class TrackerContract:
    @pytest.fixture
    def stage(self) -> Iterator[Stage]:
        raise NotImplementedError("the tracker's own test class yields its stage here")

    # --- create -----------------------------------------------------------------------------------------------

    def test_a_created_ticket_carries_label_and_marker_from_its_first_moment(self, stage: Stage) -> None:
        before, writes = stage.created(), stage.writes()
        ticket = make(stage)
        assert (stage.created() - before, stage.writes() - writes) == (1, 1), "one ticket, one request that writes"
        now = seen(stage, ticket.ref)
        assert stage.tracker.label in now.labels
        assert now.marker == marker()
        assert (now.title, now.status, now.author) == ("Rotate the keys 1", Status.OPEN, stage.me)
        assert "These words stand in the body." in stage.body(ticket.ref)

    def test_the_outcome_of_create_is_the_ticket_that_get_shows(self, stage: Stage) -> None:
        ticket = make(stage, full_draft(stage))
        now = seen(stage, ticket.ref)
        # An answer with only an id does not show the service's word for the state, nor its clock.
        assert replace(ticket, state=now.state, created_at=now.created_at, updated_at=now.updated_at) == now
        assert (ticket.ref.key, ticket.ref.url) == (now.ref.key, now.ref.url)

    def test_a_created_ticket_has_all_that_the_tracker_says_it_can_hold(self, stage: Stage) -> None:
        wanted = full_draft(stage)
        now = seen(stage, make(stage, wanted).ref)
        assert now.assignees == wanted.assignees
        assert now.due == wanted.due
        assert stage.tracker.label in now.labels
        assert set(wanted.labels) <= now.labels
        if "priority" in stage.tracker.fields:
            assert now.priority == wanted.priority
        else:
            assert now.priority is None

    def test_several_assignees_become_all_or_the_first(self, stage: Stage) -> None:
        need(stage, "assignees")
        ticket = make(stage, draft(assignees=stage.people[:2]))
        assert set(seen(stage, ticket.ref).assignees) in (set(stage.people[:1]), set(stage.people[:2]))

    def test_a_batch_gives_one_outcome_per_draft_in_order(self, stage: Stage) -> None:
        if stage.tracker.batch == 1:
            pytest.skip("this tracker creates one ticket per call, as it states")
        drafts = [draft(number) for number in range(1, min(stage.tracker.batch, 7) + 1)]
        before = stage.created()
        outcomes = stage.tracker.create(drafts)
        assert [outcome.ticket.marker for outcome in outcomes if isinstance(outcome, Created)] == [
            one.marker for one in drafts
        ]
        assert stage.created() - before == len(drafts)
        for wanted, outcome in zip(drafts, outcomes, strict=True):
            assert isinstance(outcome, Created)
            now = seen(stage, outcome.ticket.ref)
            assert (now.title, now.marker) == (wanted.title, wanted.marker)

    def test_creating_nothing_does_nothing(self, stage: Stage) -> None:
        writes = stage.writes()
        assert stage.tracker.create([]) == ()
        assert stage.writes() == writes

    def test_a_ref_names_its_tracker_and_can_be_read_by_people(self, stage: Stage) -> None:
        first, second = make(stage, draft(1)).ref, make(stage, draft(2)).ref
        assert first.tracker == second.tracker == stage.tracker.name
        assert len({first, second}) == len({first.key, second.key}) == len({first.url, second.url}) == 2
        assert all((first.id, first.key, first.url))

    # --- scan -------------------------------------------------------------------------------------------------

    def test_a_tracker_without_tickets_scans_to_nothing(self, stage: Stage) -> None:
        assert stage.tracker.scan().tickets == ()

    def test_scan_shows_open_and_closed_with_all_fields_in_order_of_creation(self, stage: Stage) -> None:
        tickets = []
        for number in range(1, 5):
            tickets.append(make(stage, full_draft(stage, number)).ref)
            stage.clock.advance(minutes=1)
        stage.close(tickets[0])
        stage.close(tickets[2], wont_do=True)
        stage.start(tickets[3])
        stage.clock.advance(minutes=1)
        stage.retitle(tickets[1], "Changed last")
        scan = stage.tracker.scan()
        assert refs(scan.tickets) == tickets
        assert scan.tickets == tuple(seen(stage, ref) for ref in tickets)

    def test_scan_shows_labelled_tickets_whoever_made_them_and_no_others(self, stage: Stage) -> None:
        ours = make(stage)
        stage.clock.advance(minutes=1)
        labelled = stage.open_by_person("Labelled", labels=(stage.tracker.label,))
        stage.open_by_person("Not labelled", labels=("something-else",))
        bare = make(stage, draft(2)).ref
        stage.set_labels(bare)
        expected = [ours.ref, seen(stage, labelled).ref]
        assert refs(stage.tracker.scan().tickets) == expected

    def test_scan_leaves_out_what_was_deleted_or_moved_away(self, stage: Stage) -> None:
        kept, deleted, moved = by_age(stage, 3)
        stage.delete(deleted.ref)
        stage.move_away(moved.ref)
        assert refs(stage.tracker.scan().tickets) == [kept.ref]

    def test_scan_is_complete_over_many_pages(self, stage: Stage) -> None:
        titles = [f"Ticket {number}" for number in range(230)]
        for title in titles:
            stage.open_by_person(title, labels=(stage.tracker.label,))
            stage.clock.advance(seconds=1)
        assert [ticket.title for ticket in stage.tracker.scan().tickets] == titles

    def test_the_cursor_is_the_servers_time_when_the_scan_began(self, stage: Stage) -> None:
        make(stage)
        now = stage.clock.now()
        cursor = stage.tracker.scan().cursor
        assert cursor.utcoffset() == timedelta(0)
        assert now - SECOND <= cursor <= now

    def test_a_scan_since_shows_what_changed_and_nothing_else(self, stage: Stage) -> None:
        _quiet, retitled, closed, stripped = (ticket.ref for ticket in by_age(stage, 4))
        stage.clock.advance(hours=1)
        cursor = stage.tracker.scan().cursor
        assert stage.tracker.scan(cursor).tickets == ()
        stage.clock.advance(hours=1)
        stage.retitle(retitled, "Rotate all keys")
        stage.close(closed)
        stage.set_labels(stripped)
        fresh = make(stage, draft(9)).ref
        scan = stage.tracker.scan(cursor)
        assert refs(scan.tickets) == [retitled, closed, fresh]
        assert scan.tickets == tuple(seen(stage, ref) for ref in (retitled, closed, fresh))
        again = stage.tracker.scan(cursor)
        assert again.tickets == scan.tickets

    def test_a_scan_since_means_the_same_moment_in_any_time_zone(self, stage: Stage) -> None:
        make(stage, draft(1))
        stage.clock.advance(hours=12)
        cursor = stage.tracker.scan().cursor
        stage.clock.advance(minutes=30)
        late = make(stage, draft(2))
        for hours in (-11, 5.5, 13):
            since = cursor.astimezone(timezone(timedelta(hours=hours)))
            assert refs(stage.tracker.scan(since).tickets) == [late.ref]

    def test_another_process_sees_the_same(self, stage: Stage) -> None:
        by_age(stage, 2)
        assert stage.reconnect().scan().tickets == stage.tracker.scan().tickets

    def test_reading_writes_nothing(self, stage: Stage) -> None:
        ticket = make(stage)
        writes = stage.writes()
        stage.tracker.scan()
        stage.tracker.scan(stage.clock.now() - timedelta(days=1))
        stage.tracker.get([ticket.ref])
        stage.tracker.find([marker().uid], stage.clock.now() - timedelta(days=1))
        stage.tracker.resolve([Person("alice", github=stage.people[0], jira=stage.people[0])])
        stage.tracker.probe()
        assert stage.writes() == writes

    # --- get --------------------------------------------------------------------------------------------------

    def test_get_answers_for_each_ref_in_its_own_way(self, stage: Stage) -> None:
        kept, deleted, moved = (ticket.ref for ticket in by_age(stage, 3))
        unlabelled = stage.open_by_person("By hand")
        stage.delete(deleted)
        url = stage.move_away(moved)
        sights = stage.tracker.get([kept, deleted, moved, unlabelled, kept])
        assert set(sights) == {kept, deleted, moved, unlabelled}
        assert isinstance(sights[kept], Ticket)
        assert sights[deleted] == Gone(deleted)
        assert sights[moved] == Moved(moved, None, url)
        assert isinstance(sights[unlabelled], Ticket)
        assert sights[unlabelled].title == "By hand"

    def test_get_of_nothing_is_nothing(self, stage: Stage) -> None:
        assert stage.tracker.get([]) == {}

    def test_a_ticket_that_never_existed_is_gone(self, stage: Stage) -> None:
        key = re.sub(r"\d+$", "99999", make(stage).ref.key)
        ref = stage.tracker.recognise(key)
        assert ref is not None
        assert stage.tracker.get([ref])[ref] == Gone(ref)

    def test_times_are_utc_by_the_servers_clock(self, stage: Stage) -> None:
        made_at = stage.clock.now()
        ref = make(stage).ref
        edited_at = stage.clock.advance(hours=3)
        stage.retitle(ref, "Rotate all keys")
        ticket = seen(stage, ref)
        assert made_at - SECOND <= ticket.created_at <= made_at
        assert edited_at - SECOND <= ticket.updated_at <= edited_at
        assert ticket.created_at.utcoffset() == ticket.updated_at.utcoffset() == timedelta(0)

    # --- recognise --------------------------------------------------------------------------------------------

    def test_recognise_takes_url_and_key_of_its_own_without_a_request(self, stage: Stage) -> None:
        ticket = make(stage)
        requests = stage.requests()
        found = [stage.tracker.recognise(text) for text in (ticket.ref.url, ticket.ref.key)]
        assert stage.requests() == requests
        for ref in found:
            assert ref is not None
            assert seen(stage, ref).ref == ticket.ref
            assert (seen(stage, ref).ref.key, seen(stage, ref).ref.url) == (ticket.ref.key, ticket.ref.url)

    def test_get_keys_its_answer_by_the_ref_it_was_given(self, stage: Stage) -> None:
        ticket = make(stage)
        provisional = stage.tracker.recognise(ticket.ref.key)
        assert provisional is not None
        assert set(stage.tracker.get([provisional])) == {provisional}

    def test_recognise_takes_nothing_else(self, stage: Stage) -> None:
        ref = make(stage).ref
        others = [
            "",
            "   ",
            "#1",
            "1",
            "see the runbook",
            "@alice",
            "0f3c2d1e9b",
            "ZZQ-1",
            "nobody/nothing#1",
            "local:elsewhere/1",
            "https://example.com/",
            "https://elsewhere.example/acme/web/issues/1",
            "https://elsewhere.example/browse/PAY-1",
            f"https://elsewhere.example/?next={ref.url}",
            f"{ref.key}x",
            f"x{ref.key}",
            f"{ref.url}x",
            ref.url.replace("/issues/", "/commit/") + "f00",
            ref.url.replace("/issues/", "/pull/") if "/issues/" in ref.url else "https://example.com/pull/1",
        ]
        requests = stage.requests()
        assert {text: found for text in others if (found := stage.tracker.recognise(text))} == {}
        assert stage.requests() == requests

    # --- find and authors -------------------------------------------------------------------------------------

    def test_find_sees_tickets_of_ours_whose_label_was_stripped(self, stage: Stage) -> None:
        since = stage.clock.now()
        stage.clock.advance(minutes=1)
        labelled, bare = (ticket.ref for ticket in by_age(stage, 2))
        stage.set_labels(bare)
        stage.close(labelled)
        found = stage.tracker.find([], since)
        assert set(refs(found)) == {labelled, bare}
        assert set(found) == {seen(stage, labelled), seen(stage, bare)}

    def test_find_shows_strangers_only_with_a_marker(self, stage: Stage) -> None:
        since = stage.clock.now() - timedelta(minutes=1)
        ours = make(stage)
        strangers = {
            stage.open_by_person("Labelled by a stranger", labels=(stage.tracker.label,)),
            stage.open_by_person("By a stranger"),
        }
        clone = stage.clone_by_person(ours.ref)
        for uids in ([], [marker().uid]):
            found = refs(stage.tracker.find(uids, since))
            assert ours.ref in found
            assert {each.key for each in found} <= {ours.ref.key, clone.key}
        stage.clock.advance(days=3)
        late = stage.clock.now() - timedelta(minutes=1)
        assert stage.tracker.find([], late) == ()
        by_uid = stage.tracker.find([marker().uid], late)
        assert not {each.key for each in strangers} & {each.ref.key for each in by_uid}

    def test_find_leaves_out_what_is_older_than_asked_for(self, stage: Stage) -> None:
        make(stage, draft(1))
        stage.clock.advance(days=3)
        since = stage.clock.now() - timedelta(hours=1)
        late = make(stage, draft(2))
        assert refs(stage.tracker.find([], since)) == [late.ref]

    def test_find_shows_a_ticket_once(self, stage: Stage) -> None:
        since = stage.clock.now() - timedelta(minutes=1)
        ticket = make(stage)
        assert refs(stage.tracker.find([marker().uid, marker().uid, marker(2).uid], since)) == [ticket.ref]

    def test_a_clone_with_our_marker_still_has_its_own_author(self, stage: Stage) -> None:
        ours = make(stage)
        clone = seen(stage, stage.clone_by_person(ours.ref))
        assert clone.marker is not None
        assert clone.marker.uid == marker().uid
        assert clone.author not in stage.tracker.accounts()
        assert seen(stage, ours.ref).author in stage.tracker.accounts()

    def test_we_are_among_the_accounts_and_ask_only_once(self, stage: Stage) -> None:
        assert stage.me in stage.tracker.accounts()
        requests = stage.requests()
        stage.tracker.accounts()
        assert stage.requests() == requests

    # --- update -----------------------------------------------------------------------------------------------

    def test_update_sets_only_what_the_patch_has(self, stage: Stage) -> None:
        ticket = seen(stage, make(stage, full_draft(stage)).ref)
        body = stage.body(ticket.ref)
        stage.clock.advance(minutes=5)
        now = stage.tracker.update(ticket.ref, {"title": "Rotate all keys"})
        assert now.updated_at > ticket.updated_at
        assert now == replace(ticket, title="Rotate all keys", updated_at=now.updated_at)
        assert seen(stage, ticket.ref) == now
        assert stage.body(ticket.ref) == body

    def test_updating_twice_is_the_same_as_once(self, stage: Stage) -> None:
        ref = make(stage, full_draft(stage)).ref
        patch: Patch = {"title": "Rotate all keys", "add_labels": ("kind:prevent",), "marker": marker(5)}
        if "assignees" in stage.tracker.fields:
            patch["assignees"] = stage.people[1:2]
        once = stage.tracker.update(ref, patch)
        body = stage.body(ref)
        twice = stage.tracker.update(ref, patch)
        assert replace(twice, updated_at=once.updated_at) == once
        assert stage.body(ref) == body

    def test_labels_are_added_and_removed_and_all_others_stay(self, stage: Stage) -> None:
        ref = make(stage, draft(labels=("severity:sev1",))).ref
        before = seen(stage, ref).labels
        stage.set_labels(ref, *sorted(before), "foreign")
        patch: Patch = {"add_labels": ("severity:sev2",), "remove_labels": ("severity:sev1", "never-there")}
        assert stage.tracker.update(ref, patch).labels == (before - {"severity:sev1"}) | {"severity:sev2", "foreign"}

    def test_the_marker_is_replaced_and_the_other_words_stay(self, stage: Stage) -> None:
        ref = make(stage).ref
        stage.edit_body(ref, "Dana wrote this first.\n\n" + stage.body(ref))
        now = stage.tracker.update(ref, {"marker": replace(marker(), key="rotate all keys")})
        assert now.marker == seen(stage, ref).marker == replace(marker(), key="rotate all keys")
        assert "Dana wrote this first." in stage.body(ref)
        assert "These words stand in the body." in stage.body(ref)

    def test_nothing_is_sent_where_another_run_was_faster(self, stage: Stage) -> None:
        ref = make(stage).ref
        listed, newer = marker(), replace(marker(), key="rotate all keys")
        stage.tracker.update(ref, {"title": "Rotate all keys", "marker": newer}, listed)
        stage.retitle(ref, "Dana's title")
        again = stage.tracker.update(ref, {"title": "Rotate all keys", "marker": newer}, listed)
        assert again.title == "Dana's title"
        with pytest.raises(Overtaken, match=ref.key):
            stage.tracker.update(ref, {"title": "Never", "marker": replace(marker(), key="never")}, listed)
        assert (seen(stage, ref).title, seen(stage, ref).marker) == ("Dana's title", newer)

    def test_a_marker_that_a_person_removed_can_be_put_back(self, stage: Stage) -> None:
        ref = make(stage).ref
        stage.edit_body(ref, "Dana wrote all of this anew.")
        left = seen(stage, ref).marker
        assert left is None or left.uid == marker().uid
        assert stage.tracker.update(ref, {"marker": marker()}).marker == marker()
        assert "Dana wrote all of this anew." in stage.body(ref)

    def test_assignees_are_replaced_and_taken_off(self, stage: Stage) -> None:
        need(stage, "assignees")
        ref = make(stage, draft(assignees=stage.people[:1])).ref
        assert stage.tracker.update(ref, {"assignees": stage.people[1:2]}).assignees == stage.people[1:2]
        assert seen(stage, ref).assignees == stage.people[1:2]
        assert stage.tracker.update(ref, {"assignees": ()}).assignees == ()
        stage.assign(ref, stage.people[0])
        assert seen(stage, ref).assignees == stage.people[:1]

    def test_a_due_date_is_set_and_cleared(self, stage: Stage) -> None:
        need(stage, "due")
        ref = make(stage).ref
        assert seen(stage, ref).due is None
        assert stage.tracker.update(ref, {"due": date(2027, 1, 31)}).due == date(2027, 1, 31)
        stage.set_due(ref, "2027-02-28")
        assert seen(stage, ref).due == date(2027, 2, 28)
        assert stage.tracker.update(ref, {"due": None}).due is None

    def test_a_priority_is_set(self, stage: Stage) -> None:
        need(stage, "priority")
        ref = make(stage, draft(priority="High")).ref
        assert stage.tracker.update(ref, {"priority": "Low"}).priority == "Low"
        assert seen(stage, ref).priority == "Low"

    def test_a_ticket_made_by_hand_can_be_updated_by_the_ref_that_get_gave(self, stage: Stage) -> None:
        ref = seen(stage, stage.open_by_person("By hand")).ref
        now = stage.tracker.update(ref, {"title": "Adopted"})
        assert (now.ref, now.title) == (ref, "Adopted")

    def test_what_is_gone_or_lives_elsewhere_cannot_be_updated(self, stage: Stage) -> None:
        deleted, moved = (ticket.ref for ticket in by_age(stage, 2))
        stage.delete(deleted)
        stage.move_away(moved)
        for ref in (deleted, moved):
            with pytest.raises(TrackerError) as caught:
                stage.tracker.update(ref, {"title": "Never"})
            assert not isinstance(caught.value, TrackerUnavailable)

    # --- status -----------------------------------------------------------------------------------------------

    def test_closing_and_reopening_by_people_is_seen(self, stage: Stage) -> None:
        done, wont = (ticket.ref for ticket in by_age(stage, 2))
        closed_at = stage.clock.advance(hours=1)
        stage.close(done)
        stage.close(wont, wont_do=True)
        assert [seen(stage, ref).status for ref in (done, wont)] == [Status.DONE, Status.WONT_DO]
        when = seen(stage, done).closed_at
        assert when is not None
        assert closed_at - SECOND <= when <= closed_at
        stage.reopen(done)
        stage.reopen(wont)
        for ref in (done, wont):
            ticket = seen(stage, ref)
            assert (ticket.status, ticket.closed_at, ticket.duplicate) == (Status.OPEN, None, False)

    def test_work_in_progress_is_seen_where_the_service_knows_it(self, stage: Stage) -> None:
        ref = make(stage).ref
        before = seen(stage, ref)
        stage.start(ref)
        after = seen(stage, ref)
        assert after.status is (Status.OPEN if after.state == before.state else Status.IN_PROGRESS)
        assert after.closed_at is None

    def test_closed_as_duplicate_is_flagged_and_never_done(self, stage: Stage) -> None:
        older, younger = (ticket.ref for ticket in by_age(stage, 2))
        stage.close_as_duplicate(younger, older)
        ticket = seen(stage, younger)
        assert (ticket.status, ticket.duplicate) == (Status.WONT_DO, True)
        assert ticket.duplicate_of in (None, older)
        assert seen(stage, older).duplicate is False

    # --- close_duplicate --------------------------------------------------------------------------------------

    def test_close_duplicate_closes_with_a_link_and_one_marked_comment(self, stage: Stage) -> None:
        older, younger = (ticket.ref for ticket in by_age(stage, 2))
        closed = stage.tracker.close_duplicate(younger, older)
        assert isinstance(closed, Ticket)
        assert (closed.ref, closed.status, closed.duplicate) == (younger, Status.WONT_DO, True)
        assert seen(stage, younger) == closed
        (comment,) = stage.comments(younger)
        assert "pmsync" in comment
        assert older.key in comment or older.url in comment or f"#{older.key.rpartition('#')[2]}" in comment
        assert stage.comments(older) == []
        assert seen(stage, older).status is Status.OPEN

    def test_close_duplicate_may_be_repeated(self, stage: Stage) -> None:
        older, younger = (ticket.ref for ticket in by_age(stage, 2))
        once = stage.tracker.close_duplicate(younger, older)
        twice = stage.tracker.close_duplicate(younger, older)
        assert isinstance(once, Ticket)
        assert isinstance(twice, Ticket)
        assert replace(twice, updated_at=once.updated_at) == once
        assert len(stage.comments(younger)) == 1

    def test_our_own_changes_are_no_reason_to_refuse(self, stage: Stage) -> None:
        older, younger = (ticket.ref for ticket in by_age(stage, 2))
        patch: Patch = {"title": "Rotate all keys", "add_labels": ("kind:prevent",)}
        if "assignees" in stage.tracker.fields:
            patch["assignees"] = stage.people[1:2]
        stage.tracker.update(younger, patch)
        assert isinstance(stage.tracker.close_duplicate(younger, older), Ticket)

    @pytest.mark.parametrize("deed", ["commented", "assigned", "reassigned", "started", "closed"])
    def test_close_duplicate_leaves_alone_what_a_person_has_touched(self, stage: Stage, deed: str) -> None:
        older = make(stage, draft(1)).ref
        stage.clock.advance(minutes=1)
        owners = stage.people[:1] if deed == "reassigned" else ()
        if deed in {"assigned", "reassigned"}:
            need(stage, "assignees")
        younger = make(stage, draft(2, assignees=owners)).ref
        stage.clock.advance(minutes=1)
        match deed:
            case "commented":
                stage.comment(younger, "I am on it.")
            case "assigned" | "reassigned":
                stage.assign(younger, stage.people[1])
            case "started":
                begin_work(stage, younger)
            case "closed":
                stage.close(younger)
        before = (seen(stage, younger), stage.comments(younger), stage.body(younger), stage.writes())
        touched = stage.tracker.close_duplicate(younger, older)
        assert isinstance(touched, Touched)
        assert touched.reason
        assert (seen(stage, younger), stage.comments(younger), stage.body(younger), stage.writes()) == before

    def test_close_duplicate_does_not_overrule_a_person_who_reopened(self, stage: Stage) -> None:
        older, younger = (ticket.ref for ticket in by_age(stage, 2))
        assert isinstance(stage.tracker.close_duplicate(younger, older), Ticket)
        stage.clock.advance(minutes=1)
        stage.reopen(younger)
        assert isinstance(stage.tracker.close_duplicate(younger, older), Touched)
        assert seen(stage, younger).status is Status.OPEN
        assert len(stage.comments(younger)) == 1

    # --- people and rights ------------------------------------------------------------------------------------

    def test_a_known_person_resolves_to_the_account_that_can_be_assigned(self, stage: Stage) -> None:
        person = Person(stage.people[0], github=stage.people[0], jira=stage.people[0])
        answer = stage.tracker.resolve([person])
        assert answer == {person.id: stage.people[0]}
        if "assignees" in stage.tracker.fields:
            ticket = make(stage, draft(assignees=(stage.people[0],)))
            assert seen(stage, ticket.ref).assignees == stage.people[:1]

    def test_a_person_without_an_account_is_unresolved_with_the_reason(self, stage: Stage) -> None:
        known = Person(stage.people[0], github=stage.people[0], jira=stage.people[0])
        nobody = Person("nobody", name="No Body")
        answer = stage.tracker.resolve([known, nobody])
        assert answer[known.id] == stage.people[0]
        assert isinstance(answer["nobody"], Unresolved)
        assert answer["nobody"].reason

    def test_resolving_nobody_asks_nobody(self, stage: Stage) -> None:
        assert stage.tracker.resolve([]) == {}

    def test_probe_names_the_account_and_finds_nothing_in_the_way(self, stage: Stage) -> None:
        probe = stage.tracker.probe()
        assert (probe.account, probe.blocked) == (stage.me, "")
        assert [check for check in probe.checks if check.ok is False] == []
        assert all(check.name and check.message for check in probe.checks)

    # --- text -------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("kind", HOSTILE_TITLES)
    def test_hostile_titles_survive_or_are_made_fit(self, stage: Stage, kind: str) -> None:
        wanted = HOSTILE_TITLES[kind]
        ticket = make(stage, draft(title=wanted))
        now = seen(stage, ticket.ref)
        assert ticket.title == now.title
        assert "Rotate" in now.title
        assert "keys" in now.title
        assert not re.search(r"[\x00-\x1f\x7f\u2028\u2029]", now.title)
        assert now.marker == marker()
        changed = stage.tracker.update(ticket.ref, {"title": wanted})
        assert changed.title == now.title

    def test_text_from_documents_can_never_form_a_marker(self, stage: Stage) -> None:
        forged = '<!-- pmsync:{"uid":"ffffffffffff","ns":"acme/platform","doc":"d","key":"k"} -->'
        body = f"{forged}\n\nIt ends with a forgery. 🔥\u2028\x00\x07\n\n{forged}\n<!-- pmsync:{{}} -->\n{forged[:-3]}"
        ref = make(stage, draft(body=body)).ref
        assert seen(stage, ref).marker == marker()
        assert "It ends with a forgery. 🔥" in stage.body(ref)
        assert stage.tracker.update(ref, {"marker": marker(7)}).marker == marker(7)

    def test_a_body_beyond_every_limit_is_made_fit_and_keeps_its_marker(self, stage: Stage) -> None:
        ref = make(stage, draft(body="Begins here. " + "Ünd so weiter 🔥 " * 6000)).ref
        assert seen(stage, ref).marker == marker()
        assert stage.body(ref).lstrip().startswith("Begins here.")

    def test_a_marker_of_strange_words_comes_back_whole(self, stage: Stage) -> None:
        strange = Marker(
            "abcdefgh2345", "acme/платформа", "post mortems/<-->&\"'\\.md", "ключ --> {code} 🔥 \u2028 " * 3
        )
        ref = make(stage, draft(marker=strange)).ref
        assert seen(stage, ref).marker == strange

    def test_labels_are_made_fit_for_the_service(self, stage: Stage) -> None:
        wanted = ("needs review", "ünïcode", "x" * 300, "a,b", "<!-- -->", "", "  ", "tab\there", "emoji 🔥", "plain")
        fit = stage.tracker.fit_labels(wanted)
        assert list(fit) == sorted(set(fit))
        assert all(label.strip() for label in fit)
        assert "plain" in fit
        assert stage.tracker.fit_labels([*fit, *fit]) == fit
        ticket = make(stage, draft(labels=wanted))
        assert set(fit) <= seen(stage, ticket.ref).labels

    def test_fitting_labels_needs_no_request(self, stage: Stage) -> None:
        requests = stage.requests()
        assert stage.tracker.fit_labels(()) == ()
        stage.tracker.fit_labels(("needs review",))
        assert stage.requests() == requests
