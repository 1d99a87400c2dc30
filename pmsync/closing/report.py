"""The report: which items it is about, and all of its figures. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pmsync.closing import figures
from pmsync.closing.figures import After, AgeBucket, Cohort, Tally
from pmsync.closing.items import ReportItem
from pmsync.closing.period import Period


@dataclass(frozen=True, slots=True)
class Selection:
    """Which items the report is about; what is empty does not matter. The period is of the documents' dates."""

    period: Period | None = None
    team: str = ""
    service: str = ""

    def keeps(self, item: ReportItem) -> bool:
        return (
            (self.period is None or (item.dated or item.since) in self.period)
            and (not self.team or plain(item.team) == plain(self.team))
            and (not self.service or plain(self.service) in map(plain, item.services))
        )

    @property
    def in_words(self) -> str:
        """`period 2026-Q3, team web`; '' for everything."""
        parts = {"period": self.period and self.period.name, "team": self.team, "service": self.service}
        return ", ".join(f"{name} {value}" for name, value in parts.items() if value)


EVERYTHING = Selection()


def plain(name: str) -> str:
    """A team or service as names are compared."""
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())


@dataclass(frozen=True, slots=True)
class ClosingReport:
    """The figures at the end of the day `as_of` (UTC). `window` is in days.

    `by_quarter` and `by_severity` are what was closed within the window, `after` what had become of items after some
    days, `ages` what is open, `total` and `groups` (severity, kind, service, team, owner, quarter) plain counts.
    `not_counted` are items by why they are not: proposed, listed, external, or done before they were first seen.
    """

    as_of: date
    window: int
    selection: str
    total: Tally
    by_quarter: tuple[Cohort, ...]
    by_severity: tuple[Cohort, ...]
    after: tuple[After, ...]
    ages: tuple[AgeBucket, ...]
    groups: Mapping[str, tuple[Tally, ...]]
    not_counted: Mapping[str, int]


def closing_report(
    items: Sequence[ReportItem],
    day: date,
    window: int = 90,
    selection: Selection = EVERYTHING,
    not_counted: Iterable[str] = (),
) -> ClosingReport:
    """All figures of the selected items, for the end of the day."""
    chosen = [item for item in items if selection.keeps(item)]
    return ClosingReport(
        as_of=day,
        window=window,
        selection=selection.in_words,
        total=figures.tally(figures.ALL, chosen, day),
        by_quarter=figures.by_quarter(chosen, day, window),
        by_severity=figures.by_severity(chosen, day, window),
        after=figures.after_days(chosen, day),
        ages=figures.ages(chosen, day),
        groups={by: figures.tallies(by, chosen, day) for by in figures.GROUPS},
        not_counted=dict(sorted(Counter(not_counted).items())),
    )
