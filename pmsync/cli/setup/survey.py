"""What `pmsync init` understands of the documents, in figures. Pure, but for `survey`, which reads them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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
from pmsync.model import Document, Reading
from pmsync.planning.operations import Plan
from pmsync.planning.plan import plan
from pmsync.sync.engine import Clock, Engine, Request, Result
from pmsync.sync.tracker_views import Source

_HANDLE = re.compile(r"(?<![\w@./+-])@([A-Za-z\d][\w-]{0,38})")


@dataclass(frozen=True, slots=True)
class Count:
    """Something with a number: a heading with its items, or one that is not known with its entries, and where."""

    what: str
    number: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A `documents.since`, what it is called, and how many tickets a first sync would make."""

    day: date
    label: str
    tickets: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found: `result` is the plan if documents of every age counted, `unknown` the headings to teach."""

    result: Result
    unknown: tuple[Count, ...]
    handles: frozenset[str]

    @property
    def reading(self) -> Reading:
        return self.result.world.reading

    @property
    def sections(self) -> list[Count]:
        """The headings under which items were found, those with the most first; '' for items outside of any."""
        return _counted([(item.section, document) for document in self.reading.documents for item in document.items])

    @property
    def people(self) -> list[Proposal]:
        counts = Counter(o for d in self.reading.documents for item in d.items for o in item.owners)
        return propose(counts, self.handles)

    def plan(self, since: date | None) -> Plan:
        """What a first sync would do if documents counted since then."""
        world = self.result.world
        return plan(replace(world, settings=replace(world.settings, since=since)))

    def tickets(self, since: date | None) -> int:
        """How many tickets that would make."""
        return len(self.plan(since).creates)

    def choices(self, today: date) -> list[Choice]:
        """Sensible values for `documents.since`, the latest first; each says more than the one before."""
        first = min((d.date for d in self.reading.documents if d.date), default=today)
        days = [(today, "today"), (_half_a_year_before(today), "the last 6 months"), (min(first, today), "everything")]
        if first >= days[1][0]:
            del days[1]
        if first >= today:
            days = days[:1]
        return [Choice(day, label, self.tickets(day)) for day, label in days]


def _half_a_year_before(day: date) -> date:
    year, month = (day.year, day.month - 6) if day.month > 6 else (day.year - 1, day.month + 6)
    return date(year, month, min(day.day, 28))


def _counted(found: Sequence[tuple[str, Document]]) -> list[Count]:
    """By heading, whatever its case."""
    numbers = Counter(heading.casefold() for heading, _ in found)
    shown: dict[str, tuple[str, str]] = {}
    for heading, document in found:
        shown.setdefault(heading.casefold(), (heading, document.path))
    return [Count(shown[key][0], number, shown[key][1]) for key, number in numbers.most_common()]


def survey(settings: Settings, now: Callable[[], datetime]) -> Survey:
    """Read the documents and plan as if all trackers were empty; writes nothing."""
    result = plan_offline(replace(settings, since=None), now)
    headings: dict[str, list[tuple[int, str]]] = {}
    handles: set[str] = set()
    for path, source in _contents(settings, result.world.reading.documents):
        handles |= set(_HANDLE.findall(source.text))
        for each in unread(source, settings.vocabulary):
            headings.setdefault(each.heading.casefold(), []).append((each.entries, f"{each.heading}\0{path}"))
    unknown = [
        Count(found[0][1].partition("\0")[0], sum(number for number, _ in found), found[0][1].partition("\0")[2])
        for found in headings.values()
    ]
    unknown.sort(key=lambda each: (-each.number, each.what))
    return Survey(result, tuple(unknown), frozenset(handles))


def plan_offline(settings: Settings, now: Callable[[], datetime]) -> Result:
    """What a sync would do if no tracker held anything; a ledger that cannot be used is passed over."""
    sources: Mapping[str, Source] = {name: Source(None, unseen=True) for name in settings.trackers}
    clock = Clock(now=now)
    try:
        return Engine(settings, sources, clock).plan(Request())
    except LedgerError:
        bare = replace(settings, ledger=f"{settings.ledger}.none")
        return Engine(bare, sources, clock).plan(Request())


def _contents(settings: Settings, documents: Collection[Document]) -> Iterator[tuple[str, Content]]:
    for document in documents:
        try:
            data = read_bytes(locate(Path(settings.root), document.path), largest(document.path))
            yield document.path, content(data, document.path)
        except DocumentError:
            continue
