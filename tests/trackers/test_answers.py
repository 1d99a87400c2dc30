"""What a service sends on of what anybody wrote: read, or refused as unreadable, and never a crash."""

from __future__ import annotations

import pytest

from pmsync.trackers.http import parsed


def test_halves_of_characters_become_question_marks() -> None:
    text = r'{"title": "a\ud800b", "\udc00": ["\ud83d\ude00", "\\ud800"]}'
    assert parsed(text) == {"title": "a?b", "?": ["\U0001f600", r"\ud800"]}


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, "9" * 10_000, "{", "<html>", ""])
def test_what_cannot_be_read_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the library's own words)
        parsed(text)
