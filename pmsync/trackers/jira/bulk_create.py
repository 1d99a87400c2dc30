"""Bulk creates: what Jira's answer means for each draft, and how a lot that was refused as a whole is halved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pmsync.model import Draft, Status, Ticket
from pmsync.trackers.contract import Created, InDoubt, Outcome, Rejected, Unavailable
from pmsync.trackers.http import Answer, messages
from pmsync.trackers.jira.error_causes import is_anonymous, is_closed, is_own, reason
from pmsync.trackers.jira.issue import Dialect
from pmsync.trackers.jira.session import JiraSession

STUBBORN = 3
"""So many drafts in a row, each refused alone, show that the cause is not in the drafts: the rest is not sent."""
_OF_THE_DRAFT = frozenset({"summary", "description", "labels", "assignee", "duedate", "priority"})
Sent = tuple[Draft, dict[str, Any]]
"""A draft, and the fields of its request."""


@dataclass(frozen=True, slots=True)
class Unassignable(Rejected):
    """Refused only for its assignee, who may have left."""


@dataclass(frozen=True, slots=True)
class Whole(Rejected):
    """Refused with its whole lot: Jira does not say for which draft."""


# --- what an answer means -------------------------------------------------------------------------------------


def outcomes_of(
    answer: Answer, lot: Sequence[Sent], words: Dialect, session: JiraSession, *, author: str
) -> tuple[Outcome, ...]:
    """The outcome of each draft of a lot."""
    if session.is_rate_limited(answer):
        return (Unavailable(reason(answer), session.wait(answer)),) * len(lot)
    if answer.failed or is_anonymous(answer) or answer.redirect is not None:
        return (InDoubt(reason(answer)),) * len(lot)
    if isinstance(answer.data, dict) and "issues" in answer.data:
        return _outcome_of_each(answer, lot, words, author, session.received_at(answer))
    text = f"{reason(answer)}{session.advice(answer)}"
    if answer.status < 400:
        return (InDoubt(text),) * len(lot)
    closed = is_closed(answer) or (answer.status == 404 and is_own(answer))
    return (Rejected(text, closed=True) if closed else Whole(text),) * len(lot)


def _outcome_of_each(
    answer: Answer, lot: Sequence[Sent], words: Dialect, author: str, at: datetime
) -> tuple[Outcome, ...]:
    """Jira lists the created tickets in order, and the failed ones by their number. If the sums disagree, all are in
    doubt.
    """
    failed = {int(e["failedElementNumber"]): e.get("elementErrors") for e in answer.data.get("errors") or ()}
    made = iter(answer.data["issues"])
    if len(answer.data["issues"]) + len(failed) != len(lot):
        return (InDoubt("the answer does not say which of the tickets were created"),) * len(lot)
    return tuple(
        refusal_of(failed[number])
        if number in failed
        else Created(as_sent(next(made), words, draft, fields, author=author, at=at))
        for number, (draft, fields) in enumerate(lot)
    )


def refusal_of(errors: Any) -> Rejected:
    """The outcome for an element's errors. Errors in fields that all drafts share close the tracker."""
    by_field = errors.get("errors") if isinstance(errors, Mapping) else None
    fields = set(by_field) if isinstance(by_field, Mapping) else set()
    text = "; ".join(messages(errors)) or "no explanation"
    if fields == {"assignee"}:
        return Unassignable(text)
    return Rejected(text, closed=bool(fields - _OF_THE_DRAFT))


# --- halving --------------------------------------------------------------------------------------------------


def in_halves(lot: Sequence[Sent], send: Callable[[Sequence[Sent]], Sequence[Outcome]]) -> list[Outcome]:
    """Send a lot, and halve it while it is surely refused as a whole, until the guilty draft is alone.

    What is in doubt is never sent again. After `STUBBORN` drafts refused alone in a row, the rest is not sent.
    """
    outcomes: list[Outcome] = []
    waiting, alone = [lot], 0
    while waiting:
        part = waiting.pop(0)
        answers = send(part)
        if isinstance(answers[0], Whole) and len(part) > 1:
            middle = (len(part) + 1) // 2
            waiting[:0] = [part[:middle], part[middle:]]
            continue
        outcomes += answers
        alone = alone + 1 if isinstance(answers[0], Whole) else 0
        if alone == STUBBORN or _turned_away(answers[0]):
            last = replace(answers[0], closed=True) if isinstance(answers[0], Whole) else answers[0]
            outcomes += [last] * sum(map(len, waiting))
            break
    nothing_went_through = all(isinstance(each, Whole) for each in outcomes)
    if alone == STUBBORN and nothing_went_through:
        return [replace(each, closed=True) for each in outcomes if isinstance(each, Whole)]
    return outcomes


def _turned_away(outcome: Outcome) -> bool:
    return isinstance(outcome, Unavailable) or (isinstance(outcome, Rejected) and outcome.closed)


# --- a ticket as sent -----------------------------------------------------------------------------------------


def as_sent(
    issue: Mapping[str, Any], words: Dialect, draft: Draft, fields: Mapping[str, Any], *, author: str, at: datetime
) -> Ticket:
    """The ticket as sent: the answer holds only id and key, so its state is empty until it is read."""
    assignee = words.account(fields.get("assignee"))
    return Ticket(
        ref=words.ref(issue),
        title=str(fields["summary"]),
        status=Status.OPEN,
        state="",
        author=author,
        created_at=at,
        updated_at=at,
        assignees=(assignee,) if assignee else (),
        labels=frozenset(fields["labels"]),
        due=draft.due if "duedate" in fields else None,
        priority=(fields.get("priority") or {}).get("name"),
        marker=draft.marker,
    )
