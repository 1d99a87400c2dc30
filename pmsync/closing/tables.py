"""The report as tables of texts, for people. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from pmsync.closing.figures import ALL, LEAST, OUTCOMES, After, AgeBucket, Cohort, Tally
from pmsync.closing.report import ClosingReport

MOST = 12
"""Rows of a group that people are shown; CSV and JSON have all."""
RUNNING = " (running)"
"""Ends the name of a cohort whose window has not passed."""
NAME_ROOM, FEWEST = 16, 4
"""On a narrow screen: the width that names keep before columns are left out, and how many columns always stay."""
FOOTER = "Items of restricted documents are left out of everything here."
NONE = {
    **{"severity": "none", "kind": "none", "service": "no service", "team": "no team", "owner": "nobody"},
    "quarter": "none",
}
HEADS = {
    **{"items": "items", "open": "open", "late": "late", "oldest": "oldest", "done": "done", "wont_do": "won't do"},
    **{"dropped": "dropped", "duplicate": "dup", "orphaned": "orph", "lost": "lost", "reopenings": "reopened"},
}
WHOLE = {"dup": "duplicate", "orph": "orphaned"}
"""Heads that are short on a terminal, as they are where there is room."""
_ASIDE = {
    "proposed": "of drafts",
    "listed": "older than documents.since",
    "external": "tracked elsewhere",
    "done": "done before they were first seen",
}
_RARE = ("late", "wont_do", "duplicate", "orphaned", "lost", "reopenings")
"""Columns that are left out while all of their numbers are 0."""


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A table with its `title`. `note` says how to read it, and `more` how many rows are left out."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    more: int = 0


def tables(report: ClosingReport) -> list[FigureTable]:
    """Every table of the report that has a row."""
    window = f"within {_days(report.window)}"
    running = any(not row.passed for row in report.by_quarter)
    few = f"No percentage for fewer than {LEAST} items."
    found = [
        FigureTable(
            f"Closed {window}, by quarter of the incident",
            ("quarter", "items", *_outcome_heads()),
            tuple(_cohort_cells(row, "quarter") for row in report.by_quarter),
            f"Running: the {_days(report.window)} of some items are not over. {few}" if running else few,
        ),
        FigureTable(
            f"Closed {window}, by severity",
            ("severity", "items", *_outcome_heads()),
            tuple(_cohort_cells(row, "severity") for row in report.by_severity),
            "Only quarters that are not running.",
        ),
        FigureTable(
            "What has become of items after so many days",
            ("severity", "after", "items", *_outcome_heads()),
            tuple(_after_cells(row) for row in report.after),
            f"Open items count as long as they were open. With fewer than {LEAST} items old enough: counts of these.",
        ),
        _age_table(report.ages),
        *(_tally_table(by, rows, report.total) for by, rows in report.groups.items()),
    ]
    return [table for table in found if table.rows]


def headline(report: ClosingReport) -> str:
    """The report in a sentence: `As of 2026-11-30: 41 items, 12 open (3 late), 24 done, …`."""
    total = report.total
    apart = {name: getattr(total, name) for name in ("done", "wont_do", "duplicate", "orphaned", "lost")}
    words = {"wont_do": "won't do"} | dict.fromkeys(("duplicate", "orphaned", "lost"), "")
    told = [f"{count} {words.get(name) or name}" for name, count in apart.items() if count]
    late = f" ({total.late} late)" if total.late else ""
    again = f"; opened again {_times(total.reopenings)}" if total.reopenings else ""
    what = f" ({report.selection})" if report.selection else ""
    return f"As of {report.as_of}{what}: " + ", ".join([_items(total.items), f"{total.open} open{late}", *told]) + again


def aside(report: ClosingReport) -> str:
    """Which items are not counted, and why; '' if all are."""
    told = [f"{count} {_ASIDE.get(why, why)}" for why, count in report.not_counted.items()]
    return f"Not counted: {', '.join(told)}." if told else ""


def percent(percents: Mapping[str, int] | None, counts: Mapping[str, int], outcome: str) -> str:
    """A count with its percentage, if there are enough items for one."""
    count = str(counts[outcome])
    return f"{count} ({percents[outcome]} %)" if percents else count


def _outcome_heads() -> tuple[str, ...]:
    return tuple(HEADS[outcome] for outcome in OUTCOMES)


def _cohort_cells(row: Cohort, by: str) -> tuple[str, ...]:
    name = row.name or NONE[by]
    if row.counts is None:
        return (f"{name}{RUNNING}", str(row.items), *("" for _ in OUTCOMES))
    return (name, str(row.items), *(percent(row.percents, row.counts, outcome) for outcome in OUTCOMES))


def _after_cells(row: After) -> tuple[str, ...]:
    cells = (
        f"{row.percents[outcome]} %" if row.percents else f"{row.counts[outcome]} of {row.in_view}"
        for outcome in OUTCOMES
    )
    return (row.name or NONE["severity"], _days(row.days), str(row.items), *cells)


def _age_table(ages: Sequence[AgeBucket]) -> FigureTable:
    severities = sorted({name for bucket in ages for name in bucket.by_severity}, key=lambda name: (not name, name))
    rows = tuple(
        (
            f"{row.name} days",
            *map(str, (row.open, row.late, row.without_ticket, *(row.by_severity.get(name, 0) for name in severities))),
        )
        for row in ages
    )
    columns = ("age", "open", "late", "no ticket", *(name or "no severity" for name in severities))
    return FigureTable("Age of what is open", columns, rows if any(row.open for row in ages) else ())


def _tally_table(by: str, rows: Sequence[Tally], total: Tally) -> FigureTable:
    names = [name for name in HEADS if hasattr(total, name) and not (name in _RARE and not getattr(total, name))]
    cells = tuple((row.name or NONE[by], *(_number(name, row) for name in names)) for row in rows[:MOST])
    note = "An item counts for each of its owners." if by == "owner" else ""
    note = "An item counts for each of its services." if by == "service" else note
    if {row.name for row in rows} == {""}:
        cells = ()
    return FigureTable(
        f"By {by}", (by, *(HEADS[name] for name in names)), cells, note, max(len(rows) - MOST, 0) if cells else 0
    )


def _number(name: str, row: Tally) -> str:
    value = getattr(row, name)
    if name == "oldest":
        return "" if value is None else f"{value}d"
    return str(value)


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _items(count: int) -> str:
    return f"{count} item{'' if count == 1 else 's'}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def fitted(table: FigureTable, room: int, gap: int) -> FigureTable:
    """The table for a screen of `room` columns: the last columns are left out, then names are cut, and it says so."""
    widths = [max(map(len, cells)) for cells in zip(table.columns, *table.rows, strict=True)]
    name, kept = min(widths[0], NAME_ROOM), len(widths)
    while kept > FEWEST and name + sum(widths[1:kept]) + gap * (kept - 1) > room:
        kept -= 1
    name = max(room - sum(widths[1:kept]) - gap * (kept - 1), len(table.columns[0]))
    left = f"A wider screen also shows: {', '.join(table.columns[kept:])}." if kept < len(widths) else ""
    return replace(
        table,
        columns=table.columns[:kept],
        rows=tuple((_cut(cells[0], name), *cells[1:kept]) for cells in table.rows),
        note=" ".join(filter(None, (table.note, left))),
    )


def _cut(name: str, room: int) -> str:
    if len(name) <= room:
        return name
    end = RUNNING if name.endswith(RUNNING) else ""
    return f"{name.removesuffix(end)[: max(room - len(end) - 1, 1)]}…{end}"


# --- for programs ---------------------------------------------------------------------------------------------

CSV_COLUMNS = ("as_of", "figure", "by", "name", "days", "items", "in_view", "measure", "count", "percent")


def csv_rows(report: ClosingReport) -> Iterable[tuple[object, ...]]:
    """One row for each number, in CSV_COLUMNS; None where there is no such number."""
    for by, cohorts in (("quarter", report.by_quarter), ("severity", report.by_severity)):
        for row in cohorts:
            key = (report.as_of, "closed_within", by, row.name, report.window, row.items, row.in_view)
            yield from (
                (*key, outcome, row.counts and row.counts[outcome], row.percents and row.percents[outcome])
                for outcome in OUTCOMES
            )
    for each in report.after:
        by = "" if each.name == ALL else "severity"
        key = (report.as_of, "after", by, each.name, each.days, each.items, each.in_view)
        yield from ((*key, name, each.counts[name], each.percents and each.percents[name]) for name in OUTCOMES)
    for bucket in report.ages:
        numbers = {"open": bucket.open, "late": bucket.late, "without_ticket": bucket.without_ticket}
        for name, count in numbers.items():
            yield (report.as_of, "age", "age", bucket.name, None, bucket.open, None, name, count, None)
    for by, rows in (("", (report.total,)), *report.groups.items()):
        for each_row in rows:
            measures = [each.name for each in fields(Tally) if each.name not in {"name", "items"}]
            start = (report.as_of, "count", by, each_row.name, None, each_row.items, None)
            yield from ((*start, name, getattr(each_row, name), None) for name in measures)
