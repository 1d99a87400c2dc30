"""What the ledger holds, shaped for people: which items are open, whose, how late, and why one has no ticket.

Reads the ledger and nothing else, writes nothing, prints nothing; `today` is an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pmsync.config.people import Directory
from pmsync.config.severity import severity_level, severity_rank
from pmsync.errors import ConfigError
from pmsync.ledger.owners import owners
from pmsync.ledger.values import Row, at, to_tuple
from pmsync.location import place
from pmsync.model.frozen import frozen

if TYPE_CHECKING:
    from pmsync.config.settings import Settings
    from pmsync.ledger.reader import Conditions, LedgerReader

_TROUBLED = {"moved", "lost", "orphaned"}


class StatusRow(NamedTuple):
    """One item as `status` shows it.

    `kind` is 'open', 'closed' or 'aside' (nobody is asked to do anything here: older than `documents.since`, tracked
    elsewhere, or gone with its ticket). `status` is the ticket's, else why there is none in a word, and `note` says it
    in words. `people` are ids under [people], or names as they stand where they are not known there. `late` counts
    days, 0 where it is not late. `due_from` is 'ticket', 'document', 'sla' or ''.
    """

    uid: str
    kind: str
    status: str
    title: str
    people: tuple[str, ...]
    due: date | None
    due_from: str
    late: int
    tracker: str
    ticket: str
    url: str
    note: str
    path: str
    line: int
    document: str
    severity: str | None
    services: tuple[str, ...]
    team: str | None
    restricted: bool

    @property
    def where(self) -> str:
        return place(self.path, self.line)


# --- which of them --------------------------------------------------------------------------------------------

WEEK = timedelta(days=7)
"""What is due at most so long from today is due within a week."""


@frozen
class Filter:
    """Which rows are wanted; what is empty does not matter.

    `people` are as `named` makes them. `due_by` is the last due date, late ones included. `path` is a document's or a
    folder's.
    """

    people: frozenset[str] = frozenset()
    overdue: bool = False
    everything: bool = False
    service: str = ""
    severity: str = ""
    path: str = ""
    team: str = ""
    due_by: date | None = None


EVERYTHING = Filter(everything=True)


def _conditions(ledger: LedgerReader, settings: Settings, wanted: Filter) -> Conditions:
    """The filter as the ledger compares it: with what stands in its columns, in whatever spelling."""
    found: dict[str, Any] = {} if wanted.everything else {"open": True}
    if wanted.overdue:
        found["overdue"] = True
    if wanted.due_by:
        found["due_by"] = wanted.due_by.isoformat()
    if wanted.path:
        found["path"] = wanted.path
    if wanted.people:
        pairs = ledger.status_values(_by_people(ledger, settings), "people_of", "people")
        found["people"] = [pair for pair, people in pairs if wanted.people & people]
    if wanted.team:
        found["team"] = [text for text in ledger.status_values(str, "team") if _plain(text) == _plain(wanted.team)]
    if wanted.service:
        lists = ledger.status_values(_by_service, "services")
        found["services"] = [text for text, names in lists if _plain(wanted.service) in map(_plain, names)]
    if wanted.severity:
        level, texts = severity_level(wanted.severity), ledger.status_values(str, "severity")
        found["severity"] = [text for text in texts if severity_level(text) == level]
    return found


def _by_people(
    ledger: LedgerReader, settings: Settings
) -> Callable[[str, str], tuple[tuple[str, str], frozenset[str]]]:
    """Reads the `people_of` and `people` of a row: both, and whom they mean."""
    people = owners(ledger, settings)
    return lambda tracker, names: ((tracker, names), named(people(tracker, names)))


def _by_service(text: str) -> tuple[str, tuple[str, ...]]:
    """Reads the `services` of a row: the text, and the names in it."""
    return text, to_tuple(text) if text else ()


def _plain(text: str) -> str:
    return text.casefold().strip().removeprefix("@").replace("-", "").replace(" ", "")


def named(names: Iterable[str]) -> frozenset[str]:
    """Names of people as a Filter compares them."""
    return frozenset(_plain(name) for name in names)


# --- what there is to choose from -----------------------------------------------------------------------------


def find_people(ledger: LedgerReader, settings: Settings, name: str) -> frozenset[str]:
    """Whose items are wanted, as a Filter compares them; empty for ''.

    Raises ConfigError for a name that is neither under [people] nor in any item.
    """
    if not name:
        return frozenset()
    person = Directory(settings.people).match(name)
    wanted = named([person.id if person else name])
    if person is None and not wanted & _known_people(ledger, settings):
        ids = ", ".join(sorted(settings.people))
        known = f"[people] has {ids}" if ids else "[people] in the configuration is empty"
        raise ConfigError(f"nobody is called {name!r}\n{known}")
    return wanted


def _known_people(ledger: LedgerReader, settings: Settings) -> frozenset[str]:
    found = ledger.status_values(_by_people(ledger, settings), "people_of", "people")
    return frozenset[str]().union(*(people for _, people in found))


def known_paths(ledger: LedgerReader) -> list[str]:
    """The paths of the documents."""
    return ledger.status_values(str, "path")


def known_teams(ledger: LedgerReader) -> list[str]:
    """The teams of the documents, without those of restricted ones."""
    return _spelled_once(ledger.status_values(str, "team", public=True))


def known_services(ledger: LedgerReader) -> list[str]:
    """The services of the documents, without those of restricted ones."""
    lists = ledger.status_values(_by_service, "services", public=True)
    return _spelled_once(name for _, names in lists for name in names)


def is_service(ledger: LedgerReader, name: str) -> bool:
    """Whether a document is about this service, in whatever spelling."""
    lists = ledger.status_values(_by_service, "services")
    return any(_plain(name) == _plain(each) for _, names in lists for each in names)


def known_severities(ledger: LedgerReader, *, public: bool = True) -> list[str]:
    """The normal forms of the severities, the most severe first; if `public`, without those of restricted documents."""
    levels = {*ledger.status_values(severity_level, "severity", public=public)} - {""}
    return sorted(levels, key=lambda level: (severity_rank(level), level))


def _spelled_once(names: Iterable[str]) -> list[str]:
    return list({_plain(name): name for name in sorted(names, key=str.casefold, reverse=True) if name}.values())[::-1]


# --- one row for each item ------------------------------------------------------------------------------------


def status_rows(
    ledger: LedgerReader, settings: Settings, today: date, wanted: Filter = EVERYTHING, *, limit: int = 0
) -> list[StatusRow]:
    """The wanted items that are in a document or have a ticket; late ones first, then by due date, then by place.

    With a `limit`, only so many, the most urgent first: late ones, those due within a WEEK, then the rest; among each
    the most severe, then what is due first, then what is of the oldest document.
    """
    shape, conditions = _shape(ledger, settings), _conditions(ledger, settings, wanted)
    if not limit:
        return ledger.status_rows(shape, today, conditions)
    texts = [text for text in ledger.status_values(str, "severity") if severity_level(text)]
    ranks = [(text, severity_rank(severity_level(text))) for text in texts]
    soon = last_day(today, WEEK)
    return ledger.most_urgent_rows(shape, today, conditions, soon=soon, ranks=ranks, limit=limit)


def matches(ledger: LedgerReader, settings: Settings, today: date, wanted: Filter) -> int:
    """How many items are wanted."""
    return ledger.status_matches(today, _conditions(ledger, settings, wanted))


def last_day(today: date, span: timedelta) -> date:
    """The last day of a span from today on."""
    return date.max if span.days >= (date.max - today).days else today + timedelta(days=span.days)


def status_row(uid: str, ledger: LedgerReader, settings: Settings, today: date) -> StatusRow:
    """One item that the ledger knows, as `status` shows it."""
    (row,) = ledger.status_rows(_shape(ledger, settings), today, {"uid": uid})
    return row


def _shape(ledger: LedgerReader, settings: Settings) -> Callable[[Row], StatusRow]:
    people, held = owners(ledger, settings), ledger.is_held_back()
    severity, texts, day = cache(severity_level), cache(to_tuple), cache(date.fromisoformat)

    def shape(row: Row) -> StatusRow:
        # by position, which takes half as long as by name
        values: Iterable[Any] = row
        uid, kind, status, title, names, due, due_from, late, tracker, ticket, url, *more = values
        note, path, line, document, level, services, team, restricted, names_of, linked, reason, _ = more
        if reason or not linked or status in _TROUBLED:
            note = _note(row, held=held)
        return StatusRow(
            uid=uid,
            kind=kind,
            status=status,
            title=title,
            people=people(names_of, names),
            due=day(due) if due else None,
            due_from=due_from,
            late=late,
            tracker=tracker,
            ticket=ticket,
            url=url,
            note=note,
            path=path,
            line=line,
            document=document,
            severity=severity(level) or None,
            services=texts(services),
            team=team or None,
            restricted=bool(restricted),
        )

    return shape


def _note(row: Row, *, held: bool) -> str:
    """What there is to say about an item without a ticket, or with one that needs attention."""
    status, reason = row["status"], row["reason"]
    if status == "moved":
        return f"ticket {row['ticket']} was moved to where pmsync does not see it"
    if status == "lost":
        return f"ticket {row['ticket']} is gone; `pmsync forget {row['uid']}` lets the next sync create another"
    if status == "orphaned":
        return "the item is no longer in its document"
    if row["linked"]:
        return f"the tracker refused a change: {reason}"
    if status == "in_doubt":
        since = f"{at(row['announced_at']):%Y-%m-%d %H:%M} UTC"
        return f"sent to {row['tracker']} at {since}, answer unknown: the next sync looks for it"
    if reason:
        return f"the tracker refused it: {reason}"
    if row["note"] or status != "new":
        return str(row["note"])
    return "the guard refused the last sync; `pmsync plan` says why" if held else "the next sync creates its ticket"


# --- words and figures -----------------------------------------------------------------------------------------


def in_words(status: str) -> str:
    """A status as people read it: `won't do`, `in progress`, `in doubt`."""
    return "won't do" if status == "wont_do" else status.replace("_", " ")


def counts(rows: Iterable[StatusRow]) -> Mapping[str, int]:
    """How many rows of each kind, and how many are late or without a ticket among the open ones."""
    found = {"open": 0, "closed": 0, "aside": 0, "overdue": 0, "without_ticket": 0}
    for row in rows:
        found[row.kind] += 1
        found["overdue"] += row.late > 0
        found["without_ticket"] += row.kind == "open" and not row.ticket
    return found


def aside(counts: Mapping[str, int]) -> str:
    """`1 closed, 2 listed or tracked elsewhere`: what is not open; '' for none."""
    parts = [f"{counts['closed']} closed"] if counts["closed"] else []
    return ", ".join([*parts, *([f"{counts['aside']} listed or tracked elsewhere"] if counts["aside"] else [])])
