"""What can go wrong between pmsync and a server, and the syncs in which it does: data and an injector, no tests.

A fault hits one request of a run, or that one and all that follow. What it stands for is in its name: before the
commit nothing was done, after it everything was and only the answer is lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from pmsync.ledger import Ledger
from pmsync.model import Draft, Marker, Status
from tests.clock import Clock
from tests.fakes.http import Delay, Drop, Request, Response, Server, Truncate
from tests.team import Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage

TIMEOUT = 0.4
"""Seconds, real ones, after which the clients in these tests stop waiting for an answer."""
EVER = datetime(2000, 1, 1, tzinfo=UTC)
HTML = {"Content-Type": "text/html"}
PAGE = b"<html><body><h1>We are sorry</h1></body></html>"
Made = Response | Drop | Delay | Truncate
HttpStage = GitHubStage | JiraStage


@dataclass(frozen=True)
class Fault:
    """`makes` gives what happens instead of the answer to a request; None leaves it as it is.

    With `committed` the server has done what it was asked for by then.
    """

    name: str
    committed: bool
    makes: Callable[[Clock, Request, Response | None], Made | None]
    github: bool = True
    jira: bool = True

    def of(self, stage: HttpStage) -> bool:
        """Whether this service can have it."""
        return self.github if isinstance(stage, GitHubStage) else self.jira


def _always(name: str, made: Made, *, committed: bool, **more: bool) -> Fault:
    return Fault(name, committed, lambda _clock, _request, _response: made, **more)


def _until(clock: Clock, *_: object) -> Response:
    now, until = clock.now(), clock.now() + timedelta(seconds=40)
    headers = {"Date": format_datetime(now, usegmt=True), "Retry-After": format_datetime(until, usegmt=True)}
    return Response(429, {"message": "Too many requests"}, headers)


def _without_one(_: Clock, __: Request, response: Response | None) -> Response | None:
    """The listing without its first entry, where the answer is a listing."""
    body = response.body if response and response.status == 200 else None
    if isinstance(body, list) and body and "number" in body[0]:
        return replace(response, body=body[1:])
    if isinstance(body, dict) and body.get("issues"):
        return replace(response, body=body | {"issues": body["issues"][1:]})
    return None


def _cut_short(_: Clock, __: Request, response: Response | None) -> Response | None:
    """The listing with its first entry alone, and no word that there is more."""
    body = response.body if response and response.status == 200 else None
    if isinstance(body, list) and len(body) > 1 and "number" in body[0]:
        return Response(200, body[:1], {name: text for name, text in response.headers.items() if name != "Link"})
    if isinstance(body, dict) and len(body.get("issues") or ()) > 1:
        kept = {name: value for name, value in body.items() if name != "nextPageToken"}
        return replace(response, body=kept | {"issues": body["issues"][:1]})
    return None


_SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}
FAULTS = [
    _always("connection dropped before", Drop(), committed=False),
    _always("500 before", Response(500, PAGE, HTML), committed=False),
    _always("502 before", Response(502, PAGE, HTML), committed=False),
    _always("503 before", Response(503, PAGE, HTML), committed=False),
    _always("503 with Retry-After before", Response(503, {}, {"Retry-After": "30"}), committed=False),
    _always("429, Retry-After in seconds", Response(429, {}, {"Retry-After": "30"}), committed=False),
    Fault("429, Retry-After as a date", False, _until),
    _always("403 secondary limit", Response(403, _SECONDARY, {"Retry-After": "60"}), committed=False, jira=False),
    _always("403 secondary limit, no header", Response(403, _SECONDARY), committed=False, jira=False),
    _always("HTML page before", Response(200, PAGE, HTML), committed=False),
    _always("empty answer before", Response(200, None), committed=False),
    _always("connection dropped after", Drop(), committed=True),
    _always("hang after", Delay(TIMEOUT * 1.5), committed=True),
    _always("500 after", Response(500, PAGE, HTML), committed=True),
    _always("502 after", Response(502, PAGE, HTML), committed=True),
    _always("503 after", Response(503, PAGE, HTML), committed=True),
    _always("503 with Retry-After after", Response(503, {}, {"Retry-After": "30"}), committed=True),
    _always("truncated JSON after", Truncate(30), committed=True),
    _always("HTML page after", Response(200, PAGE, HTML), committed=True),
    _always("empty answer after", Response(200, None), committed=True),
    _always("slow answer", Delay(TIMEOUT / 8), committed=True),
    Fault("entry missing from a listing", True, _without_one),
    Fault("listing cut short", True, _cut_short),
]


class Injector:
    """Lets a fault happen at request number `at` of a server (from 0), or from there on; `fired` lists what it hit.

    Only requests that the fault can hit are counted: all of them, but for those of `LISTED`.
    """

    def __init__(self, server: Server, fault: Fault, clock: Clock, at: int, *, lasting: bool = False) -> None:
        self.server, self.fault, self.clock, self.at, self.lasting = server, fault, clock, at, lasting
        self.seen = 0
        self.fired: list[str] = []
        self._due: set[int] = set()

    def __enter__(self) -> Injector:
        self.server.before, self.server.after = self._before, self._after
        return self

    def __exit__(self, *_: object) -> None:
        self.server.before = self.server.after = None

    def _before(self, request: Request) -> Any:
        if self.fault.name in LISTED:  # whether it can hit this one is known by the answer
            return None
        due = self.seen >= self.at if self.lasting else self.seen == self.at
        self.seen += 1
        if due and self.fault.committed:
            self._due.add(id(request))
        return self._fire(request, None) if due and not self.fault.committed else None

    def _after(self, request: Request, response: Response) -> Any:
        if self.fault.name in LISTED:
            if self.fault.makes(self.clock, request, response) is None:
                return None
            self.seen += 1
            return self._fire(request, response) if self.seen == self.at + 1 else None
        if id(request) not in self._due:
            return None
        self._due.discard(id(request))
        return self._fire(request, response)

    def _fire(self, request: Request, response: Response | None) -> Made | None:
        made = self.fault.makes(self.clock, request, response)
        if made is not None:
            self.fired.append(f"{request.method} {request.path}")
        return made


# --- the syncs in which it happens ------------------------------------------------------------------------------

DOC = "postmortems/2026-11-20-checkout.md"
DISK, BOOK, GATE = "Add alerting for full disks", "Write a runbook for failover", "Rotate the keys of the gateway"
QUEUE, CACHE, NAMED = "Bound the queue of the mailer", "Warm the cache after a deploy", "Raise the disk quota"


@dataclass(frozen=True)
class Case:
    """A team right before the sync that a fault will hit; `expected` tickets are to exist in the end, ever."""

    team: Team
    stage: HttpStage
    expected: int


def first(team: Team, stage: HttpStage) -> Case:
    """The very first sync: three items, nothing there, nothing remembered."""
    team.write(DOC, f"{DISK} (@alice)", BOOK, GATE)
    return Case(team, stage, 3)


def busy(team: Team, stage: HttpStage) -> Case:
    """A day on which everything happens: a ticket closed, a title and an owner changed, a twin, two new items, one that
    names a ticket made by hand, and the complete scan is due.
    """
    team.write(DOC, f"{DISK} (@alice)", BOOK, GATE)
    assert team.sync().ok
    stage.close(team.ref(DISK))
    link = team.links()[GATE]
    team.clock.advance(minutes=5)
    stage.tracker.create([Draft(Marker(link.uid, "acme/web", link.document_id, link.key), GATE, "The body.")])
    by_hand = stage.open_by_person(NAMED)
    named = by_hand.url if by_hand.url.startswith("http") else by_hand.key
    team.clock.advance(days=1, minutes=20)
    items = (f"{DISK} (@alice)", f"{BOOK} of the database (@bob)", GATE, f"{QUEUE} (@alice)", CACHE, f"{NAMED} {named}")
    team.write(DOC, *items)
    return Case(team, stage, 3 + 1 + 1 + 2)


def bare(team: Team, stage: HttpStage) -> Case:
    """The same day on a runner that has no ledger."""
    case = busy(team, stage)
    team.lose_ledger()
    return case


LISTED = {"entry missing from a listing", "listing cut short"}
"""These hit requests that list something, and those only."""
SCENARIOS = {"first sync": first, "busy day": busy, "busy day without a ledger": bare}


def server_of(stage: HttpStage) -> Server:
    return stage.github.server if isinstance(stage, GitHubStage) else stage.jira.server


def make_stage(service: str, clock: Clock, *, timeout: float = TIMEOUT, **options: Any) -> HttpStage:
    """`service` is github, cloud or server; `timeout` the client's, in real seconds."""
    if service == "github":
        return GitHubStage(clock, timeout=timeout, **options)
    return JiraStage(clock, service, timeout=timeout, **options)


def disagreements(case: Case) -> list[str]:
    """Where the ledger says something else than the server."""
    found = []
    for title, link in case.team.links().items():
        sight = case.stage.tracker.get([link.ticket.ref])[link.ticket.ref]
        if not link.named and getattr(sight, "title", None) != title:
            found.append(f"the document says {title!r}, the ticket {getattr(sight, 'title', sight)!r}")
        for name in ("title", "status", "assignees", "labels", "duplicate"):
            ours, theirs = getattr(link.ticket, name), getattr(sight, name, None)
            if ours != theirs:
                found.append(f"{title}: {name} is {theirs!r} there and {ours!r} here")
    return found


def open_tickets(case: Case) -> Counter[str]:
    """How many open tickets of ours there are for each item, by its uid."""
    tickets = case.stage.tracker.find([], EVER)
    return Counter(t.marker.uid for t in tickets if t.marker and t.status not in {Status.DONE, Status.WONT_DO})


def recover(case: Case, *, listing_lied: bool = False) -> None:
    """At most the settle window and two more clean syncs; then everything must be as if nothing had happened.

    What a complete listing kept back is seen in the next complete one, a day later.
    """
    team, stage = case.team, case.stage
    team.clock.advance(minutes=11)
    team.sync()
    team.clock.advance(days=1 if listing_lied else 0, minutes=11)
    second = team.sync()
    assert second.ok, [str(finding) for finding in second.findings]
    assert stage.created() == case.expected
    assert not disagreements(case)
    assert not team.plan().plan.pending
    assert set(open_tickets(case).values()) == {1}
    with Ledger.open(Path(team.settings.ledger), readonly=True) as ledger:
        assert not ledger.refusals()
        assert not ledger.intents()
    writes = stage.writes()
    team.sync()
    assert stage.writes() == writes
