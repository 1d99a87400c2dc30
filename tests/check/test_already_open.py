"""Items that an earlier incident has open: which are told, what is said of them, and what stays secret."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import process_time
from typing import Any

import pytest

from pmsync.check.already_open import ALIKE, EarlierItems
from pmsync.identity.keys import item_key, title_key
from pmsync.identity.similarity import Titles, alike
from pmsync.model import Document, Finding, Item, OpenItem, Reading

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TITLE = "Alert on the replication lag of the orders database"
EARLIER = OpenItem(
    "pm/old.md", title_key(TITLE), TITLE, ("bob",), 41, "PAY-12", "https://acme.example/browse/PAY-12",
    NOW - timedelta(days=190, hours=3), "pm/old.md", date(2026, 5, 1),
)  # fmt: skip


def document(*items: Item, **fields: Any) -> Document:
    usual = {"id": "pm/new.md", "path": "pm/new.md", "title": "Outage", "date": date(2026, 11, 20), "items": items}
    return Document(**{**usual, **fields})


def told(item: Item, *known: OpenItem, others: tuple[Document, ...] = (), **fields: Any) -> list[Finding]:
    here = document(item, **fields)
    return list(EarlierItems(known or (EARLIER,), Reading((here, *others)), NOW).repeated(here))


def test_the_same_item_of_an_earlier_incident_is_told_with_its_place_ticket_and_age() -> None:
    (finding,) = told(Item(TITLE, 7))
    assert (finding.rule, finding.level, finding.path, finding.line) == ("already-open", "note", "pm/new.md", 7)
    assert finding.message == f"the item {TITLE!r} is in pm/old.md:41 too, open for 190 days, ticket PAY-12"
    assert finding.hint == "if it is the same work, write PAY-12 beside it, so that there is no second ticket"


@pytest.mark.parametrize(
    "title",
    [
        "Alert on replication lag of the orders database",
        "Alerts on the replication lag of the order database",
        "On the replication lag of the orders database, alert",
    ],
)
def test_nearly_the_same_words_are_told_with_the_other_title(title: str) -> None:
    (finding,) = told(Item(title, 7))
    assert f"is like {TITLE!r} of pm/old.md:41" in finding.message


@pytest.mark.parametrize(
    "item",
    [
        Item("Alert on the age of the orders queue", 7),
        Item(TITLE, 7, done=True),
        Item(TITLE, 7, tickets=("PAY-12",)),
        Item(TITLE, 7, tickets=(EARLIER.url,)),
        Item(" ", 7),
    ],
)
def test_another_item_a_done_one_and_one_that_names_the_ticket_are_fine(item: Item) -> None:
    assert told(item) == []


def test_only_earlier_incidents_and_other_documents_count() -> None:
    assert told(Item(TITLE, 7), date=date(2026, 4, 30)) == []
    assert told(Item(TITLE, 7), id="pm/old.md") == []
    assert len(told(Item(TITLE, 7), date=None)) == 1
    assert len(told(Item(TITLE, 7), date=EARLIER.date)) == 1


def test_of_equal_ones_the_one_that_is_open_longest_is_named() -> None:
    later = replace(EARLIER, document_id="pm/a.md", path="pm/a.md", ticket="PAY-20", since=NOW)
    (finding,) = told(Item(TITLE, 7), later, EARLIER)
    assert "PAY-12" in finding.message
    assert "open since today" in told(Item(TITLE, 7), later)[0].message


def test_an_item_with_a_ticket_of_its_own_gets_another_hint_and_a_shared_ticket_none() -> None:
    item = Item(TITLE, 7)
    own = replace(EARLIER, document_id="pm/new.md", path="pm/new.md", key=item_key(item), ticket="PAY-90")
    (finding,) = told(item, EARLIER, own)
    assert finding.hint == "if it is the same work, close one of PAY-90 and PAY-12 as a duplicate"
    assert told(item, EARLIER, replace(own, ticket="PAY-12")) == []


def test_an_item_without_ticket_is_told_too() -> None:
    (finding,) = told(Item(TITLE, 7), replace(EARLIER, ticket="", url=""))
    assert finding.message.endswith("open for 190 days")
    assert finding.hint == "if it is the same work, keep one of the two"


def test_no_restricted_item_is_named_in_a_document_that_is_not() -> None:
    secret = replace(EARLIER, restricted=True)
    assert told(Item(TITLE, 7), secret) == []
    (finding,) = told(Item("Alert on replication lag of the orders database", 7), secret, restricted=True)
    assert TITLE not in finding.message
    assert "is like one of pm/old.md:41" in finding.message


def test_a_document_that_became_restricted_since_the_last_sync_is_not_named() -> None:
    now_secret = Document("pm/old.md", "pm/old.md", "Leak", restricted=True)
    assert told(Item(TITLE, 7), others=(now_secret,)) == []


def test_among_ten_thousand_items_the_likest_is_found_and_quickly() -> None:
    words = random.Random(7)
    stock = ["".join(words.choices("abcdefghijklmnopqrst", k=words.randint(2, 9))) for _ in range(700)]
    titles = [" ".join(words.choices(stock, k=words.randint(5, 15))) for _ in range(10_000)]
    asked = [title[:-1] + ("s" if n % 2 else "") for n, title in enumerate(titles[::20])]
    begin = process_time()
    known = Titles(titles)
    found = [known.near(title, ALIKE) for title in asked]
    spent = process_time() - begin
    assert [titles[20 * n] in near for n, near in enumerate(found)] == [True] * len(asked)
    assert all(alike(title, near[0]) >= ALIKE for title, near in zip(asked, found, strict=True))
    assert spent < 3, f"{spent:.1f} s for {len(asked)} titles"


def test_what_is_found_is_what_a_comparison_with_each_would_find() -> None:
    titles = [
        "alert on replication lag", "write a runbook for the failover of the orders database",
        "ロールバック手順書を更新する", "restart", "alert when a report is older than a day",
    ]  # fmt: skip
    for asked in (
        "write runbooks for a failover of the order database",
        "ロールバック手順書を更新",
        "restarts",
        "lag alert on replication",
        "alert when the report is older than one day",
    ):
        near = [title for title in titles if alike(asked, title) >= ALIKE]
        assert near
        assert Titles(titles).near(asked, ALIKE) == near
