"""Chooses the edits of a document, keeping only those that change nothing else of what is read from it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pmsync.config.settings import NOTHING_TAUGHT, Vocabulary
from pmsync.documents.items import parse
from pmsync.errors import DocumentError
from pmsync.findings import new_finding
from pmsync.model import Document, Finding, Item, Status
from pmsync.writeback.edits import Places, link_text, names, written
from pmsync.writeback.lines import split
from pmsync.writeback.table_cells import grid
from pmsync.writeback.values import DocumentChange, Edit, Kind, Rewrite, Ticketed, applied

MOST_TRIALS, MOST_TEXT = 300, 10_000_000
"""How often a document is parsed again at most, and how many characters of it in all, to find out which of its edits it
cannot bear.
"""


@dataclass(frozen=True, slots=True)
class _Wish:
    """Something to write, with the edits that may do it, the best first."""

    kind: Kind
    ticketed: Ticketed
    item: Item
    edits: Sequence[Edit]

    def change(self, choice: int) -> DocumentChange:
        return DocumentChange(self.kind, self.ticketed, self.item.line, self.edits[choice])


@dataclass
class _Trial:
    """Applies edits to one text and compares what is read from it before and after."""

    text: str
    document: Document
    vocabulary: Vocabulary
    left: int = MOST_TRIALS

    def __post_init__(self) -> None:
        self.left = min(self.left, max(MOST_TEXT // (len(self.text) + 1), 2))

    def broken(self, changes: Sequence[DocumentChange]) -> frozenset[int] | None:
        """The positions of items that would not read as wanted; None if the whole document would not."""
        self.left -= 1
        text = applied(self.text, [change.edit for change in changes])
        if text is None:
            return None
        try:
            after = parse(text, self.document.path, self.vocabulary)
        except DocumentError:
            return None
        if _head(after) != _head(self.document) or len(after.items) != len(self.document.items):
            return None
        wanted = list(self.document.items)
        for change in changes:
            wanted[change.ticketed.position] = _wanted(wanted[change.ticketed.position], change)
        pairs = zip(wanted, after.items, self.document.items, strict=True)
        return frozenset(n for n, (want, got, was) in enumerate(pairs) if not _reads(got, want, was))


def rewrite(
    text: str, document: Document, ticketed: Iterable[Ticketed], vocabulary: Vocabulary = NOTHING_TAUGHT
) -> Rewrite:
    """The document's text with its tickets and ticks written into it; `document` is what was read out of `text` with
    this `vocabulary`.

    A link in the document is never replaced, and a tick that a person made is never withdrawn. Every other byte stays.
    An edit that would change anything else read from the document is left out, with a finding.
    """
    lines = split(text)
    places = Places(document.path, lines, grid(text, document, lines, vocabulary))
    wishes, findings = [], []
    for each in ticketed:
        item = document.items[each.position]
        wishes += _wishes(places, item, each)
        if item.named and not names(item, each.ref):
            findings.append(_other(document, item, each))
    trial = _Trial(text, document, vocabulary)
    kept, left = _choose(trial, wishes)
    changes = sorted(kept, key=lambda change: (change.ticketed.position, change.kind))
    findings += [_left_out(document, wish) for wish in left]
    after = applied(text, [change.edit for change in changes])
    return Rewrite(text if after is None else after, tuple(changes), tuple(findings))


def _wishes(places: Places, item: Item, ticketed: Ticketed) -> list[_Wish]:
    out = []
    if not item.named:
        out.append(_Wish("link", ticketed, item, places.for_link(item, ticketed.ref)))
    if ticketed.status == Status.DONE and not item.done and not ticketed.copied:
        edits = places.for_tick(item)
        out += [] if edits is None else [_Wish("tick", ticketed, item, edits)]
    elif ticketed.ours and not ticketed.status.closed and item.done:
        edits = places.for_untick(item, ticketed.ours)
        out += [_Wish("untick", ticketed, item, edits)] if edits else []
    return out


def _choose(trial: _Trial, wishes: Sequence[_Wish]) -> tuple[list[DocumentChange], list[_Wish]]:
    """The changes that can be made together, and the wishes that no edit can fulfil.

    A look at the document costs as much for one edit as for a hundred. So all are tried together; where that does not
    hold, all first edits of a kind, of which an item has one, then all second ones of what is left, and so on.
    """
    if not wishes:
        return [], []
    everything = [wish.change(0) for wish in wishes if wish.edits]
    if len(everything) == len(wishes) and trial.broken(everything) == frozenset():
        return everything, []
    changes: list[DocumentChange] = []
    left = list(wishes)
    for kind in ("untick", "tick", "link"):
        for choice in range(max((len(wish.edits) for wish in wishes if wish.kind == kind), default=0)):
            group = {n: w.change(choice) for n, w in enumerate(left) if w.kind == kind and choice < len(w.edits)}
            held = _holding(trial, changes, list(group.values()))
            changes += held
            left = [wish for n, wish in enumerate(left) if not any(group.get(n) is change for change in held)]
    return changes, left


def _holding(trial: _Trial, changes: Sequence[DocumentChange], group: Sequence[DocumentChange]) -> list[DocumentChange]:
    """Those of a group that can be made together with the changes."""
    if not group or trial.left <= 0:
        return []
    broken = trial.broken([*changes, *group])
    if not broken and broken is not None:
        return list(group)
    sound = [change for change in group if broken is not None and change.ticketed.position not in broken]
    if 0 < len(sound) < len(group) or (not sound and broken is not None):
        return _holding(trial, changes, sound)  # the others break their own items
    if len(group) == 1:
        return []
    half = len(group) // 2  # one of them breaks the document, or the item of another: nobody knows which
    first = _holding(trial, changes, group[:half])
    return [*first, *_holding(trial, [*changes, *first], group[half:])]


def _head(document: Document) -> Document:
    return replace(document, items=(), findings=())


def _wanted(item: Item, change: DocumentChange) -> Item:
    if change.kind == "link":
        return replace(item, tickets=(*item.tickets, written(change.ticketed.ref)))
    return replace(item, done=change.kind == "tick")


def _reads(got: Item, want: Item, was: Item) -> bool:
    """Whether an item reads as wanted; an unticked one need not say that it is open."""
    unticked = want.done is False and was.done is True and got.done is None
    got, want = (replace(each, tickets=tuple(sorted(each.tickets))) for each in (got, want))
    return got == want or (unticked and replace(got, done=False) == want)


def _left_out(document: Document, wish: _Wish) -> Finding:
    key, title = wish.ticketed.ref.key, wish.item.title
    if wish.kind == "link":
        message = f"the link to ticket {key!r} is not written at {title!r}: this form of item cannot be edited safely"
        hint = f"write it there by hand: {link_text(wish.ticketed.ref)}"
    elif wish.kind == "tick":
        message = f"{title!r} is not ticked, though ticket {key!r} is done: its line cannot be edited safely"
        hint = "tick it by hand"
    else:
        message = f"{title!r} stays ticked, though ticket {key!r} is open again: it cannot be edited safely"
        hint = "untick it by hand"
    return new_finding("not-written", message, hint, document.path, wish.item.line)


def _other(document: Document, item: Item, ticketed: Ticketed) -> Finding:
    key = ticketed.ref.key
    message = f"{item.title!r} names {item.tickets[0]!r}, so that the link to its own ticket {key!r} is not written"
    hint = f"write it there by hand: {link_text(ticketed.ref)}"
    return new_finding("not-written", message, hint, document.path, item.line)
