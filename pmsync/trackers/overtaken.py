"""Whether another run has sent something to a ticket since it was listed. Pure."""

from __future__ import annotations

from pmsync.errors import Overtaken
from pmsync.model import Marker, Patch, Ref


def is_sent(ref: Ref, now: Marker | None, patch: Patch, listed: Marker | None) -> bool:
    """Whether the patch has been sent already: the ticket has its marker, and had another one where it was `listed`.

    Raises Overtaken where the ticket has neither of them.
    """
    if listed is None or now is None or now == listed:
        return False
    if now != patch.get("marker"):
        raise Overtaken(f"another run has sent something to ticket {ref.key!r} since it was listed")
    return True
