"""Whether another run has written to a ticket since it was listed. Pure."""

from __future__ import annotations

from pmsync.errors import Overtaken
from pmsync.model import Marker, Patch, Ticket
from pmsync.trackers.fact_list import markers_of


def is_sent(now: Ticket, patch: Patch, listed: Marker | None) -> bool:
    """Whether the patch has been sent already: the ticket has the patch's marker now instead of the `listed` one.

    Raises Overtaken if it has neither.
    """
    markers = markers_of(now)
    if listed is None or listed in markers or not markers:
        return False
    if patch.get("marker") in markers:
        return True
    raise Overtaken(f"another run has written to ticket {now.ref.key!r} since it was listed")
