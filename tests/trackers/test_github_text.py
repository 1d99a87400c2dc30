"""The texts that GitHub accepts and returns, and its rate limits: without a server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmsync.identity import marker
from pmsync.model import Marker
from pmsync.trackers.github.issue import (
    CUT,
    LONGEST_BODY,
    LONGEST_LABEL,
    LONGEST_TITLE,
    fit_body,
    fit_labels,
    fit_title,
    foreign_deed,
    repository_id_of,
)
from pmsync.trackers.github.pacing import CONTENT_LIMITS, Pacing, patience
from pmsync.trackers.github.repository import next_page
from pmsync.trackers.http import Answer, NotSent

IDENTITY = Marker("abcdefgh2345", "acme/platform", "postmortems/outage.md", "rotate the keys")
DATE = "Tue, 24 Nov 2026 09:00:00 GMT"


# --- bodies -----------------------------------------------------------------------------------------------------


def test_a_long_body_is_cut_between_lines_with_a_note_and_keeps_its_marker() -> None:
    line = "This is a line of some length.\n"
    body = fit_body(line * 3000, IDENTITY)
    assert len(body) <= LONGEST_BODY
    text, _, rest = body.partition(CUT)
    assert set(text.strip().splitlines()) == {line.strip()}
    assert rest.strip().startswith("<!-- pmsync:")
    assert len(body) > LONGEST_BODY - len(line) - 100


def test_a_body_of_one_endless_line_is_cut_too() -> None:
    body = fit_body("x" * 100_000, IDENTITY)
    assert LONGEST_BODY - 100 < len(body) <= LONGEST_BODY
    assert marker.read(body) == IDENTITY


@pytest.mark.parametrize("excess", [-200, -1, 0, 1, 200])
def test_a_body_at_the_limit_is_cut_only_where_it_must_be(excess: int) -> None:
    room = LONGEST_BODY - len(marker.append("", IDENTITY))
    body = fit_body("x" * (room + excess), IDENTITY)
    assert (CUT in body) is (excess > 0)
    assert len(body) <= LONGEST_BODY


@given(
    st.text(), st.sampled_from(["", "<!-- pmsync:", "\n", "<!-- pmsync:{} -->\n", "🔥", "\u2028"]), st.integers(0, 7000)
)
def test_every_body_fits_and_ends_with_its_marker(start: str, filling: str, times: int) -> None:
    body = fit_body(start + filling * times, IDENTITY)
    assert len(body) <= LONGEST_BODY
    assert marker.read(body) == IDENTITY
    assert "\x00" not in body


# --- titles and labels ------------------------------------------------------------------------------------------


@given(st.text())
def test_every_title_fits_and_stays_as_it_is_the_second_time(title: str) -> None:
    fit = fit_title(title)
    assert len(fit) <= LONGEST_TITLE
    assert len(fit.splitlines()) <= 1
    assert fit_title(fit) == fit


def test_a_long_title_says_that_it_goes_on() -> None:
    assert fit_title("x" * 300) == "x" * 255 + "…"
    assert fit_title("x" * 256) == "x" * 256


@given(st.lists(st.text()))
def test_every_label_fits_and_stays_as_it_is_the_second_time(labels: list[str]) -> None:
    fit = fit_labels(labels)
    assert fit_labels(fit) == fit
    assert list(fit) == sorted(fit)
    assert all(0 < len(label) <= LONGEST_LABEL and "," not in label for label in fit)
    assert len({label.casefold() for label in fit}) == len(fit)


def test_labels_that_differ_by_case_are_one_as_it_was_written_first() -> None:
    assert fit_labels(["SRE", "sre", "a,b", "  x  y ", ""]) == ("SRE", "a b", "x y")


# --- answers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (None, "no explanation"),
        ("text", "no explanation"),
        ({"message": "Not Found"}, "Not Found"),
        ({"message": "Validation Failed", "errors": ["body is too long"]}, "Validation Failed; body is too long"),
        ({"message": "No", "errors": [{"field": "title", "code": "missing_field"}]}, "No; title missing_field"),
    ],
)
def test_an_error_answer_in_one_line(data: object, text: str) -> None:
    assert Answer(422, {}, data).reason == f"422: {text}"


def test_addresses_in_headers() -> None:
    link = (
        '<https://h/repositories/12/issues?page=1>; rel="prev", <https://h/repositories/12/issues?page=3>; rel="next"'
    )
    following = next_page(Answer(200, {"Link": link}))
    assert following == "https://h/repositories/12/issues?page=3"
    assert next_page(Answer(200, {})) is None
    assert repository_id_of(following) == 12
    assert repository_id_of("https://h/repositories/12") == 12
    assert repository_id_of("https://h/repos/acme/web/issues") is None


@pytest.mark.parametrize(
    ("event", "deed"),
    [
        ({"event": "labeled", "actor": {"login": "Acme-Bot"}}, ""),
        ({"event": "mentioned", "actor": {"login": "dana"}}, ""),
        ({"event": "commented", "user": {"login": "acme-bot"}, "body": "Duplicate MARK"}, ""),
        ({"event": "commented", "user": {"login": "acme-bot"}, "body": "By hand"}, "acme-bot commented"),
        ({"event": "commented", "user": {"login": "dana"}, "body": "MARK"}, "dana commented"),
        ({"event": "assigned", "actor": {"login": "dana"}}, "dana: assigned"),
        ({"event": "reopened", "actor": {"login": "acme-bot"}}, "acme-bot: reopened"),
        ({"event": "connected", "actor": None}, "ghost: connected"),
    ],
)
def test_whose_deed_an_event_is(event: dict[str, object], deed: str) -> None:
    assert foreign_deed([event], frozenset({"acme-bot"}), "MARK") == deed


# --- pace -------------------------------------------------------------------------------------------------------


class Time:
    def __init__(self) -> None:
        self.now, self.slept = 1000.0, [0.0]

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


def pacing(time: Time, limits: tuple[tuple[float, int], ...] = CONTENT_LIMITS) -> Pacing:
    return Pacing(limits=limits, sleep=time.sleep, monotonic=lambda: time.now)


def test_eighty_writes_a_minute_and_not_one_more(time: Time) -> None:
    pace = pacing(time)
    for _ in range(80):
        pace.wait(write=True)
    for _ in range(500):
        pace.wait(write=False)
    assert time.slept == [0.0]
    pace.wait(write=True)
    assert time.slept == [0.0, 60.0]


def test_five_hundred_writes_an_hour_and_the_next_run_takes_the_rest(time: Time) -> None:
    pace = pacing(time)
    for _ in range(500):
        pace.wait(write=True)
    assert sum(time.slept) == 360
    with pytest.raises(NotSent) as caught:
        pace.wait(write=True)
    assert caught.value.retry_after == 3600 - 360
    pace.wait(write=False)
    time.now += 3600 - 360
    pace.wait(write=True)
    assert sum(time.slept) == 360


def test_where_there_are_no_limits_nothing_waits(time: Time) -> None:
    pace = pacing(time, ())
    for _ in range(1000):
        pace.wait(write=True)
    assert time.slept == [0.0]


def test_an_exhausted_limit_is_waited_for_by_the_servers_clock(time: Time) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795510830", "Date": DATE}
    pace = pacing(time)
    pace.learn(Answer(200, headers))
    pace.wait(write=False)
    assert time.slept == [0.0, 31.0]
    pace.learn(Answer(200, headers | {"X-RateLimit-Reset": "1795514400"}))
    with pytest.raises(NotSent) as caught:
        pace.wait(write=False)
    assert caught.value.retry_after == 3601


def test_what_the_server_asks_for_is_waited_in_full(time: Time) -> None:
    pace = pacing(time)
    pace.learn(Answer(429, {"Retry-After": "30"}))
    pace.learn(Answer(429, {"Retry-After": "5"}))
    pace.wait(write=False)
    assert time.slept == [0.0, 30.0]


@pytest.mark.parametrize(
    ("status", "headers", "message", "wait"),
    [
        (403, {}, "Must have admin rights to Repository.", None),
        (403, {"X-RateLimit-Remaining": "12"}, "Resource not accessible by integration", None),
        (403, {"Retry-After": "9"}, "", 9.0),
        (403, {"X-RateLimit-Remaining": "0"}, "whatever", 60.0),
        (429, {"Retry-After": "soon", "Date": DATE}, "", 60.0),
        (429, {"Retry-After": "Tue, 24 Nov 2026 08:00:00 GMT", "Date": DATE}, "", 0.0),
        (422, {}, "Validation Failed; was submitted too quickly", 60.0),
        (422, {}, "Validation Failed", None),
        (503, {"Retry-After": "9"}, "", None),
        (200, {"Retry-After": "9"}, "", None),
    ],
)
def test_what_counts_as_being_turned_away(
    status: int, headers: dict[str, str], message: str, wait: float | None
) -> None:
    assert patience(Answer(status, headers, {"message": message})) == wait
