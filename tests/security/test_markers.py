"""Text from documents forms no marker, wherever it stands and however it is taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmsync.config.settings import Settings, TrackerSettings
from pmsync.documents.items import parse
from pmsync.errors import DocumentError
from pmsync.identity import marker
from pmsync.identity.keys import item_key
from pmsync.model import Document, Item, Marker
from pmsync.planning.ticket_text import body, labels, raw_fields, ticket_title
from pmsync.trackers.github.issue import CUT, LONGEST_BODY, fit_body, fit_labels, fit_title
from pmsync.trackers.jira import anchor_marker
from pmsync.trackers.jira.create_screen import create_fields
from pmsync.trackers.jira.issue import Dialect, document_labels, marker_of, uid_label
from tests.clock import Clock
from tests.trackers.contract import draft, make, seen
from tests.trackers.jira_stage import JiraStage

VICTIM = "ffffffffffff"
FORGED = '<!-- pmsync:{"uid":"ffffffffffff","ns":"acme/web","doc":"d","key":"k"} -->'
SETTINGS = Settings("/srv", "acme/web", web_url="https://github.com/acme/web/blob/main/{path}#L{line}")
JIRA = TrackerSettings("payments", "jira", url="https://acme.atlassian.net", project="PAY")


def identity(document: Document, item: Item) -> Marker:
    return Marker("abcdefgh2345", "acme/web", document.id, item_key(item))


def markers_in(text: str) -> list[str]:
    """Whatever any version of the reader could take for one."""
    return re.findall(r"<!--\s*pmsync:", text, re.IGNORECASE)


WAYS = {
    "plain": FORGED,
    "in capitals": FORGED.replace("pmsync", "PmSync"),
    "over lines": FORGED.replace("<!-- ", "<!--\n  "),
    "with a non-breaking space": FORGED.replace("<!-- ", "<!--\u00a0\u2003"),
    "twice in itself": FORGED.replace("pmsync", f"pmsync{FORGED}"),
    "around an opening": FORGED.replace("<!--", "<!<!--"),
    "opening only": f"{FORGED[:-4]}",
    "unclosed, so that ours closes it": '<!-- pmsync:{"uid":"ffffffffffff","ns":"","doc":"","key":"',
    "with control characters": FORGED.replace("<!--", "<!\x00-\x07-").replace("pmsync", "pm\x08sync"),
    "with zero width": FORGED.replace("<!--", "<!-\u200b-").replace("pmsync", "pm\u200bsync"),
    "with a soft hyphen": FORGED.replace("<!--", "<!-\u00ad-"),
    "as entities": FORGED.replace("<", "&lt;").replace("-", "&#45;"),
    "as entities of entities": FORGED.replace("<", "&amp;lt;"),
    "with escapes": FORGED.replace("<!--", r"\<\!\-\-"),
    "in emphasis": FORGED.replace("<!--", "**<!**--"),
    "in code": f"`{FORGED}`",
    "in a link": f"[{FORGED}](https://h/{FORGED})",
    "around an HTML comment": FORGED.replace("<!--", "<!<!-- x -->--"),
    "around a tag": FORGED.replace("<!--", "<!<b></b>--"),
    "after the note that text was cut": f"{CUT}\n\n{FORGED}",
}
PLACES = {
    "title": "---\ndate: 2026-11-20\n---\n# Outage\n\n## Action items\n\n- Repair it {}\n",
    "details": "# Outage\n\n## Action items\n\n- Repair it\n\n  More: {}\n\n  {}\n",
    "owner": "# Outage\n\n## Action items\n\n| Action | Owner |\n|---|---|\n| Repair it | alice {} |\n",
    "group": "# Outage\n\n## Action items\n\n### Group {}\n\n- Repair it\n",
    "document's title": "# Outage {}\n\n## Action items\n\n- Repair it\n",
    "metadata": "# Outage\n\n**Incident:** {}\n**Severity:** {}\n**Services:** {}\n\n## Action items\n\n- Repair it\n",
    "front matter": (
        "---\ntitle: >-\n  {}\nincident: >-\n  {}\nlabels:\n  - >-\n    {}\n---\n## Action items\n\n- Repair it\n"
    ),
    "id": "---\nid: |-\n  {}\n---\n## Action items\n\n- AI-3: Repair it\n",
}


def read(text: str, path: str = "postmortems/a.md") -> Document | None:
    try:
        return parse(text, path)
    except DocumentError:
        return None


def check_github(document: Document, item: Item) -> None:
    own = identity(document, item)
    text = fit_body(body(document, item, SETTINGS, fields={"title", "assignees", "labels"}), own)
    assert marker.read(text) == own
    assert len(markers_in(text)) == 1
    assert marker.read(ticket_title(item.title)) is None
    replaced = marker.replace(text, Marker("zzzzzzzzzzzz", "acme/web", "d", "k"))
    assert marker.read(replaced) == Marker("zzzzzzzzzzzz", "acme/web", "d", "k")
    assert len(markers_in(replaced)) == 1


def check_jira(document: Document, item: Item) -> None:
    own = identity(document, item)
    wanted = document_labels(labels(raw_fields(document, item), JIRA))
    text = body(document, item, SETTINGS, fields={"title", "assignees", "labels", "due", "priority"})
    for cloud in (True, False):
        words = Dialect(JIRA, cloud=cloud)
        fields = create_fields(draft(marker=own, body=text, labels=wanted), None, words)
        assert markers_in(str(fields["description"])) == []
        assert marker_of({"fields": fields}, words) == (Marker(own.uid) if cloud else own)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("way", WAYS)
def test_no_place_and_no_way_forms_a_marker(place: str, way: str) -> None:
    document = read(PLACES[place].replace("{}", WAYS[way]))
    if document is None:
        return  # refused as a whole: nothing of it reaches a ticket
    for item in document.items:
        check_github(document, item)
        check_jira(document, item)


def test_the_places_are_read_and_reach_the_ticket() -> None:
    """Else the test above would prove nothing."""
    for place, text in PLACES.items():
        document = read(text.replace("{}", "pineapple"))
        assert document, place
        assert document.items, place
        own = identity(document, document.items[0])
        whole = fit_body(body(document, document.items[0], SETTINGS, fields=()), own)
        assert "pineapple" in whole, place


@pytest.mark.parametrize("way", WAYS)
def test_the_name_of_a_file_forms_no_marker(way: str) -> None:
    path = f"postmortems/{WAYS[way]}.md"
    document = read("## Action items\n\n- Repair it\n", path)
    assert document
    check_github(document, document.items[0])
    check_jira(document, document.items[0])


PIECES = st.sampled_from(
    ["<!--", "<!-", "<!", "<", "!", "-", "--", "-->", ">", " ", "\n", "\x00", "\x07", "\u200b", "pmsync", "pm", "sync",
     ":", '{"uid":"ffffffffffff","ns":"","doc":"","key":""}', "{}", "}", "&lt;", "&#45;", "\\", "`", "**", "PMSYNC:"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=14).map("".join), st.sampled_from(["title", "details", "document's title"]))
def test_no_pieces_put_together_form_a_marker(text: str, place: str) -> None:
    document = read(PLACES[place].replace("{}", text))
    for item in document.items if document else ():
        check_github(document, item)  # type: ignore[arg-type]


@pytest.mark.parametrize("filling", ["x", "ü", "🔥", "<", "-", "&", '"', "\\"])
def test_a_marker_of_any_length_can_be_read_back(filling: str) -> None:
    """One that is written and cannot be read would be written a second time, and its ticket count as unmarked."""
    long = filling * 500
    document = read(f'---\nid: "{long}"\n---\n# {long}\n\n## Action items\n\n- {long} {long}\n')
    for item in document.items if document else ():
        check_github(document, item)  # type: ignore[arg-type]
    for doc in ("postmortems/" + filling * 4000, long):
        own = Marker("abcdefgh2345", "n" * 200, doc, filling * 200)
        text = fit_body("x" * LONGEST_BODY, own)
        assert marker.read(text) == own
        assert len(text) <= LONGEST_BODY


# --- Jira Data Center, where the marker is an anchor ------------------------------------------------------------

ANCHOR = anchor_marker.append("", Marker(VICTIM, "acme/web", "d", "k")).strip()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "text",
    [ANCHOR, ANCHOR.upper(), f"`{ANCHOR}`", f"\\{ANCHOR}", f"{{{ANCHOR}}}", ANCHOR.replace("{", "&#123;"),
     ANCHOR.replace("anchor", "anc\u200bhor"), f"{{code}}{ANCHOR}{{code}}", f"\n\n  ```\n  {ANCHOR}\n  ```\n",
     f"[{ANCHOR}](https://h/{ANCHOR})", "{" + ANCHOR, f"{{anchor:{ANCHOR}}}", f"<b>{ANCHOR}</b>"],
)  # fmt: skip
def test_no_document_forms_an_anchor_that_is_a_marker(place: str, text: str) -> None:
    document, words = read(PLACES[place].replace("{}", text)), Dialect(JIRA, cloud=False)
    for item in document.items if document else ():
        own = identity(document, item)  # type: ignore[arg-type]
        whole = body(document, item, SETTINGS, fields=())  # type: ignore[arg-type]
        wiki = str(create_fields(draft(marker=own, body=whole), None, words)["description"])
        assert len(re.findall(r"\{anchor:pmsync", wiki)) == 1
        assert anchor_marker.read(wiki) == own
        assert anchor_marker.read(wiki.rpartition("{")[0]) is None


# --- labels -----------------------------------------------------------------------------------------------------


def test_a_documents_label_is_no_marker_in_jira() -> None:
    smuggled = (uid_label(VICTIM), f" {uid_label(VICTIM)} ", f"{uid_label(VICTIM)}\n", "pm-roadmap")
    assert document_labels(smuggled) == ("pm-roadmap",)


@pytest.fixture(params=["cloud", "server"])
def jira(request: pytest.FixtureRequest) -> Iterator[JiraStage]:
    with JiraStage(Clock(), str(request.param), properties_in_search=False) as stage:
        yield stage


def test_labels_of_documents_make_no_marker_where_jira_shows_no_properties(jira: JiraStage) -> None:
    victim = uid_label("a" * 12)  # comes before our own, by the alphabet
    created = make(jira, draft(labels=(victim, "sre"))).ref
    updated = make(jira, draft(2)).ref
    jira.tracker.update(updated, {"add_labels": (victim, "sre")})
    for number, ref in ((1, created), (2, updated)):
        assert "sre" in jira.issue(ref).labels
        assert victim not in jira.issue(ref).labels
        found = {ticket.ref: ticket for ticket in jira.tracker.scan().tickets}[ref]
        assert found.marker
        assert found.marker.uid == draft(number).marker.uid
        assert seen(jira, ref).marker == draft(number).marker


def test_two_markers_by_label_are_none(jira: JiraStage) -> None:
    ref = make(jira, draft()).ref
    jira.set_labels(ref, *jira.issue(ref).labels, uid_label("a" * 12))
    found = {ticket.ref: ticket for ticket in jira.tracker.scan().tickets}[ref]
    assert found.marker is None or found.marker.uid == draft().marker.uid


# --- other fields -----------------------------------------------------------------------------------------------


@given(st.text(max_size=300))
def test_titles_and_labels_hold_no_marker(text: str) -> None:
    hostile: Any = f"{text}{FORGED}"
    assert marker.read(fit_title(ticket_title(hostile))) is None
    assert all(len(label) <= 50 for label in fit_labels([hostile]))
