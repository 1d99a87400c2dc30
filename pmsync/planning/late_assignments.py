"""Tickets that nobody was assigned to in the time that [sla] gives. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter

from pmsync.findings import new_finding
from pmsync.identity.identify import Placed
from pmsync.model import Document, Finding, Link
from pmsync.planning.due_dates import deadline
from pmsync.planning.operations import Operation, Update
from pmsync.planning.world import World

MOST_NAMED = 5

Late = tuple[date, int, str]
"""By when somebody should have had it, the item's line, and the ticket's key."""


def not_assigned(world: World, linked: Iterable[tuple[Placed, Link]], operations: Iterable[Operation]) -> list[Finding]:
    """Return a finding for each document with such tickets, but those that this run assigns.

    It names tickets and no titles, which may be restricted. The day itself is still in time.
    """
    assigned = {op.uid for op in operations if isinstance(op, Update) and op.patch.get("assignees")}
    late: dict[str, tuple[Document, list[Late]]] = {}
    for placed, link in linked:
        document, item = placed.entry.document, placed.entry.item
        has_somebody = link.ticket.assignees or placed.uid in assigned
        if has_somebody or document.draft or item.done or link.lost or link.ticket.status.closed:
            continue
        limit = deadline(document, item, world.settings.sla, world.calendars, "assigned")
        if limit and limit.day < world.now.date():
            late.setdefault(document.id, (document, []))[1].append((limit.day, item.line, link.ticket.ref.key))
    return [_finding(document, sorted(found)) for document, found in late.values()]


def _finding(document: Document, late: Sequence[Late]) -> Finding:
    days = [
        f"by {day} to {', '.join(repr(key) for _, _, key in same)}"
        for day, same in groupby(late[:MOST_NAMED], itemgetter(0))
    ]
    more = f" and {len(late) - MOST_NAMED} more" if len(late) > MOST_NAMED else ""
    message = f"nobody was assigned {'; '.join(days)}{more}"
    return new_finding("not-assigned", message, path=document.path, line=late[0][1])
