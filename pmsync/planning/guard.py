"""Refuses a plan that looks like a mistake. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pmsync.errors import ConfigError
from pmsync.findings import new_finding
from pmsync.model import Finding, Ticket
from pmsync.planning.operations import Operation, Plan, Reason, Record
from pmsync.planning.world import World
from pmsync.trackers.contract import Moved

KINDS = ("creates", "updates", "orphans", "lost", "empty")
_PREMATURE: Mapping[Reason, str] = {"lost": "ticket-lost", "orphan": "orphaned"}
"""The finding about an item that a plan gives up, by the record that does; a refused plan gives none up."""
EMPTY_FROM = 3
"""A document that had this many linked items and now yields none is suspicious."""


@dataclass(frozen=True, slots=True)
class _Limit:
    kind: str
    count: int
    most: int
    what: str
    check: str = "look at `pmsync plan`"


def parse_allow(values: tuple[str, ...]) -> dict[str, int]:
    """Read `creates=120` and the like.

    Raises ConfigError for anything else: the guard cannot be switched off for good.
    """
    allowed = {}
    for value in values:
        kind, _, number = value.partition("=")
        if kind not in KINDS or not number.isdigit():
            raise ConfigError(
                f"--allow takes KIND=NUMBER, not {value!r}; kinds are {', '.join(KINDS)}, e.g. --allow creates=120"
            )
        allowed[kind] = int(number)
    return allowed


def check(plan: Plan, world: World, allow: Mapping[str, int]) -> list[Finding]:
    """Return an error finding for each limit that the plan exceeds, with the figures and the narrow way out."""
    over = [each for each in _limits(plan, world) if each.count > max(each.most, allow.get(each.kind, 0))]
    exceeded = {(each.kind, each.count): each for each in over}.values()  # report the same tickets once
    return [
        new_finding(
            "guard",
            f"{each.what}; nothing was sent",
            f"{each.check}; if that is what you want, run once with --allow {each.kind}={each.count}",
        )
        for each in exceeded
    ]


def hold_back(plan: Plan) -> Plan:
    """Return the plan without writes to trackers and without giving items up; observations are still recorded.

    A record builds on those before it, so everything after a record that is left out is left out as well.
    """
    operations: list[Operation] = []
    left_out: set[str] = set()
    for operation in plan.operations:
        harmless = isinstance(operation, Record) and operation.reason in {"observe", "seen", "found", "identity"}
        if harmless and operation.uid not in left_out:
            operations.append(operation)
        else:
            left_out.add(operation.uid)
    premature = {rule for reason, rule in _PREMATURE.items() if plan.records(reason)}
    findings = tuple(finding for finding in plan.findings if finding.rule not in premature)
    return replace(plan, operations=tuple(operations), findings=findings)


def _limits(plan: Plan, world: World) -> list[_Limit]:
    settings, links = world.settings.guard, [link for link in world.links.values() if not link.orphaned]
    creates, updates = len(plan.creates), len(plan.updates)
    orphans, deleted = len(plan.records("orphan")), len(plan.records("lost"))
    moved = sum(not record.link.ticket.ref.tracker for record in plan.records("follow"))
    lost = deleted + moved
    alive, limit = len(links), settings.max_orphans
    return [
        _Limit("creates", creates, settings.max_creates,
               f"the plan creates {creates} tickets, more than {settings.max_creates}"),
        _Limit("updates", updates, settings.max_updates,
               f"the plan changes {updates} of {alive} tickets, more than {settings.max_updates}"),
        _Limit("orphans", orphans, limit,
               f"{orphans} of {alive} items would leave their documents at once, more than {limit}"),
        _Limit("lost", lost, limit,
               f"{lost} of {alive} tickets would be given up as deleted or moved away, more than {limit}"),
        _suddenly_empty(plan, world),
        *_empty_scans(world),
    ]  # fmt: skip


def _suddenly_empty(plan: Plan, world: World) -> _Limit:
    """Return the limit on documents that no longer yield items, and on a run that finds no document at all."""
    linked = Counter(link.document_id for link in world.links.values() if not link.orphaned and not link.lost)
    empty = [
        document.path
        for document in world.reading.documents
        if document.id in plan.judged and not document.items and linked[document.id] >= EMPTY_FROM
    ]
    if plan.gone and not world.reading.documents:
        empty += sorted(id_ for id_ in plan.gone if linked[id_])
    who = "1 document with tickets has" if len(empty) == 1 else f"{len(empty)} documents with tickets have"
    message = f"{who} no items any more ({', '.join(empty[:3])}{' …' if len(empty) > 3 else ''})"
    return _Limit("empty", len(empty), 0, message, "check `documents.include` and what these documents contain")


def _empty_scans(world: World) -> list[_Limit]:
    """A complete listing that shows nothing, though many tickets are linked: the wrong project, or no right to see it.
    If all of them moved elsewhere, two are enough.

    Tickets that were asked for one by one and are there have lost their label, which harms nobody.
    """
    limits = []
    for name, view in world.views.items():
        ours = [k.ticket.ref for k in world.links.values() if k.ticket.ref.tracker == name and not (k.lost or k.named)]
        linked = sum(not isinstance(view.sights.get(ref), Ticket) for ref in ours)
        elsewhere = 1 < len(ours) == sum(isinstance(view.sights.get(ref), Moved) for ref in ours)
        if view.complete and not view.failed and not view.tickets and (linked > EMPTY_FROM or elsewhere):
            what = f"the listing of tracker {name!r} is empty, though {linked} of its tickets are linked"
            place = {"github": "repo", "jira": "project", "local": "path"}[view.settings.type]
            check = f"check `trackers.{name}.{place}`, `trackers.{name}.label` and what the token may see"
            limits.append(_Limit("lost", linked, 0, what, check))
    return limits
