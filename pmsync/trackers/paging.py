"""Answers that come in pages: the one loop over them, which trusts no server to end it. Sends nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from pmsync.errors import TrackerError

MOST_PAGES = 10_000
Answer = TypeVar("Answer")
Place = str | int


class Incomplete(TrackerError):
    """A list that the service does not show to its end."""


class Page(NamedTuple):
    """What a page shows, and where the next one is: a token, an address or a number; None after the last."""

    items: object
    next: Place | None


def walk(first: Place, ask: Callable[[Place], tuple[Answer, Page]], what: str) -> Iterator[Answer]:
    """The answers of all pages, beginning at `first`; `what` is listed, for messages.

    Raises Incomplete where the walk would not end: a page leads to one that was read, or shows the same as another.
    Passes on what `ask` raises.
    """
    place: Place | None = first
    walked: set[Place] = set()
    shown: set[int] = set()
    while place is not None:
        if place in walked or len(walked) >= MOST_PAGES:
            raise Incomplete(f"{what}: the pages lead in a circle (to {str(place)[:200]!r}); the list is not complete")
        walked.add(place)
        answer, page = ask(place)
        fingerprint = hash(repr(page.items))
        if page.items and fingerprint in shown:
            raise Incomplete(f"{what}: page {len(walked)} shows the same as one before; the list is not complete")
        shown.add(fingerprint)
        yield answer
        place = page.next
