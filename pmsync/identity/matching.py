"""The state of `identify` while it works, and the uids of entries that match nothing. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from pmsync.identity.candidates import Entry, Known
from pmsync.identity.keys import make_uid, title_key
from pmsync.identity.similarity import alike, disjoint, distance
from pmsync.model import Candidate, Ticket

T = TypeVar("T")

LOOKALIKE = 0.9
"""How similar a title must be to an unmarked ticket of ours to suspect that the ticket lost its marker."""
MOST_PAIRS = 40_000
"""Above this many comparisons similarity is not worked out, and an edited document is left to a person."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry with its uid. `known` is the item that it is, None for a new one.

    `how` is 'ticket', 'key', 'edit', 'rename', 'move' or 'new'.
    """

    uid: str
    entry: Entry
    how: str
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class Undecided:
    """An entry that may be one of `candidates`. Nothing happens to it until a person decides.

    `uid` is the one it would get as a new item: `pmsync adopt ITEM --new` remembers it. A `lasting` question stays open
    whatever later runs see; any other depends on what could not be read in this run.
    """

    uid: str
    entry: Entry
    reason: str
    candidates: tuple[Candidate, ...] = ()
    lasting: bool = True


@dataclass(frozen=True, slots=True)
class Identities:
    """Every entry once, placed or undecided; `vanished` are the known items that no entry can be."""

    placed: tuple[Placed, ...]
    undecided: tuple[Undecided, ...]
    vanished: tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class _Question:
    """Why an entry is left to a person, and its uid when the question was first asked ('' for a new question)."""

    reason: str
    candidates: tuple[Candidate, ...]
    lasting: bool = True
    uid: str = ""


@dataclass
class Board:
    """What is unmatched while `identify` works; every pass takes from it.

    `open` holds entries by document id and position, `free` known items by document id and uid. `reserved` are the uids
    of items that an undecided entry may be: an exact match still takes them, a guess does not. `renumbered` are the
    documents in which explicit ids contradict the titles.
    """

    open: dict[str, dict[int, Entry]] = field(default_factory=lambda: defaultdict(dict))
    free: dict[str, dict[str, Known]] = field(default_factory=lambda: defaultdict(dict))
    placed: list[Placed] = field(default_factory=list)
    left: list[tuple[Entry, _Question]] = field(default_factory=list)
    reserved: set[str] = field(default_factory=set)
    renumbered: set[str] = field(default_factory=set)

    def take(self, entry: Entry, item: Known, how: str) -> None:
        """Match the entry with this item; if the item is undecided, so is the entry."""
        del self.open[entry.document.id][entry.position]
        del self.free[item.document_id][item.uid]
        if item.candidates:
            self.left.append((entry, _Question(item.reason, item.candidates, uid=item.uid)))
            self.reserved |= {candidate.uid for candidate in item.candidates} - {""}
        else:
            self.placed.append(Placed(item.uid, entry, how, item))

    def leave(self, entry: Entry, reason: str, items: Iterable[Known], *, lasting: bool = True) -> None:
        """Leave the entry to a person. An undecided item stands for all its own candidates."""
        del self.open[entry.document.id][entry.position]
        candidates = [each for item in items for each in (item.candidates or (item.candidate,))]
        self.left.append((entry, _Question(reason, tuple(dict.fromkeys(candidates)), lasting)))

    def entries(self, document_id: str) -> list[Entry]:
        return list(self.open[document_id].values())

    def known(self, document_id: str) -> list[Known]:
        return list(self.free[document_id].values())


def settle(
    board: Board,
    known: Mapping[str, Known],
    namespace: str,
    decisions: Mapping[str, str],
    lookalikes: Sequence[Ticket],
) -> Identities:
    """Give uids to what is left, in reading order, never the uid of another known item."""
    questions = {id(entry): question for entry, question in _still_open(board)}
    here = {each.uid for each in board.placed}
    lookalikes = [ticket for ticket in lookalikes if ticket.marker is None or ticket.marker.uid not in here]
    rest = [entry for group in board.open.values() for entry in group.values()]
    rest += [entry for entry, _ in board.left]
    rest.sort(key=lambda entry: (entry.document.id, entry.position))
    fresh = [entry for entry in rest if not (id(entry) in questions and questions[id(entry)].uid)]
    uids = dict(zip(map(id, fresh), _free_uids(namespace, fresh, set(known)), strict=True))
    tickets = _alike_tickets(rest, lookalikes)
    placed, undecided = list(board.placed), []
    for entry in rest:
        question = questions.get(id(entry))
        uid = question.uid if question and question.uid else uids[id(entry)]
        near = tickets.get(id(entry), ())
        candidates = tuple(dict.fromkeys((*(question.candidates if question else ()), *map(_as_candidate, near))))
        if candidates and decisions.get(uid) != "new":
            reason = question.reason if question else "it resembles a ticket of ours without a marker"
            undecided.append(Undecided(uid, entry, reason, candidates, question is None or question.lasting))
        else:
            placed.append(Placed(uid, entry, "new"))
    waiting = {each.uid for one in undecided for each in one.candidates}
    vanished = [item for items in board.free.values() for item in items.values() if item.uid not in waiting]
    placed.sort(key=lambda each: (each.entry.document.id, each.entry.position))
    return Identities(tuple(placed), tuple(undecided), tuple(sorted(vanished, key=lambda item: item.uid)))


def _still_open(board: Board) -> Iterator[tuple[Entry, _Question]]:
    """Yield the questions without the candidates that turned out to be another entry."""
    free = {uid for items in board.free.values() for uid in items}
    taken = {each.known.ref for each in board.placed if each.known and each.known.ref}
    for entry, question in board.left:
        candidates = tuple(
            each for each in question.candidates if (each.uid in free if each.uid else each.ref not in taken)
        )  # fmt: skip
        yield entry, _Question(question.reason, candidates, question.lasting, question.uid)


def _as_candidate(ticket: Ticket) -> Candidate:
    return Candidate(ref=ticket.ref, title=ticket.title)


def _free_uids(namespace: str, rest: Iterable[Entry], others: set[str]) -> Iterator[str]:
    ordinals: dict[tuple[str, str], Iterator[int]] = defaultdict(count)
    for entry in rest:
        numbers = ordinals[entry.document.id, entry.uid_key]
        uids = (make_uid(namespace, entry.document.id, entry.uid_key, number) for number in numbers)
        yield next(uid for uid in uids if uid not in others)


def _alike_tickets(rest: Sequence[Entry], lookalikes: Sequence[Ticket]) -> dict[int, tuple[Ticket, ...]]:
    """Return, by id() of the entry, the unmarked tickets with a similar title; if there are too many to compare, only
    those with the same title.
    """
    titles = [(title_key(ticket.title), ticket) for ticket in lookalikes]
    floor = LOOKALIKE if len(titles) * len(rest) <= MOST_PAIRS else 1.0
    exact: dict[str, list[tuple[str, Ticket]]] = defaultdict(list)
    for pair in titles:
        exact[pair[0]].append(pair)
    similar = {}
    for entry in rest if titles else ():
        text = entry.text
        pairs = titles if floor < 1 else exact.get(text, [])
        near = tuple(ticket for title, ticket in pairs if alike(text, title) >= floor)
        if near:
            similar[id(entry)] = near
    return similar


def grouped(values: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    """Group the values by `key`, in their order."""
    groups: dict[str, list[T]] = defaultdict(list)
    for value in values:
        groups[key(value)].append(value)
    return groups


def closest(same: Sequence[Entry], items: Sequence[Known]) -> list[tuple[Entry, Known]]:
    """Pair entries and items that share a key: by group, then details, fields and order."""
    if len(same) * len(items) > MOST_PAIRS:
        return list(zip(same, sorted(items, key=lambda item: item.position), strict=False))
    pairs = sorted((distance(entry, item, a, b), a, b) for a, entry in enumerate(same) for b, item in enumerate(items))
    return [(same[a], items[b]) for _, a, b in disjoint(pairs)]
