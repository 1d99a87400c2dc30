"""Which item is which: matches the items as read with the known items. Pure.

Keys are compared first, then edits are looked for; what stays ambiguous is left to a person. docs/how-it-works.md has
the rules and their reasons.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from pmsync.identity.candidates import Entry, Known
from pmsync.identity.explicit_ids import ask_about_moved_ids, by_id, is_id
from pmsync.identity.keys import make_uid
from pmsync.identity.matching import MOST_PAIRS, Board, Identities, Placed, Undecided, closest, grouped, settle
from pmsync.identity.similarity import DOUBTFUL, SURE, clear_winner, sameness, similarity
from pmsync.model import Ref, Ticket

__all__ = ["Identities", "Placed", "Undecided", "identify"]

TOO_COMMON = 50
"""A key that more than this many gone documents share does not tell which of them was renamed."""
SURELY_THE_SAME = 0.9
"""How similar an open item must be to one whose ticket is closed, to be the same work."""


def identify(
    read: Sequence[Entry],
    known: Mapping[str, Known],
    *,
    documents: Collection[str],
    namespace: str,
    complete: bool,
    decisions: Mapping[str, str] | None = None,
    lookalikes: Sequence[Ticket] = (),
) -> Identities:
    """Place every entry that was `read`, or say why it cannot be placed.

    `documents` are the ids of all documents that were read, with or without items. `complete` says that all were read
    without error: only then may a document count as gone, and its items be looked for elsewhere. `decisions` maps the
    uid of an undecided entry to 'new'. `lookalikes` are unlinked tickets of our own accounts whose marker is lost, or
    lost but for the uid.
    """
    board = Board()
    ids = sorted({entry.document.id for entry in read})
    for entry in read:
        board.open[entry.document.id][entry.position] = entry
    for item in known.values():
        board.free[item.document_id][item.uid] = item
    gone = sorted(set(board.free) - {*documents, ""})
    for document_id in ids:
        _by_ticket(board, document_id)
        _by_key(board, document_id, document_id, "key")
    _by_older_key(board, ids)
    for document_id in ids:
        _by_source(board, document_id)
    _by_uid(board, ids, namespace)
    origins = _renamed(board, ids, gone, complete)
    for document_id in ids:
        _by_similarity(board, document_id, [document_id, *origins.get(document_id, ())])
        _like_an_orphan(board, document_id)
    _moved(board, ids, documents)
    _like_one_that_left(board, ids, documents)
    _like_a_gone_one(board, ids, gone)
    return settle(board, known, namespace, decisions or {}, lookalikes)


def _by_ticket(board: Board, document_id: str) -> None:
    """Match by the ticket named in the document, if exactly one entry and one item have it.

    Neither may have a match by key: a line that names another line's ticket does not take it over.
    """
    here = board.entries(document_id)
    keys = Counter(entry.key for entry in here)
    own = {item.identities[0][1] for item in board.known(document_id)}
    names = Counter(ref for entry in here for ref in set(entry.refs))
    holders: dict[Ref, list[Known]] = defaultdict(list)
    for item in board.known(document_id):
        if item.ref:
            holders[item.ref].append(item)
    for entry in here:
        sole = [ref for ref in set(entry.refs) if names[ref] == 1 and len(holders[ref]) == 1]
        if len(sole) == 1:
            item = holders[sole[0]][0]
            key = item.identities[0][1]
            if key == entry.key or not (entry.key in own or keys[key] or _has_moved_id(item, here)):
                board.take(entry, item, "ticket")


def _has_moved_id(item: Known, here: Sequence[Entry]) -> bool:
    """Whether an item with an id is still there under its title, with whatever id."""
    return is_id(item.identities[0][1]) and any(entry.text in item.titles for entry in here)


def _by_key(board: Board, document_id: str, origin: str, how: str) -> None:
    """Match equal keys. Several entries of one key are told apart by group, then details, fields and order."""
    by_id(board, document_id, origin, how)
    items = grouped(board.known(origin), lambda item: item.identities[0][1])
    for key, same in grouped(board.entries(document_id), lambda entry: entry.key).items():
        for entry, item in closest(same, items.get(key, [])) if not is_id(key) else ():
            board.take(entry, item, how)


def _by_older_key(board: Board, documents: Sequence[str]) -> None:
    """Match by a former key: a marker could not be refreshed, or the ledger missed an edit."""
    older = {
        identity: item for items in board.free.values() for item in items.values() for identity in item.identities[1:]
    }
    for document_id in documents if older else ():
        for entry in board.entries(document_id):
            item = older.get((document_id, entry.key))
            if item and item.uid in board.free[item.document_id]:
                board.take(entry, item, "key")


def _by_source(board: Board, document_id: str) -> None:
    """Match an item's unchanged text, even if a new version or vocabulary reads it differently."""
    here = grouped(
        [entry for entry in board.entries(document_id) if entry.item.source], lambda entry: entry.item.source
    )
    pairs = [(source, item) for item in board.known(document_id) for source in item.sources]
    items = grouped(pairs, lambda pair: pair[0])
    for source, same in here.items():
        candidates = items.get(source, [])
        if len(same) == len(candidates) == 1 and candidates[0][1].uid in board.free[document_id]:
            board.take(same[0], candidates[0][1], "key")


def _by_uid(board: Board, documents: Sequence[str], namespace: str) -> None:
    """Match a marker of which only the uid is left: the uid follows from the entry's key."""
    bare = dict(board.free.get("", {}))
    for document_id in documents if bare else ():
        for entry in board.entries(document_id):
            for key in dict.fromkeys((entry.uid_key, entry.key)):
                uid = make_uid(namespace, document_id, key)
                if uid in bare and bare[uid].uid in board.free[""]:
                    board.take(entry, bare[uid], "key")
                    break


def _renamed(board: Board, documents: Sequence[str], gone: Sequence[str], complete: bool) -> dict[str, list[str]]:
    """Match new documents with gone ones by their unmatched items.

    Returns, by document, the gone documents that it continues. Without a complete read nothing counts as gone, and
    entries that would match a missing document wait.
    """
    shared = _shared_keys(board, documents, gone)
    rows, columns = grouped(shared, lambda pair: pair[0]), grouped(shared, lambda pair: pair[1])
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


def _shared_keys(board: Board, documents: Sequence[str], gone: Sequence[str]) -> dict[tuple[str, str], float]:
    """Count, by (document, gone document), the keys that they share; an equal file name adds a half."""
    holders: dict[str, set[str]] = defaultdict(set)
    for origin in gone:
        for item in board.known(origin):
            holders[item.identities[0][1]].add(origin)
    shared: dict[tuple[str, str], float] = defaultdict(float)
    for document_id in documents:
        for entry in board.entries(document_id):
            origins = holders.get(entry.key, set())
            for origin in origins if len(origins) <= TOO_COMMON else ():
                shared[document_id, origin] += 1
    for document_id, origin in shared:
        shared[document_id, origin] += 0.5 * (document_id.rsplit("/")[-1] == origin.rsplit("/")[-1])
    return shared


def _enough(board: Board, document_id: str, origin: str) -> bool:
    """Whether at least half of the smaller side matches. A single old orphan is no evidence."""
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
    items = grouped(board.known(origin), lambda item: item.identities[0][1])
    for entry in board.entries(document_id):
        if entry.key in items:
            board.leave(entry, reason, items[entry.key], lasting=complete)


def _by_similarity(board: Board, document_id: str, origins: Sequence[str]) -> None:
    """Match edited titles: pairs that are each other's best by a clear margin are one item; near misses wait."""
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
            board.leave(entry, "it may be an edit of an item that another entry may be as well", [item])
        elif _hides_behind(entry, item):
            board.leave(entry, "it may be an edit of an item whose ticket is closed", [item])
        else:
            board.take(entry, item, "edit")
        scores = {key: score for key, score in scores.items() if key[0] != pair[0] and key[1] != pair[1]}
    for a in sorted({key[0] for key in scores}):
        ranked = sorted(((score, b) for (x, b), score in scores.items() if x == a), reverse=True)
        board.leave(here[a], "it may be an edit of an item that has a ticket", [items[b] for _, b in ranked])
    ask_about_moved_ids(board, document_id)


def _hides_behind(entry: Entry, item: Known) -> bool:
    """Whether open work would pass as done because it resembles done work ('Rotate the keys of 2026')."""
    if not item.closed or entry.item.done:
        return False
    text = entry.text
    return sameness(entry, item) < SURELY_THE_SAME or all(_numbers(text) != _numbers(title) for title in item.titles)


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def _like_an_orphan(board: Board, document_id: str) -> None:
    """Ask about an entry that resembles an item which left this document and whose ticket is open."""
    items = [item for item in board.known(document_id) if item.orphaned and not item.closed]
    here = board.entries(document_id)
    for entry in here if len(here) * len(items) <= MOST_PAIRS else ():
        near = [item for item in items if similarity(entry, item) >= SURE]
        if near:
            board.leave(entry, "it resembles an item that left this document and whose ticket is open", near)


def _moved(board: Board, ids: Sequence[str], documents: Collection[str]) -> None:
    """Match an item moved from one document to another, if the ledger knows that it left since the last run.

    Ask a person if it left earlier and its ticket is open, if its document is gone, or if only a marker knows it, which
    does not say when it left.
    """
    absent = [item for items in board.free.values() for item in items.values() if not (item.orphaned and item.closed)]
    left: dict[str, list[Known]] = defaultdict(list)
    for item in absent:
        for text in _texts(item) if item.document_id else ():
            left[text].append(item)
    here = grouped((entry for document_id in ids for entry in board.entries(document_id)), lambda entry: entry.text)
    for text, same in here.items():
        items = [item for item in left.get(text, []) if item.uid in board.free[item.document_id]]
        pairs = [(entry, item) for entry in same for item in items]
        just_now = all(item.remembered and not item.orphaned and item.document_id in documents for item in items)
        if len(pairs) == len(items) == 1 and just_now and items[0].uid not in board.reserved:
            board.take(*pairs[0], "move")
            continue
        for entry in same:
            candidates = [item for other, item in pairs if other is entry]
            if candidates:
                origin = candidates[0].document_id
                board.leave(entry, f"it equals an item that is no longer in {origin!r}", candidates)


def _texts(item: Known) -> set[str]:
    """Return the texts that identify an item in another document, where its explicit id means nothing."""
    key = item.identities[0][1]
    return set(item.titles) if is_id(key) else {key}


def _like_one_that_left(board: Board, ids: Sequence[str], documents: Collection[str]) -> None:
    """Ask about an entry that resembles an item which has just left another document."""
    items = [
        item
        for origin in documents
        for item in board.known(origin)
        if not (item.orphaned or item.closed or item.candidates)
    ]
    here = [entry for document_id in ids for entry in board.entries(document_id)]
    for entry in here if len(items) * len(here) <= MOST_PAIRS else ():
        away = [item for item in items if item.document_id != entry.document.id]
        near = [item for item in away if similarity(entry, item, ids=False) >= SURE]
        if near:
            board.leave(entry, f"it resembles an item that is no longer in {near[0].document_id!r}", near)


def _like_a_gone_one(board: Board, ids: Sequence[str], gone: Sequence[str]) -> None:
    """Ask about an entry that resembles an item of a gone document: it may be renamed and edited at once."""
    items = [item for origin in gone for item in board.known(origin) if not item.orphaned and not item.closed]
    here = [entry for document_id in ids for entry in board.entries(document_id)]
    if len(items) * len(here) > MOST_PAIRS:
        return
    for entry in here:
        near = [item for item in items if similarity(entry, item) >= SURE]
        if near:
            board.leave(entry, f"it resembles an item of {near[0].document_id!r}, which is gone", near)
