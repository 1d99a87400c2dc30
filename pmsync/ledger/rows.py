"""How the words of pmsync are written as rows and read back, exactly. Pure.

Times are UTC ISO-8601 text, dates ISO text, tuples JSON lists; what is compared as a whole (`pushed`, `marker`,
`duplicate_of`) is one JSON value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from pmsync.ledger import values
from pmsync.ledger.changes import Change
from pmsync.ledger.values import Row, Value, at, cleaned, json_text, list_text, to_date, to_texts, to_tuple
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
from pmsync.model.spelling import one_spelling

_CODECS: Mapping[str, tuple[Callable[[Any], Value], Callable[[Any], object]]] = {
    "bool": (int, bool),
    "bool | None": (values.flag, values.to_flag),
    "date | None": (values.date_text, to_date),
    "datetime": (values.time_text, at),
    "datetime | None": (values.time_text, values.to_time),
    "tuple[str, ...]": (list_text, to_tuple),
}
"""How a value of a field's type is written and read; one of any other type is a column as it is."""


class _Columns:
    """Fields of a dataclass that are columns, under their own names but for those in `renamed`."""

    def __init__(self, of: type, names: str, *, spelled: str = "", **renamed: str) -> None:
        types = {field.name: str(field.type) for field in fields(of)}
        self._writers, self._readers = [], []
        for name in names.split():
            write, read = _CODECS.get(types[name], (_same, _same))
            column = renamed.get(name, name)
            self._writers.append((column, name, write))
            self._readers.append((name, column, one_spelling if name in spelled.split() else read))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column for column, _, _ in self._writers)

    def row(self, value: object) -> dict[str, Value]:
        return {column: write(getattr(value, name)) for column, name, write in self._writers}

    def read(self, row: Row, prefix: str = "") -> dict[str, Any]:
        """The fields by name; `spelled` ones, which are paths, in one spelling."""
        return {name: read(row[prefix + column]) for name, column, read in self._readers}


def _same(value: Any) -> Any:
    return value


_IN_ITEM = {"key": "item_key", "group": "item_group"}
_DOCUMENT = _Columns(
    Document,
    "id path title incident date severity status draft restricted services team authors labels",
    spelled="id path",
)
_ITEM = _Columns(
    ItemRow,
    "uid document_id key line standing note due due_from done group details tickets source",
    spelled="document_id",
    **_IN_ITEM,
)
_FIELDS = _Columns(Fields, "title owners due priority kind severity labels", due="document_due")
_LINK = _Columns(
    Link,
    "uid document_id key group details_digest position pushed_labels named followed shared reassigned orphaned lost "
    "source linked_at via adopted",
    spelled="document_id",
    **_IN_ITEM,
)
_TICKET = _Columns(Ticket, "title state author assignees due priority created_at updated_at closed_at duplicate")
_REF = _Columns(Ref, "tracker id key url", id="ticket_id", key="ticket_key")
_INTENT = _Columns(Intent, "uid tracker document_id key title announced_at tries", spelled="document_id", **_IN_ITEM)
_REFUSAL = _Columns(Refusal, "uid operation digest reason refused_at")
_CURSOR = _Columns(Cursor, "tracker since full_scan_at")
_FINDING = _Columns(Finding, "rule level message hint path line")
_CHANGE = _Columns(Change, "uid source field old new note")

DOCUMENT = (*_DOCUMENT.names, "gone_at")
LINK = (
    *(*_LINK.names, *_TICKET.names, *_REF.names),
    *("pushed", "status", "labels", "duplicate_of", "marker", "account_ids"),
)
INTENT = _INTENT.names
"""The columns that are read of a document, a link and an intent."""

# --- documents and items --------------------------------------------------------------------------------------


def document_row(document: Document) -> dict[str, Value]:
    return cleaned(_DOCUMENT.row(document))


def to_document(row: Row, prefix: str = "") -> Document:
    """The document without items and findings."""
    return Document(**_DOCUMENT.read(row, prefix))


def item_row(item: ItemRow) -> dict[str, Value]:
    candidates = json_text([_candidate_value(each) for each in item.candidates])
    return cleaned({**_FIELDS.row(item.fields), **_ITEM.row(item), "candidates": candidates})


def to_item(row: Row) -> ItemRow:
    candidates = map(_to_candidate, json.loads(row["candidates"])) if row["candidates"] != "[]" else ()
    return ItemRow(**_ITEM.read(row), fields=Fields(**_FIELDS.read(row)), candidates=tuple(candidates))


def _candidate_value(candidate: Candidate) -> dict[str, object]:
    names = ("uid", "title", "document_id", "key")
    return {name: getattr(candidate, name) for name in names} | {"ref": _ref_value(candidate.ref)}


def _to_candidate(value: Mapping[str, Any]) -> Candidate:
    held = dict(value)
    ref = held.pop("ref")
    held["document_id"] = one_spelling(held["document_id"])
    return Candidate(**to_texts(held), ref=Ref(**to_texts(ref)) if ref else None)


# --- links ----------------------------------------------------------------------------------------------------


def _fields_text(pushed: Fields | None) -> str | None:
    if pushed is None:
        return None
    names = ("title", "owners", "priority", "kind", "severity", "labels", "path", "context", "owed")
    return json_text({name: getattr(pushed, name) for name in names} | {"due": values.date_text(pushed.due)})


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
    return cleaned({**_LINK.row(link), **_ticket_row(link.ticket), "pushed": _fields_text(link.pushed)})


def _ticket_row(ticket: Ticket) -> dict[str, Value]:
    return {
        **_REF.row(ticket.ref),
        **_TICKET.row(ticket),
        "status": ticket.status.value,
        "labels": list_text(sorted(ticket.labels)),
        "duplicate_of": _ref_text(ticket.duplicate_of),
        "marker": _marker_text(ticket.marker),
        "account_ids": json_text(dict(sorted(ticket.ids.items()))),
    }


def to_link(row: Row, prefix: str = "") -> Link:
    return Link(**_LINK.read(row, prefix), ticket=_to_ticket(row, prefix), pushed=_to_fields(row[f"{prefix}pushed"]))


def _to_ticket(row: Row, prefix: str) -> Ticket:
    duplicate_of, marker = row[f"{prefix}duplicate_of"], row[f"{prefix}marker"]
    return Ticket(
        **_TICKET.read(row, prefix),
        ref=Ref(**_REF.read(row, prefix)),
        status=Status(row[f"{prefix}status"]),
        labels=frozenset(to_tuple(row[f"{prefix}labels"])),
        duplicate_of=Ref(**to_texts(duplicate_of)) if duplicate_of else None,
        marker=_to_marker(marker) if marker else None,
        ids=to_texts(row[f"{prefix}account_ids"]),
    )


# --- the rest -------------------------------------------------------------------------------------------------


def intent_row(intent: Intent) -> dict[str, Value]:
    return cleaned(_INTENT.row(intent))


def to_intent(row: Row, prefix: str = "") -> Intent:
    return Intent(**_INTENT.read(row, prefix))


def refusal_row(refusal: Refusal, run: int) -> dict[str, Value]:
    return cleaned({**_REFUSAL.row(refusal), "run_id": run})


def to_refusal(row: Row) -> Refusal:
    return Refusal(**_REFUSAL.read(row))


def cursor_row(cursor: Cursor) -> dict[str, Value]:
    return _CURSOR.row(cursor)


def to_cursor(row: Row) -> Cursor:
    return Cursor(**_CURSOR.read(row))


def finding_row(finding: Finding, run: int) -> dict[str, Value]:
    return cleaned({**_FINDING.row(finding), "run_id": run})


def to_finding(row: Row) -> Finding:
    return Finding(**_FINDING.read(row))


def event_row(change: Change, run: int, noted_at: datetime) -> dict[str, Value]:
    return cleaned({**_CHANGE.row(change), "at": values.time_text(noted_at), "run_id": run})


def to_event(row: Row) -> tuple[datetime, Change]:
    """A change, and when it was noted."""
    return at(row["at"]), Change(**_CHANGE.read(row))


def shown_row(uid: str, people: tuple[str, ...], severity: str) -> dict[str, Value]:
    return cleaned({"uid": uid, "people": list_text(people), "severity": severity or None})
