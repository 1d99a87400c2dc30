"""How likely an entry is a known item: by likeness of titles, and among equals by what stands around them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from heapq import nlargest

from rapidfuzz import fuzz, process

from pmsync.identity.candidates import Entry, Known

SURE = 0.72
"""A title at least this alike (0 to 1, bonuses included) is an edit of the other, if nothing else comes near."""
DOUBTFUL = 0.55
"""From here on a title may be an edit: nothing is created until a person has said."""
MARGIN = 0.12
"""How far the best candidate must be ahead of the second."""
_ORDER = 0.97
"""What likeness in another order of the words is worth."""
_FEW_WORDS = 4


def similarity(entry: Entry, item: Known, *, ids: bool = True) -> float:
    """How likely the entry is the known item with another title: 0 to a little over 1.

    The likeness of the words (Indel similarity, also with the words sorted), against every title the item goes by;
    the same place in the document and the same owners add a little, and only to texts that are somewhat alike.
    Two different explicit ids are two items, as long as `ids` can be relied on.
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
    """How alike the words of the two are (0 to 1), by the best of the titles that the item goes by."""
    text = entry.text
    titles = {key for _, key in item.identities if not key.startswith("id:")} | set(item.titles)
    return max((alike(text, title) for title in titles), default=0.0)


def alike(one: str, two: str) -> float:
    return max(fuzz.ratio(one, two), _ORDER * fuzz.token_sort_ratio(one, two)) / 100


class Titles:
    """Titles in their normal form, for `title_key`, among which the likest one is found quickly."""

    def __init__(self, titles: Iterable[str]) -> None:
        self._titles = list(dict.fromkeys(titles))
        self._sorted = [_in_order(title) for title in self._titles]
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for number, title in enumerate(self._titles):
            for word in _beginnings(title):
                self._by_word[word].append(number)

    def near(self, title: str, least: float) -> list[str]:
        """The titles that are at least this alike (0 to 1), the likest first."""
        numbers = self._candidates(title)
        scores = _scores(title, self._titles, numbers, 100 * least)
        for number, score in _scores(_in_order(title), self._sorted, numbers, 100 * least / _ORDER).items():
            scores[number] = max(scores.get(number, 0.0), _ORDER * score)
        return [self._titles[number] for number in sorted(scores, key=lambda number: (-scores[number], number))]

    def _candidates(self, title: str) -> Collection[int]:
        """All titles, or of a title of several words those that share one of its rarer words: what is nearly the same
        shares one, and there are few of them.
        """
        words = sorted((self._by_word.get(word, []) for word in _beginnings(title)), key=len)
        if len(words) < _FEW_WORDS:
            return range(len(self._titles))
        return sorted({number for numbers in words[: (len(words) + 1) // 2] for number in numbers})


def _scores(text: str, texts: Sequence[str], numbers: Collection[int], least: float) -> dict[int, float]:
    """By number, how alike (0 to 100) the texts of those numbers are, where that is enough."""
    choices = {number: texts[number] for number in numbers}
    found = process.extract(text, choices, scorer=fuzz.ratio, score_cutoff=least, limit=None)
    return {number: score for _, score, number in found}


def _in_order(title: str) -> str:
    return " ".join(sorted(title.split()))


def _beginnings(title: str) -> set[str]:
    """The title's words without their endings, roughly."""
    return {word[:4] for word in title.split()}


def clear_winner(scores: Mapping[tuple[int, int], float]) -> tuple[int, int] | None:
    """The pair that is surely alike, and by a margin more so than either of the two is with anything else."""
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
    """The smaller, the nearer, among entries and items of one key. What the ledger links comes before what only a
    marker names: a person may have decided for it.
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
    left: set[int] = set()
    right: set[int] = set()
    for pair in pairs:
        if pair[1] not in left and pair[2] not in right:
            left.add(pair[1])
            right.add(pair[2])
            yield pair
