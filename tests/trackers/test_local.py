"""The embedded tracker: the contract, and its own features (a file, concurrent processes, names, history)."""

from __future__ import annotations

import multiprocessing
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pmsync.config.settings import Person, TrackerSettings
from pmsync.errors import TrackerError, TrackerUnavailable
from pmsync.model import Ref, Ticket
from pmsync.trackers.contract import Created, Gone, Rejected, Touched, Unavailable
from pmsync.trackers.local import store
from pmsync.trackers.local.tracker import LocalTracker, connect
from tests.trackers.contract import TrackerContract, draft, make, marker, seen
from tests.trackers.local_stage import LocalStage

SETTINGS = TrackerSettings("local", "local", path="home/tickets.db")


@pytest.fixture
def stage(tmp_path: Path) -> LocalStage:
    return LocalStage(tmp_path)


class TestLocalTrackerKeepsTheContract(TrackerContract):
    @pytest.fixture
    def stage(self, tmp_path: Path) -> LocalStage:  # type: ignore[override]
        return LocalStage(tmp_path)

    def test_a_person_without_an_account_is_unresolved_with_the_reason(self, stage: LocalStage) -> None:  # type: ignore[override]
        """Everybody in [people] has an account here, their id."""
        assert stage.tracker.resolve([Person("nobody", name="No Body")]) == {"nobody": "nobody"}


# --- the file -------------------------------------------------------------------------------------------------


def test_reading_makes_no_file_and_finds_nothing(tmp_path: Path) -> None:
    tracker = connect(SETTINGS, {}, tmp_path)
    ref = tracker.recognise("LOCAL-1")
    assert ref is not None
    assert tracker.scan().tickets == tracker.find(["a"], datetime(2026, 1, 1, tzinfo=UTC)) == ()
    assert tracker.get([ref]) == {ref: Gone(ref)}
    assert tracker.probe().blocked == ""
    assert list(tmp_path.iterdir()) == []


def test_the_file_lies_in_the_configs_folder_for_its_user_alone_and_out_of_git(tmp_path: Path) -> None:
    connect(SETTINGS, {}, tmp_path).create([draft()])
    path = tmp_path / "home" / "tickets.db"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (tmp_path / "home" / ".gitignore").read_text() == "*\n"


def test_without_a_path_each_tracker_has_a_file_of_its_own(tmp_path: Path) -> None:
    for name in ("sre", "web"):
        connect(TrackerSettings(name, "local"), {}, tmp_path).create([draft()])
    assert {path.name for path in (tmp_path / ".pmsync").glob("*.db")} == {"tickets-sre.db", "tickets-web.db"}


def test_a_folder_that_holds_other_things_gets_no_gitignore(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("ours")
    connect(TrackerSettings("local", "local", path="tickets.db"), {}, tmp_path).create([draft()])
    assert not (tmp_path / ".gitignore").exists()


def test_a_file_that_is_no_database_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "tickets.db"
    path.write_text("these are my notes\n" * 100)
    tracker = LocalStage(tmp_path).tracker
    with pytest.raises(TrackerError, match=r"tickets\.db.*damaged or not a database"):
        tracker.scan()
    assert isinstance(tracker.create([draft()])[0], Rejected)
    assert "damaged" in tracker.probe().blocked
    assert path.read_text() == "these are my notes\n" * 100


def test_a_file_of_a_newer_program_is_refused(stage: LocalStage) -> None:
    make(stage)
    with closing(sqlite3.connect(stage.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(TrackerError, match=r"version 99, newer than the 1 of this pmsync; update pmsync"):
        stage.tracker.scan()
    (outcome,) = stage.tracker.create([draft(2)])
    assert isinstance(outcome, Rejected)
    assert "newer" in outcome.reason


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON tickets BEGIN UPDATE tickets SET state = 'done'; END",
        "CREATE VIEW v AS SELECT 1",
        "ALTER TABLE tickets ADD COLUMN more TEXT",
        "DROP TABLE events",
    ],
)
def test_tables_that_are_not_as_they_were_made_are_left_alone(stage: LocalStage, statement: str) -> None:
    """Another program's database may have the same version, and its triggers would run with every write."""
    make(stage)
    with closing(sqlite3.connect(stage.path)) as connection:
        connection.execute(statement)
        connection.commit()
    before = stage.path.read_bytes()
    with pytest.raises(TrackerError, match="another program's database, or was changed by one; name another file"):
        stage.tracker.scan()
    assert isinstance(stage.tracker.create([draft(2)])[0], Rejected)
    assert stage.path.read_bytes() == before


def test_a_path_that_cannot_be_made_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where a folder should be")
    (outcome,) = connect(SETTINGS, {}, tmp_path).create([draft()])
    assert isinstance(outcome, Rejected)
    assert "home/tickets.db" in outcome.reason


def test_the_tables_hold_only_what_they_say(stage: LocalStage) -> None:
    make(stage)
    with (
        closing(sqlite3.connect(stage.path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT value in INTEGER"),
    ):
        connection.execute("UPDATE tickets SET duplicate_of = 'seven'")


# --- several processes ----------------------------------------------------------------------------------------


def test_while_another_process_writes_nothing_is_lost_and_nothing_in_doubt(
    stage: LocalStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "PATIENCE", 0.05)
    ticket = make(stage)
    with closing(sqlite3.connect(stage.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        (outcome,) = stage.tracker.create([draft(2)])
        assert isinstance(outcome, Unavailable)
        with pytest.raises(TrackerUnavailable, match="locked by another process"):
            stage.tracker.update(ticket.ref, {"title": "Later"})
        with pytest.raises(TrackerUnavailable):
            stage.tracker.scan()
        other.execute("ROLLBACK")
    assert stage.created() == 1
    assert isinstance(stage.tracker.create([draft(2)])[0], Created)


def _create_in_turn(path: str, start: int, count: int) -> None:
    tracker = connect(TrackerSettings("local", "local", path=path), {}, Path("/"))
    for number in range(start, start + count):
        (outcome,) = tracker.create([draft(number)])
        assert isinstance(outcome, Created), outcome
        tracker.update(outcome.ticket.ref, {"add_labels": (f"made-by-{start}",)})


def test_processes_that_begin_together_share_one_file(tmp_path: Path) -> None:
    path = tmp_path / "fresh" / "tickets.db"
    context = multiprocessing.get_context("spawn")
    starts = (100, 200, 300)
    processes = [context.Process(target=_create_in_turn, args=(str(path), start, 15)) for start in starts]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    tickets = connect(TrackerSettings("local", "local", path=str(path)), {}, tmp_path).scan().tickets
    assert [ticket.ref.id.partition("/")[2] for ticket in tickets] == [str(number) for number in range(1, 46)]
    assert len({ticket.marker for ticket in tickets}) == 45
    assert all(len(ticket.labels) == 2 for ticket in tickets)


# --- names, numbers, people -----------------------------------------------------------------------------------


def test_a_key_is_the_trackers_name_and_a_number(stage: LocalStage) -> None:
    ticket = make(stage)
    assert (ticket.ref.id.partition("/")[2], ticket.ref.key, ticket.ref.url) == ("1", "LOCAL-1", "local:local/1")
    for text in ("LOCAL-1", "local-1", " LOCAL-1 ", "local:local/1"):
        ref = stage.tracker.recognise(text)
        assert ref is not None
        assert stage.tracker.get([ref])[ref] == ticket
    for text in ("LOCAL-0", "LOCAL-01", "LOCAL1", "LOCAL-", "local:local/0", "local:LOCAL/1", f"LOCAL-{10**30}"):
        assert stage.tracker.recognise(text) is None


def test_a_name_with_signs_of_patterns_means_itself(tmp_path: Path) -> None:
    tracker = connect(TrackerSettings("sre_x-2", "local"), {}, tmp_path)
    assert tracker.recognise("SRE_X-2-17") == Ref("sre_x-2", "17", "", "")
    assert tracker.recognise("SRE-X-2-17") is None


def test_a_ticket_of_another_file_is_not_one_with_the_same_number(stage: LocalStage) -> None:
    before = make(stage)
    stage.path.unlink()
    after = make(stage)
    assert before.ref.key == after.ref.key
    assert stage.tracker.get([before.ref, after.ref]) == {before.ref: Gone(before.ref), after.ref: after}
    with pytest.raises(TrackerError, match="belongs to another file, which was here before"):
        stage.tracker.update(before.ref, {"title": "Never"})


def test_a_number_is_never_given_again(stage: LocalStage) -> None:
    first, second = make(stage, draft(1)), make(stage, draft(2))
    stage.delete(second.ref)
    third = make(stage, draft(3))
    assert [ref.id.partition("/")[2] for ref in (first.ref, third.ref)] == ["1", "3"]
    assert stage.tracker.get([second.ref]) == {second.ref: Gone(second.ref)}
    assert stage.created() == 3


def test_all_configured_accounts_are_ours_and_the_first_one_acts(tmp_path: Path) -> None:
    settings = TrackerSettings("local", "local", accounts=("ci", "cron"))
    stage = LocalStage(tmp_path, settings=settings)
    assert stage.tracker.accounts() == {"ci", "cron"}
    assert make(stage).author == stage.tracker.probe().account == "ci"
    by_cron = LocalTracker(replace(settings, accounts=("cron", "ci")), stage.tracker.store)
    (outcome,) = by_cron.create([draft(2)])
    assert isinstance(outcome, Created)
    assert outcome.ticket.author == "cron"
    assert len(stage.tracker.find([], stage.clock.now())) == 2


def test_find_shows_whoever_carries_the_uid_however_old(stage: LocalStage) -> None:
    ours = make(stage)
    clone = stage.clone_by_person(ours.ref)
    stage.clock.advance(days=400)
    assert [ticket.ref for ticket in stage.tracker.find([marker().uid], stage.clock.now())] == [ours.ref, clone]
    assert stage.tracker.find([], stage.clock.now()) == ()


# --- history --------------------------------------------------------------------------------------------------


def test_the_history_says_who_changed_what_and_when(stage: LocalStage) -> None:
    ref = make(stage).ref
    desk = stage.tracker.desk("alice")
    stage.clock.advance(hours=1)
    desk.assign(1, "alice")
    desk.start(1)
    desk.close(1)
    desk.comment(1, "Done,\nfinally.")
    stage.tracker.update(ref, {"title": "Rotate all keys"})
    told = [(event["actor"], event["field"], event["old"], event["new"]) for event in desk.history(1).events]
    assert told == [
        ("pmsync", "created", None, "Rotate the keys 1"),
        ("alice", "assignees", "[]", '["alice"]'),
        ("alice", "state", "open", "in_progress"),
        ("alice", "state", "in_progress", "done"),
        ("alice", "comment", None, "Done, finally."),
        ("pmsync", "title", "Rotate the keys 1", "Rotate all keys"),
    ]
    assert {event["at"][:13] for event in desk.history(1).events} == {"2026-11-24T09", "2026-11-24T10"}


def test_what_is_already_so_is_not_written(stage: LocalStage) -> None:
    ref = make(stage, draft(labels=("b", "a"), assignees=("bob", "alice"))).ref
    before = stage.path.read_bytes()[100:]
    ticket = seen(stage, ref)
    stage.clock.advance(hours=1)
    patch = {"title": ticket.title, "assignees": ticket.assignees, "add_labels": ("a",), "marker": marker()}
    assert stage.tracker.update(ref, patch) == ticket  # type: ignore[arg-type]
    assert stage.path.read_bytes()[100:] == before


def test_a_ticket_that_was_moved_away_is_read_only(stage: LocalStage) -> None:
    ref = make(stage).ref
    url = stage.move_away(ref)
    for verb in (stage.close, stage.reopen, stage.delete):
        with pytest.raises(TrackerError, match=url):
            verb(ref)


def test_a_duplicate_of_a_ticket_elsewhere_is_closed_once(stage: LocalStage) -> None:
    ref = make(stage).ref
    elsewhere = Ref("platform", "9:12", "acme/web#12", "https://github.com/acme/web/issues/12")
    for _ in range(2):
        closed = stage.tracker.close_duplicate(ref, elsewhere)
        assert isinstance(closed, Ticket)
        assert (closed.state, closed.duplicate_of) == ("duplicate", None)
    assert len(stage.comments(ref)) == 1


def test_a_refusal_to_close_names_who_did_what(stage: LocalStage) -> None:
    older, younger = make(stage, draft(1)).ref, make(stage, draft(2)).ref
    stage.comment(younger, "I am on it.")
    assert stage.tracker.close_duplicate(younger, older) == Touched("dana changed it (a comment, 2026-11-24)")
