"""Which item is which: joins the items as read with the items already known. Pure.

Keys are compared first, then edits are looked for; whatever stays ambiguous is left to a person. The rules and their
reasons are in docs/how-it-works.md.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from pmsync.keys import make_uid, title_key
from pmsync.known import Entry, Known
from pmsync.likeness import DOUBTFUL, SURE, clear_winner, disjoint, distance, sameness, similarity
from pmsync.model import Ref, Ticket
from pmsync.placing import MOST_PAIRS, Board, Identities, Placed, Undecided, settle

__all__ = ["Identities", "Placed", "Undecided", "identify"]

T = TypeVar("T")

TOO_COMMON = 50
"""A key that more gone documents than this have says nothing about which of them was renamed."""
SURELY_THE_SAME = 0.9
"""How alike the text of an open item must be to that of an item whose ticket is closed, to be the same work."""


def identify(
    found: Sequence[Entry],
    known: Mapping[str, Known],
    *,
    documents: Collection[str],
    namespace: str,
    complete: bool,
    decisions: Mapping[str, str] | None = None,
    lookalikes: Sequence[Ticket] = (),
) -> Identities:
    """Place every entry, or say why it cannot be placed.

    `documents` are the ids of all documents that were read, those without any item among them. `complete` says that
    all of them were read without error: only then may a document count as gone and its items be looked for elsewhere.
    `decisions` maps the uid of an undecided entry to 'new'. `lookalikes` are tickets of our own accounts that carry no
    marker, or no more of it than the uid, and are linked to nothing.
    """
    board = Board()
    read = sorted({entry.document.id for entry in found})
    for entry in found:
        board.open[entry.document.id][entry.position] = entry
    for item in known.values():
        board.free[item.document_id][item.uid] = item
    gone = sorted(set(board.free) - {*documents, ""})
    for document_id in read:
        _by_ticket(board, document_id)
        _by_key(board, document_id, document_id, "key")
    _by_older_key(board, read)
    for document_id in read:
        _by_source(board, document_id)
    _by_uid(board, read, namespace)
    origins = _renamed(board, read, gone, complete)
    for document_id in read:
        _by_similarity(board, document_id, [document_id, *origins.get(document_id, ())])
        _like_an_orphan(board, document_id)
    _moved(board, read, documents)
    _like_a_gone_one(board, read, gone)
    return settle(board, known, namespace, decisions or {}, lookalikes)


def _by_ticket(board: Board, document_id: str) -> None:
    """The ticket that stands in the document is the strongest sign, where exactly one entry and one item have it."""
    here = board.entries(document_id)
    names = Counter(ref for entry in here for ref in set(entry.refs))
    holders: dict[Ref, list[Known]] = defaultdict(list)
    for item in board.known(document_id):
        if item.ref:
            holders[item.ref].append(item)
    for entry in here:
        sole = [ref for ref in set(entry.refs) if names[ref] == 1 and len(holders[ref]) == 1]
        if len(sole) == 1:
            board.take(entry, holders[sole[0]][0], "ticket")


def _by_key(board: Board, document_id: str, origin: str, how: str) -> None:
    """Equal keys; several entries of one key are told apart by group, then details, then fields, then order."""
    _by_id(board, document_id, origin, how)
    items = _by(board.known(origin), lambda item: item.identities[0][1])
    for key, same in _by(board.entries(document_id), lambda entry: entry.key).items():
        for entry, item in _closest(same, items.get(key, [])) if not _is_id(key) else ():
            board.take(entry, item, how)


def _by_id(board: Board, document_id: str, origin: str, how: str) -> None:
    """Ids that authors gave, as long as the titles do not contradict them: a row inserted on top moves AI-1 and AI-2.

    The same title comes first, under whatever id; then the same id. An id whose title is now quite another is a
    reworded item, unless the titles say that ids moved, or its ticket is closed: new work must not hide behind done
    work.
    """
    here = [entry for entry in board.entries(document_id) if _is_id(entry.key)]
    items = _by([item for item in board.known(origin) if _is_id(item.identities[0][1])], lambda i: i.identities[0][1])
    if not here or not items:
        return
    _by_id_and_title(board, here, items, how)
    if _by_title_alone(board, document_id, origin, how):
        board.renumbered.add(document_id)
    for entry in [each for each in board.entries(document_id) if each.key in items]:
        same = [item for item in items[entry.key] if item.uid in board.free[origin]]
        if not same:
            continue
        unlike = sameness(entry, same[0]) < DOUBTFUL
        if document_id in board.renumbered:
            continue
        if unlike and _is_contradicted(board, document_id, origin, entry, same[0]):
            board.renumbered.add(document_id)
        elif unlike and same[0].closed and not entry.item.done:
            reason = f"its id {entry.item.explicit_id!r} was that of other work, whose ticket is closed"
            board.leave(entry, reason, same)
        else:
            board.take(entry, same[0], how)


def _is_id(key: str) -> bool:
    return key.startswith("id:")


def _by_id_and_title(board: Board, here: Iterable[Entry], items: Mapping[str, list[Known]], how: str) -> None:
    for key, same in _by(here, lambda entry: entry.key).items():
        pairs = _closest(same, items.get(key, []))
        for entry, item in pairs:
            if not item.titles or title_key(entry.item.title, entry.item.owners) in item.titles or len(same) > 1:
                board.take(entry, item, how)


def _by_title_alone(board: Board, document_id: str, origin: str, how: str) -> bool:
    """Takes items whose title stands under another id now; True where there are any: the ids have moved."""
    entries = [entry for entry in board.entries(document_id) if _is_id(entry.key)]
    titled = _by(entries, lambda entry: title_key(entry.item.title, entry.item.owners))
    left = [item for item in board.known(origin) if _is_id(item.identities[0][1])]
    items = _by([(title, item) for item in left for title in set(item.titles)], lambda pair: pair[0])
    moved = False
    for title, same in titled.items():
        for entry, item in _closest(same, [each for _, each in items.get(title, [])]):
            if item.uid in board.free[origin]:
                board.take(entry, item, how)
                moved = True
    return moved


def _is_contradicted(board: Board, document_id: str, origin: str, entry: Entry, item: Known) -> bool:
    """Whether another entry is rather this item, or this entry rather another item, by their titles."""
    entries, items = board.entries(document_id), board.known(origin)
    if len(entries) + len(items) > MOST_PAIRS // 100:
        return True
    others = any(sameness(each, item) >= DOUBTFUL for each in entries if each is not entry)
    return others or any(sameness(entry, each) >= DOUBTFUL for each in items if each.uid != item.uid)


def _by(values: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = defaultdict(list)
    for value in values:
        groups[key(value)].append(value)
    return groups


def _closest(same: Sequence[Entry], items: Sequence[Known]) -> list[tuple[Entry, Known]]:
    if len(same) * len(items) > MOST_PAIRS:
        return list(zip(same, sorted(items, key=lambda item: item.position), strict=False))
    pairs = sorted((distance(entry, item, a, b), a, b) for a, entry in enumerate(same) for b, item in enumerate(items))
    return [(same[a], items[b]) for _, a, b in disjoint(pairs)]


def _by_older_key(board: Board, read: Sequence[str]) -> None:
    """A run that could not refresh a marker, or a ledger that missed an edit, still knows the item by its old key."""
    older = {
        identity: item for items in board.free.values() for item in items.values() for identity in item.identities[1:]
    }
    for document_id in read if older else ():
        for entry in board.entries(document_id):
            item = older.get((document_id, entry.key))
            if item and item.uid in board.free[item.document_id]:
                board.take(entry, item, "key")


def _by_source(board: Board, document_id: str) -> None:
    """The very text that an item was read from is that item, though a new version or vocabulary reads it otherwise."""
    here = _by([entry for entry in board.entries(document_id) if entry.item.source], lambda entry: entry.item.source)
    pairs = [(source, item) for item in board.known(document_id) for source in item.sources]
    items = _by(pairs, lambda pair: pair[0])
    for source, same in here.items():
        known = items.get(source, [])
        if len(same) == len(known) == 1 and known[0][1].uid in board.free[document_id]:
            board.take(same[0], known[0][1], "key")


def _by_uid(board: Board, read: Sequence[str], namespace: str) -> None:
    """A marker of which only the uid is left still says which item it was: the one this uid follows from."""
    bare = dict(board.free.get("", {}))
    for document_id in read if bare else ():
        for entry in board.entries(document_id):
            uid = make_uid(namespace, document_id, entry.key)
            if uid in bare:
                board.take(entry, bare[uid], "key")


def _renamed(board: Board, read: Sequence[str], gone: Sequence[str], complete: bool) -> dict[str, list[str]]:
    """Match documents that are new with documents that are gone, by the items of both that are still unmatched.

    Returns, by document, the gone documents it continues. Without a complete read nothing counts as gone: entries
    that would match a missing document wait.
    """
    shared = _shared_keys(board, read, gone)
    rows, columns = _by(shared, lambda pair: pair[0]), _by(shared, lambda pair: pair[1])
    accepted: dict[str, list[str]] = defaultdict(list)
    for pair in sorted(shared, key=lambda pair: (-shared[pair], pair)):
        document_id, origin = pair
        if not _enough(board, document_id, origin):
            continue
        rivals = [
            other
            for other in (*rows[document_id], *columns[origin])
            if other != pair and other[1] not in accepted[other[0]] and shared[other] >= shared[pair]
        ]
        if rivals or not complete:
            _wait_for_rename(board, document_id, origin, complete)
        else:
            _by_key(board, document_id, origin, "rename")
            accepted[document_id].append(origin)
    return accepted


def _shared_keys(board: Board, read: Sequence[str], gone: Sequence[str]) -> dict[tuple[str, str], float]:
    """By (document, gone document): how many keys they share; the same file name decides between equals."""
    holders: dict[str, set[str]] = defaultdict(set)
    for origin in gone:
        for item in board.known(origin):
            holders[item.identities[0][1]].add(origin)
    shared: dict[tuple[str, str], float] = defaultdict(float)
    for document_id in read:
        for entry in board.entries(document_id):
            origins = holders.get(entry.key, set())
            for origin in origins if len(origins) <= TOO_COMMON else ():
                shared[document_id, origin] += 1
    for document_id, origin in shared:
        shared[document_id, origin] += 0.5 * (document_id.rsplit("/")[-1] == origin.rsplit("/")[-1])
    return shared


def _enough(board: Board, document_id: str, origin: str) -> bool:
    """At least half of the smaller side matches; a single orphan of long ago is no evidence."""
    entries, items = board.entries(document_id), board.known(origin)
    keys = {item.identities[0][1] for item in items}
    count = sum(entry.key in keys for entry in entries)
    alive = count > 1 or any(not item.orphaned for item in items)
    return count > 0 and count * 2 >= min(len(entries), len(items)) and alive


def _wait_for_rename(board: Board, document_id: str, origin: str, complete: bool) -> None:
    reason = (
        f"more than one document could be the former {origin!r}"
        if complete
        else f"it equals an item of {origin!r}, which could not be read in this run"
    )
    items = _by(board.known(origin), lambda item: item.identities[0][1])
    for entry in board.entries(document_id):
        if entry.key in items:
            board.leave(entry, reason, items[entry.key], lasting=complete)


def _by_similarity(board: Board, document_id: str, origins: Sequence[str]) -> None:
    """Edited titles: pairs that are each other's best by a clear margin are one item; near misses wait."""
    here = board.entries(document_id)
    items = [item for origin in origins for item in board.known(origin) if not item.orphaned]
    if len(here) * len(items) > MOST_PAIRS:
        for entry in here:
            board.leave(entry, "too much of this document changed at once to tell edits from new items", items[:5])
        return
    ids = document_id not in board.renumbered
    scores = {
        (a, b): score
        for a, entry in enumerate(here)
        for b, item in enumerate(items)
        if (score := similarity(entry, item, ids=ids)) >= DOUBTFUL
    }
    while pair := clear_winner(scores):
        entry, item = here[pair[0]], items[pair[1]]
        if item.uid in board.reserved:
            board.leave(entry, "it may be an edit of an item that another one may be too", [item])
        elif _hides_behind(entry, item):
            board.leave(entry, "it may be an edit of an item whose ticket is closed", [item])
        else:
            board.take(entry, item, "edit")
        scores = {key: score for key, score in scores.items() if key[0] != pair[0] and key[1] != pair[1]}
    for a in sorted({key[0] for key in scores}):
        ranked = sorted(((score, b) for (x, b), score in scores.items() if x == a), reverse=True)
        board.leave(here[a], "it may be an edit of an item that has a ticket", [items[b] for _, b in ranked])
    _by_moved_id(board, document_id)


def _hides_behind(entry: Entry, item: Known) -> bool:
    """Whether open work would count as done because it is worded much like done work ('Rotate the keys of 2026')."""
    if not item.closed or entry.item.done:
        return False
    text = title_key(entry.item.title, entry.item.owners)
    return sameness(entry, item) < SURELY_THE_SAME or all(_numbers(text) != _numbers(title) for title in item.titles)


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def _by_moved_id(board: Board, document_id: str) -> None:
    """Where ids moved, an id alone says too little of an item that nobody else claims: a person is asked."""
    if document_id not in board.renumbered:
        return
    items = _by(board.known(document_id), lambda item: item.identities[0][1])
    for entry in board.entries(document_id):
        if entry.key in items and _is_id(entry.key):
            board.leave(entry, "ids in this document have moved, and its title is a new one", items[entry.key])


def _like_an_orphan(board: Board, document_id: str) -> None:
    """An item that left its document and comes back in other words: its ticket is still open, so a person is asked."""
    items = [item for item in board.known(document_id) if item.orphaned and not item.closed]
    here = board.entries(document_id)
    for entry in here if len(here) * len(items) <= MOST_PAIRS else ():
        near = [item for item in items if similarity(entry, item) >= SURE]
        if near:
            board.leave(entry, "it is much like an item that left this document and whose ticket is open", near)


def _moved(board: Board, read: Sequence[str], documents: Collection[str]) -> None:
    """An item cut from one document and pasted into another keeps its uid, where the ledger knows it left just now.

    A person is asked where it left before and its ticket is still open, where its document is gone, and where there is
    only a marker, which does not tell since when.
    """
    lost = [item for items in board.free.values() for item in items.values() if not (item.orphaned and item.closed)]
    left = _by((item for item in lost if item.document_id), lambda item: item.identities[0][1])
    here = _by((entry for document_id in read for entry in board.entries(document_id)), lambda entry: entry.key)
    for key, same in here.items():
        items = left.get(key, [])
        pairs = [(entry, item) for entry in same for item in items if _same_title(entry, item)]
        just_now = all(item.remembered and not item.orphaned and item.document_id in documents for item in items)
        if len(pairs) == len(items) == 1 and just_now and items[0].uid not in board.reserved:
            board.take(*pairs[0], "move")
            continue
        for entry in same:
            candidates = [item for other, item in pairs if other is entry]
            if candidates:
                origin = candidates[0].document_id
                board.leave(entry, f"it equals an item that is no longer in {origin!r}", candidates)


def _same_title(entry: Entry, item: Known) -> bool:
    """Explicit ids count within one document only; beyond it the title has to be the same too."""
    return not entry.key.startswith("id:") or title_key(entry.item.title, entry.item.owners) in item.titles


def _like_a_gone_one(board: Board, read: Sequence[str], gone: Sequence[str]) -> None:
    """A document renamed and its items edited at once leaves no equal key: ask rather than create."""
    items = [item for origin in gone for item in board.known(origin) if not item.orphaned and not item.closed]
    here = [entry for document_id in read for entry in board.entries(document_id)]
    if len(items) * len(here) > MOST_PAIRS:
        return
    for entry in here:
        near = [item for item in items if similarity(entry, item) >= SURE]
        if near:
            board.leave(entry, f"it is much like an item of {near[0].document_id!r}, which is gone", near)
