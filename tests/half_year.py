"""Half a year of two teams: documents, tickets and people at work, through real syncs with a clock turned by hand.

    python -m tests.half_year FOLDER [--seed N]

leaves a folder in which `pmsync report`, `status` and the like have something to show. The same seed gives the same
history. Tickets go into the embedded tracker, those of restricted documents into one of their own.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pmsync.config.file import load
from pmsync.ledger import Ledger
from pmsync.model import Link
from pmsync.sync.engine import Clock as EngineClock
from pmsync.sync.engine import Engine, Request
from pmsync.sync.tracker_views import Source
from pmsync.trackers.local.ticket_actions import Desk
from pmsync.trackers.local.tracker import LocalTracker, connect
from pmsync.trackers.retry import Retrying
from tests.clock import Clock

FIRST_DAY = date(2026, 1, 5)
LAST_DAY = date(2026, 7, 5)

CONFIG = """
[documents]
namespace = "acme/handbook"
since = 2026-01-01
[trackers.local]
type = "local"
default = true
[trackers.vault]
type = "local"
restricted = true
[people.alice]
name = "Alice Liddell"
[people.bob]
name = "Bob Baker"
[people.carol]
name = "Carol Chen"
[people.dave]
name = "Dave Duarte"
[sla]
sev1 = "15d"
sev2 = "30d"
sev3 = "60d"
"""

TEAMS = {"payments": (("checkout", "pricing"), ("alice", "bob")), "web": (("search", "images"), ("carol", "dave"))}
KINDS = ("prevent", "detect", "mitigate")
SEVERITIES = ("SEV1", "SEV2", "SEV2", "SEV3", "SEV3", "SEV3")
PACE = {"SEV1": 15, "SEV2": 30, "SEV3": 60}
"""Days that it takes people to close an item, more or less."""
WORK = (
    "Alert on the age of the oldest message of {}",
    "Write a runbook for the failover of {}",
    "Close database connections after use in {}",
    "Limit retries of {} to three with a pause between them",
    "Test restoring last night's backup of {} every month",
    "Ask for a confirmation before the cache of {} is emptied",
    "Move certificates of {} to automatic renewal",
    "Add a canary stage to the deployment of {}",
    "Show the queue length of {} on the team's dashboard",
    "Remove the unused feature flags of {}",
    "Rate limit clients of {} by their token",
    "Page the on-call engineer if {} loses its replica",
)
SECRET = "Rotate the leaked signing keys"


@dataclass
class HalfYear:
    """The folder with the configuration, and what happens in it day by day until `play` has reached a day."""

    root: Path
    seed: int = 1
    day: date = FIRST_DAY
    clock: Clock = field(init=False)
    plans: dict[date, list[Callable[[], None]]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.clock = Clock(datetime.combine(self.day, datetime.min.time(), UTC) + timedelta(hours=8))
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / "pmsync.toml").write_text(CONFIG, encoding="utf-8")
        self.settings = load(self.root / "pmsync.toml", {}, self.root)

    def play(self, until: date = LAST_DAY) -> None:
        """Live through every day up to `until`, with a sync on Mondays and Thursdays, and on `until`."""
        while self.day <= until:
            for happen in self.plans.pop(self.day, ()):
                happen()
            if self.day.weekday() in {0, 3}:
                team = "payments" if self.day.isocalendar().week % 2 == (self.day.weekday() == 0) else "web"
                self._incident(team, self.day)
            if self.day.weekday() in {0, 3} or self.day == until:
                self.sync()
            self.day += timedelta(days=1)
            self.clock.time = datetime.combine(self.day, datetime.min.time(), UTC) + timedelta(hours=8)

    def sync(self) -> None:
        """A run of the real engine; what is new gets a fate."""
        sources = {
            name: Source(Retrying(self._tracker(name), sleep=self.clock.sleep)) for name in self.settings.trackers
        }
        engine = Engine(self.settings, sources, EngineClock(now=self.clock.now, sleep=self.clock.sleep))
        result = engine.sync(Request(allow={"creates": 500, "orphans": 500}))
        assert not result.applied.failed, result.findings
        for uid, link in self.links().items():
            if uid not in self.known:
                self.known.add(uid)
                self._fate(link)

    def links(self) -> dict[str, Link]:
        with Ledger.open(Path(self.settings.ledger), readonly=True) as ledger:
            return ledger.links()

    def _tracker(self, name: str) -> LocalTracker:
        return connect(self.settings.trackers[name], {}, self.root, self.clock.now)

    # --- what happens -----------------------------------------------------------------------------------------

    def _incident(self, team: str, day: date) -> None:
        """A new document; about one in twelve is restricted, and one in ten changes its severity later."""
        services, people = TEAMS[team]
        service, severity = self.chance.choice(services), self.chance.choice(SEVERITIES)
        restricted = self.chance.random() < 1 / 12
        work = self.chance.sample(WORK, self.chance.randint(2, 4))
        items = [f"{each.format(service)} [{self.chance.choice(KINDS)}]" for each in work]
        items += [SECRET] if restricted else []
        owners = [self.chance.choice((*people, people[0], "")) for _ in items]
        lines = [f"- {item}" + (f" (owner: {who})" if who else "") for item, who in zip(items, owners, strict=True)]
        path = self.root / "postmortems" / f"{day}-{service}.md"
        self._write(path, day, severity, service, team, lines, restricted=restricted)
        if self.chance.random() < 1 / 10:
            other = "SEV1" if severity != "SEV1" else "SEV2"
            self._later(20, lambda: self._edit(path, f"severity: {severity}", f"severity: {other}"))
        if self.chance.random() < 1 / 10:
            self._later(30, lambda: self._edit(path, f"{lines[0]}\n", ""))

    def _write(
        self, path: Path, day: date, severity: str, service: str, team: str, lines: list[str], *, restricted: bool
    ) -> None:
        head = {"title": f"{service.capitalize()} was down on {day}", "date": day, "severity": severity}
        head |= {"status": "final", "services": f"[{service}]", "team": team}
        head |= {"visibility": "restricted"} if restricted else {}
        matter = "".join(f"{name}: {value}\n" for name, value in head.items())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\n{matter}---\n\n## Action items\n\n" + "\n".join(lines) + "\n", encoding="utf-8")

    def _edit(self, path: Path, old: str, new: str) -> None:
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    def _fate(self, link: Link) -> None:
        """What becomes of a new ticket, and when."""
        desk, number = self._tracker(link.ticket.ref.tracker).desk(self._somebody(link)), _number(link)
        severity = self._severity(link)
        days = 1 + int(self.chance.expovariate(1 / PACE[severity]))
        draw = self.chance.random()
        if draw < 0.72:
            self._later(days, lambda: desk.close(number))
            if draw < 0.07:
                self._later(days + 9, lambda: desk.reopen(number))
                self._later(days + 30, lambda: desk.close(number))
        elif draw < 0.84:
            self._later(days, lambda: desk.close(number, wont_do=True))
        elif draw < 0.88:
            self._later(days, lambda: desk.set(number, state="duplicate", duplicate_of=max(number - 1, 1)))
        elif draw < 0.92:
            self._later(days, lambda: desk.delete(number))
        else:
            self._later(max(days // 2, 1), lambda: _assign(desk, number, self._other(desk.actor)))

    def _later(self, days: int, happen: Callable[[], None]) -> None:
        self.plans.setdefault(self.day + timedelta(days=days), []).append(happen)

    def _somebody(self, link: Link) -> str:
        return link.ticket.assignees[0] if link.ticket.assignees else "alice"

    def _other(self, person: str) -> str:
        return {"alice": "bob", "bob": "alice", "carol": "dave", "dave": "carol"}.get(person, "alice")

    def _severity(self, link: Link) -> str:
        text = (self.root / link.document_id).read_text(encoding="utf-8")
        return text.split("severity: ")[1][:4]


def _assign(desk: Desk, number: int, person: str) -> None:
    desk.assign(number, person)


def _number(link: Link) -> int:
    return int(link.ticket.ref.key.rpartition("-")[2])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    HalfYear(options.folder, options.seed).play()
