"""The figures of the report, as frozen values; `docs/metrics.md` defines each one. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pmsync.closing.items import DROPPED, Ending, ReportItem, quarter_end
from pmsync.closing.shares import OPEN, Follow, shares_after, whole_percents

LEAST = 10
"""Fewer items than this give counts, and no percentage."""
HORIZONS = (30, 90, 180, 365)
AGES = (30, 90, 180, 365)
DONE, WONT_DO, DROP = "done", "wont_do", "dropped"
OUTCOMES = (DONE, WONT_DO, DROP, OPEN)
"""What can have become of an item after some days. A duplicate is no item of its own and is in none of them."""
ALL = "all"


@dataclass(frozen=True, slots=True)
class Cohort:
    """What became of the items of one quarter or severity within the window.

    `passed` says whether the window of all its items has passed; otherwise it is running, and `counts` and `percents`
    are None. `in_view` counts the items whose window has passed. `percents` are None for fewer than LEAST items.
    """

    name: str
    items: int
    in_view: int
    passed: bool
    counts: Mapping[str, int] | None
    percents: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class After:
    """What became of the items of a severity after `days` days.

    `in_view` counts the items that were first open so long ago, and `counts` what became of them by then. `percents`
    are estimated from all `items`, and None if fewer than LEAST are in view.
    """

    name: str
    days: int
    items: int
    in_view: int
    counts: Mapping[str, int]
    percents: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class AgeBucket:
    """Open items by days since they were first open: `name` is '0-30', …, 'over 365'."""

    name: str
    open: int
    late: int
    without_ticket: int
    by_severity: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items of one group there are, and what has become of them.

    `late` are open ones past their due date, `oldest` the days since the oldest open one was first open, None if none
    is. `reopenings` counts how often items were opened again.
    """

    name: str
    items: int
    done: int
    wont_do: int
    duplicate: int
    orphaned: int
    lost: int
    open: int
    late: int
    reopenings: int
    oldest: int | None


# --- one item over time ---------------------------------------------------------------------------------------


def outcome_after(item: ReportItem, days: int) -> str:
    """What had become of the item after so many days: one of OUTCOMES.

    An item that was reopened is open until its last closing.
    """
    if item.days_to_end is None or item.days_to_end > days:
        return OPEN
    return DROP if item.ending in DROPPED else item.ending.value


def followed(item: ReportItem, day: date) -> Follow:
    """The item as it was followed until `day`."""
    if item.days_to_end is None:
        return Follow(item.days_in_view(day), "")
    return Follow(item.days_to_end, outcome_after(item, item.days_to_end))


def own(items: Iterable[ReportItem]) -> list[ReportItem]:
    """The items without duplicates, which are counted with the item that they repeat."""
    return [item for item in items if item.ending is not Ending.DUPLICATE]


# --- closed within the window ---------------------------------------------------------------------------------


def cohort(name: str, items: Sequence[ReportItem], day: date, window: int, ends: date | None = None) -> Cohort:
    """One cohort; `ends` is the first day on which no more items can join it."""
    in_view = sum(item.days_in_view(day) >= window for item in items)
    passed = in_view == len(items) and (ends is None or ends <= day)
    if not passed:
        return Cohort(name, len(items), in_view, passed=False, counts=None, percents=None)
    counts = _outcomes(items, window)
    percents = None
    if len(items) >= LEAST:
        percents = whole_percents({outcome: count / len(items) for outcome, count in counts.items()})
    return Cohort(name, len(items), in_view, passed=True, counts=counts, percents=percents)


def by_quarter(items: Sequence[ReportItem], day: date, window: int) -> tuple[Cohort, ...]:
    """The cohorts by quarter of the document's date, oldest first."""
    groups = grouped(own(items), lambda item: (item.quarter,))
    return tuple(cohort(name, groups[name], day, window, quarter_end(name)) for name in sorted(groups))


def by_severity(items: Sequence[ReportItem], day: date, window: int) -> tuple[Cohort, ...]:
    """The cohorts by severity, of the quarters whose window has passed."""
    passed = {each.name for each in by_quarter(items, day, window) if each.passed}
    groups = grouped([item for item in own(items) if item.quarter in passed], lambda item: (item.severity,))
    return tuple(cohort(name, groups[name], day, window) for name in sorted(groups, key=last_if_empty))


def _outcomes(items: Iterable[ReportItem], days: int) -> dict[str, int]:
    found = Counter(outcome_after(item, days) for item in items)
    return {outcome: found[outcome] for outcome in OUTCOMES}


# --- after so many days ---------------------------------------------------------------------------------------


def after(name: str, items: Sequence[ReportItem], day: date, days: int, follows: Sequence[Follow]) -> After:
    """One row; `follows` are the items as they were followed until `day`."""
    in_view = [item for item in items if item.days_in_view(day) >= days]
    percents = None
    if len(in_view) >= LEAST:
        shares = shares_after(follows, days)
        percents = whole_percents({outcome: shares.get(outcome, 0.0) for outcome in OUTCOMES})
    return After(name, days, len(items), len(in_view), _outcomes(in_view, days), percents)


def after_days(items: Sequence[ReportItem], day: date) -> tuple[After, ...]:
    """All items, then each severity, after each of the HORIZONS that any item has reached."""
    counted = own(items)
    groups = grouped(counted, lambda item: (item.severity,))
    named = {ALL: counted} | {name: groups[name] for name in sorted(groups, key=last_if_empty)}
    follows = {name: [followed(item, day) for item in group] for name, group in named.items()}
    rows = (after(name, group, day, days, follows[name]) for name, group in named.items() for days in HORIZONS)
    return tuple(row for row in rows if row.in_view)


# --- what is open ---------------------------------------------------------------------------------------------


def ages(items: Iterable[ReportItem], day: date) -> tuple[AgeBucket, ...]:
    """What is open, by age; every bucket is there, also an empty one."""
    starts = (0, *(limit + 1 for limit in AGES))
    names = (*(f"{first}-{last}" for first, last in zip(starts, AGES, strict=False)), f"over {AGES[-1]}")
    found: dict[str, list[ReportItem]] = {name: [] for name in names}
    for item in items:
        if item.ending is Ending.OPEN:
            found[names[sum(item.days_in_view(day) > limit for limit in AGES)]].append(item)
    return tuple(_bucket(name, group, day) for name, group in found.items())


def _bucket(name: str, items: Sequence[ReportItem], day: date) -> AgeBucket:
    severities = Counter(item.severity for item in items)
    return AgeBucket(
        name=name,
        open=len(items),
        late=sum(item.is_late(day) for item in items),
        without_ticket=sum(not item.ticket for item in items),
        by_severity={severity: severities[severity] for severity in sorted(severities, key=last_if_empty)},
    )


# --- groups ---------------------------------------------------------------------------------------------------

GROUPS: Mapping[str, Callable[[ReportItem], tuple[str, ...]]] = {
    "severity": lambda item: (item.severity,),
    "kind": lambda item: (item.kind,),
    "service": lambda item: item.services or ("",),
    "team": lambda item: (item.team,),
    "owner": lambda item: item.owners or ("",),
    "quarter": lambda item: (item.quarter,),
}
"""By what the report counts. An item with several services or owners counts for each of them; '' is none."""


def grouped(items: Iterable[ReportItem], names: Callable[[ReportItem], tuple[str, ...]]) -> dict[str, list[ReportItem]]:
    """The items by name; an item counts once for each of its names."""
    groups: dict[str, list[ReportItem]] = {}
    for item in items:
        for name in dict.fromkeys(names(item)):
            groups.setdefault(name, []).append(item)
    return groups


def tally(name: str, items: Sequence[ReportItem], day: date) -> Tally:
    found = Counter(item.ending for item in items)
    oldest = min((item.since for item in items if item.ending is Ending.OPEN), default=None)
    return Tally(
        name=name,
        items=len(items),
        done=found[Ending.DONE],
        wont_do=found[Ending.WONT_DO],
        duplicate=found[Ending.DUPLICATE],
        orphaned=found[Ending.ORPHANED],
        lost=found[Ending.LOST],
        open=found[Ending.OPEN],
        late=sum(item.is_late(day) for item in items),
        reopenings=sum(item.reopened for item in items),
        oldest=None if oldest is None else max((day - oldest) // timedelta(days=1), 0),
    )


def tallies(by: str, items: Iterable[ReportItem], day: date) -> tuple[Tally, ...]:
    """A group's rows: severities and quarters in their order, others by how much is open."""
    rows = [tally(name, group, day) for name, group in grouped(items, GROUPS[by]).items()]
    if by in {"severity", "quarter"}:
        return tuple(sorted(rows, key=lambda row: last_if_empty(row.name)))
    return tuple(sorted(rows, key=lambda row: (-row.open, -row.items, *last_if_empty(row.name))))


def last_if_empty(name: str) -> tuple[bool, str]:
    """A sort key: by name, '' last."""
    return not name, name
