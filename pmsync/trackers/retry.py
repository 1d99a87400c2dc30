"""A tracker around a tracker that asks again: the only place where a request is repeated, and where tenacity lives.

It only decides when to ask again. What is in doubt or refused is never sent again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import tenacity

from pmsync.config.settings import Person
from pmsync.errors import TrackerError, TrackerUnavailable
from pmsync.model import Draft, Marker, Patch, Ref, Ticket
from pmsync.trackers.contract import Outcome, Probe, Scan, Sight, Touched, Tracker, Unavailable, Unresolved

ATTEMPTS = 5
MAX_WAIT = 120.0
LONGEST_GUESS = 60.0
"""Seconds that one wait may take: if the service asked for it, and if it named no time."""

Answer = TypeVar("Answer")

_guess = tenacity.wait_exponential_jitter(initial=1, max=LONGEST_GUESS, jitter=1)
_jitter = tenacity.wait_random(0, 1)  # so that clients that were turned away together do not come back together


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Retrying:
    """A tracker with retries; see `pmsync.trackers.contract.Tracker`.

    Asks up to `attempts` times with growing waits, and waits as long as the service asks for, in full. If that is more
    than `max_wait` seconds it gives up at once: TrackerUnavailable then says when to run again, and a draft keeps its
    outcome Unavailable.
    """

    def __init__(
        self,
        tracker: Tracker,
        *,
        sleep: Callable[[float], None] = time.sleep,
        attempts: int = ATTEMPTS,
        max_wait: float = MAX_WAIT,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.name, self.label = tracker.name, tracker.label
        self.fields, self.batch, self.incremental = tracker.fields, tracker.batch, tracker.incremental
        self._tracker = tracker
        self._sleep, self._attempts, self._max_wait, self._now = sleep, attempts, max_wait, now

    def accounts(self) -> frozenset[str]:
        return self._patiently(self._tracker.accounts)

    def recognise(self, text: str, repository: str | None = None) -> Ref | None:
        return self._tracker.recognise(text, repository)

    def scan(self, since: datetime | None = None) -> Scan:
        return self._patiently(lambda: self._tracker.scan(since))

    def get(self, refs: Sequence[Ref]) -> Mapping[Ref, Sight]:
        return self._patiently(lambda: self._tracker.get(refs))

    def departed(self, since: datetime) -> tuple[Ticket, ...]:
        return self._patiently(lambda: self._tracker.departed(since))

    def find(self, uids: Iterable[str], since: datetime) -> tuple[Ticket, ...]:
        wanted = tuple(uids)  # an iterator would be empty the second time
        return self._patiently(lambda: self._tracker.find(wanted, since))

    def left_out(self) -> tuple[str, ...]:
        return self._tracker.left_out()

    def create(self, drafts: Sequence[Draft]) -> tuple[Outcome, ...]:
        """As the contract says; sends again only the drafts whose outcome is Unavailable."""
        outcomes: list[Outcome] = [Unavailable("not sent yet")] * len(drafts)

        def send() -> list[Outcome]:
            waiting = _unavailable(outcomes)
            for n, outcome in zip(waiting, self._send([drafts[n] for n in waiting]), strict=True):
                outcomes[n] = outcome
            return outcomes

        retry = tenacity.retry_if_result(self._may_be_sent_again)
        try:
            self._retrying(retry, retry_error_callback=lambda _: outcomes)(send)
        except TrackerError as error:
            waiting = _unavailable(outcomes)
            if len(waiting) == len(drafts):
                raise
            for n in waiting:  # the outcomes of the others must not be lost
                outcomes[n] = Unavailable(str(error))
        return tuple(outcomes)

    def update(self, ref: Ref, patch: Patch, listed: Marker | None = None) -> Ticket:
        return self._patiently(lambda: self._tracker.update(ref, patch, listed), writes=True)

    def close_duplicate(self, ref: Ref, of: Ref) -> Ticket | Touched:
        return self._patiently(lambda: self._tracker.close_duplicate(ref, of), writes=True)

    def resolve(self, people: Iterable[Person]) -> Mapping[str, str | Unresolved]:
        wanted = tuple(people)
        return self._patiently(lambda: self._tracker.resolve(wanted))

    def probe(self) -> Probe:
        return self._patiently(self._tracker.probe)

    def fit_labels(self, labels: Iterable[str]) -> tuple[str, ...]:
        return self._tracker.fit_labels(labels)

    def _patiently(self, ask: Callable[[], Answer], *, writes: bool = False) -> Answer:
        """A write is repeated even for a lasting cause: it may have been carried out, and only an answer shows it."""

        def again(error: BaseException) -> bool:
            return self._may_be_asked_again(error) and (writes or not getattr(error, "lasting", False))

        try:
            return self._retrying(tenacity.retry_if_exception(again), reraise=True)(ask)
        except TrackerUnavailable as error:
            if not self._is_too_long(error.retry_after):
                raise
            raise TrackerUnavailable(self._until_when(error), error.retry_after) from error

    def _send(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """One call; if it raises, nothing was sent."""
        try:
            return self._tracker.create(drafts) if drafts else ()
        except TrackerUnavailable as error:
            return [Unavailable(str(error), error.retry_after)] * len(drafts)

    def _retrying(self, retry: tenacity.retry_base, **options: object) -> tenacity.Retrying:
        stop = tenacity.stop_after_attempt(self._attempts)
        return tenacity.Retrying(retry=retry, wait=_wait, stop=stop, sleep=self._sleep, **options)  # type: ignore[arg-type]

    def _may_be_asked_again(self, error: BaseException) -> bool:
        return isinstance(error, TrackerUnavailable) and not self._is_too_long(error.retry_after)

    def _may_be_sent_again(self, outcomes: Sequence[Outcome]) -> bool:
        waiting = [outcome for outcome in outcomes if isinstance(outcome, Unavailable)]
        return bool(waiting) and not any(self._is_too_long(outcome.retry_after) for outcome in waiting)

    def _is_too_long(self, seconds: float | None) -> bool:
        return seconds is not None and seconds > self._max_wait

    def _until_when(self, error: TrackerUnavailable) -> str:
        seconds = error.retry_after or 0.0
        until = self._now().astimezone(UTC) + timedelta(seconds=seconds)
        return (
            f"{error}; it asks to wait {seconds:.0f} s, longer than the {self._max_wait:.0f} s that a run waits: run "
            f"again after {until:%Y-%m-%d %H:%M:%S} UTC"
        )


def _unavailable(outcomes: Sequence[Outcome]) -> list[int]:
    return [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Unavailable)]


def _wait(state: tenacity.RetryCallState) -> float:
    """Seconds until the next attempt: what the service asked for and a little more, else a growing guess."""
    wait = _requested_wait(state)
    return _guess(state) if wait is None else max(wait, 0.0) + _jitter(state)


def _requested_wait(state: tenacity.RetryCallState) -> float | None:
    """The longest wait that the last attempt was asked for."""
    assert state.outcome is not None  # noqa: S101
    error = state.outcome.exception()
    answers = [error] if error else state.outcome.result()
    waits = [each.retry_after for each in answers if isinstance(each, TrackerUnavailable | Unavailable)]
    return max((wait for wait in waits if wait is not None), default=None)
