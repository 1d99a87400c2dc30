"""Random histories, a few for each tracker and the same ones every time; scripts/soak plays many."""

from __future__ import annotations

import pytest

from pmsync.keys import title_key
from pmsync.likeness import DOUBTFUL, SURE, alike
from tests.histories import BASES, ENDINGS, STAGES, machine, play
from tests.reliability import record


@pytest.mark.parametrize("tracker", STAGES)
def test_whatever_happens_each_item_has_one_ticket_and_nothing_of_people_is_undone(tracker: str) -> None:
    histories = machine(tracker)
    play(histories, 25, 20, derandomize=True)
    counts = histories.counts
    for what, number in counts.items():
        record("Random histories", what, tracker, number)
    assert min(counts["created"], counts["bare"], counts["crashed"], counts["at the end ticketed"]) > 10, counts


def test_what_the_histories_call_one_item_is_alike_and_what_they_call_two_is_not() -> None:
    titles = {base: [title_key(base + ending) for ending in ENDINGS] for base in BASES}
    for base, here in titles.items():
        assert min(alike(a, b) for a in here for b in here) > SURE, base
        there = [title for other, titles in titles.items() if other != base for title in titles]
        there.append(title_key("Dana 1"))
        assert max(alike(a, b) for a in here for b in there) <= DOUBTFUL, base
