"""What write-back works with: items with their tickets, edits of a text, and what came of them. Values only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pmsync.model import Finding, Ref, Status, Tick

Kind = Literal["link", "tick", "untick"]


@dataclass(frozen=True, slots=True)
class Ticketed:
    """An item by its position in the document, and its ticket. `ours` is the tick that write-back made, if any.

    `copied` says that the ticket belongs to an item of another document: then this one is not ticked.
    """

    position: int
    uid: str
    ref: Ref
    status: Status
    ours: Tick | None = None
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """At `offset` of a text, `new` takes the place of `old` ('' to insert)."""

    offset: int
    old: str
    new: str

    @property
    def end(self) -> int:
        return self.offset + len(self.old)


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """One thing that is written for an item: its ticket's link, a tick, or such a tick taken back."""

    kind: Kind
    ticketed: Ticketed
    line: int
    edit: Edit


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What a document becomes: its new text, the changes that lead there, and what could not be written."""

    text: str
    changes: tuple[DocumentChange, ...] = ()
    findings: tuple[Finding, ...] = ()


def applied(text: str, edits: Iterable[Edit]) -> str | None:
    """The text with the edits made; None where two of them touch the same place, or one does not fit the text."""
    out, at, last = [], 0, -1
    for edit in sorted(edits, key=lambda edit: (edit.offset, edit.end)):
        if edit.offset < at or edit.offset == last or not text.startswith(edit.old, edit.offset):
            return None
        out += [text[at : edit.offset], edit.new]
        at, last = edit.end, edit.offset
    return "".join([*out, text[at:]])
