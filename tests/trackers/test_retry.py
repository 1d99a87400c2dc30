"""The retry wrapper and the registry: what is asked again, when, and what never is. Nothing really sleeps."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmsync.config.settings import Person, Settings, TrackerSettings
from pmsync.errors import ConfigError, TrackerError, TrackerUnavailable
from pmsync.model import Draft, Marker, Patch, Ref
from pmsync.trackers.contract import Created, InDoubt, Outcome, Rejected, Tracker, Unavailable
from pmsync.trackers.registry import MODULES, connect, connect_all
from pmsync.trackers.retry import Retrying
from tests.clock import Clock
from tests.trackers.contract import draft, marker
from tests.trackers.local_stage import LocalStage
from tests.trackers.test_local import TestLocalTrackerKeepsTheContract as LocalContract

REF = Ref("scripted", "1", "S-1", "local:s/1")
SINCE = datetime(2026, 11, 24, tzinfo=UTC)
Step = BaseException | object


class Scripted:
    """A tracker that gives the configured answers one by one, and remembers how it was called."""

    name, label, fields, batch = "scripted", "postmortem", frozenset({"title"}), 50
    incremental = True

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.calls: list[tuple[object, ...]] = []

    def _answer(self, *call: object) -> object:
        self.calls.append(call)
        step = self.steps.pop(0)
        if isinstance(step, BaseException):
            raise step
        return step

    def accounts(self) -> object:
        return self._answer("accounts")

    def recognise(self, text: str, repository: str | None = None) -> object:
        return self._answer("recognise", text, repository)

    def scan(self, since: datetime | None = None) -> object:
        return self._answer("scan", since)

    def get(self, refs: Sequence[Ref]) -> object:
        return self._answer("get", tuple(refs))

    def departed(self, since: datetime) -> object:
        return self._answer("departed", since)

    def find(self, uids: Iterable[str], since: datetime) -> object:
        return self._answer("find", tuple(uids), since)

    def create(self, drafts: Sequence[Draft]) -> object:
        return self._answer("create", *(each.title for each in drafts))

    def update(self, ref: Ref, patch: Patch, listed: Marker | None = None) -> object:
        return self._answer("update", ref, patch)

    def close_duplicate(self, ref: Ref, of: Ref) -> object:
        return self._answer("close_duplicate", ref, of)

    def resolve(self, people: Iterable[Person]) -> object:
        return self._answer("resolve", tuple(people))

    def probe(self) -> object:
        return self._answer("probe")

    def fit_labels(self, labels: Iterable[str]) -> object:
        return self._answer("fit_labels", tuple(labels))


ASKING: dict[str, Callable[[Tracker], object]] = {
    "accounts": lambda tracker: tracker.accounts(),
    "scan": lambda tracker: tracker.scan(SINCE),
    "get": lambda tracker: tracker.get([REF]),
    "find": lambda tracker: tracker.find(iter(["a", "b"]), SINCE),
    "update": lambda tracker: tracker.update(REF, {"title": "x"}),
    "close_duplicate": lambda tracker: tracker.close_duplicate(REF, REF),
    "resolve": lambda tracker: tracker.resolve(iter([Person("alice"), Person("bob")])),
    "probe": lambda tracker: tracker.probe(),
}


def patient(scripted: Scripted, clock: Clock | None = None, **options: float) -> Retrying:
    clock = clock or Clock()
    return Retrying(scripted, sleep=clock.sleep, now=clock.now, **options)  # type: ignore[arg-type]


def created(number: int) -> Created:
    return Created(number)  # type: ignore[arg-type]


# --- what may be repeated -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ASKING)
def test_what_may_be_repeated_is_asked_again_until_it_answers(name: str) -> None:
    scripted, clock = Scripted(TrackerUnavailable("busy"), TrackerUnavailable("busy"), "the answer"), Clock()
    assert ASKING[name](patient(scripted, clock)) == "the answer"
    assert len(scripted.calls) == 3
    assert scripted.calls[0] == scripted.calls[1] == scripted.calls[2], "the same question each time"
    assert len(clock.slept) == 2


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.parametrize("error", [TrackerError("no such project"), ValueError("a bug"), KeyboardInterrupt()])
def test_nothing_else_is_caught(name: str, error: BaseException) -> None:
    scripted, clock = Scripted(error), Clock()
    with pytest.raises(type(error)) as caught:
        ASKING[name](patient(scripted, clock))
    assert caught.value is error
    assert (len(scripted.calls), clock.slept) == (1, [])


@pytest.mark.parametrize("name", ASKING)
def test_what_lasts_is_asked_once_but_a_write_may_have_been_carried_out(name: str) -> None:
    """After a page instead of an answer: without one, the state of the ticket is unknown."""
    scripted, clock = Scripted(TrackerUnavailable("a log-in page", lasting=True), "the answer"), Clock()
    if name in {"update", "close_duplicate"}:
        assert ASKING[name](patient(scripted, clock)) == "the answer"
        return
    with pytest.raises(TrackerUnavailable):
        ASKING[name](patient(scripted, clock))
    assert (len(scripted.calls), clock.slept) == (1, [])


def test_it_gives_up_after_its_attempts_with_the_last_error() -> None:
    errors = [TrackerUnavailable(f"busy {number}") for number in range(4)]
    scripted, clock = Scripted(*errors), Clock()
    with pytest.raises(TrackerUnavailable) as caught:
        patient(scripted, clock, attempts=4).scan()
    assert caught.value is errors[-1]
    assert len(clock.slept) == 3


def test_waits_grow_with_jitter_up_to_a_minute() -> None:
    scripted, clock = Scripted(*[TrackerUnavailable("busy")] * 12, "the answer"), Clock()
    patient(scripted, clock, attempts=13).scan()
    for number, slept in enumerate(clock.slept):
        assert min(2**number, 60) <= slept <= min(2**number + 1, 60)
    assert len({slept % 1 for slept in clock.slept[:5]}) > 1


@given(st.lists(st.floats(0, 120), min_size=1, max_size=6))
def test_the_servers_own_wish_is_honoured_in_full(wishes: list[float]) -> None:
    scripted, clock = Scripted(*[TrackerUnavailable("busy", wish) for wish in wishes], "the answer"), Clock()
    patient(scripted, clock, attempts=7).scan()
    assert all(wish <= slept <= wish + 1 for wish, slept in zip(wishes, clock.slept, strict=True))


def test_a_wish_beyond_all_patience_fails_at_once_and_says_until_when() -> None:
    scripted, clock = Scripted(TrackerUnavailable("acme: rate limit", 3600)), Clock()
    with pytest.raises(TrackerUnavailable) as caught:
        patient(scripted, clock, max_wait=120).scan()
    assert str(caught.value) == (
        "acme: rate limit; it asks to wait 3600 s, longer than the 120 s that a run waits: "
        "run again after 2026-11-24 10:00:00 UTC"
    )
    assert caught.value.retry_after == 3600
    assert (len(scripted.calls), clock.slept) == (1, [])


def test_what_needs_no_request_is_passed_through() -> None:
    scripted = Scripted(REF, ("a", "b"))
    tracker = patient(scripted)
    assert tracker.recognise("#1", "acme/web") is REF
    assert tracker.fit_labels(["b", "a"]) == ("a", "b")
    assert scripted.calls == [("recognise", "#1", "acme/web"), ("fit_labels", ("b", "a"))]
    assert (tracker.name, tracker.label, tracker.fields, tracker.batch) == ("scripted", "postmortem", {"title"}, 50)


# --- create ---------------------------------------------------------------------------------------------------


def drafts(*numbers: int) -> list[Draft]:
    return [draft(number, title=str(number)) for number in numbers]


def test_only_what_was_surely_not_processed_is_sent_again_and_the_order_is_kept() -> None:
    scripted = Scripted(
        (created(1), Unavailable("limit"), InDoubt("reset"), Unavailable("limit"), Rejected("title")),
        (Unavailable("limit"), created(4)),
        (InDoubt("time-out"),),
    )
    outcomes = patient(scripted).create(drafts(1, 2, 3, 4, 5))
    assert outcomes == (created(1), InDoubt("time-out"), InDoubt("reset"), created(4), Rejected("title"))
    assert scripted.calls == [("create", "1", "2", "3", "4", "5"), ("create", "2", "4"), ("create", "2")]


@pytest.mark.parametrize("outcome", [created(1), InDoubt("reset"), Rejected("title")])
def test_any_other_outcome_is_final_at_once(outcome: Outcome) -> None:
    scripted, clock = Scripted((outcome,)), Clock()
    assert patient(scripted, clock).create(drafts(1)) == (outcome,)
    assert clock.slept == []


def test_what_stays_unavailable_is_given_back_as_that() -> None:
    scripted, clock = Scripted(*[(Unavailable("limit"),)] * 3), Clock()
    assert patient(scripted, clock, attempts=3).create(drafts(1)) == (Unavailable("limit"),)
    assert (len(scripted.calls), len(clock.slept)) == (3, 2)


def test_create_waits_for_the_longest_wish_and_not_beyond_its_patience() -> None:
    scripted, clock = (
        Scripted((Unavailable("a", 5), Unavailable("b", 30)), (created(1), Unavailable("b", 900))),
        Clock(),
    )
    assert patient(scripted, clock, max_wait=60).create(drafts(1, 2)) == (created(1), Unavailable("b", 900))
    (slept,) = clock.slept
    assert 30 <= slept <= 31


def test_create_that_could_not_be_sent_is_sent_again() -> None:
    scripted = Scripted(TrackerUnavailable("no connection"), (created(1),))
    assert patient(scripted).create(drafts(1)) == (created(1),)


def test_an_error_never_hides_what_was_already_created() -> None:
    scripted = Scripted((created(1), Unavailable("limit")), TrackerError("token expired"))
    first, second = patient(scripted).create(drafts(1, 2))
    assert first == created(1)
    assert isinstance(second, Unavailable)
    assert second.reason == "token expired"
    assert len(scripted.calls) == 2
    with pytest.raises(TrackerError, match="token expired"):
        patient(Scripted(TrackerError("token expired"))).create(drafts(1))


def test_creating_nothing_asks_nothing() -> None:
    scripted = Scripted()
    assert patient(scripted).create([]) == ()
    assert scripted.calls == []


OUTCOMES = st.sampled_from(["created", "rejected", "in doubt", "unavailable"])


@given(st.lists(st.lists(OUTCOMES, min_size=1, max_size=5), min_size=1, max_size=6), st.integers(1, 6))
def test_no_draft_is_sent_again_after_a_final_answer(script: list[list[str]], attempts: int) -> None:
    """Whatever the service answers: each draft's last outcome counts, and only Unavailable is asked again."""
    told: dict[str, list[Outcome]] = {}

    class Moody(Scripted):
        def create(self, drafts: Sequence[Draft]) -> object:
            turn = script[min(len(self.calls), len(script) - 1)]
            self.calls.append(("create",))
            answers = [_outcome(turn[n % len(turn)], each.title) for n, each in enumerate(drafts)]
            for each, answer in zip(drafts, answers, strict=True):
                told.setdefault(each.title, []).append(answer)
            return tuple(answers)

    outcomes = patient(Moody(), attempts=attempts).create(drafts(1, 2, 3))
    assert outcomes == tuple(told[str(number)][-1] for number in (1, 2, 3))
    for answers in told.values():
        assert all(isinstance(answer, Unavailable) for answer in answers[:-1])
        assert len(answers) <= attempts


def _outcome(kind: str, title: str) -> Outcome:
    match kind:
        case "created":
            return created(int(title))
        case "rejected":
            return Rejected(title)
        case "in doubt":
            return InDoubt(title)
    return Unavailable(title)


class TestRetryingKeepsTheContract(LocalContract):
    """Around a real tracker it fulfils the contract."""

    @pytest.fixture
    def stage(self, tmp_path: Path) -> LocalStage:  # type: ignore[override]
        return PatientStage(tmp_path)


class PatientStage(LocalStage):
    def reconnect(self) -> Tracker:  # type: ignore[override]
        return Retrying(super().reconnect(), sleep=self.clock.sleep, now=self.clock.now)


# --- registry -------------------------------------------------------------------------------------------------


def test_a_configured_tracker_is_connected_with_patience(tmp_path: Path) -> None:
    tracker = connect(TrackerSettings("local", "local"), {}, tmp_path)
    assert isinstance(tracker, Retrying)
    (outcome,) = tracker.create([draft()])
    assert isinstance(outcome, Created)
    assert [ticket.marker for ticket in tracker.find([], datetime.now(UTC) - timedelta(hours=1))] == [marker()]
    assert (tmp_path / ".pmsync" / "tickets-local.db").exists()


def test_all_trackers_are_connected_or_all_problems_are_told(tmp_path: Path) -> None:
    local = TrackerSettings("sre", "local")
    settings = Settings(str(tmp_path), "acme", trackers={"sre": local, "web": TrackerSettings("web", "local")})
    assert {name: tracker.name for name, tracker in connect_all(settings, {}).items()} == {"sre": "sre", "web": "web"}
    hubs = {name: TrackerSettings(name, "github", repo="acme/web", token_env="NO_TOKEN") for name in ("one", "two")}
    with pytest.raises(ConfigError) as caught:
        connect_all(Settings(str(tmp_path), "acme", trackers={"sre": local, **hubs}), {})
    assert len(caught.value.problems) == 2
    assert all("NO_TOKEN" in problem for problem in caught.value.problems)


def test_every_type_has_its_module_and_none_is_imported_before_it_is_used() -> None:
    heavy = [*MODULES.values(), "github", "jira", "sqlite_utils", "tenacity"]
    code = f"import sys, pmsync.trackers.registry; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
    assert set(MODULES) == set(get_args(get_type_hints(TrackerSettings)["type"]))
