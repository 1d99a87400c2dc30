"""What a project's create screen offers and requires, and the fields of a new issue. Pure.

Fields are described as by "Get create field metadata for a project and issue type id" (Cloud) and "createmeta" (Data
Center since 8.4), whose lists are called `fields` and `values`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pmsync.model import Draft, Marker
from pmsync.trackers.jira import anchor_marker
from pmsync.trackers.jira.issue import LONGEST_DESCRIPTION as LONGEST
from pmsync.trackers.jira.issue import Dialect, cut, document_labels, fit_labels, summary, uid_label
from pmsync.trackers.jira.wiki_markup import to_wiki

_NEEDED = {"summary": "Summary", "description": "Description", "labels": "Labels"}
"""Without these a ticket does not say what it is about, or cannot be recognised again."""
_OURS = frozenset({"project", "issuetype", *_NEEDED})
_PER_ITEM = {
    "assignee": "name an owner who is in [people], or set `fallback_owner`",
    "duedate": "give the item a due date, or set [sla] for its severity",
    "priority": "give the item a priority, or set one in `fields`",
}
"""The fields that pmsync fills if the item has a value, and what to do if it has none."""
_FILLED_BY_JIRA = frozenset({"reporter"})
_COMMON_PRIORITIES = {"p0": "highest", "p1": "high", "p2": "medium", "p3": "low", "p4": "lowest"}
_TAIL = 4_000
_WORTH_A_TRY = 4 * LONGEST
"""Characters: a longer body is cut before it is converted, which a malicious author can make slow."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the create screen; `kind` and `items` are its schema's type and that of its elements."""

    id: str
    name: str
    required: bool = False
    has_default: bool = False
    kind: str = ""
    items: str = ""
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Screen:
    """The create screen of a project's issue type, by field id."""

    issue_type: str
    fields: Mapping[str, Field]


def field_of(data: Mapping[str, Any]) -> Field:
    schema = data.get("schema") or {}
    allowed = (value.get("value") or value.get("name") for value in data.get("allowedValues") or ())
    return Field(
        id=str(data.get("fieldId") or data.get("key")),
        name=str(data.get("name") or data.get("fieldId")),
        required=bool(data.get("required")),
        has_default=bool(data.get("hasDefaultValue")),
        kind=str(schema.get("type") or ""),
        items=str(schema.get("items") or ""),
        allowed=tuple(str(value) for value in allowed if value),
    )


def configured(screen: Screen, words: Dialect) -> dict[str, Any]:
    """`trackers.X.fields` as Jira expects them: by field id, with each value in the shape of its field."""
    by_name = {each.name.casefold(): each for each in screen.fields.values()}
    values = {}
    for name, value in words.settings.fields.items():
        target = screen.fields.get(name) or by_name.get(name.casefold())
        values[target.id if target else name] = shaped(value, target, words) if target else value
    return values


def shaped(value: object, target: Field, words: Dialect) -> object:
    """A plain value in its field's shape: an option becomes {"value": …}, a component {"name": …}."""
    if target.kind == "array":
        element = Field(target.id, target.name, kind=target.items)
        return [shaped(each, element, words) for each in (value if isinstance(value, list) else [value])]
    if not isinstance(value, str):
        return value
    match target.kind:
        case "option" | "option-with-child":
            parent, _, child = value.partition(" > ") if target.kind == "option-with-child" else (value, "", "")
            return {"value": parent, "child": {"value": child}} if child else {"value": parent}
        case "user":
            return words.user(value)
        case "component" | "version" | "priority" | "resolution" | "group" | "securitylevel":
            return {"name": value}
        case "issuelink" | "project":
            return {"key": value}
        case "number":
            return float(value) if value.replace(".", "", 1).isdigit() else value
        case _:
            return value


def _unfilled(screen: Screen, words: Dialect) -> list[Field]:
    filled = _OURS | _FILLED_BY_JIRA | set(configured(screen, words))
    return [each for each in screen.fields.values() if each.required and not each.has_default and each.id not in filled]


def demanded(screen: Screen, words: Dialect) -> list[tuple[Field, str]]:
    """Required fields that only the item can fill, each with what to do if it does not."""
    filled = {"assignee"} if words.settings.fallback_owner else set()
    fields = [each for each in _unfilled(screen, words) if each.id in _PER_ITEM.keys() - filled]
    return [(each, _PER_ITEM[each.id]) for each in fields]


def refusal(words: Dialect, demands: Iterable[tuple[Field, str]], fields: Mapping[str, Any]) -> str:
    """Why Jira would refuse an issue with these fields, '' if it would not."""
    return "; ".join(
        f"project {words.project!r} requires {each.name!r}, which is empty: {advice}"
        for each, advice in demands
        if each.id not in fields
    )


def blocker(screen: Screen, words: Dialect) -> str:
    """Why no issue at all can be created here, with what to do; '' if one can."""
    problems = [
        f"project {words.project!r} has no {name!r} for a new {words.settings.issue_type!r}: "
        f"add the field to its create screen (or to the issue type)"
        for field, name in _NEEDED.items()
        if field not in screen.fields
    ]
    for each in _unfilled(screen, words):
        if each.id in _PER_ITEM:
            continue
        example = each.allowed[0] if each.allowed else "…"
        choice = f" (one of {', '.join(repr(value) for value in each.allowed[:8])})" if each.allowed else ""
        problems.append(
            f"project {words.project!r} requires {each.name!r}{choice}: "
            f'add `fields = {{ {each.id} = "{example}" }}` to [trackers.{words.settings.name}]'
        )
    return "; ".join(problems)


def priority_of(word: str | None, words: Dialect, screen: Screen | None) -> str | None:
    """The project's priority for a document's word: by `priority` in the settings, by name, or by P0 to P4."""
    if not word:
        return None
    table = {name.casefold(): value for name, value in words.settings.priority.items()}
    if word.casefold() in table:
        return table[word.casefold()]
    target = screen.fields.get("priority") if screen else None
    names = {name.casefold(): name for name in (target.allowed if target else ())}
    return names.get(word.casefold()) or names.get(_COMMON_PRIORITIES.get(word.casefold(), ""))


def create_fields(draft: Draft, screen: Screen | None, words: Dialect) -> dict[str, Any]:
    """The `fields` of the create request; the description says what the screen has no field for."""
    settings = words.settings
    labels = fit_labels((settings.label, uid_label(draft.marker.uid), *document_labels(draft.labels)))
    wanted: dict[str, Any] = {
        "assignee": words.user(draft.assignees[0]) if draft.assignees else None,
        "duedate": draft.due.isoformat() if draft.due else None,
        "priority": priority_of(draft.priority, words, screen),
    }
    wanted["priority"] = {"name": wanted["priority"]} if wanted["priority"] else None
    lacking = {name for name in wanted if screen and name not in screen.fields}
    kind = {"id": screen.issue_type} if screen else {"name": settings.issue_type}
    notes = [f"- **Due:** {draft.due}"] if draft.due and "duedate" in lacking else []
    notes += [f"- **Priority:** {draft.priority}"] if draft.priority and not wanted["priority"] else []
    return {
        **(configured(screen, words) if screen else settings.fields),
        "project": {"key": settings.project},
        "issuetype": kind,
        "summary": summary(draft.title),
        "description": description(draft.body, notes, None if words.cloud else draft.marker),
        "labels": list(labels),
        **{name: value for name, value in wanted.items() if value is not None and name not in lacking},
    }


def description(body: str, notes: Iterable[str] = (), identity: Marker | None = None) -> str:
    """The body in wiki markup, with the marker, if any, at its end. A body too long for Jira loses its middle."""
    suffix = "\n".join(["", *notes]) if notes else ""

    def marked(text: str) -> str:
        wiki = to_wiki(f"{text}\n{suffix}")
        return anchor_marker.append(wiki, identity) if identity else wiki

    text = marked(body) if len(body) <= _WORTH_A_TRY else None
    size = LONGEST
    while text is None or cut(text, LONGEST) != text:
        size = size * 2 // 3
        head, tail = cut(body, size), body[-min(_TAIL, size // 2) :].partition("\n\n")[2]
        text = marked(f"{head} …\n\n{tail}")
    return text
