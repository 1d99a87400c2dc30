"""Whose a ledger is. Another namespace or place is refused, and ticket numbers are looked up in no other service."""

from __future__ import annotations

from collections.abc import Mapping

from pmsync.config.settings import Settings, TrackerSettings
from pmsync.errors import LedgerError
from pmsync.identity.belonging import Belonging
from pmsync.model import Checkout


def refuse_another(places: Mapping[str, str], belonging: Belonging, path: str) -> None:
    """Raise LedgerError if the ledger (by its `places`) was created for another namespace or place."""
    namespace, home = places.get("namespace", ""), places.get("home", "")
    if not belonging.is_our_namespace(namespace):
        raise LedgerError(
            f"ledger '{path}' belongs to namespace {namespace!r}, and the configuration says {belonging.namespace!r}; "
            f'restore the former one; if it was renamed, add `formerly = ["{namespace}"]` under [documents]; '
            "if this is another configuration, set another `path` under [ledger]"
        )
    if not belonging.is_here(home):
        raise LedgerError(
            f"ledger '{path}' belongs to {home!r}, and this is {belonging.home!r}; if this place "
            f'was renamed or moved, add `formerly = ["{home}"]` under [documents]; if it is another one, set another '
            "`path` under [ledger] and its own namespace"
        )


def place_of(tracker: TrackerSettings) -> str:
    """Return the service in which a tracker's ticket ids are valid: type and address.

    Within one Jira an issue keeps its id from project to project; a GitHub ref names its repository by number. A Jira
    is its site, even if requests go through a gateway.
    """
    address = {"github": tracker.api, "jira": tracker.url}.get(tracker.type, "")
    return f"{tracker.type} {address}".strip().lower()


def moved_trackers(places: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """Return by name the trackers that were another service when the ledger last used them, with a message."""
    problems = {}
    for name, tracker in settings.trackers.items():
        before, here = places.get(f"tracker {name}", ""), place_of(tracker)
        # an `api_url` leads to the same service; older configurations have it as `url`
        others = (tracker.api, *tracker.formerly)
        same = {here, *(f"{tracker.type} {address}".lower() for address in others)}
        if before and before not in same:
            address = before.partition(" ")[2]
            problems[name] = (
                f"the tickets that the ledger knows are in {before!r}, and this is {here!r}; if that is the same "
                f'service under a new address, add `formerly = ["{address}"]` under [trackers.{name}]; '
                f"if it is another one, run `pmsync forget --tracker {name}`"
            )
    return problems


def readdressed_trackers(places: Mapping[str, str], settings: Settings) -> frozenset[str]:
    """Return the names of trackers whose address changed since the ledger last used them."""
    before = {name: places.get(f"tracker {name}", "") for name in settings.trackers}
    return frozenset(name for name, place in before.items() if place and place != place_of(settings.trackers[name]))


def newest_revision(places: Mapping[str, str]) -> int:
    """Return the revision of the newest checkout that the ledger has seen, 0 if unknown."""
    revision = places.get("revision", "")
    return int(revision) if revision.isdecimal() else 0


def current(belonging: Belonging, checkout: Checkout, settings: Settings) -> dict[str, str]:
    """Return what the ledger should remember about its owner and the checkout."""
    revision = str(max(checkout.revision, checkout.before) or "")
    trackers = {f"tracker {name}": place_of(tracker) for name, tracker in settings.trackers.items()}
    return {"namespace": belonging.namespace, "home": belonging.home, "revision": revision, **trackers}
