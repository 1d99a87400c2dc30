"""Applies a plan: announces each create in the ledger first, and commits each outcome before the next request.

No transaction is open during a request. One failure does not stop the others; a tracker that fails several times in a
row is skipped for the rest of the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pmsync.errors import Overtaken, TrackerClosed, TrackerError, TrackerUnavailable
from pmsync.findings import new_finding
from pmsync.ledger import Ledger
from pmsync.model import Finding, Level, Link, Marker, Patch, Ref, Refusal, Ticket
from pmsync.planning.operations import (
    ALONE,
    ALONE_HINT,
    QUIET,
    CloseDuplicate,
    Create,
    Place,
    Plan,
    Reason,
    Record,
    Refused,
    Update,
)
from pmsync.planning.refusals import parts, patch_digest, refusal_findings, without
from pmsync.sync.create_once import create_once, lots
from pmsync.trackers.contract import Created, InDoubt, Outcome, Rejected, Touched, Tracker, Unavailable

PATIENCE = 3
"""After this many failed writes in a row a tracker is skipped for the rest of the run."""

_VERBS: Mapping[Reason, str] = {
    "observe": "changed",
    "adopt": "adopted",
    "orphan": "orphaned",
    "restore": "restored",
    "unlink": "unlinked",
    "follow": "followed",
    "relink": "relinked",
}
_SOURCES: Mapping[Reason, str] = {
    "adopt": "pmsync",
    "settled": "pmsync",
    "orphan": "document",
    "restore": "document",
    "identity": "document",
}


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that was done or observed, for people: `verb` in the past tense, the ticket, and the detail."""

    verb: str
    uid: str
    ticket: Ticket | None
    detail: str = ""


@dataclass
class Applied:
    """The outcome of a plan. `failed` counts the writes that did not happen, `refused` those of them that a tracker
    refused for their content, and `left` those that were not tried; `in_doubt` are uids sent without an answer.

    `again` are the trackers whose cursor must not move: what they showed could not be acted on.
    """

    done: list[Done] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    in_doubt: list[str] = field(default_factory=list)
    again: set[str] = field(default_factory=set)
    failed: int = 0
    refused: int = 0
    left: int = 0


@dataclass
class Applier:
    """Applies the plan of one run. `stop` is asked between two operations; once it returns True, the rest is left."""

    ledger: Ledger
    trackers: Mapping[str, Tracker]
    run: int
    now: Callable[[], datetime]
    stop: Callable[[], bool] = lambda: False
    progress: Callable[[str, int], None] = lambda _what, _count: None
    applied: Applied = field(default_factory=Applied)
    refused: list[Refused] = field(default_factory=list)
    troubles: dict[str, int] = field(default_factory=dict)

    def apply(self, plan: Plan) -> Applied:
        """Apply all operations. Raises only LedgerError, and whatever interrupts the process."""
        self._record([op for op in plan.operations if isinstance(op, Record)])
        for duplicate in plan.duplicates:
            if self._may(duplicate.of.tracker):
                self._close(duplicate)
            else:
                self.applied.again.add(duplicate.of.tracker)
        for update in plan.updates:
            if self._may(update.link.ticket.ref.tracker):
                self._update(update)
        for name in dict.fromkeys(create.tracker for create in plan.creates):
            self._create_all(name, [create for create in plan.creates if create.tracker == name])
        self.applied.findings += refusal_findings(self.refused)
        return self.applied

    def _may(self, tracker: str, count: int = 1) -> bool:
        if self.stop() or self.troubles.get(tracker, 0) >= PATIENCE:
            self.applied.left += count
            return False
        return True

    def _trouble(self, tracker: str, reason: str, *, final: bool = False) -> None:
        """Count failures in a row, and report the one after which the tracker is skipped."""
        before = self.troubles.get(tracker, 0)
        self.troubles[tracker] = PATIENCE if final else before + 1
        if self.troubles[tracker] >= PATIENCE > before:
            self._report("tracker-left", f"tracker {tracker!r} is skipped for the rest of this run: {reason}")

    def _report(
        self,
        rule: str,
        message: str,
        hint: str | None = None,
        where: Place | None = None,
        *,
        level: Level | None = None,
    ) -> None:
        path, line = (where.path, where.line) if where else ("", 0)
        self.applied.findings.append(new_finding(rule, message, hint, path, line, level=level))

    # --- the ledger only --------------------------------------------------------------------------------------

    def _record(self, records: Sequence[Record]) -> None:
        by_source: dict[str, list[Link]] = {}
        unlinked = {record.uid for record in records if record.reason == "unlink"}
        for record in records:
            if record.uid not in unlinked:
                by_source.setdefault(_SOURCES.get(record.reason, "tracker"), []).append(record.link)
            if record.reason not in QUIET:
                verb = _VERBS.get(record.reason, record.reason)
                self.applied.done.append(Done(verb, record.uid, record.link.ticket, record.detail))
        for source, links in by_source.items():
            self.ledger.save_links(self.run, self.now(), links, source)
        for uid in unlinked:
            self.ledger.forget(self.run, self.now(), uid, "document")

    # --- writes that may be repeated --------------------------------------------------------------------------

    def _update(self, update: Update) -> None:
        """Send the whole patch; if it is refused, each part alone, so that one field holds up no other."""
        ref, patches = update.link.ticket.ref, parts(update)
        reasons, ticket = self._sent(ref, {"": update.patch}, update.listed)
        if reasons and len(patches) > 1:
            reasons, ticket = self._sent(ref, patches)
        if reasons is None:
            return
        fields = sorted(_fields(update.patch))
        if ticket:
            self.troubles[ref.tracker] = 0
            link = without(update, reasons) if reasons else update.link
            self.ledger.save_links(self.run, self.now(), [replace(link, ticket=ticket)], "pmsync")
            fields = sorted({name for part in patches.keys() - reasons.keys() for name in _fields(patches[part])})
            self.applied.done.append(Done("updated", update.uid, ticket, ", ".join(fields)))
            self._text_edited(update, ticket)
            self.progress("update", 1)
        if not reasons:
            self.ledger.unrefuse([(update.uid, "update")])
            return
        left: Patch = {}
        for part in reasons:
            left |= patches.get(part, update.patch)
        reason = _reason(reasons)
        value = patch_digest(left, update.configuration)
        self._refused(
            Refusal(update.uid, "update", value, reason, self.now()), Refused("update", ref.tracker, ref.key, reason)
        )

    def _text_edited(self, update: Update, ticket: Ticket) -> None:
        """Report once that a person edited the list of facts: from then on it is theirs."""
        if "facts" in update.patch and ticket.marker and not ticket.marker.facts:
            message = f"the list of facts in ticket {ticket.ref.key!r} was edited by a person and stays as they left it"
            self._report("text-edited", message)

    def _sent(
        self, ref: Ref, patches: Mapping[str, Patch], listed: Marker | None = None
    ) -> tuple[dict[str, str] | None, Ticket | None]:
        """Return why each part was refused, and the ticket after the others; (None, None) if nothing can be sent now.

        The next sync repeats what was sent before a failure: the values are absolute.
        """
        reasons: dict[str, str] = {}
        ticket = None
        for part, patch in patches.items():
            try:
                ticket = self.trackers[ref.tracker].update(ref, patch, listed)
            except Overtaken as error:
                self.applied.failed += 1
                self._report("sent-elsewhere", f"{error}: nothing is sent")
                return None, None
            except (TrackerUnavailable, TrackerClosed) as error:
                self.applied.failed += 1
                what = f"ticket {ref.key!r} was not updated: {error}"
                self._report("update-failed", what)
                self._trouble(ref.tracker, str(error))
                return None, None
            except TrackerError as error:
                reasons[part] = str(error)
        return reasons, ticket

    def _close(self, duplicate: CloseDuplicate) -> None:
        ref = duplicate.ticket.ref
        try:
            answer = self.trackers[ref.tracker].close_duplicate(ref, duplicate.of)
        except TrackerError as error:
            self.applied.failed += 1
            self.applied.again.add(ref.tracker)
            message = f"{ref.key!r} could not be closed as duplicate of {duplicate.of.key!r}: {error}"
            self._report("twin", message, f"the next sync tries again, or close it by hand: {ref.url}", level="error")
            return
        if isinstance(answer, Touched):
            message = f"tickets {duplicate.of.key!r} and {ref.key!r} are for one item, and {answer.reason}"
            self._report("twin", message, f"decide which one stays and close the other; {ref.url}")
        else:
            self.applied.done.append(Done("closed", duplicate.uid, answer, f"duplicate of {duplicate.of.key}"))

    def _refused(self, refusal: Refusal, what: Refused) -> None:
        self.applied.failed += 1
        self.applied.refused += 1
        self.ledger.refuse(self.run, [refusal])
        self.refused.append(what)

    # --- creates ----------------------------------------------------------------------------------------------

    def _create_all(self, name: str, creates: Sequence[Create]) -> None:
        for lot in lots(creates, self.trackers[name].batch):
            if self._may(name, len(lot)):
                self._create(name, lot)

    def _create(self, name: str, lot: Sequence[Create]) -> None:
        pairs = create_once(self.ledger, self.trackers[name], self.run, self.now, lot)
        for create, outcome in pairs:
            self._settle(name, create, outcome)
        setbacks = [reason for _, outcome in pairs if (reason := _setback(outcome))]
        if len(setbacks) == len(lot):
            # The cause is the tracker: it would refuse the next lot as well.
            self._trouble(name, setbacks[0], final=all(isinstance(outcome, Rejected) for _, outcome in pairs))
        self.progress("create", len(lot))

    def _settle(self, name: str, create: Create, outcome: Outcome) -> None:
        where = create.place
        match outcome:
            case Created():
                self.troubles[name] = 0
                self.applied.done.append(Done("created", create.uid, outcome.ticket, create.draft.title))
                self._dropped(name, create, outcome.ticket)
            case Rejected(closed=False, common=common):
                self.troubles[name] = 0
                refusal = Refusal(create.uid, "create", create.digest, outcome.reason, self.now())
                title = create.draft.title
                named = Refused("create", name, title, outcome.reason, where.path, where.line, together=common)
                self._refused(refusal, named)
            case Unavailable() | Rejected():
                self.applied.failed += 1
                look = "`pmsync doctor` shows what is missing; " if isinstance(outcome, Rejected) else ""
                hint = f"{look}the next sync tries again"
                title = create.draft.title
                self.refused.append(Refused("create", name, title, outcome.reason, where.path, where.line, hint))
            case InDoubt():
                self.applied.in_doubt.append(create.uid)
                message = f"it is not known whether a ticket was created for {create.draft.title!r}: {outcome.reason}"
                self._report("in-doubt", message, ALONE_HINT if create.tries >= ALONE else None, where)

    def _dropped(self, name: str, create: Create, ticket: Ticket) -> None:
        """Report what the tracker silently dropped. Without its general label no further ticket is created there."""
        label, where = self.trackers[name].label, create.place
        if label.casefold() not in {each.casefold() for each in ticket.labels}:
            reason = f"ticket {ticket.ref.key!r} was created without its label {label!r}: the token may not set labels"
            self._report("label-dropped", reason)
            self._trouble(name, "its token may not set labels", final=True)
        unassigned = [account for account in create.draft.assignees if account not in ticket.assignees]
        if unassigned:
            message = f"ticket {ticket.ref.key!r} was created, but {', '.join(unassigned)!r} was not assigned"
            self._report("assignee-dropped", message, where=where)


def _reason(reasons: Mapping[str, str]) -> str:
    """Return why parts were refused, grouped by reason."""
    groups: dict[str, list[str]] = {}
    for part, why in reasons.items():
        groups.setdefault(why, []).extend([part] if part else [])
    return "; ".join(f"{', '.join(named)}: {why}" if named else why for why, named in groups.items())


def _fields(patch: Patch) -> set[str]:
    return {name.removeprefix("add_").removeprefix("remove_") for name in patch}


def _setback(outcome: Outcome) -> str:
    """Return why the next draft will probably fail as well, '' if it may succeed."""
    if isinstance(outcome, Created) or (isinstance(outcome, Rejected) and not outcome.closed):
        return ""
    return outcome.reason or "no reason given"
