"""The values sent last, from ledger and marker together: the base to compare a changed document with. Pure."""

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
    """Return the ticket's marker once these values are sent; `facts` is the digest of the list of facts in its text."""
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
    """Return a short digest of each raw value, by field; empty values have none."""
    named = ((name, getattr(values, name)) for name in _NAMES)
    return tuple(sorted((name, digest(value)[:8]) for name, value in named if value))


def base_of(world: World, placed: Placed, link: Link) -> tuple[Fields | None, list[Finding]]:
    """Return the raw values that were sent last, or None if unknown, and the findings.

    A field also counts as sent if the marker says that another run sent it. A value that another run sent is not
    undone by a checkout that is not newer.
    """
    fields = raw_fields(placed.entry.document, placed.entry.item)
    base, marker = link.pushed or _proven(placed, link), link.ticket.marker
    if base is None:
        return None, []
    if link.pushed is not None and not link.source and placed.entry.item.source:
        return fields, []  # an older ledger: what looks like a change may be another reading of the same text
    if marker is None or link.named:
        return base, []
    if not marker.pushed:
        return _by_key(placed, link, base, fields), []
    return _by_marker(world, placed, link, base)


def is_unchanged(placed: Placed, link: Link) -> bool:
    """Whether the item's text is the one that was last sent, even if it is now read differently (by a new version, or
    with another vocabulary).
    """
    marker = link.ticket.marker
    last_sent = marker.source if link.pushed is None and marker else link.source
    return placed.entry.item.source == last_sent != ""


def _by_key(placed: Placed, link: Link, base: Fields, fields: Fields) -> Fields:
    """Handle a marker without digests: if its key moved on, the base is the title that belongs to that key."""
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
    after, before, sent = dict(digests(fields)), dict(digests(base)), dict(marker.pushed)
    newer = 0 < marker.revision < world.reading.checkout.revision
    learned: dict[str, object] = {}
    for name in _NAMES:
        if after.get(name) == before.get(name):
            continue
        if sent.get(name) == after.get(name) or (
            sent.get(name) != before.get(name) and not newer and not _is_proven(link, name)
        ):
            learned[name] = getattr(fields, name)
    # `owed` is not a value of the document
    names = sorted(name for name in learned if sent.get(name) != after.get(name) and name != "owed")
    return replace(base, **learned), [_not_undone(placed, link, names)] if names else []  # type: ignore[arg-type]


def _is_proven(link: Link, name: str) -> bool:
    """Without a ledger the ticket's title counts as sent: the marker proves that nobody changed it."""
    return link.pushed is None and name == "title"


def _not_undone(placed: Placed, link: Link, names: list[str]) -> Finding:
    entry, key = placed.entry, link.ticket.ref.key
    called = ", ".join("document's title, date or group" if name == "context" else name for name in names)
    message = f"ticket {key!r}: another run has sent a different {called} meanwhile; it is kept"
    hint = "update this checkout and its ledger; if this document is right, change the field once more"
    return new_finding("sent-elsewhere", message, hint, entry.document.path, entry.item.line)


def _proven(placed: Placed, link: Link) -> Fields | None:
    """Without a ledger, return the ticket's title as the base if the marker's key proves it; else None.

    It does only while nobody has retitled the ticket. The other fields remain unknown.
    """
    marker = link.ticket.marker
    if placed.known is None or marker is None or title_key(link.ticket.title) != marker.key:
        return None
    return replace(raw_fields(placed.entry.document, placed.entry.item), title=link.ticket.title)


def _newest(world: World) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return by document id and by uid the revision of the newest checkout from which something was sent."""
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
    """Return the world without the documents that are older here than what was last sent from them, or from where
    their items are by now; with findings.
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
            path=document.path,
        )
        for document in behind
    ]
    return replace(world, judged=world.judged - older, gone=world.gone - older), findings
