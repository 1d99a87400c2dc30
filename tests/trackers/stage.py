"""What the tests of the contract and the engine need: a service behind a tracker, and people who work in it."""

from __future__ import annotations

from typing import Protocol

from pmsync.model import Ref
from pmsync.trackers.contract import Tracker
from tests.clock import Clock


class Stage(Protocol):
    """A tracker, the service behind it, and a person ('dana', not one of our accounts) who works there.

    Every verb acts directly on the service's state, as its web page would: it bumps `updated_at` by the clock and
    sends no request through the tracker. `ref` may carry a provisional id.
    """

    tracker: Tracker
    clock: Clock
    me: str  # the account the tracker's token belongs to
    people: tuple[str, ...]  # accounts that may be assigned, at least two

    def reconnect(self) -> Tracker:
        """A new tracker object for the same place, as in the next process."""

    def created(self) -> int:
        """Tickets ever created on the service, deleted ones included."""

    def writes(self) -> int:
        """All requests so far that could change something (POST, PUT, PATCH, DELETE, but no searches)."""

    def requests(self) -> int:
        """All requests so far."""

    def body(self, ref: Ref) -> str: ...
    def comments(self, ref: Ref) -> list[str]: ...
    def open_by_person(self, title: str, body: str = "", labels: tuple[str, ...] = ()) -> Ref: ...
    def clone_by_person(self, ref: Ref) -> Ref:
        """A copy by the person, with body and labels, and whatever else the service clones."""

    def close(self, ref: Ref, *, wont_do: bool = False) -> None: ...
    def start(self, ref: Ref) -> None:
        """Put it in progress, if the service has such a status; else do nothing."""

    def reopen(self, ref: Ref) -> None: ...
    def close_as_duplicate(self, ref: Ref, of: Ref) -> None: ...
    def retitle(self, ref: Ref, title: str) -> None: ...
    def assign(self, ref: Ref, *accounts: str) -> None: ...
    def comment(self, ref: Ref, text: str) -> None: ...
    def edit_body(self, ref: Ref, body: str) -> None: ...
    def set_labels(self, ref: Ref, *labels: str) -> None:
        """Replace all its labels."""

    def set_due(self, ref: Ref, due: str | None) -> None:
        """Set its due date, if the service has one; else do nothing."""

    def delete(self, ref: Ref) -> None: ...
    def move_away(self, ref: Ref) -> str:
        """Move or transfer it to a place outside of this tracker; returns the new URL."""
