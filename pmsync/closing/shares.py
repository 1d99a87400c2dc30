"""What has become of items after so many days, with those that are still open counted in. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

OPEN = "open"


class Follow(NamedTuple):
    """One item as it was followed: for so many days, and its `cause` of ending then, '' while it is open."""

    days: int
    cause: str


def shares_after(follows: Iterable[Follow], days: int) -> dict[str, float]:
    """The estimated share of each cause, and of what is still OPEN, after `days` days; together they make 1.

    The Aalen-Johansen estimator for competing causes: an item that is still open counts for as long as it was followed,
    and a cause takes nothing from another one. Without items, everything is open.
    """
    by_day: dict[int, Counter[str]] = {}
    for follow, count in Counter(follows).items():
        by_day.setdefault(follow.days, Counter())[follow.cause] += count
    at_risk, still_open, shares = sum(found.total() for found in by_day.values()), 1.0, Counter[str]()
    for day in sorted(each for each in by_day if each <= days):
        found = by_day[day]
        ended = {cause: count for cause, count in found.items() if cause}
        for cause, count in ended.items():
            shares[cause] += still_open * count / at_risk  # type: ignore[assignment]
        still_open *= 1 - sum(ended.values()) / at_risk
        at_risk -= found.total()
    return {**shares, OPEN: still_open}


def whole_percents(shares: Mapping[str, float]) -> dict[str, int]:
    """The shares of a whole as whole percents that add up to 100: the largest remainders are rounded up."""
    exact = {name: 100 * share for name, share in shares.items()}
    percents = {name: int(value + 1e-9) for name, value in exact.items()}
    short = 100 - sum(percents.values())
    for name in sorted(exact, key=lambda name: percents[name] - exact[name])[:short]:
        percents[name] += 1
    return percents
