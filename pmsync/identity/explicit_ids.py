"""Items by the ids that their authors gave, unless titles or links contradict those. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pmsync.identity.candidates import Entry, Known
from pmsync.identity.matching import MOST_PAIRS, Board, closest, grouped
from pmsync.identity.similarity import DOUBTFUL, sameness


def by_id(board: Board, document_id: str, origin: str, how: str) -> None:
    """Match by explicit ids, unless the titles contradict them: a row inserted on top shifts AI-1 and AI-2.

    The same title comes first, under whatever id, then the same id. An id with a quite different title is a reworded
    item, unless the titles show that ids moved, or its ticket is closed: new work must not hide behind done work.
    """
    here = [entry for entry in board.entries(document_id) if is_id(entry.key)]
    items = grouped(
        [item for item in board.known(origin) if is_id(item.identities[0][1])], lambda i: i.identities[0][1]
    )
    if not here or not items:
        return
    _by_title_and_id(board, here, items, how)
    if _by_title_alone(board, document_id, origin, how):
        board.renumbered.add(document_id)
    for entry in [each for each in board.entries(document_id) if each.key in items]:
        same = [item for item in items[entry.key] if item.uid in board.free[origin]]
        if not same:
            continue
        unlike = sameness(entry, same[0]) < DOUBTFUL
        if document_id in board.renumbered:
            continue
        if unlike and _links_say_otherwise(board, entry, same[0]):
            continue
        if unlike and _is_contradicted(board, document_id, origin, entry, same[0]):
            board.renumbered.add(document_id)
        elif unlike and same[0].closed and not entry.item.done:
            reason = f"its id {entry.item.explicit_id!r} belonged to other work, whose ticket is closed"
            board.leave(entry, reason, same)
        else:
            board.take(entry, same[0], how)


def is_id(key: str) -> bool:
    return key.startswith("id:")


def _by_title_and_id(board: Board, here: Iterable[Entry], items: Mapping[str, list[Known]], how: str) -> None:
    for key, same in grouped(here, lambda entry: entry.key).items():
        pairs = closest(same, items.get(key, []))
        for entry, item in pairs:
            if not item.titles or entry.text in item.titles or len(same) > 1:
                board.take(entry, item, how)


def _by_title_alone(board: Board, document_id: str, origin: str, how: str) -> bool:
    """Match items whose title now has another id. True if there are any: the ids have moved."""
    entries = [entry for entry in board.entries(document_id) if is_id(entry.key)]
    titled = grouped(entries, lambda entry: entry.text)
    left = [item for item in board.known(origin) if is_id(item.identities[0][1])]
    items = grouped([(title, item) for item in left for title in set(item.titles)], lambda pair: pair[0])
    moved = False
    for title, same in titled.items():
        for entry, item in closest(same, [each for _, each in items.get(title, [])]):
            if item.uid in board.free[origin]:
                board.take(entry, item, how)
                moved = True
    return moved


def _links_say_otherwise(board: Board, entry: Entry, item: Known) -> bool:
    """Whether the entry names another ticket, or another entry names this item's: links count more than ids."""
    if entry.refs:
        return item.ref not in entry.refs
    others = (each for entries in board.open.values() for each in entries.values() if each is not entry)
    return item.ref is not None and any(item.ref in each.refs for each in others)


def _is_contradicted(board: Board, document_id: str, origin: str, entry: Entry, item: Known) -> bool:
    """Whether, by the titles, another entry may be this item, or this entry another item."""
    entries, items = board.entries(document_id), board.known(origin)
    if len(entries) + len(items) > MOST_PAIRS // 100:
        return True
    others = any(sameness(each, item) >= DOUBTFUL for each in entries if each is not entry)
    return others or any(sameness(entry, each) >= DOUBTFUL for each in items if each.uid != item.uid)


def ask_about_moved_ids(board: Board, document_id: str) -> None:
    """Ask about entries that match by id alone in a document whose ids have moved."""
    if document_id not in board.renumbered:
        return
    items = grouped(board.known(document_id), lambda item: item.identities[0][1])
    for entry in board.entries(document_id):
        if entry.key in items and is_id(entry.key):
            board.leave(entry, "ids in this document have moved, and its title is new", items[entry.key])
