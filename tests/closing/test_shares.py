"""Shares after so many days: worked out by hand, and what holds for all of them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmsync.closing.shares import OPEN, Follow, shares_after, whole_percents

follows = st.lists(st.builds(Follow, st.integers(0, 400), st.sampled_from(["", "done", "wont_do"])), max_size=40)


def test_a_case_with_a_competing_risk_by_hand() -> None:
    """Four items: done on day 10, refused on day 20, followed for 25 days and still open, done on day 40.

    Day 10: 1 of 4 is done, 3/4 are open. Day 20: 1 of the 3 at risk is refused, 3/4 * 1/3 = 1/4; 1/2 are open. On day
    25 the open one is no longer followed. Day 40: the last one at risk is done, 1/2 * 1/1; nothing is open. Kaplan and
    Meier, with the refused one as merely no longer followed, would say that 100 % are done.
    """
    four = [Follow(10, "done"), Follow(20, "wont_do"), Follow(25, ""), Follow(40, "done")]
    assert shares_after(four, 9) == {OPEN: 1.0}
    assert shares_after(four, 10) == pytest.approx({"done": 1 / 4, OPEN: 3 / 4})
    assert shares_after(four, 30) == pytest.approx({"done": 1 / 4, "wont_do": 1 / 4, OPEN: 1 / 2})
    assert shares_after(four, 40) == pytest.approx({"done": 3 / 4, "wont_do": 1 / 4, OPEN: 0})


def test_what_ends_on_the_day_on_which_another_is_last_followed_counts_first() -> None:
    assert shares_after([Follow(5, "done"), Follow(5, "")], 5) == pytest.approx({"done": 1 / 2, OPEN: 1 / 2})


@given(follows, st.integers(0, 400))
def test_the_shares_make_one(items: list[Follow], days: int) -> None:
    shares = shares_after(items, days)
    assert sum(shares.values()) == pytest.approx(1)
    assert all(-1e-9 <= share <= 1 + 1e-9 for share in shares.values())
    assert sum(whole_percents(shares).values()) == 100


@given(follows, st.integers(0, 399))
def test_what_is_closed_never_gets_less(items: list[Follow], days: int) -> None:
    before, after = shares_after(items, days), shares_after(items, days + 1)
    assert after[OPEN] <= before[OPEN] + 1e-9
    assert all(after[cause] >= share - 1e-9 for cause, share in before.items() if cause != OPEN)


@given(st.lists(st.builds(Follow, st.integers(0, 50), st.sampled_from(["done", "wont_do"])), min_size=1))
def test_where_nothing_is_open_they_are_plain_shares(items: list[Follow]) -> None:
    counts = Counter(item.cause for item in items)
    expected = {cause: count / len(items) for cause, count in counts.items()}
    assert shares_after(items, 50) == pytest.approx({**expected, OPEN: 0}, abs=1e-9)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=6).filter(any))
def test_whole_percents_add_up_and_are_near(counts: list[int]) -> None:
    shares = {str(n): count / sum(counts) for n, count in enumerate(counts)}
    percents = whole_percents(shares)
    assert sum(percents.values()) == 100
    assert all(abs(percents[name] - 100 * share) < 1 for name, share in shares.items())
