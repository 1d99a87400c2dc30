"""Tickets that items name: whose they are, and whether they are plausibly the item's own. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from pmsync.findings import new_finding
from pmsync.identity.belonging import Belonging
from pmsync.identity.candidates import Entry
from pmsync.identity.identify import Placed
from pmsync.identity.keys import title_key
from pmsync.identity.similarity import DOUBTFUL, alike
from pmsync.location import place
from pmsync.model import Finding, Level, Link, Ref, Ticket
from pmsync.planning.world import Named, View, World, trusted

SOMEWHAT_ALIKE = 0.5
"""At this similarity two titles may be about the same work even without a common word."""
_LONG = 4
"""How many characters of a word are compared, as endings differ ('alert', 'alerting')."""
_COMMON = frozenset(
    "about abov also afte befo betw chec could crea docu does done each ensu even from have impl impr inst into inve "
    "issu item just keep like make more most must need next only other over revi should some sure than that them then "
    "ther they this those unde upda used when wher whic whil will with woul work writ your".split()
)
"""Beginnings of words that any action item may hold."""


def is_plausible(entry: Entry, ticket: Ticket, view: View, belonging: Belonging) -> bool:
    """Whether a ticket that an item names as its own can be that: it has the general label and belongs to no other
    item, or its title shares a word with the item. Our authorship proves little: we create tickets for other work.
    """
    label = view.settings.label.casefold()
    another_s = is_of_an_item(ticket, belonging)  # its own marker would have identified this item
    labelled = label in {each.casefold() for each in ticket.labels} and not another_s
    return labelled or _share_a_word(_title(entry), title_key(ticket.title))


def is_of_an_item(ticket: Ticket, belonging: Belonging) -> bool:
    """Whether the ticket carries the marker of an item of this configuration, whoever created it."""
    return ticket.marker is not None and belonging.owns(ticket.marker)


def may_mean(entry: Entry, mentions: Sequence[Named]) -> Ticket | None:
    """Return a ticket that the sentence mentions and that may be the item's own: the titles are alike, or the sentence
    says nothing else ('Fix #12'). None if there is none.
    """
    title = _title(entry)
    for each in mentions:
        if isinstance(each.sight, Ticket) and not each.sight.duplicate:
            says_little = len(title.split()) < 2
            if says_little or alike(title, title_key(each.sight.title)) >= DOUBTFUL:
                return each.sight
    return None


def _title(entry: Entry) -> str:
    return title_key(entry.item.title, entry.item.owners)


def _share_a_word(one: str, two: str) -> bool:
    return bool(_words(one) & _words(two)) or alike(one, two) >= SOMEWHAT_ALIKE


def _words(title: str) -> set[str]:
    beginnings = {word[:_LONG] for word in title.split() if len(word) >= _LONG or not word.isascii()}
    return beginnings - _COMMON - {word for word in beginnings if word.isdigit()}


# --- tickets that several documents name -------------------------------------------------------------------------


def homes(world: World) -> Mapping[Ref, str]:
    """Return, for each ticket that several documents name, the id of the document it belongs to.

    That is the document for whose item it was created, else the first that was linked, else the older one.
    """
    here = {document.id: document for document in world.reading.documents}
    claims: dict[Ref, dict[str, tuple[bool, datetime, date, str]]] = defaultdict(dict)

    def claim(ref: Ref, document_id: str, *, named: bool, since: datetime | None) -> None:
        if document := here.get(document_id):
            rank = named, since or _NEVER, document.date or date.max, document.path
            rank_before = claims[ref].get(document_id)
            claims[ref][document_id] = min(rank, rank_before) if rank_before else rank

    for (document_id, _), each in _named(world):
        claim(each.ref, document_id, named=True, since=None)
        view = world.view(each.ref.tracker)  # None for a ticket that moved away
        if (marker := each.marker) and view and trusted(each, view, world.belonging):
            claim(each.ref, marker.document_id, named=False, since=None)
    for link in world.links.values():
        if not link.orphaned:
            claim(link.ticket.ref, link.document_id, named=link.named, since=link.linked_at)
    return {ref: min(ranks, key=lambda name: ranks[name]) for ref, ranks in claims.items() if len(ranks) > 1}


_NEVER = datetime.max.replace(tzinfo=UTC)


def _named(world: World) -> list[tuple[tuple[str, int], Ticket]]:
    return [
        (where, each.sight)
        for where, named in world.named.items()
        for each in named
        if isinstance(each.sight, Ticket) and not each.mention
    ]


def another(placed: Placed, link: Link, named: Sequence[Named], belonging: Belonging) -> list[Finding]:
    """Report an item that has a ticket and whose text names another one."""
    entry, own = placed.entry, link.ticket.ref
    where = place(entry.document.path, entry.item.line)
    others = [
        (each, each.sight)
        for each in named
        if isinstance(each.sight, Ticket) and not each.mention and each.sight.ref != own
    ]
    if not others or any(each.ref.key == own.key for each in named):
        return []
    each, ticket = others[0]
    message = f"{entry.item.title!r} has ticket {own.key!r}, and its text names {each.text!r}: that changes nothing"
    hint = f"if it is the item's, run `pmsync adopt {where} {each.ref.key}`"
    if is_of_an_item(ticket, belonging):
        hint = f"it belongs to another item: remove {each.text!r} from this one"
    return [new_finding("names-another", message, hint, entry.document.path, entry.item.line)]


def copied(placed: Placed, ticket: Ticket, home: str, *, new: bool) -> Finding:
    """Report an item that names the ticket of another document's item, as in a copied document. That may be
    intended, so only a `new` link is a warning.
    """
    entry, key = placed.entry, ticket.ref.key
    message = f"{entry.item.title!r} names ticket {key!r}, which belongs to {home!r}: it looks copied from there"
    hint = (
        "remove the link if this is work of its own, and it gets a ticket; if it is the same work, leave it: it "
        "follows the ticket's status, and write-back does not tick it"
    )
    level: Level = "warning" if new else "note"
    return new_finding("copied-link", message, hint, entry.document.path, entry.item.line, level=level)
