"""How likely an entry is a known item: by likeness of titles, and among equals by what stands around them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from rapidfuzz import fuzz

from pmsync.keys import title_key
from pmsync.known import Entry, Known

SURE = 0.72
"""A title at least this alike (0 to 1, bonuses included) is an edit of the other, if nothing else comes near."""
DOUBTFUL = 0.55
"""From here on a title may be an edit: nothing is created until a person has said."""
MARGIN = 0.12
"""How far the best candidate must be ahead of the second."""


def similarity(entry: Entry, item: Known) -> float:
    """How likely the entry is the known item with another title: 0 to a little over 1.

    The likeness of the words (Indel similarity, also with the words sorted), against every title the item goes by;
    the same place in the document and the same owners add a little, and only to texts that are somewhat alike.
    Two different explicit ids are two items.
    """
    keys = [key for _, key in item.identities]
    if entry.key.startswith("id:") and any(key.startswith("id:") for key in keys):
        return 0.0
    text = title_key(entry.item.title, entry.item.owners)
    titles = {key for key in keys if not key.startswith("id:")} | set(item.titles)
    words = max((alike(text, title) for title in titles), default=0.0)
    if words < DOUBTFUL - 0.15:
        return 0.0
    same_owner = bool(item.fields and item.fields.owners and item.fields.owners == entry.item.owners)
    return words + 0.08 * (entry.position == item.position and item.fields is not None) + 0.05 * same_owner


def alike(one: str, two: str) -> float:
    return max(fuzz.ratio(one, two), 0.97 * fuzz.token_sort_ratio(one, two)) / 100


def clear_winner(scores: Mapping[tuple[int, int], float]) -> tuple[int, int] | None:
    rows: dict[int, list[float]] = defaultdict(list)
    columns: dict[int, list[float]] = defaultdict(list)
    for (a, b), score in scores.items():
        rows[a].append(score)
        columns[b].append(score)
    for (a, b), score in sorted(scores.items(), key=lambda pair: (-pair[1], pair[0])):
        others = [*rows[a], *columns[b]]
        others.remove(score)
        others.remove(score)
        if score >= SURE and all(score - other >= MARGIN for other in others):
            return a, b
    return None


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
