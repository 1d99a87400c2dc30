"""The marker in a description on Data Center: read, updated, and never formed by a document's text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pmsync.model import Marker
from pmsync.trackers.jira import anchor_marker
from pmsync.trackers.jira.create_screen import description
from pmsync.trackers.jira.issue import LONGEST_DESCRIPTION

OWN = Marker("abcdefgh2345", "acme/web", "postmortems/a.md", "add alerting for full disks")
OTHER = Marker("zzzzzzzz2345", "acme/web", "postmortems/b.md", "pay mallory")
markers = st.builds(Marker, st.just("abcdefgh2345"), st.text(), st.text(), st.text())


@given(st.text(), markers)
def test_what_is_appended_is_read_back_whatever_stands_before_it(text: str, identity: Marker) -> None:
    assert anchor_marker.read(anchor_marker.append(text, identity)) == identity


@given(st.text(), markers, markers)
def test_bringing_it_up_to_date_leaves_every_other_character(text: str, before: Marker, after: Marker) -> None:
    written = anchor_marker.append(text, before)
    assert anchor_marker.replace(written, after) == anchor_marker.append(text, after)


def test_what_people_wrote_below_it_stays() -> None:
    edited = anchor_marker.append("Body.", OWN) + "\n\nSeen by dana."
    updated = anchor_marker.replace(edited, OTHER)
    assert anchor_marker.read(updated) == OTHER
    assert updated.startswith("Body.")
    assert updated.endswith("\n\nSeen by dana.")


def test_a_description_without_one_gets_one() -> None:
    assert anchor_marker.read(None) is None
    assert anchor_marker.read("{anchor:pmsync-!}{anchor:pmsync-AAAA}") is None
    assert anchor_marker.read(anchor_marker.replace(None, OWN)) == OWN


def test_documents_cannot_write_one_not_even_in_code() -> None:
    smuggled = anchor_marker.append("", OTHER).strip()
    for text in (
        smuggled,
        f"`{smuggled}`",
        f"```\n{smuggled}\n```",
        f"    {smuggled}",
        smuggled.replace("{", "&#123;"),
    ):
        written = description(text, identity=OWN)
        assert anchor_marker.read(written) == OWN
        assert anchor_marker.read(written.removesuffix(smuggled)) in {OWN, None}
        assert written.count("{anchor:pmsync-") == 1


def test_it_is_there_also_where_the_text_is_too_long() -> None:
    written = description("word " * 20_000, identity=OWN)
    assert len(written) <= LONGEST_DESCRIPTION
    assert anchor_marker.read(written) == OWN
