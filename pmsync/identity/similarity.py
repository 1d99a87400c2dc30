"""How likely an entry is a known item: by the similarity of titles, and among equals by their context. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from heapq import nlargest

from rapidfuzz import fuzz, process

from pmsync.identity.candidates import Entry, Known

SURE = 0.72
"""A title this similar (0 to 1, bonuses included) is an edit of the other, if no other comes near."""
DOUBTFUL = 0.55
"""From this similarity on a title may be an edit: a person is asked."""
MARGIN = 0.12
"""How far the best candidate must be ahead of the second."""
_ORDER = 0.97
"""The weight of similarity with the words in another order."""
_FEW_WORDS = 4


def similarity(entry: Entry, item: Known, *, ids: bool = True) -> float:
    """Return how likely the entry is the known item with an edited title: 0 to a little over 1.

    It is the similarity of the words (Indel, also with the words sorted) to the item's best title; the same place in
    the document and the same owners add a little. Two different explicit ids are two items, unless `ids` is False.
    """
    keys = [key for _, key in item.identities]
    if ids and entry.key.startswith("id:") and any(key.startswith("id:") for key in keys):
        return 0.0
    words = sameness(entry, item)
    if words < DOUBTFUL - 0.15:
        return 0.0
    same_owner = bool(item.fields and item.fields.owners and item.fields.owners == entry.item.owners)
    return words + 0.08 * (entry.position == item.position and item.fields is not None) + 0.05 * same_owner


def sameness(entry: Entry, item: Known) -> float:
    """Return how similar the entry's text is to the item's best title: 0 to 1."""
    text = entry.text
    titles = {key for _, key in item.identities if not key.startswith("id:")} | set(item.titles)
    return max((alike(text, title) for title in titles), default=0.0)


def alike(one: str, two: str) -> float:
    """Return how similar two normalised titles are: 0 to 1."""
    return max(fuzz.ratio(one, two), _ORDER * fuzz.token_sort_ratio(one, two)) / 100


class Titles:
    """An index of titles in their normal form (see `title_key`) that finds the most similar ones quickly."""

    def __init__(self, titles: Iterable[str]) -> None:
        self._titles = list(dict.fromkeys(titles))
        self._sorted = [_in_order(title) for title in self._titles]
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for number, title in enumerate(self._titles):
            for word in _beginnings(title):
                self._by_word[word].append(number)

    def near(self, title: str, least: float) -> list[str]:
        """Return the titles that are at least this similar (0 to 1), the most similar first."""
        numbers = self._candidates(title)
        scores = _scores(title, self._titles, numbers, 100 * least)
        for number, score in _scores(_in_order(title), self._sorted, numbers, 100 * least / _ORDER).items():
            scores[number] = max(scores.get(number, 0.0), _ORDER * score)
        return [self._titles[number] for number in sorted(scores, key=lambda number: (-scores[number], number))]

    def _candidates(self, title: str) -> Collection[int]:
        """Return the numbers of all titles, or for a longer title of those that share one of its rarer words: a nearly
        equal title shares one, and there are few of them.
        """
        words = sorted((self._by_word.get(word, []) for word in _beginnings(title)), key=len)
        if len(words) < _FEW_WORDS:
            return range(len(self._titles))
        return sorted({number for numbers in words[: (len(words) + 1) // 2] for number in numbers})


def _scores(text: str, texts: Sequence[str], numbers: Collection[int], least: float) -> dict[int, float]:
    """Return, by number, how similar (0 to 100) the texts of those numbers are, from `least` on."""
    choices = {number: texts[number] for number in numbers}
    matches = process.extract(text, choices, scorer=fuzz.ratio, score_cutoff=least, limit=None)
    return {number: score for _, score, number in matches}


def _in_order(title: str) -> str:
    return " ".join(sorted(title.split()))


def _beginnings(title: str) -> set[str]:
    """Return the beginnings of the title's words: endings differ."""
    return {word[:4] for word in title.split()}


def clear_winner(scores: Mapping[tuple[int, int], float]) -> tuple[int, int] | None:
    """Return the best pair that is surely similar, and by a margin more than either is to anything else."""
    rows: dict[int, list[float]] = defaultdict(list)
    columns: dict[int, list[float]] = defaultdict(list)
    for (a, b), score in scores.items():
        rows[a].append(score)
        columns[b].append(score)
    best = {id(line): nlargest(2, line) for line in (*rows.values(), *columns.values())}
    for (a, b), score in sorted(scores.items(), key=lambda pair: (-pair[1], pair[0])):
        if score >= SURE and all(_stands_out(score, best[id(line)]) for line in (rows[a], columns[b])):
            return a, b
    return None


def _stands_out(score: float, best: Sequence[float]) -> bool:
    return score == best[0] and (len(best) == 1 or score - best[1] >= MARGIN)


def distance(entry: Entry, item: Known, order: int, place: int) -> tuple[bool, bool, bool, bool, int]:
    """Return a sort key for pairs of one key, the nearest first. An item that the ledger links comes before one that
    only a marker names, as a person may have decided for it.
    """
    fields = item.fields
    same = fields is None or (fields.owners, fields.due, fields.priority, fields.kind) == (
        entry.item.owners, entry.item.due, entry.item.priority, entry.item.kind,
    )  # fmt: skip
    return (
        not item.remembered,
        entry.item.group != item.group,
        bool(item.details_digest) and entry.details_digest != item.details_digest,
        not same,
        abs(order - place),
    )


def disjoint(pairs: Iterable[tuple[object, int, int]]) -> Iterator[tuple[object, int, int]]:
    """Yield the pairs in order, leaving out those with a number that an earlier pair has used."""
    left: set[int] = set()
    right: set[int] = set()
    for pair in pairs:
        if pair[1] not in left and pair[2] not in right:
            left.add(pair[1])
            right.add(pair[2])
            yield pair
