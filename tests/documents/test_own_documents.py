"""Post-mortems as invented organisations write them, labelled by hand: what of them pmsync understands, as N of M.

`documents/labels.json` says what a careful person reads in each document. A field counts where the label or pmsync
states it, so that the many items which say nothing do not flatter the figure, and an item that was not found counts
against each field that its label states. Run this file as a program to see the figures and every difference.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pmsync.documents.items import parse
from pmsync.documents.read import decode
from pmsync.errors import DocumentError
from pmsync.model import Document, Item

FOLDER = Path(__file__).parents[1] / "samples/postmortems"
LABELS: dict[str, dict[str, Any]] = json.loads((FOLDER / "labels.json").read_text("utf-8"))
REFUSED = [name for name, label in LABELS.items() if "refused" in label]
READ = [name for name in LABELS if name not in REFUSED]
FIELDS = ("due", "kind", "priority", "owners", "tickets", "done", "group")
AT_LEAST = {
    "items": 0.98,
    "title": 0.98,
    "due": 0.98,
    "kind": 0.98,
    "priority": 0.98,
    "owners": 0.98,
    "tickets": 0.98,
    "done": 0.98,
    "group": 0.98,
}
SAME = 0.72  # titles at least this alike are the same item


@dataclass
class Score:
    """So many of so many, and what differs."""

    right: int = 0
    total: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, right: bool, told: str) -> None:
        self.right += right
        self.total += 1
        if not right:
            self.wrong.append(told)

    def __str__(self) -> str:
        return f"{self.right} of {self.total} ({self.right / self.total:.3f})"


def read(name: str) -> Document:
    return parse(decode((FOLDER / name).read_bytes()), name)


def words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def alike(one: str, other: str) -> float:
    return SequenceMatcher(None, words(one), words(other), autojunk=False).ratio()


def pairs(labels: list[dict[str, Any]], found: tuple[Item, ...]) -> list[tuple[dict[str, Any] | None, Item | None]]:
    """Each label with the item whose line and title are its own, then what is left over on either side."""
    left = list(found)
    result: list[tuple[dict[str, Any] | None, Item | None]] = []
    for label in labels:
        near = [
            item for item in left if abs(item.line - label["line"]) <= 1 and alike(item.title, label["title"]) >= SAME
        ]
        best = max(near, key=lambda item: alike(item.title, label["title"]), default=None)
        if best:
            left.remove(best)
        result.append((label, best))
    return result + [(None, item) for item in left]


def stated(value: object) -> object:
    """A field's value as it is compared: nothing is None, case and punctuation count only in a ticket."""
    if isinstance(value, str):
        return words(value)
    if isinstance(value, list | tuple):
        return [re.sub(r"\s+", " ", str(one)).strip().lower() for one in value] or None
    return value


def values(item: Item) -> dict[str, object]:
    return {name: getattr(item, name) for name in FIELDS} | {"due": item.due.isoformat() if item.due else None}


@cache
def scores() -> dict[str, Score]:
    """The figures over all documents that can be read."""
    result = {name: Score() for name in ("items", "title", *FIELDS)}
    for name in READ:
        for label, item in pairs(LABELS[name]["items"], read(name).items):
            where = f"{name}:{label['line'] if label else item.line if item else 0}"
            title = label["title"] if label else item.title if item else ""
            told = "missed" if not item else "extra"
            result["items"].add(bool(label and item), f"{where}: {told}: {title!r}")
            if label and item:
                same = words(label["title"]) == words(item.title)
                result["title"].add(same, f"{where}: title: want {title!r}, got {item.title!r}")
            if label:
                got = values(item) if item else {}
                for each in FIELDS:
                    want, have = stated(label[each]), stated(got.get(each))
                    if want is not None or have is not None:
                        result[each].add(want == have, f"{where}: {each}: want {label[each]!r}, got {got.get(each)!r}")
    return result


@pytest.mark.parametrize("figure", AT_LEAST)
def test_what_stands_in_the_documents_is_understood(figure: str) -> None:
    score = scores()[figure]
    assert score.right >= AT_LEAST[figure] * score.total, f"{figure}: {score}\n" + "\n".join(score.wrong)


def test_a_field_can_be_wrong() -> None:
    """The measure itself: a value more, a value less and another value each count."""
    label = {"title": "Add alerting", "line": 3, "due": "2026-12-24"}
    (found,) = parse("# A\n\n- [ ] Add alerting (due 2026-12-23)\n", "a.md").items
    assert pairs([label], (found,)) == [(label, found)]
    assert values(found)["due"] != label["due"]
    assert pairs([{**label, "line": 5}], (found,)) == [({**label, "line": 5}, None), (None, found)]


@pytest.mark.parametrize("name", [name for name, label in LABELS.items() if label.get("doubtful")])
def test_a_date_that_is_no_day_or_two_is_told_with_its_line(name: str) -> None:
    told = {finding.line for finding in read(name).findings if finding.rule == "unreadable-date"}
    assert told == set(LABELS[name]["doubtful"])


def test_a_date_is_doubted_only_where_it_is_doubtful() -> None:
    doubted = {name for name in READ if any(finding.rule == "unreadable-date" for finding in read(name).findings)}
    assert doubted == {name for name in READ if LABELS[name].get("doubtful")}


@pytest.mark.parametrize("name", REFUSED)
def test_merge_conflicts_are_refused_with_their_line(name: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        read(name)
    assert str(LABELS[name]["refused"]) in f"{refusal.value} {getattr(refusal.value, 'line', '')}"


@pytest.mark.parametrize("name", READ)
def test_prose_is_told_where_there_is_prose_and_nowhere_else(name: str) -> None:
    told = any(finding.rule == "prose" for finding in read(name).findings)
    assert told == LABELS[name]["prose"]


@pytest.mark.parametrize("name", READ)
def test_line_endings_and_a_byte_order_mark_change_nothing(name: str) -> None:
    text = decode((FOLDER / name).read_bytes()).replace("\r\n", "\n")
    assert parse(text, name).items == parse(text.replace("\n", "\r\n"), name).items == read(name).items


if __name__ == "__main__":
    for figure, score in scores().items():
        print(f"{figure:<9} {score}")
        print("".join(f"    {told}\n" for told in score.wrong), end="")
