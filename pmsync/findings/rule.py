"""What the catalogue says about one rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pmsync.model import Level

Command = Literal["check", "plan", "sync", "write-back", "extract"]
Need = Literal["", "people", "since", "sla", "trackers", "ledger"]
Topic = Literal["document", "decision", "difference", "trouble"]

CHECK: Sequence[Command] = ("check",)
PLAN: Sequence[Command] = ("plan", "sync")
SYNC: Sequence[Command] = ("sync",)
READING: Sequence[Command] = ("check", "plan", "sync", "write-back")


@dataclass(frozen=True, slots=True)
class Rule:
    """`meaning` is one or two sentences. `hint` is the usual advice, worded like a finding's hint.

    `commands` report the rule. `topic` is the section of docs/findings.md that lists it when `plan`, `sync` or
    `write-back` do. `also` is a second level and the case it is for. `needs` is what `check` cannot do without for this
    rule: [people], documents.since, [sla], a tracker, or a ledger. A `fixed` rule of `check` has no other level and
    cannot be ignored: it reports that documents were not read.
    """

    level: Level
    meaning: str
    hint: str
    commands: Sequence[Command] = CHECK
    topic: Topic = "document"
    also: tuple[Level, str] | None = None
    needs: Need = ""
    fixed: bool = False

    @property
    def advice(self) -> str:
        """The hint as a sentence."""
        return f"{self.hint[0].upper()}{self.hint[1:]}."

    @property
    def levels(self) -> tuple[Level, ...]:
        return (self.level, self.also[0]) if self.also else (self.level,)
