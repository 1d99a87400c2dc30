from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmsync.identity.keys import item_key, make_uid, title_key
from pmsync.model import Item


@pytest.mark.parametrize(
    "same",
    [
        "Add alerting for full disks",
        "add  ALERTING for full disks.",
        "**Add alerting** for full disks",
        "Add alerting for full disks (#12)",
        "Add alerting for full disks https://github.com/acme/web/issues/12",
        "Add alerting for full disks acme/web#12",
        "OPS-12: Add alerting for full disks",
        "[ ] Add alerting for full disks",
        "DONE Add alerting for full disks",
        "@alice Add alerting for full disks",
        "\uff21dd alerting for full disks",  # full-width A
    ],
)
def test_spellings_of_one_title_share_a_key(same: str) -> None:
    assert title_key(same) == "add alerting for full disks"


def test_the_owner_is_no_part_of_the_key() -> None:
    for title in ("Alice to add alerting", "Alice: add alerting", "add alerting — Alice", "Alice will add alerting"):
        assert title_key(title, ["Alice"]) == "add alerting"


@pytest.mark.parametrize("title", ["磁盘告警", "Добавить оповещения", "تنبيه القرص", "ディスクのアラート", "डिस्क अलर्ट"])
def test_any_script_keeps_its_words(title: str) -> None:
    assert title_key(title) == title.casefold()


def test_titles_of_nothing_but_signs_stay_apart() -> None:
    assert len({title_key(t) for t in ("🔥🔥", "🔥", "???", "#12", "#13", "DONE")}) == 6


def test_long_titles_that_differ_at_the_end_stay_apart() -> None:
    one, two = title_key("word " * 100 + "one"), title_key("word " * 100 + "two")
    assert one != two
    assert len(one) <= 200


def test_an_explicit_id_is_the_key() -> None:
    assert item_key(Item("Add alerting", 1, explicit_id="AI-3")) == "id:ai-3"
    assert item_key(Item("Anything else", 9, explicit_id="ai-3")) == "id:ai-3"


@given(st.text(), st.lists(st.text(max_size=10), max_size=3))
def test_a_key_is_its_own_key_and_short(title: str, owners: list[str]) -> None:
    key = title_key(title, owners)
    assert len(key) <= 200
    assert bool(key) == bool(title.split())


@given(st.text(), st.text(), st.text(), st.integers(0, 9))
def test_uids_fit_everywhere_a_marker_goes(namespace: str, document: str, key: str, ordinal: int) -> None:
    uid = make_uid(namespace, document, key, ordinal)
    assert len(uid) == 12
    assert set(uid) <= set("abcdefghijklmnopqrstuvwxyz234567")


def test_uids_do_not_move() -> None:
    assert make_uid("acme/web", "postmortems/a.md", "add alerting") == "4ncsoiv2yt4r"
