"""Random histories, a few for each tracker and the same ones every time; scripts/soak plays many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pmsync.identity.keys import title_key
from pmsync.identity.similarity import DOUBTFUL, SURE, alike
from pmsync.model import Draft
from pmsync.sync.engine import Engine, Request, RunResult
from tests.histories import machine, play_all, recorded, shortest
from tests.history_events import BASES, ENDINGS, KINDS, Histories, Step
from tests.history_runs import STAGES, BrokenPromise
from tests.history_truth import tickets_of
from tests.reliability import PROMISES


@pytest.mark.parametrize("writing", [False, True], ids=["links by hand", "write-back"])
@pytest.mark.parametrize("tracker", STAGES)
def test_whatever_happens_every_promise_is_kept(
    tracker: str, writing: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    histories = machine(tracker, writing=writing, strict=False)
    assert play_all(histories, seed=8, numbers=range(5), steps=20, show=1), capsys.readouterr().err
    counts = recorded(histories)
    assert sum(histories.counts[f"{kind}|histories"] > 0 for kind in KINDS) > 5, histories.counts
    assert min(counts["created"], counts["at the end ticketed"]) > 5, counts


def test_what_the_histories_call_one_item_is_alike_and_what_they_call_two_is_not() -> None:
    titles = {base: [title_key(base + ending) for ending in ENDINGS] for base in BASES}
    for base, here in titles.items():
        assert min(alike(a, b) for a in here for b in here) > SURE, base
        there = [title for other, titles in titles.items() if other != base for title in titles]
        there.append(title_key("Dana 1"))
        assert max(alike(a, b) for a in here for b in there) <= DOUBTFUL, base


# --- a run that breaks a promise is caught ------------------------------------------------------------------------

KEY = "LOCAL-4"
"""The first ticket that is created: people had three before."""


def make_twin(history: Histories) -> None:
    mark = tickets_of(history.stage)[KEY].marker
    history.stage.tracker.create([Draft(mark, BASES[0], "")])


def write_to_a_strangers(history: Histories) -> None:
    history.stage.comment(tickets_of(history.stage)["LOCAL-1"].ref, "done")


def retitle(title: str) -> Callable[[Histories], None]:
    return lambda history: history.stage.retitle(tickets_of(history.stage)[KEY].ref, title)


def make_one_of_nothing(history: Histories) -> None:
    mark = replace(tickets_of(history.stage)[KEY].marker, uid="nobody", key="nothing")
    history.stage.tracker.create([Draft(mark, BASES[-1], "")])


def write_each_time(history: Histories) -> None:
    history.stage.tracker.update(tickets_of(history.stage)[KEY].ref, {"add_labels": (f"run-{history.next()}",)})


def crash(_: Histories) -> None:
    raise ValueError


SYNC: dict[str, Any] = {"minutes": 15}
REWORD = ("edit_item", {"deed": "reword", "which": 0, "value": 0})
SABOTAGE = {
    "doubled": (make_twin, [("sync", SYNC)]),
    "foreign": (write_to_a_strangers, [("sync", SYNC)]),
    "other text": (retitle(BASES[5]), [("sync", SYNC)]),
    "undone": (retitle(BASES[0]), [("person", {"deed": "retitle", "which": 0}), ("sync", SYNC)]),
    "turned back": (
        retitle(BASES[0]),
        [REWORD, ("sync", SYNC), ("sync_old", {"minutes": 1, "back": 1, "bare": False})],
    ),
    "lost": (make_one_of_nothing, [("sync", SYNC)]),
    "unsettled": (write_each_time, []),
    "traceback": (crash, [("sync", SYNC)]),
}
BEGIN = ("begin", {"beside": False, "stale": False, "same": False, "items": 1, "ids": 0})


def test_every_promise_has_a_run_that_breaks_it() -> None:
    assert set(SABOTAGE) == set(PROMISES)


@pytest.mark.parametrize("promise", SABOTAGE)
def test_a_run_that_breaks_a_promise_is_caught(promise: str, monkeypatch: pytest.MonkeyPatch) -> None:
    deed, steps = SABOTAGE[promise]
    history, sync = machine("local")(), Engine.sync

    def sabotaged(engine: Engine, request: Request) -> RunResult:
        result = sync(engine, request)
        deed(history)
        return result

    with pytest.raises(BrokenPromise) as broken:
        history.play(_then(lambda: monkeypatch.setattr(Engine, "sync", sabotaged), [BEGIN, *steps]))
    assert broken.value.args[0] == promise, broken.value


def _then(act: Callable[[], None], steps: list[Step]) -> Iterator[Step]:
    """The steps, and before the last of them the act; where there is one alone, behind it."""
    last = max(len(steps) - 1, 1)
    yield from steps[:last]
    act()
    yield from steps[last:]


def test_a_history_that_breaks_a_promise_is_made_short(monkeypatch: pytest.MonkeyPatch) -> None:
    sync, last = Engine.sync, ("edit_item", {"deed": "owner", "which": 0, "value": 1})
    idle = [("sync", SYNC), ("add_document", {"items": 2, "ids": 0}), ("sync", SYNC)]

    def careless(engine: Engine, request: Request) -> RunResult:
        if any("@alice" in path.read_text() for path in Path(engine.settings.root).rglob("*.md")):
            raise ValueError
        return sync(engine, request)

    monkeypatch.setattr(Engine, "sync", careless)
    assert shortest(machine("local"), [BEGIN, *idle, last, *idle]) == [BEGIN, last]
