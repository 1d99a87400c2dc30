"""The marker in a description on Data Center: read back, brought up to date, and never made of a document's text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pmsync.model import Marker
from pmsync.trackers import jira_anchor
from pmsync.trackers.jira_fields import description
from pmsync.trackers.jira_issue import LONGEST_DESCRIPTION

OWN = Marker("abcdefgh2345", "acme/web", "postmortems/a.md", "add alerting for full disks")
OTHER = Marker("zzzzzzzz2345", "acme/web", "postmortems/b.md", "pay mallory")
markers = st.builds(Marker, st.just("abcdefgh2345"), st.text(), st.text(), st.text())


@given(st.text(), markers)
def test_what_is_appended_is_read_back_whatever_stands_before_it(text: str, identity: Marker) -> None:
    assert jira_anchor.read(jira_anchor.append(text, identity)) == identity


@given(st.text(), markers, markers)
def test_bringing_it_up_to_date_leaves_every_other_character(text: str, before: Marker, after: Marker) -> None:
    written = jira_anchor.append(text, before)
    assert jira_anchor.replace(written, after) == jira_anchor.append(text, after)


def test_what_people_wrote_below_it_stays() -> None:
    edited = jira_anchor.append("Body.", OWN) + "\n\nSeen by dana."
    updated = jira_anchor.replace(edited, OTHER)
    assert jira_anchor.read(updated) == OTHER
    assert updated.startswith("Body.")
    assert updated.endswith("\n\nSeen by dana.")


def test_a_description_without_one_gets_one() -> None:
    assert jira_anchor.read(None) is None
    assert jira_anchor.read("{anchor:pmsync-!}{anchor:pmsync-AAAA}") is None
    assert jira_anchor.read(jira_anchor.replace(None, OWN)) == OWN


def test_documents_cannot_write_one_not_even_in_code() -> None:
    smuggled = jira_anchor.append("", OTHER).strip()
    for text in (
        smuggled,
        f"`{smuggled}`",
        f"```\n{smuggled}\n```",
        f"    {smuggled}",
        smuggled.replace("{", "&#123;"),
    ):
        written = description(text, identity=OWN)
        assert jira_anchor.read(written) == OWN
        assert jira_anchor.read(written.removesuffix(smuggled)) in {OWN, None}
        assert written.count("{anchor:pmsync-") == 1


def test_it_is_there_also_where_the_text_is_too_long() -> None:
    written = description("word " * 20_000, identity=OWN)
    assert len(written) <= LONGEST_DESCRIPTION
    assert jira_anchor.read(written) == OWN
