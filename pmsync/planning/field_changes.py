"""Differences of a ticket field by field, made by an update or between two observations. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pmsync.planning.operations import Update

Value = str | date | tuple[str, ...] | None
Name = Callable[[str], str]
"""The person behind an account."""
PATCHED: Mapping[str, str] = {"assignee": "assignees", "path": "marker"}
"""A field's name in a patch, where it differs."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field with its values; for `labels`, those removed and those added."""

    field: str
    old: Value
    new: Value

    @property
    def words(self) -> str:
        """`due: 2026-11-20 → 2026-12-01`, for people."""
        if self.field == "labels":
            return f"labels: {', '.join(_labels(_several(self.old), _several(self.new)))}"
        none = "nobody" if self.field == "assignee" else "none"
        return f"{self.field}: {_shown(self.old) or none} → {_shown(self.new) or none}"

    @property
    def value(self) -> dict[str, object]:
        """As a JSON value: `field`, `old`, `new`."""
        return {"field": self.field, "old": self.old or None, "new": self.new or None}


def field_changes(update: Update, name: Name = str) -> tuple[FieldChange, ...]:
    """Return what an update changes of its ticket; nothing if it only refreshes the marker."""
    ticket, patch = update.link.ticket, update.patch
    changes = []
    if "title" in patch:
        changes.append(FieldChange("title", ticket.title, patch["title"]))
    if "assignees" in patch:
        changes.append(FieldChange("assignee", _named(ticket.assignees, name), _named(patch["assignees"], name)))
    if "due" in patch:
        changes.append(FieldChange("due", ticket.due, patch["due"]))
    if "priority" in patch:
        changes.append(FieldChange("priority", ticket.priority, patch["priority"]))
    more, less = patch.get("add_labels", ()), patch.get("remove_labels", ())
    if more or less:
        changes.append(FieldChange("labels", less, more))
    was = ticket.marker
    if "marker" in patch and was is not None and was.document_id not in {"", patch["marker"].document_id}:
        changes.append(FieldChange("path", was.document_id, patch["marker"].document_id))
    if "facts" in patch:
        changes += _in_text(update, {change.field for change in changes}) or ([] if changes else [OUTDATED])
    return tuple(changes)


OUTDATED = FieldChange("text", "outdated", "up to date")


def _in_text(update: Update, shown: Collection[str]) -> list[FieldChange]:
    """Return changes in the ticket's text alone: the tracker has no field for them, or rejected the value."""
    before, after = update.before.pushed, update.link.pushed
    if before is None or after is None:
        return []
    elsewhere = {*shown, *(("kind", "severity", "priority") if "labels" in shown else ())}
    values = [
        (name, getattr(before, FACTS[name]), getattr(after, FACTS[name])) for name in FACTS if name not in elsewhere
    ]
    return [FieldChange(f"{WORDS.get(name, name)} in its text", old, new) for name, old, new in values if old != new]


WORDS: Mapping[str, str] = {"assignee": "owner"}
FACTS: Mapping[str, str] = {
    "assignee": "owners", "due": "due", "priority": "priority", "kind": "kind", "severity": "severity", "path": "path",
}  # fmt: skip
"""The facts in a ticket's text, with the names of the document's fields."""


def sent(changes: Iterable[FieldChange], names: Collection[str]) -> tuple[FieldChange, ...]:
    """Return the changes whose parts of the patch (by name) the tracker accepted."""
    return tuple(change for change in changes if _part(change.field) in names)


def _part(field: str) -> str:
    """Return the part of a patch that holds a field."""
    return "facts" if field == "text" or field.endswith(" in its text") else PATCHED.get(field, field)


def _named(accounts: Iterable[str], name: Name) -> tuple[str, ...]:
    return tuple(map(name, accounts))


def _several(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _shown(value: Value) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value or "")


def _labels(gone: Collection[str], come: Collection[str]) -> Iterator[str]:
    """Yield `severity:sev2 → severity:sev1` if one replaces another, else `+kind:detect`, `-kind:detect`."""
    left = list(gone)
    for label in come:
        kind, colon, _ = label.partition(":")
        old = next((each for each in left if colon and each.partition(":")[0] == kind), None)
        yield f"{old} → {label}" if old else f"+{label}"
        left = [each for each in left if each != old]
    yield from (f"-{label}" for label in left)
