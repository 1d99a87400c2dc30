"""Which ticket an item gets, with every tracker: undecided items, mentions, links, copies. Run as `SyncContract` is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pmsync.errors import PmsyncError
from pmsync.ledger import Ledger
from pmsync.ledger.find_item import resolve_item
from pmsync.model import ItemRow, Ref, Status
from pmsync.sync.adopt import adopt, recorded, refuse_new, ticket_of
from pmsync.sync.engine import Clock, Request
from pmsync.writeback.run import write_back
from tests.team import HEAD, Team
from tests.trackers.stage import Stage

DOC = "postmortems/2026-11-20-checkout.md"
DISK, BOOK = "Add alerting for full disks", "Write a runbook for failover"
LATER = HEAD.replace("2026-11-20", "2026-12-24")


def rows(team: Team) -> Mapping[str, ItemRow]:
    with Ledger.open(Path(team.settings.ledger), readonly=True) as ledger:
        return {each.item.fields.title: each.item for each in ledger.overview()}


def say(team: Team, title: str, ref: Ref | None) -> None:
    """What `pmsync adopt` does: with a ticket, or with --new."""
    tracker = next(iter(team.stages.values())).tracker
    with Ledger.open(Path(team.settings.ledger)) as ledger, recorded(ledger, team.clock.now, "adopt") as run:
        view = resolve_item(ledger, rows(team)[title].uid)
        if ref is None:
            refuse_new(view)
            ledger.decide(run, team.clock.now(), view.uid, "new")
            return
        ticket = ticket_of(ref, tracker)
        adopt(ledger, run, team.clock.now(), view, ticket, ours=ticket.author in tracker.accounts())


def rules(result: object) -> list[str]:
    return [finding.rule for finding in result.findings]  # type: ignore[attr-defined]


class RightTicketContract:
    """Subclasses give a `stage` fixture that yields a Stage."""

    @pytest.fixture
    def team(self, stage: Stage, tmp_path: Path) -> Team:
        return Team(tmp_path, stage)

    # --- undecided ------------------------------------------------------------------------------------------------

    def _undecided(self, team: Team, stage: Stage) -> Ref:
        """A document of a later day than its ticket, so that no look before creating reaches back to that; the ticket
        lost its marker, and the ledger is lost.
        """
        team.write(DOC, DISK, BOOK, head=LATER)
        team.sync()
        ref = team.ref(DISK)
        self._strip(stage, ref)
        stage.edit_body(ref, "Rewritten by hand.")
        stage.set_labels(ref, "postmortem")
        team.clock.advance(days=3)
        team.lose_ledger()
        return ref

    def _strip(self, stage: Stage, ref: Ref) -> None:
        """Take away what else the ticket carries of the marker."""

    def test_an_undecided_item_stays_undecided_however_often_nobody_decides(self, team: Team, stage: Stage) -> None:
        ref = self._undecided(team, stage)
        for _ in range(5):
            result = team.sync()
            assert "undecided" in rules(result)
            assert stage.created() == 2
            assert [each.name for each in rows(team)[DISK].candidates] == [ref.key]
            assert "undecided" in rules(team.plan())
            team.clock.advance(minutes=25)
        team.clock.advance(days=2)
        assert "undecided" in rules(team.sync())
        assert stage.created() == 2

    def test_a_person_decides_for_the_ticket(self, team: Team, stage: Stage) -> None:
        ref = self._undecided(team, stage)
        team.sync()
        team.clock.advance(hours=1)
        team.sync()
        say(team, DISK, ref)
        for _ in range(3):
            team.clock.advance(hours=1)
            result = team.sync()
            assert result.ok
            assert "undecided" not in rules(result)
        assert team.ref(DISK) == ref
        assert stage.created() == 2

    def test_a_person_decides_for_a_new_one(self, team: Team, stage: Stage) -> None:
        self._undecided(team, stage)
        team.sync()
        team.clock.advance(hours=1)
        say(team, DISK, None)
        for _ in range(3):
            team.clock.advance(hours=1)
            assert team.sync().ok
        assert stage.created() == 3
        assert not rows(team)[DISK].candidates

    def test_a_reworded_item_stays_undecided_when_a_line_beside_it_is_deleted(self, team: Team, stage: Stage) -> None:
        team.write(DOC, BOOK, DISK)
        team.sync()
        ref, reworded = team.ref(DISK), "Alert when disks are filling up"
        team.write(DOC, BOOK, reworded)
        assert "undecided" in rules(team.sync())
        team.write(DOC, reworded)
        for _ in range(3):
            team.clock.advance(hours=1)
            result = team.sync()
            assert "undecided" in rules(result)
            assert stage.created() == 2
        with Ledger.open(Path(team.settings.ledger), readonly=True) as ledger:
            assert [link.ticket.title for link in ledger.links().values() if link.orphaned] == [BOOK]
        say(team, reworded, ref)  # as the finding advises
        team.clock.advance(hours=1)
        assert team.sync().ok
        assert "undecided" not in rules(team.sync())
        assert team.links()[reworded].ticket.title == reworded
        assert stage.created() == 2

    # --- a mention is not a link ----------------------------------------------------------------------------------

    def _foreign(self, stage: Stage, title: str = "Printer on the second floor jams") -> Ref:
        return stage.open_by_person(title, "As discussed.")

    @pytest.mark.parametrize(
        "item",
        [
            "Prevent a recurrence of {}",
            "Make {} the first thing that on-call reads",
            "{} made the backups late, so measure them",
            "Follow the steps of {} when the cache is cold",
        ],
    )
    def test_a_ticket_that_the_sentence_speaks_of_is_left_alone(self, team: Team, stage: Stage, item: str) -> None:
        foreign = self._foreign(stage)
        stage.close(foreign)
        before = stage.tracker.get([foreign])[foreign]
        team.write(DOC, item.format(foreign.key) + " (@alice)")
        result = team.sync()
        assert stage.created() == 2
        assert "ticket-mentioned" in rules(result)
        (link,) = team.links().values()
        assert link.ticket.ref != foreign
        assert not link.ticket.status.closed
        team.write(DOC, item.format(foreign.key) + ", and soon (@bob)")
        team.sync()
        team.sync()
        assert stage.tracker.get([foreign])[foreign] == before
        assert stage.body(foreign) == "As discussed."
        assert "ticket-mentioned" not in rules(team.sync())  # said once, when it was decided

    @pytest.mark.parametrize(
        "item", ["Replace PDU-16", "Test the failover of DC-2", "Use the color #123456", "Fix step #3"]
    )
    def test_what_only_looks_like_a_ticket_keeps_no_item_from_its_own(
        self, team: Team, stage: Stage, item: str
    ) -> None:
        team.write(DOC, item)
        team.sync()
        assert stage.created() == 1

    def test_a_link_to_a_ticket_about_something_else_is_asked_about(self, team: Team, stage: Stage) -> None:
        foreign = self._foreign(stage)
        team.write(DOC, f"{DISK} ({foreign.key})", BOOK)
        for _ in range(3):
            result = team.sync()
            assert "undecided" in rules(result)
            assert "undecided" in rules(team.plan())
            team.clock.advance(hours=1)
        assert stage.created() == 2  # theirs, and the runbook's
        say(team, DISK, None)
        team.sync()
        assert stage.created() == 3
        assert team.links()[DISK].ticket.author == stage.me

    def test_a_person_s_ticket_is_followed_and_never_written_until_a_person_adopts_it(
        self, team: Team, stage: Stage
    ) -> None:
        theirs = self._foreign(stage, "Alerting for disks, please")
        team.write(DOC, f"{DISK} ({theirs.key})")
        assert team.sync().ok
        writes = stage.writes()
        team.write(DOC, f"{DISK} on every node (@bob, due 2026-12-24) ({theirs.key})")
        for _ in range(2):
            result = team.sync()
            assert result.ok
            assert not result.plan.updates
        (link,) = team.links().values()
        assert (link.ticket.ref.key, link.followed, stage.writes()) == (theirs.key, True, writes)
        stage.close(theirs)
        team.clock.advance(days=1)
        team.sync()
        assert next(iter(team.links().values())).ticket.status == Status.DONE
        stage.reopen(theirs)
        team.clock.advance(days=1)
        team.sync()
        say(team, f"{DISK} on every node", theirs)
        team.write(DOC, f"{DISK} on every server (@bob, due 2026-12-24) ({theirs.key})")
        assert len(team.sync().plan.updates) == 1
        assert stage.tracker.get([theirs])[theirs].title == f"{DISK} on every server"  # type: ignore[union-attr]
        assert stage.created() == 1

    def test_an_item_that_names_a_ticket_elsewhere_gets_its_own_once_a_person_says_so(
        self, team: Team, stage: Stage
    ) -> None:
        title = "Pin the HTTP library"
        team.write(DOC, f"{title} (urllib3/urllib3#2168)")
        for _ in range(2):
            team.sync()
            assert stage.created() == 0
            assert rows(team)[title].standing == "external"
        say(team, title, None)
        for _ in range(3):
            team.clock.advance(hours=1)
            team.sync()
        assert stage.created() == 1
        assert rows(team)[title].standing == "ticketed"
        team.lose_ledger()
        team.sync()
        assert stage.created() == 1

    @pytest.mark.parametrize(
        ("item", "head", "why"),
        [
            (f"[x] {DISK}", HEAD, "already done"),
            (f"[-] {DISK}", HEAD, "cancelled"),
            (DISK, HEAD.replace("final", "draft"), "draft"),
        ],
    )
    def test_a_new_ticket_that_no_sync_would_make_is_refused_with_the_reason(
        self, team: Team, item: str, head: str, why: str
    ) -> None:
        team.write(DOC, item, head=head)
        team.sync()
        with pytest.raises(PmsyncError, match=why):
            say(team, DISK, None)

    def test_an_older_item_gets_a_ticket_where_a_person_asks_for_it(self, team: Team, stage: Stage) -> None:
        team.write(DOC, DISK, head=HEAD.replace("2026-11-20", "2024-11-20"))
        team.sync()
        assert stage.created() == 0
        say(team, DISK, None)
        team.sync()
        assert stage.created() == 1

    @pytest.mark.parametrize("closed", [False, True])
    def test_a_line_that_names_the_ticket_of_another_line_takes_it_from_nobody(
        self, team: Team, stage: Stage, *, closed: bool
    ) -> None:
        team.write(DOC, DISK, BOOK)
        team.sync()
        disk, book = team.ref(DISK), team.ref(BOOK)
        if closed:
            stage.close(book)
        writes = stage.writes()
        team.write(DOC, f"{DISK} (see {book.key})", BOOK, f"Page on growth ({book.key})")
        for _ in range(2):
            team.clock.advance(hours=1)
            result = team.sync()
            assert not result.plan.updates
        assert (team.ref(DISK), team.ref(BOOK)) == (disk, book)
        assert rows(team)["Page on growth"].standing == "undecided"
        assert (stage.created(), stage.writes()) == (2, writes)

    def test_a_place_means_the_undecided_item_that_stands_there(self, team: Team, stage: Stage) -> None:
        team.write(DOC, DISK, BOOK)
        team.sync()
        team.write(DOC, "Alert when disks are filling up", BOOK)
        (finding,) = [each for each in team.sync().findings if each.rule == "undecided"]
        with Ledger.open(Path(team.settings.ledger), readonly=True) as ledger:
            view = resolve_item(ledger, f"{finding.path}:{finding.line}")
        assert view.seen.item.fields.title == "Alert when disks are filling up"
        assert stage.created() == 2

    # --- copied documents -----------------------------------------------------------------------------------------

    def test_a_copied_document_is_told_and_its_boxes_are_not_ticked(self, team: Team, stage: Stage) -> None:
        team.write(DOC, f"[ ] {DISK}", f"[ ] {BOOK}")
        team.sync()
        clock = Clock(now=team.clock.now, sleep=team.clock.sleep)
        write_back(team.settings, Request(), clock)
        original = (team.root / DOC).read_text(encoding="utf-8")
        assert team.ref(DISK).key in original
        copy = team.root / "postmortems/2026-11-23-copy.md"
        copy.write_text(original.replace("2026-11-20", "2026-11-23"), encoding="utf-8")
        for _ in range(2):
            result = team.sync()
            assert rules(result).count("copied-link") == 2
            assert {finding.path for finding in result.findings if finding.rule == "copied-link"} == {
                "postmortems/2026-11-23-copy.md"
            }
        assert stage.created() == 2
        stage.close(team.ref(DISK))
        team.clock.advance(hours=1)
        team.sync()
        write_back(team.settings, Request(), clock)
        assert "[x]" in (team.root / DOC).read_text(encoding="utf-8")
        assert "[x]" not in copy.read_text(encoding="utf-8")

    # --- without a ledger -------------------------------------------------------------------------------------------

    def test_nothing_is_created_beside_a_ticket_of_ours_that_somebody_rewrote(self, team: Team, stage: Stage) -> None:
        team.write(DOC, DISK, BOOK)
        team.sync()
        ref = team.ref(DISK)
        self._strip(stage, ref)
        stage.edit_body(ref, "Rewritten by hand.")
        stage.retitle(ref, "Prometheus rules, second part")
        stage.set_labels(ref, "postmortem")
        team.clock.advance(days=1)
        team.lose_ledger()
        for _ in range(3):
            result = team.sync()
            assert stage.created() == 2
            assert "undecided" in rules(result)
            assert [each.name for each in rows(team)[DISK].candidates] == [ref.key]
            team.clock.advance(hours=1)
        say(team, DISK, ref)
        assert team.sync().ok
        assert "undecided" not in rules(team.sync())
        assert stage.created() == 2
