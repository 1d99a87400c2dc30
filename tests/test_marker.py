from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pmsync import marker
from pmsync.model import Marker

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
