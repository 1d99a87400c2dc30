"""How the words of pmsync are written as rows and read back, exactly. Pure.

Times are UTC ISO-8601 text, dates ISO text, tuples JSON lists; what is compared as a whole (`pushed`, `marker`,
`duplicate_of`) is one JSON value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pmsync.ledger.changes import Change
from pmsync.ledger.values import (
    Row,
    Value,
    at,
    cleaned,
    date_text,
    flag,
    json_text,
    list_text,
    time_text,
    to_date,
    to_flag,
    to_texts,
    to_time,
    to_tuple,
)
from pmsync.model import (
    Candidate,
    Cursor,
    Document,
    Fields,
    Finding,
    Intent,
    ItemRow,
    Link,
    Marker,
    Ref,
    Refusal,
    Status,
    Ticket,
)
from pmsync.model.names import one_spelling

# --- documents and items --------------------------------------------------------------------------------------


def document_row(document: Document) -> dict[str, Value]:
    return cleaned({
        "id": document.id,
        "path": document.path,
        "title": document.title,
        "incident": document.incident,
        "date": date_text(document.date),
        "severity": document.severity,
        "status": document.status,
        "draft": int(document.draft),
        "restricted": int(document.restricted),
        "services": list_text(document.services),
        "team": document.team,
        "authors": list_text(document.authors),
        "labels": list_text(document.labels),
    })  # fmt: skip


def to_document(row: Row, prefix: str = "") -> Document:
    """The document without items and findings."""
    return Document(
        id=one_spelling(row[f"{prefix}id"]),
        path=one_spelling(row[f"{prefix}path"]),
        title=row[f"{prefix}title"],
        incident=row[f"{prefix}incident"],
        date=to_date(row[f"{prefix}date"]),
        severity=row[f"{prefix}severity"],
        status=row[f"{prefix}status"],
        draft=bool(row[f"{prefix}draft"]),
        restricted=bool(row[f"{prefix}restricted"]),
        services=to_tuple(row[f"{prefix}services"]),
        team=row[f"{prefix}team"],
        authors=to_tuple(row[f"{prefix}authors"]),
        labels=to_tuple(row[f"{prefix}labels"]),
    )


def item_row(item: ItemRow) -> dict[str, Value]:
    return cleaned({
        "uid": item.uid,
        "document_id": item.document_id,
        "item_key": item.key,
        "line": item.line,
        "title": item.fields.title,
        "owners": list_text(item.fields.owners),
        "document_due": date_text(item.fields.due),
        "priority": item.fields.priority,
        "kind": item.fields.kind,
        "severity": item.fields.severity,
        "labels": list_text(item.fields.labels),
        "standing": item.standing,
        "note": item.note,
        "due": date_text(item.due),
        "due_from": item.due_from,
        "done": flag(item.done),
        "item_group": item.group,
        "details": item.details,
        "tickets": list_text(item.tickets),
        "source": item.source,
        "candidates": json_text([_candidate_value(each) for each in item.candidates]),
    })  # fmt: skip


def to_item(row: Row) -> ItemRow:
    fields = Fields(
        title=row["title"],
        owners=to_tuple(row["owners"]),
        due=to_date(row["document_due"]),
        priority=row["priority"],
        kind=row["kind"],
        severity=row["severity"],
        labels=to_tuple(row["labels"]),
    )
    return ItemRow(
        uid=row["uid"],
        document_id=one_spelling(row["document_id"]),
        key=row["item_key"],
        fields=fields,
        line=row["line"],
        standing=row["standing"],
        due=to_date(row["due"]),
        due_from=row["due_from"],
        done=to_flag(row["done"]),
        group=row["item_group"],
        details=row["details"],
        tickets=to_tuple(row["tickets"]),
        note=row["note"],
        source=row["source"],
        candidates=tuple(map(_to_candidate, json.loads(row["candidates"]))) if row["candidates"] != "[]" else (),
    )


def _candidate_value(candidate: Candidate) -> dict[str, object]:
    names = ("uid", "title", "document_id", "key")
    return {name: getattr(candidate, name) for name in names} | {"ref": _ref_value(candidate.ref)}


def _to_candidate(value: Mapping[str, Any]) -> Candidate:
    held = dict(value)
    ref = held.pop("ref")
    held["document_id"] = one_spelling(held["document_id"])
    return Candidate(**to_texts(held), ref=Ref(**to_texts(ref)) if ref else None)


# --- links ----------------------------------------------------------------------------------------------------


def _fields_text(fields: Fields | None) -> str | None:
    if fields is None:
        return None
    values = {name: getattr(fields, name) for name in ("title", "owners", "priority", "kind", "severity", "labels")}
    values |= {"path": fields.path, "context": fields.context, "owed": fields.owed}
    return json_text({**values, "due": date_text(fields.due)})


def _to_fields(text: str | None) -> Fields | None:
    if text is None:
        return None
    held = json.loads(text)
    owners, labels = (to_tuple(held.pop(name)) for name in ("owners", "labels"))
    owed = held.pop("owed", False) is True
    texts = to_texts({name: value for name, value in held.items() if value is not None})
    return Fields(
        title=texts["title"],
        owners=owners,
        due=to_date(texts.get("due")),
        priority=texts.get("priority"),
        kind=texts.get("kind"),
        severity=texts.get("severity"),
        labels=labels,
        path=texts.get("path", ""),
        context=texts.get("context", ""),
        owed=owed,
    )


def _ref_value(ref: Ref | None) -> dict[str, str] | None:
    return {"tracker": ref.tracker, "id": ref.id, "key": ref.key, "url": ref.url} if ref else None


def _ref_text(ref: Ref | None) -> str | None:
    return json_text(_ref_value(ref)) if ref else None


def _marker_text(marker: Marker | None) -> str | None:
    if marker is None:
        return None
    return json_text(asdict(marker))


def _to_marker(text: str) -> Marker:
    held = json.loads(text)
    pushed, revision = to_texts(dict(held.pop("pushed", ()))), held.pop("revision", 0)
    texts = to_texts(held)
    texts["document_id"] = one_spelling(texts["document_id"])
    return Marker(**texts, pushed=tuple(sorted(pushed.items())), revision=int(revision))


def link_row(link: Link) -> dict[str, Value]:
    return cleaned({
        "uid": link.uid,
        "document_id": link.document_id,
        "item_key": link.key,
        "item_group": link.group,
        "details_digest": link.details_digest,
        "position": link.position,
        **_ticket_row(link.ticket),
        "pushed": _fields_text(link.pushed),
        "pushed_labels": list_text(link.pushed_labels),
        "named": int(link.named),
        "followed": int(link.followed),
        "shared": int(link.shared),
        "reassigned": int(link.reassigned),
        "orphaned": int(link.orphaned),
        "lost": int(link.lost),
        "source": link.source,
        "linked_at": time_text(link.linked_at),
        "via": link.via,
    })  # fmt: skip


def _ticket_row(ticket: Ticket) -> dict[str, Value]:
    return {
        "tracker": ticket.ref.tracker,
        "ticket_id": ticket.ref.id,
        "ticket_key": ticket.ref.key,
        "url": ticket.ref.url,
        "title": ticket.title,
        "status": ticket.status.value,
        "state": ticket.state,
        "author": ticket.author,
        "assignees": list_text(ticket.assignees),
        "labels": list_text(sorted(ticket.labels)),
        "due": date_text(ticket.due),
        "priority": ticket.priority,
        "created_at": time_text(ticket.created_at),
        "updated_at": time_text(ticket.updated_at),
        "closed_at": time_text(ticket.closed_at),
        "duplicate": int(ticket.duplicate),
        "duplicate_of": _ref_text(ticket.duplicate_of),
        "marker": _marker_text(ticket.marker),
        "account_ids": json_text(dict(sorted(ticket.ids.items()))),
    }


def to_link(row: Row, prefix: str = "") -> Link:
    return Link(
        uid=row[f"{prefix}uid"],
        document_id=one_spelling(row[f"{prefix}document_id"]),
        key=row[f"{prefix}item_key"],
        ticket=_to_ticket(row, prefix),
        pushed=_to_fields(row[f"{prefix}pushed"]),
        pushed_labels=to_tuple(row[f"{prefix}pushed_labels"]),
        named=bool(row[f"{prefix}named"]),
        followed=bool(row[f"{prefix}followed"]),
        shared=bool(row[f"{prefix}shared"]),
        reassigned=bool(row[f"{prefix}reassigned"]),
        orphaned=bool(row[f"{prefix}orphaned"]),
        lost=bool(row[f"{prefix}lost"]),
        group=row[f"{prefix}item_group"],
        details_digest=row[f"{prefix}details_digest"],
        position=row[f"{prefix}position"],
        source=row[f"{prefix}source"],
        linked_at=to_time(row[f"{prefix}linked_at"]),
        via=row[f"{prefix}via"],
    )


def _to_ticket(row: Row, prefix: str) -> Ticket:
    duplicate_of, marker = row[f"{prefix}duplicate_of"], row[f"{prefix}marker"]
    tracker, ticket_id = row[f"{prefix}tracker"], row[f"{prefix}ticket_id"]
    return Ticket(
        ref=Ref(tracker, ticket_id, row[f"{prefix}ticket_key"], row[f"{prefix}url"]),
        title=row[f"{prefix}title"],
        status=Status(row[f"{prefix}status"]),
        state=row[f"{prefix}state"],
        author=row[f"{prefix}author"],
        created_at=at(row[f"{prefix}created_at"]),
        updated_at=at(row[f"{prefix}updated_at"]),
        assignees=to_tuple(row[f"{prefix}assignees"]),
        labels=frozenset(to_tuple(row[f"{prefix}labels"])),
        due=to_date(row[f"{prefix}due"]),
        priority=row[f"{prefix}priority"],
        closed_at=to_time(row[f"{prefix}closed_at"]),
        duplicate=bool(row[f"{prefix}duplicate"]),
        duplicate_of=Ref(**to_texts(duplicate_of)) if duplicate_of else None,
        marker=_to_marker(marker) if marker else None,
        ids=to_texts(row[f"{prefix}account_ids"]),
    )


# --- the rest -------------------------------------------------------------------------------------------------


def intent_row(intent: Intent) -> dict[str, Value]:
    return cleaned({
        "uid": intent.uid,
        "tracker": intent.tracker,
        "document_id": intent.document_id,
        "item_key": intent.key,
        "title": intent.title,
        "announced_at": time_text(intent.announced_at),
        "tries": intent.tries,
    })  # fmt: skip


def to_intent(row: Row, prefix: str = "") -> Intent:
    return Intent(
        uid=row[f"{prefix}uid"],
        tracker=row[f"{prefix}tracker"],
        document_id=one_spelling(row[f"{prefix}document_id"]),
        key=row[f"{prefix}item_key"],
        title=row[f"{prefix}title"],
        announced_at=at(row[f"{prefix}announced_at"]),
        tries=row[f"{prefix}tries"],
    )


def refusal_row(refusal: Refusal, run: int) -> dict[str, Value]:
    return cleaned({
        "uid": refusal.uid,
        "operation": refusal.operation,
        "digest": refusal.digest,
        "reason": refusal.reason,
        "refused_at": time_text(refusal.refused_at),
        "run_id": run,
    })  # fmt: skip


def to_refusal(row: Row) -> Refusal:
    refused_at = at(row["refused_at"])
    return Refusal(row["uid"], row["operation"], row["digest"], row["reason"], refused_at)


def cursor_row(cursor: Cursor) -> dict[str, Value]:
    since, full_scan_at = time_text(cursor.since), time_text(cursor.full_scan_at)
    return {"tracker": cursor.tracker, "since": since, "full_scan_at": full_scan_at}


def to_cursor(row: Row) -> Cursor:
    return Cursor(row["tracker"], to_time(row["since"]), to_time(row["full_scan_at"]))


def finding_row(finding: Finding, run: int) -> dict[str, Value]:
    names = ("rule", "level", "message", "hint", "path", "line")
    return cleaned({**{name: getattr(finding, name) for name in names}, "run_id": run})


def to_finding(row: Row) -> Finding:
    return Finding(row["rule"], row["level"], row["message"], row["hint"], row["path"], row["line"])


def to_event(row: Row) -> tuple[datetime, Change]:
    """A change, and when it was noted."""
    change = Change(row["uid"], row["source"], row["field"], row["old"], row["new"], row["note"])
    return at(row["at"]), change


def shown_row(uid: str, people: tuple[str, ...], severity: str) -> dict[str, Value]:
    return cleaned({"uid": uid, "people": list_text(people), "severity": severity or None})
