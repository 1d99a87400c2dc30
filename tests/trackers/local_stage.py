"""A stage over the embedded tracker: a real file, and people who work in it through the same desk as `pmsync tickets`.

The file's own change counter (bytes 24 to 27 of an SQLite file) says how many transactions wrote to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlite_utils import Database

from pmsync.config.settings import TrackerSettings
from pmsync.model import Ref
from pmsync.trackers.local import tickets
from pmsync.trackers.local.store import Store
from pmsync.trackers.local.tracker import LocalTracker
from tests.clock import Clock

PERSON = "dana"


class CountedStore(Store):
    """Counts a tracker's transactions, the local counterpart of requests."""

    count: int = 0

    @contextmanager
    def reading(self) -> Iterator[Database]:
        object.__setattr__(self, "count", self.count + 1)
        with super().reading() as database:
            yield database

    @contextmanager
    def writing(self) -> Iterator[Database]:
        object.__setattr__(self, "count", self.count + 1)
        with super().writing() as database:
            yield database


class LocalStage:
    def __init__(self, folder: Path, clock: Clock | None = None, settings: TrackerSettings | None = None) -> None:
        self.clock = clock or Clock()
        self.path = folder / "tickets.db"
        self.settings = settings or TrackerSettings("local", "local")
        self.me = self.settings.accounts[0] if self.settings.accounts else "pmsync"
        self.people = ("alice", "bob")
        self._stores: list[CountedStore] = []
        self._by_people = 0
        self.tracker = self.reconnect()
        self._desk = LocalTracker(self.settings, Store(self.path, self.clock.now)).desk(PERSON)

    def reconnect(self) -> LocalTracker:
        self._stores.append(CountedStore(self.path, self.clock.now))
        return LocalTracker(self.settings, self._stores[-1])

    def created(self) -> int:
        with self._desk.store.reading() as database:
            (row,) = database.query("SELECT count(*) AS created FROM events WHERE field = 'created'")
        return int(row["created"])

    def writes(self) -> int:
        return self._transactions() - self._by_people

    def requests(self) -> int:
        return sum(store.count for store in self._stores)

    def body(self, ref: Ref) -> str:
        return self._desk.history(_number(ref)).body

    def comments(self, ref: Ref) -> list[str]:
        return [comment["text"] for comment in self._desk.history(_number(ref)).comments]

    def open_by_person(self, title: str, body: str = "", labels: tuple[str, ...] = ()) -> Ref:
        with self._person():
            return self._desk.open(title, body, labels).ref

    def clone_by_person(self, ref: Ref) -> Ref:
        original = self._desk.history(_number(ref))
        with self._person():
            clone = self._desk.open(original.ticket.title, original.body, tuple(original.ticket.labels)).ref
            self._desk.set(_number(clone), marker=original.ticket.marker, due=original.ticket.due)
        return clone

    def close(self, ref: Ref, *, wont_do: bool = False) -> None:
        with self._person():
            self._desk.close(_number(ref), wont_do=wont_do)

    def start(self, ref: Ref) -> None:
        with self._person():
            self._desk.start(_number(ref))

    def reopen(self, ref: Ref) -> None:
        with self._person():
            self._desk.reopen(_number(ref))

    def close_as_duplicate(self, ref: Ref, of: Ref) -> None:
        with self._person():
            self._desk.set(_number(ref), state="duplicate", duplicate_of=_number(of))

    def retitle(self, ref: Ref, title: str) -> None:
        with self._person():
            self._desk.set(_number(ref), title=title)

    def assign(self, ref: Ref, *accounts: str) -> None:
        with self._person():
            self._desk.assign(_number(ref), *accounts)

    def comment(self, ref: Ref, text: str) -> None:
        with self._person():
            self._desk.comment(_number(ref), text)

    def edit_body(self, ref: Ref, body: str) -> None:
        with self._person():
            self._desk.set(_number(ref), body=body)

    def set_labels(self, ref: Ref, *labels: str) -> None:
        with self._person():
            self._desk.set(_number(ref), labels=labels)

    def set_due(self, ref: Ref, due: str | None) -> None:
        with self._person():
            self._desk.set(_number(ref), due=date.fromisoformat(due) if due else None)

    def delete(self, ref: Ref) -> None:
        with self._person():
            self._desk.delete(_number(ref))

    def move_away(self, ref: Ref) -> str:
        url = f"https://tracker.example/moved/{ref.id}"
        with self._person():
            self._desk.set(_number(ref), moved_to=url)
        return url

    @contextmanager
    def _person(self) -> Iterator[None]:
        before = self._transactions()
        try:
            yield
        finally:
            self._by_people += self._transactions() - before

    def _transactions(self) -> int:
        """Without the transaction that creates the file, before the tracker's first."""
        if not self.path.exists():
            return 0
        with self.path.open("rb") as file:
            return int.from_bytes(file.read(28)[24:], "big") - 1


def _number(ref: Ref) -> int:
    number = tickets.Naming(ref.tracker).number(ref.key)
    assert number is not None
    return number
