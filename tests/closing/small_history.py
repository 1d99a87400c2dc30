"""Fifteen items over half a year, small enough to be worked out by hand, and two of a restricted document.

    item   ticket since  what happened                                            days  becomes
    a1     01-12         done 01-22                                               10    done
    a2     01-12         done 02-11                                               30    done
    a3     01-12         done 05-12                                               120   done
    a4     01-12         won't do 02-01                                           20    won't do
    a5     01-12         from alice to bob on 05-01                                     open, 169 days
    a6     01-12         done 01-20, opened again 04-20                                 open, 169 days
    b1     02-23         done 03-05                                               10    done
    b2     02-23         done 03-25                                               30    done
    b3     02-23         done 04-04, opened again 04-14, done 05-04               70    done
    b4     02-23         won't do 03-15                                           20    won't do
    b5     02-23         its ticket is gone 04-24                                 60    lost
    b6     02-23         closed as duplicate 03-01                                6     duplicate
    b7     02-23         left its document 05-24                                  90    orphaned
    c1     05-18         done 05-28                                               10    done
    c2     05-18                                                                        open, 43 days

The documents: a of 2026-01-10, SEV-1; b of 2026-02-20, SEV-2 (SEV-3 until 05-20); c of 2026-05-15, SEV-2. Days are
those of 2026-06-30, the last run.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pmsync.ledger import Ledger
from pmsync.model import Document, Fields, ItemRow, Link, Ref, Status, Ticket

CONFIG = """
[documents]
namespace = "acme/web"
[trackers.local]
type = "local"
[people.alice]
name = "Alice Liddell"
[people.bob]
name = "Bob Baker"
"""
LAST_DAY = date(2026, 6, 30)
SECRET_WORDS = ("leak", "Rotate", "vault", "crypto", "mallory", "LOCAL-90", "LOCAL-91", "2025")

DOCUMENTS = {
    "a": Document("a", "postmortems/a.md", "Checkout was down", date=date(2026, 1, 10), severity="SEV-1",
                  status="final", services=("checkout", "pricing"), team="payments"),
    "b": Document("b", "postmortems/b.md", "Search was slow", date=date(2026, 2, 20), severity="SEV-3",
                  services=("search",), team="web"),
    "c": Document("c", "postmortems/c.md", "Search was down", date=date(2026, 5, 15), severity="SEV-2",
                  services=("search",), team="web"),
    "s": Document("s", "postmortems/leak.md", "The leak", date=date(2025, 12, 15), severity="SEV-1", restricted=True,
                  services=("vault",), team="crypto"),
}  # fmt: skip
FIRST = {"a": "01-12", "b": "02-23", "c": "05-18", "s": "01-12"}
EVENTS: dict[str, list[tuple[str, str]]] = {
    "a1": [("01-22", "done")], "a2": [("02-11", "done")], "a3": [("05-12", "done")], "a4": [("02-01", "wont_do")],
    "a5": [("05-01", "bob")], "a6": [("01-20", "done"), ("04-20", "open")],
    "b1": [("03-05", "done")], "b2": [("03-25", "done")],
    "b3": [("04-04", "done"), ("04-14", "open"), ("05-04", "done")], "b4": [("03-15", "wont_do")],
    "b5": [("04-24", "lost")], "b6": [("03-01", "duplicate")], "b7": [("05-24", "orphaned")],
    "c1": [("05-28", "done")], "c2": [], "s1": [("01-20", "done"), ("02-20", "open")], "s2": [],
}  # fmt: skip
KINDS = {"a": "prevent", "b": "detect", "c": "detect", "s": "prevent"}


def fill(root: Path, *, restricted: bool = True, until: date = LAST_DAY) -> None:
    """Write the configuration and the ledger as of `until`; without `restricted`, as if s was never written."""
    (root / "pmsync.toml").write_text(CONFIG)
    names = [name for name in EVENTS if restricted or name[0] != "s"]
    days = sorted({*FIRST.values(), "05-20", "06-30", *(day for events in EVENTS.values() for day, _ in events)})
    links: dict[str, Link] = {}
    with Ledger.open(root / ".pmsync" / "ledger.db") as ledger:
        for day in [day for day in days if _noon(day).date() <= until]:
            changed: dict[str, list[str]] = {}
            for name in names:
                if FIRST[name[0]] == day:
                    links[name] = _new(name, _noon(day))
                    changed.setdefault("pmsync", []).append(name)
                for at, event in EVENTS[name]:
                    if at == day:
                        links[name] = _after(links[name], event, _noon(day))
                        changed.setdefault("document" if event == "orphaned" else "tracker", []).append(name)
            _save(ledger, day, links, changed)


def _save(ledger: Ledger, day: str, links: dict[str, Link], changed: dict[str, list[str]]) -> None:
    """One run."""
    at = _noon(day)
    run = ledger.begin_run(at, host="web1", pid=1, scope="")
    documents = [DOCUMENTS[name] for name in dict.fromkeys(uid[0] for uid in links)]
    if day >= "05-20":
        documents = [replace(each, severity="SEV-2") if each.id == "b" else each for each in documents]
    items = [_item(name) for name, link in links.items() if not link.orphaned]
    ledger.save_documents(run, at, documents, items, judged=[each.id for each in documents], gone=[])
    for source, names in changed.items():
        ledger.save_links(run, at, [links[name] for name in names], source)
    ledger.end_run(run, at, ok=True, counts={}, findings=[])


def _noon(day: str) -> datetime:
    return datetime.fromisoformat(f"2026-{day}T12:00:00").replace(tzinfo=UTC)


def _title(name: str) -> str:
    return f"Rotate key {name}" if name[0] == "s" else f"Do {name}"


def _item(name: str) -> ItemRow:
    owner = "mallory" if name[0] == "s" else "alice"
    due = _noon(FIRST[name[0]]).date() + timedelta(days=30)
    fields = Fields(_title(name), (owner,), kind=KINDS[name[0]])
    return ItemRow(name, name[0], name, fields, 10 + int(name[1]), "ticketed", due=due, due_from="sla")


def _new(name: str, at: datetime) -> Link:
    number = 90 + int(name[1]) - 1 if name[0] == "s" else 10 * "abc".index(name[0]) + int(name[1])
    ticket = Ticket(
        Ref("local", str(number), f"LOCAL-{number}", f"https://acme.example/{number}"),
        *(_title(name), Status.OPEN, "open", "pmsync", at, at),
        assignees=("mallory" if name[0] == "s" else "alice",),
    )
    return Link(name, name[0], name, ticket, Fields(_title(name)), linked_at=at)


def _after(link: Link, event: str, at: datetime) -> Link:
    if event in {"lost", "orphaned"}:
        return replace(link, **{event: True})
    if event == "bob":
        return replace(link, ticket=replace(link.ticket, assignees=("bob",)))
    status = Status.WONT_DO if event == "duplicate" else Status(event)
    closed = at if status.closed else None
    return replace(
        link,
        ticket=replace(link.ticket, status=status, closed_at=closed, duplicate=event == "duplicate", updated_at=at),
    )
