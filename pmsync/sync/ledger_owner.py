"""Whose a ledger is: it refuses another namespace or place, and numbers of tickets are looked up nowhere else."""

from __future__ import annotations

from collections.abc import Mapping

from pmsync.config.settings import Settings, TrackerSettings
from pmsync.errors import LedgerError
from pmsync.identity.belonging import Belonging
from pmsync.model import Checkout


def refuse_another(places: Mapping[str, str], belonging: Belonging, path: str) -> None:
    """Raise LedgerError where the ledger (by its `places`) was made for another namespace, or for another place."""
    namespace, home = places.get("namespace", ""), places.get("home", "")
    if not belonging.is_our_namespace(namespace):
        raise LedgerError(
            f"ledger '{path}' belongs to namespace {namespace!r}, and the configuration says {belonging.namespace!r}; "
            f'write the former one again; if it was renamed, say so: `formerly = ["{namespace}"]` below [documents]; '
            "if this is another configuration, set another `path` below [ledger]"
        )
    if not belonging.is_here(home):
        raise LedgerError(
            f"ledger '{path}' belongs to {home!r}, and this is {belonging.home!r}; if that is what this place was "
            f'called before, say so: `formerly = ["{home}"]` below [documents]; if it is another one, set another '
            "`path` below [ledger], and a namespace of its own"
        )


def place_of(tracker: TrackerSettings) -> str:
    """The service in which a tracker's numbers mean something: type and address.

    Within one Jira an issue keeps its id from project to project; a GitHub ref names its repository by number. A Jira
    is its site, whichever way requests take to it.
    """
    address = {"github": tracker.api, "jira": tracker.url}.get(tracker.type, "")
    return f"{tracker.type} {address}".strip().lower()


def moved_trackers(places: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """By name: the trackers that were another service when the ledger last used them, and what is wrong with that."""
    found = {}
    for name, tracker in settings.trackers.items():
        before, here = places.get(f"tracker {name}", ""), place_of(tracker)
        # where requests go is the same service, whatever it was called: an `api_url` was an `url` before
        others = (tracker.api, *tracker.formerly)
        same = {here, *(f"{tracker.type} {address}".lower() for address in others)}
        if before and before not in same:
            address = before.partition(" ")[2]
            found[name] = (
                f"the tickets that the ledger knows are in {before!r}, and this is {here!r}; if that is the same "
                f'service under a new address, say so: `formerly = ["{address}"]` below [trackers.{name}]; '
                f"if it is another one, run `pmsync forget --tracker {name}`"
            )
    return found


def readdressed_trackers(places: Mapping[str, str], settings: Settings) -> frozenset[str]:
    """The names of trackers that have another address than when the ledger last used them, whatever it leads to."""
    before = {name: places.get(f"tracker {name}", "") for name in settings.trackers}
    return frozenset(name for name, place in before.items() if place and place != place_of(settings.trackers[name]))


def newest_revision(places: Mapping[str, str]) -> int:
    """How new the newest checkout was that the ledger has seen, 0 where it does not say."""
    held = places.get("revision", "")
    return int(held) if held.isdecimal() else 0


def current(belonging: Belonging, checkout: Checkout, settings: Settings) -> dict[str, str]:
    """What the ledger is to remember of whose it is, and of the checkout."""
    revision = str(max(checkout.revision, checkout.before) or "")
    trackers = {f"tracker {name}": place_of(tracker) for name, tracker in settings.trackers.items()}
    return {"namespace": belonging.namespace, "home": belonging.home, "revision": revision, **trackers}
