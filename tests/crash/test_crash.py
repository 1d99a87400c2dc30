"""A real process is hit at each effect of a sync; clean runs afterwards must leave one ticket for each item.

Counted is on the service's side: tickets ever created.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from datetime import timedelta
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from tests.crash.scene import FIRST, Ended, Scene, scene
from tests.reliability import record

TRACKERS, STEPS = ("github", "jira", "local"), ("first", "second")
SPREAD = {
    "kill": {"github": 1, "jira": 4, "local": 4},
    "term": {"github": 4},
    "int": {"github": 7},
    "twice": {"github": 5},
}
"""Without --soak: of how many effects that change something one is hit. A tracker left out is not hit."""
LAG = timedelta(minutes=5)
"""So long a listing lacks new tickets: between the run that is hit and the next one only the ledger knows of them."""
ENDS = {"kill": {-9}, "term": {130}, "int": {130}, "twice": {130}}


@cache
def effects(kind: str, step: str) -> tuple[str, ...]:
    """The names of all effects of a run that nothing happens to."""
    with tempfile.TemporaryDirectory() as folder, scene(kind, Path(folder) / "dry", lag=LAG) as dry:
        prepare(dry, step)
        ended = dry.run()
        assert ended.code == 0, ended.printed
        check(dry, step)
        return tuple(map(plain, ended.effects))


def plain(name: str) -> str:
    """Without what differs from run to run."""
    name = re.sub(r"tickets\.db\.\w+\.new", "tickets.db.new", name)
    name = re.sub(r"\.ledger\.db\.\w+\.pmsync", ".ledger.db.pmsync", name)
    return re.sub(r"since=[^&]+", "since=", name)


def prepare(of: Scene, step: str) -> None:
    of.before_first() if step == "first" else of.before_second()


def check(of: Scene, step: str) -> None:
    of.check_first() if step == "first" else of.check_second()


def points(kind: str, step: str, every: int) -> list[int]:
    """The numbers of effects to hit: all, or each so many of those between which the world differs."""
    names = effects(kind, step)
    if every == 0:
        return list(range(1, len(names) + 1))
    same = re.compile(r"after (?!request)|before BEGIN|\w+ request GET|before mkdir")
    differ = [number for number, name in enumerate(names, 1) if number == len(names) or not same.match(name)]
    return differ[::every]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each way, tracker and sync that is to be hit, in as many shards as keep it short."""
    if "shards" not in metafunc.fixturenames:
        return
    full = metafunc.config.getoption("--soak")
    values = []
    for how, kind, step in product(ENDS, TRACKERS, STEPS):
        every = 0 if full else SPREAD[how].get(kind)
        shards = 8 if full else 4 if every == 1 else 1
        if every is not None:
            values += [pytest.param(how, kind, step, every, (shard, shards)) for shard in range(shards)]
    metafunc.parametrize("how, kind, step, every, shards", values)


def test_one_ticket_for_each_item_wherever_a_run_is_hit(
    how: str, kind: str, step: str, every: int, shards: tuple[int, int], tmp_path: Path
) -> None:
    hits = points(kind, step, every)[shards[0] :: shards[1]]
    for number in hits:
        name = effects(kind, step)[number - 1]
        try:
            with scene(kind, tmp_path / f"{number}", lag=LAG) as of:
                prepare(of, step)
                ended = of.run(at=number, how=how, spill=number % 2 == 0)
                stopped(of, ended, how, number, name)
                check(of, step)
        except BaseException as error:
            error.add_note(f"{how} at effect {number}: {name}")
            raise
    record("A run is hit at an effect", f"{kind}, {step} sync", how, len(hits))


def stopped(of: Scene, ended: Ended, how: str, number: int, name: str) -> None:
    """The process ended as it was hit, where it was hit, and said no more than it should."""
    assert ended.code in ENDS[how], ended.printed
    assert plain(ended.effects[number - 1]) == name
    assert "Traceback" not in ended.printed
    if how == "kill":
        assert len(ended.effects) == number
    elif how == "twice":
        assert "interrupted" in ended.printed
    else:
        assert "stopping after the current operation" in ended.printed
        assert not of.intents()


@pytest.mark.parametrize("spill", [False, True], ids=["", "spilled"])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", TRACKERS)
def test_a_copy_of_the_ledger_taken_in_the_middle_of_a_run_opens_and_goes_on(
    kind: str, step: str, spill: bool, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """As after a power cut, or with a backup: the ledger is of some moment, the service went on."""
    full = request.config.getoption("--soak")
    with scene(kind, tmp_path / "it") as of:
        prepare(of, step)
        ended = of.run(copies=True, aside=str(tmp_path / "copies"), spill=spill, every=spill)
        assert ended.code == 0, ended.printed
        copies = distinct(tmp_path / "copies")
        for copy in copies if full else copies[:: max(len(copies) // 4, 1)]:
            try:
                for name in ("ledger.db", "ledger.db-journal"):
                    (of.ledger.parent / name).unlink(missing_ok=True)
                shutil.copytree(copy, of.ledger.parent, dirs_exist_ok=True)
                check(of, step)
            except BaseException as error:
                error.add_note(f"copied at effect {copy.name}: {ended.effects[int(copy.name) - 1]}")
                raise
            record("The ledger is one of a moment in the run", f"{kind}, {step} sync", "copies", 1)
        assert len(copies) > 8


def distinct(folder: Path) -> list[Path]:
    """The copies that differ, in their order."""
    found: dict[tuple[bytes, ...], Path] = {}
    for copy in sorted(folder.iterdir(), key=lambda path: int(path.name)):
        content = tuple(file.name.encode() + file.read_bytes() for file in sorted(copy.iterdir()))
        found.setdefault(content, copy)
    return list(found.values())


@pytest.mark.parametrize("when", ["before", "after"])
def test_with_real_time_and_real_processes_a_create_in_doubt_waits_for_settle(when: str, tmp_path: Path) -> None:
    with scene("github", tmp_path / "it", real_time=True, settle="2s") as of:
        of.before_first()
        number = effects("github", "first").index(f"{when} request POST /repos/acme/web/issues") + 1
        begun = time.monotonic()
        assert of.run(anew=True, at=number, how="kill").code == -9
        announced = time.monotonic()  # at the latest: a process may take seconds to start
        assert of.stage.created() == (when == "after")
        assert len(of.intents()) == 1
        of.run()
        if time.monotonic() - begun < 2:
            assert of.stage.created() == (3 if when == "after" else 2)
        time.sleep(max(0.0, announced + 2.5 - time.monotonic()))
        of.good()
        of.check(sorted(FIRST))
        assert of.run("plan", "--exit-code", anew=True).code == 0
