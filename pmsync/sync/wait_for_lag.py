"""Whether a run looks a second time before it creates, how long after the first look, and why. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import Enum

from pmsync.config.settings import Settings
from pmsync.identity.belonging import Belonging
from pmsync.planning.world import View, is_labelled, seen_tickets
from pmsync.sync import head_start
from pmsync.sync.memory import Memory

NONE_BEFORE = "no ledger says what was created here last, and another run may just have created them"
CI_TOO = "CI may just have created them"
LEFT_TO_INIT = "`pmsync init` ran a moment ago, and where it did the first tickets may be made now (sync.begun)"


class Start(Enum):
    """This machine's share of the head start: `FIRST` with the pass, `USED` once this ledger has used it up."""

    ELSEWHERE = 0
    USED = 1
    FIRST = 2


def racing(settings: Settings, views: Mapping[str, View], names: Collection[str]) -> list[str]:
    """Return the trackers where another run may be creating the same tickets: an unremembered one, or CI."""
    return [name for name in names if not views[name].failed and (views[name].bare or settings.grace > timedelta(0))]


def pause(
    settings: Settings, views: Mapping[str, View], names: Collection[str], start: Start, now: datetime
) -> tuple[str, timedelta]:
    """Return why and for how long to wait before the second look at these trackers."""
    lag = max(settings.trackers[name].lag for name in names)
    if not any(views[name].bare for name in names):
        return CI_TOO, lag
    left = head_start.left_to_others(settings, now, lag) if start is Start.ELSEWHERE else timedelta(0)
    return (LEFT_TO_INIT, left) if left > lag else (NONE_BEFORE, lag)


def is_needless(
    settings: Settings, memory: Memory, views: Mapping[str, View], start: Start, *, now: datetime, belonging: Belonging
) -> bool:
    """Whether no run can have created anything yet: this is the head start, and nothing shows another run."""
    if start is not Start.FIRST or settings.grace or not head_start.is_on(settings, now):
        return False
    if memory.cursors or memory.links or memory.intents:
        return False
    return not any(
        (ticket.marker and belonging.owns(ticket.marker))
        or (ticket.author in view.trusted and is_labelled(ticket, view))
        for view in views.values()
        for ticket in seen_tickets(view)
    )
