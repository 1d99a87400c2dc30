"""Asks the trackers and keeps what they show, as one view each. Reads only; decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from pmsync.config.settings import Settings
from pmsync.errors import TrackerError, TrackerUnavailable
from pmsync.findings import new_finding
from pmsync.identity.keys import title_key
from pmsync.model import Cursor, Finding, Ref, Ticket
from pmsync.model.ages import is_future, is_within
from pmsync.planning.world import View
from pmsync.sync.memory import Memory
from pmsync.trackers.contract import Moved, Sight, Tracker

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Source:
    """A configured tracker: connected, or why not. An `unseen` one is left out on purpose."""

    tracker: Tracker | None
    failed: str = ""
    unseen: bool = False


@dataclass
class TrackerViews:
    """What each tracker has shown so far: `views`, the `cursors` for the next run, and failures as `findings`."""

    settings: Settings
    sources: Mapping[str, Source]
    memory: Memory
    now: Callable[[], datetime]
    views: dict[str, View] = field(default_factory=dict)
    cursors: dict[str, Cursor] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def ask(self, name: str, question: Callable[[Tracker], Answer]) -> Answer | None:
        """Ask a tracker, unless it has failed in this run. Its first failure is reported and ends its part: None."""
        tracker = self.sources[name].tracker
        if tracker is None or self.views[name].failed:
            return None
        try:
            return question(tracker)
        except TrackerError as error:
            self.views[name] = replace(self.views[name], failed=str(error))
            again = "; the next sync asks again" if isinstance(error, TrackerUnavailable) else ""
            hint = f"its tickets keep their last known state{again}"
            self.findings.append(new_finding("tracker-failed", f"tracker {name!r}: {error}", hint))
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
        """Whether the tracker still recognises its linked tickets. If it now names another repository or project,
        recent changes there say nothing about them.
        """
        refs = (link.ticket.ref for link in self.memory.links.values() if not link.lost)
        return all(tracker.recognise(ref.key) for ref in refs if ref.tracker == name)

    def _keep(self, name: str, tickets: Iterable[Ticket]) -> None:
        """Keep listed tickets. Only new or changed ones have to be judged by their author."""
        listed = {ticket.ref: self._with_own_marker(ticket) for ticket in tickets}
        if not listed:
            return
        if self._as_known(listed) or self._trust(name):
            self.views[name] = replace(self.views[name], tickets={**self.views[name].tickets, **listed})

    def _as_known(self, tickets: Mapping[Ref, Ticket]) -> bool:
        """Whether all of them are linked and unchanged, so that no author has to be judged."""
        linked = {link.ticket.ref: link.ticket for link in self.memory.links.values()}
        return all(linked.get(ref) == ticket for ref, ticket in tickets.items())

    def _with_own_marker(self, ticket: Ticket) -> Ticket:
        """Pick the ticket's own among several markers in its text: that of the linked item, else that of its title."""
        if not ticket.ambiguous:
            return ticket
        uids = {link.uid for link in self.memory.links.values() if link.ticket.ref == ticket.ref and not link.named}
        linked = [marker for marker in ticket.markers if marker.uid in uids]
        titled = [marker for marker in ticket.markers if marker.key == title_key(ticket.title)]
        own = linked or titled
        return replace(ticket, marker=own[-1]) if own else ticket

    def _trust(self, name: str) -> bool:
        """Ask whose markers count there. It may cost a request, so only once there is a ticket to judge."""
        if not self.views[name].trusted:
            accounts = self.ask(name, lambda t: t.accounts())
            self.views[name] = replace(self.views[name], trusted=accounts or frozenset())
        return not self.views[name].failed

    def get(self, name: str, refs: Iterable[Ref]) -> Mapping[Ref, Sight]:
        """Ask for single tickets. The answer of a failed tracker is empty."""
        unique = list(dict.fromkeys(refs))
        sights = self.ask(name, lambda t: t.get(unique)) if unique else None
        if sights:
            sights = {ref: self._located(sight) for ref, sight in sights.items()}
            self._add(name, sights)
            if self.views[name].complete:  # once a day is enough
                self._unlabelled(name, sights)
        return sights or {}

    def _located(self, sight: Sight) -> Sight:
        """A ticket with its own marker; a moved one with where it is now, if a configured tracker holds it."""
        if isinstance(sight, Ticket):
            return self._with_own_marker(sight)
        return replace(sight, to=sight.to or self.recognise(sight.url)) if isinstance(sight, Moved) else sight

    def _unlabelled(self, name: str, sights: Mapping[Ref, Sight]) -> None:
        """Report open tickets of ours that lost the general label: each sync asks for them beside the listing."""
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
            what = f"{len(keys)} tickets of tracker {name!r}" if len(keys) > 1 else f"ticket {keys[0]!r}"
            message = f"{what} lost the label {label!r}: a run without a ledger may miss them"
            hint = f"add the label again ({', '.join(keys[:5])}), or correct `trackers.{name}.label`"
            self.findings.append(new_finding("label-missing", message, hint))

    def _add(self, name: str, sights: Mapping[Ref, Sight]) -> None:
        """Keep answers under the ref that was asked for and, for a ticket, under its present one."""
        tickets = (sight.ticket if isinstance(sight, Moved) else sight for sight in sights.values())
        real = {ticket.ref: ticket for ticket in tickets if isinstance(ticket, Ticket)}
        if not (self._as_known(real) or self._trust(name)):
            return
        view = self.views[name]
        self.views[name] = replace(view, sights={**view.sights, **sights, **real})

    def recognise(self, text: str) -> Ref | None:
        """Return the ticket of a configured tracker that a text names, without a request."""
        for source in self.sources.values():
            ref = source.tracker.recognise(text, self.settings.repository) if source.tracker else None
            if ref:
                return ref
        return None

    def find(self, name: str, uids: frozenset[str], since: datetime) -> None:
        """Take the widest look; from then on these uids count as looked for."""
        start = min(since, self.now() - timedelta(days=1))
        tickets = self.ask(name, lambda t: t.find(uids, start))
        view = self.views[name]
        if tickets is not None and view.bare and not view.looked:  # nothing else remembers tickets that moved away
            gone = self.ask(name, lambda t: t.departed(start))
            tickets = None if gone is None else (*tickets, *gone)
        if tickets is None:
            return
        self._keep(name, tickets)
        self.views[name] = replace(self.views[name], looked=self.views[name].looked | uids)
        self._unknown_accounts(name)

    def _unknown_accounts(self, name: str) -> None:
        """Report once which configured accounts the wide look left out."""
        source = self.sources[name].tracker
        for account in source.left_out() if source else ():
            message = (
                f"tracker {name!r} knows no account {account!r}, so its tickets are looked for by their labels only"
            )
            hint = f"correct it in `trackers.{name}.accounts`, or remove it if it was deleted"
            finding = new_finding("account-unknown", message, hint)
            self.findings += [finding] if finding not in self.findings else []
