"""Walks the pages of a list, and trusts no server to end it. Sends nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from pmsync.errors import TrackerError

MOST_PAGES = 10_000
Answer = TypeVar("Answer")
Place = str | int


class Incomplete(TrackerError):
    """A list that the service does not show completely."""


class Page(NamedTuple):
    """The items of a page, and the place of the next one: a token, an address or a number; None after the last."""

    items: object
    next: Place | None


def walk(first: Place, ask: Callable[[Place], tuple[Answer, Page]], what: str) -> Iterator[Answer]:
    """The answers of all pages, beginning at `first`; `what` names the list in messages.

    Raises Incomplete if the walk would not end, because a page leads back or repeats another, and what `ask` raises.
    """
    place: Place | None = first
    places: set[Place] = set()
    fingerprints: set[int] = set()
    while place is not None:
        if place in places or len(places) >= MOST_PAGES:
            raise Incomplete(f"{what}: the pages lead in a circle (to {str(place)[:200]!r}); the list is not complete")
        places.add(place)
        answer, page = ask(place)
        fingerprint = hash(repr(page.items))
        if page.items and fingerprint in fingerprints:
            raise Incomplete(f"{what}: page {len(places)} repeats an earlier one; the list is not complete")
        fingerprints.add(fingerprint)
        yield answer
        place = page.next
