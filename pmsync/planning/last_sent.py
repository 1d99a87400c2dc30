"""What was sent last: the base that a document's change is told from, by ledger and marker together. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from dataclasses import replace

from pmsync.findings import new_finding
from pmsync.identity.identify import Placed
from pmsync.identity.keys import digest, title_key
from pmsync.model import Fields, Finding, Link, Marker
from pmsync.planning.ticket_text import raw_fields
from pmsync.planning.world import World

_NAMES = tuple(field.name for field in fields_of(Fields))


def marker_of(world: World, placed: Placed, pushed: Fields, facts: str = "") -> Marker:
    """The marker that a ticket carries once these values are sent; `facts` is the digest of the list in its text."""
    entry = placed.entry
    return Marker(
        placed.uid,
        world.settings.namespace,
        entry.document.id,
        entry.key,
        home=world.belonging.home,
        pushed=digests(pushed),
        source=entry.item.source,
        revision=world.reading.checkout.revision,
        facts=facts,
    )


def digests(values: Fields) -> tuple[tuple[str, str], ...]:
    """A short digest of each raw value that there is, by field."""
    named = ((name, getattr(values, name)) for name in _NAMES)
    return tuple(sorted((name, digest(value)[:8]) for name, value in named if value))


def base_of(world: World, placed: Placed, link: Link) -> tuple[Fields | None, list[Finding]]:
    """The raw values that were sent last, None where nothing is known, and what to tell.

    A field counts as sent where another run has sent it: the marker says so. What another run sent, and this checkout
    cannot be newer than, is not undone.
    """
    fields = raw_fields(placed.entry.document, placed.entry.item)
    known, marker = link.pushed or _proven(placed, link), link.ticket.marker
    if known is None:
        return None, []
    if link.pushed is not None and not link.source and placed.entry.item.source:
        return fields, []  # a ledger of before this was kept: what looks like a change may be another reading
    if marker is None or link.named:
        return known, []
    if not marker.pushed:
        return _by_key(placed, link, known, fields), []
    return _by_marker(world, placed, link, known)


def is_unchanged(placed: Placed, link: Link) -> bool:
    """Whether the document's text is what it was when something was last sent. What is read there may still be
    something else: by a new version, or with another vocabulary.
    """
    source, marker = placed.entry.item.source, link.ticket.marker
    known = marker.source if link.pushed is None and marker else link.source
    return known == source != ""


def _by_key(placed: Placed, link: Link, base: Fields, fields: Fields) -> Fields:
    """With a marker of before digests: where it moved on, the base is the title of the marker's key."""
    marker, ticket = link.ticket.marker, link.ticket
    if marker is None or marker.key in {"", link.key}:
        return base
    if marker.key == placed.entry.key:
        return replace(base, title=fields.title)
    return replace(base, title=ticket.title) if title_key(ticket.title) == marker.key else base


def _by_marker(world: World, placed: Placed, link: Link, base: Fields) -> tuple[Fields, list[Finding]]:
    entry, marker = placed.entry, link.ticket.marker
    assert marker is not None  # noqa: S101 - the caller has looked
    fields = raw_fields(entry.document, entry.item)
    wanted, held, sent = dict(digests(fields)), dict(digests(base)), dict(marker.pushed)
    newer = 0 < marker.revision < world.reading.checkout.revision
    learned: dict[str, object] = {}
    for name in _NAMES:
        if wanted.get(name) == held.get(name):
            continue
        if sent.get(name) == wanted.get(name) or (
            sent.get(name) != held.get(name) and not newer and not _is_proven(link, name)
        ):
            learned[name] = getattr(fields, name)
    # whether somebody could be assigned is nothing that a document says
    kept = sorted(name for name in learned if sent.get(name) != wanted.get(name) and name != "owed")
    return replace(base, **learned), [_not_undone(placed, link, kept)] if kept else []  # type: ignore[arg-type]


def _is_proven(link: Link, name: str) -> bool:
    """Without a ledger, the title is what the ticket shows: nobody has changed it since it was sent."""
    return link.pushed is None and name == "title"


def _not_undone(placed: Placed, link: Link, names: list[str]) -> Finding:
    entry, key = placed.entry, link.ticket.ref.key
    called = ", ".join("document's title, date or group" if name == "context" else name for name in names)
    message = f"ticket {key!r}: another run has sent a different {called} meanwhile, which is not undone"
    hint = "bring this checkout and its ledger up to date; where this document is right, change the field once more"
    return new_finding("sent-elsewhere", message, hint, entry.document.path, entry.item.line)


def _proven(placed: Placed, link: Link) -> Fields | None:
    """Without a ledger the marker's key still proves an edited title: the base is then the ticket's own title.

    That holds only while nobody has retitled the ticket since; of the other fields nothing is known.
    """
    marker = link.ticket.marker
    if placed.known is None or marker is None or title_key(link.ticket.title) != marker.key:
        return None
    return replace(raw_fields(placed.entry.document, placed.entry.item), title=link.ticket.title)


def _newest(world: World) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """By document id and by uid: how new the checkout was that something was last sent from."""
    markers = [link.ticket.marker for link in world.links.values() if not link.named]
    views = [view for view in world.views.values() if not view.failed]
    markers += [
        ticket.marker for view in views for ticket in view.tickets.values() if ticket.author in view.trusted
    ]  # fmt: skip
    documents: dict[str, int] = {}
    uids: dict[str, int] = {}
    for marker in markers:
        if marker and world.belonging.owns(marker):
            documents[marker.document_id] = max(marker.revision, documents.get(marker.document_id, 0))
            uids[marker.uid] = max(marker.revision, uids.get(marker.uid, 0))
    return documents, uids


def without_older(world: World) -> tuple[World, list[Finding]]:
    """The world without the documents of which this checkout has an older state than what was last sent: from them, or
    from where their items are by now.
    """
    here = world.reading.checkout.revision
    if not here:
        return world, []
    if here < world.reading.checkout.before:
        message = "this checkout is older than the one of the last sync: nothing is sent from it, created or given up"
        finding = new_finding("checkout-behind", message)
        return replace(world, judged=frozenset(), gone=frozenset()), [finding]
    documents, uids = _newest(world)
    older = {name for name, revision in documents.items() if revision > here}
    older |= {each.entry.document.id for each in world.identities.placed if uids.get(each.uid, 0) > here}
    behind = [document for document in world.reading.documents if document.id in older & world.judged]
    findings = [
        new_finding(
            "checkout-behind",
            f"this checkout is older than what was last sent from {document.title!r}: nothing of it is sent",
            "run it again on an up-to-date checkout (`git pull`)",
            document.path,
        )
        for document in behind
    ]
    return replace(world, judged=world.judged - older, gone=world.gone - older), findings
