"""Rules about documents: all of `pmsync check`, and a few that runs report too. Data, in the order of docs/check.md."""

from __future__ import annotations

from collections.abc import Mapping

from pmsync.findings.rule import PLAN, READING, Rule

DOCUMENT_RULES: Mapping[str, Rule] = {
    "unreadable-document": Rule(
        "error",
        "A file cannot be read: it is not UTF-8, has merge conflict markers, or its front matter is not valid YAML.",
        "repair the file, or list it under documents.exclude",
        commands=READING,
        fixed=True,
    ),
    "duplicate-id": Rule(
        "error",
        "Two documents have the same id. Neither is used.",
        "give each document an `id:` of its own in its front matter",
        commands=READING,
        fixed=True,
    ),
    "link-circle": Rule(
        "warning",
        "A symbolic link points to a folder that contains it. It is not followed.",
        "remove it",
        commands=("check", *PLAN),
        fixed=True,
    ),
    "no-documents": Rule(
        "warning",
        "No file matches `documents.include`.",
        "correct documents.include, or name the files",
        commands=("check", *PLAN),
        fixed=True,
    ),
    "no-items": Rule(
        "note",
        "No heading announces action items, and no entry is marked as one.",
        "put them below a heading such as `## Action items`",
    ),
    "half-read": Rule(
        "warning",
        "A heading does not announce action items, so only the entries with a check box below it are read.",
        "give each entry a check box, or add the heading to `[vocabulary]`",
    ),
    "empty-section": Rule(
        "note",
        "A heading announces action items, and the section is empty.",
        "list the action items, or write `None`",
    ),
    "prose": Rule(
        "warning",
        "A section of action items contains only running text, so it yields none.",
        "write one list entry for each piece of work",
    ),
    "unknown-table": Rule(
        "warning",
        "No column header of a table says that the column contains the action items.",
        "call one column `Action`, or add its name to `[vocabulary.columns]`",
    ),
    "unknown-column": Rule(
        "note",
        "A column in a table of action items has an unknown header.",
        "rename the column, or add its name to `[vocabulary.columns]`",
    ),
    "unreadable-date": Rule(
        "warning",
        "A date does not exist or is ambiguous.",
        "write it as YYYY-MM-DD",
    ),
    "date-missing": Rule(
        "warning",
        "The document has no date, so `documents.since` does not apply to it.",
        "give it one: a line `Date: 2026-11-24`, front matter, or the beginning of its file name",
        needs="since",
    ),
    "before-since": Rule(
        "note",
        "The document is older than `documents.since`. Its items are listed and get no tickets.",
        "leave it, or set documents.since to an earlier day",
        needs="since",
    ),
    "draft-document": Rule(
        "note",
        "The document is a draft. Its items get no tickets yet.",
        "change its status when it is final",
    ),
    "title-missing": Rule(
        "error",
        "An item has no text.",
        "say what is to be done",
    ),
    "duplicate-key": Rule(
        "warning",
        "Two items of a document have the same text, so only their order distinguishes them.",
        "remove one, or give them different texts",
    ),
    "owner-missing": Rule(
        "warning",
        "An open item without a ticket has no owner.",
        "name one person or team, such as `(owner: alice)`",
    ),
    "owner-unknown": Rule(
        "warning",
        "An owner is not listed under `[people]`, so no ticket is assigned to them. "
        "Text output groups these owners in one block, with the lines to add to the configuration.",
        "add a table [people.NAME] to the configuration, or the name to somebody's aliases",
        commands=("check", *PLAN),
        topic="difference",
        needs="people",
    ),
    "title-vague": Rule(
        "note",
        "An item wants to improve, investigate or fix something, and does not say when it is done.",
        "say what will exist when it is done",
    ),
    "asks-for-care": Rule(
        "note",
        "An item asks people to be careful, or trains them, instead of changing the system.",
        "say what will make the slip impossible, catch it, or limit the damage",
    ),
    "nothing-prevents": Rule(
        "note",
        "All items (three or more) have a kind, and none of these kinds prevents the incident.",
        "ask what would have made it impossible",
    ),
    "one-priority": Rule(
        "note",
        "All items (three or more) have the same priority.",
        "say which one to do first if there is time for only one",
    ),
    "priority-too-low": Rule(
        "warning",
        "The incident has the highest severity and its items have priorities, but none is P0 or P1.",
        "give P0 or P1 to at least one: what such an incident leads to cannot wait",
    ),
    "due-missing": Rule(
        "note",
        "An open item without a ticket has no due date, and `[sla]` implies none.",
        "give the item a date, or the document a date and a severity that `[sla]` lists",
        needs="sla",
    ),
    "due-late": Rule(
        "warning",
        "An item is due later than `[sla]` allows.",
        "make the date earlier, or split off a first step",
        needs="sla",
    ),
    "ticket-mentioned": Rule(
        "note",
        "An item's sentence mentions a ticket. It does not count as the item's own.",
        "if it is the item's ticket, write it in brackets after the item; otherwise do nothing",
        commands=("check", *PLAN),
        needs="trackers",
    ),
    "copied-link": Rule(
        "warning",
        "An item names a ticket that an item of another document names, as in a copied document. "
        "It follows that ticket.",
        "remove the link, and the item gets a ticket of its own; if it is the same work, leave it",
        commands=("check", *PLAN),
        topic="decision",
        also=("note", "in `plan` and `sync` after the first time"),
        needs="trackers",
    ),
    "already-open": Rule(
        "note",
        "The ledger has an open item of an earlier incident with nearly the same text.",
        "if it is the same work, write its ticket beside the item, so that there is no second one",
        needs="ledger",
    ),
    "unknown-ignore": Rule(
        "warning",
        "A comment for pmsync cannot be understood, or names a rule that cannot be ignored.",
        "write `<!-- pmsync: ignore RULE: why -->`, or `ignore-file RULE` for the whole document",
    ),
    "unused-ignore": Rule(
        "note",
        "A comment ignores a rule that finds nothing there.",
        "remove the rule from the comment, or move the comment to the item's line",
    ),
}
