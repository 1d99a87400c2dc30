"""Asks the trackers and keeps what they showed, as one view each. Reads only; decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from pmsync.ages import is_future, is_within
from pmsync.errors import TrackerError, TrackerUnavailable
from pmsync.memory import Memory
from pmsync.model import Cursor, Finding, Ref, Ticket
from pmsync.plan.world import View
from pmsync.settings import Settings
from pmsync.trackers.base import Sight, Tracker

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Source:
    """A configured tracker as a run meets it: connected, or why not. `unseen` is left out on purpose."""

    tracker: Tracker | None
    failed: str = ""
    unseen: bool = False


@dataclass
class Looker:
    """What was seen of each tracker so far: `views`, the `cursors` for the next run, and the failures as `findings`."""

    settings: Settings
    sources: Mapping[str, Source]
    memory: Memory
    now: Callable[[], datetime]
    views: dict[str, View] = field(default_factory=dict)
    cursors: dict[str, Cursor] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def ask(self, name: str, question: Callable[[Tracker], Answer]) -> Answer | None:
        """The answer of a tracker that has not failed in this run; its first failure is told and ends its part."""
        tracker = self.sources[name].tracker
        if tracker is None or self.views[name].failed:
            return None
        try:
            return question(tracker)
        except TrackerError as error:
            self.views[name] = replace(self.views[name], failed=str(error))
            again = "; the next sync asks again" if isinstance(error, TrackerUnavailable) else ""
            hint = f"nothing is concluded about its tickets{again}"
            self.findings.append(Finding("tracker-failed", "error", f"tracker {name!r}: {error}", hint))
            return None

    def scan(self, name: str) -> None:
        """List the tickets with the general label: those changed since the last time, or all when that is due."""
        settings, source = self.settings.trackers[name], self.sources[name]
        tracker = source.tracker
        if tracker is None:
            self.views[name] = View(settings, frozenset(), bare=True, failed=source.failed, unseen=source.unseen)
            return
        cursor = self.memory.cursors.get(name, Cursor(name))
        full = not tracker.incremental or cursor.since is None or cursor.full_scan_at is None or (
            is_future(cursor.since, self.now())
            or not is_within(cursor.full_scan_at, self.now(), self.settings.full_scan_every)
        ) or not self._same_place(name, tracker)  # fmt: skip
        bare = cursor.full_scan_at is None
        self.views[name] = View(settings, tracker.fields, fit=tracker.fit_labels, complete=full, bare=bare)
        scan = self.ask(name, lambda t: t.scan(None if full else cursor.since))
        if scan is None:
            return
        self._keep(name, scan.tickets)
        full_scan_at = self.now() if full else cursor.full_scan_at
        self.cursors[name] = Cursor(name, scan.cursor - settings.settle, full_scan_at)

    def _same_place(self, name: str, tracker: Tracker) -> bool:
        """Whether the tracker takes its linked tickets for its own. Where it names another repository or project now,
        what changed lately over there says nothing of them.
        """
        refs = (link.ticket.ref for link in self.memory.links.values() if not link.lost)
        return all(tracker.recognise(ref.key) for ref in refs if ref.tracker == name)

    def _keep(self, name: str, tickets: Iterable[Ticket]) -> None:
        """Keep tickets that were listed; only those that are new or changed have to be judged by their author."""
        linked = {link.ticket.ref: link.ticket for link in self.memory.links.values()}
        found = {ticket.ref: ticket for ticket in tickets}
        if all(linked.get(ref) == ticket for ref, ticket in found.items()) or self._trust(name):
            self.views[name] = replace(self.views[name], tickets={**self.views[name].tickets, **found})

    def _trust(self, name: str) -> bool:
        """Ask whose markers count there, which may cost a request, only once there is a ticket to judge."""
        if not self.views[name].trusted:
            accounts = self.ask(name, lambda t: t.accounts())
            self.views[name] = replace(self.views[name], trusted=accounts or frozenset())
        return not self.views[name].failed

    def get(self, name: str, refs: Iterable[Ref]) -> Mapping[Ref, Sight]:
        """Ask for single tickets; what a tracker that failed would say is missing from the answer."""
        wanted = list(dict.fromkeys(refs))
        sights = self.ask(name, lambda t: t.get(wanted)) if wanted else None
        if sights:
            self._add(name, sights)
            self._unlabelled(name, sights)
        return sights or {}

    def _unlabelled(self, name: str, sights: Mapping[Ref, Sight]) -> None:
        """Tell of open tickets of ours that lost the general label: only a complete scan asks for them one by one."""
        label = self.settings.trackers[name].label
        ours = {link.ticket.ref for link in self.memory.links.values() if not (link.named or link.orphaned)}
        keys = [
            sight.ref.key
            for sight in sights.values()
            if isinstance(sight, Ticket)
            and sight.ref in ours
            and not sight.status.closed
            and label.casefold() not in {each.casefold() for each in sight.labels}
        ]
        if keys:
            what = f"{len(keys)} tickets of tracker {name!r} have" if len(keys) > 1 else f"ticket {keys[0]!r} has"
            message = f"{what} the label {label!r} no more: what happens there is seen once a day only"
            hint = f"put the label on again ({', '.join(keys[:5])}), or correct `trackers.{name}.label`"
            self.findings.append(Finding("label-missing", "warning", message, hint))

    def _add(self, name: str, sights: Mapping[Ref, Sight]) -> None:
        """Keep answers under the ref asked for and, for a ticket, under its real one."""
        real = {sight.ref: sight for sight in sights.values() if isinstance(sight, Ticket)}
        if real and not self._trust(name):
            return
        view = self.views[name]
        self.views[name] = replace(view, sights={**view.sights, **sights, **real})

    def recognise(self, text: str) -> Ref | None:
        """The ticket of any configured tracker that a text names, without a request."""
        for source in self.sources.values():
            ref = source.tracker.recognise(text, self.settings.repository) if source.tracker else None
            if ref:
                return ref
        return None

    def find(self, name: str, uids: frozenset[str], since: datetime) -> None:
        """The widest look; from now on these uids count as looked for."""
        found = self.ask(name, lambda t: t.find(uids, min(since, self.now() - timedelta(days=1))))
        if found is None:
            return
        self._keep(name, found)
        self.views[name] = replace(self.views[name], looked=self.views[name].looked | uids)
