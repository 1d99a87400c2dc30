"""Counts requests on the server's side, for each tracker: first sync, nothing new, ten changed here, ten changed there.

Run by scripts/bench; `--items 100 1000` says for how many items. The figures are counts, so that they do not depend
on how busy the machine is; the seconds beside them are one reading. `--reading` measures the reading of documents
instead: `--reading 1000 10000` says how many.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from pmsync.config.settings import Guard
from tests import reading
from tests.clock import Clock
from tests.team import Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage
from tests.trackers.stage import Stage

WORDS = ("alerting", "runbook", "quota", "probe", "backup", "dashboard", "timeout", "failover", "retry", "canary")
STAGES: dict[str, Callable[[], AbstractContextManager[Stage]]] = {
    "github": lambda: GitHubStage(Clock()),
    "jira cloud": lambda: JiraStage(Clock(), deployment="cloud"),
    "jira server": lambda: JiraStage(Clock(), deployment="server"),
}


def titles(count: int, *, changed: int = 0) -> list[str]:
    def one(number: int) -> str:
        text = f"Improve the {WORDS[number % 10]} of service {number:04} in region {number * 7919 % 9973:04}"
        return f"{text} by next month" if number < changed else text

    return [one(number) for number in range(count)]


def write(team: Team, items: list[str]) -> None:
    for start in range(0, len(items), 10):
        team.write(f"postmortems/{start // 10:04}.md", *items[start : start + 10])


def measure(name: str, count: int) -> Iterator[tuple[str, int, int, float]]:
    """Yields (step, requests, tickets created so far, seconds)."""
    with STAGES[name]() as stage, tempfile.TemporaryDirectory() as folder:
        team = Team(Path(folder), stage, guard=Guard(max_creates=count, max_updates=count))
        write(team, titles(count))

        def step(what: str) -> tuple[str, int, int, float]:
            before, start = stage.requests(), time.perf_counter()
            result = team.sync()
            assert result.ok, result.findings
            return what, stage.requests() - before, stage.created(), time.perf_counter() - start

        yield step("first sync")
        yield step("a minute later")
        team.clock.advance(minutes=20)
        step("what is still settling is read once more")
        team.clock.advance(minutes=20)
        yield step("nothing new")
        write(team, titles(count, changed=10))
        yield step("10 changed here")
        team.clock.advance(minutes=20)
        step("what is still settling is read once more")
        team.clock.advance(minutes=20)
        for link in list(team.links().values())[:10]:
            stage.close(link.ticket.ref)
        yield step("10 closed there")
        team.settings = replace(team.settings, full_scan_every=team.settings.full_scan_every * 0)
        yield step("full scan")
        team.lose_ledger()
        yield step("ledger lost")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--tracker", choices=list(STAGES), action="append")
    parser.add_argument("--reading", type=int, nargs="*", metavar="DOCUMENTS", help="what reading costs, not requests")
    args = parser.parse_args()
    if args.reading is not None:
        with tempfile.TemporaryDirectory() as folder:
            for line in reading.figures(args.reading or [1000, 10_000], Path(folder)):
                print(line, flush=True)
        return
    print(f"{'tracker':<12} {'items':>6}  {'step':<18} {'requests':>8} {'created':>8} {'seconds':>8}")
    for name in args.tracker or STAGES:
        for count in args.items:
            for what, requests, created, seconds in measure(name, count):
                print(f"{name:<12} {count:>6}  {what:<18} {requests:>8} {created:>8} {seconds:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
