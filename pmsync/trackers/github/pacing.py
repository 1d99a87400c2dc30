"""How fast requests may be sent to GitHub: what its answers demand and what its documentation limits. Sends nothing."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable

from pmsync.trackers.http import Answer, NotSent

LONGEST_WAIT = 90.0
"""Seconds worth waiting inside a run; a longer wait ends it with an error that says how long."""
WITHOUT_ADVICE = 60.0
"""docs.github.com, rate limits of the REST API: after a secondary limit without Retry-After wait at least a minute."""
CONTENT_LIMITS = ((60.0, 80), (3600.0, 500))
"""The same page: content-creating requests in a minute and in an hour, on github.com."""


_TOO_FAST = re.compile(r"rate limit|abuse detection|wait a few minutes|submitted too quickly", re.IGNORECASE)


class Pacing:
    """Delays each request until it may be sent. `monotonic` and `sleep` count seconds.

    `limits` are (seconds, most writes in that time): `CONTENT_LIMITS` on github.com; none on an Enterprise Server,
    where they are off by default, and answers say it if they are on.
    """

    def __init__(
        self,
        *,
        limits: tuple[tuple[float, int], ...] = CONTENT_LIMITS,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits, self._sleep, self._monotonic = limits, sleep, monotonic
        self._writes: deque[float] = deque(maxlen=max((most for _, most in limits), default=0))
        self._not_before = 0.0

    def wait(self, *, write: bool) -> None:
        """Sleep until the request may be sent; raises NotSent if that takes longer than `LONGEST_WAIT`."""
        now = self._monotonic()
        due = max(self._not_before, self._write_due() if write else 0.0)
        if due - now > LONGEST_WAIT:
            raise NotSent(f"GitHub's rate limits allow no request for another {due - now:.0f} s", retry_after=due - now)
        if due > now:
            self._sleep(due - now)
        if write:
            self._writes.append(self._monotonic())

    def learn(self, answer: Answer) -> None:
        """Take in what an answer says about limits."""
        wait = patience(answer)
        if wait is None and answer.headers.get("X-RateLimit-Remaining") == "0":
            wait = _until_reset(answer)
        if wait:
            self._not_before = max(self._not_before, self._monotonic() + wait)

    def _write_due(self) -> float:
        """When the oldest write that still counts leaves its window."""
        oldest = [(span, self._writes[-most]) for span, most in self._limits if len(self._writes) >= most]
        return max((at + span for span, at in oldest), default=0.0)


def patience(answer: Answer) -> float | None:
    """Seconds that GitHub asks to wait with this answer, None if it is no rate limit.

    A 403 is one only by its header, its text, or an exhausted primary limit: all others are refusals.
    """
    if answer.status == 422 and "submitted too quickly" in answer.message:
        return WITHOUT_ADVICE
    if answer.status not in {403, 429}:
        return None
    if "Retry-After" in answer.headers:
        return WITHOUT_ADVICE if answer.retry_after is None else answer.retry_after
    exhausted = answer.headers.get("X-RateLimit-Remaining") == "0"
    if exhausted and (reset := _until_reset(answer)) is not None:
        return reset
    return WITHOUT_ADVICE if answer.status == 429 or exhausted or _TOO_FAST.search(answer.message) else None


def _until_reset(answer: Answer) -> float | None:
    """Seconds until the primary limit is full again, by the server's own clock: ours may be wrong."""
    reset, now = answer.headers.get("X-RateLimit-Reset", ""), answer.date
    if now is None or not reset.isdecimal():
        return None
    return max(0.0, float(reset) - now.timestamp()) + 1
