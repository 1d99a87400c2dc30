"""The figures of a small history, each worked out by hand, from the ledger to the JSON of the command."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, run  # noqa: F401 (a fixture)
from tests.closing.small_history import fill

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def report(tmp_path: Path, run: Run) -> Any:  # noqa: F811
    fill(tmp_path)

    def report(*args: str) -> dict[str, Any]:
        answer = run("report", "--format", "json", *args, now=NOW)
        assert answer.code == 0, answer.err
        return json.loads(answer.out)

    return report


def outcomes(done: int, wont_do: int, dropped: int, still_open: int) -> dict[str, int]:
    return {"done": done, "wont_do": wont_do, "dropped": dropped, "open": still_open}


def test_all_items(report: Any) -> None:
    total = report()["total"]
    # done: a1 a2 a3 b1 b2 b3 c1; won't do: a4 b4; open: a5 a6 c2, all due 30 days after they began
    expected = {"items": 15, "done": 7, "wont_do": 2, "duplicate": 1, "orphaned": 1, "lost": 1, "open": 3}
    assert {name: total[name] for name in expected} == expected
    # c2 was due on 06-17; a6 and b3 were opened again; a5 and a6 are the oldest, of 01-12
    assert (total["late"], total["reopenings"], total["oldest"]) == (3, 2, 169)


def test_closed_within_the_window(report: Any) -> None:
    first, second = report()["by_quarter"]
    # Q1, without the duplicate b6: a1-a6 and b1-b5, b7. Within 90 days done: a1 a2 b1 b2 b3 (a3 took 120); won't do:
    # a4 b4; dropped: b5 (60 days) and b7 (90); a6 was done on day 8 and is open again: 5, 2, 2 and 3 of 12
    assert (first["name"], first["items"], first["in_view"], first["passed"]) == ("2026-Q1", 12, 12, True)
    assert first["counts"] == outcomes(5, 2, 2, 3)
    # 41.67, 16.67, 16.67 and 25 %: two of the three remainders are rounded up, so that they make 100
    assert first["percents"] == outcomes(42, 17, 16, 25)
    # Q2: c1 and c2 began 43 days ago
    assert (second["name"], second["items"], second["in_view"], second["passed"]) == ("2026-Q2", 2, 0, False)
    assert second["counts"] is second["percents"] is None


def test_by_severity_only_items_of_quarters_whose_window_has_passed(report: Any) -> None:
    first, second = report()["by_severity"]
    assert (first["name"], first["counts"], first["percents"]) == ("sev1", outcomes(2, 1, 0, 3), None)
    assert (second["name"], second["counts"], second["percents"]) == ("sev2", outcomes(3, 1, 2, 0), None)


def test_a_shorter_window(report: Any) -> None:
    first, second = report("--window", "30d")["by_quarter"]
    # done by day 30: a1 a2 b1 b2; won't do: a4 b4; Q2 ends on 06-30, and its items began 43 days ago: it has passed
    # only after the last day of the quarter
    assert first["counts"] == outcomes(4, 2, 0, 6)
    assert (second["in_view"], second["passed"]) == (2, False)


def test_after_so_many_days(report: Any) -> None:
    rows = {(row["name"], row["days"]): row for row in report()["after"]}
    assert list(rows) == [("all", 30), ("all", 90), ("sev1", 30), ("sev1", 90), ("sev2", 30), ("sev2", 90)]
    # 14 items. Day 10: a1 b1 c1 done, 3/14. Day 20: a4 b4 refused, 2/14. Day 30: a2 b2 done, 2/14. Open: 7/14.
    # 35.7, 14.3, 0 and 50 %
    assert rows["all", 30]["percents"] == outcomes(36, 14, 0, 50)
    assert rows["all", 30]["in_view"] == 14
    # c2 is followed for 43 days: 6 at risk. Day 60: b5 lost, 1/2 * 1/6 = 1/12. Day 70: b3 done, 5/12 * 1/5 = 1/12.
    # Day 90: b7 orphaned, 4/12 * 1/4 = 1/12. Open: 3/12. Done: 5/14 + 1/12 = 44.0 %, refused 14.3, dropped 16.7, 25
    assert rows["all", 90]["percents"] == outcomes(44, 14, 17, 25)
    assert (rows["all", 90]["in_view"], rows["all", 90]["items"]) == (12, 14)
    # fewer than ten: counts of those that are old enough
    assert (rows["sev2", 30]["percents"], rows["sev2", 30]["counts"]) == (None, outcomes(3, 1, 0, 4))
    assert (rows["sev2", 90]["in_view"], rows["sev2", 90]["counts"]) == (6, outcomes(3, 1, 2, 0))


def test_the_age_of_what_is_open(report: Any) -> None:
    ages = {row["name"]: (row["open"], row["by_severity"]) for row in report()["ages"]}
    assert ages == {
        "0-30": (0, {}),
        "31-90": (1, {"sev2": 1}),
        "91-180": (2, {"sev1": 2}),
        "181-365": (0, {}),
        "over 365": (0, {}),
    }


def test_groups(report: Any) -> None:
    groups = report()["groups"]
    items = {by: {row["name"]: (row["items"], row["open"]) for row in rows} for by, rows in groups.items()}
    assert items == {
        "severity": {"sev1": (6, 2), "sev2": (9, 1)},
        "kind": {"prevent": (6, 2), "detect": (9, 1)},
        "service": {"checkout": (6, 2), "pricing": (6, 2), "search": (9, 1)},
        "team": {"payments": (6, 2), "web": (9, 1)},
        "owner": {"alice": (14, 2), "bob": (1, 1)},
        "quarter": {"2026-Q1": (13, 2), "2026-Q2": (2, 1)},
    }


def test_a_past_day(report: Any) -> None:
    past = report("--as-of", "2026-04-10")
    # a6 was done then, b3 too; a3, a5, b5 and b7 were open; c was not written
    names = ("items", "done", "wont_do", "duplicate", "orphaned", "lost", "open", "reopenings")
    assert [past["total"][name] for name in names] == [13, 6, 2, 1, 0, 0, 4, 0]
    assert [row["name"] for row in past["groups"]["severity"]] == ["sev1", "sev3"]
    assert [(row["name"], row["items"]) for row in past["groups"]["owner"]] == [("alice", 13)]
    assert not past["by_quarter"][0]["passed"]


@pytest.mark.parametrize("day", ["2026-01-12", "2026-02-23", "2026-04-14", "2026-05-19", "2026-05-20", "2026-06-30"])
def test_a_past_day_is_what_was_reported_on_it(report: Any, tmp_path: Path, run: Run, day: str) -> None:  # noqa: F811
    then = tmp_path / "then"
    then.mkdir()
    fill(then, until=datetime.fromisoformat(day).date())
    at = datetime.fromisoformat(f"{day}T20:00:00").replace(tzinfo=UTC)
    reported = run("report", "--format", "json", "--as-of", day, cwd=then, now=at)
    assert report("--as-of", day) == json.loads(reported.out)


def test_filters(report: Any) -> None:
    assert report("--team", "web")["total"]["items"] == 9
    assert report("--service", "Checkout")["total"]["items"] == 6
    assert report("--period", "2026-Q2")["total"]["items"] == 2
    assert report("--period", "2026-02", "--team", "payments")["total"]["items"] == 0
