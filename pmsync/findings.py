"""Every rule of `pmsync check`: its name, its usual level, what it finds and what to do about it. Data.

A rule's name is stable: people filter by it. docs/check.md lists the same, and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pmsync.model import Level

Need = Literal["", "people", "since", "sla", "trackers", "ledger"]


@dataclass(frozen=True, slots=True)
class Rule:
    """`finds` and `advice` are a sentence each.

    `needs` is what the rule cannot do without: [people], documents.since, [sla], a tracker, or a ledger. `fixed` rules
    have no other level and cannot be ignored: what they find keeps a document from being read, or hides such a thing.
    """

    level: Level
    finds: str
    advice: str
    needs: Need = ""
    fixed: bool = False


RULES: Mapping[str, Rule] = {
    "unreadable-document": Rule(
        "error",
        "A file cannot be read: not UTF-8, conflict markers of a merge, front matter that is no YAML.",
        "Repair the file, or list it under `documents.exclude`.",
        fixed=True,
    ),
    "duplicate-id": Rule(
        "error",
        "Two documents have the same id, and neither is used.",
        "Give each an `id:` of its own in its front matter.",
        fixed=True,
    ),
    "link-circle": Rule(
        "warning",
        "A link leads to a folder that it lies in; it is not followed.",
        "Remove the link.",
        fixed=True,
    ),
    "no-documents": Rule(
        "warning",
        "No file matches `documents.include`.",
        "Correct the setting, or name the files.",
        fixed=True,
    ),
    "no-items": Rule(
        "note",
        "No heading of the document announces action items, and nothing is marked as one.",
        "Put them below a heading such as `## Action items`.",
    ),
    "half-read": Rule(
        "warning",
        "Below a heading that announces nothing, the entries with a box are read and the others are not.",
        "Give each a box, or teach the heading below `[vocabulary]`.",
    ),
    "empty-section": Rule(
        "note",
        "A heading announces action items, and nothing stands below it.",
        "List them, or write `None`.",
    ),
    "prose": Rule(
        "warning",
        "Running text stands where action items are announced; none are made of it.",
        "Write one list entry for each piece of work.",
    ),
    "unknown-table": Rule(
        "warning",
        "No column of a table holds the action items' text, as far as its header says.",
        "Call one `Action`, or teach its name below `[vocabulary.columns]`.",
    ),
    "unknown-column": Rule(
        "note",
        "A column of a table of action items is not understood.",
        "Rename it, or teach its name below `[vocabulary.columns]`.",
    ),
    "unreadable-date": Rule(
        "warning",
        "A date is no day, or can be two.",
        "Write it as YYYY-MM-DD.",
    ),
    "date-missing": Rule(
        "warning",
        "The document has no date, so `documents.since` does not hold its items back.",
        "Write a line such as `Date: 2026-11-24`.",
        needs="since",
    ),
    "before-since": Rule(
        "note",
        "The document is older than `documents.since`: its items are listed and get no tickets.",
        "Leave it so, or set `documents.since` to an earlier day.",
        needs="since",
    ),
    "draft-document": Rule(
        "note",
        "The document is a draft: its items get no tickets yet.",
        "Change its status when it is final.",
    ),
    "title-missing": Rule(
        "error",
        "An item has no text.",
        "Say what is to be done.",
    ),
    "duplicate-key": Rule(
        "warning",
        "Two items of a document have the same text, and only their order tells them apart.",
        "Remove one, or word them differently.",
    ),
    "owner-missing": Rule(
        "warning",
        "An open item without a ticket has no owner.",
        "Name one person or team, such as `(owner: alice)`.",
    ),
    "owner-unknown": Rule(
        "warning",
        "An owner is no person or team below `[people]`.",
        "Correct the name, or add it there.",
        needs="people",
    ),
    "title-vague": Rule(
        "note",
        "An item wants to improve, investigate or fix the problem, and says nothing by which to tell that it is done.",
        "Say what will be there then.",
    ),
    "asks-for-care": Rule(
        "note",
        "An item asks people to be careful, or to be trained, instead of changing the system.",
        "Change the system so that the slip cannot happen, is caught, or does no harm.",
    ),
    "nothing-prevents": Rule(
        "note",
        "Every item (of three or more) has a kind, and no kind is to prevent the incident.",
        "Ask what would have made it impossible.",
    ),
    "one-priority": Rule(
        "note",
        "Every item (of three or more) has the same priority.",
        "Say which one to do first if there is time for one only.",
    ),
    "priority-too-low": Rule(
        "warning",
        "The incident has the highest severity, items have priorities, and none is P0 or P1.",
        "Give one of the items P0 or P1.",
    ),
    "due-missing": Rule(
        "note",
        "An open item without a ticket has no due date, and none follows from its severity.",
        "Give the item a date, or the document a date and a severity that `[sla]` knows.",
        needs="sla",
    ),
    "due-late": Rule(
        "warning",
        "An item is due later than `[sla]` allows for the severity.",
        "Make the date earlier, or split off a first step.",
        needs="sla",
    ),
    "ticket-mentioned": Rule(
        "note",
        "An item's sentence speaks of a ticket, which is not taken for its own.",
        "If it is, write it in brackets behind the item.",
        needs="trackers",
    ),
    "copied-link": Rule(
        "warning",
        "An item names a ticket that an item of another document names, as in a copied document.",
        "Remove the link, and it gets a ticket of its own; where it is the same work, leave it: it follows the ticket.",
        needs="trackers",
    ),
    "already-open": Rule(
        "note",
        "An item of an earlier incident says nearly the same and is still open, as the ledger knows it.",
        "Write its ticket beside the item, so that there is no second one.",
        needs="ledger",
    ),
    "unknown-ignore": Rule(
        "warning",
        "A comment for pmsync is not understood, or names no rule that can be ignored.",
        "Write `<!-- pmsync: ignore RULE: why -->`, or `ignore-file` for the whole document.",
    ),
    "unused-ignore": Rule(
        "note",
        "A comment ignores a rule that finds nothing there.",
        "Remove the comment, or put it on the item's line.",
    ),
}
CONFIGURABLE = frozenset(name for name, rule in RULES.items() if not rule.fixed)
"""Which rules may get another level by [check]."""
IGNORABLE = CONFIGURABLE - {"unknown-ignore", "unused-ignore"}
"""Which rules a comment in the document may ignore."""
