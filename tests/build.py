"""Short ways to make the values that tests of the pure parts need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pmsync.config.settings import Settings, TrackerSettings
from pmsync.identity.belonging import Belonging
from pmsync.identity.candidates import Known, entries, known_items
from pmsync.identity.identify import Identities, Placed, identify
from pmsync.identity.keys import item_key, make_uid
from pmsync.model import Document, Intent, Item, Link, Marker, Reading, Ref, Status, Ticket
from pmsync.planning.ticket_text import raw_fields
from pmsync.planning.world import View, World, marked_tickets

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SPACE = "acme/web"


def item(title: str, line: int = 1, **fields: Any) -> Item:
    return Item(title, line, **fields)


def document(path: str, *items: Item | str, **fields: Any) -> Document:
    """A document of 2026-11-20 unless told; texts become items, one line each."""
    made = tuple(Item(each, n) if isinstance(each, str) else each for n, each in enumerate(items, 1))
    return Document(**{"id": path, "path": path, "title": path, "date": date(2026, 11, 20), "items": made, **fields})


def ref(number: int, tracker: str = "web") -> Ref:
    return Ref(tracker, str(number), f"{tracker.upper()}-{number}", f"https://tracker.test/{tracker}/{number}")


def uid_of(path: str, title: str, ordinal: int = 0) -> str:
    return make_uid(SPACE, path, item_key(Item(title, 1)), ordinal)


def ticket(number: int, title: str = "t", *, path: str = "", key: str | None = None, **fields: Any) -> Ticket:
    """A ticket by our account; with `path` it carries the marker that this item gets when it is created."""
    key = item_key(Item(title, 1)) if key is None else key
    marker = Marker(make_uid(SPACE, path, key), SPACE, path, key) if path else None
    values = {
        "ref": ref(number, fields.pop("tracker", "web")),
        "title": title,
        "status": Status.OPEN,
        "state": "open",
        "author": "bot",
        "created_at": NOW - timedelta(days=2) + timedelta(minutes=number),
        "updated_at": NOW - timedelta(days=1),
        "labels": frozenset({"postmortem"}),
        "marker": marker,
    }
    return Ticket(**{**values, **fields})


def link(doc: Document, position: int, made: Ticket, **fields: Any) -> Link:
    """The link that the ledger holds after this item's ticket was created and nothing has changed since."""
    each = doc.items[position]
    uid = make_uid(SPACE, doc.id, item_key(each))
    marker = Marker(uid, SPACE, doc.id, item_key(each))
    values = {
        "uid": uid,
        "document_id": doc.id,
        "key": item_key(each),
        "ticket": made if made.marker else replace(made, marker=marker),
        "pushed": raw_fields(doc, each),
        "group": each.group,
        "position": position,
        "linked_at": NOW - timedelta(days=2),
    }
    return Link(**{**values, **fields})


def intent(doc: Document, position: int, age: timedelta) -> Intent:
    each = doc.items[position]
    key = item_key(each)
    return Intent(make_uid(SPACE, doc.id, key), "web", doc.id, key, each.title, NOW - age)


def recognise(
    documents: Iterable[Document],
    known: Mapping[str, Known] | None = None,
    *,
    complete: bool = True,
    **options: Any,
) -> Identities:
    found = list(documents)
    ids = [each.id for each in found]
    refs = options.pop("refs", {})
    return identify(
        entries(found, refs), known or {}, documents=ids, namespace=SPACE, complete=complete, **options
    )  # fmt: skip


def by_title(identities: Identities) -> dict[str, Placed]:
    return {placed.entry.item.title: placed for placed in identities.placed}


class _Everything(frozenset[str]):
    def __contains__(self, _: object) -> bool:
        return True


EVERYTHING = _Everything()


def view(*tickets: Ticket, **fields: Any) -> View:
    name = fields.pop("name", "web")
    values = {
        "settings": TrackerSettings(name, "local", default=name == "web"),
        "fields": frozenset({"title", "assignees", "labels", "due", "priority"}),
        "trusted": frozenset({"bot"}),
        "tickets": {each.ref: each for each in tickets},
        "looked": EVERYTHING,
    }
    return View(**{**values, **fields})


def settings(**fields: Any) -> Settings:
    trackers = {"web": TrackerSettings("web", "local", default=True)}
    return Settings(**{"root": "/nowhere", "namespace": SPACE, "trackers": trackers, **fields})


def world(*documents: Document, **fields: Any) -> World:
    """A world of one tracker that answered, judged whole, with identities worked out as a run does."""
    views = fields.pop("views", None) or {"web": view()}
    links = {each.uid: each for each in fields.pop("links", ())}
    intents = {each.uid: each for each in fields.pop("intents", ())}
    complete = fields.pop("complete", True)
    marked = marked_tickets([each for each in views.values() if not each.failed], Belonging(SPACE))
    known = known_items(links, intents, marked, fields.pop("questions", {}))
    named = fields.get("named", {})
    refs = {where: tuple(n.sight.ref for n in ns if isinstance(n.sight, Ticket)) for where, ns in named.items()}
    lookalikes, decisions = fields.pop("lookalikes", ()), fields.pop("decisions", {})
    identities = recognise(
        documents, known, complete=complete, refs=refs, lookalikes=lookalikes, decisions=decisions
    )  # fmt: skip
    gone = {each.document_id for each in links.values()} - {each.id for each in documents}
    values = {
        "now": NOW,
        "settings": settings(),
        "reading": Reading(documents, complete=complete),
        "judged": frozenset(each.id for each in documents),
        "identities": identities,
        "views": views,
        "links": links,
        "intents": intents,
        "gone": frozenset(gone) if complete else frozenset(),
    }
    return World(**{**values, **fields})
