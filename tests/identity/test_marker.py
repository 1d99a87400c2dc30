from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmsync.identity import marker
from pmsync.model import Marker
from pmsync.trackers.jira import anchor_marker

TEXT = st.text(max_size=80)
MARKERS = st.builds(Marker, st.text(min_size=1, max_size=16), TEXT, TEXT, TEXT)
HOSTILE = st.lists(st.sampled_from(["<!-- pmsync:", '{"uid":"x","ns":"","doc":"","key":""}', "-->", "<!--", "a\n"]))


@given(st.text(), MARKERS)
def test_what_was_appended_is_read_back(body: str, value: Marker) -> None:
    assert marker.read(marker.append(body, value)) == value


@given(HOSTILE.map("".join), MARKERS)
def test_a_body_cannot_smuggle_a_marker(body: str, value: Marker) -> None:
    assert marker.read(marker.append(body, value)) == value
    assert marker.read(marker.defuse(body)) is None


@given(st.text(), st.text(), MARKERS, MARKERS)
def test_replace_changes_the_marker_and_nothing_else(before: str, after: str, old: Marker, new: Marker) -> None:
    body = marker.append(before, old) + marker.defuse(after)
    replaced = marker.replace(body, new)
    assert marker.read(replaced) == new
    assert replaced.replace(marker.to_json(new), "") == body.replace(marker.to_json(old), "")


def test_replace_appends_where_somebody_deleted_it() -> None:
    assert marker.read(marker.replace("just words", Marker("u1", "n", "d", "k"))) == Marker("u1", "n", "d", "k")


def test_text_that_is_no_marker_is_none() -> None:
    for text in ("", "<!-- pmsync:{} -->", "<!-- pmsync:{bad} -->", '<!-- pmsync:{"uid":1} -->', "[1]"):
        assert marker.read(text) is None
        assert marker.from_json(text) is None


DEEP = "[" * 100_000 + "]" * 100_000
HOSTILE_JSON = {
    "nested lists": DEEP,
    "nested objects": '{"a":' * 60_000 + "1" + "}" * 60_000,
    "a nested part": f'{{"uid":{DEEP},"ns":"","doc":"","key":""}}',
    "nested and cut off": "[" * 100_000,
    "a number of 100,000 digits": f'{{"uid":{"9" * 100_000},"ns":"","doc":"","key":""}}',
    "no number": '{"uid":NaN,"ns":Infinity,"doc":-Infinity,"key":1e999}',
    "half a character": '{"uid":"u1","ns":"n","doc":"\\ud800","key":"k"}',
    "half a character as uid": '{"uid":"\\udfff","ns":"n","doc":"d","key":"k"}',
    "lists for texts": '{"uid":["u"],"ns":{},"doc":null,"key":true}',
    "a text": '"uid"',
    "nothing": "",
    "a part too few": '{"uid":"u1","ns":"n","doc":"d"}',
}


@pytest.mark.parametrize("text", HOSTILE_JSON.values(), ids=HOSTILE_JSON)
def test_what_a_stranger_wrote_for_a_marker_is_passed_over(text: str) -> None:
    assert marker.from_json(text) is None
    assert marker.read(f"Help!\n\n<!-- pmsync:{text} -->") is None
    assert marker.read(f"<!-- pmsync:{{{text}}} -->") is None
    name = urlsafe_b64encode(text.encode()).decode().rstrip("=")
    assert anchor_marker.read(f"Help!\n\n{{anchor:pmsync-{name}}}") is None
