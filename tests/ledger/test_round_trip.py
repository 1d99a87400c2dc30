"""What goes into the ledger comes out of it, exactly, also after it was closed and opened again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmsync.ledger import Ledger, rows
from tests.ledger import samples
from tests.ledger.samples import NOON

few = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def exactly(value: object) -> str:
    """repr, which also tells apart what compares equal (a ref's key and url take no part in ==)."""
    return repr(value)


@few
@given(samples.links)
def test_a_link_comes_back_exactly(link):
    back = rows.to_link(rows.link_row(link))
    assert back == link
    assert (back.ticket.ref.key, back.ticket.ref.url) == (link.ticket.ref.key, link.ticket.ref.url)
    assert rows.link_row(back) == rows.link_row(link)


@few
@given(samples.items, samples.documents, samples.intents, samples.refusals, samples.cursors)
def test_every_other_row_comes_back_exactly(item, document, intent, refusal, cursor):
    assert rows.to_item(rows.item_row(item)) == item
    assert rows.to_document(rows.document_row(document)) == document
    assert rows.to_intent(rows.intent_row(intent)) == intent
    assert rows.to_refusal(rows.refusal_row(refusal, 1)) == refusal
    assert rows.to_cursor(rows.cursor_row(cursor)) == cursor


@contextmanager
def fresh() -> Iterator[tuple[Path, Ledger, int]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with Ledger.open(path) as ledger:
            yield path, ledger, ledger.begin_run(NOON, host="h", pid=1, scope="")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(samples.links, max_size=4, unique_by=lambda link: link.uid),
    st.lists(samples.intents, max_size=3, unique_by=lambda intent: intent.uid),
    st.lists(samples.refusals, max_size=3, unique_by=lambda refusal: (refusal.uid, refusal.operation)),
    st.lists(samples.cursors, max_size=3, unique_by=lambda cursor: cursor.tracker),
)
def test_a_ledger_opened_again_holds_what_was_saved(links, intents, refusals, cursors):
    announced = {each.uid for each in intents}
    free = [link for link in links if link.uid not in announced]
    with fresh() as (path, ledger, run):
        ledger.announce(run, NOON, intents)
        ledger.save_links(run, NOON, free, "pmsync")
        ledger.refuse(run, refusals)
        for cursor in cursors:
            ledger.save_cursor(cursor)
        with Ledger.open(path, readonly=True) as again:
            assert exactly(sorted(again.links().values(), key=lambda x: x.uid)) == exactly(
                sorted(map(normal, free), key=lambda x: x.uid)
            )
            assert again.intents() == {each.uid: each for each in intents}
            assert again.refusals() == {(each.uid, each.operation): each for each in refusals}
            assert again.cursors() == {each.tracker: each for each in cursors}


def normal(link):
    """The same link with its times in UTC and its labels in one order, so that repr can be compared."""
    return rows.to_link(rows.link_row(link))


@settings(max_examples=25, deadline=None)
@given(samples.documents, st.lists(samples.items, max_size=4, unique_by=lambda item: item.uid))
def test_documents_and_items_read_back_as_they_were_saved(document, items):
    with fresh() as (_, ledger, run):
        ledger.save_documents(run, NOON, [document], items, judged=["outage.md"], gone=[])
        overview = ledger.overview()
        assert {each.item.uid: each.item for each in overview} == {item.uid: item for item in items}
        assert all(each.document == document for each in overview)


def test_text_that_sqlite_cannot_hold_does_not_stop_a_run(ledger, run):
    odd = samples.link(ticket=samples.ticket(title="broken \ud83d half", labels=frozenset({"\udc00"})))
    ledger.save_links(run, NOON, [odd], "tracker")
    assert ledger.links()["u1"].ticket.title == "broken ? half"


def test_a_time_without_a_zone_is_refused(ledger):
    with pytest.raises(ValueError, match="without a zone"):
        ledger.begin_run(NOON.replace(tzinfo=None), host="h", pid=1, scope="")


def test_a_key_that_changed_while_the_id_stayed_is_saved(ledger, run):
    before = samples.link()
    ledger.save_links(run, NOON, [before], "pmsync")
    moved = replace(before.ticket, ref=replace(before.ticket.ref, key="OPS-9", url="https://acme.example/browse/OPS-9"))
    ledger.save_links(run, NOON, [replace(before, ticket=moved)], "tracker")
    assert ledger.links()["u1"].ticket.ref.key == "OPS-9"
    assert [(c.field, c.old, c.new) for _, c in ledger.history("u1")][-1] == (
        "ticket",
        "payments PAY-1",
        "payments OPS-9",
    )


def test_the_same_labels_are_the_same_row_in_whatever_order_they_come():
    names = [f"label-{n}" for n in range(50)]
    row = rows.link_row(samples.link(ticket=samples.ticket(labels=frozenset(names))))
    assert json.loads(row["labels"]) == sorted(names)
