"""What both services' answers say, read without a server: JSON, messages, waiting times, other people's pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pmsync.trackers.http import UNREADABLE, Answer, described, messages, parsed, redirected

DATE = "Tue, 24 Nov 2026 09:00:00 GMT"


def test_halves_of_characters_become_question_marks() -> None:
    text = r'{"title": "a\ud800b", "\udc00": ["\ud83d\ude00", "\\ud800"]}'
    assert parsed(text) == {"title": "a?b", "?": ["\U0001f600", r"\ud800"]}


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, "9" * 10_000, "{", "<html>", ""])
def test_what_cannot_be_read_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the library's own words)
        parsed(text)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (None, []),
        (["No"], []),
        ({"message": "Not\nFound", "errors": None}, ["Not Found"]),
        (
            {"message": "No", "errors": [{"field": "title", "code": "missing"}, "too long"]},
            ["No", "title missing", "too long"],
        ),
        ({"errorMessages": ["Gone", ""], "errors": {"duedate": "is required"}}, ["Gone", "duedate: is required"]),
        ({"errorMessages": "Gone", "errorMessage": "Away"}, ["Away", "Gone"]),
        ({"errors": [{"failedElementNumber": 1}]}, []),
    ],
)
def test_the_errors_of_either_service_are_messages_of_one_line(data: object, expected: list[str]) -> None:
    assert messages(data) == expected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120.0),
        ({"Retry-After": " 1.5 "}, 1.5),
        ({"Retry-After": "Tue, 24 Nov 2026 09:02:00 GMT", "Date": DATE}, 120.0),
        ({"Retry-After": "Tue, 24 Nov 2026 08:00:00 GMT", "Date": DATE}, 0.0),
        ({"Retry-After": "Tue, 24 Nov 2026 09:02:00 GMT"}, None),
        ({"Retry-After": "soon", "Date": DATE}, None),
    ],
)
def test_a_wait_is_a_number_or_a_date_by_the_servers_clock(headers: dict[str, str], seconds: float | None) -> None:
    assert Answer(429, headers).retry_after == seconds


@pytest.mark.parametrize("text", ["", "yesterday", "24 Nov"])
def test_a_date_that_is_none_is_no_clock(text: str) -> None:
    assert Answer(200, {"Date": text}).date is None
    assert Answer(200, {"Date": DATE}).date == datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (Answer(200, {}, {}), False),
        (Answer(204, {}), False),
        (Answer(200, {}, UNREADABLE), True),
        (Answer(404, {}, UNREADABLE), False),
        (Answer(408, {}, {}), True),
        (Answer(429, {}, {}), False),
        (Answer(500, {}, {}), True),
    ],
)
def test_which_answers_leave_it_open_what_happened(answer: Answer, failed: bool) -> None:
    assert answer.failed is failed


def test_a_redirect_is_shown_without_its_secrets() -> None:
    assert redirected("https://u:s3cret@sso.acme.example/a?t=s3cret") == (
        "redirects to 'https://sso.acme.example/a', which asks to log in"
    )
    assert (Answer(302, {}).redirect, Answer(302, {"Location": "/x"}).redirect, Answer(200, {}).redirect) == (
        "",
        "/x",
        None,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" ", "an empty answer"),
        ("Bad  gateway", "the text 'Bad gateway'"),
        ("<html><title>Log&nbsp;in</title>", r"a page titled 'Log in'"),
        ("\ufeff<html>", "a page without a title"),
    ],
)
def test_a_body_that_is_not_json_is_described(text: str, expected: str) -> None:
    assert described(text) == expected
