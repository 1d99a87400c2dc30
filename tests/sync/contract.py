"""What a sync must do with every tracker: the same tests run against each service, over the real client libraries."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import date
from pathlib import Path

import pytest

from pmsync.model import Draft, Marker, Status
from pmsync.trackers.contract import Created
from tests.team import HEAD, Team
from tests.trackers.stage import Stage

DOC = "postmortems/2026-11-20-checkout.md"
DISK, BOOK = "Add alerting for full disks", "Write a runbook for failover"


class SyncContract:
    """Subclasses give a `stage` fixture that yields a Stage."""

    @pytest.fixture
    def team(self, stage: Stage, tmp_path: Path) -> Team:
        return Team(tmp_path, stage)

    @pytest.fixture
    def synced(self, team: Team) -> Team:
        team.write(DOC, DISK, BOOK)
        result = team.sync()
        assert result.ok, result.findings
        return team

    # --- the ordinary day ---------------------------------------------------------------------------------------

    def test_each_item_gets_one_ticket_and_a_second_sync_sends_nothing(self, synced: Team, stage: Stage) -> None:
        assert stage.created() == 2
        writes = stage.writes()
        result = synced.sync()
        assert result.ok, result.findings
        assert not result.plan.pending
        assert not synced.plan().plan.operations or not synced.plan().plan.pending
        assert (stage.created(), stage.writes()) == (2, writes)

    def test_a_sync_with_nothing_new_costs_one_request(self, synced: Team, stage: Stage) -> None:
        synced.clock.advance(minutes=20)  # what was made lately is read again for as long as it may be settling
        synced.sync()
        before = stage.requests()
        synced.clock.advance(minutes=20)
        synced.sync()
        assert stage.requests() - before <= 1

    def test_plan_writes_nothing_anywhere(self, team: Team, stage: Stage) -> None:
        team.write(DOC, DISK)
        result = team.plan()
        assert [create.draft.title for create in result.plan.creates] == [DISK]
        assert stage.writes() == 0
        assert sorted(path.name for path in team.root.iterdir()) == ["postmortems"]

    def test_what_people_do_arrives_in_the_ledger(self, synced: Team, stage: Stage) -> None:
        synced.sync()  # Jira's answer to a create holds no more than the key: the first look fills in the rest
        stage.close(synced.ref(DISK))
        stage.retitle(synced.ref(BOOK), "Runbook")
        stage.assign(synced.ref(BOOK), stage.people[1])
        synced.sync()
        links = synced.links()
        assert links[DISK].ticket.status == Status.DONE
        assert links[BOOK].ticket.title == "Runbook"
        assert links[BOOK].ticket.assignees == (stage.people[1],)
        assert links[BOOK].reassigned
        assert ("tracker", "status", "done") in synced.history(DISK)
        stage.reopen(synced.ref(DISK))
        stage.close(synced.ref(BOOK), wont_do=True)
        synced.sync()
        links = synced.links()
        assert links[DISK].ticket.status == Status.OPEN
        assert links[BOOK].ticket.status == Status.WONT_DO
        assert links[BOOK].ticket.title == "Runbook"

    def test_a_changed_document_sends_only_what_changed(self, synced: Team, stage: Stage) -> None:
        stage.assign(synced.ref(DISK), stage.people[1])
        synced.sync()
        longer = f"{DISK} on all nodes"
        synced.write(DOC, longer, BOOK)
        writes = stage.writes()
        result = synced.sync()
        assert [set(update.patch) for update in result.plan.updates] == [{"title", "marker"}]
        assert stage.writes() > writes
        ticket = synced.links()[longer].ticket
        assert ticket.title == longer
        assert ticket.assignees == (stage.people[1],)
        assert ticket.marker is not None
        assert ticket.marker.key == "add alerting for full disks on all nodes"
        assert stage.created() == 2
        assert not synced.sync().plan.pending

    def test_owners_are_assigned_and_unknown_ones_named_in_the_text(self, team: Team, stage: Stage) -> None:
        team.write(DOC, f"{DISK} (@alice)", f"{BOOK} (@zoe)")
        result = team.sync()
        assert stage.created() == 2
        assert team.links()[DISK].ticket.assignees == (stage.people[0],)
        assert "owner-unknown" in {finding.rule for finding in result.findings}
        assert "zoe" in stage.body(team.ref(BOOK))

    # --- identity -----------------------------------------------------------------------------------------------

    def test_reordering_and_renaming_create_nothing(self, synced: Team, stage: Stage) -> None:
        synced.write(DOC, BOOK, DISK)
        assert not synced.sync().plan.pending
        (synced.root / DOC).rename(synced.root / "postmortems/renamed.md")
        result = synced.sync()
        assert result.ok, result.findings
        assert stage.created() == 2
        assert {link.document_id for link in synced.links().values()} == {"postmortems/renamed.md"}
        synced.lose_ledger()
        synced.sync()
        assert stage.created() == 2
        assert {link.document_id for link in synced.links().values()} == {"postmortems/renamed.md"}

    def test_a_document_split_in_two_creates_nothing(self, synced: Team, stage: Stage) -> None:
        synced.write(DOC, BOOK)
        synced.write("postmortems/disks.md", DISK)
        result = synced.sync()
        assert result.ok, result.findings
        assert stage.created() == 2
        assert synced.links()[DISK].document_id == "postmortems/disks.md"
        assert not synced.sync().plan.pending
        writes = stage.writes()
        synced.lose_ledger()
        assert synced.sync().ok
        assert (stage.created(), stage.writes()) == (2, writes)

    def test_an_item_that_left_is_orphaned_and_restored(self, synced: Team, stage: Stage) -> None:
        synced.write(DOC, BOOK)
        synced.sync()
        assert synced.links()[DISK].orphaned
        stage.close(synced.ref(DISK))
        synced.sync()
        assert synced.links()[DISK].ticket.status == Status.DONE
        synced.write(DOC, DISK, BOOK)
        synced.sync()
        assert not synced.links()[DISK].orphaned
        assert stage.created() == 2

    def test_a_draft_and_a_done_and_an_older_item_get_no_ticket(self, team: Team, stage: Stage) -> None:
        team.write("postmortems/draft.md", DISK, head=HEAD.replace("final", "draft"))
        team.write("postmortems/done.md", f"[x] {DISK}")
        team.write("postmortems/old.md", DISK, head=HEAD.replace("2026-11-20", "2020-01-01"))
        team.sync()
        assert stage.created() == 0

    def test_a_ticket_named_in_the_document_is_adopted_and_left_alone(self, team: Team, stage: Stage) -> None:
        ref = stage.open_by_person("Disk alerts, please", "As discussed.")
        named = ref.url if ref.url.startswith("http") else ref.key
        team.write(DOC, f"{DISK} ({named})", BOOK)
        result = team.sync()
        assert result.ok, result.findings
        assert stage.created() == 2  # theirs and ours
        link = team.links()[DISK]
        assert link.named
        assert link.ticket.title == "Disk alerts, please"
        assert stage.body(ref) == "As discussed."
        team.clock.advance(minutes=20)
        assert not team.sync().plan.pending
        before = stage.requests()
        team.clock.advance(minutes=20)
        assert not team.sync().plan.pending
        # No listing shows a ticket without the label: it is asked for besides (and GitHub for the repository's id).
        assert stage.requests() - before <= 3
        stage.close(ref)
        team.clock.advance(minutes=5)
        team.sync()
        assert team.links()[DISK].ticket.status == Status.DONE

    # --- without memory -----------------------------------------------------------------------------------------

    def test_a_lost_ledger_is_rebuilt_without_a_single_write(self, synced: Team, stage: Stage) -> None:
        stage.close(synced.ref(DISK))
        synced.sync()
        synced.lose_ledger()
        writes = stage.writes()
        result = synced.sync()
        assert result.ok, result.findings
        assert stage.writes() == writes
        assert synced.links()[DISK].ticket.status == Status.DONE
        assert not synced.sync().plan.pending

    def test_a_run_without_memory_looks_twice_before_it_creates(self, synced: Team, stage: Stage) -> None:
        synced.lose_ledger()
        synced.write(DOC, DISK, BOOK, "Rotate the keys of the gateway")
        slept = len(synced.clock.slept)
        synced.sync()
        assert synced.clock.slept[slept:] == [60.0]
        assert stage.created() == 3

    def test_a_run_without_memory_follows_an_edit(self, synced: Team, stage: Stage) -> None:
        synced.lose_ledger()
        longer = f"{DISK} on all nodes"
        synced.write(DOC, longer, BOOK)
        synced.sync()
        assert stage.created() == 2
        assert synced.links()[longer].ticket.title == longer

    def test_a_lost_ledger_and_stripped_labels_create_nothing(self, synced: Team, stage: Stage) -> None:
        for title in (DISK, BOOK):
            stage.set_labels(synced.ref(title))
        synced.lose_ledger()
        synced.sync()
        assert stage.created() == 2

    # --- tickets that go elsewhere ------------------------------------------------------------------------------

    def test_a_ticket_whose_label_was_stripped_is_kept(self, synced: Team, stage: Stage) -> None:
        stage.set_labels(synced.ref(DISK))
        stage.close(synced.ref(DISK))
        synced.clock.advance(days=1)
        result = synced.sync()
        assert result.ok, result.findings
        assert stage.created() == 2
        assert synced.links()[DISK].ticket.status == Status.DONE
        assert not synced.links()[DISK].lost

    def test_a_deleted_ticket_is_lost_and_not_made_again(self, synced: Team, stage: Stage) -> None:
        ref = synced.ref(DISK)
        stage.delete(ref)
        synced.clock.advance(days=1)
        result = synced.sync()
        assert "ticket-lost" in {finding.rule for finding in result.findings}
        assert synced.links()[DISK].lost
        synced.sync()
        assert stage.created() == 2

    def test_a_ticket_moved_away_is_followed_and_never_written_to(self, synced: Team, stage: Stage) -> None:
        url = stage.move_away(synced.ref(DISK))
        synced.clock.advance(days=1)
        synced.sync()
        link = synced.links()[DISK]
        assert link.ticket.ref.url == url
        writes = stage.writes()
        synced.write(DOC, f"{DISK} on all nodes", BOOK)
        result = synced.sync()
        assert not result.plan.updates
        assert stage.writes() == writes
        assert stage.created() == 2
        (told,) = [finding for finding in result.findings if finding.rule == "not-sent"]
        assert "(title)" in told.message
        assert url in told.hint
        assert (told.path, told.line) == (DOC, 11)

    def test_a_twin_is_closed_as_duplicate_when_nobody_has_touched_it(self, synced: Team, stage: Stage) -> None:
        link = synced.links()[DISK]
        create = self._draft_of(synced, DISK)
        synced.clock.advance(minutes=1)
        outcome = stage.tracker.create([create])[0]
        assert isinstance(outcome, Created)
        synced.clock.advance(minutes=15)
        synced.sync()
        twin = stage.tracker.get([outcome.ticket.ref])[outcome.ticket.ref]
        assert getattr(twin, "duplicate", False)
        assert synced.links()[DISK].ticket.ref == link.ticket.ref
        assert synced.links()[DISK].ticket.status == Status.OPEN
        assert not synced.sync().plan.pending

    def test_a_twin_that_a_person_has_touched_is_left_to_people(self, synced: Team, stage: Stage) -> None:
        create = self._draft_of(synced, DISK)
        synced.clock.advance(minutes=1)
        outcome = stage.tracker.create([create])[0]
        assert isinstance(outcome, Created)
        stage.comment(outcome.ticket.ref, "I am on it.")
        synced.clock.advance(minutes=15)
        result = synced.sync()
        assert "twin" in {finding.rule for finding in result.findings}
        twin = stage.tracker.get([outcome.ticket.ref])[outcome.ticket.ref]
        assert getattr(twin, "status", None) == Status.OPEN

    def _draft_of(self, team: Team, title: str) -> Draft:
        link = team.links()[title]
        marker = Marker(link.uid, "acme/web", link.document_id, link.key)
        return Draft(marker, title, "The body.")

    def test_a_clone_by_a_person_is_never_touched(self, synced: Team, stage: Stage) -> None:
        clone = stage.clone_by_person(synced.ref(DISK))
        synced.clock.advance(minutes=15)
        synced.sync()
        seen = stage.tracker.get([clone])[clone]
        assert getattr(seen, "status", None) == Status.OPEN
        assert stage.comments(clone) == []
        assert synced.links()[DISK].ticket.ref != clone

    # --- due dates and labels -----------------------------------------------------------------------------------

    def test_a_strangers_marker_without_an_end_holds_up_nothing(self, synced: Team, stage: Stage) -> None:
        deep = "[" * 5_000 + "]" * 5_000
        name = urlsafe_b64encode(deep.encode()).decode().rstrip("=")
        body = f"Help!\n\n{{anchor:pmsync-{name}}}\n\n<!-- pmsync:{{{deep}}} -->"
        stage.open_by_person("Help!", body, (stage.tracker.label,))
        synced.write(DOC, DISK, BOOK, "Label the cables")
        assert synced.plan().ok
        assert synced.sync().ok
        assert stage.created() == 4

    def test_severity_gives_a_label_and_the_document_s_due_date_is_sent(self, team: Team, stage: Stage) -> None:
        path = team.write(DOC)
        table = "| Action | Owner | Due |\n|---|---|---|\n| Add alerting for full disks | alice | 2026-12-24 |\n"
        path.write_text(HEAD + table, encoding="utf-8")
        result = team.sync()
        assert result.ok, result.findings
        ticket = team.links()[DISK].ticket
        assert any("sev2" in label for label in ticket.labels)
        if "due" in stage.tracker.fields:
            assert ticket.due == date(2026, 12, 24)
        else:
            assert "2026-12-24" in stage.body(ticket.ref)
