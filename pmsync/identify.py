"""Which item is which: joins the items as read with the items already known. Pure.

Keys are compared first, then edits are looked for; whatever stays ambiguous is left to a person. The rules and their
reasons are in docs/how-it-works.md.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from pmsync.keys import make_uid, title_key
from pmsync.known import Entry, Known
from pmsync.likeness import DOUBTFUL, SURE, alike, clear_winner, disjoint, distance, similarity
from pmsync.model import Ref, Ticket

T = TypeVar("T")

LOOKALIKE = 0.9
"""How like an unmarked ticket of ours a title must be before we suspect that the ticket lost its marker."""
MOST_PAIRS = 40_000
"""Above this many comparisons no likeness is looked for: an edited document is then left to a person."""
TOO_COMMON = 50
"""A key that more gone documents than this have says nothing about which of them was renamed."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry with its uid. `known` is what it was recognised as, None for a new item.

    `how` is 'ticket', 'key', 'edit', 'rename', 'move' or 'new'.
    """

    uid: str
    entry: Entry
    how: str
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class Undecided:
    """An entry that may be one of `candidates` (or the unmarked `tickets`) and for which nothing is done until told.

    `uid` is the one it would get as a new item: `pmsync adopt ITEM --new` remembers it.
    """

    uid: str
    entry: Entry
    reason: str
    candidates: tuple[Known, ...] = ()
    tickets: tuple[Ticket, ...] = ()


@dataclass(frozen=True, slots=True)
class Identities:
    """Every entry once, as placed or undecided; `vanished` are the known items that no entry claims.

    A known item that an undecided entry may be has not vanished.
    """

    placed: tuple[Placed, ...]
    undecided: tuple[Undecided, ...]
    vanished: tuple[Known, ...]


@dataclass
class _Board:
    """What is still unmatched while identify works; every pass takes from it.

    `open` holds entries by document id and position, `free` known items by document id and uid.
    """

    open: dict[str, dict[int, Entry]] = field(default_factory=lambda: defaultdict(dict))
    free: dict[str, dict[str, Known]] = field(default_factory=lambda: defaultdict(dict))
    placed: list[Placed] = field(default_factory=list)
    undecided: list[tuple[Entry, str, tuple[Known, ...]]] = field(default_factory=list)

    def take(self, entry: Entry, known: Known, how: str) -> None:
        del self.open[entry.document.id][entry.position]
        del self.free[known.document_id][known.uid]
        self.placed.append(Placed(known.uid, entry, how, known))

    def leave(self, entry: Entry, reason: str, candidates: Iterable[Known]) -> None:
        del self.open[entry.document.id][entry.position]
        self.undecided.append((entry, reason, tuple(candidates)))

    def entries(self, document_id: str) -> list[Entry]:
        return list(self.open[document_id].values())

    def known(self, document_id: str) -> list[Known]:
        return list(self.free[document_id].values())


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
    board = _Board()
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
    _by_uid(board, read, namespace)
    origins = _renamed(board, read, gone, complete)
    for document_id in read:
        _by_similarity(board, document_id, [document_id, *origins.get(document_id, ())])
        _like_an_orphan(board, document_id)
    _moved(board, read, documents)
    _like_a_gone_one(board, read, gone)
    return _settle(board, known, namespace, decisions or {}, lookalikes)


def _by_ticket(board: _Board, document_id: str) -> None:
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


def _by_key(board: _Board, document_id: str, origin: str, how: str) -> None:
    """Equal keys; several entries of one key are told apart by group, then details, then fields, then order."""
    items = _by(board.known(origin), lambda item: item.identities[0][1])
    for key, same in _by(board.entries(document_id), lambda entry: entry.key).items():
        for entry, item in _closest(same, items.get(key, [])):
            board.take(entry, item, how)


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


def _by_older_key(board: _Board, read: Sequence[str]) -> None:
    """A run that could not refresh a marker, or a ledger that missed an edit, still knows the item by its old key."""
    older = {
        identity: item for items in board.free.values() for item in items.values() for identity in item.identities[1:]
    }
    for document_id in read if older else ():
        for entry in board.entries(document_id):
            item = older.get((document_id, entry.key))
            if item and item.uid in board.free[item.document_id]:
                board.take(entry, item, "key")


def _by_uid(board: _Board, read: Sequence[str], namespace: str) -> None:
    """A marker of which only the uid is left still says which item it was: the one this uid follows from."""
    bare = dict(board.free.get("", {}))
    for document_id in read if bare else ():
        for entry in board.entries(document_id):
            uid = make_uid(namespace, document_id, entry.key)
            if uid in bare:
                board.take(entry, bare[uid], "key")


def _renamed(board: _Board, read: Sequence[str], gone: Sequence[str], complete: bool) -> dict[str, list[str]]:
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


def _shared_keys(board: _Board, read: Sequence[str], gone: Sequence[str]) -> dict[tuple[str, str], float]:
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


def _enough(board: _Board, document_id: str, origin: str) -> bool:
    """At least half of the smaller side matches; a single orphan of long ago is no evidence."""
    entries, items = board.entries(document_id), board.known(origin)
    keys = {item.identities[0][1] for item in items}
    count = sum(entry.key in keys for entry in entries)
    alive = count > 1 or any(not item.orphaned for item in items)
    return count > 0 and count * 2 >= min(len(entries), len(items)) and alive


def _wait_for_rename(board: _Board, document_id: str, origin: str, complete: bool) -> None:
    reason = (
        f"more than one document could be the former {origin!r}"
        if complete
        else f"it equals an item of {origin!r}, which could not be read in this run"
    )
    items = _by(board.known(origin), lambda item: item.identities[0][1])
    for entry in board.entries(document_id):
        if entry.key in items:
            board.leave(entry, reason, items[entry.key])


def _by_similarity(board: _Board, document_id: str, origins: Sequence[str]) -> None:
    """Edited titles: pairs that are each other's best by a clear margin are one item; near misses wait."""
    here = board.entries(document_id)
    items = [item for origin in origins for item in board.known(origin) if not item.orphaned]
    if len(here) * len(items) > MOST_PAIRS:
        for entry in here:
            board.leave(entry, "too much of this document changed at once to tell edits from new items", items[:5])
        return
    scores = {
        (a, b): score
        for a, entry in enumerate(here)
        for b, item in enumerate(items)
        if (score := similarity(entry, item)) >= DOUBTFUL
    }
    while pair := clear_winner(scores):
        board.take(here[pair[0]], items[pair[1]], "edit")
        scores = {key: score for key, score in scores.items() if key[0] != pair[0] and key[1] != pair[1]}
    for a in sorted({key[0] for key in scores}):
        ranked = sorted(((score, b) for (x, b), score in scores.items() if x == a), reverse=True)
        board.leave(here[a], "it may be an edit of an item that has a ticket", [items[b] for _, b in ranked])


def _like_an_orphan(board: _Board, document_id: str) -> None:
    """An item that left its document and comes back in other words: its ticket is still open, so a person is asked."""
    items = [item for item in board.known(document_id) if item.orphaned and not item.closed]
    here = board.entries(document_id)
    for entry in here if len(here) * len(items) <= MOST_PAIRS else ():
        near = [item for item in items if similarity(entry, item) >= SURE]
        if near:
            board.leave(entry, "it is much like an item that left this document and whose ticket is open", near)


def _moved(board: _Board, read: Sequence[str], documents: Collection[str]) -> None:
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
        if len(pairs) == len(items) == 1 and just_now:
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


def _like_a_gone_one(board: _Board, read: Sequence[str], gone: Sequence[str]) -> None:
    """A document renamed and its items edited at once leaves no equal key: ask rather than create."""
    items = [item for origin in gone for item in board.known(origin) if not item.orphaned and not item.closed]
    here = [entry for document_id in read for entry in board.entries(document_id)]
    if len(items) * len(here) > MOST_PAIRS:
        return
    for entry in here:
        near = [item for item in items if similarity(entry, item) >= SURE]
        if near:
            board.leave(entry, f"it is much like an item of {near[0].document_id!r}, which is gone", near)


def _settle(
    board: _Board,
    known: Mapping[str, Known],
    namespace: str,
    decisions: Mapping[str, str],
    lookalikes: Sequence[Ticket],
) -> Identities:
    """Give uids to what is left, in reading order, never one that another known item holds."""
    left = {id(entry): (reason, candidates) for entry, reason, candidates in board.undecided}
    here = {each.uid for each in board.placed}
    lookalikes = [ticket for ticket in lookalikes if ticket.marker is None or ticket.marker.uid not in here]
    rest = [entry for group in board.open.values() for entry in group.values()]
    rest += [entry for entry, _, _ in board.undecided]
    rest.sort(key=lambda entry: (entry.document.id, entry.position))
    placed, undecided = list(board.placed), []
    alike = _alike_tickets(rest, lookalikes)
    for entry, uid in zip(rest, _free_uids(namespace, rest, set(known)), strict=True):
        reason, candidates = left.get(id(entry), ("", ()))
        tickets = alike.get(id(entry), ())
        if (reason or tickets) and decisions.get(uid) != "new":
            reason = reason or "it is much like a ticket of ours that carries no marker"
            undecided.append(Undecided(uid, entry, reason, candidates, tickets))
        else:
            placed.append(Placed(uid, entry, "new"))
    waiting = {item.uid for each in undecided for item in each.candidates}
    vanished = [item for items in board.free.values() for item in items.values() if item.uid not in waiting]
    placed.sort(key=lambda each: (each.entry.document.id, each.entry.position))
    return Identities(tuple(placed), tuple(undecided), tuple(sorted(vanished, key=lambda item: item.uid)))


def _free_uids(namespace: str, rest: Iterable[Entry], held: set[str]) -> Iterator[str]:
    ordinals: dict[tuple[str, str], Iterator[int]] = defaultdict(count)
    for entry in rest:
        numbers = ordinals[entry.document.id, entry.key]
        uids = (make_uid(namespace, entry.document.id, entry.key, number) for number in numbers)
        yield next(uid for uid in uids if uid not in held)


def _alike_tickets(rest: Sequence[Entry], lookalikes: Sequence[Ticket]) -> dict[int, tuple[Ticket, ...]]:
    """By id() of the entry: the unmarked tickets that go by much the same title. Where there are too many to compare,
    only by the very same.
    """
    titles = [(title_key(ticket.title), ticket) for ticket in lookalikes]
    floor = LOOKALIKE if len(titles) * len(rest) <= MOST_PAIRS else 1.0
    exact = _by(titles, lambda pair: pair[0])
    found = {}
    for entry in rest if titles else ():
        text = title_key(entry.item.title, entry.item.owners)
        pairs = titles if floor < 1 else exact.get(text, [])
        near = tuple(ticket for title, ticket in pairs if alike(text, title) >= floor)
        if near:
            found[id(entry)] = near
    return found
