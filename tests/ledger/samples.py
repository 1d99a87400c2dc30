"""Values for the ledger's tests, by hand and by hypothesis."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import strategies as st

from pmsync.model import Cursor, Document, Fields, Intent, ItemRow, Link, Marker, Ref, Refusal, Status, Ticket
from pmsync.model.spelling import one_spelling

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def document(document_id: str = "outage.md", **changes: object) -> Document:
    return Document(
        **{"id": document_id, "path": f"postmortems/{document_id}", "title": "Outage", "severity": "sev1", **changes}
    )


def item(uid: str = "u1", document_id: str = "outage.md", title: str = "Fix the pager", **changes: object) -> ItemRow:
    values = {"key": title.lower(), "fields": Fields(title), "line": 12, "standing": "new", **changes}
    return ItemRow(uid=uid, document_id=document_id, **values)


def ticket(key: str = "PAY-1", **changes: object) -> Ticket:
    number = key.rpartition("-")[2]
    values = {
        "ref": Ref("payments", f"100{number}", key, f"https://acme.example/browse/{key}"),
        "title": "Fix the pager",
        "status": Status.OPEN,
        "state": "To Do",
        "author": "acme-bot",
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Ticket(**{**values, **changes})


def link(uid: str = "u1", document_id: str = "outage.md", key: str = "PAY-1", **changes: object) -> Link:
    values = {"ticket": ticket(key), "pushed": Fields("Fix the pager"), "linked_at": NOON, **changes}
    return Link(uid=uid, document_id=document_id, key="fix the pager", **values)


def intent(uid: str = "u1", document_id: str = "outage.md", **changes: object) -> Intent:
    values = {"tracker": "payments", "key": "fix the pager", "title": "Fix the pager", "announced_at": NOON, **changes}
    return Intent(uid=uid, document_id=document_id, **values)


# --- hypothesis -----------------------------------------------------------------------------------------------

texts = st.text(max_size=12)
names = st.text(min_size=1, max_size=8)
maybe_text = st.none() | texts
tuples = st.lists(texts, max_size=3).map(tuple)
days = st.dates(min_value=date(1, 1, 1))
zones = st.just(UTC) | st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(min_value=datetime(1970, 1, 2), timezones=zones)
refs = st.builds(Ref, names, names, names, names)
fields = st.builds(
    Fields, texts, tuples, st.none() | days, maybe_text, maybe_text, maybe_text, tuples
)  # fmt: skip
tickets = st.builds(
    Ticket,
    ref=refs,
    title=texts,
    status=st.sampled_from(Status),
    state=texts,
    author=texts,
    created_at=times,
    updated_at=times,
    assignees=tuples,
    labels=st.frozensets(texts, max_size=3),
    due=st.none() | days,
    priority=maybe_text,
    closed_at=st.none() | times,
    duplicate=st.booleans(),
    duplicate_of=st.none() | refs,
    marker=st.none() | st.builds(Marker, names, texts, texts.map(one_spelling), texts),
    ids=st.dictionaries(names, names, max_size=3),
)
links = st.builds(
    Link,
    uid=names,
    document_id=names.map(one_spelling),
    key=texts,
    ticket=tickets,
    pushed=st.none() | fields,
    pushed_labels=tuples,
    named=st.booleans(),
    shared=st.booleans(),
    reassigned=st.booleans(),
    orphaned=st.booleans(),
    lost=st.booleans(),
    group=maybe_text,
    details_digest=texts,
    position=st.integers(0, 1000),
    linked_at=st.none() | times,
)
intents = st.builds(Intent, names, names, names.map(one_spelling), texts, texts, times)
refusals = st.builds(Refusal, names, names, texts, texts, times)
cursors = st.builds(Cursor, names, st.none() | times, st.none() | times)
items = st.builds(
    ItemRow,
    uid=names,
    document_id=st.just("outage.md"),
    key=texts,
    fields=fields,
    line=st.integers(0, 10_000),
    standing=st.sampled_from(["ticketed", "new", "proposed", "listed", "done", "waiting", "refused", "undecided"]),
    due=st.none() | days,
    due_from=st.sampled_from(["document", "sla", ""]),
    done=st.none() | st.booleans(),
    group=maybe_text,
    details=texts,
    tickets=tuples,
    note=texts,
)
documents = st.builds(
    Document,
    id=st.just("outage.md"),
    path=texts.map(one_spelling),
    title=texts,
    incident=maybe_text,
    date=st.none() | days,
    severity=maybe_text,
    status=maybe_text,
    draft=st.booleans(),
    restricted=st.booleans(),
    services=tuples,
    team=maybe_text,
    authors=tuples,
    labels=tuples,
)
