"""The embedded tracker: tickets in a SQLite file, for a team without Jira or GitHub, for the demo, and in tests.

Sends nothing. Whoever may write the file may write any name into it: authors are a convention among people who share a
folder, not a protection.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from pmsync.config.settings import Person, TrackerSettings
from pmsync.errors import TrackerError, TrackerUnavailable
from pmsync.model import Draft, Marker, Patch, Ref, Ticket
from pmsync.trackers.concurrent_change import is_sent
from pmsync.trackers.contract import (
    Check,
    Created,
    Gone,
    Moved,
    Outcome,
    Probe,
    Rejected,
    Scan,
    Sight,
    Touched,
    Unavailable,
)
from pmsync.trackers.fact_list import digest_in_marker, with_facts
from pmsync.trackers.local import tickets
from pmsync.trackers.local.store import Store, utc_now
from pmsync.trackers.local.ticket_actions import Desk
from pmsync.trackers.local.tickets import Naming, Row, Value, Who

DEEDS = {"state": "its state", "comment": "a comment", "assignees": "its assignees", "duplicate_of": "a link"}
"""What a person may have done with a ticket so that pmsync no longer closes it, by the event's field."""


def connect(
    settings: TrackerSettings, environ: Mapping[str, str], root: Path, now: Callable[[], datetime] = utc_now
) -> LocalTracker:
    """The tracker over the file `settings.path`, relative to `root`. Creates and opens nothing."""
    del environ  # needs no secret
    return LocalTracker(settings, Store(root / (settings.path or f".pmsync/tickets-{settings.name}.db"), now))


class LocalTracker:
    """See `pmsync.trackers.contract.Tracker`. Several processes may use the file at once."""

    fields = frozenset({"title", "assignees", "due", "priority", "labels"})
    batch = 100
    incremental = False

    def __init__(self, settings: TrackerSettings, store: Store) -> None:
        self.name = settings.name
        self.label = settings.label
        self.store = store
        self.naming = Naming(settings.name)
        self.account = settings.accounts[0] if settings.accounts else "pmsync"
        self._accounts = frozenset(settings.accounts or (self.account,))

    def desk(self, actor: str) -> Desk:
        """The tickets as `actor` works with them."""
        return Desk(self.store, self.naming, actor)

    def accounts(self) -> frozenset[str]:
        return self._accounts

    def recognise(self, text: str, repository: str | None = None) -> Ref | None:
        del repository  # a bare `#12` never means a ticket here
        number = self.naming.number(text)
        return self.naming.ref(number) if number else None

    def scan(self, since: datetime | None = None) -> Scan:
        cursor = self.store.now()
        where, parameters = tickets.WITH_LABEL, [self.label]
        if since:
            where, parameters = f"{where} AND updated_at >= ?", [self.label, tickets.time_text(since)]
        return Scan(self._tickets(where, parameters), cursor)

    def get(self, refs: Sequence[Ref]) -> Mapping[Ref, Sight]:
        if not refs:
            return {}
        with self.store.reading() as database:
            numbers = json.dumps([tickets.number_of(ref) for ref in refs])
            rows = {row["number"]: row for row in tickets.rows(database, tickets.NUMBERED, [numbers])}
        return {ref: self._sight(ref, rows.get(tickets.number_of(ref))) for ref in refs}

    def departed(self, since: datetime) -> tuple[Ticket, ...]:  # noqa: ARG002
        return ()

    def find(self, uids: Iterable[str], since: datetime) -> tuple[Ticket, ...]:
        parameters = [json.dumps(list(uids)), tickets.time_text(since), json.dumps(sorted(self._accounts))]
        return self._tickets(tickets.BY_ACCOUNTS_OR_UID, parameters)

    def left_out(self) -> tuple[str, ...]:
        return ()

    def create(self, drafts: Sequence[Draft]) -> tuple[Outcome, ...]:
        """All of them or none: one transaction, so that no answer is ever in doubt."""
        if not drafts:
            return ()
        try:
            with self.store.writing() as database:
                who = self._who()
                numbers = [
                    tickets.insert(database, draft, draft.marker, (self.label, *draft.labels), who) for draft in drafts
                ]
                made = tickets.rows(database, tickets.NUMBERED, [json.dumps(numbers)])
        except TrackerUnavailable as error:
            return (Unavailable(str(error)),) * len(drafts)
        except TrackerError as error:
            return (Rejected(str(error)),) * len(drafts)
        return tuple(Created(tickets.to_ticket(row, self.naming)) for row in made)

    def update(self, ref: Ref, patch: Patch, listed: Marker | None = None) -> Ticket:
        with self.store.writing() as database:
            number = tickets.number_of(ref)
            row = tickets.row_of(database, ref)
            if is_sent(ticket := tickets.to_ticket(row, self.naming), patch, listed):
                return ticket
            changes = _changes(patch, row)
            if "facts" in patch and "marker" in patch:
                digest = digest_in_marker(ticket, patch["marker"].uid)
                changes["body"], changes["marker"] = with_facts(row["body"], digest, patch["facts"], patch["marker"])
            return tickets.to_ticket(tickets.edit(database, number, changes, self._who()), self.naming)

    def close_duplicate(self, ref: Ref, of: Ref) -> Ticket | Touched:
        with self.store.writing() as database:
            number = tickets.number_of(ref)
            ticket = tickets.to_ticket(tickets.row_of(database, ref), self.naming)
            if ticket.duplicate and ticket.duplicate_of in {of, None}:
                return ticket
            if deed := self._deed_of_a_person(tickets.events(database, number)):
                return Touched(deed)
            duplicate_of = tickets.number_of(of) if of.tracker == self.name else None
            text = f"pmsync: closed as a duplicate of {of.key} ({of.url}), which is the ticket of the same action item."
            tickets.comment(database, number, text, self._who())
            changes: dict[str, Value] = {"state": "duplicate", "duplicate_of": duplicate_of}
            return tickets.to_ticket(tickets.edit(database, number, changes, self._who()), self.naming)

    def resolve(self, people: Iterable[Person]) -> dict[str, str]:
        """Everybody in [people] has an account here, their id."""
        return {person.id: person.id for person in people}

    def probe(self) -> Probe:
        checks = (self._check_reading(), self._check_writing())
        blocked = "; ".join(check.message for check in checks if check.ok is False)
        return Probe(self.account, checks, blocked)

    def fit_labels(self, labels: Iterable[str]) -> tuple[str, ...]:
        return tickets.fit_labels(labels)

    def _tickets(self, where: str, parameters: Sequence[object]) -> tuple[Ticket, ...]:
        with self.store.reading() as database:
            return tuple(tickets.to_ticket(row, self.naming) for row in tickets.rows(database, where, parameters))

    def _sight(self, ref: Ref, row: Row | None) -> Sight:
        if row is None or not tickets.is_of(ref, row["store"]):
            return Gone(ref)
        return Moved(ref, None, row["moved_to"]) if row["moved_to"] else tickets.to_ticket(row, self.naming)

    def _deed_of_a_person(self, events: Iterable[Row]) -> str:
        for event in events:
            if event["actor"] not in self._accounts and event["field"] in DEEDS:
                return f"{event['actor']} changed it ({DEEDS[event['field']]}, {event['at'][:10]})"
        return ""

    def _check_reading(self) -> Check:
        path = str(self.store.path)
        try:
            with self.store.reading() as database:
                (row,) = database.query("SELECT count(*) AS tickets FROM tickets")
        except TrackerError as error:
            return Check("file", False, str(error))
        return Check("file", True, f"{row['tickets']} tickets in {path!r}")

    def _check_writing(self) -> Check:
        path = self.store.path
        place = next(place for place in (path, *path.parents) if place.exists())
        if os.access(place, os.W_OK):
            return Check("writing", True, f"{str(place)!r} is writable")
        return Check("writing", False, f"{str(place)!r} may not be written", "give this user the right to write it")

    def _who(self) -> Who:
        return Who(self.account, self.store.now())


def _changes(patch: Patch, row: Row) -> dict[str, Value]:
    """A patch as absolute values of columns."""
    changes: dict[str, Value] = {}
    for name in ("title", "assignees", "due", "priority", "marker"):
        if name in patch:
            changes[name] = patch[name]
    added, removed = patch.get("add_labels", ()), patch.get("remove_labels", ())
    if added or removed:
        kept = set(json.loads(row["labels"])) - {*removed, *tickets.fit_labels(removed)}
        changes["labels"] = tuple(sorted(kept | set(added)))
    return changes
