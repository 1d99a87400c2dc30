"""What people do with the tickets of a local tracker, under their own names: the verbs of `pmsync tickets`."""

from __future__ import annotations

from dataclasses import dataclass

from pmsync.model import Draft, Marker, Ticket
from pmsync.trackers.local import tickets
from pmsync.trackers.local.store import Store
from pmsync.trackers.local.tickets import Naming, Row, Value, Who


@dataclass(frozen=True, slots=True)
class History:
    """Everything about one ticket. Rows of comments: author, at, text; of events: actor, at, field, old, new."""

    ticket: Ticket
    body: str
    comments: tuple[Row, ...]
    events: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """One person at work in one local tracker. Every verb raises TrackerError if the ticket does not exist."""

    store: Store
    naming: Naming
    actor: str

    def tickets(self, *, closed: bool = False) -> list[Ticket]:
        """Open tickets, or all, labelled or not, in order of creation."""
        where = "moved_to IS NULL" if closed else "moved_to IS NULL AND state IN ('open', 'in_progress')"
        with self.store.reading() as database:
            return [tickets.to_ticket(row, self.naming) for row in tickets.rows(database, where, [])]

    def history(self, number: int) -> History:
        with self.store.reading() as database:
            row = tickets.row(database, number)
            comments, events = tickets.comments(database, number), tickets.events(database, number)
        return History(tickets.to_ticket(row, self.naming), row["body"], tuple(comments), tuple(events))

    def open(self, title: str, body: str = "", labels: tuple[str, ...] = ()) -> Ticket:
        draft = Draft(Marker(""), title, body)
        with self.store.writing() as database:
            number = tickets.insert(database, draft, None, labels, self._who())
            return tickets.to_ticket(tickets.row(database, number), self.naming)

    def set(self, number: int, **values: Value) -> Ticket:
        """Set columns as `tickets.edit` does."""
        with self.store.writing() as database:
            return tickets.to_ticket(tickets.edit(database, number, values, self._who()), self.naming)

    def close(self, number: int, *, wont_do: bool = False) -> Ticket:
        return self.set(number, state="wont_do" if wont_do else "done")

    def reopen(self, number: int) -> Ticket:
        return self.set(number, state="open")

    def start(self, number: int) -> Ticket:
        return self.set(number, state="in_progress")

    def assign(self, number: int, *accounts: str) -> Ticket:
        return self.set(number, assignees=accounts)

    def comment(self, number: int, text: str) -> Ticket:
        with self.store.writing() as database:
            tickets.comment(database, number, text, self._who())
            return tickets.to_ticket(tickets.row(database, number), self.naming)

    def delete(self, number: int) -> None:
        with self.store.writing() as database:
            tickets.delete(database, number, self._who())

    def _who(self) -> Who:
        return Who(self.actor, self.store.now())
