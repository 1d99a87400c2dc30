"""Whether another run has sent something to a ticket since it was listed. Pure."""

from __future__ import annotations

from pmsync.errors import Overtaken
from pmsync.model import Marker, Patch, Ticket


def is_sent(now: Ticket, patch: Patch, listed: Marker | None) -> bool:
    """Whether the patch has been sent already: the ticket has its marker now, and had another where it was `listed`.

    Raises Overtaken where it has neither of them.
    """
    there = now.markers or ((now.marker,) if now.marker else ())
    if listed is None or listed in there or not there:
        return False
    if patch.get("marker") in there:
        return True
    raise Overtaken(f"another run has sent something to ticket {now.ref.key!r} since it was listed")
