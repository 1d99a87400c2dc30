"""A repository with documents and a ledger, and the services behind its trackers: what engine tests work with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pmsync.config.settings import Person, Settings, TrackerSettings
from pmsync.ledger import Ledger
from pmsync.model import Link, Ref
from pmsync.sync.engine import Clock as EngineClock
from pmsync.sync.engine import Engine, Request, RunResult, Watcher
from pmsync.sync.tracker_views import Source
from pmsync.trackers.retry import Retrying
from tests.clock import Clock
from tests.trackers.stage import Stage

HEAD = """---
title: Checkout was down
date: 2026-11-20
severity: sev2
status: final
---
# Checkout was down

## Action items

"""


class Team:
    """`sync` and `plan` run the real engine; each run connects anew, as the next process would."""

    def __init__(self, root: Path, *stages: Stage, **settings: Any) -> None:
        self.root, self.stages = root, {stage.tracker.name: stage for stage in stages}
        first = stages[0]
        self.clock: Clock = first.clock
        one, two = first.people[:2]
        self.people = {
            "alice": Person("alice", "Alice", github=one, jira=one),
            "bob": Person("bob", "Bob", github=two, jira=two),
        }
        trackers = {
            name: TrackerSettings(name, "local", default=stage is first, lag=timedelta(seconds=60))
            for name, stage in self.stages.items()
        }
        values = {
            "namespace": "acme/web",
            "trackers": trackers,
            "people": self.people,
            "since": date(2026, 11, 1),
            "ledger": str(root / "ledger.db"),
        }
        self.settings = Settings(root=str(root), **{**values, **settings})
        self.told: list[str] = []

    def write(self, path: str, *items: str, head: str = HEAD) -> Path:
        """A document with these bullets."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(head + "".join(f"- {item}\n" for item in items), encoding="utf-8")
        return target

    def engine(self, stop: Callable[[], bool] = lambda: False) -> Engine:
        sources = {
            name: Source(Retrying(stage.reconnect(), sleep=self.clock.sleep)) for name, stage in self.stages.items()
        }
        clock = EngineClock(now=self.clock.now, sleep=self.clock.sleep)
        return Engine(self.settings, sources, clock, Watcher(tell=self.told.append, stop=stop))

    def sync(self, *paths: Path, **request: Any) -> RunResult:
        self.clock.advance(minutes=1)
        return self.engine().sync(Request(paths, **request))

    def plan(self, *paths: Path) -> RunResult:
        return self.engine().plan(Request(paths))

    def lose_ledger(self) -> None:
        for file in self.root.glob("ledger.db*"):
            file.unlink()

    def links(self) -> dict[str, Link]:
        """The ledger's links by the title that the document has."""
        with Ledger.open(Path(self.settings.ledger), readonly=True) as ledger:
            return {link.pushed.title if link.pushed else link.key: link for link in ledger.links().values()}

    def ref(self, title: str) -> Ref:
        return self.links()[title].ticket.ref

    def history(self, title: str) -> list[tuple[str, str, str | None]]:
        """(source, field, new value) of everything the ledger noted of an item, in order."""
        with Ledger.open(Path(self.settings.ledger), readonly=True) as ledger:
            return [(c.source, c.field, c.new) for _, c in ledger.history(self.links()[title].uid)]
