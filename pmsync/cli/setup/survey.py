"""What `pmsync init` reads in the documents, in figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from pmsync.cli.setup.find_people import Proposal, propose
from pmsync.config.settings import Settings
from pmsync.documents.blocks import Content
from pmsync.documents.files import locate, read_bytes
from pmsync.documents.items.unread import unread
from pmsync.documents.read import content, largest
from pmsync.errors import DocumentError, LedgerError
from pmsync.model import Reading
from pmsync.planning.operations import Plan
from pmsync.planning.plan import plan
from pmsync.sync.engine import Clock, Engine, Request, RunResult
from pmsync.sync.tracker_views import Source

_HANDLE = re.compile(r"(?<![\w@./+-])@([A-Za-z\d][\w-]{0,38})")


@dataclass(frozen=True, slots=True)
class Count:
    """A heading with the number of entries below it, and the first document that has it."""

    what: str
    number: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value for `documents.since`, its label, and how many tickets a first sync would create."""

    day: date
    label: str
    tickets: int


@dataclass(frozen=True, slots=True)
class Survey:
    """`result` is the plan for documents of every age; `unknown` are headings that are not read but look like work.

    `handles` are the names that documents write with '@'.
    """

    result: RunResult
    unknown: tuple[Count, ...]
    handles: frozenset[str]

    @property
    def reading(self) -> Reading:
        return self.result.world.reading

    @property
    def sections(self) -> list[Count]:
        """The headings with items, those with the most first; '' for items without a heading."""
        return _counted((item.section, 1, each.path) for each in self.reading.documents for item in each.items)

    @property
    def people(self) -> list[Proposal]:
        items = (item for document in self.reading.documents for item in document.items)
        return propose(Counter(owner for item in items for owner in item.owners), self.handles)

    def plan(self, since: date | None) -> Plan:
        """What a first sync would do with this `documents.since`."""
        world = self.result.world
        return plan(replace(world, settings=replace(world.settings, since=since)))

    def choices(self, today: date) -> list[Choice]:
        """Sensible values for `documents.since`, the latest first."""
        first = min((document.date for document in self.reading.documents if document.date), default=today)
        days = [(today, "today")]
        if first < (half := _half_a_year_before(today)):
            days.append((half, "the last 6 months"))
        if first < today:
            days.append((first, "everything"))
        return [Choice(day, label, len(self.plan(day).creates)) for day, label in days]


def _half_a_year_before(day: date) -> date:
    year, month = (day.year, day.month - 6) if day.month > 6 else (day.year - 1, day.month + 6)
    return date(year, month, min(day.day, 28))


def _counted(rows: Iterable[tuple[str, int, str]]) -> list[Count]:
    """Numbers by heading, ignoring case, the largest first."""
    counts: dict[str, Count] = {}
    for heading, number, path in rows:
        count = counts.get(heading.casefold(), Count(heading, 0, path))
        counts[heading.casefold()] = replace(count, number=count.number + number)
    return sorted(counts.values(), key=lambda count: -count.number)


def take_survey(settings: Settings, now: Callable[[], datetime]) -> Survey:
    """Read the documents and plan as if all trackers were empty; writes nothing."""
    result = _plan_offline(replace(settings, since=None), now)
    contents = dict(_contents(settings, result.world.reading))
    handles = frozenset(handle for source in contents.values() for handle in _HANDLE.findall(source.text))
    unknown = _counted(
        (section.heading, section.entries, path)
        for path, source in contents.items()
        for section in unread(source, settings.vocabulary)
    )
    return Survey(result, tuple(sorted(unknown, key=lambda count: (-count.number, count.what))), handles)


def _plan_offline(settings: Settings, now: Callable[[], datetime]) -> RunResult:
    """What a sync would do if the trackers were empty; a ledger that cannot be used is ignored."""
    sources = {name: Source(None, unseen=True) for name in settings.trackers}
    try:
        return Engine(settings, sources, Clock(now=now)).plan(Request())
    except LedgerError:
        bare = replace(settings, ledger=f"{settings.ledger}.none")
        return Engine(bare, sources, Clock(now=now)).plan(Request())


def _contents(settings: Settings, reading: Reading) -> Iterator[tuple[str, Content]]:
    """The documents that can be read, by path."""
    for document in reading.documents:
        try:
            data = read_bytes(locate(Path(settings.root), document.path), largest(document.path))
            yield document.path, content(data, document.path)
        except DocumentError:
            continue
